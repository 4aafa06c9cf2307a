//! `rolecall test`: access tests on the planned state, and on those of other sources.

use std::fs;

use crate::support::{Project, root};

/// Two teams of a CRM: the manifests give Sales its leads, the deployment has nobody in Sales yet.
fn project() -> Project {
    Project::new("berlicrm")
        .seed(
            r#"
profiles:
  Sales: { modules: { Leads: { actions: [view, create, edit] } } }
roles:
  Boss: { reports_to: Organization, profiles: [Sales] }
  Rep: { reports_to: Boss, profiles: [Sales] }
users:
  root: { role: Boss, administrator: true }
  anna: { role: Rep }
  ben: { role: Rep }
  clara: { role: Boss }
  gone: { role: Rep, active: false }
sharing: { defaults: { Leads: private } }
"#,
        )
        .manifest(
            r#"
groups: { Team: { members: { users: [anna] } } }
sharing:
  rules: [{ module: Leads, from: { role: Rep }, to: { group: Team }, access: read }]
existing: { roles: [Rep, Boss], users: [anna] }
"#,
        )
}

fn with(test: &str) -> Project {
    project().file("access/a.access.yaml", &format!("tests:\n{test}"))
}

/// A test and whether it passes on the state after the plan.
const CASES: &[(&str, bool)] = &[
    (
        "check: { user: anna, action: view, module: Leads, owner: { user: ben } }, allow: true",
        true,
    ),
    (
        "check: { user: anna, action: view, module: Leads, owner: { user: ben } }, allow: false",
        false,
    ),
    (
        "check: { user: anna, action: edit, module: Leads, owner: { user: ben } }, allow: true",
        false,
    ),
    (
        "check: { user: anna, action: edit, module: Leads, owner: { user: anna } }, allow: true",
        true,
    ),
    (
        "check: { user: anna, action: view, module: Leads, owner: { group: Team } }, allow: true",
        true,
    ),
    (
        "check: { user: ben, action: view, module: Leads, owner: { user: anna } }, allow: true",
        false,
    ),
    (
        "check: { user: anna, action: create, module: Leads }, allow: true",
        true,
    ),
    (
        "check: { user: anna, action: delete, module: Leads }, allow: true",
        false,
    ),
    (
        "check: { user: gone, action: view, module: Leads }, allow: false",
        true,
    ),
    (
        "check: { user: gone, action: view, module: Leads }, allow: true",
        false,
    ),
    (
        "check: { user: anna, field: rating, module: Leads }, allow: true",
        true,
    ),
    (
        "check: { user: anna, field: rating, module: Accounts, use: edit }, allow: true",
        false,
    ),
    ("check: { user: anna, permission: view_all }, allow: false", true),
    ("check: { user: anna, permission: view_all }, allow: true", false),
    ("check: { user: root, permission: view_all }, allow: true", true),
    (
        "who_can: { action: view, module: Leads, owner: { user: ben } }, equals: [anna, ben, clara, root]",
        true,
    ),
    (
        "who_can: { action: view, module: Leads, owner: { user: ben } }, equals: [anna, ben, root]",
        false,
    ),
    (
        "who_can: { action: view, module: Leads, owner: { user: ben } }, equals: [{ role: Rep }, { role: Boss }]",
        true,
    ),
    (
        "who_can: { action: view, module: Leads, owner: { user: ben } }, equals: [{ everyone: true }]",
        true,
    ),
    (
        "who_can: { action: view, module: Leads, owner: { user: anna } }, equals: [{ everyone: true }]",
        false,
    ),
    (
        "who_can: { action: view, module: Leads }, equals: [{ role_and_subordinates: Boss }]",
        true,
    ),
    ("who_can: { action: delete, module: Leads }, equals: []", false),
    (
        "who_can: { action: view, module: Leads, owner: { user: clara } }, includes: [clara]",
        true,
    ),
    (
        "who_can: { action: view, module: Leads, owner: { user: clara } }, includes: [clara, anna]",
        false,
    ),
    (
        "who_can: { action: view, module: Leads }, includes: [gone]",
        false,
    ),
    (
        "who_can: { action: view, module: Leads, owner: { user: clara } }, excludes: [{ role: Rep }]",
        true,
    ),
    (
        "who_can: { action: view, module: Leads, owner: { user: ben } }, excludes: [{ group: Team }]",
        false,
    ),
    (
        "never: { who: { role: Rep }, action: delete, module: Leads }",
        true,
    ),
    (
        "never: { who: { everyone: true }, action: delete, module: Leads }",
        false,
    ),
    (
        "never: { who: ben, action: view, module: Leads, whose: { role_and_subordinates: Boss } }",
        true,
    ),
    (
        "never: { who: anna, action: view, module: Leads, whose: { role: Rep } }",
        false,
    ),
    (
        "never: { who: { role: Rep }, action: view, module: Leads, owner: { user: clara } }",
        true,
    ),
    (
        "never: { who: { role: Boss }, action: view, module: Leads, owner: { user: ben } }",
        false,
    ),
];

