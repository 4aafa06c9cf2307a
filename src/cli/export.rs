//! `rolecall export`.

use std::path::PathBuf;

use clap::Args;

use super::day::{Day, present_day};
use super::exported;
use super::source::{People, Source, State, refuse_idle_deployment};
use super::ui::Ui;
use super::workspace::write_file;
use super::{Exit, Failure, Target};

/// Write a complete state as JSON
///
/// Everything that a deployment has, whether or not a manifest names it: see docs/json.md. With `--in` the state that
/// manifests describe, or another one: see docs/sources.md.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    target: Target,
    /// Another state than the deployment's: deployment:NAME, git:REV:PATH, a project folder or an exported file
    #[arg(long = "in", value_name = "SOURCE")]
    source: Option<Source>,
    #[command(flatten)]
    day: Day,
    /// Take users and their records from an exported file
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    /// The file to write, replacing what is there; `-` writes to stdout
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(ui: &mut Ui, args: &ExportArgs) -> Result<Exit, Failure> {
    let people = args.users.as_deref().map(People::read).transpose()?;
    let state = match &args.source {
        Some(source) => {
            refuse_idle_deployment(args.target.deployment.as_deref(), &[source])?;
            source.resolve(ui, &args.target, args.day.or(present_day()))?
        }
        None => State::live(ui, &args.target)?,
    };
    let state = match &people {
        Some(people) => state.with_people(ui, people)?,
        None => state,
    };
    let text = exported::write(&state.origin, &state.snapshot)?;
    if args.out.as_os_str() == "-" {
        ui.data(&text)?;
        return Ok(Exit::Done);
    }
    write_file(&args.out, &text)?;
    ui.say(&format!(
        "Wrote the state of {} to {}",
        state.origin,
        args.out.display()
    ));
    Ok(Exit::Done)
}
