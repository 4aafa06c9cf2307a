//! `rolecall access review`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{StateArgs, Table, access};
use crate::access::{Access, Matrix, MatrixRow, Reviewed};
use crate::cli::source::State;
use crate::cli::ui::Ui;
use crate::cli::{Exit, Failure};
use crate::model::{Principal, RoleName};
use crate::report::{
    DECISION_COLUMNS, Decision, GroupReviewReport, InTurn, PeopleTable, RoleReviewReport, answer_json, csv,
    group_decisions, group_terminal, matrix_lines, person_report, person_terminal, role_decisions,
    role_terminal, visible, write_answer_json,
};

/// What is to be certified again: per person, group or role
///
/// As CSV a line per decision, with an empty column `keep` to fill in.
#[derive(Debug, Args)]
pub(super) struct ReviewArgs {
    /// What the list is by
    #[arg(long, value_enum, default_value_t)]
    by: By,
    #[command(flatten)]
    state: StateArgs,
    /// How the list is printed
    #[arg(long, value_enum, default_value_t)]
    format: Table,
}

/// What a review goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum By {
    /// What each person has
    #[default]
    Person,
    /// Who is in each group, and what it gives
    Group,
    /// Who holds each role, and what it permits
    Role,
}

/// No people.
type Nobody = [(); 0];

/// The answer for programs: one of the three.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer<P> {
    People(P),
    Groups(Vec<GroupReviewReport>),
    Roles(Vec<RoleReviewReport>),
}

pub(super) fn run(ui: &mut Ui, args: &ReviewArgs) -> Result<Exit, Failure> {
    let state = args.state.state(ui)?;
    let access = access(ui, &state);
    let text = match args.by {
        By::Person => {
            ui.stream(|out| people(&state, &access, args.format, out))?;
            ui.timings.end("review");
            return Ok(Exit::Done);
        }
        By::Group => {
            let groups = groups(&state, &access)?;
            listed(
                &state,
                args.format,
                groups,
                Answer::Groups,
                group_decisions,
                group_terminal,
            )
        }
        By::Role => {
            let roles = roles(&state, &access);
            let terminal = |role: &RoleReviewReport| role_terminal(&state.system, role);
            listed(
                &state,
                args.format,
                roles,
                Answer::Roles,
                role_decisions,
                terminal,
            )
        }
    };
    ui.timings.end("review");
    ui.data(&text)?;
    Ok(Exit::Done)
}

/// People are written out one after the other: there are many.
fn people(state: &State, access: &Access<'_>, format: Table, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Table::Json => {
            let reviewed = Reviewed::new(access);
            let people = reviewed.people().map(|person| person_report(&person));
            let answer = Answer::People(InTurn::new(people));
            write_answer_json(&state.origin.to_string(), &answer, out)
        }
        Table::Csv => {
            let reviewed = Reviewed::to_certify(access);
            let mut table = PeopleTable::default();
            table.header(out)?;
            reviewed
                .people()
                .try_for_each(|person| table.person(&person, out))
        }
        Table::Terminal => {
            let reviewed = Reviewed::new(access);
            out.write_all(title(state).as_bytes())?;
            let mut people = reviewed.people().map(|person| person_report(&person));
            people.try_for_each(|person| out.write_all(person_terminal(&person).as_bytes()))
        }
    }
}

fn listed<R>(
    state: &State,
    format: Table,
    reports: Vec<R>,
    answer: impl FnOnce(Vec<R>) -> Answer<Nobody>,
    decisions: impl Fn(&R) -> Vec<Decision>,
    terminal: impl Fn(&R) -> String,
) -> String {
    match format {
        Table::Json => answer_json(&state.origin.to_string(), &answer(reports)),
        Table::Csv => {
            let decisions: Vec<Decision> = reports.iter().flat_map(decisions).collect();
            csv(&DECISION_COLUMNS, decisions.iter().map(<Decision>::as_slice))
        }
        Table::Terminal => {
            let mut text = title(state);
            reports.iter().for_each(|report| text.push_str(&terminal(report)));
            text
        }
    }
}

fn title(state: &State) -> String {
    visible(&format!("Review · {}", state.origin)) + "\n"
}

fn groups(state: &State, access: &Access<'_>) -> anyhow::Result<Vec<GroupReviewReport>> {
    let rules = access.rules_of_group();
    let groups = state.snapshot.groups.iter().map(|(name, group)| {
        let (to, from) = rules
            .get(name)
            .map_or((&[][..], &[][..]), |(to, from)| (to.as_slice(), from.as_slice()));
        let records = state.snapshot.records.owned_by(&Principal::Group(name.clone()));
        let batches = access.member_batches(name)?;
        Ok(GroupReviewReport::new(name, group, &batches, (to, from), records))
    });
    groups.collect()
}

fn roles(state: &State, access: &Access<'_>) -> Vec<RoleReviewReport> {
    let holders = access.holders_of_roles();
    let matrix = Matrix::new(access);
    let by_roles = access
        .matrix_rows()
        .iter()
        .any(|row| matches!(row, MatrixRow::Role(_)));
    let mut granted_by: BTreeMap<&RoleName, Vec<String>> = BTreeMap::new();
    for (group, given) in &state.snapshot.groups {
        for role in &given.roles {
            granted_by.entry(role).or_default().push(group.to_string());
        }
    }
    let roles = state.snapshot.roles.iter().map(|(name, role)| {
        let row = MatrixRow::Role(name.clone());
        let entries = if by_roles {
            matrix.entries(&row)
        } else {
            Vec::new()
        };
        RoleReviewReport {
            role: name.to_string(),
            holders: holders
                .get(name)
                .into_iter()
                .flatten()
                .map(ToString::to_string)
                .collect(),
            granted_by: granted_by.remove(name).unwrap_or_default(),
            profiles: role.profiles.iter().map(ToString::to_string).collect(),
            reaches: matrix_lines(&row, &entries),
        }
    });
    roles.collect()
}
