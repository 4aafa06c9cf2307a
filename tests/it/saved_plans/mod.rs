//! Saved plans: `plan --out`, `show`, `apply FILE`. A plan that was approved is applied as it is or not at all.

mod stale;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rolecall::model::Digest;
use serde_json::{Value, json};

use crate::support::{Project, Run};

/// Sales owns leads, the desk is to see them.
const SEED: &str = "
profiles:
  Sales: { modules: { Leads: { actions: [view, create, edit] } } }
roles:
  Boss: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users }
  Rep: { reports_to: Boss, profiles: [Sales], assign_records_to: all_users }
  Agent: { reports_to: Boss, profiles: [Sales], assign_records_to: all_users }
groups:
  Desk: { members: { groups: [Night] } }
  Night: { members: { users: [ada] } }
  Other: {}
sharing: { defaults: { Leads: private } }
users: { bob: { role: Boss }, rita: { role: Rep }, ada: { role: Agent }, alf: { role: Agent } }
records: [{ module: Leads, owner: { user: rita }, count: 10 }]
";

/// What is known and not managed.
const EXISTING: &str = "existing: { roles: [Rep, Agent, Boss], groups: [Desk, Night] }\n";

const SHARE: &str =
    "sharing: { rules: [{ module: Leads, from: { role: Rep }, to: { group: Desk }, access: read }] }\n";

const DEPLOYED: &str = "system: vtiger
deployments:
  local: { kind: embedded, seed: seed }
  other: { kind: embedded, seed: seed }
default: local
";

const PLAN: &str = "plan.json";

/// A project whose deployment is there, with nothing applied but the seed.
fn project(manifest: &str) -> Project {
    let project = Project::new("vtiger")
        .seed(SEED)
        .file("rolecall.yaml", DEPLOYED)
        .manifest(EXISTING);
    for deployment in ["local", "other"] {
        project
            .run(&["apply", "--auto-approve", "--deployment", deployment])
            .exits(0);
    }
    project.manifest(&format!("{manifest}{EXISTING}"))
}

/// The same with its plan saved.
fn saved(manifest: &str) -> Project {
    let project = project(manifest);
    project.run(&["plan", "--out", PLAN]).exits(0);
    project
}

/// Someone else changes the deployment, from another project.
fn someone(project: &Project, manifest: &str) {
    let file = project.path().join(".rolecall/local.db");
    let deployed = format!(
        "system: vtiger\ndeployments: {{ local: {{ kind: embedded, file: {} }} }}\n",
        file.display()
    );
    Project::new("vtiger")
        .file("rolecall.yaml", &deployed)
        .manifest(manifest)
        .run(&["apply", "--auto-approve"])
        .exits(0);
}

fn plan_file(project: &Project) -> PathBuf {
    project.path().join(PLAN)
}

fn text(project: &Project) -> String {
    fs::read_to_string(plan_file(project)).unwrap()
}

/// Changes a saved plan like someone who knows how to make its checksum.
fn forge(project: &Project, change: impl FnOnce(&mut Value)) {
    let mut content: Value = serde_json::from_str(&text(project)).unwrap();
    change(&mut content);
    content.as_object_mut().unwrap().remove("checksum");
    content.sort_all_objects();
    let checksum = Digest::of_value(&content).unwrap();
    content["checksum"] = json!(checksum);
    fs::write(plan_file(project), content.to_string()).unwrap();
}

/// Applies the saved plan, which must end so and leave everything as it is; what was said.
#[track_caller]
fn refused(project: &Project, arguments: &[&str], code: i32) -> String {
    let before = project.state();
    let arguments: Vec<&str> = ["apply", PLAN].iter().chain(arguments).copied().collect();
    let Run { stdout, stderr, .. } = project.run(&arguments).exits(code);
    assert_eq!(stdout, "", "a refusal shows no plan");
    assert_eq!(project.state(), before, "{stderr}");
    stderr
}

/// Applies the saved plan, which must be stale and name exactly this.
#[track_caller]
fn stale(project: &Project, arguments: &[&str], expected: &[&str]) {
    let stderr = refused(project, arguments, 5);
    let mut lines = stderr.lines();
    assert_eq!(
        lines.next(),
        Some("error: the plan in plan.json is stale; nothing was applied")
    );
    let named: Vec<&str> = lines
        .clone()
        .take_while(|line| line.starts_with(' '))
        .map(str::trim)
        .collect();
    assert_eq!(named, expected, "{stderr}");
    assert!(
        stderr.ends_with("hint: plan again, look at the new plan, and save that\n"),
        "{stderr}"
    );
}

