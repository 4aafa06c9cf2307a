//! Reading a project: `rolecall.yaml`, the system definition, the folder of manifests. Where its files are is the
//! business of [`Files`].
//!
//! Everything that is wrong is collected, not only the first mistake. Nothing here judges what the manifests say;
//! that is `check`.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::files::{Files, plain};
use super::folders::ManifestsFolder;
use super::gather::Gather;
use super::ledger_document::{LedgerDocument, line_with_password};
use super::project::{DeploymentKind, OwnershipDocument, PROJECT_FILE, ProjectDocument};
use super::schema::{self, Audience};
use crate::model::{Installation, Intent, Kind, Ownership, UserName};
use crate::system::{Definition, SHIPPED, System, shipped_source};
use crate::text::{
    Code, Diagnostic, Diagnostics, Schema, SourceId, Sources, Span, Spanned, closest, decode, parse,
    read_text,
};

/// A project as it is written.
#[derive(Debug)]
pub struct Project {
    /// The folder of `rolecall.yaml`.
    pub folder: PathBuf,
    /// The system.
    pub system: System,
    /// The file of the system's definition, when it is not shipped.
    pub definition: Option<PathBuf>,
    /// The deployments in the order of the file.
    pub deployments: Vec<DeploymentEntry>,
    /// The deployment that is meant when none is named, with its place.
    pub default: Option<(String, Span)>,
    /// Where the ledger is, where it is not the usual file.
    pub ledger: Option<Spanned<LedgerDocument>>,
    /// What the installations have, as the project file says.
    pub installation: Installation,
    /// What the manifests want.
    pub intent: Intent,
}

/// A deployment as the project file names it.
#[derive(Clone, Debug)]
pub struct DeploymentEntry {
    /// Its name.
    pub name: String,
    /// Where it is named.
    pub span: Span,
    /// How it is reached.
    pub kind: DeploymentKind,
    /// The file of an embedded deployment.
    pub file: PathBuf,
    /// The folder that fills a new one.
    pub seed: Option<PathBuf>,
    /// The user as whom rolecall works there, where the project file says so.
    pub account: Option<Spanned<UserName>>,
    /// The folders of its manifests, each laid over those before it.
    pub manifests: Vec<ManifestsFolder>,
}

/// Why no deployment is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDeployment {
    /// There is none of this name.
    #[error("there is no deployment `{name}`; the project has {}", known.join(", "))]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// There is none at all.
    #[error("the project names no deployment")]
    None,
    /// None is named, and there are several and no default.
    #[error(
        "the project has several deployments ({}) and no default\nhint: name one with --deployment",
        .0.join(", ")
    )]
    Several(Vec<String>),
}

impl NoDeployment {
    /// The deployment that may be meant.
    pub(super) fn meant(&self) -> Option<&str> {
        match self {
            Self::Unknown { name, known } => closest(name, known.iter().map(String::as_str)),
            Self::None | Self::Several(_) => None,
        }
    }
}

impl Project {
    /// The deployment that is meant: the one of this name, or without a name the default or the only one.
    ///
    /// # Errors
    /// When there is none of that name, or it is not clear which one is meant.
    pub fn deployment(&self, name: Option<&str>) -> Result<&DeploymentEntry, NoDeployment> {
        let names = || self.deployments.iter().map(|entry| entry.name.clone()).collect();
        let default = self.default.as_ref().map(|(name, _)| name.as_str());
        if let Some(name) = name.or(default) {
            let found = self.deployments.iter().find(|entry| entry.name == name);
            return found.ok_or_else(|| NoDeployment::Unknown {
                name: name.to_owned(),
                known: names(),
            });
        }
        match &self.deployments[..] {
            [only] => Ok(only),
            [] => Err(NoDeployment::None),
            _ => Err(NoDeployment::Several(names())),
        }
    }
}

/// What was read, and the texts that spans point into.
#[derive(Debug, Default)]
pub struct Reading {
    /// All texts that were read.
    pub sources: Sources,
    /// Everything that is wrong so far.
    pub diagnostics: Diagnostics,
    pub(super) files: Files,
}

impl Reading {
    /// For reading from other files than those on disk.
    pub fn of(files: Files) -> Self {
        Self {
            files,
            ..Self::default()
        }
    }

    /// Reads a project, with the manifests of the deployment that is meant: the one of this name, or without a name the
    /// default or the only one. `None` when it is too broken to go on; the diagnostics then say why.
    pub fn project(&mut self, folder: &Path, deployment: Option<&str>) -> Option<Project> {
        let (mut project, file) = self.project_and_file(folder)?;
        if let Some(folders) = self.folders_meant(&project, deployment) {
            let ownership = std::mem::take(&mut project.intent.ownership);
            project.intent = self.layers(&folders, &project.system, file);
            project.intent.ownership = ownership;
        }
        Some(project)
    }

