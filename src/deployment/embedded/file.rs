//! Making and opening files: what kind of file it is, and how it comes up to date.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, MAIN_DB, OpenFlags, OptionalExtension, TransactionBehavior};

use super::catalogue::{self, Catalogue};
use super::fault::{Fault, Outcome};
use super::scribe::Scribe;
use super::{fill, load, rules};
use crate::deployment::DeploymentError;
use crate::model::{Installation, Snapshot};
use crate::system::System;

/// Marks the file as one of rolecall's: the bytes `rlcl`.
const APPLICATION: i64 = 0x726c_636c;

/// What brings a file from each format to the next; the first entry leads from format 1 to 2.
const MIGRATIONS: [&str; 0] = [];

/// The format that is written now.
const FORMAT: i64 = 1 + MIGRATIONS.len() as i64;

/// How long to wait for someone else who is writing.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many statements stay prepared: all that there are.
const STATEMENTS: usize = 192;

/// Tells apart the files that one process makes at the same time.
static CREATED: AtomicU64 = AtomicU64::new(0);

/// Opens a file so that it cannot be written to.
///
/// A journal beside it is what a killed writer left behind. Whoever may not write cannot roll it back and so cannot
/// read, which is why that is done first: it completes nothing and only undoes what was half-done.
pub(super) fn open_to_read(path: &Path, system: &System) -> Result<Connection, DeploymentError> {
    if is_journal_left(path) {
        let recover = || -> Outcome<i64> {
            let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            connection.busy_timeout(PATIENCE)?;
            format(&connection)
        };
        recover().map_err(|fault| fault.at(path))?;
    }
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let prepare = || -> Outcome<i64> {
        connection.pragma_update(None, "query_only", true)?;
        format(&connection)
    };
    let format = prepare().map_err(|fault| fault.at(path))?;
    check(&connection, path, system, format)?;
    if format < FORMAT {
        return Err(DeploymentError::Failed {
            place: path.display().to_string(),
            reason: format!("it has the older format {format}; applying to it once brings it up to date"),
        });
    }
    Ok(connection)
}

/// Opens a file for writing and brings it up to date.
pub(super) fn open_to_write(path: &Path, system: &System) -> Result<Connection, DeploymentError> {
    let mut connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let prepare = || -> Outcome<(i64, bool)> {
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok((format(&connection)?, connection.is_readonly(MAIN_DB)?))
    };
    let (format, read_only) = prepare().map_err(|fault| fault.at(path))?;
    check(&connection, path, system, format)?;
    if read_only {
        return Err(unreachable(path, "the file cannot be written"));
    }
    bring_up_to_date(&mut connection, system).map_err(|fault| fault.at(path))?;
    Ok(connection)
}

fn is_journal_left(path: &Path) -> bool {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    fs::metadata(journal).is_ok_and(|metadata| metadata.len() > 0)
}

fn open(path: &Path, access: OpenFlags) -> Result<Connection, DeploymentError> {
    // SQLite says no more than that it could not open the file.
    let metadata = fs::metadata(path).map_err(|error| unreachable(path, &error.to_string()))?;
    if !metadata.is_file() {
        return Err(unreachable(path, "it is not a file"));
    }
    let open = || -> Outcome<Connection> {
        let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    };
    open().map_err(|fault| fault.at(path))
}

fn unreachable(path: &Path, reason: &str) -> DeploymentError {
    DeploymentError::Unreachable {
        place: path.display().to_string(),
        reason: reason.to_owned(),
    }
}

fn pragma(connection: &Connection, name: &str) -> Outcome<i64> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)
}

/// The format of a file, once it is known to be one of rolecall's.
fn format(connection: &Connection) -> Outcome<i64> {
    match pragma(connection, "application_id")? {
        APPLICATION => pragma(connection, "user_version"),
        _ => Err(Fault::Damaged("it is not a rolecall deployment".to_owned())),
    }
}

/// Whether this is a file that this rolecall and this system can work with.
fn check(connection: &Connection, path: &Path, system: &System, format: i64) -> Result<(), DeploymentError> {
    let place = || path.display().to_string();
    if format > FORMAT {
        return Err(DeploymentError::TooNew {
            place: place(),
            found: format,
            known: FORMAT,
        });
    }
    if format < 1 {
        let reason = format!("it has the format {format}");
        return Err(DeploymentError::Damaged {
            place: place(),
            reason,
        });
    }
    let found: Option<String> = connection
        .query_row("SELECT system FROM meta", [], |row| row.get(0))
        .optional()
        .map_err(|error| Fault::from(error).at(path))?;
    let Some(found) = found else {
        return Err(Fault::Damaged("it names no system".to_owned()).at(path));
    };
    let expected = system.definition().name.as_str();
    if found != expected {
        return Err(DeploymentError::WrongSystem {
            place: place(),
            found,
            expected: expected.to_owned(),
        });
    }
    Ok(())
}

