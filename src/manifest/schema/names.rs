//! A schema that also knows a project's own names, so that an editor completes references.
//!
//! Only for editors: rolecall checks references itself, with better words, and a schema with names is stale as
//! soon as a manifest defines one more.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::Intent;
use crate::system::System;

/// What a key refers to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refers {
    Roles,
    Profiles,
    Groups,
    Users,
}

/// The keys that hold references, wherever they stand. A key of the same name that holds objects is no text and
/// no list of texts, and so is left alone.
const KEYS: [(&str, Refers); 14] = [
    ("reports_to", Refers::Roles),
    ("role", Refers::Roles),
    ("role_and_subordinates", Refers::Roles),
    ("roles", Refers::Roles),
    ("roles_and_subordinates", Refers::Roles),
    ("profile", Refers::Profiles),
    ("profiles", Refers::Profiles),
    ("group", Refers::Groups),
    ("groups", Refers::Groups),
    ("user", Refers::Users),
    ("users", Refers::Users),
    ("head", Refers::Users),
    ("deputy", Refers::Users),
    ("created_by", Refers::Users),
];

/// Names that references of a project can use, by kind.
struct Names {
    roles: BTreeSet<String>,
    profiles: BTreeSet<String>,
    groups: BTreeSet<String>,
    users: BTreeSet<String>,
}

impl Names {
    fn of(system: &System, intents: &[&Intent]) -> Self {
        let builtin = &system.definition().builtin;
        let mut names = Self {
            roles: builtin.roles.keys().map(ToString::to_string).collect(),
            profiles: builtin.profiles.keys().map(ToString::to_string).collect(),
            groups: builtin.groups.keys().map(ToString::to_string).collect(),
            users: BTreeSet::new(),
        };
        for intent in intents {
            names.add(intent);
        }
        names
    }

    fn add(&mut self, intent: &Intent) {
        let existing = &intent.existing;
        let members = intent.groups.values().filter_map(|group| group.members.as_ref());
        let members = members.flat_map(|members| members.value.users.iter().map(|user| &user.value));
        let roles = intent.roles.keys().chain(existing.roles.keys());
        let profiles = intent.profiles.keys().chain(existing.profiles.keys());
        let groups = intent.groups.keys().chain(existing.groups.keys());
        let users = intent.users.keys().chain(existing.users.keys()).chain(members);
        self.roles.extend(roles.map(ToString::to_string));
        self.profiles.extend(profiles.map(ToString::to_string));
        self.groups.extend(groups.map(ToString::to_string));
        self.users.extend(users.map(ToString::to_string));
    }

    fn of_kind(&self, refers: Refers) -> &BTreeSet<String> {
        match refers {
            Refers::Roles => &self.roles,
            Refers::Profiles => &self.profiles,
            Refers::Groups => &self.groups,
            Refers::Users => &self.users,
        }
    }
}

/// Adds the names that a project defines or lists to the schema of its system. `intents` are what its deployments want.
pub fn add_names(schema: &mut Value, system: &System, intents: &[&Intent]) {
    let names = Names::of(system, intents);
    // What stands under `existing:` is a name that nothing else defines.
    let existing = schema.pointer_mut("/$defs/ExistingDocument").map(Value::take);
    walk(schema, &names);
    if let (Some(existing), Some(place)) = (existing, schema.pointer_mut("/$defs/ExistingDocument")) {
        *place = existing;
    }
}

fn walk(schema: &mut Value, names: &Names) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get_mut("properties") {
                for (key, refers) in KEYS {
                    if let Some(property) = properties.get_mut(key) {
                        restrict(property, names.of_kind(refers));
                    }
                }
                if let Some(Value::Object(shown)) = properties.get_mut("monitor_groups") {
                    let groups = names.of_kind(Refers::Groups);
                    shown.insert("propertyNames".to_owned(), json!({ "enum": groups }));
                }
            }
            map.values_mut().for_each(|value| walk(value, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Makes a text, or the items of a list of texts, one of the names.
fn restrict(schema: &mut Value, names: &BTreeSet<String>) {
    let is = |schema: &Value, word: &str| match &schema["type"] {
        Value::String(kind) => kind == word,
        Value::Array(kinds) => kinds.iter().any(|kind| kind == word),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    if is(schema, "string") && !is(schema, "object") {
        let mut choices: Vec<Value> = names.iter().map(|name| json!(name)).collect();
        if is(schema, "null") {
            choices.push(Value::Null);
        }
        schema["enum"] = Value::Array(choices);
    } else if is(schema, "array") && is(&schema["items"], "object") && is(&schema["items"], "string") {
        // The names are for the text only, and so the two are branches here.
        let mut mapping = schema["items"].take();
        mapping["type"] = json!("object");
        let name = json!({ "type": "string", "enum": names, "description": mapping["description"] });
        schema["items"] = json!({ "anyOf": [name, mapping] });
    } else if is(schema, "array") && is(&schema["items"], "string") {
        schema["items"]["enum"] = json!(names);
    }
}
