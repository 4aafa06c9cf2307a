//! Protected objects, by kind and by pattern.

use super::{refused, says, teams};
use crate::support::Project;

/// What a manifest may refer to, but for what it renames or removes.
fn existing(manifest: &str) -> String {
    let kinds = [
        ("roles", &["CEO", "Clerk", "Organization"][..]),
        ("groups", &["Board", "Desk", "Helpers"]),
        ("profiles", &["Sales", "Administrator"]),
    ];
    let mut text = "existing:\n  users: [admin, ben]\n".to_owned();
    for (kind, names) in kinds {
        let is_gone = |name: &str| {
            let away = [
                format!("renamed_from: {name} "),
                format!("{name}: {{ transfer_to"),
            ];
            away.iter().any(|away| manifest.contains(away))
                || manifest.contains(&name.to_uppercase()) && name == "Board"
        };
        let names: Vec<&str> = names.iter().copied().filter(|name| !is_gone(name)).collect();
        text.push_str(&format!("  {kind}: [{}]\n", names.join(", ")));
    }
    text
}

/// A state with something of every kind, in a system that takes `board` and `Board` for one name.
fn house(manifest: &str, policy: &str) -> Project {
    Project::new("berlicrm")
        .seed(
            r#"
profiles:
  Administrator: { modules: { Leads: { actions: [view, edit, delete] } } }
  Sales: { modules: { Leads: { actions: [view] } } }
roles:
  CEO: { reports_to: Organization, profiles: [Administrator] }
  Clerk: { reports_to: CEO, profiles: [Sales] }
  Trainee: { reports_to: Clerk, profiles: [Sales] }
groups:
  Board: { members: { users: [admin], groups: [Helpers] } }
  Board Nord: { members: { roles: [CEO] } }
  Desk: { members: { users: [ben] } }
  Helpers: { members: { users: [ben] } }
sharing:
  defaults: { Invoice: private, Leads: private }
  rules:
    - { module: Invoice, from: { role: Clerk }, to: { group: Desk }, access: read }
    - { module: Leads, from: { role: Clerk }, to: { group: Desk }, access: read }
users:
  admin: { role: CEO, administrator: true }
  ben: { role: Trainee }
"#,
        )
        .manifest(&format!("{manifest}\n{}", existing(manifest)))
        .file("policy.yaml", policy)
}

