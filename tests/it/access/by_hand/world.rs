//! Loading a world: its system, and the state that its seed makes, as `rolecall export` prints it.

use std::path::PathBuf;

use rolecall::manifest::Reading;
use rolecall::model::Snapshot;
use rolecall::system::System;

use crate::support::{root, run_in};

/// A system and a state of it.
pub(super) struct World {
    /// The system of the project.
    pub(super) system: System,
    /// What the deployment has when nothing was applied yet.
    pub(super) snapshot: Snapshot,
}

/// The folder of a world.
pub(super) fn folder(name: &str) -> PathBuf {
    root().join("tests/it/access/by_hand/worlds").join(name)
}

impl World {
    /// Loads the world of this name.
    pub(super) fn load(name: &str) -> Self {
        let folder = folder(name);
        let mut reading = Reading::default();
        let project = reading.project_file_alone(&folder);
        let project = project.unwrap_or_else(|| panic!("{name}: {:?}", reading.diagnostics));
        let exported = run_in(&folder, &["export", "--out", "-"]).exits(0).stdout;
        let mut exported: serde_json::Value = serde_json::from_str(&exported).expect("an export is JSON");
        let snapshot =
            serde_json::from_value(exported["snapshot"].take()).expect("an export holds a snapshot");
        Self {
            system: project.system,
            snapshot,
        }
    }
}
