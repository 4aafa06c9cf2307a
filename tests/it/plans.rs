//! Plans that are easy to get wrong: what changes, exactly, and that it settles.

use serde_json::Value;

use crate::support::Project;

const VTIGER: &str = "
profiles:
  P1:
    otherwise: usual
    permissions: { view_all: allow, edit_all: allow }
    modules: { Leads: { fields: { company: hidden } } }
  P2: { modules: { Leads: { actions: [view] } } }
roles:
  Boss: { reports_to: Organization, profiles: [P1], assign_records_to: all_users }
  Mgr: { reports_to: Boss, profiles: [P1], assign_records_to: all_users }
  Rep: { reports_to: Mgr, profiles: [P2], assign_records_to: all_users }
groups: { A: {}, B: {}, Old: {} }
users: { anna: { role: Boss }, ben: { role: Mgr }, carl: { role: Rep } }
records: [{ module: Leads, owner: { group: Old }, count: 9 }]
";

/// A vtiger project with these manifests, before anything was applied.
fn vtiger(manifest: &str) -> Project {
    Project::new("vtiger").seed(VTIGER).manifest(manifest)
}

/// Applies, shows that nothing is left to do, and returns the state.
#[track_caller]
fn applied(project: &Project) -> Value {
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    project.state()
}

#[test]
fn what_is_listed_as_existing_is_not_removed() {
    let seed = "groups: { Old: {}, A: {} }\nusers: { anna: {} }";
    let manifest = "existing: { groups: [Old] }\nremoved: { groups: { Old: {} } }";
    let project = Project::new("ucserver").seed(seed).manifest(manifest);
    project.run(&["plan"]).refuses("removed-and-wanted");
    project.run(&["validate"]).refuses("removed-and-wanted");
}

#[test]
fn a_removal_in_another_spelling_does_not_delete_what_is_wanted() {
    let project = vtiger(
        "groups: { A: {}, OLD: { description: wanted } }\nremoved: { groups: { Old: { transfer_to: { group: A } } } }",
    );
    project.run(&["plan"]).refuses("removed-and-wanted");
    project.run(&["validate"]).refuses("removed-and-wanted");
}

#[test]
fn a_removal_in_another_spelling_is_a_removal() {
    let project =
        vtiger("removed: { groups: { old: { transfer_to: { group: A } } } }\nexisting: { groups: [A] }");
    let plan = project.run(&["plan"]).exits(0).stdout;
    assert!(
        plan.contains("- group Old, its 9 records go to group A"),
        "{plan}"
    );
    assert!(!plan.contains("owns every"), "{plan}");
    let state = applied(&project);
    assert!(state["groups"]["Old"].is_null());
    assert_eq!(state["records"][0]["owner"], serde_json::json!({ "group": "A" }));
}

#[test]
fn the_root_cannot_be_removed_in_any_spelling() {
    let project = vtiger(
        "removed: { roles: { organization: { transfer_to: { role: Boss } } } }\nexisting: { roles: [Boss] }",
    );
    let run = project.run(&["plan"]).exits(1);
    assert!(run.codes("error").contains(&"builtin-object"), "{}", run.stderr);
}

#[test]
fn otherwise_none_ends_permissions_and_keeps_hidden_fields_hidden() {
    let state = applied(&vtiger(
        "profiles: { P1: { otherwise: none, modules: { Leads: { actions: [view] } } } }",
    ));
    let rights = &state["profiles"]["P1"]["rights"];
    assert_eq!(
        *rights,
        serde_json::json!({ "modules": { "Leads": { "actions": { "view": "allow" }, "fields": { "company": "hidden" } } } })
    );
}

#[test]
fn a_manifest_of_modules_leaves_permissions_alone() {
    let state = applied(&vtiger(
        "profiles: { P1: { modules: { Leads: { actions: [view], fields: {} } } } }",
    ));
    let rights = &state["profiles"]["P1"]["rights"];
    assert_eq!(
        *rights,
        serde_json::json!({
            "permissions": { "edit_all": "allow", "view_all": "allow" },
            "modules": { "Leads": { "actions": { "view": "allow" } } },
        })
    );
}

#[test]
fn untouched_keeps_the_rest() {
    let before = vtiger("groups: {}").state();
    let after = applied(&vtiger(
        "profiles: { P1: { otherwise: untouched, modules: { Leads: { actions: [view] } }, permissions: { edit_all: allow } } }",
    ));
    let mut expected = before["profiles"]["P1"].clone();
    expected["rights"]["modules"]["Leads"]["actions"] = serde_json::json!({ "view": "allow" });
    assert_eq!(after["profiles"]["P1"], expected);
}

