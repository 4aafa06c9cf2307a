//! What the laws found, in the smallest form it has.

use rolecall::deployment::embedded::Store;
use rolecall::deployment::{Read, Write};
use rolecall::model::{Intent, Role, RoleIntent, RoleName, Snapshot};
use rolecall::plan::{Heirs, Renames, diff};
use rolecall::system::System;
use rolecall::text::Code;
use serde_json::{Value, json};

use super::manifests::plan;
use crate::world::{at, system};

/// A new installation with these groups and users.
fn state(system: &System, groups: Value, users: Value) -> Snapshot {
    Snapshot {
        groups: serde_json::from_value(groups).expect("groups"),
        users: serde_json::from_value(users).expect("users"),
        ..system.bare()
    }
}

/// Performs a whole diff on a store and looks at what came of it.
fn leads(system: &System, live: &Snapshot, desired: &Snapshot) {
    let mut store = Store::in_memory(system, live).expect("a valid state can be stored");
    for operation in diff(system, live, desired, &Renames::default(), &Heirs::default()) {
        if let Err(error) = store.perform(&operation) {
            panic!("{operation:?}: {error}");
        }
    }
    assert_eq!(store.read().expect("a store can be read"), *desired);
}

#[test]
fn a_member_of_a_deleted_group_gets_a_role_that_bars_from_groups() {
    let system = system("uniconnect");
    let groups = json!({ "Sales": { "members": { "users": ["anna"] } } });
    let live = state(&system, groups, json!({ "anna": { "role": "User" } }));
    let desired = state(&system, json!({}), json!({ "anna": { "role": "System Owner" } }));
    leads(&system, &live, &desired);
}

#[test]
fn groups_that_show_each_other_are_deleted_together() {
    let system = system("ucserver");
    let groups = json!({
        "A": { "monitor_groups": { "B": { "monitor": true } } },
        "B": { "monitor_groups": { "A": { "monitor": true }, "B": { "favorites": true } } },
    });
    let live = state(&system, groups, json!({}));
    leads(&system, &live, &state(&system, json!({}), json!({})));
}

#[test]
fn a_group_that_lets_one_go_shows_a_new_one() {
    let system = system("rich");
    let live = json!({ "A": { "members": { "groups": ["B"] } }, "B": {} });
    let desired = json!({ "A": { "monitor_groups": { "C": { "monitor": true } } }, "B": {}, "C": {} });
    leads(
        &system,
        &state(&system, live, json!({})),
        &state(&system, desired, json!({})),
    );
}

/// A chain of roles, each below the one before; the root has none above it.
fn chain(live: &mut Snapshot, roles: usize) {
    let mut above = RoleName::from("Organization");
    for number in 1..=roles {
        let name = RoleName::from(format!("Role {number}"));
        let role = Role {
            reports_to: Some(above),
            ..Role::default()
        };
        live.roles.insert(name.clone(), role);
        above = name;
    }
}

#[test]
fn the_store_counts_the_depth_of_roles_as_the_checks_do() {
    let system = system("vtiger");
    let mut state = system.bare();
    chain(&mut state, 45);
    assert!(Store::in_memory(&system, &state).is_ok());
    chain(&mut state, 46);
    let refused = Store::in_memory(&system, &state)
        .err()
        .map(|error| error.to_string());
    assert!(refused.is_some_and(|refused| refused.contains("role-too-deep")));
}

#[test]
fn a_role_under_a_name_that_was_renamed_away_is_new() {
    let system = system("vtiger");
    let mut live = system.bare();
    chain(&mut live, 1);
    let mut intent = Intent::default();
    let renamed = RoleIntent {
        renamed_from: Some(at("Role 1".into())),
        ..RoleIntent::default()
    };
    let new = RoleIntent {
        reports_to: Some(at(Some("Organization".into()))),
        ..RoleIntent::default()
    };
    intent.roles.insert("Role 2".into(), renamed);
    intent.roles.insert("Role 1".into(), new);
    let (.., diagnostics) = plan(&system, &live, &intent);
    let codes: Vec<Code> = diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::MissingAttribute]);
}
