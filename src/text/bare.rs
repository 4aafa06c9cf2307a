//! A JSON Schema without what only explains it.
//!
//! Descriptions are most of a schema, and a choice of words that each have one is a branch per word. Whether a value
//! fits can be told from much less.

use serde_json::{Map, Value};

/// Keywords that say nothing about what fits. Without an id, nothing in a schema needs its absolute place.
const EXPLAINING: [&str; 7] = [
    "$id",
    "title",
    "description",
    "examples",
    "default",
    "deprecated",
    "x-expected",
];

/// Keywords below which the keys are names and the values schemas.
const NAMING: [&str; 4] = ["properties", "patternProperties", "dependentSchemas", "$defs"];

/// Keywords below which there is data, not a schema.
const HOLDING: [&str; 3] = ["const", "enum", "required"];

/// A schema that takes exactly the same values and explains nothing.
pub(super) fn bare(schema: &Value) -> Value {
    match schema {
        Value::Object(keywords) => {
            let mut kept = Map::new();
            for (keyword, value) in keywords {
                let keyword = keyword.as_str();
                if EXPLAINING.contains(&keyword) {
                    continue;
                }
                if keyword == "oneOf"
                    && !keywords.contains_key("enum")
                    && let Some(words) = distinct_constants(value)
                {
                    kept.insert("enum".to_owned(), Value::Array(words));
                    continue;
                }
                let value = if HOLDING.contains(&keyword) {
                    value.clone()
                } else if let (true, Some(named)) = (NAMING.contains(&keyword), value.as_object()) {
                    let named = named.iter().map(|(name, schema)| (name.clone(), bare(schema)));
                    Value::Object(named.collect())
                } else {
                    bare(value)
                };
                kept.insert(keyword.to_owned(), value);
            }
            Value::Object(kept)
        }
        Value::Array(items) => items.iter().map(bare).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}

/// The values of branches that each take one, all different: then exactly one fits when any does.
fn distinct_constants(branches: &Value) -> Option<Vec<Value>> {
    let mut words: Vec<Value> = Vec::new();
    for branch in branches.as_array()? {
        let word = constant(branch)?;
        if words.contains(&word) {
            return None;
        }
        words.push(word);
    }
    Some(words)
}

fn constant(branch: &Value) -> Option<Value> {
    let branch = branch.as_object()?;
    let only = |allowed: &[&str]| {
        let mut keys = branch.keys().map(String::as_str);
        keys.all(|key| allowed.contains(&key) || EXPLAINING.contains(&key))
    };
    match (branch.get("const"), branch.get("type")) {
        (Some(Value::String(word)), None) if only(&["const"]) => Some(Value::String(word.clone())),
        (Some(Value::String(word)), Some(kind)) if kind == "string" && only(&["const", "type"]) => {
            Some(Value::String(word.clone()))
        }
        (None, Some(kind)) if kind == "null" && only(&["type"]) => Some(Value::Null),
        (_, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::bare;

    #[test]
    fn what_explains_is_left_out_and_names_stay() {
        let schema = json!({
            "$id": "urn:x", "title": "t",
            "properties": { "description": { "type": "string", "description": "words" } },
            "required": ["description"],
        });
        let expected = json!({
            "properties": { "description": { "type": "string" } },
            "required": ["description"],
        });
        assert_eq!(bare(&schema), expected);
    }

    #[test]
    fn choices_become_lists_only_where_both_mean_the_same() {
        let word = |word| json!({ "type": "string", "const": word, "description": "why" });
        let branch_for_null = json!({ "type": "null" });
        let nothing = Value::Null;
        let cases = [
            (
                json!([word("a"), word("b"), branch_for_null]),
                json!(["a", "b", nothing]),
            ),
            (json!([{ "const": "a" }]), json!(["a"])),
        ];
        for (branches, words) in cases {
            assert_eq!(bare(&json!({ "oneOf": branches })), json!({ "enum": words }));
        }
        for branches in [
            json!([{ "const": "a" }, { "const": "a" }]),
            json!([{ "const": "a", "minLength": 3 }]),
            json!([{ "const": "a" }, { "type": "object" }]),
        ] {
            let schema = json!({ "oneOf": branches });
            assert_eq!(bare(&schema), schema);
        }
    }
}
