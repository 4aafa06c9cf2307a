//! What was applied: a line for each apply, or one apply step by step.

use serde::Serialize;

use super::layout::{visible, width};
use super::words::number;
use crate::ledger::{Ending, Run, StepOutcome};

/// The version of the JSON face.
const FORMAT_VERSION: &str = "1.0";

/// How an apply went, in a word.
fn result(run: &Run) -> &'static str {
    match run.ended.as_ref().map(|ended| ended.result) {
        Some(Ending::Done) => "done",
        Some(Ending::Partly) => "partly",
        Some(Ending::Interrupted) => "interrupted",
        None => "cut off",
    }
}

/// What became of a step, in a word.
fn outcome(run: &Run, step: u32) -> &'static str {
    match run.results.get(&step).map(|result| result.outcome) {
        Some(StepOutcome::Done) => "done",
        Some(StepOutcome::Failed) => "failed",
        Some(StepOutcome::Unknown) => "unknown",
        None if run.unheard.contains(&step) => "unknown",
        None => "not tried",
    }
}

/// Applies as text, one a line, the last one last.
pub fn history_terminal(runs: &[Run]) -> String {
    let rows = runs.iter().map(|run| {
        let counts = [
            (run.count(StepOutcome::Done), "done"),
            (run.count(StepOutcome::Failed), "failed"),
            (run.unknown().len(), "not known"),
            (run.not_tried().len(), "not tried"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(count, what)| format!("{} {what}", number(*count as u64)))
            .collect();
        [
            run.apply.to_string(),
            run.at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
            visible(&run.started.deployment),
            visible(&run.started.who),
            run.started
                .revision
                .as_deref()
                .map_or_else(|| "-".to_owned(), visible),
            result(run).to_owned(),
            counts.join(", "),
        ]
    });
    let rows: Vec<[String; 7]> = rows.collect();
    let mut widths = [0; 7];
    for row in &rows {
        for (cell, widest) in row.iter().zip(&mut widths) {
            *widest = width(cell).max(*widest);
        }
    }
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(widths);
        let cells = cells.map(|(cell, widest)| format!("{cell}{}", " ".repeat(widest - width(cell))));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    });
    lines.collect()
}

/// One apply as text: what is known of it, then its steps.
pub fn run_terminal(run: &Run) -> String {
    let started = &run.started;
    let at = run.at.strftime("%Y-%m-%d %H:%M:%S UTC");
    let mut lines = vec![
        format!(
            "apply {} · {} · {}",
            run.apply,
            visible(&started.deployment),
            result(run)
        ),
        format!("  by        {} at {at}", visible(&started.who)),
        format!(
            "  manifests {}",
            started
                .revision
                .as_deref()
                .map_or_else(|| "of no revision".to_owned(), visible)
        ),
        format!("  plan      {}", started.plan),
    ];
    if !started.allowed.is_empty() {
        lines.push(format!("  allowed   {}", started.allowed.join(", ")));
    }
    if let Some(undoes) = &started.undoes {
        lines.push(format!("  undoes    {undoes}"));
    }
    for (number, step) in (1..).zip(&started.steps) {
        let answer = run
            .results
            .get(&number)
            .and_then(|result| result.answer.as_deref());
        let answer = answer.map_or_else(String::new, |answer| format!(": {}", visible(answer)));
        lines.push(format!(
            "  {number:>4}  {:9}  {} {}{answer}",
            outcome(run, number),
            step.action,
            visible(&step.address)
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[derive(Serialize)]
struct HistoryJson<'a> {
    format_version: &'static str,
    applies: Vec<ApplyJson<'a>>,
}

#[derive(Serialize)]
struct ApplyJson<'a> {
    apply: &'a str,
    at: jiff::Timestamp,
    deployment: &'a str,
    system: &'a str,
    who: &'a str,
    rolecall: &'a str,
    revision: Option<&'a str>,
    plan: String,
    allowed: &'a [String],
    undoes: Option<&'a str>,
    result: &'static str,
    left: Option<&'a [String]>,
    steps: Vec<StepJson<'a>>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    index: u32,
    address: &'a str,
    action: &'a str,
    outcome: &'static str,
    answer: Option<&'a str>,
}

/// Applies as JSON, with a line break at the end.
pub fn history_json(runs: &[Run]) -> String {
    let applies = runs.iter().map(|run| {
        let started = &run.started;
        let steps = (1..).zip(&started.steps).map(|(index, step)| StepJson {
            index,
            address: &step.address,
            action: &step.action,
            outcome: outcome(run, index),
            answer: run
                .results
                .get(&index)
                .and_then(|result| result.answer.as_deref()),
        });
        ApplyJson {
            apply: run.apply.as_str(),
            at: run.at,
            deployment: &started.deployment,
            system: &started.system,
            who: &started.who,
            rolecall: &started.rolecall,
            revision: started.revision.as_deref(),
            plan: started.plan.to_string(),
            allowed: &started.allowed,
            undoes: started.undoes.as_ref().map(|apply| apply.as_str()),
            result: result(run),
            left: run.ended.as_ref().and_then(|ended| ended.left.as_deref()),
            steps: steps.collect(),
        }
    });
    let history = HistoryJson {
        format_version: FORMAT_VERSION,
        applies: applies.collect(),
    };
    // Every key is text, so this cannot fail.
    let mut text = serde_json::to_string_pretty(&history).unwrap_or_default();
    text.push('\n');
    text
}
