//! From a plan to a deployment that is as it says: what `apply` and `undo` have in common.
//!
//! Show, judge, ask, look whether anything moved, do it, read again. What leads to the plan is each command's own.

use std::path::Path;

use anyhow::anyhow;
use clap::Args;

use super::applying::{Approved, Session, WatchArgs, baseline};
use super::back::{Aim, asked_by_manifests};
use super::guards::{GuardArgs, guard_settings};
use super::plan::{OrderArgs, judge_planned, report, style};
use super::policy::{PolicyArgs, is_broken};
use super::saved::Approval;
use super::ui::Ui;
use super::workspace::{Planned, Workspace};
use super::{Exit, Failure};
use crate::ledger::Baseline;
use crate::manifest::{DeploymentEntry, PolicyFile};
use crate::model::Snapshot;
use crate::policy::guard::Settings;
use crate::report::terminal;
use crate::text::Diagnostics;

/// How a plan is judged, approved and carried out.
#[derive(Debug, Args)]
pub(super) struct CarryArgs {
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
    pub(super) order: OrderArgs,
    /// Show every item and attribute of the plan, however many there are
    #[arg(long)]
    verbose: bool,
}

/// What is carried out where.
pub(super) struct Course<'a> {
    /// The project.
    pub(super) folder: &'a Path,
    /// The deployment.
    pub(super) entry: &'a DeploymentEntry,
    /// Whether the plan is only shown, and how that ends when there are changes.
    pub(super) dry_run: Option<Exit>,
    /// The saved plan that was approved, if one was: nobody is asked, and only that plan is carried out.
    pub(super) approval: Option<&'a Approval>,
}

/// Plans what the workspace aims at and makes the deployment so.
pub(super) fn carry_out(
    ui: &mut Ui,
    workspace: &mut Workspace,
    course: &Course<'_>,
    args: &CarryArgs,
) -> Result<Exit, Failure> {
    let Course {
        folder,
        entry,
        dry_run,
        approval,
    } = *course;
    let planned = workspace.plan(ui, entry)?;
    let policy = args.policy.read(workspace, folder)?;
    let verdicts = judge_planned(ui, workspace, policy.as_ref(), &planned)?;
    let settings = guard_settings(workspace, policy.as_ref(), entry, &planned);
    ui.diagnostics(&mut workspace.reading.diagnostics, &workspace.reading.sources);
    let (impact, judged) = args.guards.weigh(
        ui,
        workspace,
        &planned,
        &settings,
        approval.and_then(Approval::author),
    );
    let mut shown = report(ui, workspace, entry, &planned, impact.as_ref())?;
    shown.guards.clone_from(&judged.reports);
    if let Some(approval) = approval
        && let Some(exit) = approval.stale(ui, workspace, entry, &planned, &shown)?
    {
        return Ok(exit);
    }
    let text = terminal(&shown, style(ui, args.verbose));
    ui.data(&text)?;
    let refused = judged.is_refused(ui, args.verbose);
    let broken = is_broken(ui, workspace, &verdicts);
    if refused {
        ui.say("nothing was applied");
        return Ok(Exit::Guard);
    }
    if broken {
        ui.say("hint: nothing was applied; change the manifests, or the policy with whoever answers for it");
        return Ok(Exit::Policy);
    }
    if planned.plan.is_empty() {
        if !Workspace::is_there(entry)? {
            workspace.store(ui, entry)?;
            ui.say(&format!("Made {} as its seed says", entry.name));
        }
        return Ok(Exit::Done);
    }
    if let Some(exit) = dry_run {
        return Ok(exit);
    }
    if !args.auto_approve && approval.is_none() {
        approve(ui, &entry.name)?;
    }

    let mut session = Session::open(ui, workspace, folder, entry)?;
    let yardsticks = (policy.as_ref(), &args.guards, &settings);
    let now = session.read()?;
    let approval = approval.map(|approval| (approval, entry));
    if moved(ui, workspace, &planned, yardsticks, approval, now)? {
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
        undoes: workspace.aim.undoes().map(|run| run.apply.clone()),
    };
    let applied = session.apply(ui, workspace, approved, &args.watch)?;
    if !applied.wrote() {
        return session.conclude(ui, workspace, &applied, None, None);
    }
    let (left, held) = match verify(ui, workspace, entry, &mut session, applied.is_complete()) {
        Ok((left, held)) => (Some(left), held),
        Err(Failure::Error(error) | Failure::Unreachable(error)) => {
            ui.error(&error.context("applied, but it could not be read again to see whether it holds"));
            (None, None)
        }
        Err(Failure::Reported) => (None, None),
    };
    let (baseline, asks_again) = match held {
        None => (None, false),
        Some(held) => after(ui, workspace, entry, &session, &held),
    };
    let exit = session.conclude(ui, workspace, &applied, left, baseline)?;
    if asks_again && exit == Exit::Done {
        ui.say("hint: the manifests still ask for what was taken back; the next apply would do it again");
    }
    Ok(exit)
}

