//! `rolecall schema`.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;

use super::ui::Ui;
use super::workspace::Workspace;
use super::{Exit, Failure};
use crate::manifest::schema::{Audience, access_tests, any, for_system, policy, project, system_definition};
use crate::manifest::{Reading, add_names, shipped};
use crate::model::Intent;
use crate::system::SHIPPED;
use crate::text::closest;

/// Print a JSON Schema
///
/// Editors complete and check manifests with it, and rolecall checks them with the same.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// any, uniconnect, iptel, vtiger, berlicrm, ucserver: manifests; project: rolecall.yaml; system: system
    /// definitions; access: access tests; policy: policy.yaml; a path: manifests of the system defined there
    #[arg(value_name = "NAME|PATH", default_value = "any")]
    name: String,
    /// Print the schema of a project's own system, with the names of its roles, groups, profiles and users, so that an
    /// editor completes references
    #[arg(long, value_name = "DIR", conflicts_with = "name")]
    with_names: Option<PathBuf>,
}

pub(super) fn run(ui: &mut Ui, args: &SchemaArgs) -> Result<Exit, Failure> {
    if let Some(folder) = &args.with_names {
        let schema = with_names(ui, folder)?;
        return print(ui, &schema);
    }
    let schema = match args.name.as_str() {
        "any" => any(),
        "project" => project(),
        "system" => system_definition(),
        "access" => access_tests(),
        "policy" => policy(),
        name => match shipped(name) {
            Some(definition) => for_system(&definition, Audience::Manifests),
            None => custom(ui, name)?,
        },
    };
    print(ui, &schema)
}

fn print(ui: &mut Ui, schema: &serde_json::Value) -> Result<Exit, Failure> {
    let mut text = serde_json::to_string_pretty(schema)?;
    text.push('\n');
    ui.data(&text)?;
    Ok(Exit::Done)
}

/// Manifests with mistakes still have names: a schema helps to mend them.
fn with_names(ui: &mut Ui, folder: &Path) -> Result<serde_json::Value, Failure> {
    let (workspace, combinations) = Workspace::read_all(ui, folder)?;
    let project = &workspace.project;
    let mut schema = for_system(project.system.definition(), Audience::Manifests);
    let intents: Vec<&Intent> = combinations.iter().map(|each| &each.intent).collect();
    add_names(&mut schema, &project.system, &intents);
    Ok(schema)
}

fn custom(ui: &mut Ui, name: &str) -> Result<serde_json::Value, Failure> {
    let path = Path::new(name);
    if !path.exists() {
        let known = ["any", "project", "system", "access", "policy"]
            .into_iter()
            .chain(SHIPPED.iter().map(|(name, _)| *name));
        let hint = match closest(name, known.clone()) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!(
                "one of {}, or the path of a definition",
                known.collect::<Vec<_>>().join(", ")
            ),
        };
        return Err(anyhow!("there is no schema and no file `{name}`\nhint: {hint}").into());
    }
    let mut reading = Reading::default();
    let definition = reading.definition(path);
    ui.diagnostics(&mut reading.diagnostics, &reading.sources);
    let definition = definition.ok_or(Failure::Reported)?;
    Ok(for_system(&definition, Audience::Manifests))
}
