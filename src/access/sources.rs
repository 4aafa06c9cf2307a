//! What gives a user an ability: the one computation behind whether, whom and why.
//!
//! The order is that of docs/access.md. Whom a source reaches is said in `reach`, in words by `ways`.

use super::Ability;
use super::index::{AbilityKind, AbilityNumber, GroupNumber, ModuleNumber, RoleNumber};
use super::sharing::{Party, Protection, default_opens, rule_opens};
use super::state::{Access, Standing};
use crate::model::Level;
use crate::system::{Effect, Limit, PermissionTarget};

/// Something that gives a user an ability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Source {
    /// Marked as one who may do everything.
    Administrator,
    /// Has a role that may do everything.
    SuperRole,
    /// A permission that opens every record.
    Global(AbilityNumber),
    /// The right, where nothing else is asked.
    Right,
    /// The right at level `all`.
    All,
    /// Oneself: what one owns, one's account.
    Own,
    /// What one has created.
    Created,
    /// The right at level `group`.
    Group,
    /// Records of a group one is in.
    GroupOwned,
    /// Records of users below.
    Subordinates,
    /// Records of groups that users below are in.
    GroupsOfSubordinates,
    /// The default of the module.
    Default,
    /// A rule, by its number.
    Rule(u32),
    /// A rule for someone below.
    RuleForSubordinate(u32),
    /// A service that every user has.
    ServiceForAll,
    /// A group that allows a service.
    Service(GroupNumber),
    /// A group whose members are authorised over each other.
    Authorisation(GroupNumber),
    /// A group whose head and deputy are authorised over its members.
    HeadAuthorisation(GroupNumber),
    /// A group that grants a role.
    GroupRole(GroupNumber),
}

