//! `diff(live, desired)`: the writes that turn one state into the other, in an order that works.
//!
//! Pure, and right for any two snapshots of one system; renames and heirs say how objects of the two belong
//! together where names alone do not.
//!
//! The order is by dependency. Renames come first, so that everything after speaks the new names. What is
//! referred to is made before what refers to it; references go before what they point at is deleted.

use std::collections::{BTreeMap, BTreeSet};

use super::operation::{Edit, Object, Operation};
use super::overlay::Heirs;
use super::rename::{Renames, in_order};
use crate::model::{Group, GroupName, Role, RoleName, Snapshot};
use crate::system::{Constraint, System};

/// The writes that turn `live` into `desired`, in order.
pub fn diff(
    system: &System,
    live: &Snapshot,
    desired: &Snapshot,
    renames: &Renames,
    heirs: &Heirs,
) -> Vec<Operation> {
    let renamed;
    let base = if renames.is_empty() {
        live
    } else {
        let mut copy = live.clone();
        renames.apply(&mut copy);
        renamed = copy;
        &renamed
    };

    let mut operations = Vec::new();
    operations.extend(
        in_order(system, &renames.profiles)
            .into_iter()
            .map(|pair| Operation::Profile(rename_edit(pair))),
    );
    operations.extend(
        in_order(system, &renames.roles)
            .into_iter()
            .map(|pair| Operation::Role(rename_edit(pair))),
    );
    operations.extend(
        in_order(system, &renames.groups)
            .into_iter()
            .map(|pair| Operation::Group(rename_edit(pair))),
    );

    operations.extend(changed(&base.profiles, &desired.profiles).map(Operation::Profile));
    operations.extend(roles_top_down(base, desired).into_iter().map(Operation::Role));
    let (early, late) = assignments(system, base, desired, heirs);
    operations.extend(early);
    operations.extend(groups(base, desired).into_iter().map(Operation::Group));
    operations.extend(sharing(base, desired));
    operations.extend(group_deletes(base, desired, heirs));
    operations.extend(late);
    operations.extend(role_deletes(base, desired, heirs));
    operations.extend(
        base.profiles
            .iter()
            .filter(|(name, _)| !desired.profiles.contains_key(*name))
            .map(|(name, before)| {
                let heir = heirs.profiles.get(name).cloned().flatten();
                Operation::Profile(Edit::Delete {
                    name: name.clone(),
                    before: before.clone(),
                    heir,
                })
            }),
    );
    operations
}

fn rename_edit<O: Object>((from, to): (O::Name, O::Name)) -> Edit<O> {
    Edit::Rename { from, to }
}

/// Everything desired with what it was before. Both maps are in order, so one pass over each finds all pairs.
fn paired<'a, N: Ord, O>(
    base: &'a BTreeMap<N, O>,
    desired: &'a BTreeMap<N, O>,
) -> impl Iterator<Item = (&'a N, Option<&'a O>, &'a O)> {
    let mut base = base.iter().peekable();
    desired.iter().map(move |(name, after)| {
        while base.next_if(|(earlier, _)| *earlier < name).is_some() {}
        let before = base.next_if(|(same, _)| *same == name);
        (name, before.map(|(_, before)| before), after)
    })
}

/// Creations and updates, by name.
fn changed<'a, O: Object>(
    base: &'a BTreeMap<O::Name, O>,
    desired: &'a BTreeMap<O::Name, O>,
) -> impl Iterator<Item = Edit<O>> + 'a {
    paired(base, desired).filter_map(|(name, before, after)| match before {
        None => Some(Edit::Create {
            name: name.clone(),
            after: after.clone(),
        }),
        Some(before) if before == after => None,
        Some(before) => Some(Edit::Update {
            name: name.clone(),
            before: before.clone(),
            after: after.clone(),
        }),
    })
}

/// Role edits, superiors first: when a role is put under its superior, the superior is in its final place
/// already, so that no step can close a cycle.
fn roles_top_down(base: &Snapshot, desired: &Snapshot) -> Vec<Edit<Role>> {
    let mut edits: Vec<(usize, Edit<Role>)> = changed(&base.roles, &desired.roles)
        .map(|edit| (0, edit))
        .collect();
    if edits.len() > 1 {
        let mut depths = BTreeMap::new();
        for (depth, edit) in &mut edits {
            if let Edit::Create { name, .. } | Edit::Update { name, .. } = &*edit {
                *depth = depth_of(name, &desired.roles, &mut depths);
            }
        }
        edits.sort_by_key(|(depth, _)| *depth);
    }
    edits.into_iter().map(|(_, edit)| edit).collect()
}

