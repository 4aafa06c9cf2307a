//! A state from somewhere: what commands that only look at access look at.
//!
//! Only the source that is named is touched. A folder, a git revision and a file are read without any deployment, so
//! that a review needs no credentials.

use std::fmt;
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::anyhow;

use super::exported::{self, Origin};
use super::ui::Ui;
use super::workspace::{Workspace, default_new_modules, known_installation, report_defects};
use super::{Failure, Target};
use crate::manifest::{Files, GitFiles, PROJECT_FILE, Project, Reading, Revision, shipped};
use crate::model::{Date, Installation, Intent, Snapshot};
use crate::plan::{named_users, with_people};
use crate::system::System;
use crate::text::{Diagnostics, Sources};

/// Where a state is taken from. See docs/sources.md.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Source {
    /// The manifests of the project laid over its deployment: what a plan would lead to. Never written out.
    #[default]
    Desired,
    /// `deployment:NAME`: the live state of a deployment of the project.
    Deployment(String),
    /// `git:REV:PATH`: the manifests of a project in a git revision, without a deployment.
    Git {
        /// The revision.
        revision: Revision,
        /// The folder of the project, from the root of the repository.
        path: PathBuf,
    },
    /// A folder: the manifests of the project there, without a deployment.
    Folder(PathBuf),
    /// A file that `rolecall export` wrote.
    File(PathBuf),
}

/// Why a text names no source.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoSource {
    /// It is none of the forms.
    #[error(
        "there is no file or folder `{0}`; a source is one of\n  \
         deployment:NAME  the live state of a deployment\n  \
         git:REV:PATH     the manifests of a project in a git revision\n  \
         DIR              the manifests of a project\n  \
         FILE             a state that `rolecall export` wrote"
    )]
    Unknown(String),
    /// A deployment without a name.
    #[error("no deployment is named: deployment:NAME")]
    NoDeployment,
    /// A revision without what belongs to it.
    #[error("`{0}` is not git:REV:PATH\nhint: PATH is from the root of the repository; it may be empty")]
    Git(String),
    /// It is there, but may not be looked at.
    #[error("cannot look at `{path}`: {error}")]
    Hidden {
        /// What may not be looked at.
        path: String,
        /// Why.
        error: io::Error,
    },
}

impl FromStr for Source {
    type Err = NoSource;

    /// Tells the forms apart; of a folder or file it looks whether it is there.
    fn from_str(text: &str) -> Result<Self, NoSource> {
        if let Some(name) = text.strip_prefix("deployment:") {
            return match name {
                "" => Err(NoSource::NoDeployment),
                name => Ok(Self::Deployment(name.to_owned())),
            };
        }
        if let Some(place) = text.strip_prefix("git:") {
            return match split_revision(place) {
                Some((revision, path)) if !revision.is_empty() => Ok(Self::Git {
                    revision: Revision::from(revision),
                    path: PathBuf::from(path),
                }),
                Some(_) | None => Err(NoSource::Git(text.to_owned())),
            };
        }
        let path = Path::new(text);
        match path.metadata() {
            Ok(found) if found.is_dir() => Ok(Self::Folder(path.to_path_buf())),
            // Not only ordinary files: a shell hands out pipes.
            Ok(_) => Ok(Self::File(path.to_path_buf())),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(NoSource::Hidden {
                path: text.to_owned(),
                error,
            }),
            Err(_) => Err(NoSource::Unknown(text.to_owned())),
        }
    }
}

/// `REV:PATH` at the first colon that is not in braces: `main@{2026-01-31 10:00}:access`.
fn split_revision(place: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let colon = place.bytes().position(|byte| {
        if byte == b'{' {
            depth += 1;
        } else if byte == b'}' {
            depth = depth.saturating_sub(1);
        }
        byte == b':' && depth == 0
    })?;
    Some((&place[..colon], &place[colon + 1..]))
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Desired => f.write_str("manifests over their deployment"),
            Self::Deployment(name) => write!(f, "deployment {name}"),
            Self::Git { revision, path } => write!(f, "git:{revision}:{}", path.display()),
            Self::Folder(path) | Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// A complete state, with what is needed to judge it and to say where it came from.
#[derive(Debug)]
pub(super) struct State {
    /// What it is the state of. For people: `manifests over local`, `deployment local`, `git:main:access`,
    /// `state.json`.
    pub(super) origin: Origin,
    /// The system.
    pub(super) system: System,
    /// The state itself.
    pub(super) snapshot: Snapshot,
    /// What the installation has: what the state says, and features that the project file adds.
    pub(super) installation: Installation,
    /// The manifests that led to it, for the places of their lines in `sources`; none for a live or exported state.
    pub(super) intent: Option<Intent>,
    /// The texts of the manifests.
    pub(super) sources: Sources,
    /// The day for which manifests were judged.
    pub(super) today: Date,
}

/// The people of an exported state.
#[derive(Debug)]
pub(super) struct People {
    name: String,
    snapshot: Snapshot,
}

impl People {
    /// Reads the file that `rolecall export` wrote.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        Ok(Self {
            name: path.display().to_string(),
            snapshot: exported::read(path)?,
        })
    }
}

