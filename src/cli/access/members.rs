//! `rolecall access members`.

use clap::Args;
use serde::Serialize;

use super::question::group;
use super::{StateArgs, access, way_words};
use crate::access::Grant;
use crate::cli::ui::Ui;
use crate::cli::{Exit, Failure, Format};
use crate::report::{answer_json, columns, people, visible};

/// Who is in a group, and how
///
/// Everyone whom the group lists, whose role it lists, who is below a role that it lists with subordinates, or who is
/// in a group within it, to any depth.
#[derive(Debug, Args)]
pub(super) struct MembersArgs {
    /// The group
    group: String,
    #[command(flatten)]
    state: StateArgs,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer {
    group: String,
    members: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    user: String,
    /// Whether the user can log in.
    active: bool,
    way: String,
}

pub(super) fn run(ui: &mut Ui, args: &MembersArgs) -> Result<Exit, Failure> {
    let state = args.state.state(ui)?;
    let group = group(&state.snapshot, &args.group)?;
    let access = access(ui, &state);
    let members = access.members(&group)?.into_iter().map(|member| {
        let way = Grant {
            steps: member.way,
            owner: Vec::new(),
            fault: None,
        };
        Row {
            way: way_words(&state, &member.user, &way),
            user: member.user.to_string(),
            active: member.active,
        }
    });
    let answer = Answer {
        group: group.to_string(),
        members: members.collect(),
    };
    let text = match args.format {
        Format::Json => answer_json(&state.origin.to_string(), &answer),
        Format::Terminal => {
            let rows = answer.members.iter().map(|row| {
                let note = if row.active { "" } else { " (cannot log in)" };
                vec![visible(&row.user), format!("{}{note}", row.way)]
            });
            let title = format!(
                "{} in group {group} · {}",
                people(answer.members.len() as u64),
                state.origin
            );
            columns(&visible(&title), rows.collect())
        }
    };
    ui.data(&text)?;
    Ok(Exit::Done)
}
