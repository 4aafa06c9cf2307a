//! JSON Schemas: one for manifests of any system, one narrowed to each system, and those of the other files.
//!
//! The base comes from the types ([`Document`]); [`for_system`] takes away what the product lacks and puts the
//! product's own labels and purposes in as descriptions. Nothing here knows a product: all of it is in the
//! definition.

mod edit;
mod groups;
mod names;
mod rights;
mod sharing;
mod tidy;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

pub use names::add_names;

use self::edit::*;
use self::groups::groups;
use self::rights::{modules, permissions, shared_definitions};
use self::sharing::{removed_and_existing, sharing};
use self::tidy::{allow_null, drop_unused_definitions, nullable_definitions, tidy, title_definitions};
use super::access_tests::AccessTestsDocument;
use super::document::Document;
use super::policy_file::PolicyDocument;
use super::project::ProjectDocument;
use crate::system::{Definition, Manage, ProfileAttribute, RoleAttribute, UserAttribute};

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

/// The schema of access tests.
pub fn access_tests() -> Value {
    let mut schema = base::<AccessTestsDocument>();
    title(&mut schema, "rolecall access tests", "access");
    schema
}

/// The schema of policies.
pub fn policy() -> Value {
    let mut schema = base::<PolicyDocument>();
    title(&mut schema, "rolecall policy", "policy");
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
        for (name, definition) in shared_definitions(kind) {
            schema["$defs"][name] = definition;
        }
    }
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
