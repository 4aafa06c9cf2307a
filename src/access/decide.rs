//! One question about one user: whether, and why or why not.

use super::compare::Way;
use super::index::{AbilityKind, AbilityNumber, GroupNumber, RoleNumber, UserNumber};
use super::path::{Fault, Grant, NotReached, Refusal, Right};
use super::sharing::{Party, Protection, rule_opens};
use super::sources::Source;
use super::state::{Access, Standing};
use super::ways::Ways;
use super::{Ability, Owner};
use crate::model::{GroupName, Level, RoleName, UserName};
use crate::system::{Effect, Limit, PermissionTarget, RightsFrom};

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Every way by which the user may; empty when there is none.
    pub grants: Vec<Grant>,
    /// The rights that all of them rest on.
    pub rights: Vec<Right>,
    /// The first thing that stops the user, when nothing grants it.
    pub refusal: Option<Refusal>,
    /// What the product does not let the user do even so.
    pub limit: Option<Limit>,
}

impl Decision {
    /// Whether the user may.
    pub fn allowed(&self) -> bool {
        self.refusal.is_none()
    }
}

/// A name that a question uses and the state does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// No such user.
    #[error("there is no user `{0}`")]
    User(UserName),
    /// No such group.
    #[error("there is no group `{0}`")]
    Group(GroupName),
    /// No such role.
    #[error("there is no role `{0}`")]
    Role(RoleName),
    /// Nothing that can be done there.
    #[error("there is nothing called `{0}` to be done there")]
    Ability(Ability),
}

/// The owner in question, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    User(UserNumber),
    Group(GroupNumber),
}

