//! What happens to each object of a state on the way to the next.

use std::collections::BTreeMap;

use rolecall::model::{GroupName, RoleName, Snapshot};
use rolecall::system::{NameFormat, System};

use super::Tape;
use super::names;

/// What happens to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    Changed,
    Renamed,
    Dropped,
}

pub(super) fn fate(tape: &mut Tape) -> Fate {
    match tape.below(8) {
        0..3 => Fate::Kept,
        3..5 => Fate::Changed,
        5 => Fate::Renamed,
        _ => Fate::Dropped,
    }
}

/// Objects of one kind by their new names, each with its tape and whether it changes.
pub(super) struct Fates<'t, N> {
    pub(super) stay: Vec<(N, Option<&'t mut Tape>, bool)>,
    pub(super) dropped: Vec<N>,
    pub(super) renames: BTreeMap<N, N>,
}

/// Decides what happens; `pinned` objects keep name and existence, `locked` ones stay as they are altogether.
pub(super) fn fates<'t, N>(
    system: &System,
    format: Option<&NameFormat>,
    names: Vec<N>,
    tapes: &'t mut [Tape],
    pinned: impl Fn(&N) -> bool,
    locked: impl Fn(&N) -> bool,
) -> Fates<'t, N>
where
    N: Clone + Ord + AsRef<str> + From<&'static str>,
{
    let mut taken = names.clone();
    let mut tapes = tapes.iter_mut();
    let mut fates = Fates {
        stay: Vec::new(),
        dropped: Vec::new(),
        renames: BTreeMap::new(),
    };
    for name in names {
        let Some(tape) = tapes.next().filter(|_| !locked(&name)) else {
            fates.stay.push((name, None, false));
            continue;
        };
        let mut fate = fate(tape);
        if pinned(&name) && matches!(fate, Fate::Renamed | Fate::Dropped) {
            fate = Fate::Changed;
        }
        match fate {
            Fate::Kept => fates.stay.push((name, Some(tape), false)),
            Fate::Changed => fates.stay.push((name, Some(tape), true)),
            Fate::Dropped => fates.dropped.push(name),
            Fate::Renamed => {
                let new = format.and_then(|format| names::fresh(tape, system, format, &taken));
                let Some(new) = new.map(N::from) else {
                    fates.stay.push((name, Some(tape), false));
                    continue;
                };
                taken.push(new.clone());
                fates.renames.insert(name, new.clone());
                let changes = tape.chance(4);
                fates.stay.push((new, Some(tape), changes));
            }
        }
    }
    fates
}

/// Roles that stay, superiors first, reshuffled where the tapes say so; built-in ones lead.
pub(super) fn roles_in_order(system: &System, base: &Snapshot, fates: &Fates<'_, RoleName>) -> Vec<RoleName> {
    let builtin = &system.definition().builtin.roles;
    let depth = |name: &RoleName| {
        let above = |name: &RoleName| base.roles.get(name).and_then(|role| role.reports_to.clone());
        std::iter::successors(above(name), above).count()
    };
    let key = |(name, tape, changes): &(RoleName, Option<&mut Tape>, bool)| {
        let shuffled = tape
            .as_ref()
            .filter(|_| *changes)
            .map(|tape| (*tape).clone().below(5));
        match builtin.get(name) {
            Some(role) => (false, usize::from(role.reports_to.is_some())),
            None => (true, shuffled.unwrap_or_else(|| depth(name))),
        }
    };
    ordered(&fates.stay, key)
}

/// Groups that stay, nested ones first, reshuffled where the tapes say so.
pub(super) fn groups_in_order(base: &Snapshot, fates: &Fates<'_, GroupName>) -> Vec<GroupName> {
    fn height(base: &Snapshot, name: &GroupName) -> usize {
        let nested = base
            .groups
            .get(name)
            .into_iter()
            .flat_map(|group| &group.members.groups);
        nested.map(|nested| height(base, nested) + 1).max().unwrap_or(0)
    }
    let key = |(name, tape, changes): &(GroupName, Option<&mut Tape>, bool)| {
        let shuffled = tape
            .as_ref()
            .filter(|_| *changes)
            .map(|tape| (*tape).clone().below(5));
        shuffled.unwrap_or_else(|| height(base, name))
    };
    ordered(&fates.stay, key)
}

fn ordered<T, N: Clone, K: Ord>(
    stay: &[(N, Option<T>, bool)],
    key: impl Fn(&(N, Option<T>, bool)) -> K,
) -> Vec<N> {
    let mut order: Vec<_> = stay.iter().collect();
    order.sort_by_key(|entry| key(entry));
    order.into_iter().map(|(name, ..)| name.clone()).collect()
}
