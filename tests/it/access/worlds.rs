//! States in which the rules of access meet: few modules of which everything speaks, groups and roles in circles,
//! users without a role, ids of roles that are taken for each other.
//!
//! They are nastier than what a product lets one save, because a state that is read may be damaged. References to
//! what is not there are left out, as they are from a state that was read.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rolecall::manifest::shipped;
use rolecall::model::{DefaultAccess, ModuleName, Snapshot, Status};
use rolecall::system::{
    Definition, GlobalPermission, GroupAttribute, RightsFrom, RoleAttribute, Service, ServiceHolders, System,
    UserAttribute,
};

use super::edits::Drawing;
use crate::world::{self, Tape, all_systems, tapes};

/// Every system, and further ones that decide otherwise than any of them.
pub(crate) fn systems() -> Vec<System> {
    let mut systems = all_systems();
    systems.extend(otherwise());
    systems
}

/// Systems whose settings no shipped one has.
fn otherwise() -> Vec<System> {
    let rich = world::system("rich").definition().clone();
    let vtiger = shipped("vtiger").expect("a shipped definition decodes");
    let changed = |name: &str, from: &Definition, change: &dyn Fn(&mut Definition)| {
        let mut definition = from.clone();
        definition.name = name.into();
        change(&mut definition);
        System::new(definition)
    };
    vec![
        // Superiors gain everything there is to gain.
        changed("rich-hierarchy", &rich, &|definition| {
            let access = &mut definition.access;
            access.administrators_may_everything = true;
            access.hierarchy.superiors_inherit_owned = true;
            access.hierarchy.peers = true;
            access.hierarchy.includes_group_owned = true;
            access.hierarchy.includes_shared = true;
            access.rules.group_source_covers_members = true;
            access.subordinates_by_path_prefix = true;
        }),
        // Rights come from the roles of groups, and inactive groups count.
        changed("rich-groups", &rich, &|definition| {
            let access = &mut definition.access;
            access.rights_from = RightsFrom::GroupRoles;
            access.inactive_groups_count = true;
            access.hierarchy.includes_shared = true;
        }),
        // The user's own role permits, and without a right there is nothing.
        changed("rich-role", &rich, &|definition| {
            let access = &mut definition.access;
            access.rights_from = RightsFrom::Role;
            access.rights_gate_sharing = true;
            access.groups_own_records = false;
        }),
        // No module has a default, not even one that cannot be shared.
        changed("rich-no-defaults", &rich, &|definition| {
            definition.access.rights_gate_sharing = true;
            if let Some(sharing) = &mut definition.sharing {
                sharing.defaults = None;
            }
            for module in definition.modules.iter_mut().flat_map(|kind| &mut kind.list) {
                if module.name.as_str() == "Leads" {
                    module.shareable = false;
                    module.default = Some(DefaultAccess::PublicReadWrite);
                }
            }
        }),
        // A permission that opens records names an action that is about none; services include and need others.
        changed("rich-odd", &rich, &|definition| {
            definition.access.global_permissions.push(GlobalPermission {
                permission: "see_reports".into(),
                actions: ["view", "convert"].into_iter().map(Into::into).collect(),
            });
            definition.services.extend(services_that_need_others());
        }),
        // Rights do not gate, and rules count under every default.
        changed("vtiger-open", &vtiger, &|definition| {
            let access = &mut definition.access;
            access.rights_gate_sharing = false;
            access.rules.only_under_defaults.clear();
            access.hierarchy.includes_group_owned = true;
        }),
    ]
}

/// Services of which some have an effect only with a feature or another service, and include others.
fn services_that_need_others() -> Vec<Service> {
    let service = |id: &str, needs: Option<&str>, needs_one_of: &[&str], includes: &[&str]| Service {
        id: id.into(),
        label: id.to_owned(),
        purpose: id.to_owned(),
        needs_one_of: needs_one_of.iter().map(|id| (*id).into()).collect(),
        needs: needs.map(Into::into),
        unless: None,
        includes: includes.iter().map(|id| (*id).into()).collect(),
        holders: ServiceHolders::default(),
        over_members: false,
    };
    let for_all = |service: Service| Service {
        unless: Some("apps_for_all".into()),
        ..service
    };
    vec![
        service("video", Some("extra"), &[], &["chat"]),
        service("journal", None, &["video", "apps"], &["notes"]),
        service("notes", Some("voice"), &[], &["search"]),
        service("search", None, &[], &[]),
        for_all(service("portal", None, &[], &["kiosk"])),
        service("kiosk", Some("sip"), &[], &["screen"]),
        service("screen", None, &[], &[]),
    ]
}

