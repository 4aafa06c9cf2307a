//! What is said to change nothing changes nothing when it goes, and every rule that changes nothing is said to.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rolecall::access::{Access, Comparison, Single, SingleRight, Unused, UnusedSubject};
use rolecall::model::{Principal, RuleKey, Snapshot};
use rolecall::system::System;

use super::worlds::{self, drop_what_dangles};
use crate::world::holds_for;

/// Worlds per system: enough for every kind of finding.
const WORLDS: u32 = 250;

/// What anyone gains and loses between two states.
fn changed(system: &System, before: &Snapshot, after: &Snapshot) -> [BTreeSet<Single>; 2] {
    let states = [(before, &before.installation), (after, &before.installation)];
    let (before, after) = Access::pair(system, states, &mut |_| {});
    let comparison = Comparison::new(&before, &after, &BTreeMap::new());
    [comparison.gained_singly(), comparison.lost_singly()]
}

fn unused(system: &System, snapshot: &Snapshot) -> Vec<Unused> {
    Access::new(system, snapshot, &snapshot.installation).unused(2)
}

/// The state without what was found.
fn without(snapshot: &Snapshot, subject: &UnusedSubject) -> Snapshot {
    let mut after = snapshot.clone();
    match subject {
        UnusedSubject::Rule(key) => {
            after.sharing.rules.remove(key);
        }
        UnusedSubject::Group(group) => {
            after.groups.remove(group);
            for other in after.groups.values_mut() {
                other.monitor_groups.remove(group);
            }
        }
        UnusedSubject::Member { group, member } => {
            let members = &mut after.groups.get_mut(group).unwrap().members;
            let was_listed = match member {
                Principal::Everyone => false,
                Principal::User(name) => members.users.remove(name),
                Principal::Role(name) => members.roles.remove(name),
                Principal::RoleAndSubordinates(name) => members.roles_and_subordinates.remove(name),
                Principal::Group(name) => members.groups.remove(name),
            };
            assert!(was_listed, "{subject:?} is not listed");
        }
        UnusedSubject::Profile(profile) => {
            after.profiles.remove(profile);
        }
        UnusedSubject::ProfileRights { profile, rights } => {
            let of = &mut after.profiles.get_mut(profile).unwrap().rights;
            for right in rights {
                let had = match right {
                    SingleRight::Permission(id) => of.permissions.remove(id),
                    SingleRight::Action(module, action) => {
                        of.modules.get_mut(module).unwrap().actions.remove(action)
                    }
                    SingleRight::Field(..) | SingleRight::Profile(_) => None,
                };
                assert!(had.is_some(), "{right:?} is not had");
            }
        }
        UnusedSubject::Role(role) => {
            after.roles.remove(role);
            after.role_ids.remove(role);
        }
        UnusedSubject::Roles(_) | UnusedSubject::Groups(_) => panic!("several at once are never proved"),
    }
    drop_what_dangles(&mut after);
    after
}

fn removal_changes_nothing(system: &System, snapshot: &Snapshot, finding: &Unused) -> TestCaseResult {
    let after = without(snapshot, &finding.subject);
    let [gained, lost] = changed(system, snapshot, &after);
    prop_assert!(gained.is_empty(), "{:?}: gained {:?}", finding, gained);
    prop_assert!(lost.is_empty(), "{:?}: lost {:?}", finding, lost);
    Ok(())
}

#[test]
fn what_is_proved_to_change_nothing_changes_nothing() {
    let seen: RefCell<BTreeSet<&str>> = RefCell::default();
    holds_for(
        &worlds::systems(),
        WORLDS,
        worlds::snapshots,
        |system, snapshot| {
            for finding in unused(system, snapshot).iter().filter(|finding| finding.proved) {
                seen.borrow_mut().insert(finding.kind());
                removal_changes_nothing(system, snapshot, finding)?;
            }
            Ok(())
        },
    );
    // A law about kinds that never come says nothing.
    for kind in [
        "rule-under-default",
        "rule-of-inactive-group",
        "rule-to-nobody",
        "rule-from-nobody",
        "rule-denied",
        "rule-covered",
        "group-empty",
        "group-gives-nothing",
        "member-implied",
        "profile-not-carried",
        "right-granted-anyway",
        "role-empty",
    ] {
        assert!(seen.borrow().contains(kind), "{kind} was never found: {seen:?}");
    }
}

#[test]
fn every_rule_without_effect_is_found() {
    holds_for(
        &worlds::systems(),
        WORLDS,
        worlds::snapshots,
        |system, snapshot| {
            let found = unused(system, snapshot);
            let found: BTreeSet<&RuleKey> = found
                .iter()
                .filter_map(|finding| match &finding.subject {
                    UnusedSubject::Rule(key) => Some(key),
                    UnusedSubject::Group(_)
                    | UnusedSubject::Member { .. }
                    | UnusedSubject::Profile(_)
                    | UnusedSubject::ProfileRights { .. }
                    | UnusedSubject::Role(_)
                    | UnusedSubject::Roles(_)
                    | UnusedSubject::Groups(_) => None,
                })
                .collect();
            for key in snapshot.sharing.rules.keys() {
                let after = without(snapshot, &UnusedSubject::Rule(key.clone()));
                let [gained, lost] = changed(system, snapshot, &after);
                prop_assert!(gained.is_empty(), "{}: gained {:?}", key, gained);
                prop_assert_eq!(lost.is_empty(), found.contains(key), "{}: lost {:?}", key, lost);
            }
            Ok(())
        },
    );
}
