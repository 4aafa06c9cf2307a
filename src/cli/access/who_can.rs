//! `rolecall access who-can`.

use clap::Args;
use serde::Serialize;

use super::question::{ability, owner};
use super::{StateArgs, access, way_words};
use crate::access::Crowd;
use crate::cli::ui::Ui;
use crate::cli::{Exit, Failure, Format};
use crate::report::{abilities, answer_json, columns, crowd, people, visible};

/// Up to so many people are listed with their way each; more are told in few words.
const LISTED: usize = 40;

/// Who can do something, and by which way
///
/// An action on a module, about the records of everyone together or of one owner: `who-can view Leads --owner anna`.
/// Without a module a permission, a service, an authorisation such as presence.see, or a role that groups grant.
#[derive(Debug, Args)]
pub(super) struct WhoCanArgs {
    /// The action; without a module a permission, service, authorisation or role
    action: String,
    /// The module
    module: Option<String>,
    /// About whom: a user, or group:NAME
    #[arg(long, value_name = "OWNER")]
    owner: Option<String>,
    /// List everyone, however many there are
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    state: StateArgs,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer {
    ability: crate::access::Ability,
    owner: Option<crate::access::Owner>,
    people: usize,
    who: Crowd,
    users: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    user: String,
    /// One way, where few enough are listed for it to be found out.
    way: Option<String>,
}

pub(super) fn run(ui: &mut Ui, args: &WhoCanArgs) -> Result<Exit, Failure> {
    let state = args.state.state(ui)?;
    let access = access(ui, &state);
    let ability = ability(
        &state.system,
        access.abilities(),
        &args.action,
        args.module.as_deref(),
    )?;
    let asked = args.owner.as_deref();
    let owner = asked.map(|text| owner(&state.snapshot, text)).transpose()?;
    let able = access.who_can(&ability, owner.as_ref())?;
    ui.timings.end("question");
    let with_ways = args.verbose || args.format == Format::Json || able.len() <= LISTED;
    let rows = able.iter().map(|user| {
        let decision = with_ways
            .then(|| access.decide(user, &ability, owner.as_ref()))
            .transpose()?;
        let way = decision.and_then(|decision| decision.grants.into_iter().next());
        Ok::<_, Failure>(Row {
            user: user.to_string(),
            way: way.map(|grant| way_words(&state, user, &grant)),
        })
    });
    let answer = Answer {
        people: able.len(),
        who: access.crowd(&able),
        users: rows.collect::<Result<_, _>>()?,
        ability,
        owner,
    };
    let text = match args.format {
        Format::Json => answer_json(&state.origin.to_string(), &answer),
        Format::Terminal => {
            let what = abilities(&state.system, [&answer.ability]);
            let of = answer
                .owner
                .as_ref()
                .map_or_else(String::new, |owner| format!(" of {owner}"));
            let people = match answer.people {
                0 => "nobody".to_owned(),
                some => people(some as u64),
            };
            let title = visible(&format!("{what}{of}: {people} · {}", state.origin));
            let rows = if with_ways {
                let rows = answer.users.iter();
                rows.map(|row| vec![visible(&row.user), row.way.clone().unwrap_or_default()])
                    .collect()
            } else {
                crowd(&answer.who)
                    .iter()
                    .map(|part| vec![visible(part)])
                    .collect()
            };
            columns(&title, rows)
        }
    };
    ui.data(&text)?;
    Ok(Exit::Done)
}
