//! An object as it is before or after a change, and what changes between the two.

use serde::{Deserialize, Serialize};

use super::{AttributeReport, AttributeValues};
use crate::model::{DefaultAccess, Group, Identity, Profile, Role, RoleName, RuleAccess};
use crate::plan::{AttributeChange, ValueChange, group_changes, profile_changes, role_changes};
use crate::system::System;

/// The state of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum State {
    /// Of a profile.
    Profile(Profile),
    /// Of a role.
    Role(Role),
    /// Of a group.
    Group(Box<Group>),
    /// Of a module's default.
    Default {
        /// What everyone may do.
        default: DefaultAccess,
    },
    /// Of a sharing rule.
    Rule {
        /// What the recipients may do.
        access: RuleAccess,
    },
    /// Of a user.
    User {
        /// The role.
        role: Option<RoleName>,
    },
}

impl State {
    /// The roles, profiles and groups that an object of this state refers to.
    pub(super) fn references(&self) -> Vec<Identity> {
        match self {
            Self::Profile(_) | Self::Default { .. } | Self::Rule { .. } => Vec::new(),
            Self::Role(role) => role.references().into_iter().collect(),
            Self::Group(group) => group.references().into_iter().collect(),
            Self::User { role } => role.iter().cloned().map(Identity::Role).collect(),
        }
    }
}

/// The attributes in which two states of one object differ; none for one that is deleted.
pub(super) fn attributes(
    system: &System,
    before: Option<&State>,
    after: Option<&State>,
) -> Vec<AttributeReport> {
    let Some(after) = after else { return Vec::new() };
    match after {
        State::Profile(after) => {
            let changes = match before {
                Some(State::Profile(before)) => profile_changes(before, after),
                _ => profile_changes(&Profile::default(), after),
            };
            in_words(system, changes)
        }
        State::Role(after) => {
            let changes = match before {
                Some(State::Role(before)) => role_changes(before, after),
                _ => role_changes(&Role::default(), after),
            };
            in_words(system, changes)
        }
        State::Group(after) => {
            let changes = match before {
                Some(State::Group(before)) => group_changes(before, after),
                _ => group_changes(&Group::default(), after),
            };
            in_words(system, changes)
        }
        State::Default { default } => {
            let old = match before {
                Some(State::Default { default }) => Some(default.as_str()),
                _ => None,
            };
            single("default", old, Some(default.as_str()))
        }
        State::Rule { access } => {
            let old = match before {
                Some(State::Rule { access }) => Some(access.as_str()),
                _ => None,
            };
            single("access", old, Some(access.as_str()))
        }
        State::User { role } => {
            let old = match before {
                Some(State::User { role }) => role.as_ref().map(RoleName::as_str),
                _ => None,
            };
            single("role", old, role.as_ref().map(RoleName::as_str))
        }
    }
}

/// The attribute of an object that has only one.
fn single(attribute: &str, before: Option<&str>, after: Option<&str>) -> Vec<AttributeReport> {
    let values = AttributeValues::Value {
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    vec![AttributeReport {
        attribute: attribute.to_owned(),
        values,
    }]
}

fn in_words(system: &System, changes: Vec<AttributeChange>) -> Vec<AttributeReport> {
    let changes = changes.into_iter().map(|change| {
        let AttributeChange { attribute, change } = change;
        let values = match change {
            ValueChange::Items { added, removed } => AttributeValues::Items { added, removed },
            ValueChange::Value { before, after } => {
                let effective = |value: Option<String>| {
                    if is_field(&attribute) {
                        // A field that is not named has the usual access: `none` would read as no access.
                        Some(value.unwrap_or_else(|| system.usual_field_access().as_str().to_owned()))
                    } else {
                        value
                    }
                };
                AttributeValues::Value {
                    before: effective(before),
                    after: effective(after),
                }
            }
        };
        AttributeReport { attribute, values }
    });
    changes.collect()
}

/// The attribute that is free text, which faces quote each in their own way.
pub(super) const DESCRIPTION: &str = "description";

fn is_field(attribute: &str) -> bool {
    attribute
        .strip_prefix("modules.")
        .is_some_and(|rest| rest.contains(".fields."))
}