/// What is on the deployment by whether the manifests name it, and whether these ask for something else than what is
/// there. `held` is the plan of which nothing is left.
fn after(
    ui: &mut Ui,
    workspace: &Workspace,
    entry: &DeploymentEntry,
    session: &Session,
    held: &Planned,
) -> (Option<Baseline>, bool) {
    match &workspace.aim {
        Aim::Manifests => (baseline(&entry.name, held, session.known()), false),
        Aim::Back(_) => {
            let asked = asked_by_manifests(ui, workspace, &entry.name, &held.live);
            let baseline = asked
                .as_ref()
                .and_then(|asked| baseline(&entry.name, asked, session.known()));
            (baseline, asked.is_some_and(|asked| !asked.plan.is_empty()))
        }
    }
}

/// Whether another plan would be made now than the one that was shown, or a guard or the policy would refuse it. Of a
/// saved plan the impact was approved, too.
fn moved(
    ui: &mut Ui,
    workspace: &mut Workspace,
    planned: &Planned,
    (policy, guards, settings): (Option<&PolicyFile>, &GuardArgs, &Settings),
    approval: Option<(&Approval, &DeploymentEntry)>,
    now: Snapshot,
) -> Result<bool, Failure> {
    if now == *planned.live {
        return Ok(false);
    }
    let again = workspace.plan_against(now)?;
    if workspace.reading.diagnostics.has_errors() || again.plan.steps != planned.plan.steps {
        return Ok(true);
    }
    let judged = match approval {
        None => guards.judge(ui, workspace, &again, settings),
        Some((approval, entry)) => {
            let (impact, judged) = guards.weigh(ui, workspace, &again, settings, approval.author());
            let shown = report(ui, workspace, entry, &again, impact.as_ref())?;
            if !approval.approves(workspace, entry, &again, shown)? {
                return Ok(true);
            }
            judged
        }
    };
    if !judged.refused.is_empty() {
        return Ok(true);
    }
    let verdicts = judge_planned(ui, workspace, policy, &again)?;
    Ok(verdicts.iter().any(|verdict| verdict.breach.is_some()))
}

/// Reads and plans again: what is left, and the empty plan when nothing is. What is left after everything was said to
/// be done is shown.
fn verify(
    ui: &mut Ui,
    workspace: &mut Workspace,
    entry: &DeploymentEntry,
    session: &mut Session,
    is_complete: bool,
) -> Result<(Vec<String>, Option<Planned>), Failure> {
    // What was said before is not said again.
    workspace.reading.diagnostics = Diagnostics::default();
    let again = workspace.plan_against(session.read()?)?;
    if workspace.reading.diagnostics.has_errors() {
        ui.diagnostics(&mut workspace.reading.diagnostics, &workspace.reading.sources);
        ui.say("error: what was applied is not what the manifests allow");
        return Err(Failure::Reported);
    }
    let shown = report(ui, workspace, entry, &again, None)?;
    let left = shown
        .changes
        .iter()
        .map(|change| change.address.clone())
        .collect();
    if again.plan.is_empty() {
        return Ok((left, Some(again)));
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
