//! A whole valid state of one system.

use proptest::prelude::*;
use rolecall::model::{
    GroupName, Installation, ModuleName, Principal, ProfileName, Records, RoleName, Sharing, Snapshot, User,
    UserName,
};
use rolecall::system::{Constraint, Manage, NameFormat, RoleAttribute, System, UserAttribute};

use super::frame::Frame;
use super::names::{self, FIELDS, MODULES, USERS};
use super::tape::{Tape, tape, tapes};
use super::{groups, rights};

/// One tape for each object.
#[derive(Clone, Debug)]
struct Tapes {
    installation: Tape,
    profiles: Vec<Tape>,
    roles: Vec<Tape>,
    users: Vec<Tape>,
    groups: Vec<Tape>,
    defaults: Tape,
    rules: Vec<Tape>,
    records: Vec<Tape>,
}

/// Valid states of a system.
pub(crate) fn snapshots(system: &System) -> impl Strategy<Value = Snapshot> + use<> {
    let system = system.clone();
    let objects = (tape(), tapes(5), tapes(6), tapes(6), tapes(6));
    let sharing = (tape(), tapes(6), tapes(4));
    (objects, sharing).prop_map(move |(objects, sharing)| {
        let (installation, profiles, roles, users, groups) = objects;
        let (defaults, rules, records) = sharing;
        let tapes = Tapes {
            installation,
            profiles,
            roles,
            users,
            groups,
            defaults,
            rules,
            records,
        };
        snapshot(&system, tapes)
    })
}

fn snapshot(system: &System, mut tapes: Tapes) -> Snapshot {
    let definition = system.definition();
    let bare = system.bare();
    let mut frame = Frame {
        system,
        installation: installation(system, &mut tapes.installation),
        profiles: bare.profiles.keys().cloned().collect(),
        roles: builtin_roles(system),
        groups: bare.groups.keys().cloned().collect(),
        users: Default::default(),
    };
    if let Some(kind) = &definition.profiles {
        add_names(&mut frame.profiles, system, &kind.name, &mut tapes.profiles);
    }
    if let Some(kind) = &definition.roles
        && roles_can_be_made(&frame)
    {
        add_names(&mut frame.roles, system, &kind.name, &mut tapes.roles);
    }
    if let Some(kind) = &definition.groups {
        add_names(&mut frame.groups, system, &kind.name, &mut tapes.groups);
    }
    for (name, tape) in USERS.iter().zip(&mut tapes.users) {
        let user = user(tape, &frame);
        frame.users.insert(UserName::from(*name), user);
    }

    let mut made = bare.clone();
    let mut spare = Tape::default();
    let mut profile_tapes = tapes.profiles.iter_mut();
    for name in &frame.profiles {
        let tape = profile_tapes.next().unwrap_or(&mut spare);
        made.profiles.insert(name.clone(), rights::profile(tape, &frame));
    }
    let mut role_tapes = tapes.roles.iter_mut();
    for name in frame.roles.iter().filter(|name| !is_fixed(system, name)) {
        let tape = role_tapes.next().unwrap_or(&mut spare);
        let mut role = rights::role(tape, &frame, name);
        rights::fit_role(&mut role, &frame, name);
        made.roles.insert(name.clone(), role);
    }
    let mut group_tapes = tapes.groups.iter_mut();
    for name in &frame.groups {
        let tape = group_tapes.next().unwrap_or(&mut spare);
        let mut group = groups::group(tape, &frame, name);
        groups::fit(&mut group, &frame, name);
        let varieties = definition.groups.iter().flat_map(|kind| &kind.external_varieties);
        if !bare.groups.contains_key(name) && tape.chance(2) {
            // What is made elsewhere cannot let go of what is removed here, so it holds users only.
            group.variety = tape.pick(varieties.map(|variety| variety.id.clone()));
            if group.variety.is_some() {
                group.members.groups.clear();
                group.members.roles.clear();
                group.members.roles_and_subordinates.clear();
                group.monitor_groups.clear();
                group.roles.clear();
            }
        }
        made.groups.insert(name.clone(), group);
    }
    primary_groups(&mut frame, &mut tapes.users);
    made.sharing = sharing(&frame, bare.sharing, &mut tapes);
    made.records = records(&frame, &mut tapes.records);
    made.users = frame.users;
    made.installation = frame.installation;
    made
}

/// Built-in roles, those below others after them.
fn builtin_roles(system: &System) -> Vec<RoleName> {
    let builtin = &system.definition().builtin.roles;
    let mut roles: Vec<&RoleName> = builtin.keys().collect();
    roles.sort_by_key(|name| builtin[*name].reports_to.is_some());
    roles.into_iter().cloned().collect()
}

/// Whether a role can state all that the system asks of one.
pub(super) fn roles_can_be_made(frame: &Frame<'_>) -> bool {
    let kind = frame.system.definition().roles.as_ref();
    kind.is_some_and(|kind| !kind.required.contains(&RoleAttribute::Profiles) || !frame.profiles.is_empty())
}

/// Whether the system keeps a role as it is.
pub(super) fn is_fixed(system: &System, role: &RoleName) -> bool {
    let kind = system.definition().roles.as_ref();
    kind.is_some_and(|kind| {
        kind.manage == Manage::Reference && system.definition().builtin.roles.contains_key(role)
    }) || kind.is_some_and(|kind| kind.fixed.contains(role))
}