#[test]
fn each_way_to_ask_passes_and_fails() {
    // All in one file: which ones fail is read from the lines.
    let tests: String = CASES
        .iter()
        .map(|(test, _)| format!("  - {{ {test} }}\n"))
        .collect();
    let run = with(&tests).run(&["test"]).exits(4);
    for (line, (test, passes)) in (2..).zip(CASES) {
        let failed = run
            .stdout
            .contains(&format!("failed access/a.access.yaml:{line}: "));
        assert_eq!(failed, !passes, "{test}\n{}", run.stdout);
    }
    let failed = CASES.iter().filter(|(_, passes)| !passes).count();
    let summary = format!("{} passed, {failed} failed\n", CASES.len() - failed);
    assert!(run.stdout.ends_with(&summary), "{}", run.stdout);
    let passing: String = CASES
        .iter()
        .filter(|(_, passes)| *passes)
        .map(|(test, _)| format!("  - {{ {test} }}\n"))
        .collect();
    with(&passing).run(&["test"]).exits(0);
}

#[test]
fn a_failure_says_the_way_or_the_reason() {
    let run = with(concat!(
        "  - name: Leads stay in the team\n",
        "    check: { user: anna, action: view, module: Leads, owner: { user: ben } }\n",
        "    allow: false\n",
        "  - check: { user: anna, action: edit, module: Leads, owner: { user: ben } }\n",
        "    allow: true\n",
    ))
    .run(&["test"])
    .exits(4);
    assert_eq!(
        run.stdout,
        "failed access/a.access.yaml:2: Leads stay in the team\n\
         \x20 anna may, and must not: view Leads of ben\n\
         \x20   anna → group Team → rule Leads: role Rep → group Team, read; the owner: role Rep\n\
         \x20   permitted by profile Sales\n\
         failed access/a.access.yaml:5: anna may edit Leads of ben\n\
         \x20 anna may not, and must: edit Leads of ben\n\
         \x20   nothing gives anna `edit Leads` about ben: the default of Leads is private; rule Leads: role Rep → \
         group Team opens only read\n\
         0 passed, 2 failed\n"
    );
}

#[test]
fn the_state_is_the_one_that_is_asked_for() {
    let test =
        "  - { check: { user: anna, action: view, module: Leads, owner: { user: ben } }, allow: true }\n";
    let project = with(test);
    project.run(&["test"]).exits(0);
    project.run(&["test", "--in", "deployment:local"]).exits(4);
    assert!(
        !project.path().join(".rolecall").exists(),
        "a test writes no deployment"
    );
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["test", "--in", "deployment:local"]).exits(0);
    // Without a deployment nobody knows ben.
    project.run(&["test", "--in", "."]).refuses("unknown-user");
    project.run(&["test", "--deployment", "other"]).exits(1);
    project.run(&["test", "--in", "deployment:other"]).exits(1);
    project
        .run(&["test", "--in", "deployment:local", "--deployment", "local"])
        .exits(1);
    // Mistakes in manifests do not keep anyone from judging what is live.
    let project = project.file("manifests/broken.yaml", "nonsense: {}\n");
    project.run(&["test", "--in", "deployment:local"]).exits(0);
    project.run(&["test"]).exits(1);
}