/// What is protected, what a manifest wants, and what the guard says; nothing where it has nothing against it.
const PROTECTED: &[(&str, &str, &str)] = &[
    (
        "groups: [Board]",
        "removed: { groups: { Board: { transfer_to: { group: Desk } } } }",
        "group Board would be deleted; `Board` is protected",
    ),
    (
        "groups: ['Board*']",
        "groups: { Management: { renamed_from: Board } }",
        "group Board would become Management; `Board*` is protected",
    ),
    // Renamed in spelling only is renamed, and names compare as the system compares them.
    (
        "groups: [board]",
        "groups: { BOARD: {} }",
        "group Board would become BOARD; `board` is protected",
    ),
    (
        "groups: ['b?ard']",
        "groups: { Board: { members: { users: [admin, ben], groups: [Helpers] } } }",
        "group Board would be changed; `b?ard` is protected",
    ),
    (
        "groups: ['*nord']",
        "groups: { Board Nord: { description: North } }",
        "group Board Nord would be changed; `*nord` is protected",
    ),
    // It loses a member that is deleted.
    (
        "groups: [Board]",
        "removed: { groups: { Helpers: { transfer_to: { group: Desk } } } }",
        "group Board would be changed; `Board` is protected",
    ),
    // A member that is renamed is the same as before.
    (
        "groups: [Board]",
        "groups: { Aides: { renamed_from: Helpers } }",
        "",
    ),
    (
        "groups: [Board]",
        "groups: { Board Nord: { description: North } }",
        "",
    ),
    ("groups: ['Board?']", "groups: { Board: { description: x } }", ""),
    // What gets a protected name is protected from then on, not before.
    (
        "groups: ['Board*']",
        "groups: { Board West: { members: { users: [ben] } } }",
        "",
    ),
    (
        "groups: ['Board*']",
        "groups: { Board South: { renamed_from: Desk } }",
        "",
    ),
    (
        "roles: [CEO]",
        "roles: { CEO: { profiles: [Sales] } }",
        "role CEO would be changed; `CEO` is protected",
    ),
    (
        "roles: [Clerk]",
        "removed: { roles: { Clerk: { transfer_to: { role: CEO } } } }",
        "role Clerk would be deleted; `Clerk` is protected",
    ),
    (
        "roles: [Clerk]",
        "roles: { Agent: { renamed_from: Clerk } }",
        "role Clerk would become Agent; `Clerk` is protected",
    ),
    ("roles: [CEO]", "users: { ben: { role: CEO } }", ""),
    (
        "profiles: [Administrator]",
        "profiles: { Administrator: { modules: { Leads: { actions: [view] } } } }",
        "profile Administrator would be changed; `Administrator` is protected",
    ),
    (
        "profiles: ['S*']",
        "profiles: { Selling: { renamed_from: Sales } }",
        "profile Sales would become Selling; `S*` is protected",
    ),
    (
        "users: [admin]",
        "users: { admin: { role: Clerk } }",
        "user admin would change from role CEO to Clerk; `admin` is protected",
    ),
    // Also where the role goes and another takes over.
    (
        "users: ['*']",
        "removed: { roles: { Trainee: { transfer_to: { role: Clerk } } } }",
        "user ben would change from role Trainee to Clerk; `*` is protected",
    ),
    (
        "users: [ben]",
        "roles: { Apprentice: { renamed_from: Trainee } }",
        "",
    ),
    ("users: [admin]", "users: { ben: { role: Clerk } }", ""),
    (
        "defaults: [Invoice]",
        "sharing: { defaults: { Invoice: public_read } }",
        "default Invoice would change from private to public_read; `Invoice` is protected",
    ),
    (
        "defaults: [Invoice]",
        "sharing: { defaults: { Leads: public_read } }",
        "",
    ),
    (
        "rules: [Invoice]",
        "sharing: { no_rules: [Invoice] }",
        "rule Invoice: role Clerk → group Desk would be deleted; the rules of `Invoice` are protected",
    ),
    (
        "rules: ['Inv*']",
        "sharing: { rules: [{ module: Invoice, from: { role: Clerk }, to: { group: Desk }, access: read_write }] }",
        "rule Invoice: role Clerk → group Desk would be changed; the rules of `Inv*` are protected",
    ),
    (
        "rules: [Invoice]",
        "sharing: { rules: [{ module: Invoice, from: { role: Clerk }, to: { group: Desk }, access: read }, \
         { module: Invoice, from: { role: CEO }, to: { group: Desk }, access: read }] }",
        "rule Invoice: role CEO → group Desk would be added; the rules of `Invoice` are protected",
    ),
    ("rules: [Invoice]", "sharing: { no_rules: [Leads] }", ""),
    // Contacts go by Accounts in this system.
    (
        "defaults: [Contacts]",
        "sharing: { defaults: { Accounts: public_read } }",
        "default Accounts would change from public_read_write_delete to public_read; `Contacts` is protected",
    ),
    (
        "rules: [Invoice]",
        "groups: { Counter: { renamed_from: Desk } }",
        "",
    ),
];

#[test]
fn protected() {
    for (protected, manifest, words) in PROTECTED {
        let project = house(manifest, &format!("guards: {{ protected: {{ {protected} }} }}"));
        let run = project.run(&["plan"]);
        let code = if words.is_empty() { 0 } else { 3 };
        assert_eq!(
            run.code, code,
            "{protected}, {manifest}\n{}\n{}",
            run.stdout, run.stderr
        );
        if !words.is_empty() {
            says(&run, &[&format!("error: guard protected: {words}")]);
        }
    }
    let (protected, manifest, words) = PROTECTED[0];
    let project = house(manifest, &format!("guards: {{ protected: {{ {protected} }} }}"));
    refused(&project, "protected", words);
}

#[test]
fn protection_outlives_the_manifest() {
    let policy = "guards: { protected: { groups: [Team 2] } }";
    // Managed at first, then no manifest names it, and the project owns every group.
    let project = teams(3, 3).file("policy.yaml", policy);
    project.run(&["apply", "--auto-approve"]).exits(0);
    let project = project.manifest("groups: { Team 1: {}, Team 3: {} }\n");
    refused(
        &project,
        "protected",
        "group Team 2 would be deleted; `Team 2` is protected",
    );
}
