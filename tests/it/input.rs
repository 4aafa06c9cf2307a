//! Input that is not what it should be: a clear error each, never a panic, and quickly.

use std::fs;

use rusqlite::Connection;

use crate::support::{Project, run_in};

const FINE: &str = "groups: { Team A: {} }\n";

/// What `validate` says of a manifest of these bytes.
fn manifest(bytes: &[u8]) -> crate::support::Run {
    Project::new("berlicrm")
        .bytes("manifests/all.yaml", bytes)
        .run(&["validate"])
}

#[test]
fn an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), &["validate"]).refuses("project-missing");
    assert!(run.stderr.contains("rolecall init"), "{}", run.stderr);
    run_in(folder.path(), &["validate", "nowhere"]).refuses("project-missing");
}

#[test]
fn no_manifests() {
    Project::new("berlicrm")
        .run(&["validate"])
        .refuses("no-manifests");
    Project::new("berlicrm")
        .file("manifests/notes.txt", "")
        .run(&["plan"])
        .refuses("no-manifests");
}

#[test]
fn an_empty_file_is_pointed_out() {
    let project = Project::new("berlicrm")
        .manifest(FINE)
        .file("manifests/empty.yaml", "");
    assert_eq!(
        project.run(&["validate"]).exits(0).codes("warning"),
        ["empty-file"]
    );
}

#[test]
fn a_byte_order_mark_and_carriage_returns_are_fine() {
    manifest(b"\xef\xbb\xbfgroups:\r\n  Team A:\r\n    description: x\r\n").exits(0);
    let run = manifest(b"\xef\xbb\xbfgroups:\r\n  Team A:\r\n    descripton: x\r\n").refuses("unknown-key");
    assert!(run.stderr.contains("all.yaml:3:5"), "{}", run.stderr);
}

#[test]
fn tabs() {
    let run = manifest(b"groups:\n\tTeam A: {}\n").refuses("yaml-syntax");
    assert!(run.stderr.contains("all.yaml:2"), "{}", run.stderr);
}

#[test]
fn not_utf8() {
    manifest(b"groups: { M\xfcller: {} }\n").refuses("not-utf8");
}

#[test]
fn an_alias_bomb() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    manifest(bomb.as_bytes()).refuses("alias-bomb");
}

