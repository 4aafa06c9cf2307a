//! What the commands share: a project that was read, its deployment, the plan between the two.

use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::day::present_day;
use super::selection::Judge;
use super::ui::Ui;
use super::{Failure, Target};
use crate::access::{Access, Comparison, Impact};
use crate::check::{Context, check};
use crate::deployment::embedded::{Reader, Store};
use crate::deployment::{DeploymentError, Read};
use crate::manifest::{Combination, DeploymentEntry, Project, Reading};
use crate::model::{Date, Defect, Installation, Snapshot, UserName};
use crate::plan::{Overlay, Plan, Preference, Scope, Selection, overlay};
use crate::policy::guard::{self, Finding, Settings};
use crate::policy::{Interim, interim};
use crate::system::System;
use crate::text::{Code, Diagnostic, Diagnostics, Severity};

/// A value that lives until the process ends. The process is over right after the last of these is used, and taking
/// hundreds of thousands of small values apart first would take a noticeable part of a plan's time.
type Kept<T> = ManuallyDrop<T>;

/// A project and the texts it was read from.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) reading: Reading,
    pub(super) project: Kept<Project>,
    /// The day for which manifests are judged: the one on which the project was read, unless the user names another.
    pub(super) today: Date,
    /// What a plan does first.
    pub(super) preference: Preference,
    /// Which changes plans are about.
    pub(super) selection: Selection,
}

/// A plan and the states it lies between.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) live: Kept<Snapshot>,
    pub(super) overlay: Kept<Overlay>,
    pub(super) plan: Plan,
}

impl Planned {
    /// The state after the plan.
    pub(super) fn desired(&self) -> &Snapshot {
        &self.overlay.desired
    }
}

impl Workspace {
    /// Reads the project with the manifests of the deployment that is meant, and prints what is wrong; anything wrong
    /// ends the command.
    pub(super) fn open(ui: &mut Ui, target: &Target) -> Result<Self, Failure> {
        let deployment = target.deployment.as_deref();
        let mut workspace = Self::read_with(ui, Reading::default(), &target.folder, deployment)?;
        workspace.stop_on_errors(ui)?;
        Ok(workspace)
    }

    /// Reads the project without its manifests, for commands that have no use for them: mistakes there do not keep
    /// anyone from reading a deployment.
    pub(super) fn open_project(ui: &mut Ui, folder: &Path) -> Result<Self, Failure> {
        let mut reading = Reading::default();
        let project = reading.project_file_alone(folder);
        if reading.diagnostics.has_errors() {
            ui.diagnostics(&mut reading.diagnostics, &reading.sources);
        }
        match project {
            Some(project) if !reading.diagnostics.has_errors() => Ok(Self {
                reading,
                project: Kept::new(project),
                today: present_day(),
                preference: Preference::default(),
                selection: Selection::default(),
            }),
            Some(_) | None => Err(Failure::Reported),
        }
    }

    /// Reads a project as far as it can be read, from the files of `reading`, with the manifests of the deployment that
    /// is meant; ends the command only where there is none.
    pub(super) fn read_with(
        ui: &mut Ui,
        mut reading: Reading,
        folder: &Path,
        deployment: Option<&str>,
    ) -> Result<Self, Failure> {
        let project = reading.project(folder, deployment);
        ui.timings.end("manifests");
        Self::with(ui, reading, project)
    }

    /// Reads a project as far as it can be read, with the manifests of all its deployments; ends the command only where
    /// there is none.
    pub(super) fn read_all(ui: &mut Ui, folder: &Path) -> Result<(Self, Vec<Combination>), Failure> {
        let mut reading = Reading::default();
        let (project, combinations) = reading.every_combination(folder).unzip();
        ui.timings.end("manifests");
        let workspace = Self::with(ui, reading, project)?;
        Ok((workspace, combinations.unwrap_or_default()))
    }

    fn with(ui: &mut Ui, mut reading: Reading, project: Option<Project>) -> Result<Self, Failure> {
        match project {
            Some(project) => Ok(Self {
                reading,
                project: Kept::new(project),
                today: present_day(),
                preference: Preference::default(),
                selection: Selection::default(),
            }),
            None => {
                ui.diagnostics(&mut reading.diagnostics, &reading.sources);
                Err(Failure::Reported)
            }
        }
    }

