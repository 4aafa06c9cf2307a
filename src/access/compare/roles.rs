//! What a change of role, or none, brings, and what everyone in a role gains: found once for the role.
//!
//! Most people keep role and groups and gain only because records that rules of their role open, or that people below
//! own, have new owners. They reach at least what the role alone reaches. So what the role gains is found once, and of
//! a class it is only asked how much of that it had reached otherwise.

use std::collections::HashMap;
use std::rc::Rc;

use super::classes::Class;
use super::gains::{Fresh, Gain, Gains, Way, is_within};
use super::look::Look;
use super::memory::{Memory, Received};
use crate::access::index::{AbilityNumber, ModuleNumber, RoleNumber, UserNumber, count};
use crate::access::sharing::Party;
use crate::access::sources::Source;
use crate::access::state::Access;

/// What a change of role, or none, brings for its users.
#[derive(Clone, Copy, Debug)]
pub(super) struct RoleShift {
    /// Whether no right goes further.
    pub(super) no_rights: bool,
    /// Whether nobody new is below.
    pub(super) nobody_below: bool,
    /// Whether records that change hands can be reached through someone below.
    pub(super) transfers_below: bool,
    /// Whether the role, and the groups that everyone in it is in, are as they were.
    same_role: bool,
    /// Whether anything can be gained at all.
    pub(super) affected: bool,
}

/// What was found of changes of role. Most users change none.
pub(super) struct Shifts {
    unchanged: Vec<Option<RoleShift>>,
    others: HashMap<[Option<RoleNumber>; 2], RoleShift>,
}

impl Shifts {
    /// Nothing yet, for so many roles.
    pub(super) fn new(roles: u32) -> Self {
        Self {
            unchanged: vec![None; roles as usize],
            others: HashMap::new(),
        }
    }

    /// What a change brings.
    pub(super) fn of(
        &mut self,
        roles: [Option<RoleNumber>; 2],
        find: impl FnOnce() -> RoleShift,
    ) -> RoleShift {
        match roles {
            [Some(from), Some(to)] if from == to => *self.unchanged[to.at()].get_or_insert_with(find),
            [_, _] => *self.others.entry(roles).or_insert_with(find),
        }
    }
}

/// What a role gains, and with it everyone in it who had not reached it otherwise.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) module: ModuleNumber,
    pub(super) ability: AbilityNumber,
    pub(super) source: Source,
    /// Whether the source opened the ability before, for fewer owners.
    pub(super) was_one: bool,
    pub(super) owners: Fresh,
}

/// What is remembered by role.
#[derive(Default)]
pub(super) struct ByRole {
    pub(super) received: Received,
    candidates: HashMap<Option<RoleNumber>, Option<Rc<[Candidate]>>>,
}

impl ByRole {
    /// What everyone in a user's role gains, where that can be told.
    pub(super) fn candidates(
        &mut self,
        gains: &Gains<'_>,
        user: UserNumber,
        shift: RoleShift,
    ) -> Option<Rc<[Candidate]>> {
        let role = gains.to.hierarchy.role(user);
        if let Some(known) = self.candidates.get(&role) {
            return known.clone();
        }
        let found = gains.role_candidates(role, shift, &mut self.received);
        self.candidates.insert(role, found.clone());
        found
    }
}

/// No user has this number: it stands for anyone in a role.
const ANYONE: UserNumber = UserNumber(u32::MAX);

