//! `rolecall export`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::ui::Ui;
use super::workspace::{Workspace, write_file};
use super::{Exit, Failure, Target};
use crate::model::Snapshot;

/// Write the complete state of a deployment as JSON
///
/// Everything that the deployment has, whether or not a manifest names it: see docs/json.md.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    target: Target,
    /// The file to write, replacing what is there; `-` writes to stdout
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// An exported snapshot. Minor versions add, major versions break; readers ignore what they do not know.
#[derive(Serialize)]
struct Export<'a> {
    format_version: &'static str,
    deployment: &'a str,
    snapshot: &'a Snapshot,
}

pub(super) fn run(ui: &mut Ui, args: &ExportArgs) -> Result<Exit, Failure> {
    let mut workspace = Workspace::open_project(ui, &args.target.folder)?;
    let entry = workspace.deployment(&args.target)?;
    let snapshot = workspace.live(ui, &entry)?;
    let export = Export {
        format_version: "1.0",
        deployment: &entry.name,
        snapshot: &snapshot,
    };
    let mut text = serde_json::to_string_pretty(&export)?;
    text.push('\n');
    if args.out.as_os_str() == "-" {
        ui.data(&text)?;
        return Ok(Exit::Done);
    }
    write_file(&args.out, &text)?;
    ui.say(&format!(
        "Wrote the state of {} to {}",
        entry.name,
        args.out.display()
    ));
    Ok(Exit::Done)
}
