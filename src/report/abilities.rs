//! Abilities in words: `view and edit on Leads and Accounts`, `permission Role Configuration`.

use std::collections::{BTreeMap, BTreeSet};

use super::words::and;
use crate::access::{Ability, FieldUse};
use crate::model::{ActionId, ModuleName};
use crate::system::System;

/// More modules, fields or permissions than this are counted.
const NAMED: usize = 5;

/// Abilities in words, those on modules first.
pub fn abilities<'a>(system: &System, abilities: impl IntoIterator<Item = &'a Ability>) -> String {
    let mut actions: BTreeMap<&ModuleName, BTreeSet<&ActionId>> = BTreeMap::new();
    let mut fields: BTreeMap<FieldUse, Vec<String>> = BTreeMap::new();
    let mut authorised: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut permissions, mut services, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for ability in abilities {
        match ability {
            Ability::Action { module, action } => {
                actions.entry(module).or_default().insert(action);
            }
            Ability::Field { module, field, used } => {
                fields.entry(*used).or_default().push(format!("{module}.{field}"));
            }
            Ability::Permission(id) => {
                let label = system.permission(id).map(|(_, permission)| &permission.label);
                permissions.push(label.map_or_else(|| id.to_string(), String::clone));
            }
            Ability::Service(id) => {
                let label = system
                    .service(id)
                    .map(|service| service.label.trim_end_matches('.'));
                services.push(label.map_or_else(|| id.to_string(), str::to_owned));
            }
            Ability::Role(role) => roles.push(role.to_string()),
            Ability::Authorisation { area, right } => {
                let catalogue = system.definition().authorisations.as_ref();
                let known = catalogue.and_then(|all| all.areas.iter().find(|known| known.id == *area));
                let label = known.and_then(|area| area.rights.iter().find(|known| known.id == *right));
                let area = known.map_or_else(|| area.to_string(), |known| known.label.clone());
                let right = label.map_or_else(|| right.to_string(), |label| label.label.to_lowercase());
                authorised.entry(area).or_default().push(right);
            }
        }
    }
    let mut words = on_modules(system, &actions);
    for (used, fields) in fields {
        let verb = match used {
            FieldUse::See => "sight of",
            FieldUse::Edit => "editing of",
        };
        words.push(format!("{verb} {}", named("field", "fields", fields)));
    }
    for (noun, plural, names) in [
        ("permission", "permissions", permissions),
        ("service", "services", services),
        ("role", "roles", roles),
    ] {
        if !names.is_empty() {
            words.push(named(noun, plural, names));
        }
    }
    let rights: usize = authorised.values().map(Vec::len).sum();
    if rights > NAMED {
        let areas: Vec<String> = authorised.into_keys().collect();
        words.push(format!("{rights} authorisations ({})", areas.join(", ")));
        return words.join("; ");
    }
    words.extend(
        authorised
            .into_iter()
            .map(|(area, rights)| format!("{area} ({})", rights.join(", "))),
    );
    words.join("; ")
}

/// Modules with the same actions are told together.
fn on_modules(system: &System, actions: &BTreeMap<&ModuleName, BTreeSet<&ActionId>>) -> Vec<String> {
    let mut alike: BTreeMap<Vec<usize>, (Vec<String>, Vec<String>)> = BTreeMap::new();
    let order = |action: &ActionId| {
        let kind = system.definition().modules.as_ref();
        let known = kind.and_then(|kind| kind.actions.iter().position(|known| known.id == *action));
        known.unwrap_or(usize::MAX)
    };
    for (module, actions) in actions {
        let mut ordered: Vec<&ActionId> = actions.iter().copied().collect();
        ordered.sort_by_key(|action| order(action));
        let key = ordered.iter().map(|action| order(action)).collect();
        let (words, modules) = alike.entry(key).or_default();
        *words = ordered.into_iter().map(ToString::to_string).collect();
        modules.push(module.to_string());
    }
    let words = alike.into_values();
    words
        .map(|(actions, modules)| {
            let modules = if modules.len() > NAMED {
                format!("{} modules", modules.len())
            } else {
                and(&modules)
            };
            format!("{} on {modules}", and(&actions))
        })
        .collect()
}

fn named(noun: &str, plural: &str, names: Vec<String>) -> String {
    match names.len() {
        1 => format!("{noun} {}", names.concat()),
        many if many > NAMED => format!("{many} {plural}"),
        _ => format!("{plural} {}", and(&names)),
    }
}