impl Source {
    /// Reads the state. `target` is the project whose deployments are meant, and whose system an exported state may be
    /// of; the deployment that it names is the one whose manifests are read, wherever the project is. Prints what is wrong; an error ends the command.
    pub(super) fn resolve(&self, ui: &mut Ui, target: &Target, today: Date) -> Result<State, Failure> {
        match self {
            Self::Desired => desired(ui, target, today),
            Self::Deployment(name) => {
                let target = Target {
                    folder: target.folder.clone(),
                    deployment: Some(name.clone()),
                };
                State::live(ui, &target)
            }
            Self::Git { revision, path } => {
                let files = GitFiles::open(Path::new("."), revision, path)?;
                self.offline(ui, Reading::of(Files::Git(files)), path, target, today)
            }
            Self::Folder(folder) => self.offline(ui, Reading::default(), folder, target, today),
            Self::File(path) => self.exported(ui, path, &target.folder, today),
        }
    }

    /// Manifests laid over what every installation has.
    fn offline(
        &self,
        ui: &mut Ui,
        reading: Reading,
        folder: &Path,
        target: &Target,
        today: Date,
    ) -> Result<State, Failure> {
        let mut workspace = Workspace::read_with(ui, reading, folder, target.deployment.as_deref())?;
        workspace.today = today;
        let overlay = workspace.check_offline();
        workspace.stop_on_errors(ui)?;
        let mut snapshot = ManuallyDrop::into_inner(overlay).desired;
        default_new_modules(&workspace.project.system, &mut snapshot);
        // Whoever is named is there: without a deployment nobody knows better.
        for name in named_users(&snapshot) {
            snapshot.users.entry(name).or_default();
        }
        let installation = workspace.project.installation.clone();
        let origin = Origin::Source(self.to_string());
        Ok(State::of(ui, workspace, snapshot, installation, origin))
    }

    fn exported(&self, ui: &mut Ui, path: &Path, project: &Path, today: Date) -> Result<State, Failure> {
        let snapshot = exported::read(path)?;
        let (system, stated) = system_of(ui, &snapshot, path, project)?;
        let mut diagnostics = Diagnostics::default();
        report_defects(&snapshot, &mut diagnostics);
        ui.diagnostics(&mut diagnostics, &Sources::default());
        Ok(State {
            origin: Origin::Source(self.to_string()),
            system,
            installation: known_installation(&stated, &snapshot),
            snapshot,
            intent: None,
            sources: Sources::default(),
            today,
        })
    }
}

/// Refuses a deployment that is named where no manifests are read, whose deployment it could be.
pub(super) fn refuse_idle_deployment(deployment: Option<&str>, sources: &[&Source]) -> Result<(), Failure> {
    let has_manifests = |source: &&Source| match source {
        Source::Desired | Source::Git { .. } | Source::Folder(_) => true,
        Source::Deployment(_) | Source::File(_) => false,
    };
    match (deployment, sources) {
        (Some(name), [first, ..]) if !sources.iter().any(has_manifests) => {
            Err(anyhow!("--deployment {name} says whose manifests are read, and {first} has none").into())
        }
        (_, _) => Ok(()),
    }
}

fn desired(ui: &mut Ui, target: &Target, today: Date) -> Result<State, Failure> {
    let mut workspace = Workspace::open(ui, target)?;
    workspace.today = today;
    let entry = workspace.deployment(target)?;
    let live = workspace.live(ui, &entry)?;
    let overlay = workspace.lay_over(&live)?;
    workspace.stop_on_errors(ui)?;
    let installation = known_installation(&workspace.project.installation, &live);
    let snapshot = ManuallyDrop::into_inner(overlay).desired;
    let origin = Origin::Source(format!("manifests over {}", entry.name));
    Ok(State::of(ui, workspace, snapshot, installation, origin))
}

/// The system of an exported state, and what the project says of installations, if it is the project's system.
fn system_of(
    ui: &mut Ui,
    snapshot: &Snapshot,
    path: &Path,
    project: &Path,
) -> Result<(System, Installation), Failure> {
    if project.join(PROJECT_FILE).exists() {
        let workspace = Workspace::open_project(ui, project)?;
        if workspace.project.system.definition().name == snapshot.system {
            let Project {
                system, installation, ..
            } = ManuallyDrop::into_inner(workspace.project);
            return Ok((system, installation));
        }
    }
    let definition = shipped(snapshot.system.as_str()).ok_or_else(|| {
        anyhow!(
            "{} is a state of {}, which is not shipped with rolecall\nhint: name a project of that system",
            path.display(),
            snapshot.system
        )
    })?;
    Ok((System::new(definition), Installation::default()))
}

