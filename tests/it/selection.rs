//! `--only` and `--exclude`: a part of a plan, with what it cannot do without.

use serde_json::{Value, json};

use crate::support::{Project, Run};

const SEED: &str = "
profiles: { Basic: { otherwise: usual } }
roles:
  Boss: { reports_to: Organization, profiles: [Basic] }
  Rep: { reports_to: Boss, profiles: [Basic] }
  Temp: { reports_to: Boss, profiles: [Basic] }
groups:
  North: { description: old }
  South: { members: { roles: [Temp] } }
  Old: {}
sharing: { rules: [{ module: Leads, from: { role: Rep }, to: { group: Old }, access: read }] }
users: { anna: { role: Boss }, ben: { role: Rep }, carl: { role: Temp } }
";

const MANIFEST: &str = "
roles:
  Support: { reports_to: Lead, profiles: [Basic], assign_records_to: all_users }
  Lead: { reports_to: Organization, profiles: [Basic], assign_records_to: all_users }
groups:
  Team A: { members: { roles: [Support] } }
  Team North: { renamed_from: North, description: new }
  South: { description: changed }
users: { anna: { role: Lead } }
sharing: { defaults: { Leads: private } }
removed:
  roles: { Temp: { transfer_to: { role: Rep } } }
  groups: { Old: { transfer_to: { group: South } } }
existing: { profiles: [Basic], roles: [Rep] }
";

fn project() -> Project {
    Project::new("vtiger").seed(SEED).manifest(MANIFEST)
}

/// The plan of these arguments, as JSON.
#[track_caller]
fn plan(project: &Project, selection: &[&str]) -> Value {
    let mut arguments = vec!["plan", "--format", "json"];
    arguments.extend(selection);
    serde_json::from_str(&project.run(&arguments).exits(0).stdout).unwrap()
}

fn strings<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let list = list.as_array().unwrap();
    list.iter().map(|each| each[key].as_str().unwrap()).collect()
}

/// The addresses of what changes.
#[track_caller]
fn changes(project: &Project, selection: &[&str]) -> Vec<String> {
    let plan = plan(project, selection);
    let changes = strings(&plan["resource_changes"], "address");
    changes.into_iter().map(str::to_owned).collect()
}

fn apply(project: &Project, selection: &[&str]) -> Run {
    let mut arguments = vec!["apply", "--auto-approve"];
    arguments.extend(selection);
    project.run(&arguments)
}

#[test]
fn only_what_fits() {
    let project = project();
    assert_eq!(
        changes(&project, &["--only", "user.anna", "--only", "role.Lead"]),
        ["role.Lead", "user.anna"]
    );
    assert_eq!(
        changes(&project, &["--only", "sharing_default.*"]),
        ["sharing_default.Leads"]
    );
}

#[test]
fn all_but_what_fits() {
    let all = changes(&project(), &[]);
    let but = changes(
        &project(),
        &[
            "--exclude",
            "sharing_*",
            "--exclude",
            "*.Old",
            "--exclude",
            "user.ann?",
        ],
    );
    let expected: Vec<String> = all
        .into_iter()
        .filter(|address| {
            !["sharing_", "group.Old", "user.anna"]
                .iter()
                .any(|each| address.starts_with(each))
        })
        .collect();
    assert_eq!(but, expected);
}

#[test]
fn exclude_wins_over_only() {
    assert_eq!(
        changes(
            &project(),
            &[
                "--only",
                "role.*",
                "--exclude",
                "role.S*",
                "--exclude",
                "role.Temp"
            ]
        ),
        ["role.Lead"]
    );
}

