//! Folders of manifests that are laid over each other, per deployment.

use serde_json::{Value, json};

use crate::support::{Project, Run};

const SEED: &str = "
profiles: { Basic: { otherwise: usual } }
roles: { Boss: { reports_to: Organization, profiles: [Basic] } }
groups: { Old: {} }
users: { anna: { role: Boss }, ben: { role: Boss } }
";

const BASE: &str = "
groups:
  Team A: { description: base, members: { users: [anna], roles: [Boss] } }
  Team B: { description: base }
sharing:
  defaults: { Leads: private, Accounts: private }
  rules:
    - { module: Leads, from: { group: Team A }, to: { group: Team B }, access: read }
    - { module: Accounts, from: { group: Team A }, to: { group: Team B }, access: read }
existing: { roles: [Boss], users: [anna, ben] }
";

const PROJECT: &str = "
system: vtiger
deployments:
  test: { kind: embedded, seed: seed, manifests: [base] }
  prod: { kind: embedded, seed: seed, manifests: [base, prod] }
default: prod
";

/// A project whose `prod` has this laid over its base.
fn over(prod: &str) -> Project {
    Project::new("vtiger")
        .seed(SEED)
        .file("rolecall.yaml", PROJECT)
        .file("base/all.yaml", BASE)
        .file("prod/all.yaml", prod)
}

/// The state that the manifests of a deployment describe.
#[track_caller]
fn described(project: &Project, deployment: &str) -> Value {
    let run = project
        .run(&["export", "--in", ".", "--deployment", deployment, "--out", "-"])
        .exits(0);
    parsed(&run)["snapshot"].clone()
}

fn parsed(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap()
}

fn rules(state: &Value) -> Vec<&str> {
    let rules = state["sharing"]["rules"].as_array().unwrap();
    rules
        .iter()
        .map(|rule| rule["module"].as_str().unwrap())
        .collect()
}

#[test]
fn what_is_said_later_replaces_attribute_by_attribute() {
    let project = over("groups: { Team A: { members: { users: [ben] } }, Team C: {} }");
    let prod = described(&project, "prod");
    assert_eq!(
        prod["groups"]["Team A"]["members"],
        json!({ "users": ["ben"] }),
        "members are one value"
    );
    assert_eq!(prod["groups"]["Team A"]["description"], "base");
    assert_eq!(prod["groups"]["Team B"]["description"], "base");
    assert!(prod["groups"]["Team C"].is_object());
    let test = described(&project, "test");
    assert_eq!(
        test["groups"]["Team A"]["members"],
        json!({ "users": ["anna"], "roles": ["Boss"] })
    );
    assert!(test["groups"]["Team C"].is_null());
}

#[test]
fn empty_is_on_purpose() {
    let prod = described(
        &over("groups: { Team A: { description: null, members: {} } }"),
        "prod",
    );
    assert!(prod["groups"]["Team A"]["members"].is_null());
    assert!(prod["groups"]["Team A"]["description"].is_null());
}

#[test]
fn permissions_and_modules_are_laid_entry_by_entry() {
    let project = over(
        "
profiles:
  Sales:
    permissions: { edit_all: allow }
    modules:
      Leads: { actions: [view] }
      Contacts: { actions: [view] }
  Cleared: { permissions: {} }
",
    )
    .file(
        "base/profiles.yaml",
        "
profiles:
  Sales:
    permissions: { view_all: allow }
    modules:
      Leads: { actions: [view, edit], fields: { company: hidden } }
      Accounts: { actions: [view] }
  Cleared: { permissions: { view_all: allow }, modules: { Leads: { actions: [view] } } }
",
    );
    let prod = described(&project, "prod");
    assert_eq!(
        prod["profiles"]["Sales"]["rights"],
        json!({
            "permissions": { "edit_all": "allow", "view_all": "allow" },
            "modules": {
                "Accounts": { "actions": { "view": "allow" } },
                "Contacts": { "actions": { "view": "allow" } },
                "Leads": { "actions": { "view": "allow" }, "fields": { "company": "hidden" } },
            },
        })
    );
    assert_eq!(
        prod["profiles"]["Cleared"]["rights"],
        json!({ "modules": { "Leads": { "actions": { "view": "allow" } } } })
    );
}

#[test]
fn rules_of_a_module_are_one_value() {
    let rule = "{ module: Leads, from: { group: Team B }, to: { group: Team A }, access: read }";
    let prod = described(&over(&format!("sharing: {{ rules: [{rule}] }}")), "prod");
    assert_eq!(rules(&prod), ["Accounts", "Leads"]);
    let leads = &prod["sharing"]["rules"][1];
    assert_eq!(leads["to"], json!({ "group": "Team A" }));
    let prod = described(&over("sharing: { no_rules: [Accounts] }"), "prod");
    assert_eq!(rules(&prod), ["Leads"]);
    let back = over(&format!("sharing: {{ rules: [{rule}] }}"))
        .file("base/none.yaml", "sharing: { no_rules: [Contacts] }")
        .file(
            "prod/more.yaml",
            &format!("sharing: {{ rules: [{}] }}", rule.replace("Leads", "Contacts")),
        );
    assert_eq!(
        rules(&described(&back, "prod")),
        ["Accounts", "Contacts", "Leads"]
    );
}

