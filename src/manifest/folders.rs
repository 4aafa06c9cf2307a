//! Folders of manifests: which ones a deployment has, and what they say together.

use std::path::{Path, PathBuf};

use super::document::Document;
use super::files::{Unreadable, plain};
use super::gather::Gather;
use super::lay::lay;
use super::load::{DeploymentEntry, NoDeployment, Project, Reading};
use super::load_access::is_access_test;
use super::project::MANIFESTS_FOLDER;
use super::schema::{self, Audience};
use crate::model::Intent;
use crate::system::System;
use crate::text::{Code, Diagnostic, SourceId, Span, Spanned};

/// A folder of manifests.
#[derive(Clone, Debug)]
pub struct ManifestsFolder {
    /// Where it is.
    pub path: PathBuf,
    /// As it is called in the project file.
    pub name: String,
    /// Where the project file names it; none for the usual one.
    pub span: Option<Span>,
}

impl PartialEq for ManifestsFolder {
    /// Folders are the same wherever they are named.
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl ManifestsFolder {
    /// The folders that a deployment of the project in `folder` names, or the usual one.
    pub(super) fn all(folder: &Path, named: Option<Vec<Spanned<String>>>) -> Vec<Self> {
        let Some(named) = named else {
            return vec![Self::usual(folder)];
        };
        let folders = named.into_iter().map(|name| Self {
            path: plain(&folder.join(&name.value)),
            name: name.value,
            span: Some(name.span),
        });
        folders.collect()
    }

    fn usual(folder: &Path) -> Self {
        Self {
            path: plain(&folder.join(MANIFESTS_FOLDER)),
            name: MANIFESTS_FOLDER.to_owned(),
            span: None,
        }
    }
}

/// Folders of manifests that belong together, and what they say.
#[derive(Debug)]
pub struct Combination {
    /// The deployments that have them.
    pub deployments: Vec<String>,
    /// The names of the folders, in order.
    pub folders: Vec<String>,
    /// What they want.
    pub intent: Intent,
}

impl Reading {
    /// Reads a project with the manifests of all its deployments: each distinct list of folders once, in the order of the
    /// project file. `None` when the project is too broken to go on; the diagnostics then say why.
    pub fn every_combination(&mut self, folder: &Path) -> Option<(Project, Vec<Combination>)> {
        let (project, file) = self.project_and_file(folder)?;
        let mut lists: Vec<(Vec<String>, Vec<ManifestsFolder>)> = Vec::new();
        for entry in &project.deployments {
            match lists.iter_mut().find(|(_, folders)| *folders == entry.manifests) {
                Some((names, _)) => names.push(entry.name.clone()),
                None => lists.push((vec![entry.name.clone()], entry.manifests.clone())),
            }
        }
        if lists.is_empty() {
            lists.push((Vec::new(), vec![ManifestsFolder::usual(folder)]));
        }
        // A folder that several lists have is read once.
        let mut read: Vec<(ManifestsFolder, Intent)> = Vec::new();
        let mut combinations = Vec::with_capacity(lists.len());
        for (deployments, folders) in lists {
            self.refuse_nested(&folders);
            let mut intent = Intent::default();
            for folder in &folders {
                let known = read.iter().find(|(known, _)| known == folder);
                let over = match known {
                    Some((_, intent)) => intent.clone(),
                    None => {
                        let intent = self.layer(folder, &project.system, file);
                        read.push((folder.clone(), intent.clone()));
                        intent
                    }
                };
                lay(&project.system, &mut intent, over);
            }
            intent.ownership = project.intent.ownership.clone();
            combinations.push(Combination {
                deployments,
                folders: folders.into_iter().map(|folder| folder.name).collect(),
                intent,
            });
        }
        Some((project, combinations))
    }

