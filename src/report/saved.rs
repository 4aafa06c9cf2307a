//! A plan in a file: what was shown, and hashes by which it is known again.
//!
//! A saved plan is an approval, not an instruction. Nothing is ever done because a file says so: whoever applies it
//! reads and plans again, and goes on only if that gives the plan that was approved. So it holds no secret, and a
//! forged one can do nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Action, AttributeReport, DeploymentReport, ImpactLine, ImpactReport, InterimReport, ObjectReport,
    PlanReport, State, StepReport, words,
};
use crate::access::{Crowd, Direction, Flag, Risk, What};
use crate::model::{Date, Digest, Kind, UserName};
use crate::plan::{Preference, Reason, Selection};

/// The format that is written. Minor versions add, major versions break.
pub const SAVED_FORMAT_VERSION: &str = "1.0";
/// The major version that is read.
const MAJOR: &str = "1";
/// The key of the hash over everything else in the file.
const CHECKSUM: &str = "checksum";

/// A plan that was made, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The version of this format.
    pub format_version: Cow<'static, str>,
    /// The version of rolecall that made it.
    pub rolecall_version: Cow<'static, str>,
    /// When it was made, in UTC: `2026-12-24T10:00:00Z`.
    pub made_at: String,
    /// The name of the system.
    pub system: String,
    /// The deployment that it is for; its place as seen from the project.
    pub deployment: DeploymentReport,
    /// Who proposed it, where that was said: the impact depends on it.
    pub author: Option<UserName>,
    /// The day that it was made for.
    pub today: Date,
    /// What it does first.
    pub preference: Preference,
    /// Which changes it is about.
    pub selection: Selection,
    /// What it was made from.
    pub manifests: SavedManifests,
    /// The live objects that it rests on, by address.
    pub live_objects: Vec<SavedObject>,
    /// The hash of what it does.
    pub steps_digest: Digest,
    /// The hash of what that means for people.
    pub impact_digest: Digest,
    /// The plan as it was shown.
    pub report: PlanReport,
}

/// The manifests that a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedManifests {
    /// Their revision, where it is known.
    pub revision: Option<String>,
    /// The files: `rolecall.yaml`, the definition of an own system, the manifests.
    pub files: Vec<SavedFile>,
}

/// One file of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFile {
    /// Its path, seen from the project.
    pub path: String,
    /// The hash of its text.
    pub digest: Digest,
}

/// One live object, as it was before the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedObject {
    /// Kind and name.
    pub address: String,
    /// The hash of its state; none when there is no such object.
    pub digest: Option<Digest>,
}

/// Why a file is not taken for a saved plan. Messages say what is wrong with the file, without its name.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// It is no JSON, or not all of it is there.
    #[error("is no saved plan: {message} (line {line}, column {column})")]
    NoJson {
        /// Why.
        message: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is JSON of something else.
    #[error("is no saved plan: {0}")]
    NoPlan(String),
    /// It has a format that this rolecall does not know.
    #[error("has format {0}.x; this rolecall reads {MAJOR}.x")]
    OtherMajor(u32),
    /// Its content is not what its checksum was made of.
    #[error("was changed after it was made")]
    Changed,
}

impl SavedPlan {
    /// The text of the file.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            #[serde(flatten)]
            plan: &'a SavedPlan,
            checksum: Digest,
        }
        let checksum = checksum(serde_json::to_value(self)?)?;
        let mut text = serde_json::to_string_pretty(&Written { plan: self, checksum })?;
        text.push('\n');
        Ok(text)
    }

    /// Reads the text of a file. Keys that are not known are left alone, but the checksum covers them.
    ///
    /// # Errors
    /// When it is no saved plan, has a format of another major version, or was changed after it was made.
    pub fn read(bytes: &[u8]) -> Result<Self, SavedError> {
        let mut content = parse(bytes)?;
        let no_plan = |what: &str| SavedError::NoPlan(what.to_owned());
        let keys = content
            .as_object_mut()
            .ok_or_else(|| no_plan("it is no object"))?;
        let version = keys.get("format_version").and_then(Value::as_str);
        let major = version.and_then(|version| version.split_once('.'));
        match major.map(|(major, _)| (major, major.parse())) {
            Some((MAJOR, _)) => {}
            Some((_, Ok(other))) => return Err(SavedError::OtherMajor(other)),
            Some((_, Err(_))) | None => return Err(no_plan("it has no `format_version` MAJOR.MINOR")),
        }
        let Some(written) = keys.remove(CHECKSUM) else {
            return Err(no_plan("it has no `checksum`"));
        };
        let found = checksum(content.clone()).map_err(|error| no_plan(&error.to_string()))?;
        if written.as_str() != Some(&found.to_string()) {
            return Err(SavedError::Changed);
        }
        serde_json::from_value(content).map_err(|error| SavedError::NoPlan(error.to_string()))
    }

    /// Whether a file is a saved plan of whatever version, whole or not: something that may be written over.
    pub fn is_one(bytes: &[u8]) -> bool {
        let keys = ["format_version", "rolecall_version", "steps_digest", CHECKSUM];
        parse(bytes).is_ok_and(|content| keys.iter().all(|key| content.get(key).is_some()))
    }

    /// Whether another plan does the same and means the same for people.
    pub fn does_the_same_as(&self, other: &Self) -> bool {
        self.steps_digest == other.steps_digest && self.impact_digest == other.impact_digest
    }

    /// Whether another plan shows the same to whoever approves it. What may differ between two looks at one plan is
    /// left out: where manifests have their lines, how many records and users follow, remarks.
    ///
    /// # Errors
    /// When a report cannot be written as JSON.
    pub fn shows_the_same_as(&self, other: &Self) -> Result<bool, serde_json::Error> {
        Ok(shown(&self.report)? == shown(&other.report)?)
    }
}

