//! Gains: what users can do in one state and could not in the other, by class and source.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use roaring::RoaringBitmap;

use super::classes::{Class, classes};
use super::look::Look;
use super::transfers::Transfers;
use super::{Cause, Comparison, Pairing};
use crate::access::index::{
    AbilityKind, AbilityNumber, GroupNumber, ModuleNumber, RoleNumber, UserNumber, count,
};
use crate::access::reach::Reach;
use crate::access::sharing::Party;
use crate::access::sources::Source;
use crate::access::state::{Access, Standing};
use crate::model::Level;

/// By what users of a class gain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Way {
    /// They could not do it at all before.
    Opened,
    /// A source that reaches further, or is new.
    Source(Source),
}

/// What users of one class gain by one source.
#[derive(Clone, Debug)]
pub(crate) struct Gain {
    /// Who, in order.
    pub(crate) users: Vec<u32>,
    /// What they can do.
    pub(crate) ability: AbilityNumber,
    /// By what.
    pub(crate) way: Way,
    /// Whether it is new about oneself.
    pub(crate) own: bool,
    /// Users about whom it is new; oneself among them means nothing.
    pub(crate) owners: RoaringBitmap,
    /// Groups about which it is new.
    pub(crate) groups: RoaringBitmap,
    /// What caused it.
    pub(crate) causes: BTreeSet<Cause>,
}

