//! The shape of `policy.yaml`. Doc comments here become the hover texts of editors.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::asking::AbilityDocument;
use super::document::PrincipalDocument;
use super::guards_file::GuardsDocument;
use super::member::last_day;
use crate::model::{ActionId, GroupName, ModuleName, RoleName, UserName};
use crate::text::Spanned;

/// The name of the policy's file, beside the project file.
pub const POLICY_FILE: &str = "policy.yaml";

/// Policy of rolecall: what must hold of effective access, whatever the manifests say. `plan`, `apply` and `test` keep
/// to it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyDocument {
    /// Abilities that nobody may have together.
    #[schemars(with = "Vec<DutiesDocument>")]
    pub separation_of_duties: Option<Vec<Spanned<DutiesDocument>>>,
    /// How far no user may reach.
    #[schemars(with = "Vec<ReachDocument>")]
    pub maximum_reach: Option<Vec<Spanned<ReachDocument>>>,
    /// How many effective administrators there are at least who can log in.
    #[schemars(with = "u32", range(min = 1))]
    pub minimum_administrators: Option<Spanned<u32>>,
    /// What no plan may take away. `plan` and `apply` judge the whole plan by it.
    #[schemars(with = "GuardsDocument")]
    pub guards: Option<GuardsDocument>,
}

/// Abilities that nobody may have together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DutiesDocument {
    /// What the rule is called.
    #[serde(default)]
    #[schemars(with = "String")]
    pub name: Option<Spanned<String>>,
    /// Two or more abilities. Nobody has all of them, about whomever.
    #[schemars(length(min = 2))]
    pub abilities: Vec<Spanned<AbilityDocument>>,
    /// Who may have them together all the same.
    #[serde(default)]
    #[schemars(with = "Vec<ExceptionDocument>")]
    pub except: Option<Vec<Spanned<ExceptionDocument>>>,
}

/// An action that nobody may do to the records of all of these people.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReachDocument {
    /// What the rule is called.
    #[serde(default)]
    #[schemars(with = "String")]
    pub name: Option<Spanned<String>>,
    /// The action, one that views, edits or deletes records.
    #[schemars(example = &"view")]
    pub action: Spanned<ActionId>,
    /// In which modules.
    #[schemars(length(min = 1))]
    pub modules: Vec<Spanned<ModuleName>>,
    /// Whose records: of `everyone`, or of all in a role or group.
    pub of: Spanned<OfDocument>,
    /// Who may reach that far all the same.
    #[serde(default)]
    #[schemars(with = "Vec<ExceptionDocument>")]
    pub except: Option<Vec<Spanned<ExceptionDocument>>>,
}

/// For whom a rule does not hold. Exactly one of `user`, `role`, `role_and_subordinates`, `group`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExceptionDocument {
    /// One user.
    #[schemars(with = "String")]
    pub user: Option<Spanned<UserName>>,
    /// Everyone in the role.
    #[schemars(with = "String")]
    pub role: Option<Spanned<RoleName>>,
    /// Everyone in the role or in a role below it.
    #[schemars(with = "String")]
    pub role_and_subordinates: Option<Spanned<RoleName>>,
    /// Everyone in the group.
    #[schemars(with = "String")]
    pub group: Option<Spanned<GroupName>>,
    /// The last day on which the exception counts, in UTC. Without it, it always counts.
    #[schemars(schema_with = "last_day")]
    pub until: Option<Spanned<String>>,
    /// Why there is an exception.
    #[schemars(with = "String")]
    pub reason: Option<Spanned<String>>,
}

/// Everyone, or some people.
#[derive(Clone, Debug)]
pub enum OfDocument {
    /// Every user.
    Everyone,
    /// A role, a role and its subordinates, a group.
    Principal(PrincipalDocument),
}

/// The only word that stands for people.
const EVERYONE: &str = "everyone";

impl<'de> Deserialize<'de> for OfDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;

        impl<'de> Visitor<'de> for Of {
            type Value = OfDocument;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`everyone` or a mapping")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<OfDocument, E> {
                if word == EVERYONE {
                    Ok(OfDocument::Everyone)
                } else {
                    Err(E::custom("expected `everyone` or a mapping"))
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OfDocument, A::Error> {
                let principal = PrincipalDocument::deserialize(MapAccessDeserializer::new(map))?;
                Ok(OfDocument::Principal(principal))
            }
        }

        deserializer.deserialize_any(Of)
    }
}

impl JsonSchema for OfDocument {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Of".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let principal = generator.subschema_for::<PrincipalDocument>();
        json_schema!({
            "description": "Everyone, or a role or a group.",
            "anyOf": [
                principal,
                { "enum": [EVERYONE], "enumDescriptions": ["Every user."] },
            ],
        })
    }
}
