//! Two states of one deployment that share most, and how the second comes from the first.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rolecall::model::{GroupName, Principal, ProfileName, RoleName, Snapshot};
use rolecall::plan::{Heirs, Renames};
use rolecall::system::{Constraint, Manage, System, UserAttribute};

use super::fate::{Fate, fate, fates, groups_in_order, roles_in_order};
use super::frame::Frame;
use super::snapshot::{add_names, is_fixed, is_kept, names_of, roles_can_be_made, snapshots};
use super::tape::{Tape, tapes};
use super::{groups, heirs, rights};

/// A live state, a desired one, and how their objects belong together.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) live: Snapshot,
    pub(crate) desired: Snapshot,
    pub(crate) renames: Renames,
    pub(crate) heirs: Heirs,
}

/// What happens to the objects, one tape each, in the order of their names; without a tape nothing does.
#[derive(Clone, Debug)]
struct Tapes {
    profiles: Vec<Tape>,
    roles: Vec<Tape>,
    groups: Vec<Tape>,
    new_profiles: Vec<Tape>,
    new_roles: Vec<Tape>,
    new_groups: Vec<Tape>,
    users: Vec<Tape>,
    rules: Vec<Tape>,
    new_rules: Vec<Tape>,
    defaults: Vec<Tape>,
}

/// Changes of valid states into valid states.
pub(crate) fn changes(system: &System) -> impl Strategy<Value = Change> + use<> {
    let strategy = snapshots(system);
    let system = system.clone();
    let old = (tapes(8), tapes(8), tapes(8), tapes(6), tapes(6));
    let new = (tapes(3), tapes(3), tapes(3), tapes(3), tapes(4));
    (strategy, old, new).prop_map(move |(live, old, new)| {
        let (profiles, roles, groups, users, rules) = old;
        let (new_profiles, new_roles, new_groups, new_rules, defaults) = new;
        let tapes = Tapes {
            profiles,
            roles,
            groups,
            new_profiles,
            new_roles,
            new_groups,
            users,
            rules,
            new_rules,
            defaults,
        };
        change(&system, live, tapes)
    })
}

