//! Effective access: who may do what, with whose records, and why.
//!
//! One engine for every product; what differs is in the settings of the system definition
//! ([`AccessSemantics`](crate::system::AccessSemantics)). It reads a [`Snapshot`](crate::model::Snapshot) and nothing
//! else: no manifests, no plan, no IO.
//!
//! Deliberately not here: words for people (`report`), judgement (`policy`, `check`).

mod ability;

pub use ability::{Ability, FieldUse, Owner};
