//! The way back from an apply, with the real program.

use serde_json::Value;

use crate::faulty::faulty_run;
use crate::support::{Project, Run};

const SEED: &str = "
profiles: { Sales: { otherwise: usual }, Old: { otherwise: usual } }
roles:
  Head: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users }
  Agent: { reports_to: Head, profiles: [Sales, Old], assign_records_to: all_users }
groups:
  Team A: { description: Field sales, members: { users: [anna] } }
  Team B: { members: { users: [ben], groups: [Team A] } }
  Team C: { members: { users: [ben] } }
sharing:
  defaults: { Leads: private }
  rules:
    - { module: Leads, from: { role: Agent }, to: { group: Team C }, access: read }
users: { anna: { role: Head }, ben: { role: Agent }, cleo: { role: Head } }
records:
  - { owner: { group: Team C }, module: Leads, count: 12 }
";

const APPLY: &[&str] = &["apply", "--auto-approve", "--allow", "members-lost"];
const UNDO: &[&str] = &["undo", "--auto-approve", "--allow", "members-lost"];

/// A project whose deployment is as its seed says.
fn project() -> Project {
    let project = Project::new("berlicrm").seed(SEED).manifest("groups: {}\n");
    project.run(APPLY).exits(0);
    project
}

/// Applies a manifest, and says what was there before.
#[track_caller]
fn applied(project: Project, manifest: &str) -> (Project, Value) {
    let before = project.state();
    let project = project.manifest(manifest);
    let run = project.run(APPLY).exits(0);
    assert!(run.stdout.contains("Applied "), "{}", run.stdout);
    (project, before)
}

/// The id of the last apply.
fn last(project: &Project) -> String {
    let history = project.run(&["history", "--format", "json"]).exits(0);
    let history: Value = serde_json::from_str(&history.stdout).unwrap();
    let applies = history["applies"].as_array().unwrap();
    applies.last().unwrap()["apply"].as_str().unwrap().to_owned()
}

