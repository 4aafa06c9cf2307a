//! Writing projects: from a snapshot back to manifests, and a first project to start from.
//!
//! What is written here reads back as exactly the snapshot it came from, so that the plan after an import is
//! empty. Defects of the deployment are not written; they are reported where the deployment is read.

mod documents;
mod emit;
mod files;
mod rights;
mod starter;
mod starter_comments;
mod starter_picks;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_yaml::Value;

pub use documents::{Documents, documents};
pub use starter::starter;

use self::emit::{Comments, Spacing, emit};
use self::files::FileNames;
use super::document::{Document, InstallationDocument};
use super::project::{DeploymentDocument, MANIFESTS_FOLDER, PROJECT_FILE, ProjectDocument};
use crate::model::{Identity, Snapshot};
use crate::system::System;
use crate::text::{Entry, Keyed, Spanned};

/// The longest name that can be a key, as it is written: YAML looks no further for the colon than 1024 characters.
const LONGEST_KEY: usize = 1000;

/// How manifests are laid out on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// A file per kind of object: `profiles.yaml`, `roles.yaml`, `groups.yaml` and so on.
    #[default]
    ByKind,
    /// A file per profile, role and group: `groups/team-a.yaml`.
    ByObject,
}

/// A file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFile {
    /// Where it goes, from the project's folder.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
}

/// Where editors find the published schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaReference {
    /// What comes before `NAME.schema.json`: a URL, an absolute path, or a path from the project's folder.
    pub prefix: String,
}

impl SchemaReference {
    /// The first line of a file at `path`, from the project's folder.
    fn line(&self, schema: &str, path: &Path) -> String {
        let is_relative = !self.prefix.contains("://") && !self.prefix.starts_with('/');
        let above = if is_relative {
            path.components().count().saturating_sub(1)
        } else {
            0
        };
        let prefix = match above {
            0 => &self.prefix,
            _ => self.prefix.strip_prefix("./").unwrap_or(&self.prefix),
        };
        let above = "../".repeat(above);
        format!("# yaml-language-server: $schema={above}{prefix}{schema}.schema.json\n")
    }
}

/// What a written project says beyond the snapshot.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    /// How manifests are laid out.
    pub layout: Layout,
    /// The system as the project file names it: a shipped name, or the path of a definition file.
    pub system_reference: String,
    /// What the deployment is called.
    pub deployment_name: String,
    /// How the deployment is reached, with its paths as the project file has to say them.
    pub deployment: DeploymentDocument,
    /// Where editors find the schemas; without it, files do not name one.
    pub schemas: Option<SchemaReference>,
}

/// Why a project cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The deployment has an object without a name.
    #[error("the deployment has a {kind} without a name, which manifests cannot say; name it there first")]
    EmptyName {
        /// What kind of object.
        kind: &'static str,
    },
    /// The name of an object is too long for a key.
    #[error("{object}: a name of {length} characters is too long for a manifest")]
    LongName {
        /// The object.
        object: String,
        /// How long its name is, in characters.
        length: usize,
    },
    /// YAML cannot carry it.
    #[error("cannot be written as YAML: {0}")]
    Yaml(String),
}

/// A complete project from a live state: the project file and manifests after which nothing is left to do.
pub fn project_from(
    snapshot: &Snapshot,
    system: &System,
    options: &WriteOptions,
) -> Result<Vec<ProjectFile>, WriteError> {
    names_can_be_written(snapshot)?;
    let Documents {
        manifests,
        installation,
    } = documents(snapshot, system);
    let project = project_document(
        &options.system_reference,
        &options.deployment_name,
        options.deployment.clone(),
        installation,
    );
    let mut files = vec![project_file(
        &project,
        options.schemas.as_ref(),
        &Comments::new(),
    )?];
    let schema = system.definition().name.as_str();
    for (path, document) in lay_out(manifests, options.layout) {
        let path = Path::new(MANIFESTS_FOLDER).join(path);
        let first = options
            .schemas
            .as_ref()
            .map(|schemas| schemas.line(schema, &path));
        let value = manifest_value(&document, system)?;
        let text = first.unwrap_or_default() + &emit(&value, Spacing::Loose, &Comments::new())?;
        files.push(ProjectFile { path, text });
    }
    Ok(files)
}

fn project_document(
    system: &str,
    deployment_name: &str,
    deployment: DeploymentDocument,
    installation: Option<InstallationDocument>,
) -> ProjectDocument {
    ProjectDocument {
        system: Spanned::unmarked(system.to_owned()),
        deployments: std::iter::once((deployment_name.to_owned(), deployment)).collect(),
        default: Some(Spanned::unmarked(deployment_name.to_owned())),
        ledger: None,
        ownership: None,
        installation,
    }
}

fn project_file(
    document: &ProjectDocument,
    schemas: Option<&SchemaReference>,
    comments: &Comments,
) -> Result<ProjectFile, WriteError> {
    let path = PathBuf::from(PROJECT_FILE);
    let first = schemas.map(|schemas| schemas.line("project", &path));
    let text = emit(&value(document)?, Spacing::Tight, comments)?;
    Ok(ProjectFile {
        path,
        text: first.unwrap_or_default() + &text,
    })
}

