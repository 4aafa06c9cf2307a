//! The exit codes that scripts rely on: docs/exit-codes.md, one test a number.

use std::process::Command;

use crate::faults::WORLDS;
use crate::faulty::{Slow, ended, faulty, faulty_run};
use crate::support::Project;

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

fn project() -> Project {
    WORLDS[0].project()
}

#[test]
fn code_0_is_done_or_nothing_to_do() {
    let project = project();
    project.run(&["plan"]).exits(0);
    project.run(&APPLY).exits(0);
    project.run(&APPLY).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn code_1_is_an_error() {
    let project = project();
    // Wrong usage, nobody to ask, a manifest with a mistake.
    project.run(&["plan", "--no-such-flag"]).exits(1);
    project.run(&["apply"]).exits(1);
    let project = project.manifest("groups: { Team A: { member: [] } }\n");
    project.run(&["plan"]).exits(1);
    project.run(&APPLY).exits(1);
}

#[test]
fn code_2_is_changes_or_drift() {
    let project = project();
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
    project.run(&APPLY).exits(0);
    let project = project.manifest("groups: { Team A: { members: {} } }\n");
    project.run(&["drift"]).exits(2);
}

#[test]
fn code_3_is_a_guard() {
    let project = project().file("policy.yaml", "guards: { deletions: { share: 1, from: 1 } }\n");
    project.run(&["plan"]).exits(3);
    project.run(&APPLY).exits(3);
}

#[test]
fn code_4_is_a_policy_or_an_access_test() {
    let project = project().file("policy.yaml", "minimum_administrators: 9\n");
    project.run(&["plan"]).exits(4);
    project.run(&APPLY).exits(4);
    project.run(&["test"]).exits(4);
}

#[test]
fn code_5_is_a_stale_plan() {
    let project = project();
    project.run(&["plan", "--out", "plan.json"]).exits(0);
    let project = project.manifest("groups: { One more: {} }\n");
    project.run(&["apply", "plan.json"]).exits(5);
    project.run(&["history"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn code_6_is_applied_in_part() {
    let project = project();
    let lied = faulty_run(&project, "lie 1", &APPLY);
    assert_eq!(lied.code, 6, "{}{}", lied.stdout, lied.stderr);
}

#[test]
fn code_7_is_unreachable_or_locked() {
    let project = project();
    let mut command = Command::new(faulty());
    command.current_dir(project.path()).args(APPLY);
    let first = Slow::at(command, &project, 1);
    project.run(&APPLY).exits(7);
    ended(first.goes_on()).exits(0);
    let file = project.path().join(".rolecall/local.db");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    project.run(&["plan"]).exits(7);
}

/// A guard comes before the policy, and both before changes.
#[test]
fn when_several_hold_the_first_counts() {
    let policy = "minimum_administrators: 9\nguards: { deletions: { share: 1, from: 1 } }\n";
    let project = project().file("policy.yaml", policy);
    project.run(&["plan", "--detailed-exitcode"]).exits(3);
    let allowed = ["plan", "--detailed-exitcode", "--allow", "deletions"];
    project.run(&allowed).exits(4);
}
