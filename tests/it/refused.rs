//! What a product refuses, `validate` or `plan` refuses with a code; and what the embedded deployment refuses when
//! something else tries it, is in `refused_by_deployment`.

use crate::support::Project;

/// Refused without a deployment.
#[track_caller]
fn invalid(system: &str, manifest: &str, code: &str) {
    let project = Project::new(system).seed("users: {}\n").manifest(manifest);
    project.run(&["validate"]).refuses(code);
    let plan = project.run(&["plan"]).exits(1);
    assert!(plan.codes("error").contains(&code), "{}", plan.stderr);
}

/// Refused against a live state.
#[track_caller]
fn refused(system: &str, seed: &str, manifest: &str, code: &str) {
    Project::new(system)
        .seed(seed)
        .manifest(manifest)
        .run(&["plan"])
        .refuses(code);
}

#[test]
fn u3_ring_groups_are_not_made() {
    invalid(
        "uniconnect",
        "groups: { Ring North: { variety: ring_group } }",
        "external-group",
    );
}

#[test]
fn u3_ring_groups_are_not_deleted() {
    let seed = "groups: { Ring North: { variety: ring_group } }";
    refused(
        "uniconnect",
        seed,
        "removed: { groups: { Ring North: {} } }",
        "external-group",
    );
}

#[test]
fn u3_ring_groups_are_not_changed() {
    let seed = "groups: { Ring North: { variety: ring_group } }";
    refused(
        "uniconnect",
        seed,
        "groups: { Ring North: { status: inactive } }",
        "external-group",
    );
}

#[test]
fn u4_owners_are_in_no_group() {
    invalid(
        "uniconnect",
        "users: { olga: { role: System Owner } }\ngroups: { Support: { members: { users: [olga] } } }",
        "super-role-not-in-groups",
    );
    let seed = "users: { olga: { role: System Owner } }";
    let manifest = "groups: { Support: { members: { users: [olga] } } }";
    refused("uniconnect", seed, manifest, "super-role-not-in-groups");
    let seed = "users: { uwe: { role: User } }\ngroups: { Support: { members: { users: [uwe] } } }";
    refused(
        "uniconnect",
        seed,
        "users: { uwe: { role: System Owner } }",
        "super-role-not-in-groups",
    );
}

#[test]
fn u6_built_in_roles_stay() {
    invalid(
        "uniconnect",
        "roles: { System Owner: { permissions: { audit_logs: own } } }",
        "builtin-object",
    );
    invalid(
        "uniconnect",
        "removed: { roles: { System Owner: { transfer_to: { role: User } } } }",
        "builtin-object",
    );
    invalid(
        "uniconnect",
        "roles: { Boss: { renamed_from: System Owner } }",
        "builtin-object",
    );
}

#[test]
fn u6_role_names_are_unique() {
    let project = Project::new("uniconnect")
        .seed("users: {}\n")
        .manifest("roles: { Agent: {} }");
    let project = project.file("manifests/more.yaml", "roles: { Agent: {} }");
    project.run(&["validate"]).refuses("defined-twice");
}

#[test]
fn u7_levels_are_those_of_the_product() {
    invalid(
        "uniconnect",
        "roles: { Agent: { permissions: { view_group: allow } } }",
        "invalid-value",
    );
    invalid(
        "uniconnect",
        "roles: { Agent: { permissions: { create_group: own } } }",
        "invalid-value",
    );
    invalid(
        "uniconnect",
        "roles: { Agent: { permissions: { fly: allow } } }",
        "unknown-key",
    );
}

#[test]
fn u10_deleting_a_role_needs_another() {
    invalid(
        "uniconnect",
        "removed: { roles: { Trainee: {} } }",
        "role-delete-needs-transfer",
    );
    invalid(
        "uniconnect",
        "removed: { roles: { Trainee: { transfer_to: { role: Trainee } } } }",
        "transfer-to-itself",
    );
}

#[test]
fn u11_the_licence_bounds_permissions() {
    let seed = "installation: { features: { licence_calls: false } }";
    let manifest = "roles: { Agent: { permissions: { make_outbound_calls: allow } } }";
    refused("uniconnect", seed, manifest, "not-licensed");
}

#[test]
fn i5_nobody_is_left_without_a_group() {
    let seed = "groups: { Night: { members: { users: [ivan] } }, Day: {} }\nusers: { ivan: {} }";
    let manifest = "removed: { groups: { Night: {} } }";
    let run = Project::new("iptel")
        .seed(seed)
        .manifest(manifest)
        .run(&["plan"])
        .refuses("not-only-group-of-user");
    assert!(run.stderr.contains("the only group of ivan"), "{}", run.stderr);
}

const BERLI_SEED: &str = "
profiles: { Sales: { otherwise: usual } }
roles:
  Boss: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users }
  Rep: { reports_to: Boss, profiles: [Sales], assign_records_to: all_users }
