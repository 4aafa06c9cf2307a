//! `rolecall apply`.

use std::time::Instant;

use anyhow::anyhow;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::day::Day;
use super::plan::{judge_planned, report, style};
use super::policy::{PolicyArgs, is_broken};
use super::selection::SelectionArgs;
use super::ui::Ui;
use super::workspace::{Planned, Workspace};
use super::{Exit, Failure, Target};
use crate::apply::{Outcome, execute};
use crate::deployment::Read;
use crate::deployment::embedded::Store;
use crate::manifest::{DeploymentEntry, PolicyFile};
use crate::model::Snapshot;
use crate::report::{nothing_left, terminal};
use crate::text::Diagnostics;

/// Make a deployment as the manifests say
///
/// Prints the plan, asks, applies it, then reads the deployment again and plans again: anything left to do is an
/// error, whatever the deployment answered.
#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Apply without asking; needed where there is no terminal to ask on
    #[arg(long)]
    auto_approve: bool,
    #[command(flatten)]
    policy: PolicyArgs,
    /// Show every item and attribute of the plan, however many there are
    #[arg(long)]
    verbose: bool,
}

pub(super) fn run(ui: &mut Ui, args: &ApplyArgs) -> Result<Exit, Failure> {
    let mut workspace = Workspace::open(ui, &args.target)?;
    workspace.today = args.day.or(workspace.today);
    workspace.selection = args.selection.selection();
    let entry = workspace.deployment(&args.target)?;
    let planned = workspace.plan(ui, &entry)?;
    let policy = args.policy.read(&mut workspace, &args.target.folder)?;
    let verdicts = judge_planned(ui, &mut workspace, policy.as_ref(), &planned)?;
    ui.diagnostics(&mut workspace.reading.diagnostics, &workspace.reading.sources);
    let impact = workspace.impact(ui, &planned, None);
    let shown = report(&workspace, &entry, &planned, impact.as_ref());
    let text = terminal(&shown, style(ui, args.verbose));
    ui.data(&text)?;
    if is_broken(ui, &workspace, &verdicts) {
        ui.say("hint: nothing was applied; change the manifests, or the policy with whoever answers for it");
        return Ok(Exit::Policy);
    }
    if planned.plan.is_empty() {
        if !Workspace::is_there(&entry)? {
            workspace.store(ui, &entry)?;
            ui.say(&format!("Made {} as its seed says", entry.name));
        }
        return Ok(Exit::Done);
    }
    if !args.auto_approve {
        approve(ui, &entry.name)?;
    }

    let mut store = workspace.store(ui, &entry)?;
    if moved(ui, &mut workspace, &planned, policy.as_ref(), store.read()?)? {
        ui.say("error: the deployment changed after the plan was made; nothing was applied");
        ui.say("hint: look at the new plan and apply again");
        return Ok(Exit::Stale);
    }
    let total = planned.plan.steps.len();
    let bar = progress_bar(ui, total);
    let started = Instant::now();
    let outcome = execute(planned.plan, &mut store, |done| bar.set_position(done as u64));
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    if let Some(exit) = failed(ui, &workspace, &outcome) {
        return Ok(exit);
    }
    match verify(ui, &mut workspace, &entry, &mut store) {
        Ok(true) => {}
        Ok(false) => return Ok(Exit::PartlyApplied),
        Err(Failure::Error(error) | Failure::Unreachable(error)) => {
            ui.error(&error.context("applied, but it could not be read again to see whether it holds"));
            return Ok(Exit::PartlyApplied);
        }
        Err(Failure::Reported) => return Ok(Exit::PartlyApplied),
    }
    let steps = if total == 1 { "step" } else { "steps" };
    ui.data(&format!(
        "Applied {total} {steps} in {seconds:.1} s; read again: {}\n",
        nothing_left(&shown)
    ))?;
    Ok(Exit::Done)
}

/// Whether another plan would be made now than the one that was shown, or the policy would refuse it.
fn moved(
    ui: &mut Ui,
    workspace: &mut Workspace,
    planned: &Planned,
    policy: Option<&PolicyFile>,
    now: Snapshot,
) -> Result<bool, Failure> {
    if now == *planned.live {
        return Ok(false);
    }
    let again = workspace.plan_against(now)?;
    if workspace.reading.diagnostics.has_errors() || again.plan.steps != planned.plan.steps {
        return Ok(true);
    }
    let verdicts = judge_planned(ui, workspace, policy, &again)?;
    Ok(verdicts.iter().any(|verdict| verdict.breach.is_some()))
}

/// Reads and plans again. Says what is left, if anything is.
fn verify(
    ui: &mut Ui,
    workspace: &mut Workspace,
    entry: &DeploymentEntry,
    store: &mut Store,
) -> Result<bool, Failure> {
    // What was said before is not said again.
    workspace.reading.diagnostics = Diagnostics::default();
    let again = workspace.plan_against(store.read()?)?;
    if workspace.reading.diagnostics.has_errors() {
        ui.diagnostics(&mut workspace.reading.diagnostics, &workspace.reading.sources);
        ui.say("error: what was applied is not what the manifests allow");
        return Ok(false);
    }
    if !again.plan.is_empty() {
        ui.data(&terminal(
            &report(workspace, entry, &again, None),
            style(ui, true),
        ))?;
        ui.say("error: the above was not applied although the deployment said so");
        return Ok(false);
    }
    Ok(true)
}

fn approve(ui: &mut Ui, deployment: &str) -> Result<(), Failure> {
    if !ui.can_ask() {
        let message =
            "there is no terminal to ask on\nhint: look at the plan, then apply with --auto-approve";
        return Err(anyhow!(message).into());
    }
    let answer = ui.ask(&format!("\nApply this to {deployment}? Only `yes` goes on:"))?;
    if answer != "yes" {
        return Err(anyhow!("not applied: the answer was not `yes`").into());
    }
    Ok(())
}

fn progress_bar(ui: &Ui, total: usize) -> ProgressBar {
    if !ui.shows_progress() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total as u64);
    // The template is a constant; were it wrong, the plain bar would do.
    if let Ok(style) = ProgressStyle::with_template("{pos} of {len} steps {wide_bar} {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// Says where a plan stopped and what is left, if it stopped.
fn failed(ui: &mut Ui, workspace: &Workspace, outcome: &Outcome) -> Option<Exit> {
    let (step, error) = outcome.failed.as_ref()?;
    let place = step
        .place
        .map(|place| format!(" ({})", workspace.reading.sources.line_ref(place)));
    let identity = step.operation.final_identity();
    ui.say(&format!(
        "error: {identity}{}: {error}",
        place.unwrap_or_default()
    ));
    ui.say(&format!(
        "{} done, 1 failed, {} not tried",
        outcome.done.len(),
        outcome.not_tried.len()
    ));
    if outcome.done.is_empty() {
        return Some(Exit::Error);
    }
    ui.say("hint: what is done stays done; mend the cause and apply again");
    Some(Exit::PartlyApplied)
}