pub(super) fn add_names<N: AsRef<str> + From<&'static str>>(
    names: &mut Vec<N>,
    system: &System,
    format: &NameFormat,
    tapes: &mut [Tape],
) {
    for tape in tapes {
        names.extend(names::fresh(tape, system, format, names).map(N::from));
    }
}

fn installation(system: &System, tape: &mut Tape) -> Installation {
    let mut installation = Installation::default();
    for feature in &system.definition().features {
        if tape.chance(3) {
            installation.features.insert(feature.id.clone(), tape.chance(4));
        }
    }
    let Some(kind) = &system.definition().modules else {
        return installation;
    };
    let fields_open = kind.fields.as_ref().is_some_and(|fields| fields.open);
    let added = MODULES.map(ModuleName::from).into_iter().filter(|_| kind.open);
    let listed = kind.list.iter().map(|module| module.name.clone());
    for module in tape.some(3, added.chain(listed)) {
        let fields = if fields_open {
            tape.some(2, FIELDS.map(Into::into))
        } else {
            let listed = system.module(&module).map(|module| module.fields.clone());
            tape.some(2, listed.unwrap_or_default())
        };
        installation.modules.insert(module, fields);
    }
    installation
}

fn user(tape: &mut Tape, frame: &Frame<'_>) -> User {
    let has = |attribute| {
        frame
            .system
            .definition()
            .users
            .attributes
            .contains_key(&attribute)
    };
    let mut user = User::default();
    if has(UserAttribute::Role) {
        user.role = match frame.system.has(Constraint::UserNeedsRole) {
            true => tape.pick(frame.roles.iter().cloned()),
            false => tape.maybe(frame.roles.iter().cloned()),
        };
    }
    if has(UserAttribute::Administrator) {
        user.administrator = tape.chance(2);
    }
    if has(UserAttribute::Active) {
        user.active = !tape.chance(2);
    }
    if has(UserAttribute::CreatedBy) {
        user.created_by = tape.maybe(frame.users.keys().cloned());
    }
    user
}

fn primary_groups(frame: &mut Frame<'_>, tapes: &mut [Tape]) {
    let attributes = &frame.system.definition().users.attributes;
    if !attributes.contains_key(&UserAttribute::PrimaryGroup) {
        return;
    }
    let joiners: Vec<UserName> = frame.joiners().collect();
    let groups = frame.groups.clone();
    for (name, tape) in joiners.into_iter().zip(tapes) {
        if let Some(user) = frame.users.get_mut(&name) {
            user.primary_group = tape.maybe(groups.iter().cloned());
        }
    }
}

fn sharing(frame: &Frame<'_>, mut sharing: Sharing, tapes: &mut Tapes) -> Sharing {
    let kind = frame.system.definition().sharing.as_ref();
    if let Some(defaults) = kind.and_then(|kind| kind.defaults.as_ref()) {
        for module in frame.shareable_modules() {
            if tapes.defaults.chance(2) {
                let choice = tapes.defaults.pick(defaults.choices.keys().copied());
                sharing.defaults.extend(choice.map(|choice| (module, choice)));
            }
        }
    }
    let rules = tapes.rules.iter_mut().filter_map(|tape| frame.rule(tape));
    sharing.rules = rules.collect();
    sharing
}

fn records(frame: &Frame<'_>, tapes: &mut [Tape]) -> Records {
    let mut records = Records::default();
    let users = frame.users.keys().cloned().map(Principal::User);
    let may_own = !frame.system.has(Constraint::GroupsOwnNoRecords)
        // Nobody could take them over.
        && frame.system.definition().groups.as_ref().is_some_and(|kind| !kind.transfer_to.is_empty());
    let groups = frame
        .groups
        .iter()
        .filter(|_| may_own)
        .cloned()
        .map(Principal::Group);
    let owners: Vec<Principal> = users.chain(groups).collect();
    for tape in tapes {
        let owner = tape.pick(owners.iter().cloned());
        let module = tape.pick(frame.system.modules_of(&frame.installation));
        if let Some((owner, module)) = owner.zip(module) {
            let count = 1 + tape.below(1000) as u64;
            records.0.entry(owner).or_default().insert(module, count);
        }
    }
    records
}

/// Whether a group is left as it is: made elsewhere, built in, or someone's primary group.
pub(super) fn is_kept(system: &System, snapshot: &Snapshot, name: &GroupName) -> bool {
    let external = snapshot
        .groups
        .get(name)
        .is_some_and(|group| group.variety.is_some());
    let primary = snapshot
        .users
        .values()
        .any(|user| user.primary_group.as_ref() == Some(name));
    external || primary || system.definition().builtin.groups.contains_key(name)
}

/// Profiles, roles or groups that are there, by name.
pub(super) fn names_of(snapshot: &Snapshot) -> (Vec<ProfileName>, Vec<RoleName>, Vec<GroupName>) {
    (
        snapshot.profiles.keys().cloned().collect(),
        snapshot.roles.keys().cloned().collect(),
        snapshot.groups.keys().cloned().collect(),
    )
}