groups: { Team A: {}, Team B: { members: { groups: [Team A] } } }
users: { anna: { role: Rep } }
";

#[test]
fn b5_groups_do_not_contain_themselves() {
    invalid(
        "berlicrm",
        "groups: { A: { members: { groups: [A] } } }",
        "group-cycle",
    );
    let cycle = "groups: { A: { members: { groups: [B] } }, B: { members: { groups: [A] } } }";
    invalid("berlicrm", cycle, "group-cycle");
    let manifest = "groups: { Team A: { members: { groups: [Team B] } } }\nexisting: { groups: [Team B] }";
    refused("berlicrm", BERLI_SEED, manifest, "group-cycle");
}

#[test]
fn b8_roles_are_a_tree() {
    let cycle = "roles: { A: { reports_to: B }, B: { reports_to: A } }";
    invalid("vtiger", cycle, "role-cycle");
    invalid(
        "vtiger",
        "roles: { A: { reports_to: null } }",
        "role-needs-parent",
    );
    let manifest = "roles: { Boss: { reports_to: Rep } }\nexisting: { roles: [Rep] }";
    refused("berlicrm", BERLI_SEED, manifest, "role-cycle");
    invalid(
        "berlicrm",
        "roles: { Organization: { assign_records_to: lower_level } }",
        "builtin-object",
    );
    let above = |depth: usize| {
        if depth == 1 {
            "Organization".to_owned()
        } else {
            format!("R{}", depth - 1)
        }
    };
    let chain: String = (1..=46)
        .map(|depth| format!("  R{depth}: {{ reports_to: {} }}\n", above(depth)))
        .collect();
    invalid("vtiger", &format!("roles:\n{chain}"), "role-too-deep");
}

#[test]
fn b9_rules_are_between_roles_and_groups() {
    let rule = "sharing: { rules: [{ module: Leads, from: { user: anna }, to: { group: A }, access: read }] }\ngroups: { A: {} }";
    invalid("berlicrm", rule, "unknown-key");
    let rule = "sharing: { rules: [{ module: Contacts, from: { group: A }, to: { group: A }, access: read }] }\ngroups: { A: {} }";
    invalid("berlicrm", rule, "not-shareable");
}

#[test]
fn b12_deletions_hand_over() {
    invalid(
        "berlicrm",
        "removed: { groups: { Team A: {} } }",
        "group-delete-needs-transfer",
    );
    invalid(
        "berlicrm",
        "removed: { roles: { Rep: {} } }",
        "role-delete-needs-transfer",
    );
    invalid(
        "berlicrm",
        "removed: { profiles: { Sales: {} } }",
        "profile-delete-needs-transfer",
    );
    let heirs = "removed: { groups: { A: { transfer_to: { group: B } }, B: { transfer_to: { group: A } } } }";
    Project::new("vtiger")
        .seed("users: {}")
        .manifest(heirs)
        .run(&["validate"])
        .exits(1);
}

#[test]
fn names_that_the_product_changes() {
    invalid("vtiger", "groups: { '<b>': {} }", "name-not-allowed");
    invalid("vtiger", "groups: { '[1]': {} }", "name-not-allowed");
    invalid(
        "berlicrm",
        &format!("profiles: {{ {}: {{}} }}", "x".repeat(51)),
        "name-not-allowed",
    );
    invalid("berlicrm", "groups: { Müller: {}, MULLER: {} }", "name-taken");
}

#[test]
fn new_roles_say_what_the_product_asks() {
    refused(
        "berlicrm",
        BERLI_SEED,
        "roles: { Clerk: { reports_to: Boss } }\nexisting: { roles: [Boss] }",
        "missing-attribute",
    );
}

#[test]
fn e2_settings_of_a_head_need_one() {
    invalid(
        "ucserver",
        "groups: { Sales: { head_authorisations: { level: team } } }",
        "head-settings-need-head",
    );
    invalid(
        "ucserver",
        "groups: { Sales: { deputy: ben } }",
        "head-settings-need-head",
    );
    let seed = "groups: { Sales: { head: anna, head_authorisations: { level: team } } }\nusers: { anna: {} }";
    refused(
        "ucserver",
        seed,
        "groups: { Sales: { head: null } }",
        "head-settings-need-head",
    );
}

#[test]
fn e4_call_groups_are_active_and_licensed() {
    let manifest =
        "groups: { Sales: { status: inactive, call_group: { mode: sip_softphone, number: '300' } } }";
    invalid("ucserver", manifest, "call-group-needs-active-group");
    let seed = "installation: { features: { licence_voice_services: false } }";
    let manifest = "groups: { Sales: { call_group: { mode: voice_services, number: '300' } } }";
    refused("ucserver", seed, manifest, "not-licensed");
}

