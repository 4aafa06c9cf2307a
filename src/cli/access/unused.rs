//! `rolecall access unused`.

use clap::Args;
use serde::Serialize;

use super::{StateArgs, Table, access, place_of_rule};
use crate::access::{Unused, UnusedSubject};
use crate::cli::source::State;
use crate::cli::ui::Ui;
use crate::cli::{Exit, Failure};
use crate::model::{GroupIntent, MemberIntent, Principal};
use crate::report::{answer_json, because_words, csv, subject_words, visible};
use crate::text::Span;

/// The columns of the table.
const HEADER: [&str; 5] = ["kind", "object", "reason", "place", "proved"];

/// What changes nothing and could go, and why
///
/// Rules without effect, groups that give nothing, memberships that another one implies, profiles and roles that
/// nobody has, roles and groups that are alike. Each is looked at by itself, with all others in place. `proved` is
/// what changes nobody's access when it goes; the rest are hints.
#[derive(Debug, Args)]
pub(super) struct UnusedArgs {
    /// In how many rights roles may differ to be told as nearly alike
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=5))]
    differences: u8,
    #[command(flatten)]
    state: StateArgs,
    /// How the list is printed
    #[arg(long, value_enum, default_value_t)]
    format: Table,
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer {
    unused: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    /// The stable id of the kind of finding.
    kind: &'static str,
    object: String,
    reason: String,
    /// Where the manifests say it, if they do.
    place: Option<String>,
    /// Whether it is proved that taking it away changes nobody's access.
    proved: bool,
}

pub(super) fn run(ui: &mut Ui, args: &UnusedArgs) -> Result<Exit, Failure> {
    let state = args.state.state(ui)?;
    let access = access(ui, &state);
    let found = access.unused(usize::from(args.differences));
    ui.timings.end("unused");
    let rows: Vec<Row> = found.iter().map(|finding| row(&state, finding)).collect();
    let text = match args.format {
        Table::Json => answer_json(&state.origin.to_string(), &Answer { unused: rows }),
        Table::Csv => {
            let cells: Vec<[String; 5]> = rows.into_iter().map(cells).collect();
            csv(&HEADER, cells.iter().map(<[String; 5]>::as_slice))
        }
        Table::Terminal => terminal(&state, &rows),
    };
    ui.data(&text)?;
    Ok(Exit::Done)
}

fn row(state: &State, finding: &Unused) -> Row {
    Row {
        kind: finding.kind(),
        object: subject_words(&finding.subject),
        reason: because_words(&finding.because),
        place: place(state, &finding.subject),
        proved: finding.proved,
    }
}

fn cells(row: Row) -> [String; 5] {
    let Row {
        kind,
        object,
        reason,
        place,
        proved,
    } = row;
    let proved = if proved { "yes" } else { "no" };
    [
        kind.to_owned(),
        object,
        reason,
        place.unwrap_or_default(),
        proved.to_owned(),
    ]
}

fn terminal(state: &State, rows: &[Row]) -> String {
    let proved = rows.iter().filter(|row| row.proved).count();
    let hints = rows.len() - proved;
    let title = format!(
        "{proved} could go without a change of access, {hints} hints · {}",
        state.origin
    );
    let mut text = format!("{}\n", visible(&title));
    for row in rows {
        let hint = if row.proved { "" } else { " (hint)" };
        let place = row.place.as_ref().map(|place| format!(", {}", visible(place)));
        text.push_str(&format!(
            "\n[{}]{hint} {}\n  {}{}\n",
            row.kind,
            visible(&row.object),
            visible(&row.reason),
            place.unwrap_or_default()
        ));
    }
    text
}

/// Where the manifests say what was found; of several, the first.
fn place(state: &State, subject: &UnusedSubject) -> Option<String> {
    let intent = state.intent.as_ref()?;
    let span = match subject {
        UnusedSubject::Rule(key) => return place_of_rule(state, key),
        UnusedSubject::Group(group) => intent.groups.get(group).map(|group| group.at),
        UnusedSubject::Groups(groups) => groups
            .iter()
            .find_map(|group| intent.groups.get(group))
            .map(|group| group.at),
        UnusedSubject::Member { group, member } => {
            let group = intent.groups.get(group);
            group.and_then(|group| place_of_member(group, member))
        }
        UnusedSubject::Profile(profile) | UnusedSubject::ProfileRights { profile, .. } => {
            intent.profiles.get(profile).map(|profile| profile.at)
        }
        UnusedSubject::Role(role) => intent.roles.get(role).map(|role| role.at),
        UnusedSubject::Roles(roles) => roles
            .iter()
            .find_map(|role| intent.roles.get(role))
            .map(|role| role.at),
    };
    let span = span.filter(|span| !span.is_nowhere())?;
    Some(state.sources.line_ref(span))
}

fn place_of_member(group: &GroupIntent, member: &Principal) -> Option<Span> {
    fn of<N: PartialEq>(listed: &[MemberIntent<N>], name: &N) -> Option<Span> {
        let member = listed.iter().find(|member| member.value == *name);
        member.map(|member| member.span)
    }
    let members = &group.members.as_ref()?.value;
    match member {
        Principal::Everyone => None,
        Principal::User(name) => of(&members.users, name),
        Principal::Role(name) => of(&members.roles, name),
        Principal::RoleAndSubordinates(name) => of(&members.roles_and_subordinates, name),
        Principal::Group(name) => of(&members.groups, name),
    }
}
