//! `policy.yaml`: what `plan`, `apply` and `test` keep to.

use crate::support::Project;

fn project() -> Project {
    Project::new("berlicrm")
        .seed(
            r#"
profiles:
  Clerk: { modules: { Invoice: { actions: [view, create] } } }
  Checker: { modules: { Invoice: { actions: [view, delete] } } }
  Chief: { modules: { Invoice: { actions: [view] } } }
roles:
  Boss: { reports_to: Organization, profiles: [Chief] }
  Clerks: { reports_to: Boss, profiles: [Clerk] }
  Checkers: { reports_to: Boss, profiles: [Checker] }
users:
  root: { role: Boss, administrator: true }
  bea: { role: Boss }
  anna: { role: Clerks }
  ben: { role: Checkers }
  gone: { role: Boss, administrator: true, active: false }
sharing: { defaults: { Invoice: private } }
"#,
        )
        .manifest(
            r#"
roles: { Clerks: { reports_to: Boss, profiles: [Clerk, Checker] } }
existing: { roles: [Boss], profiles: [Clerk, Checker] }
"#,
        )
}

const DUTIES: &str = r#"separation_of_duties:
  - name: Who enters invoices does not delete them
    abilities:
      - { action: create, module: Invoice }
      - { action: delete, module: Invoice }
    except:
      - { user: root }
"#;

#[test]
fn plan_and_apply_keep_to_it() {
    let project = project().file("policy.yaml", DUTIES);
    let words = "error: policy policy.yaml:2: Who enters invoices does not delete them\n\
                 \x20 anna can create Invoice and delete Invoice\n\
                 \x20   create Invoice: anna → role Clerks → permitted\n\
                 \x20   create Invoice: permitted by profile Clerk\n";
    let plan = project.run(&["plan", "--detailed-exitcode"]).exits(4);
    assert!(
        plan.stdout.contains("role Clerks"),
        "the plan is shown\n{}",
        plan.stdout
    );
    assert!(plan.stderr.contains(words), "{}", plan.stderr);
    let apply = project.run(&["apply", "--auto-approve"]).exits(4);
    assert!(apply.stderr.contains(words), "{}", apply.stderr);
    assert!(!project.path().join(".rolecall").exists(), "nothing is written");
    let json = project.run(&["plan", "--format", "json"]).exits(4);
    serde_json::from_str::<serde_json::Value>(&json.stdout).unwrap();
    let test = project.run(&["test"]).exits(4);
    assert!(
        test.stdout.ends_with("policy: 1 of 1 rule broken\n"),
        "{}",
        test.stdout
    );
    // What is live holds.
    let live = project.run(&["test", "--in", "deployment:local"]).exits(0);
    assert_eq!(live.stdout, "policy: 1 rule holds\n");
}