    /// Reads a project without its manifests: the project file and the system's definition.
    pub fn project_file_alone(&mut self, folder: &Path) -> Option<Project> {
        self.project_and_file(folder).map(|(project, _)| project)
    }

    /// Reads a project without its manifests, and says which text its file is.
    pub(super) fn project_and_file(&mut self, folder: &Path) -> Option<(Project, SourceId)> {
        let (document, file) = self.project_file(folder)?;
        let (system, definition) = self.system(folder, &document.system.value, document.system.span)?;
        let intent = Intent {
            ownership: ownership(document.ownership.unwrap_or_default()),
            ..Intent::default()
        };
        let installation = {
            let mut gather = Gather::new(&system, &mut self.diagnostics);
            if let Some(installation) = &document.installation {
                gather.installation(installation);
            }
            gather.finish().installation
        };
        let deployments = document.deployments.into_iter().map(|entry| {
            let name = entry.key.value;
            let file = entry.value.file.map_or_else(
                || folder.join(".rolecall").join(format!("{name}.db")),
                |file| folder.join(file.value),
            );
            DeploymentEntry {
                span: entry.key.span,
                kind: entry.value.kind,
                file: plain(&file),
                seed: entry.value.seed.map(|seed| plain(&folder.join(seed.value))),
                account: entry.value.account,
                manifests: ManifestsFolder::all(folder, entry.value.manifests),
                name,
            }
        });
        let deployments: Vec<_> = deployments.collect();
        let default = document.default.map(|default| (default.value, default.span));
        let project = Project {
            folder: folder.to_path_buf(),
            system,
            definition,
            deployments,
            default,
            ledger: document.ledger,
            installation,
            intent,
        };
        if let Some((default, span)) = &project.default
            && let Err(unknown @ NoDeployment::Unknown { .. }) = project.deployment(Some(default))
        {
            let mut diagnostic = Diagnostic::error(
                Code::UnknownDeployment,
                format!("there is no deployment `{default}`"),
            )
            .at(*span);
            if let Some(close) = unknown.meant() {
                diagnostic = diagnostic.hint(format!("did you mean `{close}`?"));
            }
            self.diagnostics.push(diagnostic);
        }
        Some((project, file))
    }

    /// Reads the folder that fills a new embedded deployment.
    pub fn seed(&mut self, folder: &Path, system: &System) -> Intent {
        self.manifests(folder, system, Audience::Seeds, None)
    }

    fn project_file(&mut self, folder: &Path) -> Option<(ProjectDocument, SourceId)> {
        let path = folder.join(PROJECT_FILE);
        if !self.files.exists(&path) {
            let missing = self.project_missing(folder);
            self.diagnostics.push(missing);
            return None;
        }
        let source = self.file(&path)?;
        if let Some(line) = line_with_password(self.sources.text(source)) {
            let message = format!(
                "line {line} of {} has a password in a URL",
                self.files.shown(&path)
            );
            let hint =
                "take it out and change it; rolecall reads PGPASSWORD or the file that PGPASSFILE names";
            self.diagnostics
                .push(Diagnostic::error(Code::SecretInFile, message).hint(hint));
            return None;
        }
        Some((self.document(source, schema::project())?, source))
    }

    /// Why there is no project, and where there may be one.
    fn project_missing(&mut self, folder: &Path) -> Diagnostic {
        let missing = |message| Diagnostic::error(Code::ProjectMissing, message);
        let shown = self.files.shown(folder);
        if self.files.is_file(folder) {
            return missing(format!("{shown} is a file")).hint("name the folder that holds rolecall.yaml");
        }
        if !self.files.is_dir(folder) {
            return missing(format!("there is no folder {shown}"));
        }
        let missing = missing(format!("{shown} has no {PROJECT_FILE}"));
        match (self.files.above(folder, PROJECT_FILE), &self.files) {
            (Some(above), _) => missing.hint(format!("there is one in {above}")),
            (None, Files::Disk) => missing.hint(format!("`rolecall init {shown} --system NAME` makes one")),
            (None, Files::Git(_)) => missing,
        }
    }

    /// The system of a project: shipped, or a definition file beside the project.
    fn system(&mut self, folder: &Path, name: &str, span: Span) -> Option<(System, Option<PathBuf>)> {
        if let Some(text) = shipped_source(name) {
            let definition = shipped_definition(name, text, &mut self.diagnostics)?;
            return Some((System::new(definition), None));
        }
        let path = plain(&folder.join(name));
        if !(name.ends_with(".yaml") || name.ends_with(".yml")) || !self.files.exists(&path) {
            let mut unknown =
                Diagnostic::error(Code::UnknownSystem, format!("unknown system `{name}`")).at(span);
            let shipped = SHIPPED.iter().map(|(name, _)| *name);
            unknown = match closest(name, shipped.clone()) {
                Some(close) => unknown.hint(format!("did you mean `{close}`?")),
                None if path.extension().is_some() => {
                    unknown.hint(format!("there is no file {}", self.files.shown(&path)))
                }
                None => unknown.hint(format!(
                    "one of {}, or the path of a definition file",
                    shipped.collect::<Vec<_>>().join(", ")
                )),
            };
            self.diagnostics.push(unknown);
            return None;
        }
        let definition = self.definition(&path)?;
        Some((System::new(definition), Some(path)))
    }