impl<'c> Gains<'c> {
    pub(super) fn role_shift(&self, roles: [Option<RoleNumber>; 2], everyone: bool) -> RoleShift {
        let [from, to] = roles;
        let no_rights = self.to.gates.of_role(to).is_within(self.from.gates.of_role(from));
        let nobody_below = self.nobody_below(from, to);
        let groups = |access: &'c Access<'c>, role: Option<RoleNumber>| {
            role.map_or(&[][..], |role| access.membership.of_role(role))
        };
        let above = |access: &Access<'_>, role: Option<RoleNumber>| {
            role.map_or_else(Vec::new, |role| access.hierarchy.above(role))
        };
        let (groups_from, groups_to) = (groups(self.from, from), groups(self.to, to));
        let (above_from, above_to) = (above(self.from, from), above(self.to, to));
        let own = to.iter().map(|role| Party::Role(*role));
        let subordinates = to.iter().chain(&above_to);
        let subordinates = subordinates.map(|role| Party::RoleAndSubordinates(*role));
        let rules = own
            .chain(subordinates)
            .any(|party| self.rule_parties.contains(&party));
        let transfers_below =
            self.transfers.are_below(self.from, from) || self.transfers.are_below(self.to, to);
        let affected = everyone
            || transfers_below
            || rules
            || from != to
            || !no_rights
            || !nobody_below
            || above_to.iter().any(|role| !above_from.contains(role))
            || !is_within(groups_to, groups_from)
            || groups_to.iter().any(|group| self.affected.contains(*group));
        RoleShift {
            no_rights,
            nobody_below,
            transfers_below,
            same_role: from == to
                && groups_from == groups_to
                && groups_to.iter().all(|group| self.counts_as_before(*group)),
            affected,
        }
    }

    /// Whether the hierarchy opens nothing that it did not open.
    fn nobody_below(&self, from: Option<RoleNumber>, to: Option<RoleNumber>) -> bool {
        let Some(to) = to else { return true };
        let settings = &self.to.system.definition().access.hierarchy;
        if self
            .to
            .subtrees
            .rules_below(to)
            .iter()
            .any(|rule| !self.pairing.nothing_new[rule as usize])
        {
            return false;
        }
        let Some(from) = from else { return false };
        let rules = self.to.subtrees.rules_below(to).iter();
        let rules_before = self.from.subtrees.rules_below(from);
        let mut others = rules.map(|rule| self.pairing.other[rule as usize]);
        (!settings.superiors_inherit_owned
            || self.to.subordinates(to).is_subset(&self.from.subordinates(from)))
            && self
                .to
                .subtrees
                .groups_below(to)
                .is_subset(self.from.subtrees.groups_below(from))
            && others.all(|other| other.is_some_and(|other| rules_before.contains(other)))
    }

    /// Whether a class has the role, the groups, the rights and the rules that it had, so that it gains by new owners
    /// of what its role opens, or not at all.
    pub(super) fn is_as_before(&self, user: UserNumber, shift: RoleShift) -> bool {
        let direct = self.to.membership.direct(user);
        let settings = &self.to.system.definition().access.hierarchy;
        self.nothing_besides
            && shift.same_role
            && shift.no_rights
            && (shift.nobody_below || !(settings.includes_group_owned || settings.includes_shared))
            && !shift.transfers_below
            && !self.rule_parties.contains(&Party::User(user))
            && !self.transfers.users.contains(user.0)
            && self.from.active.contains(user.0)
            && self.from.unlimited(user) == self.to.unlimited(user)
            && self.from.membership.direct(user) == direct
            && direct.iter().all(|group| self.same_groups.contains(*group))
    }

    /// What everyone in a role gains who is in no group by name; `None` where that cannot be told by role.
    fn role_candidates(
        &self,
        role: Option<RoleNumber>,
        shift: RoleShift,
        received: &mut Received,
    ) -> Option<Rc<[Candidate]>> {
        let rules = [
            received.of_role(self.from, role, false),
            received.of_role(self.to, role, true),
        ];
        let fresh_rules = self.fresh_rules(&rules);
        let from_everyone =
            |(rule, _): &(u32, _)| self.to.sharing.rules[*rule as usize].from == Party::Everyone;
        // Whoever comes to reach everyone is told so as a whole where the hierarchy is looked at too.
        if !shift.nobody_below && fresh_rules.iter().any(from_everyone) {
            return None;
        }
        let class = Class {
            first: ANYONE,
            users: Vec::new(),
        };
        let standing = |access: &Access<'_>| {
            let groups = role.map_or_else(Vec::new, |role| access.membership.of_role(role).to_vec());
            access.standing_of(ANYONE, role, groups, true, None)
        };
        let look = Look {
            gains: self,
            class: &class,
            from: standing(self.from),
            to: standing(self.to),
            no_rights: true,
            flags_same: true,
            no_groups: true,
            nobody_below: shift.nobody_below,
            transfers: false,
            rules,
            fresh_rules,
            memory: Memory::default(),
        };
        let mut candidates = Vec::new();
        for (module, abilities) in self.records.iter().enumerate() {
            look.candidates(ModuleNumber(count(module)), abilities, &mut candidates);
        }
        Some(candidates.into())
    }

    /// What a class gains of what its role gains.
    pub(super) fn of_candidates(
        &self,
        class: &Class,
        candidates: &[Candidate],
        memory: &mut ByRole,
        gains: &mut dyn FnMut(Gain<'_>),
    ) {
        let to = self.to.standing(class.first);
        let look = Look {
            gains: self,
            class,
            // Role and groups are the same, so all of it is.
            from: to.clone(),
            to,
            no_rights: true,
            flags_same: true,
            no_groups: true,
            nobody_below: true,
            transfers: false,
            rules: [memory.received.of(self.from, class.first, false), Rc::from([])],
            fresh_rules: Vec::new(),
            memory: Memory::default(),
        };
        look.of_candidates(candidates, gains);
    }
}

impl Look<'_> {
    /// What is gained on a module's records where only rules, and who is below, can bring something.
    fn candidates(&self, module: ModuleNumber, abilities: &[AbilityNumber], found: &mut Vec<Candidate>) {
        let rules = self.fresh_rules_in(module);
        let below = (!self.nobody_below).then(|| self.fresh_below());
        let below = below.filter(|fresh| !fresh.users.is_empty() || !fresh.groups.is_empty());
        for ability in abilities.iter().copied().filter(|ability| self.may(*ability)) {
            let opening = self.opening(ability, &rules);
            if opening.is_empty() && below.is_none() {
                continue;
            }
            let Some(before) = self.before(module, ability) else {
                continue;
            };
            let mut add = |source, was_one, fresh: &Fresh| {
                let reach = self.beyond(ability, fresh, &before);
                if !reach.users.is_empty() || !reach.groups.is_empty() {
                    found.push(Candidate {
                        module,
                        ability,
                        source,
                        was_one,
                        owners: Fresh {
                            users: reach.users,
                            groups: reach.groups,
                        },
                    });
                }
            };
            if let Some(below) = below
                .as_ref()
                .filter(|_| before.sources().contains(&Source::Subordinates))
            {
                add(Source::Subordinates, true, below);
            }
            for (rule, known) in opening {
                add(
                    Source::Rule(rule),
                    known.is_some(),
                    &self.fresh_owners(rule, known, ability),
                );
            }
        }
    }

    /// What the class gains of what its role gains.
    fn of_candidates(&self, candidates: &[Candidate], gains: &mut dyn FnMut(Gain<'_>)) {
        for of_ability in candidates.chunk_by(|left, right| left.ability == right.ability) {
            let Some(first) = of_ability.first() else { continue };
            let Some(before) = self.before(first.module, first.ability) else {
                continue;
            };
            for candidate in of_ability {
                let reach = before.fresh(candidate.source, candidate.was_one, || {
                    self.beyond(candidate.ability, &candidate.owners, &before)
                });
                self.push(candidate.ability, Way::Source(candidate.source), &reach, gains);
            }
        }
    }
}
