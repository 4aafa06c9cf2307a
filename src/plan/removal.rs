//! Taking out what is removed: what goes, who takes over, and what refers to it.

use std::collections::BTreeMap;

use super::overlay::Heirs;
use super::spelling::Spellings;
use crate::model::{Identity, Intent, Members, Principal, Removal, Role, RoleName, Snapshot};
use crate::system::System;
use crate::text::Span;

/// What is deleted, who takes over, and where manifests say so.
///
/// What a manifest wants is never deleted, however its removal is spelt: that contradiction is for `check` to tell.
pub(super) fn heirs(
    system: &System,
    desired: &Snapshot,
    intent: &Intent,
    unmanaged: &[Identity],
) -> (Heirs, BTreeMap<Identity, Span>) {
    let mut heirs = Heirs::default();
    let mut places = BTreeMap::new();
    for (name, removal) in present(system, &intent.removed.profiles, &desired.profiles) {
        if !intent.profiles.contains_key(&name) {
            places.insert(Identity::Profile(name.clone()), removal.at);
            heirs.profiles.insert(
                name,
                removal.transfer_to_profile.as_ref().map(|at| at.value.clone()),
            );
        }
    }
    for (name, removal) in present(system, &intent.removed.roles, &desired.roles) {
        if !intent.roles.contains_key(&name) {
            places.insert(Identity::Role(name.clone()), removal.at);
            heirs.roles.insert(name, removal.role_heir().cloned());
        }
    }
    for (name, removal) in present(system, &intent.removed.groups, &desired.groups) {
        if !intent.groups.contains_key(&name) {
            places.insert(Identity::Group(name.clone()), removal.at);
            heirs
                .groups
                .insert(name, removal.transfer_to.as_ref().map(|at| at.value.clone()));
        }
    }
    for identity in unmanaged
        .iter()
        .filter(|identity| intent.ownership.is_exhaustive(identity.kind()))
    {
        match identity {
            Identity::Profile(name) => {
                heirs.profiles.entry(name.clone()).or_default();
            }
            Identity::Role(name) => {
                heirs.roles.entry(name.clone()).or_default();
            }
            Identity::Group(name)
                if desired
                    .groups
                    .get(name)
                    .is_some_and(|group| group.variety.is_none()) =>
            {
                heirs.groups.entry(name.clone()).or_default();
            }
            Identity::Group(_)
            | Identity::SharingDefault(_)
            | Identity::SharingRule(_)
            | Identity::User(_) => {}
        }
    }
    (heirs, places)
}

