//! From drafts to lines: names, counts, examples, order.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use roaring::RoaringBitmap;

use super::Impact;
use super::describe::Describe;
use super::line::{Direction, Flag, Line, What, Whose};
use super::merge::{Draft, Gathering, Shown};
use super::risk::{flags_of, risk};
use crate::access::compare::{Cause, Comparison, Gain, Way};
use crate::access::decide::Target;
use crate::access::index::UserNumber;
use crate::access::sharing::Party;
use crate::access::sources::Source;
use crate::access::state::Access;
use crate::access::{Ability, Grant};
use crate::model::{Identity, ModuleName, Principal, UserName};

pub(super) fn impact(comparison: &Comparison<'_>, author: Option<&UserName>) -> Impact {
    if comparison.touched.is_empty() && !comparison.transfers_records() {
        return Impact::default();
    }
    let (before, after) = (comparison.before, comparison.after);
    let old = before.administrator_set();
    let new = after.administrator_set();
    let became = Promotion::new(comparison, Direction::Gain, &new - &old);
    let ceased = Promotion::new(comparison, Direction::Loss, &old - &new);

    let mut people = RoaringBitmap::new();
    let mut lines = Vec::new();
    let mut effective = BTreeSet::new();
    let author = author.and_then(|author| after.index.users.number(author));
    for (promotion, state) in [(became, after), (ceased, before)] {
        let direction = promotion.direction;
        people |= &promotion.who;
        let mut gathering = Gathering::new(state, direction);
        let mut causes = BTreeSet::new();
        let mut each = |gain: Gain<'_>| {
            if promotion.makes_one(state, &gain) {
                causes.extend(gain.causes.causes.iter().cloned());
            }
            gathering.take(&gain);
        };
        match direction {
            Direction::Gain => comparison.gains(false, &mut each),
            Direction::Loss => comparison.losses(false, &mut each),
        }
        let mut maker = Maker {
            comparison,
            state,
            moved: moved(comparison),
            effective: RoaringBitmap::new(),
            effective_objects: HashSet::new(),
            everyone: state.index.users.iter().map(|(user, _)| user).collect(),
            author,
        };
        lines.extend(maker.promoted(&promotion, &causes));
        for draft in gathering.drafts() {
            people |= &draft.who;
            // Someone who may do everything now is told as that, not ability by ability.
            let rest = &draft.who - &promotion.unlimited;
            if !rest.is_empty() {
                lines.push(maker.line(Draft { who: rest, ..draft }));
            }
        }
        effective.extend(maker.into_effective());
    }
    lines.sort_by(|left, right| {
        let reach = |line: &Line| line.people * line.whose.as_ref().map_or(1, |whose| whose.owners.max(1));
        let key = |line: &Line| (line.risk, line.direction, std::cmp::Reverse(reach(line)));
        key(left).cmp(&key(right))
    });
    Impact {
        effective,
        people: people.len(),
        lines,
    }
}

/// Users who become administrators in effect, or cease to be.
struct Promotion {
    direction: Direction,
    who: RoaringBitmap,
    /// Those of them who may do everything.
    unlimited: RoaringBitmap,
}

impl Promotion {
    fn new(comparison: &Comparison<'_>, direction: Direction, who: RoaringBitmap) -> Self {
        let state = match direction {
            Direction::Gain => comparison.after,
            Direction::Loss => comparison.before,
        };
        let unlimited = who
            .iter()
            .filter(|user| state.unlimited(UserNumber(*user)).is_some());
        Self {
            direction,
            unlimited: unlimited.collect(),
            who,
        }
    }

    /// Whether a gain is of what makes some of them administrators.
    fn makes_one(&self, state: &Access<'_>, gain: &Gain<'_>) -> bool {
        if self.who.is_empty() {
            return false;
        }
        let administrative = &state.system.definition().access.administrative_permissions;
        let permission = match state.index.named(gain.ability) {
            Ability::Permission(id) => administrative.contains_key(id),
            Ability::Action { .. }
            | Ability::Field { .. }
            | Ability::Service(_)
            | Ability::Role(_)
            | Ability::Authorisation { .. } => false,
        };
        let of_them = |set: &RoaringBitmap| gain.users.iter().any(|user| set.contains(*user));
        (permission && of_them(&self.who)) || of_them(&self.unlimited)
    }
}

