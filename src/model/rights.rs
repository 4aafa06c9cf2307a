//! What a role or a profile permits: functional permissions, actions on modules, access to fields.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ActionId, FieldName, ModuleName, PermissionId};

/// How far a permission reaches.
///
/// A permission that is on or off takes only `allow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Level {
    /// Permitted; the permission has no levels.
    Allow,
    /// Only what is one's own: owned, or created by oneself.
    Own,
    /// What belongs to the members of one's groups as well.
    Group,
    /// Everything.
    All,
}

impl Level {
    /// Every level, least reach first.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Own, Self::Group, Self::All];

    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Own => "own",
            Self::Group => "group",
            Self::All => "all",
        }
    }
}

/// What a profile lets its holders do with one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum FieldAccess {
    /// Not shown.
    Hidden,
    /// Shown, not editable.
    ReadOnly,
    /// Shown and editable.
    ReadWrite,
}

impl FieldAccess {
    /// Every access, least first.
    pub const ALL: [Self; 3] = [Self::Hidden, Self::ReadOnly, Self::ReadWrite];

    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::ReadOnly => "read_only",
            Self::ReadWrite => "read_write",
        }
    }
}

/// Rights on one module.
///
/// `actions` holds what is permitted, an action that is missing is not. `fields` holds only what differs from
/// the system's usual field access, so that equal rights are equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ModuleRights {
    /// Permitted actions and how far each reaches.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: BTreeMap<ActionId, Level>,
    /// Fields whose access is not the usual one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<FieldName, FieldAccess>,
}

impl ModuleRights {
    /// Whether nothing is permitted and no field differs.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty() && self.fields.is_empty()
    }
}

/// All rights of one role or profile. What is not listed is not permitted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rights {
    /// Functional permissions.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub permissions: BTreeMap<PermissionId, Level>,
    /// Rights on modules; a module with empty rights is left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub modules: BTreeMap<ModuleName, ModuleRights>,
}

impl Rights {
    /// Whether nothing at all is permitted.
    pub fn is_empty(&self) -> bool {
        self.permissions.is_empty() && self.modules.is_empty()
    }
}
