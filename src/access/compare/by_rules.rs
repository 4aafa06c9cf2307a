//! What rules bring a class where nothing else can be new: new rules, and new owners of known ones.

use std::borrow::Cow;
use std::rc::Rc;

use super::gains::{Fresh, Gain, Way};
use super::look::Look;
use super::memory::Known;
use crate::access::index::{AbilityKind, AbilityNumber, ModuleNumber};
use crate::access::reach::Reach;
use crate::access::sharing::rule_opens;
use crate::access::sources::Source;
use crate::access::state::Access;

/// Those of some rules that are in a range.
pub(super) fn within(rules: &[u32], range: std::ops::Range<u32>) -> &[u32] {
    let start = rules.partition_point(|rule| *rule < range.start);
    let end = rules.partition_point(|rule| *rule < range.end);
    &rules[start..end.max(start)]
}

impl Look<'_> {
    /// Those of the rules that hold in a module.
    pub(super) fn fresh_rules_in(&self, module: ModuleNumber) -> Cow<'_, [(u32, Option<u32>)]> {
        let states = self.gains;
        if states.same_rules[module.at()] && self.fresh_rules.is_empty() {
            return Cow::Borrowed(&[]);
        }
        let range = states.to.sharing.rules_in(module);
        if states.same_rules[module.at()] {
            let start = self.fresh_rules.partition_point(|(rule, _)| *rule < range.start);
            let fresh = &self.fresh_rules[start..];
            let end = fresh.partition_point(|(rule, _)| *rule < range.end);
            return Cow::Borrowed(&fresh[..end]);
        }
        let old = within(&self.rules[0], states.from.sharing.rules_in(module));
        let known = |rule: u32| {
            let other = states.pairing.other[rule as usize];
            other.filter(|other| old.binary_search(other).is_ok())
        };
        let new = within(&self.rules[1], range);
        let fresh = new.iter().map(|rule| (*rule, known(*rule)));
        let fresh =
            fresh.filter(|(rule, known)| known.is_none() || !states.pairing.nothing_new[*rule as usize]);
        Cow::Owned(fresh.collect())
    }

    /// What new rules, and new owners of known rules, bring where nothing else can be new.
    pub(super) fn rules(
        &self,
        module: ModuleNumber,
        abilities: &[AbilityNumber],
        gains: &mut dyn FnMut(Gain<'_>),
    ) {
        let fresh = self.fresh_rules_in(module);
        if fresh.is_empty() {
            return;
        }
        for ability in abilities {
            let opening = self.opening(*ability, &fresh);
            if opening.is_empty() {
                continue;
            }
            let Some(before) = self.before(module, *ability) else {
                continue;
            };
            for (rule, known) in opening {
                self.rule(rule, known, *ability, &before, gains);
            }
        }
    }

    /// Those of some rules that open an action which the class may do, and what they were before, if they opened it.
    pub(super) fn opening(
        &self,
        ability: AbilityNumber,
        rules: &[(u32, Option<u32>)],
    ) -> Vec<(u32, Option<u32>)> {
        let states = self.gains;
        let AbilityKind::Record { effect, .. } = states.to.index.kind(ability) else {
            return Vec::new();
        };
        let opens =
            |access: &Access<'_>, rule: u32| rule_opens(access.sharing.rules[rule as usize].access, *effect);
        if !self.may(ability) {
            return Vec::new();
        }
        let opening = rules.iter().filter(|(rule, _)| opens(states.to, *rule));
        opening
            .map(|(rule, known)| (*rule, known.filter(|known| opens(states.from, *known))))
            .collect()
    }

    /// What one rule brings; `known` is the same rule before, if it opened the action then.
    fn rule(
        &self,
        rule: u32,
        known: Option<u32>,
        ability: AbilityNumber,
        before: &Known,
        gains: &mut dyn FnMut(Gain<'_>),
    ) {
        let reach = before.fresh(Source::Rule(rule), known.is_some(), || {
            self.beyond(ability, &self.fresh_owners(rule, known, ability), before)
        });
        self.push(ability, Way::Source(Source::Rule(rule)), &reach, gains);
    }

    /// The owners whom a rule opens an action for now and did not before.
    pub(super) fn fresh_owners(&self, rule: u32, known: Option<u32>, ability: AbilityNumber) -> Rc<Fresh> {
        let states = self.gains;
        match known {
            Some(known) => self.fresh_by_rule(rule, known),
            None => {
                let mut all = Reach::default();
                states.to.add_owners(rule, &mut all);
                states.complete(states.to, &self.to, states.to.index.kind(ability), &mut all);
                Rc::new(Fresh {
                    users: all.users,
                    groups: all.groups,
                })
            }
        }
    }

    /// The owners who are new to a rule that was there before.
    pub(super) fn fresh_by_rule(&self, rule: u32, other: u32) -> Rc<Fresh> {
        let states = self.gains;
        let mut memory = states.fresh_by_rule.borrow_mut();
        let fresh = memory.entry(rule).or_insert_with(|| {
            let (mut new, mut old) = (Reach::default(), Reach::default());
            states.to.add_owners(rule, &mut new);
            states.from.add_owners(other, &mut old);
            Rc::new(states.difference((&self.to, new), (&self.from, old)))
        });
        Rc::clone(fresh)
    }
}
