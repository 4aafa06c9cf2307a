//! The ends that touch the world: reading a deployment and writing to one.
//!
//! [`Read`] and [`Write`] are apart, so that a command that plans can be handed something that cannot write.
//! Only a provider knows how its product is reached.

pub mod embedded;

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

    /// Performs operations one after the other and stops at the first that fails. The answer has a result for each
    /// that was tried. A provider that can do many at once does so here.
    fn perform_all(&mut self, operations: &[&Operation]) -> Vec<Result<(), DeploymentError>> {
        let mut results = Vec::with_capacity(operations.len());
        for operation in operations {
            let result = self.perform(operation);
            let failed = result.is_err();
            results.push(result);
            if failed {
                break;
            }
        }
        results
    }
}

/// Why a deployment could not be read or written.
#[derive(Debug, thiserror::Error)]
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
    /// Anything else that failed.
    #[error("{place}: {reason}")]
    Failed {
        /// Which deployment.
        place: String,
        /// What failed.
        reason: String,
    },
}
