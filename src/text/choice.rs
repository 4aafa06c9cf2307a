//! Questions to a JSON Schema document: which keys and which values it allows at a place.

use serde_json::Value as Json;

/// How far references are followed; schemas may refer to themselves.
const MAX_STEPS: usize = 16;

/// The part of the document that a JSON pointer names.
pub(super) fn parent_of<'a>(document: &'a Json, pointer: &str) -> Option<&'a Json> {
    document.pointer(pointer.rsplit_once('/')?.0)
}

/// Follows `$ref` within the document.
pub(super) fn resolve<'a>(document: &'a Json, mut schema: &'a Json) -> &'a Json {
    for _ in 0..MAX_STEPS {
        let target = schema
            .get("$ref")
            .and_then(Json::as_str)
            .and_then(|target| target.strip_prefix('#'));
        match target.and_then(|pointer| document.pointer(pointer)) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

/// The keys that a schema names, in its own order, also through `$ref`, `allOf`, `anyOf` and `oneOf`.
pub(super) fn allowed_keys<'a>(document: &'a Json, schema: &'a Json) -> Vec<&'a str> {
    let mut keys = Vec::new();
    collect_keys(document, schema, MAX_STEPS, &mut keys);
    keys
}

fn collect_keys<'a>(document: &'a Json, schema: &'a Json, steps: usize, keys: &mut Vec<&'a str>) {
    let Some(steps) = steps.checked_sub(1) else { return };
    if let Some(properties) = schema.get("properties").and_then(Json::as_object) {
        for name in properties.keys() {
            if !keys.contains(&name.as_str()) {
                keys.push(name);
            }
        }
    }
    let target = resolve(document, schema);
    if !std::ptr::eq(target, schema) {
        collect_keys(document, target, steps, keys);
    }
    for branch in ["allOf", "anyOf", "oneOf"]
        .iter()
        .filter_map(|keyword| schema.get(*keyword)?.as_array())
        .flatten()
    {
        collect_keys(document, branch, steps, keys);
    }
}

/// The values that a schema lists, if it is nothing but a list of values: `const`, `enum`, or branches of these.
/// A branch for null lists nothing, as nobody writes it by name.
pub(super) fn choices<'a>(document: &'a Json, schema: &'a Json) -> Option<Vec<&'a Json>> {
    let mut found = Vec::new();
    collect_choices(document, schema, MAX_STEPS, &mut found)?;
    (!found.is_empty()).then_some(found)
}

fn collect_choices<'a>(
    document: &'a Json,
    schema: &'a Json,
    steps: usize,
    found: &mut Vec<&'a Json>,
) -> Option<()> {
    let steps = steps.checked_sub(1)?;
    let schema = resolve(document, schema);
    if let Some(value) = schema.get("const") {
        found.push(value);
    } else if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        found.extend(values.iter().filter(|value| !value.is_null()));
    } else if let Some(branches) = schema
        .get("oneOf")
        .or_else(|| schema.get("anyOf"))
        .and_then(Json::as_array)
    {
        for branch in branches {
            collect_choices(document, branch, steps, found)?;
        }
    } else if schema.get("type").and_then(Json::as_str) != Some("null") {
        return None;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn choices_and_keys_are_found_through_references() {
        let document = json!({
            "$defs": {
                "Level": { "oneOf": [{ "const": "a", "description": "x" }, { "enum": ["b", "c"] }] },
                "Loop": { "anyOf": [{ "$ref": "#/$defs/Loop" }], "properties": { "x": {} } },
                "Nullable": { "anyOf": [{ "$ref": "#/$defs/Level" }, { "type": "null" }] },
                "Mixed": { "anyOf": [{ "$ref": "#/$defs/Level" }, { "type": "string" }] },
            }
        });
        let part = |name: &str| {
            document
                .get("$defs")
                .and_then(|all| all.get(name))
                .unwrap_or(&document)
        };
        assert_eq!(
            choices(&document, part("Nullable")),
            Some(vec![&json!("a"), &json!("b"), &json!("c")])
        );
        assert_eq!(choices(&document, part("Mixed")), None);
        assert_eq!(choices(&document, part("Loop")), None);
        assert_eq!(allowed_keys(&document, part("Loop")), ["x"]);
    }
}
