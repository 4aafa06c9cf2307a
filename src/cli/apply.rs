//! `rolecall apply`.

use anyhow::anyhow;
use clap::Args;

use super::applying::{Approved, Session, WatchArgs, baseline};
use super::day::Day;
use super::guards::{GuardArgs, guard_settings};
use super::plan::{OrderArgs, judge_planned, report, style};
use super::policy::{PolicyArgs, is_broken};
use super::selection::SelectionArgs;
use super::ui::Ui;
use super::workspace::{Planned, Workspace};
use super::{Exit, Failure, Target};
use crate::ledger::Baseline;
use crate::manifest::{DeploymentEntry, PolicyFile};
use crate::model::Snapshot;
use crate::policy::guard::Settings;
use crate::report::terminal;
use crate::text::Diagnostics;

/// Make a deployment as the manifests say
///
/// Prints the plan, asks, applies it, then reads the deployment again and plans again: anything left to do is an
/// error, whatever the deployment answered. Every step is recorded in the ledger, .rolecall/ledger.jsonl
/// or where rolecall.yaml says; Ctrl-C ends it after what is in flight.
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
    #[command(flatten)]
    guards: GuardArgs,
    #[command(flatten)]
    watch: WatchArgs,
    #[command(flatten)]
    order: OrderArgs,
    /// Show every item and attribute of the plan, however many there are
    #[arg(long)]
    verbose: bool,
}

pub(super) fn run(ui: &mut Ui, args: &ApplyArgs) -> Result<Exit, Failure> {
    let mut workspace = Workspace::open(ui, &args.target)?;
    workspace.today = args.day.or(workspace.today);
    workspace.preference = args.order.preference();
    workspace.selection = args.selection.selection();
    let entry = workspace.deployment(&args.target)?;
    let planned = workspace.plan(ui, &entry)?;
    let policy = args.policy.read(&mut workspace, &args.target.folder)?;
    let verdicts = judge_planned(ui, &mut workspace, policy.as_ref(), &planned)?;
    let settings = guard_settings(&mut workspace, policy.as_ref(), &entry, &planned);
    ui.diagnostics(&mut workspace.reading.diagnostics, &workspace.reading.sources);
    let (impact, judged) = args.guards.weigh(ui, &workspace, &planned, &settings, None);
    let mut shown = report(&workspace, &entry, &planned, impact.as_ref());
    shown.guards.clone_from(&judged.reports);
    let text = terminal(&shown, style(ui, args.verbose));
    ui.data(&text)?;
    let refused = judged.is_refused(ui, args.verbose);
    let broken = is_broken(ui, &workspace, &verdicts);
    if refused {
        ui.say("nothing was applied");
        return Ok(Exit::Guard);
    }
    if broken {
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

    let mut session = Session::open(ui, &mut workspace, &args.target.folder, &entry)?;
    let yardsticks = (policy.as_ref(), &args.guards, &settings);
    let now = session.read()?;
    if moved(ui, &mut workspace, &planned, yardsticks, now)? {
        ui.say("error: the deployment changed after the plan was made; nothing was applied");
        ui.say("hint: look at the new plan and apply again");
        return Ok(Exit::Stale);
    }
    let approved = Approved {
        planned,
        report: &shown,
        allowed: judged
            .allowed
            .iter()
            .map(|guard| guard.as_str().to_owned())
            .collect(),
        undoes: None,
    };
    let applied = session.apply(ui, &workspace, approved, &args.watch)?;
    if !applied.wrote() {
        return session.conclude(ui, &workspace, &applied, None, None);
    }
    let (left, baseline) = match verify(ui, &mut workspace, &entry, &mut session, applied.is_complete()) {
        Ok((left, baseline)) => (Some(left), baseline),
        Err(Failure::Error(error) | Failure::Unreachable(error)) => {
            ui.error(&error.context("applied, but it could not be read again to see whether it holds"));
            (None, None)
        }
        Err(Failure::Reported) => (None, None),
    };
    session.conclude(ui, &workspace, &applied, left, baseline)
}

/// Whether another plan would be made now than the one that was shown, or a guard or the policy would refuse it.
fn moved(
    ui: &mut Ui,
    workspace: &mut Workspace,
    planned: &Planned,
    (policy, guards, settings): (Option<&PolicyFile>, &GuardArgs, &Settings),
    now: Snapshot,
) -> Result<bool, Failure> {
    if now == *planned.live {
        return Ok(false);
    }
    let again = workspace.plan_against(now)?;
    if workspace.reading.diagnostics.has_errors() || again.plan.steps != planned.plan.steps {
        return Ok(true);
    }
    if !guards.judge(ui, workspace, &again, settings).refused.is_empty() {
        return Ok(true);
    }
    let verdicts = judge_planned(ui, workspace, policy, &again)?;
    Ok(verdicts.iter().any(|verdict| verdict.breach.is_some()))
}

/// Reads and plans again: what is left, and what is there when nothing is. What is left after everything was said to
/// be done is shown.
fn verify(
    ui: &mut Ui,
    workspace: &mut Workspace,
    entry: &DeploymentEntry,
    session: &mut Session,
    is_complete: bool,
) -> Result<(Vec<String>, Option<Baseline>), Failure> {
    // What was said before is not said again.
    workspace.reading.diagnostics = Diagnostics::default();
    let again = workspace.plan_against(session.read()?)?;
    if workspace.reading.diagnostics.has_errors() {
        ui.diagnostics(&mut workspace.reading.diagnostics, &workspace.reading.sources);
        ui.say("error: what was applied is not what the manifests allow");
        return Err(Failure::Reported);
    }
    let shown = report(workspace, entry, &again, None);
    let left = shown
        .changes
        .iter()
        .map(|change| change.address.clone())
        .collect();
    if again.plan.is_empty() {
        return Ok((left, baseline(&entry.name, &again)));
    }
    if is_complete {
        ui.data(&terminal(&shown, style(ui, true)))?;
        ui.say("error: the above was not applied although the deployment said so");
    }
    Ok((left, None))
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
