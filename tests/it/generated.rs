//! Files that are made from the code are as the code would make them now.
//!
//! `UPDATE_GENERATED=1 cargo test --test it generated` makes them anew.

use std::fs;

use rolecall::text::Code;

use crate::support::{root, run_in};

fn holds(path: &str, expected: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == expected,
        "{path} is stale: run UPDATE_GENERATED=1 cargo test --test it generated"
    );
}

#[test]
fn schemas() {
    for name in [
        "any",
        "uniconnect",
        "iptel",
        "vtiger",
        "berlicrm",
        "ucserver",
        "project",
        "system",
        "access",
        "policy",
    ] {
        let schema = run_in(&root(), &["schema", name]).exits(0).stdout;
        holds(&format!("schemas/{name}.schema.json"), &schema);
    }
    let schema = run_in(&root(), &["schema", "examples/custom/helpdesk.system.yaml"])
        .exits(0)
        .stdout;
    holds("examples/custom/helpdesk.schema.json", &schema);
}

#[test]
fn codes() {
    let mut page = "# Codes\n\nEvery mistake that rolecall reports has a stable code.\n".to_owned();
    for code in Code::ALL {
        page.push_str(&format!("\n## {}\n\n{}\n", code.as_str(), code.explanation()));
    }
    holds("docs/codes.md", &page);
}
