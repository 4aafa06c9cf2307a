//! What the commands share: a project that was read, its deployment, the plan between the two.

use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};

use super::ui::Ui;
use super::{Failure, Target};
use crate::check::{self, check};
use crate::deployment::Read;
use crate::deployment::embedded::{Reader, Store};
use crate::manifest::{DeploymentEntry, Project, Reading};
use crate::model::{Defect, Installation, Intent, Snapshot};
use crate::plan::{Overlay, Plan, Renames, Scope, overlay};
use crate::system::System;
use crate::text::{Code, Diagnostic, Diagnostics};

/// A value that lives until the process ends. The process is over right after the last of these is used, and taking
/// hundreds of thousands of small values apart first would take a noticeable part of a plan's time.
type Kept<T> = ManuallyDrop<T>;

/// A project and the texts it was read from.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) reading: Reading,
    pub(super) project: Kept<Project>,
}

/// A plan and the states it lies between.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) live: Kept<Snapshot>,
    pub(super) plan: Plan,
}

impl Workspace {
    /// Reads the project at `folder` and prints what is wrong; anything wrong ends the command.
    pub(super) fn open(ui: &mut Ui, folder: &Path) -> Result<Self, Failure> {
        let mut workspace = Self::read(ui, folder)?;
        workspace.stop_on_errors(ui)?;
        Ok(workspace)
    }

    /// Reads the project as far as it can be read; ends the command only where there is none.
    pub(super) fn read(ui: &mut Ui, folder: &Path) -> Result<Self, Failure> {
        let mut reading = Reading::default();
        match reading.project(folder) {
            Some(project) => Ok(Self {
                reading,
                project: Kept::new(project),
            }),
            None => {
                ui.diagnostics(&mut reading.diagnostics, &reading.sources);
                Err(Failure::Reported)
            }
        }
    }

    fn stop_on_errors(&mut self, ui: &mut Ui) -> Result<(), Failure> {
        if self.reading.diagnostics.has_errors() {
            ui.diagnostics(&mut self.reading.diagnostics, &self.reading.sources);
            return Err(Failure::Reported);
        }
        Ok(())
    }

    /// Judges the manifests without a deployment, laid over what every installation has.
    pub(super) fn check_offline(&mut self) {
        let Project {
            system,
            installation,
            intent,
            ..
        } = &*self.project;
        let mut base = system.bare();
        base.installation = installation.clone();
        for name in intent.existing.profiles.keys() {
            base.profiles.entry(name.clone()).or_default();
        }
        for name in intent.existing.roles.keys() {
            base.roles.entry(name.clone()).or_default();
        }
        for name in intent.existing.groups.keys() {
            base.groups.entry(name.clone()).or_default();
        }
        for name in intent.users.keys().chain(intent.existing.users.keys()) {
            base.users.entry(name.clone()).or_default();
        }
        let diagnostics = &mut self.reading.diagnostics;
        let overlay = Kept::new(overlay(system, &base, intent, Scope::Manifests, diagnostics));
        let context = check::Context {
            system,
            intent,
            desired: &overlay.desired,
            live: None,
            renames: &overlay.renames,
            installation,
        };
        check(&context, diagnostics);
    }

