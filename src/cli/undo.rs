//! `rolecall undo`: the way back from an apply.

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::applying::ledger_place;
use super::back::{Aim, BackAim, heir};
use super::carry::{CarryArgs, Course, carry_out};
use super::ui::Ui;
use super::workspace::Workspace;
use super::{Exit, Failure, Target};
use crate::deployment::DeploymentError;
use crate::ledger::{ApplyId, Ledger, Run, runs, taken_back};
use crate::manifest::DeploymentEntry;
use crate::model::Principal;

/// Take an apply back
///
/// Plans from what is there now back to the state before the apply, of the objects that it touched, and applies that like
/// any plan: guards, policy, question, ledger, and reading again. Manifests are not asked, so that mistakes in them
/// stop nothing. Records that were handed over stay with whoever got them; the plan says so.
#[derive(Debug, Args)]
pub(super) struct UndoArgs {
    #[command(flatten)]
    target: Target,
    /// The apply; without it the last one to the deployment that did something and was not taken back. `rolecall
    /// history` lists them
    #[arg(long, value_name = "ID")]
    apply: Option<ApplyId>,
    /// Who gets the records of groups that go, where the product asks: user:NAME or group:NAME
    #[arg(long, value_name = "WHO", value_parser = heir)]
    records_to: Option<Principal>,
    /// Only show the plan
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run, exit with 2 when there are changes
    #[arg(long, requires = "dry_run")]
    detailed_exitcode: bool,
    #[command(flatten)]
    carry: CarryArgs,
}

pub(super) fn run(ui: &mut Ui, args: &UndoArgs) -> Result<Exit, Failure> {
    let folder = &args.target.folder;
    let mut workspace = Workspace::open_project(ui, folder)?;
    let entry = workspace.deployment(&args.target)?;
    if !Workspace::is_there(&entry)? {
        return Err(DeploymentError::Unreachable {
            place: Workspace::place(&entry),
            reason: "there is no such file".to_owned(),
        }
        .into());
    }
    let place = ledger_place(&workspace.project)?;
    let lines = Ledger::read(&place)?;
    let mut all = runs(lines.iter().map(|line| &line.entry));
    let at = match &args.apply {
        Some(apply) => named(&all, apply, &entry)?,
        None => last(&all, &entry)?,
    };
    let later = all.split_off(at + 1);
    let later = later
        .into_iter()
        .filter(|run| run.started.deployment == entry.name);
    let run = all.swap_remove(at);
    let way = Ledger::way_back(&place, &run.apply)
        .with_context(|| format!("the apply {} cannot be taken back", run.apply))?;
    workspace.aim = Aim::Back(Box::new(BackAim {
        run,
        way,
        records_to: args.records_to.clone(),
        later: later.collect(),
    }));
    let changes = if args.detailed_exitcode {
        Exit::Changes
    } else {
        Exit::Done
    };
    let course = Course {
        folder,
        entry: &entry,
        dry_run: args.dry_run.then_some(changes),
        approval: None,
    };
    workspace.preference = args.carry.order.preference();
    carry_out(ui, &mut workspace, &course, &args.carry)
}

/// Where the apply of this id is.
fn named(runs: &[Run], apply: &ApplyId, entry: &DeploymentEntry) -> anyhow::Result<usize> {
    let at = runs.iter().position(|run| run.apply == *apply);
    let at = at.ok_or_else(|| {
        anyhow!("there is no apply {apply} in the ledger\nhint: rolecall history lists them")
    })?;
    let of = &runs[at].started.deployment;
    if *of != entry.name {
        return Err(anyhow!(
            "the apply {apply} was to {of}, not to {}\nhint: pass --deployment {of}",
            entry.name
        ));
    }
    Ok(at)
}

/// Where the last apply is that did something and was not taken back. One that takes another back is not meant, unless it
/// is named.
fn last(runs: &[Run], entry: &DeploymentEntry) -> anyhow::Result<usize> {
    let back = taken_back(runs);
    let meant = |run: &Run| {
        run.started.deployment == entry.name
            && run.started.undoes.is_none()
            && run.did_something()
            && !back.contains(&run.apply)
    };
    runs.iter().rposition(meant).ok_or_else(|| {
        anyhow!(
            "there is no apply to {} to take back\nhint: rolecall history lists them, --apply ID takes any of them back",
            entry.name
        )
    })
}
