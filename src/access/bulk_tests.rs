//! Questions about many users are answered as the same question about each.

use std::collections::BTreeSet;

use super::*;
use crate::manifest::shipped;
use crate::model::{ActionId, Snapshot};
use crate::system::System;

/// A state with every way to records: levels of profiles, owning, hierarchy, groups within groups, defaults, rules,
/// administrators, and users who cannot log in or have no role.
const STATE: &str = r#"
system: berlicrm
profiles:
  Sales:
    rights:
      modules:
        Leads: { actions: { view: allow, create: allow, edit: allow } }
        Invoice: { actions: { view: allow } }
  Boss:
    rights:
      permissions: { view_all: allow }
      modules: { Invoice: { actions: { view: allow, delete: allow } } }
roles:
  Organization: {}
  Head: { reports_to: Organization, profiles: [Boss] }
  Manager: { reports_to: Head, profiles: [Sales] }
  Rep: { reports_to: Manager, profiles: [Sales] }
  Idle: { reports_to: Manager }
groups:
  Team: { members: { users: [ben], roles: [Idle] } }
  Sales: { members: { groups: [Team], roles_and_subordinates: [Manager] } }
sharing:
  defaults: { Leads: private, Invoice: private, Accounts: public_read }
  rules:
    - { module: Leads, from: { role_and_subordinates: Manager }, to: { group: Team }, access: read }
    - { module: Invoice, from: { group: Sales }, to: { role: Rep }, access: read_write }
    - { module: Invoice, from: { role: Head }, to: { role: Rep }, access: read }
users:
  root: { role: Head, administrator: true }
  hanna: { role: Head }
  max: { role: Manager }
  anna: { role: Rep }
  ben: { role: Rep }
  idle: { role: Idle }
  gone: { role: Rep, active: false }
  free: {}
"#;

fn abilities(access: &Access<'_>) -> Vec<Ability> {
    let asked = ["Leads", "Invoice", "Accounts"];
    let asked = |ability: &&Ability| match ability {
        Ability::Action { module, .. } => asked.contains(&module.as_str()),
        Ability::Permission(_) => true,
        Ability::Field { .. } | Ability::Service(_) | Ability::Role(_) | Ability::Authorisation { .. } => {
            false
        }
    };
    access.abilities().filter(asked).cloned().collect()
}

fn principals() -> Vec<Principal> {
    vec![
        Principal::Everyone,
        Principal::User("ben".into()),
        Principal::Role("Rep".into()),
        Principal::Role("Organization".into()),
        Principal::RoleAndSubordinates("Manager".into()),
        Principal::Group("Team".into()),
        Principal::Group("Sales".into()),
    ]
}

fn with_access(check: impl Fn(&Access<'_>, &Snapshot)) {
    let state: serde_json::Value = serde_yaml::from_str(STATE).unwrap();
    let snapshot: Snapshot = serde_json::from_value(state).unwrap();
    let system = System::new(shipped("berlicrm").unwrap());
    check(
        &Access::new(&system, &snapshot, &snapshot.installation),
        &snapshot,
    );
}

fn names(access: &Access<'_>, users: impl IntoIterator<Item = u32>) -> BTreeSet<UserName> {
    users
        .into_iter()
        .map(|user| access.user_name(user).clone())
        .collect()
}

#[test]
fn holders_are_those_who_may() {
    with_access(|access, _| {
        let everyone = access.users_of(&Principal::Everyone).unwrap();
        for ability in abilities(access) {
            let all = std::slice::from_ref(&ability);
            let found = access.holders_of_all(all, None, &everyone).unwrap();
            assert_eq!(
                names(access, &found),
                access.who_can(&ability, None).unwrap(),
                "{ability}"
            );
        }
        let action = |action: &str| Ability::Action {
            module: "Invoice".into(),
            action: ActionId::from(action),
        };
        let found = access
            .holders_of_all(&[action("view"), action("delete")], None, &everyone)
            .unwrap();
        assert_eq!(
            names(access, &found),
            BTreeSet::from(["hanna".into(), "root".into()])
        );
    });
}

#[test]
fn reaching_all_and_any_agree_with_what_each_reaches() {
    with_access(|access, snapshot| {
        let everyone = access.users_of(&Principal::Everyone).unwrap();
        let (mut some_reach_all, mut some_do_not) = (false, false);
        for ability in abilities(access) {
            for principal in principals() {
                let owners = access.owners_of(&ability, &principal).unwrap();
                let all = names(access, access.reaching_all(&ability, &owners, &everyone).unwrap());
                let any = access.reaching_any(&ability, &owners, &everyone).unwrap();
                for (user, owner) in &any {
                    let user = access.user_name(*user);
                    assert!(
                        access.may(user, &ability, Some(owner)).unwrap(),
                        "{user} {ability} {owner}"
                    );
                }
                let any = names(access, any.into_iter().map(|(user, _)| user));
                for user in snapshot.users.keys() {
                    let mut wanted: BTreeSet<Owner> = owners
                        .users
                        .iter()
                        .map(|user| Owner::User(access.user_name(user).clone()))
                        .collect();
                    wanted.extend(owners.groups.iter().map(|group| access.index.group_owner(group)));
                    wanted.remove(&Owner::User(user.clone()));
                    let reached = access.reached(user, &ability).unwrap().owners;
                    let reaches_all = !wanted.is_empty() && wanted.is_subset(&reached);
                    let asked = format!("{user} {ability} of {principal}");
                    assert_eq!(all.contains(user), reaches_all, "all: {asked}");
                    assert_eq!(any.contains(user), !wanted.is_disjoint(&reached), "any: {asked}");
                    some_reach_all |= reaches_all;
                    some_do_not |= any.contains(user) && !reaches_all;
                }
            }
        }
        assert!(some_reach_all && some_do_not, "the state asks something");
    });
}

#[test]
fn administrators_may_everything_or_hold_a_permission_widely_enough() {
    with_access(|access, _| {
        let view_all = PermissionId::from("view_all");
        let found = access.unlimited_or_holding([(&view_all, &Level::Allow)].into_iter());
        assert_eq!(
            names(access, &found),
            BTreeSet::from(["hanna".into(), "root".into()])
        );
        let found = access.unlimited_or_holding([(&view_all, &Level::All)].into_iter());
        assert_eq!(names(access, &found), BTreeSet::from(["root".into()]));
    });
}