#[test]
fn without_a_deployment_the_manifests_are_enough() {
    let project = Project::new("berlicrm")
        .manifest(
            r#"
profiles: { Sales: { modules: { Leads: { actions: [view] } } } }
roles: { Rep: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users } }
users: { anna: { role: Rep } }
"#,
        )
        .file(
            "a.access.yaml",
            "tests: [{ check: { user: anna, action: view, module: Leads }, allow: true }]\n",
        );
    project.run(&["test", "--in", "."]).exits(0);
    project.run(&["test"]).refuses("unknown-user");
}

#[test]
fn the_people_can_be_those_of_an_exported_file() {
    let test =
        "  - { check: { user: anna, action: view, module: Leads, owner: { user: ben } }, allow: true }\n";
    let project = with(test);
    project.run(&["export", "--out", "people.json"]).exits(0);
    // Now ben is known; what his role permits is on the deployment alone.
    let run = project
        .run(&["test", "--in", ".", "--users", "people.json"])
        .exits(4);
    assert!(
        run.stdout.contains("anna may not, and must: view Leads of ben"),
        "{}",
        run.stdout
    );
    let run = project
        .run(&["test", "--users", "people.json", "--format", "json"])
        .exits(0);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        json["state"],
        "manifests over local with the people of people.json"
    );
}

#[test]
fn the_tests_are_the_projects_wherever_the_state_is_from() {
    let test =
        "  - { check: { user: anna, action: view, module: Leads, owner: { user: ben } }, allow: true }\n";
    let project = with(test);
    project.run(&["export", "--out", "state.json"]).exits(0);
    let run = project.run(&["test", "--in", "state.json"]).exits(4);
    assert!(
        run.stdout.contains("failed access/a.access.yaml:2:"),
        "{}",
        run.stdout
    );
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["export", "--out", "state.json"]).exits(0);
    let run = project
        .run(&["test", "--in", "state.json", "--format", "json"])
        .exits(0);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["state"], "state.json");
    // A folder that has tests of its own: they are not run.
    let project = project
        .file("other/rolecall.yaml", "system: berlicrm\ndeployments: {}\n")
        .file("other/manifests/all.yaml", "users: { anna: {}, ben: {} }\n")
        .file("other/a.access.yaml", "nonsense: {}\n");
    project.run(&["test", "--in", "other"]).exits(4);
}

#[test]
fn a_state_of_another_system_is_refused() {
    let project = with("  - { check: { user: anna, action: view, module: Leads }, allow: false }\n")
        .file("other/rolecall.yaml", "system: ucserver\ndeployments: {}\n")
        .file(
            "other/manifests/all.yaml",
            "groups: { Team: { members: { users: [anna] } } }\n",
        );
    project
        .run(&["export", "other", "--in", "other", "--out", "other.json"])
        .exits(0);
    for source in ["other", "other.json"] {
        let run = project.run(&["test", "--in", source]).exits(1);
        let words = format!("{source} is a state of ucserver, the project of berlicrm");
        assert!(run.stderr.contains(&words), "{}", run.stderr);
        assert!(run.stdout.is_empty(), "{}", run.stdout);
    }
    let run = project.run(&["test", "--users", "other.json"]).exits(1);
    assert!(run.stderr.contains("is a state of ucserver"), "{}", run.stderr);
}

#[test]
fn what_expires_is_judged_for_the_day_that_is_named() {
    let project = Project::new("berlicrm")
        .seed(
            r#"
profiles: { Sales: { modules: { Leads: { actions: [view] } } } }
roles: { Rep: { reports_to: Organization, profiles: [Sales] } }
users: { anna: { role: Rep }, ben: { role: Rep } }
sharing: { defaults: { Leads: private } }
"#,
        )
        .manifest(
            r#"
groups: { Team: { members: { users: [{ user: anna, expires: 2026-12-31 }, ben] } } }
sharing: { rules: [{ module: Leads, from: { role: Rep }, to: { group: Team }, access: read }] }
existing: { roles: [Rep], users: [anna, ben] }
"#,
        )
        .file(
            "a.access.yaml",
            "tests: [{ check: { user: anna, action: view, module: Leads, owner: { user: ben } }, allow: true }]\n",
        );
    project.run(&["test", "--today", "2026-12-31"]).exits(0);
    project.run(&["test", "--today", "2027-01-01"]).exits(4);
}

