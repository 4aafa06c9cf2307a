//! `rolecall init`.

use std::path::PathBuf;

use clap::Args;

use super::import::{refuse_full, schemas, write_all, written_schemas};
use super::paths::from_folder;
use super::ui::Ui;
use super::{Exit, Failure};
use crate::manifest::Reading;
use crate::manifest::write::starter;

/// Start a project
///
/// Writes a small project that validates, plans and applies as it stands, on an embedded deployment with a few
/// people in it.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder to make: new or empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// uniconnect, iptel, vtiger, berlicrm, ucserver, or the path of a system definition
    #[arg(long, value_name = "NAME|PATH")]
    system: String,
}

pub(super) fn run(ui: &mut Ui, args: &InitArgs) -> Result<Exit, Failure> {
    refuse_full(&args.folder)?;
    let mut reading = Reading::default();
    let found = reading.system_for_new_project(&args.system);
    ui.diagnostics(&mut reading.diagnostics, &reading.sources);
    let (system, definition) = found.ok_or(Failure::Reported)?;
    let reference = match &definition {
        Some(path) => from_folder(&args.folder, path)?,
        None => system.definition().name.to_string(),
    };
    let mut files = starter(&system, &reference, Some(&written_schemas()))?;
    files.extend(schemas(&system)?);
    write_all(&args.folder, &files)?;
    ui.say(&format!(
        "Wrote {} files to {}",
        files.len(),
        args.folder.display()
    ));
    ui.say(&format!(
        "hint: next is `rolecall plan {}`",
        args.folder.display()
    ));
    Ok(Exit::Done)
}
