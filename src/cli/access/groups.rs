//! `rolecall access groups`.

use clap::Args;
use serde::Serialize;

use super::question::user;
use super::{StateArgs, access, way_words};
use crate::access::Grant;
use crate::cli::ui::Ui;
use crate::cli::{Exit, Failure, Format};
use crate::report::{answer_json, columns, count, visible};

/// Which groups a user is in, and how
///
/// Through every kind of member and to any depth.
#[derive(Debug, Args)]
pub(super) struct GroupsArgs {
    /// The user, by login name
    user: String,
    #[command(flatten)]
    state: StateArgs,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer {
    user: String,
    groups: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    group: String,
    way: String,
}

pub(super) fn run(ui: &mut Ui, args: &GroupsArgs) -> Result<Exit, Failure> {
    let state = args.state.state(ui)?;
    let user = user(&state.snapshot, &args.user)?;
    let access = access(ui, &state);
    let groups = access.groups_of(&user)?.into_iter().map(|(group, steps)| Row {
        group: group.to_string(),
        way: way_words(
            &state,
            &user,
            &Grant {
                steps,
                owner: Vec::new(),
                fault: None,
            },
        ),
    });
    let answer = Answer {
        user: user.to_string(),
        groups: groups.collect(),
    };
    let text = match args.format {
        Format::Json => answer_json(&state.origin.to_string(), &answer),
        Format::Terminal => {
            let rows = answer.groups.iter();
            let rows = rows.map(|row| vec![visible(&row.group), row.way.clone()]);
            let title = format!(
                "{user} is in {} · {}",
                count(answer.groups.len() as u64, "group"),
                state.origin
            );
            columns(&visible(&title), rows.collect())
        }
    };
    ui.data(&text)?;
    Ok(Exit::Done)
}
