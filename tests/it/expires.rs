//! Grants with a last day: what holds on which day, and what a plan says of it before and after.

use serde_json::{Value, json};

use crate::support::{Project, Run};

const BEFORE: &str = "2026-12-30";
const LAST: &str = "2026-12-31";
const AFTER: &str = "2027-01-01";

const SEED: &str = "
profiles: { P: { otherwise: usual } }
roles:
  Boss: { reports_to: Organization, profiles: [P], assign_records_to: all_users }
  Rep: { reports_to: Boss, profiles: [P], assign_records_to: all_users }
groups: { Team A: {}, Team B: {} }
users: { anna: { role: Rep }, ben: { role: Rep } }
sharing: { defaults: { Leads: private } }
";

const EXISTING: &str = "existing: { roles: [Boss, Rep], groups: [Team B] }\n";

fn project(manifest: &str) -> Project {
    Project::new("berlicrm")
        .seed(SEED)
        .manifest(&format!("{manifest}\n{EXISTING}"))
}

/// Applies as on a day, shows that nothing is left to do on it, and returns the state.
#[track_caller]
fn applied(project: &Project, today: &str) -> Value {
    project
        .run(&["apply", "--auto-approve", "--today", today])
        .exits(0);
    project
        .run(&["plan", "--detailed-exitcode", "--today", today])
        .exits(0);
    project.state()
}

fn planned(project: &Project, today: &str) -> Value {
    let run = project
        .run(&["plan", "--format", "json", "--today", today])
        .exits(0);
    serde_json::from_str(&run.stdout).unwrap()
}

fn text(project: &Project, today: &str) -> Run {
    project.run(&["plan", "--today", today]).exits(0)
}

#[test]
fn members_of_each_kind_hold_up_to_their_last_day() {
    for (kind, name, members) in [
        (
            "users",
            "ben",
            "users: [anna, { user: ben, expires: 2026-12-31 }]",
        ),
        (
            "roles",
            "Rep",
            "users: [anna], roles: [{ role: Rep, expires: 2026-12-31 }]",
        ),
        (
            "roles_and_subordinates",
            "Boss",
            "users: [anna], roles_and_subordinates: [{ role: Boss, expires: 2026-12-31 }]",
        ),
        (
            "groups",
            "Team B",
            "users: [anna], groups: [{ group: Team B, expires: 2026-12-31 }]",
        ),
    ] {
        let project = project(&format!("groups: {{ Team A: {{ members: {{ {members} }} }} }}"));
        for day in [BEFORE, LAST] {
            let state = applied(&project, day);
            let members = state["groups"]["Team A"]["members"][kind].as_array().unwrap();
            assert!(members.contains(&json!(name)), "{kind} {day}: {members:?}");
        }
        let state = applied(&project, AFTER);
        assert_eq!(
            state["groups"]["Team A"]["members"],
            json!({ "users": ["anna"] }),
            "{kind}"
        );
    }
}

const MEMBER: &str = "groups:
  Team A:
    members:
      users:
        - anna
        - user: ben
          expires: 2026-12-31
";

#[test]
fn the_plan_says_which_member_is_over() {
    let project = project(MEMBER);
    applied(&project, LAST);
    let plan = planned(&project, AFTER);
    let change = &plan["resource_changes"][0];
    assert_eq!(change["address"], "group.Team A");
    assert_eq!(change["reason"], "differs");
    assert_eq!(
        change["attributes"][0],
        json!({ "attribute": "members.users", "added": [], "removed": ["ben"] })
    );
    let place = json!({ "file": "manifests/all.yaml", "line": 6, "column": 17 });
    assert_eq!(
        change["expired"],
        json!([{ "member": { "user": "ben" }, "expires": "2026-12-31", "place": place }])
    );
    let run = text(&project, AFTER);
    assert!(
        run.stdout
            .contains("~ group Team A (user ben expired on 2026-12-31)"),
        "{}",
        run.stdout
    );
    // It is not gone yet, so that its line does not linger.
    assert!(run.codes("warning").is_empty(), "{}", run.stderr);
    // What leaves for another reason is not said to be over.
    let plan = planned(
        &project.manifest(&format!("groups: {{ Team A: {{ members: {{}} }} }}\n{EXISTING}")),
        AFTER,
    );
    assert!(plan["resource_changes"][0]["expired"].is_null(), "{plan}");
}

