//! Generated states of access, for every system that rolecall knows.
//!
//! What is generated is decided by two things only: the system's definition and a handful of numbers ([`Tape`]),
//! which proptest draws and shrinks. Zeros, and numbers that are not there, always mean the plain choice, so a
//! failing case shrinks to few and plain objects.

mod change;
mod fate;
mod frame;
mod groups;
mod heirs;
mod intent;
mod names;
mod rights;
mod run;
mod snapshot;
mod tape;
mod wrong_references;
mod wrongs;

pub(crate) use change::{Change, changes};
pub(crate) use intent::{Wish, at, today, wishes};
pub(crate) use run::{CHEAP, COSTLY, all_systems, holds, holds_for, system};
pub(crate) use snapshot::snapshots;
pub(crate) use tape::{Tape, tape, tapes};
pub(crate) use wrongs::{Wrong, wrongs};
