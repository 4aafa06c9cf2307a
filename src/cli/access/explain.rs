//! `rolecall access explain`.

use clap::Args;
use serde::Serialize;

use super::question::{ability, owner, user};
use super::{StateArgs, access, way_words};
use crate::cli::ui::Ui;
use crate::cli::{Exit, Failure, Format};
use crate::report::{abilities, answer_json, carriers, refusal, visible};
use crate::system::Limit;

/// Why a user may or may not do something
///
/// Every way by which the user may, or the first thing that stops the user.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The user, by login name
    user: String,
    /// The action; without a module a permission, service, authorisation or role
    action: String,
    /// The module
    module: Option<String>,
    /// About whom: a user, or group:NAME
    #[arg(long, value_name = "OWNER")]
    owner: Option<String>,
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
    ability: crate::access::Ability,
    owner: Option<crate::access::Owner>,
    allowed: bool,
    /// Every way by which the user may.
    ways: Vec<String>,
    /// Who carries the right that the ways rest on.
    permitted_by: Vec<crate::access::Right>,
    /// The first thing that stops the user.
    refused_because: Option<String>,
    /// What the product does not let the user do even so.
    limit: Option<Limit>,
}

pub(super) fn run(ui: &mut Ui, args: &ExplainArgs) -> Result<Exit, Failure> {
    let state = args.state.state(ui)?;
    let access = access(ui, &state);
    let user = user(&state.snapshot, &args.user)?;
    let ability = ability(
        &state.system,
        access.abilities(),
        &args.action,
        args.module.as_deref(),
    )?;
    let asked = args.owner.as_deref();
    let owner = asked.map(|text| owner(&state.snapshot, text)).transpose()?;
    let decision = access.decide(&user, &ability, owner.as_ref())?;
    ui.timings.end("question");
    let ways = decision.grants.iter();
    let answer = Answer {
        allowed: decision.allowed(),
        ways: ways.map(|grant| way_words(&state, &user, grant)).collect(),
        refused_because: decision
            .refusal
            .as_ref()
            .map(|because| refusal(&user, &ability, owner.as_ref(), because)),
        permitted_by: decision.rights,
        limit: decision.limit,
        user: user.to_string(),
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
            let verdict = if answer.allowed { "may" } else { "may not" };
            let mut text = visible(&format!("{user} {verdict}: {what}{of} · {}", state.origin));
            text.push('\n');
            for way in &answer.ways {
                text.push_str(&format!("  {way}\n"));
            }
            if !answer.permitted_by.is_empty() {
                let carriers = visible(&carriers(&answer.permitted_by).join(" and "));
                text.push_str(&format!("  permitted by {carriers}\n"));
            }
            if let Some(because) = &answer.refused_because {
                text.push_str(&format!("  {}\n", visible(because)));
            }
            if let Some(limit) = answer.limit {
                text.push_str(match limit {
                    Limit::NotOwnRole => "  not one's own role\n",
                    Limit::NotOwnAccount => "  not one's own account\n",
                });
            }
            text
        }
    };
    ui.data(&text)?;
    Ok(Exit::Done)
}
