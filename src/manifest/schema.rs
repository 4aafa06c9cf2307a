//! JSON Schemas: one for manifests of any system, one narrowed to each system, and those of the other files.
//!
//! The base comes from the types ([`Document`]); [`for_system`] takes away what the product lacks and puts the
//! product's own labels and purposes in as descriptions. Nothing here knows a product: all of it is in the
//! definition.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::document::Document;
use super::project::ProjectDocument;
use super::schema_rights::{modules, permissions};
use crate::model::{DefaultAccess, Kind, RuleAccess, Status};
use crate::system::{
    Definition, GroupAttribute, GroupKind, Manage, MemberKind, ProfileAttribute, RoleAttribute, UserAttribute,
};

/// Which manifests a schema is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Those that people write: what rolecall can change.
    Manifests,
    /// Seeds: also what is only read.
    Seeds,
}

fn base<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    tidy(&mut schema);
    schema
}

/// The schema of manifests of any system.
pub fn any() -> Value {
    let mut schema = base::<Document>();
    title(&mut schema, "rolecall manifest", "any");
    keep_properties(&mut schema, |key| !matches!(key, "installation" | "records"));
    drop_unused_definitions(&mut schema);
    schema
}

/// The schema of `rolecall.yaml`.
pub fn project() -> Value {
    let mut schema = base::<ProjectDocument>();
    title(&mut schema, "rolecall project", "project");
    schema
}

/// The schema of system definitions.
pub fn system_definition() -> Value {
    let mut schema = base::<Definition>();
    title(&mut schema, "rolecall system definition", "system");
    schema
}

/// The schema of manifests of one system.
pub fn for_system(definition: &Definition, audience: Audience) -> Value {
    let mut schema = base::<Document>();
    title(
        &mut schema,
        &format!("rolecall manifest for {}", definition.title),
        definition.name.as_str(),
    );
    let seeds = audience == Audience::Seeds;
    let has_roles = definition
        .roles
        .as_ref()
        .is_some_and(|kind| seeds || kind.manage == Manage::Full);
    let has_users = seeds || definition.users.attributes.contains_key(&UserAttribute::Role);
    keep_properties(&mut schema, |key| match key {
        "roles" => has_roles,
        "profiles" => definition.profiles.is_some(),
        "groups" => definition.groups.is_some(),
        "sharing" => definition.sharing.is_some(),
        "users" => has_users,
        "installation" | "records" => seeds,
        _ => true,
    });
    roles(&mut schema, definition);
    profiles(&mut schema, definition);
    if let Some(kind) = &definition.groups {
        groups(&mut schema, definition, kind, audience);
    }
    users(&mut schema, definition, audience);
    sharing(&mut schema, definition);
    removed_and_existing(&mut schema, definition);
    drop_unused_definitions(&mut schema);
    schema
}

fn roles(schema: &mut Value, definition: &Definition) {
    let Some(kind) = &definition.roles else { return };
    describe(
        schema,
        "/properties/roles",
        &format!("{}. {}", plural(&kind.label), kind.purpose),
    );
    let has_rights = kind.attributes.contains_key(&RoleAttribute::Permissions)
        || kind.attributes.contains_key(&RoleAttribute::Modules);
    let role = "/$defs/RoleDocument";
    describe(schema, role, &kind.purpose);
    keep_at(schema, role, |key| match key {
        "description" => kind.attributes.contains_key(&RoleAttribute::Description),
        "reports_to" => kind.attributes.contains_key(&RoleAttribute::ReportsTo),
        "profiles" => kind.attributes.contains_key(&RoleAttribute::Profiles),
        "permissions" => kind.attributes.contains_key(&RoleAttribute::Permissions),
        "modules" => kind.attributes.contains_key(&RoleAttribute::Modules),
        "assign_records_to" => kind.attributes.contains_key(&RoleAttribute::AssignRecordsTo),
        "otherwise" => has_rights,
        _ => true,
    });
    for (attribute, purpose) in &kind.attributes {
        let key = match attribute {
            RoleAttribute::Description => "description",
            RoleAttribute::ReportsTo => "reports_to",
            RoleAttribute::Profiles => "profiles",
            RoleAttribute::Permissions => "permissions",
            RoleAttribute::Modules => "modules",
            RoleAttribute::AssignRecordsTo => "assign_records_to",
        };
        describe(schema, &format!("{role}/properties/{key}"), purpose);
    }
    if !kind.assign_records_to.is_empty() {
        let choices = kind
            .assign_records_to
            .iter()
            .map(|(scope, words)| (scope.as_str(), words.as_str()));
        set(
            schema,
            &format!("{role}/properties/assign_records_to"),
            choices_or_null(choices),
        );
    }
    rights(schema, role, definition);
}

