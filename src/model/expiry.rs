//! Grants that end by themselves.

use std::fmt;

use super::{Date, GroupName, Identity, Principal, RuleKey, Snapshot};
use crate::text::Span;

/// What can expire: a membership or a sharing rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// Someone is in a group. Members are users, roles and groups, never everyone.
    Member {
        /// The group.
        group: GroupName,
        /// Who is in it.
        member: Principal,
    },
    /// Records are shared.
    Rule(RuleKey),
}

impl Grant {
    /// The object that holds the grant: the group, or the rule itself.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Member { group, .. } => Identity::Group(group.clone()),
            Self::Rule(key) => Identity::SharingRule(key.clone()),
        }
    }

    /// Who is in the group, where the grant is a membership.
    pub fn member(&self) -> Option<&Principal> {
        match self {
            Self::Member { member, .. } => Some(member),
            Self::Rule(_) => None,
        }
    }

    /// Whether it holds in a state.
    pub fn is_in(&self, state: &Snapshot) -> bool {
        match self {
            Self::Member { group, member } => state.groups.get(group).is_some_and(|group| {
                let members = &group.members;
                match member {
                    Principal::Everyone => false,
                    Principal::User(name) => members.users.contains(name),
                    Principal::Role(name) => members.roles.contains(name),
                    Principal::RoleAndSubordinates(name) => members.roles_and_subordinates.contains(name),
                    Principal::Group(name) => members.groups.contains(name),
                }
            }),
            Self::Rule(key) => state.sharing.rules.contains_key(key),
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member { group, member } => write!(f, "{member} in group {group}"),
            Self::Rule(key) => write!(f, "rule {key}"),
        }
    }
}

/// A grant that a manifest limits in time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry {
    /// What is granted.
    pub grant: Grant,
    /// The last day on which it holds.
    pub expires: Date,
    /// Where the grant is written.
    pub place: Span,
}
