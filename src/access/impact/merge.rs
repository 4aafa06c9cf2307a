//! Putting gains together that a reader takes for one thing.
//!
//! First the classes of one ability, source and cause. Then abilities that the same people gain about the same owners.
//! Then what the same people gain by the same cause and differs only in module or source.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use roaring::RoaringBitmap;

use super::line::{Direction, Flag};
use crate::access::Ability;
use crate::access::compare::{Cause, Gain, Way};
use crate::access::index::AbilityNumber;
use crate::access::sources::Source;
use crate::access::state::Access;

/// What will become a line.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) direction: Direction,
    pub(super) causes: Rc<BTreeSet<Cause>>,
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

/// Gathers gains of one direction as they come.
pub(super) struct Gathering<'g> {
    /// The state in which they exist.
    state: &'g Access<'g>,
    direction: Direction,
    /// By the number of the causes, the sort of way, and the ability.
    of_classes: HashMap<(u32, Way, AbilityNumber), Draft>,
}

impl<'g> Gathering<'g> {
    pub(super) fn new(state: &'g Access<'g>, direction: Direction) -> Self {
        Self {
            state,
            direction,
            of_classes: HashMap::new(),
        }
    }

    /// Takes a gain in.
    pub(super) fn take(&mut self, gain: &Gain<'_>) {
        let key = (gain.causes.number, kind_of(gain.way), gain.ability);
        let draft = match self.of_classes.entry(key) {
            Entry::Occupied(known) => {
                let known = known.into_mut();
                known.take_gain(gain);
                known
            }
            Entry::Vacant(place) => place.insert(Draft::new(self.direction, gain)),
        };
        // What is open to everyone is not aimed at a superior.
        let to_everyone = || gain.reach.users.len() + 1 >= self.state.index.users.len() as u64;
        if self.direction == Direction::Gain
            && gain.way != Way::Source(Source::Default)
            && !draft.flags.contains(&Flag::SuperiorsRecords)
            && !to_everyone()
            && reaches_superior(self.state, first(gain), &gain.reach.users)
        {
            draft.flags.insert(Flag::SuperiorsRecords);
        }
    }

    /// What has been gathered, with what belongs together in one.
    pub(super) fn drafts(self) -> Vec<Draft> {
        let mut drafts: Vec<_> = self.of_classes.into_iter().collect();
        drafts.sort_by(
            |((_, left_way, left_ability), left), ((_, way, ability), right)| {
                (&left.causes, left_way, left_ability).cmp(&(&right.causes, way, ability))
            },
        );
        let drafts = drafts.into_iter().map(|(_, draft)| ((), draft));
        let same_owners = gather(drafts, |left, right| {
            left.way == right.way && left.who == right.who && left.reaches_same(right)
        });
        // What the same people gain on the same modules by several sources is one thing.
        let same = |left: &Draft, right: &Draft| left.who == right.who && left.own == right.own;
        let by_module = same_owners.into_iter().map(|draft| {
            let modules = draft.modules(self.state);
            ((draft.is_about(self.state), modules), draft)
        });
        let by_module = gather(by_module, same);
        let by_owner = by_module
            .into_iter()
            .map(|draft| (draft.is_about(self.state), draft));
        let by_owner = gather(by_owner, |left, right| {
            same(left, right) && left.reaches_same(right)
        });
        // Few lines can be read one by one; of many those that differ in the module alone become one.
        let mut kin: BTreeMap<(Rc<BTreeSet<Cause>>, Vec<u32>), usize> = BTreeMap::new();
        let kinship = |draft: &Draft| {
            (
                draft.causes.clone(),
                draft.who.iter().take(KIN).collect::<Vec<_>>(),
            )
        };
        for draft in &by_owner {
            *kin.entry(kinship(draft)).or_default() += 1;
        }
        let (many, mut few): (Vec<Draft>, Vec<Draft>) = by_owner
            .into_iter()
            .partition(|draft| kin.get(&kinship(draft)) > Some(&FEW_LINES));
        let many = many.into_iter().map(|draft| (draft.is_about(self.state), draft));
        few.extend(gather(many, same));
        few
    }
}