fn profiles(schema: &mut Value, definition: &Definition) {
    let Some(kind) = &definition.profiles else { return };
    let profile = "/$defs/ProfileDocument";
    describe(
        schema,
        "/properties/profiles",
        &format!("{}. {}", plural(&kind.label), kind.purpose),
    );
    describe(schema, profile, &kind.purpose);
    keep_at(schema, profile, |key| match key {
        "description" => kind.attributes.contains_key(&ProfileAttribute::Description),
        "permissions" => kind.attributes.contains_key(&ProfileAttribute::Permissions),
        "modules" => kind.attributes.contains_key(&ProfileAttribute::Modules),
        _ => true,
    });
    for (attribute, purpose) in &kind.attributes {
        let key = match attribute {
            ProfileAttribute::Description => "description",
            ProfileAttribute::Permissions => "permissions",
            ProfileAttribute::Modules => "modules",
        };
        describe(schema, &format!("{profile}/properties/{key}"), purpose);
    }
    rights(schema, profile, definition);
}

/// Narrows `permissions` and `modules` of a role or profile to the catalogue.
fn rights(schema: &mut Value, holder: &str, definition: &Definition) {
    let pointer = format!("{holder}/properties/permissions");
    if schema.pointer(&pointer).is_some() {
        set(schema, &pointer, permissions(definition));
    }
    let pointer = format!("{holder}/properties/modules");
    if schema.pointer(&pointer).is_some()
        && let Some(kind) = &definition.modules
    {
        set(schema, &pointer, modules(kind));
    }
}

fn groups(schema: &mut Value, definition: &Definition, kind: &GroupKind, audience: Audience) {
    let seeds = audience == Audience::Seeds;
    let group = "/$defs/GroupDocument";
    describe(
        schema,
        "/properties/groups",
        &format!("{}. {}", plural(&kind.label), kind.purpose),
    );
    describe(schema, group, &kind.purpose);
    let has = |attribute| kind.attributes.contains_key(&attribute);
    keep_at(schema, group, |key| match key {
        "renamed_from" => true,
        "variety" => !kind.external_varieties.is_empty(),
        "created_by" => seeds && has(GroupAttribute::CreatedBy),
        _ => GROUP_KEYS
            .iter()
            .any(|(attribute, known)| *known == key && has(*attribute)),
    });
    let varieties = kind.external_varieties.iter().map(|variety| {
        let words = format!(
            "{}\n\n{} Made by {}; it can be referred to, not made or changed here.",
            variety.label, variety.purpose, variety.made_by
        );
        (variety.id.as_str(), words)
    });
    set(schema, &format!("{group}/properties/variety"), choices(varieties));
    for (attribute, key) in GROUP_KEYS {
        if let Some(purpose) = kind.attributes.get(&attribute) {
            describe(schema, &format!("{group}/properties/{key}"), purpose);
        }
    }
    if let Some(words) = &kind.status {
        let choices = [
            (Status::Active.as_str(), words.active.as_str()),
            (Status::Inactive.as_str(), words.inactive.as_str()),
        ];
        set(
            schema,
            &format!("{group}/properties/status"),
            choices_or_null(choices.into_iter()),
        );
    }
    keep_at(schema, "/$defs/MembersDocument", |key| {
        kind.member_kinds
            .keys()
            .any(|member_kind| member_kind.as_str() == key)
    });
    for (member_kind, words) in &kind.member_kinds {
        describe(
            schema,
            &format!("/$defs/MembersDocument/properties/{}", member_kind.as_str()),
            words,
        );
    }
    let services = definition.services.iter().map(|service| {
        (
            service.id.as_str(),
            format!("{}\n\n{}", service.label, service.purpose),
        )
    });
    let items = choices(services);
    set(
        schema,
        &format!("{group}/properties/services"),
        json!({
            "type": ["array", "null"], "uniqueItems": true, "items": items,
        }),
    );
    call_group(schema, kind);
    authorisations(schema, definition);
}