/// States of a system, as nasty as they can be read.
pub(crate) fn snapshots(system: &System) -> impl Strategy<Value = Snapshot> + use<> {
    let states = world::snapshots(system);
    let system = system.clone();
    (states, tapes(10)).prop_map(move |(mut snapshot, mut tapes)| {
        let mut spare = Tape::default();
        let mut tapes = tapes.iter_mut();
        let twists: [fn(&mut Drawing<'_>, &mut Snapshot); 10] = [
            speak_of_few_modules,
            permit_more,
            restrict_fields,
            share_more,
            nest_groups,
            tangle_roles,
            unsettle_users,
            let_groups_rest,
            behead_groups,
            number_roles,
        ];
        for twist in twists {
            let mut drawing = Drawing {
                system: &system,
                tape: tapes.next().unwrap_or(&mut spare),
            };
            twist(&mut drawing, &mut snapshot);
        }
        drop_what_dangles(&mut snapshot);
        snapshot
    })
}

/// Keeps what is said to a few modules, so that rights, defaults and rules are about the same ones. Modules that are
/// tied to one of them are drawn in by [`modules_spoken_of`](super::questions::modules_spoken_of).
fn speak_of_few_modules(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) {
    let kind = drawing.system.definition().modules.as_ref();
    let Some(kind) = kind else { return };
    if kind.open && snapshot.installation.modules.is_empty() {
        snapshot
            .installation
            .modules
            .insert("Projects".into(), BTreeSet::new());
    }
    let all: Vec<ModuleName> = drawing.system.modules_of(&snapshot.installation).collect();
    let tied: Vec<ModuleName> = kind
        .list
        .iter()
        .filter(|module| module.follows.is_some() || module.rights_of.is_some() || !module.shareable)
        .map(|module| module.name.clone())
        .collect();
    let mut few = drawing.tape.some(2, all);
    few.extend(drawing.tape.pick(tied).filter(|_| drawing.tape.chance(4)));
    let roots: Vec<ModuleName> = few
        .iter()
        .filter_map(|module| drawing.system.module(module))
        .flat_map(|listed| listed.follows.iter().chain(&listed.rights_of).cloned())
        .collect();
    few.extend(roots);
    if few.is_empty() {
        return;
    }
    let of_roles = snapshot.roles.values_mut().map(|role| &mut role.rights);
    let of_profiles = snapshot.profiles.values_mut().map(|profile| &mut profile.rights);
    for rights in of_roles.chain(of_profiles) {
        rights.modules.retain(|module, _| few.contains(module));
    }
    snapshot
        .installation
        .modules
        .retain(|module, _| few.contains(module) || drawing.system.module(module).is_none());
    let rules = std::mem::take(&mut snapshot.sharing.rules);
    for (mut key, access) in rules {
        if !few.contains(&key.module) {
            key.module = drawing.tape.pick(few.iter().cloned()).unwrap_or(key.module);
        }
        snapshot.sharing.rules.insert(key, access);
    }
    // Something speaks of each of them.
    if let Some(kind) = drawing
        .system
        .definition()
        .sharing
        .as_ref()
        .and_then(|kind| kind.defaults.as_ref())
    {
        for module in &few {
            let choice = drawing.tape.maybe(kind.choices.keys().copied());
            match choice {
                Some(choice) => {
                    snapshot.sharing.defaults.insert(module.clone(), choice);
                }
                None if drawing.tape.chance(2) => {
                    snapshot.sharing.defaults.remove(module);
                }
                None => {}
            }
        }
    }
    for module in few {
        if let Some((action, level)) = drawing.action(&module)
            && let Some(rights) = drawing.some_rights(snapshot)
        {
            rights
                .modules
                .entry(module)
                .or_default()
                .actions
                .insert(action, level);
        }
    }
}

fn permit_more(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) {
    for _ in 0..drawing.tape.below(8) {
        drawing.permit_action(snapshot);
    }
    if drawing.tape.chance(2) {
        let global = drawing.system.definition().access.global_permissions.iter();
        let global = drawing.tape.pick(global.map(|global| global.permission.clone()));
        if let (Some(permission), Some(rights)) = (global, drawing.some_rights(snapshot)) {
            rights
                .permissions
                .insert(permission, rolecall::model::Level::Allow);
        }
    }
}

/// Fields that some profiles or roles hide or lock and others do not.
fn restrict_fields(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) {
    let kind = drawing.system.definition().modules.as_ref();
    let Some(kind) = kind.and_then(|kind| kind.fields.as_ref()) else {
        return;
    };
    for _ in 0..drawing.tape.below(6) {
        let module = drawing.module(snapshot);
        let access = drawing.tape.pick(kind.choices.keys().copied());
        let field = module.as_ref().and_then(|module| drawing.field(snapshot, module));
        if let (Some(module), Some(field), Some(access)) = (module, field, access)
            && access != kind.usual
            && let Some(rights) = drawing.some_rights(snapshot)
        {
            rights
                .modules
                .entry(module)
                .or_default()
                .fields
                .insert(field, access);
        }
    }
}

fn share_more(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) {
    for _ in 0..drawing.tape.below(4) {
        let rule = drawing.rule(snapshot);
        snapshot.sharing.rules.extend(rule);
    }
}

/// Members of all kinds, and groups that contain each other.
fn nest_groups(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) {
    for _ in 0..drawing.tape.below(7) {
        drawing.add_member(snapshot);
    }
}

/// Roles that report to each other in circles, and to themselves.
fn tangle_roles(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) {
    if !drawing.has_role_attribute(RoleAttribute::ReportsTo) {
        return;
    }
    for _ in 0..drawing.tape.below(4) {
        let (name, above) = (drawing.role(snapshot), drawing.role(snapshot));
        if let Some(role) = name.and_then(|name| snapshot.roles.get_mut(&name)) {
            role.reports_to = above;
        }
    }
}

/// Users without a role, users who cannot log in and users who can.
fn unsettle_users(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) {
    for _ in 0..drawing.tape.below(4) {
        let which = drawing.tape.below(3);
        let is_role = drawing.has_user_attribute(UserAttribute::Role);
        let is_state = drawing.has_user_attribute(UserAttribute::Active);
        let role = drawing.role(snapshot);
        let name = drawing.user(snapshot);
        let Some(user) = name.and_then(|name| snapshot.users.get_mut(&name)) else {
            return;
        };
        match which {
            0 if is_role => user.role = role,
            1 if is_role => user.role = None,
            2 if is_state => user.active = !user.active,
            _ => {}
        }
    }
}

fn let_groups_rest(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) {
    if !drawing.has_group_attribute(GroupAttribute::Status) {
        return;
    }
    for _ in 0..drawing.tape.below(3) {
        let name = drawing.group(snapshot);
        if let Some(group) = name.and_then(|name| snapshot.groups.get_mut(&name)) {
            group.status = match group.status {
                Status::Active => Status::Inactive,
                Status::Inactive => Status::Active,
            };
        }
    }
}

/// Groups with a deputy and no head.
fn behead_groups(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) {
    if !drawing.has_group_attribute(GroupAttribute::Head) || !drawing.tape.chance(4) {
        return;
    }
    let (name, deputy) = (drawing.group(snapshot), drawing.user(snapshot));
    if let Some(group) = name.and_then(|name| snapshot.groups.get_mut(&name)) {
        group.head = None;
        group.deputy = deputy;
    }
}

/// Ids of roles of which some begin like others, for all roles or for all but one.
fn number_roles(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) {
    const IDS: [&str; 7] = ["H1", "H2", "H20", "H10", "H21", "H200", "H3"];
    if !drawing.system.definition().access.subordinates_by_path_prefix || !drawing.tape.chance(6) {
        return;
    }
    let first = drawing.tape.below(IDS.len());
    let ids = IDS.iter().cycle().skip(first).take(IDS.len());
    snapshot.role_ids = snapshot
        .roles
        .keys()
        .cloned()
        .zip(ids.map(|id| (*id).into()))
        .collect();
    if drawing.tape.chance(1)
        && let Some(role) = drawing.role(snapshot)
    {
        snapshot.role_ids.remove(&role);
    }
}

/// Leaves out references to what is not there.
pub(super) fn drop_what_dangles(snapshot: &mut Snapshot) {
    let Snapshot {
        profiles,
        roles,
        groups,
        users,
        sharing,
        records,
        role_ids,
        ..
    } = snapshot;
    let (role_names, group_names): (BTreeSet<_>, BTreeSet<_>) =
        (roles.keys().cloned().collect(), groups.keys().cloned().collect());
    for role in roles.values_mut() {
        role.profiles.retain(|profile| profiles.contains_key(profile));
        role.reports_to = role.reports_to.take().filter(|above| role_names.contains(above));
    }
    role_ids.retain(|role, _| role_names.contains(role));
    for group in groups.values_mut() {
        let members = &mut group.members;
        members.users.retain(|user| users.contains_key(user));
        members.roles.retain(|role| role_names.contains(role));
        members
            .roles_and_subordinates
            .retain(|role| role_names.contains(role));
        members.groups.retain(|contained| group_names.contains(contained));
        group.roles.retain(|role| role_names.contains(role));
        group
            .monitor_groups
            .retain(|shown, _| group_names.contains(shown));
        for user in [&mut group.head, &mut group.deputy, &mut group.created_by] {
            *user = user.take().filter(|user| users.contains_key(user));
        }
    }
    let user_names: BTreeSet<_> = users.keys().cloned().collect();
    for user in users.values_mut() {
        user.role = user.role.take().filter(|role| role_names.contains(role));
        user.primary_group = user
            .primary_group
            .take()
            .filter(|group| group_names.contains(group));
        user.created_by = user
            .created_by
            .take()
            .filter(|creator| user_names.contains(creator));
    }
    let is_there = |principal: &rolecall::model::Principal| match principal {
        rolecall::model::Principal::Everyone => true,
        rolecall::model::Principal::User(user) => user_names.contains(user),
        rolecall::model::Principal::Role(role) | rolecall::model::Principal::RoleAndSubordinates(role) => {
            role_names.contains(role)
        }
        rolecall::model::Principal::Group(group) => group_names.contains(group),
    };
    sharing
        .rules
        .retain(|key, _| is_there(&key.from) && is_there(&key.to));
    records.0.retain(|owner, _| is_there(owner));
}
