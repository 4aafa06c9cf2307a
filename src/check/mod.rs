//! Whether what is wanted is allowed: a table of small named checks over the desired state.
//!
//! The same checks run offline, on the manifests laid over what every installation has, and in a plan, on the
//! manifests laid over the live state. A violation that a manifest causes is an error at its place; one that the
//! deployment has by itself is a warning, for nobody's plan is to be blocked by what it does not touch.
//!
//! A deployment enforces its own rules again, in code of its own (`deployment::embedded`).

mod groups;
mod hierarchy;
mod names;
mod places;
mod references;
mod removals;
mod rights;
mod roles;
mod sharing;

use crate::model::{Installation, Intent, Snapshot};
use crate::plan::Renames;
use crate::system::System;
use crate::text::Diagnostics;

/// What a check may look at.
pub struct Context<'a> {
    /// The system.
    pub system: &'a System,
    /// What the manifests want.
    pub intent: &'a Intent,
    /// The state that would result.
    pub desired: &'a Snapshot,
    /// The live state; `None` offline, where objects that manifests do not define may exist all the same.
    pub live: Option<&'a Snapshot>,
    /// Renames that apply to the live state.
    pub renames: &'a Renames,
    /// What the installation has, as far as the project file and the deployment say.
    pub installation: &'a Installation,
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
];

/// Runs every check.
pub fn check(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for check in CHECKS {
        (check.run)(context, diagnostics);
    }
}