#[test]
fn what_is_needed_is_pulled_in() {
    let plan = plan(&project(), &["--only", "group.Team A"]);
    assert_eq!(
        strings(&plan["resource_changes"], "address"),
        ["role.Lead", "role.Support", "group.Team A"]
    );
    assert_eq!(plan["incomplete"], true);
    assert_eq!(
        plan["selection"],
        json!({
            "only": ["group.Team A"],
            "exclude": [],
            "pulled_in": [
                {
                    "address": "role.Lead", "type": "role", "name": "Lead", "reason": "refers",
                    "needed_by": { "address": "role.Support", "type": "role", "name": "Support" },
                },
                {
                    "address": "role.Support", "type": "role", "name": "Support", "reason": "refers",
                    "needed_by": { "address": "group.Team A", "type": "group", "name": "Team A" },
                },
            ],
            "left_out": 7,
        })
    );
}

#[test]
fn an_incomplete_plan_says_so_on_its_last_lines() {
    let text = project().run(&["plan", "--only", "group.Team A"]).exits(0).stdout;
    let last: Vec<&str> = text.lines().rev().take(4).collect();
    assert_eq!(
        last,
        [
            "Plan    3 to create; 26 unchanged, 1 unmanaged",
            "Note    incomplete: 7 more changes are not selected (--only)",
            "Note    pulled in: role Support, which group Team A needs",
            "Note    pulled in: role Lead, which role Support needs",
        ],
        "{text}"
    );
}

#[test]
fn a_complete_plan_does_not_say_so() {
    let project = project();
    let plan = plan(&project, &["--only", "*"]);
    assert_eq!(plan["incomplete"], false);
    assert_eq!(plan["selection"]["left_out"], 0);
    let text = project.run(&["plan", "--only", "*"]).exits(0).stdout;
    assert!(!text.contains("incomplete"), "{text}");
    let plan = self::plan(&project, &[]);
    assert_eq!(plan["incomplete"], false);
    assert!(plan["selection"].is_null());
}

