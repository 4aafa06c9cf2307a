//! Two states of one system that differ by little: what lies before an edit and what lies after it.
//!
//! Half of them come from `world::changes`, which stays within what a plan can reach; the others are single edits of
//! the nastier states of [`worlds`](super::worlds), such as someone else may make on a deployment. A deleted object
//! hands over what it has, where the product asks for that; nothing is renamed by the edits here.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rolecall::model::{GroupName, Principal, RoleName, Snapshot, Status};
use rolecall::system::{GroupAttribute, RoleAttribute, System, UserAttribute};

use super::edits::Drawing;
use super::worlds::{drop_what_dangles, snapshots};
use crate::world::{self, Tape, tape, tapes};

/// A state and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) before: Snapshot,
    pub(crate) after: Snapshot,
}

/// Pairs of states of a system.
pub(crate) fn pairs(system: &System) -> impl Strategy<Value = Pair> + use<> {
    let changes = world::changes(system).prop_map(|change| Pair {
        before: change.live,
        after: change.desired,
    });
    let states = snapshots(system);
    let system = system.clone();
    let edits = (states, tape(), tapes(3)).prop_map(move |(before, first, more)| {
        let mut after = before.clone();
        for mut tape in std::iter::once(first).chain(more) {
            edit(&system, &mut after, &mut tape);
        }
        drop_what_dangles(&mut after);
        Pair { before, after }
    });
    prop_oneof![changes, edits]
}

/// One edit, or none when there is nothing to be edited that way.
fn edit(system: &System, snapshot: &mut Snapshot, tape: &mut Tape) {
    let which = tape.below(14);
    let mut drawing = Drawing { system, tape };
    let drawing = &mut drawing;
    match which {
        0 | 1 => {
            drawing.add(snapshot);
            Some(())
        }
        2 => remove_member(drawing, snapshot),
        3 => move_role(drawing, snapshot),
        4 => change_user(drawing, snapshot),
        5 => narrow_rights(drawing, snapshot),
        6 => change_field(drawing, snapshot),
        7 => remove_rule(drawing, snapshot),
        8 => change_default(drawing, snapshot),
        9 => delete_group(drawing, snapshot),
        10 => change_group(drawing, snapshot),
        11 => change_installation(drawing, snapshot),
        12 => move_user(drawing, snapshot),
        _ => delete_role(drawing, snapshot),
    };
}

fn remove_member(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let name = drawing.group(snapshot)?;
    let members = &mut snapshot.groups.get_mut(&name)?.members;
    match drawing.tape.below(4) {
        0 => drop_one(drawing.tape, &mut members.users),
        1 => drop_one(drawing.tape, &mut members.groups),
        2 => drop_one(drawing.tape, &mut members.roles),
        _ => drop_one(drawing.tape, &mut members.roles_and_subordinates),
    }
}

fn drop_one<T: Clone + Ord>(tape: &mut Tape, from: &mut std::collections::BTreeSet<T>) -> Option<()> {
    let one = tape.pick(from.iter().cloned())?;
    from.remove(&one);
    Some(())
}

fn move_role(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let names: Vec<RoleName> = snapshot.roles.keys().cloned().collect();
    let name = drawing.role(snapshot)?;
    let above = drawing.tape.maybe(names);
    if drawing.has_role_attribute(RoleAttribute::ReportsTo) {
        snapshot.roles.get_mut(&name)?.reports_to = above;
    }
    Some(())
}

fn change_user(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let name = drawing.user(snapshot)?;
    let has = |attribute| drawing.has_user_attribute(attribute);
    let (has_role, has_mark) = (has(UserAttribute::Role), has(UserAttribute::Administrator));
    let role = drawing.role(snapshot);
    let user = snapshot.users.get_mut(&name)?;
    match drawing.tape.below(4) {
        0 | 1 if has_role => user.role = role,
        2 if has_mark => user.administrator = !user.administrator,
        3 => user.active = !user.active,
        _ => user.created_by = None,
    }
    Some(())
}

/// Takes an action, a permission or a whole module away.
fn narrow_rights(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let which = drawing.tape.below(3);
    let pick = drawing.tape.below(8);
    let rights = drawing.some_rights(snapshot)?;
    match which {
        0 => {
            let permission = rights
                .permissions
                .keys()
                .nth(pick % rights.permissions.len().max(1))
                .cloned()?;
            rights.permissions.remove(&permission);
        }
        1 => {
            let module = rights
                .modules
                .keys()
                .nth(pick % rights.modules.len().max(1))
                .cloned()?;
            rights.modules.remove(&module);
        }
        _ => {
            let at = pick % rights.modules.len().max(1);
            let of_module = rights.modules.values_mut().nth(at)?;
            let action = of_module.actions.keys().next().cloned()?;
            of_module.actions.remove(&action);
        }
    }
    Some(())
}