fn with(arguments: &[&'static str], more: &[&str]) -> Vec<String> {
    arguments
        .iter()
        .chain(more)
        .map(|text| (*text).to_owned())
        .collect()
}

fn undo(project: &Project, more: &[&str]) -> Run {
    let arguments = with(UNDO, more);
    project.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

const EVERYTHING: &str = "
profiles: { New: { otherwise: usual } }
roles:
  Agent: { profiles: [Sales, New] }
  Clerk: { reports_to: Head, profiles: [New], assign_records_to: all_users }
groups:
  Team Berlin: { renamed_from: Team B, members: { users: [ben, cleo] } }
  Team D: { members: { groups: [Team A] } }
sharing:
  defaults: { Leads: public_read }
  rules:
    - { module: Accounts, from: { role: Agent }, to: { group: Team D }, access: read_write }
users: { ben: { role: Clerk } }
removed:
  profiles: { Old: { transfer_to: { profile: New } } }
  groups: { Team C: { transfer_to: { user: cleo } } }
";

fn without_records(mut state: Value) -> Value {
    state["records"] = Value::Null;
    state
}

#[test]
fn of_every_kind_of_change() {
    let (project, before) = applied(project(), EVERYTHING);
    let apply = last(&project);
    let run = undo(&project, &["--records-to", "user:cleo"]).exits(0);
    assert_eq!(without_records(project.state()), without_records(before));
    let told = |text: &str| {
        assert!(
            run.stdout.contains(text),
            "`{text}` is missing in\n{}",
            run.stdout
        )
    };
    told(&format!("· back to before the apply {apply}"));
    told("» group Team Berlin becomes Team B");
    told("- role Clerk, with no user left in it");
    told("Note    12 records of group Team C will not come back: with the apply they went to user cleo");
    told("read again: nothing left to do");
    assert!(
        run.stderr.contains(
            "hint: the manifests still ask for what was taken back; the next apply would do it again"
        )
    );
    let history = project.run(&["history", "--apply", &last(&project)]).exits(0);
    assert!(
        history.stdout.contains(&format!("undoes    {apply}")),
        "{}",
        history.stdout
    );
    project.run(&["history", "verify"]).exits(0);
    // Again: there is nothing left to take back.
    let run = undo(&project, &[]).exits(1);
    assert!(
        run.stderr.contains("there is no apply to local to take back"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_was_made_goes_and_its_users_and_records_go_to_someone() {
    let (project, before) = applied(project(), "groups: { Team D: { members: { users: [cleo] } } }\n");
    let run = undo(&project, &[]).exits(1);
    assert!(
        run.stderr.contains("group Team D was made by the apply and would go, and nobody is named who gets the records\nhint: pass --records-to"),
        "{}",
        run.stderr
    );
    for (heir, error) in [
        (
            "group:Team D",
            "group Team D cannot get the records: it will not be there",
        ),
        (
            "user:nobody",
            "user nobody cannot get the records: it will not be there",
        ),
        ("Team A", "`Team A` is neither user:NAME nor group:NAME"),
    ] {
        let run = undo(&project, &["--records-to", heir]).exits(1);
        assert!(run.stderr.contains(error), "{}", run.stderr);
    }
    let run = undo(&project, &["--records-to", "group:Team A"]).exits(0);
    assert!(
        run.stdout
            .contains("- group Team D, its records go to group Team A"),
        "{}",
        run.stdout
    );
    assert_eq!(project.state(), before);
}

#[test]
fn without_an_heir_where_the_product_asks_for_none() {
    let project = Project::new("ucserver")
        .seed("groups: { Sales: {} }\nusers: { anna: {} }")
        .manifest("groups: {}");
    project.run(APPLY).exits(0);
    let (project, before) = applied(project, "groups: { New: { members: { users: [anna] } } }");
    undo(&project, &[]).exits(0);
    assert_eq!(project.state(), before);
}

#[test]
fn steps_have_a_reason_of_their_own_and_no_place() {
    let (project, _) = applied(project(), "groups: { Team A: { description: Other } }");
    let run = project.run(&["undo", "--dry-run"]).exits(0);
    assert!(run.stdout.contains("Other\" → \"Field sales\""), "{}", run.stdout);
    assert!(!run.stdout.contains("manifests/all.yaml"), "{}", run.stdout);
    assert!(!run.stdout.contains("Applied"), "{}", run.stdout);
    project
        .run(&["undo", "--dry-run", "--detailed-exitcode"])
        .exits(2);
    project.run(&["undo", "--detailed-exitcode"]).exits(1);
    let run = project.run(&["undo"]).exits(1);
    assert!(
        run.stderr.contains("there is no terminal to ask on"),
        "{}",
        run.stderr
    );
    undo(&project, &[]).exits(0);
    project
        .run(&["undo", "--dry-run", "--detailed-exitcode"])
        .exits(1);
}

#[test]
fn one_after_the_other_and_forward_again() {
    let (project, first) = applied(project(), "groups: { Team A: { description: One } }");
    let one = last(&project);
    let (project, second) = applied(project, "groups: { Team A: { description: Two } }");
    let third = project.state();
    undo(&project, &[]).exits(0);
    assert_eq!(project.state(), second);
    let undone = last(&project);
    undo(&project, &[]).exits(0);
    assert_eq!(project.state(), first);
    // The undo itself, by name: forward again; and then the apply counts as one that was not taken back.
    let run = undo(&project, &["--apply", &undone]).exits(0);
    assert_eq!(project.state(), third);
    assert!(
        run.stdout.contains("changed since by the apply"),
        "{}",
        run.stdout
    );
    undo(&project, &[]).exits(0);
    assert_eq!(project.state(), second);
    let run = undo(&project, &["--apply", &one]).exits(0);
    assert_eq!(project.state(), first, "{}", run.stdout);
}

#[test]
fn only_an_apply_that_there_was_to_this_deployment() {
    let run = undo(&project(), &["--apply", "20260101T000000Z-abcdef"]).exits(1);
    assert!(
        run.stderr
            .contains("there is no apply 20260101T000000Z-abcdef in the ledger"),
        "{}",
        run.stderr
    );
    let project = project().file(
        "rolecall.yaml",
        "system: berlicrm\ndefault: local\ndeployments: { local: { kind: embedded, seed: seed }, other: { kind: embedded, seed: seed } }\n",
    );
    let project = project.manifest("groups: { Team A: { description: Other } }");
    project
        .run(&["apply", "--auto-approve", "--deployment", "other"])
        .exits(0);
    let apply = last(&project);
    project.run(APPLY).exits(0);
    let run = undo(&project, &["--apply", &apply]).exits(1);
    assert!(
        run.stderr.contains(&format!(
            "the apply {apply} was to other, not to local\nhint: pass --deployment other"
        )),
        "{}",
        run.stderr
    );
    undo(&project, &["--apply", &apply, "--deployment", "other"]).exits(0);
    std::fs::remove_file(project.path().join(".rolecall/local.db")).unwrap();
    undo(&project, &[]).exits(7);
    std::fs::remove_dir_all(project.path().join(".rolecall/before")).unwrap();
    undo(&project, &["--apply", &apply, "--deployment", "other"]).exits(1);
}

#[test]
fn what_someone_else_changed() {
    let (project, before) = applied(project(), "groups: { Team A: { description: Other } }");
    // Someone else, of whom the ledger of this project knows nothing.
    let ledger = std::fs::read(project.path().join(".rolecall/ledger.jsonl")).unwrap();
    let project =
        project.manifest("groups: { Team A: { description: Third }, Team C: { description: Mine } }");
    project.run(APPLY).exits(0);
    std::fs::write(project.path().join(".rolecall/ledger.jsonl"), ledger).unwrap();
    let run = undo(&project, &[]).exits(0);
    assert!(
        run.stdout
            .contains("Note    changed since by someone else: group Team A; it goes back as well"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("group Team C"), "{}", run.stdout);
    let now = project.state();
    assert_eq!(now["groups"]["Team A"], before["groups"]["Team A"]);
    assert_eq!(now["groups"]["Team C"]["description"], "Mine");
}

#[test]
fn an_apply_that_was_done_in_part() {
    let fault = "kill-before 4";
    let project = project();
    let before = project.state();
    let project = project.manifest(EVERYTHING);
    let run = faulty_run(&project, fault, APPLY);
    assert_eq!(run.code, -1, "{}", run.stderr);
    assert_ne!(project.state(), before);
    let run = undo(&project, &["--records-to", "user:cleo"]).exits(0);
    assert_eq!(
        without_records(project.state()),
        without_records(before),
        "{}",
        run.stdout
    );
}

#[test]
fn one_that_stops_half_way_goes_on() {
    let (project, before) = applied(project(), EVERYTHING);
    let arguments = with(UNDO, &["--records-to", "user:cleo"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = faulty_run(&project, "kill-before 5", &arguments);
    assert_eq!(run.code, -1, "{}", run.stderr);
    undo(&project, &["--records-to", "user:cleo"]).exits(0);
    assert_eq!(without_records(project.state()), without_records(before));
}

#[test]
fn guards_and_policy_judge_it() {
    let (project, _) = applied(project(), "groups: { Team A: { description: Other } }");
    let project = project.file("policy.yaml", "guards: { protected: { groups: [Team A] } }\n");
    let run = undo(&project, &[]).exits(3);
    assert!(run.stderr.contains("error: guard protected"), "{}", run.stderr);
    let now = project.state();
    let project = project.file("policy.yaml", "minimum_administrators: 9\n");
    undo(&project, &[]).exits(4);
    assert_eq!(project.state(), now);
    let project = project.file("policy.yaml", "guards: { protected: { groups: [Team A] } }\n");
    undo(&project, &["--allow", "protected"]).exits(0);
}

#[test]
fn mistakes_in_manifests_do_not_block_it() {
    let (project, before) = applied(project(), "groups: { Team A: { description: Other } }");
    let project = project.manifest("groups: { Team A: { nonsense: [\n");
    let run = undo(&project, &[]).exits(0);
    assert!(!run.stderr.contains("hint: the manifests"), "{}", run.stderr);
    assert_eq!(project.state(), before);
}

#[test]
fn manifests_that_ask_for_the_same_are_not_complained_of() {
    let (project, before) = applied(project(), "groups: { Team A: { description: Other } }");
    let project = project.manifest("groups: { Team A: { description: Field sales } }");
    let run = undo(&project, &[]).exits(0);
    assert!(!run.stderr.contains("hint: the manifests"), "{}", run.stderr);
    assert_eq!(project.state(), before);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn what_it_refers_to_may_be_gone_by_now() {
    let (project, _) = applied(project(), "groups: { Team B: { members: { users: [] } } }");
    let project = project.manifest("removed: { groups: { Team A: { transfer_to: { user: cleo } } } }");
    project.run(APPLY).exits(0);
    let apply = {
        let history = project.run(&["history", "--format", "json"]).exits(0);
        let history: Value = serde_json::from_str(&history.stdout).unwrap();
        history["applies"][0]["apply"].as_str().unwrap().to_owned()
    };
    let run = undo(&project, &["--apply", &apply]).exits(0);
    assert!(
        run.stdout
            .contains("group Team B goes back without group Team A, which is no longer there"),
        "{}",
        run.stdout
    );
    assert_eq!(
        project.state()["groups"]["Team B"]["members"]["users"],
        serde_json::json!(["ben"])
    );
}