#[test]
fn deep_nesting() {
    manifest("[".repeat(10_000).as_bytes()).refuses("nesting-too-deep");
    let block: String = (0..10_000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    manifest(block.as_bytes()).refuses("nesting-too-deep");
}

#[test]
fn duplicate_keys() {
    manifest(b"groups: { A: {}, A: {} }\n").refuses("duplicate-key");
}

#[test]
fn one_group_in_two_files() {
    let project = Project::new("berlicrm")
        .manifest(FINE)
        .file("manifests/more.yaml", FINE);
    let run = project.run(&["validate"]).refuses("defined-twice");
    assert!(run.stderr.contains("manifests/all.yaml") && run.stderr.contains("manifests/more.yaml"));
}

#[test]
fn tags_merge_keys_and_second_documents() {
    manifest(b"groups: { A: { description: !secret x } }\n").refuses("unsupported-tag");
    manifest(b"groups:\n  A: &a {}\n  B: { <<: *a }\n").refuses("merge-key");
    manifest(b"groups: {}\n---\ngroups: {}\n").refuses("many-documents");
}

#[test]
fn words_that_older_yaml_takes_for_booleans() {
    manifest(b"groups: { no: {}, yes: {}, on: {}, null: {} }\n").refuses("unsupported-key");
    manifest(b"groups: { no: {}, yes: { description: off } }\n").exits(0);
}

#[cfg(unix)]
#[test]
fn a_loop_of_links() {
    let project = Project::new("berlicrm").manifest(FINE);
    std::os::unix::fs::symlink(
        project.path().join("manifests"),
        project.path().join("manifests/again"),
    )
    .unwrap();
    let run = project.run(&["validate"]).refuses("unreadable-file");
    assert!(run.stderr.contains("leads back"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing() {
    let project = Project::new("berlicrm").manifest(FINE);
    std::os::unix::fs::symlink("nothing.yaml", project.path().join("manifests/link.yaml")).unwrap();
    project.run(&["validate"]).refuses("unreadable-file");
}

/// Root reads everything, so a folder with a manifest's name stands in for a file that cannot be read.
#[test]
fn an_unreadable_file() {
    let project = Project::new("berlicrm").manifest(FINE);
    fs::create_dir(project.path().join("manifests/folder.yaml")).unwrap();
    project.run(&["validate"]).exits(0);
    fs::remove_file(project.path().join("rolecall.yaml")).unwrap();
    fs::create_dir(project.path().join("rolecall.yaml")).unwrap();
    project.run(&["validate"]).refuses("unreadable-file");
}

#[test]
fn unknown_systems() {
    let project = Project::new("berlicmr").manifest(FINE);
    let run = project.run(&["validate"]).refuses("unknown-system");
    assert!(run.stderr.contains("did you mean `berlicrm`?"), "{}", run.stderr);
    let run = Project::new("./our-crm.system.yaml")
        .manifest(FINE)
        .run(&["validate"])
        .refuses("unknown-system");
    assert!(run.stderr.contains("our-crm.system.yaml"), "{}", run.stderr);
}

#[test]
fn definitions_that_contradict_themselves() {
    let definition = "
name: ours
title: Ours
summary: x
users: { label: User, purpose: x }
groups: { label: Team, purpose: x, attributes: { members: x }, member_kinds: { users: x } }
services: [{ id: chat, label: Chat, purpose: x, needs: gateway }]
constraints: [group_delete_needs_transfer]
access: { rights_from: group_settings }
";
    let project = Project::new("./ours.system.yaml")
        .manifest(FINE)
        .file("ours.system.yaml", definition);
    let run = project.run(&["validate"]).refuses("invalid-definition");
    assert!(run.stderr.contains("gateway"), "{}", run.stderr);
    let definition = definition.replace(", needs: gateway", "");
    let unknown = definition.replace("group_delete_needs_transfer", "groups_are_nice");
    let project = Project::new("./ours.system.yaml")
        .manifest(FINE)
        .file("ours.system.yaml", &unknown);
    project.run(&["validate"]).refuses("invalid-value");
}

#[test]
fn deployments_are_chosen() {
    let two = "system: berlicrm\ndeployments: { a: { kind: embedded }, b: { kind: embedded } }\n";
    let project = Project::new("berlicrm").manifest(FINE).file("rolecall.yaml", two);
    let run = project.run(&["plan"]).exits(1);
    assert!(run.stderr.contains("(a, b) and no default"), "{}", run.stderr);
    project.run(&["plan", "--deployment", "b"]).exits(0);
    project.run(&["plan", "--deployment", "c"]).exits(1);
    let short = "system: berlicrm\ndeployments: { local: embedded }\n";
    Project::new("x")
        .manifest(FINE)
        .file("rolecall.yaml", short)
        .run(&["plan"])
        .exits(0);
    let short = "system: berlicrm\ndeployments: { local: embeded }\n";
    Project::new("x")
        .manifest(FINE)
        .file("rolecall.yaml", short)
        .run(&["plan"])
        .refuses("invalid-value");
    let full = "system: berlicrm\ndeployments: { local: { kind: embedded, sed: seed } }\n";
    Project::new("x")
        .manifest(FINE)
        .file("rolecall.yaml", full)
        .run(&["plan"])
        .refuses("unknown-key");
    let wrong = format!("{two}default: c\n");
    Project::new("x")
        .manifest(FINE)
        .file("rolecall.yaml", &wrong)
        .run(&["plan"])
        .refuses("unknown-deployment");
}

/// A project whose deployment exists.
fn applied() -> (Project, std::path::PathBuf) {
    let project = Project::new("berlicrm").seed("users: {}").manifest(FINE);
    project.run(&["apply", "--auto-approve"]).exits(0);
    let file = project.path().join(".rolecall/local.db");
    (project, file)
}

#[test]
fn a_locked_deployment() {
    let (project, file) = applied();
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let run = project.run(&["plan"]).exits(7);
    assert!(run.stderr.contains("locked by another process"), "{}", run.stderr);
}

#[test]
fn a_damaged_deployment() {
    let (project, file) = applied();
    fs::write(
        &file,
        "this is no database, and it is long enough to be looked at as one: ".repeat(100),
    )
    .unwrap();
    let run = project.run(&["plan"]).exits(1);
    assert!(run.stderr.contains("damaged"), "{}", run.stderr);
}

#[test]
fn a_damaged_page() {
    let (project, file) = applied();
    let mut bytes = fs::read(&file).unwrap();
    bytes[8192..].fill(0xff);
    fs::write(&file, bytes).unwrap();
    project.run(&["plan"]).exits(1);
}

#[test]
fn a_deployment_that_cannot_be_opened() {
    let (project, file) = applied();
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    project.run(&["plan"]).exits(7);
}

#[test]
fn a_deployment_of_another_system() {
    let (project, _) = applied();
    let project = project.file(
        "rolecall.yaml",
        "system: vtiger\ndeployments: { local: { kind: embedded } }\n",
    );
    let run = project.run(&["plan"]).exits(1);
    assert!(run.stderr.contains("berlicrm"), "{}", run.stderr);
}