    /// The deployment that is meant.
    pub(super) fn deployment(&self, target: &Target) -> Result<DeploymentEntry, Failure> {
        let deployments = &self.project.deployments;
        let names = || {
            deployments
                .iter()
                .map(|entry| entry.name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let default = self.project.default.as_ref().map(|(name, _)| name);
        if let Some(name) = target.deployment.as_ref().or(default) {
            let found = deployments.iter().find(|entry| entry.name == *name);
            return found.cloned().ok_or_else(|| {
                anyhow!("there is no deployment `{name}`; the project has {}", names()).into()
            });
        }
        match &deployments[..] {
            [only] => Ok(only.clone()),
            [] => Err(anyhow!("the project names no deployment").into()),
            _ => Err(anyhow!(
                "the project has several deployments ({}) and no default\nhint: name one with --deployment",
                names()
            )
            .into()),
        }
    }

    /// Reads the live state. A deployment that does not exist yet is read from its seed, and nothing is written.
    pub(super) fn live(&mut self, ui: &mut Ui, entry: &DeploymentEntry) -> Result<Snapshot, Failure> {
        if entry.file.exists() {
            return Ok(Reader::open(&entry.file, &self.project.system)?.read()?);
        }
        self.seed(ui, entry)
    }

    /// Opens the deployment for writing; a new one is made and filled from its seed.
    pub(super) fn store(&mut self, ui: &mut Ui, entry: &DeploymentEntry) -> Result<Store, Failure> {
        if entry.file.exists() {
            return Ok(Store::open(&entry.file, &self.project.system)?);
        }
        let seed = self.seed(ui, entry)?;
        Ok(Store::create(&entry.file, &self.project.system, &seed)?)
    }

    /// What a new deployment begins with.
    fn seed(&mut self, ui: &mut Ui, entry: &DeploymentEntry) -> Result<Snapshot, Failure> {
        let system = &self.project.system;
        let Some(folder) = &entry.seed else {
            let mut bare = system.bare();
            bare.installation = self.project.installation.clone();
            return Ok(bare);
        };
        let intent = self.reading.seed(folder, system);
        let mut base = system.bare();
        base.installation = self.project.installation.clone();
        let seeded = overlay(system, &base, &intent, Scope::Seed, &mut self.reading.diagnostics);
        let mut snapshot = seeded.desired;
        default_new_modules(system, &mut snapshot);
        self.stop_on_errors(ui)?;
        Ok(snapshot)
    }

    /// Reads the deployment, lays the manifests over it, judges the result and plans the way there.
    pub(super) fn plan(&mut self, ui: &mut Ui, entry: &DeploymentEntry) -> Result<Planned, Failure> {
        let live = self.live(ui, entry)?;
        let planned = self.plan_against(live);
        self.stop_on_errors(ui)?;
        planned
    }

    /// Plans against a state that was read.
    pub(super) fn plan_against(&mut self, live: Snapshot) -> Result<Planned, Failure> {
        let Project {
            system,
            installation,
            intent,
            ..
        } = &*self.project;
        if live.system != system.definition().name {
            bail_other_system(&live, system)?;
        }
        let diagnostics = &mut self.reading.diagnostics;
        report_defects(&live, diagnostics);
        let overlay = Kept::new(overlay(system, &live, intent, Scope::Manifests, diagnostics));
        let known = known_installation(installation, &live);
        judge(system, intent, &live, &overlay, &known, diagnostics);
        let plan = Plan::new(system, &live, &overlay, intent);
        Ok(Planned {
            live: Kept::new(live),
            plan,
        })
    }

    /// The place of a deployment as it is shown.
    pub(super) fn place(entry: &DeploymentEntry) -> String {
        entry.file.display().to_string()
    }
}

fn judge(
    system: &System,
    intent: &Intent,
    live: &Snapshot,
    overlay: &Overlay,
    installation: &Installation,
    diagnostics: &mut Diagnostics,
) {
    let renames: &Renames = &overlay.renames;
    let desired = &overlay.desired;
    check(
        &check::Context {
            system,
            intent,
            desired,
            live: Some(live),
            renames,
            installation,
        },
        diagnostics,
    );
}

/// What the project file says of the installation, and what the deployment says, which knows better.
fn known_installation(stated: &Installation, live: &Snapshot) -> Installation {
    let mut known = stated.clone();
    known.features.extend(live.installation.features.clone());
    for (module, fields) in &live.installation.modules {
        known
            .modules
            .entry(module.clone())
            .or_default()
            .extend(fields.iter().cloned());
    }
    known
}

/// Modules that an installation adds have the usual default like the others.
fn default_new_modules(system: &System, snapshot: &mut Snapshot) {
    let defaults = system
        .definition()
        .sharing
        .as_ref()
        .and_then(|sharing| sharing.defaults.as_ref());
    let Some(defaults) = defaults else { return };
    for module in snapshot
        .installation
        .modules
        .keys()
        .filter(|module| system.module(module).is_none())
    {
        snapshot
            .sharing
            .defaults
            .entry(module.clone())
            .or_insert(defaults.usual);
    }
}

fn report_defects(live: &Snapshot, diagnostics: &mut Diagnostics) {
    for defect in &live.defects {
        let message = match defect {
            Defect::DuplicateName { kind, name, count } => {
                format!(
                    "the deployment has {count} {}s named `{name}`; only the first is looked at",
                    kind.as_str()
                )
            }
            Defect::DanglingReference { holder, target } => {
                format!("on the deployment {holder} refers to {target}, which does not exist")
            }
        };
        diagnostics.push(Diagnostic::warning(Code::LiveDefect, message));
    }
}

fn bail_other_system(live: &Snapshot, system: &System) -> anyhow::Result<()> {
    bail!(
        "the deployment is of system {}, the project of {}",
        live.system,
        system.definition().name
    )
}

/// Writes a file, making the folders above it.
pub(super) fn write_file(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
