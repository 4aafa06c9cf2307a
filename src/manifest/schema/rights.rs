//! The part of a system's schema that comes from its permission catalogue and modules.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::edit::choices;
use crate::model::Level;
use crate::system::{Action, Definition, FieldKind, ModuleKind};

/// `permissions:` of a role or profile: every permission of the catalogue, with the levels it takes.
pub(super) fn permissions(definition: &Definition) -> Value {
    let mut properties = Map::new();
    for category in &definition.permissions {
        for permission in &category.permissions {
            let description = format!(
                "{} ({})\n\n{}",
                permission.label, category.category, permission.purpose
            );
            let mut level = levels(&permission.levels, &permission.purpose);
            level["description"] = json!(description);
            properties.insert(permission.id.to_string(), level);
        }
    }
    json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false })
}

/// `modules:` of a role or profile: every module with its own actions and fields.
pub(super) fn modules(kind: &ModuleKind) -> Value {
    let mut properties = Map::new();
    for module in &kind.list {
        let actions = kind.actions.iter().filter(|action| {
            if action.only_where_named {
                module.extra_actions.contains(&action.id)
            } else {
                !module.without_actions.contains(&action.id)
            }
        });
        let is_usual = module.extra_actions.is_empty() && module.without_actions.is_empty();
        let mut rights = module_rights(
            kind,
            if is_usual {
                shared(ACTIONS)
            } else {
                actions_of(kind, actions)
            },
        );
        if kind.fields.is_some() {
            let known = module
                .fields
                .iter()
                .map(|field| (field.to_string(), shared(FIELD_ACCESS)));
            rights["properties"]["fields"]["properties"] = Value::Object(known.collect());
        }
        rights["description"] = json!(if module.purpose.is_empty() {
            module.label.clone()
        } else {
            format!("{}\n\n{}", module.label, module.purpose)
        });
        properties.insert(module.name.to_string(), rights);
    }
    let others = if kind.open {
        module_rights(kind, shared(ACTIONS))
    } else {
        json!(false)
    };
    json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": others })
}

/// The definition of what every module with the usual actions shares.
const ACTIONS: &str = "Actions";

/// The definition of the access to a field, which is the same for all of them.
const FIELD_ACCESS: &str = "FieldAccess";

/// What the rights on modules refer to: said once, for it is said of every module and field.
pub(super) fn shared_definitions(kind: &ModuleKind) -> Vec<(&'static str, Value)> {
    let usual = kind.actions.iter().filter(|action| !action.only_where_named);
    let mut definitions = vec![(ACTIONS, actions_of(kind, usual))];
    definitions.extend(
        kind.fields
            .as_ref()
            .map(|fields| (FIELD_ACCESS, field_choices(fields))),
    );
    definitions
}

fn shared(definition: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

/// `actions:` of a module that has these.
fn actions_of<'a>(kind: &ModuleKind, actions: impl Iterator<Item = &'a Action>) -> Value {
    // One shape for a whole system: as soon as one action takes levels, every action is written with its level.
    let takes_levels = kind.actions.iter().any(|action| !action.levels.is_empty());
    let words = |action: &Action| format!("{}\n\n{}", action.label, action.purpose);
    let mut actions = if takes_levels {
        let known = actions.map(|action| {
            let mut level = levels(&action.levels, &action.purpose);
            level["description"] = json!(words(action));
            (action.id.to_string(), level)
        });
        json!({
            "type": ["object", "null"],
            "properties": known.collect::<Map<_, _>>(),
            "additionalProperties": false,
        })
    } else {
        let known = actions.map(|action| (action.id.as_str(), words(action)));
        json!({ "type": ["array", "null"], "uniqueItems": true, "items": choices(known) })
    };
    actions["description"] = json!("Exactly what is permitted. Left out, `otherwise` decides.");
    actions
}

fn module_rights(kind: &ModuleKind, actions: Value) -> Value {
    let mut properties = Map::new();
    properties.insert("actions".to_owned(), actions);
    if let Some(fields) = &kind.fields {
        let others = if fields.open {
            shared(FIELD_ACCESS)
        } else {
            json!(false)
        };
        properties.insert(
            "fields".to_owned(),
            json!({ "description": fields.purpose, "type": ["object", "null"], "additionalProperties": others }),
        );
    }
    json!({
        "description": kind.purpose,
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": false,
    })
}

fn field_choices(fields: &FieldKind) -> Value {
    choices(
        fields
            .choices
            .iter()
            .map(|(access, words)| (access.as_str(), words.clone())),
    )
}

fn levels(levels: &BTreeMap<Level, String>, purpose: &str) -> Value {
    if levels.is_empty() {
        return choices([(Level::Allow.as_str(), purpose)].into_iter());
    }
    choices(
        levels
            .iter()
            .map(|(level, words)| (level.as_str(), words.clone())),
    )
}
