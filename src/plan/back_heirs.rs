//! Who takes over from what an apply made, when that goes again.

use super::back::{BackError, Going, Recorded};
use super::overlay::Heirs;
use crate::model::{GroupName, Principal, PrincipalKind, ProfileName, RoleName, Snapshot};
use crate::system::{Constraint, System};

/// Who takes over: from a role its superior, else some other role; from a profile one that its roles keep, else some other;
/// from a group whoever is named. What only gave up its name to a new one takes over from that.
pub(super) fn heirs(
    system: &System,
    now: &Snapshot,
    recorded: &Recorded<'_>,
    going: &Going,
    records_to: Option<&Principal>,
) -> Result<Heirs, BackError> {
    let namesakes = recorded.renames.inverse();
    let mut heirs = Heirs::default();
    for name in &going.profiles {
        let heir = namesakes
            .profiles
            .get(name)
            .cloned()
            .or_else(|| profile(now, recorded, going, name));
        if heir.is_none() && system.has(Constraint::ProfileDeleteNeedsTransfer) {
            return Err(BackError::ProfileNeedsHeir(name.clone()));
        }
        heirs.profiles.insert(name.clone(), heir);
    }
    for name in &going.roles {
        let heir = namesakes
            .roles
            .get(name)
            .cloned()
            .or_else(|| role(system, now, recorded, going, name));
        if heir.is_none() && system.has(Constraint::RoleDeleteNeedsTransfer) {
            return Err(BackError::RoleNeedsHeir(name.clone()));
        }
        heirs.roles.insert(name.clone(), heir);
    }
    let kind = system.definition().groups.as_ref();
    let allowed = kind.map(|kind| kind.transfer_to.clone()).unwrap_or_default();
    let takes_groups = allowed.contains(&PrincipalKind::Group);
    let mut without: Vec<GroupName> = Vec::new();
    for name in &going.groups {
        let namesake = namesakes.groups.get(name).filter(|_| takes_groups);
        let heir = match (namesake, records_to) {
            (Some(namesake), _) => Some(Principal::Group(namesake.clone())),
            (None, Some(heir)) => {
                if !allowed.contains(&heir.kind()) {
                    let heir = heir.clone();
                    return Err(BackError::HeirOfOtherKind { heir, allowed });
                }
                if !is_there(heir, now, recorded, going) {
                    return Err(BackError::HeirNotThere(heir.clone()));
                }
                Some(heir.clone())
            }
            (None, None) => {
                without.push(name.clone());
                None
            }
        };
        heirs.groups.insert(name.clone(), heir);
    }
    if !without.is_empty() && system.has(Constraint::GroupDeleteNeedsTransfer) {
        return Err(BackError::GroupsNeedHeir(without));
    }
    Ok(heirs)
}

fn is_there(heir: &Principal, now: &Snapshot, recorded: &Recorded<'_>, going: &Going) -> bool {
    match heir {
        Principal::User(name) => now.users.contains_key(name),
        Principal::Group(name) => {
            !going.groups.contains(name)
                && (now.groups.contains_key(name) || recorded.before.groups.contains_key(name))
        }
        Principal::Everyone | Principal::Role(_) | Principal::RoleAndSubordinates(_) => false,
    }
}

fn profile(
    now: &Snapshot,
    recorded: &Recorded<'_>,
    going: &Going,
    name: &ProfileName,
) -> Option<ProfileName> {
    let stays = |other: &&ProfileName| !going.profiles.contains(*other);
    let carriers = now.roles.iter().filter(|(_, role)| role.profiles.contains(name));
    let kept = carriers.flat_map(|(carrier, role)| {
        let before = recorded.before.roles.get(carrier);
        before.map_or(&role.profiles, |before| &before.profiles).iter()
    });
    let before = &recorded.before.profiles;
    let is_there = |other: &&ProfileName| now.profiles.contains_key(*other) || before.contains_key(*other);
    let mut all = kept
        .filter(is_there)
        .chain(now.profiles.keys())
        .chain(before.keys())
        .filter(stays);
    all.next().cloned()
}

fn role(
    system: &System,
    now: &Snapshot,
    recorded: &Recorded<'_>,
    going: &Going,
    name: &RoleName,
) -> Option<RoleName> {
    let stays = |other: &&RoleName| !going.roles.contains(*other);
    let mut above: Vec<&RoleName> = Vec::new();
    let mut current = name;
    // Ends at a cycle, which a damaged state may have.
    for _ in 0..now.roles.len() {
        let superior = now.roles.get(current).and_then(|role| role.reports_to.as_ref());
        let Some(superior) = superior.filter(|superior| now.roles.contains_key(*superior)) else {
            break;
        };
        above.push(superior);
        current = superior;
    }
    let before = &recorded.before.roles;
    let all: Vec<&RoleName> = above
        .into_iter()
        .chain(now.roles.keys())
        .chain(before.keys())
        .filter(stays)
        .collect();
    // Nobody is to become an administrator by the way.
    let supreme = &system.definition().access.super_roles;
    let plain = all.iter().find(|role| !supreme.contains(**role));
    plain.or(all.first()).map(|role| (*role).clone())
}
