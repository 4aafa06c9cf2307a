//! In which order a plan's writes are done, as plans say it and as applies keep to it.

use serde_json::Value;

use crate::faulty::faulty_run;
use crate::support::Project;

const SEED: &str = "
profiles: { Sales: { otherwise: usual } }
roles:
  Head: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users }
  Rep: { reports_to: Head, profiles: [Sales], assign_records_to: all_users }
groups:
  Team A: { members: { users: [anna] } }
  Team B: { members: { users: [ben] } }
sharing:
  defaults: { Leads: private, Potentials: private }
  rules:
    - { module: Leads, from: { role: Rep }, to: { group: Team A }, access: read }
    - { module: Potentials, from: { role: Rep }, to: { group: Team A }, access: read }
users: { anna: { role: Rep }, ben: { role: Rep }, cleo: { role: Head } }
";

/// Two teams that trade their members: each update takes one and gives one.
const TRADE: &str = "
groups:
  Team A: { members: { users: [ben] } }
  Team B: { members: { users: [anna] } }
";

fn project(manifest: &str) -> Project {
    Project::new("berlicrm").seed(SEED).manifest(manifest)
}

fn plan(project: &Project, flags: &[&str]) -> Value {
    let mut arguments = vec!["plan", "--format", "json"];
    arguments.extend(flags);
    let plan = project.run(&arguments).exits(0);
    serde_json::from_str(&plan.stdout).unwrap()
}

/// The steps in order: what each does to access, and to which object.
fn steps(plan: &Value) -> Vec<(&str, &str)> {
    let steps = plan["steps"].as_array().unwrap().iter();
    steps
        .map(|step| (step["stage"].as_str().unwrap(), step["address"].as_str().unwrap()))
        .collect()
}

#[test]
fn updates_that_take_and_give_are_split_where_there_are_several() {
    let project = project(TRADE);
    let plan = plan(&project, &[]);
    assert_eq!(
        steps(&plan),
        [
            ("revoke", "group.Team A"),
            ("revoke", "group.Team B"),
            ("grant", "group.Team A"),
            ("grant", "group.Team B"),
        ]
    );
    assert_eq!(plan["interim"]["split"], 2);
    let text = project.run(&["plan"]).exits(0).stdout;
    assert!(text.contains("2 objects are changed in several writes"), "{text}");
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn one_update_that_takes_and_gives_is_one_write() {
    let project = project("groups: { Team A: { members: { users: [ben] } } }\n");
    let plan = plan(&project, &[]);
    assert_eq!(steps(&plan), [("move", "group.Team A")]);
    assert_eq!(plan["interim"], Value::Null);
}

#[test]
fn grants_come_first_for_those_who_ask() {
    let manifest = "
groups:
  Team A: { members: {} }
  Team B: { members: { users: [anna, ben] } }
";
    let project = project(manifest);
    assert_eq!(
        steps(&plan(&project, &[])),
        [("revoke", "group.Team A"), ("grant", "group.Team B")]
    );
    let first = plan(&project, &["--grants-first"]);
    assert_eq!(
        steps(&first),
        [("grant", "group.Team B"), ("revoke", "group.Team A")]
    );
    assert_eq!(first["interim"]["unknown"], "grants_first");
    let text = project.run(&["plan", "--grants-first"]).exits(0).stdout;
    assert!(
        text.contains("in between, some may have what they have before"),
        "{text}"
    );
    project
        .run(&["apply", "--auto-approve", "--grants-first"])
        .exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

/// Whoever is promoted first is above those who are promoted next.
#[test]
fn what_no_order_avoids_is_named() {
    let project = project("users: { anna: { role: Head }, ben: { role: Head } }\n");
    let plan = plan(&project, &[]);
    let gains = plan["interim"]["gains"].as_array().unwrap();
    let of = |user: &str| {
        gains
            .iter()
            .find(|gain| gain["users"].as_array().unwrap().contains(&Value::from(user)))
            .unwrap_or_else(|| panic!("{user}: {gains:#?}"))
    };
    for (user, other) in [("anna", "ben"), ("ben", "anna")] {
        let gain = of(user);
        assert!(
            gain["owners"].as_array().unwrap().contains(&Value::from(other)),
            "{gain}"
        );
        assert!(gain["abilities"].as_str().unwrap().contains("Leads"), "{gain}");
    }
    let text = project.run(&["plan"]).exits(0).stdout;
    assert!(text.contains("Note    in between, from step 1 on"), "{text}");
}

#[test]
fn one_move_alone_is_safe() {
    let project = project("users: { anna: { role: Head } }\n");
    assert_eq!(plan(&project, &[])["interim"], Value::Null);
}

/// Someone else changes Team A first, so that what it loses is not taken: nothing may be given then.
#[test]
fn nothing_is_given_after_a_revocation_failed() {
    let project = project(TRADE);
    let run = faulty_run(&project, "second-administrator 1", &["apply", "--auto-approve"]);
    assert_eq!(run.code, 6, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("1 done, 1 failed, 2 not tried"),
        "{}",
        run.stderr
    );
    let groups = project.state()["groups"].clone();
    assert_eq!(groups["Team A"]["members"]["users"], serde_json::json!(["anna"]));
    assert_eq!(groups["Team B"]["members"], Value::Null);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

/// Rules of one module cannot add to those of another: a failure there holds nothing back here.
#[test]
fn rules_of_another_module_go_on() {
    let manifest = "
sharing:
  rules:
    - { module: Leads, from: { role: Rep }, to: { group: Team B }, access: read }
    - { module: Potentials, from: { role: Rep }, to: { group: Team B }, access: read }
";
    let project = project(manifest);
    let stages: Vec<Value> = plan(&project, &[])["steps"].as_array().unwrap().clone();
    assert_eq!(
        stages[0]["address"],
        "sharing_rule.Leads: role Rep → group Team A"
    );
    // Someone else takes the rule of Leads away first.
    let run = faulty_run(&project, "second-administrator 1", &["apply", "--auto-approve"]);
    assert_eq!(run.code, 6, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("2 done, 1 failed, 1 not tried"),
        "{}",
        run.stderr
    );
    let rules = project.state()["sharing"]["rules"].clone();
    let modules: Vec<(&str, &str)> = rules
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| {
            (
                rule["module"].as_str().unwrap(),
                rule["to"]["group"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(modules, [("Potentials", "Team B")]);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}
