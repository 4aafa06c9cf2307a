//! The shape of a system definition: everything rolecall knows about a product, as data.
//!
//! These types are the schema of a definition file. They say what a product has, what it is called there, and
//! what the product refuses; they hold no behaviour. Descriptions are taken over verbatim from what the product
//! documents, because they are shown in editors while people write manifests.

mod groups;
mod rights;
mod roles;
mod sharing;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::model::{FeatureId, Group, GroupName, Profile, ProfileName, Role, RoleName, SystemName};
use crate::system::access::AccessSemantics;

pub use self::groups::*;
pub use self::rights::*;
pub use self::roles::*;
pub use self::sharing::*;

/// What one product is, for access control.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Short name of the system: lower-case letters, digits and dashes.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    #[schemars(example = &"helpdesk")]
    pub name: SystemName,
    /// The product's own name.
    #[schemars(example = &"Helpdesk")]
    pub title: String,
    /// One sentence on what the product is and how access works there.
    pub summary: String,
    /// Where the facts in this file come from.
    #[serde(default)]
    pub sources: Vec<String>,
    /// How names compare.
    #[serde(default)]
    pub names: NameRules,
    /// Roles; absent when the product has none.
    #[serde(default)]
    pub roles: Option<RoleKind>,
    /// Profiles; absent when the product has none.
    #[serde(default)]
    pub profiles: Option<ProfileKind>,
    /// Groups; absent when the product has none.
    #[serde(default)]
    pub groups: Option<GroupKind>,
    /// Users.
    pub users: UserKind,
    /// Sharing; absent when the product has none.
    #[serde(default)]
    pub sharing: Option<SharingKind>,
    /// The permission catalogue, in the product's own categories and order.
    #[serde(default)]
    pub permissions: Vec<PermissionCategory>,
    /// Modules whose records are protected; absent when rights are not per module.
    #[serde(default)]
    pub modules: Option<ModuleKind>,
    /// Services that a group may allow.
    #[serde(default)]
    pub services: Vec<Service>,
    /// Authorisations between people; absent when the product has none.
    #[serde(default)]
    pub authorisations: Option<AuthorisationCatalogue>,
    /// What an installation may have or lack.
    #[serde(default)]
    pub features: Vec<Feature>,
    /// What the product refuses, by name.
    #[serde(default)]
    pub constraints: BTreeSet<Constraint>,
    /// Objects that every installation has and that cannot be deleted.
    #[serde(default)]
    pub builtin: Builtin,
    /// How access is decided.
    pub access: AccessSemantics,
}

/// How names are compared and which are refused everywhere.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NameRules {
    /// When two spellings are one name.
    pub compare: Compare,
}

/// When two spellings are one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Compare {
    /// Only when they are equal, character by character.
    #[default]
    Exact,
    /// When they differ in upper and lower case only.
    IgnoreCase,
    /// When they differ in case and accents only, as MySQL's `utf8_general_ci` compares: `ä` is `a`, `ß` is `s`.
    IgnoreCaseAndAccents,
}

/// What a name of one kind may look like.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NameFormat {
    /// The longest name, in characters.
    pub max_length_characters: u32,
    /// Texts that a name must not contain.
    pub forbidden: Vec<String>,
    /// Texts that a name must not begin with.
    pub forbidden_start: Vec<String>,
}

impl Default for NameFormat {
    fn default() -> Self {
        Self {
            max_length_characters: 255,
            forbidden: Vec::new(),
            forbidden_start: Vec::new(),
        }
    }
}

/// Users in this product. rolecall never creates or deletes them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserKind {
    /// The product's word for one.
    pub label: String,
    /// What a user is here and where users come from.
    pub purpose: String,
    /// The attributes a user has here, each with what it means; only `role` can be set.
    #[serde(default)]
    #[schemars(with = "Words<UserAttribute>")]
    pub attributes: BTreeMap<UserAttribute, String>,
}

/// Attributes of users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum UserAttribute {
    /// The user's role.
    Role,
    /// Marked as one who may do everything; read-only.
    Administrator,
    /// Whether the user can log in; read-only.
    Active,
    /// Who created the user; read-only.
    CreatedBy,
    /// The directory's primary group; read-only.
    PrimaryGroup,
}

/// Something that an installation may have or lack.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// The id used in seeds and in `rolecall.yaml`.
    pub id: FeatureId,
    /// What it is called.
    pub label: String,
    /// What having it means.
    pub purpose: String,
    /// Whether an installation that says nothing has it.
    pub assumed: bool,
}

/// What a product refuses beyond what its kinds and attributes already rule out. A closed set: an unknown name
/// is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Constraint {
    /// Deleting a role needs a role that takes its users.
    RoleDeleteNeedsTransfer,
    /// Deleting a profile needs a profile that takes its place.
    ProfileDeleteNeedsTransfer,
    /// Deleting a group needs a user or group that takes its records.
    GroupDeleteNeedsTransfer,
    /// A group cannot be deleted while it is the only group of one of its users.
    NotOnlyGroupOfUser,
    /// Users whose role is a super role (`access.super_roles`) cannot be in a group.
    SuperRoleNotInGroups,
    /// Authorisations of the head, or a deputy, need a head.
    HeadSettingsNeedHead,
    /// A call group needs an active group.
    CallGroupNeedsActiveGroup,
    /// Permissions outside the licence are refused.
    PermissionsWithinLicence,
    /// Every user has exactly one role.
    UserNeedsRole,
    /// Records are owned by users only.
    GroupsOwnNoRecords,
}

/// Objects that every installation has and that cannot be deleted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Builtin {
    /// Roles.
    pub roles: BTreeMap<RoleName, Role>,
    /// Profiles.
    pub profiles: BTreeMap<ProfileName, Profile>,
    /// Groups.
    pub groups: BTreeMap<GroupName, Group>,
}

/// The schema of a mapping from the words of a closed set to texts: every word is a key, explained.
struct Words<K>(PhantomData<K>);

impl<K: JsonSchema> JsonSchema for Words<K> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Words_{}", K::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let words = K::json_schema(generator).to_value();
        let words = words.get("oneOf").and_then(serde_json::Value::as_array);
        let properties: serde_json::Map<String, serde_json::Value> = words
            .into_iter()
            .flatten()
            .filter_map(|word| {
                let key = word.get("const")?.as_str()?.to_owned();
                let description = word.get("description")?;
                Some((
                    key,
                    serde_json::json!({ "type": "string", "description": description }),
                ))
            })
            .collect();
        json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
    }
}