/// Makes lines of one direction.
struct Maker<'m> {
    comparison: &'m Comparison<'m>,
    /// The state in which the gains exist.
    state: &'m Access<'m>,
    everyone: RoaringBitmap,
    author: Option<u32>,
    /// Users who have another role, and the objects behind that, in the order of the objects.
    moved: Vec<(u32, Identity)>,
    /// Those of them who, and the other objects that, caused a line.
    effective: RoaringBitmap,
    effective_objects: HashSet<Identity>,
}

/// Users who have another role, by the object behind that: the user, or the role that went.
fn moved(comparison: &Comparison<'_>) -> Vec<(u32, Identity)> {
    let (before, after) = (comparison.before, comparison.after);
    let mut gone: BTreeMap<u32, bool> = BTreeMap::new();
    let moved = comparison.touched.users.iter().map(|user| {
        let role = before.hierarchy.role(UserNumber(user));
        let gone = role.filter(|role| {
            *gone
                .entry(role.0)
                .or_insert_with(|| !after.snapshot.roles.contains_key(before.index.roles.name(role.0)))
        });
        let object = match gone {
            Some(role) => Identity::Role(before.role_name(role)),
            None => Identity::User(before.index.users.name(user).clone()),
        };
        (user, object)
    });
    let mut moved: Vec<_> = moved.collect();
    moved.sort_by(|(_, left), (_, right)| left.cmp(right));
    moved
}

