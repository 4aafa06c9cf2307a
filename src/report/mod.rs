//! One plan, several faces: [`PlanReport`] is the value, [`terminal()`] and [`json`] only show it.
//!
//! Whatever a face says is in the report; no face looks anything up. A plan has steps in the order in which they
//! are taken, a report has changes, one per object, in the order in which people look for them.
//!
//! Deliberately not here: printing, deciding on colour or width, reading anything.

mod abilities;
mod answers;
mod build;
mod csv;
mod diff;
mod drift;
mod follow;
mod guards;
mod history;
mod impact;
mod impact_terminal;
mod interim;
mod judged;
mod junit;
mod layout;
mod matrix;
mod moved;
mod reread;
mod review;
mod review_table;
mod saved;
mod selection;
mod state;
mod terminal;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_json;
mod unused;
mod ways;
mod words;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use self::abilities::abilities;
pub use self::answers::{InTurn, answer_json, columns, write_answer_json};
pub use self::csv::csv;
pub use self::diff::{DiffReport, diff_json};
pub use self::drift::{DriftReport, UnmanagedDrift, drift_json, drift_terminal, look_json};
pub use self::follow::Follows;
pub use self::guards::{GuardReport, GuardState, GuardedReport, LimitsReport, guards};
pub use self::history::{history_json, history_terminal, run_terminal};
pub use self::impact::{CauseReport, ExampleReport, ImpactLine, ImpactReport, crowd};
pub use self::interim::{InterimGainReport, InterimReport};
pub use self::judged::{
    AllowedReport, BreachReport, JUDGED_FORMAT_VERSION, JudgedReport, JudgedTotals, PolicyRuleReport,
    RefusedReport, TestReport, judged_json, judged_terminal, policy_broken,
};
pub use self::junit::junit;
pub use self::layout::visible;
pub use self::matrix::{MatrixLine, ability_place, matrix_lines, matrix_terminal};
pub use self::moved::{Now, moved};
pub use self::review::{
    DECISION_COLUMNS, Decision, GroupReviewReport, MemberLine, PersonReviewReport, RoleReviewReport,
    group_decisions, group_terminal, person_report, person_terminal, role_decisions, role_terminal,
};
pub use self::review_table::PeopleTable;
pub use self::saved::{
    SAVED_FORMAT_VERSION, SavedError, SavedFile, SavedManifests, SavedObject, SavedPlan, impact_digest,
};
pub use self::selection::{PulledInReport, SelectionReport, nothing_left};
pub use self::state::State;
pub use self::terminal::{Style, diff_terminal, terminal};
pub use self::unused::{because_words, subject_words};
pub use self::ways::{carriers, refusal, way, way_steps};
pub use self::words::{applied, count, people};
use crate::access::Impact;
use crate::ledger::Baseline;
use crate::model::{Date, Kind, Principal, Snapshot};
use crate::plan::{Plan, Reason, Stage};
use crate::policy::Interim;
use crate::system::System;
use crate::text::Sources;

/// The version of the JSON face. Minor versions add, major versions break.
pub const FORMAT_VERSION: &str = "1.0";

/// What a report says beyond the plan.
#[derive(Clone, Copy, Debug)]
pub struct ReportContext<'a> {
    /// The system.
    pub system: &'a System,
    /// The texts that the places of the plan point into.
    pub sources: &'a Sources,
    /// What the deployment is called in `rolecall.yaml`.
    pub deployment_name: &'a str,
    /// Where it is: a file or an address.
    pub deployment_place: &'a str,
    /// The revision of the manifests, where it is known.
    pub revision: Option<&'a str>,
    /// The state that the plan was made against.
    pub live: &'a Snapshot,
    /// What the plan means for people, where that was found out.
    pub impact: Option<&'a Impact>,
    /// What people gain while it is applied, where that was found out.
    pub interim: Option<&'a Interim>,
}

/// A plan as people and programs read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReport {
    /// The version of this format.
    pub format_version: Cow<'static, str>,
    /// The name of the system.
    pub system: String,
    /// The deployment that is planned for.
    pub deployment: DeploymentReport,
    /// The manifests that are planned from.
    pub manifests: ManifestsReport,
    /// The apply that the plan takes back; none when it is of manifests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// What changes, one per object: by kind in the order of [`Kind::ALL`], then by name.
    #[serde(rename = "resource_changes")]
    pub changes: Vec<ChangeReport>,
    /// What they mean for people; none when that was not found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<ImpactReport>,
    /// What each guard says; nothing where none was asked.
    pub guards: Vec<GuardReport>,
    /// What lies between the first step and the last; none when that was not found out or there is nothing to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interim: Option<InterimReport>,
    /// The steps in the order in which they are taken.
    pub steps: Vec<StepReport>,
    /// Objects that no manifest names and that the plan leaves alone.
    pub unmanaged: Vec<UnmanagedReport>,
    /// How many objects there are of each sort.
    pub totals: Totals,
    /// What has its last day within [`NOTICE_DAYS`](crate::plan::NOTICE_DAYS), by that day.
    pub expiring: Vec<ExpiringReport>,
    /// Whether changes are left out, so that the deployment will not be as the manifests say.
    pub incomplete: bool,
    /// What was selected; none when everything was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<SelectionReport>,
    /// Remarks on the whole plan, one line each.
    pub notes: Vec<String>,
}