/// The removals whose object is still there, in whatever spelling, with the name it has there.
fn present<'a, N, O>(
    system: &System,
    removals: &'a BTreeMap<N, Removal>,
    objects: &BTreeMap<N, O>,
) -> Vec<(N, &'a Removal)>
where
    N: Clone + Ord + AsRef<str>,
{
    let missing = removals.keys().any(|name| !objects.contains_key(name));
    let spellings = if missing {
        Spellings::of(system, objects.keys())
    } else {
        Spellings::default()
    };
    let found = removals.iter().filter_map(|(name, removal)| {
        let exact = objects.get_key_value(name).map(|(name, _)| name);
        let present = exact.or_else(|| spellings.find(system, name.as_ref()))?;
        Some((present.clone(), removal))
    });
    found.collect()
}

/// Takes deleted objects out, hands over what they had, and drops what refers to them where no manifest asked
/// for the reference. A reference that a manifest does ask for stays, dangling, for `check` to refuse.
pub(super) fn remove(desired: &mut Snapshot, heirs: &Heirs, intent: &Intent) {
    for name in heirs.profiles.keys() {
        desired.profiles.remove(name);
    }
    for (name, heir) in &heirs.profiles {
        for (holder, role) in &mut desired.roles {
            let asked = intent
                .roles
                .get(holder)
                .is_some_and(|role| role.profiles.is_some());
            if !asked && role.profiles.remove(name) && role.profiles.is_empty() {
                role.profiles.extend(heir.clone());
            }
        }
    }
    if !heirs.roles.is_empty() {
        desired.role_ids.retain(|name, _| !heirs.roles.contains_key(name));
        let superiors: BTreeMap<RoleName, Option<RoleName>> = heirs
            .roles
            .keys()
            .filter_map(|name| Some((name.clone(), desired.roles.remove(name)?.reports_to)))
            .collect();
        reports_to_heirs(desired, heirs, intent, &superiors);
        for (name, user) in &mut desired.users {
            let asked = intent.users.get(name).is_some_and(|user| user.role.is_some());
            if !asked && let Some(heir) = user.role.as_ref().and_then(|role| heirs.roles.get(role)) {
                user.role.clone_from(heir);
            }
        }
    }
    for (name, heir) in &heirs.groups {
        desired.groups.remove(name);
        if let Some(heir) = heir {
            desired.records.transfer(&Principal::Group(name.clone()), heir);
        }
    }
    if heirs.roles.is_empty() && heirs.groups.is_empty() {
        return;
    }
    for (name, group) in &mut desired.groups {
        let wanted = intent.groups.get(name);
        if wanted.is_none_or(|wanted| wanted.members.is_none()) {
            drop_members(&mut group.members, heirs);
        }
        if wanted.is_none_or(|wanted| wanted.roles.is_none()) {
            group.roles.retain(|role| !heirs.roles.contains_key(role));
        }
        if wanted.is_none_or(|wanted| wanted.monitor_groups.is_none()) {
            group
                .monitor_groups
                .retain(|group, _| !heirs.groups.contains_key(group));
        }
    }
    desired.sharing.rules.retain(|key, _| {
        intent.sharing.rules.contains_key(key)
            || !(names_deleted(&key.from, heirs) || names_deleted(&key.to, heirs))
    });
}

/// Puts the subordinates of deleted roles under the heir, as the products do. An heir that was itself below the
/// deleted role, or the role above the heir there, goes where the deleted role was.
fn reports_to_heirs(
    desired: &mut Snapshot,
    heirs: &Heirs,
    intent: &Intent,
    superiors: &BTreeMap<RoleName, Option<RoleName>>,
) {
    let orphans: Vec<(RoleName, RoleName)> = desired
        .roles
        .iter()
        .filter(|(name, _)| {
            intent
                .roles
                .get(*name)
                .is_none_or(|wanted| wanted.reports_to.is_none())
        })
        .filter_map(|(name, role)| Some((name.clone(), role.reports_to.clone()?)))
        .filter(|(_, above)| superiors.contains_key(above))
        .collect();
    for (name, deleted) in orphans {
        let Some(Some(heir)) = heirs.roles.get(&deleted) else {
            continue;
        };
        let heir_is_below = is_at_or_below(&desired.roles, heir, &name);
        let mut above = if heir_is_below {
            superiors.get(&deleted).cloned().flatten()
        } else {
            Some(heir.clone())
        };
        // The superior may be deleted as well.
        for _ in 0..superiors.len() {
            let Some(next) = above.as_ref().and_then(|above| superiors.get(above)) else {
                break;
            };
            above.clone_from(next);
        }
        if let Some(role) = desired.roles.get_mut(&name) {
            role.reports_to = above;
        }
    }
}

/// Whether a role is another one or below it. Ends at a cycle, which a damaged state may have.
fn is_at_or_below(roles: &BTreeMap<RoleName, Role>, role: &RoleName, above: &RoleName) -> bool {
    let mut current = Some(role);
    for _ in 0..=roles.len() {
        match current {
            Some(name) if name == above => return true,
            Some(name) => current = roles.get(name).and_then(|role| role.reports_to.as_ref()),
            None => return false,
        }
    }
    false
}

fn drop_members(members: &mut Members, heirs: &Heirs) {
    members.roles.retain(|role| !heirs.roles.contains_key(role));
    members
        .roles_and_subordinates
        .retain(|role| !heirs.roles.contains_key(role));
    members.groups.retain(|group| !heirs.groups.contains_key(group));
}

fn names_deleted(principal: &Principal, heirs: &Heirs) -> bool {
    match principal {
        Principal::Role(role) | Principal::RoleAndSubordinates(role) => heirs.roles.contains_key(role),
        Principal::Group(group) => heirs.groups.contains_key(group),
        Principal::Everyone | Principal::User(_) => false,
    }
}
