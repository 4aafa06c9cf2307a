//! [`Access`]: everything that follows from one state, ready to be asked.
//!
//! What a user reaches comes from [`Source`]s. Whether, why and how far are one computation: [`Access::sources`] names
//! the sources, and each question looks at them in its own way.

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::Ability;
use super::gate::{Gate, Gates};
use super::hierarchy::Hierarchy;
use super::index::{AbilityKind, AbilityNumber, GroupNumber, Index, ModuleNumber, RoleNumber, UserNumber};
use super::membership::Membership;
use super::settings::GroupSettings;
use super::sharing::{Party, Protection, Sharing, default_opens, rule_opens};
use super::subtree::Subtrees;
use crate::model::{Installation, Level, Snapshot, User};
use crate::system::{Effect, Limit, PermissionTarget, RightsFrom, System};

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

/// What is known of a user before any question.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) user: UserNumber,
    pub(crate) role: Option<RoleNumber>,
    /// Every group the user is in, in order.
    pub(crate) groups: Vec<u32>,
    /// Those of them in force, as a set.
    pub(crate) in_force: RoaringBitmap,
    /// Whether the user can log in at all.
    pub(crate) active: bool,
    /// Why the user may do everything, if so.
    pub(crate) unlimited: Option<Source>,
    /// What the roles of the user's groups permit, where rights come from them.
    pub(crate) gate: Option<Gate>,
}

impl Standing {
    /// Whether rights come from the user's groups rather than from the role.
    pub(crate) fn has_own_gate(&self) -> bool {
        self.gate.is_some()
    }
}

/// The effective access of one state.
#[derive(Debug)]
pub struct Access<'a> {
    pub(crate) system: &'a System,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) installation: &'a Installation,
    pub(crate) index: Arc<Index>,
    pub(crate) hierarchy: Hierarchy,
    pub(crate) membership: Membership,
    /// Members as the product expands the source of a rule, where that differs.
    pub(crate) confused: Option<Membership>,
    pub(crate) gates: Gates,
    pub(crate) sharing: Sharing<'a>,
    pub(crate) settings: GroupSettings,
    pub(crate) subtrees: Subtrees,
    /// Whether the installation of this state has each ability at all.
    exists: Vec<bool>,
    /// Users whom this state has.
    pub(crate) there: RoaringBitmap,
    /// Users who can log in.
    pub(crate) active: RoaringBitmap,
    /// Users who may do everything.
    unlimited: Vec<(u32, Source)>,
}

impl<'a> Access<'a> {
    /// The access that follows from a state.
    pub fn new(system: &'a System, snapshot: &'a Snapshot, installation: &'a Installation) -> Self {
        Self::observed(system, snapshot, installation, &mut |_| {})
    }

