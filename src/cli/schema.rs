//! `rolecall schema`.

use std::path::Path;

use anyhow::anyhow;
use clap::Args;

use super::ui::Ui;
use super::{Exit, Failure};
use crate::manifest::schema::{Audience, any, for_system, project, system_definition};
use crate::manifest::{Reading, shipped};
use crate::system::SHIPPED;
use crate::text::closest;

/// Print a JSON Schema
///
/// Editors complete and check manifests with it, and rolecall checks them with the same.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// any, uniconnect, iptel, vtiger, berlicrm, ucserver: manifests; project: rolecall.yaml; system: system
    /// definitions; a path: manifests of the system defined there
    #[arg(value_name = "NAME|PATH", default_value = "any")]
    name: String,
}

pub(super) fn run(ui: &mut Ui, args: &SchemaArgs) -> Result<Exit, Failure> {
    let schema = match args.name.as_str() {
        "any" => any(),
        "project" => project(),
        "system" => system_definition(),
        name => match shipped(name) {
            Some(definition) => for_system(&definition, Audience::Manifests),
            None => custom(ui, name)?,
        },
    };
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    ui.data(&text)?;
    Ok(Exit::Done)
}

fn custom(ui: &mut Ui, name: &str) -> Result<serde_json::Value, Failure> {
    let path = Path::new(name);
    if !path.exists() {
        let known = ["any", "project", "system"]
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
