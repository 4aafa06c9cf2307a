//! What a plan leads to: what the manifests say, or the state before an apply.

use std::mem::ManuallyDrop;

use anyhow::{anyhow, bail};

use super::workspace::{Planned, Workspace, known_installation, report_defects};
use super::{Failure, ui::Ui};
use crate::check::{Context, check};
use crate::ledger::{Run, StepOutcome, WayBack};
use crate::model::{Identity, Intent, Principal, Snapshot};
use crate::plan::{BackError, BackNote, Plan, Recorded, back};
use crate::text::Diagnostics;

/// What plans lead to.
#[derive(Debug, Default)]
pub(super) enum Aim {
    /// What the manifests say.
    #[default]
    Manifests,
    /// The state before an apply.
    Back(Box<BackAim>),
}

/// An apply that is to be taken back.
#[derive(Debug)]
pub(super) struct BackAim {
    /// The apply.
    pub(super) run: Run,
    /// What was recorded of it.
    pub(super) way: WayBack,
    /// Who gets the records of groups that go.
    pub(super) records_to: Option<Principal>,
    /// Applies to the deployment that came later.
    pub(super) later: Vec<Run>,
}

impl Aim {
    /// The apply that is taken back.
    pub(super) fn undoes(&self) -> Option<&Run> {
        match self {
            Self::Manifests => None,
            Self::Back(aim) => Some(&aim.run),
        }
    }

    /// What the command is called.
    pub(super) fn verb(&self) -> &'static str {
        match self {
            Self::Manifests => "apply",
            Self::Back(_) => "undo",
        }
    }
}

impl Workspace {
    /// Plans the way from a state that was read back to the one before an apply. What is wrong is among the diagnostics.
    pub(super) fn plan_back(&mut self, live: Snapshot, aim: &BackAim) -> Result<Planned, Failure> {
        let system = &self.project.system;
        let name = &system.definition().name;
        if *name != aim.way.before.system {
            return Err(anyhow!(
                "the apply {} was to a deployment of system {}, the project is of {name}",
                aim.run.apply,
                aim.way.before.system
            )
            .into());
        }
        if live.system != *name {
            return Err(anyhow!(
                "the deployment is of system {}, the project of {name}",
                live.system
            )
            .into());
        }
        let way = &aim.way;
        let recorded = Recorded {
            before: &way.before,
            after: &way.after,
            renames: &way.renames,
            transferred: &way.transferred,
        };
        let found = back(system, &live, &recorded, aim.records_to.as_ref(), self.today);
        let found = match found {
            Ok(found) => found,
            Err(error) => return Err(with_hint(&error).into()),
        };
        report_defects(&live, &mut self.reading.diagnostics);
        let known = known_installation(&self.project.installation, &live);
        let mut diagnostics = Diagnostics::default();
        let intent = Intent::default();
        let context = Context::new(system, &intent, &found.overlay, Some(&live), &known);
        check(&context, &mut diagnostics);
        self.reading.diagnostics.extend(diagnostics);
        let plan = Plan::back(system, &live, &found.overlay, self.preference);
        Ok(Planned {
            live: ManuallyDrop::new(live),
            overlay: ManuallyDrop::new(found.overlay),
            plan,
            notes: notes(aim, &found.notes),
        })
    }
}

fn with_hint(error: &BackError) -> anyhow::Error {
    match error {
        BackError::GroupsNeedHeir(_) => {
            anyhow!("{error}\nhint: pass --records-to user:NAME or --records-to group:NAME")
        }
        BackError::HeirNotThere(_) | BackError::HeirOfOtherKind { .. } => {
            anyhow!("{error}\nhint: name someone else with --records-to")
        }
        BackError::RoleNeedsHeir(_) | BackError::ProfileNeedsHeir(_) | BackError::SuperiorGone { .. } => {
            anyhow!("{error}")
        }
    }
}

/// The remarks on a way back, one line each.
fn notes(aim: &BackAim, notes: &[BackNote]) -> Vec<String> {
    // What was done by halves differs from both states, and nobody need have changed it.
    let is_whole = aim.run.count(StepOutcome::Done) == aim.run.started.steps.len();
    let mut untold = false;
    let mut lines: Vec<String> = Vec::new();
    for note in notes {
        lines.push(match note {
            BackNote::ChangedSince { .. } if !is_whole => {
                untold = true;
                continue;
            }
            BackNote::ChangedSince { identity, applied } => {
                let by = changed_by(aim, applied).map_or_else(
                    || "someone else".to_owned(),
                    |run| format!("the apply {}", run.apply),
                );
                format!("changed since by {by}: {identity}; it goes back as well")
            }
            BackNote::RecordsStay { from, with, records } => {
                let records = crate::report::count(*records, "record");
                format!("{records} of {from} will not come back: with the apply they went to {with}")
            }
            BackNote::Without { holder, missing } => {
                format!("{holder} goes back without {missing}, which is no longer there")
            }
            BackNote::NotRestored { rule, missing } => {
                format!("{rule} does not come back: {missing} is no longer there")
            }
            BackNote::MemberStays { group, user } => {
                format!("user {user} stays in group {group}, which is the user's primary group")
            }
            BackNote::UserGone(user) => format!("user {user} is no longer there and does not come back"),
            BackNote::DefaultStays(module) => {
                format!("the default of {module} stays: it had none, and a default cannot be taken away")
            }
        });
    }
    if untold {
        lines.push(
            "the apply was done in part, so that what someone changed since cannot be told from it; \
             everything it was to touch goes back"
                .to_owned(),
        );
    }
    lines
}

/// The last of the later applies that did something to an object.
fn changed_by<'a>(aim: &'a BackAim, identity: &Identity) -> Option<&'a Run> {
    let address = identity.address();
    aim.later.iter().rev().find(|run| {
        let mut steps = run.started.steps.iter();
        steps.any(|step| step.address == address)
    })
}

/// What the manifests ask for in a state, where they can be read and have no mistake: nothing is said of those.
pub(super) fn asked_by_manifests(
    ui: &mut Ui,
    workspace: &Workspace,
    deployment: &str,
    live: &Snapshot,
) -> Option<Planned> {
    let folder = workspace.project.folder.clone();
    let mut manifests = Workspace::read_silently(&folder, Some(deployment)).ok()?;
    manifests.today = workspace.today;
    let planned = manifests.plan_against(live.clone()).ok();
    ui.timings.end("manifests");
    planned.filter(|_| !manifests.reading.diagnostics.has_errors())
}

/// Who gets records: `user:NAME` or `group:NAME`.
pub(super) fn heir(text: &str) -> anyhow::Result<Principal> {
    let named = |name: &str| !name.is_empty();
    match text.split_once(':') {
        Some(("user", name)) if named(name) => Ok(Principal::User(name.into())),
        Some(("group", name)) if named(name) => Ok(Principal::Group(name.into())),
        Some(_) | None => bail!("`{text}` is neither user:NAME nor group:NAME"),
    }
}
