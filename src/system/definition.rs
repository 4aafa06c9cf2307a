//! The shape of a system definition: everything rolecall knows about a product, as data.
//!
//! These types are the schema of a definition file. They say what a product has, what it is called there, and
//! what the product refuses; they hold no behaviour. Descriptions are taken over verbatim from what the product
//! documents, because they are shown in editors while people write manifests.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::access::AccessSemantics;
use crate::model::{
    ActionId, AssignScope, AuthorisationArea, AuthorisationLevel, AuthorisationRight, CallGroupMode,
    DefaultAccess, FeatureId, FieldAccess, FieldName, Group, GroupName, GroupVariety, Level, ModuleName,
    PermissionId, PrincipalKind, Profile, ProfileName, Role, RoleName, RuleAccess, ServiceId, SystemName,
};

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

/// What rolecall may do with the objects of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Manage {
    /// Create, change, rename and delete.
    #[default]
    Full,
    /// Only refer to them: they are made elsewhere.
    Reference,
}

/// Roles in this product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleKind {
    /// The product's word for one, such as `Role`.
    pub label: String,
    /// What it is, in the product's words.
    pub purpose: String,
    /// What rolecall may do with them.
    #[serde(default)]
    pub manage: Manage,
    /// What their names may look like.
    #[serde(default)]
    pub name: NameFormat,
    /// The attributes a role has here, each with what it means in this product.
    #[schemars(with = "Words<RoleAttribute>")]
    pub attributes: BTreeMap<RoleAttribute, String>,
    /// Attributes that a new role must state.
    #[serde(default)]
    pub required: BTreeSet<RoleAttribute>,
    /// Built-in roles whose rights, place or name cannot be changed.
    #[serde(default)]
    pub fixed: BTreeSet<RoleName>,
    /// The one role at the top, below which every other role must be; absent when there may be several.
    #[serde(default)]
    pub root: Option<RoleName>,
    /// How many roles may be above a role, when the product stores the path to it: `H1::H2::…`.
    #[serde(default)]
    pub max_depth: Option<u32>,
    /// To whom records may be assigned, each choice with the product's words.
    #[serde(default)]
    #[schemars(with = "Words<AssignScope>")]
    pub assign_records_to: BTreeMap<AssignScope, String>,
}

/// Attributes of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RoleAttribute {
    /// Free text.
    Description,
    /// The role above.
    ReportsTo,
    /// Profiles the role carries.
    Profiles,
    /// Functional permissions.
    Permissions,
    /// Rights on modules.
    Modules,
    /// To whom holders may assign records.
    AssignRecordsTo,
}

/// Profiles in this product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileKind {
    /// The product's word for one.
    pub label: String,
    /// What it is, in the product's words.
    pub purpose: String,
    /// What their names may look like.
    #[serde(default)]
    pub name: NameFormat,
    /// The attributes a profile has here, each with what it means in this product.
    #[schemars(with = "Words<ProfileAttribute>")]
    pub attributes: BTreeMap<ProfileAttribute, String>,
}

/// Attributes of profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ProfileAttribute {
    /// Free text.
    Description,
    /// Functional permissions.
    Permissions,
    /// Rights on modules.
    Modules,
}

/// Groups in this product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupKind {
    /// The product's word for one.
    pub label: String,
    /// What it is, in the product's words.
    pub purpose: String,
    /// What their names may look like.
    #[serde(default)]
    pub name: NameFormat,
    /// The attributes a group has here, each with what it means in this product.
    #[schemars(with = "Words<GroupAttribute>")]
    pub attributes: BTreeMap<GroupAttribute, String>,
    /// Kinds of member, each with the product's words.
    #[serde(default)]
    #[schemars(with = "Words<MemberKind>")]
    pub member_kinds: BTreeMap<MemberKind, String>,
    /// Varieties that are made elsewhere and only referred to.
    #[serde(default)]
    pub external_varieties: Vec<ExternalVariety>,
    /// Who may take over a deleted group's records; empty when nothing is transferred.
    #[serde(default)]
    pub transfer_to: BTreeSet<PrincipalKind>,
    /// Modes of call groups.
    #[serde(default)]
    pub call_group_modes: Vec<CallGroupChoice>,
    /// The words for `active` and `inactive`.
    #[serde(default)]
    pub status: Option<StatusWords>,
}