impl Access<'_> {
    /// Whether a user may do something, about an owner where it is about one, and why or why not.
    ///
    /// Without an owner the question is whether the user may at all: about anyone.
    ///
    /// # Errors
    /// When the state has no such user, owner or ability.
    pub fn decide(
        &self,
        user: &UserName,
        ability: &Ability,
        owner: Option<&Owner>,
    ) -> Result<Decision, Unknown> {
        let user = self.user(user)?;
        let ability = self.ability(ability)?;
        let target = owner.map(|owner| self.target(owner)).transpose()?;
        let standing = self.standing(user);
        Ok(self.decided(&standing, ability, target))
    }

    /// Whether a user may, without the reasons.
    ///
    /// # Errors
    /// When the state has no such user, owner or ability.
    pub fn may(&self, user: &UserName, ability: &Ability, owner: Option<&Owner>) -> Result<bool, Unknown> {
        let user = self.user(user)?;
        let ability = self.ability(ability)?;
        let target = owner.map(|owner| self.target(owner)).transpose()?;
        Ok(self.allows(&self.standing(user), ability, target))
    }

    pub(crate) fn user(&self, name: &UserName) -> Result<UserNumber, Unknown> {
        let known = self.snapshot.users.contains_key(name);
        let number = self.index.users.number(name).filter(|_| known);
        number.map(UserNumber).ok_or_else(|| Unknown::User(name.clone()))
    }

    pub(crate) fn group(&self, name: &GroupName) -> Result<GroupNumber, Unknown> {
        let known = self.snapshot.groups.contains_key(name);
        let number = self.index.groups.number(name).filter(|_| known);
        number
            .map(GroupNumber)
            .ok_or_else(|| Unknown::Group(name.clone()))
    }

    pub(crate) fn role(&self, name: &RoleName) -> Result<RoleNumber, Unknown> {
        let known = self.snapshot.roles.contains_key(name);
        let number = self.index.roles.number(name).filter(|_| known);
        number.map(RoleNumber).ok_or_else(|| Unknown::Role(name.clone()))
    }

    pub(crate) fn ability(&self, ability: &Ability) -> Result<AbilityNumber, Unknown> {
        let number = self.index.ability_number(ability);
        number.ok_or_else(|| Unknown::Ability(ability.clone()))
    }

    pub(crate) fn target(&self, owner: &Owner) -> Result<Target, Unknown> {
        match owner {
            Owner::User(name) => self.user(name).map(Target::User),
            Owner::Group(name) => self.group(name).map(Target::Group),
        }
    }

    /// Whether anything gives the user the ability about the target.
    pub(crate) fn allows(&self, standing: &Standing, ability: AbilityNumber, target: Option<Target>) -> bool {
        let mut allowed = false;
        self.sources(standing, ability, &mut |source| {
            allowed = allowed || self.covers(standing, ability, source, target);
        });
        allowed
    }

    fn decided(&self, standing: &Standing, ability: AbilityNumber, target: Option<Target>) -> Decision {
        let mut sources = Vec::new();
        self.sources(standing, ability, &mut |source| {
            if self.covers(standing, ability, source, target) {
                sources.push(source);
            }
        });
        let ways = Ways::new(self, standing);
        let mut grants = Vec::new();
        for source in &sources {
            ways.grants(*source, ability, target, &mut grants);
        }
        let limited = match self.index.kind(ability) {
            AbilityKind::Permission { limit, .. } => *limit,
            AbilityKind::Record { .. }
            | AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => None,
        };
        let refused = sources.is_empty();
        Decision {
            rights: if refused { Vec::new() } else { ways.rights(ability) },
            refusal: refused.then(|| self.refusal(standing, ability, target)),
            limit: limited.filter(|_| !refused),
            grants,
        }
    }

    /// One way by which a user has an ability about a target, the given one if it is among them.
    pub(crate) fn first_grant(
        &self,
        user: UserNumber,
        ability: AbilityNumber,
        target: Option<Target>,
        way: Way,
    ) -> Option<Grant> {
        let standing = self.standing(user);
        let mut sources = Vec::new();
        self.sources(&standing, ability, &mut |source| {
            if self.covers(&standing, ability, source, target) {
                sources.push(source);
            }
        });
        let wanted = sources.iter().find(|source| way == Way::Source(**source));
        let source = wanted.or(sources.first())?;
        let mut grants = Vec::new();
        Ways::new(self, &standing).grants(*source, ability, target, &mut grants);
        grants.into_iter().next()
    }

    /// Whether a source of a user covers a target; without one, whether it covers anyone.
    pub(crate) fn covers(
        &self,
        standing: &Standing,
        ability: AbilityNumber,
        source: Source,
        target: Option<Target>,
    ) -> bool {
        let Some(target) = target else {
            return match source {
                Source::Created | Source::GroupOwned | Source::Group | Source::Subordinates => {
                    let mut reach = super::reach::Reach::default();
                    self.add(standing, ability, source, &mut reach);
                    reach.users.remove(standing.user.0);
                    reach.own || !reach.users.is_empty() || !reach.groups.is_empty()
                }
                Source::Service(group) | Source::Authorisation(group) | Source::HeadAuthorisation(group) => {
                    let members = self.membership.members(group);
                    !self.index.kind(ability).has_targets()
                        || members.len() > u64::from(members.contains(standing.user.0))
                }
                Source::Administrator
                | Source::SuperRole
                | Source::Global(_)
                | Source::Right
                | Source::All
                | Source::Own
                | Source::GroupsOfSubordinates
                | Source::Default
                | Source::Rule(_)
                | Source::RuleForSubordinate(_)
                | Source::ServiceForAll
                | Source::GroupRole(_) => true,
            };
        };
        let itself = target == Target::User(standing.user);
        match source {
            Source::Administrator | Source::SuperRole => {
                !itself || !self.is_limited(ability, Limit::NotOwnAccount)
            }
            Source::All => !itself || self.includes_oneself(ability),
            Source::Global(_)
            | Source::Right
            | Source::Default
            | Source::ServiceForAll
            | Source::GroupRole(_) => true,
            Source::Own => itself,
            Source::Created => self.is_created(standing, ability, target) && !itself,
            Source::Group => self.is_in_groups(standing, ability, target) && !itself,
            Source::GroupOwned => match target {
                Target::Group(group) => standing.in_force.contains(group.0),
                Target::User(_) => false,
            },
            Source::Subordinates => match (standing.role, target) {
                (Some(role), Target::User(user)) => {
                    let peers = self.system.definition().access.hierarchy.peers;
                    let below = &self.hierarchy.users_and_subordinates[role.at()];
                    below.contains(user.0) && (peers || !self.hierarchy.users[role.at()].contains(user.0))
                }
                (Some(_), Target::Group(_)) | (None, _) => false,
            },
            Source::GroupsOfSubordinates => match (standing.role, target) {
                (Some(role), Target::Group(group)) => self.subtrees.groups_below(role).contains(group.0),
                (Some(_), Target::User(_)) | (None, _) => false,
            },
            Source::Rule(rule) | Source::RuleForSubordinate(rule) => self.rule_covers(rule, target),
            Source::Service(group) => {
                !self.index.kind(ability).has_targets() || self.is_other_member(standing, group, target)
            }
            Source::Authorisation(group) | Source::HeadAuthorisation(group) => {
                self.is_other_member(standing, group, target)
            }
        }
    }

    fn is_limited(&self, ability: AbilityNumber, what: Limit) -> bool {
        match self.index.kind(ability) {
            AbilityKind::Permission { limit, .. } => *limit == Some(what),
            AbilityKind::Record { .. }
            | AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => false,
        }
    }

    /// Whether level `all` includes oneself without [`Source::Own`] saying so.
    fn includes_oneself(&self, ability: AbilityNumber) -> bool {
        matches!(self.index.kind(ability), AbilityKind::Record { .. })
    }

    fn is_other_member(&self, standing: &Standing, group: GroupNumber, target: Target) -> bool {
        match target {
            Target::User(user) => user != standing.user && self.membership.members(group).contains(user.0),
            Target::Group(_) => false,
        }
    }

    fn is_created(&self, standing: &Standing, ability: AbilityNumber, target: Target) -> bool {
        let mut reach = super::reach::Reach::default();
        self.add(standing, ability, Source::Created, &mut reach);
        match target {
            Target::User(user) => reach.users.contains(user.0),
            Target::Group(group) => reach.groups.contains(group.0),
        }
    }

    fn is_in_groups(&self, standing: &Standing, ability: AbilityNumber, target: Target) -> bool {
        match target {
            Target::User(user) => {
                let members = |group| self.membership.members(GroupNumber(group)).contains(user.0);
                self.over(ability) != Some(PermissionTarget::Groups) && standing.in_force.iter().any(members)
            }
            Target::Group(group) => {
                let about_groups = match self.index.kind(ability) {
                    AbilityKind::Record { .. } => self.system.definition().access.groups_own_records,
                    AbilityKind::Permission { over, .. } => *over == Some(PermissionTarget::Groups),
                    AbilityKind::Function
                    | AbilityKind::Field { .. }
                    | AbilityKind::Service { .. }
                    | AbilityKind::Role
                    | AbilityKind::Authorisation => false,
                };
                about_groups && standing.in_force.contains(group.0)
            }
        }
    }

    fn over(&self, ability: AbilityNumber) -> Option<PermissionTarget> {
        match self.index.kind(ability) {
            AbilityKind::Permission { over, .. } => *over,
            AbilityKind::Record { .. }
            | AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => None,
        }
    }

    /// Whether a rule is about an owner's records.
    pub(crate) fn rule_covers(&self, rule: u32, target: Target) -> bool {
        let semantics = &self.system.definition().access;
        match (self.sharing.rules[rule as usize].from, target) {
            (Party::Everyone, _) => true,
            (Party::User(user), Target::User(owner)) => user == owner,
            (Party::Role(role), Target::User(owner)) => self.hierarchy.users[role.at()].contains(owner.0),
            (Party::RoleAndSubordinates(role), Target::User(owner)) => {
                let taken = self.hierarchy.confused.get(&role);
                let taken = taken.unwrap_or(&self.hierarchy.users_and_subordinates[role.at()]);
                taken.contains(owner.0)
            }
            (Party::Group(group), Target::User(owner)) => {
                let membership = self.confused.as_ref().unwrap_or(&self.membership);
                semantics.rules.group_source_covers_members && membership.members(group).contains(owner.0)
            }
            (Party::Group(group), Target::Group(owner)) => {
                semantics.groups_own_records && self.membership.contained(group).contains(owner.0)
            }
            (Party::User(_) | Party::Role(_) | Party::RoleAndSubordinates(_), Target::Group(_)) => false,
        }
    }

    /// Whether a rule covers an owner only by a fault of the product.
    pub(crate) fn is_by_fault(&self, rule: u32, target: Target) -> Option<Fault> {
        let rightly = match (self.sharing.rules[rule as usize].from, target) {
            (Party::RoleAndSubordinates(role), Target::User(owner)) => {
                self.hierarchy.users_and_subordinates[role.at()].contains(owner.0)
            }
            (Party::Group(group), Target::User(owner)) => self.membership.members(group).contains(owner.0),
            (_, _) => true,
        };
        (!rightly).then_some(Fault::PathPrefix)
    }

    fn refusal(&self, standing: &Standing, ability: AbilityNumber, target: Option<Target>) -> Refusal {
        if !standing.active {
            return Refusal::CannotLogIn;
        }
        let kind = self.index.kind(ability);
        match kind {
            AbilityKind::Record { module, effect } => {
                if self.right(standing, ability).is_none()
                    && self.system.definition().access.rights_gate_sharing
                {
                    return self.no_right(standing);
                }
                Refusal::NotReached(self.not_reached(standing, ability, module.at(), *effect, target))
            }
            AbilityKind::Field { .. } => match (self.right(standing, ability), self.index.named(ability)) {
                (Some(_), Ability::Field { module, .. }) => Refusal::ModuleClosed(module.clone()),
                (_, _) => self.no_right(standing),
            },
            AbilityKind::Permission { .. } => {
                let lacking = self.lacking_feature(ability);
                match (lacking, self.right(standing, ability)) {
                    (Some(feature), _) => Refusal::Lacking(feature),
                    (None, None) => self.no_right(standing),
                    (None, Some(level)) => Refusal::NotReached(NotReached {
                        level: Some(level),
                        ..NotReached::default()
                    }),
                }
            }
            AbilityKind::Function => self.no_right(standing),
            AbilityKind::Service { .. } | AbilityKind::Role | AbilityKind::Authorisation => {
                let lacking = self.lacking_feature(ability);
                lacking.map_or_else(
                    || Refusal::NoGroupGives {
                        giving: self.giving_groups(ability),
                    },
                    Refusal::Lacking,
                )
            }
        }
    }

    fn no_right(&self, standing: &Standing) -> Refusal {
        let from = self.system.definition().access.rights_from;
        let roles: Vec<RoleName> = if from == RightsFrom::GroupRoles {
            let groups = standing.in_force.iter().map(GroupNumber);
            let roles = groups.flat_map(|group| self.settings.roles(group));
            let mut roles: Vec<_> = roles.map(|role| self.index.roles.name(role.0).clone()).collect();
            roles.sort();
            roles.dedup();
            roles
        } else {
            let role = standing.role;
            role.map(|role| self.index.roles.name(role.0).clone())
                .into_iter()
                .collect()
        };
        let profiles = roles.iter().filter_map(|role| self.snapshot.roles.get(role));
        Refusal::NoRight {
            profiles: profiles
                .flat_map(|role| &role.profiles)
                .filter(|_| from == RightsFrom::RoleProfiles)
                .cloned()
                .collect(),
            roles,
        }
    }

    /// The feature for want of which nobody has an ability.
    fn lacking_feature(&self, ability: AbilityNumber) -> Option<crate::model::FeatureId> {
        let lacks = |feature: &&crate::model::FeatureId| !self.system.has_feature(self.installation, feature);
        match self.index.named(ability) {
            Ability::Permission(id) => {
                let (category, permission) = self.system.permission(id)?;
                category
                    .needs
                    .iter()
                    .chain(&permission.needs)
                    .find(lacks)
                    .cloned()
            }
            Ability::Service(id) => self.system.service(id)?.needs.iter().find(lacks).cloned(),
            Ability::Action { .. }
            | Ability::Field { .. }
            | Ability::Role(_)
            | Ability::Authorisation { .. } => None,
        }
    }

    fn not_reached(
        &self,
        standing: &Standing,
        ability: AbilityNumber,
        module: usize,
        effect: Effect,
        target: Option<Target>,
    ) -> NotReached {
        let sharing = &self.sharing.modules[module];
        let decisive = self.decisive_module(module);
        let mut found = NotReached {
            level: self
                .right(standing, ability)
                .filter(|level| *level != Level::Allow),
            default: match sharing.protection {
                Protection::Default(default) => Some((decisive.clone(), default)),
                Protection::None | Protection::Closed => None,
            },
            ..NotReached::default()
        };
        let Some(target) = target else { return found };
        if let Some(rules_of) = sharing.rules_of {
            let range = self.sharing.rules_in(rules_of);
            self.received(standing, &mut |rule| {
                let each = &self.sharing.rules[rule as usize];
                if range.contains(&rule) && !rule_opens(each.access, effect) && self.rule_covers(rule, target)
                {
                    found.too_weak.push((each.key.clone(), each.access));
                }
            });
            found.too_weak.sort();
            found.too_weak.dedup();
        } else {
            found.without_effect = self.ineffective_rules(standing, &decisive, target);
        }
        found
    }
}
