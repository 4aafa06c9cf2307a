//! What can go wrong inside the store, before it is known which file it is about.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::deployment::DeploymentError;

/// What went wrong.
#[derive(Debug)]
pub(super) enum Fault {
    /// A rule of the store.
    Refused { rule: String, reason: String },
    /// The object was not as the plan found it.
    Moved { object: String, reason: String },
    /// The file holds what the store never writes.
    Damaged(String),
    /// The database.
    Sql(rusqlite::Error),
}

/// The result of everything inside the store.
pub(super) type Outcome<T> = Result<T, Fault>;

impl Fault {
    /// A refusal by a rule.
    pub(super) fn refused(rule: &str, reason: impl Into<String>) -> Self {
        Self::Refused {
            rule: rule.to_owned(),
            reason: reason.into(),
        }
    }

    /// Says whom a refusal is about; every caller on the way out may add what it knows.
    pub(super) fn about(self, subject: impl std::fmt::Display) -> Self {
        match self {
            Self::Refused { rule, reason } => Self::Refused {
                rule,
                reason: format!("{subject}: {reason}"),
            },
            Self::Moved { .. } | Self::Damaged(_) | Self::Sql(_) => self,
        }
    }

    /// The error for everyone outside, about the file at `path`.
    pub(super) fn at(self, path: &Path) -> DeploymentError {
        let place = path.display().to_string();
        match self {
            Self::Refused { rule, reason } => DeploymentError::Refused { rule, reason },
            Self::Moved { object, reason } => DeploymentError::Moved { object, reason },
            Self::Damaged(reason) => DeploymentError::Damaged { place, reason },
            Self::Sql(error) => from_sql(error, place),
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::SqliteFailure(failure, Some(message)) = &error
            && failure.code == ErrorCode::ConstraintViolation
        {
            return refusal(failure.extended_code, message);
        }
        Self::Sql(error)
    }
}

/// A constraint's failure as a refusal. Triggers say `rule: sentence`; the few that are left to SQLite's own
/// constraints get a rule by their kind.
fn refusal(code: i32, message: &str) -> Fault {
    match code {
        ffi::SQLITE_CONSTRAINT_TRIGGER => match message.split_once(": ") {
            Some((rule, sentence)) => Fault::refused(rule, sentence),
            None => Fault::refused("not-supported", message),
        },
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Fault::refused(
            "unknown-reference",
            "it refers to something that does not exist, or something still refers to it",
        ),
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            Fault::refused("name-taken", format!("there is one already ({message})"))
        }
        _ => Fault::refused("not-supported", message),
    }
}

fn from_sql(error: rusqlite::Error, place: String) -> DeploymentError {
    let reason = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            DeploymentError::Locked { place }
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::TypeMismatch) => {
            DeploymentError::Damaged { place, reason }
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            DeploymentError::Unreachable { place, reason }
        }
        // Every statement here is a constant that fits the schema: one that does not prepare or whose columns
        // are not what they were declared to be meets a file that someone has taken apart.
        Some(ErrorCode::Unknown) | None => DeploymentError::Damaged { place, reason },
        Some(_) => DeploymentError::Failed { place, reason },
    }
}