#[test]
fn defaults_are_laid_one_by_one() {
    let prod = described(&over("sharing: { defaults: { Leads: public_read } }"), "prod");
    let defaults = &prod["sharing"]["defaults"];
    assert_eq!(
        (&defaults["Leads"], &defaults["Accounts"]),
        (&json!("public_read"), &json!("private"))
    );
}

#[test]
fn a_later_removal_takes_the_definition_away() {
    let project = over(
        "
sharing: { no_rules: [Leads, Accounts] }
removed: { groups: { team b: { transfer_to: { group: Team A } } } }
",
    );
    assert!(described(&project, "prod")["groups"]["Team B"].is_null());
    assert!(described(&project, "test")["groups"]["Team B"].is_object());
    project
        .run(&["apply", "--auto-approve", "--deployment", "prod"])
        .exits(0);
}

#[test]
fn a_later_definition_takes_the_removal_back() {
    let project = over("groups: { OLD: { description: kept } }").file(
        "base/removed.yaml",
        "removed: { groups: { Old: { transfer_to: { group: Team A } } } }",
    );
    project.run(&["validate"]).exits(0);
    assert_eq!(
        described(&project, "prod")["groups"]["OLD"]["description"],
        "kept"
    );
    let plan = project.run(&["plan", "--deployment", "test"]).exits(0).stdout;
    assert!(plan.contains("- group Old"), "{plan}");
}

#[test]
fn what_is_removed_later_may_not_be_referred_to() {
    let project = over("removed: { groups: { Team B: { transfer_to: { group: Team A } } } }");
    project.run(&["plan", "--deployment", "test"]).exits(0);
    let run = project.run(&["plan"]).exits(1);
    assert!(run.stderr.contains("base/all.yaml:8"), "{}", run.stderr);
    let run = project.run(&["validate"]).refuses("unknown-reference");
    assert!(
        run.stderr
            .contains("so it is with the manifests of prod (base, prod)"),
        "{}",
        run.stderr
    );
}

#[test]
fn within_a_folder_twice_is_an_error() {
    let run = over("groups: { Team A: {} }")
        .file("prod/more.yaml", "groups: { Team A: {} }")
        .run(&["plan"])
        .refuses("defined-twice");
    for place in ["prod/all.yaml:1:11", "prod/more.yaml:1:11"] {
        assert!(run.stderr.contains(place), "{}", run.stderr);
    }
}

#[test]
fn places_are_those_of_the_folder_that_says_it_last() {
    let plan = over("groups: { Team A: { description: prod } }")
        .run(&["plan", "--format", "json"])
        .exits(0);
    let plan = parsed(&plan);
    let file = |address: &str| {
        let changes = plan["resource_changes"].as_array().unwrap();
        let change = changes
            .iter()
            .find(|change| change["address"] == address)
            .unwrap();
        change["place"]["file"].as_str().unwrap().to_owned()
    };
    assert_eq!(file("group.Team A"), "prod/all.yaml");
    assert_eq!(file("group.Team B"), "base/all.yaml");
    let run = over("groups: { Team B: { members: { users: [zoe] } } }").run(&["plan"]);
    assert!(run.refuses("unknown-user").stderr.contains("prod/all.yaml:1:40"));
}

#[test]
fn the_deployment_that_is_meant_decides() {
    let project = over("groups: { Team C: {} }");
    let says = |arguments: &[&str]| project.run(arguments).exits(0).stdout.contains("group Team C");
    assert!(says(&["plan"]));
    assert!(says(&["plan", "--deployment", "prod"]));
    assert!(!says(&["plan", "--deployment", "test"]));
}

#[test]
fn a_deployment_that_cannot_be_told_is_an_error() {
    let project = over("{}").file("rolecall.yaml", &PROJECT.replace("default: prod", ""));
    let run = project.run(&["plan"]).refuses("unclear-deployment");
    assert!(run.stderr.contains("--deployment"), "{}", run.stderr);
    assert!(run.stderr.contains("test, prod"), "{}", run.stderr);
    project.run(&["plan", "--deployment", "test"]).exits(0);
    let run = project
        .run(&["plan", "--deployment", "tests"])
        .refuses("unknown-deployment");
    assert!(run.stderr.contains("did you mean `test`?"), "{}", run.stderr);
    // Where all have the same folders, it does not matter which one is meant.
    let project = over("groups: { C: {} }").file(
        "rolecall.yaml",
        &PROJECT
            .replace("default: prod", "")
            .replace("[base]", "[base, prod]"),
    );
    project.run(&["export", "--in", ".", "--out", "-"]).exits(0);
}