fn change(system: &System, live: Snapshot, mut tapes: Tapes) -> Change {
    let definition = system.definition();
    let (profiles, roles, groups) = names_of(&live);
    let first_profile = profiles.first().cloned();
    let first_group = groups.iter().find(|name| !is_kept(system, &live, name)).cloned();
    let keeps_profile = system.has(Constraint::ProfileDeleteNeedsTransfer)
        || definition
            .roles
            .as_ref()
            .is_some_and(|kind| !kind.required.is_empty());
    let keeps_group = system.has(Constraint::NotOnlyGroupOfUser);
    let needs_group =
        keeps_group || (live.users.is_empty() && system.has(Constraint::GroupDeleteNeedsTransfer));
    let roles_managed = definition
        .roles
        .as_ref()
        .is_some_and(|kind| kind.manage == Manage::Full);

    let profiles = fates(
        system,
        definition.profiles.as_ref().map(|kind| &kind.name),
        profiles,
        &mut tapes.profiles,
        |name| {
            definition.builtin.profiles.contains_key(name)
                || (keeps_profile && first_profile.as_ref() == Some(name))
        },
        |_| false,
    );
    let roles = fates(
        system,
        definition.roles.as_ref().map(|kind| &kind.name),
        roles,
        &mut tapes.roles,
        |name| definition.builtin.roles.contains_key(name),
        |name| !roles_managed || is_fixed(system, name),
    );
    let groups = fates(
        system,
        definition.groups.as_ref().map(|kind| &kind.name),
        groups,
        &mut tapes.groups,
        |name| is_kept(system, &live, name) || (needs_group && first_group.as_ref() == Some(name)),
        |name| live.groups.get(name).is_some_and(|group| group.variety.is_some()),
    );
    let renames = Renames {
        profiles: profiles.renames.clone(),
        roles: roles.renames.clone(),
        groups: groups.renames.clone(),
    };
    let mut base = live.clone();
    renames.apply(&mut base);

    let mut frame = Frame {
        system,
        installation: base.installation.clone(),
        profiles: profiles.stay.iter().map(|(name, ..)| name.clone()).collect(),
        roles: roles_in_order(system, &base, &roles),
        groups: groups_in_order(&base, &groups),
        users: base.users.clone(),
    };
    // A dropped name may come back for something new only when nothing of it is left; deletions come last.
    let mut taken: Vec<ProfileName> = frame.profiles.iter().chain(&profiles.dropped).cloned().collect();
    let before = taken.len();
    if let Some(kind) = &definition.profiles {
        add_names(&mut taken, system, &kind.name, &mut tapes.new_profiles);
    }
    frame.profiles.extend(taken.drain(before..));
    let mut taken: Vec<RoleName> = frame.roles.iter().chain(&roles.dropped).cloned().collect();
    let before = taken.len();
    if let Some(kind) = definition
        .roles
        .as_ref()
        .filter(|_| roles_managed && roles_can_be_made(&frame))
    {
        add_names(&mut taken, system, &kind.name, &mut tapes.new_roles);
    }
    frame.roles.extend(taken.drain(before..));
    let mut taken: Vec<GroupName> = frame.groups.iter().chain(&groups.dropped).cloned().collect();
    let before = taken.len();
    if let Some(kind) = &definition.groups {
        add_names(&mut taken, system, &kind.name, &mut tapes.new_groups);
    }
    frame.groups.extend(taken.drain(before..));

    let mut heirs = Heirs {
        profiles: heirs::of_profiles(&frame, &profiles.dropped, &mut tapes.new_profiles),
        roles: BTreeMap::new(),
        groups: heirs::of_groups(&frame, &groups.dropped, &mut tapes.new_groups),
    };
    heirs.roles = heirs::of_roles(&frame, &base, &roles.dropped, &heirs, &mut tapes.new_roles);
    change_users(&mut frame, &base, &heirs, &mut tapes.users);

    let mut desired = base.clone();
    change_profiles(&mut desired, &frame, profiles.stay, &mut tapes.new_profiles);
    change_roles(&mut desired, &frame, roles.stay, &mut tapes.new_roles);
    change_groups(&mut desired, &frame, groups.stay, &mut tapes.new_groups);
    if keeps_group {
        stay_in_some_group(&mut desired, &base, &heirs);
    }
    change_sharing(&mut desired, &frame, &mut tapes);
    for (group, heir) in &heirs.groups {
        if let Some(heir) = heir {
            desired.records.transfer(&Principal::Group(group.clone()), heir);
        }
    }
    desired.users = frame.users;
    Change {
        live,
        desired,
        renames,
        heirs,
    }
}

fn change_users(frame: &mut Frame<'_>, base: &Snapshot, heirs: &Heirs, tapes: &mut [Tape]) {
    let attributes = &frame.system.definition().users.attributes;
    if !attributes.contains_key(&UserAttribute::Role) {
        return;
    }
    let mut spare = Tape::default();
    let mut tapes = tapes.iter_mut();
    let needs_role = frame.system.has(Constraint::UserNeedsRole);
    let names: Vec<_> = frame.users.keys().cloned().collect();
    for name in names {
        let tape = tapes.next().unwrap_or(&mut spare);
        let stuck = heirs::is_stuck(frame, base, heirs, &name);
        let roles: Vec<RoleName> = frame
            .roles
            .iter()
            .filter(|role| !stuck || !frame.is_barred(role))
            .cloned()
            .collect();
        let Some(user) = frame.users.get_mut(&name) else {
            continue;
        };
        if let Some(heir) = user.role.as_ref().and_then(|role| heirs.roles.get(role)) {
            user.role.clone_from(heir);
        }
        if tape.chance(3) {
            user.role = match needs_role {
                true => tape.pick(roles),
                false => tape.maybe(roles),
            };
        }
    }
}

type Staying<'t, N> = Vec<(N, Option<&'t mut Tape>, bool)>;

fn change_profiles(
    desired: &mut Snapshot,
    frame: &Frame<'_>,
    stay: Staying<'_, ProfileName>,
    new: &mut [Tape],
) {
    desired.profiles.retain(|name, _| frame.profiles.contains(name));
    let mut new = new.iter_mut();
    for name in &frame.profiles {
        if !desired.profiles.contains_key(name) {
            let tape = new.next().cloned().unwrap_or_default();
            desired
                .profiles
                .insert(name.clone(), rights::profile(&mut tape.clone(), frame));
        }
    }
    for (name, tape, changes) in stay {
        if let Some(tape) = tape.filter(|_| changes) {
            desired.profiles.insert(name, rights::profile(tape, frame));
        }
    }
}