    /// The system that a new project names: shipped, or a definition file from the current folder.
    pub fn system_for_new_project(&mut self, name: &str) -> Option<(System, Option<PathBuf>)> {
        self.system(Path::new(""), name, Span::NOWHERE)
    }

    /// Reads a system definition from a file.
    pub fn definition(&mut self, path: &Path) -> Option<Definition> {
        let source = self.file(path)?;
        let before = self.diagnostics.errors();
        let definition: Definition = self.document(source, schema::system_definition())?;
        let start = Span {
            source,
            start: 0,
            end: 0,
        };
        for problem in definition.problems() {
            self.diagnostics
                .push(Diagnostic::error(Code::InvalidDefinition, problem).at(start));
        }
        (self.diagnostics.errors() == before).then_some(definition)
    }

    /// Reads one text file into the sources.
    pub(super) fn file(&mut self, path: &Path) -> Option<SourceId> {
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(reason) => {
                self.unreadable(path, &reason);
                return None;
            }
        };
        let shown = self.files.shown(path);
        match read_text(bytes) {
            Ok(text) => Some(self.sources.add(shown, text)),
            Err(offset) => {
                let message = format!("{shown} is not UTF-8: byte {offset} begins no character");
                self.diagnostics.push(Diagnostic::error(Code::NotUtf8, message));
                None
            }
        }
    }

    pub(super) fn unreadable(&mut self, path: &Path, reason: &str) {
        let message = format!("cannot read {}: {reason}", self.files.shown(path));
        self.diagnostics
            .push(Diagnostic::error(Code::UnreadableFile, message));
    }

    pub(super) fn compile(&mut self, schema: Value) -> Option<Schema> {
        match Schema::compile(schema) {
            Ok(schema) => Some(schema),
            Err(error) => {
                self.diagnostics
                    .push(Diagnostic::error(Code::InvalidDefinition, error.to_string()));
                None
            }
        }
    }

    pub(super) fn document<T: DeserializeOwned>(&mut self, source: SourceId, schema: Value) -> Option<T> {
        let schema = self.compile(schema)?;
        self.checked(source, &schema)
    }

    /// Parses, validates and decodes one text.
    pub(super) fn checked<T: DeserializeOwned>(&mut self, source: SourceId, schema: &Schema) -> Option<T> {
        let mut tree = parse(source, self.sources.text(source), &mut self.diagnostics)?;
        if matches!(tree.value, crate::text::Value::Null) {
            let message = format!("{} is empty", self.sources.path(source));
            self.diagnostics
                .push(Diagnostic::warning(Code::EmptyFile, message).at(tree.span));
            return None;
        }
        let before = self.diagnostics.errors();
        if !schema.check(&mut tree, &mut self.diagnostics) {
            return None;
        }
        match decode(&tree) {
            Ok(value) => Some(value),
            Err(error) => {
                // What the schema refused was reported there; only something it let through is news.
                if self.diagnostics.errors() == before {
                    self.diagnostics
                        .push(Diagnostic::error(Code::WrongType, error.message).at(error.span));
                }
                None
            }
        }
    }
}

/// A shipped definition. It is tested, but an editor of this very repository may have broken it.
fn shipped_definition(name: &str, text: &str, diagnostics: &mut Diagnostics) -> Option<Definition> {
    match read_shipped(text) {
        Ok(definition) => Some(definition),
        Err(error) => {
            let message = format!("the shipped definition of {name} is broken: {error}");
            diagnostics.push(Diagnostic::error(Code::InvalidDefinition, message));
            None
        }
    }
}

/// Decodes the text of a shipped definition, without the schema: tests hold it against that.
pub(crate) fn read_shipped(text: &str) -> Result<Definition, String> {
    let mut sources = Sources::default();
    let source = sources.add("definition", text);
    let mut diagnostics = Diagnostics::default();
    let tree = parse(source, text, &mut diagnostics).ok_or("not YAML")?;
    decode(&tree).map_err(|error| format!("{} at {}", error.message, sources.locate(error.span)))
}

/// The definition of a shipped system.
pub fn shipped(name: &str) -> Option<Definition> {
    shipped_source(name).and_then(|text| read_shipped(text).ok())
}

fn ownership(document: OwnershipDocument) -> Ownership {
    let kinds = [
        (Kind::Profile, document.profiles),
        (Kind::Role, document.roles),
        (Kind::Group, document.groups),
        (Kind::SharingRule, document.rules),
    ];
    Ownership(
        kinds
            .into_iter()
            .filter_map(|(kind, ownership)| Some((kind, ownership?)))
            .collect(),
    )
}
