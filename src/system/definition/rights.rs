//! The permission catalogue and the modules of a system definition.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Words;
use crate::model::{
    ActionId, DefaultAccess, FeatureId, FieldAccess, FieldName, Level, ModuleName, PermissionId,
};

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
    /// What the levels are about; absent when a holder has the permission or not, whatever the level.
    #[serde(default)]
    pub over: Option<PermissionTarget>,
    /// What the product does not let its holders do even so.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// The feature it needs.
    #[serde(default)]
    pub needs: Option<FeatureId>,
}

/// What the levels of a permission are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum PermissionTarget {
    /// Accounts of users: `own` is one's own account and those one has created, `group` adds the members of one's
    /// groups.
    Users,
    /// Groups: `own` are those one has created, `group` adds those one is in.
    Groups,
    /// What users leave behind, such as logs and sessions: `own` is one's own, `group` adds that of the members of
    /// one's groups.
    Traces,
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
    /// The module whose rights hold for this one too, because the product copies them.
    #[serde(default)]
    pub rights_of: Option<ModuleName>,
    /// The default of a new installation. In a module that is not shareable it holds for good; without one,
    /// whoever has a right there has it on every record.
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
