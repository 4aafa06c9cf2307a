//! What refers to renamed and deleted objects, counted in one pass over the live state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Identity, Principal, Snapshot};

/// How many objects refer to one object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follows {
    /// Users who have it as their role or primary group.
    pub users: u64,
    /// Roles that carry it or are below it.
    pub roles: u64,
    /// Groups that name it.
    pub groups: u64,
    /// Sharing rules from or to it.
    pub rules: u64,
    /// Records that it owns, where the deployment counts them.
    pub records: u64,
}

/// Counts what refers to each of the objects.
pub(super) fn count(live: &Snapshot, objects: impl Iterator<Item = Identity>) -> BTreeMap<Identity, Follows> {
    let mut all: BTreeMap<Identity, Follows> = objects.map(|object| (object, Follows::default())).collect();
    if all.is_empty() {
        return all;
    }
    let mut add = |object: Identity, count: fn(&mut Follows) -> &mut u64, by: u64| {
        if let Some(follows) = all.get_mut(&object) {
            *count(follows) += by;
        }
    };
    for user in live.users.values() {
        let role = user.role.clone().map(Identity::Role);
        let group = user.primary_group.clone().map(Identity::Group);
        for object in role.into_iter().chain(group) {
            add(object, |follows| &mut follows.users, 1);
        }
    }
    for role in live.roles.values() {
        let superior = role.reports_to.clone().map(Identity::Role);
        let profiles = role.profiles.iter().cloned().map(Identity::Profile);
        for object in superior.into_iter().chain(profiles) {
            add(object, |follows| &mut follows.roles, 1);
        }
    }
    for group in live.groups.values() {
        for object in group.references() {
            add(object, |follows| &mut follows.groups, 1);
        }
    }
    for rule in live.sharing.rules.keys() {
        let from = rule.from.identity();
        let to = rule.to.identity().filter(|to| from.as_ref() != Some(to));
        for object in from.into_iter().chain(to) {
            add(object, |follows| &mut follows.rules, 1);
        }
    }
    for owner in live.records.0.keys() {
        if let Principal::Group(name) = owner {
            let records = live.records.owned_by(owner);
            add(
                Identity::Group(name.clone()),
                |follows| &mut follows.records,
                records,
            );
        }
    }
    all
}