#[test]
fn what_was_approved_is_applied_without_a_question() {
    let project = project(SHARE);
    let run = project.run(&["plan", "--out", PLAN]).exits(0);
    assert_eq!(
        run.stderr,
        "Saved the plan to plan.json\nhint: rolecall apply plan.json applies exactly this\n"
    );
    let run = project.run(&["apply", PLAN]).exits(0);
    assert!(run.stdout.contains("Applied 1 "), "{}", run.stdout);
    assert_eq!(project.state()["sharing"]["rules"][0]["module"], "Leads");
    // Nobody is told twice that it worked.
    let said = refused(&project, &[], 5);
    assert!(
        said.starts_with("error: this plan was applied already, or someone else did the same\n"),
        "{said}"
    );
}

#[test]
fn from_another_folder_the_project_is_named() {
    let project = saved(SHARE);
    let elsewhere = tempfile::tempdir().unwrap();
    let (file, folder) = (plan_file(&project), project.path());
    let (file, folder) = (file.to_str().unwrap(), folder.to_str().unwrap());
    crate::support::run_in(elsewhere.path(), &["apply", file]).exits(1);
    crate::support::run_in(elsewhere.path(), &["apply", file, folder]).exits(0);
    // And the other way around.
    let project = super::saved_plans::project(SHARE);
    let folder = project.path().to_str().unwrap();
    let run = crate::support::run_in(elsewhere.path(), &["plan", folder, "--out", "sub/p.json"]).exits(0);
    assert!(
        run.stderr
            .contains(&format!("hint: rolecall apply sub/p.json {folder} applies")),
        "{}",
        run.stderr
    );
    crate::support::run_in(elsewhere.path(), &["apply", "sub/p.json", folder]).exits(0);
    let run = project.run(&["apply", ".", folder]).exits(1);
    assert!(run.stderr.contains("one place too many"), "{}", run.stderr);
}

