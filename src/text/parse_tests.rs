use proptest::prelude::*;

use super::super::{Sources, render};
use super::*;

/// The tree in short, then one line per finding: code and place.
fn read(text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add("f", text);
    let mut found = Diagnostics::default();
    let tree = parse(id, text, &mut found);
    let mut out = tree.as_ref().map_or("-".into(), short);
    for each in &found {
        out += &format!(
            " | {} {}",
            each.code.as_str(),
            each.span.map_or(String::new(), |span| sources.locate(span))
        );
        for (span, label) in &each.labels {
            out += &format!(" ({label} {})", sources.locate(*span));
        }
        for hint in &each.hints {
            out += &format!(" hint: {hint}");
        }
    }
    out
}

fn short(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(short).collect::<Vec<_>>().join(" ")),
        Value::Map(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, node)| format!("{}={}", key.text, short(node)))
                .collect();
            format!("{{{}}}", entries.join(" "))
        }
    }
}

#[test]
fn documents_become_trees() {
    let cases = [
        ("", "null"),
        ("# only a comment\n", "null"),
        ("---\n", "null"),
        (
            "a: no\nb: [yes, on, 010, '1', \"x\", 1]\nc:\n",
            r#"{a="no" b=["yes" "on" "010" "1" "x" 1] c=null}"#,
        ),
        (
            "1: a\ntrue: b\n'~': c\n010: d\n",
            r#"{1="a" true="b" ~="c" 010="d"}"#,
        ),
        ("a: |\n  x\n  y\nb: >-\n  p\n  q\n", r#"{a="x\ny\n" b="p q"}"#),
        ("a: &x [1, 2]\nb: *x\n", "{a=[1 2] b=[1 2]}"),
        (
            "a: {k: &x {n: 1}, l: [&y z, *x, *y]}\nb: *x\n",
            r#"{a={k={n=1} l=["z" {n=1} "z"]} b={n=1}}"#,
        ),
        ("a: &k 5\n*k : b\n", r#"{a=5 5="b"}"#),
        ("\u{feff}a: 1\r\nb: 2\r\n", "{a=1 b=2}"),
        ("a: 1\n...\n", "{a=1}"),
        ("a: \"<<\"\n\"<<\": b\n", r#"{a="<<" <<="b"}"#),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text:?}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let cases = [
        (
            "a: 1\nb: 2\na: 3\n",
            "{a=1 b=2} | duplicate-key f:3:1 (first here f:1:1)",
        ),
        (
            "a: !secret x\n",
            r#"{a="x"} | unsupported-tag f:1:4 hint: remove the tag"#,
        ),
        (
            "a: !!str 1\n",
            "{a=1} | unsupported-tag f:1:4 hint: write the text in quotes",
        ),
        (
            "x: &x {a: 1}\ny:\n  <<: *x\n  b: 2\n",
            "{x={a=1} y={b=2}} | merge-key f:3:3 hint: write the keys out, or take the whole value from an alias",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "{a=1} | many-documents f:2:1 hint: put each document in a file of its own",
        ),
        ("? [a, b]\n: c\nd: e\n", r#"{d="e"} | unsupported-key f:1:3"#),
        (
            "null: a\nb: c\n",
            r#"{b="c"} | unsupported-key f:1:1 hint: put the name in quotes"#,
        ),
        (": a\nb: c\n", r#"{b="c"} | unsupported-key f:1:1"#),
        ("a:\n\tb: 1\n", "- | yaml-syntax f:2:1 hint: indent with spaces"),
        ("a: [1, 2\nb: 3\n", "- | yaml-syntax f:2:2"),
        ("a: 'x\n", "- | yaml-syntax f:2:1"),
        ("a: *nowhere\n", "- | yaml-syntax f:1:4"),
        ("a: &x [*x]\n", "- | yaml-syntax f:1:8"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text:?}");
    }
}

#[test]
fn duplicates_are_found_in_large_mappings_and_under_aliases_once() {
    let mut text: String = (0..100)
        .rev()
        .map(|number| format!("k{number}: &a{number} {{x: 1, x: 2}}\n"))
        .collect();
    text += "k7: *a3\nz: *a3\n";
    let mut found = Diagnostics::default();
    let tree = parse(SourceId::NOWHERE, &text, &mut found);
    assert_eq!(found.len(), 101);
    assert_eq!(
        tree.as_ref().and_then(|tree| tree.get("z")).map(short).as_deref(),
        Some("{x=1}")
    );
    assert_eq!(
        tree.and_then(|tree| tree.get("k7").map(short)).as_deref(),
        Some("{x=1}")
    );
}

#[test]
fn alias_bombs_and_deep_nesting_are_refused() {
    let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..40 {
        let below = level - 1;
        laughs += &format!("a{level}: &a{level} [*a{below}, *a{below}, *a{below}, *a{below}, *a{below}]\n");
    }
    assert!(read(&laughs).starts_with("- | alias-bomb f:"));
    let big = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(100));
    assert!(read(&big).starts_with("- | alias-bomb f:2:"));

    let flow = format!("a: {}", "[".repeat(10_000));
    let block: String = (0..1_000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    let compact = "- ".repeat(10_000);
    for text in [flow, block, compact, "{a: ".repeat(10_000)] {
        assert!(
            read(&text).starts_with("- | nesting-too-deep f:"),
            "{}",
            read(&text)
        );
    }
    let mut climbing = String::from("a0: &a0 [x]\n");
    for level in 1..400 {
        climbing += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert!(read(&climbing).starts_with("- | nesting-too-deep f:"));
    let fits = format!("{}{}", "[".repeat(255), "]".repeat(255));
    assert!(read(&fits).starts_with("[["), "{}", read(&fits));
}

#[test]
fn spans_cover_what_is_written() {
    let text = "\u{feff}größe: 'a b'\nlist:\n  - x y\n  - {k: [1, 2]}\ntext: |\n  one\n  two\nlast: v # c\n";
    let mut found = Diagnostics::default();
    let tree = parse(SourceId::NOWHERE, text, &mut found);
    let written = |path: &[&str]| {
        let node = tree.as_ref().and_then(|tree| tree.at(path.iter().copied()));
        node.and_then(|node| text.get(node.span.start as usize..node.span.end as usize))
            .unwrap_or("?")
    };
    assert_eq!(written(&["größe"]), "'a b'");
    assert_eq!(written(&["list"]), "- x y\n  - {k: [1, 2]}");
    assert_eq!(written(&["list", "0"]), "x y");
    assert_eq!(written(&["list", "1"]), "{k: [1, 2]}");
    assert_eq!(written(&["list", "1", "k"]), "[1, 2]");
    assert_eq!(written(&["text"]), "one\n  two");
    assert_eq!(written(&["last"]), "v");
    assert_eq!(written(&[]), &text[3..text.len() - 5]);
}

#[test]
fn bytes_that_are_not_utf8_are_located() {
    assert_eq!(read_text(b"a: \xff".to_vec()), Err(3));
    assert_eq!(read_text(b"a".to_vec()), Ok("a".into()));
}

fn spans(node: &Node, all: &mut Vec<Span>) {
    all.push(node.span);
    node.items().iter().for_each(|item| spans(item, all));
    for (key, node) in node.entries() {
        all.push(key.span);
        spans(node, all);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_a_place(text in "(\u{feff}?([a-cä:&*!#'\"|>?\\[\\]{},~<0-9. -]|\r?\n|\t|  |: |\n- |&a |\\*a|---\n){0,40})") {
        let mut sources = Sources::default();
        let id = sources.add("f", text.as_str());
        let mut found = Diagnostics::default();
        let tree = parse(id, &text, &mut found);
        prop_assert!(tree.is_some() || found.has_errors());
        let mut all = Vec::new();
        tree.iter().for_each(|tree| spans(tree, &mut all));
        all.extend(found.iter().filter_map(|each| each.span));
        for span in all {
            prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
        }
        for each in &found {
            prop_assert!(!render(each, &sources, false, 80).is_empty());
        }
    }
}
