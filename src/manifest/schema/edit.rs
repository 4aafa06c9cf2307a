//! Small changes to a schema: what a key may hold and what is said of it.

use serde_json::{Value, json};

pub(super) fn title(schema: &mut Value, title: &str, name: &str) {
    schema["title"] = json!(title);
    schema["$id"] = json!(format!("urn:rolecall:schema:{name}"));
}

pub(super) fn plural(label: &str) -> String {
    if let Some(stem) = label.strip_suffix('y') {
        format!("{stem}ies")
    } else {
        format!("{label}s")
    }
}

/// A closed choice of words, each with its description.
///
/// An `enum` with `enumDescriptions` and not a `oneOf` of constants: on a key, editors then show what the key is and
/// every choice with its words; of a `oneOf` they show the words of the chosen branch only.
pub(super) fn choices<'a, D: Into<String>>(words: impl Iterator<Item = (&'a str, D)>) -> Value {
    let (words, descriptions): (Vec<&str>, Vec<String>) = words
        .map(|(word, description)| (word, description.into()))
        .unzip();
    json!({ "enum": words, "enumDescriptions": descriptions })
}

pub(super) fn choices_or_null<'a, D: Into<String>>(words: impl Iterator<Item = (&'a str, D)>) -> Value {
    let mut schema = choices(words);
    push(&mut schema, "enum", Value::Null);
    push(&mut schema, "enumDescriptions", json!(EMPTY));
    schema
}

/// What an editor says of the choice of null.
pub(super) const EMPTY: &str = "Empty, on purpose.";

pub(super) fn push(schema: &mut Value, key: &str, value: Value) {
    if let Some(list) = schema.get_mut(key).and_then(Value::as_array_mut) {
        list.push(value);
    }
}

pub(super) fn describe(schema: &mut Value, pointer: &str, description: &str) {
    tell(schema, pointer, "description", description);
}

pub(super) fn tell(schema: &mut Value, pointer: &str, key: &str, words: &str) {
    if let Some(Value::Object(target)) = schema.pointer_mut(pointer) {
        target.insert(key.to_owned(), json!(words));
    }
}

/// Replaces what is at a pointer, keeping what the writer is told where the replacement says nothing.
pub(super) fn set(schema: &mut Value, pointer: &str, mut value: Value) {
    if let Some(target) = schema.pointer_mut(pointer) {
        for key in ["title", "description", "default", "examples"] {
            if let (Some(told), Value::Object(new)) = (target.get(key), &mut value) {
                new.entry(key).or_insert_with(|| told.clone());
            }
        }
        *target = value;
    }
}

pub(super) fn remove(schema: &mut Value, pointer: &str, key: &str) {
    if let Some(Value::Object(target)) = schema.pointer_mut(pointer) {
        target.remove(key);
    }
}

pub(super) fn keep_properties(schema: &mut Value, keep: impl Fn(&str) -> bool) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|key, _| keep(key));
    }
}

pub(super) fn keep_at(schema: &mut Value, pointer: &str, keep: impl Fn(&str) -> bool) {
    if let Some(target) = schema.pointer_mut(pointer) {
        keep_properties(target, keep);
    }
}
