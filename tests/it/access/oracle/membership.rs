//! "Who is in a group": membership to any depth, and which role is below which.

use std::collections::BTreeSet;

use rolecall::model::{GroupName, RoleName, Snapshot, UserName};

/// Whether a user is in a group. That the user cannot log in, or that a group is inactive, changes nothing.
pub(crate) fn is_member(snapshot: &Snapshot, user: &UserName, group: &GroupName) -> bool {
    is_member_by(snapshot, user, group, &is_in_or_below, &mut BTreeSet::new())
}

/// Everyone who is in a group.
pub(crate) fn members(snapshot: &Snapshot, group: &GroupName) -> BTreeSet<UserName> {
    let users = snapshot.users.keys();
    users
        .filter(|user| is_member(snapshot, user, group))
        .cloned()
        .collect()
}

/// Whether a role is another or below it.
pub(super) fn is_in_or_below(snapshot: &Snapshot, role: &RoleName, top: &RoleName) -> bool {
    role == top || is_below(snapshot, role, top)
}

/// Whether a role is below another: that is its superior, or its superior's superior and so on. A role is never
/// below itself, in a circle neither.
pub(super) fn is_below(snapshot: &Snapshot, role: &RoleName, top: &RoleName) -> bool {
    superiors(snapshot, role).contains(top)
}

/// Every role above a role.
fn superiors<'a>(snapshot: &'a Snapshot, role: &RoleName) -> BTreeSet<&'a RoleName> {
    let mut superiors = BTreeSet::new();
    let mut at = role;
    while let Some(above) = snapshot.roles.get(at).and_then(|role| role.reports_to.as_ref()) {
        // A circle has been walked around once, or leads back to where it began.
        if above == role || !superiors.insert(above) {
            break;
        }
        at = above;
    }
    superiors
}

/// What it is for a role to be covered by "this role and its subordinates".
pub(super) type Covers = dyn Fn(&Snapshot, &RoleName, &RoleName) -> bool;

/// Whether a user is in a group, by one of the two ways in which products find the users of a role and its
/// subordinates.
pub(super) fn is_member_by(
    snapshot: &Snapshot,
    user: &UserName,
    group: &GroupName,
    covers: &Covers,
    visited: &mut BTreeSet<GroupName>,
) -> bool {
    if !visited.insert(group.clone()) {
        return false;
    }
    let (Some(person), Some(found)) = (snapshot.users.get(user), snapshot.groups.get(group)) else {
        return false;
    };
    let members = &found.members;
    let role = person.role.as_ref();
    // Listed in it.
    members.users.contains(user)
        // Whose primary group it is.
        || person.primary_group.as_ref() == Some(group)
        // Whose role is listed.
        || role.is_some_and(|role| members.roles.contains(role))
        // Whose role is listed under roles and subordinates or is below one that is.
        || role.is_some_and(|role| {
            let mut tops = members.roles_and_subordinates.iter();
            tops.any(|top| covers(snapshot, role, top))
        })
        // Who is in a group that it contains, to any depth.
        || members
            .groups
            .iter()
            .any(|contained| is_member_by(snapshot, user, contained, covers, visited))
}

/// A group and all groups that it contains, to any depth.
pub(super) fn with_contained(snapshot: &Snapshot, group: &GroupName) -> BTreeSet<GroupName> {
    let mut found = BTreeSet::new();
    let mut open = vec![group];
    while let Some(name) = open.pop() {
        if let Some(group) = snapshot.groups.get(name)
            && found.insert(name.clone())
        {
            open.extend(&group.members.groups);
        }
    }
    found
}
