//! Mappings that keep the order of the file and the places of their keys.

use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::Spanned;

/// A mapping from names to `V` in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyed<V>(pub Vec<Entry<V>>);

/// One entry of a [`Keyed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<V> {
    /// The key, with its place.
    pub key: Spanned<String>,
    /// What stands under it.
    pub value: V,
}

impl<V> Default for Keyed<V> {
    fn default() -> Self {
        Keyed(Vec::new())
    }
}

impl<V> Keyed<V> {
    /// The entries in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry<V>> {
        self.0.iter()
    }

    /// The value under `key`, found by looking at one entry after the other.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.0
            .iter()
            .find(|entry| entry.key.value == key)
            .map(|entry| &entry.value)
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V> IntoIterator for Keyed<V> {
    type Item = Entry<V>;
    type IntoIter = std::vec::IntoIter<Entry<V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, V> IntoIterator for &'a Keyed<V> {
    type Item = &'a Entry<V>;
    type IntoIter = std::slice::Iter<'a, Entry<V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// Collects entries that no file says.
impl<V> FromIterator<(String, V)> for Keyed<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(entries: I) -> Self {
        Keyed(
            entries
                .into_iter()
                .map(|(key, value)| Entry {
                    key: Spanned::unmarked(key),
                    value,
                })
                .collect(),
        )
    }
}

impl<V: Serialize> Serialize for Keyed<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|entry| (&entry.key.value, &entry.value)))
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Keyed<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeyedVisitor(PhantomData))
    }
}

struct KeyedVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for KeyedVisitor<V> {
    type Value = Keyed<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keyed<V>, A::Error> {
        // The hint comes from whoever wrote the text in other formats, so it is not trusted far.
        let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0).min(1 << 16));
        while let Some((key, value)) = map.next_entry()? {
            entries.push(Entry { key, value });
        }
        Ok(Keyed(entries))
    }
}

impl<V: JsonSchema> JsonSchema for Keyed<V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Keyed_{}", V::schema_name()).into()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        format!("Keyed<{}>", V::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<V>() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_survives_and_the_schema_is_that_of_the_values() {
        let text = r#"{"b":1,"a":2}"#;
        let keyed: Keyed<u8> = serde_json::from_str(text).unwrap_or_default();
        assert_eq!(serde_json::to_string(&keyed).ok().as_deref(), Some(text));
        assert_eq!(keyed.get("a"), Some(&2));

        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "only its schema matters")]
        struct Record {
            /// What they hold.
            map: Keyed<bool>,
        }
        let schema = schemars::schema_for!(Record).to_value();
        let expected = serde_json::json!({
            "type": "object", "description": "What they hold.", "additionalProperties": { "type": "boolean" }
        });
        assert_eq!(schema.pointer("/properties/map"), Some(&expected));
    }
}