/// How many roles are above this one. Stops at a cycle, which a damaged state may have.
pub(super) fn depth_of(
    name: &RoleName,
    roles: &BTreeMap<RoleName, Role>,
    known: &mut BTreeMap<RoleName, usize>,
) -> usize {
    let mut path = Vec::new();
    let mut on_path = BTreeSet::new();
    let mut current = name;
    let mut depth = loop {
        if let Some(depth) = known.get(current) {
            break *depth;
        }
        if !on_path.insert(current) {
            break 0;
        }
        path.push(current);
        match roles.get(current).and_then(|role| role.reports_to.as_ref()) {
            Some(superior) => current = superior,
            None => {
                path.pop();
                known.insert(current.clone(), 0);
                break 0;
            }
        }
    };
    for role in path.into_iter().rev() {
        depth += 1;
        known.insert(role.clone(), depth);
    }
    depth
}

/// Users whose role changes, other than by the transfer of a deleted role.
///
/// Whoever gets a role that may not be in groups leaves the groups first, also those that are deleted; whoever
/// loses one, loses it before joining. So the first kind is assigned late and everyone else early.
fn assignments(
    system: &System,
    base: &Snapshot,
    desired: &Snapshot,
    heirs: &Heirs,
) -> (Vec<Operation>, Vec<Operation>) {
    let super_roles = &system.definition().access.super_roles;
    let barred = system.has(Constraint::SuperRoleNotInGroups);
    let mut early = Vec::new();
    let mut late = Vec::new();
    for (name, before, user) in paired(&base.users, &desired.users) {
        let Some(before) = before else { continue };
        if before.role == user.role || follows_transfer(before.role.as_ref(), user.role.as_ref(), heirs) {
            continue;
        }
        let assignment = Operation::AssignRole {
            user: name.clone(),
            before: before.role.clone(),
            after: user.role.clone(),
        };
        if barred && user.role.as_ref().is_some_and(|role| super_roles.contains(role)) {
            late.push(assignment);
        } else {
            early.push(assignment);
        }
    }
    (early, late)
}

/// Whether a change of role is what deleting the old role does by itself.
pub(super) fn follows_transfer(before: Option<&RoleName>, after: Option<&RoleName>, heirs: &Heirs) -> bool {
    let heir = before
        .and_then(|role| heirs.roles.get(role))
        .and_then(Option::as_ref);
    heir.is_some() && heir == after
}

/// Group edits in an order in which no step closes a cycle and every nested group exists.
///
/// First groups let go of nested groups, then they take new ones, nested groups before the groups that hold
/// them. An update that does both becomes two. The same holds for groups shown in monitors, which may point at
/// each other: a group made before one that it shows gets that part in a second step.
fn groups(base: &Snapshot, desired: &Snapshot) -> Vec<Edit<Group>> {
    let mut releasing = Vec::new();
    let mut taking: BTreeMap<&GroupName, Edit<Group>> = BTreeMap::new();
    for (name, before, after) in paired(&base.groups, &desired.groups) {
        match before {
            None => {
                taking.insert(
                    name,
                    Edit::Create {
                        name: name.clone(),
                        after: after.clone(),
                    },
                );
            }
            Some(before) if before == after => {}
            Some(before) => {
                let releases = before
                    .members
                    .groups
                    .difference(&after.members.groups)
                    .next()
                    .is_some();
                let takes = after
                    .members
                    .groups
                    .difference(&before.members.groups)
                    .next()
                    .is_some();
                if releases && takes {
                    let mut between = before.clone();
                    between
                        .members
                        .groups
                        .retain(|nested| after.members.groups.contains(nested));
                    releasing.push(Edit::Update {
                        name: name.clone(),
                        before: before.clone(),
                        after: between.clone(),
                    });
                    taking.insert(
                        name,
                        Edit::Update {
                            name: name.clone(),
                            before: between,
                            after: after.clone(),
                        },
                    );
                } else {
                    let edit = Edit::Update {
                        name: name.clone(),
                        before: before.clone(),
                        after: after.clone(),
                    };
                    if releases {
                        releasing.push(edit);
                    } else {
                        taking.insert(name, edit);
                    }
                }
            }
        }
    }
    let mut ordered = releasing;
    let nested_first = nested_first(desired, &taking);
    ordered.extend(nested_first.into_iter().filter_map(|name| taking.remove(name)));
    show_existing_first(base, &mut ordered);
    ordered
}

/// Takes groups that are not made yet out of what an edit shows, and adds edits that show them in the end.
fn show_existing_first(base: &Snapshot, edits: &mut Vec<Edit<Group>>) {
    let mut exists: BTreeSet<GroupName> = base.groups.keys().cloned().collect();
    let mut later = Vec::new();
    for edit in edits.iter_mut() {
        let (Edit::Create { name, after } | Edit::Update { name, after, .. }) = edit else {
            continue;
        };
        exists.insert(name.clone());
        if after.monitor_groups.keys().all(|shown| exists.contains(shown)) {
            continue;
        }
        let whole = after.clone();
        after.monitor_groups.retain(|shown, _| exists.contains(shown));
        later.push(Edit::Update {
            name: name.clone(),
            before: after.clone(),
            after: whole,
        });
    }
    edits.append(&mut later);
}

