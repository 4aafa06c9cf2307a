use serde_json::{Value as Json, json};

use super::super::json::to_json;
use super::super::{Sources, parse};
use super::*;

/// Checks `text` against `schema`: one line per finding, then what is left.
fn check(schema: &Json, text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add("f", text);
    let mut found = Diagnostics::default();
    let schema = Schema::compile(schema.clone()).unwrap_or_else(|error| panic!("{error}"));
    let mut tree = parse(id, text, &mut found).unwrap_or_else(|| panic!("{found:?}"));
    let fits = schema.check(&mut tree, &mut found);
    let mut out = String::new();
    for each in &found {
        let place = each.span.map_or(String::new(), |span| sources.locate(span));
        out += &format!("{place} {}: {}", each.code.as_str(), each.message);
        for (span, label) in &each.labels {
            out += &format!(" ({label} {})", sources.locate(*span));
        }
        for hint in &each.hints {
            out += &format!("; {hint}");
        }
        out.push('\n');
    }
    out + &format!(
        "{} {}",
        if fits { "left" } else { "nothing left" },
        to_json(&tree)
    )
}

fn manifest() -> Json {
    json!({
        "$defs": {
            "Group": {
                "type": "object",
                "properties": {
                    "description": { "type": ["string", "null"], "maxLength": 10 },
                    "number": { "type": "integer", "minimum": 1 },
                    "active": { "type": "boolean" },
                    "access": { "$ref": "#/$defs/Access" },
                    "members": { "anyOf": [{ "$ref": "#/$defs/Members" }, { "type": "null" }] },
                    "code": { "type": "string", "pattern": "^[a-z]+$", "x-expected": "lower-case letters only" },
                },
                "additionalProperties": false,
            },
            "Access": { "oneOf": [
                { "const": "private", "description": "Owners only." },
                { "const": "read", "description": "Everyone reads." },
                { "type": "string", "enum": ["write"] },
            ] },
            "Members": {
                "type": "object",
                "properties": { "users": { "type": "array", "items": { "type": "string" }, "uniqueItems": true } },
                "additionalProperties": false,
            },
            "Rule": {
                "type": "object",
                "properties": { "module": { "type": "string" }, "to": { "$ref": "#/$defs/Target" } },
                "required": ["module", "to"],
                "additionalProperties": false,
            },
            "Target": {
                "type": "object",
                "properties": { "role": { "type": "string" }, "group": { "type": "string" } },
                "minProperties": 1, "maxProperties": 1,
                "additionalProperties": false,
            },
        },
        "type": "object",
        "properties": {
            "groups": {
                "type": "object",
                "propertyNames": { "maxLength": 12 },
                "additionalProperties": { "$ref": "#/$defs/Group" },
            },
            "rules": { "type": "array", "items": { "$ref": "#/$defs/Rule" } },
        },
        "additionalProperties": false,
    })
}

