//! The ledger: an append-only record of what was applied, by whom, when, and what became of every step; and the lock
//! that keeps two applies to one deployment apart.
//!
//! One event is one line of JSON. Each line carries the hash of the line before it, so that a line that was changed
//! or taken out shows; the hash of the last line, which an apply prints, shows lines cut off at the end.
//!
//! Deliberately not here: what is written to a deployment (`apply`), words for people (`report`), the clock.

mod event;
mod file;
mod history;
mod lock;
#[cfg(test)]
mod tests;
mod way_back;

use std::path::PathBuf;

pub use event::{
    ApplyId, Baseline, CutOff, Ended, Entry, Event, FORMAT_VERSION, PlannedStep, Result as Ending, Started,
    StepOutcome, StepResult,
};
pub use file::FileLedger;
pub use history::{Broken, Run, Whole, last_baseline, runs, taken_back, verify};
pub use lock::{Holder, Lock};
pub use way_back::{WayBack, WayBackError};

use crate::model::Digest;

/// Where the ledger of a project is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerPlace {
    /// A file in the project's folder.
    File(PathBuf),
}

/// A ledger that can be read and added to.
#[derive(Debug)]
pub enum Ledger {
    /// In a file.
    File(FileLedger),
}

impl Ledger {
    /// Opens a ledger, and makes an empty one where there is none.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(place: &LedgerPlace) -> Result<Self, LedgerError> {
        match place {
            LedgerPlace::File(path) => Ok(Self::File(FileLedger::open(path)?)),
        }
    }

    /// Every entry so far, in order. None where there is no ledger yet, which is not made.
    ///
    /// # Errors
    /// When it cannot be read or a line is not understood.
    pub fn read(place: &LedgerPlace) -> Result<Vec<Line>, LedgerError> {
        match place {
            LedgerPlace::File(path) => file::read(path),
        }
    }

    /// Adds an event and makes sure that it is kept before this returns. The answer is the hash of the new line.
    ///
    /// # Errors
    /// When it cannot be kept: then nothing more may be applied.
    pub fn append(
        &mut self,
        at: jiff::Timestamp,
        apply: &ApplyId,
        event: Event,
    ) -> Result<Digest, LedgerError> {
        match self {
            Self::File(ledger) => ledger.append(at, apply, event),
        }
    }
}

/// One line of a ledger: the text and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The text, without the line break; hashes are of it.
    pub text: String,
    /// What it says.
    pub entry: Entry,
}

/// What is wrong with a ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be read or written.
    #[error("the ledger {place} cannot be {doing}: {reason}")]
    Failed {
        /// Where it is.
        place: String,
        /// `read` or `written`.
        doing: &'static str,
        /// Why.
        reason: String,
    },
    /// A line cannot be understood.
    #[error("{place}:{line}: this line of the ledger is not understood: {reason}")]
    NotUnderstood {
        /// Where the ledger is.
        place: String,
        /// Which line, from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// Someone else applies to the deployment.
    #[error("{deployment} is locked by {}", in_words(holder.as_deref()))]
    Locked {
        /// Which deployment.
        deployment: String,
        /// Who, and since when, where the lock says it.
        holder: Option<Box<Holder>>,
    },
}

fn in_words(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "another apply".to_owned(), ToString::to_string)
}
