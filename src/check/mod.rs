//! Whether what is wanted is allowed: a table of small named checks over the desired state.
//!
//! The same checks run offline, on the manifests laid over what every installation has, and in a plan, on the
//! manifests laid over the live state. A violation that a manifest causes is an error at its place; one that the
//! deployment has by itself is a warning, for nobody's plan is to be blocked by what it does not touch.
//!
//! A deployment enforces its own rules again, in code of its own (`deployment::embedded`).

mod expired;
mod groups;
mod hierarchy;
mod names;
mod places;
mod references;
mod removals;
mod rights;
mod roles;
mod sharing;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Date, Identity, Installation, Intent, Snapshot};
use crate::plan::{Heirs, Overlay, Renames};
use crate::system::System;
use crate::text::{Code, Diagnostic, Diagnostics, Severity, Span};

/// What a check may look at.
pub struct Context<'a> {
    /// The system.
    pub system: &'a System,
    /// What the manifests want.
    pub intent: &'a Intent,
    /// The state that would result.
    pub desired: &'a Snapshot,
    /// The live state in the names that hold after the renames; `None` offline, where objects that manifests do
    /// not define may exist all the same.
    pub before: Option<&'a Snapshot>,
    /// Renames that apply to the live state.
    pub renames: &'a Renames,
    /// What is deleted, and who takes over.
    pub heirs: &'a Heirs,
    /// Where manifests ask for what is deleted.
    pub removals: &'a BTreeMap<Identity, Span>,
    /// What the installation has, as far as the project file and the deployment say.
    pub installation: &'a Installation,
    /// The day for which it is judged.
    pub today: Date,
}

impl<'a> Context<'a> {
    /// For judging an overlay; `live` is what it was laid over, or `None` offline.
    pub fn new(
        system: &'a System,
        intent: &'a Intent,
        overlay: &'a Overlay,
        live: Option<&'a Snapshot>,
        installation: &'a Installation,
    ) -> Self {
        Self {
            system,
            intent,
            desired: &overlay.desired,
            before: live.map(|live| overlay.before(live)),
            renames: &overlay.renames,
            heirs: &overlay.heirs,
            removals: &overlay.removals,
            installation,
            today: overlay.today,
        }
    }
}

/// One named check.
pub struct Check {
    /// What it is called in documentation and reports.
    pub name: &'static str,
    run: fn(&Context<'_>, &mut Diagnostics),
}

/// Every check, in the order in which they run.
pub const CHECKS: &[Check] = &[
    Check {
        name: "names",
        run: names::allowed,
    },
    Check {
        name: "unique-names",
        run: names::unique,
    },
    Check {
        name: "renames",
        run: names::renames,
    },
    Check {
        name: "references",
        run: references::resolve,
    },
    Check {
        name: "removals",
        run: removals::allowed,
    },
    Check {
        name: "built-in-roles",
        run: roles::builtin,
    },
    Check {
        name: "required-attributes",
        run: roles::required,
    },
    Check {
        name: "role-hierarchy",
        run: hierarchy::roles,
    },
    Check {
        name: "group-nesting",
        run: hierarchy::groups,
    },
    Check {
        name: "rights",
        run: rights::known,
    },
    Check {
        name: "licence",
        run: rights::licensed,
    },
    Check {
        name: "sharing",
        run: sharing::allowed,
    },
    Check {
        name: "external-groups",
        run: groups::external,
    },
    Check {
        name: "group-members",
        run: groups::members,
    },
    Check {
        name: "group-settings",
        run: groups::settings,
    },
    Check {
        name: "users",
        run: roles::users,
    },
    Check {
        name: "expired",
        run: expired::lingering,
    },
];

/// Runs every check.
///
/// What is wrong with objects that no manifest names is an error when the manifests cause it, by a removal or a
/// transfer, and a warning when the deployment has it already.
pub fn check(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let mut found = Diagnostics::default();
    run(context, &mut found);
    let unplaced =
        |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error && diagnostic.span.is_none();
    let mut old: BTreeSet<(Code, String)> = BTreeSet::new();
    if let Some(before) = context.before
        && found.iter().any(unplaced)
    {
        let mut defects = Diagnostics::default();
        let nothing = (
            Intent::default(),
            Renames::default(),
            Heirs::default(),
            BTreeMap::new(),
        );
        let as_it_is = Context {
            system: context.system,
            intent: &nothing.0,
            desired: before,
            before: Some(before),
            renames: &nothing.1,
            heirs: &nothing.2,
            removals: &nothing.3,
            installation: context.installation,
            today: context.today,
        };
        run(&as_it_is, &mut defects);
        old.extend(defects.into_iter().map(|defect| (defect.code, defect.message)));
    }
    for mut diagnostic in found {
        if unplaced(&diagnostic) && old.contains(&(diagnostic.code, diagnostic.message.clone())) {
            diagnostic.severity = Severity::Warning;
            diagnostic
                .message
                .push_str(" on the deployment, untouched by any manifest");
        }
        diagnostics.push(diagnostic);
    }
}

fn run(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for check in CHECKS {
        (check.run)(context, diagnostics);
    }
}