const GROUP_KEYS: [(GroupAttribute, &str); 13] = [
    (GroupAttribute::Description, "description"),
    (GroupAttribute::Status, "status"),
    (GroupAttribute::Members, "members"),
    (GroupAttribute::Roles, "roles"),
    (GroupAttribute::Head, "head"),
    (GroupAttribute::Deputy, "deputy"),
    (GroupAttribute::HeadAuthorisations, "head_authorisations"),
    (GroupAttribute::Authorisations, "authorisations"),
    (GroupAttribute::Line, "line"),
    (GroupAttribute::CallGroup, "call_group"),
    (GroupAttribute::Services, "services"),
    (GroupAttribute::MonitorGroups, "monitor_groups"),
    (GroupAttribute::Keys, "keys"),
];

fn call_group(schema: &mut Value, kind: &GroupKind) {
    let modes = kind.call_group_modes.iter();
    let modes = modes.map(|mode| (mode.id.as_str(), format!("{}\n\n{}", mode.label, mode.purpose)));
    let off = [("off", "There is no call group.".to_owned())];
    set(
        schema,
        "/$defs/CallGroupDocument/properties/mode",
        choices(off.into_iter().chain(modes)),
    );
}

fn authorisations(schema: &mut Value, definition: &Definition) {
    let Some(catalogue) = &definition.authorisations else {
        return;
    };
    let levels = catalogue
        .levels
        .iter()
        .map(|level| (level.id.as_str(), level.label.clone()));
    let special = [(super::gather::SPECIAL, "Single rights, given by area.".to_owned())];
    let mut properties = Map::new();
    let mut level = choices(levels.chain(special));
    level["description"] = json!("The level.");
    properties.insert("level".to_owned(), level);
    for area in &catalogue.areas {
        let rights = choices(
            area.rights
                .iter()
                .map(|right| (right.id.as_str(), right.label.clone())),
        );
        let description = format!("{}\n\n{}", area.label, area.purpose);
        properties.insert(
            area.id.to_string(),
            json!({ "description": description, "type": "array", "uniqueItems": true, "items": rights }),
        );
    }
    set(
        schema,
        "/$defs/AuthorisationsDocument",
        json!({
            "description": catalogue.purpose,
            "type": "object",
            "properties": properties,
            "required": ["level"],
            "additionalProperties": false,
        }),
    );
}

fn users(schema: &mut Value, definition: &Definition, audience: Audience) {
    let kind = &definition.users;
    let seeds = audience == Audience::Seeds;
    let user = "/$defs/UserDocument";
    describe(
        schema,
        "/properties/users",
        &format!("{}. {}", plural(&kind.label), kind.purpose),
    );
    describe(schema, user, &kind.purpose);
    let has = |attribute| kind.attributes.contains_key(&attribute);
    keep_at(schema, user, |key| match key {
        "role" => has(UserAttribute::Role),
        "administrator" => seeds && has(UserAttribute::Administrator),
        "active" => seeds && has(UserAttribute::Active),
        "created_by" => seeds && has(UserAttribute::CreatedBy),
        "primary_group" => seeds && has(UserAttribute::PrimaryGroup),
        _ => false,
    });
    if let Some(purpose) = kind.attributes.get(&UserAttribute::Role) {
        describe(schema, &format!("{user}/properties/role"), purpose);
    }
}