#[test]
fn validate_checks_every_combination_once() {
    let project = over("groups: { Team C: {} }").file(
        "rolecall.yaml",
        &PROJECT.replace(
            "default",
            "  stage: { kind: embedded, seed: seed, manifests: [base] }\ndefault",
        ),
    );
    let run = project.run(&["validate"]).exits(0);
    assert_eq!(
        run.stdout,
        "The manifests of test, stage (base) for vtiger CRM are valid: 2 groups, 2 defaults, 2 rules\n\
         The manifests of prod (base, prod) for vtiger CRM are valid: 3 groups, 2 defaults, 2 rules\n"
    );
    // What is wrong in every combination is said once.
    let project = project.file(
        "base/wrong.yaml",
        "groups: { Wrong: { members: { groups: [Nobody] } } }",
    );
    let run = project.run(&["validate"]).refuses("unknown-reference");
    assert_eq!(
        run.stderr.matches("unknown group `Nobody`").count(),
        1,
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("so it is with"), "{}", run.stderr);
    // A default does not hide the others.
    let project = over("groups: { Team C: { members: { groups: [Nobody] } } }").file(
        "rolecall.yaml",
        &PROJECT.replace("default: prod", "default: test"),
    );
    project.run(&["plan"]).exits(0);
    project.run(&["validate"]).refuses("unknown-reference");
}

#[test]
fn a_folder_that_is_not_there() {
    let project = over("{}").file("rolecall.yaml", &PROJECT.replace("[base, prod]", "[base, prot]"));
    let run = project.run(&["plan"]).refuses("no-manifests");
    for expected in ["there is no folder prot", "rolecall.yaml:5:57"] {
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
    project.run(&["plan", "--deployment", "test"]).exits(0);
    project.run(&["validate"]).refuses("no-manifests");
}

#[test]
fn folders_in_each_other_are_refused() {
    let project = over("{}")
        .file("base/prod/all.yaml", "groups: { Team C: {} }")
        .file(
            "rolecall.yaml",
            &PROJECT.replace("[base, prod]", "[base, base/prod]"),
        );
    let run = project.run(&["plan"]).refuses("invalid-value");
    assert!(run.stderr.contains("`base/prod` is in `base`"), "{}", run.stderr);
}

#[test]
fn lists_of_folders_have_a_form() {
    for (list, code) in [
        ("[]", "invalid-value"),
        ("[base, base]", "duplicate-item"),
        ("base", "wrong-type"),
        ("['']", "invalid-value"),
    ] {
        let project = over("{}").file("rolecall.yaml", &PROJECT.replace("[base, prod]", list));
        project.run(&["plan"]).refuses(code);
    }
}

#[test]
fn a_difference_between_deployments_manifests() {
    let project = over("groups: { Team C: {} }");
    let run = project
        .run(&[
            "export",
            "--in",
            ".",
            "--deployment",
            "test",
            "--out",
            "test.json",
        ])
        .exits(0);
    assert!(run.stderr.contains("test.json"));
    let run = project
        .run(&["diff", "test.json", ".", "--deployment", "prod"])
        .exits(0);
    assert!(run.stdout.contains("+ group Team C"), "{}", run.stdout);
    let run = project
        .run(&["diff", "test.json", ".", "--deployment", "test"])
        .exits(0);
    assert!(run.stdout.contains("No differences"), "{}", run.stdout);
}

#[test]
fn names_of_all_deployments_are_in_the_schema() {
    let run = over("groups: { Team C: { members: { users: [carl] } } }")
        .run(&["schema", "--with-names", "."])
        .exits(0);
    for name in ["\"Team A\"", "\"Team C\"", "\"carl\"", "\"anna\""] {
        assert!(run.stdout.contains(name), "{name}");
    }
}

#[test]
fn an_import_does_not_go_into_a_folder_of_manifests() {
    let run = over("{}").run(&["import", "--out", "base/new"]).exits(1);
    assert!(
        run.stderr.contains("whose files are read as manifests"),
        "{}",
        run.stderr
    );
}

#[test]
fn folders_are_read_from_git_too() {
    let project = over("groups: { Team C: {} }");
    let git = |arguments: &[&str]| {
        let done = std::process::Command::new("git")
            .current_dir(project.path())
            .args(["-c", "user.name=Anna", "-c", "user.email=anna@example.org"])
            .args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"])
            .args(arguments)
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .unwrap();
        assert!(done.status.success());
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "-m", "Change access"]);
    std::fs::remove_dir_all(project.path().join("base")).unwrap();
    std::fs::remove_dir_all(project.path().join("prod")).unwrap();
    let of = |deployment: &[&str]| {
        let mut arguments = vec!["export", "--in", "git:main:", "--out", "-"];
        arguments.extend(deployment);
        parsed(&project.run(&arguments).exits(0))["snapshot"]["groups"]["Team C"].is_object()
    };
    assert!(of(&[]), "the default one is prod");
    assert!(!of(&["--deployment", "test"]));
}