/// So many lines of one cause and the same people stay apart.
const FEW_LINES: usize = 4;
/// People are taken for the same by so many of them, where it only matters how much to put together.
const KIN: usize = 8;

/// The first of those who gain.
fn first(gain: &Gain<'_>) -> u32 {
    gain.users.first().copied().unwrap_or_default()
}

/// A user, an ability and an owner that show a gain.
fn example(gain: &Gain<'_>) -> (u32, AbilityNumber, Option<Shown>) {
    let first = first(gain);
    let reach = gain.reach;
    let shown = reach.users.iter().find(|owner| *owner != first).map(Shown::User);
    let shown = shown.or_else(|| reach.groups.min().map(Shown::Group));
    let shown = shown.or(reach.own.then_some(Shown::User(first)));
    (first, gain.ability, shown)
}

impl Draft {
    fn new(direction: Direction, gain: &Gain<'_>) -> Self {
        Self {
            direction,
            causes: Rc::clone(&gain.causes.causes),
            abilities: BTreeSet::from([gain.ability]),
            who: gain.users.iter().copied().collect(),
            own: gain.reach.own,
            owners: gain.reach.users.clone(),
            groups: gain.reach.groups.clone(),
            alike: true,
            flags: BTreeSet::new(),
            example: example(gain),
            way: gain.way,
        }
    }

    /// Takes a gain of the same ability in.
    fn take_gain(&mut self, gain: &Gain<'_>) {
        self.who.extend(gain.users);
        let reach = gain.reach;
        if self.own == reach.own && self.owners == reach.users && self.groups == reach.groups {
            return;
        }
        self.alike = false;
        // The source that reaches most shows best what it is about.
        if reach.users.len() + reach.groups.len() > self.owners.len() + self.groups.len() {
            self.example = example(gain);
            self.way = gain.way;
        }
        self.own |= reach.own;
        // Mostly others of the same reach the same, and to see that is cheaper than to unite.
        if !reach.users.is_subset(&self.owners) {
            self.owners |= &reach.users;
        }
        if !reach.groups.is_subset(&self.groups) {
            self.groups |= &reach.groups;
        }
    }

    /// Takes another draft in.
    fn take(&mut self, other: &mut Self) {
        let same = self.reaches_same(other);
        self.alike &= same && other.alike;
        // The source that reaches most shows best what it is about.
        if other.owners.len() + other.groups.len() > self.owners.len() + self.groups.len() {
            self.example = other.example;
            self.way = other.way;
        }
        self.abilities.append(&mut other.abilities);
        self.who |= std::mem::take(&mut other.who);
        if !same {
            self.own |= other.own;
            self.owners |= std::mem::take(&mut other.owners);
            self.groups |= std::mem::take(&mut other.groups);
        }
        self.flags.append(&mut other.flags);
    }

    fn reaches_same(&self, other: &Self) -> bool {
        self.own == other.own && self.owners == other.owners && self.groups == other.groups
    }

    /// The modules it is about.
    fn modules(&self, state: &Access<'_>) -> BTreeSet<crate::model::ModuleName> {
        let abilities = self.abilities.iter().map(|ability| state.index.named(*ability));
        abilities
            .filter_map(|ability| match ability {
                Ability::Action { module, .. } | Ability::Field { module, .. } => Some(module.clone()),
                Ability::Permission(_)
                | Ability::Service(_)
                | Ability::Role(_)
                | Ability::Authorisation { .. } => None,
            })
            .collect()
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

/// Puts drafts of one cause and sort together that belong together.
fn gather<S: Ord>(
    drafts: impl Iterator<Item = (S, Draft)>,
    together: impl Fn(&Draft, &Draft) -> bool,
) -> Vec<Draft> {
    let mut alike: BTreeMap<(Rc<BTreeSet<Cause>>, S), Vec<Draft>> = BTreeMap::new();
    for (sort, mut draft) in drafts {
        let known = alike.entry((draft.causes.clone(), sort)).or_default();
        match known.iter_mut().find(|known| together(known, &draft)) {
            Some(known) => known.take(&mut draft),
            None => known.push(draft),
        }
    }
    alike.into_values().flatten().collect()
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
