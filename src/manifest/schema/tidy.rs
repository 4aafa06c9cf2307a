//! Making a generated schema plain: for editors, and for people who read it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Gives every definition a title in plain words, which editors show where they would show its Rust name.
pub(super) fn title_definitions(schema: &mut Value) {
    let Some(Value::Object(definitions)) = schema.get_mut("$defs") else {
        return;
    };
    for (name, definition) in definitions {
        let name = name
            .strip_suffix("Document")
            .or_else(|| name.strip_suffix("Kind"))
            .unwrap_or(name);
        let mut title = String::new();
        for (index, letter) in name.char_indices() {
            if index > 0 && letter.is_uppercase() {
                title.push(' ');
                title.extend(letter.to_lowercase());
            } else {
                title.push(letter);
            }
        }
        definition["title"] = json!(title);
    }
}

/// Makes a generated schema plain: a choice of words, or of words and null, is one `enum`, and a description has
/// line breaks only between paragraphs, because editors take every one for a new paragraph. A default that says nothing
/// goes, because editors write it down.
pub(super) fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            for (keyword, value) in map.iter_mut() {
                // The keys of these are names and not keywords, whatever they look like.
                let holds_names = matches!(keyword.as_str(), "properties" | "$defs");
                if let (true, Value::Object(named)) = (holds_names, &mut *value) {
                    named.values_mut().for_each(tidy);
                } else {
                    tidy(value);
                }
            }
            if let Some(Value::String(description)) = map.get_mut("description") {
                let paragraphs = description.split("\n\n");
                let paragraphs: Vec<String> = paragraphs.map(|text| text.replace('\n', " ")).collect();
                *description = paragraphs.join("\n\n");
            }
            let says_nothing = |default: &Value| match default {
                Value::Null | Value::Object(_) => true,
                Value::Array(items) => items.is_empty(),
                Value::String(text) => text.is_empty(),
                Value::Bool(_) | Value::Number(_) => false,
            };
            if map.get("default").is_some_and(says_nothing) {
                map.remove("default");
            }
            let words = map.get("oneOf").and_then(constants);
            let words_or_null = map.get("anyOf").and_then(or_null).and_then(|choice| {
                let words = choice.get("enum")?.as_array()?.iter().cloned();
                let descriptions = choice.get("enumDescriptions")?.as_array()?.iter().cloned();
                Some(
                    words
                        .chain([Value::Null])
                        .zip(descriptions.chain([json!("No value.")]))
                        .unzip(),
                )
            });
            if let Some((words, descriptions)) = words.or(words_or_null) {
                map.remove("oneOf");
                map.remove("anyOf");
                map.insert("enum".to_owned(), Value::Array(words));
                map.insert("enumDescriptions".to_owned(), Value::Array(descriptions));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The words of a `oneOf` of nothing but constants, and their descriptions.
fn constants(branches: &Value) -> Option<(Vec<Value>, Vec<Value>)> {
    let describe = |branch: &Value| Some((branch.get("const")?.clone(), branch.get("description")?.clone()));
    branches.as_array()?.iter().map(describe).collect()
}

/// The other branch of an `anyOf` of something and null.
fn or_null(branches: &Value) -> Option<&Value> {
    match &branches.as_array()?[..] {
        [other, null] if null["type"] == "null" => Some(other),
        _ => None,
    }
}

/// The definitions that every reference to allows null instead.
pub(super) fn nullable_definitions(schema: &Value) -> BTreeSet<String> {
    fn collect(
        schema: &Value,
        may_be_null: bool,
        nullable: &mut BTreeSet<String>,
        not: &mut BTreeSet<String>,
    ) {
        match schema {
            Value::Object(map) => {
                if let Some(Value::String(target)) = map.get("$ref") {
                    let list = if may_be_null { &mut *nullable } else { &mut *not };
                    list.insert(target.clone());
                }
                let nullable_branch = map.get("anyOf").and_then(or_null);
                for (key, value) in map {
                    match nullable_branch {
                        Some(branch) if key == "anyOf" => collect(branch, true, nullable, not),
                        _ => collect(value, false, nullable, not),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, false, nullable, not)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let (mut nullable, mut not) = (BTreeSet::new(), BTreeSet::new());
    collect(schema, false, &mut nullable, &mut not);
    nullable.retain(|target| {
        let definition = target
            .strip_prefix('#')
            .and_then(|pointer| schema.pointer(pointer));
        !not.contains(target) && definition.is_some_and(|definition| definition["type"] == "object")
    });
    nullable
}

/// Moves null from the references into these definitions. Editors explain a key by its own words only when it has no
/// branches, and begin a mapping on a new line only when it is nothing but a mapping.
pub(super) fn allow_null(schema: &mut Value, nullable: &BTreeSet<String>) {
    fn refer(schema: &mut Value, nullable: &BTreeSet<String>) {
        match schema {
            Value::Object(map) => {
                let target = map
                    .get("anyOf")
                    .and_then(or_null)
                    .and_then(|other| other.get("$ref"));
                let target = target.and_then(Value::as_str).map(str::to_owned);
                if let Some(target) = target.filter(|target| nullable.contains(target)) {
                    map.remove("anyOf");
                    map.insert("$ref".to_owned(), Value::String(target));
                }
                map.values_mut().for_each(|value| refer(value, nullable));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| refer(item, nullable)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    refer(schema, nullable);
    for target in nullable {
        if let Some(definition) = target
            .strip_prefix('#')
            .and_then(|pointer| schema.pointer_mut(pointer))
        {
            definition["type"] = json!(["object", "null"]);
        }
    }
}

/// Drops definitions that nothing refers to, and those that only dropped ones referred to.
pub(super) fn drop_unused_definitions(schema: &mut Value) {
    let mut used = BTreeSet::new();
    let mut found = Vec::new();
    if let Value::Object(root) = &*schema {
        for (_, value) in root.iter().filter(|(key, _)| *key != "$defs") {
            references(value, &mut found);
        }
        while let Some(name) = found.pop() {
            if let Some(definition) = root.get("$defs").and_then(|definitions| definitions.get(name))
                && used.insert(name.to_owned())
            {
                references(definition, &mut found);
            }
        }
    }
    if let Some(Value::Object(definitions)) = schema.get_mut("$defs") {
        definitions.retain(|name, _| used.contains(name));
    }
}

/// The names of the definitions that a part of a schema refers to.
fn references<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
    match schema {
        Value::Object(map) => {
            let target = map.get("$ref").and_then(Value::as_str);
            found.extend(target.and_then(|target| target.strip_prefix("#/$defs/")));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
