//! A deployment that has drifted: one object in a hundred is changed, missing or too many.

use rolecall::model::{Group, GroupName, Role, RoleName, RuleAccess, Snapshot, Status};
use rolecall::system::{GroupAttribute, RoleAttribute, UserAttribute};

use crate::counts::{is_spare, roles_are_managed};
use crate::shape::Shape;

/// What the drifted deployment still has and the manifests remove.
#[derive(Debug, Default)]
pub(crate) struct Retired {
    pub(crate) roles: Vec<RoleName>,
    pub(crate) groups: Vec<GroupName>,
}

/// The drifted state, and what the manifests must remove from it.
pub(crate) fn drift(shape: &mut Shape<'_>) -> (Snapshot, Retired) {
    let mut drift = shape.snapshot.clone();
    let mut retired = Retired::default();
    let users = users(shape, &mut drift, share(shape.made.users.len()));
    profiles(shape, &mut drift, share(shape.made.profiles.len()));
    roles(shape, &mut drift, &mut retired, share(shape.made.roles.len()));
    // Users that manifests cannot change leave their share to the groups.
    let left = share(shape.made.users.len()) - users;
    groups(
        shape,
        &mut drift,
        &mut retired,
        share(shape.made.groups.len()) + left,
    );
    rules(shape, &mut drift, share(shape.snapshot.sharing.rules.len()));
    (drift, retired)
}

/// One in a hundred, and one at least.
fn share(count: usize) -> usize {
    if count == 0 {
        0
    } else {
        ((count + 50) / 100).max(1)
    }
}

/// Which object is the `number`th of `wanted` that differ, spread over all of them.
fn spread(number: usize, wanted: usize, count: usize) -> usize {
    number * count / wanted
}

fn users(shape: &Shape<'_>, drift: &mut Snapshot, wanted: usize) -> usize {
    let roles = &shape.made.roles;
    let settable = shape
        .definition()
        .users
        .attributes
        .contains_key(&UserAttribute::Role);
    if !settable || roles.len() < 3 {
        return 0;
    }
    for number in 0..wanted {
        let name = &shape.made.users[spread(number, wanted, shape.made.users.len())];
        let Some(user) = drift.users.get_mut(name) else {
            continue;
        };
        let other = roles.iter().enumerate().find(|(place, role)| {
            *place >= number % roles.len()
                && !is_spare(*place, roles.len())
                && user.role.as_ref() != Some(role)
        });
        if let Some((_, other)) = other {
            user.role = Some(other.clone());
        }
    }
    wanted
}

fn profiles(shape: &Shape<'_>, drift: &mut Snapshot, wanted: usize) {
    let names = &shape.made.profiles;
    for number in 0..wanted {
        let place = spread(number, wanted, names.len());
        if is_spare(place, names.len()) {
            drift.profiles.remove(&names[place]);
        } else if let Some(profile) = drift.profiles.get_mut(&names[place]) {
            profile.rights.modules.pop_first();
        }
    }
}

fn roles(shape: &Shape<'_>, drift: &mut Snapshot, retired: &mut Retired, wanted: usize) {
    if !roles_are_managed(shape.definition()) {
        return;
    }
    let names = &shape.made.roles;
    let mut spare = spare(names).into_iter();
    for number in 0..wanted {
        let name = &names[spread(number, wanted, names.len())];
        match number % 4 {
            1 if let Some(spare) = spare.next() => {
                drift.roles.remove(spare);
            }
            3 if let Some(role) = shape.snapshot.roles.get(name) => {
                let name = RoleName::from(format!("Retired Role {:04}", number + 1));
                drift.roles.insert(name.clone(), role.clone());
                retired.roles.push(name);
            }
            _ => {
                if let Some(role) = drift.roles.get_mut(name) {
                    change_role(shape, role);
                }
            }
        }
    }
}

fn change_role(shape: &Shape<'_>, role: &mut Role) {
    let Some(kind) = &shape.definition().roles else {
        return;
    };
    if kind.attributes.contains_key(&RoleAttribute::Description) {
        role.description.push_str(", for now");
    } else if let Some(other) =
        (kind.assign_records_to.keys()).find(|scope| role.assign_records_to != Some(**scope))
    {
        role.assign_records_to = Some(*other);
    } else if role.rights.permissions.pop_first().is_none() {
        role.rights.modules.pop_first();
    }
}

fn groups(shape: &Shape<'_>, drift: &mut Snapshot, retired: &mut Retired, wanted: usize) {
    let names = &shape.made.groups;
    let mut spare = spare(names).into_iter();
    for number in 0..wanted.min(names.len()) {
        let name = &names[spread(number, wanted, names.len())];
        match number % 4 {
            1 if let Some(spare) = spare.next() => {
                drift.groups.remove(spare);
            }
            3 => {
                let name = GroupName::from(format!("Retired Team {:04}", number + 1));
                drift.groups.insert(name.clone(), Group::default());
                retired.groups.push(name);
            }
            _ => {
                if let Some(group) = drift.groups.get_mut(name) {
                    change_group(shape, group, number);
                }
            }
        }
    }
}

fn change_group(shape: &Shape<'_>, group: &mut Group, number: usize) {
    let Some(kind) = &shape.definition().groups else {
        return;
    };
    let has = |attribute| kind.attributes.contains_key(&attribute);
    // Someone who ought to be in it is not: putting a member back is allowed everywhere.
    if number % 8 < 4 && group.members.users.pop_first().is_some() {
        return;
    }
    if has(GroupAttribute::Description) {
        group.description.push_str(", for now");
    } else if has(GroupAttribute::Status) {
        group.status = match group.status {
            Status::Active => Status::Inactive,
            Status::Inactive => Status::Active,
        };
    } else {
        group.members.users.pop_last();
    }
}

fn rules(shape: &mut Shape<'_>, drift: &mut Snapshot, wanted: usize) {
    let keys: Vec<_> = shape.snapshot.sharing.rules.keys().cloned().collect();
    let kind = shape
        .definition()
        .sharing
        .as_ref()
        .and_then(|sharing| sharing.rules.as_ref());
    let access: Vec<RuleAccess> = kind
        .map(|kind| kind.access.keys().copied().collect())
        .unwrap_or_default();
    for number in 0..wanted {
        let key = &keys[spread(number, wanted, keys.len())];
        let now = drift.sharing.rules.get(key).copied();
        let other = access.iter().find(|access| Some(**access) != now);
        match (number % 4, other) {
            (0 | 2, Some(other)) => {
                drift.sharing.rules.insert(key.clone(), *other);
            }
            (3, _) => extra_rule(shape, drift),
            _ => {
                drift.sharing.rules.remove(key);
            }
        }
    }
}

/// A rule that the manifests do not have, of a module whose rules they own.
fn extra_rule(shape: &mut Shape<'_>, drift: &mut Snapshot) {
    for _ in 0..100 {
        let Some((key, access)) = shape.rule() else {
            continue;
        };
        let owned = shape
            .snapshot
            .sharing
            .rules
            .keys()
            .any(|known| known.module == key.module);
        if owned
            && !drift.sharing.rules.contains_key(&key)
            && !shape.snapshot.sharing.rules.contains_key(&key)
        {
            drift.sharing.rules.insert(key, access);
            return;
        }
    }
}

fn spare<N>(names: &[N]) -> Vec<&N> {
    let numbered = names.iter().enumerate();
    numbered
        .filter(|(number, _)| is_spare(*number, names.len()))
        .map(|(_, name)| name)
        .collect()
}
