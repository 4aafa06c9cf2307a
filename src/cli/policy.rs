//! The policy of a project, for the commands that keep to it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::Failure;
use super::ui::Ui;
use super::workspace::Workspace;
use crate::access::Access;
use crate::manifest::{POLICY_FILE, PolicyFile};
use crate::model::{Installation, Snapshot};
use crate::policy::{Verdict, keep, resolve_policy};
use crate::report::policy_broken;

/// Which policy.
#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    /// The policy; without it policy.yaml beside rolecall.yaml, if there is one
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

impl PolicyArgs {
    /// Reads the policy, if there is one. Mistakes are among the diagnostics.
    pub(super) fn read(
        &self,
        workspace: &mut Workspace,
        folder: &Path,
    ) -> Result<Option<PolicyFile>, Failure> {
        if let Some(path) = &self.policy {
            return Ok(workspace.reading.policy(path));
        }
        let path = folder.join(POLICY_FILE);
        // Not being allowed to look is an error, never a project without a policy.
        let is_there = path
            .try_exists()
            .with_context(|| format!("cannot read {}", path.display()))?;
        Ok(is_there.then(|| workspace.reading.policy(&path)).flatten())
    }
}

/// Judges a policy on a state, for the workspace's day. Mistakes in it are printed and end the command.
pub(super) fn judge(
    ui: &mut Ui,
    workspace: &mut Workspace,
    policy: Option<&PolicyFile>,
    state: &Snapshot,
    installation: &Installation,
) -> Result<Vec<Verdict>, Failure> {
    let Some(file) = policy else {
        // A policy that cannot be read is an error, never none.
        workspace.stop_on_errors(ui)?;
        return Ok(Vec::new());
    };
    let Workspace {
        reading,
        project,
        today,
        ..
    } = workspace;
    let access = Access::new(&project.system, state, installation);
    let policy = resolve_policy(file, &access, *today, &mut reading.diagnostics);
    if reading.diagnostics.has_errors() {
        ui.diagnostics(&mut reading.diagnostics, &reading.sources);
        return Err(Failure::Reported);
    }
    Ok(keep(&policy, &access, *today)?)
}

/// Says what is broken. Whether anything is.
pub(super) fn is_broken(ui: &mut Ui, workspace: &Workspace, verdicts: &[Verdict]) -> bool {
    let broken = policy_broken(verdicts, &workspace.reading.sources);
    if !broken.is_empty() {
        ui.say(broken.trim_end());
    }
    !broken.is_empty()
}
