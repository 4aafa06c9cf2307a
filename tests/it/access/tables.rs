//! Tables over a whole state say of each user, group and role what is said when one asks about it alone.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rolecall::access::{Ability, Access, Extent, Matrix, MatrixRow, PersonReview, Reviewed, Step, Unknown};
use rolecall::model::{GroupName, Snapshot, UserName};
use rolecall::system::System;

use super::worlds;
use crate::world::holds_for;

/// Worlds per system.
const WORLDS: u32 = 250;

#[test]
fn a_review_of_people_says_what_each_reaches() {
    holds_for(&worlds::systems(), WORLDS, worlds::snapshots, reviewed_as_asked);
}

fn reviewed_as_asked(system: &System, snapshot: &Snapshot) -> TestCaseResult {
    let access = Access::new(system, snapshot, &snapshot.installation);
    let reviewed = Reviewed::new(&access);
    let mut people = reviewed.people();
    let to_certify = Reviewed::to_certify(&access);
    let mut certified = to_certify.people();
    for user in snapshot.users.keys() {
        let Some(person) = people.next() else {
            return Err(TestCaseError::fail(format!("{user} is missing")));
        };
        prop_assert_eq!(person.user, user);
        let groups = access.groups_of(user).map_err(fail)?;
        prop_assert_eq!(ways(&person), groups, "groups of {}", user);
        let mut had = person.had.iter().peekable();
        for ability in super::oracle::abilities(system, snapshot, &snapshot.installation) {
            if matches!(ability, Ability::Field { .. }) {
                continue;
            }
            let reached = access.reached(user, &ability).map_err(fail)?;
            let said = person.had.iter().find(|had| *had.ability == ability);
            prop_assert_eq!(said.is_some(), reached.had, "{} {}", user, ability);
            let Some(said) = said else { continue };
            had.next();
            if let Some(owners) = said.owners {
                prop_assert_eq!(owners, reached.owners.len() as u64, "{} {}", user, ability);
                let all = super::oracle::targets(system, snapshot, &ability).map_or(0, |all| all.len());
                prop_assert_eq!(said.everyone, reached.owners.len() == all, "{} {}", user, ability);
            }
        }
        prop_assert!(had.next().is_none(), "{} has more than there is", user);
        let Some(certified) = certified.next() else {
            return Err(TestCaseError::fail(format!("{user} is not certified")));
        };
        prop_assert_eq!(ways(&certified), ways(&person));
        prop_assert_eq!(certified.administrator, person.administrator);
        let sensitive = person.had.iter().filter(|had| had.sensitive);
        let sensitive = sensitive.map(|had| (had.ability, had.level));
        let certified = certified.had.iter().map(|had| (had.ability, had.level));
        prop_assert!(sensitive.eq(certified), "what is sensitive of {}", user);
    }
    prop_assert!(people.next().is_none());
    Ok(())
}

/// The groups that a review says a person is in, and how.
fn ways(person: &PersonReview<'_>) -> Vec<(GroupName, Vec<Step>)> {
    let groups = person.groups.iter();
    groups
        .map(|held| (held.group.clone(), held.way.to_vec()))
        .collect()
}

#[test]
fn a_review_of_groups_says_who_is_in_and_how() {
    holds_for(
        &worlds::systems(),
        WORLDS,
        worlds::snapshots,
        |system, snapshot| {
            let access = Access::new(system, snapshot, &snapshot.installation);
            for group in snapshot.groups.keys() {
                let mut ways: BTreeMap<UserName, Vec<Step>> = BTreeMap::new();
                for batch in access.member_batches(group).map_err(fail)? {
                    for (user, _) in batch.users {
                        prop_assert!(!ways.contains_key(&user), "{} twice in {}", user, group);
                        ways.insert(user, batch.way.clone());
                    }
                }
                let members = access.members(group).map_err(fail)?;
                let expected: BTreeMap<UserName, Vec<Step>> = members
                    .into_iter()
                    .map(|member| (member.user, member.way))
                    .collect();
                prop_assert_eq!(ways, expected, "members of {}", group);
            }
            Ok(())
        },
    );
}

#[test]
fn everyone_with_a_row_can_do_what_the_matrix_says() {
    holds_for(
        &worlds::systems(),
        WORLDS,
        worlds::snapshots,
        |system, snapshot| {
            let access = Access::new(system, snapshot, &snapshot.installation);
            let matrix = Matrix::new(&access);
            for row in access.matrix_rows() {
                let people: Vec<UserName> = match &row {
                    MatrixRow::Role(role) => {
                        let users = snapshot.users.iter();
                        let users = users.filter(|(_, user)| user.role.as_ref() == Some(role) && user.active);
                        users.map(|(name, _)| name.clone()).collect()
                    }
                    MatrixRow::Group(group) => {
                        let members = access.members(group).map_err(fail)?.into_iter();
                        let members = members.filter(|member| member.active);
                        members.map(|member| member.user).collect()
                    }
                    MatrixRow::Head(group) => {
                        let group = &snapshot.groups[group];
                        let heads = group.head.iter().chain(&group.deputy);
                        let is_there =
                            |name: &&UserName| snapshot.users.get(*name).is_some_and(|user| user.active);
                        heads.filter(is_there).cloned().collect()
                    }
                };
                for entry in matrix.entries(&row) {
                    for user in &people {
                        let reached = access.reached(user, &entry.ability).map_err(fail)?;
                        // What is about others is not had by those who have no others.
                        let alone = match entry.ability {
                            Ability::Action { .. } | Ability::Field { .. } | Ability::Role(_) => false,
                            Ability::Permission(_) => true,
                            Ability::Service(_) | Ability::Authorisation { .. } => {
                                people.len() < 2 || matches!(row, MatrixRow::Head(_))
                            }
                        };
                        prop_assert!(reached.had || alone, "{:?}: {} {}", row, user, entry.ability);
                        let about_records = matches!(entry.ability, Ability::Action { .. });
                        if about_records && entry.extent == Extent::Everyone {
                            prop_assert!(reached.everyone, "{:?}: {} {}", row, user, entry.ability);
                        }
                    }
                }
            }
            Ok(())
        },
    );
}

fn fail(unknown: Unknown) -> TestCaseError {
    TestCaseError::fail(unknown.to_string())
}
