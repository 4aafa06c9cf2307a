//! `rolecall.yaml`: which system, which deployments, who owns what.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::document::InstallationDocument;
use super::ledger_document::LedgerDocument;
use crate::model::{OwnershipOf, UserName};
use crate::text::{Keyed, Spanned};

/// The name of the project file.
pub const PROJECT_FILE: &str = "rolecall.yaml";

/// The folder of manifests, beside the project file, of deployments that name no others.
pub const MANIFESTS_FOLDER: &str = "manifests";

/// A rolecall project: the folder that holds this file, and `manifests/` or the folders that deployments name beside it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectDocument {
    /// The system: `uniconnect`, `iptel`, `vtiger`, `berlicrm`, `ucserver`, or the path of a system definition,
    /// such as `./our-crm.system.yaml`.
    #[schemars(extend("examples" = ["uniconnect", "iptel", "vtiger", "berlicrm", "ucserver", "./our-crm.system.yaml"]))]
    pub system: Spanned<String>,
    /// The deployments that the manifests are for, by name.
    #[schemars(extend(
        "examples" = [{ "local": { "kind": "embedded" } }],
        "propertyNames" = { "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$", "x-expected": "letters, digits, dots, dashes" }
    ))]
    pub deployments: Keyed<DeploymentDocument>,
    /// The deployment that is meant when none is named. With one deployment it is that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"local")]
    pub default: Option<Spanned<String>>,
    /// Where the record of what was applied is kept. Without it, in `.rolecall/ledger.jsonl`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"postgres://rolecall@db.example.com:5432/rolecall")]
    pub ledger: Option<Spanned<LedgerDocument>>,
    /// What happens to objects on a deployment that no manifest names. Usually they are left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership: Option<OwnershipDocument>,
    /// What the installations have, so that manifests can be checked without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation: Option<InstallationDocument>,
}

/// One deployment: how it is reached, and where. `local: embedded` is short for `local: { kind: embedded }`.
#[derive(Clone, Debug, Serialize)]
pub struct DeploymentDocument {
    /// How it is reached.
    pub kind: DeploymentKind,
    /// The SQLite file of an embedded deployment, from this file's folder. Without it, `.rolecall/NAME.db`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Spanned<String>>,
    /// A folder of manifests that fills a new embedded deployment, from this file's folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<Spanned<String>>,
    /// The user as whom rolecall works there, by login name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Spanned<UserName>>,
    /// The folders of its manifests, from this file's folder, each laid over those before it. Without it, `manifests`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifests: Option<Vec<Spanned<String>>>,
}

/// One deployment, said in full.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "DeploymentDocument")]
#[serde(deny_unknown_fields)]
struct FullDeployment {
    /// How it is reached.
    kind: DeploymentKind,
    /// The SQLite file of an embedded deployment, from this file's folder. Without it, `.rolecall/NAME.db`.
    #[serde(default)]
    #[schemars(example = &"crm.db")]
    file: Option<Spanned<String>>,
    /// A folder of manifests that fills a new embedded deployment, from this file's folder.
    #[serde(default)]
    #[schemars(example = &"seed")]
    seed: Option<Spanned<String>>,
    /// The user as whom rolecall works there, by login name. A plan that takes from this user what rolecall needs to go
    /// on is refused.
    #[serde(default)]
    #[schemars(example = &"rolecall")]
    account: Option<Spanned<UserName>>,
    /// The folders of the deployment's manifests, from this file's folder. Each is laid over those before it: what it
    /// says of an object replaces what they say, attribute by attribute. Without it, the folder `manifests`.
    #[serde(default)]
    #[schemars(length(min = 1), inner(length(min = 1)), extend("uniqueItems" = true, "examples" = [["base", "prod"]]))]
    manifests: Option<Vec<Spanned<String>>>,
}

impl<'de> Deserialize<'de> for DeploymentDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Deployment;

        impl<'de> Visitor<'de> for Deployment {
            type Value = DeploymentDocument;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a kind of deployment or a mapping")
            }

            fn visit_str<E: serde::de::Error>(self, kind: &str) -> Result<DeploymentDocument, E> {
                let kind = DeploymentKind::deserialize(kind.into_deserializer())?;
                Ok(DeploymentDocument {
                    kind,
                    file: None,
                    seed: None,
                    account: None,
                    manifests: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DeploymentDocument, A::Error> {
                let FullDeployment {
                    kind,
                    file,
                    seed,
                    account,
                    manifests,
                } = FullDeployment::deserialize(MapAccessDeserializer::new(map))?;
                Ok(DeploymentDocument {
                    kind,
                    file,
                    seed,
                    account,
                    manifests,
                })
            }
        }

        deserializer.deserialize_any(Deployment)
    }
}

impl JsonSchema for DeploymentDocument {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Deployment".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kind = generator.subschema_for::<DeploymentKind>();
        let full = generator.subschema_for::<FullDeployment>();
        json_schema!({
            "description": "How the deployment is reached, and where.",
            "anyOf": [full, kind],
        })
    }
}

/// How a deployment is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum DeploymentKind {
    /// A SQLite file that follows the system's rules.
    Embedded,
}

/// What happens to objects that no manifest names, by kind.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OwnershipDocument {
    /// Profiles that no manifest names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "named"))]
    pub profiles: Option<OwnershipOf>,
    /// Roles that no manifest names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "named"))]
    pub roles: Option<OwnershipOf>,
    /// Groups that no manifest names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "named"))]
    pub groups: Option<OwnershipOf>,
    /// Sharing rules of modules whose rules no manifest lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "named"))]
    pub rules: Option<OwnershipOf>,
}
