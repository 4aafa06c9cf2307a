//! What a change means for people and records, in few lines: who gains or loses what about whom, by which way, and
//! which change causes it.
//!
//! A comparison finds gains by class of users, ability and source. Here those that one reader takes for one thing
//! become one line. Deliberately not here: sentences (`report`).

mod administrators;
mod describe;
mod line;
mod lines;
mod merge;
mod risk;

use std::collections::BTreeSet;

pub(crate) use self::administrators::Power;
pub use self::describe::{Crowd, Part};
pub use self::line::{Direction, Flag, Line, Risk, What, Whose};
use super::compare::Comparison;
use crate::model::{Identity, UserName};

/// What a change means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// What people gain and lose, the riskiest first.
    pub lines: Vec<Line>,
    /// How many people gain or lose anything.
    pub people: u64,
    /// The objects that cause some gain or loss.
    pub effective: BTreeSet<Identity>,
}

impl Impact {
    /// The impact of the change that lies between two states. `author` is the user who proposes it, if that is known:
    /// what that user gains is pointed out.
    pub fn new(comparison: &Comparison<'_>, author: Option<&UserName>) -> Self {
        lines::impact(comparison, author)
    }

    /// Whether nobody gains or loses anything.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}