#[test]
fn what_is_needed_and_excluded_is_refused() {
    let run = project()
        .run(&["plan", "--only", "group.Team A", "--exclude", "role.Lead"])
        .refuses("needs-excluded");
    for expected in [
        "role Support needs role Lead, which is not there yet: `--exclude role.Lead` leaves it out",
        "manifests/all.yaml:3:3",
        "take that pattern away, or leave role Support out as well",
    ] {
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
}

#[test]
fn a_deletion_pulls_in_what_refers_to_it() {
    let project = project();
    let addresses = changes(&project, &["--only", "role.Temp"]);
    assert_eq!(addresses, ["role.Temp", "group.South"]);
    let text = project.run(&["plan", "--only", "role.Temp"]).exits(0).stdout;
    assert!(
        text.contains("pulled in: group South, which refers to role Temp"),
        "{text}"
    );
    assert!(
        text.contains("- role Temp, its 1 user goes to role Rep"),
        "{text}"
    );
    assert_eq!(changes(&project, &["--only", "group.Old"]).len(), 2);
}

#[test]
fn a_deletion_of_what_is_referred_to_by_something_excluded_is_refused() {
    let run = project()
        .run(&["plan", "--only", "role.Temp", "--exclude", "group.South"])
        .refuses("needs-excluded");
    let expected =
        "role Temp cannot go while group South refers to it: `--exclude group.South` leaves it out";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
    assert!(run.stderr.contains("all.yaml:12"), "{}", run.stderr);
}

#[test]
fn a_rename_fits_under_both_names() {
    let project = project();
    for name in ["group.North", "group.Team North"] {
        let plan = plan(&project, &["--only", name]);
        assert_eq!(
            strings(&plan["resource_changes"], "address"),
            ["group.Team North"],
            "{name}"
        );
        assert_eq!(
            plan["resource_changes"][0]["change"]["actions"],
            json!(["rename", "update"])
        );
    }
}

#[test]
fn what_is_not_renamed_keeps_its_name_everywhere() {
    // North is referred to already: a change of South does not wait for the rename.
    let project = Project::new("vtiger")
        .seed("groups: { North: {}, South: { members: { groups: [North] } } }")
        .manifest(
            "groups: { Team North: { renamed_from: North }, South: { description: x, members: { groups: [Team North] } } }",
        );
    assert_eq!(changes(&project, &["--only", "group.South"]), ["group.South"]);
    apply(&project, &["--only", "group.South"]).exits(0);
    assert_eq!(changes(&project, &[]), ["group.Team North"]);
    assert_eq!(
        changes(&project, &["--exclude", "group.Team North"]),
        Vec::<String>::new()
    );
}

#[test]
fn a_new_reference_pulls_in_the_rename() {
    let project = Project::new("vtiger")
        .seed("groups: { North: {}, South: {} }")
        .manifest(
            "groups: { Team North: { renamed_from: North }, South: { members: { groups: [Team North] } } }",
        );
    assert_eq!(
        changes(&project, &["--only", "group.South"]),
        ["group.South", "group.Team North"]
    );
    project
        .run(&["plan", "--only", "group.South", "--exclude", "group.North"])
        .refuses("needs-excluded");
}

#[test]
fn a_name_must_be_free() {
    let project = chain();
    let text = project.run(&["plan", "--only", "group.A"]).exits(0).stdout;
    let pulled: Vec<&str> = text.lines().filter(|line| line.contains("pulled in")).collect();
    // The new A and the one that becomes B both fit.
    assert_eq!(
        pulled,
        ["Note    pulled in: group C, whose present name group B takes"]
    );
    apply(&project, &["--only", "group.A"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    let run = chain()
        .run(&["plan", "--only", "group.A", "--exclude", "group.C"])
        .refuses("needs-excluded");
    let expected = "group B needs the name that group C has until now";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
}

/// Names that move on, each to the next object.
fn chain() -> Project {
    Project::new("vtiger")
        .seed("groups: { A: {}, B: {} }")
        .manifest("groups: { A: {}, B: { renamed_from: A }, C: { renamed_from: B } }")
}

#[test]
fn applying_a_part_and_then_the_rest() {
    let project = project();
    let run = apply(&project, &["--only", "group.Team A"]).exits(0);
    let last = run.stdout.lines().last().unwrap();
    assert!(
        last.contains("read again: nothing that is selected is left; 7 changes are not selected (--only)"),
        "{last}"
    );
    project
        .run(&["plan", "--only", "group.Team A", "--detailed-exitcode"])
        .exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
    apply(&project, &[]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn nothing_selected_is_not_nothing_to_do() {
    let project = project();
    apply(&project, &["--only", "user.anna"]).exits(0);
    let text = project.run(&["plan", "--only", "user.anna"]).exits(0).stdout;
    let last = text.lines().last().unwrap();
    assert_eq!(
        last,
        "No changes are selected. vtiger local is not as the manifests say: 8 changes are not selected (--only)"
    );
    assert!(!text.contains("is as the manifests say"), "{text}");
    apply(&project, &[]).exits(0);
    let text = project.run(&["plan", "--only", "user.anna"]).exits(0).stdout;
    assert!(
        text.contains("No changes. vtiger local is as the manifests say"),
        "{text}"
    );
}

#[test]
fn one_change_is_one() {
    let project = project();
    let text = project
        .run(&["plan", "--exclude", "sharing_default.*"])
        .exits(0)
        .stdout;
    assert!(
        text.contains("incomplete: 1 more change is not selected (--exclude)"),
        "{text}"
    );
}

#[test]
fn a_pattern_that_fits_nothing_is_pointed_out() {
    let project = project();
    for (pattern, hint) in [
        ("group.Team B", "did you mean `group.Team A`?"),
        ("groups.*", "did you mean `group.*`?"),
        ("Team A", "did you mean `group.Team A`?"),
        ("zzz", "patterns are KIND.NAME"),
    ] {
        let run = project.run(&["plan", "--only", pattern]).exits(0);
        assert_eq!(run.codes("warning"), ["selects-nothing"], "{pattern}");
        assert!(run.stderr.contains(hint), "{pattern}: {}", run.stderr);
    }
    // What exists and does not change is no mistake, nor is a name that is only the old one.
    for pattern in ["role.Boss", "group.North", "user.ben"] {
        assert_eq!(
            project.run(&["plan", "--only", pattern]).exits(0).stderr,
            "",
            "{pattern}"
        );
    }
}

#[test]
fn mistakes_elsewhere_do_not_keep_a_part_from_being_planned() {
    let manifest = MANIFEST.replace("users: {", "users: { zoe: { role: Rep }, ");
    let manifest = manifest
        .replace(
            "South: { description",
            "South: { head: nobody, members: { users: [nobody] }, description",
        )
        .replace("head: nobody, ", "");
    let project = Project::new("vtiger").seed(SEED).manifest(&manifest);
    let run = project.run(&["plan"]).exits(1);
    assert_eq!(run.codes("error"), ["unknown-user"]);
    let run = project.run(&["plan", "--only", "group.Team A"]).exits(0);
    assert_eq!(run.codes("warning"), ["unknown-user"]);
    assert!(
        run.stderr.contains("zoe") && !run.stderr.contains("nobody"),
        "{}",
        run.stderr
    );
    let run = project.run(&["plan", "--only", "group.South"]).exits(1);
    assert!(run.stderr.contains("nobody"), "{}", run.stderr);
}

#[test]
fn half_of_what_belongs_together_is_refused_with_a_hint() {
    let project = Project::new("vtiger")
        .seed(
            "profiles: { P: { otherwise: usual } }\n\
             roles: { A: { reports_to: Organization, profiles: [P] }, B: { reports_to: A, profiles: [P] } }",
        )
        .manifest("roles: { A: { reports_to: B }, B: { reports_to: Organization } }");
    project.run(&["plan"]).exits(0);
    let run = project.run(&["plan", "--only", "role.A"]).refuses("role-cycle");
    assert!(
        run.stderr
            .contains("the manifests as a whole have no such mistake"),
        "{}",
        run.stderr
    );
    project.run(&["plan", "--only", "role.B"]).exits(0);
}

#[test]
fn a_user_gets_the_role_of_the_heir_without_the_deletion() {
    let manifest = MANIFEST.replace("users: {", "users: { carl: { role: Rep }, ");
    let project = Project::new("vtiger").seed(SEED).manifest(&manifest);
    assert_eq!(changes(&project, &["--only", "user.carl"]), ["user.carl"]);
    // With the deletion it is no change of its own.
    assert_eq!(
        changes(&project, &["--only", "role.Temp"]),
        ["role.Temp", "group.South"]
    );
    apply(&project, &["--only", "role.Temp"]).exits(0);
}

#[test]
fn a_policy_judges_the_part() {
    let seed = "
profiles: { Basic: { modules: { Leads: { actions: [view] } } } }
roles: { Rep: { reports_to: Organization, profiles: [Basic] } }
groups: { North: {} }
users: { anna: { role: Rep }, ben: { role: Rep } }
sharing: { defaults: { Leads: private } }
";
    let manifest = "sharing: { defaults: { Leads: public_read } }\ngroups: { North: { description: new } }\n";
    let project = Project::new("vtiger").seed(seed).manifest(manifest).file(
        "policy.yaml",
        "maximum_reach: [{ action: view, modules: [Leads], of: everyone }]\n",
    );
    project.run(&["plan"]).exits(4);
    project.run(&["plan", "--only", "group.*"]).exits(0);
    project.run(&["plan", "--only", "sharing_default.*"]).exits(4);
}

#[test]
fn a_rename_that_cannot_be_is_an_error_only_where_it_is_meant() {
    let project = Project::new("vtiger")
        .seed("groups: { A: {}, B: {}, C: {} }")
        .manifest("groups: { B: { renamed_from: A, description: x }, C: { description: y } }");
    project.run(&["plan"]).refuses("rename-conflict");
    project
        .run(&["plan", "--only", "group.B"])
        .refuses("rename-conflict");
    let run = project.run(&["plan", "--only", "group.C"]).exits(0);
    assert_eq!(run.codes("warning"), ["rename-conflict"]);
    assert!(
        run.stdout.contains("incomplete: 1 more change is"),
        "{}",
        run.stdout
    );
}
