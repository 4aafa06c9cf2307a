//! Every example, from its seed to an empty plan, and back through import.

use std::process::Command;

use crate::support::{Project, root, run_in};

fn goes_all_the_way(name: &str) {
    let project = Project::example(name);
    project.run(&["validate"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
    assert!(
        !project.path().join(".rolecall").exists(),
        "a plan writes nothing"
    );
    project.run(&["apply", "--auto-approve"]).exits(0);
    let again = project.run(&["plan", "--detailed-exitcode"]).exits(0);
    assert!(again.stdout.contains("No changes"), "{}", again.stdout);
    project
        .run(&["import", "--deployment", "local", "--out", "imported"])
        .exits(0);
    let imported = project.path().join("imported");
    run_in(&imported, &["validate"]).exits(0);
    run_in(&imported, &["plan", "--detailed-exitcode"]).exits(0);
    project.run(&["export", "--out", "state.json"]).exits(0);
    let state = std::fs::read_to_string(project.path().join("state.json")).unwrap();
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    assert_eq!(state["format_version"], "1.0");
}

#[test]
fn uniconnect() {
    goes_all_the_way("uniconnect");
}

#[test]
fn iptel() {
    goes_all_the_way("iptel");
}

#[test]
fn vtiger() {
    goes_all_the_way("vtiger");
}

#[test]
fn berlicrm() {
    goes_all_the_way("berlicrm");
}

#[test]
fn impact() {
    goes_all_the_way("impact");
}

#[test]
fn ucserver() {
    goes_all_the_way("ucserver");
}

#[test]
fn custom() {
    goes_all_the_way("custom");
}

/// Twenty mistakes, in one run, each at its line and column.
#[test]
fn broken() {
    let run = run_in(&root(), &["validate", "examples/broken"]).exits(1);
    insta::assert_snapshot!(run.stderr);
}

/// What README shows is what is printed. Only lines were left out.
#[test]
fn readme_shows_real_output() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks: Vec<&str> = readme
        .split("```text\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    let folder = tempfile::tempdir().unwrap();
    Project::copy_example("impact", &folder.path().join("examples/impact"));
    Project::copy_example("broken", &folder.path().join("examples/broken"));
    let plan = run_in(folder.path(), &["plan", "examples/impact"])
        .exits(0)
        .stdout;
    let broken = run_in(folder.path(), &["validate", "examples/broken"])
        .exits(1)
        .stderr;
    assert_eq!(blocks.len(), 2);
    for (block, printed) in blocks.iter().zip([plan, broken]) {
        let printed: Vec<&str> = printed.lines().collect();
        for line in block.lines().filter(|line| line.trim() != "[...]") {
            assert!(
                printed.contains(&line),
                "README shows a line that is not printed: {line}"
            );
        }
    }
}

/// What a checkout holds is what was committed: examples leave nothing behind.
#[test]
fn examples_carry_no_deployment() {
    let tracked = Command::new("git")
        .arg("-C")
        .arg(root())
        .args(["ls-files", "examples"])
        .output()
        .unwrap();
    let tracked = String::from_utf8(tracked.stdout).unwrap();
    assert!(!tracked.contains(".rolecall"), "{tracked}");
}
