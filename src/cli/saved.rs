//! Saved plans: written by `plan --out`, shown by `show`, and what `apply FILE` goes by.

use std::fs;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::ui::Ui;
use super::workspace::{Planned, Workspace};
use super::{Exit, Failure, Target};
use crate::manifest::DeploymentEntry;
use crate::model::{Digest, UserName};
use crate::plan::{Preference, Selection, digests_at, rests_on, steps_digest};
use crate::report::{
    DeploymentReport, GuardState, Now, PlanReport, SAVED_FORMAT_VERSION, SavedError, SavedFile,
    SavedManifests, SavedObject, SavedPlan, impact_digest, moved, visible,
};
use crate::text::Diagnostics;

/// The files that a project was read from, before anything else was read.
#[derive(Debug)]
pub(super) struct Basis {
    folder: PathBuf,
    files: Vec<SavedFile>,
}

impl Basis {
    /// Of a project that was just opened: seeds and policies, which are read later, are no part of what a plan is
    /// approved for. What a policy says is judged anew by every apply.
    pub(super) fn of(workspace: &Workspace) -> Self {
        let folder = workspace.project.folder.clone();
        let sources = &workspace.reading.sources;
        let files = sources.ids().map(|id| SavedFile {
            path: seen_from(&folder, Path::new(sources.path(id))),
            digest: Digest::of(sources.text(id).as_bytes()),
        });
        let mut files: Vec<SavedFile> = files.collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { folder, files }
    }

    /// A plan as it is saved.
    fn plan(
        &self,
        workspace: &Workspace,
        entry: &DeploymentEntry,
        planned: &Planned,
        report: PlanReport,
        author: Option<&UserName>,
    ) -> anyhow::Result<SavedPlan> {
        let rests_on = rests_on(&planned.plan, &planned.overlay.renames);
        let addresses = rests_on.iter().map(|identity| identity.address());
        let live_objects = digests_at(&planned.live, addresses)?;
        Ok(SavedPlan {
            format_version: SAVED_FORMAT_VERSION.into(),
            rolecall_version: env!("CARGO_PKG_VERSION").into(),
            made_at: now(),
            system: report.system.clone(),
            deployment: DeploymentReport {
                name: entry.name.clone(),
                place: seen_from(&self.folder, &entry.file),
            },
            author: author.cloned(),
            today: workspace.today,
            preference: planned.plan.preference,
            selection: workspace.selection.clone(),
            manifests: SavedManifests {
                revision: report.manifests.revision.clone(),
                files: self.files.clone(),
            },
            live_objects: live_objects
                .into_iter()
                .map(|(address, digest)| SavedObject { address, digest })
                .collect(),
            steps_digest: steps_digest(&planned.plan)?,
            impact_digest: impact_digest(&report)?,
            report,
        })
    }
}

/// This moment in UTC, to the second.
fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}

/// A path as it is called in a project, the same wherever the project is: with `/`, and relative if it was so there.
fn seen_from(folder: &Path, path: &Path) -> String {
    let plain = |path: &Path| -> PathBuf {
        path.components()
            .filter(|part| *part != Component::CurDir)
            .collect()
    };
    let (folder, path) = (plain(folder), plain(path));
    let inside = path.strip_prefix(&folder).unwrap_or(&path);
    let parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/").replacen("//", "/", 1)
}

/// Where a plan is to be saved, and what it is made from.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    path: &'a Path,
    basis: Basis,
}

impl<'a> Draft<'a> {
    /// Looks at where the plan is to go, before anything is planned.
    ///
    /// # Errors
    /// When something is there that is no saved plan.
    pub(super) fn new(path: &'a Path, workspace: &Workspace) -> anyhow::Result<Self> {
        let shown = path.display();
        match fs::symlink_metadata(path) {
            Err(_) if path.file_name().is_some() => {}
            Ok(there) if there.is_file() => {
                let bytes = fs::read(path).with_context(|| format!("cannot read {shown}"))?;
                if !SavedPlan::is_one(&bytes) {
                    return Err(anyhow!(
                        "{shown} is there and is no saved plan\nhint: name another file, or delete it"
                    ));
                }
            }
            Ok(_) | Err(_) => {
                return Err(anyhow!(
                    "{shown} is no file that a plan can be saved to\nhint: name a new file, or a saved plan to replace"
                ));
            }
        }
        let basis = Basis::of(workspace);
        Ok(Self { path, basis })
    }

