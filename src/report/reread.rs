//! Reading a report that was written as JSON, so that it can be shown again.
//!
//! Everything in a report says what it is, but for the states of objects: those of a role and of a profile can be the
//! same text. The kind of the object decides.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ChangeReport, State};
use crate::model::{Kind, Role};

impl Serialize for ChangeReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for ChangeReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut change = Self::deserialize(deserializer)?;
        let ChangeReport {
            kind,
            address,
            change: states,
            ..
        } = &mut change;
        for state in [&mut states.before, &mut states.after] {
            if let Some(read) = state.take() {
                let settled = of_kind(read, *kind);
                let wrong =
                    || D::Error::custom(format!("`{address}` has a state that no {} has", kind.as_str()));
                *state = Some(settled.ok_or_else(wrong)?);
            }
        }
        Ok(change)
    }
}

/// The state as one of an object of this kind; none when no such object has it.
fn of_kind(state: State, kind: Kind) -> Option<State> {
    match (kind, state) {
        // A role that says nothing that only roles have reads like a profile.
        (Kind::Role, State::Profile(profile)) => Some(State::Role(Role {
            description: profile.description,
            rights: profile.rights,
            ..Role::default()
        })),
        (Kind::Profile, state @ State::Profile(_))
        | (Kind::Role, state @ State::Role(_))
        | (Kind::Group, state @ State::Group(_))
        | (Kind::SharingDefault, state @ State::Default { .. })
        | (Kind::SharingRule, state @ State::Rule { .. })
        | (Kind::User, state @ State::User { .. }) => Some(state),
        (
            Kind::Profile | Kind::Role | Kind::Group | Kind::SharingDefault | Kind::SharingRule | Kind::User,
            _,
        ) => None,
    }
}
