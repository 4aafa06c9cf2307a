//! Values that remember where they were written.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{SourceId, Span};

/// The name by which [`Spanned`] asks the decoder for its place. Other formats take it for a plain newtype, and the
/// value comes without a place.
pub(super) const MARK: &str = "$rolecall::text::Spanned";

/// A value and where it was written. Compares, hashes and serializes as the value alone.
#[derive(Clone, Copy, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written; [`Span::NOWHERE`] when no file says it.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub const fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }

    /// A value that no file says.
    pub const fn unmarked(value: T) -> Self {
        Spanned {
            value,
            span: Span::NOWHERE,
        }
    }

    /// Another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: change(self.value),
            span: self.span,
        }
    }

    /// The value by reference, at the same place.
    pub const fn as_ref(&self) -> Spanned<&T> {
        Spanned {
            value: &self.value,
            span: self.span,
        }
    }
}

impl Default for Span {
    fn default() -> Self {
        Span::NOWHERE
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> From<T> for Spanned<T> {
    fn from(value: T) -> Self {
        Spanned::unmarked(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: PartialOrd> PartialOrd for Spanned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Spanned<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: Hash> Hash for Spanned<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T: Serialize> Serialize for Spanned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(MARK, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Spanned<T>, D::Error> {
        T::deserialize(deserializer).map(Spanned::unmarked)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Spanned<T>, A::Error> {
        let mut number = || {
            parts
                .next_element::<u32>()?
                .ok_or_else(|| A::Error::custom("a place has three numbers"))
        };
        let span = Span::new(SourceId::from_raw(number()?), number()?, number()?);
        let value = parts
            .next_element()?
            .ok_or_else(|| A::Error::custom("a place without a value"))?;
        Ok(Spanned { value, span })
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A key that may be left out, be null, or have a value: three things that mean three things in a manifest. Use with
/// `#[serde(default, skip_serializing_if = "Field::is_absent")]`. Compares without regard to places.
#[derive(Clone, Copy, Debug, Default)]
pub enum Field<T> {
    /// The key is not there.
    #[default]
    Absent,
    /// The key is there and its value is null or empty.
    Null(Span),
    /// The key has this value.
    Set(Spanned<T>),
}

impl<T> Field<T> {
    /// A value that no file says.
    pub const fn unmarked(value: T) -> Self {
        Field::Set(Spanned::unmarked(value))
    }

    /// Whether the key is not there.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Field::Absent)
    }

    /// The value, if there is one.
    pub const fn as_option(&self) -> Option<&Spanned<T>> {
        match self {
            Field::Set(value) => Some(value),
            Field::Absent | Field::Null(_) => None,
        }
    }

    /// The value, if there is one.
    pub fn into_option(self) -> Option<Spanned<T>> {
        match self {
            Field::Set(value) => Some(value),
            Field::Absent | Field::Null(_) => None,
        }
    }

    /// Where the value or the null is written; none when the key is not there.
    pub const fn span(&self) -> Option<Span> {
        match self {
            Field::Absent => None,
            Field::Null(span) => Some(*span),
            Field::Set(value) => Some(value.span),
        }
    }
}

impl<T: PartialEq> PartialEq for Field<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Field::Absent, Field::Absent) | (Field::Null(_), Field::Null(_)) => true,
            (Field::Set(ours), Field::Set(theirs)) => ours == theirs,
            (Field::Absent | Field::Null(_) | Field::Set(_), _) => false,
        }
    }
}

impl<T: Eq> Eq for Field<T> {}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Field::Absent | Field::Null(_) => serializer.serialize_none(),
            Field::Set(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, span } = Spanned::<Option<T>>::deserialize(deserializer)?;
        Ok(value.map_or(Field::Null(span), |value| Field::Set(Spanned { value, span })))
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        <Option<T>>::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        <Option<T>>::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        <Option<T>>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
    #[serde(default)]
    struct Record {
        name: Spanned<String>,
        #[serde(skip_serializing_if = "Field::is_absent")]
        note: Field<String>,
        #[serde(skip_serializing_if = "Field::is_absent")]
        gone: Field<u8>,
    }

    #[test]
    fn other_formats_read_and_write_the_bare_value() {
        let text = r#"{"name":"a","note":null}"#;
        let record: Record = serde_json::from_str(text).unwrap_or_default();
        assert_eq!(
            record,
            Record {
                name: Spanned::unmarked("a".into()),
                note: Field::Null(Span::NOWHERE),
                gone: Field::Absent
            }
        );
        assert_eq!(serde_json::to_string(&record).ok().as_deref(), Some(text));
    }

    #[test]
    fn schemas_are_those_of_the_value() {
        let schema = schemars::schema_for!(Record).to_value();
        assert_eq!(
            schema.pointer("/properties/name/type"),
            Some(&serde_json::json!("string"))
        );
        assert_eq!(
            schema.pointer("/properties/note/type"),
            Some(&serde_json::json!(["string", "null"]))
        );
    }
}
