//! `rolecall diff`: two states from anywhere, what differs, and what that means for people.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::impact::CRM;
use crate::support::{Project, Run};

const JOINS: &str = "groups: { Team: { members: { users: [rita, ron] } } }";

/// The CRM of the impact tests; `state.json` is exported from it, `joined.json` after a member joined.
fn states() -> Project {
    let project = Project::new("berlicrm").seed(CRM).manifest(JOINS);
    export(&project, "state.json");
    project.run(&["apply", "--auto-approve"]).exits(0);
    export(&project, "joined.json");
    project
}

fn export(project: &Project, file: &str) {
    let state = project.run(&["export", "--out", "-"]).exits(0).stdout;
    fs::write(project.path().join(file), state).unwrap();
}

fn diff(project: &Project, words: &str) -> Run {
    let words: Vec<&str> = words.split(' ').collect();
    project.run(&[&["diff"], &words[..]].concat())
}

/// Runs git in a project.
pub(crate) fn git(project: &Project, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(project.path())
        .args(["-c", "user.name=Anna", "-c", "user.email=anna@example.org"])
        .args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"])
        .args(arguments)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn two_files() {
    let run = diff(&states(), "state.json joined.json").exits(0);
    insta::assert_snapshot!(run.stdout, @r"
    rolecall diff · berlicrm · state.json → joined.json

    Impact
      MED   2 people gain view on Leads of ron (4 records)
            who    ada, alf
            path   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner:
                   group Team
            cause  group Team
      MED   ron gains view and edit on Leads of group Team (5 records)
            path   ron → group Team → owned by the group
            cause  group Team

    Changes
      ~ group Team
          members.users  + ron

    Diff    1 to update; 36 unchanged
    ");
}

#[test]
fn the_way_back_is_a_loss() {
    let run = diff(&states(), "joined.json state.json").exits(0);
    assert!(
        run.stdout
            .contains("ron loses view and edit on Leads of group Team"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("gain"), "{}", run.stdout);
}

#[test]
fn nothing_differs() {
    let run = diff(&states(), "state.json state.json --detailed-exitcode").exits(0);
    insta::assert_snapshot!(run.stdout, @r"
    No differences. berlicrm state.json is as state.json
    ");
}

#[test]
fn the_exit_code_tells_whether_anything_differs() {
    let project = states();
    diff(&project, "state.json joined.json --detailed-exitcode").exits(2);
    diff(&project, "state.json joined.json").exits(0);
    diff(&project, "state.json missing.json --detailed-exitcode").exits(1);
}

#[test]
fn a_live_state_against_a_file() {
    let run = diff(&states(), "deployment:local joined.json --detailed-exitcode").exits(0);
    assert!(run.stdout.contains("deployment local"), "{}", run.stdout);
}

#[test]
fn the_author_is_pointed_out() {
    let run = diff(&states(), "state.json joined.json --author ron").exits(0);
    assert!(
        run.stdout.contains("the author of the change gains"),
        "{}",
        run.stdout
    );
}

/// What is reviewed without credentials: the manifests of two revisions, and people from a file.
#[test]
fn two_revisions_with_people_from_a_file_never_open_a_deployment() {
    let manifest = |users: &str| {
        format!(
            "groups: {{ Team: {{ members: {{ users: [{users}] }} }} }}\n\
             profiles: {{ Sales: {{ modules: {{ Leads: {{ actions: [view, edit] }} }} }} }}\n\
             roles: {{ Rep: {{ reports_to: Organization, profiles: [Sales], assign_records_to: all_users }} }}\n\
             sharing: {{ defaults: {{ Leads: private }} }}\n\
             existing: {{ users: [rita, ron] }}\n"
        )
    };
    let people = "
profiles: { Sales: {} }
roles: { Rep: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users } }
groups: { Team: {} }
users: { rita: { role: Rep }, ron: { role: Rep } }
records: [{ module: Leads, owner: { group: Team }, count: 5 }]
";
    let file = Project::new("berlicrm").seed(people).manifest("groups: {}");
    let exported = file.run(&["export", "--out", "-"]).exits(0).stdout;
    let project = Project::new("berlicrm")
        .manifest(&manifest("rita"))
        .file("people.json", &exported)
        .file(".gitignore", ".rolecall\n");
    git(&project, &["init", "--quiet", "--initial-branch=main"]);
    git(&project, &["add", "--all"]);
    git(&project, &["commit", "--quiet", "-m", "One"]);
    let project = project
        .manifest(&manifest("rita, ron"))
        .file(".rolecall/local.db", "this is no database");
    let run = diff(&project, "git:main: . --users people.json").exits(0);
    insta::assert_snapshot!(run.stdout, @r"
    rolecall diff · berlicrm · git:main: with the people of people.json → . with the people of people.json

    Impact
      MED   ron gains view and edit on Leads of group Team (5 records)
            path   ron → group Team → owned by the group
            cause  group Team                                                       manifests/all.yaml:1

    Changes
      ~ group Team                                                                  manifests/all.yaml:1
          members.users  + ron

    Diff    1 to update; 26 unchanged
    ");
    git(&project, &["commit", "--quiet", "-am", "Two"]);
    let run = diff(
        &project,
        "git:main~1: git:main: --users people.json --detailed-exitcode",
    )
    .exits(2);
    assert!(
        run.stdout
            .contains("ron gains view and edit on Leads of group Team (5 records)"),
        "{}",
        run.stdout
    );
    diff(&project, "git:main: . --users people.json --detailed-exitcode").exits(0);
}

#[test]
fn states_of_two_systems_cannot_be_compared() {
    let project = states();
    let other = Project::new("iptel").manifest("groups: {}");
    let state = other.run(&["export", "--out", "-"]).exits(0).stdout;
    let project = project.file("iptel.json", &state);
    let run = diff(&project, "state.json iptel.json").exits(1);
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr
            .contains("state.json is a state of berlicrm, iptel.json one of iptel"),
        "{}",
        run.stderr
    );
}

#[test]
fn people_on_one_side_are_counted_and_come_by_themselves() {
    let project = states();
    let fewer = Project::new("berlicrm")
        .seed(
            &CRM.replace("  ron: { role: Rep }\n", "")
                .replace("  - { module: Leads, owner: { user: ron }, count: 4 }\n", ""),
        )
        .manifest("groups: {}");
    let state = fewer.run(&["export", "--out", "-"]).exits(0).stdout;
    let project = project.file("fewer.json", &state);
    let run = diff(&project, "fewer.json state.json").exits(0);
    assert!(
        run.stdout.contains("1 user is only in state.json"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("cause  user ron"), "{}", run.stdout);
    let run = diff(&project, "state.json fewer.json").exits(0);
    assert!(
        run.stdout.contains("1 user is only in state.json"),
        "{}",
        run.stdout
    );
}

#[test]
fn programs_read_differences() {
    let run = diff(&states(), "state.json joined.json --format json").exits(0);
    let difference: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut keys: Vec<&String> = difference.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "format_version",
            "impact",
            "left",
            "notes",
            "resource_changes",
            "right",
            "system",
            "totals"
        ]
    );
    assert_eq!(difference["left"], "state.json");
    assert_eq!(difference["right"], "joined.json");
    assert_eq!(difference["system"], "berlicrm");
    assert_eq!(difference["resource_changes"][0]["address"], "group.Team");
    assert_eq!(difference["impact"]["people"], 3);
}
