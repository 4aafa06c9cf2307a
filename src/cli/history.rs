//! `rolecall history`: what was applied, when, by whom, and how it went; and whether the record is whole.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::applying::ledger_place;
use super::ui::Ui;
use super::workspace::Workspace;
use super::{Exit, Failure, Format};
use crate::ledger::{ApplyId, Ledger, LedgerPlace, Line, runs, verify};
use crate::model::Digest;
use crate::report::{history_json, history_terminal, run_terminal};

/// Show what was applied, and check that the record of it is whole
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct HistoryArgs {
    #[command(subcommand)]
    command: Option<HistoryCommand>,
    /// The project: the folder that holds rolecall.yaml
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Show one apply step by step
    #[arg(long, value_name = "ID")]
    apply: Option<ApplyId>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum HistoryCommand {
    Verify(VerifyArgs),
}

/// Check that no line of the ledger was changed or taken out
///
/// Lines cut off at the end show only by the head that an apply printed: pass it with --head.
#[derive(Debug, Args)]
struct VerifyArgs {
    /// The project: the folder that holds rolecall.yaml
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// The head that an apply printed
    #[arg(long, value_name = "HASH")]
    head: Option<Digest>,
}

pub(super) fn run(ui: &mut Ui, args: &HistoryArgs) -> Result<Exit, Failure> {
    match &args.command {
        Some(HistoryCommand::Verify(args)) => check(ui, args),
        None => show(ui, args),
    }
}

/// The ledger of a project. The project file says where it is; mistakes in manifests keep nobody from reading it.
fn read(ui: &mut Ui, folder: &Path) -> Result<(LedgerPlace, Vec<Line>), Failure> {
    let workspace = Workspace::open_project(ui, folder)?;
    let place = ledger_place(&workspace.project)?;
    // No deployment is asked for anything here: a ledger that cannot be reached is an error like any other.
    let lines = Ledger::read(&place).map_err(|error| Failure::Error(error.into()))?;
    Ok((place, lines))
}

fn show(ui: &mut Ui, args: &HistoryArgs) -> Result<Exit, Failure> {
    let (_, lines) = read(ui, &args.folder)?;
    let mut runs = runs(lines.iter().map(|line| &line.entry));
    if let Some(apply) = &args.apply {
        runs.retain(|run| run.apply == *apply);
        if runs.is_empty() {
            return Err(anyhow!("there is no apply {apply} in the ledger").into());
        }
    }
    let text = match (args.format, &args.apply) {
        (Format::Json, _) => history_json(&runs),
        (Format::Terminal, Some(_)) => runs.iter().map(run_terminal).collect(),
        (Format::Terminal, None) => history_terminal(&runs),
    };
    ui.data(&text)?;
    if runs.is_empty() {
        ui.say("Nothing was applied yet");
    }
    Ok(Exit::Done)
}

fn check(ui: &mut Ui, args: &VerifyArgs) -> Result<Exit, Failure> {
    let (place, lines) = read(ui, &args.folder)?;
    match verify(&lines, args.head) {
        Ok(whole) => {
            let noun = if whole.lines == 1 { "line" } else { "lines" };
            ui.data(&format!("Whole: {} {noun}, head {}\n", whole.lines, whole.head))?;
            if args.head.is_none() && whole.lines > 0 {
                ui.say(
                    "hint: lines cut off at the end show only with --head and the hash that an apply printed",
                );
            }
            Ok(Exit::Done)
        }
        Err(broken) => Err(anyhow!("{}: {broken}", place.shown()).into()),
    }
}