#[test]
fn of_many_members_that_are_over_a_line_names_a_few() {
    let members = ["anna", "ben"].map(|user| format!("{{ user: {user}, expires: 2026-12-31 }}"));
    let roles = ["Boss", "Rep"].map(|role| format!("{{ role: {role}, expires: 2026-12-31 }}"));
    let project = project(&format!(
        "groups: {{ Team A: {{ members: {{ users: [{}], roles: [{}] }} }} }}",
        members.join(", "),
        roles.join(", ")
    ));
    applied(&project, LAST);
    let run = text(&project, AFTER);
    let words = "user anna expired on 2026-12-31, user ben expired on 2026-12-31, role Boss expired on 2026-12-31 and 1 more expired";
    assert!(run.stdout.contains(words), "{}", run.stdout);
}

#[test]
fn rules_hold_up_to_their_last_day() {
    let rules = "groups: { Team A: {} }
sharing:
  rules:
    - { module: Leads, from: { role: Boss }, to: { group: Team A }, access: read }
    - { module: Leads, from: { role: Rep }, to: { group: Team A }, access: read, expires: 2026-12-31 }
";
    let project = project(rules);
    for day in [BEFORE, LAST] {
        assert_eq!(
            applied(&project, day)["sharing"]["rules"]
                .as_array()
                .unwrap()
                .len(),
            2,
            "{day}"
        );
    }
    let plan = planned(&project, AFTER);
    let changes = plan["resource_changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{plan}");
    assert_eq!(
        changes[0]["address"],
        "sharing_rule.Leads: role Rep → group Team A"
    );
    assert_eq!(changes[0]["change"]["actions"], json!(["delete"]));
    assert_eq!(changes[0]["reason"], "expired");
    assert_eq!(changes[0]["place"]["line"], 5);
    assert_eq!(changes[0]["expired"][0]["expires"], "2026-12-31");
    assert!(changes[0]["expired"][0]["member"].is_null());
    let run = text(&project, AFTER);
    let words = "- rule Leads: role Rep → group Team A, read (expired on 2026-12-31)";
    assert!(run.stdout.contains(words), "{}", run.stdout);
    let state = applied(&project, AFTER);
    let left = state["sharing"]["rules"].as_array().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["from"], json!({ "role": "Boss" }));
}

const LAST_RULE: &str = "groups: { Team A: {} }
sharing: { defaults: { Leads: private }, rules: [{ module: Leads, from: { role: Rep }, to: { group: Team A }, access: read, expires: 2026-12-31 }] }
";

