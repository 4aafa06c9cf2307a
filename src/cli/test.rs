//! `rolecall test`.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::day::Day;
use super::policy::PolicyArgs;
use super::source::{People, Source, State, refuse_idle_deployment};
use super::ui::Ui;
use super::workspace::{Workspace, write_file};
use super::{Exit, Failure, Format, Target};
use crate::access::Access;
use crate::policy::{judge, keep, resolve_policy, resolve_tests};
use crate::report::{JudgedReport, judged_json, judged_terminal, junit};
use crate::text::{Code, Diagnostic};

/// Run access tests: who may do what, and why
///
/// Reads every *.access.yaml of the project and its policy, and judges them on the access that follows once the
/// manifests are applied: on a deployment with the plan carried out in memory. With `--in` on another state: see
/// docs/sources.md. Nothing is written to a deployment.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    #[command(flatten)]
    target: Target,
    /// Another state than the planned one: deployment:NAME, git:REV:PATH, a project folder or an exported file
    #[arg(long = "in", value_name = "SOURCE")]
    source: Option<Source>,
    #[command(flatten)]
    day: Day,
    /// Take users and their records from an exported file
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    #[command(flatten)]
    policy: PolicyArgs,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Also write the result to a file as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

pub(super) fn run(ui: &mut Ui, args: &TestArgs) -> Result<Exit, Failure> {
    let folder = &args.target.folder;
    // What is asked is the project's, wherever the state is from.
    let mut workspace = Workspace::open_project(ui, folder)?;
    workspace.today = args.day.or(workspace.today);
    let state = state(ui, &workspace, args)?;
    let files = workspace.reading.access_tests(folder);
    let policy = args.policy.read(&mut workspace, folder)?;

    let Workspace { reading, today, .. } = &mut workspace;
    let today = *today;
    let access = Access::new(&state.system, &state.snapshot, &state.installation);
    ui.timings.end("access");
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
    ui.timings.end("tests and policy");

    let report = JudgedReport::new(
        state.system.definition().name.as_str(),
        &state.origin.to_string(),
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

/// The state that is asked for; one of another system than the project's is an error.
fn state(ui: &mut Ui, workspace: &Workspace, args: &TestArgs) -> Result<State, Failure> {
    let people = args.users.as_deref().map(People::read).transpose()?;
    let source = args.source.clone().unwrap_or_default();
    refuse_idle_deployment(args.target.deployment.as_deref(), &[&source])?;
    let state = source.resolve(ui, &args.target, workspace.today)?;
    let (found, project) = (
        &state.system.definition().name,
        &workspace.project.system.definition().name,
    );
    if found != project {
        return Err(anyhow!(
            "{} is a state of {found}, the project of {project}\n\
             hint: name the project whose tests are about it",
            state.origin
        )
        .into());
    }
    let state = match &people {
        Some(people) => state.with_people(ui, people)?,
        None => state,
    };
    ui.timings.end("state");
    Ok(state)
}