#[test]
fn each_mistake_is_named_in_plain_words_and_cut_out() {
    let cases = [
        (
            "groups: {A: {description: ~, access: read, members: ~}}",
            r#"left {"groups":{"A":{"access":"read","description":null,"members":null}}}"#,
        ),
        (
            "grops: {}\nrules: []",
            "f:1:1 unknown-key: unknown key `grops`; did you mean `groups`?\nleft {\"rules\":[]}",
        ),
        (
            "zebra: {}",
            "f:1:1 unknown-key: unknown key `zebra`; allowed here: `groups`, `rules`\nleft {}",
        ),
        (
            "groups: {A: {description: [x]}}",
            "f:1:27 wrong-type: expected text, found a list\nleft {\"groups\":{\"A\":{}}}",
        ),
        (
            "groups: {A: {description: 5}}",
            "f:1:27 wrong-type: expected text, found a number; put it in quotes to make it text\nleft {\"groups\":{\"A\":{}}}",
        ),
        (
            "groups:\n  A:\n",
            "f:2:3 wrong-type: expected a mapping, found nothing\nleft {\"groups\":{}}",
        ),
        (
            "groups: {A: {active: yes}}",
            "f:1:22 wrong-type: expected true or false, found text; write `true`\nleft {\"groups\":{\"A\":{}}}",
        ),
        (
            "groups: {A: {number: 0}}",
            "f:1:22 invalid-value: `0` is less than 1\nleft {\"groups\":{\"A\":{}}}",
        ),
        (
            "groups: {A: {number: 1.5}}",
            "f:1:22 wrong-type: expected a whole number, found a number\nleft {\"groups\":{\"A\":{}}}",
        ),
        (
            "groups: {A: {description: abcdefghijk}}",
            "f:1:27 invalid-value: `abcdefghijk` is longer than 10 characters\nleft {\"groups\":{\"A\":{}}}",
        ),
        (
            "groups: {A: {code: X1}}",
            "f:1:20 invalid-value: `X1` is not lower-case letters only\nleft {\"groups\":{\"A\":{}}}",
        ),
        (
            "groups: {A: {access: raed}}",
            "f:1:22 invalid-value: `raed` is not one of `private`, `read`, `write`; did you mean `read`?\nleft {\"groups\":{\"A\":{}}}",
        ),
        (
            "groups: {A: {access: [read]}}",
            "f:1:22 wrong-type: expected one of `private`, `read`, `write`, found a list\nleft {\"groups\":{\"A\":{}}}",
        ),
        (
            "groups: {A: {members: {user: []}}}",
            "f:1:24 unknown-key: unknown key `user`; did you mean `users`?\nleft {\"groups\":{\"A\":{\"members\":{}}}}",
        ),
        (
            "groups: {A: {members: [x]}}",
            "f:1:23 wrong-type: expected a mapping, found a list\nleft {\"groups\":{\"A\":{}}}",
        ),
        (
            "groups: {A: {members: {users: [a, b, 1, a]}}}",
            "f:1:41 duplicate-item: `a` is in the list twice (first here f:1:32)\nf:1:38 wrong-type: expected text, found a number; put it in quotes to make it text\nleft {\"groups\":{\"A\":{\"members\":{\"users\":[\"a\",\"b\"]}}}}",
        ),
        (
            "groups: {A: {members: {users: anna}}}",
            "f:1:31 wrong-type: expected a list, found text; write a list: one `- item` per line, or `[item]`\nleft {\"groups\":{\"A\":{\"members\":{}}}}",
        ),
        (
            "groups: {A very long name: {}, B: {}}",
            "f:1:10 invalid-value: the name `A very long name` is longer than 12 characters\nleft {\"groups\":{\"B\":{}}}",
        ),
        (
            "rules:\n- to: {role: a}\n- {module: M, to: {role: a}}",
            "f:2:3 missing-key: the key `module` is missing\nleft {\"rules\":[{\"module\":\"M\",\"to\":{\"role\":\"a\"}}]}",
        ),
        (
            "rules: [{module: 5, to: {role: a}}]",
            "f:1:18 wrong-type: expected text, found a number; put it in quotes to make it text\nleft {\"rules\":[]}",
        ),
        (
            "rules: [{module: M, to: {rol: a}}]",
            "f:1:26 unknown-key: unknown key `rol`; did you mean `role`?\nleft {\"rules\":[]}",
        ),
        (
            "rules: [{module: M, to: {role: a, group: b}}]",
            "f:1:25 invalid-value: the mapping must have exactly 1 key of `group`, `role`\nleft {\"rules\":[]}",
        ),
        (
            "- a",
            "f:1:1 wrong-type: expected a mapping, found a list\nnothing left null",
        ),
        (
            "groups: {a/b~c: {x: 1}, '': {y: 1}, '1': {z: 1}}",
            "f:1:18 unknown-key: unknown key `x`; allowed here: `access`, `active`, `code`, `description`, `members`, `number`\nf:1:30 unknown-key: unknown key `y`; allowed here: `access`, `active`, `code`, `description`, `members`, `number`\nf:1:43 unknown-key: unknown key `z`; allowed here: `access`, `active`, `code`, `description`, `members`, `number`\nleft {\"groups\":{\"\":{},\"1\":{},\"a/b~c\":{}}}",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(check(&manifest(), text), expected, "{text}");
    }
}

#[test]
fn of_several_forms_the_one_that_was_meant_is_explained() {
    let schema = json!({ "type": "array", "items": { "oneOf": [
        { "type": "object", "properties": { "user": { "type": "string" } }, "required": ["user"], "additionalProperties": false },
        { "type": "object", "properties": { "role": { "type": "string" }, "deep": { "type": "boolean" } }, "required": ["role"], "additionalProperties": false },
        { "type": "string", "minLength": 2 },
    ] } });
    let cases = [
        (
            "[{user: a}, {role: b, deep: true}, cc]",
            r#"left [{"user":"a"},{"deep":true,"role":"b"},"cc"]"#,
        ),
        (
            "[{usr: a}]",
            "f:1:3 unknown-key: unknown key `usr`; did you mean `user`?\nleft []",
        ),
        (
            "[{role: a, deep: 1}]",
            "f:1:18 wrong-type: expected true or false, found a number\nleft [{\"role\":\"a\"}]",
        ),
        (
            "[c]",
            "f:1:2 invalid-value: `c` is shorter than 2 characters\nleft []",
        ),
        (
            "[5]",
            "f:1:2 wrong-type: expected a mapping or text, found a number; put it in quotes to make it text\nleft []",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(check(&schema, text), expected, "{text}");
    }
}

#[test]
fn of_text_or_a_mapping_each_mistake_is_told_once() {
    let schema = json!({ "type": "array", "uniqueItems": true, "items": {
        "type": ["string", "object"],
        "properties": {
            "user": { "type": "string" },
            "expires": { "type": "string", "pattern": "^[0-9]+-[0-9]+$", "x-expected": "a date like 12-31" },
        },
        "required": ["user"],
        "additionalProperties": false,
    } });
    let cases = [
        (
            "[ben, {user: anna}, {user: carl, expires: 12-31}]",
            r#"left ["ben",{"user":"anna"},{"expires":"12-31","user":"carl"}]"#,
        ),
        (
            "[5]",
            "f:1:2 wrong-type: expected text or a mapping, found a number; put it in quotes to make it text\nleft []",
        ),
        (
            "[[ben]]",
            "f:1:2 wrong-type: expected text or a mapping, found a list\nleft []",
        ),
        (
            "- ben\n-\n",
            "f:2:2 wrong-type: expected text or a mapping, found nothing\nleft [\"ben\"]",
        ),
        (
            "[ben, ben]",
            "f:1:7 duplicate-item: `ben` is in the list twice (first here f:1:2)\nleft [\"ben\"]",
        ),
        (
            "- ben:\n",
            "f:1:3 unknown-key: unknown key `ben`; allowed here: `expires`, `user`\nleft []",
        ),
        (
            "[{usr: ben, expires: 12-31}]",
            "f:1:3 unknown-key: unknown key `usr`; did you mean `user`?\nleft []",
        ),
        (
            "[{expires: 12-31}]",
            "f:1:2 missing-key: the key `user` is missing\nleft []",
        ),
        (
            "[{expires: 12-31, until: x}]",
            "f:1:19 unknown-key: unknown key `until`; allowed here: `expires`, `user`\nf:1:2 missing-key: the key `user` is missing\nleft []",
        ),
        (
            "[{user: ben, expires: 31}]",
            "f:1:23 wrong-type: expected a date like 12-31, found a number\nleft [{\"user\":\"ben\"}]",
        ),
        (
            "[{user: ben, expires: }]",
            "f:1:14 wrong-type: expected a date like 12-31, found nothing\nleft [{\"user\":\"ben\"}]",
        ),
        (
            "[{user: ben, expires: never}]",
            "f:1:23 invalid-value: `never` is not a date like 12-31\nleft [{\"user\":\"ben\"}]",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(check(&schema, text), expected, "{text}");
    }
}

#[test]
fn a_missing_key_is_told_where_other_keys_are_allowed() {
    let schema = json!({
        "type": "object",
        "properties": { "level": { "type": "string" } },
        "required": ["level"],
        "additionalProperties": { "type": "array" },
    });
    assert_eq!(
        check(&schema, "presence: [see]"),
        "f:1:1 missing-key: the key `level` is missing\nnothing left null"
    );
}

#[test]
fn a_root_without_its_required_key_leaves_nothing() {
    let schema = json!({ "type": "object", "required": ["system"] });
    assert_eq!(
        check(&schema, "a: 1"),
        "f:1:1 missing-key: the key `system` is missing\nnothing left null"
    );
    assert!(Schema::compile(json!({ "type": 5 })).is_err());
}

#[test]
fn nothing_is_refused_in_silence() {
    let cases = [
        (json!({ "type": "array", "uniqueItems": true }), "[1, 1.0]"),
        (json!({ "anyOf": [false, false] }), "{a: 1}"),
        (json!({ "not": {} }), "a"),
        (json!({ "type": "array", "contains": { "const": 1 } }), "[2]"),
        (json!({ "dependentRequired": { "a": ["b"] } }), "a: 1"),
        (json!({ "properties": { "a": false } }), "a: 1"),
        (
            json!({ "oneOf": [{ "type": "object" }, { "minProperties": 1 }] }),
            "a: 1",
        ),
        (
            json!({ "allOf": [{ "properties": { "b": {} } }], "unevaluatedProperties": false }),
            "a: 1",
        ),
        (json!({ "prefixItems": [{}], "items": false }), "[1, 2]"),
        (
            json!({ "if": { "required": ["a"] }, "then": { "required": ["b"] } }),
            "a: 1",
        ),
    ];
    for (schema, text) in cases {
        let report = check(&schema, text);
        assert!(report.starts_with("f:1:"), "{schema}: {report}");
    }
}
