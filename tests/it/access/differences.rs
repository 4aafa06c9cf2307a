//! A comparison of two states finds what asking every question twice finds.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rolecall::access::{Ability, Access, Comparison, Impact, Owner, Single};
use rolecall::model::{GroupName, Level, Principal, Role, Snapshot, User};
use rolecall::system::System;

use super::oracle;
use super::pairs::{self, Pair};
use super::worlds;
use crate::world::holds_for;

/// Gains and losses, on pairs of states of every system.
#[test]
fn are_what_every_question_finds() {
    holds_for(&worlds::systems(), 120, pairs::pairs, |system, pair| {
        differ(system, pair, &BTreeMap::new())
    });
}

/// The same where a group that goes hands its records over: whoever reaches its heir's records reaches them.
#[test]
fn follow_records_that_are_handed_over() {
    holds_for(&worlds::systems(), 60, pairs::pairs, |system, pair| {
        let gone = pair.before.groups.keys();
        let own_records = system.definition().access.groups_own_records;
        let gone = gone.filter(|group| own_records && !pair.after.groups.contains_key(*group));
        let heir = pair
            .after
            .users
            .keys()
            .next()
            .map(|user| Principal::User(user.clone()));
        let other = pair
            .after
            .groups
            .keys()
            .next()
            .map(|group| Principal::Group(group.clone()));
        let mut heirs = [other, heir].into_iter().flatten().cycle();
        let heirs: BTreeMap<GroupName, Option<Principal>> =
            gone.map(|group| (group.clone(), heirs.next())).collect();
        differ(system, pair, &heirs)
    });
}

/// A role that permits more is gained by those in the groups that grant it, whatever role they hold themselves.
#[test]
fn reach_those_in_groups_that_grant_a_role() {
    let mut systems = worlds::systems().into_iter();
    let system = systems.find(|system| system.definition().name.as_str() == "rich-groups");
    let system = system.expect("there is such a system");
    let mut before = Snapshot::empty(system.definition().name.clone());
    before.users.insert("anna".into(), User::default());
    before.roles.insert("Keeper".into(), Role::default());
    let team = before.groups.entry("Team".into()).or_default();
    team.members.users.insert("anna".into());
    team.roles.insert("Keeper".into());
    let mut after = before.clone();
    let permission = &system.definition().permissions[0].permissions[0];
    let rights = &mut after.roles.entry("Keeper".into()).or_default().rights;
    rights.permissions.insert(permission.id.clone(), Level::All);
    let pair = Pair { before, after };
    differ(&system, &pair, &BTreeMap::new()).unwrap();
}

fn differ(system: &System, pair: &Pair, heirs: &BTreeMap<GroupName, Option<Principal>>) -> TestCaseResult {
    let Pair { before, after } = pair;
    let (old, new) = Access::pair(
        system,
        [(before, &before.installation), (after, &after.installation)],
        &mut |_| {},
    );
    let comparison = Comparison::new(&old, &new, heirs);
    let had = all(system, before);
    let mut has = all(system, after);
    // Records of a group that is gone are its heir's.
    for (group, heir) in heirs {
        let Some(heir) = heir.as_ref().and_then(Owner::of) else {
            continue;
        };
        let reached: Vec<Single> = has
            .iter()
            .filter(|(_, ability, owner)| owner.as_ref() == Some(&heir) && is_about_records(system, ability))
            .map(|(user, ability, _)| (user.clone(), ability.clone(), Some(Owner::Group(group.clone()))))
            .collect();
        has.extend(reached);
    }
    // A new group owns nothing yet, and what is not there before or after cannot be compared.
    let comparable = |(_, ability, owner): &&Single| match owner {
        None => true,
        Some(Owner::User(user)) => before.users.contains_key(user) && after.users.contains_key(user),
        Some(Owner::Group(group)) => {
            let heir = heirs.get(group).and_then(|heir| Owner::of(heir.as_ref()?));
            let lasts = after.groups.contains_key(group);
            before.groups.contains_key(group)
                && (lasts || (heir.is_some() && is_about_records(system, ability)))
        }
    };
    let gained: BTreeSet<Single> = has.difference(&had).filter(comparable).cloned().collect();
    let lost: BTreeSet<Single> = had.difference(&has).filter(comparable).cloned().collect();
    same("gained", &comparison.gained_singly(), &gained)?;
    same("lost", &comparison.lost_singly(), &lost)?;
    // An impact counts everyone who gains or loses.
    let people: BTreeSet<_> = gained.union(&lost).map(|(user, _, _)| user).collect();
    let impact = Impact::new(&comparison, None);
    let counted = impact.people;
    // Why someone below has a rule now is not traced, and what an installation has is no object.
    let includes_shared = system.definition().access.hierarchy.includes_shared;
    if !includes_shared && before.installation == after.installation && before.role_ids == after.role_ids {
        for line in &impact.lines {
            prop_assert!(!line.causes.is_empty(), "no cause: {:?}", line);
        }
    }
    prop_assert!(
        counted >= people.len() as u64,
        "{} people and not {:?}",
        counted,
        people
    );
    Ok(())
}

fn same(what: &str, found: &BTreeSet<Single>, expected: &BTreeSet<Single>) -> TestCaseResult {
    let missing: Vec<&Single> = expected.difference(found).collect();
    let unfounded: Vec<&Single> = found.difference(expected).collect();
    prop_assert!(missing.is_empty(), "{} and not found: {:?}", what, missing);
    prop_assert!(unfounded.is_empty(), "not {} and found: {:?}", what, unfounded);
    Ok(())
}

pub(super) fn is_about_records(system: &System, ability: &Ability) -> bool {
    match ability {
        Ability::Action { .. } => oracle::targets(system, &system.bare(), ability).is_some(),
        Ability::Field { .. }
        | Ability::Permission(_)
        | Ability::Service(_)
        | Ability::Role(_)
        | Ability::Authorisation { .. } => false,
    }
}

/// Everything that anyone can do, question by question.
pub(super) fn all(system: &System, snapshot: &Snapshot) -> BTreeSet<Single> {
    let mut all = BTreeSet::new();
    let installation = &snapshot.installation;
    for ability in oracle::abilities(system, snapshot, installation) {
        let targets = match oracle::targets(system, snapshot, &ability) {
            Some(targets) => targets.into_iter().map(Some).collect(),
            None => vec![None],
        };
        for user in snapshot.users.keys() {
            for target in &targets {
                if oracle::may(system, snapshot, installation, user, &ability, target.as_ref()) {
                    all.insert((user.clone(), ability.clone(), target.clone()));
                }
            }
        }
    }
    all
}
