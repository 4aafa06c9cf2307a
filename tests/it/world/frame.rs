//! What an object of a state may refer to, while the state is put together.

use std::collections::{BTreeMap, BTreeSet};

use rolecall::model::{
    FeatureId, GroupName, Installation, ModuleName, Principal, PrincipalKind, ProfileName, RoleName, RuleKey,
    User, UserName,
};
use rolecall::system::{Constraint, MemberKind, RoleAttribute, System};

use super::Tape;

/// Names and users, known before roles, profiles and groups get their attributes.
pub(super) struct Frame<'a> {
    pub(super) system: &'a System,
    pub(super) installation: Installation,
    pub(super) profiles: Vec<ProfileName>,
    /// In an order in which a role may report to those before it.
    pub(super) roles: Vec<RoleName>,
    /// In an order in which a group may contain those before it.
    pub(super) groups: Vec<GroupName>,
    pub(super) users: BTreeMap<UserName, User>,
}

impl Frame<'_> {
    pub(super) fn has_feature(&self, feature: &FeatureId) -> bool {
        self.system.has_feature(&self.installation, feature)
    }

    /// Whether a role may do everything, in a system that keeps such roles out of groups.
    pub(super) fn is_barred(&self, role: &RoleName) -> bool {
        let definition = self.system.definition();
        self.system.has(Constraint::SuperRoleNotInGroups) && definition.access.super_roles.contains(role)
    }

    /// Users who may be in groups.
    pub(super) fn joiners(&self) -> impl Iterator<Item = UserName> {
        let may_join = |user: &User| user.role.as_ref().is_none_or(|role| !self.is_barred(role));
        let users = self.users.iter().filter(move |(_, user)| may_join(user));
        users.map(|(name, _)| name.clone())
    }

    /// Roles that may be members of groups.
    pub(super) fn joining_roles(&self) -> impl Iterator<Item = RoleName> {
        self.roles.iter().filter(|role| !self.is_barred(role)).cloned()
    }

    pub(super) fn has_member_kind(&self, kind: MemberKind) -> bool {
        let groups = self.system.definition().groups.as_ref();
        groups.is_some_and(|groups| groups.member_kinds.contains_key(&kind))
    }

    pub(super) fn has_role_attribute(&self, attribute: RoleAttribute) -> bool {
        let roles = self.system.definition().roles.as_ref();
        roles.is_some_and(|roles| roles.attributes.contains_key(&attribute))
    }

    /// Modules with defaults and rules of their own.
    pub(super) fn shareable_modules(&self) -> Vec<ModuleName> {
        let own = |name: &ModuleName| {
            let listed = self.system.module(name);
            listed.is_none_or(|module| module.shareable && module.follows.is_none())
        };
        self.system.modules_of(&self.installation).filter(own).collect()
    }

    fn principal(&self, tape: &mut Tape, kinds: &BTreeSet<PrincipalKind>) -> Option<Principal> {
        match tape.pick(kinds.iter().copied())? {
            PrincipalKind::Everyone => Some(Principal::Everyone),
            PrincipalKind::User => tape.pick(self.users.keys().cloned()).map(Principal::User),
            PrincipalKind::Role => tape.pick(self.roles.iter().cloned()).map(Principal::Role),
            PrincipalKind::RoleAndSubordinates => tape
                .pick(self.roles.iter().cloned())
                .map(Principal::RoleAndSubordinates),
            PrincipalKind::Group => tape.pick(self.groups.iter().cloned()).map(Principal::Group),
        }
    }

    /// A rule between principals that are there.
    pub(super) fn rule(&self, tape: &mut Tape) -> Option<(RuleKey, rolecall::model::RuleAccess)> {
        let kind = self.system.definition().sharing.as_ref()?.rules.as_ref()?;
        let key = RuleKey {
            module: tape.pick(self.shareable_modules())?,
            from: self.principal(tape, &kind.from)?,
            to: self.principal(tape, &kind.to)?,
        };
        Some((key, tape.pick(kind.access.keys().copied())?))
    }

    /// Whether a principal is there.
    pub(super) fn knows(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Everyone => true,
            Principal::User(user) => self.users.contains_key(user),
            Principal::Role(role) | Principal::RoleAndSubordinates(role) => self.roles.contains(role),
            Principal::Group(group) => self.groups.contains(group),
        }
    }
}
