//! `rolecall access`: questions about effective access, one file each.

mod compare;
mod explain;
mod groups;
mod matrix;
mod members;
mod question;
mod review;
mod unused;
mod what_can;
mod who_can;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::day::{Day, present_day};
use super::source::{People, Source, State, refuse_idle_deployment};
use super::ui::Ui;
use super::{Exit, Failure, Target};
use crate::access::{Access, Grant, Step};
use crate::model::{RuleKey, UserName};
use crate::report::{visible, way};

/// Ask who may do what, with whose records, and why
///
/// Answers from the manifests laid over the default deployment, or from another state with `--in`: see
/// docs/sources.md. The rules are in docs/access.md. Nothing is written.
#[derive(Debug, Args)]
pub(super) struct AccessArgs {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    WhoCan(who_can::WhoCanArgs),
    WhatCan(what_can::WhatCanArgs),
    Explain(explain::ExplainArgs),
    Compare(compare::CompareArgs),
    Members(members::MembersArgs),
    Groups(groups::GroupsArgs),
    Matrix(matrix::MatrixArgs),
    Review(review::ReviewArgs),
    Unused(unused::UnusedArgs),
}

pub(super) fn run(ui: &mut Ui, args: &AccessArgs) -> Result<Exit, Failure> {
    match &args.question {
        Question::WhoCan(args) => who_can::run(ui, args),
        Question::WhatCan(args) => what_can::run(ui, args),
        Question::Explain(args) => explain::run(ui, args),
        Question::Compare(args) => compare::run(ui, args),
        Question::Members(args) => members::run(ui, args),
        Question::Groups(args) => groups::run(ui, args),
        Question::Matrix(args) => matrix::run(ui, args),
        Question::Review(args) => review::run(ui, args),
        Question::Unused(args) => unused::run(ui, args),
    }
}

/// How a table is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Table {
    /// For people
    #[default]
    Terminal,
    /// For machines; see docs/json.md
    Json,
    /// For spreadsheets
    Csv,
}

/// Which state is asked about.
#[derive(Debug, Args)]
pub(super) struct StateArgs {
    /// The state to ask: deployment:NAME, git:REV:PATH, a project folder or an exported file; without it the manifests
    /// laid over their deployment
    #[arg(long = "in", value_name = "SOURCE")]
    source: Option<Source>,
    /// The project whose manifests and deployments are meant
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// The deployment whose manifests are meant, by its name in rolecall.yaml; without `--in` they are laid over it
    #[arg(long, value_name = "NAME")]
    deployment: Option<String>,
    /// Take users and their records from an exported file
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    #[command(flatten)]
    day: Day,
}

impl StateArgs {
    /// Reads the state.
    pub(super) fn state(&self, ui: &mut Ui) -> Result<State, Failure> {
        let people = self.users.as_deref().map(People::read).transpose()?;
        let source = self.source.clone().unwrap_or_default();
        refuse_idle_deployment(self.deployment.as_deref(), &[&source])?;
        let target = Target {
            folder: self.project.clone(),
            deployment: self.deployment.clone(),
        };
        let state = source.resolve(ui, &target, self.day.or(present_day()))?;
        let state = match &people {
            Some(people) => state.with_people(ui, people)?,
            None => state,
        };
        ui.timings.end("state");
        Ok(state)
    }
}

/// The access that follows from a state.
fn access<'s>(ui: &mut Ui, state: &'s State) -> Access<'s> {
    Access::observed(
        &state.system,
        &state.snapshot,
        &state.installation,
        &mut |phase| ui.timings.end(phase),
    )
}

/// A way in words, safe for a terminal, with the place of the rule it goes through.
fn way_words(state: &State, user: &UserName, grant: &Grant) -> String {
    let mut words = visible(&way(user, grant));
    if let Some(place) = grant.steps.iter().find_map(|step| rule_place(state, step)) {
        words.push_str(&format!(", {}", visible(&place)));
    }
    words
}

/// Where the manifests say the rule of a step.
fn rule_place(state: &State, step: &Step) -> Option<String> {
    let Step::Rule { key, .. } = step else {
        return None;
    };
    place_of_rule(state, key)
}

fn place_of_rule(state: &State, key: &RuleKey) -> Option<String> {
    let rule = state.intent.as_ref()?.sharing.rules.get(key)?;
    (!rule.span.is_nowhere()).then(|| state.sources.line_ref(rule.span))
}