fn parse(bytes: &[u8]) -> Result<Value, SavedError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| {
        let message = error.to_string();
        SavedError::NoJson {
            message: message.split(" at line ").next().unwrap_or_default().to_owned(),
            line: error.line(),
            column: error.column(),
        }
    })
}

/// The hash of everything in a file but the checksum. White space and the order of keys do not matter.
fn checksum(mut content: Value) -> Result<Digest, serde_json::Error> {
    content.sort_all_objects();
    Digest::of_value(&content)
}

/// What an impact must have in common with another to be the same: who gains or loses what about whom, and through
/// which changes. How many records that are is left out, for people go on working between plan and apply; so is the
/// example.
#[derive(Serialize)]
struct ShownImpact {
    people: u64,
    /// Each as JSON, in the order of that: their usual order depends on how many records there are.
    lines: Vec<String>,
}

#[derive(Serialize)]
struct ShownLine<'a> {
    risk: Risk,
    flags: Vec<Flag>,
    direction: Direction,
    people: u64,
    who: &'a Crowd,
    what: &'a What,
    whose: Option<(bool, &'a Crowd, u64, bool)>,
    causes: Vec<&'a ObjectReport>,
}

/// The hash of what a plan means for people, in the end and for a moment while it is applied; also of a plan that has
/// nothing to do.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn impact_digest(report: &PlanReport) -> Result<Digest, serde_json::Error> {
    let impact = report.impact.as_ref().map(shown_impact).transpose()?;
    Digest::of_value(&(impact, &report.interim))
}

fn shown_impact(impact: &ImpactReport) -> Result<ShownImpact, serde_json::Error> {
    let lines: Result<Vec<String>, _> = impact.lines.iter().map(shown_line).collect();
    let mut lines = lines?;
    lines.sort_unstable();
    Ok(ShownImpact {
        people: impact.people,
        lines,
    })
}

/// What makes a line of an impact the same line.
pub(super) fn shown_line(line: &ImpactLine) -> Result<String, serde_json::Error> {
    let whose = line.whose.as_ref();
    serde_json::to_string(&ShownLine {
        risk: line.risk,
        flags: line.flags.iter().copied().collect(),
        direction: line.direction,
        people: line.people,
        who: &line.who,
        what: &line.what,
        whose: whose.map(|whose| (whose.own, &whose.others, whose.owners, whose.alike)),
        causes: line.causes.iter().map(|cause| &cause.object).collect(),
    })
}

/// What whoever approves a plan goes by.
#[derive(Serialize)]
struct Shown<'a> {
    system: &'a str,
    deployment: &'a str,
    changes: Vec<ShownChange<'a>>,
    impact: Option<ShownImpact>,
    interim: Option<&'a InterimReport>,
    /// In words, without the number of records.
    summaries: Vec<String>,
    without_effect: Vec<&'a ObjectReport>,
    steps: &'a [StepReport],
    totals: [usize; 4],
}

#[derive(Serialize)]
struct ShownChange<'a> {
    address: &'a str,
    kind: Kind,
    name: &'a str,
    previous: [Option<&'a String>; 2],
    actions: &'a [Action],
    /// Not of an object that only gets another name: what it is does not matter to that.
    states: Option<[Option<&'a State>; 2]>,
    attributes: &'a [AttributeReport],
    reason: Reason,
    because: &'a [ObjectReport],
    heir: Option<(Kind, &'a str)>,
}

/// The hash of what is shown of each change, by its address.
///
/// # Errors
/// When a change cannot be written as JSON.
pub(super) fn change_digests(
    report: &PlanReport,
) -> Result<BTreeMap<String, Option<Digest>>, serde_json::Error> {
    let digests = shown_changes(report).map(|change| {
        let digest = Digest::of_value(&change)?;
        Ok((change.address.to_owned(), Some(digest)))
    });
    digests.collect()
}

fn shown_changes(report: &PlanReport) -> impl Iterator<Item = ShownChange<'_>> {
    report.changes.iter().map(|change| {
        let states = [change.change.before.as_ref(), change.change.after.as_ref()];
        let heir = change.transfer.as_ref().and_then(|transfer| transfer.to.as_ref());
        ShownChange {
            address: &change.address,
            kind: change.kind,
            name: &change.name,
            previous: [change.previous_address.as_ref(), change.previous_name.as_ref()],
            actions: &change.change.actions,
            states: (change.change.actions != [Action::Rename]).then_some(states),
            attributes: &change.attributes,
            reason: change.reason,
            because: &change.because,
            heir: heir.map(|heir| (heir.kind, &heir.name[..])),
        }
    })
}

fn shown(report: &PlanReport) -> Result<Digest, serde_json::Error> {
    let impact = report.impact.iter();
    let lines = impact.clone().flat_map(|impact| &impact.lines);
    let mut summaries: Vec<String> = lines.map(summary).collect();
    summaries.sort_unstable();
    Digest::of_value(&Shown {
        system: &report.system,
        deployment: &report.deployment.name,
        changes: shown_changes(report).collect(),
        impact: report.impact.as_ref().map(shown_impact).transpose()?,
        interim: report.interim.as_ref(),
        summaries,
        without_effect: impact.flat_map(|impact| &impact.without_effect).collect(),
        steps: &report.steps,
        totals: [
            report.totals.create,
            report.totals.update,
            report.totals.rename,
            report.totals.delete,
        ],
    })
}

/// The summary of a line without the number of records.
fn summary(line: &ImpactLine) -> String {
    match line.whose.as_ref().and_then(|whose| whose.records) {
        Some(records) => line
            .summary
            .replace(&format!(" ({})", words::count(records, "record")), ""),
        None => line.summary.clone(),
    }
}