fn value<T: Serialize>(document: &T) -> Result<Value, WriteError> {
    serde_yaml::to_value(document).map_err(|error| WriteError::Yaml(error.to_string()))
}

/// A document as YAML. Where actions have levels, no actions are an empty mapping: the type alone cannot know.
fn manifest_value(document: &Document, system: &System) -> Result<Value, WriteError> {
    let mut value = value(document)?;
    if rights::takes_levels(system) {
        for kind in ["profiles", "roles"] {
            let objects = value.get_mut(kind).and_then(Value::as_mapping_mut);
            let modules = objects.into_iter().flat_map(|objects| objects.values_mut());
            let modules = modules.filter_map(|object| object.get_mut("modules")?.as_mapping_mut());
            for actions in modules
                .flat_map(|modules| modules.values_mut())
                .filter_map(|rights| rights.get_mut("actions"))
            {
                if actions.as_sequence().is_some_and(Vec::is_empty) {
                    *actions = Value::Mapping(serde_yaml::Mapping::new());
                }
            }
        }
    }
    Ok(value)
}

/// The files of the manifests, from their folder. There is always one: a project without any is an error.
fn lay_out(document: Document, layout: Layout) -> Vec<(PathBuf, Document)> {
    let mut files = Vec::new();
    for (kind, part) in kinds(document) {
        match layout {
            Layout::ByKind => files.push((PathBuf::from(format!("{kind}.yaml")), part)),
            Layout::ByObject => objects(kind, part, &mut files),
        }
    }
    if files.is_empty() {
        let nothing = Document {
            existing: Some(Default::default()),
            ..Document::default()
        };
        files.push((PathBuf::from("existing.yaml"), nothing));
    }
    files
}

/// A document for each kind that there is something of.
fn kinds(document: Document) -> Vec<(&'static str, Document)> {
    let Document {
        profiles,
        roles,
        groups,
        sharing,
        users,
        removed: _,
        existing,
        installation: _,
        records: _,
    } = document;
    let empty = Document::default;
    let mut kinds = Vec::new();
    if profiles.is_some() {
        kinds.push(("profiles", Document { profiles, ..empty() }));
    }
    if roles.is_some() {
        kinds.push(("roles", Document { roles, ..empty() }));
    }
    if groups.is_some() {
        kinds.push(("groups", Document { groups, ..empty() }));
    }
    if sharing.is_some() {
        kinds.push(("sharing", Document { sharing, ..empty() }));
    }
    if users.is_some() {
        kinds.push(("users", Document { users, ..empty() }));
    }
    if existing.is_some() {
        kinds.push(("existing", Document { existing, ..empty() }));
    }
    kinds
}

/// A file for each object of a kind that has a folder of its own; other kinds stay one file.
fn objects(kind: &'static str, part: Document, files: &mut Vec<(PathBuf, Document)>) {
    let mut names = FileNames::default();
    let mut add = |singular: &str, name: &str, document: Document| {
        files.push((Path::new(kind).join(names.name(singular, name)), document));
    };
    if part.profiles.is_none() && part.roles.is_none() && part.groups.is_none() {
        files.push((PathBuf::from(format!("{kind}.yaml")), part));
        return;
    }
    let Document {
        profiles,
        roles,
        groups,
        ..
    } = part;
    for (name, entry) in single(profiles) {
        add(
            "profile",
            &name,
            Document {
                profiles: Some(entry),
                ..Document::default()
            },
        );
    }
    for (name, entry) in single(roles) {
        add(
            "role",
            &name,
            Document {
                roles: Some(entry),
                ..Document::default()
            },
        );
    }
    for (name, entry) in single(groups) {
        add(
            "group",
            &name,
            Document {
                groups: Some(entry),
                ..Document::default()
            },
        );
    }
}

/// The entries, each as a mapping of its own.
fn single<V>(entries: Option<Keyed<V>>) -> impl Iterator<Item = (String, Keyed<V>)> {
    let entries = entries.into_iter().flatten();
    entries.map(|Entry { key, value }| (key.value.clone(), Keyed(vec![Entry { key, value }])))
}

/// Whether every name can stand as a key.
fn names_can_be_written(snapshot: &Snapshot) -> Result<(), WriteError> {
    let profiles = snapshot.profiles.keys().cloned().map(Identity::Profile);
    let roles = snapshot.roles.keys().cloned().map(Identity::Role);
    let groups = snapshot.groups.keys().cloned().map(Identity::Group);
    let users = snapshot.users.keys().cloned().map(Identity::User);
    for object in profiles.chain(roles).chain(groups).chain(users) {
        let name = match &object {
            Identity::Profile(name) => name.as_str(),
            Identity::Role(name) => name.as_str(),
            Identity::Group(name) => name.as_str(),
            Identity::User(name) => name.as_str(),
            Identity::SharingDefault(_) | Identity::SharingRule(_) => continue,
        };
        if name.is_empty() {
            return Err(WriteError::EmptyName {
                kind: object.kind().as_str(),
            });
        }
        if emit::key_length(name)? > LONGEST_KEY {
            return Err(WriteError::LongName {
                object: object.to_string(),
                length: name.chars().count(),
            });
        }
    }
    Ok(())
}