#[test]
fn show_prints_what_plan_printed() {
    let project = project(&format!(
        "{SHARE}groups: {{ Staff: {{ renamed_from: Other, members: {{ users: [{{ user: alf, expires: 2026-12-31 }}] }} }} }}\n"
    ));
    for arguments in [
        &["--format", "terminal"][..],
        &["--format", "json"],
        &["--verbose"],
    ] {
        let with = |command: &[&'static str]| [command, arguments].concat();
        let day = ["--today", "2026-12-24"];
        let planned = project
            .run(&[&with(&["plan", "--out", PLAN])[..], &day].concat())
            .exits(0);
        // Also where there is neither project nor deployment.
        let elsewhere = tempfile::tempdir().unwrap();
        fs::copy(plan_file(&project), elsewhere.path().join(PLAN)).unwrap();
        let shown = crate::support::run_in(elsewhere.path(), &with(&["show", PLAN])).exits(0);
        assert_eq!(shown.stdout, planned.stdout);
        assert_eq!(shown.stderr, "");
    }
}

#[test]
fn an_empty_plan_can_be_saved_and_applied() {
    let project = saved("");
    let run = project.run(&["apply", PLAN]).exits(0);
    assert!(run.stdout.contains("No changes."), "{}", run.stdout);
}

/// Files that are no saved plan, or not as they were made.
#[test]
fn what_is_no_whole_plan_is_refused() {
    let project = saved(SHARE);
    let whole = text(&project);
    let json = project.run(&["plan", "--format", "json"]).exits(0).stdout;
    let pretty = |mut content: Value, key: &str, value: Value| {
        content[key] = value;
        content.to_string()
    };
    let content: Value = serde_json::from_str(&whole).unwrap();
    let changed = "plan.json was changed after it was made\nhint: plan again and save that\n";
    for (file, expected) in [
        (whole.replacen("\"create\"", "\"delete\"", 1), changed),
        (
            pretty(content.clone(), "note", json!("a key that nobody knows")),
            changed,
        ),
        (pretty(content.clone(), "checksum", json!(1)), changed),
        (
            pretty(content.clone(), "format_version", json!("2.0")),
            "plan.json has format 2.x; this rolecall reads 1.x\nhint: plan again and save that\n",
        ),
        (
            pretty(content.clone(), "format_version", json!("new")),
            "plan.json is no saved plan: it has no `format_version` MAJOR.MINOR\nhint: `rolecall plan --out FILE` writes one\n",
        ),
        (
            whole[..whole.len() / 2].to_owned(),
            "plan.json is no saved plan: EOF while parsing",
        ),
        (
            "groups: {}\n".to_owned(),
            "plan.json is no saved plan: expected value (line 1, column 1)\n",
        ),
        (
            String::new(),
            "plan.json is no saved plan: EOF while parsing a value",
        ),
        ("[]".to_owned(), "plan.json is no saved plan: it is no object\n"),
        (
            json,
            "plan.json is no saved plan: it has no `checksum`\nhint: `rolecall plan --out FILE` writes one\n",
        ),
    ] {
        fs::write(plan_file(&project), &file).unwrap();
        for said in [
            refused(&project, &[], 1),
            project.run(&["show", PLAN]).exits(1).stderr,
        ] {
            assert!(said.starts_with(&format!("error: {expected}")), "{said}\n{file}");
        }
    }
    // Only how it is laid out does not matter.
    fs::write(plan_file(&project), format!("\u{feff}{content}")).unwrap();
    project.run(&["apply", PLAN]).exits(0);
}

#[test]
fn a_key_of_a_later_minor_version_is_left_alone() {
    let project = saved(SHARE);
    forge(&project, |content| {
        content["format_version"] = json!("1.7");
        content["report"]["more"] = json!([1]);
        content["more"] = json!({ "of": "it" });
    });
    project.run(&["show", PLAN]).exits(0);
    project.run(&["apply", PLAN]).exits(0);
}

#[test]
fn a_plan_is_for_one_deployment_of_one_system() {
    let project = saved(SHARE);
    let said = refused(&project, &["--deployment", "other"], 1);
    assert_eq!(
        said,
        "error: plan.json is for deployment `local`, not for `other`\n"
    );
    project
        .run(&["apply", PLAN, "--deployment", "local", "--grants-first"])
        .exits(1);

    let moved = project.file(
        "rolecall.yaml",
        &DEPLOYED.replace("seed: seed", "file: b.db, seed: seed"),
    );
    let said = refused(&moved, &[], 1);
    assert_eq!(
        said,
        "error: plan.json is for deployment `local` at .rolecall/local.db, and now that is at b.db\n"
    );
    let renamed = moved.file("rolecall.yaml", &DEPLOYED.replace("local", "live"));
    let said = refused(&renamed, &[], 1);
    assert_eq!(
        said,
        "error: plan.json is for deployment `local`; the project has live, other\n"
    );

    let other = Project::new("berlicrm")
        .seed(SEED)
        .manifest("groups: { Desk: {} }");
    fs::copy(plan_file(&renamed), plan_file(&other)).unwrap();
    let said = refused(&other, &[], 1);
    assert_eq!(
        said,
        "error: plan.json is for system vtiger, the project is of berlicrm\n"
    );
}

/// Whoever makes up a file can give it hashes of a real plan, but not show another one with it.
#[test]
fn a_forged_file_does_nothing() {
    let shows_another: [fn(&mut Value); 4] = [
        |content| content["report"]["resource_changes"][0]["change"]["after"]["access"] = json!("read_write"),
        |content| content["report"]["impact"]["lines"] = json!([]),
        |content| content["report"]["impact"]["lines"][0]["summary"] = json!("nobody gains anything"),
        |content| content["report"]["totals"]["create"] = json!(0),
    ];
    for change in shows_another {
        let project = saved(SHARE);
        forge(&project, change);
        let said = refused(&project, &[], 1);
        assert!(
            said.starts_with("error: plan.json does not show the plan that it approves\n"),
            "{said}"
        );
    }
    let project = saved(SHARE);
    forge(&project, |content| {
        content["steps_digest"] = json!(Digest::of(b"other"))
    });
    stale(&project, &[], &["the steps are not those that were approved"]);
    forge(&project, |content| {
        content["report"]["resource_changes"][0]["type"] = json!("group");
    });
    let said = refused(&project, &[], 1);
    assert!(said.contains("has a state that no group has"), "{said}");
}

#[test]
fn the_author_of_the_plan_is_its_author_when_it_is_applied() {
    let project = project(SHARE);
    let run = project
        .run(&["plan", "--out", PLAN, "--author", "ada", "--format", "json"])
        .exits(0);
    assert!(run.stdout.contains("author_gains"), "{}", run.stdout);
    project.run(&["apply", PLAN]).exits(0);
}

#[test]
fn what_comes_first_is_as_it_was_approved() {
    let project = project("groups: { Desk: { members: { users: [alf] } } }\n");
    project.run(&["plan", "--out", PLAN, "--grants-first"]).exits(0);
    project.run(&["apply", PLAN]).exits(0);
    let project = saved("groups: { Desk: { members: { users: [alf] } } }\n");
    let said = refused(&project, &["--grants-first"], 1);
    assert_eq!(
        said,
        "error: plan.json was approved to take away before it gives\n"
    );
}

#[test]
fn the_selection_is_as_it_was_approved() {
    let both = "groups: { Other: { description: x }, Late: { members: { groups: [New] } }, New: {} }\n";
    let project = project(both);
    let planned = project
        .run(&["plan", "--out", PLAN, "--only", "group.Late"])
        .exits(0);
    assert!(
        planned.stdout.contains("pulled in: group New"),
        "{}",
        planned.stdout
    );
    assert_eq!(project.run(&["show", PLAN]).exits(0).stdout, planned.stdout);
    let said = refused(&project, &["--only", "group.Other"], 1);
    assert_eq!(
        said,
        "error: plan.json was approved for another selection of changes\n"
    );
    project.run(&["apply", PLAN]).exits(0);
    let state = project.state();
    assert!(state["groups"]["New"].is_object() && state["groups"]["Other"]["description"].is_null());
}

#[test]
fn nothing_is_saved_that_is_refused() {
    let policy = "minimum_administrators: 5\n";
    let guarded = "guards: { protected: { groups: [Other] } }\n";
    for (rules, code) in [(policy, 4), (guarded, 3)] {
        let project = project("groups: { Other: { description: x } }\n").file("policy.yaml", rules);
        project.run(&["plan", "--out", PLAN]).exits(code);
        assert!(!plan_file(&project).exists(), "{rules}");
    }
}

#[test]
fn a_policy_that_is_new_judges_an_approved_plan() {
    let project = saved("groups: { Other: { description: x } }\n")
        .file("policy.yaml", "guards: { protected: { groups: [Other] } }\n");
    project.run(&["apply", PLAN]).exits(3);
    // What a file says was allowed is not allowed by that.
    let run = project
        .run(&["plan", "--out", PLAN, "--allow", "protected"])
        .exits(0);
    let hint = "hint: rolecall apply plan.json --allow protected applies exactly this\n";
    assert!(run.stderr.ends_with(hint), "{}", run.stderr);
    project.run(&["apply", PLAN]).exits(3);
    project.run(&["apply", PLAN, "--allow", "protected"]).exits(0);
}

#[test]
fn only_a_saved_plan_is_written_over() {
    let project = project(SHARE).file("notes.json", "{}").file("full/x", "");
    for out in ["notes.json", "rolecall.yaml", "full", "/dev/null"] {
        let run = project.run(&["plan", "--out", out]).exits(1);
        assert!(
            run.stderr.contains(out) && run.stderr.contains("hint:"),
            "{}",
            run.stderr
        );
        assert_eq!(run.stdout, "", "it is said before the deployment is asked");
    }
    assert_eq!(
        fs::read_to_string(project.path().join("notes.json")).unwrap(),
        "{}"
    );
    for _ in 0..2 {
        project.run(&["plan", "--out", PLAN]).exits(0);
    }
    // Nothing is left of the writing.
    let files = fs::read_dir(project.path()).unwrap();
    let files: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(!files.iter().any(|file| file.ends_with(".part")), "{files:?}");
}

#[test]
fn no_secret_is_in_it() {
    let policy = tempfile::tempdir().unwrap();
    let policy = policy.path().join("outside.yaml");
    fs::write(&policy, "guards: { protected: { groups: [Nobody] } }\n").unwrap();
    let project = project(SHARE);
    let output = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .current_dir(project.path())
        .args(["plan", "--out", PLAN, "--policy", policy.to_str().unwrap()])
        .envs([
            ("ROLECALL_TOKEN", "hunter2-in-the-environment"),
            ("USER", "whoever-runs-it"),
        ])
        .env("HOME", "/home/of-whoever-runs-it")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = text(&project);
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    for secret in [
        "hunter2".to_owned(),
        "whoever-runs-it".to_owned(),
        "outside.yaml".to_owned(),
        path(project.path()),
        path(&std::env::temp_dir()),
        path(&crate::support::root()),
    ] {
        assert!(!text.contains(&secret), "{secret} in {text}");
    }
    let content: Value = serde_json::from_str(&text).unwrap();
    let files = content["manifests"]["files"].as_array().unwrap();
    let files: Vec<&str> = files.iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(files, ["manifests/all.yaml", "rolecall.yaml"]);
}