    /// The access that follows from a state. `over` is told the name of each phase when it is over.
    pub fn observed(
        system: &'a System,
        snapshot: &'a Snapshot,
        installation: &'a Installation,
        over: &mut dyn FnMut(&'static str),
    ) -> Self {
        let index = Arc::new(Index::new(system, &[(snapshot, installation)]));
        over("numbering");
        Self::numbered(system, (snapshot, installation), index, over)
    }

    /// The access of two states, before and after, numbered alike so that they can be compared. `over` is told the
    /// name of each phase when it is over.
    pub fn pair(
        system: &'a System,
        [before, after]: [(&'a Snapshot, &'a Installation); 2],
        over: &mut dyn FnMut(&'static str),
    ) -> (Self, Self) {
        let index = Arc::new(Index::new(system, &[after, before]));
        over("numbering");
        (
            Self::numbered(system, before, Arc::clone(&index), over),
            Self::numbered(system, after, index, over),
        )
    }

    fn numbered(
        system: &'a System,
        (snapshot, installation): (&'a Snapshot, &'a Installation),
        index: Arc<Index>,
        over: &mut dyn FnMut(&'static str),
    ) -> Self {
        let semantics = &system.definition().access;
        let mut users: Vec<Option<&User>> = vec![None; index.users.len()];
        for (name, user) in &snapshot.users {
            if let Some(number) = index.users.number(name) {
                users[number as usize] = Some(user);
            }
        }
        let hierarchy = Hierarchy::new(&index, snapshot, &users, semantics.subordinates_by_path_prefix);
        let close = |confused| {
            let inactive = semantics.inactive_groups_count;
            Membership::new(&index, snapshot, &hierarchy, inactive, confused)
        };
        let membership = close(false);
        let confused = (!hierarchy.confused.is_empty()).then(|| close(true));
        over("membership");
        let gates = Gates::new(system, &index, snapshot, installation);
        let sharing = Sharing::new(system, &index, snapshot, &membership);
        let settings = GroupSettings::new(system, &index, snapshot, installation, &membership);
        let subtrees = Subtrees::new(system, &index, snapshot, &hierarchy, &membership, &sharing);
        let mut active = RoaringBitmap::new();
        let mut there = RoaringBitmap::new();
        let mut unlimited = Vec::new();
        for (number, user) in (0u32..).zip(users) {
            let Some(user) = user else { continue };
            there.insert(number);
            if user.active {
                active.insert(number);
            }
            let is_super = user.role.as_ref().is_some_and(|role| {
                semantics.super_roles.contains(role) && snapshot.roles.contains_key(role)
            });
            if semantics.administrators_may_everything && user.administrator {
                unlimited.push((number, Source::Administrator));
            } else if is_super {
                unlimited.push((number, Source::SuperRole));
            }
        }
        active.optimize();
        there.optimize();
        let exists = index.abilities.iter().zip(0..);
        let exists = exists
            .map(|((ability, _), number)| {
                let lacking = gates.lacking.contains(&AbilityNumber(number));
                !lacking && is_there(system, snapshot, installation, ability)
            })
            .collect();
        over("access");
        Self {
            exists,
            there,
            system,
            snapshot,
            installation,
            index,
            hierarchy,
            membership,
            confused,
            gates,
            sharing,
            settings,
            subtrees,
            active,
            unlimited,
        }
    }

    /// The system whose rules hold.
    pub fn system(&self) -> &System {
        self.system
    }

    /// What is known of a user before any question.
    pub(crate) fn standing(&self, user: UserNumber) -> Standing {
        let role = self.hierarchy.role(user);
        let groups = self.membership.groups(user, role);
        let active = self.active.contains(user.0);
        self.standing_of(user, role, groups, active, self.unlimited(user))
    }

    /// What follows from a role and groups.
    pub(crate) fn standing_of(
        &self,
        user: UserNumber,
        role: Option<RoleNumber>,
        groups: Vec<u32>,
        active: bool,
        unlimited: Option<Source>,
    ) -> Standing {
        let in_force: RoaringBitmap = groups
            .iter()
            .copied()
            .filter(|group| self.membership.in_force.contains(*group))
            .collect();
        let from_groups = self.system.definition().access.rights_from == RightsFrom::GroupRoles;
        let gate = from_groups.then(|| {
            let granted = in_force
                .iter()
                .flat_map(|group| self.settings.roles(GroupNumber(group)));
            let granted: BTreeSet<RoleNumber> = granted.copied().collect();
            self.gates.of_roles(granted)
        });
        Standing {
            user,
            role,
            groups,
            in_force,
            active,
            unlimited,
            gate,
        }
    }

    /// Why a user may do everything, if so.
    pub(crate) fn unlimited(&self, user: UserNumber) -> Option<Source> {
        let found = self.unlimited.binary_search_by_key(&user.0, |(user, _)| *user);
        found.ok().map(|at| self.unlimited[at].1)
    }

    /// What a user's roles permit.
    pub(crate) fn gate<'s>(&'s self, standing: &'s Standing) -> &'s Gate {
        match &standing.gate {
            Some(gate) => gate,
            None => self.gates.of_role(standing.role),
        }
    }

    /// How far the right goes, if the user has it.
    pub(crate) fn right(&self, standing: &Standing, ability: AbilityNumber) -> Option<Level> {
        self.gate(standing).level(ability)
    }

    /// The permission by which every record is open to the user for an action, if one is.
    pub(crate) fn global(&self, standing: &Standing, action: AbilityNumber) -> Option<AbilityNumber> {
        let mut permissions = self.gates.global[action.at()].iter().copied();
        permissions.find(|permission| self.right(standing, *permission).is_some())
    }

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
                if let Some(permission) = self.global(standing, ability) {
                    visit(Source::Global(permission));
                } else if self.right(standing, ability).is_some() {
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

/// Whether an installation has an ability.
fn is_there(system: &System, snapshot: &Snapshot, installation: &Installation, ability: &Ability) -> bool {
    match ability {
        Ability::Action { module, .. } => {
            system.module(module).is_some() || installation.modules.contains_key(module)
        }
        Ability::Field { module, field, .. } => {
            let added = installation.modules.get(module);
            added.is_some_and(|fields| fields.contains(field))
                || system
                    .module(module)
                    .is_some_and(|module| module.fields.contains(field))
        }
        Ability::Role(role) => snapshot.roles.contains_key(role),
        Ability::Permission(_) | Ability::Service(_) | Ability::Authorisation { .. } => true,
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