impl Access<'_> {
    /// Everything that gives a user an ability. The order is that of docs/access.md.
    pub(crate) fn sources(
        &self,
        standing: &Standing,
        ability: AbilityNumber,
        visit: &mut impl FnMut(Source),
    ) {
        self.sources_given(standing, ability, None, visit);
    }

    /// The same, where the rules of the module that the user has are known: each once, in order.
    pub(crate) fn sources_given(
        &self,
        standing: &Standing,
        ability: AbilityNumber,
        rules: Option<&[u32]>,
        visit: &mut impl FnMut(Source),
    ) {
        let kind = self.index.kind(ability);
        if !standing.active || !self.exists[ability.at()] {
            return;
        }
        let covers_all = match kind {
            AbilityKind::Record { .. }
            | AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Permission { .. } => true,
            AbilityKind::Service { .. } | AbilityKind::Role | AbilityKind::Authorisation => false,
        };
        if let Some(source) = standing.unlimited.filter(|_| covers_all) {
            visit(source);
            return;
        }
        match kind {
            AbilityKind::Record { module, effect } => {
                self.record_sources(standing, ability, (*module, *effect), rules, visit);
            }
            AbilityKind::Function => {
                // A permission that opens every record opens none here: there are none.
                if self.right(standing, ability).is_some() {
                    visit(Source::Right);
                }
            }
            AbilityKind::Field { .. } => {
                if self.right(standing, ability).is_some() && self.reaches_module(standing, kind) {
                    visit(Source::Right);
                }
            }
            AbilityKind::Permission { over, limit } => {
                if let Some(level) = self.right(standing, ability) {
                    permission_sources(*over, *limit, level, visit);
                }
            }
            AbilityKind::Service { .. } => self.settings.service_sources(standing, ability, visit),
            AbilityKind::Role => {
                let grants = |group: &u32| {
                    let roles = self.settings.roles(GroupNumber(*group));
                    roles.iter().any(|role| self.is_role(ability, *role))
                };
                for group in standing.in_force.iter().filter(grants) {
                    visit(Source::GroupRole(GroupNumber(group)));
                }
            }
            AbilityKind::Authorisation => self.settings.authorisation_sources(standing, ability, visit),
        }
    }

    fn is_role(&self, ability: AbilityNumber, role: RoleNumber) -> bool {
        match self.index.named(ability) {
            Ability::Role(name) => name == self.index.roles.name(role.0),
            Ability::Action { .. }
            | Ability::Field { .. }
            | Ability::Permission(_)
            | Ability::Service(_)
            | Ability::Authorisation { .. } => false,
        }
    }

    /// Whether any record of a field's module is reached.
    fn reaches_module(&self, standing: &Standing, field: &AbilityKind) -> bool {
        let Some(action) = field.reaching(&self.index) else {
            return false;
        };
        self.right(standing, action).is_some()
            || self.global(standing, action).is_some()
            || !self.system.definition().access.rights_gate_sharing
    }

    fn record_sources(
        &self,
        standing: &Standing,
        ability: AbilityNumber,
        (module, effect): (ModuleNumber, Effect),
        rules: Option<&[u32]>,
        visit: &mut impl FnMut(Source),
    ) {
        if let Some(permission) = self.global(standing, ability) {
            visit(Source::Global(permission));
        }
        let semantics = &self.system.definition().access;
        let right = self.right(standing, ability);
        if right.is_none() && semantics.rights_gate_sharing {
            return;
        }
        let sharing = &self.sharing.modules[module.at()];
        if sharing.protection == Protection::None && right.is_some() {
            visit(Source::Right);
        }
        match right {
            Some(Level::All) => visit(Source::All),
            Some(Level::Group) => visit(Source::Group),
            Some(Level::Own | Level::Allow) | None => {}
        }
        visit(Source::Own);
        if semantics.groups_own_records && !standing.in_force.is_empty() {
            visit(Source::GroupOwned);
        }
        if semantics.hierarchy.superiors_inherit_owned && standing.role.is_some() {
            visit(Source::Subordinates);
            if semantics.hierarchy.includes_group_owned && semantics.groups_own_records {
                visit(Source::GroupsOfSubordinates);
            }
        }
        if let Protection::Default(default) = sharing.protection
            && default_opens(default, effect)
        {
            visit(Source::Default);
        }
        let range = self.sharing.rules_in(module);
        if range.start == range.end {
            return;
        }
        let found;
        let rules = match rules {
            Some(rules) => rules,
            None => {
                let mut own = Vec::new();
                self.received(standing, &mut |rule| {
                    if range.contains(&rule) {
                        own.push(rule);
                    }
                });
                own.sort_unstable();
                own.dedup();
                found = own;
                &found
            }
        };
        let opens = |rule: u32| rule_opens(self.sharing.rules[rule as usize].access, effect);
        for rule in rules.iter().copied().filter(|rule| opens(*rule)) {
            visit(Source::Rule(rule));
        }
        if let Some(role) = standing.role {
            let below = self.subtrees.rules_below(role).range(range);
            for rule in below.filter(|rule| opens(*rule) && rules.binary_search(rule).is_err()) {
                visit(Source::RuleForSubordinate(rule));
            }
        }
    }

    /// The rules that are for a user; some come more than once.
    pub(crate) fn received(&self, standing: &Standing, visit: &mut impl FnMut(u32)) {
        let mut all = |party| self.sharing.to(party).iter().for_each(|rule| visit(*rule));
        all(Party::Everyone);
        all(Party::User(standing.user));
        if let Some(role) = standing.role {
            all(Party::Role(role));
            all(Party::RoleAndSubordinates(role));
            for above in self.hierarchy.above(role) {
                all(Party::RoleAndSubordinates(above));
            }
        }
        for group in &standing.groups {
            all(Party::Group(GroupNumber(*group)));
        }
    }
}

/// What a permission's level gives.
fn permission_sources(
    over: Option<PermissionTarget>,
    limit: Option<Limit>,
    level: Level,
    visit: &mut impl FnMut(Source),
) {
    let Some(over) = over else {
        visit(Source::Right);
        return;
    };
    match level {
        Level::All => visit(Source::All),
        Level::Group => visit(Source::Group),
        Level::Own | Level::Allow => {}
    }
    let own_account = limit != Some(Limit::NotOwnAccount);
    match over {
        PermissionTarget::Users => {
            if own_account {
                visit(Source::Own);
            }
            visit(Source::Created);
        }
        PermissionTarget::Groups => visit(Source::Created),
        PermissionTarget::Traces => {
            if own_account {
                visit(Source::Own);
            }
        }
    }
}
