//! Gains: what users can do in one state and could not in the other, by class and source.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use roaring::RoaringBitmap;

use super::classes::Class;
use super::look::Look;
use super::memory::{CauseSets, Causing, Joined, Memory};
use super::roles::{ByRole, RoleShift, Shifts};
use super::transfers::Transfers;
use super::{Comparison, Pairing};
use crate::access::hierarchy::in_order;
use crate::access::index::{AbilityKind, AbilityNumber, ModuleNumber, RoleNumber, UserNumber, count};
use crate::access::reach::Reach;
use crate::access::sharing::Party;
use crate::access::sources::Source;
use crate::access::state::{Access, Standing};
use crate::system::RightsFrom;

/// By what users of a class gain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Way {
    /// They could not do it at all before.
    Opened,
    /// A source that reaches further, or is new.
    Source(Source),
}

/// What users of one class gain by one source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gain<'g> {
    /// Who, in order.
    pub(crate) users: &'g [u32],
    /// What they can do.
    pub(crate) ability: AbilityNumber,
    /// By what.
    pub(crate) way: Way,
    /// About whom it is new; a user who is among them and gains means nothing.
    pub(crate) reach: &'g Reach,
    /// What caused it.
    pub(crate) causes: &'g Causing,
}

/// Finds gains from one state to another.
pub(crate) struct Gains<'c> {
    pub(super) comparison: &'c Comparison<'c>,
    pub(super) from: &'c Access<'c>,
    pub(super) to: &'c Access<'c>,
    /// Records that change hands, and whether they have in `to`; if not they have in `from`.
    pub(super) transfers: &'c Transfers,
    pub(super) transferred_in_to: bool,
    /// Whether owners are found one by one also where everyone is reached.
    pub(super) singly: bool,
    /// The rules of `to`, and what they are in `from`.
    pub(super) pairing: Pairing,
    /// Parties for whom some rule opens more.
    pub(super) rule_parties: BTreeSet<Party>,
    /// Whether the installations have the same: features, modules, fields.
    pub(super) same_installation: bool,
    /// Whether a module is no less protected.
    pub(super) module_closed: Vec<bool>,
    /// Whether the same rules hold in a module.
    pub(super) same_rules: Vec<bool>,
    /// Groups whose members may gain or lose by them or by what contains them.
    pub(super) affected: RoaringBitmap,
    /// Whether any right is at level `group`.
    pub(super) group_levels: bool,
    /// Groups that are in the same groups, as much in force, none of which takes over or hands over records, and for
    /// none of which a rule opens more.
    pub(super) same_groups: RoaringBitmap,
    /// Whether a class whose role, groups and rules are as they were can gain nothing.
    pub(super) nothing_besides: bool,
    /// Users who are there in both states: whose records can be told apart from new ones.
    pub(super) owning_users: RoaringBitmap,
    /// The few others.
    other_users: RoaringBitmap,
    /// Groups whose records, and groups that, cannot be told apart from new ones.
    other_groups: [RoaringBitmap; 2],
    /// Abilities by module, and those that are about users or groups otherwise.
    pub(super) records: Vec<Vec<AbilityNumber>>,
    flat: Vec<AbilityNumber>,
    aimed: Vec<AbilityNumber>,
    /// Owners whom a rule covers now and did not before, remembered by rule.
    pub(super) fresh_by_rule: RefCell<HashMap<u32, Rc<Fresh>>>,
    /// Owners who are below now and were not before, remembered by role before and after.
    pub(super) fresh_by_role: RefCell<HashMap<[Option<RoleNumber>; 2], Rc<Fresh>>>,
    pub(super) joined: Joined,
    pub(super) cause_sets: CauseSets,
    /// About nobody.
    pub(super) nobody: Rc<Reach>,
}

/// Owners whom a source covers in one state and does not in the other.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    pub(super) users: RoaringBitmap,
    pub(super) groups: RoaringBitmap,
}

