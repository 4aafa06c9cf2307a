//! The engine and the oracle give the same answers.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rolecall::access::{Access, Owner};
use rolecall::model::{GroupName, Snapshot};
use rolecall::system::System;

use super::oracle;
use super::worlds;
use crate::world::holds_for;

/// Every question about every user, on generated states of every system.
#[test]
fn on_every_question() {
    holds_for(&worlds::systems(), 1000, worlds::snapshots, agree);
}

fn agree(system: &System, snapshot: &Snapshot) -> TestCaseResult {
    let installation = &snapshot.installation;
    let access = Access::new(system, snapshot, installation);
    for ability in super::questions::abilities_spoken_of(system, snapshot) {
        let targets = oracle::targets(system, snapshot, &ability);
        for user in snapshot.users.keys() {
            let says =
                |target: Option<&Owner>| oracle::may(system, snapshot, installation, user, &ability, target);
            let reached = access.reached(user, &ability).map_err(fail)?;
            match &targets {
                None => {
                    let decision = access.decide(user, &ability, None).map_err(fail)?;
                    let expected = says(None);
                    prop_assert_eq!(decision.allowed(), expected, "{} {}", user, ability);
                    prop_assert_eq!(reached.had, expected, "{} {}", user, ability);
                    prop_assert_eq!(decision.grants.is_empty(), !expected, "{} {}", user, ability);
                }
                Some(targets) => {
                    for target in targets {
                        let expected = says(Some(target));
                        let decision = access.decide(user, &ability, Some(target)).map_err(fail)?;
                        prop_assert_eq!(decision.allowed(), expected, "{} {} {}", user, ability, target);
                        prop_assert_eq!(
                            decision.grants.is_empty(),
                            !expected,
                            "{} {} {}",
                            user,
                            ability,
                            target
                        );
                        let found = reached.owners.contains(target);
                        prop_assert_eq!(found, expected, "reach of {} {} {}", user, ability, target);
                    }
                    let any = targets.iter().any(|target| says(Some(target)));
                    // A right that there is nobody to use on is a right all the same.
                    prop_assert!(reached.had || !any, "any of {} {}", user, ability);
                }
            }
        }
    }
    Ok(())
}

/// Who is in which group.
#[test]
fn on_membership() {
    holds_for(&worlds::systems(), 1000, worlds::snapshots, |system, snapshot| {
        let access = Access::new(system, snapshot, &snapshot.installation);
        for group in snapshot.groups.keys() {
            let expected = oracle::members(snapshot, group);
            let members = access.members(group).map_err(fail)?;
            let users: Vec<_> = members.iter().map(|member| member.user.clone()).collect();
            prop_assert_eq!(
                users,
                expected.iter().cloned().collect::<Vec<_>>(),
                "members of {}",
                group
            );
            prop_assert!(
                members.iter().all(|member| !member.way.is_empty()),
                "a way into {}",
                group
            );
        }
        for user in snapshot.users.keys() {
            let groups = access.groups_of(user).map_err(fail)?;
            let groups: Vec<GroupName> = groups.into_iter().map(|(group, _)| group).collect();
            let all = snapshot.groups.keys();
            let expected: Vec<GroupName> = all
                .filter(|group| oracle::is_member(snapshot, user, group))
                .cloned()
                .collect();
            prop_assert_eq!(groups, expected, "groups of {}", user);
        }
        Ok(())
    });
}

fn fail(unknown: rolecall::access::Unknown) -> TestCaseError {
    TestCaseError::fail(unknown.to_string())
}