/// What the two states of a group mean in a product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusWords {
    /// What an active group is.
    pub active: String,
    /// What an inactive group is.
    pub inactive: String,
}

/// Attributes of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum GroupAttribute {
    /// Free text.
    Description,
    /// Active or inactive.
    Status,
    /// Who is in it.
    Members,
    /// Roles that membership grants.
    Roles,
    /// The head.
    Head,
    /// The deputy.
    Deputy,
    /// Authorisations of head and deputy over the members.
    HeadAuthorisations,
    /// Authorisations of the members towards each other.
    Authorisations,
    /// The group's own line.
    Line,
    /// The call group.
    CallGroup,
    /// Services.
    Services,
    /// Groups shown in monitor and favorites.
    MonitorGroups,
    /// Keys.
    Keys,
    /// Who created it; read-only.
    CreatedBy,
}

/// Kinds of member a group may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MemberKind {
    /// Single users.
    Users,
    /// Everyone in a role.
    Roles,
    /// Everyone in a role and below it.
    RolesAndSubordinates,
    /// Everyone in another group.
    Groups,
}

impl MemberKind {
    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Roles => "roles",
            Self::RolesAndSubordinates => "roles_and_subordinates",
            Self::Groups => "groups",
        }
    }
}

/// A variety of group that is made elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalVariety {
    /// The id used in seeds and exports.
    pub id: GroupVariety,
    /// The product's word for it.
    pub label: String,
    /// What it is.
    pub purpose: String,
    /// Who makes it, such as `the voice provider (3CX)`.
    pub made_by: String,
}

/// A way for a call group to distribute calls.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallGroupChoice {
    /// Which mode.
    pub id: CallGroupMode,
    /// The product's label.
    pub label: String,
    /// What it does.
    pub purpose: String,
    /// The feature it needs.
    #[serde(default)]
    pub needs: Option<FeatureId>,
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

/// Sharing in this product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharingKind {
    /// What sharing means here.
    pub purpose: String,
    /// Organisation-wide defaults; absent when the product has none.
    #[serde(default)]
    pub defaults: Option<DefaultsKind>,
    /// Sharing rules; absent when the product has none.
    #[serde(default)]
    pub rules: Option<RulesKind>,
}

/// Organisation-wide defaults in this product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefaultsKind {
    /// The product's words.
    pub label: String,
    /// What they mean.
    pub purpose: String,
    /// The choices, each with the product's words.
    #[schemars(with = "Words<DefaultAccess>")]
    pub choices: BTreeMap<DefaultAccess, String>,
    /// What holds for a module that states none.
    pub usual: DefaultAccess,
}

/// Sharing rules in this product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesKind {
    /// The product's words.
    pub label: String,
    /// What a rule does.
    pub purpose: String,
    /// Whose records can be shared.
    pub from: BTreeSet<PrincipalKind>,
    /// With whom.
    pub to: BTreeSet<PrincipalKind>,
    /// The choices of access, each with the product's words. With one choice a manifest need not state it.
    #[schemars(with = "Words<RuleAccess>")]
    pub access: BTreeMap<RuleAccess, String>,
}

/// A category of permissions, as the product groups them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PermissionCategory {
    /// The product's label.
    pub category: String,
    /// The feature that all of it needs.
    #[serde(default)]
    pub needs: Option<FeatureId>,
    /// The permissions in the product's order.
    pub permissions: Vec<Permission>,
}

/// One permission of the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// The id used in manifests.
    pub id: PermissionId,
    /// The product's label.
    pub label: String,
    /// What it is for, in the product's words.
    pub purpose: String,
    /// The levels it takes, each with what it reaches; empty when it is on or off.
    #[serde(default)]
    #[schemars(with = "Words<Level>")]
    pub levels: BTreeMap<Level, String>,
    /// What the product does not let its holders do even so.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// The feature it needs.
    #[serde(default)]
    pub needs: Option<FeatureId>,
}

/// Special limits that a product states for single permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Limit {
    /// At level `own`, holders cannot change their own role.
    NotOwnRole,
    /// Never on one's own account, at whatever level.
    NotOwnAccount,
}

/// Modules and the rights on them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleKind {
    /// What a module is here.
    pub purpose: String,
    /// Whether an installation may have modules that are not listed here.
    #[serde(default)]
    pub open: bool,
    /// What can be done with a module's records, in the product's order.
    pub actions: Vec<Action>,
    /// The modules that every installation has.
    #[serde(default)]
    pub list: Vec<Module>,
    /// Rights on fields; absent when the product has none.
    #[serde(default)]
    pub fields: Option<FieldKind>,
}

