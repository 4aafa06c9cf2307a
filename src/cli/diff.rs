//! `rolecall diff`.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::day::{Day, present_day};
use super::plan::style;
use super::source::{People, Source, State, refuse_idle_deployment};
use super::ui::Ui;
use super::{Exit, Failure, Format, Target};
use crate::access::{Access, Comparison, Impact};
use crate::model::UserName;
use crate::plan::{Heirs, Plan};
use crate::report::{DiffReport, PlanReport, ReportContext, diff_json, diff_terminal};

/// Show how two states differ, and what that means for people
///
/// Each state is a project folder, git:REV:PATH, deployment:NAME or an exported file: see docs/sources.md. Only a
/// deployment needs credentials, so that a pull request can be reviewed without any: with the people of an exported
/// file the impact is shown too.
#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The state before
    left: Source,
    /// The state after
    right: Source,
    /// Take users and their records from an exported file, on both sides
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    /// The project whose deployments are meant
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// The deployment whose manifests are meant, by its name in rolecall.yaml; without it the one that `default` names,
    /// or the only one
    #[arg(long, value_name = "NAME")]
    deployment: Option<String>,
    #[command(flatten)]
    day: Day,
    /// The user who proposes the change, by login name: what that user gains is pointed out
    #[arg(long, value_name = "USER")]
    author: Option<String>,
    /// How the difference is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Show every item and attribute, however many there are
    #[arg(long)]
    verbose: bool,
    /// Exit with 2 when there are differences, 0 when there are none, 1 on an error
    #[arg(long)]
    detailed_exitcode: bool,
}

pub(super) fn run(ui: &mut Ui, args: &DiffArgs) -> Result<Exit, Failure> {
    let people = args.users.as_deref().map(People::read).transpose()?;
    let target = Target {
        folder: args.project.clone(),
        deployment: args.deployment.clone(),
    };
    refuse_idle_deployment(args.deployment.as_deref(), &[&args.left, &args.right])?;
    let today = args.day.or(present_day());
    let mut resolve = |source: &Source| {
        let state = source.resolve(ui, &target, today)?;
        match &people {
            Some(people) => state.with_people(ui, people),
            None => Ok(state),
        }
    };
    let (left, right) = (resolve(&args.left)?, resolve(&args.right)?);
    ui.timings.end("states");
    let report = difference(ui, args, &left, &right)?;
    let text = match args.format {
        Format::Terminal => diff_terminal(&report, style(ui, args.verbose)),
        Format::Json => diff_json(&report),
    };
    ui.data(&text)?;
    let changes = args.detailed_exitcode && !report.difference.changes.is_empty();
    Ok(if changes { Exit::Changes } else { Exit::Done })
}

fn difference(ui: &mut Ui, args: &DiffArgs, left: &State, right: &State) -> Result<DiffReport, Failure> {
    let system = &right.system;
    let name = &system.definition().name;
    if left.system.definition().name != *name {
        return Err(anyhow!(
            "{} is a state of {}, {} one of {name}",
            left.origin,
            left.system.definition().name,
            right.origin
        )
        .into());
    }
    let plan = Plan::between(
        system,
        &left.snapshot,
        &right.snapshot,
        right.intent.as_ref(),
        right.today,
    );
    let states = [
        (&left.snapshot, &left.installation),
        (&right.snapshot, &right.installation),
    ];
    let (before, after) = Access::pair(system, states, &mut |phase| ui.timings.end(phase));
    // Who takes over from what is gone is not to be seen in two states.
    let comparison = Comparison::new(&before, &after, &Heirs::default().groups);
    let author = args.author.as_deref().map(UserName::from);
    let impact = Impact::new(&comparison, author.as_ref());
    ui.timings.end("impact");
    let (left_name, right_name) = (left.origin.to_string(), right.origin.to_string());
    let context = ReportContext {
        interim: None,
        system,
        sources: &right.sources,
        deployment_name: &right_name,
        deployment_place: "",
        revision: None,
        live: &left.snapshot,
        impact: Some(&impact),
    };
    let gone = left
        .snapshot
        .users
        .keys()
        .filter(|user| !right.snapshot.users.contains_key(*user));
    let new = right
        .snapshot
        .users
        .keys()
        .filter(|user| !left.snapshot.users.contains_key(*user));
    let mut notes = Vec::new();
    for (count, side) in [(gone.count(), &left_name), (new.count(), &right_name)] {
        if count > 0 {
            let users = if count == 1 {
                "1 user is".to_owned()
            } else {
                format!("{count} users are")
            };
            notes.push(format!("{users} only in {side}"));
        }
    }
    if left.snapshot.users.is_empty() && right.snapshot.users.is_empty() {
        notes.push("neither state has users, so that nobody can gain or lose; --users FILE takes them from an export".to_owned());
    }
    Ok(DiffReport {
        system: name.to_string(),
        difference: PlanReport::new(&plan, &context),
        left: left_name.clone(),
        right: right_name.clone(),
        notes,
    })
}
