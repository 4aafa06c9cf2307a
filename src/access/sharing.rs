//! Defaults and rules that are in force, by number, and to whom each rule goes.

use std::collections::BTreeMap;

use super::hierarchy::Hierarchy;
use super::index::{GroupNumber, Index, ModuleNumber, RoleNumber, UserNumber};
use super::membership::Membership;
use crate::model::{DefaultAccess, Principal, RuleAccess, RuleKey, Snapshot};
use crate::system::{Effect, System};

/// A principal by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Party {
    Everyone,
    User(UserNumber),
    Role(RoleNumber),
    RoleAndSubordinates(RoleNumber),
    Group(GroupNumber),
}

impl Party {
    /// The principal's number, if what it names is there.
    pub(crate) fn of(index: &Index, snapshot: &Snapshot, principal: &Principal) -> Option<Self> {
        let role = |name: &_| {
            let known = snapshot.roles.contains_key(name);
            index.roles.number(name).filter(|_| known).map(RoleNumber)
        };
        match principal {
            Principal::Everyone => Some(Self::Everyone),
            Principal::User(name) => {
                let known = snapshot.users.contains_key(name);
                let number = index.users.number(name).filter(|_| known);
                number.map(|number| Self::User(UserNumber(number)))
            }
            Principal::Role(name) => role(name).map(Self::Role),
            Principal::RoleAndSubordinates(name) => role(name).map(Self::RoleAndSubordinates),
            Principal::Group(name) => {
                let known = snapshot.groups.contains_key(name);
                let number = index.groups.number(name).filter(|_| known);
                number.map(|number| Self::Group(GroupNumber(number)))
            }
        }
    }
}

/// A rule that is in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule<'a> {
    pub(crate) key: &'a RuleKey,
    pub(crate) access: RuleAccess,
    pub(crate) from: Party,
    pub(crate) to: Party,
}

/// What protects the records of a module, the most closed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protection {
    /// Nothing is open by default.
    Closed,
    /// What the default opens.
    Default(DefaultAccess),
    /// The right is enough.
    None,
}

/// The sharing of one module.
#[derive(Clone, Debug)]
pub(crate) struct ModuleSharing {
    pub(crate) protection: Protection,
    /// The module whose rules hold, where rules can have an effect.
    pub(crate) rules_of: Option<ModuleNumber>,
}

/// All sharing of one state.
#[derive(Debug)]
pub(crate) struct Sharing<'a> {
    pub(crate) modules: Vec<ModuleSharing>,
    /// Rules whose parties are there and in force, in the order of their keys.
    pub(crate) rules: Vec<Rule<'a>>,
    /// The rules of each module, as a range.
    by_module: Vec<std::ops::Range<u32>>,
    /// The rules that go to each party, in order.
    to: Recipients,
}

/// Rules by whom they go to, in tables, since this is asked for every user.
#[derive(Debug, Default)]
struct Recipients {
    everyone: Vec<u32>,
    users: BTreeMap<UserNumber, Vec<u32>>,
    roles: Vec<Vec<u32>>,
    roles_and_subordinates: Vec<Vec<u32>>,
    groups: Vec<Vec<u32>>,
}

impl Recipients {
    fn of(&mut self, party: Party) -> &mut Vec<u32> {
        match party {
            Party::Everyone => &mut self.everyone,
            Party::User(user) => self.users.entry(user).or_default(),
            Party::Role(role) => &mut self.roles[role.at()],
            Party::RoleAndSubordinates(role) => &mut self.roles_and_subordinates[role.at()],
            Party::Group(group) => &mut self.groups[group.at()],
        }
    }
}

impl<'a> Sharing<'a> {
    pub(crate) fn new(
        system: &System,
        index: &Index,
        snapshot: &'a Snapshot,
        membership: &Membership,
    ) -> Self {
        let modules: Vec<ModuleSharing> = index
            .modules
            .iter()
            .map(|module| module_sharing(system, index, snapshot, &module.name))
            .collect();
        let mut used = vec![false; index.modules.len()];
        for module in modules.iter().filter_map(|module| module.rules_of) {
            used[module.at()] = true;
        }
        let mut rules = Vec::new();
        let mut by_module = vec![0..0; index.modules.len()];
        let mut to = Recipients {
            roles: vec![Vec::new(); index.roles.len()],
            roles_and_subordinates: vec![Vec::new(); index.roles.len()],
            groups: vec![Vec::new(); index.groups.len()],
            ..Recipients::default()
        };
        for (key, access) in &snapshot.sharing.rules {
            let Some(module) = index.module_number(&key.module) else {
                continue;
            };
            let from = Party::of(index, snapshot, &key.from);
            let recipient = Party::of(index, snapshot, &key.to);
            let (Some(from), Some(recipient)) = (from, recipient) else {
                continue;
            };
            let in_force = |party| match party {
                Party::Group(group) => membership.in_force.contains(group.0),
                Party::Everyone | Party::User(_) | Party::Role(_) | Party::RoleAndSubordinates(_) => true,
            };
            if !used[module.at()] || !in_force(from) || !in_force(recipient) {
                continue;
            }
            let number = super::index::count(rules.len());
            rules.push(Rule {
                key,
                access: *access,
                from,
                to: recipient,
            });
            let range = &mut by_module[module.at()];
            if range.start == range.end {
                *range = number..number;
            }
            range.end = number + 1;
            to.of(recipient).push(number);
        }
        Self {
            modules,
            rules,
            by_module,
            to,
        }
    }