/// A test with a mistake, the code of the mistake, and what is said or hinted.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "check: { user: ana, action: view, module: Leads }, allow: true",
        "unknown-user",
        "did you mean `anna`?",
    ),
    (
        "check: { user: anna, action: veiw, module: Leads }, allow: true",
        "unknown-action",
        "did you mean `view`?",
    ),
    (
        "check: { user: anna, action: view, module: Leeds }, allow: true",
        "unknown-module",
        "did you mean `Leads`?",
    ),
    (
        "check: { user: anna, field: ratin, module: Leads }, allow: true",
        "unknown-field",
        "did you mean `rating`?",
    ),
    (
        "check: { user: anna, permission: view_al }, allow: true",
        "unknown-permission",
        "did you mean `view_all`?",
    ),
    (
        "check: { user: anna, service: send_sms }, allow: true",
        "unknown-service",
        "unknown service `send_sms`",
    ),
    (
        "check: { user: anna, authorisation: a.b }, allow: true",
        "unknown-authorisation",
        "`a.b`",
    ),
    (
        "check: { user: anna, authorisation: a }, allow: true",
        "invalid-value",
        "area and right",
    ),
    (
        "check: { user: anna, role: Rep }, allow: true",
        "not-supported",
        "groups grant no roles",
    ),
    (
        "check: { user: anna, action: view }, allow: true",
        "missing-key",
        "`module`",
    ),
    (
        "check: { action: view, module: Leads }, allow: true",
        "missing-key",
        "`user`",
    ),
    (
        "check: { user: anna, action: view, module: Leads }",
        "missing-key",
        "`allow`",
    ),
    (
        "check: { user: anna }, allow: true",
        "unclear-question",
        "exactly one of action",
    ),
    (
        "check: { user: anna, module: Leads, permission: view_all }, allow: true",
        "unclear-question",
        "`module` belongs",
    ),
    (
        "check: { user: anna, permission: view_all, use: see }, allow: true",
        "unclear-question",
        "`use` belongs",
    ),
    (
        "check: { user: anna, action: view, module: Leads, permission: view_all }, allow: true",
        "unclear-question",
        "exactly one of action",
    ),
    (
        "check: { user: anna, action: view, module: Leads, owner: { user: bne } }, allow: true",
        "unknown-user",
        "did you mean `ben`?",
    ),
    (
        "check: { user: anna, action: view, module: Leads, owner: { group: Taem } }, allow: true",
        "unknown-reference",
        "did you mean `Team`?",
    ),
    (
        "check: { user: anna, action: create, module: Leads, owner: { user: ben } }, allow: true",
        "not-supported",
        "about no owner",
    ),
    (
        "who_can: { action: view, module: Leads }",
        "unclear-question",
        "exactly one of equals, includes, excludes",
    ),
    (
        "who_can: { action: view, module: Leads }, equals: [anna], includes: [ben]",
        "unclear-question",
        "exactly one of equals",
    ),
    (
        "who_can: { action: view, module: Leads }, equals: [ana]",
        "unknown-user",
        "did you mean `anna`?",
    ),
    (
        "who_can: { action: view, module: Leads }, equals: [{ role: Rap }]",
        "unknown-reference",
        "did you mean `Rep`?",
    ),
    (
        "who_can: { action: view, module: Leads }, equals: [], allow: true",
        "unclear-question",
        "`allow` belongs to `check`",
    ),
    (
        "check: { user: anna, action: view, module: Leads }, allow: true, equals: [anna]",
        "unclear-question",
        "`equals` belongs to `who_can`",
    ),
    (
        "never: { who: { role: Rap }, action: view, module: Leads }",
        "unknown-reference",
        "did you mean `Rep`?",
    ),
    ("never: { action: view, module: Leads }", "missing-key", "`who`"),
    (
        "never: { who: anna, action: view, module: Leads, whose: { role: Rep }, owner: { user: ben } }",
        "unclear-question",
        "one of owner, whose",
    ),
    (
        "never: { who: anna, action: create, module: Leads, whose: { role: Rep } }",
        "not-supported",
        "about no owner",
    ),
    ("allow: true", "unclear-question", "one of check, who_can, never"),
    (
        "name: nothing",
        "unclear-question",
        "one of check, who_can, never",
    ),
    (
        "check: { user: anna, action: view, module: Leads }, allow: true, never: { who: anna, action: view, module: Leads }",
        "unclear-question",
        "exactly one of check",
    ),
    ("chekc: {}", "unknown-key", "did you mean `check`?"),
    (
        "check: { user: [anna], action: view, module: Leads }, allow: true",
        "wrong-type",
        "expected text",
    ),
];

