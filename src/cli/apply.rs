//! `rolecall apply`.

use clap::Args;

use super::carry::{CarryArgs, Course, carry_out};
use super::day::Day;
use super::selection::SelectionArgs;
use super::ui::Ui;
use super::workspace::Workspace;
use super::{Exit, Failure, Target};

/// Make a deployment as the manifests say
///
/// Prints the plan, asks, applies it, then reads the deployment again and plans again: anything left to do is an
/// error, whatever the deployment answered. Every step is recorded in the ledger, .rolecall/ledger.jsonl; Ctrl-C
/// ends it after what is in flight. `rolecall undo` takes it back.
#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    selection: SelectionArgs,
    #[command(flatten)]
    carry: CarryArgs,
}

pub(super) fn run(ui: &mut Ui, args: &ApplyArgs) -> Result<Exit, Failure> {
    let mut workspace = Workspace::open(ui, &args.target)?;
    workspace.today = args.day.or(workspace.today);
    workspace.selection = args.selection.selection();
    let entry = workspace.deployment(&args.target)?;
    let course = Course {
        folder: &args.target.folder,
        entry: &entry,
        dry_run: None,
    };
    carry_out(ui, &mut workspace, &course, &args.carry)
}
