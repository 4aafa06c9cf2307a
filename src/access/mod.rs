//! Effective access: who may do what, with whose records, and why.
//!
//! One engine for every product; what differs is in the settings of the system definition
//! ([`AccessSemantics`](crate::system::AccessSemantics)). It reads a [`Snapshot`](crate::model::Snapshot) and nothing
//! else: no manifests, no plan, no IO.
//!
//! Deliberately not here: words for people (`report`), judgement (`policy`, `check`).

mod ability;
mod bulk;
mod compare;
mod decide;
mod gate;
mod hierarchy;
mod impact;
mod index;
mod matrix;
mod membership;
mod path;
mod questions;
mod reach;
mod review;
mod rosters;
mod settings;
mod sharing;
mod sources;
mod state;
mod subjects;
mod subtree;
mod unused;
mod ways;

pub use ability::{Ability, FieldUse, Owner};
pub(crate) use bulk::Owners;
pub use compare::{Cause, Comparison, Passing, Single};
pub use decide::{Decision, Unknown};
pub(crate) use impact::Power;
pub use impact::{Crowd, Direction, Flag, Impact, Line, Part, Risk, What, Whose};
pub use matrix::{Extent, Matrix, MatrixEntry, MatrixRow, Opening};
pub use path::{Fault, Grant, Holder, NotReached, Refusal, Right, Step, Through};
pub use questions::{Member, Reached};
pub use review::{AdministratorBy, Had, Held, PersonReview, Reviewed};
pub use rosters::MemberBatch;
pub use state::Access;
pub use subjects::Subject;
pub use unused::{Because, Cover, Implied, SingleRight, Unused, UnusedSubject};
