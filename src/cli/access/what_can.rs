//! `rolecall access what-can`.

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;

use super::question::subject;
use super::{StateArgs, access};
use crate::access::{Ability, Access, Crowd, Owner, Reached, Subject};
use crate::cli::ui::Ui;
use crate::cli::{Exit, Failure, Format};
use crate::report::{abilities, answer_json, columns, crowd, visible};
use crate::system::System;

/// Everything that a user can do, and with whose records
///
/// Also of a role, as `role:NAME`: what anyone has who has the role and is in no group by name.
#[derive(Debug, Args)]
pub(super) struct WhatCanArgs {
    /// The user by login name, or role:NAME
    user: String,
    /// Only on this module
    #[arg(long, value_name = "MODULE")]
    module: Option<String>,
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
    abilities: Vec<Row>,
}

/// One ability.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) ability: Ability,
    /// Whether it is about oneself too.
    pub(super) own: bool,
    /// Whether it is about everyone else.
    pub(super) everyone: bool,
    /// Whom it is about, where it is about someone.
    pub(super) whose: Crowd,
    /// How many other owners.
    pub(super) owners: usize,
}

impl Row {
    /// A row about what a subject reaches; oneself is told apart.
    pub(super) fn new(access: &Access<'_>, subject: &Subject, ability: Ability, reached: &Reached) -> Self {
        let mut others = reached.clone();
        if let Subject::User(name) = subject {
            others.owners.remove(&Owner::User(name.clone()));
        }
        Self {
            ability,
            own: reached.own,
            everyone: reached.everyone,
            whose: access.crowd_reached(&others),
            owners: others.owners.len(),
        }
    }

    /// Whom it is about, in words.
    pub(super) fn whose_words(&self) -> String {
        if self.everyone {
            return "everyone".to_owned();
        }
        if self.own && self.owners == 0 {
            return "own".to_owned();
        }
        let parts = crowd(&self.whose);
        let own = if self.own { "own, " } else { "" };
        if parts.len() > 6 {
            return format!("{own}{} owners", self.owners);
        }
        format!("{own}{}", parts.join(", "))
    }
}

pub(super) fn run(ui: &mut Ui, args: &WhatCanArgs) -> Result<Exit, Failure> {
    let state = args.state.state(ui)?;
    let access = access(ui, &state);
    let subject = subject(&state.snapshot, &args.user)?;
    let rows = access.abilities_of(&subject)?;
    ui.timings.end("question");
    let wanted = |ability: &Ability| match (&args.module, ability) {
        (None, _) => true,
        (Some(module), Ability::Action { module: of, .. } | Ability::Field { module: of, .. }) => {
            of.as_str() == module
        }
        (
            Some(_),
            Ability::Permission(_) | Ability::Service(_) | Ability::Role(_) | Ability::Authorisation { .. },
        ) => false,
    };
    let rows = rows.into_iter().filter(|(ability, _)| wanted(ability));
    let answer = Answer {
        user: args.user.clone(),
        abilities: rows
            .map(|(ability, reached)| Row::new(&access, &subject, ability, &reached))
            .collect(),
    };
    let text = match args.format {
        Format::Json => answer_json(&state.origin.to_string(), &answer),
        Format::Terminal => {
            let title = visible(&format!("{} · {}", args.user, state.origin));
            columns(&title, told(&state.system, &answer.abilities))
        }
    };
    ui.data(&text)?;
    Ok(Exit::Done)
}

/// Rows for people: a module a line for each reach, then everything else.
pub(super) fn told(system: &System, rows: &[Row]) -> Vec<Vec<String>> {
    let mut by_module: BTreeMap<&str, Vec<(String, Vec<&Ability>)>> = BTreeMap::new();
    let mut fields: BTreeMap<&str, usize> = BTreeMap::new();
    let mut others: Vec<(String, Vec<&Ability>)> = Vec::new();
    for row in rows {
        let reach = match &row.ability {
            Ability::Action { .. } if row.owners == 0 && !row.everyone && !row.own => String::new(),
            Ability::Action { .. }
            | Ability::Permission(_)
            | Ability::Service(_)
            | Ability::Role(_)
            | Ability::Authorisation { .. } => row.whose_words(),
            Ability::Field { module, .. } => {
                *fields.entry(module.as_str()).or_default() += 1;
                continue;
            }
        };
        let list = match &row.ability {
            Ability::Action { module, .. } => by_module.entry(module.as_str()).or_default(),
            Ability::Field { .. }
            | Ability::Permission(_)
            | Ability::Service(_)
            | Ability::Role(_)
            | Ability::Authorisation { .. } => &mut others,
        };
        match list.iter_mut().find(|(known, _)| *known == reach) {
            Some((_, abilities)) => abilities.push(&row.ability),
            None => list.push((reach, vec![&row.ability])),
        }
    }
    let lines = by_module.into_values().flatten().chain(others);
    lines
        .map(|(reach, names)| vec![visible(&abilities(system, names)), visible(&reach)])
        .collect()
}
