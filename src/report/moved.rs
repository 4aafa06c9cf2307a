//! Why a plan that was approved is not the plan that is made now, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::visible;
use super::saved::{SavedPlan, change_digests, shown_line};
use super::words::number;
use super::{ImpactLine, PlanReport};
use crate::model::Digest;

/// Things of one sort that are named of many.
const NAMED: usize = 20;

/// The state that a plan is made for now, as far as the approved plan rests on it.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// The plan that is made now.
    pub plan: &'a SavedPlan,
    /// The live objects that the approved plan rests on, as they are now.
    pub live_objects: &'a BTreeMap<String, Option<Digest>>,
    /// Whether the plan would be another one on the day of the approved plan.
    pub day_matters: bool,
}

/// What moved since a plan was approved, one line each and never none.
///
/// # Errors
/// When a plan cannot be written as JSON.
pub fn moved(approved: &SavedPlan, now: &Now<'_>) -> Result<Vec<String>, serde_json::Error> {
    let mut lines = Vec::new();
    let files = |plan: &SavedPlan| -> BTreeMap<String, Option<Digest>> {
        let files = plan.manifests.files.iter();
        files.map(|file| (file.path.clone(), Some(file.digest))).collect()
    };
    list(
        &mut lines,
        differences(&files(approved), &files(now.plan), |shift| match shift {
            Shift::Changed => "changed in the project",
            Shift::New => "new in the project",
            Shift::Gone => "gone from the project",
        }),
    );
    let objects = approved.live_objects.iter();
    let objects = objects
        .map(|object| (object.address.clone(), object.digest))
        .collect();
    list(
        &mut lines,
        differences(&objects, now.live_objects, |shift| match shift {
            Shift::Changed => "changed on the deployment",
            Shift::New => "new on the deployment",
            Shift::Gone => "gone from the deployment",
        }),
    );
    let (then, planned) = (
        change_digests(&approved.report)?,
        change_digests(&now.plan.report)?,
    );
    list(
        &mut lines,
        differences(&then, &planned, |shift| match shift {
            Shift::Changed => "planned otherwise than approved",
            Shift::New => "planned and not approved",
            Shift::Gone => "approved and no longer planned",
        }),
    );
    if approved.impact_digest != now.plan.impact_digest {
        lines.push("who gains or loses what is not what was approved".to_owned());
        list(&mut lines, impact(&approved.report, &now.plan.report)?);
    }
    if now.day_matters {
        lines.push(format!(
            "the day is another one: approved for {}, now it is {}, and what expires makes the difference",
            approved.today, now.plan.today
        ));
    }
    if approved.rolecall_version != now.plan.rolecall_version {
        lines.push(format!(
            "made by rolecall {}, and this is rolecall {}",
            visible(&approved.rolecall_version),
            now.plan.rolecall_version
        ));
    }
    if lines.is_empty() {
        lines.push("the steps are not those that were approved".to_owned());
    }
    Ok(lines)
}

/// How something stands to how it was.
#[derive(Clone, Copy)]
enum Shift {
    Changed,
    New,
    Gone,
}

fn differences(
    then: &BTreeMap<String, Option<Digest>>,
    now: &BTreeMap<String, Option<Digest>>,
    words: fn(Shift) -> &'static str,
) -> Vec<String> {
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let differ = names.into_iter().filter_map(|name| {
        let shift = match (
            then.get(name).copied().flatten(),
            now.get(name).copied().flatten(),
        ) {
            (None, None) => return None,
            (None, Some(_)) => Shift::New,
            (Some(_), None) => Shift::Gone,
            (Some(then), Some(now)) if then == now => return None,
            (Some(_), Some(_)) => Shift::Changed,
        };
        Some(format!("{}: {}", words(shift), visible(name)))
    });
    differ.collect()
}

/// The lines of an impact that only one of two plans has.
fn impact(approved: &PlanReport, now: &PlanReport) -> Result<Vec<String>, serde_json::Error> {
    let lines = |report: &PlanReport| -> Result<BTreeMap<String, String>, serde_json::Error> {
        let lines = report.impact.iter().flat_map(|impact| &impact.lines);
        let told = |line: &ImpactLine| Ok((shown_line(line)?, line.summary.clone()));
        let mut lines: BTreeMap<String, String> =
            lines.map(told).collect::<Result<_, serde_json::Error>>()?;
        for gain in report.interim.iter().flat_map(|interim| &interim.gains) {
            let summary = format!("in between, {}", gain.summary);
            lines.insert(serde_json::to_string(gain)?, summary);
        }
        Ok(lines)
    };
    let (then, now) = (lines(approved)?, lines(now)?);
    let only = |some: &BTreeMap<String, String>, others: &BTreeMap<String, String>, words: &str| {
        let only = some.iter().filter(|(line, _)| !others.contains_key(*line));
        only.map(|(_, summary)| format!("  {words}: {}", visible(summary)))
            .collect::<Vec<_>>()
    };
    let mut all = only(&then, &now, "approved");
    all.extend(only(&now, &then, "now"));
    Ok(all)
}

/// Adds what differs; of many the first, and how many more there are.
fn list(lines: &mut Vec<String>, mut more: Vec<String>) {
    let all = more.len();
    if all > NAMED + 1 {
        more.truncate(NAMED);
        more.push(format!("and {} more", number((all - NAMED) as u64)));
    }
    lines.append(&mut more);
}