impl State {
    /// The live state of the deployment that is meant.
    pub(super) fn live(ui: &mut Ui, target: &Target) -> Result<Self, Failure> {
        let mut workspace = Workspace::open_project(ui, &target.folder)?;
        let entry = workspace.deployment(target)?;
        let snapshot = workspace.live(ui, &entry)?;
        report_defects(&snapshot, &mut workspace.reading.diagnostics);
        let installation = known_installation(&workspace.project.installation, &snapshot);
        let state = Self::of(
            ui,
            workspace,
            snapshot,
            installation,
            Origin::Deployment(entry.name),
        );
        Ok(Self {
            intent: None,
            ..state
        })
    }

    /// Prints what was found on the way, none of which is an error.
    fn of(
        ui: &mut Ui,
        mut workspace: Workspace,
        snapshot: Snapshot,
        installation: Installation,
        origin: Origin,
    ) -> Self {
        let reading = &mut workspace.reading;
        ui.diagnostics(&mut reading.diagnostics, &reading.sources);
        let Project { system, intent, .. } = ManuallyDrop::into_inner(workspace.project);
        Self {
            origin,
            system,
            snapshot,
            installation,
            intent: Some(intent),
            sources: workspace.reading.sources,
            today: workspace.today,
        }
    }

    /// Takes the users and the records from an exported state; what manifests say of users stays. Prints what cannot
    /// be taken over.
    pub(super) fn with_people(mut self, ui: &mut Ui, people: &People) -> Result<Self, Failure> {
        let People { name, snapshot } = people;
        if snapshot.system != self.snapshot.system {
            return Err(anyhow!(
                "{name} is a state of {}, {} one of {}",
                snapshot.system,
                self.origin,
                self.snapshot.system
            )
            .into());
        }
        let mut diagnostics = Diagnostics::default();
        let intent = self.intent.as_ref();
        with_people(
            &self.system,
            &mut self.snapshot,
            intent,
            snapshot,
            name,
            self.today,
            &mut diagnostics,
        );
        ui.diagnostics(&mut diagnostics, &self.sources);
        self.origin = Origin::Source(format!("{} with the people of {name}", self.origin));
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(revision: &str, path: &str) -> Source {
        Source::Git {
            revision: Revision::from(revision),
            path: PathBuf::from(path),
        }
    }

    #[test]
    fn forms() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        std::fs::write(&file, "").unwrap();
        for (text, expected) in [
            ("deployment:local", Source::Deployment("local".to_owned())),
            ("git:main:access", git("main", "access")),
            ("git:HEAD~1:", git("HEAD~1", "")),
            ("git:HEAD:.", git("HEAD", ".")),
            ("git:v1:a:b", git("v1", "a:b")),
            (
                "git:main@{2026-01-31 10:00}:access",
                git("main@{2026-01-31 10:00}", "access"),
            ),
            ("git:--all:x", git("--all", "x")),
            (
                folder.path().to_str().unwrap(),
                Source::Folder(folder.path().to_path_buf()),
            ),
            (file.to_str().unwrap(), Source::File(file.clone())),
        ] {
            assert_eq!(text.parse::<Source>().unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn texts_that_are_no_source() {
        for (text, expected) in [
            ("", "there is no file or folder ``; a source is one of"),
            ("no/such/thing", "there is no file or folder `no/such/thing`"),
            ("Deployment:local", "deployment:NAME  the live state"),
            ("deployment:", "no deployment is named"),
            ("git:main", "`git:main` is not git:REV:PATH"),
            ("git:main@{1:access", "is not git:REV:PATH"),
            ("git::access", "`git::access` is not git:REV:PATH"),
        ] {
            let error = text.parse::<Source>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    /// No command writes this one out, so it is tested here.
    #[test]
    fn what_a_plan_would_lead_to() {
        let project = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = project.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "rolecall.yaml",
            "system: ucserver\ndeployments: { local: { kind: embedded, seed: seed } }\n\
             installation: { features: { sms_dispatch: true } }\n",
        );
        write(
            "seed/all.yaml",
            "groups: { Old: {}, Other: {} }\nusers: { anna: {} }\n",
        );
        write(
            "manifests/all.yaml",
            "groups: { New: { renamed_from: Old, members: { users: [anna] } } }\n",
        );
        let target = Target {
            folder: project.path().to_path_buf(),
            deployment: None,
        };
        let state = Source::default()
            .resolve(&mut Ui::new(), &target, super::super::day::present_day())
            .unwrap();
        assert_eq!(state.origin.to_string(), "manifests over local");
        let groups: Vec<&str> = state.snapshot.groups.keys().map(|name| name.as_str()).collect();
        assert_eq!(groups, ["New", "Other"]);
        assert_eq!(state.installation.features.get("sms_dispatch"), Some(&true));
        let place = state.intent.unwrap().groups["New"].at;
        assert!(state.sources.locate(place).ends_with("all.yaml:1:11"));
        assert!(!project.path().join(".rolecall").exists(), "nothing was written");
    }
}