impl<'c> Gains<'c> {
    pub(super) fn new(
        comparison: &'c Comparison<'c>,
        from: &'c Access<'c>,
        to: &'c Access<'c>,
        transferred_in_to: bool,
        singly: bool,
    ) -> Self {
        let transfers = &comparison.transfers;
        let pairing = Pairing::new(to, from, transfers);
        let rules = to.sharing.rules.iter().zip(&pairing.nothing_new);
        let rule_parties = rules
            .filter(|(_, same)| !**same)
            .map(|(rule, _)| rule.to)
            .collect();
        let modules = from.sharing.modules.iter().zip(&to.sharing.modules);
        let module_closed = modules
            .clone()
            .map(|(from, to)| to.protection <= from.protection)
            .collect();
        let same_rules = modules.map(|(from, to)| to.rules_of == from.rules_of).collect();
        let index = &to.index;
        let (mut records, mut flat, mut aimed) =
            (vec![Vec::new(); index.modules.len()], Vec::new(), Vec::new());
        for (ability, _, kind) in index.ability_list() {
            match kind {
                AbilityKind::Record { module, .. } => records[module.at()].push(ability),
                AbilityKind::Service { .. } | AbilityKind::Role | AbilityKind::Authorisation => {
                    aimed.push(ability);
                }
                AbilityKind::Permission { over: Some(_), .. } => aimed.push(ability),
                AbilityKind::Permission { over: None, .. }
                | AbilityKind::Function
                | AbilityKind::Field { .. } => flat.push(ability),
            }
        }
        let mut owning_users = &from.there & &to.there;
        owning_users.optimize();
        let every_group: RoaringBitmap = (0..count(index.groups.len())).collect();
        let every_user: RoaringBitmap = (0..count(index.users.len())).collect();
        let mut gains = Self {
            comparison,
            from,
            to,
            transfers,
            transferred_in_to,
            singly,
            pairing,
            rule_parties,
            same_installation: from.installation == to.installation,
            module_closed,
            same_rules,
            affected: RoaringBitmap::new(),
            group_levels: to.gates.reach_groups(),
            same_groups: RoaringBitmap::new(),
            nothing_besides: false,
            other_users: every_user - &owning_users,
            other_groups: [
                &every_group - &comparison.owning_groups,
                every_group - &comparison.lasting_groups,
            ],
            owning_users,
            records,
            flat,
            aimed,
            fresh_by_rule: RefCell::default(),
            fresh_by_role: RefCell::default(),
            joined: RefCell::default(),
            cause_sets: CauseSets::default(),
            nobody: Rc::default(),
        };
        gains.affected = gains.affected_groups();
        gains.same_groups = gains.find_same_groups();
        gains.nothing_besides = gains.aimed.is_empty()
            && gains.same_installation
            && !gains.group_levels
            && to.system.definition().access.rights_from != RightsFrom::GroupRoles
            && gains.module_closed.iter().all(|closed| *closed)
            && gains.same_rules.iter().all(|same| *same);
        gains
    }

