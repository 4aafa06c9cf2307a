//! Roles and profiles in a system definition.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NameFormat;
use super::Words;
use crate::model::{AssignScope, RoleName};

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
