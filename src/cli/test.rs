//! `rolecall test`.

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use clap::Args;

use super::day::Day;
use super::policy::PolicyArgs;
use super::ui::Ui;
use super::workspace::{Workspace, known_installation, write_file};
use super::{Exit, Failure, Format, Target};
use crate::access::Access;
use crate::model::{Installation, Snapshot};
use crate::policy::{judge, keep, resolve_policy, resolve_tests};
use crate::report::{JudgedReport, JudgedState, judged_json, judged_terminal, junit};
use crate::text::{Code, Diagnostic};

/// Run access tests: who may do what, and why
///
/// Reads every *.access.yaml of the project and its policy, and judges them on the access that follows once the
/// manifests are applied: on a deployment with the plan carried out in memory. Nothing is written to it.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    #[command(flatten)]
    target: Target,
    /// Judge the deployment as it is, without the manifests
    #[arg(long, conflicts_with = "offline")]
    live: bool,
    /// Judge the manifests alone, without a deployment
    #[arg(long, conflicts_with = "deployment")]
    offline: bool,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    policy: PolicyArgs,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Also write the result to a file as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// The state that is judged.
struct Judged {
    kind: JudgedState,
    deployment: Option<String>,
    state: Snapshot,
    installation: Installation,
}

pub(super) fn run(ui: &mut Ui, args: &TestArgs) -> Result<Exit, Failure> {
    let folder = &args.target.folder;
    let mut workspace = if args.live {
        Workspace::open_project(ui, folder)?
    } else {
        Workspace::open(ui, folder)?
    };
    workspace.today = args.day.or(workspace.today);
    let judged = load(ui, &mut workspace, args)?;
    // Read after the state, so that mistakes in their shape and unknown names come in one run.
    let files = workspace.reading.access_tests(folder);
    let policy = args.policy.read(&mut workspace, folder)?;

    let Workspace {
        reading,
        project,
        today,
    } = &mut workspace;
    let today = *today;
    let access = Access::new(&project.system, &judged.state, &judged.installation);
    let tests = resolve_tests(&files, &access, &mut reading.diagnostics);
    let rules = policy
        .as_ref()
        .map(|policy| resolve_policy(policy, &access, today, &mut reading.diagnostics));
    if tests.is_empty() && rules.is_none() && !reading.diagnostics.has_errors() {
        let place = folder.display();
        let message = format!("there are no access tests below {place}");
        let none = Diagnostic::error(Code::NoAccessTests, message);
        reading.diagnostics.push(
            none.hint("write some into a file whose name ends in .access.yaml; see docs/access-tests.md"),
        );
    }
    ui.diagnostics(&mut reading.diagnostics, &reading.sources);
    if reading.diagnostics.has_errors() {
        return Err(Failure::Reported);
    }
    let outcomes = judge(&tests, &access)?;
    let verdicts = rules.map_or_else(|| Ok(Vec::new()), |rules| keep(&rules, &access, today))?;

    let report = JudgedReport::new(
        project.system.definition().name.as_str(),
        judged.kind,
        judged.deployment.as_deref(),
        &outcomes,
        &verdicts,
        &reading.sources,
    );
    let text = match args.format {
        Format::Terminal => judged_terminal(&report),
        Format::Json => judged_json(&report),
    };
    ui.data(&text)?;
    if let Some(path) = &args.junit {
        write_file(path, &junit(&report))?;
    }
    Ok(if report.passed() { Exit::Done } else { Exit::Policy })
}

/// Loads the state that the arguments ask for.
fn load(ui: &mut Ui, workspace: &mut Workspace, args: &TestArgs) -> Result<Judged, Failure> {
    if args.offline {
        let state = ManuallyDrop::into_inner(workspace.check_offline()).desired;
        workspace.stop_on_errors(ui)?;
        return Ok(Judged {
            kind: JudgedState::Offline,
            deployment: None,
            installation: workspace.project.installation.clone(),
            state,
        });
    }
    let entry = workspace.deployment(&args.target)?;
    let (kind, state) = if args.live {
        (JudgedState::Live, workspace.live(ui, &entry)?)
    } else {
        let planned = workspace.plan(ui, &entry)?;
        (JudgedState::Planned, planned.into_desired())
    };
    Ok(Judged {
        kind,
        installation: known_installation(&workspace.project.installation, &state),
        deployment: Some(entry.name),
        state,
    })
}
