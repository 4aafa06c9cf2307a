//! `rolecall plan`.

use std::path::PathBuf;

use clap::Args;

use super::applying::known_baseline;
use super::day::Day;
use super::guards::{GuardArgs, guard_settings};
use super::policy::{PolicyArgs, is_broken, judge};
use super::saved::Draft;
use super::selection::SelectionArgs;
use super::ui::Ui;
use super::workspace::{Planned, Workspace, known_installation};
use super::{Exit, Failure, Format, Target};
use crate::access::Impact;
use crate::ledger::LedgerError;
use crate::manifest::{DeploymentEntry, PolicyFile};
use crate::model::UserName;
use crate::plan::Preference;
use crate::policy::Verdict;
use crate::report::{PlanReport, ReportContext, Style, json, terminal};

/// Show how a deployment differs from the manifests
///
/// Reads the deployment, lays the manifests over it, and prints the changes that would make it as they say.
/// Guards judge the whole plan, a policy the state that it leads to. Nothing is written.
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    selection: SelectionArgs,
    /// How the plan is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Show every item and attribute, however many there are
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    guards: GuardArgs,
    #[command(flatten)]
    order: OrderArgs,
    /// The user who proposes the change, by login name: what that user gains is pointed out
    #[arg(long, value_name = "USER")]
    author: Option<String>,
    /// Exit with 2 when there are changes, 0 when there are none, 1 on an error, 3 when a guard refuses,
    /// 4 when the policy is broken
    #[arg(long)]
    detailed_exitcode: bool,
    /// Save the plan, to be shown with `show FILE` and applied with `apply FILE`; nothing is saved that a guard or the
    /// policy refuses
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What a plan does first.
#[derive(Debug, Args)]
pub(super) struct OrderArgs {
    /// Give before taking away: nobody is without for a moment, but some may have more than before and after. Without
    /// this nobody gains in between
    #[arg(long)]
    grants_first: bool,
}

impl OrderArgs {
    pub(super) fn preference(&self) -> Preference {
        if self.grants_first {
            Preference::GrantsFirst
        } else {
            Preference::RevokesFirst
        }
    }
}

pub(super) fn run(ui: &mut Ui, args: &PlanArgs) -> Result<Exit, Failure> {
    let mut workspace = Workspace::open(ui, &args.target)?;
    workspace.today = args.day.or(workspace.today);
    workspace.preference = args.order.preference();
    workspace.selection = args.selection.selection();
    let draft = args
        .out
        .as_deref()
        .map(|out| Draft::new(out, &workspace))
        .transpose()?;
    let entry = workspace.deployment(&args.target)?;
    let planned = workspace.plan(ui, &entry)?;
    let policy = args.policy.read(&mut workspace, &args.target.folder)?;
    let verdicts = judge_planned(ui, &mut workspace, policy.as_ref(), &planned)?;
    let author = args.author.as_deref().map(UserName::from);
    let settings = guard_settings(&mut workspace, policy.as_ref(), &entry, &planned);
    let (impact, judged) = args
        .guards
        .weigh(ui, &workspace, &planned, &settings, author.as_ref());
    let mut report = report(ui, &workspace, &entry, &planned, impact.as_ref())?;
    report.guards.clone_from(&judged.reports);
    let text = match args.format {
        Format::Terminal => terminal(&report, style(ui, args.verbose)),
        Format::Json => json(&report),
    };
    ui.diagnostics(&mut workspace.reading.diagnostics, &workspace.reading.sources);
    ui.data(&text)?;
    let refused = judged.is_refused(ui, args.verbose);
    let broken = is_broken(ui, &workspace, &verdicts);
    if refused {
        return Ok(Exit::Guard);
    }
    if broken {
        return Ok(Exit::Policy);
    }
    if let Some(draft) = draft {
        draft.save(ui, &workspace, &entry, &planned, report, author.as_ref())?;
    }
    let changes = args.detailed_exitcode && !planned.plan.is_empty();
    Ok(if changes { Exit::Changes } else { Exit::Done })
}

/// Judges a policy on the state after a plan.
pub(super) fn judge_planned(
    ui: &mut Ui,
    workspace: &mut Workspace,
    policy: Option<&PolicyFile>,
    planned: &Planned,
) -> Result<Vec<Verdict>, Failure> {
    let known = known_installation(&workspace.project.installation, planned.desired());
    let verdicts = judge(ui, workspace, policy, planned.desired(), &known)?;
    if policy.is_some() {
        ui.timings.end("policy");
    }
    Ok(verdicts)
}

pub(super) fn style(ui: &Ui, verbose: bool) -> Style {
    Style {
        color: ui.color,
        width: ui.width,
        verbose,
    }
}

/// The report on a plan. With an impact it also says what people gain while the plan is applied.
pub(super) fn report(
    ui: &mut Ui,
    workspace: &Workspace,
    entry: &DeploymentEntry,
    planned: &Planned,
    impact: Option<&Impact>,
) -> Result<PlanReport, Failure> {
    let place = Workspace::place(entry);
    // Whoever asks what it means for people is about to apply it.
    let interim = impact.map(|_| workspace.interim(planned));
    if interim.is_some() {
        ui.timings.end("in between");
    }
    let context = ReportContext {
        interim: interim.as_ref(),
        system: &workspace.project.system,
        sources: &workspace.reading.sources,
        deployment_name: &entry.name,
        deployment_place: &place,
        revision: None,
        live: &planned.live,
        impact,
    };
    let mut report = PlanReport::new(&planned.plan, &context);
    report.undoes = workspace.aim.undoes().map(|run| run.apply.to_string());
    report.notes.extend(planned.notes.iter().cloned());
    if !report.unmanaged.is_empty() {
        match known_baseline(&workspace.project, &entry.name) {
            Ok(Some(known)) => report.mark_formerly_managed(&known),
            Ok(None) => {}
            // Whoever reviews a plan need not be let in where applies are recorded.
            Err(error) if is_out_of_reach(&error) => report.notes.push(format!(
                "{error}; it is not known which unmanaged objects were managed once"
            )),
            Err(error) => return Err(error.into()),
        }
    }
    if Workspace::is_there(entry).is_ok_and(|is_there| !is_there) {
        let source = if entry.seed.is_some() {
            "planned against its seed"
        } else {
            "planned against an empty one"
        };
        report
            .notes
            .push(format!("the deployment does not exist yet; {source}"));
    }
    Ok(report)
}

fn is_out_of_reach(error: &anyhow::Error) -> bool {
    let ledger = error.downcast_ref::<LedgerError>();
    ledger.is_some_and(|error| matches!(error, LedgerError::Unreachable { .. }))
}
