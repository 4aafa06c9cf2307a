//! What moves between plan and apply: what makes another plan is named, and nothing else stops it.

use std::fs;

use rolecall::model::Digest;
use serde_json::{Value, json};

use super::{EXISTING, PLAN, SHARE, forge, project, refused, saved, someone, stale, text};

#[test]
fn a_manifest_that_changed_is_named() {
    let project = saved("groups: { Other: { description: a } }\n");
    let project = project
        .manifest("groups: { Other: { description: b } }\n")
        .file("manifests/more/new.yaml", "groups: { New: {} }\n");
    stale(
        &project,
        &[],
        &[
            "changed in the project: manifests/all.yaml",
            "new in the project: manifests/more/new.yaml",
            "planned and not approved: group.New",
            "planned otherwise than approved: group.Other",
        ],
    );
    project.run(&["plan", "--out", PLAN]).exits(0);
    fs::remove_file(project.path().join("manifests/more/new.yaml")).unwrap();
    stale(
        &project,
        &[],
        &[
            "gone from the project: manifests/more/new.yaml",
            "approved and no longer planned: group.New",
        ],
    );
}

/// Comments, other words for the same and other lines make no other plan.
#[test]
fn a_manifest_that_asks_for_the_same_is_the_same() {
    let project = saved(SHARE);
    let project = project.manifest(&format!("# Reviewed\n\n{EXISTING}\n{SHARE}"));
    project.run(&["apply", PLAN]).exits(0);
}

#[test]
fn a_live_object_that_changed_is_named() {
    let manifest = "groups: { Desk: { description: new, members: { groups: [Night] } } }\n";
    let project = saved(manifest);
    someone(&project, "groups: { Desk: { description: theirs } }\n");
    stale(
        &project,
        &[],
        &[
            "changed on the deployment: group.Desk",
            "planned otherwise than approved: group.Desk",
        ],
    );
    let project = saved(&format!("{manifest}  \n").replace("Desk: {", "Late: { description: x }, Desk: {"));
    someone(&project, "groups: { Late: { description: y } }\n");
    stale(
        &project,
        &[],
        &[
            "new on the deployment: group.Late",
            "planned otherwise than approved: group.Late",
        ],
    );
    let removed = "removed: { groups: { Other: { transfer_to: { group: Desk } } } }\n";
    let project = saved(&format!("{manifest}{removed}"));
    someone(&project, &format!("{removed}existing: {{ groups: [Desk] }}\n"));
    stale(
        &project,
        &[],
        &[
            "gone from the deployment: group.Other",
            "approved and no longer planned: group.Other",
            "who gains or loses what is not what was approved",
            "approved: ada gains view and edit on Leads of group Other",
        ],
    );
    // One that is gone, and to which the plan only refers.
    let project = saved("groups: { Other: { members: { groups: [Night] } } }\n");
    someone(
        &project,
        "removed: { groups: { Night: { transfer_to: { group: Desk } } } }\nexisting: { groups: [Desk] }\n",
    );
    // The manifests cannot be laid over that at all, which is said with its place.
    let said = refused(&project, &[], 1);
    assert!(said.contains("Night"), "{said}");
}

#[test]
fn a_live_object_is_named_as_it_was_called_before_a_rename() {
    let project = saved("groups: { Crew: { renamed_from: Other, description: new } }\n");
    let content: Value = serde_json::from_str(&text(&project)).unwrap();
    let objects = content["live_objects"].as_array().unwrap();
    let objects: Vec<(&str, bool)> = objects
        .iter()
        .map(|object| (object["address"].as_str().unwrap(), object["digest"].is_string()))
        .collect();
    assert_eq!(objects, [("group.Crew", false), ("group.Other", true)]);
    someone(&project, "groups: { Other: { description: theirs } }\n");
    stale(
        &project,
        &[],
        &[
            "changed on the deployment: group.Other",
            "planned otherwise than approved: group.Crew",
        ],
    );
}

/// A rule is named by what it is between, so that it has another name after a rename.
#[test]
fn a_live_rule_is_named_by_the_names_before_a_rename() {
    let project = project(SHARE);
    project.run(&["apply", "--auto-approve"]).exits(0);
    let rule = "sharing: { rules: [{ module: Leads, from: { role: Seller }, to: { group: Desk }, access: read_write }] }\n";
    let project = project.manifest(&format!(
        "roles: {{ Seller: {{ renamed_from: Rep }} }}\n{rule}existing: {{ groups: [Desk] }}\n"
    ));
    project.run(&["plan", "--out", PLAN]).exits(0);
    let content: Value = serde_json::from_str(&text(&project)).unwrap();
    let objects = content["live_objects"].as_array().unwrap();
    let rules: Vec<&Value> = objects
        .iter()
        .filter(|object| object["address"].as_str().unwrap().starts_with("sharing_rule."))
        .collect();
    assert_eq!(rules.len(), 1, "{objects:?}");
    assert_eq!(rules[0]["address"], "sharing_rule.Leads: role Rep → group Desk");
    assert!(rules[0]["digest"].is_string(), "{rules:?}");
}

/// The same steps mean something else once another person is in a nested group.
#[test]
fn another_impact_is_another_plan() {
    let project = saved(SHARE);
    someone(
        &project,
        "groups: { Night: { members: { users: [ada, alf] } } }\n",
    );
    stale(
        &project,
        &[],
        &[
            "who gains or loses what is not what was approved",
            "approved: ada gains view on Leads of rita (10 records)",
            "now: 2 people gain view on Leads of rita (10 records)",
        ],
    );
}

/// People go on working between plan and apply.
#[test]
fn what_the_plan_does_not_rest_on_may_change() {
    let project = saved(SHARE);
    someone(&project, "groups: { Other: { description: theirs } }\n");
    let database = rusqlite::Connection::open(project.path().join(".rolecall/local.db")).unwrap();
    let records = database
        .execute("UPDATE user_records SET count = count + 1", ())
        .unwrap();
    assert_eq!(records, 1);
    drop(database);
    assert!(project.run(&["plan"]).exits(0).stdout.contains("11 records"));
    project.run(&["apply", PLAN]).exits(0);
}

#[test]
fn a_day_on_which_something_expires_makes_another_plan() {
    let manifest =
        "groups: { Night: { description: new, members: { users: [{ user: ada, expires: 2026-12-31 }] } } }\n";
    let project = project(manifest);
    project
        .run(&["plan", "--out", PLAN, "--today", "2026-12-30"])
        .exits(0);
    stale(
        &project,
        &["--today", "2027-01-01"],
        &[
            "planned otherwise than approved: group.Night",
            "who gains or loses what is not what was approved",
            "now: ada loses view and edit on Leads of group Desk and group Night",
            "the day is another one: approved for 2026-12-30, now it is 2027-01-01, and what expires makes the difference",
        ],
    );
    project.run(&["apply", PLAN, "--today", "2026-12-31"]).exits(0);
}

#[test]
fn another_version_of_rolecall_is_named() {
    let project = saved(SHARE);
    forge(&project, |content| {
        content["rolecall_version"] = json!("0.0.9");
        content["steps_digest"] = json!(Digest::of(b"other"));
    });
    stale(
        &project,
        &[],
        &["made by rolecall 0.0.9, and this is rolecall 0.1.0"],
    );
}
