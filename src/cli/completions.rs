//! `rolecall completions`.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::ui::Ui;
use super::{Cli, Exit, Failure};

/// Print completions for a shell
///
/// For bash: `rolecall completions bash > ~/.local/share/bash-completion/completions/rolecall`
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

pub(super) fn run(ui: &mut Ui, args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "rolecall", &mut script);
    ui.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