    /// Writes the plan, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn save(
        &self,
        ui: &mut Ui,
        workspace: &Workspace,
        entry: &DeploymentEntry,
        planned: &Planned,
        report: PlanReport,
        author: Option<&UserName>,
    ) -> anyhow::Result<()> {
        let guards = report.guards.iter();
        let allowed = guards.filter(|guard| guard.state == GuardState::Allowed);
        let allowed: Vec<String> = allowed.map(|guard| guard.guard.to_string()).collect();
        let plan = self.basis.plan(workspace, entry, planned, report, author)?;
        write_whole(self.path, &plan.write()?)
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        let path = self.path.display();
        ui.say(&format!("Saved the plan to {path}"));
        let folder = &self.basis.folder;
        let folder = if folder.as_os_str().is_empty() || folder == Path::new(".") {
            String::new()
        } else {
            format!(" {}", folder.display())
        };
        // An overruled guard is overruled by whoever applies, never by a file.
        let allow = allowed.iter().map(|guard| format!(" --allow {guard}"));
        let allow = allow.collect::<Vec<_>>().concat();
        ui.say(&format!(
            "hint: rolecall apply {path}{folder}{allow} applies exactly this"
        ));
        Ok(())
    }
}

/// Writes a file beside its place and moves it there, so that nobody ever finds half of it.
fn write_whole(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = fs::File::create_new(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().inspect_err(|_| {
        // What is left of it is of no use to anyone; that it was not written is the error.
        let _ = fs::remove_file(&beside);
    })?;
    Ok(())
}

/// Reads a saved plan.
///
/// # Errors
/// When it cannot be read, is no saved plan, has a format of another major version, or was changed.
pub(super) fn read(path: &Path) -> anyhow::Result<SavedPlan> {
    let shown = path.display();
    let bytes = fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    SavedPlan::read(&bytes).map_err(|error| {
        let hint = match error {
            SavedError::NoJson { .. } | SavedError::NoPlan(_) => "`rolecall plan --out FILE` writes one",
            SavedError::OtherMajor(_) | SavedError::Changed => "plan again and save that",
        };
        anyhow!("{shown} {error}\nhint: {hint}")
    })
}

/// A plan that was approved by saving it, and where it is to be applied.
#[derive(Debug)]
pub(super) struct Approval {
    path: PathBuf,
    plan: SavedPlan,
    basis: Basis,
}

/// What `apply` is told: a project, or a saved plan and perhaps the project it is for.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) target: Target,
    saved: Option<(PathBuf, SavedPlan)>,
}

impl Told {
    /// `project` is what was named beside the first place.
    ///
    /// # Errors
    /// When the saved plan cannot be read, or is for another deployment than the one that is named.
    pub(super) fn by(target: &Target, project: Option<&Path>) -> anyhow::Result<Self> {
        let first = &target.folder;
        if !first.is_file() {
            if let Some(project) = project {
                return Err(anyhow!(
                    "{} is no saved plan, so that {} is one place too many",
                    first.display(),
                    project.display()
                ));
            }
            let target = Target {
                folder: first.clone(),
                deployment: target.deployment.clone(),
            };
            return Ok(Self { target, saved: None });
        }
        let plan = read(first)?;
        let name = &plan.deployment.name;
        if let Some(other) = target.deployment.as_ref().filter(|other| *other != name) {
            return Err(anyhow!(
                "{} is for deployment `{}`, not for `{other}`",
                first.display(),
                visible(name)
            ));
        }
        let target = Target {
            folder: project.unwrap_or(Path::new(".")).to_owned(),
            deployment: Some(name.clone()),
        };
        Ok(Self {
            target,
            saved: Some((first.clone(), plan)),
        })
    }

    /// The approval, held against a project that was just opened.
    ///
    /// # Errors
    /// When the plan is for another system, or for a deployment that the project does not have.
    pub(super) fn approval(self, workspace: &Workspace) -> anyhow::Result<Option<Approval>> {
        let Some((path, plan)) = self.saved else {
            return Ok(None);
        };
        let (shown, project) = (path.display(), &workspace.project);
        let system = &project.system.definition().name;
        if plan.system != system.as_str() {
            return Err(anyhow!(
                "{shown} is for system {}, the project is of {system}",
                visible(&plan.system)
            ));
        }
        let (name, basis) = (&plan.deployment.name, Basis::of(workspace));
        let Some(entry) = project.deployments.iter().find(|entry| entry.name == *name) else {
            let names: Vec<&str> = project.deployments.iter().map(|entry| &entry.name[..]).collect();
            return Err(anyhow!(
                "{shown} is for deployment `{}`; the project has {}",
                visible(name),
                names.join(", ")
            ));
        };
        let place = seen_from(&basis.folder, &entry.file);
        if plan.deployment.place != place {
            return Err(anyhow!(
                "{shown} is for deployment `{name}` at {}, and now that is at {place}",
                visible(&plan.deployment.place)
            ));
        }
        Ok(Some(Approval { path, plan, basis }))
    }
}

