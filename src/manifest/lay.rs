//! Laying the manifests of one folder over those of another: what is said later replaces what was said before, attribute
//! by attribute.
//!
//! What counts as one attribute is what manifests own as one: members as a whole, the rules of a module as a whole, the
//! actions of a module as a whole; permissions and modules entry by entry.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    At, Existing, GroupIntent, Intent, ModuleRightsIntent, ProfileIntent, Removal, RightsIntent, RoleIntent,
    SharingIntent, UserIntent,
};
use crate::system::System;

/// Lays `over` on `under`. What only one of them says is kept; what `over` removes is not wanted any more, and what it
/// defines is not removed any more.
pub(super) fn lay(system: &System, under: &mut Intent, over: Intent) {
    // Named one by one, so that nothing added to an intent can be forgotten here.
    let Intent {
        roles,
        profiles,
        groups,
        sharing,
        users,
        removed,
        existing,
        // The project file says this, no manifest does.
        ownership: _,
        installation,
        records,
    } = over;
    part(
        system,
        &mut under.roles,
        &mut under.removed.roles,
        &roles,
        &removed.roles,
    );
    part(
        system,
        &mut under.profiles,
        &mut under.removed.profiles,
        &profiles,
        &removed.profiles,
    );
    part(
        system,
        &mut under.groups,
        &mut under.removed.groups,
        &groups,
        &removed.groups,
    );
    each(&mut under.roles, roles, role);
    each(&mut under.profiles, profiles, profile);
    each(&mut under.groups, groups, group);
    each(&mut under.users, users, user);
    lay_sharing(&mut under.sharing, sharing);
    let names = &mut under.existing;
    names.roles.retain(|name, _| !removed.roles.contains_key(name));
    names
        .profiles
        .retain(|name, _| !removed.profiles.contains_key(name));
    names.groups.retain(|name, _| !removed.groups.contains_key(name));
    let Existing {
        roles,
        profiles,
        groups,
        users,
    } = existing;
    names.roles.extend(roles);
    names.profiles.extend(profiles);
    names.groups.extend(groups);
    names.users.extend(users);
    under.removed.roles.extend(removed.roles);
    under.removed.profiles.extend(removed.profiles);
    under.removed.groups.extend(removed.groups);
    under.installation.features.extend(installation.features);
    under.installation.modules.extend(installation.modules);
    under.records.0.extend(records.0);
}

/// Parts what is wanted from what is removed, one of which may be said later, in any spelling.
fn part<N: Ord + AsRef<str>, O>(
    system: &System,
    wanted: &mut BTreeMap<N, O>,
    removed: &mut BTreeMap<N, Removal>,
    wanted_later: &BTreeMap<N, O>,
    removed_later: &BTreeMap<N, Removal>,
) {
    let fold = |name: &N| system.fold(name.as_ref()).into_owned();
    if !removed_later.is_empty() {
        let gone: BTreeSet<String> = removed_later.keys().map(fold).collect();
        wanted.retain(|name, _| !gone.contains(&fold(name)));
    }
    if !removed.is_empty() {
        let back: BTreeSet<String> = wanted_later.keys().map(fold).collect();
        removed.retain(|name, _| !back.contains(&fold(name)));
    }
}

fn each<N: Ord, O>(under: &mut BTreeMap<N, O>, over: BTreeMap<N, O>, lay: fn(&mut O, O)) {
    for (name, over) in over {
        match under.entry(name) {
            Entry::Vacant(slot) => {
                slot.insert(over);
            }
            Entry::Occupied(mut slot) => lay(slot.get_mut(), over),
        }
    }
}

/// What is said later, or what was said before.
fn later<T>(under: &mut Option<T>, over: Option<T>) {
    if over.is_some() {
        *under = over;
    }
}

fn role(under: &mut RoleIntent, over: RoleIntent) {
    let RoleIntent {
        at,
        renamed_from,
        description,
        reports_to,
        profiles,
        rights: of_role,
        assign_records_to,
    } = over;
    under.at = at;
    later(&mut under.renamed_from, renamed_from);
    later(&mut under.description, description);
    later(&mut under.reports_to, reports_to);
    later(&mut under.profiles, profiles);
    rights(&mut under.rights, of_role);
    later(&mut under.assign_records_to, assign_records_to);
}

fn profile(under: &mut ProfileIntent, over: ProfileIntent) {
    let ProfileIntent {
        at,
        renamed_from,
        description,
        rights: of_profile,
    } = over;
    under.at = at;
    later(&mut under.renamed_from, renamed_from);
    later(&mut under.description, description);
    rights(&mut under.rights, of_profile);
}

fn rights(under: &mut RightsIntent, over: RightsIntent) {
    let RightsIntent {
        otherwise,
        permissions,
        modules,
    } = over;
    later(&mut under.otherwise, otherwise);
    entries(&mut under.permissions, permissions, |under, over| *under = over);
    entries(&mut under.modules, modules, |under, over| {
        let ModuleRightsIntent { at, actions, fields } = over;
        under.at = at;
        later(&mut under.actions, actions);
        later(&mut under.fields, fields);
    });
}

/// Entry by entry; without any, it is empty on purpose.
fn entries<N: Ord, O>(
    under: &mut Option<At<BTreeMap<N, O>>>,
    over: Option<At<BTreeMap<N, O>>>,
    lay: fn(&mut O, O),
) {
    let Some(over) = over else { return };
    match under {
        Some(under) if !over.value.is_empty() => {
            under.span = over.span;
            each(&mut under.value, over.value, lay);
        }
        Some(_) | None => *under = Some(over),
    }
}

fn group(under: &mut GroupIntent, over: GroupIntent) {
    let GroupIntent {
        at,
        renamed_from,
        description,
        variety,
        status,
        members,
        roles,
        head,
        deputy,
        head_authorisations,
        authorisations,
        line,
        call_group,
        services,
        monitor_groups,
        keys,
        created_by,
    } = over;
    under.at = at;
    later(&mut under.renamed_from, renamed_from);
    later(&mut under.description, description);
    later(&mut under.variety, variety);
    later(&mut under.status, status);
    later(&mut under.members, members);
    later(&mut under.roles, roles);
    later(&mut under.head, head);
    later(&mut under.deputy, deputy);
    later(&mut under.head_authorisations, head_authorisations);
    later(&mut under.authorisations, authorisations);
    later(&mut under.line, line);
    later(&mut under.call_group, call_group);
    later(&mut under.services, services);
    later(&mut under.monitor_groups, monitor_groups);
    later(&mut under.keys, keys);
    later(&mut under.created_by, created_by);
}

fn user(under: &mut UserIntent, over: UserIntent) {
    let UserIntent {
        at,
        role,
        administrator,
        active,
        created_by,
        primary_group,
    } = over;
    under.at = at;
    later(&mut under.role, role);
    later(&mut under.administrator, administrator);
    later(&mut under.active, active);
    later(&mut under.created_by, created_by);
    later(&mut under.primary_group, primary_group);
}

/// A module whose rules are said later has exactly those, and one that has none on purpose has none.
fn lay_sharing(under: &mut SharingIntent, over: SharingIntent) {
    let owned = over.owned_modules();
    under.rules.retain(|key, _| !owned.contains(&key.module));
    under.no_rules.retain(|module, _| !owned.contains(module));
    under.defaults.extend(over.defaults);
    under.rules.extend(over.rules);
    under.no_rules.extend(over.no_rules);
}
