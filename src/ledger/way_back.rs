//! The state before an apply of everything that it touches, kept beside the ledger so that it can be taken back.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::event::ApplyId;
use crate::model::{Principal, Snapshot};
use crate::plan::Renames;

/// The version of the format. Minor versions add, major versions break.
const FORMAT_VERSION: &str = "1.0";

/// What an apply touches, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayBack {
    /// The version of this format.
    pub format_version: String,
    /// Which apply.
    pub apply: ApplyId,
    /// The deployment, by its name in rolecall.yaml.
    pub deployment: String,
    /// The objects as they were, by their names before.
    pub before: Snapshot,
    /// The objects as they were to become, by their names after.
    pub after: Snapshot,
    /// What got another name.
    pub renames: Renames,
    /// Records that changed hands: who had them, who has them now, how many. That cannot be taken back.
    pub transferred: Vec<(Principal, Principal, u64)>,
}

/// Why a way back cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum WayBackError {
    /// It cannot be written.
    #[error("the state before cannot be kept in {place}: {reason}")]
    NotWritten {
        /// The file, or the ledger.
        place: String,
        /// Why.
        reason: String,
    },
    /// There is none for this apply, or it cannot be read.
    #[error("there is no state to go back to in {place}: {reason}")]
    NotRead {
        /// The file, or the ledger.
        place: String,
        /// Why.
        reason: String,
    },
}

impl WayBack {
    /// A way back of the present format.
    pub fn new(
        apply: ApplyId,
        deployment: &str,
        [before, after]: [&Snapshot; 2],
        renames: &Renames,
        transferred: Vec<(Principal, Principal, u64)>,
    ) -> Self {
        let (before, after) = differing(before, after, renames);
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            apply,
            deployment: deployment.to_owned(),
            before,
            after,
            renames: renames.clone(),
            transferred,
        }
    }

    /// The text that is kept of it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub(super) fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads the text that was kept in `place`.
    ///
    /// # Errors
    /// When it is not understood.
    pub(super) fn parse(place: &str, text: &str) -> Result<Self, WayBackError> {
        let failed = |reason: String| WayBackError::not_read(place, &reason);
        let way_back: Self = serde_json::from_str(text).map_err(|error| failed(error.to_string()))?;
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&way_back.format_version) != major(FORMAT_VERSION) {
            let reason = format!(
                "it has format {}, this rolecall knows {FORMAT_VERSION}",
                way_back.format_version
            );
            return Err(failed(reason));
        }
        Ok(way_back)
    }
}

impl WayBackError {
    pub(super) fn not_written(place: &str, reason: &str) -> Self {
        Self::NotWritten {
            place: place.to_owned(),
            reason: reason.to_owned(),
        }
    }

    pub(super) fn not_read(place: &str, reason: &str) -> Self {
        Self::NotRead {
            place: place.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// Where the way back of an apply is, beside the file of the ledger.
fn path(ledger: &Path, apply: &ApplyId) -> PathBuf {
    ledger.with_file_name("before").join(format!("{apply}.json"))
}

/// Writes a way back beside the file of the ledger, and makes sure that it is kept.
pub(super) fn write_file(ledger: &Path, way_back: &WayBack) -> Result<(), WayBackError> {
    let path = path(ledger, &way_back.apply);
    let write = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = fs::File::create(&path)?;
        file.write_all(way_back.text()?.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| WayBackError::not_written(&path.display().to_string(), &error.to_string()))
}

/// Reads that of an apply, beside the file of the ledger.
pub(super) fn read_file(ledger: &Path, apply: &ApplyId) -> Result<WayBack, WayBackError> {
    let path = path(ledger, apply);
    let place = path.display().to_string();
    let text =
        fs::read_to_string(&path).map_err(|error| WayBackError::not_read(&place, &error.to_string()))?;
    WayBack::parse(&place, &text)
}

/// The objects that are not the same before and after, or have another name.
fn differing(before: &Snapshot, after: &Snapshot, renames: &Renames) -> (Snapshot, Snapshot) {
    let mut old = Snapshot::empty(before.system.clone());
    let mut new = Snapshot::empty(after.system.clone());
    let none = BTreeMap::new();
    (old.profiles, new.profiles) = apart(&before.profiles, &after.profiles, &renames.profiles);
    (old.roles, new.roles) = apart(&before.roles, &after.roles, &renames.roles);
    (old.groups, new.groups) = apart(&before.groups, &after.groups, &renames.groups);
    (old.users, new.users) = apart(&before.users, &after.users, &none);
    let (was, is) = (&before.sharing, &after.sharing);
    (old.sharing.defaults, new.sharing.defaults) = apart(&was.defaults, &is.defaults, &BTreeMap::new());
    (old.sharing.rules, new.sharing.rules) = apart(&was.rules, &is.rules, &BTreeMap::new());
    (old, new)
}

type Apart<N, O> = (BTreeMap<N, O>, BTreeMap<N, O>);

fn apart<N: Clone + Ord, O: Clone + PartialEq>(
    before: &BTreeMap<N, O>,
    after: &BTreeMap<N, O>,
    renames: &BTreeMap<N, N>,
) -> Apart<N, O> {
    let stays = |name: &N, object: &O| !renames.contains_key(name) && after.get(name) == Some(object);
    let stayed = |name: &N, object: &O| before.get(name) == Some(object) && stays(name, object);
    let old = before.iter().filter(|(name, object)| !stays(name, object));
    let new = after.iter().filter(|(name, object)| !stayed(name, object));
    let cloned = |(name, object): (&N, &O)| (name.clone(), object.clone());
    (old.map(cloned).collect(), new.map(cloned).collect())
}