fn sharing(schema: &mut Value, definition: &Definition) {
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

fn removed_and_existing(schema: &mut Value, definition: &Definition) {
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

fn title(schema: &mut Value, title: &str, name: &str) {
    schema["title"] = json!(title);
    schema["$id"] = json!(format!("urn:rolecall:schema:{name}"));
}

fn plural(label: &str) -> String {
    if let Some(stem) = label.strip_suffix('y') {
        format!("{stem}ies")
    } else {
        format!("{label}s")
    }
}

/// A closed choice of words, each with its description.
pub(super) fn choices<'a, D: Into<String>>(words: impl Iterator<Item = (&'a str, D)>) -> Value {
    let choices: Vec<Value> = words
        .map(|(word, description)| {
            let description: String = description.into();
            json!({ "type": "string", "const": word, "description": description })
        })
        .collect();
    json!({ "oneOf": choices })
}

fn choices_or_null<'a, D: Into<String>>(words: impl Iterator<Item = (&'a str, D)>) -> Value {
    let mut schema = choices(words);
    if let Some(list) = schema["oneOf"].as_array_mut() {
        list.push(json!({ "type": "null" }));
    }
    schema
}

fn describe(schema: &mut Value, pointer: &str, description: &str) {
    if let Some(Value::Object(target)) = schema.pointer_mut(pointer) {
        target.insert("description".to_owned(), json!(description));
    }
}

/// Replaces what is at a pointer, keeping a description that the replacement lacks.
fn set(schema: &mut Value, pointer: &str, mut value: Value) {
    if let Some(target) = schema.pointer_mut(pointer) {
        if let (Some(description), Value::Object(new)) = (target.get("description"), &mut value) {
            new.entry("description").or_insert_with(|| description.clone());
        }
        *target = value;
    }
}

fn remove(schema: &mut Value, pointer: &str, key: &str) {
    if let Some(Value::Object(target)) = schema.pointer_mut(pointer) {
        target.remove(key);
    }
}

fn keep_properties(schema: &mut Value, keep: impl Fn(&str) -> bool) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|key, _| keep(key));
    }
}

fn keep_at(schema: &mut Value, pointer: &str, keep: impl Fn(&str) -> bool) {
    if let Some(target) = schema.pointer_mut(pointer) {
        keep_properties(target, keep);
    }
}

/// Makes a generated schema plain: a choice of words or null is one choice, and nothing speaks of Rust.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(tidy);
            let inner = map
                .get("anyOf")
                .and_then(Value::as_array)
                .and_then(|branches| match &branches[..] {
                    [choice, null] if null["type"] == "null" => {
                        choice.get("oneOf").and_then(Value::as_array).cloned()
                    }
                    _ => None,
                });
            if let Some(mut choices) = inner {
                choices.push(json!({ "type": "null" }));
                map.remove("anyOf");
                map.insert("oneOf".to_owned(), Value::Array(choices));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Drops definitions that nothing refers to, and those that only dropped ones referred to.
fn drop_unused_definitions(schema: &mut Value) {
    let mut used = BTreeSet::new();
    let mut found = Vec::new();
    if let Value::Object(root) = &*schema {
        for (_, value) in root.iter().filter(|(key, _)| *key != "$defs") {
            references(value, &mut found);
        }
        while let Some(name) = found.pop() {
            if let Some(definition) = root.get("$defs").and_then(|definitions| definitions.get(name))
                && used.insert(name.to_owned())
            {
                references(definition, &mut found);
            }
        }
    }
    if let Some(Value::Object(definitions)) = schema.get_mut("$defs") {
        definitions.retain(|name, _| used.contains(name));
    }
}

/// The names of the definitions that a part of a schema refers to.
fn references<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
    match schema {
        Value::Object(map) => {
            let target = map.get("$ref").and_then(Value::as_str);
            found.extend(target.and_then(|target| target.strip_prefix("#/$defs/")));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