#[test]
fn the_last_rule_of_a_module_goes_too_and_so_does_what_nobody_lists() {
    let project = project(LAST_RULE);
    let seed = format!(
        "{}, rules: [{{ module: Leads, from: {{ role: Boss }}, to: {{ group: Team B }}, access: read }}] }}\n",
        SEED.trim_end().trim_end_matches('}').trim_end()
    );
    let project = project.seed(&seed);
    assert_eq!(planned(&project, LAST)["totals"]["delete"], 1);
    let plan = planned(&project, AFTER);
    let reasons: Vec<&Value> = plan["resource_changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| &change["reason"])
        .collect();
    assert_eq!(reasons, ["not_named"], "{plan}");
    assert_eq!(
        applied(&project, LAST)["sharing"]["rules"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(applied(&project, AFTER)["sharing"]["rules"], json!([]));
}

#[test]
fn what_ends_soon_is_told_ahead() {
    let manifest = format!(
        "{MEMBER}sharing:\n  rules:\n    - {{ module: Leads, from: {{ role: Rep }}, to: {{ group: Team A }}, access: read, expires: 2026-12-30 }}\n"
    );
    let project = project(&manifest);
    let plan = planned(&project, "2026-12-24");
    let expected = json!([
        {
            "address": "sharing_rule.Leads: role Rep → group Team A",
            "member": null,
            "expires": "2026-12-30",
            "days_left": 6,
            "place": { "file": "manifests/all.yaml", "line": 10, "column": 7 },
        },
        {
            "address": "group.Team A",
            "member": { "user": "ben" },
            "expires": "2026-12-31",
            "days_left": 7,
            "place": { "file": "manifests/all.yaml", "line": 6, "column": 17 },
        },
    ]);
    assert_eq!(plan["expiring"], expected);

    let shown = text(&project, "2026-12-24").stdout;
    let at = |words: &str| {
        shown
            .find(words)
            .unwrap_or_else(|| panic!("{words} is not in\n{shown}"))
    };
    let rule = at("\n  rule Leads: role Rep → group Team A expires on 2026-12-30, in 6 days ");
    let member = at("\n  user ben in group Team A expires on 2026-12-31, in 7 days ");
    assert!(
        at("\nExpiring\n") < rule && rule < member && member < at("\nPlan "),
        "{shown}"
    );

    // Also where nothing changes, and in words for the last days.
    applied(&project, "2026-12-24");
    let shown = text(&project, LAST).stdout;
    assert!(
        shown.contains("user ben in group Team A expires on 2026-12-31, today "),
        "{shown}"
    );
    let shown = text(&project, BEFORE).stdout;
    assert!(
        shown.contains("in group Team A expires on 2026-12-31, in 1 day "),
        "{shown}"
    );
    assert!(shown.contains("\nNo changes"), "{shown}");

    // Fourteen days ahead and no more; what is over is not ahead.
    let days = |today| planned(&project, today)["expiring"].as_array().unwrap().len();
    assert_eq!(
        ["2026-12-15", "2026-12-16", "2026-12-17", LAST, AFTER].map(days),
        [0, 1, 2, 1, 0]
    );
    assert!(!text(&project, "2026-12-15").stdout.contains("Expiring"));
}

#[test]
fn of_many_that_end_soon_the_first_are_shown() {
    let groups: String = (10..22)
        .map(|number| {
            format!("  G{number}: {{ members: {{ users: [{{ user: ben, expires: 2026-12-{number} }}] }} }}\n")
        })
        .collect();
    let project = project(&format!("groups:\n{groups}"));
    let shown = text(&project, "2026-12-09").stdout;
    assert!(
        shown.contains("group G19 expires") && !shown.contains("group G20 expires"),
        "{shown}"
    );
    assert!(
        shown.contains("\n  … and 2 more (--verbose shows them)\n"),
        "{shown}"
    );
    let all = project
        .run(&["plan", "--verbose", "--today", "2026-12-09"])
        .exits(0)
        .stdout;
    assert!(
        all.contains("group G21 expires") && !all.contains("--verbose shows"),
        "{all}"
    );
}

#[test]
fn lines_that_linger_are_pointed_out() {
    let manifest = format!(
        "{MEMBER}{}",
        LAST_RULE.trim_start_matches("groups: { Team A: {} }\n")
    );
    let project = project(&manifest);
    for command in ["validate", "plan"] {
        let run = project.run(&[command, "--today", LAST]).exits(0);
        assert!(run.codes("warning").is_empty(), "{}", run.stderr);
        let run = project.run(&[command, "--today", AFTER]).exits(0);
        assert_eq!(run.codes("warning"), ["expired"], "{}", run.stderr);
        for words in [
            "user ben in group Team A expired on 2026-12-31",
            "manifests/all.yaml:6:17",
            "rule Leads: role Rep → group Team A expired on 2026-12-31",
            "manifests/all.yaml:8:",
            "hint: take the line out",
        ] {
            assert!(run.stderr.contains(words), "{words} is not in\n{}", run.stderr);
        }
    }
    // What is still there is taken away, and only then lingers.
    applied(&project, LAST);
    let run = text(&project, AFTER);
    assert!(run.codes("warning").is_empty(), "{}", run.stderr);
    applied(&project, AFTER);
    assert_eq!(text(&project, AFTER).codes("warning"), ["expired"]);
}

#[test]
fn what_is_over_refers_to_nothing() {
    let manifest = "groups:
  Team A:
    members:
      users: [{ user: gone, expires: 2026-12-31 }]
      roles: [{ role: Gone, expires: 2026-12-31 }]
      roles_and_subordinates: [{ role: Gone, expires: 2026-12-31 }]
      groups: [{ group: Gone, expires: 2026-12-31 }]
sharing:
  rules:
    - { module: Leads, from: { role: Gone }, to: { group: Team A }, access: read, expires: 2026-12-31 }
    - { module: Gone, from: { role: Rep }, to: { group: Team A }, access: read, expires: 2026-12-31 }
";
    let project = project(manifest);
    let run = project.run(&["plan", "--today", LAST]).exits(1);
    assert_eq!(run.stderr.matches("error[").count(), 6, "{}", run.stderr);
    for command in ["plan", "validate"] {
        let run = project.run(&[command, "--today", AFTER]).exits(0);
        assert_eq!(
            run.stderr.matches("warning[expired]").count(),
            6,
            "{}",
            run.stderr
        );
    }
}

#[test]
fn without_a_day_it_is_the_present_one() {
    let project = project(&MEMBER.replace("2026-12-31", "1999-12-31"));
    assert_eq!(project.run(&["validate"]).exits(0).codes("warning"), ["expired"]);
    let project = project.manifest(&format!(
        "{}{EXISTING}",
        MEMBER.replace("2026-12-31", "9999-12-31")
    ));
    assert!(project.run(&["validate"]).exits(0).codes("warning").is_empty());
}

#[test]
fn today_is_a_day() {
    let project = project(MEMBER);
    for (today, why) in [
        ("2026-02-30", "is not a day of the calendar"),
        ("31.12.2026", "is not a date like 2026-12-31"),
        ("", ""),
    ] {
        for command in ["plan", "apply", "validate"] {
            let run = project.run(&[command, "--today", today]).exits(1);
            assert!(run.stderr.contains(why), "{}", run.stderr);
        }
    }
}

#[test]
fn mistakes_are_told_at_their_place() {
    let users = |item: &str| format!("groups:\n  Team A:\n    members:\n      users:\n        - {item}\n");
    let rule = |end: &str| {
        format!(
            "groups: {{ Team A: {{}} }}\nsharing:\n  rules:\n    - {{ module: Leads, from: {{ role: Rep }}, to: {{ group: Team A }}, access: read, {end} }}\n"
        )
    };
    let cases = [
        (
            users("{ user: ben, expires: 2026-02-30 }"),
            "invalid-value",
            "`2026-02-30` is not a day of the calendar",
            "5:33",
        ),
        (
            users("{ user: ben, expires: 31.12.2026 }"),
            "invalid-value",
            "`31.12.2026` is not a date like 2026-12-31",
            "5:33",
        ),
        (
            users("{ user: ben, expires: 20261231 }"),
            "wrong-type",
            "expected a date like 2026-12-31, found a number",
            "5:33",
        ),
        (
            users("{ user: ben, expires: ~ }"),
            "wrong-type",
            "expected a date like 2026-12-31, found nothing",
            "5:33",
        ),
        (
            users("{ user: ben, expire: 2026-12-31 }"),
            "unknown-key",
            "did you mean `expires`?",
            "5:24",
        ),
        (
            users("{ usr: ben, expires: 2026-12-31 }"),
            "unknown-key",
            "did you mean `user`?",
            "5:13",
        ),
        (
            users("{ role: Rep, expires: 2026-12-31 }"),
            "missing-key",
            "the key `user` is missing",
            "5:11",
        ),
        (
            users("ben\n        - { user: ben, expires: 2026-12-31 }"),
            "duplicate-item",
            "`ben` is in the list twice",
            "6:19",
        ),
        (
            users("5"),
            "wrong-type",
            "put it in quotes to make it text",
            "5:11",
        ),
        (
            users("{ user: bne, expires: 2099-12-31 }"),
            "unknown-user",
            "did you mean `ben`?",
            "5:19",
        ),
        (
            rule("expires: 2026-02-29"),
            "invalid-value",
            "`2026-02-29` is not a day of the calendar",
            "4:",
        ),
        (
            rule("expires: soon"),
            "invalid-value",
            "`soon` is not a date like 2026-12-31",
            "4:",
        ),
        (
            rule("expires: true"),
            "wrong-type",
            "expected a date like 2026-12-31, found `true`",
            "4:",
        ),
        (
            "groups:\n  Team A: { expires: 2026-12-31 }\n".to_owned(),
            "unknown-key",
            "unknown key `expires`",
            "2:13",
        ),
    ];
    for (manifest, code, words, place) in cases {
        let run = project(&manifest).run(&["plan", "--today", BEFORE]).exits(1);
        assert!(run.codes("error").contains(&code), "{manifest}\n{}", run.stderr);
        assert!(run.stderr.contains(words), "{words} is not in\n{}", run.stderr);
        let place = format!("manifests/all.yaml:{place}");
        assert!(run.stderr.contains(&place), "{place} is not in\n{}", run.stderr);
    }
}

#[test]
fn seeds_take_last_days_as_well() {
    let seed = SEED.replace(
        "Team B: {}",
        "Team B: { members: { users: [anna, { user: ben, expires: 2026-12-31 }] } }",
    );
    for (today, users) in [(LAST, json!(["anna", "ben"])), (AFTER, json!(["anna"]))] {
        let project = project("groups: { Team A: { description: x } }").seed(&seed);
        assert_eq!(
            applied(&project, today)["groups"]["Team B"]["members"]["users"],
            users
        );
    }
}
