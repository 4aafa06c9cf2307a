//! One class in both states: what it gains, source by source.
//!
//! Nothing is computed that cannot have moved: a module is passed over when right, groups, hierarchy and rules are the
//! same, a source when it covers the same, and of a rule that the class had before only the owners who are new to it
//! are looked at.

use std::borrow::Cow;
use std::rc::Rc;

use roaring::RoaringBitmap;

use super::by_rules::within;
use super::causes::Causes;
use super::classes::Class;
use super::gains::{Fresh, Gain, Gains, Way};
use super::memory::{Causing, Known, Memory};
use crate::access::decide::Target;
use crate::access::index::{AbilityKind, AbilityNumber, GroupNumber, ModuleNumber, RoleNumber, UserNumber};
use crate::access::reach::Reach;
use crate::access::sources::Source;
use crate::access::state::{Access, Standing};
use crate::model::Level;

/// Of fewer owners it is asked one by one whether they were reached before.
const ONE_BY_ONE: u64 = 48;

/// One class in both states.
pub(super) struct Look<'l> {
    pub(super) gains: &'l Gains<'l>,
    pub(super) class: &'l Class,
    pub(super) from: Standing,
    pub(super) to: Standing,
    pub(super) no_rights: bool,
    pub(super) flags_same: bool,
    pub(super) no_groups: bool,
    pub(super) nobody_below: bool,
    /// Whether records that change hands can be reached otherwise than by a rule.
    pub(super) transfers: bool,
    /// The rules that the class has, before and after, in order.
    pub(super) rules: [Rc<[u32]>; 2],
    /// Those of the rules that can bring something, and what they were before, if the class had them.
    pub(super) fresh_rules: Vec<(u32, Option<u32>)>,
    pub(super) memory: Memory,
}

