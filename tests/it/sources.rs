//! States from somewhere: deployments, folders, git revisions, exported files, and the people in them.

mod revisions;

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Project, Run, run_in};

/// A project in a repository. What is committed last is removed from disk in most tests, so that only git has it.
fn repository(project: Project) -> Project {
    git(&project, &["init", "--quiet", "--initial-branch=main"]);
    commit(&project);
    project
}

fn git(project: &Project, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(project.path())
        .args(["-c", "user.name=Anna", "-c", "user.email=anna@example.org"])
        .args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"])
        .args(arguments)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit(project: &Project) {
    git(project, &["add", "--all"]);
    git(
        project,
        &["commit", "--quiet", "--allow-empty", "-m", "Change access"],
    );
}

/// Exports a source to stdout.
fn export_from(project: &Project, source: &str) -> Run {
    project.run(&["export", "--in", source, "--out", "-"])
}

/// The exported snapshot of a source.
#[track_caller]
fn snapshot(project: &Project, source: &str) -> Value {
    parsed(&export_from(project, source).exits(0))["snapshot"].clone()
}

fn parsed(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap()
}

fn names(objects: &Value) -> Vec<&str> {
    objects.as_object().unwrap().keys().map(String::as_str).collect()
}

#[track_caller]
fn says(run: Run, expected: &[&str]) {
    for expected in expected {
        assert!(
            run.stderr.contains(expected),
            "no `{expected}` in\n{}",
            run.stderr
        );
    }
}

/// A project whose deployment cannot be opened: whoever tries fails.
fn without_deployment() -> Project {
    Project::new("ucserver")
        .manifest("groups: { Team A: {} }\n")
        .file(".rolecall/local.db", "this is no database")
}

#[test]
fn a_deployment_is_what_export_writes_without_a_source() {
    let project = Project::example("berlicrm");
    let plain = project.run(&["export", "--out", "-"]).exits(0);
    let named = export_from(&project, "deployment:local").exits(0);
    assert_eq!(named.stdout, plain.stdout);
    assert_eq!(parsed(&named)["deployment"], "local");
    let run = export_from(&project, "deployment:prod").exits(1);
    says(run, &["there is no deployment `prod`; the project has local"]);
}

#[test]
fn a_folder_is_its_manifests_over_what_is_built_in() {
    let project = Project::new("berlicrm")
        .seed("groups: { Only On The Deployment: {} }\n")
        .manifest(
            "groups:\n  Team A: { members: { users: [anna], roles: [Seller], groups: [Team B] } }\n\
             existing: { roles: [Seller], groups: [Team B], users: [anna, ben] }\nusers: { carl: { role: Seller } }\n",
        );
    let run = export_from(&project, ".").exits(0);
    assert_eq!(run.stderr, "");
    let exported = parsed(&run);
    assert_eq!(exported["source"], ".");
    assert_eq!(exported["deployment"], Value::Null);
    let state = &exported["snapshot"];
    assert_eq!(names(&state["groups"])[..], ["Team A", "Team B"]);
    assert!(names(&state["roles"]).contains(&"Seller"));
    assert_eq!(names(&state["users"]), ["anna", "ben", "carl"]);
    assert_eq!(state["users"]["carl"]["role"], "Seller");
}

#[test]
fn users_whom_only_a_group_names_are_there() {
    let project = Project::new("ucserver")
        .manifest("groups: { Team A: { members: { users: [anna] }, head: ben, deputy: carl } }\n");
    assert_eq!(names(&snapshot(&project, ".")["users"]), ["anna", "ben", "carl"]);
}

#[test]
fn modules_of_the_installation_have_the_usual_default() {
    let project = Project::new("berlicrm")
        .file(
            "rolecall.yaml",
            "system: berlicrm\ndeployments: { local: embedded }\n\
             installation: { modules: { Machines: [number] } }\n",
        )
        .manifest("groups: { Team A: {} }\n");
    let state = snapshot(&project, ".");
    assert_eq!(state["installation"]["modules"]["Machines"], json!(["number"]));
    assert!(state["sharing"]["defaults"]["Machines"].is_string(), "{state}");
}

#[test]
fn only_the_source_is_touched() {
    let project = repository(without_deployment());
    project.run(&["export", "--out", "state.json"]).exits(1);
    let state = export_from(&project, ".").exits(0).stdout;
    fs::write(project.path().join("state.json"), state).unwrap();
    for source in [".", "git:HEAD:", "state.json"] {
        assert_eq!(
            names(&snapshot(&project, source)["groups"]),
            ["Team A"],
            "{source}"
        );
    }
    fs::remove_dir_all(project.path().join(".rolecall")).unwrap();
    for source in [".", "git:HEAD:", "state.json"] {
        export_from(&project, source).exits(0);
        assert!(!project.path().join(".rolecall").exists(), "{source}");
    }
}

#[test]
fn mistakes_in_manifests_end_the_command() {
    let project = repository(
        Project::new("berlicrm")
            .manifest("groups: { Team A: { members: { groups: [Team B] } } }\n")
            .file("manifests/more.yaml", "groups: { Team C: { member: {} } }\n"),
    );
    let run = export_from(&project, ".").exits(1);
    assert_eq!(run.stdout, "");
    assert_eq!(run.codes("error"), ["unknown-reference", "unknown-key"]);
    fs::remove_dir_all(project.path().join("manifests")).unwrap();
    let run = export_from(&project, "git:HEAD:").exits(1);
    assert_eq!(run.codes("error"), ["unknown-reference", "unknown-key"]);
    says(
        run,
        &["HEAD:manifests/all.yaml:1:41", "HEAD:manifests/more.yaml:1:21"],
    );
}

#[test]
fn an_exported_file_is_read_as_it_was_written() {
    for example in ["uniconnect", "iptel", "berlicrm", "ucserver", "custom"] {
        let project = Project::example(example);
        let deployment = project.run(&["export", "--out", "state.json"]).exits(0);
        assert_eq!(deployment.stdout, "");
        let written = fs::read_to_string(project.path().join("state.json")).unwrap();
        let written: Value = serde_json::from_str(&written).unwrap();
        let read = parsed(&export_from(&project, "state.json").exits(0));
        assert_eq!(read["snapshot"], written["snapshot"], "{example}");
        assert_eq!(read["source"], "state.json");
    }
}

#[test]
fn files_of_another_format() {
    let project = Project::new("vtiger")
        .file(
            "two.json",
            r#"{ "format_version": "2.0", "snapshot": { "system": "vtiger" } }"#,
        )
        .file(
            "more.json",
            r#"{ "format_version": "1.9", "more": {}, "snapshot": { "system": "vtiger" } }"#,
        )
        .file("yaml.json", "groups: {}\n")
        .file(
            "inner.json",
            "{ \"format_version\": \"1.0\", \"snapshot\": {\n  \"systems\": 1 } }",
        )
        .bytes("latin.json", b"{ \"\xff\": 1 }")
        .manifest("groups: { Team A: {} }\n");
    let plan = project.run(&["plan", "--format", "json"]).exits(0).stdout;
    let project = project.file("plan.json", &plan);
    export_from(&project, "more.json").exits(0);
    for (file, expected) in [
        ("two.json", "two.json has format 2.x; this rolecall reads 1.x"),
        (
            "plan.json",
            "plan.json is no exported state: it has no `snapshot`\nhint: `rolecall export",
        ),
        ("yaml.json", "yaml.json:1:1: expected value"),
        ("inner.json", "inner.json:2:11: unknown field `systems`"),
        (
            "latin.json",
            "latin.json is not UTF-8: byte 3 begins no character",
        ),
    ] {
        says(export_from(&project, file).exits(1), &[expected]);
        let run = project.run(&["export", "--in", ".", "--users", file, "--out", "-"]);
        says(run.exits(1), &[expected]);
    }
    let run = project.run(&["export", "--in", ".", "--users", "none.json", "--out", "-"]);
    says(run.exits(1), &["cannot read none.json"]);
}

#[test]
fn the_system_of_a_file_is_the_projects_or_shipped() {
    let custom = Project::example("custom");
    custom.run(&["export", "--out", "custom.json"]).exits(0);
    let state = custom.path().join("custom.json");
    let state = state.to_str().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let other = Project::new("vtiger").file(
        "vtiger.json",
        r#"{ "format_version": "1.0", "snapshot": { "system": "vtiger" } }"#,
    );
    let vtiger = other.path().join("vtiger.json");
    let vtiger = vtiger.to_str().unwrap();

    export_from(&custom, "custom.json").exits(0);
    export_from(&custom, vtiger).exits(0);
    run_in(empty.path(), &["export", "--in", vtiger, "--out", "-"]).exits(0);
    let folder = custom.path().to_str().unwrap();
    run_in(empty.path(), &["export", folder, "--in", state, "--out", "-"]).exits(0);
    for folder in [empty.path(), other.path()] {
        let run = run_in(folder, &["export", "--in", state, "--out", "-"]).exits(1);
        says(
            run,
            &[
                "is a state of helpdesk, which is not shipped",
                "hint: name a project of that system",
            ],
        );
    }
    // A project that cannot be read may be the one.
    let broken = custom.file("rolecall.yaml", "system: [\n");
    export_from(&broken, "custom.json").exits(1);
}

#[test]
fn a_source_is_named_or_explained() {
    let project = Project::new("ucserver").manifest("groups: { Team A: {} }\n");
    for (source, expected) in [
        (
            "nothing",
            "there is no file or folder `nothing`; a source is one of",
        ),
        ("git:main", "`git:main` is not git:REV:PATH"),
        ("deployment:", "no deployment is named"),
    ] {
        says(export_from(&project, source).exits(1), &[expected]);
    }
    let idle = [
        "export",
        "--in",
        "deployment:local",
        "--deployment",
        "local",
        "--out",
        "-",
    ];
    says(project.run(&idle).exits(1), &["deployment local has none"]);
}

/// A project of a product with roles, and people whom `people.json` knows.
fn with_people(manifest: &str) -> Project {
    let people = Project::new("berlicrm").seed(
        "profiles: { Basic: { otherwise: usual } }\n\
         roles:\n\
         \x20 Seller: { reports_to: Organization, profiles: [Basic] }\n\
         \x20 Phone: { reports_to: Organization, profiles: [Basic] }\n\
         \x20 Clerk: { reports_to: Organization, profiles: [Basic] }\n\
         groups: { Team A: {}, Old: {}, Gone: {} }\n\
         users:\n\
         \x20 anna: { role: Seller }\n\
         \x20 ben: { role: Phone, active: false }\n\
         \x20 carl: { role: Clerk, administrator: true }\n\
         \x20 dora: { role: Clerk }\n\
         records:\n\
         \x20 - { owner: { user: anna }, module: Leads, count: 3 }\n\
         \x20 - { owner: { group: Team A }, module: Leads, count: 5 }\n\
         \x20 - { owner: { group: Old }, module: Leads, count: 7 }\n\
         \x20 - { owner: { group: Gone }, module: Leads, count: 1 }\n",
    );
    people.run(&["export", "--out", "people.json"]).exits(0);
    let text = fs::read_to_string(people.path().join("people.json")).unwrap();
    // Only other products know who created a user.
    let text = text.replacen(
        "\"active\": false",
        "\"active\": false, \"created_by\": \"anna\"",
        1,
    );
    Project::new("berlicrm")
        .manifest(manifest)
        .file("people.json", &text)
}

fn export_with_people(project: &Project, source: &str) -> Run {
    project.run(&["export", "--in", source, "--users", "people.json", "--out", "-"])
}

#[test]
fn people_come_with_their_roles_and_records() {
    let project = with_people(
        "profiles: { Basic: { otherwise: usual } }\n\
         roles:\n\
         \x20 Seller: { reports_to: Organization, profiles: [Basic] }\n\
         \x20 Sales: { reports_to: Organization, profiles: [Basic], renamed_from: Phone }\n\
         groups: { Team A: { members: { users: [anna, dorra] } } }\n\
         users: { dora: { role: Sales } }\n\
         removed: { groups: { Old: { transfer_to: { group: Team A } } } }\n",
    );
    let run = export_with_people(&project, ".").exits(0);
    let exported = parsed(&run);
    assert_eq!(exported["source"], ". with the people of people.json");
    let users = &exported["snapshot"]["users"];
    // dorra is new in the group and known to nobody: she stays, for she is to be seen.
    assert_eq!(names(users), ["anna", "ben", "carl", "dora", "dorra"]);
    assert_eq!(users["anna"]["role"], "Seller");
    assert_eq!(
        users["ben"],
        json!({ "role": "Sales", "administrator": false, "active": false, "created_by": "anna" })
    );
    assert_eq!(users["carl"], json!({ "administrator": true, "active": true }));
    assert_eq!(users["dora"]["role"], "Sales");
    assert_eq!(
        exported["snapshot"]["records"],
        json!([
            { "owner": { "user": "anna" }, "module": "Leads", "count": 3 },
            { "owner": { "group": "Team A" }, "module": "Leads", "count": 12 },
        ])
    );
    assert_eq!(run.codes("warning"), ["not-in-state"]);
    says(
        run,
        &[
            "role `Clerk` of 1 user in people.json is not there: left out",
            "group Gone, owner of 1 record in people.json, is not there: left out",
            "user `dorra` is not in people.json\n |\n = hint: did you mean `dora`?",
            "3 warnings",
        ],
    );
}

#[test]
fn people_replace_those_who_were_there() {
    let project =
        with_people("groups: { Team A: {} }\nexisting: { roles: [Seller, Phone, Clerk], users: [zoe] }\n");
    let run = export_with_people(&project, ".").exits(0);
    assert_eq!(
        names(&parsed(&run)["snapshot"]["users"]),
        ["anna", "ben", "carl", "dora"]
    );
    // A state that was exported has no manifests to follow.
    let run = export_with_people(&project, "people.json").exits(0);
    assert_eq!(run.stderr, "");
    let alone = snapshot(&project, "people.json");
    assert_eq!(parsed(&run)["snapshot"], alone);
}

#[test]
fn people_of_another_system_are_refused() {
    let project = with_people("groups: { Team A: {} }\n").file(
        "rolecall.yaml",
        "system: vtiger\ndeployments: { local: embedded }\n",
    );
    let run = export_with_people(&project, ".").exits(1);
    says(run, &["people.json is a state of berlicrm, . one of vtiger"]);
}
