//! What anyone can do in a state that lies between two others, and in neither of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use roaring::RoaringBitmap;

use super::Comparison;
use super::gains::Gain;
use crate::access::decide::Target;
use crate::access::index::AbilityNumber;
use crate::access::reach::Reach;
use crate::access::state::Access;
use crate::access::{Ability, Owner};
use crate::model::{GroupName, Principal, UserName};

/// Groups that go, and who takes over their records.
type Heirs = BTreeMap<GroupName, Option<Principal>>;

/// Some people who can do something in a state in between only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passing {
    /// What.
    pub ability: Ability,
    /// Who.
    pub users: BTreeSet<UserName>,
    /// About whom; nobody where it is about nobody.
    pub owners: BTreeSet<Owner>,
}

impl<'a> Access<'a> {
    /// What anyone can do in `between` and neither `before` nor `after`, three states made by [`Access::three`]. `heirs`
    /// says who takes over the records of groups: those that are gone in `between`, and those that go later.
    pub fn passing([before, between, after]: [&'a Self; 3], [gone, later]: [&Heirs; 2]) -> BTreeSet<Passing> {
        let mut first: Vec<Gained> = Vec::new();
        let earlier = Comparison::new(before, between, gone);
        earlier.gains(true, &mut |gain| {
            first.push(Gained {
                users: gain.users.to_vec(),
                ability: gain.ability,
                reach: gain.reach.clone(),
            });
        });
        let mut by_ability: HashMap<AbilityNumber, Vec<usize>> = HashMap::new();
        for (at, gain) in first.iter().enumerate() {
            by_ability.entry(gain.ability).or_default().push(at);
        }
        let mut found = BTreeSet::new();
        if first.is_empty() {
            return found;
        }
        Comparison::new(between, after, later).losses(true, &mut |lost| {
            for at in by_ability.get(&lost.ability).into_iter().flatten() {
                let gained = &first[*at];
                let known: BTreeSet<u32> = gained.users.iter().copied().collect();
                let users: Vec<u32> = lost
                    .users
                    .iter()
                    .copied()
                    .filter(|user| known.contains(user))
                    .collect();
                if !users.is_empty() {
                    both(&earlier, gained, &lost, &users, &mut found);
                }
            }
        });
        found
    }
}

/// What users of one class gain at first.
struct Gained {
    users: Vec<u32>,
    ability: AbilityNumber,
    reach: Reach,
}

/// What some users gain at first and lose later.
fn both(
    earlier: &Comparison<'_>,
    gained: &Gained,
    lost: &Gain<'_>,
    users: &[u32],
    found: &mut BTreeSet<Passing>,
) {
    let index = &earlier.after.index;
    let ability = index.named(gained.ability);
    let name = |user: u32| index.users.name(user).clone();
    let mut add = |users: BTreeSet<UserName>, owners: BTreeSet<Owner>| {
        found.insert(Passing {
            ability: ability.clone(),
            users,
            owners,
        });
    };
    if !index.kind(gained.ability).has_targets() {
        add(users.iter().copied().map(name).collect(), BTreeSet::new());
        return;
    }
    let owners: RoaringBitmap = &gained.reach.users & &lost.reach.users;
    let mut groups: RoaringBitmap = &gained.reach.groups & &lost.reach.groups;
    // What a group owned that is gone by now is its heir's.
    for group in &gained.reach.groups - &groups {
        let is_lost = match earlier.heir(earlier.after, group) {
            Target::User(heir) => lost.reach.users.contains(heir.0),
            Target::Group(heir) => heir.0 != group && lost.reach.groups.contains(heir.0),
        };
        if is_lost {
            groups.insert(group);
        }
    }
    let groups: BTreeSet<Owner> = groups.iter().map(|group| index.group_owner(group)).collect();
    let named: BTreeSet<Owner> = owners.iter().map(|user| index.user_owner(user)).collect();
    // Oneself is another owner for each.
    let apart = users
        .iter()
        .filter(|user| owners.contains(**user) || (gained.reach.own && lost.reach.own));
    let apart: BTreeSet<u32> = apart.copied().collect();
    for user in &apart {
        let mut owners: BTreeSet<Owner> = named.union(&groups).cloned().collect();
        if !(gained.reach.own && lost.reach.own) {
            owners.remove(&index.user_owner(*user));
        } else {
            owners.insert(index.user_owner(*user));
        }
        if !owners.is_empty() {
            add(BTreeSet::from([name(*user)]), owners);
        }
    }
    let others: BTreeSet<UserName> = users
        .iter()
        .filter(|user| !apart.contains(user))
        .map(|user| name(*user))
        .collect();
    let owners: BTreeSet<Owner> = named.union(&groups).cloned().collect();
    if !others.is_empty() && !owners.is_empty() {
        add(others, owners);
    }
}
