//! What is written reads back as it was.

use super::{rich, seed, store, variant};
use crate::deployment::Read;
use crate::deployment::embedded::{Reader, Store};
use crate::model::Snapshot;

#[test]
fn everything_reads_back() {
    assert_eq!(store().read().unwrap(), seed());
}

#[test]
fn a_reader_reads_what_a_store_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/deep/local.db");
    Store::create(&path, &rich(), &seed()).unwrap();
    assert_eq!(Reader::open(&path, &rich()).unwrap().read().unwrap(), seed());
    let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing but the deployment is left");
}

#[test]
fn nothing_reads_back_as_nothing() {
    let system = variant(|definition| definition.builtin = Default::default());
    let empty = Snapshot::empty(system.definition().name.clone());
    assert_eq!(Store::in_memory(&system, &empty).unwrap().read().unwrap(), empty);
    let bare = rich().bare();
    assert_eq!(Store::in_memory(&rich(), &bare).unwrap().read().unwrap(), bare);
}

#[test]
fn authorisations_read_back_in_one_form() {
    let mut written = seed();
    let team: crate::model::Authorisations =
        serde_json::from_str(r#"{"special":{"presence":["see","set"],"calendar":["see"]}}"#).unwrap();
    written.groups.get_mut("Team C").unwrap().authorisations = Some(team);
    let nothing = serde_json::from_str(r#"{"level":"none"}"#).unwrap();
    written.groups.get_mut("Loose").unwrap().authorisations = Some(nothing);
    let mut expected = written.clone();
    expected.groups.get_mut("Team C").unwrap().authorisations =
        Some(serde_json::from_str(r#"{"level":"team"}"#).unwrap());
    expected.groups.get_mut("Loose").unwrap().authorisations = None;
    assert_eq!(
        Store::in_memory(&rich(), &written).unwrap().read().unwrap(),
        expected
    );
}
