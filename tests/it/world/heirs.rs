//! Who takes over from what is dropped.

use std::collections::{BTreeMap, BTreeSet};

use rolecall::model::{GroupName, Principal, PrincipalKind, ProfileName, RoleName, Snapshot, UserName};
use rolecall::plan::Heirs;
use rolecall::system::Constraint;

use super::Tape;
use super::frame::Frame;

pub(super) fn of_profiles(
    frame: &Frame<'_>,
    dropped: &[ProfileName],
    tapes: &mut [Tape],
) -> BTreeMap<ProfileName, Option<ProfileName>> {
    let tape = &mut tapes.first().cloned().unwrap_or_default();
    let heirs = dropped
        .iter()
        .map(|name| (name.clone(), tape.pick(frame.profiles.iter().cloned())));
    heirs.collect()
}

pub(super) fn of_roles(
    frame: &Frame<'_>,
    base: &Snapshot,
    dropped: &[RoleName],
    so_far: &Heirs,
    tapes: &mut [Tape],
) -> BTreeMap<RoleName, Option<RoleName>> {
    let tape = &mut tapes.first().cloned().unwrap_or_default();
    let heirs = dropped.iter().map(|name| {
        // Whoever cannot leave a group cannot get a role that bars from groups.
        let holders = base
            .users
            .iter()
            .filter(|(_, user)| user.role.as_ref() == Some(name));
        let stuck = holders
            .map(|(user, _)| user)
            .any(|user| is_stuck(frame, base, so_far, user));
        let heirs = frame
            .roles
            .iter()
            .filter(|role| !stuck || !frame.is_barred(role))
            .cloned();
        (name.clone(), tape.pick(heirs))
    });
    heirs.collect()
}

pub(super) fn of_groups(
    frame: &Frame<'_>,
    dropped: &[GroupName],
    tapes: &mut [Tape],
) -> BTreeMap<GroupName, Option<Principal>> {
    let tape = &mut tapes.first().cloned().unwrap_or_default();
    let kind = frame.system.definition().groups.as_ref();
    let allowed: BTreeSet<PrincipalKind> = kind.map(|kind| kind.transfer_to.clone()).unwrap_or_default();
    let users = frame.users.keys().cloned().map(Principal::User);
    // Groups that are new are there in time, too.
    let groups = frame.groups.iter().cloned().map(Principal::Group);
    let candidates = users.chain(groups).filter(|heir| allowed.contains(&heir.kind()));
    let candidates: Vec<Principal> = candidates.collect();
    let heirs = dropped
        .iter()
        .map(|name| (name.clone(), tape.pick(candidates.iter().cloned())));
    heirs.collect()
}

/// Whether a user is in a group that nothing here can take the user out of: the primary one, one that is made
/// elsewhere, or one that is dropped in a system that wants its members in another.
pub(super) fn is_stuck(frame: &Frame<'_>, base: &Snapshot, heirs: &Heirs, user: &UserName) -> bool {
    let keeps = frame.system.has(Constraint::NotOnlyGroupOfUser);
    let primary = base
        .users
        .get(user)
        .is_some_and(|user| user.primary_group.is_some());
    let held = base.groups.iter().any(|(name, group)| {
        let holds = group.variety.is_some() || (keeps && heirs.groups.contains_key(name));
        holds && group.members.users.contains(user)
    });
    primary || held
}