#[test]
fn what_holds_is_applied() {
    let kept = DUTIES.replace("user: root", "role_and_subordinates: Boss");
    let project = project().file("policy.yaml", &kept);
    project.run(&["plan"]).exits(0);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn another_file_can_be_named() {
    let project = project().file("house/rules.yaml", DUTIES);
    project.run(&["plan"]).exits(0);
    project.run(&["plan", "--policy", "house/rules.yaml"]).exits(4);
    project
        .run(&["apply", "--policy", "house/rules.yaml", "--auto-approve"])
        .exits(4);
    project
        .run(&["plan", "--policy", "house/missing.yaml"])
        .refuses("unreadable-file");
}

/// The rule with an exception for anna that has a last day.
fn until(day: &str) -> String {
    format!("{DUTIES}      - {{ user: anna, until: {day} }}\n")
}

#[test]
fn exceptions_end() {
    let ended = project()
        .file("policy.yaml", &until("2020-12-31"))
        .run(&["plan"])
        .exits(4);
    assert_eq!(ended.codes("warning"), ["expired-exception"], "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("the exception for user anna ended on 2020-12-31"),
        "{}",
        ended.stderr
    );
    assert!(
        ended
            .stderr
            .contains("delete Invoice; the exception ended on 2020-12-31"),
        "{}",
        ended.stderr
    );
    let running = project()
        .file("policy.yaml", &until("9999-12-31"))
        .run(&["plan"])
        .exits(0);
    assert!(running.codes("warning").is_empty(), "{}", running.stderr);
    for day in ["2026-02-30", "tomorrow", "2026-1-1"] {
        project()
            .file("policy.yaml", &until(day))
            .run(&["plan"])
            .refuses("invalid-value");
    }
}

#[test]
fn exceptions_end_by_the_day_that_is_named() {
    let project = project().file("policy.yaml", &until("2026-12-31"));
    for (command, day, code) in [
        ("plan", "2026-12-31", 0),
        ("plan", "2027-01-01", 4),
        ("test", "2026-12-31", 0),
        ("test", "2027-01-01", 4),
        ("apply", "2027-01-01", 4),
        ("apply", "2026-12-31", 0),
    ] {
        let mut arguments = vec![command, "--today", day];
        if command == "apply" {
            arguments.push("--auto-approve");
        }
        let run = project.run(&arguments).exits(code);
        let warned = run.codes("warning") == ["expired-exception"];
        assert_eq!(warned, code == 4, "{command} on {day}\n{}", run.stderr);
    }
}

/// A policy, what `plan` exits with, and what it says.
const CASES: &[(&str, i32, &str)] = &[
    // anna only; ben deletes and does not create.
    (
        "maximum_reach: [{ action: view, modules: [Invoice], of: everyone, except: [{ role: Boss }] }]",
        0,
        "",
    ),
    (
        "maximum_reach: [{ action: view, modules: [Invoice], of: everyone, except: [{ user: root }] }]",
        0,
        "",
    ),
    (
        "maximum_reach: [{ action: view, modules: [Invoice], of: everyone }]",
        4,
        "1 user of role Boss reaches the records of all in Invoice",
    ),
    (
        "maximum_reach: [{ action: view, modules: [Invoice], of: { role: Clerks }, except: [{ user: root }] }]",
        4,
        "anna's, for one: bea → role Boss is above Clerks",
    ),
    (
        "maximum_reach: [{ action: view, modules: [Invoice], of: { role: Clerks }, except: [{ role: Boss }] }]",
        0,
        "",
    ),
    ("minimum_administrators: 1", 0, ""),
    (
        "minimum_administrators: 2",
        4,
        "only root is an effective administrator and can log in; 2 must be",
    ),
    ("minimum_administrators: 0", 1, "is less than 1"),
    (
        "maximum_reach: [{ action: create, modules: [Invoice], of: everyone }]",
        1,
        "about nobody's records",
    ),
    (
        "maximum_reach: [{ action: view, modules: [Invoise], of: everyone }]",
        1,
        "did you mean `Invoice`?",
    ),
    (
        "maximum_reach: [{ action: view, modules: [Invoice], of: all }]",
        1,
        "policy.yaml:1:57",
    ),
    (
        "maximum_reach: [{ action: view, modules: [Invoice], of: { role: Bos } }]",
        1,
        "did you mean `Boss`?",
    ),
    (
        "maximum_reach: [{ action: view, modules: [Invoice], of: everyone, except: [{ user: rot }] }]",
        1,
        "did you mean `root`?",
    ),
    (
        "maximum_reach: [{ action: view, modules: [Invoice], of: everyone, except: [{ until: 2026-01-01 }] }]",
        1,
        "exactly one of user",
    ),
    (
        "separation_of_duties: [{ abilities: [{ action: create, module: Invoice }] }]",
        1,
        "at least 2 items",
    ),
    (
        "separation_of_duties: [{ abilities: [{ action: create, module: Invoice }, { permission: x }] }]",
        1,
        "unknown permission",
    ),
    (
        "seperation_of_duties: []",
        1,
        "did you mean `separation_of_duties`?",
    ),
];

#[test]
fn each_rule_holds_breaks_and_is_refused() {
    for (policy, code, words) in CASES {
        let run = project().file("policy.yaml", policy).run(&["plan"]).exits(*code);
        assert!(run.stderr.contains(words), "{policy}\n{}", run.stderr);
    }
}

#[test]
fn administrators_are_what_the_system_says() {
    let uniconnect = |minimum: u32| {
        Project::new("uniconnect")
            .seed(
                r#"
roles:
  Maker: { reports_to: System Owner, permissions: { create_user: allow } }
  Keeper: { reports_to: System Owner, permissions: { update_user: own } }
users:
  anna: { role: System Owner }
  ben: { role: Maker }
  clara: { role: Keeper }
  dora: { role: System Owner, active: false }
"#,
            )
            .manifest("users: { anna: { role: System Owner } }\n")
            .file("policy.yaml", &format!("minimum_administrators: {minimum}\n"))
            .run(&["plan"])
    };
    uniconnect(2).exits(0);
    let run = uniconnect(3).exits(4);
    let words = "only anna and ben are effective administrators and can log in; 3 must be";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    let run = Project::new("ucserver")
        .seed("users: { ida: {} }\n")
        .manifest("groups: { Desk: { members: { users: [ida] } } }\nexisting: { users: [ida] }\n")
        .file("policy.yaml", "minimum_administrators: 1\n")
        .run(&["plan"])
        .refuses("not-supported");
    assert!(run.stderr.contains("policy.yaml:1:25"), "{}", run.stderr);
}
