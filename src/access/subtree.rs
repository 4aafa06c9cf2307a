//! What superiors gain through their subordinates beyond what these own, and who created what.
//!
//! Only the systems whose settings ask for it pay for it: otherwise the tables are empty.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::hierarchy::Hierarchy;
use super::index::{GroupNumber, Index, RoleNumber, UserNumber, count};
use super::membership::Membership;
use super::sharing::{Party, Sharing};
use crate::model::{Snapshot, UserName};
use crate::system::System;

/// Sets by role of what users below have.
#[derive(Debug)]
pub(crate) struct Subtrees {
    /// Groups in force that someone below is in, by role.
    groups: Vec<RoaringBitmap>,
    /// Rules that someone below has, by role.
    rules: Vec<RoaringBitmap>,
    nothing: RoaringBitmap,
    /// The groups that each user created.
    pub(crate) created_groups: BTreeMap<UserName, Vec<u32>>,
    /// The users whom each user created.
    pub(crate) created_users: BTreeMap<UserName, Vec<u32>>,
}

impl Subtrees {
    pub(crate) fn new(
        system: &System,
        index: &Index,
        snapshot: &Snapshot,
        hierarchy: &Hierarchy,
        membership: &Membership,
        sharing: &Sharing<'_>,
    ) -> Self {
        let settings = &system.definition().access.hierarchy;
        let groups = settings.includes_group_owned.then(|| {
            let own = per_role(index, hierarchy, |user, role, set| {
                set.extend(membership.groups(user, role));
                *set &= &membership.in_force;
            });
            below(hierarchy, own, settings.peers)
        });
        let rules = settings.includes_shared.then(|| {
            let own = per_role(index, hierarchy, |user, role, set| {
                set.extend(sharing.to(Party::User(user)));
                if let Some(role) = role {
                    set.extend(sharing.to_role(hierarchy, membership, role));
                }
                for group in membership.groups(user, role) {
                    set.extend(sharing.to(Party::Group(GroupNumber(group))));
                }
            });
            below(hierarchy, own, false)
        });
        Self {
            groups: groups.unwrap_or_default(),
            rules: rules.unwrap_or_default(),
            nothing: RoaringBitmap::new(),
            created_groups: created(
                snapshot.groups.iter().filter_map(|(name, group)| {
                    Some((group.created_by.as_ref()?, index.groups.number(name)?))
                }),
            ),
            created_users: created(
                snapshot
                    .users
                    .iter()
                    .filter_map(|(name, user)| Some((user.created_by.as_ref()?, index.users.number(name)?))),
            ),
        }
    }

    /// Groups in force that someone below a role is in.
    pub(crate) fn groups_below(&self, role: RoleNumber) -> &RoaringBitmap {
        self.groups.get(role.at()).unwrap_or(&self.nothing)
    }

    /// Rules that someone below a role has.
    pub(crate) fn rules_below(&self, role: RoleNumber) -> &RoaringBitmap {
        self.rules.get(role.at()).unwrap_or(&self.nothing)
    }
}

fn created<'a>(pairs: impl Iterator<Item = (&'a UserName, u32)>) -> BTreeMap<UserName, Vec<u32>> {
    let mut created: BTreeMap<UserName, Vec<u32>> = BTreeMap::new();
    for (creator, number) in pairs {
        created.entry(creator.clone()).or_default().push(number);
    }
    created
}

/// For each role what its own users have.
fn per_role(
    index: &Index,
    hierarchy: &Hierarchy,
    mut add: impl FnMut(UserNumber, Option<RoleNumber>, &mut RoaringBitmap),
) -> Vec<RoaringBitmap> {
    let mut own = vec![RoaringBitmap::new(); index.roles.len()];
    for user in (0..count(index.users.len())).map(UserNumber) {
        if let Some(role) = hierarchy.role(user) {
            add(user, Some(role), &mut own[role.at()]);
        }
    }
    own
}

/// For each role what the users of roles below have; with peers those of the role itself too.
fn below(hierarchy: &Hierarchy, own: Vec<RoaringBitmap>, peers: bool) -> Vec<RoaringBitmap> {
    if peers {
        return hierarchy.gather(&own);
    }
    // Two roles can have the same things, so what is below is not what is left when the own is taken away.
    let mut below = vec![RoaringBitmap::new(); own.len()];
    for role in (0..count(own.len())).map(RoleNumber) {
        for above in hierarchy.above(role) {
            below[above.at()] |= &own[role.at()];
        }
    }
    below
}
