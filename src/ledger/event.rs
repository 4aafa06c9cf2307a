//! What the ledger records.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::Digest;

/// The version of the ledger's format. Minor versions add, major versions break.
pub const FORMAT_VERSION: &str = "1.0";

/// Which apply: the moment it began and a few digits, so that ids sort by time and two never are the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApplyId(String);

impl ApplyId {
    /// The id of an apply that begins now. `distinct` tells it from others that begin in the same second.
    pub fn new(now: jiff::Timestamp, distinct: &Digest) -> Self {
        let moment = now.strftime("%Y%m%dT%H%M%SZ");
        let digits = &distinct.to_string()[..6];
        Self(format!("{moment}-{digits}"))
    }

    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ApplyId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for ApplyId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for ApplyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One event of one apply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of this format.
    pub format_version: String,
    /// The hash of the line before; zeros in the first.
    pub previous: Digest,
    /// When it was written.
    pub at: jiff::Timestamp,
    /// Which apply it belongs to.
    pub apply: ApplyId,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// An apply began.
    Started(Box<Started>),
    /// Steps are about to be tried: whatever is not heard of again may have been done or not.
    Trying {
        /// Which, from 1.
        steps: Vec<u32>,
    },
    /// What became of steps.
    Results {
        /// One each.
        results: Vec<StepResult>,
    },
    /// An apply ended.
    Ended(Ended),
    /// An earlier apply had not ended; found by the next one.
    CutOff(CutOff),
    /// What is on a deployment, by whether the manifests name it.
    Baseline(Baseline),
}

/// The beginning of an apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The deployment, by its name in rolecall.yaml.
    pub deployment: String,
    /// Where it is.
    pub place: String,
    /// Its system.
    pub system: String,
    /// Who applies.
    pub who: String,
    /// The version of rolecall.
    pub rolecall: String,
    /// The git revision of the manifests, with `+` when there are changes beyond it.
    pub revision: Option<String>,
    /// The hash of the plan's steps.
    pub plan: Digest,
    /// Guards that refused and were overridden.
    pub allowed: Vec<String>,
    /// The apply that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<ApplyId>,
    /// The steps in order.
    pub steps: Vec<PlannedStep>,
}

/// One planned step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// The object, such as `group.Team A`; for a rename under its new name.
    pub address: String,
    /// `create`, `update`, `rename`, `delete`.
    pub action: String,
}

/// What became of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepResult {
    /// Which, from 1.
    pub step: u32,
    /// Whether it was done.
    pub outcome: StepOutcome,
    /// What the deployment answered, where it was not simply done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// Whether a step was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// It was.
    Done,
    /// It was not.
    Failed,
    /// It is not known.
    Unknown,
}

/// The end of an apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How it ended.
    pub result: Result,
    /// How many steps were done.
    pub done: u32,
    /// How many failed.
    pub failed: u32,
    /// Of how many it is not known.
    pub unknown: u32,
    /// Steps that were not tried, from 1.
    pub not_tried: Vec<u32>,
    /// What was still to do when the deployment was read again; `null` when it could not be.
    pub left: Option<Vec<String>>,
}

/// How an apply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Result {
    /// Everything was done, and reading it again left nothing to do.
    Done,
    /// Something failed, is not known or was not as the deployment said.
    Partly,
    /// Someone stopped it.
    Interrupted,
}

/// An apply that had not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOff {
    /// Which one.
    pub of: ApplyId,
    /// Steps that were being tried, from 1.
    pub unknown: Vec<u32>,
    /// Steps that had not been tried, from 1.
    pub not_tried: Vec<u32>,
}

/// What is on a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The deployment, by its name in rolecall.yaml.
    pub deployment: String,
    /// Objects that the manifests name, by address, in order.
    pub managed: Vec<String>,
    /// Objects that no manifest names, likewise.
    pub unmanaged: Vec<String>,
    /// Those of them that manifests named once and that nobody has accepted since, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly_managed: Vec<String>,
}

impl Baseline {
    /// Whether manifests named an object then, or had named it before and nobody accepted since that none does.
    pub fn was_managed(&self, address: &str) -> bool {
        let has = |addresses: &[String]| addresses.iter().any(|known| known == address);
        has(&self.managed) || has(&self.formerly_managed)
    }
}