impl Approval {
    /// Who proposed the plan.
    pub(super) fn author(&self) -> Option<&UserName> {
        self.plan.author.as_ref()
    }

    /// Makes plans as the approved one was made: what it does first, and which changes it is about.
    ///
    /// # Errors
    /// When something else is asked for than what was approved.
    pub(super) fn settle(&self, workspace: &mut Workspace) -> anyhow::Result<()> {
        let path = self.path.display();
        let (first, selection) = (self.plan.preference, &self.plan.selection);
        if ![Preference::default(), first].contains(&workspace.preference) {
            return Err(anyhow!("{path} was approved to take away before it gives"));
        }
        if workspace.selection != Selection::default() && workspace.selection != *selection {
            return Err(anyhow!("{path} was approved for another selection of changes"));
        }
        workspace.preference = first;
        workspace.selection = selection.clone();
        Ok(())
    }

    /// Whether a plan is the one that was approved.
    pub(super) fn approves(
        &self,
        workspace: &Workspace,
        entry: &DeploymentEntry,
        planned: &Planned,
        report: PlanReport,
    ) -> anyhow::Result<bool> {
        let now = self
            .basis
            .plan(workspace, entry, planned, report, self.author())?;
        Ok(self.plan.does_the_same_as(&now))
    }

    /// Says what moved, if the plan that is made now is not the one that was approved. `None` when it is.
    ///
    /// # Errors
    /// When the file shows something else than what it approves.
    pub(super) fn stale(
        &self,
        ui: &mut Ui,
        workspace: &mut Workspace,
        entry: &DeploymentEntry,
        planned: &Planned,
        report: &PlanReport,
    ) -> Result<Option<Exit>, Failure> {
        let now = self
            .basis
            .plan(workspace, entry, planned, report.clone(), self.author())?;
        let (approved, path) = (&self.plan, self.path.display());
        let same_version = approved.rolecall_version == now.rolecall_version;
        if approved.does_the_same_as(&now) {
            if approved.shows_the_same_as(&now)? {
                return Ok(None);
            }
            if same_version {
                // Whoever made up the file knew the hashes of a real plan and showed the reader another.
                return Err(anyhow!(
                    "{path} does not show the plan that it approves\nhint: plan again and save that"
                )
                .into());
            }
        }
        if planned.plan.is_empty() && !approved.report.changes.is_empty() {
            ui.say("error: this plan was applied already, or someone else did the same");
            ui.say("hint: there is nothing left to do");
            return Ok(Some(Exit::Stale));
        }
        let live_objects = digests_at(
            &planned.live,
            approved.live_objects.iter().map(|object| object.address.clone()),
        );
        let now = Now {
            plan: &now,
            live_objects: &live_objects.map_err(anyhow::Error::from)?,
            day_matters: self.day_matters(workspace, planned, &now)?,
        };
        ui.say(&format!(
            "error: the plan in {path} is stale; nothing was applied"
        ));
        for line in moved(approved, &now)? {
            ui.say(&format!("  {line}"));
        }
        ui.say("hint: plan again, look at the new plan, and save that");
        Ok(Some(Exit::Stale))
    }

    /// Whether the plan would be another one on the day for which it was approved.
    fn day_matters(
        &self,
        workspace: &mut Workspace,
        planned: &Planned,
        now: &SavedPlan,
    ) -> Result<bool, Failure> {
        if self.plan.today == now.today {
            return Ok(false);
        }
        let today = std::mem::replace(&mut workspace.today, self.plan.today);
        let then = workspace.plan_against((*planned.live).clone());
        workspace.today = today;
        // What is wrong on that day is of no interest today.
        workspace.reading.diagnostics = Diagnostics::default();
        Ok(steps_digest(&then?.plan)? != now.steps_digest)
    }
}