#[test]
fn mistakes_are_errors_at_their_place() {
    for (test, code, words) in MISTAKES {
        let run = with(&format!("  - {{ {test} }}\n")).run(&["test"]).exits(1);
        assert!(run.codes("error").contains(code), "{test}\n{}", run.stderr);
        assert!(run.stderr.contains(words), "{test}\n{}", run.stderr);
        assert!(
            run.stderr.contains("access/a.access.yaml:2:"),
            "{test}\n{}",
            run.stderr
        );
        assert!(run.stdout.is_empty(), "{test}\n{}", run.stdout);
    }
}

#[test]
fn all_mistakes_come_in_one_run() {
    let run = with(concat!(
        "  - { check: { user: ana, action: veiw, module: Leads, owner: { user: bne } }, allow: yes }\n",
        "  - { who_can: { permission: view_al }, equals: [{ role: Rap }, nobody_here] }\n",
    ))
    .file("other.access.yml", "tests: [{ nver: {} }]\n")
    .run(&["test"])
    .exits(1);
    for expected in [
        "`ana`",
        "`veiw`",
        "`bne`",
        "true or false",
        "`view_al`",
        "`Rap`",
        "`nobody_here`",
        "`nver`",
    ] {
        assert!(run.stderr.contains(expected), "{expected}\n{}", run.stderr);
    }
    assert!(
        !run.stderr.contains("missing"),
        "what was cut out is not missing too\n{}",
        run.stderr
    );
}

#[test]
fn without_tests_there_is_nothing_to_pass() {
    project().run(&["test"]).refuses("no-access-tests");
    project()
        .file("a.access.yaml", "tests: []\n")
        .run(&["test"])
        .refuses("no-access-tests");
    project()
        .file("a.access.yaml", "")
        .run(&["test"])
        .refuses("no-access-tests");
}

