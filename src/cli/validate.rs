//! `rolecall validate`.

use std::path::PathBuf;

use clap::Args;

use super::applying::ledger_place;
use super::day::Day;
use super::ui::Ui;
use super::workspace::Workspace;
use super::{Exit, Failure};
use crate::manifest::Combination;
use crate::model::Intent;
use crate::text::{Code, Diagnostic, Diagnostics};

/// Check manifests without a deployment
///
/// Reads rolecall.yaml, the system definition and every manifest, checks them against the system's JSON Schema,
/// resolves every name and judges the system's rules as far as they can be judged without a deployment. Where
/// deployments have folders of their own, each combination is checked. All mistakes come in one run.
#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    /// The project: the folder that holds rolecall.yaml
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    #[command(flatten)]
    day: Day,
}

pub(super) fn run(ui: &mut Ui, args: &ValidateArgs) -> Result<Exit, Failure> {
    let (mut workspace, mut combinations) = Workspace::read_all(ui, &args.folder)?;
    workspace.today = args.day.or(workspace.today);
    check(&mut workspace, &mut combinations);
    workspace.check_seeds();
    check_ledger(&mut workspace);
    let Workspace { reading, project, .. } = &mut workspace;
    ui.diagnostics(&mut reading.diagnostics, &reading.sources);
    if reading.diagnostics.has_errors() {
        return Ok(Exit::Error);
    }
    let title = &project.system.definition().title;
    let mut text = String::new();
    for combination in &combinations {
        let of = match &combinations[..] {
            [_] => String::new(),
            _ => format!(" of {}", whose(combination)),
        };
        let counts = counts(&combination.intent);
        text.push_str(&format!("The manifests{of} for {title} are valid: {counts}\n"));
    }
    ui.data(&text)?;
    Ok(Exit::Done)
}

/// Whether there could be a ledger where the project file says. It is not reached.
fn check_ledger(workspace: &mut Workspace) {
    let Workspace { reading, project, .. } = workspace;
    let Some(ledger) = &project.ledger else { return };
    if let Err(error) = ledger_place(project) {
        let text = error.to_string();
        let (message, hint) = text.split_once("\nhint: ").unwrap_or((&text, ""));
        let mut diagnostic = Diagnostic::error(Code::InvalidLedger, message).at(ledger.span);
        if !hint.is_empty() {
            diagnostic = diagnostic.hint(hint);
        }
        reading.diagnostics.push(diagnostic);
    }
}

/// Judges the manifests of every deployment. What is wrong only together with some folders says with which.
fn check(workspace: &mut Workspace, combinations: &mut [Combination]) {
    let found_before = std::mem::take(&mut workspace.reading.diagnostics);
    let mut found: Vec<Diagnostics> = Vec::with_capacity(combinations.len());
    for combination in &mut *combinations {
        std::mem::swap(&mut workspace.project.intent, &mut combination.intent);
        workspace.check_offline();
        std::mem::swap(&mut workspace.project.intent, &mut combination.intent);
        found.push(std::mem::take(&mut workspace.reading.diagnostics));
    }
    let diagnostics = &mut workspace.reading.diagnostics;
    diagnostics.extend(found_before);
    for (combination, of_it) in combinations.iter().zip(&found) {
        for diagnostic in of_it {
            let everywhere = found
                .iter()
                .all(|other| other.iter().any(|other| other == diagnostic));
            diagnostics.push(if everywhere {
                diagnostic.clone()
            } else {
                let only = format!("so it is with the manifests of {}", whose(combination));
                diagnostic.clone().hint(only)
            });
        }
    }
}

/// `prod (base, prod)`: whose manifests these are, and from which folders.
fn whose(combination: &Combination) -> String {
    let deployments = combination.deployments.join(", ");
    format!("{deployments} ({})", combination.folders.join(", "))
}

fn counts(intent: &Intent) -> String {
    let counts = [
        (intent.profiles.len(), "profile"),
        (intent.roles.len(), "role"),
        (intent.groups.len(), "group"),
        (intent.sharing.defaults.len(), "default"),
        (intent.sharing.rules.len(), "rule"),
        (intent.users.len(), "user"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts = counts.map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }));
    counts.collect::<Vec<_>>().join(", ")
}