/// Something that can be done with a module's records.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The id used in manifests.
    pub id: ActionId,
    /// The product's label.
    pub label: String,
    /// What it permits, in the product's words.
    pub purpose: String,
    /// What the action does to a record, for deciding access to records.
    #[serde(default)]
    pub effect: Effect,
    /// The levels it takes, each with what it reaches; empty when it is on or off.
    #[serde(default)]
    #[schemars(with = "Words<Level>")]
    pub levels: BTreeMap<Level, String>,
    /// Whether `otherwise: usual` permits it, at the widest level.
    #[serde(default)]
    pub usual: bool,
    /// Whether only the modules that name it have it.
    #[serde(default)]
    pub only_where_named: bool,
}

/// What an action does to a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Effect {
    /// It shows the record.
    View,
    /// It changes the record.
    Edit,
    /// It removes the record.
    Delete,
    /// It makes a new record.
    Create,
    /// It is permitted or not, whichever record it is.
    #[default]
    Function,
}

/// One module.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// The name used in manifests: the product's internal name.
    pub name: ModuleName,
    /// The product's label.
    pub label: String,
    /// What its records are.
    #[serde(default)]
    pub purpose: String,
    /// Actions it has beyond those that every module has.
    #[serde(default)]
    pub extra_actions: BTreeSet<ActionId>,
    /// Actions it lacks.
    #[serde(default)]
    pub without_actions: BTreeSet<ActionId>,
    /// Fields that every installation has.
    #[serde(default)]
    pub fields: Vec<FieldName>,
    /// Whether its records can be shared by defaults and rules.
    #[serde(default = "yes")]
    pub shareable: bool,
    /// The module whose default and rules hold for this one too; its own are refused.
    #[serde(default)]
    pub follows: Option<ModuleName>,
    /// The default of a new installation.
    #[serde(default)]
    pub default: Option<DefaultAccess>,
}

fn yes() -> bool {
    true
}

/// Rights on fields.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldKind {
    /// What rights on fields do here.
    pub purpose: String,
    /// Whether an installation may have fields that are not listed.
    #[serde(default)]
    pub open: bool,
    /// The choices, each with the product's words.
    #[schemars(with = "Words<FieldAccess>")]
    pub choices: BTreeMap<FieldAccess, String>,
    /// What holds for a field that a profile does not name.
    pub usual: FieldAccess,
}

/// A service that a group may allow its members.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The id used in manifests.
    pub id: ServiceId,
    /// The product's label.
    pub label: String,
    /// What it does, in the product's words.
    pub purpose: String,
    /// Services of which one must be allowed for this one to have an effect.
    #[serde(default)]
    pub needs_one_of: BTreeSet<ServiceId>,
    /// The feature without which it has no effect.
    #[serde(default)]
    pub needs: Option<FeatureId>,
    /// The feature which, when present, grants it to everyone, so that it cannot be set here.
    #[serde(default)]
    pub unless: Option<FeatureId>,
    /// Services that it includes.
    #[serde(default)]
    pub includes: BTreeSet<ServiceId>,
}

/// The authorisations that people can have over each other.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorisationCatalogue {
    /// What they are, in the product's words.
    pub purpose: String,
    /// The areas, in the product's order.
    pub areas: Vec<Area>,
    /// The predefined levels, least first; the first grants nothing.
    pub levels: Vec<AuthorisationPreset>,
}

/// An area that authorisations are about.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The id used in manifests.
    pub id: AuthorisationArea,
    /// The product's label.
    pub label: String,
    /// What it covers.
    pub purpose: String,
    /// The single rights in it.
    pub rights: Vec<AreaRight>,
}

/// A single right within an area.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaRight {
    /// The id used in manifests.
    pub id: AuthorisationRight,
    /// The product's label.
    pub label: String,
}

/// A predefined level of authorisations.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorisationPreset {
    /// The id used in manifests.
    pub id: AuthorisationLevel,
    /// The product's label.
    pub label: String,
    /// The single rights it stands for.
    #[serde(default)]
    pub rights: BTreeMap<AuthorisationArea, BTreeSet<AuthorisationRight>>,
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
