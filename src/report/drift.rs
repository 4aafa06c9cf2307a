//! Drift as people and programs read it: what someone did to a deployment, told from what the manifests say to what is
//! there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::build::object;
use super::layout::visible;
use super::terminal::{NARROWEST, Style, headed};
use super::words::{headline, noun, number};
use super::{
    Action, AttributeValues, ChangeReport, DeploymentReport, FORMAT_VERSION, ImpactReport, ObjectReport,
    PlanReport, SelectionReport, Totals,
};
use crate::ledger::Baseline;
use crate::model::{Identity, Kind, Snapshot};

/// Unmanaged objects of one sort that are shown of many.
const SHOWN: usize = 20;

/// How a deployment differs from its manifests, and from what was last recorded of the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DriftReport {
    /// The version of this format.
    pub format_version: &'static str,
    /// The name of the system.
    pub system: String,
    /// The deployment.
    pub deployment: DeploymentReport,
    /// Whether there is any drift.
    pub drift: bool,
    /// What was done to what the manifests own: from what they say to what is there.
    #[serde(rename = "resource_changes")]
    pub changes: Vec<ChangeReport>,
    /// What that means for people: what they have and would not, and the other way round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<ImpactReport>,
    /// What became of the rest.
    pub unmanaged: UnmanagedDrift,
    /// How many objects that manifests own are as these say.
    pub unchanged: usize,
    /// Whether changes are left out.
    pub incomplete: bool,
    /// What was selected; none when everything was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<SelectionReport>,
    /// Remarks, one line each.
    pub notes: Vec<String>,
    #[serde(skip)]
    totals: Totals,
}

/// Objects that no manifest names, against what was last recorded of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UnmanagedDrift {
    /// Those that were not there.
    pub new: Vec<ObjectReport>,
    /// Those that are not there any more.
    pub gone: Vec<ObjectReport>,
    /// Those that manifests named once.
    pub formerly_managed: Vec<ObjectReport>,
}

impl UnmanagedDrift {
    /// Compares the objects that no manifest names, and that are meant, with what was last recorded. Without that nothing
    /// is known to be new or gone.
    pub fn new(
        unmanaged: &[Identity],
        live: &Snapshot,
        known: Option<&Baseline>,
        is_meant: impl Fn(&str) -> bool,
    ) -> Self {
        let Some(known) = known else {
            return Self::default();
        };
        let before: BTreeSet<&str> = known.unmanaged.iter().map(String::as_str).collect();
        let mut drift = Self::default();
        for identity in unmanaged {
            let address = identity.address();
            if !is_meant(&address) {
                continue;
            }
            if known.was_managed(&address) {
                drift.formerly_managed.push(object(identity));
            } else if !before.contains(address.as_str()) {
                drift.new.push(object(identity));
            }
        }
        let there: BTreeSet<String> = live.identities().map(|identity| identity.address()).collect();
        let gone = known.unmanaged.iter().filter(|address| !there.contains(*address));
        drift.gone = gone
            .filter(|address| is_meant(address))
            .filter_map(|address| object_at(address))
            .collect();
        drift
    }

    fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.formerly_managed.is_empty()
    }
}

/// The object of an address.
fn object_at(address: &str) -> Option<ObjectReport> {
    let (kind, name) = address.split_once('.')?;
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
    Some(ObjectReport {
        address: address.to_owned(),
        kind,
        name: name.to_owned(),
    })
}

impl DriftReport {
    /// The report. `told` is that on the way from what the manifests say to what is there.
    pub fn new(told: PlanReport, unmanaged: UnmanagedDrift) -> Self {
        let mut changes = told.changes;
        for change in &mut changes {
            // What follows from a step that nobody takes is not known.
            change.transfer = None;
            change.follows = None;
        }
        Self {
            format_version: FORMAT_VERSION,
            system: told.system,
            deployment: told.deployment,
            drift: !changes.is_empty() || !unmanaged.is_empty(),
            changes,
            impact: told.impact,
            unmanaged,
            unchanged: told.totals.unchanged,
            incomplete: told.incomplete,
            selection: told.selection,
            notes: told.notes,
            totals: told.totals,
        }
    }

    /// Each single drift in a line, by an id that stays the same from one look to the next.
    pub fn lines(&self) -> BTreeMap<String, String> {
        let changes = self.changes.iter().map(|change| {
            let values = change.attributes.iter().map(|attribute| {
                let name = &attribute.attribute;
                match &attribute.values {
                    AttributeValues::Value { before, after } => {
                        let shown =
                            |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
                        format!("{name} {} → {}", shown(before), shown(after))
                    }
                    AttributeValues::Items { added, removed } => {
                        let signed = |sign: char, items: &[String]| {
                            let items = items.iter().map(|item| format!(" {sign}{item}"));
                            items.collect::<String>()
                        };
                        format!("{name}{}{}", signed('+', added), signed('-', removed))
                    }
                }
            });
            let in_headline = matches!(change.kind, Kind::SharingDefault | Kind::SharingRule | Kind::User);
            let values: Vec<String> = values.filter(|_| !in_headline).collect();
            let mut line = told(change);
            if !values.is_empty() && !change.change.has(Action::Create) {
                line.push_str(&format!(": {}", values.join("; ")));
            }
            (format!("change {}", change.address), visible(&line))
        });
        let mut lines: BTreeMap<String, String> = changes.collect();
        for (id, objects, words) in self.unmanaged_in_words() {
            let of_sort = objects.iter().map(|object| {
                let line = format!("{} {} {words}", noun(object.kind), object.name);
                (format!("{id} {}", object.address), visible(&line))
            });
            lines.extend(of_sort);
        }
        lines
    }

