//! Sharing, removals and existing names in a system's schema.

use serde_json::{Map, Value, json};

use super::edit::*;
use crate::model::{DefaultAccess, Kind, RuleAccess};
use crate::system::{Definition, Manage, MemberKind, UserAttribute};

pub(super) fn sharing(schema: &mut Value, definition: &Definition) {
    let Some(kind) = &definition.sharing else { return };
    describe(schema, "/properties/sharing", &kind.purpose);
    keep_at(schema, "/$defs/SharingDocument", |key| match key {
        "defaults" => kind.defaults.is_some(),
        "rules" | "no_rules" => kind.rules.is_some(),
        _ => true,
    });
    let open = definition.modules.as_ref().is_none_or(|modules| modules.open);
    let shareable: Vec<(&str, String)> = definition
        .modules
        .iter()
        .flat_map(|modules| &modules.list)
        .filter(|module| module.shareable && module.follows.is_none())
        .map(|module| (module.name.as_str(), module.label.clone()))
        .collect();
    if let Some(defaults) = &kind.defaults {
        let choices = choices(
            DefaultAccess::ALL
                .iter()
                .filter_map(|access| Some((access.as_str(), defaults.choices.get(access)?.clone()))),
        );
        let modules: Map<String, Value> = shareable
            .iter()
            .map(|(module, label)| {
                let mut choice = choices.clone();
                choice["description"] = json!(label);
                ((*module).to_owned(), choice)
            })
            .collect();
        let others = if open { choices } else { json!(false) };
        set(
            schema,
            "/$defs/SharingDocument/properties/defaults",
            json!({
                "description": format!("{}\n\n{}", defaults.label, defaults.purpose),
                "type": ["object", "null"],
                "properties": modules,
                "additionalProperties": others,
            }),
        );
    }
    let Some(rules) = &kind.rules else { return };
    describe(
        schema,
        "/$defs/SharingDocument/properties/rules",
        &format!("{}\n\n{}", rules.label, rules.purpose),
    );
    describe(schema, "/$defs/RuleDocument", &rules.purpose);
    if !open {
        let mut module = choices(shareable.into_iter());
        module["description"] = json!("Records of which module.");
        set(schema, "/$defs/RuleDocument/properties/module", module.clone());
        set(schema, "/$defs/SharingDocument/properties/no_rules/items", module);
    }
    let mut access = choices(
        RuleAccess::ALL
            .iter()
            .filter_map(|access| Some((access.as_str(), rules.access.get(access)?.clone()))),
    );
    access["description"] = json!("What the recipients may do with the records.");
    set(schema, "/$defs/RuleDocument/properties/access", access);
    if rules.access.len() > 1 {
        set(
            schema,
            "/$defs/RuleDocument/required",
            json!(["module", "from", "to", "access"]),
        );
    }
    for (side, kinds) in [("from", &rules.from), ("to", &rules.to)] {
        let mut principal = schema
            .pointer("/$defs/PrincipalDocument")
            .cloned()
            .unwrap_or_default();
        keep_properties(&mut principal, |key| {
            kinds.iter().any(|kind| kind.as_str() == key)
        });
        let words = if side == "from" {
            "Whose records."
        } else {
            "With whom they are shared."
        };
        principal["description"] = json!(words);
        set(
            schema,
            &format!("/$defs/RuleDocument/properties/{side}"),
            principal,
        );
    }
}

pub(super) fn removed_and_existing(schema: &mut Value, definition: &Definition) {
    let ours = definition
        .roles
        .as_ref()
        .is_some_and(|kind| kind.manage == Manage::Full);
    let heirs = definition.groups.as_ref().map(|kind| &kind.transfer_to);
    for (kind, key, is_kept) in [
        (Kind::Role, "roles", ours),
        (Kind::Profile, "profiles", definition.profiles.is_some()),
        (Kind::Group, "groups", definition.groups.is_some()),
    ] {
        let pointer = format!("/$defs/RemovedDocument/properties/{key}");
        if !is_kept {
            remove(schema, "/$defs/RemovedDocument/properties", key);
            continue;
        }
        let mut heir = schema.pointer("/$defs/HeirDocument").cloned().unwrap_or_default();
        keep_properties(&mut heir, |key| match kind {
            Kind::Role => key == "role",
            Kind::Profile => key == "profile",
            Kind::Group => heirs.is_some_and(|heirs| heirs.iter().any(|heir| heir.as_str() == key)),
            Kind::SharingDefault | Kind::SharingRule | Kind::User => false,
        });
        let can_transfer = heir["properties"]
            .as_object()
            .is_some_and(|keys| !keys.is_empty());
        let properties = if can_transfer {
            json!({ "transfer_to": heir })
        } else {
            json!({})
        };
        set(
            schema,
            &pointer,
            json!({
                "description": format!("Deletions, by name of the {}.", kind.as_str()),
                "type": ["object", "null"],
                "additionalProperties": {
                    "type": ["object", "null"], "properties": properties, "additionalProperties": false,
                },
            }),
        );
    }
    let users_are_named = definition.users.attributes.contains_key(&UserAttribute::Role)
        || definition
            .groups
            .as_ref()
            .is_some_and(|kind| kind.member_kinds.contains_key(&MemberKind::Users));
    keep_at(schema, "/$defs/ExistingDocument", |key| match key {
        "roles" => definition.roles.is_some(),
        "profiles" => definition.profiles.is_some(),
        "groups" => definition.groups.is_some(),
        _ => users_are_named,
    });
}
