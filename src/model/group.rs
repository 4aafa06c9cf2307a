//! Groups: who is in them, what they own and grant.
//!
//! One struct serves every product; a system definition says which attributes its groups have, and an attribute
//! that a system lacks stays at its default.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AuthorisationArea, AuthorisationLevel, AuthorisationRight, GroupName, GroupVariety, Identity, RoleName,
    ServiceId, UserName,
};

/// Whether a group's settings count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Status {
    /// The group counts.
    #[default]
    Active,
    /// The group is kept, its settings do not count; its members stay as they are.
    Inactive,
}

impl Status {
    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

/// Who is in a group, by the four kinds of member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Members {
    /// Single users.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub users: BTreeSet<UserName>,
    /// Everyone whose role is one of these.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<RoleName>,
    /// Everyone whose role is one of these or below one of these.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub roles_and_subordinates: BTreeSet<RoleName>,
    /// Everyone in one of these groups.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<GroupName>,
}

impl Members {
    /// Whether the group has no member of any kind.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
            && self.roles.is_empty()
            && self.roles_and_subordinates.is_empty()
            && self.groups.is_empty()
    }
}

/// What some people may know and do about others: presence, calendar, lines.
///
/// A set of single rights that equals a level is always kept as that level; no rights at all are kept as `None`
/// where this is optional, so that equal authorisations are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Authorisations {
    /// One of the product's predefined levels.
    Level(AuthorisationLevel),
    /// Single rights by area: the level that the product calls special.
    Special(BTreeMap<AuthorisationArea, BTreeSet<AuthorisationRight>>),
}

/// A group's own line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The line's number.
    pub number: String,
    /// What the line may know and do about the group's members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorisations: Option<Authorisations>,
}

/// How a group takes calls to its own number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum CallGroupMode {
    /// The server distributes calls to the members' SIP lines.
    SipSoftphone,
    /// The call group is managed in the voice services.
    VoiceServices,
}

impl CallGroupMode {
    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SipSoftphone => "sip_softphone",
            Self::VoiceServices => "voice_services",
        }
    }
}

/// A call group: calls to the number reach all members. A group without one has the function off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallGroup {
    /// Who distributes the calls.
    pub mode: CallGroupMode,
    /// The number that is called.
    pub number: String,
}

/// Where the product shows something to its users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MonitorPlaces {
    /// In the monitor.
    pub monitor: bool,
    /// In the favorites.
    pub favorites: bool,
}

/// What pressing a key dials.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dial {
    /// A phone number.
    Number(String),
    /// A speed dial.
    SpeedDial(String),
}

/// A key that the members of a group are given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// What the key is called.
    pub name: String,
    /// What it dials.
    pub dial: Dial,
    /// Where it is shown.
    pub places: MonitorPlaces,
}

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Group {
    /// Free text; empty is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Which variety of group, where the system has several; `None` is the ordinary one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variety: Option<GroupVariety>,
    /// Whether its settings count.
    pub status: Status,
    /// Who is in it.
    #[serde(skip_serializing_if = "Members::is_empty")]
    pub members: Members,
    /// Roles that membership grants.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<RoleName>,
    /// The head of the group, who need not be a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<UserName>,
    /// The head's deputy, who need not be a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deputy: Option<UserName>,
    /// What head and deputy may know and do about the members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_authorisations: Option<Authorisations>,
    /// What the members may know and do about each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorisations: Option<Authorisations>,
    /// The group's own line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Line>,
    /// The call group; `None` is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_group: Option<CallGroup>,
    /// Services that the group allows; one that is missing is not set, which denies nothing.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub services: BTreeSet<ServiceId>,
    /// Groups whose members are shown to this group's members, and where.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub monitor_groups: BTreeMap<GroupName, MonitorPlaces>,
    /// Keys that the members are given, in the order shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// Who created the group; never written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserName>,
}

impl Group {
    /// The roles and groups that it names, each once.
    pub fn references(&self) -> BTreeSet<Identity> {
        let members = &self.members;
        let roles = members
            .roles
            .iter()
            .chain(&members.roles_and_subordinates)
            .chain(&self.roles);
        let groups = members.groups.iter().chain(self.monitor_groups.keys());
        roles
            .cloned()
            .map(Identity::Role)
            .chain(groups.cloned().map(Identity::Group))
            .collect()
    }
}
