//! `rolecall show`.

use std::path::PathBuf;

use clap::Args;

use super::plan::style;
use super::saved::read;
use super::ui::Ui;
use super::{Exit, Failure, Format};
use crate::report::{json, terminal};

/// Show a saved plan
///
/// Prints what `plan` printed when it saved the plan. Needs neither the project nor the deployment.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The saved plan
    file: PathBuf,
    /// How the plan is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Show every item and attribute, however many there are
    #[arg(long)]
    verbose: bool,
}

pub(super) fn run(ui: &mut Ui, args: &ShowArgs) -> Result<Exit, Failure> {
    let plan = read(&args.file)?;
    let text = match args.format {
        Format::Terminal => terminal(&plan.report, style(ui, args.verbose)),
        Format::Json => json(&plan.report),
    };
    ui.data(&text)?;
    Ok(Exit::Done)
}