fn change_roles(desired: &mut Snapshot, frame: &Frame<'_>, stay: Staying<'_, RoleName>, new: &mut [Tape]) {
    let kind = frame.system.definition().roles.as_ref();
    if kind.is_none_or(|kind| kind.manage == Manage::Reference) {
        return;
    }
    desired.roles.retain(|name, _| frame.roles.contains(name));
    for (name, tape, changes) in stay {
        if let Some(tape) = tape.filter(|_| changes) {
            desired
                .roles
                .insert(name.clone(), rights::role(tape, frame, &name));
        }
    }
    let mut new = new.iter().cloned();
    for name in &frame.roles {
        if is_fixed(frame.system, name) {
            continue;
        }
        let role = desired
            .roles
            .entry(name.clone())
            .or_insert_with(|| rights::role(&mut new.next().unwrap_or_default(), frame, name));
        rights::fit_role(role, frame, name);
    }
}

fn change_groups(desired: &mut Snapshot, frame: &Frame<'_>, stay: Staying<'_, GroupName>, new: &mut [Tape]) {
    let live = desired.groups.clone();
    desired.groups.retain(|name, _| frame.groups.contains(name));
    for (name, tape, changes) in stay {
        if let Some(tape) = tape.filter(|_| changes) {
            let mut group = groups::group(tape, frame, &name);
            group.created_by = live.get(&name).and_then(|group| group.created_by.clone());
            desired.groups.insert(name, group);
        }
    }
    let mut new = new.iter().cloned();
    for name in &frame.groups {
        let group = desired
            .groups
            .entry(name.clone())
            .or_insert_with(|| groups::group(&mut new.next().unwrap_or_default(), frame, name));
        if group.variety.is_none() {
            groups::fit(group, frame, name);
        }
        // Nobody leaves the primary group here.
        let before = live.get(name).map(|group| &group.members.users);
        let primary = before.into_iter().flatten().filter(|user| {
            let user = frame.users.get(*user);
            user.is_some_and(|user| user.primary_group.as_ref() == Some(name))
        });
        group.members.users.extend(primary.cloned());
    }
}

/// Puts the members of dropped groups into another one.
fn stay_in_some_group(desired: &mut Snapshot, base: &Snapshot, heirs: &Heirs) {
    let members = |group: &rolecall::model::Group| group.members.users.clone();
    let losing: BTreeSet<_> = heirs
        .groups
        .keys()
        .filter_map(|name| base.groups.get(name))
        .flat_map(members)
        .collect();
    let held: BTreeSet<_> = desired.groups.values().flat_map(members).collect();
    if let Some(group) = desired.groups.values_mut().find(|group| group.variety.is_none()) {
        group.members.users.extend(losing.difference(&held).cloned());
    }
}

fn change_sharing(desired: &mut Snapshot, frame: &Frame<'_>, tapes: &mut Tapes) {
    let kind = frame.system.definition().sharing.as_ref();
    let rules = &mut desired.sharing.rules;
    rules.retain(|key, _| frame.knows(&key.from) && frame.knows(&key.to));
    let keys: Vec<_> = rules.keys().cloned().collect();
    for (key, tape) in keys.into_iter().zip(&mut tapes.rules) {
        match fate(tape) {
            Fate::Kept => {}
            Fate::Changed | Fate::Renamed => {
                let choices = kind.and_then(|kind| kind.rules.as_ref());
                let choices = choices.into_iter().flat_map(|rules| rules.access.keys().copied());
                rules.extend(tape.pick(choices).map(|access| (key, access)));
            }
            Fate::Dropped => {
                rules.remove(&key);
            }
        }
    }
    rules.extend(tapes.new_rules.iter_mut().filter_map(|tape| frame.rule(tape)));
    let Some(defaults) = kind.and_then(|kind| kind.defaults.as_ref()) else {
        return;
    };
    for tape in &mut tapes.defaults {
        let (module, access) = (
            tape.pick(frame.shareable_modules()),
            tape.pick(defaults.choices.keys().copied()),
        );
        desired.sharing.defaults.extend(module.zip(access));
    }
}