impl PlanReport {
    /// The report on a plan.
    pub fn new(plan: &Plan, context: &ReportContext<'_>) -> Self {
        build::report(plan, context)
    }

    /// Marks the unmanaged objects that manifests named when `known` was recorded, or before.
    pub fn mark_formerly_managed(&mut self, known: &Baseline) {
        for unmanaged in &mut self.unmanaged {
            unmanaged.formerly_managed = known.was_managed(&unmanaged.object.address);
        }
    }
}

/// Which deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentReport {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: String,
}

/// Which manifests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestsReport {
    /// Their revision, where it is known.
    pub revision: Option<String>,
}

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Create,
    /// Its attributes change.
    Update,
    /// It gets another name.
    Rename,
    /// It is removed.
    Delete,
}

impl Action {
    /// The id used in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Rename => "rename",
            Self::Delete => "delete",
        }
    }
}

/// Everything that a plan does to one object.
// Read and written in `reread`, which knows what states an object of a kind has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct ChangeReport {
    /// Kind and name: `group.Team A`.
    pub address: String,
    /// The kind of object.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Its name, the new one when it is renamed.
    pub name: String,
    /// The address until now, when it is renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_address: Option<String>,
    /// The name until now, when it is renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_name: Option<String>,
    /// Which sharing rule, when it is one: the parts of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleReport>,
    /// What is done, and from what to what.
    pub change: StateChange,
    /// The attributes that differ, in order. Empty for an object that is deleted.
    pub attributes: Vec<AttributeReport>,
    /// Why.
    pub reason: Reason,
    /// The removed objects that it refers to, when that is why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<ObjectReport>,
    /// What the change takes away because its last day is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expired: Vec<ExpiredReport>,
    /// What refers to it and follows a rename.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<Follows>,
    /// What it leaves behind when it is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
    /// The manifest place that asked for it; none when it follows from something else.
    pub place: Option<PlaceReport>,
}

/// A sharing rule by its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleReport {
    /// Records of which module.
    pub module: String,
    /// Whose records.
    pub from: Principal,
    /// With whom they are shared.
    pub to: Principal,
}

/// An object before and after.
///
/// Both are told in the names that hold after the plan's renames, so that a reference to a renamed object is not
/// a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateChange {
    /// What is done, in order, each action once.
    pub actions: Vec<Action>,
    /// What it was; none when it is created.
    pub before: Option<State>,
    /// What it will be; none when it is deleted.
    pub after: Option<State>,
}

impl StateChange {
    /// Whether the action is among those taken.
    pub fn has(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }
}

/// One attribute that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeReport {
    /// The attribute as manifests write it: `members.users`.
    pub attribute: String,
    /// From what to what.
    #[serde(flatten)]
    pub values: AttributeValues,
}

/// From what to what an attribute goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AttributeValues {
    // Read first: a value lacks what items have, but to a reader items only have two empty values.
    /// A set of values.
    Items {
        /// What comes in.
        added: Vec<String>,
        /// What goes out.
        removed: Vec<String>,
    },
    /// A single value.
    Value {
        /// What it was.
        before: Option<String>,
        /// What it will be.
        after: Option<String>,
    },
}

/// What becomes of what a deleted object had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Who takes over; none when nobody is named.
    pub to: Option<HeirReport>,
    /// How many users get another role, or none.
    pub users: u64,
    /// How many records change hands, where the deployment counts them.
    pub records: u64,
}

/// Who takes over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeirReport {
    /// `role`, `profile`, `group` or `user`.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

/// A place in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceReport {
    /// The path as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// One step of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// Its place in the order, from 1.
    pub index: usize,
    /// The object; for a rename under its new name.
    pub address: String,
    /// What is done.
    pub action: Action,
    /// What it does to access, which says where in the order it belongs.
    pub stage: Stage,
    /// Steps, by index, without which it cannot be done.
    pub after: Vec<u32>,
}

/// Which object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectReport {
    /// Kind and name.
    pub address: String,
    /// The kind of object.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

/// An object that no manifest names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmanagedReport {
    /// Which object.
    #[serde(flatten)]
    pub object: ObjectReport,
    /// Whether manifests named it once: its access remains.
    pub formerly_managed: bool,
}

/// A member or rule whose last day is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiredReport {
    /// Who was in the group; none for a rule.
    pub member: Option<Principal>,
    /// The last day.
    pub expires: Date,
    /// Where the grant is written.
    pub place: Option<PlaceReport>,
}

/// A member or rule whose last day is near.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiringReport {
    /// The group or rule.
    pub address: String,
    /// Who is in the group; none for a rule.
    pub member: Option<Principal>,
    /// The last day.
    pub expires: Date,
    /// Days until then; 0 on the last day.
    pub days_left: i32,
    /// Where the grant is written.
    pub place: Option<PlaceReport>,
}

/// How many objects there are of each sort. One that is renamed and updated counts as both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// To create.
    pub create: usize,
    /// To update.
    pub update: usize,
    /// To rename.
    pub rename: usize,
    /// To delete.
    pub delete: usize,
    /// As they should be, the unmanaged ones included.
    pub unchanged: usize,
    /// In no manifest and left alone.
    pub unmanaged: usize,
}

/// The report as JSON, with a line break at the end.
pub fn json(report: &PlanReport) -> String {
    // Every key is text, so this cannot fail. If it did, no JSON at all would be better than a part of it.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