/// Migrates the format; then rewrites catalogue and rules if the definition or the rules are not those that the
/// file was made with, or if rules are missing.
fn bring_up_to_date(connection: &mut Connection, system: &System) -> Outcome<()> {
    if pragma(connection, "user_version")? == FORMAT && is_current(connection, system)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let format = pragma(&transaction, "user_version")?;
    rules::suspend(&transaction)?;
    for (from, migration) in (1_i64..).zip(MIGRATIONS) {
        if from >= format {
            transaction.execute_batch(migration)?;
        }
    }
    transaction.pragma_update(None, "user_version", FORMAT)?;
    let mut installation = load::installation(&transaction)?;
    let features = &system.definition().features;
    (installation.features).retain(|id, _| features.iter().any(|feature| feature.id == *id));
    catalogue::write_meta(&transaction, system)?;
    catalogue::write(&transaction, system, &installation)?;
    catalogue::close(&transaction)?;
    rules::enforce(&transaction)?;
    Ok(transaction.commit()?)
}

fn is_current(connection: &Connection, system: &System) -> Outcome<bool> {
    let (definition, triggers): (String, i64) = connection.query_row(
        "SELECT definition, (SELECT count(*) FROM sqlite_schema WHERE type = 'trigger') FROM meta",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let made = rules::rules().matches("CREATE TRIGGER").count();
    Ok(definition == catalogue::fingerprint(system)? && usize::try_from(triggers) == Ok(made))
}

/// Makes a deployment in memory.
pub(super) fn in_memory(system: &System, seed: &Snapshot) -> Result<Connection, DeploymentError> {
    let make = || -> Outcome<Connection> {
        let mut connection = Connection::open_in_memory()?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        write_new(&mut connection, system, seed)?;
        Ok(connection)
    };
    make().map_err(|fault| fault.at(Path::new(":memory:")))
}

/// Makes a file: under another name beside it first, so that a half-made one never has its name.
pub(super) fn create(path: &Path, system: &System, seed: &Snapshot) -> Result<(), DeploymentError> {
    let exists = || unreachable(path, "there is such a file already");
    if fs::symlink_metadata(path).is_ok() {
        return Err(exists());
    }
    let failed = |error: std::io::Error| unreachable(path, &error.to_string());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let Some(name) = path.file_name() else {
        return Err(unreachable(path, "it has no file name"));
    };
    let mut unfinished = std::ffi::OsString::from(".");
    unfinished.push(name);
    let serial = CREATED.fetch_add(1, Ordering::Relaxed);
    unfinished.push(format!(".{}-{serial}.unfinished", std::process::id()));
    let unfinished = Unfinished(path.with_file_name(unfinished));
    // Left by a killed process that had this one's number.
    let _ = fs::remove_file(&unfinished.0);

    write_file(&unfinished.0, system, seed).map_err(|fault| fault.at(path))?;
    let synced = fs::OpenOptions::new().write(true).open(&unfinished.0);
    synced.and_then(|file| file.sync_all()).map_err(failed)?;
    // A link, unlike a rename, refuses to replace a file that someone else made in the meantime.
    match fs::hard_link(&unfinished.0, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists()),
        // Not every file system has links.
        Err(_) => fs::rename(&unfinished.0, path).map_err(failed),
    }
}

/// A file that is removed again, whatever happens.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Nothing is lost when it stays: it has a name of its own.
        let _ = fs::remove_file(&self.0);
    }
}

fn write_file(path: &Path, system: &System, seed: &Snapshot) -> Outcome<()> {
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // The file is nobody's yet: if this fails it is thrown away, so there is nothing to roll back to.
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    write_new(&mut connection, system, seed)?;
    connection.close().map_err(|(_, error)| Fault::from(error))
}

/// Fills an empty database, in one transaction.
fn write_new(connection: &mut Connection, system: &System, seed: &Snapshot) -> Outcome<()> {
    connection.pragma_update(None, "foreign_keys", true)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    rules::make_tables(&transaction)?;
    rules::enforce(&transaction)?;
    let installation: &Installation = &seed.installation;
    catalogue::write_meta(&transaction, system)?;
    catalogue::write(&transaction, system, installation)?;
    let catalogue = Catalogue::load(&transaction)?;
    let scribe = Scribe {
        connection: &transaction,
        system,
        catalogue: &catalogue,
    };
    fill::fill(scribe, seed)?;
    catalogue::close(&transaction)?;
    Ok(transaction.commit()?)
}
