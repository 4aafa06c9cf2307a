//! Defaults and sharing rules in a system definition.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Words;
use crate::model::{DefaultAccess, PrincipalKind, RuleAccess};

/// Sharing in this product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharingKind {
    /// What sharing means here.
    pub purpose: String,
    /// Organisation-wide defaults; absent when the product has none.
    #[serde(default)]
    pub defaults: Option<DefaultsKind>,
    /// Sharing rules; absent when the product has none.
    #[serde(default)]
    pub rules: Option<RulesKind>,
}

/// Organisation-wide defaults in this product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefaultsKind {
    /// The product's words.
    pub label: String,
    /// What they mean.
    pub purpose: String,
    /// The choices, each with the product's words.
    #[schemars(with = "Words<DefaultAccess>")]
    pub choices: BTreeMap<DefaultAccess, String>,
    /// What holds for a module that states none.
    pub usual: DefaultAccess,
}

/// Sharing rules in this product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesKind {
    /// The product's words.
    pub label: String,
    /// What a rule does.
    pub purpose: String,
    /// Whose records can be shared.
    pub from: BTreeSet<PrincipalKind>,
    /// With whom.
    pub to: BTreeSet<PrincipalKind>,
    /// The choices of access, each with the product's words. With one choice a manifest need not state it.
    #[schemars(with = "Words<RuleAccess>")]
    pub access: BTreeMap<RuleAccess, String>,
}
