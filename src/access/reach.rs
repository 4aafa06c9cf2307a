//! Whom what gives a user an ability reaches.

use roaring::RoaringBitmap;

use super::index::{AbilityKind, AbilityNumber, GroupNumber, RoleNumber};
use super::sharing::Party;
use super::sources::Source;
use super::state::{Access, Standing};
use crate::system::{Limit, PermissionTarget};

/// Whom an ability reaches.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reach {
    /// Oneself.
    pub(crate) own: bool,
    /// Everyone else.
    pub(crate) everyone: bool,
    /// Users; oneself among them means nothing.
    pub(crate) users: RoaringBitmap,
    /// Groups.
    pub(crate) groups: RoaringBitmap,
}

impl Access<'_> {
    /// Adds what a source reaches.
    pub(crate) fn add(&self, standing: &Standing, ability: AbilityNumber, source: Source, reach: &mut Reach) {
        match source {
            Source::Administrator | Source::SuperRole => {
                reach.everyone = true;
                reach.own = match self.index.kind(ability) {
                    AbilityKind::Permission { limit, .. } => *limit != Some(Limit::NotOwnAccount),
                    AbilityKind::Record { .. }
                    | AbilityKind::Function
                    | AbilityKind::Field { .. }
                    | AbilityKind::Service { .. }
                    | AbilityKind::Role
                    | AbilityKind::Authorisation => true,
                };
            }
            Source::All => {
                reach.everyone = true;
                reach.own |= matches!(self.index.kind(ability), AbilityKind::Record { .. });
            }
            Source::Global(_) | Source::Right | Source::Default | Source::ServiceForAll => {
                reach.own = true;
                reach.everyone = true;
            }
            Source::Own => reach.own = true,
            Source::Created => self.add_created(standing, ability, reach),
            Source::Group => self.add_groups(standing, ability, reach),
            Source::GroupOwned => reach.groups |= &standing.in_force,
            Source::Subordinates => {
                if let Some(role) = standing.role {
                    reach.users |= &self.subordinates(role);
                }
            }
            Source::GroupsOfSubordinates => {
                if let Some(role) = standing.role {
                    reach.groups |= self.subtrees.groups_below(role);
                }
            }
            Source::Rule(rule) | Source::RuleForSubordinate(rule) => self.add_owners(rule, reach),
            Source::Service(group) | Source::Authorisation(group) | Source::HeadAuthorisation(group) => {
                reach.users |= self.membership.members(group);
            }
            Source::GroupRole(_) => reach.own = true,
        }
    }

    /// The users whose records a role's users reach by the hierarchy.
    pub(crate) fn subordinates(&self, role: RoleNumber) -> RoaringBitmap {
        if self.system.definition().access.hierarchy.peers {
            self.hierarchy.users_and_subordinates[role.at()].clone()
        } else {
            self.hierarchy.below(role)
        }
    }

    /// Whose records a rule opens.
    pub(crate) fn add_owners(&self, rule: u32, reach: &mut Reach) {
        match self.sharing.rules[rule as usize].from {
            Party::Everyone => {
                reach.own = true;
                reach.everyone = true;
            }
            Party::User(user) => {
                reach.users.insert(user.0);
            }
            Party::Role(role) => reach.users |= &self.hierarchy.users[role.at()],
            Party::RoleAndSubordinates(role) => {
                let taken = self.hierarchy.confused.get(&role);
                reach.users |= taken.unwrap_or(&self.hierarchy.users_and_subordinates[role.at()]);
            }
            Party::Group(group) => {
                if self.system.definition().access.groups_own_records {
                    reach.groups |= self.membership.contained(group);
                }
                if self.system.definition().access.rules.group_source_covers_members {
                    let membership = self.confused.as_ref().unwrap_or(&self.membership);
                    reach.users |= membership.members(group);
                }
            }
        }
    }

    fn add_created(&self, standing: &Standing, ability: AbilityNumber, reach: &mut Reach) {
        let Some(creator) = self.index.users.get(standing.user.0) else {
            return;
        };
        match self.index.kind(ability) {
            AbilityKind::Permission {
                over: Some(PermissionTarget::Groups),
                ..
            } => {
                let created = self.subtrees.created_groups.get(creator);
                reach.groups.extend(created.into_iter().flatten().copied());
            }
            AbilityKind::Permission { .. }
            | AbilityKind::Record { .. }
            | AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => {
                let created = self.subtrees.created_users.get(creator);
                reach.users.extend(created.into_iter().flatten().copied());
            }
        }
    }

    /// What level `group` reaches.
    fn add_groups(&self, standing: &Standing, ability: AbilityNumber, reach: &mut Reach) {
        let (members, groups) = match self.index.kind(ability) {
            AbilityKind::Permission {
                over: Some(PermissionTarget::Groups),
                ..
            } => (false, true),
            AbilityKind::Permission { .. } => (true, false),
            AbilityKind::Record { .. }
            | AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => (true, self.system.definition().access.groups_own_records),
        };
        if groups {
            reach.groups |= &standing.in_force;
        }
        if members {
            for group in &standing.in_force {
                reach.users |= self.membership.members(GroupNumber(group));
            }
        }
    }

    /// Whom an ability reaches.
    pub(crate) fn reach(&self, standing: &Standing, ability: AbilityNumber) -> Reach {
        let mut sources = Vec::new();
        self.sources(standing, ability, &mut |source| sources.push(source));
        self.reach_of(standing, ability, &sources)
    }

    /// Whom some sources reach.
    pub(crate) fn reach_of(&self, standing: &Standing, ability: AbilityNumber, sources: &[Source]) -> Reach {
        let mut reach = Reach::default();
        // Once everyone is reached, there is nothing to add up.
        if let Some(source) = sources
            .iter()
            .find(|source| self.opens_everything(ability, **source))
        {
            self.add(standing, ability, *source, &mut reach);
            return reach;
        }
        for source in sources {
            self.add(standing, ability, *source, &mut reach);
        }
        reach
    }

    /// Whether a source opens every record, one's own included.
    pub(crate) fn opens_everything(&self, ability: AbilityNumber, source: Source) -> bool {
        match source {
            Source::Administrator
            | Source::SuperRole
            | Source::Global(_)
            | Source::Right
            | Source::All
            | Source::Default => matches!(self.index.kind(ability), AbilityKind::Record { .. }),
            Source::Rule(rule) | Source::RuleForSubordinate(rule) => {
                self.sharing.rules[rule as usize].from == Party::Everyone
            }
            Source::Own
            | Source::Created
            | Source::Group
            | Source::GroupOwned
            | Source::Subordinates
            | Source::GroupsOfSubordinates
            | Source::ServiceForAll
            | Source::Service(_)
            | Source::Authorisation(_)
            | Source::HeadAuthorisation(_)
            | Source::GroupRole(_) => false,
        }
    }

    /// At most how many owners a source of records reaches: what it takes to know without adding up sets.
    pub(crate) fn at_most(&self, standing: &Standing, source: Source) -> u64 {
        match source {
            Source::Own => 1,
            Source::GroupOwned => standing.in_force.len(),
            Source::Subordinates => standing
                .role
                .map_or(0, |role| self.hierarchy.users_and_subordinates[role.at()].len()),
            Source::Rule(rule) => match self.sharing.rules[rule as usize].from {
                Party::Everyone => u64::MAX,
                Party::User(_) => 1,
                Party::Role(role) => self.hierarchy.users[role.at()].len(),
                Party::RoleAndSubordinates(role) => {
                    let taken = self.hierarchy.confused.get(&role);
                    taken
                        .unwrap_or(&self.hierarchy.users_and_subordinates[role.at()])
                        .len()
                }
                Party::Group(group) => {
                    let membership = self.confused.as_ref().unwrap_or(&self.membership);
                    self.membership.contained(group).len() + membership.members(group).len()
                }
            },
            Source::Administrator
            | Source::SuperRole
            | Source::Global(_)
            | Source::Right
            | Source::All
            | Source::Created
            | Source::Group
            | Source::GroupsOfSubordinates
            | Source::Default
            | Source::RuleForSubordinate(_)
            | Source::ServiceForAll
            | Source::Service(_)
            | Source::Authorisation(_)
            | Source::HeadAuthorisation(_)
            | Source::GroupRole(_) => u64::MAX,
        }
    }
}
