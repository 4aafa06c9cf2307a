//! The ends that touch the world: reading a deployment and writing to one.
//!
//! [`Read`] and [`Write`] are apart, so that a command that plans can be handed something that cannot write.
//! Only a provider knows how its product is reached.

pub mod embedded;
mod faulty;

pub use faulty::{Fault, Faulty};

use self::embedded::Store;
use crate::model::Snapshot;
use crate::plan::Operation;

/// A deployment that can be read.
pub trait Read {
    /// Reads the complete access state.
    ///
    /// # Errors
    /// When anything could not be read: a failed read is never an empty or partial snapshot.
    fn read(&mut self) -> Result<Snapshot, DeploymentError>;
}

/// A deployment that can be written to.
pub trait Write: Read {
    /// Performs one operation, whole or not at all.
    ///
    /// # Errors
    /// When the deployment refused it or it is not known whether it was done.
    fn perform(&mut self, operation: &Operation) -> Result<(), DeploymentError>;

    /// How many operations may be handed over at once.
    fn batch_size(&self) -> usize {
        1
    }

    /// Performs operations that do not wait for each other, each whole or not at all, with a result for each in their
    /// order. A provider that can do several at once does so here; one that fails keeps none of the others back.
    fn perform_batch(&mut self, operations: &[&Operation]) -> Vec<Result<(), DeploymentError>> {
        operations
            .iter()
            .map(|operation| self.perform(operation))
            .collect()
    }
}

/// A deployment that is open for writing, whatever its provider.
#[derive(Debug)]
pub enum Writer {
    /// In a SQLite file.
    Embedded(Box<Store>),
    /// One that misbehaves, in tests.
    Faulty(Box<Faulty<Store>>),
}

impl Read for Writer {
    fn read(&mut self) -> Result<Snapshot, DeploymentError> {
        match self {
            Self::Embedded(store) => store.read(),
            Self::Faulty(faulty) => faulty.read(),
        }
    }
}

impl Write for Writer {
    fn perform(&mut self, operation: &Operation) -> Result<(), DeploymentError> {
        match self {
            Self::Embedded(store) => store.perform(operation),
            Self::Faulty(faulty) => faulty.perform(operation),
        }
    }

    fn batch_size(&self) -> usize {
        match self {
            Self::Embedded(store) => store.batch_size(),
            Self::Faulty(faulty) => faulty.batch_size(),
        }
    }

    fn perform_batch(&mut self, operations: &[&Operation]) -> Vec<Result<(), DeploymentError>> {
        match self {
            Self::Embedded(store) => store.perform_batch(operations),
            Self::Faulty(faulty) => faulty.perform_batch(operations),
        }
    }
}

/// Why a deployment could not be read or written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DeploymentError {
    /// It cannot be reached or opened.
    #[error("cannot open {place}: {reason}")]
    Unreachable {
        /// Which deployment: a file path or an address.
        place: String,
        /// Why.
        reason: String,
    },
    /// Someone else is writing to it.
    #[error("{place} is locked by another process")]
    Locked {
        /// Which deployment.
        place: String,
    },
    /// What it holds cannot be understood.
    #[error("{place} is damaged: {reason}")]
    Damaged {
        /// Which deployment.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// It holds the state of another system.
    #[error("{place} is a {found} deployment, not {expected}")]
    WrongSystem {
        /// Which deployment.
        place: String,
        /// The system it is of.
        found: String,
        /// The system the project is of.
        expected: String,
    },
    /// It was made by a newer rolecall.
    #[error("{place} has format {found}; this rolecall knows up to {known}")]
    TooNew {
        /// Which deployment.
        place: String,
        /// The format it has.
        found: i64,
        /// The newest format known.
        known: i64,
    },
    /// It refused an operation by a rule of its own.
    #[error("refused ({rule}): {reason}")]
    Refused {
        /// The rule's stable name, such as `role-delete-needs-transfer`.
        rule: String,
        /// What the deployment said, naming the objects.
        reason: String,
    },
    /// The object was not as the plan found it.
    #[error("{object} is not as the plan found it: {reason}")]
    Moved {
        /// Which object.
        object: String,
        /// What is different.
        reason: String,
    },
    /// It gave no usable answer: the connection was cut, or it failed inside. Whether the operation was done is not
    /// known.
    #[error("{place} gave no usable answer: {reason}")]
    Unanswered {
        /// Which deployment.
        place: String,
        /// What happened.
        reason: String,
    },
    /// Anything else that failed. Nothing was written.
    #[error("{place}: {reason}")]
    Failed {
        /// Which deployment.
        place: String,
        /// What failed.
        reason: String,
    },
}

impl DeploymentError {
    /// Whether an operation that ended so may have been done all the same.
    pub fn leaves_open(&self) -> bool {
        match self {
            Self::Unanswered { .. } => true,
            Self::Unreachable { .. }
            | Self::Locked { .. }
            | Self::Damaged { .. }
            | Self::WrongSystem { .. }
            | Self::TooNew { .. }
            | Self::Refused { .. }
            | Self::Moved { .. }
            | Self::Failed { .. } => false,
        }
    }

    /// Whether nothing more can be written: the deployment is gone, not one operation refused.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Locked { .. }
            | Self::Damaged { .. }
            | Self::WrongSystem { .. }
            | Self::TooNew { .. } => true,
            Self::Unanswered { .. } | Self::Refused { .. } | Self::Moved { .. } | Self::Failed { .. } => {
                false
            }
        }
    }
}
