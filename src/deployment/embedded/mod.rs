//! A deployment in a SQLite file.
//!
//! The store is relational and enforces the system's rules itself, by constraints and triggers that are filled
//! from the system definition (`sql/`), so that a wrong plan, or anyone else who writes to the file, is refused
//! here. None of the planner's code takes part in that, and nothing here decides what ought to be written.
//!
//! [`Reader`] cannot write; [`Store`] can. An operation is one transaction and checks first that the object is
//! as the plan found it. Deliberately not here: retries, ledgers and order, which are `apply`'s, and serving the
//! file to others, which is `server`'s.
//!
//! The file keeps a rollback journal rather than a write-ahead log: it is a single file that can be copied whole
//! and read from a folder that cannot be written to.

mod catalogue;
mod explain;
mod fault;
mod file;
mod fill;
mod load;
mod load_groups;
mod perform;
mod resolve;
mod rights;
mod rules;
mod scribe;
#[cfg(test)]
mod tests;
mod write_groups;
mod write_roles;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use self::catalogue::Catalogue;
use self::fault::Outcome;
use self::scribe::Scribe;
use super::{DeploymentError, Read, Write};
use crate::model::Snapshot;
use crate::plan::Operation;
use crate::system::System;

/// How many operations share a transaction.
const BATCH: usize = 100;

/// An embedded deployment that can only be read: for everything that plans.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    path: PathBuf,
    system: System,
}

impl Reader {
    /// Opens the file for reading.
    ///
    /// # Errors
    /// When there is no such file, or it is not a deployment of this system.
    pub fn open(path: &Path, system: &System) -> Result<Self, DeploymentError> {
        let connection = file::open_to_read(path, system)?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            system: system.clone(),
        })
    }
}

impl Read for Reader {
    fn read(&mut self) -> Result<Snapshot, DeploymentError> {
        read(&mut self.connection, &self.system).map_err(|fault| fault.at(&self.path))
    }
}

/// An embedded deployment that can be written to.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    system: System,
    catalogue: Catalogue,
}

impl Store {
    /// Makes a new file with the seed in it. A missing folder is made, too. The file appears under its name only
    /// when it is complete.
    ///
    /// # Errors
    /// When there is such a file already, it cannot be written, or the seed breaks the system's rules.
    pub fn create(path: &Path, system: &System, seed: &Snapshot) -> Result<Self, DeploymentError> {
        file::create(path, system, seed)?;
        Self::open(path, system)
    }

    /// Opens a file for reading and writing, and brings its format, its catalogue and its rules up to date.
    ///
    /// # Errors
    /// When there is no such file, it cannot be written, or it is not a deployment of this system.
    pub fn open(path: &Path, system: &System) -> Result<Self, DeploymentError> {
        let connection = file::open_to_write(path, system)?;
        Self::over(connection, path, system)
    }

    /// A deployment in memory, gone when it is dropped.
    ///
    /// # Errors
    /// When the seed breaks the system's rules.
    pub fn in_memory(system: &System, seed: &Snapshot) -> Result<Self, DeploymentError> {
        let path = Path::new(":memory:");
        let connection = file::in_memory(system, seed)?;
        Self::over(connection, path, system)
    }

    fn over(connection: Connection, path: &Path, system: &System) -> Result<Self, DeploymentError> {
        let catalogue = Catalogue::load(&connection).map_err(|fault| fault.at(path))?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            system: system.clone(),
            catalogue,
        })
    }

    fn try_perform_all(
        &mut self,
        operations: &[&Operation],
        results: &mut Vec<Result<(), DeploymentError>>,
    ) -> Outcome<()> {
        let mut transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for operation in operations {
            let savepoint = transaction.savepoint()?;
            let scribe = Scribe {
                connection: &savepoint,
                system: &self.system,
                catalogue: &self.catalogue,
            };
            // A savepoint that is dropped is rolled back.
            let done = perform::perform(scribe, operation).and_then(|()| Ok(savepoint.commit()?));
            results.push(done.map_err(|fault| fault.at(&self.path)));
        }
        Ok(transaction.commit()?)
    }
}

impl Read for Store {
    fn read(&mut self) -> Result<Snapshot, DeploymentError> {
        read(&mut self.connection, &self.system).map_err(|fault| fault.at(&self.path))
    }
}

impl Write for Store {
    fn perform(&mut self, operation: &Operation) -> Result<(), DeploymentError> {
        let mut perform = || -> Outcome<()> {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let scribe = Scribe {
                connection: &transaction,
                system: &self.system,
                catalogue: &self.catalogue,
            };
            perform::perform(scribe, operation)?;
            Ok(transaction.commit()?)
        };
        perform().map_err(|fault| fault.at(&self.path))
    }

    fn batch_size(&self) -> usize {
        BATCH
    }

    /// Many operations in one transaction, each whole or not at all: much faster than one by one.
    fn perform_batch(&mut self, operations: &[&Operation]) -> Vec<Result<(), DeploymentError>> {
        let mut results = Vec::with_capacity(operations.len());
        match self.try_perform_all(operations, &mut results) {
            Ok(()) => results,
            // The transaction as a whole was not begun or not kept: nothing was done.
            Err(fault) => {
                let error = fault.at(&self.path);
                operations.iter().map(|_| Err(error.clone())).collect()
            }
        }
    }
}

fn read(connection: &mut Connection, system: &System) -> Outcome<Snapshot> {
    let transaction = connection.transaction()?;
    let snapshot = load::snapshot(&transaction, system)?;
    transaction.finish()?;
    Ok(snapshot)
}
