//! The tree as the schema validator sees it, so that no second copy of a file is made.

use std::borrow::Cow;
use std::collections::HashSet;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node as JsonNode, NodeIdentity, Object};
use serde_json::{Number as SerdeNumber, Value as SerdeValue};

use super::{Key, Node, Span, Value};

/// The representation whose nodes are `&Node`.
pub(super) struct Tree;

impl Json for Tree {
    type Node<'a> = &'a Node;
    type PreparedKey = Box<str>;
    type StringBuffer = Scratch;

    // A lookup walks the entries, so one pass over all of them costs no more than two lookups.
    const KEYS_PER_LOOKUP: usize = 16;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(buffer: &mut Scratch, string: &str, f: impl FnOnce(&Node) -> T) -> T {
        buffer.0.value = Value::Text(string.into());
        f(&buffer.0)
    }
}

/// A text node for a property name under validation.
pub(super) struct Scratch(Node);

impl Default for Scratch {
    fn default() -> Self {
        Scratch(Node {
            span: Span::NOWHERE,
            value: Value::Null,
        })
    }
}

/// A number of the tree.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Integer(i64),
    Float(f64),
}

impl JsonNumber for Number {
    fn as_u64(&self) -> Option<u64> {
        match self {
            Number::Integer(number) => u64::try_from(*number).ok(),
            Number::Float(_) => None,
        }
    }

    fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Integer(number) => Some(*number),
            Number::Float(_) => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match self {
            Number::Integer(number) => Some(*number as f64),
            Number::Float(number) => Some(*number),
        }
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_number().to_string())
    }

    fn to_number(&self) -> Cow<'_, SerdeNumber> {
        Cow::Owned(match self {
            Number::Integer(number) => SerdeNumber::from(*number),
            // Floats of the tree are finite, so the fallback is never taken.
            Number::Float(number) => SerdeNumber::from_f64(*number).unwrap_or_else(|| SerdeNumber::from(0)),
        })
    }

    /// Stricter than JSON Schema, which takes `1.0` for an integer: decoding into one would fail on it.
    fn is_integer(&self) -> bool {
        matches!(self, Number::Integer(_))
    }

    fn is_written_as_integer(&self) -> bool {
        self.is_integer()
    }
}

impl<'a> JsonNode<'a, Tree> for &'a Node {
    type Object = &'a [(Key, Node)];
    type Array = &'a [Node];
    type Number = Number;

    fn as_object(&self) -> Option<&'a [(Key, Node)]> {
        if let Value::Map(entries) = &self.value {
            Some(entries)
        } else {
            None
        }
    }

    fn as_array(&self) -> Option<&'a [Node]> {
        if let Value::List(items) = &self.value {
            Some(items)
        } else {
            None
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        if let Value::Text(text) = &self.value {
            Some(Cow::Borrowed(text))
        } else {
            None
        }
    }

    fn as_number(&self) -> Option<Number> {
        match &self.value {
            Value::Integer(number) => Some(Number::Integer(*number)),
            Value::Float(number) => Some(Number::Float(*number)),
            Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        if let Value::Bool(value) = self.value {
            Some(value)
        } else {
            None
        }
    }

    fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    fn json_type(&self) -> JsonType {
        match &self.value {
            Value::Null => JsonType::Null,
            Value::Bool(_) => JsonType::Boolean,
            Value::Integer(_) | Value::Float(_) => JsonType::Number,
            Value::Text(_) => JsonType::String,
            Value::List(_) => JsonType::Array,
            Value::Map(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &SerdeValue) -> bool {
        // Nearly every enum is one of names; the rest may take the long way.
        match (&self.value, expected) {
            (Value::Text(text), SerdeValue::String(expected)) => **text == **expected,
            (Value::Text(_), _) | (_, SerdeValue::String(_)) => false,
            (_, _) => jsonschema::json::cmp::equal(&to_json(self), expected),
        }
    }

    /// What an error carries: a copy of a scalar, which is how a bad property name is known, and null for the rest.
    /// Errors find their value in the tree by its path; copies of whole files would cost more than everything else.
    fn to_value(&self) -> Cow<'a, SerdeValue> {
        Cow::Owned(match &self.value {
            Value::List(_) | Value::Map(_) => SerdeValue::Null,
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => {
                to_json(self)
            }
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<Node>(self) as usize))
    }
}

impl<'a> Object<'a, Tree> for &'a [(Key, Node)] {
    type Node = &'a Node;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        <[(Key, Node)]>::len(self)
    }

    fn get(&self, key: &Box<str>) -> Option<&'a Node> {
        self.iter()
            .find(|(each, _)| each.text == *key)
            .map(|(_, node)| node)
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

/// The entries of a mapping.
pub(super) struct Members<'a>(std::slice::Iter<'a, (Key, Node)>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Node);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, node)| (&*key.text, node))
    }
}

impl<'a> Array<'a, Tree> for &'a [Node] {
    type Node = &'a Node;
    type ElementsIter = std::slice::Iter<'a, Node>;

    fn len(&self) -> usize {
        <[Node]>::len(self)
    }

    fn elements(&self) -> std::slice::Iter<'a, Node> {
        self.iter()
    }

    fn is_unique(&self) -> bool {
        let Some(texts) = self.iter().map(Node::text).collect::<Option<Vec<_>>>() else {
            let values: Vec<SerdeValue> = self.iter().map(to_json).collect();
            return jsonschema::json::unique::is_unique(&values);
        };
        if texts.len() <= PAIRWISE {
            return texts
                .iter()
                .enumerate()
                .all(|(index, text)| !texts[..index].contains(text));
        }
        let mut seen = HashSet::with_capacity(texts.len());
        texts.into_iter().all(|text| seen.insert(text))
    }
}

/// Lists up to this size are searched for equal items pair by pair.
const PAIRWISE: usize = 12;

/// A full copy of a value.
pub(super) fn to_json(node: &Node) -> SerdeValue {
    match &node.value {
        Value::Null => SerdeValue::Null,
        Value::Bool(value) => SerdeValue::Bool(*value),
        Value::Integer(number) => SerdeValue::from(*number),
        Value::Float(number) => SerdeValue::from(*number),
        Value::Text(text) => SerdeValue::String(text.to_string()),
        Value::List(items) => SerdeValue::Array(items.iter().map(to_json).collect()),
        Value::Map(entries) => SerdeValue::Object(
            entries
                .iter()
                .map(|(key, node)| (key.text.to_string(), to_json(node)))
                .collect(),
        ),
    }
}