    /// Prints what is wrong; anything wrong ends the command.
    pub(super) fn stop_on_errors(&mut self, ui: &mut Ui) -> Result<(), Failure> {
        if self.reading.diagnostics.has_errors() {
            ui.diagnostics(&mut self.reading.diagnostics, &self.reading.sources);
            return Err(Failure::Reported);
        }
        Ok(())
    }

    /// Lays the manifests over what every installation has, and judges them without a deployment.
    pub(super) fn check_offline(&mut self) -> Kept<Overlay> {
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
        let overlay = Kept::new(overlay(
            system,
            &base,
            intent,
            Scope::Manifests,
            self.today,
            diagnostics,
        ));
        check(
            &Context::new(system, intent, &overlay, None, installation),
            diagnostics,
        );
        overlay
    }

    /// Reads and judges the seeds of all deployments.
    pub(super) fn check_seeds(&mut self) {
        let seeds: BTreeSet<PathBuf> = self
            .project
            .deployments
            .iter()
            .filter_map(|entry| entry.seed.clone())
            .collect();
        for folder in seeds {
            self.seeded(&folder);
        }
    }

    /// The deployment that is meant.
    pub(super) fn deployment(&self, target: &Target) -> Result<DeploymentEntry, Failure> {
        let found = self.project.deployment(target.deployment.as_deref());
        Ok(found.cloned()?)
    }

    /// Reads the live state. A deployment that does not exist yet is read from its seed, and nothing is written.
    pub(super) fn live(&mut self, ui: &mut Ui, entry: &DeploymentEntry) -> Result<Snapshot, Failure> {
        if Self::is_there(entry)? {
            return Ok(Reader::open(&entry.file, &self.project.system)?.read()?);
        }
        self.seed(ui, entry)
    }

    /// Whether the deployment exists. Not being allowed to look is an error, never a no.
    pub(super) fn is_there(entry: &DeploymentEntry) -> Result<bool, Failure> {
        entry.file.try_exists().map_err(|error| {
            let place = entry.file.display().to_string();
            DeploymentError::Unreachable {
                place,
                reason: error.to_string(),
            }
            .into()
        })
    }

    /// Opens the deployment for writing; a new one is made and filled from its seed.
    pub(super) fn store(&mut self, ui: &mut Ui, entry: &DeploymentEntry) -> Result<Store, Failure> {
        if !Self::is_there(entry)? {
            let seed = self.seed(ui, entry)?;
            let made = Store::create(&entry.file, &self.project.system, &seed);
            // Someone else may have made it in between: then it is there to be opened.
            if made.is_ok() || !Self::is_there(entry)? {
                return Ok(made?);
            }
        }
        Ok(Store::open(&entry.file, &self.project.system)?)
    }

    /// What a new deployment begins with.
    fn seed(&mut self, ui: &mut Ui, entry: &DeploymentEntry) -> Result<Snapshot, Failure> {
        let system = &self.project.system;
        let Some(folder) = &entry.seed else {
            let mut bare = system.bare();
            bare.installation = self.project.installation.clone();
            return Ok(bare);
        };
        let snapshot = self.seeded(&folder.clone());
        self.stop_on_errors(ui)?;
        Ok(snapshot)
    }

    /// The state that a folder of seeds describes, judged like a live state that manifests lead to.
    fn seeded(&mut self, folder: &Path) -> Snapshot {
        let system = &self.project.system;
        let intent = self.reading.seed(folder, system);
        let mut base = system.bare();
        base.installation = self.project.installation.clone();
        let diagnostics = &mut self.reading.diagnostics;
        let mut seeded = overlay(system, &base, &intent, Scope::Seed, self.today, diagnostics);
        default_new_modules(system, &mut seeded.desired);
        let snapshot = seeded.desired.clone();
        let installation = &snapshot.installation;
        let mut found = Diagnostics::default();
        check(
            &Context::new(system, &intent, &seeded, Some(&snapshot), installation),
            &mut found,
        );
        // What has no effect is a hint to whoever writes manifests, not a fault of a state that is as it is.
        diagnostics.extend(
            found
                .into_iter()
                .filter(|diagnostic| diagnostic.severity == Severity::Error),
        );
        snapshot
    }

    /// Reads the deployment, lays the manifests over it, judges the result and plans the way there.
    pub(super) fn plan(&mut self, ui: &mut Ui, entry: &DeploymentEntry) -> Result<Planned, Failure> {
        let live = self.live(ui, entry)?;
        ui.timings.end("deployment");
        let planned = self.plan_against(live);
        ui.timings.end("plan");
        self.stop_on_errors(ui)?;
        planned
    }