impl Maker<'_> {
    fn promoted(&mut self, promotion: &Promotion, causes: &BTreeSet<Cause>) -> Option<Line> {
        if promotion.who.is_empty() {
            return None;
        }
        let what = What::Administration;
        let mut flags = flags_of(self.state, promotion.direction, &what);
        self.flag_author(promotion.direction, &promotion.who, &mut flags);
        let people = promotion.who.len();
        let causes = self.causes(causes, &promotion.who, &RoaringBitmap::new());
        Some(Line {
            risk: risk(self.state, promotion.direction, &flags, people, &what, None),
            flags,
            direction: promotion.direction,
            who: self.people(&promotion.who, &[]),
            people,
            what,
            whose: None,
            example: None,
            causes,
        })
    }

    fn flag_author(&self, direction: Direction, who: &RoaringBitmap, flags: &mut BTreeSet<Flag>) {
        if direction == Direction::Gain && self.author.is_some_and(|author| who.contains(author)) {
            flags.insert(Flag::AuthorGains);
        }
    }

    fn people(&self, who: &RoaringBitmap, likely: &[Party]) -> super::Crowd {
        Describe::new(self.state, &self.state.active, &RoaringBitmap::new()).crowd(
            who,
            &RoaringBitmap::new(),
            likely,
        )
    }

    fn line(&mut self, draft: Draft) -> Line {
        let state = self.state;
        let names = draft
            .abilities
            .iter()
            .map(|ability| state.index.named(*ability).clone());
        let what = What::Abilities(names.collect());
        let has_targets = draft
            .abilities
            .iter()
            .any(|ability| state.index.kind(*ability).has_targets());
        let (likely_who, likely_whose) = self.parties(&draft);
        let mut owners = draft.owners.clone();
        if draft.who.len() == 1 {
            owners -= &draft.who;
        }
        let whose = has_targets.then(|| Whose {
            own: draft.own,
            others: {
                // Nobody reaches oneself by it, and nobody is missing for that.
                let covered = !owners.is_empty() && owners.union_len(&draft.who) >= self.everyone.len();
                Describe::new(state, &self.everyone, self.comparison.groups_with_records()).crowd(
                    if covered { &self.everyone } else { &owners },
                    &draft.groups,
                    &likely_whose,
                )
            },
            owners: owners.len() + draft.groups.len(),
            alike: draft.alike,
            records: self.records(&draft, &owners),
        });
        let mut flags = flags_of(state, draft.direction, &what);
        flags.extend(&draft.flags);
        self.flag_author(draft.direction, &draft.who, &mut flags);
        let people = draft.who.len();
        let causes = self.causes(&draft.causes, &draft.who, &owners);
        Line {
            risk: risk(state, draft.direction, &flags, people, &what, whose.as_ref()),
            flags,
            direction: draft.direction,
            who: self.people(&draft.who, &likely_who),
            people,
            what,
            whose,
            example: self.example(&draft),
            causes,
        }
    }

    /// Whom the people and the owners most likely are: those whom the rule, or a changed group, names.
    fn parties(&self, draft: &Draft) -> (Vec<Party>, Vec<Party>) {
        let (mut who, mut whose) = (Vec::new(), Vec::new());
        if let Way::Source(Source::Rule(rule)) = draft.way {
            let rule = &self.state.sharing.rules[rule as usize];
            who.push(rule.to);
            whose.push(rule.from);
        }
        for cause in draft.causes.iter() {
            let Cause::Object(identity) = cause else { continue };
            let party = match identity {
                Identity::Group(name) => self.state.group(name).ok().map(Party::Group),
                Identity::Role(name) => self.state.role(name).ok().map(Party::Role),
                Identity::Profile(_)
                | Identity::SharingDefault(_)
                | Identity::SharingRule(_)
                | Identity::User(_) => None,
            };
            who.extend(party);
            whose.extend(party);
        }
        (who, whose)
    }

    /// How many records the owners have in the modules in question, where they are counted.
    fn records(&self, draft: &Draft, owners: &RoaringBitmap) -> Option<u64> {
        let counted = &self.comparison.before.snapshot.records.0;
        if counted.is_empty() {
            return None;
        }
        let modules: BTreeSet<&ModuleName> = draft
            .abilities
            .iter()
            .filter_map(|ability| match self.state.index.named(*ability) {
                Ability::Action { module, .. } => Some(module),
                Ability::Field { .. }
                | Ability::Permission(_)
                | Ability::Service(_)
                | Ability::Role(_)
                | Ability::Authorisation { .. } => None,
            })
            .collect();
        let index = &self.state.index;
        let covered = |principal: &Principal| match principal {
            Principal::User(name) => index.users.number(name).is_some_and(|user| owners.contains(user)),
            Principal::Group(name) => {
                let number = index.groups.number(name);
                number.is_some_and(|group| draft.groups.contains(group))
            }
            Principal::Everyone | Principal::Role(_) | Principal::RoleAndSubordinates(_) => false,
        };
        let counts = counted.iter().filter(|(owner, _)| covered(owner));
        let counts = counts.flat_map(|(_, counts)| counts.iter());
        let counts = counts.filter(|(module, _)| modules.contains(module));
        Some(counts.map(|(_, count)| count).sum())
    }

    fn example(&self, draft: &Draft) -> Option<(UserName, Grant)> {
        let (user, ability, shown) = draft.example;
        let user = if draft.who.contains(user) {
            user
        } else {
            draft.who.min()?
        };
        let target = match shown {
            Some(Shown::User(owner)) => Some(Target::User(UserNumber(owner))),
            // Records of a group that is gone are its heir's.
            Some(Shown::Group(group)) => Some(self.comparison.heir(self.state, group)),
            None => None,
        };
        let grant = self
            .state
            .first_grant(UserNumber(user), ability, target, draft.way)?;
        Some((self.state.index.users.name(user).clone(), grant))
    }

    /// The objects behind causes: whoever has another role has it by a change of the user, or because the role went.
    fn causes(
        &mut self,
        causes: &BTreeSet<Cause>,
        who: &RoaringBitmap,
        owners: &RoaringBitmap,
    ) -> BTreeSet<Identity> {
        let touched = &self.comparison.touched;
        let mut named = Vec::new();
        let mut moved = RoaringBitmap::new();
        for cause in causes {
            match cause {
                Cause::Object(identity) => named.push(identity.clone()),
                Cause::OwnRole => moved |= who & &touched.users,
                Cause::Oneself => {
                    let users = (who & &touched.people).into_iter();
                    let names = users.map(|user| self.state.index.users.name(user));
                    named.extend(names.map(|name| Identity::User(name.clone())));
                }
                Cause::OwnersRole => moved |= owners & &touched.users,
            }
        }
        for object in &named {
            if !self.effective_objects.contains(object) {
                self.effective_objects.insert(object.clone());
            }
        }
        if !moved.is_empty() {
            let changes = self.moved.iter().filter(|(user, _)| moved.contains(*user));
            named.extend(changes.map(|(_, object)| object.clone()));
            self.effective |= moved;
        }
        // Mostly in order, which a set takes in one go.
        named.into_iter().collect()
    }

    /// Every object behind a line that was made.
    fn into_effective(self) -> impl Iterator<Item = Identity> {
        let effective = self.effective;
        let moved = self.moved.into_iter();
        let moved = moved.filter(move |(user, _)| effective.contains(*user));
        self.effective_objects
            .into_iter()
            .chain(moved.map(|(_, object)| object))
    }
}
