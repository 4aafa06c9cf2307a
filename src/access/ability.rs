//! What one can be able to do, and about whom.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{
    ActionId, AuthorisationArea, AuthorisationRight, FieldName, GroupName, ModuleName, PermissionId,
    Principal, RoleName, ServiceId, UserName,
};

/// Something that a user may be able to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// An action on a module. One that views, edits or deletes records is about their owners; one that creates, or
    /// is a function such as an export, is had or not.
    Action {
        /// Which module.
        module: ModuleName,
        /// Which action.
        action: ActionId,
    },
    /// A field of a module's records. Had by those who may view, or edit, records of the module at all.
    Field {
        /// Which module.
        module: ModuleName,
        /// Which field.
        field: FieldName,
        /// Seeing or changing it.
        used: FieldUse,
    },
    /// A permission of the catalogue. About users or groups where its definition says so (`over`), else had or not.
    Permission(PermissionId),
    /// A service that groups allow. About the members of the group where its definition says so, else had or not.
    Service(ServiceId),
    /// A role that groups grant, in systems where rights come from the roles of groups: had or not.
    Role(RoleName),
    /// An authorisation over other users.
    Authorisation {
        /// In which area.
        area: AuthorisationArea,
        /// Which single right.
        right: AuthorisationRight,
    },
}

/// What is done with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldUse {
    /// It is shown.
    See,
    /// It is shown and can be changed.
    Edit,
}

impl fmt::Display for Ability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action { module, action } => write!(f, "{action} {module}"),
            Self::Field { module, field, used } => match used {
                FieldUse::See => write!(f, "see field {module}.{field}"),
                FieldUse::Edit => write!(f, "edit field {module}.{field}"),
            },
            Self::Permission(id) => write!(f, "{id}"),
            Self::Service(id) => write!(f, "{id}"),
            Self::Role(role) => write!(f, "role {role}"),
            Self::Authorisation { area, right } => write!(f, "{area}.{right}"),
        }
    }
}

/// Whom an ability is about: the owner of records, or the user or group that a permission or authorisation is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A user.
    User(UserName),
    /// A group.
    Group(GroupName),
}

impl Owner {
    /// The owner that a principal is, if it is one.
    pub fn of(principal: &Principal) -> Option<Self> {
        match principal {
            Principal::User(name) => Some(Self::User(name.clone())),
            Principal::Group(name) => Some(Self::Group(name.clone())),
            Principal::Everyone | Principal::Role(_) | Principal::RoleAndSubordinates(_) => None,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(f, "{name}"),
            Self::Group(name) => write!(f, "group {name}"),
        }
    }
}
