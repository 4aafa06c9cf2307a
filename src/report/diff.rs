//! The difference between two states as people and programs read it.

use serde::Serialize;
use serde_json::Value;

use super::{FORMAT_VERSION, PlanReport};

/// What two states differ in, and what that means for people.
#[derive(Clone, Debug)]
pub struct DiffReport {
    /// The name of the system.
    pub system: String,
    /// Where the one state is from.
    pub left: String,
    /// Where the other is from.
    pub right: String,
    /// The difference, told as a plan that leads from left to right.
    pub difference: PlanReport,
    /// Remarks on the whole, one line each.
    pub notes: Vec<String>,
}

/// The keys of a plan that a difference has too.
const SHARED: [&str; 3] = ["resource_changes", "impact", "totals"];

#[derive(Serialize)]
struct Written<'a> {
    format_version: &'static str,
    system: &'a str,
    left: &'a str,
    right: &'a str,
    #[serde(flatten)]
    difference: serde_json::Map<String, Value>,
    notes: &'a [String],
}

impl DiffReport {
    /// Whether nobody gains or loses anything, as far as that was found out.
    pub fn has_no_impact(&self) -> bool {
        let impact = self.difference.impact.as_ref();
        impact.is_none_or(|impact| impact.lines.is_empty())
    }
}

/// The report as JSON, with a line break at the end.
pub fn diff_json(report: &DiffReport) -> String {
    let difference = match serde_json::to_value(&report.difference) {
        Ok(Value::Object(plan)) => plan
            .into_iter()
            .filter(|(key, _)| SHARED.contains(&key.as_str()))
            .collect(),
        Ok(_) | Err(_) => serde_json::Map::new(),
    };
    let written = Written {
        format_version: FORMAT_VERSION,
        system: &report.system,
        left: &report.left,
        right: &report.right,
        difference,
        notes: &report.notes,
    };
    let mut text = serde_json::to_string_pretty(&written).unwrap_or_default();
    text.push('\n');
    text
}