fn change_field(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let module = drawing.module(snapshot)?;
    let field = drawing.field(snapshot, &module)?;
    let kind = drawing.system.definition().modules.as_ref()?.fields.as_ref()?;
    let access = drawing.tape.pick(kind.choices.keys().copied())?;
    let usual = kind.usual;
    let fields = &mut drawing
        .some_rights(snapshot)?
        .modules
        .entry(module)
        .or_default()
        .fields;
    match access == usual {
        true => fields.remove(&field),
        false => fields.insert(field, access),
    };
    Some(())
}

fn remove_rule(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let rules = &mut snapshot.sharing.rules;
    let key = drawing.tape.pick(rules.keys().cloned())?;
    rules.remove(&key);
    Some(())
}

fn change_default(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let kind = drawing.system.definition().sharing.as_ref()?.defaults.as_ref()?;
    let module = drawing.module(snapshot)?;
    let choice = drawing.tape.pick(kind.choices.keys().copied())?;
    snapshot.sharing.defaults.insert(module, choice);
    Some(())
}

/// Deletes a group; its records go to someone else. What refers to it is left out afterwards.
fn delete_group(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let name: GroupName = drawing.group(snapshot)?;
    snapshot.groups.remove(&name);
    let user = drawing.user(snapshot).map(Principal::User);
    let group = drawing.group(snapshot).map(Principal::Group);
    let heir = drawing.tape.pick(user.into_iter().chain(group));
    if let Some(heir) = heir {
        snapshot.records.transfer(&Principal::Group(name), &heir);
    }
    Some(())
}

fn change_group(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let name = drawing.group(snapshot)?;
    let has = |attribute| drawing.has_group_attribute(attribute);
    let (has_status, has_head) = (has(GroupAttribute::Status), has(GroupAttribute::Head));
    let (user, service, granted) = (
        drawing.user(snapshot),
        drawing.service(),
        drawing.authorisations(),
    );
    let which = drawing.tape.below(5);
    let group = snapshot.groups.get_mut(&name)?;
    match which {
        0 if has_status => {
            group.status = match group.status {
                Status::Active => Status::Inactive,
                Status::Inactive => Status::Active,
            };
        }
        1 if has_head => group.head = user,
        2 => {
            let service = service?;
            if !group.services.remove(&service) {
                group.services.insert(service);
            }
        }
        3 => group.authorisations = granted,
        4 => return drop_one(drawing.tape, &mut group.roles),
        _ => {}
    }
    Some(())
}

/// A licence, a module or a field that is there and was not, or the other way about.
fn change_installation(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let definition = drawing.system.definition();
    let which = drawing.tape.below(3);
    if which == 0 {
        let feature = drawing.tape.pick(&definition.features)?.id.clone();
        let has = drawing.system.has_feature(&snapshot.installation, &feature);
        snapshot.installation.features.insert(feature, !has);
        return Some(());
    }
    let kind = definition.modules.as_ref()?;
    let modules = &mut snapshot.installation.modules;
    if which == 1 && kind.open {
        if modules.remove("Projects").is_none() {
            modules.insert("Projects".into(), BTreeSet::new());
        }
        return Some(());
    }
    let module = drawing.module(snapshot)?;
    let fields = snapshot.installation.modules.entry(module).or_default();
    if kind.fields.is_some() && !fields.remove("added") {
        fields.insert("added".into());
    }
    Some(())
}

/// Another primary group, or none.
fn move_user(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let name = drawing.user(snapshot)?;
    let groups: Vec<GroupName> = snapshot.groups.keys().cloned().collect();
    let group = drawing.tape.maybe(groups);
    if drawing.has_user_attribute(UserAttribute::PrimaryGroup) {
        snapshot.users.get_mut(&name)?.primary_group = group;
    }
    Some(())
}

/// Deletes a role; its users and the roles below it go to another one.
fn delete_role(drawing: &mut Drawing<'_>, snapshot: &mut Snapshot) -> Option<()> {
    let name = drawing.role(snapshot)?;
    if drawing.system.definition().builtin.roles.contains_key(&name) {
        return None;
    }
    let gone = snapshot.roles.remove(&name)?;
    let heir = drawing.role(snapshot);
    for user in snapshot
        .users
        .values_mut()
        .filter(|user| user.role.as_ref() == Some(&name))
    {
        user.role.clone_from(&heir);
    }
    for role in snapshot
        .roles
        .values_mut()
        .filter(|role| role.reports_to.as_ref() == Some(&name))
    {
        role.reports_to.clone_from(&gone.reports_to);
    }
    Some(())
}