    fn unmanaged_in_words(&self) -> [(&'static str, &[ObjectReport], &'static str); 3] {
        let UnmanagedDrift {
            new,
            gone,
            formerly_managed,
        } = &self.unmanaged;
        [
            (
                "!",
                formerly_managed,
                "was managed and is in no manifest now: its access remains",
            ),
            ("+", new, "is new on the deployment and in no manifest"),
            ("-", gone, "is no longer on the deployment; it was in no manifest"),
        ]
    }
}

/// What someone did, in a line.
fn told(change: &ChangeReport) -> String {
    let did = &change.change;
    let verb = if did.has(Action::Delete) {
        "deleted"
    } else if did.has(Action::Create) {
        "made"
    } else if did.has(Action::Rename) {
        "renamed"
    } else {
        "changed"
    };
    format!("{verb}: {}", headline(change))
}

/// The report as text, with a line break at the end.
pub fn drift_terminal(report: &DriftReport, style: Style) -> String {
    let style = Style {
        width: style.width.max(NARROWEST),
        ..style
    };
    let DriftReport {
        system, deployment, ..
    } = report;
    let mut lines = Vec::new();
    let notes = report.notes.iter();
    let notes = notes.map(|note| format!("{}    {}", style.bold("Note"), visible(note)));
    if !report.drift {
        lines.extend(notes);
        let objects = super::count(report.unchanged as u64, "object");
        let part = if report.selection.is_some() {
            ", as far as selected"
        } else {
            ""
        };
        lines.push(visible(&format!(
            "No drift. {system} {} is as the manifests say ({objects}){part}",
            deployment.name
        )));
        return lines.join("\n") + "\n";
    }
    lines.push(visible(&format!(
        "rolecall drift · {system} · {} at {}",
        deployment.name, deployment.place
    )));
    lines.push(String::new());
    if let Some(impact) = report.impact.as_ref().filter(|_| !report.changes.is_empty()) {
        super::impact_terminal::section(impact, style, &mut lines);
        if !impact.lines.is_empty() {
            let side =
                "Whoever gains has it now and would not as the manifests say; whoever loses would have it";
            lines.push(format!("  {}", style.dim(side)));
        }
        lines.push(String::new());
    }
    if !report.changes.is_empty() {
        let heading = "Changes on the deployment, from what the manifests say to what is there";
        lines.push(style.bold(heading));
        for change in &report.changes {
            headed(change, &told(change), style, &mut lines);
        }
        lines.push(String::new());
    }
    if !report.unmanaged.is_empty() {
        lines.push(style.bold("In no manifest"));
        for (symbol, objects, words) in report.unmanaged_in_words() {
            let shown = if style.verbose { objects.len() } else { SHOWN };
            for object in objects.iter().take(shown) {
                let (noun, name) = (noun(object.kind), visible(&object.name));
                lines.push(format!("  {symbol} {noun} {name} {words}"));
            }
            if objects.len() > shown {
                let more = number((objects.len() - shown) as u64);
                lines.push(format!("    … and {more} more (--verbose shows them)"));
            }
        }
        lines.push(String::new());
    }
    lines.extend(notes);
    lines.push(format!("{}   {}", style.bold("Drift"), totals(report)));
    lines.push(String::new());
    lines.join("\n")
}

fn totals(report: &DriftReport) -> String {
    let (totals, unmanaged) = (&report.totals, &report.unmanaged);
    let counts = [
        (totals.create, "made"),
        (totals.update, "changed"),
        (totals.rename, "renamed"),
        (totals.delete, "deleted"),
        (unmanaged.formerly_managed.len(), "formerly managed"),
        (unmanaged.new.len(), "new unmanaged"),
        (unmanaged.gone.len(), "unmanaged gone"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, what)| format!("{} {what}", number(*count as u64)))
        .collect();
    format!(
        "{}; {} as the manifests say",
        counts.join(", "),
        number(report.unchanged as u64)
    )
}

/// The report as JSON, with a line break at the end.
pub fn drift_json(report: &DriftReport) -> String {
    // Every key is text, so this cannot fail.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Look<'a> {
    at: jiff::Timestamp,
    #[serde(flatten)]
    report: &'a DriftReport,
}

/// What a look at a moment found, as one line of JSON with a line break at the end.
pub fn look_json(report: &DriftReport, at: jiff::Timestamp) -> String {
    let mut text = serde_json::to_string(&Look { at, report }).unwrap_or_default();
    text.push('\n');
    text
}
