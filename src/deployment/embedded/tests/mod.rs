//! The store against a system that has everything.

mod edits;
mod files;
mod operations;
mod refusals;
mod round_trip;
mod statements;
mod systems;

use super::{DeploymentError, Store};
use crate::model::Snapshot;
use crate::system::{Constraint, Definition, System};

pub(super) fn definition() -> Definition {
    serde_yaml::from_str(include_str!("rich.yaml")).unwrap()
}

pub(super) fn rich() -> System {
    System::new(definition())
}

/// The rich system with something different about it.
pub(super) fn variant<T>(change: impl FnOnce(&mut Definition) -> T) -> System {
    let mut definition = definition();
    change(&mut definition);
    System::new(definition)
}

pub(super) fn without(constraint: Constraint) -> System {
    variant(|definition| {
        definition.constraints.remove(&constraint);
    })
}

pub(super) fn seed() -> Snapshot {
    // By way of JSON's values, whose enums are maps and not tags.
    let seed: serde_json::Value = serde_yaml::from_str(include_str!("rich.seed.yaml")).unwrap();
    serde_json::from_value(seed).unwrap()
}

pub(super) fn store() -> Store {
    Store::in_memory(&rich(), &seed()).unwrap()
}

/// The rule that refused, or what happened instead.
pub(super) fn rule<T>(result: Result<T, DeploymentError>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(DeploymentError::Refused { rule, .. }) => rule,
        Err(DeploymentError::Moved { .. }) => "moved".to_owned(),
        Err(other) => other.to_string(),
    }
}
