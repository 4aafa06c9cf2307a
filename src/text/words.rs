//! The wording of what does not fit a schema.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value as Json;

use super::choice::{allowed_keys, parent_of};
use super::{Node, Value};

/// Allowed values or keys are listed up to this many.
pub(super) const LISTED: usize = 8;

/// The rest of a sentence that starts with what is wrong.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the rest never comes from schemas of ours, and its name will do"
)]
pub(super) fn complaint(document: &Json, error: &ValidationError<'_>) -> String {
    let schema = parent_of(document, error.schema_path().as_str());
    match error.kind() {
        Kind::MinLength { limit: 1 } => "must not be empty".into(),
        Kind::MinLength { limit } => format!("is shorter than {limit} characters"),
        Kind::MaxLength { limit } => format!("is longer than {}", count(*limit, "character")),
        Kind::Pattern { pattern } => match schema
            .and_then(|schema| schema.get("x-expected"))
            .and_then(Json::as_str)
        {
            Some(expected) => format!("is not {expected}"),
            None => format!("does not match the pattern `{pattern}`"),
        },
        Kind::Minimum { limit } => format!("is less than {limit}"),
        Kind::Maximum { limit } => format!("is more than {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("is no multiple of {multiple_of}"),
        Kind::MinItems { limit: 1 } => "must not be empty".into(),
        Kind::MinItems { limit } => format!("needs at least {limit} items"),
        Kind::MaxItems { limit } => format!("has more than {}", count(*limit, "item")),
        Kind::MinProperties { limit } | Kind::MaxProperties { limit } => {
            let keys = holder_of(document, error.schema_path().as_str())
                .map(|holder| allowed_keys(document, holder))
                .unwrap_or_default();
            let one = schema.is_some_and(|schema| schema.get("maxProperties") == Some(&Json::from(1)));
            let bound = match error.kind() {
                Kind::MinProperties { .. } if !one => "at least",
                Kind::MaxProperties { .. } if !one => "at most",
                _ => "exactly",
            };
            let few = (1..=LISTED).contains(&keys.len());
            let of = if few {
                format!(" of {}", list(keys.iter().map(|key| quote(key))))
            } else {
                String::new()
            };
            format!("must have {bound} {}{of}", count(*limit, "key"))
        }
        Kind::Enum { .. } | Kind::Constant { .. } | Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            "is not an allowed value".into()
        }
        Kind::OneOfMultipleValid { .. } => "fits more than one of the allowed forms".into(),
        Kind::FalseSchema | Kind::Not { .. } => "is not allowed here".into(),
        Kind::UniqueItems => "holds an item twice".into(),
        Kind::Contains => "lacks a required item".into(),
        Kind::Format { format } => format!("is no valid {format}"),
        Kind::UnevaluatedItems { .. } => "has too many items".into(),
        kind => format!("does not satisfy `{}`", kind.keyword()),
    }
}

/// The schema that a keyword is about: the one it stands in, or the one whose `allOf` that is.
fn holder_of<'a>(document: &'a Json, pointer: &str) -> Option<&'a Json> {
    let (schema, _) = pointer.rsplit_once('/')?;
    let holder = schema
        .rsplit_once('/')
        .and_then(|(list, _)| list.strip_suffix("/allOf"));
    document.pointer(holder.unwrap_or(schema))
}

pub(super) fn expected_types(kind: &TypeKind) -> Vec<&'static str> {
    let name = |each: JsonType| match each {
        JsonType::String => "text",
        JsonType::Number => "a number",
        JsonType::Integer => "a whole number",
        JsonType::Boolean => "true or false",
        JsonType::Array => "a list",
        JsonType::Object => "a mapping",
        JsonType::Null => "nothing",
    };
    let mut names = match kind {
        TypeKind::Single(each) => vec![name(*each)],
        TypeKind::Multiple(set) => set.iter().map(name).collect(),
    };
    if names.len() > 1 {
        names.retain(|name| *name != "nothing");
    }
    names
}

pub(super) fn any_of(names: &[&str]) -> String {
    match names {
        [] => "something else".into(),
        [one] => (*one).into(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

pub(super) fn list(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn count(number: u64, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// A word in backticks, cut where it is long and in one line.
pub(super) fn quote(word: &str) -> String {
    let mut short: String = word
        .chars()
        .take(60)
        .map(|each| if each.is_control() { ' ' } else { each })
        .collect();
    if short.len() < word.len() {
        short.push_str("...");
    }
    format!("`{short}`")
}

pub(super) fn quote_node(node: &Node) -> String {
    match &node.value {
        Value::Text(text) if text.is_empty() => "the text".into(),
        Value::Text(text) => quote(text),
        Value::Integer(number) => format!("`{number}`"),
        Value::Float(number) => format!("`{number}`"),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => node.kind().into(),
    }
}