    /// Plans against a state that was read.
    pub(super) fn plan_against(&mut self, live: Snapshot) -> Result<Planned, Failure> {
        let overlay = self.lay_over(&live)?;
        let plan = Plan::new(
            &self.project.system,
            &live,
            &overlay,
            &self.project.intent,
            self.preference,
        );
        Ok(Planned {
            live: Kept::new(live),
            overlay,
            plan,
        })
    }

    /// What a plan means for people, and what the guards find; nothing where there is nothing to do. `author` is the user
    /// who proposes it.
    pub(super) fn weigh(
        &self,
        ui: &mut Ui,
        planned: &Planned,
        settings: &Settings,
        author: Option<&UserName>,
    ) -> Option<(Impact, Vec<Finding>)> {
        self.with_access(ui, planned, |ui, old, new| {
            let comparison = Comparison::new(old, new, &planned.overlay.heirs.groups);
            let impact = Impact::new(&comparison, author);
            ui.timings.end("impact");
            let findings = guard::judge(settings, &planned.plan, old, new);
            ui.timings.end("guards");
            (impact, findings)
        })
    }

    /// What people gain while a plan is applied, and neither before nor after.
    pub(super) fn interim(&self, planned: &Planned) -> Interim {
        interim(
            &self.project.system,
            &known_installation(&self.project.installation, &planned.live),
            planned.overlay.before(&planned.live),
            &planned.overlay.desired,
            &planned.plan.steps,
            planned.plan.preference,
        )
    }

    /// What the guards find in a plan.
    pub(super) fn guarded(&self, ui: &mut Ui, planned: &Planned, settings: &Settings) -> Vec<Finding> {
        let findings = self.with_access(ui, planned, |_, old, new| {
            guard::judge(settings, &planned.plan, old, new)
        });
        findings.unwrap_or_default()
    }

    /// Asks something of the access before and after a plan; nothing where there is nothing to do.
    fn with_access<T>(
        &self,
        ui: &mut Ui,
        planned: &Planned,
        ask: impl FnOnce(&mut Ui, &Access<'_>, &Access<'_>) -> T,
    ) -> Option<T> {
        if planned.plan.is_empty() {
            return None;
        }
        let system = &self.project.system;
        let before = planned.overlay.before(&planned.live);
        let after = &planned.overlay.desired;
        let installation = known_installation(&self.project.installation, &planned.live);
        let states = [(before, &installation), (after, &installation)];
        let (old, new) = Access::pair(system, states, &mut |phase| ui.timings.end(phase));
        Some(ask(ui, &old, &new))
    }

    /// Lays the manifests over a state that was read, and judges the result.
    pub(super) fn lay_over(&mut self, live: &Snapshot) -> Result<Kept<Overlay>, Failure> {
        let Project {
            system,
            installation,
            intent,
            ..
        } = &*self.project;
        if live.system != system.definition().name {
            bail_other_system(live, system)?;
        }
        let diagnostics = &mut self.reading.diagnostics;
        report_defects(live, diagnostics);
        let known = known_installation(installation, live);
        let mut found = Diagnostics::default();
        let full = overlay(system, live, intent, Scope::Manifests, self.today, &mut found);
        if self.selection.is_empty() {
            check(
                &Context::new(system, intent, &full, Some(live), &known),
                &mut found,
            );
            diagnostics.extend(found);
            return Ok(Kept::new(full));
        }
        let judge = Judge {
            system,
            live,
            intent,
            installation: &known,
        };
        let overlay = judge.part(full, &self.selection, &mut found);
        diagnostics.extend(found);
        Ok(Kept::new(overlay))
    }

    /// The place of a deployment as it is shown.
    pub(super) fn place(entry: &DeploymentEntry) -> String {
        entry.file.display().to_string()
    }
}

/// What the deployment says of its installation. The project file adds what a deployment may not know: features.
pub(super) fn known_installation(stated: &Installation, live: &Snapshot) -> Installation {
    let mut known = live.installation.clone();
    for (feature, present) in &stated.features {
        known.features.entry(feature.clone()).or_insert(*present);
    }
    known
}

/// Modules that an installation adds have the usual default like the others.
pub(super) fn default_new_modules(system: &System, snapshot: &mut Snapshot) {
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

pub(super) fn report_defects(live: &Snapshot, diagnostics: &mut Diagnostics) {
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
