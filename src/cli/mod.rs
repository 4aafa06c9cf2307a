//! The command line: one file per command. The only code that prints or prompts.

mod access;
mod apply;
mod applying;
mod back;
mod carry;
mod completions;
mod day;
mod diff;
mod drift;
mod drift_watch;
mod export;
mod exported;
mod guards;
mod history;
mod identity;
mod import;
mod init;
mod paths;
mod plan;
mod policy;
mod progress;
mod saved;
mod schema;
mod selection;
mod show;
mod source;
mod test;
mod timings;
mod ui;
mod undo;
mod validate;
mod workspace;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::deployment::{DeploymentError, Fault};
use crate::ledger::LedgerError;
use ui::Ui;

/// Access control of CRM and contact-centre systems as code.
///
/// Roles, permissions, groups and sharing rules are written as YAML manifests. rolecall checks them, shows how a
/// deployment differs, and makes it as the manifests say.
#[derive(Debug, Parser)]
#[command(name = "rolecall", version, max_term_width = 100)]
struct Cli {
    /// Say on stderr what each phase costs: CPU seconds, and the peak of memory up to its end
    #[arg(long, global = true)]
    timings: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Validate(validate::ValidateArgs),
    Plan(plan::PlanArgs),
    Show(show::ShowArgs),
    Apply(apply::ApplyArgs),
    Undo(undo::UndoArgs),
    Drift(drift::DriftArgs),
    History(history::HistoryArgs),
    Test(test::TestArgs),
    Access(access::AccessArgs),
    Diff(diff::DiffArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
}

/// Which project and which of its deployments.
#[derive(Clone, Debug, Args)]
struct Target {
    /// The project: the folder that holds rolecall.yaml
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// The deployment, by its name in rolecall.yaml; without it the one that `default` names, or the only one
    #[arg(long, value_name = "NAME")]
    deployment: Option<String>,
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Terminal,
    /// For machines; see docs/json.md
    Json,
}

/// How a command ended. The numbers are a contract; see docs/exit-codes.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// An error, also wrong usage, a declined prompt, no terminal to ask on.
    Error = 1,
    /// There are changes (`plan --detailed-exitcode`).
    Changes = 2,
    /// A guard refused the plan.
    Guard = 3,
    /// An access test failed, or the policy is broken.
    Policy = 4,
    /// The deployment is no longer as it was when the plan was made.
    Stale = 5,
    /// Applied in part, or not as the deployment said.
    PartlyApplied = 6,
    /// The deployment cannot be reached or refused the credentials.
    Unreachable = 7,
}

/// Why a command stopped early.
#[derive(Debug)]
enum Failure {
    /// Diagnostics were printed; there is nothing to add.
    Reported,
    /// The deployment cannot be reached.
    Unreachable(anyhow::Error),
    /// Anything else.
    Error(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error = error.into();
        if let Some(LedgerError::Locked { .. } | LedgerError::Unreachable { .. }) =
            error.downcast_ref::<LedgerError>()
        {
            return Self::Unreachable(error);
        }
        match error.downcast_ref::<DeploymentError>() {
            Some(DeploymentError::Unreachable { .. } | DeploymentError::Locked { .. }) => {
                Self::Unreachable(error)
            }
            Some(_) | None => Self::Error(error),
        }
    }
}

/// Runs the command line and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    run_with(arguments, None)
}

/// Runs the command line with a deployment that misbehaves once when it is written to: the fault, the number of the
/// operation, and how to kill the process. For tests of what happens then.
pub fn run_with(
    arguments: impl IntoIterator<Item = OsString>,
    fault: Option<(Fault, usize, fn())>,
) -> ExitCode {
    let mut ui = Ui::new();
    ui.fault = fault;
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout and are no error; wrong usage is 1, for 2 means changes.
            let exit = if error.use_stderr() {
                Exit::Error
            } else {
                Exit::Done
            };
            let _ = error.print();
            return ExitCode::from(exit as u8);
        }
    };
    if cli.timings {
        ui.timings.start();
    }
    let result = match cli.command {
        Command::Init(args) => init::run(&mut ui, &args),
        Command::Validate(args) => validate::run(&mut ui, &args),
        Command::Plan(args) => plan::run(&mut ui, &args),
        Command::Show(args) => show::run(&mut ui, &args),
        Command::Apply(args) => apply::run(&mut ui, &args),
        Command::Undo(args) => undo::run(&mut ui, &args),
        Command::Drift(args) => drift::run(&mut ui, &args),
        Command::History(args) => history::run(&mut ui, &args),
        Command::Test(args) => test::run(&mut ui, &args),
        Command::Diff(args) => diff::run(&mut ui, &args),
        Command::Access(args) => access::run(&mut ui, &args),
        Command::Import(args) => import::run(&mut ui, &args),
        Command::Export(args) => export::run(&mut ui, &args),
        Command::Schema(args) => schema::run(&mut ui, &args),
        Command::Completions(args) => completions::run(&mut ui, &args),
    };
    let exit = match result {
        Ok(exit) => exit,
        Err(Failure::Reported) => Exit::Error,
        Err(Failure::Unreachable(error)) => {
            ui.error(&error);
            Exit::Unreachable
        }
        Err(Failure::Error(error)) => {
            ui.error(&error);
            Exit::Error
        }
    };
    for line in ui.timings.lines() {
        ui.say(&line);
    }
    ExitCode::from(exit as u8)
}
