//! A spanned tree into typed values: a serde deserializer.
//!
//! [`Spanned`](super::Spanned), [`Field`](super::Field) and [`Keyed`](super::Keyed) get their places here. Inside
//! `flatten`, `untagged` and internally tagged enums serde buffers the values, and the places are lost.

use std::fmt::Display;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{Key, Node, Span, Value, spanned::MARK};

/// Why a tree is no `T`, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    /// The value or key that does not fit; [`Span::NOWHERE`] only before it is known.
    pub span: Span,
    /// What does not fit.
    pub message: String,
}

impl de::Error for DecodeError {
    fn custom<T: Display>(message: T) -> Self {
        DecodeError {
            span: Span::NOWHERE,
            message: message.to_string(),
        }
    }
}

impl DecodeError {
    /// Gives an error that has no place yet this one: the innermost wins.
    fn or_at(mut self, span: Span) -> Self {
        if self.span.is_nowhere() {
            self.span = span;
        }
        self
    }
}

/// Decodes a tree. Whole numbers also decode into text fields, as their digits; nothing else is converted.
pub fn decode<T: DeserializeOwned>(node: &Node) -> Result<T, DecodeError> {
    T::deserialize(Decoder(node))
}

#[derive(Clone, Copy)]
struct Decoder<'a>(&'a Node);

impl Decoder<'_> {
    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.0.value {
            Value::Text(text) => visitor.visit_str(text),
            Value::Integer(number) => visitor.visit_string(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => Err(
                de::Error::custom(format_args!("expected text, found {}", self.0.kind())),
            ),
        }
        .map_err(|error: DecodeError| error.or_at(self.0.span))
    }
}

impl<'de> de::Deserializer<'de> for Decoder<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Text(text) => visitor.visit_str(text),
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(entries) => visitor.visit_map(Entries {
                rest: entries.iter(),
                value: None,
            }),
        }
        .map_err(|error: DecodeError| error.or_at(self.0.span))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.text(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.text(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let is_null = matches!(self.0.value, Value::Null);
        let decoded = if is_null {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        };
        decoded.map_err(|error: DecodeError| error.or_at(self.0.span))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == MARK {
            return visitor.visit_seq(Marked {
                span: self.0.span,
                step: 0,
                content: self,
            });
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match &self.0.value {
            Value::Text(text) => visitor.visit_enum(de::value::StrDeserializer::new(text)),
            Value::Map(entries) => match entries.as_slice() {
                [(key, node)] => visitor.visit_enum(Variant { key, node }),
                _ => Err(de::Error::custom("expected a mapping with one key")),
            },
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) => {
                Err(de::Error::custom(format_args!(
                    "expected text or a mapping with one key, found {}",
                    self.0.kind()
                )))
            }
        }
        .map_err(|error: DecodeError| error.or_at(self.0.span))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct
    }
}

/// Three numbers of a span, then the value: what [`MARK`] asks for.
struct Marked<D> {
    span: Span,
    step: u8,
    content: D,
}

impl<'de, D: de::Deserializer<'de, Error = DecodeError> + Copy> SeqAccess<'de> for Marked<D> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        self.step += 1;
        let number = match self.step {
            1 => self.span.source.raw(),
            2 => self.span.start,
            3 => self.span.end,
            _ => {
                return seed
                    .deserialize(self.content)
                    .map(Some)
                    .map_err(|error| error.or_at(self.span));
            }
        };
        seed.deserialize(number.into_deserializer()).map(Some)
    }
}

struct Items<'a>(std::slice::Iter<'a, Node>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        self.0
            .next()
            .map(|node| {
                seed.deserialize(Decoder(node))
                    .map_err(|error| error.or_at(node.span))
            })
            .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries<'a> {
    rest: std::slice::Iter<'a, (Key, Node)>,
    value: Option<&'a Node>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some((key, node)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(node);
        seed.deserialize(KeyDecoder(key))
            .map(Some)
            .map_err(|error| error.or_at(key.span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let node = self
            .value
            .take()
            .ok_or_else(|| de::Error::custom("a value without its key"))?;
        seed.deserialize(Decoder(node))
            .map_err(|error| error.or_at(node.span))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

#[derive(Clone, Copy)]
struct KeyDecoder<'a>(&'a Key);

macro_rules! numeric_keys {
    ($($method:ident $type:ty, $visit:ident;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            match self.0.text.parse::<$type>() {
                Ok(number) => visitor.$visit(number),
                Err(_) => visitor.visit_str(&self.0.text),
            }
        }
    )*};
}

