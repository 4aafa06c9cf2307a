//! Putting gains together that a reader takes for one thing.
//!
//! First the classes of one ability, source and cause. Then abilities that the same people gain about the same owners.
//! Then what the same people gain by the same cause and differs only in module or source.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;

use super::line::{Direction, Flag};
use crate::access::Ability;
use crate::access::compare::{Cause, Gain, Way};
use crate::access::index::AbilityNumber;
use crate::access::state::{Access, Source};

/// What will become a line.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) direction: Direction,
    pub(super) causes: BTreeSet<Cause>,
    pub(super) abilities: BTreeSet<AbilityNumber>,
    pub(super) who: RoaringBitmap,
    pub(super) own: bool,
    pub(super) owners: RoaringBitmap,
    pub(super) groups: RoaringBitmap,
    /// Whether each of the people gains all of it.
    pub(super) alike: bool,
    pub(super) flags: BTreeSet<Flag>,
    /// A user, an ability and an owner that show it.
    pub(super) example: (u32, AbilityNumber, Option<Shown>),
    /// By what, when it is one thing.
    pub(super) way: Way,
}

/// An owner who shows what a line means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    User(u32),
    Group(u32),
}

/// Ways that differ only in whom they belong to are one.
fn kind_of(way: Way) -> Way {
    match way {
        Way::Opened => Way::Opened,
        Way::Source(source) => Way::Source(match source {
            Source::Service(_) => Source::Service(crate::access::index::GroupNumber(0)),
            Source::Authorisation(_) => Source::Authorisation(crate::access::index::GroupNumber(0)),
            Source::HeadAuthorisation(_) => Source::HeadAuthorisation(crate::access::index::GroupNumber(0)),
            Source::GroupRole(_) => Source::GroupRole(crate::access::index::GroupNumber(0)),
            same @ (Source::Administrator
            | Source::SuperRole
            | Source::Global(_)
            | Source::Right
            | Source::All
            | Source::Own
            | Source::Created
            | Source::Group
            | Source::GroupOwned
            | Source::Subordinates
            | Source::GroupsOfSubordinates
            | Source::Default
            | Source::Rule(_)
            | Source::RuleForSubordinate(_)
            | Source::ServiceForAll) => same,
        }),
    }
}

/// Drafts of all gains of one direction. `state` is the one in which they exist, `superiors` tells whose records are
/// a superior's.
pub(super) fn drafts(state: &Access<'_>, direction: Direction, gains: Vec<Gain>) -> Vec<Draft> {
    let mut of_classes: BTreeMap<(BTreeSet<Cause>, Way, AbilityNumber), Draft> = BTreeMap::new();
    for gain in gains {
        let first = gain.users.first().copied().unwrap_or_default();
        let shown = gain.owners.iter().find(|owner| *owner != first).map(Shown::User);
        let shown = shown.or_else(|| gain.groups.min().map(Shown::Group));
        let shown = shown.or(gain.own.then_some(Shown::User(first)));
        let mut flags = BTreeSet::new();
        if direction == Direction::Gain && reaches_superior(state, first, &gain.owners) {
            flags.insert(Flag::SuperiorsRecords);
        }
        let mut draft = Draft {
            direction,
            causes: gain.causes.clone(),
            abilities: BTreeSet::from([gain.ability]),
            who: gain.users.iter().copied().collect(),
            own: gain.own,
            owners: gain.owners,
            groups: gain.groups,
            alike: true,
            flags,
            example: (first, gain.ability, shown),
            way: gain.way,
        };
        of_classes
            .entry((gain.causes, kind_of(gain.way), gain.ability))
            .and_modify(|known| known.take(&mut draft))
            .or_insert(draft);
    }
    let same_owners = gather(of_classes.into_values(), |left, right| {
        left.way == right.way && left.who == right.who && left.reaches_same(right)
    });
    gather(same_owners.into_iter(), |left, right| {
        left.who == right.who && left.own == right.own && left.is_about(state) == right.is_about(state)
    })
}

impl Draft {
    /// Takes another draft in.
    fn take(&mut self, other: &mut Self) {
        let alike = self.reaches_same(other) && self.alike && other.alike;
        self.alike = alike;
        self.abilities.append(&mut other.abilities);
        self.who |= std::mem::take(&mut other.who);
        self.own |= other.own;
        self.owners |= std::mem::take(&mut other.owners);
        self.groups |= std::mem::take(&mut other.groups);
        self.flags.append(&mut other.flags);
        if kind_of(self.way) != kind_of(other.way) {
            self.way = Way::Opened;
        }
    }

    fn reaches_same(&self, other: &Self) -> bool {
        self.own == other.own && self.owners == other.owners && self.groups == other.groups
    }

    /// The actions, or the sort of ability: lines that differ in this are not one.
    fn is_about(&self, state: &Access<'_>) -> BTreeSet<String> {
        let abilities = self.abilities.iter().map(|ability| state.index.named(*ability));
        abilities
            .map(|ability| match ability {
                Ability::Action { action, .. } => {
                    if state
                        .index
                        .ability_number(ability)
                        .is_some_and(|number| state.index.kind(number).has_targets())
                    {
                        format!("record {action}")
                    } else {
                        "function".to_owned()
                    }
                }
                Ability::Field { used, .. } => format!("field {used:?}"),
                Ability::Permission(_) => "permission".to_owned(),
                Ability::Service(_) => "service".to_owned(),
                Ability::Role(_) => "role".to_owned(),
                Ability::Authorisation { .. } => "authorisation".to_owned(),
            })
            .collect()
    }
}

/// Puts drafts of one cause together that belong together.
fn gather(drafts: impl Iterator<Item = Draft>, together: impl Fn(&Draft, &Draft) -> bool) -> Vec<Draft> {
    let mut by_cause: BTreeMap<BTreeSet<Cause>, Vec<Draft>> = BTreeMap::new();
    for mut draft in drafts {
        let known = by_cause.entry(draft.causes.clone()).or_default();
        match known.iter_mut().find(|known| together(known, &draft)) {
            Some(known) => known.take(&mut draft),
            None => known.push(draft),
        }
    }
    by_cause.into_values().flatten().collect()
}

/// Whether records of someone above a user are among those of some owners.
fn reaches_superior(state: &Access<'_>, user: u32, owners: &RoaringBitmap) -> bool {
    if owners.is_empty() {
        return false;
    }
    let Some(role) = state.hierarchy.role_of[user as usize] else {
        return false;
    };
    let mut above = state.hierarchy.above(role).into_iter();
    above.any(|above| !state.hierarchy.users[above.at()].is_disjoint(owners))
}
