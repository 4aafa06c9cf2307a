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
mod line;
mod lock;
mod postgres;
#[cfg(test)]
mod tests;
mod way_back;

use std::path::PathBuf;

pub use self::event::{
    ApplyId, Baseline, CutOff, Ended, Entry, Event, FORMAT_VERSION, PlannedStep, Result as Ending, Started,
    StepOutcome, StepResult,
};
pub use self::file::FileLedger;
pub use self::history::{Broken, Run, Whole, last_baseline, runs, taken_back, verify};
pub use self::line::Line;
pub use self::lock::{Holder, Lock};
pub use self::postgres::{DEFAULT_PROJECT, DEFAULT_SCHEMA, NoPlace, PostgresLedger, PostgresPlace};
pub use self::way_back::{WayBack, WayBackError};

use crate::model::Digest;

/// Where the ledger of a project is.
#[derive(Clone, Debug)]
pub enum LedgerPlace {
    /// A file in the project's folder.
    File(PathBuf),
    /// Tables in PostgreSQL.
    Postgres(Box<PostgresPlace>),
}

impl LedgerPlace {
    /// The place as it is shown.
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Postgres(place) => place.shown().to_owned(),
        }
    }
}

/// A ledger that can be read and added to.
#[derive(Debug)]
pub enum Ledger {
    /// In a file.
    File(FileLedger),
    /// In PostgreSQL, together with the lock of the deployment that is applied to.
    Postgres(Box<PostgresLedger>),
}

impl Ledger {
    /// Opens a ledger for an apply to `deployment`, and makes an empty one where there is none. One that is shared by
    /// machines keeps other applies to the deployment out until it is dropped; beside a file stands a [`Lock`].
    ///
    /// # Errors
    /// When it cannot be reached, read or written, or `deployment` is locked.
    pub fn open(place: &LedgerPlace, deployment: &str, holder: &Holder) -> Result<Self, LedgerError> {
        match place {
            LedgerPlace::File(path) => Ok(Self::File(FileLedger::open(path)?)),
            LedgerPlace::Postgres(place) => {
                let ledger = PostgresLedger::open(place, deployment, holder)?;
                Ok(Self::Postgres(Box::new(ledger)))
            }
        }
    }

    /// Every line so far, in order. None where there is no ledger yet, which is not made.
    ///
    /// # Errors
    /// When it cannot be reached or read, or a line is not understood.
    pub fn read(place: &LedgerPlace) -> Result<Vec<Line>, LedgerError> {
        match place {
            LedgerPlace::File(path) => file::read(path),
            LedgerPlace::Postgres(place) => postgres::read(place),
        }
    }

    /// Every line so far, in order.
    ///
    /// # Errors
    /// When it cannot be read or a line is not understood.
    pub fn lines(&mut self) -> Result<Vec<Line>, LedgerError> {
        match self {
            Self::File(ledger) => file::read(ledger.path()),
            Self::Postgres(ledger) => ledger.lines(),
        }
    }

    /// Adds an event and makes sure that it is kept before this returns. The answer is the hash of the new line.
    ///
    /// # Errors
    /// When it cannot be kept, or the lock is lost: then nothing more may be applied.
    pub fn append(
        &mut self,
        at: jiff::Timestamp,
        apply: &ApplyId,
        event: Event,
    ) -> Result<Digest, LedgerError> {
        match self {
            Self::File(ledger) => ledger.append(at, apply, event),
            Self::Postgres(ledger) => ledger.append(at, apply, event),
        }
    }

    /// Keeps the state before an apply, beside the ledger.
    ///
    /// # Errors
    /// When it cannot be kept: then nothing may be applied.
    pub fn keep_way_back(&mut self, way_back: &WayBack) -> Result<(), WayBackError> {
        match self {
            Self::File(ledger) => way_back::write_file(ledger.path(), way_back),
            Self::Postgres(ledger) => ledger.keep_way_back(way_back),
        }
    }

    /// The state before an apply.
    ///
    /// # Errors
    /// When none was kept, or it cannot be read or is not understood.
    pub fn way_back(place: &LedgerPlace, apply: &ApplyId) -> Result<WayBack, WayBackError> {
        match place {
            LedgerPlace::File(path) => way_back::read_file(path, apply),
            LedgerPlace::Postgres(place) => postgres::read_way_back(place, apply),
        }
    }
}

/// What is wrong with a ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be read or written.
    #[error("the ledger {place} cannot be {doing}: {reason}")]
    Failed {
        /// Where it is.
        place: String,
        /// `read`, `written` or `locked`.
        doing: &'static str,
        /// Why.
        reason: String,
    },
    /// The server that has it cannot be reached, or does not let this user in.
    #[error("the ledger {place} cannot be reached: {reason}")]
    Unreachable {
        /// Where it is.
        place: String,
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