impl Look<'_> {
    /// Whether nothing about a module's records can be new for this class except by rules.
    pub(super) fn is_settled_but_for_rules(&self, module: ModuleNumber) -> bool {
        let gains = self.gains;
        let same = !self.transfers && self.flags_same && self.nobody_below && self.no_groups;
        if !same || !gains.same_installation || !gains.module_closed[module.at()] {
            return false;
        }
        let reaches_members = |ability: &AbilityNumber| {
            let right = gains.to.right(&self.to, *ability);
            right == Some(Level::Group)
                && (!gains.transfers.is_empty()
                    || self
                        .to
                        .in_force
                        .iter()
                        .any(|group| gains.affected.contains(group)))
        };
        let abilities = &gains.records[module.at()];
        if gains.group_levels && abilities.iter().any(reaches_members) {
            return false;
        }
        let no_right = |ability: &AbilityNumber| {
            let global = |access: &Access<'_>, standing| access.global(standing, *ability).is_some();
            gains.to.right(&self.to, *ability) <= gains.from.right(&self.from, *ability)
                && global(gains.to, &self.to) <= global(gains.from, &self.from)
        };
        self.no_rights || abilities.iter().all(no_right)
    }

    /// Whether the class has the right, or needs none.
    pub(super) fn may(&self, ability: AbilityNumber) -> bool {
        let states = self.gains;
        states.to.right(&self.to, ability).is_some()
            || !states.to.system.definition().access.rights_gate_sharing
    }

    /// What opened an action on a module's records before; `None` where nothing or everything was open.
    pub(super) fn before(&self, module: ModuleNumber, ability: AbilityNumber) -> Option<Rc<Known>> {
        let from = self.gains.from;
        let rules = within(&self.rules[0], from.sharing.rules_in(module));
        let mut before = Vec::new();
        from.sources_given(&self.from, ability, Some(rules), &mut |source| {
            before.push(source)
        });
        let everything = |source: &Source| from.opens_everything(ability, *source);
        if before.is_empty() || before.iter().any(everything) {
            return None;
        }
        Some(self.memory.known(&before))
    }

    /// Those of some owners on whose records nothing could be done before.
    pub(super) fn beyond(&self, ability: AbilityNumber, fresh: &Fresh, before: &Known) -> Reach {
        let mut reach = Reach::default();
        if fresh.users.len() + fresh.groups.len() <= ONE_BY_ONE {
            self.not_reached(ability, fresh, before.sources(), &mut reach);
        } else {
            let old = self.added_up(ability, before);
            reach.users = &fresh.users - &old.users;
            reach.groups = &fresh.groups - &old.groups;
        }
        self.clip(ability, &mut reach);
        reach
    }

    /// What was reached before.
    fn added_up<'k>(&self, ability: AbilityNumber, before: &'k Known) -> &'k Reach {
        let states = self.gains;
        before.reach(|| states.reach(states.from, &self.from, ability, before.sources()))
    }

    /// What caused a gain; seeing and editing the same by the same source have one cause.
    fn causes(&self, ability: AbilityNumber, way: Way, reach: &Rc<Reach>) -> Causing {
        let states = self.gains;
        let find = || {
            let causes = Causes::new(states, &self.from, &self.to).of(ability, way, reach);
            states.cause_sets.number(causes)
        };
        let Way::Source(Source::Rule(_) | Source::Subordinates | Source::GroupOwned) = way else {
            return find();
        };
        self.memory.causes(way, reach, find)
    }

    pub(super) fn flat(&mut self, ability: AbilityNumber, gains: &mut dyn FnMut(Gain<'_>)) {
        let states = self.gains;
        if states.to.allows(&self.to, ability, None) && !states.from.allows(&self.from, ability, None) {
            self.push(ability, Way::Opened, &states.nobody, gains);
        }
    }

    /// What groups give, and permissions that are about people or groups.
    pub(super) fn aimed(&mut self, ability: AbilityNumber, gains: &mut dyn FnMut(Gain<'_>)) {
        let states = self.gains;
        let mut sources = Vec::new();
        states
            .to
            .sources(&self.to, ability, &mut |source| sources.push(source));
        if sources.is_empty() {
            return;
        }
        if !states.to.index.kind(ability).has_targets() {
            self.flat(ability, gains);
            return;
        }
        self.targeted(ability, &sources, gains);
    }

    pub(super) fn records(
        &mut self,
        ability: AbilityNumber,
        module: ModuleNumber,
        gains: &mut dyn FnMut(Gain<'_>),
    ) {
        let states = self.gains;
        let rules = within(&self.rules[1], states.to.sharing.rules_in(module));
        let mut sources = Vec::new();
        states
            .to
            .sources_given(&self.to, ability, Some(rules), &mut |source| sources.push(source));
        if sources.is_empty() {
            return;
        }
        let rules = within(&self.rules[0], states.from.sharing.rules_in(module));
        let mut old = Vec::new();
        states
            .from
            .sources_given(&self.from, ability, Some(rules), &mut |source| old.push(source));
        self.between(ability, &old, &sources, gains);
    }

    fn targeted(&mut self, ability: AbilityNumber, sources: &[Source], gains: &mut dyn FnMut(Gain<'_>)) {
        let states = self.gains;
        let mut old = Vec::new();
        states
            .from
            .sources(&self.from, ability, &mut |source| old.push(source));
        self.between(ability, &old, sources, gains);
    }

    /// What sources give that older ones did not.
    fn between(
        &self,
        ability: AbilityNumber,
        old: &[Source],
        sources: &[Source],
        gains: &mut dyn FnMut(Gain<'_>),
    ) {
        let states = self.gains;
        let kind = states.to.index.kind(ability);
        let is_record = matches!(kind, AbilityKind::Record { .. });
        if old.is_empty() {
            let find = || {
                let mut reach = states.reach(states.to, &self.to, ability, sources);
                self.clip(ability, &mut reach);
                reach
            };
            let reach = if is_record {
                self.memory.opened(sources, find)
            } else {
                Rc::new(find())
            };
            self.push(ability, Way::Opened, &reach, gains);
            return;
        }
        if let Some(source) = self.everything_at_once(ability, sources, old) {
            let mut reach = Reach {
                everyone: true,
                ..Reach::default()
            };
            states.complete(states.to, &self.to, kind, &mut reach);
            self.clip(ability, &mut reach);
            self.push(ability, Way::Source(source), &Rc::new(reach), gains);
            return;
        }
        let mut sorted = Cow::Borrowed(old);
        if !old.is_sorted() {
            sorted.to_mut().sort_unstable();
        }
        // Of records, what was reached does not depend on the action; of anything else it can.
        let mut before: Option<Rc<Known>> = None;
        for source in sources {
            if self.is_same(*source, &sorted) {
                continue;
            }
            let before = before.get_or_insert_with(|| {
                if is_record {
                    self.memory.known(old)
                } else {
                    Rc::new(Known::new(old))
                }
            });
            let find = || match self.fresh(*source, &sorted) {
                Some(fresh) if fresh.users.is_empty() && fresh.groups.is_empty() => Reach::default(),
                // What it covered already was reached before, so that only the rest can be new.
                Some(fresh) => self.beyond(ability, &fresh, before),
                None => {
                    let known = self.added_up(ability, before);
                    let mut reach = Reach::default();
                    states.to.add(&self.to, ability, *source, &mut reach);
                    states.complete(states.to, &self.to, kind, &mut reach);
                    reach.own &= !known.own;
                    reach.users -= &known.users;
                    reach.groups -= &known.groups;
                    self.clip(ability, &mut reach);
                    reach
                }
            };
            // What two sources open is told once, but caused by both.
            let reach = before.fresh(*source, true, find);
            self.push(ability, Way::Source(*source), &reach, gains);
        }
    }

    /// The source by which everyone is reached now, when it is plain without adding up sets that not everyone was.
    ///
    /// A wider default opens everything for everyone, and what each of them had reached before fills no report.
    fn everything_at_once(
        &self,
        ability: AbilityNumber,
        sources: &[Source],
        old: &[Source],
    ) -> Option<Source> {
        let states = self.gains;
        if states.singly || !matches!(states.to.index.kind(ability), AbilityKind::Record { .. }) {
            return None;
        }
        let opens = |access: &Access<'_>, source: &&Source| access.opens_everything(ability, **source);
        let source = sources.iter().find(|source| opens(states.to, source))?;
        let bounds = old.iter().map(|source| states.from.at_most(&self.from, *source));
        let before = bounds.fold(0, u64::saturating_add);
        (before < states.owning_users.len()).then_some(*source)
    }

    /// What is new about a source that the class had before too; `None` when it had not.
    fn fresh(&self, source: Source, known: &[Source]) -> Option<Rc<Fresh>> {
        let states = self.gains;
        match source {
            Source::Rule(rule) => {
                let other = states.pairing.other[rule as usize]?;
                known.binary_search(&Source::Rule(other)).ok()?;
                Some(self.fresh_by_rule(rule, other))
            }
            Source::Subordinates => {
                known.binary_search(&source).ok()?;
                Some(self.fresh_below())
            }
            Source::Administrator
            | Source::SuperRole
            | Source::Global(_)
            | Source::Right
            | Source::All
            | Source::Own
            | Source::Created
            | Source::Group
            | Source::GroupOwned
            | Source::GroupsOfSubordinates
            | Source::Default
            | Source::RuleForSubordinate(_)
            | Source::ServiceForAll
            | Source::Service(_)
            | Source::Authorisation(_)
            | Source::HeadAuthorisation(_)
            | Source::GroupRole(_) => None,
        }
    }

    /// The owners who are below now and were not.
    pub(super) fn fresh_below(&self) -> Rc<Fresh> {
        let states = self.gains;
        let roles = [self.from.role, self.to.role];
        let mut memory = states.fresh_by_role.borrow_mut();
        let fresh = memory.entry(roles).or_insert_with(|| {
            let below = |access: &Access<'_>, role: Option<RoleNumber>| Reach {
                users: role.map_or_else(RoaringBitmap::new, |role| access.subordinates(role)),
                ..Reach::default()
            };
            let new = below(states.to, self.to.role);
            let old = below(states.from, self.from.role);
            Rc::new(states.difference((&self.to, new), (&self.from, old)))
        });
        Rc::clone(fresh)
    }

    /// Adds the owners of a few that nothing covered before.
    fn not_reached(&self, ability: AbilityNumber, fresh: &Fresh, old: &[Source], reach: &mut Reach) {
        let states = self.gains;
        let covered = |target| {
            let mut old = old.iter();
            old.any(|source| states.from.covers(&self.from, ability, *source, Some(target)))
        };
        let users = fresh.users.iter();
        // To oneself a class cannot answer as one: whether oneself was reached is said by the sources' own.
        let others = users.filter(|user| *user != self.from.user.0 || self.class.users.len() > 1);
        let asked = others.filter(|user| {
            let itself = *user == self.from.user.0;
            let target = Target::User(UserNumber(*user));
            if itself {
                !old.iter()
                    .any(|source| states.covers_as_other(self, ability, *source, *user))
            } else {
                !covered(target)
            }
        });
        reach.users = asked.collect();
        let groups = fresh.groups.iter().filter(|group| {
            let heir = states
                .transfers
                .heir(*group)
                .filter(|_| !states.transferred_in_to);
            !covered(heir.unwrap_or(Target::Group(GroupNumber(*group))))
        });
        reach.groups = groups.collect();
    }

    /// Whether a source reached the same in the other state.
    fn is_same(&self, source: Source, known: &[Source]) -> bool {
        let known = |source: &Source| known.binary_search(source).is_ok();
        let states = self.gains;
        let no_transfers = !self.transfers;
        match source {
            Source::Rule(rule) => {
                let other = states.pairing.other[rule as usize].map(Source::Rule);
                states.pairing.nothing_new[rule as usize] && other.is_some_and(|other| known(&other))
            }
            Source::GroupOwned => no_transfers && self.no_groups && known(&source),
            Source::Subordinates => self.nobody_below && no_transfers && known(&source),
            Source::Own => no_transfers && known(&source),
            Source::Administrator
            | Source::SuperRole
            | Source::Global(_)
            | Source::Right
            | Source::All
            | Source::Default
            | Source::ServiceForAll => known(&source),
            Source::Created
            | Source::Group
            | Source::GroupsOfSubordinates
            | Source::RuleForSubordinate(_)
            | Source::Service(_)
            | Source::Authorisation(_)
            | Source::HeadAuthorisation(_)
            | Source::GroupRole(_) => false,
        }
    }

    /// Leaves out of a reach what is nobody's gain.
    fn clip(&self, ability: AbilityNumber, reach: &mut Reach) {
        let states = self.gains;
        states.leave_out_new(states.to.index.kind(ability), reach);
        // Of a user who is new, nothing was anyone's to begin with.
        reach.own &= states.owning_users.contains(self.class.first.0);
        if let [only] = self.class.users[..] {
            reach.users.remove(only);
        }
    }

    pub(super) fn push(
        &self,
        ability: AbilityNumber,
        way: Way,
        reach: &Rc<Reach>,
        gains: &mut dyn FnMut(Gain<'_>),
    ) {
        let has_targets = self.gains.to.index.kind(ability).has_targets();
        if has_targets && reach.users.is_empty() && reach.groups.is_empty() && !reach.own {
            return;
        }
        let causes = self.causes(ability, way, reach);
        gains(Gain {
            users: &self.class.users,
            ability,
            way,
            reach,
            causes: &causes,
        });
    }
}
