//! What a product is: its kinds, permissions, constraints and access semantics, as data.
//!
//! [`Definition`] is the file, [`System`] the definition with what others look up in it. Everything that differs
//! between products is decided here or not at all.

mod access;
mod definition;
mod names;
mod problems;
#[allow(clippy::module_inception)]
mod system;

pub use access::{AccessSemantics, GlobalPermission, Hierarchy, RightsFrom, RuleSemantics};
pub use definition::*;
pub use system::{SHIPPED, System, shipped_source, widest};