    /// The rules that hold in a module, as a range of numbers.
    pub(crate) fn rules_in(&self, module: ModuleNumber) -> std::ops::Range<u32> {
        let rules_of = self.modules[module.at()].rules_of;
        rules_of.map_or(0..0, |module| self.by_module[module.at()].clone())
    }

    /// The rules that go to a party, in order.
    pub(crate) fn to(&self, party: Party) -> &[u32] {
        match party {
            Party::Everyone => &self.to.everyone,
            Party::User(user) => self.to.users.get(&user).map_or(&[], Vec::as_slice),
            Party::Role(role) => &self.to.roles[role.at()],
            Party::RoleAndSubordinates(role) => &self.to.roles_and_subordinates[role.at()],
            Party::Group(group) => &self.to.groups[group.at()],
        }
    }

    /// The rules that go to everyone in a role, in order.
    pub(crate) fn to_role(
        &self,
        hierarchy: &Hierarchy,
        membership: &Membership,
        role: RoleNumber,
    ) -> Vec<u32> {
        let mut rules = self.to(Party::Role(role)).to_vec();
        for above in std::iter::once(role).chain(hierarchy.above(role)) {
            rules.extend(self.to(Party::RoleAndSubordinates(above)));
        }
        for group in membership.of_role(role) {
            rules.extend(self.to(Party::Group(GroupNumber(*group))));
        }
        rules.extend(self.to(Party::Everyone));
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

/// Whether a default opens what an action does to a record.
pub(crate) fn default_opens(default: DefaultAccess, effect: Effect) -> bool {
    let least = match effect {
        Effect::View => DefaultAccess::PublicRead,
        Effect::Edit => DefaultAccess::PublicReadWrite,
        Effect::Delete => DefaultAccess::PublicReadWriteDelete,
        Effect::Create | Effect::Function => return false,
    };
    default >= least
}

/// Whether a rule opens what an action does to a record.
pub(crate) fn rule_opens(access: RuleAccess, effect: Effect) -> bool {
    match (access, effect) {
        (_, Effect::Create | Effect::Function) => false,
        (RuleAccess::AsPermitted | RuleAccess::ReadWriteDelete, _)
        | (RuleAccess::Read | RuleAccess::ReadWrite, Effect::View)
        | (RuleAccess::ReadWrite, Effect::Edit) => true,
        (RuleAccess::Read, Effect::Edit | Effect::Delete) | (RuleAccess::ReadWrite, Effect::Delete) => false,
    }
}

fn module_sharing(
    system: &System,
    index: &Index,
    snapshot: &Snapshot,
    name: &crate::model::ModuleName,
) -> ModuleSharing {
    let definition = system.definition();
    let decisive = system.shared_as(name);
    let listed = system.module(decisive);
    let shareable = listed.is_none_or(|module| module.shareable);
    let usual = definition
        .sharing
        .as_ref()
        .and_then(|sharing| sharing.defaults.as_ref());
    if !shareable {
        let stated_default = listed.and_then(|module| module.default);
        // Without one the right is enough, but systems without defaults open nothing by them.
        let protection = stated_default.map_or(Protection::None, Protection::Default);
        return ModuleSharing {
            protection: usual.map_or(Protection::Closed, |_| protection),
            rules_of: None,
        };
    }
    let default = usual.map(|defaults| {
        let stated = snapshot.sharing.defaults.get(decisive);
        *stated.unwrap_or(&defaults.usual)
    });
    let only_under = &definition.access.rules.only_under_defaults;
    let count = only_under.is_empty() || default.is_some_and(|default| only_under.contains(&default));
    ModuleSharing {
        protection: default.map_or(Protection::Closed, Protection::Default),
        rules_of: index.module_number(decisive).filter(|_| count),
    }
}
