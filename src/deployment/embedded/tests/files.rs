//! Files that cannot be opened, and files that are opened again.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{rich, rule, seed, variant};
use crate::deployment::embedded::{Reader, Store};
use crate::deployment::{DeploymentError, Read, Write};
use crate::plan::{Edit, Operation};

pub(super) fn on_disk() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("local.db");
    Store::create(&path, &rich(), &seed()).unwrap();
    (folder, path)
}

fn both(path: &Path) -> [DeploymentError; 2] {
    [
        Reader::open(path, &rich())
            .and_then(|mut reader| reader.read())
            .unwrap_err(),
        Store::open(path, &rich())
            .and_then(|mut store| store.read())
            .unwrap_err(),
    ]
}

#[test]
fn a_missing_file_is_unreachable() {
    let (folder, _path) = on_disk();
    for path in [folder.path().join("other.db"), folder.path().to_owned()] {
        for error in both(&path) {
            assert!(matches!(error, DeploymentError::Unreachable { .. }), "{error}");
        }
    }
}

#[test]
fn what_is_no_deployment_is_damaged() {
    let (_folder, path) = on_disk();
    let whole = fs::read(&path).unwrap();
    let mut torn = whole.clone();
    torn[8192..].fill(0xff);
    for content in [
        &b""[..],
        b"not a database at all, just text that is long enough",
        &whole[..5000],
        &torn,
    ] {
        fs::write(&path, content).unwrap();
        for error in both(&path) {
            assert!(matches!(error, DeploymentError::Damaged { .. }), "{error}");
        }
    }
}

#[test]
fn a_file_of_something_else_is_told_apart() {
    let (_folder, path) = on_disk();
    let other = variant(|definition| definition.name = "other".into());
    assert!(matches!(
        Reader::open(&path, &other),
        Err(DeploymentError::WrongSystem { .. })
    ));
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    for error in both(&path) {
        assert!(
            matches!(error, DeploymentError::TooNew { found: 99, .. }),
            "{error}"
        );
    }
}

#[test]
fn someone_else_writing_is_locked() {
    let (_folder, path) = on_disk();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    for error in both(&path) {
        assert!(matches!(error, DeploymentError::Locked { .. }), "{error}");
    }
}

#[test]
fn an_existing_file_is_not_replaced() {
    let (_folder, path) = on_disk();
    let before = fs::read(&path).unwrap();
    assert!(Store::create(&path, &rich(), &seed()).is_err());
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_refused_seed_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut seed = seed();
    seed.system = "other".into();
    assert!(Store::create(&folder.path().join("local.db"), &rich(), &seed).is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_changed_definition_and_missing_rules_are_made_good_on_opening() {
    let (_folder, path) = on_disk();
    Connection::open(&path)
        .unwrap()
        .execute_batch("DROP TRIGGER users_gone")
        .unwrap();
    let grown = variant(|definition| definition.roles.as_mut().unwrap().name.max_length_characters = 200);
    let mut store = Store::open(&path, &grown).unwrap();
    assert_eq!(store.read().unwrap(), seed());
    let to = "a name that was too long before".into();
    let rename = Operation::Role(Edit::Rename {
        from: "Rep".into(),
        to,
    });
    assert_eq!(rule(store.perform(&rename)), "done");
    drop(store);
    assert!(
        Connection::open(&path)
            .unwrap()
            .execute("DELETE FROM users", [])
            .is_err()
    );
}

#[test]
fn a_reader_cannot_write() {
    let (_folder, path) = on_disk();
    let reader = Reader::open(&path, &rich()).unwrap();
    assert!(
        reader
            .connection
            .execute("DELETE FROM sharing_rules", [])
            .is_err()
    );
}
