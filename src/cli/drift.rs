//! `rolecall drift`: what someone did to a deployment beside its manifests.

use std::num::NonZeroU32;

use clap::Args;

use super::applying::{baseline, holder, known_baseline, ledger_place, lock};
use super::day::Day;
use super::drift_watch::watch;
use super::identity::who;
use super::plan::style;
use super::selection::SelectionArgs;
use super::ui::Ui;
use super::workspace::{Planned, Workspace, known_installation};
use super::{Exit, Failure, Format, Target};
use crate::access::{Access, Comparison, Impact};
use crate::deployment::Read as _;
use crate::deployment::embedded::Reader;
use crate::ledger::{ApplyId, Event, Ledger};
use crate::manifest::DeploymentEntry;
use crate::model::Digest;
use crate::plan::Heirs;
use crate::report::{
    DriftReport, PlanReport, ReportContext, UnmanagedDrift, count, drift_json, drift_terminal,
};

/// Show what someone did to a deployment beside its manifests
///
/// Compares what is there with what the manifests say, told as what was done to the deployment and what that means for
/// people; and what no manifest names with what the last apply found. Nothing is written, save by --accept. Exits with 2
/// when there is drift, 0 when there is none.
#[derive(Debug, Args)]
pub(super) struct DriftArgs {
    #[command(flatten)]
    pub(super) target: Target,
    #[command(flatten)]
    pub(super) day: Day,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Show every item and attribute, however many there are
    #[arg(long)]
    pub(super) verbose: bool,
    /// Look again after so many seconds, and print what is new since the last look, until Ctrl-C
    #[arg(long, value_name = "SECONDS")]
    watch: Option<NonZeroU32>,
    /// From now on what no manifest names and is there is known: it is no longer new. Changes of what manifests own are
    /// never accepted that way
    #[arg(long, conflicts_with_all = ["watch", "only", "exclude", "format"])]
    accept: bool,
}

pub(super) fn run(ui: &mut Ui, args: &DriftArgs) -> Result<Exit, Failure> {
    let workspace = Workspace::open(ui, &args.target)?;
    let entry = workspace.deployment(&args.target)?;
    if let Some(seconds) = args.watch {
        return watch(ui, args, workspace, &entry, seconds);
    }
    let mut workspace = workspace;
    args.settle(&mut workspace);
    if args.accept {
        return accept(ui, &mut workspace, &entry);
    }
    let (report, _) = look(ui, &mut workspace, &entry)?;
    workspace.stop_on_errors(ui)?;
    ui.diagnostics(&mut workspace.reading.diagnostics, &workspace.reading.sources);
    let text = match args.format {
        Format::Terminal => drift_terminal(&report, style(ui, args.verbose)),
        Format::Json => drift_json(&report),
    };
    ui.data(&text)?;
    Ok(exit(&report))
}

impl DriftArgs {
    /// Gives a workspace what was asked for.
    pub(super) fn settle(&self, workspace: &mut Workspace) {
        workspace.today = self.day.or(workspace.today);
        workspace.selection = self.selection.selection();
    }
}

/// How a look ends the command.
pub(super) fn exit(report: &DriftReport) -> Exit {
    if report.drift { Exit::Changes } else { Exit::Done }
}

/// Reads a deployment and compares. Where the diagnostics have errors, the report means nothing.
pub(super) fn look(
    ui: &mut Ui,
    workspace: &mut Workspace,
    entry: &DeploymentEntry,
) -> Result<(DriftReport, Planned), Failure> {
    // One that is not there yet has no drift: that is an error, unlike in a plan.
    let live = Reader::open(&entry.file, &workspace.project.system)?.read()?;
    ui.timings.end("deployment");
    let planned = workspace.plan_against(live)?;
    ui.timings.end("plan");
    let known = known_baseline(&workspace.project, &entry.name)?;
    let told = told(ui, workspace, entry, &planned);
    let selection = &workspace.selection;
    let unmanaged = UnmanagedDrift::new(
        &planned.plan.unmanaged,
        &planned.live,
        known.as_ref(),
        |address| selection.picks(&[address.to_owned()]),
    );
    let mut report = DriftReport::new(told, unmanaged);
    if known.is_none() && !planned.plan.unmanaged.is_empty() {
        let objects = count(planned.plan.unmanaged.len() as u64, "object");
        report.notes.push(format!(
            "{objects} in no manifest, and nothing recorded to compare with: an apply or drift --accept records it"
        ));
    }
    Ok((report, planned))
}

/// What was done to the deployment, as the report on a plan that would do it, and what that means for people.
fn told(ui: &mut Ui, workspace: &Workspace, entry: &DeploymentEntry, planned: &Planned) -> PlanReport {
    let system = &workspace.project.system;
    let drift = planned.plan.drift(system, &planned.live, &planned.overlay);
    let impact = (!drift.is_empty()).then(|| {
        let installation = known_installation(&workspace.project.installation, &planned.live);
        let there = planned.overlay.before(&planned.live);
        let states = [(planned.desired(), &installation), (there, &installation)];
        let (wanted, there) = Access::pair(system, states, &mut |phase| ui.timings.end(phase));
        let comparison = Comparison::new(&wanted, &there, &Heirs::default().groups);
        Impact::new(&comparison, None)
    });
    ui.timings.end("impact");
    let place = Workspace::place(entry);
    let context = ReportContext {
        system,
        sources: &workspace.reading.sources,
        deployment_name: &entry.name,
        deployment_place: &place,
        revision: None,
        live: planned.desired(),
        interim: None,
        impact: impact.as_ref(),
    };
    PlanReport::new(&drift, &context)
}

/// Records what is there now, so that it is known.
fn accept(ui: &mut Ui, workspace: &mut Workspace, entry: &DeploymentEntry) -> Result<Exit, Failure> {
    // What is not there is not made by a lock.
    Reader::open(&entry.file, &workspace.project.system)?;
    let holder = holder(&who());
    let _lock = lock(entry, &holder)?;
    let (report, planned) = look(ui, workspace, entry)?;
    workspace.stop_on_errors(ui)?;
    let now = jiff::Timestamp::now();
    let distinct = Digest::of(format!("accept {now} {}", std::process::id()).as_bytes());
    let id = ApplyId::new(now, &distinct);
    let Some(found) = baseline(&entry.name, &planned, None) else {
        return Ok(Exit::Done);
    };
    let known = found.unmanaged.len();
    let mut ledger = Ledger::open(&ledger_place(&workspace.project)?, &entry.name, &holder)?;
    let head = ledger.append(now, &id, Event::Baseline(found))?;
    let UnmanagedDrift {
        new,
        gone,
        formerly_managed,
    } = &report.unmanaged;
    ui.data(&format!(
        "Accepted for {}: {} in no manifest ({} new, {} formerly managed, {} gone)\n",
        entry.name,
        count(known as u64, "object"),
        new.len(),
        formerly_managed.len(),
        gone.len()
    ))?;
    ui.say(&format!("Ledger  {id}, head {head}"));
    if report.changes.is_empty() {
        return Ok(Exit::Done);
    }
    let objects = count(report.changes.len() as u64, "object");
    ui.say(&format!(
        "note: {objects} of the manifests drifted; that is never accepted this way"
    ));
    ui.say("hint: rolecall drift shows it; apply takes it back, or change the manifests");
    Ok(Exit::Changes)
}
