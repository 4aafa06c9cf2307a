//! The question before an apply, on a terminal: only `yes` goes on, and a plan holds only while nothing moved.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use crate::support::Project;

/// An apply at a terminal, which `script` lends it, read up to its question.
fn asked(project: &Project) -> Child {
    let command = format!("{} apply", env!("CARGO_BIN_EXE_rolecall"));
    let mut apply = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(project.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` of util-linux lends a terminal");
    let stdout = apply.stdout.as_mut().unwrap();
    let mut seen = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&seen).contains("Only `yes` goes on:") {
        assert_eq!(
            stdout.read(&mut byte).unwrap(),
            1,
            "{}",
            String::from_utf8_lossy(&seen)
        );
        seen.push(byte[0]);
    }
    apply
}

/// Answers and returns how it ended.
fn answered(mut apply: Child, answer: &str) -> (i32, String) {
    apply
        .stdin
        .as_mut()
        .unwrap()
        .write_all(format!("{answer}\n").as_bytes())
        .unwrap();
    let output = apply.wait_with_output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

fn project() -> Project {
    let project = Project::new("ucserver")
        .seed("groups: { Team A: {} }\nusers: { anna: {} }")
        .manifest("groups: { Team A: {} }");
    project.run(&["validate"]).exits(0);
    let project = project.manifest("groups: { Team A: { members: { users: [anna] } } }");
    // Made now, so that there is something that can move while the question stands.
    let made = project.manifest("groups: { Team B: {} }");
    made.run(&["apply", "--auto-approve"]).exits(0);
    made.manifest("groups: { Team A: { members: { users: [anna] } }, Team B: {} }")
}

#[test]
fn yes_applies() {
    let project = project();
    let (code, said) = answered(asked(&project), "yes");
    assert_eq!(code, 0, "{said}");
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn anything_else_does_not() {
    let project = project();
    let (code, said) = answered(asked(&project), "y");
    assert_eq!(code, 1, "{said}");
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn a_plan_that_no_longer_holds_is_not_applied() {
    let project = project();
    let apply = asked(&project);
    let other = rusqlite::Connection::open(project.path().join(".rolecall/local.db")).unwrap();
    other
        .execute("UPDATE groups SET active = 0 WHERE name = 'Team A'", [])
        .unwrap();
    drop(other);
    let (code, said) = answered(apply, "yes");
    assert_eq!(code, 5, "{said}");
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn guards_judge_again_what_moved_meanwhile() {
    let teams = |count| {
        (1..=count)
            .map(|at| format!("  Team {at}: {{}}\n"))
            .collect::<String>()
    };
    let project = Project::new("ucserver")
        .seed(&format!("groups:\n{}", teams(10)))
        .manifest(&format!("groups:\n{}", teams(10)));
    project.run(&["apply", "--auto-approve"]).exits(0);
    let made = project.manifest("groups: { Team 11: {} }");
    made.run(&["apply", "--auto-approve"]).exits(0);
    // Three of eleven are fine; of ten, once another group is gone, they are too many for this policy.
    let project = made
        .manifest("removed: { groups: { Team 1: {}, Team 2: {}, Team 3: {} } }")
        .file("policy.yaml", "guards: { deletions: { share: 29 } }");
    let apply = asked(&project);
    let other = rusqlite::Connection::open(project.path().join(".rolecall/local.db")).unwrap();
    other
        .execute("DELETE FROM groups WHERE name = 'Team 11'", [])
        .unwrap();
    drop(other);
    let (code, said) = answered(apply, "yes");
    assert_eq!(code, 5, "{said}");
    project.run(&["plan"]).exits(3);
}