/// The edited groups, each after the edited groups nested in it. Works on any state: a cycle, which a damaged
/// one may have, is cut where it is met.
fn nested_first<'a>(
    desired: &'a Snapshot,
    edited: &BTreeMap<&'a GroupName, Edit<Group>>,
) -> Vec<&'a GroupName> {
    let mut ordered = Vec::with_capacity(edited.len());
    let mut seen: BTreeSet<&GroupName> = BTreeSet::new();
    let mut stack: Vec<(&'a GroupName, bool)> = Vec::new();
    for start in edited.keys() {
        stack.push((start, false));
        while let Some((name, nested_done)) = stack.pop() {
            if nested_done {
                ordered.push(name);
                continue;
            }
            if !seen.insert(name) {
                continue;
            }
            stack.push((name, true));
            if let Some(group) = desired.groups.get(name) {
                // Only through edited groups: an untouched group exists, and so does what is nested in it.
                stack.extend(
                    group
                        .members
                        .groups
                        .iter()
                        .rev()
                        .filter(|nested| edited.contains_key(*nested))
                        .map(|n| (n, false)),
                );
            }
        }
    }
    ordered
}

fn sharing(base: &Snapshot, desired: &Snapshot) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (module, after) in &desired.sharing.defaults {
        let before = base.sharing.defaults.get(module).copied();
        if before != Some(*after) {
            operations.push(Operation::SetDefault {
                module: module.clone(),
                before,
                after: *after,
            });
        }
    }
    for (rule, before) in &base.sharing.rules {
        if !desired.sharing.rules.contains_key(rule) {
            operations.push(Operation::DeleteRule {
                rule: rule.clone(),
                before: *before,
            });
        }
    }
    for (rule, after) in &desired.sharing.rules {
        let before = base.sharing.rules.get(rule).copied();
        if before != Some(*after) {
            operations.push(Operation::SetRule {
                rule: rule.clone(),
                before,
                after: *after,
            });
        }
    }
    operations
}

/// Groups that go, holders before what is nested in them.
///
/// Groups may also show each other in any order, even mutually. One that shows a group which goes before it stops
/// showing that one first.
fn group_deletes(base: &Snapshot, desired: &Snapshot, heirs: &Heirs) -> Vec<Operation> {
    let mut gone: BTreeMap<&GroupName, Edit<Group>> = base
        .groups
        .iter()
        .filter(|(name, _)| !desired.groups.contains_key(*name))
        .map(|(name, before)| {
            let heir = heirs.groups.get(name).cloned().flatten();
            (
                name,
                Edit::Delete {
                    name: name.clone(),
                    before: before.clone(),
                    heir,
                },
            )
        })
        .collect();
    let mut order = nested_first(base, &gone);
    order.reverse();
    let mut hiding = Vec::new();
    let mut deletes = Vec::with_capacity(order.len());
    let mut gone_before: BTreeSet<&GroupName> = BTreeSet::new();
    for name in order {
        let Some(mut edit) = gone.remove(name) else {
            continue;
        };
        if let Edit::Delete { before, .. } = &mut edit
            && before
                .monitor_groups
                .keys()
                .any(|shown| gone_before.contains(shown))
        {
            let whole = before.clone();
            before
                .monitor_groups
                .retain(|shown, _| !gone_before.contains(shown));
            hiding.push(Edit::Update {
                name: name.clone(),
                before: whole,
                after: before.clone(),
            });
        }
        gone_before.insert(name);
        deletes.push(edit);
    }
    hiding.into_iter().chain(deletes).map(Operation::Group).collect()
}

/// Roles that go, subordinates before superiors.
fn role_deletes(base: &Snapshot, desired: &Snapshot, heirs: &Heirs) -> Vec<Operation> {
    let mut depths = BTreeMap::new();
    let mut gone: Vec<(usize, &RoleName, &Role)> = base
        .roles
        .iter()
        .filter(|(name, _)| !desired.roles.contains_key(*name))
        .map(|(name, role)| (depth_of(name, &base.roles, &mut depths), name, role))
        .collect();
    gone.sort_by_key(|(depth, name, _)| (std::cmp::Reverse(*depth), *name));
    gone.into_iter()
        .map(|(_, name, before)| {
            let heir = heirs.roles.get(name).cloned().flatten();
            Operation::Role(Edit::Delete {
                name: name.clone(),
                before: before.clone(),
                heir,
            })
        })
        .collect()
}
