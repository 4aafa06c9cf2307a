//! `rolecall apply`.

use std::path::PathBuf;

use clap::Args;

use super::carry::{CarryArgs, Course, carry_out};
use super::day::Day;
use super::saved::Told;
use super::selection::SelectionArgs;
use super::ui::Ui;
use super::workspace::Workspace;
use super::{Exit, Failure, Target};

/// Make a deployment as the manifests say
///
/// Prints the plan, asks, applies it, then reads the deployment again and plans again: anything left to do is an
/// error, whatever the deployment answered. A plan that `plan --out` saved is applied without asking, and only if
/// it would be made again as it is. Every step is recorded in the ledger, .rolecall/ledger.jsonl
/// or where rolecall.yaml says; Ctrl-C ends it after what is in flight. `rolecall undo` takes it back.
#[derive(Debug, Args)]
#[command(mut_arg("folder", |folder| folder
    .index(1)
    .value_name("DIR|PLAN")
    .help("The project: the folder that holds rolecall.yaml; or a plan that `plan --out` saved")))]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    target: Target,
    /// The project that a saved plan is for; without it the present folder
    #[arg(value_name = "DIR", index = 2)]
    project: Option<PathBuf>,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    selection: SelectionArgs,
    #[command(flatten)]
    carry: CarryArgs,
}

pub(super) fn run(ui: &mut Ui, args: &ApplyArgs) -> Result<Exit, Failure> {
    let told = Told::by(&args.target, args.project.as_deref())?;
    let target = told.target.clone();
    let mut workspace = Workspace::open(ui, &target)?;
    workspace.today = args.day.or(workspace.today);
    workspace.preference = args.carry.order.preference();
    workspace.selection = args.selection.selection();
    let approval = told.approval(&workspace)?;
    if let Some(approval) = &approval {
        approval.settle(&mut workspace)?;
    }
    let entry = workspace.deployment(&target)?;
    let course = Course {
        folder: &target.folder,
        entry: &entry,
        dry_run: None,
        approval: approval.as_ref(),
    };
    carry_out(ui, &mut workspace, &course, &args.carry)
}