#[test]
fn e5_conditions_of_services() {
    let seed = "installation: { features: { apps_granted_globally: true } }";
    refused(
        "ucserver",
        seed,
        "groups: { Sales: { services: [use_apps] } }",
        "granted-globally",
    );
    let project = Project::new("ucserver")
        .seed("users: {}")
        .manifest("groups: { Sales: { services: [send_sms] } }");
    assert_eq!(
        project.run(&["validate"]).exits(0).codes("warning"),
        ["no-effect"]
    );
}

#[test]
fn e6_primary_groups_are_the_directorys() {
    let seed = "groups: { Staff: { members: { users: [anna] } } }\nusers: { anna: { primary_group: Staff } }";
    refused(
        "ucserver",
        seed,
        "groups: { Staff: { members: {} } }",
        "primary-group",
    );
    refused(
        "ucserver",
        seed,
        "removed: { groups: { Staff: {} } }",
        "primary-group",
    );
}

#[test]
fn what_a_product_lacks() {
    invalid("ucserver", "roles: { Boss: {} }", "unknown-key");
    invalid(
        "iptel",
        "sharing: { defaults: { Leads: private } }",
        "unknown-key",
    );
    invalid("iptel", "groups: { A: { description: x } }", "unknown-key");
    invalid(
        "uniconnect",
        "groups: { A: { members: { roles: [User] } } }",
        "unknown-key",
    );
}

#[test]
fn unknown_users() {
    let manifest = "users: { ana: { role: Rep } }\nexisting: { roles: [Rep] }";
    let run = Project::new("berlicrm")
        .seed(BERLI_SEED)
        .manifest(manifest)
        .run(&["plan"])
        .refuses("unknown-user");
    assert!(run.stderr.contains("did you mean `anna`?"), "{}", run.stderr);
    refused(
        "berlicrm",
        BERLI_SEED,
        "groups: { Team A: { members: { users: [bob] } } }",
        "unknown-user",
    );
}

#[test]
fn renames() {
    let manifest = "groups: { Team B: { renamed_from: Team A } }";
    refused("berlicrm", BERLI_SEED, manifest, "rename-conflict");
    let swap = "groups: { Team A: { renamed_from: Team B }, Team B: { renamed_from: Team A } }";
    refused("berlicrm", BERLI_SEED, swap, "rename-conflict");
    let manifest = "groups: { Team C: { renamed_from: Team A }, Team B: { members: { groups: [Team A] } } }";
    invalid("berlicrm", manifest, "renamed-away");
}

#[test]
fn e7_a_level_has_its_own_rights() {
    invalid(
        "ucserver",
        "groups: { A: { authorisations: { level: team, presence: [see] } } }",
        "invalid-value",
    );
    let line = "groups: { A: { line: { number: '1', authorisations: { level: team, primary_lines: [] } } } }";
    invalid("ucserver", line, "invalid-value");
}

#[test]
fn a_half_written_status_switches_nothing_on() {
    for system in ["ucserver", "uniconnect"] {
        Project::new(system)
            .manifest("groups:\n  A:\n    status:\n")
            .run(&["validate"])
            .exits(1);
    }
}

#[test]
fn an_old_name_is_taken_over_once() {
    let twice = "groups: { Y: { renamed_from: A }, Z: { renamed_from: A } }";
    invalid("iptel", twice, "rename-conflict");
    invalid("iptel", "groups: { Y: { renamed_from: Y } }", "rename-conflict");
    let project = Project::new("iptel")
        .seed("groups: { Ops: {} }")
        .manifest("groups: { Reporting: { renamed_from: Opps } }");
    let run = project.run(&["plan"]).exits(0);
    assert_eq!(run.codes("warning"), ["nothing-to-rename"]);
    assert!(run.stderr.contains("did you mean `Ops`?"), "{}", run.stderr);
}

#[test]
fn installations_are_those_of_the_product() {
    let project = |system: &str, installation: &str| {
        let file = format!(
            "system: {system}\ndeployments: {{ local: embedded }}\ninstallation: {{ {installation} }}\n"
        );
        Project::new(system)
            .file("rolecall.yaml", &file)
            .manifest("groups: { A: {} }")
            .run(&["validate"])
    };
    project("ucserver", "features: { sms_dispatsch: true }").refuses("unknown-key");
    project("uniconnect", "modules: { Tickets: [subject] }").refuses("unknown-field");
    project("iptel", "modules: { Tickets: [] }").refuses("unknown-module");
    project("berlicrm", "modules: { Machines: [no] }").exits(0);
}

#[test]
fn blanks_and_duplicates() {
    invalid(
        "ucserver",
        "groups: { A: { line: { number: '' } } }",
        "invalid-value",
    );
    invalid(
        "iptel",
        "groups: { A: { members: { users: [a, a] } } }",
        "duplicate-item",
    );
}
