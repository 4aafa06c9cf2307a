//! `rolecall.yaml`: which system, which deployments, who owns what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::InstallationDocument;
use crate::model::OwnershipOf;
use crate::text::{Keyed, Spanned};

/// The name of the project file.
pub const PROJECT_FILE: &str = "rolecall.yaml";

/// The folder of manifests, beside the project file.
pub const MANIFESTS_FOLDER: &str = "manifests";

/// A rolecall project: the folder that holds this file, and `manifests/` beside it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectDocument {
    /// The system: `uniconnect`, `iptel`, `vtiger`, `berlicrm`, `ucserver`, or the path of a system definition,
    /// such as `./our-crm.system.yaml`.
    #[schemars(extend("examples" = ["uniconnect", "iptel", "vtiger", "berlicrm", "ucserver", "./our-crm.system.yaml"]))]
    pub system: Spanned<String>,
    /// The deployments that the manifests are for, by name.
    #[schemars(extend("examples" = [{ "local": { "kind": "embedded" } }]))]
    pub deployments: Keyed<DeploymentDocument>,
    /// The deployment that is meant when none is named. With one deployment it is that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"local")]
    pub default: Option<Spanned<String>>,
    /// What happens to objects on a deployment that no manifest names. Usually they are left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership: Option<OwnershipDocument>,
    /// What the installations have, so that manifests can be checked without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation: Option<InstallationDocument>,
}

/// One deployment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeploymentDocument {
    /// How it is reached.
    pub kind: DeploymentKind,
    /// The SQLite file of an embedded deployment, from this file's folder. Without it, `.rolecall/NAME.db`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"crm.db")]
    pub file: Option<Spanned<String>>,
    /// A folder of manifests that fills a new embedded deployment, from this file's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"seed")]
    pub seed: Option<Spanned<String>>,
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
