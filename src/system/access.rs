//! How a product decides who may do what: the settings of the one access engine.
//!
//! Only the settings; the engine that reads them is `access/`. Each setting says what the product does, and
//! where that is a known fault of the product, the setting is named so that reports can say so.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ActionId, DefaultAccess, Level, PermissionId, RoleName};

/// How access is decided.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessSemantics {
    /// Roles whose holders may do everything, always.
    #[serde(default)]
    pub super_roles: BTreeSet<RoleName>,
    /// Whether users marked as administrators may do everything.
    #[serde(default)]
    pub administrators_may_everything: bool,
    /// Permissions that make their holder an administrator in effect, because they can change who may do what, each
    /// with the least level at which it does.
    #[serde(default)]
    pub administrative_permissions: BTreeMap<PermissionId, Level>,
    /// Permissions with which their holders can change roles, groups or who is in them, each with the least level at
    /// which they can; `administrative_permissions` need not be repeated.
    #[serde(default)]
    pub access_changing_permissions: BTreeMap<PermissionId, Level>,
    /// Permissions that open every record for some actions, before any other question is asked.
    #[serde(default)]
    pub global_permissions: Vec<GlobalPermission>,
    /// Where a user's rights come from.
    pub rights_from: RightsFrom,
    /// Whether a missing right on a module stops every other way to its records.
    #[serde(default)]
    pub rights_gate_sharing: bool,
    /// Whether groups can own records; every member then counts as owner.
    #[serde(default)]
    pub groups_own_records: bool,
    /// What superiors inherit from their subordinates.
    #[serde(default)]
    pub hierarchy: Hierarchy,
    /// When sharing rules have an effect.
    #[serde(default)]
    pub rules: RuleSemantics,
    /// Whether an inactive group still grants what it grants.
    #[serde(default)]
    pub inactive_groups_count: bool,
    /// Fault of the product: a role and its subordinates, as a source or as members, are found by comparing the
    /// beginnings of paths, so that a sibling with a longer id is taken along.
    #[serde(default)]
    pub subordinates_by_path_prefix: bool,
}

/// A permission that opens every record.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GlobalPermission {
    /// Which permission.
    pub permission: PermissionId,
    /// For which actions.
    pub actions: BTreeSet<ActionId>,
}

/// Where a user's rights come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RightsFrom {
    /// From the rights of the user's role.
    Role,
    /// From the profiles of the user's role; the most permissive counts.
    RoleProfiles,
    /// From the roles of all groups the user is in, taken together.
    GroupRoles,
    /// From the services and authorisations of the user's groups, on top of what the user has anyway.
    GroupSettings,
}

/// What superiors inherit.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Hierarchy {
    /// Whether users may do with their subordinates' records what they may do with their own.
    pub superiors_inherit_owned: bool,
    /// Whether that holds among users of one role as well.
    pub peers: bool,
    /// Whether it covers records owned by groups that a subordinate is in.
    pub includes_group_owned: bool,
    /// Whether superiors of a rule's recipients gain what the rule gives.
    pub includes_shared: bool,
}

/// When sharing rules have an effect, and how far.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RuleSemantics {
    /// The defaults under which a module's rules count; empty when there are no defaults and rules always count.
    pub only_under_defaults: BTreeSet<DefaultAccess>,
    /// Whether a rule whose source is a group covers what the group's members own, not only what the group owns.
    pub group_source_covers_members: bool,
}
