//! The shape of `guards:` in `policy.yaml`. Doc comments here become the hover texts of editors.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::MapAccessDeserializer;
use serde::de::{IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::model::UserName;
use crate::text::Spanned;

/// What no plan may take away, whatever the manifests say. `plan` and `apply` judge the whole plan by it; the way out is
/// `--allow GUARD`. What is left out here is as usual.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GuardsDocument {
    /// How many objects of one kind a plan may delete. Usually 30 percent of a kind that has 10 objects or more. `false`
    /// turns the guard off.
    #[schemars(with = "Switched<LimitsDocument>", example = &json!({ "share": 30, "from": 10 }))]
    pub deletions: Option<Switched<LimitsDocument>>,
    /// How many members a plan may take out of groups, all groups together; each user, role or group that a group
    /// lists is one. Usually 30 percent where there are 10 or more. `false` turns the guard off.
    #[schemars(with = "Switched<LimitsDocument>", example = &json!({ "share": 30, "from": 10 }))]
    pub members_lost: Option<Switched<LimitsDocument>>,
    /// How many effective administrators who can log in must remain after a plan that takes any away. Usually 1. `false`
    /// turns the guard off.
    #[schemars(with = "Switched<NonZeroU32>")]
    pub minimum_administrators: Option<Switched<NonZeroU32>>,
    /// Users whom no plan may make cease to be effective administrators, by login name.
    #[schemars(with = "Vec<UserName>", example = &json!(["admin"]))]
    pub required_administrators: Option<Vec<Spanned<UserName>>>,
    /// What no plan may delete, rename or change, by name. In a name, `*` stands for any characters and `?` for one.
    #[schemars(with = "ProtectedDocument")]
    pub protected: Option<ProtectedDocument>,
}

/// How many a plan may take away. Each limit counts by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsDocument {
    /// The share that may go, in percent. 100 is no limit.
    #[schemars(with = "u32", range(max = 100), extend("default" = 30))]
    pub share: Option<u32>,
    /// From how many on the share counts: of fewer, any share may go.
    #[schemars(with = "u32", extend("default" = 10))]
    pub from: Option<u32>,
    /// How many may go at most, however many there are. Without it, only the share counts.
    #[schemars(with = "u32")]
    pub number: Option<u32>,
}

/// What is protected, by kind. In a name, `*` stands for any characters and `?` for one.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProtectedDocument {
    /// Groups that are not deleted, renamed or changed; their members included.
    #[schemars(with = "Vec<String>", example = &json!(["Board*"]))]
    pub groups: Option<Vec<Spanned<String>>>,
    /// Roles that are not deleted, renamed or changed. Who has them is not protected.
    #[schemars(with = "Vec<String>")]
    pub roles: Option<Vec<Spanned<String>>>,
    /// Profiles that are not deleted, renamed or changed.
    #[schemars(with = "Vec<String>")]
    pub profiles: Option<Vec<Spanned<String>>>,
    /// Users who keep their role, by login name.
    #[schemars(with = "Vec<String>", example = &json!(["admin"]))]
    pub users: Option<Vec<Spanned<String>>>,
    /// Modules whose default stays as it is.
    #[schemars(with = "Vec<String>", example = &json!(["Invoice"]))]
    pub defaults: Option<Vec<Spanned<String>>>,
    /// Modules whose sharing rules stay as they are: none is added, changed or deleted.
    #[schemars(with = "Vec<String>", example = &json!(["Invoice"]))]
    pub rules: Option<Vec<Spanned<String>>>,
}

/// A setting, or whether it holds at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switched<T> {
    /// `true`: as usual.
    On,
    /// `false`.
    Off,
    /// As it says.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Switched<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Setting<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Setting<T> {
            type Value = Switched<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a setting, `true` or `false`")
            }

            fn visit_bool<E: serde::de::Error>(self, on: bool) -> Result<Switched<T>, E> {
                Ok(if on { Switched::On } else { Switched::Off })
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Switched<T>, E> {
                T::deserialize(number.into_deserializer()).map(Switched::Set)
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Switched<T>, E> {
                T::deserialize(number.into_deserializer()).map(Switched::Set)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Switched<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Switched::Set)
            }
        }

        deserializer.deserialize_any(Setting(PhantomData))
    }
}

// Both types side by side and not as branches: of branches, editors show neither the words nor the mistakes well.
impl<T: JsonSchema> JsonSchema for Switched<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Switched_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        if let Some(kind) = schema.remove("type") {
            schema.insert("type".to_owned(), json!([kind, "boolean"]));
        }
        schema
    }
}
