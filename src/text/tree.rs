//! The spanned tree that a YAML document becomes.

use super::Span;

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The written value; of an alias, the alias.
    pub span: Span,
    /// What is written there.
    pub value: Value,
}

/// What YAML can say. A float is always finite; an integer that does not fit stays text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// Everything else that is one word or many.
    Text(Box<str>),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order of the file, each key once.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key as text, also where it looks like a number.
    pub text: Box<str>,
    /// Where the key is written.
    pub span: Span,
}

impl Node {
    /// The value under `key`; none when this is no mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, node)| node)
    }

    /// The key as written and its value; none when this is no mapping.
    pub fn entry(&self, key: &str) -> Option<&(Key, Node)> {
        self.entries().iter().find(|(each, _)| *each.text == *key)
    }

    /// The entries of a mapping; empty for everything else.
    pub fn entries(&self) -> &[(Key, Node)] {
        if let Value::Map(entries) = &self.value {
            entries
        } else {
            &[]
        }
    }

    /// The items of a list; empty for everything else.
    pub fn items(&self) -> &[Node] {
        if let Value::List(items) = &self.value {
            items
        } else {
            &[]
        }
    }

    /// The text, if this is text.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value {
            Some(text)
        } else {
            None
        }
    }

    /// The node at a path of keys and item numbers (from 0), as in a JSON pointer.
    pub fn at<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Option<&Node> {
        path.into_iter()
            .try_fold(self, |node, segment| match &node.value {
                Value::Map(_) => node.get(segment),
                Value::List(items) => items.get(segment.parse::<usize>().ok()?),
                Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => None,
            })
    }

    /// What this is, in the words of someone who writes YAML: `a list`, `text`.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(true) => "`true`",
            Value::Bool(false) => "`false`",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The child by its number in the file; what paths of the parser and of pruning are made of.
    pub(super) fn child(&self, index: u32) -> Option<&Node> {
        let index = index as usize;
        match &self.value {
            Value::Map(entries) => entries.get(index).map(|(_, node)| node),
            Value::List(items) => items.get(index),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Diagnostics, SourceId, parse};

    #[test]
    fn paths_lead_through_mappings_and_lists() {
        let tree = parse(SourceId::NOWHERE, "a: [x, {b: y}]", &mut Diagnostics::default());
        let found = tree
            .as_ref()
            .and_then(|tree| tree.at(["a", "1", "b"]))
            .and_then(|node| node.text());
        assert_eq!(found, Some("y"));
        assert!(tree.is_some_and(|tree| tree.at(["a", "x"]).is_none()));
    }
}