#[test]
fn a_chain_of_renames_settles() {
    let chain = "groups: { A: { description: new }, B: { renamed_from: A }, C: { renamed_from: B } }";
    let state = applied(&vtiger(chain));
    let groups: Vec<&String> = state["groups"].as_object().unwrap().keys().collect();
    assert_eq!(groups, ["A", "B", "C", "Old"]);
    let plan = vtiger(chain).run(&["plan", "--format", "json"]).exits(0);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let created = plan["resource_changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["address"] == "group.A");
    assert_eq!(created.unwrap()["reason"], "missing");
    let spelt = "groups: { b: { renamed_from: A }, C: { renamed_from: B } }";
    applied(&vtiger(spelt));
}

#[test]
fn a_removed_name_can_be_taken_over() {
    let manifest =
        "groups: { B: { renamed_from: A } }\nremoved: { groups: { A: { transfer_to: { group: B } } } }";
    let state = applied(&vtiger(manifest));
    assert!(state["groups"]["A"].is_null());
}

#[test]
fn subordinates_of_a_removed_role_go_to_its_heir() {
    let heir_below =
        "removed: { roles: { Mgr: { transfer_to: { role: Rep } } } }\nexisting: { roles: [Rep] }";
    let state = applied(&vtiger(heir_below));
    assert_eq!(state["roles"]["Rep"]["reports_to"], "Boss");
    assert_eq!(state["users"]["ben"]["role"], "Rep");
    let heir_above =
        "removed: { roles: { Mgr: { transfer_to: { role: Boss } } } }\nexisting: { roles: [Boss] }";
    assert_eq!(applied(&vtiger(heir_above))["roles"]["Rep"]["reports_to"], "Boss");
}

#[test]
fn a_role_keeps_a_profile() {
    let manifest = "roles: { Rep: { profiles: [] } }";
    vtiger(manifest).run(&["plan"]).refuses("missing-attribute");
    vtiger(manifest).run(&["validate"]).refuses("missing-attribute");
}

#[test]
fn a_module_without_words_is_pointed_out() {
    let run = vtiger("profiles: { P2: { otherwise: usual, modules: { Leads: {} } } }")
        .run(&["plan"])
        .exits(0);
    assert_eq!(run.codes("warning"), ["no-effect"]);
}

#[test]
fn what_manifests_cause_is_an_error_even_where_they_do_not_look() {
    // anna gets the role that may not be in groups, through a transfer that does not name her.
    let seed = "
roles: { Agent: {} }
groups: { Support: { members: { users: [anna] } } }
users: { anna: { role: Agent } }
";
    let manifest = "removed: { roles: { Agent: { transfer_to: { role: System Owner } } } }";
    Project::new("uniconnect")
        .seed(seed)
        .manifest(manifest)
        .run(&["plan"])
        .refuses("super-role-not-in-groups");
}

#[test]
fn exhaustive_ownership_is_judged_like_removals() {
    let project = |system: &str, seed: &str| {
        let owned = format!(
            "system: {system}\ndeployments: {{ local: {{ kind: embedded, seed: seed }} }}\nownership: {{ groups: exhaustive }}\n"
        );
        Project::new(system)
            .seed(seed)
            .manifest("groups: { Kept: {} }")
            .file("rolecall.yaml", &owned)
    };
    let seed = "groups: { Kept: {}, Gone: { members: { users: [ben] } } }\nusers: { ben: {} }";
    project("iptel", seed)
        .run(&["plan"])
        .refuses("not-only-group-of-user");
    let seed =
        "groups: { Kept: {}, Gone: { members: { users: [ben] } } }\nusers: { ben: { primary_group: Gone } }";
    project("ucserver", seed).run(&["plan"]).refuses("primary-group");
    let state = applied(&project("ucserver", "groups: { Kept: {}, Gone: {} }"));
    assert!(state["groups"]["Gone"].is_null());
    project("berlicrm", "groups: { Kept: {}, Gone: {} }")
        .run(&["plan"])
        .refuses("group-delete-needs-transfer");
}

#[test]
fn a_renamed_primary_group_is_still_one() {
    let seed = "groups: { Team: { members: { users: [ben] } } }\nusers: { ben: { primary_group: Team } }";
    let manifest = "groups: { Crew: { renamed_from: Team, members: {} } }";
    Project::new("ucserver")
        .seed(seed)
        .manifest(manifest)
        .run(&["plan"])
        .refuses("primary-group");
}

#[test]
fn modules_are_those_of_the_deployment() {
    let project = vtiger("groups: { A: { description: x } }");
    project.run(&["apply", "--auto-approve"]).exits(0);
    let project = project.manifest("profiles: { P2: { modules: { Machines: { actions: [view] } } } }").file(
        "rolecall.yaml",
        "system: vtiger\ndeployments: { local: { kind: embedded, seed: seed } }\ninstallation: { modules: { Machines: [no] } }\n",
    );
    project.run(&["validate"]).exits(0);
    project.run(&["plan"]).refuses("unknown-module");
}

#[test]
fn seeds_are_judged_with_all_their_mistakes_in_place() {
    let seed = "
roles: { Odd: { reports_to: Nowhere, profiles: [P9], assign_records_to: all_users } }
groups: { A: { members: { users: [ghost] } } }
";
    let project = Project::new("vtiger").seed(seed).manifest("groups: { A: {} }");
    for command in ["validate", "plan"] {
        let run = project.run(&[command]).exits(1);
        assert_eq!(
            run.codes("error"),
            ["unknown-reference", "unknown-user"],
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("seed/seed.yaml:2:29"), "{}", run.stderr);
    }
}

#[test]
fn existing_users_bound_who_can_be_named() {
    let manifest = "groups: { A: { members: { users: [ana] } } }\nexisting: { users: [anna, karl] }";
    let run = vtiger(manifest).run(&["validate"]).refuses("unknown-user");
    assert!(run.stderr.contains("did you mean `anna`?"), "{}", run.stderr);
    let run = vtiger(&manifest.replace("ana]", "anna]"))
        .run(&["plan"])
        .refuses("unknown-user");
    assert!(run.stderr.contains("karl"), "{}", run.stderr);
}

#[test]
fn a_deployment_that_is_not_there_is_announced() {
    let project = vtiger("groups: { A: { description: x } }");
    assert!(project.run(&["plan"]).stdout.contains("does not exist yet"));
    project.run(&["apply", "--auto-approve"]).exits(0);
    assert!(!project.run(&["plan"]).stdout.contains("does not exist yet"));
}
