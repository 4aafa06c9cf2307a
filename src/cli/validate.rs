//! `rolecall validate`.

use std::path::PathBuf;

use clap::Args;

use super::day::Day;
use super::ui::Ui;
use super::workspace::Workspace;
use super::{Exit, Failure};

/// Check manifests without a deployment
///
/// Reads rolecall.yaml, the system definition and every manifest, checks them against the system's JSON Schema,
/// resolves every name and judges the system's rules as far as they can be judged without a deployment. All
/// mistakes come in one run.
#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    /// The project: the folder that holds rolecall.yaml
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    #[command(flatten)]
    day: Day,
}

pub(super) fn run(ui: &mut Ui, args: &ValidateArgs) -> Result<Exit, Failure> {
    let mut workspace = Workspace::read(ui, &args.folder)?;
    workspace.today = args.day.or(workspace.today);
    workspace.check_offline();
    workspace.check_seeds();
    let Workspace { reading, project, .. } = &mut workspace;
    ui.diagnostics(&mut reading.diagnostics, &reading.sources);
    if reading.diagnostics.has_errors() {
        return Ok(Exit::Error);
    }
    let intent = &project.intent;
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
    let counts = counts.collect::<Vec<_>>().join(", ");
    ui.data(&format!(
        "The manifests for {} are valid: {counts}\n",
        project.system.definition().title
    ))?;
    Ok(Exit::Done)
}
