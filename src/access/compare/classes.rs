//! Users who cannot be told apart in either state.
//!
//! A class is told by role, the groups that list its users, and whether they may log in or do everything. Users who
//! are named anywhere else (as the recipient of a rule, a creator, a head, an heir) are a class by themselves.

use std::collections::{BTreeMap, HashMap};

use roaring::RoaringBitmap;

use crate::access::index::{RoleNumber, UserNumber, count};
use crate::access::sharing::Party;
use crate::access::sources::Source;
use crate::access::state::Access;

/// Users who are alike.
#[derive(Debug)]
pub(crate) struct Class {
    /// One of them.
    pub(crate) first: UserNumber,
    /// All of them, in order.
    pub(crate) users: Vec<u32>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    roles: [Option<RoleNumber>; 2],
    direct: [&'a [u32]; 2],
    there: [bool; 2],
    active: [bool; 2],
    unlimited: [Option<Source>; 2],
    alone: Option<u32>,
}

/// All classes, by their first user.
pub(crate) fn classes(
    from: &Access<'_>,
    to: &Access<'_>,
    heirs: &RoaringBitmap,
    wanted: impl Fn(UserNumber) -> bool,
) -> Vec<Class> {
    let alone = alone(from, to, heirs);
    let mut places: HashMap<Key<'_>, usize> = HashMap::new();
    let mut classes: Vec<Class> = Vec::new();
    for user in (0..count(to.index.users.len())).map(UserNumber) {
        if !wanted(user) {
            continue;
        }
        let key = Key {
            roles: [from.hierarchy.role(user), to.hierarchy.role(user)],
            direct: [from.membership.direct(user), to.membership.direct(user)],
            there: [from.there.contains(user.0), to.there.contains(user.0)],
            active: [from.active.contains(user.0), to.active.contains(user.0)],
            unlimited: [from.unlimited(user), to.unlimited(user)],
            alone: alone.contains(user.0).then_some(user.0),
        };
        let place = *places.entry(key).or_insert_with(|| {
            classes.push(Class {
                first: user,
                users: Vec::new(),
            });
            classes.len() - 1
        });
        classes[place].users.push(user.0);
    }
    classes
}

/// Users who are named somewhere by themselves.
fn alone(from: &Access<'_>, to: &Access<'_>, heirs: &RoaringBitmap) -> RoaringBitmap {
    let mut alone = heirs.clone();
    for access in [from, to] {
        for rule in &access.sharing.rules {
            if let Party::User(user) = rule.to {
                alone.insert(user.0);
            }
        }
        let tables: [&BTreeMap<_, Vec<u32>>; 2] =
            [&access.subtrees.created_groups, &access.subtrees.created_users];
        for creator in tables.into_iter().flat_map(BTreeMap::keys) {
            alone.extend(access.index.users.number(creator));
        }
        alone.extend(access.settings.leads.keys().map(|user| user.0));
    }
    alone
}