impl<'de> de::Deserializer<'de> for KeyDecoder<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str(&self.0.text)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == MARK {
            return visitor.visit_seq(Marked {
                span: self.0.span,
                step: 0,
                content: self,
            });
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(de::value::StrDeserializer::new(&self.0.text))
    }

    numeric_keys! {
        deserialize_i8 i64, visit_i64; deserialize_i16 i64, visit_i64; deserialize_i32 i64, visit_i64;
        deserialize_i64 i64, visit_i64; deserialize_u8 u64, visit_u64; deserialize_u16 u64, visit_u64;
        deserialize_u32 u64, visit_u64; deserialize_u64 u64, visit_u64;
    }

    forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// `variant: content`, the only entry of a mapping.
struct Variant<'a> {
    key: &'a Key,
    node: &'a Node,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = DecodeError;
    type Variant = Decoder<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Decoder<'a>), DecodeError> {
        let variant = seed
            .deserialize(KeyDecoder(self.key))
            .map_err(|error| error.or_at(self.key.span))?;
        Ok((variant, Decoder(self.node)))
    }
}

impl<'de> VariantAccess<'de> for Decoder<'_> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        if matches!(self.0.value, Value::Null) {
            return Ok(());
        }
        let message = format!("expected nothing, found {}", self.0.kind());
        Err(DecodeError {
            span: self.0.span,
            message,
        })
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DecodeError> {
        seed.deserialize(self).map_err(|error| error.or_at(self.0.span))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, DecodeError> {
        de::Deserializer::deserialize_any(self, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        de::Deserializer::deserialize_any(self, visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::super::{Diagnostics, Field, Keyed, SourceId, Spanned, parse};
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Target {
        All,
        User(Spanned<String>),
        Pair { a: u8, b: u8 },
    }

    #[derive(Debug, Deserialize)]
    struct Group {
        name: Spanned<String>,
        number: Option<String>,
        #[serde(default)]
        description: Field<String>,
        #[serde(default)]
        parent: Field<String>,
        #[serde(default)]
        members: Keyed<Vec<Target>>,
        #[serde(default)]
        levels: BTreeMap<u32, bool>,
    }

    fn read<T: DeserializeOwned>(text: &str) -> Result<T, (String, String)> {
        let tree = parse(SourceId::from_raw(0), text, &mut Diagnostics::default());
        let tree = tree.unwrap_or(Node {
            span: Span::NOWHERE,
            value: Value::Null,
        });
        decode(&tree).map_err(|error| {
            (
                error.message,
                text.get(error.span.start as usize..error.span.end as usize)
                    .unwrap_or("")
                    .to_owned(),
            )
        })
    }

    #[test]
    fn values_arrive_with_their_places() {
        let text = "name: Team A\nnumber: 100\ndescription: ~\nmembers:\n  x: [all, user: anna]\n  y: [pair: {a: 1, b: 2}]\nlevels: {1: true}\n";
        let group: Group = read(text).unwrap_or_else(|error| panic!("{error:?}"));
        let at = |span: Span| &text[span.start as usize..span.end as usize];
        assert_eq!((&*group.name.value, at(group.name.span)), ("Team A", "Team A"));
        assert_eq!(group.number.as_deref(), Some("100"));
        assert!(matches!(group.description, Field::Null(span) if at(span) == "~"));
        assert!(group.parent.is_absent());
        let keys: Vec<_> = group
            .members
            .iter()
            .map(|entry| (&*entry.key.value, at(entry.key.span)))
            .collect();
        assert_eq!(keys, [("x", "x"), ("y", "y")]);
        let user = Target::User(Spanned::unmarked("anna".into()));
        assert_eq!(group.members.get("x"), Some(&vec![Target::All, user]));
        assert_eq!(group.members.get("y"), Some(&vec![Target::Pair { a: 1, b: 2 }]));
        assert_eq!(group.levels.get(&1), Some(&true));
    }

    #[test]
    fn errors_name_the_innermost_place() {
        let cases = [
            ("name: true", "expected text, found `true`", "true"),
            ("name: 1.5", "expected text, found a number", "1.5"),
            ("name: [a]", "expected text, found a list", "[a]"),
            (
                "name: a\nmembers: {x: [al]}",
                "unknown variant `al`, expected one of `all`, `user`, `pair`",
                "al",
            ),
            (
                "name: a\nmembers: {x: [pair: {a: 300, b: 1}]}",
                "invalid value: integer `300`, expected u8",
                "300",
            ),
            ("number: 1", "missing field `name`", "number: 1"),
        ];
        for (text, message, place) in cases {
            assert_eq!(
                read::<Group>(text).err(),
                Some((message.into(), place.into())),
                "{text}"
            );
        }
    }
}