    /// The folders of the deployment that is meant. When all deployments have the same ones, it does not matter which one
    /// that is. `None` when it is not clear; the diagnostics then say why.
    pub(super) fn folders_meant(
        &mut self,
        project: &Project,
        deployment: Option<&str>,
    ) -> Option<Vec<ManifestsFolder>> {
        let all = &project.deployments;
        let Some(first) = all.first() else {
            return Some(vec![ManifestsFolder::usual(&project.folder)]);
        };
        if all.iter().all(|entry| entry.manifests == first.manifests) {
            return Some(first.manifests.clone());
        }
        let unclear = match project.deployment(deployment) {
            Ok(entry) => return Some(entry.manifests.clone()),
            Err(unclear) => unclear,
        };
        let names = || {
            let names = all.iter().map(|entry: &DeploymentEntry| entry.name.as_str());
            names.collect::<Vec<_>>().join(", ")
        };
        let diagnostic = match &unclear {
            // What `default` names and is not there was said already.
            NoDeployment::Unknown { .. } if deployment.is_none() => return None,
            NoDeployment::Unknown { name, .. } => {
                let message = format!("there is no deployment `{name}`");
                let unknown = Diagnostic::error(Code::UnknownDeployment, message);
                unknown.hint(match unclear.meant() {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => format!("the project has {}", names()),
                })
            }
            NoDeployment::Several(_) | NoDeployment::None => {
                let message = format!(
                    "which manifests are meant depends on the deployment, and none is named: {}",
                    names()
                );
                let unclear = Diagnostic::error(Code::UnclearDeployment, message).at(first.span);
                unclear.hint("name one with --deployment, or the usual one under `default`")
            }
        };
        self.diagnostics.push(diagnostic);
        None
    }

    /// Reads folders and lays each over those before it.
    pub(super) fn layers(
        &mut self,
        folders: &[ManifestsFolder],
        system: &System,
        project: SourceId,
    ) -> Intent {
        self.refuse_nested(folders);
        let mut intent = Intent::default();
        for (at, folder) in folders.iter().enumerate() {
            let over = self.layer(folder, system, project);
            if at == 0 {
                intent = over;
            } else {
                lay(system, &mut intent, over);
            }
        }
        intent
    }

    fn layer(&mut self, folder: &ManifestsFolder, system: &System, project: SourceId) -> Intent {
        // A mistake in the project file may be why the usual folder seems to be meant.
        if folder.span.is_none() && self.diagnostics.has_errors() && !self.files.is_dir(&folder.path) {
            return Intent::default();
        }
        let place = folder.span.unwrap_or(Span {
            source: project,
            start: 0,
            end: 0,
        });
        self.manifests(&folder.path, system, Audience::Manifests, Some(place))
    }

    /// What lies in two folders of a list would be laid over itself.
    fn refuse_nested(&mut self, folders: &[ManifestsFolder]) {
        for inner in folders {
            for outer in folders {
                if inner.path != outer.path && inner.path.starts_with(&outer.path) {
                    let message = format!("`{}` is in `{}`, all of which is read", inner.name, outer.name);
                    let nested = Diagnostic::error(Code::InvalidValue, message);
                    let nested = nested.at(inner.span.unwrap_or(Span::NOWHERE));
                    self.diagnostics.push(nested.hint("put the folders side by side"));
                }
            }
        }
    }

    /// Reads every manifest of a folder into one intent. `place` is what names the folder.
    pub(super) fn manifests(
        &mut self,
        folder: &Path,
        system: &System,
        audience: Audience,
        place: Option<Span>,
    ) -> Intent {
        let paths = self.manifest_paths(folder, place);
        let schema = schema::for_system(system.definition(), audience);
        let Some(schema) = self.compile(schema) else {
            return Intent::default();
        };
        let mut documents: Vec<Document> = Vec::with_capacity(paths.len());
        for path in &paths {
            if let Some(source) = self.file(path) {
                documents.extend(self.checked(source, &schema));
            }
        }
        let mut gather = Gather::new(system, &mut self.diagnostics);
        for document in documents {
            gather.add(document);
        }
        gather.finish()
    }

    /// The manifest files below a folder, by path. Hidden ones are left out.
    fn manifest_paths(&mut self, folder: &Path, place: Option<Span>) -> Vec<PathBuf> {
        let at_place = |diagnostic: Diagnostic| match place {
            Some(place) => diagnostic.at(place),
            None => diagnostic,
        };
        let Some(walked) = self.files.walk(folder) else {
            let message = format!("there is no folder {}", self.files.shown(folder));
            self.diagnostics
                .push(at_place(Diagnostic::error(Code::NoManifests, message)));
            return Vec::new();
        };
        let mut paths = Vec::new();
        for found in walked {
            match found {
                Ok(path) => {
                    let is_yaml = path
                        .extension()
                        .is_some_and(|extension| extension == "yaml" || extension == "yml");
                    if is_yaml && !is_access_test(&path) {
                        paths.push(path);
                    }
                }
                Err(Unreadable { path, reason }) => self.unreadable(&path, &reason),
            }
        }
        if paths.is_empty() && !self.diagnostics.has_errors() {
            let message = format!("there are no manifests below {}", self.files.shown(folder));
            self.diagnostics
                .push(at_place(Diagnostic::error(Code::NoManifests, message)));
        }
        paths
    }
}
