//! What an apply does while it runs: the lock, stopping it, what is seen of it, and what the ledger says afterwards.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::faults::WORLDS;
use crate::faulty::{Slow, ended, faulty};
use crate::support::Project;

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

/// An apply that has come to its first write.
fn slow(project: &Project) -> Slow {
    let mut command = Command::new(faulty());
    command.current_dir(project.path()).args(APPLY);
    command
        .env("USER", "anna")
        .env_remove("CI")
        .env_remove("GITHUB_ACTOR");
    command
        .env_remove("GITLAB_USER_LOGIN")
        .env_remove("BUILD_USER_ID");
    Slow::at(command, project, 1)
}

fn ledger(project: &Project) -> String {
    std::fs::read_to_string(project.path().join(".rolecall/ledger.jsonl")).unwrap_or_default()
}

#[test]
fn of_two_at_once_one_says_who_holds_the_lock() {
    let project = WORLDS[0].project();
    let first = slow(&project);
    let second = project.run(&APPLY).exits(7);
    assert!(
        second.stderr.contains("local is locked by anna@") && second.stderr.contains("UTC"),
        "{}",
        second.stderr
    );
    assert!(
        second.stderr.contains(&format!("(process {})", first.process())),
        "{}",
        second.stderr
    );
    ended(first.goes_on()).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn that_is_interrupted_ends_what_is_in_flight_and_records_it() {
    let project = WORLDS[0].project();
    let first = slow(&project);
    first.interrupt();
    let first = ended(first.goes_on()).exits(6);
    assert!(first.stderr.contains("stopped as asked"), "{}", first.stderr);
    let history = project.run(&["history", "--format", "json"]).exits(0);
    let history: Value = serde_json::from_str(&history.stdout).unwrap();
    let apply = &history["applies"][0];
    assert_eq!(apply["result"], "interrupted");
    let outcomes = apply["steps"].as_array().unwrap().iter();
    let outcomes: Vec<&str> = outcomes.map(|step| step["outcome"].as_str().unwrap()).collect();
    assert!(
        outcomes.contains(&"done") && outcomes.contains(&"not tried"),
        "{outcomes:?}"
    );
    assert!(!outcomes.contains(&"unknown"), "{outcomes:?}");
    project.run(&["history", "verify"]).exits(0);
    project.run(&APPLY).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn that_was_killed_is_told_of_by_the_next_one() {
    let project = WORLDS[0].project();
    slow(&project).dies();
    let second = project.run(&APPLY).exits(0);
    assert!(second.stderr.contains("was cut off"), "{}", second.stderr);
    let history = project.run(&["history"]).exits(0);
    assert!(
        history.stdout.contains("cut off") && history.stdout.contains("done"),
        "{}",
        history.stdout
    );
    // It is told once.
    let project = project.manifest("groups: { One more: {} }\n");
    let third = project.run(&APPLY).exits(0);
    assert!(!third.stderr.contains("was cut off"), "{}", third.stderr);
}

#[test]
fn is_written_to_a_file_of_events() {
    let project = WORLDS[1].project();
    let mut apply = APPLY.to_vec();
    apply.extend(["--events", "events.jsonl"]);
    project.run(&apply).exits(0);
    let text = std::fs::read_to_string(project.path().join("events.jsonl")).unwrap();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events[0]["event"], "planned");
    let planned = events[0]["steps"].as_array().unwrap().len();
    let steps: Vec<&Value> = events.iter().filter(|event| event["event"] == "step").collect();
    assert_eq!(steps.len(), planned);
    assert!(steps.iter().all(|step| step["outcome"] == "done"), "{text}");
}

#[test]
fn says_each_step_in_a_pipeline_and_nothing_in_a_pipe() {
    let run = |in_pipeline: bool| {
        let project = WORLDS[1].project();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
        command
            .current_dir(project.path())
            .args(APPLY)
            .stdin(Stdio::null());
        if in_pipeline {
            command.env("CI", "true");
        } else {
            command.env_remove("CI");
        }
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    assert!(run(true).contains("[1/"), "a line for each step");
    assert!(!run(false).contains("[1/"));
}

#[test]
fn records_who_and_which_guards_were_overridden() {
    let project = WORLDS[0].project();
    let project = project.file("policy.yaml", "guards: { deletions: { share: 1, from: 1 } }\n");
    project.run(&["apply", "--auto-approve"]).exits(3);
    project
        .run(&["apply", "--auto-approve", "--allow", "deletions"])
        .exits(0);
    let history = project.run(&["history", "--format", "json"]).exits(0);
    let history: Value = serde_json::from_str(&history.stdout).unwrap();
    let apply = &history["applies"][0];
    assert_eq!(apply["allowed"], serde_json::json!(["deletions"]));
    assert_eq!(apply["result"], "done");
    let id = apply["apply"].as_str().unwrap();
    let one = project.run(&["history", "--apply", id]).exits(0);
    assert!(one.stdout.contains("delete group.Team C"), "{}", one.stdout);
}

#[test]
fn a_ledger_that_was_changed_is_found_out() {
    let project = WORLDS[1].project();
    let run = project.run(&APPLY).exits(0);
    let head = run
        .stderr
        .lines()
        .find_map(|line| line.split("head ").nth(1))
        .unwrap()
        .to_owned();
    project.run(&["history", "verify", "--head", &head]).exits(0);
    let text = ledger(&project);
    let changed = text.replacen("\"who\":\"", "\"who\":\"not ", 1);
    let project = project.file(".rolecall/ledger.jsonl", &changed);
    let found = project.run(&["history", "verify"]).exits(1);
    assert!(
        found.stderr.contains("line 2 does not follow line 1"),
        "{}",
        found.stderr
    );
    let cut: String = text.split_inclusive('\n').take(2).collect();
    let project = project.file(".rolecall/ledger.jsonl", &cut);
    project.run(&["history", "verify"]).exits(0);
    let found = project.run(&["history", "verify", "--head", &head]).exits(1);
    assert!(found.stderr.contains("the end was cut off"), "{}", found.stderr);
}

#[test]
fn keeps_nothing_when_the_ledger_cannot_be_written() {
    let project = WORLDS[1].project();
    // A folder stands where the ledger should be.
    std::fs::create_dir_all(project.path().join(".rolecall/ledger.jsonl")).unwrap();
    let run = project.run(&APPLY).exits(1);
    assert!(run.stderr.contains("the ledger"), "{}", run.stderr);
    std::fs::remove_dir(project.path().join(".rolecall/ledger.jsonl")).unwrap();
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}
