//! References between objects, typed by what they point at.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GroupName, ModuleName, ProfileName, RoleName, RuleKey, UserName};

/// A set of people that a rule or a transfer can name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// Every user.
    Everyone,
    /// One user.
    User(UserName),
    /// Everyone in the role.
    Role(RoleName),
    /// Everyone in the role or in a role below it.
    RoleAndSubordinates(RoleName),
    /// Everyone in the group; as an owner, the group itself as well.
    Group(GroupName),
}

impl Principal {
    /// Which kind of principal this is.
    pub fn kind(&self) -> PrincipalKind {
        match self {
            Self::Everyone => PrincipalKind::Everyone,
            Self::User(_) => PrincipalKind::User,
            Self::Role(_) => PrincipalKind::Role,
            Self::RoleAndSubordinates(_) => PrincipalKind::RoleAndSubordinates,
            Self::Group(_) => PrincipalKind::Group,
        }
    }

    /// The object that this principal names; none for everyone.
    pub fn identity(&self) -> Option<Identity> {
        match self {
            Self::Role(name) | Self::RoleAndSubordinates(name) => Some(Identity::Role(name.clone())),
            Self::Group(name) => Some(Identity::Group(name.clone())),
            Self::User(name) => Some(Identity::User(name.clone())),
            Self::Everyone => None,
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::User(name) => write!(f, "user {name}"),
            Self::Role(name) => write!(f, "role {name}"),
            Self::RoleAndSubordinates(name) => write!(f, "role {name} and subordinates"),
            Self::Group(name) => write!(f, "group {name}"),
        }
    }
}

/// The kinds of principal, as manifests and system definitions name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum PrincipalKind {
    /// Every user.
    Everyone,
    /// One user.
    User,
    /// Everyone in a role.
    Role,
    /// Everyone in a role or in a role below it.
    RoleAndSubordinates,
    /// Everyone in a group.
    Group,
}

impl PrincipalKind {
    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::User => "user",
            Self::Role => "role",
            Self::RoleAndSubordinates => "role_and_subordinates",
            Self::Group => "group",
        }
    }
}

/// The kinds of object that a deployment has, in the order in which reports list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Kind {
    /// Profiles.
    Profile,
    /// Roles.
    Role,
    /// Groups.
    Group,
    /// The organisation-wide default of a module.
    SharingDefault,
    /// Sharing rules.
    SharingRule,
    /// Users.
    User,
}

impl Kind {
    /// Every kind, in report order.
    pub const ALL: [Self; 6] = [
        Self::Profile,
        Self::Role,
        Self::Group,
        Self::SharingDefault,
        Self::SharingRule,
        Self::User,
    ];

    /// The id used in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Role => "role",
            Self::Group => "group",
            Self::SharingDefault => "sharing_default",
            Self::SharingRule => "sharing_rule",
            Self::User => "user",
        }
    }
}

/// Which object of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// A profile.
    Profile(ProfileName),
    /// A role.
    Role(RoleName),
    /// A group.
    Group(GroupName),
    /// The default of a module.
    SharingDefault(ModuleName),
    /// A sharing rule.
    SharingRule(RuleKey),
    /// A user.
    User(UserName),
}

impl Identity {
    /// The kind of object.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Profile(_) => Kind::Profile,
            Self::Role(_) => Kind::Role,
            Self::Group(_) => Kind::Group,
            Self::SharingDefault(_) => Kind::SharingDefault,
            Self::SharingRule(_) => Kind::SharingRule,
            Self::User(_) => Kind::User,
        }
    }

    /// The name alone: `Team A`; of a rule its parts: `Leads: role Sales → group Team A`.
    pub fn name(&self) -> String {
        match self {
            Self::Profile(name) => name.to_string(),
            Self::Role(name) => name.to_string(),
            Self::Group(name) => name.to_string(),
            Self::SharingDefault(module) => module.to_string(),
            Self::SharingRule(key) => key.to_string(),
            Self::User(name) => name.to_string(),
        }
    }

    /// Kind and name, as machine formats and selections have them: `group.Team A`.
    pub fn address(&self) -> String {
        format!("{}.{}", self.kind().as_str(), self.name())
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::Role(name) => write!(f, "role {name}"),
            Self::Group(name) => write!(f, "group {name}"),
            Self::SharingDefault(module) => write!(f, "default {module}"),
            Self::SharingRule(key) => write!(f, "rule {key}"),
            Self::User(name) => write!(f, "user {name}"),
        }
    }
}
