//! The contract of the command line: names, flags, exit codes, streams.

use crate::support::{Project, run_in};

const SEED: &str = "groups: { Team A: {}, Old: {} }\nusers: { anna: {} }\n";
const MANIFEST: &str = "groups: { Team A: { members: { users: [anna] } } }\n";

fn project() -> Project {
    Project::new("ucserver").seed(SEED).manifest(MANIFEST)
}

#[test]
fn wrong_usage_is_1() {
    let project = project();
    project.run(&["plann"]).exits(1);
    project.run(&["plan", "--detailed-exit-code"]).exits(1);
    project.run(&["plan", "--format", "yaml"]).exits(1);
    project.run(&[]).exits(1);
    project.run(&["--version"]).exits(0);
    project.run(&["plan", "--help"]).exits(0);
}

#[test]
fn plan_tells_changes_by_its_exit_code_only_when_asked() {
    let project = project();
    project.run(&["plan"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn apply_without_a_terminal_changes_nothing() {
    let project = project();
    let run = project.run(&["apply"]).exits(1);
    assert!(run.stderr.contains("no terminal to ask on"), "{}", run.stderr);
    assert!(run.stdout.contains("group Team A"), "the plan was printed first");
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn a_plan_is_data_and_the_rest_is_talk() {
    let project = project();
    let run = project.run(&["plan", "--format", "json"]).exits(0);
    let plan: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(plan["format_version"], "1.0");
    assert_eq!(plan["resource_changes"][0]["address"], "group.Team A");
    assert_eq!(
        plan["resource_changes"][0]["change"]["actions"],
        serde_json::json!(["update"])
    );
    assert_eq!(plan["resource_changes"][0]["place"]["line"], 1);
    assert_eq!(run.stderr, "");
}

#[test]
fn the_same_input_prints_the_same_bytes() {
    let project = Project::example("berlicrm");
    let first = project.run(&["plan"]);
    let json = project.run(&["plan", "--format", "json"]);
    for _ in 0..9 {
        assert_eq!(project.run(&["plan"]).stdout, first.stdout);
        assert_eq!(project.run(&["plan", "--format", "json"]).stdout, json.stdout);
    }
}

#[test]
fn init_makes_a_project_that_works() {
    let folder = tempfile::tempdir().unwrap();
    for system in ["uniconnect", "iptel", "vtiger", "berlicrm", "ucserver"] {
        run_in(folder.path(), &["init", system, "--system", system]).exits(0);
        let project = folder.path().join(system);
        let run = run_in(&project, &["validate"]).exits(0);
        assert_eq!(run.stderr, "", "{system}");
        run_in(&project, &["plan"]).exits(0);
        run_in(&project, &["apply", "--auto-approve"]).exits(0);
        run_in(&project, &["plan", "--detailed-exitcode"]).exits(0);
    }
    run_in(folder.path(), &["init", "vtiger", "--system", "vtiger"]).exits(1);
    run_in(folder.path(), &["init", "other", "--system", "vtigre"]).refuses("unknown-system");
    assert!(!folder.path().join("other").exists());
}

#[test]
fn import_writes_only_where_nothing_is() {
    let project = Project::example("custom");
    project
        .run(&["import", "--deployment", "local", "--out", "manifests"])
        .exits(1);
    project
        .run(&[
            "import",
            "--deployment",
            "local",
            "--out",
            "by/object",
            "--layout",
            "by-object",
        ])
        .exits(0);
    let imported = project.path().join("by/object");
    assert!(imported.join("manifests/groups").is_dir());
    run_in(&imported, &["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn import_and_export_do_not_need_the_manifests() {
    let project = Project::example("ucserver").file("manifests/broken.yaml", "groups: [x");
    project.run(&["plan"]).exits(1);
    project.run(&["export", "--out", "state.json"]).exits(0);
    project.run(&["import", "--out", "imported"]).exits(0);
    project.run(&["import", "--out", "manifests/imported"]).exits(1);
    project.run(&["import", "--out", "seed/imported"]).exits(1);
}

#[test]
fn import_keeps_what_only_the_project_knows_of_the_installation() {
    let project = Project::new("ucserver")
        .seed("groups: { A: {} }")
        .manifest("groups: { A: { status: inactive } }");
    project.run(&["apply", "--auto-approve"]).exits(0);
    let file = "system: ucserver\ndeployments: { local: embedded }\ninstallation: { features: { sms_dispatch: true } }\n";
    let project = project.file("rolecall.yaml", file);
    project.run(&["import", "--out", "imported"]).exits(0);
    let imported = std::fs::read_to_string(project.path().join("imported/rolecall.yaml")).unwrap();
    assert!(imported.contains("sms_dispatch: true"), "{imported}");
}

#[test]
fn an_apply_makes_the_deployment_even_if_nothing_else_is_to_do() {
    let project = Project::new("ucserver")
        .seed("groups: { A: {} }")
        .manifest("groups: { A: {} }");
    project.run(&["apply", "--auto-approve"]).exits(0);
    assert!(project.path().join(".rolecall/local.db").exists());
}

#[test]
fn everything_is_shown_when_asked() {
    let users: Vec<String> = (0..60).map(|number| format!("user{number:02}")).collect();
    let seed: String = users.iter().map(|user| format!("  {user}: {{}}\n")).collect();
    let project = Project::new("ucserver")
        .seed(&format!("users:\n{seed}"))
        .manifest(&format!(
            "groups: {{ A: {{ members: {{ users: [{}] }} }} }}",
            users.join(", ")
        ));
    assert!(project.run(&["plan"]).stdout.contains("and 48 more"));
    let shown = project.run(&["plan", "--verbose"]).stdout;
    assert!(users.iter().all(|user| shown.contains(user)), "{shown}");
}

#[test]
fn schemas_and_completions() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "any",
        "uniconnect",
        "iptel",
        "vtiger",
        "berlicrm",
        "ucserver",
        "project",
        "system",
    ] {
        let run = run_in(folder.path(), &["schema", name]).exits(0);
        let schema: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
    let run = run_in(folder.path(), &["schema", "berlicmr"]).exits(1);
    assert!(run.stderr.contains("did you mean `berlicrm`?"), "{}", run.stderr);
    let run = Project::example("berlicrm")
        .run(&["schema", "--with-names", "."])
        .exits(0);
    let schema: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    // A name stands by itself or in a mapping with a last day.
    let item = &schema["$defs"]["MembersDocument"]["properties"]["roles"]["items"]["anyOf"];
    for roles in [&item[0]["enum"], &item[1]["properties"]["role"]["enum"]] {
        assert!(
            roles
                .as_array()
                .unwrap()
                .contains(&serde_json::json!("Sales Rep")),
            "{item}"
        );
    }
    assert!(item[1]["enum"].is_null(), "{item}");
    assert!(schema["$defs"]["ExistingDocument"]["properties"]["roles"]["items"]["enum"].is_null());
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            run_in(folder.path(), &["completions", shell])
                .exits(0)
                .stdout
                .contains("rolecall")
        );
    }
}

/// A half-made apply: the second run finishes it.
#[test]
fn what_the_deployment_refuses_is_reported_with_what_is_left() {
    let project = project();
    project.run(&["apply", "--auto-approve"]).exits(0);
    let file = project.path().join(".rolecall/local.db");
    // Something outside the product's own rules refuses the second group: the plan cannot foresee it.
    let other = rusqlite::Connection::open(&file).unwrap();
    other
        .execute_batch("CREATE UNIQUE INDEX outside ON groups ((1)) WHERE name IN ('A', 'B')")
        .unwrap();
    let project =
        project.manifest("groups: { A: {}, B: {}, C: { monitor_groups: { B: [monitor] } }, D: {} }\n");
    let run = project.run(&["apply", "--auto-approve"]).exits(6);
    // What needs the second is not tried; what does not is done.
    assert!(
        run.stderr.contains("2 done, 1 failed, 1 not tried"),
        "{}",
        run.stderr
    );
    other.execute_batch("DROP INDEX outside").unwrap();
    drop(other);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}
