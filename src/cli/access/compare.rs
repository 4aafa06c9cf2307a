//! `rolecall access compare`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde::Serialize;

use super::question::subject;
use super::what_can::{Row, told};
use super::{StateArgs, access};
use crate::access::{Ability, Access, Owner, Reached, Subject};
use crate::cli::ui::Ui;
use crate::cli::{Exit, Failure, Format};
use crate::report::{answer_json, columns, visible};

/// What one user or role can do and another cannot
///
/// Users by login name, roles as `role:NAME`. What each can do with what is one's own counts as the same.
#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// A user by login name, or role:NAME
    left: String,
    /// Another
    right: String,
    #[command(flatten)]
    state: StateArgs,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer {
    left: String,
    right: String,
    /// What only the left one can do, and about whom.
    only_left: Vec<Row>,
    /// What only the right one can do, and about whom.
    only_right: Vec<Row>,
    /// How many abilities both have, wholly or in part.
    common: usize,
}

pub(super) fn run(ui: &mut Ui, args: &CompareArgs) -> Result<Exit, Failure> {
    let state = args.state.state(ui)?;
    let access = access(ui, &state);
    let subjects = [&args.left, &args.right].map(|text| subject(&state.snapshot, text));
    let [left, right] = subjects;
    let (left, right) = (left?, right?);
    let of_left: BTreeMap<Ability, Reached> = access.abilities_of(&left)?.into_iter().collect();
    let of_right: BTreeMap<Ability, Reached> = access.abilities_of(&right)?.into_iter().collect();
    let oneself = [&left, &right].map(own_name).into_iter().flatten().collect();
    let answer = Answer {
        left: args.left.clone(),
        right: args.right.clone(),
        only_left: beyond(&access, &left, &of_left, &of_right, &oneself),
        only_right: beyond(&access, &right, &of_right, &of_left, &oneself),
        common: of_left
            .keys()
            .filter(|ability| of_right.contains_key(*ability))
            .count(),
    };
    let text = match args.format {
        Format::Json => answer_json(&state.origin.to_string(), &answer),
        Format::Terminal => {
            let mut text = visible(&format!("{} and {} · {}", args.left, args.right, state.origin));
            text.push('\n');
            for (name, rows) in [(&args.left, &answer.only_left), (&args.right, &answer.only_right)] {
                let title = if rows.is_empty() {
                    format!("nothing that only {name} can do")
                } else {
                    format!("only {name}")
                };
                text.push_str(&columns(&visible(&title), told(&state.system, rows)));
            }
            text
        }
    };
    ui.data(&text)?;
    Ok(Exit::Done)
}

fn own_name(subject: &Subject) -> Option<Owner> {
    match subject {
        Subject::User(name) => Some(Owner::User(name.clone())),
        Subject::Role(_) => None,
    }
}

/// What one has and the other has not, leaving out what is about one of the two.
fn beyond(
    access: &Access<'_>,
    subject: &Subject,
    these: &BTreeMap<Ability, Reached>,
    those: &BTreeMap<Ability, Reached>,
    oneself: &BTreeSet<Owner>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for (ability, reached) in these {
        let other = those.get(ability);
        let mut more = reached.clone();
        if let Some(other) = other {
            more.owners = reached
                .owners
                .iter()
                .filter(|owner| !other.owners.contains(*owner) && !oneself.contains(*owner))
                .cloned()
                .collect();
            if more.owners.is_empty() {
                continue;
            }
            more.own = false;
            more.everyone = false;
        }
        rows.push(Row::new(access, subject, ability.clone(), &more));
    }
    rows
}