    /// Hands over every gain, by class in the order of their first users.
    pub(super) fn each(&self, gains: &mut dyn FnMut(Gain<'_>)) {
        let everyone = self.rule_parties.contains(&Party::Everyone)
            || !self.same_installation
            || self.module_closed.iter().any(|same| !same);
        let mut shifts = Shifts::new(count(self.to.index.roles.len()));
        let mut shift = |user: UserNumber| {
            let roles = [self.from.hierarchy.role(user), self.to.hierarchy.role(user)];
            shifts.of(roles, || self.role_shift(roles, everyone))
        };
        let mut wanted = Vec::new();
        for user in (0..count(self.to.index.users.len())).map(UserNumber) {
            if shift(user).affected || self.is_affected(user) {
                wanted.push(user.0);
            }
        }
        let wanted = in_order(wanted);
        let classes = self.comparison.classes(&wanted);
        // Whoever is alike is wanted alike.
        let classes = classes.iter().filter(|class| wanted.contains(class.first.0));
        let mut memory = ByRole::default();
        for class in classes {
            self.of_class(class, shift(class.first), &mut memory, gains);
        }
    }

    /// Whether a user can gain or lose by more than the role.
    fn is_affected(&self, user: UserNumber) -> bool {
        let direct = [self.from.membership.direct(user), self.to.membership.direct(user)];
        !is_within(direct[1], direct[0])
            || direct[1].iter().any(|group| self.affected.contains(*group))
            || self.from.active.contains(user.0) != self.to.active.contains(user.0)
            || self.from.unlimited(user) != self.to.unlimited(user)
            || self.rule_parties.contains(&Party::User(user))
            || self.transfers.users.contains(user.0)
            || self.is_named_alone(user)
    }

    /// Whether a user is a creator, head or deputy anywhere: few are, so they are always looked at.
    fn is_named_alone(&self, user: UserNumber) -> bool {
        let name = self.to.index.users.name(user.0);
        [self.from, self.to].into_iter().any(|access| {
            access.settings.leads.contains_key(&user)
                || access.subtrees.created_groups.contains_key(name)
                || access.subtrees.created_users.contains_key(name)
        })
    }

    fn of_class(
        &self,
        class: &Class,
        shift: RoleShift,
        memory: &mut ByRole,
        gains: &mut dyn FnMut(Gain<'_>),
    ) {
        let user = class.first;
        if !self.to.active.contains(user.0) {
            return;
        }
        if self.is_as_before(user, shift)
            && let Some(candidates) = memory.candidates(self, user, shift)
        {
            if !candidates.is_empty() {
                self.of_candidates(class, &candidates, memory, gains);
            }
            return;
        }
        let rules = [
            memory.received.of(self.from, user, false),
            memory.received.of(self.to, user, true),
        ];
        let fresh_rules = self.fresh_rules(&rules);
        let (from, to) = (self.from.standing(user), self.to.standing(user));
        let mut look = Look {
            gains: self,
            class,
            // By the role alone, unless the groups of each user decide.
            no_rights: shift.no_rights
                && (!to.has_own_gate() || self.to.gate(&to).is_within(self.from.gate(&from))),
            flags_same: from.active == to.active && from.unlimited == to.unlimited,
            no_groups: to.in_force.is_subset(&from.in_force),
            nobody_below: shift.nobody_below,
            transfers: shift.transfers_below || self.transfers.touch(&from) || self.transfers.touch(&to),
            from,
            to,
            rules,
            fresh_rules,
            memory: Memory::default(),
        };
        if !(look.no_rights && look.flags_same && self.same_installation) {
            for ability in &self.flat {
                look.flat(*ability, gains);
            }
        }
        for ability in &self.aimed {
            look.aimed(*ability, gains);
        }
        for (module, abilities) in self.records.iter().enumerate() {
            let module = ModuleNumber(count(module));
            if look.is_settled_but_for_rules(module) {
                look.rules(module, abilities, gains);
            } else {
                for ability in abilities {
                    look.records(*ability, module, gains);
                }
            }
        }
    }

    /// Of rules before and after, those that were not had, or that open something new, in order; and what they were
    /// before, if they were had.
    pub(super) fn fresh_rules(&self, [old, new]: &[Rc<[u32]>; 2]) -> Vec<(u32, Option<u32>)> {
        let mut old = old.iter().copied().peekable();
        let mut fresh = Vec::new();
        for rule in new.iter() {
            let other = self.pairing.other[*rule as usize];
            // Both states number rules in the order of their keys, so this is one pass.
            let known = other.filter(|other| {
                while old.next_if(|earlier| earlier < other).is_some() {}
                old.next_if_eq(other).is_some()
            });
            if known.is_none() || !self.pairing.nothing_new[*rule as usize] {
                fresh.push((*rule, known));
            }
        }
        fresh
    }

    /// What records and people there are to gain, and what follows from transfers.
    pub(super) fn complete(
        &self,
        access: &Access<'_>,
        standing: &Standing,
        kind: &AbilityKind,
        reach: &mut Reach,
    ) {
        let about_groups = match kind {
            AbilityKind::Record { .. } => access.system.definition().access.groups_own_records,
            AbilityKind::Permission { over, .. } => *over == Some(crate::system::PermissionTarget::Groups),
            AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => false,
        };
        let about_users = match kind {
            AbilityKind::Permission { .. } => !about_groups,
            AbilityKind::Record { .. }
            | AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => true,
        };
        reach.own &= about_users;
        if reach.everyone {
            if about_users {
                reach.users.clone_from(&self.owning_users);
            }
            if about_groups {
                reach.groups.clone_from(self.comparable_groups(kind));
            }
        }
        let transferred = std::ptr::eq(access, self.to) == self.transferred_in_to;
        if transferred && matches!(kind, AbilityKind::Record { .. }) {
            self.transfers.complete(standing, reach);
        }
    }

    /// What the first of two reaches covers and the second does not, transfers included.
    pub(super) fn difference(&self, new: (&Standing, Reach), old: (&Standing, Reach)) -> Fresh {
        let (standing, mut new) = new;
        let (before, mut old) = old;
        // Any ability on records will do: what follows from transfers is the same for all of them.
        if let Some(ability) = self.records.iter().flatten().next() {
            self.complete(self.to, standing, self.to.index.kind(*ability), &mut new);
            self.complete(self.from, before, self.from.index.kind(*ability), &mut old);
        }
        Fresh {
            users: new.users - old.users,
            groups: new.groups - old.groups,
        }
    }

    /// Whether a source of a class covers a user of it for the others of the class.
    pub(super) fn covers_as_other(
        &self,
        look: &Look<'_>,
        ability: AbilityNumber,
        source: Source,
        user: u32,
    ) -> bool {
        if source == Source::Own {
            return false;
        }
        let mut reach = Reach::default();
        self.from.add(&look.from, ability, source, &mut reach);
        reach.everyone || reach.users.contains(user)
    }

    /// Leaves out of a reach whose records were nobody's to begin with.
    pub(super) fn leave_out_new(&self, kind: &AbilityKind, reach: &mut Reach) {
        if !self.other_users.is_empty() {
            reach.users -= &self.other_users;
        }
        let [owning, lasting] = &self.other_groups;
        let others = if matches!(kind, AbilityKind::Record { .. }) {
            owning
        } else {
            lasting
        };
        if !others.is_empty() && !reach.groups.is_empty() {
            reach.groups -= others;
        }
    }

    /// The groups about which an ability can be compared: records outlive a group that hands them over.
    fn comparable_groups(&self, kind: &AbilityKind) -> &RoaringBitmap {
        if matches!(kind, AbilityKind::Record { .. }) {
            &self.comparison.owning_groups
        } else {
            &self.comparison.lasting_groups
        }
    }

    pub(super) fn reach(
        &self,
        access: &Access<'_>,
        standing: &Standing,
        ability: AbilityNumber,
        sources: &[Source],
    ) -> Reach {
        let mut reach = access.reach_of(standing, ability, sources);
        self.complete(access, standing, access.index.kind(ability), &mut reach);
        reach
    }
}

/// Whether all of some numbers are among others; both in order.
pub(super) fn is_within(numbers: &[u32], others: &[u32]) -> bool {
    numbers == others || numbers.iter().all(|number| others.binary_search(number).is_ok())
}
