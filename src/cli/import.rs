//! `rolecall import`.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, ValueEnum};

use super::paths::from_folder;
use super::ui::Ui;
use super::workspace::{Workspace, known_installation, write_file};
use super::{Exit, Failure, Target};
use crate::manifest::schema::{self, Audience};
use crate::manifest::write::{Layout, ProjectFile, SchemaReference, WriteOptions, project_from};
use crate::manifest::{DeploymentDocument, DeploymentEntry, PROJECT_FILE};
use crate::system::System;
use crate::text::Spanned;

/// Write a project from a deployment
///
/// Reads the deployment and writes a complete project for it: rolecall.yaml that points at the deployment,
/// manifests, and the JSON Schemas that editors check them with. The plan from the result is empty.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    target: Target,
    /// The folder to write to: new or empty
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// How manifests are laid out
    #[arg(long, value_enum, default_value_t)]
    layout: LayoutChoice,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum LayoutChoice {
    /// A file per kind: roles.yaml, groups.yaml
    #[default]
    ByKind,
    /// A file per object: groups/team-a.yaml
    ByObject,
}

pub(super) fn run(ui: &mut Ui, args: &ImportArgs) -> Result<Exit, Failure> {
    refuse_full(&args.out)?;
    let mut workspace = Workspace::open_project(ui, &args.target.folder)?;
    let entry = workspace.deployment(&args.target)?;
    for folder in workspace
        .project
        .deployments
        .iter()
        .flat_map(|entry| &entry.manifests)
    {
        refuse_inside(&args.out, &folder.path)?;
    }
    if let Some(seed) = &entry.seed {
        refuse_inside(&args.out, seed)?;
    }
    let mut snapshot = workspace.live(ui, &entry)?;
    snapshot.installation = known_installation(&workspace.project.installation, &snapshot);
    let system = &workspace.project.system;
    let system_reference = match &workspace.project.definition {
        Some(path) => from_folder(&args.out, path)?,
        None => system.definition().name.to_string(),
    };
    let options = WriteOptions {
        layout: match args.layout {
            LayoutChoice::ByKind => Layout::ByKind,
            LayoutChoice::ByObject => Layout::ByObject,
        },
        system_reference,
        deployment_name: entry.name.clone(),
        deployment: deployment(&args.out, &entry)?,
        schemas: Some(written_schemas()),
    };
    let mut files = project_from(&snapshot, system, &options)?;
    files.extend(schemas(system)?);
    write_all(&args.out, &files)?;
    ui.diagnostics(&mut workspace.reading.diagnostics, &workspace.reading.sources);
    ui.say(&format!("Wrote {} files to {}", files.len(), args.out.display()));
    Ok(Exit::Done)
}

/// The folder of a written project that holds its schemas.
const SCHEMAS: &str = "schemas";

/// Where the written files find the schemas that are written beside them.
pub(super) fn written_schemas() -> SchemaReference {
    SchemaReference {
        prefix: format!("{SCHEMAS}/"),
    }
}

/// How the new project reaches the deployment.
fn deployment(out: &Path, entry: &DeploymentEntry) -> anyhow::Result<DeploymentDocument> {
    let relative = |path: &Path| Ok::<_, anyhow::Error>(Spanned::unmarked(from_folder(out, path)?));
    // A seed is of use only as long as there is no file.
    let seed = entry.seed.as_ref().filter(|_| !entry.file.exists());
    Ok(DeploymentDocument {
        kind: entry.kind,
        file: Some(relative(&entry.file)?),
        seed: seed.map(|seed| relative(seed)).transpose()?,
        account: entry.account.clone(),
        manifests: None,
    })
}

/// The schemas that the written files name.
pub(super) fn schemas(system: &System) -> anyhow::Result<Vec<ProjectFile>> {
    let manifest = schema::for_system(system.definition(), Audience::Manifests);
    let named = [
        (system.definition().name.as_str(), manifest),
        ("project", schema::project()),
    ];
    named
        .into_iter()
        .map(|(name, schema)| {
            let path = Path::new(SCHEMAS).join(format!("{name}.schema.json"));
            let mut text = serde_json::to_string_pretty(&schema)?;
            text.push('\n');
            Ok(ProjectFile { path, text })
        })
        .collect()
}

/// A project is written only where there is nothing to overwrite.
pub(super) fn refuse_full(folder: &Path) -> anyhow::Result<()> {
    if folder.is_file() {
        bail!("{} is a file", folder.display());
    }
    let is_full = folder
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some());
    if folder.join(PROJECT_FILE).exists() {
        bail!("{} already holds a project", folder.display());
    }
    if is_full {
        bail!("{} is not empty", folder.display());
    }
    Ok(())
}

/// Files there would become manifests of the project itself.
fn refuse_inside(out: &Path, folder: &Path) -> anyhow::Result<()> {
    if !from_folder(folder, out)?.starts_with("../") {
        bail!(
            "{} is inside {}, whose files are read as manifests",
            out.display(),
            folder.display()
        );
    }
    Ok(())
}

pub(super) fn write_all(folder: &Path, files: &[ProjectFile]) -> anyhow::Result<()> {
    files
        .iter()
        .try_for_each(|file| write_file(&folder.join(&file.path), &file.text))
}
