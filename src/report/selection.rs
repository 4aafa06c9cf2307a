//! What a selection takes in and leaves out, as people and programs read it.

use serde::{Deserialize, Serialize};

use super::words::{noun, number};
use super::{ObjectReport, PlanReport, build};
use crate::plan::{Need, PulledIn, Selected};

/// Changes beyond the selection that are shown of many.
const PULLED_IN: usize = 10;

/// A plan that is about some of the changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectionReport {
    /// The patterns of `--only`.
    pub only: Vec<String>,
    /// The patterns of `--exclude`.
    pub exclude: Vec<String>,
    /// The changes that were not selected and that a selected one needs.
    pub pulled_in: Vec<PulledInReport>,
    /// How many changes are left out.
    pub left_out: usize,
}

/// A change that a selected one needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PulledInReport {
    /// What changes.
    #[serde(flatten)]
    pub object: ObjectReport,
    /// Whose change needs it.
    pub needed_by: ObjectReport,
    /// Why.
    pub reason: Need,
}

impl SelectionReport {
    pub(super) fn new(selected: &Selected) -> Self {
        let texts = |patterns: &[crate::plan::Pattern]| patterns.iter().map(ToString::to_string).collect();
        Self {
            only: texts(&selected.selection.only),
            exclude: texts(&selected.selection.exclude),
            pulled_in: selected.pulled_in.iter().map(pulled_in).collect(),
            left_out: selected.left_out.len(),
        }
    }

    /// `--only`, `--exclude`, or both.
    fn options(&self) -> &'static str {
        match (self.only.is_empty(), self.exclude.is_empty()) {
            (true, _) => "--exclude",
            (false, true) => "--only",
            (false, false) => "--only, --exclude",
        }
    }

    /// `12 more changes are not selected (--only)`.
    fn not_selected(&self, more: &str) -> String {
        let changes = if self.left_out == 1 {
            "change is"
        } else {
            "changes are"
        };
        let count = number(self.left_out as u64);
        format!("{count} {more}{changes} not selected ({})", self.options())
    }
}

fn pulled_in(pulled: &PulledIn) -> PulledInReport {
    let PulledIn {
        identity,
        needed_by,
        need,
    } = pulled;
    PulledInReport {
        object: build::object(identity),
        needed_by: build::object(needed_by),
        reason: *need,
    }
}

impl PulledInReport {
    /// The same for people.
    fn words(&self) -> String {
        let words = |object: &ObjectReport| format!("{} {}", noun(object.kind), object.name);
        let (object, needed_by) = (words(&self.object), words(&self.needed_by));
        match self.reason {
            Need::Refers => format!("{object}, which {needed_by} needs"),
            Need::Removed => format!("{object}, which refers to {needed_by}"),
            Need::Name => format!("{object}, whose present name {needed_by} takes"),
        }
    }
}

/// The remarks on a selection, one line each; none on a plan of everything.
pub(super) fn notes(report: &PlanReport, verbose: bool) -> Vec<String> {
    let Some(selection) = &report.selection else {
        return Vec::new();
    };
    let all = &selection.pulled_in;
    let shown = if verbose { all.len() } else { PULLED_IN };
    let pulled_in = all.iter().take(shown);
    let mut notes: Vec<String> = pulled_in
        .map(|each| format!("pulled in: {}", each.words()))
        .collect();
    if all.len() > shown {
        let more = number((all.len() - shown) as u64);
        notes.push(format!("… and {more} more are pulled in (--verbose shows them)"));
    }
    if report.incomplete && !report.changes.is_empty() {
        notes.push(format!("incomplete: {}", selection.not_selected("more ")));
    }
    notes
}

/// What is said when nothing that is selected changes, although something else does.
pub(super) fn nothing_selected(report: &PlanReport) -> Option<String> {
    let selection = report.selection.as_ref().filter(|_| report.incomplete)?;
    Some(format!(
        "No changes are selected. {} {} is not as the manifests say: {}",
        report.system,
        report.deployment.name,
        selection.not_selected("")
    ))
}

/// What is to be said when nothing is left of an applied plan.
pub fn nothing_left(report: &PlanReport) -> String {
    match report.selection.as_ref().filter(|_| report.incomplete) {
        None => "nothing left to do".to_owned(),
        Some(selection) => format!("nothing that is selected is left; {}", selection.not_selected("")),
    }
}
