//! What must hold of effective access: access tests and policy, resolved against a state and judged on it.
//!
//! A test or rule comes as it was written (`manifest`), its names are resolved with every mistake at its place, and
//! then it is judged with the access engine. Each judgement carries the ways that lead to it.
//!
//! Deliberately not here: reading files, the clock, words for people (`report`), exit codes.

mod access_test;
pub mod guard;
mod interim;
mod judge;
mod keep;
mod names;
mod rules;

pub use access_test::{About, AccessTest, Expected, Question, resolve_tests};
pub use interim::{Interim, InterimGain, Unknown as InterimUnknown, interim};
pub use judge::{Allowed, Outcome, Refused, judge};
pub use keep::{Breach, FarReach, Holding, Verdict, WayTo, keep};
pub use rules::{Duties, Exception, MaximumReach, Policy, RuleKind, resolve_policy};

/// How many users a judgement names, with the way of each; of the others it says how many they are.
pub const NAMED: usize = 20;