/// What a change of role, or none, brings for its users.
#[derive(Clone, Copy, Debug)]
struct RoleShift {
    /// Whether no right goes further.
    no_rights: bool,
    /// Whether nobody new is below.
    nobody_below: bool,
    /// Whether anything can be gained at all.
    affected: bool,
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
    rule_parties: BTreeSet<Party>,
    /// Whether the installations have the same: features, modules, fields.
    pub(super) same_installation: bool,
    /// Whether a module is no less protected.
    pub(super) module_closed: Vec<bool>,
    /// Groups whose members may gain or lose by them or by what contains them.
    pub(super) affected: RoaringBitmap,
    /// Users who are there in both states: whose records can be told apart from new ones.
    pub(super) owning_users: RoaringBitmap,
    /// Abilities by module, and those that are about users or groups otherwise.
    pub(super) records: Vec<Vec<AbilityNumber>>,
    flat: Vec<AbilityNumber>,
    aimed: Vec<AbilityNumber>,
    /// Owners whom a rule covers now and did not before, remembered by rule.
    pub(super) fresh_by_rule: RefCell<HashMap<u32, Rc<Fresh>>>,
    /// Owners who are below now and were not before, remembered by role before and after.
    pub(super) fresh_by_role: RefCell<HashMap<[Option<RoleNumber>; 2], Rc<Fresh>>>,
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
            .map(|(from, to)| to.protection <= from.protection)
            .collect();
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
            affected: RoaringBitmap::new(),
            owning_users,
            records,
            flat,
            aimed,
            fresh_by_rule: RefCell::default(),
            fresh_by_role: RefCell::default(),
        };
        gains.affected = gains.affected_groups();
        gains
    }

    /// Hands over every gain, by class in the order of their first users.
    pub(super) fn each(&self, gains: &mut dyn FnMut(Gain)) {
        let everyone = self.rule_parties.contains(&Party::Everyone)
            || !self.same_installation
            || self.module_closed.iter().any(|same| !same);
        let mut shifts: HashMap<[Option<RoleNumber>; 2], RoleShift> = HashMap::new();
        let mut shift = |roles: [Option<RoleNumber>; 2]| {
            *shifts
                .entry(roles)
                .or_insert_with(|| self.role_shift(roles, everyone))
        };
        let mut wanted = RoaringBitmap::new();
        for user in (0..count(self.to.index.users.len())).map(UserNumber) {
            let roles = [self.from.hierarchy.role(user), self.to.hierarchy.role(user)];
            if shift(roles).affected || self.is_affected(user) {
                wanted.insert(user.0);
            }
        }
        let classes = classes(self.from, self.to, &self.transfers.users, |user| {
            wanted.contains(user.0)
        });
        let mut received = Received::default();
        for class in &classes {
            let user = class.first;
            let roles = [self.from.hierarchy.role(user), self.to.hierarchy.role(user)];
            self.of_class(class, shift(roles), &mut received, gains);
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

    fn affected_groups(&self) -> RoaringBitmap {
        let definition = self.to.system.definition();
        // Who else is in a group matters only where something is about its members.
        let levels = definition.modules.iter().flat_map(|kind| &kind.actions);
        let levels = levels.map(|action| &action.levels);
        let permissions = definition
            .permissions
            .iter()
            .flat_map(|category| &category.permissions);
        let mut levels = levels.chain(permissions.map(|permission| &permission.levels));
        let members_matter = levels.any(|levels| levels.contains_key(&Level::Group))
            || definition.services.iter().any(|service| service.over_members)
            || definition.authorisations.is_some();
        let [from, to] = [&self.from.membership, &self.to.membership];
        let groups = count(self.to.index.groups.len());
        let wider_roles = self.wider_roles();
        let differing: RoaringBitmap = (0..groups)
            .filter(|group| {
                let number = GroupNumber(*group);
                from.in_force.contains(*group) != to.in_force.contains(*group)
                    || self.comparison.touched.groups.contains(*group)
                    || self.transfers.groups.contains(*group)
                    || self.rule_parties.contains(&Party::Group(number))
                    || self
                        .to
                        .settings
                        .roles(number)
                        .iter()
                        .any(|role| wider_roles[role.at()])
                    || (members_matter && !to.members(number).is_subset(from.members(number)))
            })
            .collect();
        (0..groups)
            .filter(|group| {
                let number = GroupNumber(*group);
                let containing = to.containing(number);
                !is_within(containing, from.containing(number))
                    || containing.iter().any(|group| differing.contains(*group))
            })
            .collect()
    }

    /// For each role whether it permits more, or is new: matters to those in the groups that grant it.
    fn wider_roles(&self) -> Vec<bool> {
        let roles = (0..count(self.to.index.roles.len())).map(RoleNumber).map(Some);
        let wider = roles.map(|role| {
            !self
                .to
                .gates
                .of_role(role)
                .is_within(self.from.gates.of_role(role))
        });
        wider.collect()
    }

    fn role_shift(&self, roles: [Option<RoleNumber>; 2], everyone: bool) -> RoleShift {
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
        let affected = everyone
            || self.transfers.are_below(self.from, from)
            || self.transfers.are_below(self.to, to)
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

    fn of_class(
        &self,
        class: &Class,
        shift: RoleShift,
        received: &mut Received,
        gains: &mut dyn FnMut(Gain),
    ) {
        let (from, to) = (self.from.standing(class.first), self.to.standing(class.first));
        if !to.active {
            return;
        }
        let mut look = Look {
            gains: self,
            class,
            // By the role alone, unless the groups of each user decide.
            no_rights: shift.no_rights
                && (!to.has_own_gate() || self.to.gate(&to).is_within(self.from.gate(&from))),
            flags_same: from.active == to.active && from.unlimited == to.unlimited,
            no_groups: to.in_force.is_subset(&from.in_force),
            nobody_below: shift.nobody_below,
            transfers: self.transfers.touch(self.from, &from) || self.transfers.touch(self.to, &to),
            from,
            to,
            rules: [Vec::new(), Vec::new()],
            last_causes: RefCell::default(),
        };
        if !(look.no_rights && look.flags_same && self.same_installation) {
            for ability in &self.flat {
                look.flat(*ability, gains);
            }
        }
        for ability in &self.aimed {
            look.aimed(*ability, gains);
        }
        look.rules = [
            received.of(self.from, &look.from, false),
            received.of(self.to, &look.to, true),
        ];
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

    /// The groups about which an ability can be compared: records outlive a group that hands them over.
    pub(super) fn comparable_groups(&self, kind: &AbilityKind) -> &RoaringBitmap {
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
fn is_within(numbers: &[u32], others: &[u32]) -> bool {
    numbers == others || numbers.iter().all(|number| others.binary_search(number).is_ok())
}

/// Rules that users have, remembered by role.
#[derive(Default)]
struct Received {
    by_role: HashMap<(bool, Option<RoleNumber>), Vec<u32>>,
}

impl Received {
    fn of(&mut self, access: &Access<'_>, standing: &Standing, later: bool) -> Vec<u32> {
        let of_role = self.by_role.entry((later, standing.role)).or_insert_with(|| {
            standing.role.map_or_else(
                || access.sharing.to(Party::Everyone).to_vec(),
                |role| {
                    access
                        .sharing
                        .to_role(&access.hierarchy, &access.membership, role)
                },
            )
        });
        let mut rules = of_role.clone();
        let direct = access.membership.direct(standing.user);
        let groups = direct
            .iter()
            .flat_map(|group| access.membership.containing(GroupNumber(*group)));
        let before = rules.len();
        for group in groups {
            rules.extend(access.sharing.to(Party::Group(GroupNumber(*group))));
        }
        rules.extend(access.sharing.to(Party::User(standing.user)));
        if rules.len() > before {
            rules.sort_unstable();
            rules.dedup();
        }
        rules
    }
}