#[test]
fn files_are_found_below_the_project_and_are_no_manifests() {
    let failing = "tests: [{ check: { user: anna, action: delete, module: Leads }, allow: true }]\n";
    let project = project()
        .file("manifests/deep/a.access.yaml", failing)
        .file("b.access.yml", failing)
        .file(".hidden/c.access.yaml", failing)
        .file(".rolecall/d.access.yaml", failing)
        .file("other/rolecall.yaml", "system: berlicrm\ndeployments: {}\n")
        .file("other/e.access.yaml", failing)
        .file("access.yaml", "no test: by its name\n");
    let run = project.run(&["test"]).exits(4);
    assert!(run.stdout.ends_with("0 passed, 2 failed\n"), "{}", run.stdout);
    project.run(&["validate"]).exits(0);
    project.run(&["plan"]).exits(0);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_hides_no_tests() {
    let project = with("  - { check: { user: anna, action: view, module: Leads }, allow: true }\n");
    std::os::unix::fs::symlink("..", project.path().join("access/back")).unwrap();
    let run = project.run(&["test"]).exits(0);
    assert_eq!(run.stdout, "1 passed, 0 failed\n");
}

#[test]
fn json_and_junit_say_the_same() {
    let project = with(concat!(
        "  - name: a <b> & \"c\"\n",
        "    check: { user: anna, action: view, module: Leads, owner: { user: ben } }\n",
        "    allow: false\n",
        "  - { check: { user: anna, action: view, module: Leads }, allow: true }\n",
    ));
    let run = project
        .run(&["test", "--format", "json", "--junit", "out/junit.xml"])
        .exits(4);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["format_version"], "1.0");
    assert_eq!(json["state"], "manifests over local");
    assert_eq!(json["totals"]["passed"], 1);
    assert_eq!(json["totals"]["failed"], 1);
    let test = &json["tests"][0];
    assert_eq!(test["file"], "access/a.access.yaml");
    assert_eq!(test["line"], 2);
    assert_eq!(test["passed"], false);
    assert_eq!(test["allowed"][0]["user"], "anna");
    assert_eq!(test["allowed"][0]["owner"]["user"], "ben");
    assert_eq!(test["allowed"][0]["permitted_by"][0], "profile Sales");
    let xml = fs::read_to_string(project.path().join("out/junit.xml")).unwrap();
    for expected in [
        r#"<testsuites name="rolecall" tests="2" failures="1" errors="0">"#,
        r#"<testsuite name="access/a.access.yaml" file="access/a.access.yaml" tests="2" failures="1""#,
        r#"<testcase name="a &lt;b&gt; &amp; &quot;c&quot;" classname="access.a" file="access/a.access.yaml" line="2">"#,
        r#"<failure message="anna may, and must not: view Leads of ben""#,
        r#"<testcase name="anna may view Leads" classname="access.a" file="access/a.access.yaml" line="5"/>"#,
    ] {
        assert!(xml.contains(expected), "{expected}\n{xml}");
    }
}

#[test]
fn many_users_are_counted() {
    let users: String = (0..60).map(|n| format!("  u{n:02}: {{ role: Rep }}\n")).collect();
    let project = with("  - { who_can: { action: view, module: Leads }, equals: [] }\n")
        .file("seed/many.yaml", &format!("users:\n{users}"));
    let run = project.run(&["test"]).exits(4);
    assert_eq!(
        run.stdout.matches(" may, and must not: view Leads").count(),
        20,
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("44 more users may, and must not"),
        "{}",
        run.stdout
    );
}

#[test]
fn other_products_have_other_abilities() {
    let project = Project::new("ucserver")
        .seed("users: { ida: {}, jan: {}, kai: {} }\n")
        .manifest(
            r#"
groups:
  Desk:
    status: active
    members: { users: [ida, jan] }
    services: [start_chat]
    authorisations: { level: special, presence: [see] }
existing: { users: [ida, jan] }
"#,
        );
    let cases = [
        ("check: { user: ida, service: start_chat }, allow: true", 0),
        ("check: { user: kai, service: start_chat }, allow: true", 4),
        (
            "check: { user: ida, authorisation: presence.see, owner: { user: jan } }, allow: true",
            0,
        ),
        (
            "check: { user: ida, authorisation: presence.see, owner: { user: kai } }, allow: true",
            4,
        ),
        (
            "check: { user: ida, authorisation: presence.set, owner: { user: jan } }, allow: false",
            0,
        ),
        (
            "check: { user: ida, authorisation: presence.see, owner: { group: Desk } }, allow: false",
            1,
        ),
        (
            "check: { user: ida, action: view, module: Leads }, allow: false",
            1,
        ),
    ];
    let mut project = project;
    for (test, code) in cases {
        project = project.file("a.access.yaml", &format!("tests: [{{ {test} }}]\n"));
        let run = project.run(&["test"]);
        assert_eq!(run.code, code, "{test}\n{}\n{}", run.stdout, run.stderr);
    }
}

#[test]
fn examples_pass_their_tests() {
    for name in ["berlicrm", "uniconnect"] {
        let example = Project::example(name);
        let has = root().join("examples").join(name).join("policy.yaml").is_file();
        assert!(has, "{name} has a policy");
        let run = example.run(&["test"]).exits(0);
        assert!(
            run.stdout.contains(" 0 failed; policy: 3 rules hold"),
            "{}",
            run.stdout
        );
    }
}
