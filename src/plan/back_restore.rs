//! Putting recorded objects back, without what is no longer there.

use std::collections::BTreeSet;

use super::back::{BackError, BackNote, Recorded};
use crate::model::{Group, Identity, Principal, Role, Snapshot, User};

/// Puts the recorded objects into `desired`, which has lost already what the apply made. `now` is the present state in the
/// names before the apply.
pub(super) fn restore(
    desired: &mut Snapshot,
    now: &Snapshot,
    recorded: &Recorded<'_>,
    notes: &mut Vec<BackNote>,
) -> Result<(), BackError> {
    let Recorded { before, after, .. } = recorded;
    desired.profiles.extend(before.profiles.clone());
    desired.roles.extend(before.roles.clone());
    desired.groups.extend(before.groups.clone());
    for name in before.roles.keys() {
        let mut role = desired.roles.get(name).cloned().unwrap_or_default();
        let holder = Identity::Role(name.clone());
        trim_role(&mut role, desired, &holder, notes);
        if let Some(superior) = role
            .reports_to
            .clone()
            .filter(|above| !desired.roles.contains_key(above))
        {
            let Some(present) = now.roles.get(name) else {
                let role = name.clone();
                return Err(BackError::SuperiorGone { role, superior });
            };
            let present = present.reports_to.clone();
            role.reports_to = present.filter(|above| desired.roles.contains_key(above));
            notes.push(BackNote::Without {
                holder,
                missing: Identity::Role(superior),
            });
        }
        desired.roles.insert(name.clone(), role);
    }
    for name in before.groups.keys() {
        let mut group = desired.groups.get(name).cloned().unwrap_or_default();
        trim_group(&mut group, desired, &Identity::Group(name.clone()), notes);
        let present = now.groups.get(name).map(|group| &group.members.users);
        for user in present.into_iter().flatten() {
            let primary = now.users.get(user).and_then(|user| user.primary_group.as_ref());
            if primary == Some(name) && group.members.users.insert(user.clone()) {
                notes.push(BackNote::MemberStays {
                    group: name.clone(),
                    user: user.clone(),
                });
            }
        }
        desired.groups.insert(name.clone(), group);
    }
    let backwards = recorded.renames.inverse();
    for key in after.sharing.rules.keys().cloned() {
        desired.sharing.rules.remove(&backwards.rule(key));
    }
    for (key, access) in &before.sharing.rules {
        let ends = [&key.from, &key.to].into_iter().filter_map(Principal::identity);
        let missing = ends.into_iter().find(|end| !desired.has(end));
        match missing {
            None => {
                desired.sharing.rules.insert(key.clone(), *access);
            }
            Some(missing) => notes.push(BackNote::NotRestored {
                rule: Identity::SharingRule(key.clone()),
                missing,
            }),
        }
    }
    desired.sharing.defaults.extend(before.sharing.defaults.clone());
    let made = after
        .sharing
        .defaults
        .keys()
        .filter(|module| !before.sharing.defaults.contains_key(*module));
    let stay = made.filter(|module| now.sharing.defaults.contains_key(*module));
    notes.extend(stay.cloned().map(BackNote::DefaultStays));
    for (name, User { role, .. }) in &before.users {
        let missing = role.clone().filter(|role| !desired.roles.contains_key(role));
        let Some(user) = desired.users.get_mut(name) else {
            notes.push(BackNote::UserGone(name.clone()));
            continue;
        };
        match missing {
            None => user.role.clone_from(role),
            Some(role) => notes.push(BackNote::Without {
                holder: Identity::User(name.clone()),
                missing: Identity::Role(role),
            }),
        }
    }
    Ok(())
}

fn trim_role(role: &mut Role, state: &Snapshot, holder: &Identity, notes: &mut Vec<BackNote>) {
    let mut trim = Trim { state, holder, notes };
    trim.set(&mut role.profiles, |name| Identity::Profile(name.clone()));
}

fn trim_group(group: &mut Group, state: &Snapshot, holder: &Identity, notes: &mut Vec<BackNote>) {
    let mut trim = Trim { state, holder, notes };
    let members = &mut group.members;
    trim.set(&mut members.users, |name| Identity::User(name.clone()));
    trim.set(&mut members.roles, |name| Identity::Role(name.clone()));
    trim.set(&mut members.roles_and_subordinates, |name| {
        Identity::Role(name.clone())
    });
    trim.set(&mut members.groups, |name| Identity::Group(name.clone()));
    trim.set(&mut group.roles, |name| Identity::Role(name.clone()));
    group
        .monitor_groups
        .retain(|name, _| trim.keeps(Identity::Group(name.clone())));
    for user in [&mut group.head, &mut group.deputy, &mut group.created_by] {
        if user
            .as_ref()
            .is_some_and(|name| !trim.keeps(Identity::User(name.clone())))
        {
            *user = None;
        }
    }
}

/// Takes out of one object what a state does not have.
struct Trim<'a> {
    state: &'a Snapshot,
    holder: &'a Identity,
    notes: &'a mut Vec<BackNote>,
}

impl Trim<'_> {
    fn keeps(&mut self, reference: Identity) -> bool {
        let there = self.state.has(&reference);
        if !there {
            self.notes.push(BackNote::Without {
                holder: self.holder.clone(),
                missing: reference,
            });
        }
        there
    }

    fn set<N: Ord>(&mut self, names: &mut BTreeSet<N>, identity: impl Fn(&N) -> Identity) {
        names.retain(|name| self.keeps(identity(name)));
    }
}
