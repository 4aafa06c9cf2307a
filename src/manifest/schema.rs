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
    title_definitions(&mut schema);
    let nullable = nullable_definitions(&schema);
    allow_null(&mut schema, &nullable);
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
    tell(schema, role, "title", &kind.label);
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
    tell(schema, profile, "title", &kind.label);
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
    tell(schema, group, "title", &kind.label);
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
            "type": ["object", "null"],
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
    tell(schema, user, "title", &kind.label);
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
///
/// An `enum` with `enumDescriptions` and not a `oneOf` of constants: on a key, editors then show what the key is and
/// every choice with its words; of a `oneOf` they show the words of the chosen branch only.
pub(super) fn choices<'a, D: Into<String>>(words: impl Iterator<Item = (&'a str, D)>) -> Value {
    let (words, descriptions): (Vec<&str>, Vec<String>) = words
        .map(|(word, description)| (word, description.into()))
        .unzip();
    json!({ "enum": words, "enumDescriptions": descriptions })
}

fn choices_or_null<'a, D: Into<String>>(words: impl Iterator<Item = (&'a str, D)>) -> Value {
    let mut schema = choices(words);
    push(&mut schema, "enum", Value::Null);
    push(&mut schema, "enumDescriptions", json!(EMPTY));
    schema
}

/// What an editor says of the choice of null.
const EMPTY: &str = "Empty, on purpose.";

fn push(schema: &mut Value, key: &str, value: Value) {
    if let Some(list) = schema.get_mut(key).and_then(Value::as_array_mut) {
        list.push(value);
    }
}

fn describe(schema: &mut Value, pointer: &str, description: &str) {
    tell(schema, pointer, "description", description);
}

fn tell(schema: &mut Value, pointer: &str, key: &str, words: &str) {
    if let Some(Value::Object(target)) = schema.pointer_mut(pointer) {
        target.insert(key.to_owned(), json!(words));
    }
}

