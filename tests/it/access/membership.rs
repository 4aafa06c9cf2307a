//! Membership reaches as far as groups contain groups, and no further.

use proptest::prelude::*;
use rolecall::model::{Members, Snapshot, UserName};

use super::oracle;
use super::worlds::{snapshots, systems};
use crate::world::{CHEAP, holds_for};

/// The members of a group that contains no group.
fn without_nesting(snapshot: &Snapshot, user: &UserName, group: &rolecall::model::GroupName) -> bool {
    let mut flat = snapshot.clone();
    for group in flat.groups.values_mut() {
        group.members = Members {
            groups: Default::default(),
            ..group.members.clone()
        };
    }
    oracle::is_member(&flat, user, group)
}

#[test]
fn members_come_from_a_group_itself_or_from_one_it_contains() {
    holds_for(&systems(), CHEAP, snapshots, |_, snapshot| {
        for (name, group) in &snapshot.groups {
            let members = oracle::members(snapshot, name);
            for user in snapshot.users.keys() {
                let contained = group.members.groups.iter();
                let in_contained = contained
                    .filter(|contained| oracle::is_member(snapshot, user, contained))
                    .count();
                let expected = without_nesting(snapshot, user, name) || in_contained > 0;
                prop_assert_eq!(members.contains(user), expected, "{} in {}", user, name);
            }
        }
        Ok(())
    });
}
