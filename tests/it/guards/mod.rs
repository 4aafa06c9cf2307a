//! Guards on the whole plan: what no plan may take away, in `plan` and in `apply`.

mod administrators;
mod protected;

use serde_json::Value;

use self::administrators::people;
use crate::support::{Project, Run};

/// Groups `Team 1` and so on in a project that owns every group, of which manifests keep the first ones.
fn teams(count: usize, kept: usize) -> Project {
    let names = |count| (1..=count).map(|at| format!("  Team {at}: {{}}\n"));
    Project::new("uniconnect")
        .file(
            "rolecall.yaml",
            "system: uniconnect\ndeployments: { local: { kind: embedded, seed: seed } }\n\
             ownership: { groups: exhaustive }\n",
        )
        .seed(&format!(
            "users: {{ anna: {{ role: System Owner }} }}\ngroups:\n{}",
            names(count).collect::<String>()
        ))
        .manifest(&format!("groups:\n{}", names(kept).collect::<String>()))
}

/// What a refused command must say on stderr, line by line.
#[track_caller]
fn says(run: &Run, lines: &[&str]) {
    for line in lines {
        assert!(
            run.stderr.lines().any(|said| said == *line),
            "`{line}` is missing in\n{}",
            run.stderr
        );
    }
}

/// Text without the breaks of its lines.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Checks that a guard refuses in `plan` and in `apply`, after the plan, that nothing is applied, and that `--allow`
/// lets the plan through.
#[track_caller]
fn refused(project: &Project, guard: &str, words: &str) {
    let error = format!("error: guard {guard}: {words}");
    let hint = format!("hint: if that is meant, pass --allow {guard}");
    let shown = format!("refused: {guard}: {words}");
    let was_there = project.path().join(".rolecall").exists();
    for arguments in [&["plan"][..], &["apply", "--auto-approve"]] {
        let run = project.run(arguments).exits(3);
        says(&run, &[&error, &hint]);
        let told = flat(&run.stdout);
        let place = |text: &str| {
            let found = told.find(text);
            found.unwrap_or_else(|| panic!("`{text}` is missing in\n{}", run.stdout))
        };
        assert!(place(" Changes ") < place(&shown), "{}", run.stdout);
        assert!(place(&shown) < place(" Plan "), "{}", run.stdout);
        assert_eq!(told.matches("refused: ").count(), 1, "{}", run.stdout);
    }
    assert_eq!(project.path().join(".rolecall").exists(), was_there);
    project.run(&["plan", "--detailed-exitcode"]).exits(3);
    let other = if guard == "deletions" {
        "protected"
    } else {
        "deletions"
    };
    project.run(&["plan", "--allow", other]).exits(3);
    let allowed = project.run(&["plan", "--allow", guard]).exits(0);
    assert!(
        flat(&allowed.stdout).contains(&format!("allowed: {guard}: {words}")),
        "{}",
        allowed.stdout
    );
    assert!(!allowed.stderr.contains("guard"), "{}", allowed.stderr);
    project
        .run(&["apply", "--auto-approve", "--allow", other, "--allow", guard])
        .exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn deletions() {
    // Without a policy.
    refused(
        &teams(12, 8),
        "deletions",
        "4 of 12 groups would be deleted (33 %); the limit is 30 %",
    );
    let number = teams(40, 37).file("policy.yaml", "guards: { deletions: { number: 2 } }");
    refused(
        &number,
        "deletions",
        "3 of 40 groups would be deleted (8 %); the limit is 2",
    );
}

/// How many groups there are and are kept, what the policy says of deletions, and what `plan` exits with.
const DELETIONS: &[(usize, usize, &str, i32)] = &[
    // Exactly the limit, and one more.
    (10, 7, "true", 0),
    (10, 6, "true", 3),
    (20, 14, "true", 0),
    (20, 13, "true", 3),
    // Below `from` any share may go.
    (9, 1, "true", 0),
    (9, 1, "{ from: 9 }", 3),
    (2, 1, "{ from: 0 }", 3),
    (20, 13, "{ share: 35 }", 0),
    (20, 12, "{ share: 35 }", 3),
    (20, 19, "{ share: 0 }", 3),
    (20, 1, "{ share: 100 }", 0),
    (20, 1, "false", 0),
    // The number counts also below `from`, and also where the share is fine.
    (9, 6, "{ number: 3 }", 0),
    (9, 5, "{ number: 3 }", 3),
    (20, 19, "{ number: 0 }", 3),
    (20, 20, "{ number: 0 }", 0),
];

#[test]
fn deletions_have_a_share_and_a_number() {
    for (count, kept, policy, code) in DELETIONS {
        let project = teams(*count, *kept).file("policy.yaml", &format!("guards: {{ deletions: {policy} }}"));
        let run = project.run(&["plan"]);
        assert_eq!(run.code, *code, "{kept} of {count}, {policy}\n{}", run.stderr);
    }
}

#[test]
fn deletions_are_counted_by_kind() {
    // Four of eleven rules go with one of eleven groups.
    let rules: String = (1..=11)
        .map(|at| {
            let (module, group) = match at {
                8 => ("Accounts", 11),
                9 => ("Potentials", 11),
                10 => ("Invoice", 11),
                11 => ("Leads", 11),
                other => ("Leads", other),
            };
            format!(
                "    - {{ module: {module}, from: {{ role: Organization }}, to: {{ group: Team {group} }}, access: read }}\n"
            )
        })
        .collect();
    let groups: String = (1..=11).map(|at| format!("  Team {at}: {{}}\n")).collect();
    let project = Project::new("berlicrm")
        .seed(&format!("groups:\n{groups}sharing:\n  rules:\n{rules}"))
        .manifest("removed: { groups: { Team 11: { transfer_to: { group: Team 1 } } } }\nexisting: { groups: [Team 1] }");
    let run = project.run(&["plan"]).exits(3);
    says(
        &run,
        &["error: guard deletions: 4 of 11 rules would be deleted (36 %); the limit is 30 %"],
    );
    assert!(
        run.stdout.contains("fine: 1 of 11 groups deleted (9 %)"),
        "{}",
        run.stdout
    );
}

/// A group of ten and one of two, and what becomes of them.
fn members(manifest: &str, policy: &str) -> Project {
    Project::new("berlicrm")
        .seed(
            r#"
roles: { Clerks: { reports_to: Organization, profiles: [All] }, Others: { reports_to: Organization, profiles: [All] } }
profiles: { All: {} }
groups:
  Desk: { members: { users: [u1, u2, u3, u4, u5, u6], roles: [Clerks, Others], roles_and_subordinates: [Clerks], groups: [Core] } }
  Core: { members: { users: [u1, u2] } }
users:
  u1: { role: Clerks }
  u2: { role: Clerks }
  u3: { role: Clerks }
  u4: { role: Clerks }
  u5: { role: Clerks }
  u6: { role: Clerks }
"#,
        )
        .manifest(manifest)
        .file("policy.yaml", policy)
}

#[test]
fn members_lost() {
    let four = "groups: { Desk: { members: { users: [u1, u2, u3, u4], roles_and_subordinates: [Clerks], groups: [Core] } } }\n\
                existing: { roles: [Clerks], groups: [Core] }";
    refused(
        &members(four, "{}"),
        "members-lost",
        "4 of 12 group members would go (33 %); the limit is 30 %",
    );
}

#[test]
fn members_of_deleted_groups_are_lost_too() {
    let removed =
        "removed: { groups: { Core: { transfer_to: { group: Desk } } } }\nexisting: { groups: [Desk] }";
    // Two in it, and itself in another.
    let project = members(removed, "guards: { members_lost: { share: 24 } }");
    let run = project.run(&["plan"]).exits(3);
    says(
        &run,
        &["error: guard members-lost: 3 of 12 group members would go (25 %); the limit is 24 %"],
    );
    let project = members(removed, "guards: { members_lost: { share: 25 } }");
    let run = project.run(&["plan"]).exits(0);
    let line = "Guards  fine: 1 of 2 groups deleted (50 %), 3 of 12 group members gone (25 %), ";
    assert!(run.stdout.contains(line), "{}", run.stdout);
}

#[test]
fn another_role_loses_nobody() {
    let users: String = (1..=6).map(|at| format!("u{at}: {{ role: Others }}, ")).collect();
    let moved = format!("users: {{ {users} }}\nexisting: {{ roles: [Others] }}");
    let run = members(&moved, "guards: { members_lost: { from: 0, share: 0 } }")
        .run(&["plan"])
        .exits(0);
    assert!(!run.stdout.contains("Guards"), "{}", run.stdout);
}

/// What the policy says of members, and what `plan` exits with when 3 of 12 go.
const MEMBERS: &[(&str, i32)] = &[
    ("true", 0),
    ("false", 0),
    ("{ share: 25 }", 0),
    ("{ share: 24 }", 3),
    ("{ share: 24, from: 12 }", 3),
    ("{ share: 24, from: 13 }", 0),
    ("{ number: 3 }", 0),
    ("{ number: 2 }", 3),
];

#[test]
fn members_have_a_share_and_a_number() {
    let three = "groups: { Desk: { members: { users: [u4, u5, u6], roles: [Clerks, Others], \
                 roles_and_subordinates: [Clerks], groups: [Core] } } }\n\
                 existing: { roles: [Clerks, Others], groups: [Core] }\n";
    for (policy, code) in MEMBERS {
        let project = members(three, &format!("guards: {{ members_lost: {policy} }}"));
        let run = project.run(&["plan"]);
        assert_eq!(run.code, *code, "{policy}\n{}", run.stderr);
    }
}

fn guards(run: &Run) -> Vec<Value> {
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    plan["guards"].as_array().unwrap().clone()
}

fn states(run: &Run) -> Vec<String> {
    let guards = guards(run);
    let states = guards
        .iter()
        .map(|guard| guard["state"].as_str().unwrap().to_owned());
    states.collect()
}

#[test]
fn machines_get_the_numbers() {
    let project = teams(12, 8).file(
        "policy.yaml",
        "guards: { members_lost: false, deletions: { number: 20 } }",
    );
    let run = project.run(&["plan", "--format", "json"]).exits(3);
    assert_eq!(states(&run), ["refused", "off", "fine", "off", "off", "off"]);
    let deletions = serde_json::json!({
        "guard": "deletions",
        "state": "refused",
        "judged": [{
            "what": "group",
            "refused": true,
            "lost": 4,
            "of": 12,
            "limits": { "share": 30, "from": 10, "number": 20 },
            "message": "4 of 12 groups would be deleted (33 %); the limit is 30 %",
        }],
    });
    assert_eq!(guards(&run)[0], deletions);
    let run = project
        .run(&["plan", "--format", "json", "--allow", "deletions"])
        .exits(0);
    assert_eq!(states(&run)[0], "allowed");
    // Nothing to do: nobody was asked.
    let run = teams(12, 12).run(&["plan", "--format", "json"]).exits(0);
    assert_eq!(guards(&run), Vec::<Value>::new());
}

#[test]
fn nothing_is_said_where_nothing_is_lost() {
    let project = teams(12, 12).manifest(
        "groups: { Team 1: { members: { users: [anna] } } }\nexisting: { users: [anna] }\nusers: {}\n",
    );
    let project = project.file(
        "rolecall.yaml",
        "system: uniconnect\ndeployments: { local: { kind: embedded, seed: seed } }\n",
    );
    let project = project
        .seed("groups: { Team 1: {} }\nusers: { anna: { role: User }, bea: { role: System Owner } }\n");
    let run = project.run(&["plan"]).exits(0);
    assert!(!run.stdout.contains("Guards"), "{}", run.stdout);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn a_guard_comes_before_the_policy() {
    let policy = "guards: { minimum_administrators: 2 }\nminimum_administrators: 2\n";
    let project = people("users: { anna: { role: Plain } }", policy);
    for arguments in [&["plan"][..], &["apply", "--auto-approve"]] {
        let run = project.run(arguments).exits(3);
        says(
            &run,
            &[
                "error: guard minimum-administrators: 1 effective administrator would remain of 2; there must be 2",
                "error: policy policy.yaml:2: at least 2 administrators",
            ],
        );
    }
    // The guard's way out does not lead past the policy.
    project
        .run(&["plan", "--allow", "minimum-administrators"])
        .exits(4);
}

#[test]
fn many_refusals_are_told_in_few_lines() {
    let project = teams(20, 1).file(
        "policy.yaml",
        "guards: { deletions: false, protected: { groups: ['Team *'] } }",
    );
    let run = project.run(&["plan"]).exits(3);
    let told = |run: &Run| run.stderr.matches("error: guard protected: ").count();
    assert_eq!(told(&run), 11, "{}", run.stderr);
    says(
        &run,
        &["error: guard protected: and 9 more (--verbose shows them)"],
    );
    let run = project.run(&["plan", "--verbose"]).exits(3);
    assert_eq!(told(&run), 19, "{}", run.stderr);
}

/// A policy and where it is warned that a name guards nothing.
const UNKNOWN: &[(&str, &[&str])] = &[
    (
        "guards: { required_administrators: [anna, ana] }",
        &["policy.yaml:1:43"],
    ),
    (
        "guards: { protected: { groups: [Team 1, Taem 2, 'Board*'] } }",
        &["policy.yaml:1:41"],
    ),
    (
        "guards: { protected: { rules: [Leeds], defaults: [L*] } }",
        &["policy.yaml:1:32"],
    ),
    (
        "guards: { protected: { users: [anna], roles: [Boss] } }",
        &["policy.yaml:1:47"],
    ),
];

#[test]
fn names_that_guard_nothing_are_warned_of() {
    for (policy, places) in UNKNOWN {
        let project = teams(12, 12)
            .manifest("groups: { Team 13: {} }")
            .file("policy.yaml", policy);
        let project = project.file(
            "rolecall.yaml",
            "system: uniconnect\ndeployments: { local: { kind: embedded, seed: seed } }\n",
        );
        let run = project.run(&["plan"]).exits(0);
        let found: Vec<&str> = run
            .stderr
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--> "))
            .collect();
        assert_eq!(found, *places, "{}", run.stderr);
        assert_eq!(run.codes("warning"), ["nothing-guarded"], "{}", run.stderr);
    }
    // What the plan makes is there soon enough.
    let policy = "guards: { protected: { groups: [Team 13] } }";
    let project = teams(12, 12)
        .manifest("groups: { Team 13: {} }")
        .file("policy.yaml", policy);
    let run = project.run(&["plan", "--allow", "deletions"]).exits(0);
    assert!(run.codes("warning").is_empty(), "{}", run.stderr);
    let account = people("users: { ida: { role: Grouper } }", "{}").file(
        "rolecall.yaml",
        "system: uniconnect\ndeployments: { local: { kind: embedded, seed: seed, account: robbot } }\n",
    );
    let run = account.run(&["plan"]).exits(0);
    assert!(
        run.stderr.contains("the deployment has no user `robbot`"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("did you mean `robot`?"), "{}", run.stderr);
}

/// A mistake and what is said of it.
const MISTAKES: &[(&str, &str)] = &[
    ("guards: { deletion: false }", "did you mean `deletions`?"),
    ("guards: { deletions: 50 }", "policy.yaml:1:22"),
    ("guards: { deletions: { share: 101 } }", "policy.yaml:1:31"),
    ("guards: { deletions: { number: -1 } }", "policy.yaml:1:32"),
    ("guards: { minimum_administrators: 0 }", "policy.yaml:1:35"),
    (
        "guards: { protected: { group: [Board] } }",
        "did you mean `groups`?",
    ),
    ("guards: { required_administrators: anna }", "policy.yaml:1:36"),
];

#[test]
fn mistakes_are_refused_at_their_place() {
    for (policy, words) in MISTAKES {
        let run = teams(3, 3).file("policy.yaml", policy).run(&["plan"]).exits(1);
        assert!(run.stderr.contains(words), "{policy}\n{}", run.stderr);
    }
    let run = teams(3, 3).run(&["plan", "--allow", "everything"]).exits(1);
    assert!(run.stderr.contains("minimum-administrators"), "{}", run.stderr);
}

#[test]
fn guards_are_no_rules_of_the_policy() {
    let project = teams(12, 1).file("policy.yaml", "guards: { deletions: { share: 10 } }");
    let run = project.run(&["test"]).exits(0);
    assert_eq!(run.stdout, "nothing to judge: the policy has no rules\n");
}

#[test]
fn the_account_is_imported_too() {
    let project = people("users: { ida: { role: Grouper } }", "{}");
    project.run(&["import", ".", "--out", "imported"]).exits(0);
    let written = std::fs::read_to_string(project.path().join("imported/rolecall.yaml")).unwrap();
    assert!(written.contains("account: robot"), "{written}");
}