/// Replaces what is at a pointer, keeping what the writer is told where the replacement says nothing.
fn set(schema: &mut Value, pointer: &str, mut value: Value) {
    if let Some(target) = schema.pointer_mut(pointer) {
        for key in ["title", "description", "default", "examples"] {
            if let (Some(told), Value::Object(new)) = (target.get(key), &mut value) {
                new.entry(key).or_insert_with(|| told.clone());
            }
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

/// Gives every definition a title in plain words, which editors show where they would show its Rust name.
fn title_definitions(schema: &mut Value) {
    let Some(Value::Object(definitions)) = schema.get_mut("$defs") else {
        return;
    };
    for (name, definition) in definitions {
        let name = name
            .strip_suffix("Document")
            .or_else(|| name.strip_suffix("Kind"))
            .unwrap_or(name);
        let mut title = String::new();
        for (index, letter) in name.char_indices() {
            if index > 0 && letter.is_uppercase() {
                title.push(' ');
                title.extend(letter.to_lowercase());
            } else {
                title.push(letter);
            }
        }
        definition["title"] = json!(title);
    }
}

/// Makes a generated schema plain: a choice of words, or of words and null, is one `enum`, and a description has
/// line breaks only between paragraphs, because editors take every one for a new paragraph. A default that says nothing
/// goes, because editors write it down.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            for (keyword, value) in map.iter_mut() {
                // The keys of these are names and not keywords, whatever they look like.
                let holds_names = matches!(keyword.as_str(), "properties" | "$defs");
                if let (true, Value::Object(named)) = (holds_names, &mut *value) {
                    named.values_mut().for_each(tidy);
                } else {
                    tidy(value);
                }
            }
            if let Some(Value::String(description)) = map.get_mut("description") {
                let paragraphs = description.split("\n\n");
                let paragraphs: Vec<String> = paragraphs.map(|text| text.replace('\n', " ")).collect();
                *description = paragraphs.join("\n\n");
            }
            let says_nothing = |default: &Value| match default {
                Value::Null | Value::Object(_) => true,
                Value::Array(items) => items.is_empty(),
                Value::String(text) => text.is_empty(),
                Value::Bool(_) | Value::Number(_) => false,
            };
            if map.get("default").is_some_and(says_nothing) {
                map.remove("default");
            }
            let words = map.get("oneOf").and_then(constants);
            let words_or_null = map.get("anyOf").and_then(or_null).and_then(|choice| {
                let words = choice.get("enum")?.as_array()?.iter().cloned();
                let descriptions = choice.get("enumDescriptions")?.as_array()?.iter().cloned();
                Some(
                    words
                        .chain([Value::Null])
                        .zip(descriptions.chain([json!("No value.")]))
                        .unzip(),
                )
            });
            if let Some((words, descriptions)) = words.or(words_or_null) {
                map.remove("oneOf");
                map.remove("anyOf");
                map.insert("enum".to_owned(), Value::Array(words));
                map.insert("enumDescriptions".to_owned(), Value::Array(descriptions));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The words of a `oneOf` of nothing but constants, and their descriptions.
fn constants(branches: &Value) -> Option<(Vec<Value>, Vec<Value>)> {
    let describe = |branch: &Value| Some((branch.get("const")?.clone(), branch.get("description")?.clone()));
    branches.as_array()?.iter().map(describe).collect()
}

/// The other branch of an `anyOf` of something and null.
fn or_null(branches: &Value) -> Option<&Value> {
    match &branches.as_array()?[..] {
        [other, null] if null["type"] == "null" => Some(other),
        _ => None,
    }
}

/// The definitions that every reference to allows null instead.
fn nullable_definitions(schema: &Value) -> BTreeSet<String> {
    fn collect(
        schema: &Value,
        may_be_null: bool,
        nullable: &mut BTreeSet<String>,
        not: &mut BTreeSet<String>,
    ) {
        match schema {
            Value::Object(map) => {
                if let Some(Value::String(target)) = map.get("$ref") {
                    let list = if may_be_null { &mut *nullable } else { &mut *not };
                    list.insert(target.clone());
                }
                let nullable_branch = map.get("anyOf").and_then(or_null);
                for (key, value) in map {
                    match nullable_branch {
                        Some(branch) if key == "anyOf" => collect(branch, true, nullable, not),
                        _ => collect(value, false, nullable, not),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, false, nullable, not)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let (mut nullable, mut not) = (BTreeSet::new(), BTreeSet::new());
    collect(schema, false, &mut nullable, &mut not);
    nullable.retain(|target| {
        let definition = target
            .strip_prefix('#')
            .and_then(|pointer| schema.pointer(pointer));
        !not.contains(target) && definition.is_some_and(|definition| definition["type"] == "object")
    });
    nullable
}

/// Moves null from the references into these definitions. Editors explain a key by its own words only when it has no
/// branches, and begin a mapping on a new line only when it is nothing but a mapping.
fn allow_null(schema: &mut Value, nullable: &BTreeSet<String>) {
    fn refer(schema: &mut Value, nullable: &BTreeSet<String>) {
        match schema {
            Value::Object(map) => {
                let target = map
                    .get("anyOf")
                    .and_then(or_null)
                    .and_then(|other| other.get("$ref"));
                let target = target.and_then(Value::as_str).map(str::to_owned);
                if let Some(target) = target.filter(|target| nullable.contains(target)) {
                    map.remove("anyOf");
                    map.insert("$ref".to_owned(), Value::String(target));
                }
                map.values_mut().for_each(|value| refer(value, nullable));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| refer(item, nullable)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    refer(schema, nullable);
    for target in nullable {
        if let Some(definition) = target
            .strip_prefix('#')
            .and_then(|pointer| schema.pointer_mut(pointer))
        {
            definition["type"] = json!(["object", "null"]);
        }
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
