//! From a source back to words: by which role, group and rule a user comes to it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::decide::Target;
use super::index::{AbilityNumber, GroupNumber, RoleNumber, UserNumber};
use super::path::{Grant, Holder, Right, Step, Through};
use super::sharing::{Party, Protection};
use super::sources::Source;
use super::state::{Access, Standing};
use super::{Ability, FieldUse};
use crate::model::{
    FieldAccess, GroupName, Level, ModuleName, Principal, Rights, RoleName, RuleAccess, RuleKey, UserName,
};
use crate::system::RightsFrom;

/// The ways of one user.
pub(crate) struct Ways<'a> {
    access: &'a Access<'a>,
    standing: &'a Standing,
}

impl<'a> Ways<'a> {
    pub(crate) fn new(access: &'a Access<'a>, standing: &'a Standing) -> Self {
        Self { access, standing }
    }

    fn role(&self) -> Vec<Step> {
        let role = self.standing.role;
        role.map(|role| Step::Role(self.access.role_name(role)))
            .into_iter()
            .collect()
    }

    fn to_group(&self, group: GroupNumber) -> Vec<Step> {
        self.access.way_into(self.standing.user, group)
    }

    /// How a source comes to this user and covers the target.
    pub(crate) fn grants(
        &self,
        source: Source,
        ability: AbilityNumber,
        target: Option<Target>,
        grants: &mut Vec<Grant>,
    ) {
        let access = self.access;
        let plain = |steps| Grant {
            steps,
            owner: Vec::new(),
            fault: None,
        };
        let with = |mut steps: Vec<Step>, last| {
            steps.push(last);
            steps
        };
        match source {
            Source::Administrator => grants.push(plain(vec![Step::Administrator])),
            Source::SuperRole => grants.push(plain(with(self.role(), Step::SuperRole))),
            Source::Global(permission) => {
                if let Ability::Permission(id) = access.index.named(permission) {
                    let holder = self.rights(permission).into_iter().next();
                    let last = Step::Global {
                        holder: holder.map(|right| right.holder),
                        permission: id.clone(),
                    };
                    grants.push(plain(with(self.role(), last)));
                }
            }
            Source::Right => grants.push(plain(with(self.role(), Step::Right))),
            Source::All => grants.push(plain(with(self.role(), Step::Level(Level::All)))),
            Source::Own => grants.push(plain(vec![Step::Own])),
            Source::Created => grants.push(plain(vec![Step::Created])),
            Source::Group => self.by_shared_groups(target, grants),
            Source::GroupOwned => match target {
                Some(Target::Group(group)) => {
                    grants.push(plain(with(self.to_group(group), Step::GroupOwned)));
                }
                Some(Target::User(_)) => {}
                None => grants.extend(
                    self.standing
                        .in_force
                        .iter()
                        .map(|group| plain(with(self.to_group(GroupNumber(group)), Step::GroupOwned))),
                ),
            },
            Source::Subordinates => {
                let owner_role = match target {
                    Some(Target::User(owner)) => access.hierarchy.role(owner),
                    Some(Target::Group(_)) | None => None,
                };
                let last = owner_role.map_or(Step::Level(Level::Allow), |role| {
                    Step::Above(access.role_name(role))
                });
                let last = match (last, self.standing.role) {
                    (Step::Level(_), Some(role)) => Step::Above(access.role_name(role)),
                    (last, _) => last,
                };
                grants.push(plain(with(self.role(), last)));
            }
            Source::GroupsOfSubordinates => {
                if let Some(Target::Group(group)) = target {
                    let name = access.group_name(group);
                    grants.push(plain(with(self.role(), Step::GroupBelow(name))));
                }
            }
            Source::Default => grants.extend(access.default_step(ability).map(|step| plain(vec![step]))),
            Source::Rule(rule) => grants.push(self.by_rule(rule, target, Vec::new())),
            Source::RuleForSubordinate(rule) => grants.push(self.by_rule_below(rule, target)),
            Source::ServiceForAll => grants.extend(access.service_for_all(ability).map(plain)),
            Source::Service(group) => {
                let way = access.way_to_holder(self.standing.user, group, ability);
                grants.push(self.about_members(with(way, Step::Given), group, ability, target));
            }
            Source::Authorisation(group) => {
                let way = with(self.to_group(group), Step::Given);
                grants.push(self.about_members(way, group, ability, target));
            }
            Source::HeadAuthorisation(group) => {
                let way = with(access.way_of_head(self.standing.user, group), Step::Given);
                grants.push(self.about_members(way, group, ability, target));
            }
            Source::GroupRole(group) => grants.push(plain(with(self.to_group(group), Step::Given))),
        }
    }

    fn about_members(
        &self,
        steps: Vec<Step>,
        group: GroupNumber,
        ability: AbilityNumber,
        target: Option<Target>,
    ) -> Grant {
        let owner = match target {
            Some(Target::User(owner)) if self.access.index.kind(ability).has_targets() => {
                self.access.way_into(owner, group)
            }
            Some(Target::User(_) | Target::Group(_)) | None => Vec::new(),
        };
        Grant {
            steps,
            owner,
            fault: None,
        }
    }

    /// At level `group`: through each group that both are in.
    fn by_shared_groups(&self, target: Option<Target>, grants: &mut Vec<Grant>) {
        for group in self.standing.in_force.iter().map(GroupNumber) {
            let covered = match target {
                Some(Target::User(owner)) => self.access.membership.members(group).contains(owner.0),
                Some(Target::Group(owner)) => owner == group,
                None => true,
            };
            if covered {
                let mut steps = self.to_group(group);
                steps.push(Step::Level(Level::Group));
                let owner = match target {
                    Some(Target::User(owner)) => self.access.way_into(owner, group),
                    Some(Target::Group(_)) | None => Vec::new(),
                };
                grants.push(Grant {
                    steps,
                    owner,
                    fault: None,
                });
            }
        }
    }

    fn by_rule(&self, rule: u32, target: Option<Target>, mut steps: Vec<Step>) -> Grant {
        let access = self.access;
        let each = &access.sharing.rules[rule as usize];
        steps.extend(access.way_to_party(self.standing.user, each.to));
        steps.push(Step::Rule {
            key: each.key.clone(),
            access: each.access,
        });
        Grant {
            steps,
            owner: target.map_or_else(Vec::new, |target| access.way_of_owner(each.from, target)),
            fault: target.and_then(|target| access.is_by_fault(rule, target)),
        }
    }

    fn by_rule_below(&self, rule: u32, target: Option<Target>) -> Grant {
        let access = self.access;
        let below = self.standing.role.map(|role| access.hierarchy.below(role));
        let receives = |user: &u32| {
            let standing = access.standing(UserNumber(*user));
            let mut found = false;
            access.received(&standing, &mut |received| found |= received == rule);
            found
        };
        let someone = below.into_iter().flatten().find(receives);
        match someone {
            Some(user) => {
                let standing = access.standing(UserNumber(user));
                let mut steps = self.role();
                steps.push(Step::Below(access.index.users.name(user).clone()));
                Ways::new(access, &standing).by_rule(rule, target, steps)
            }
            None => self.by_rule(rule, target, self.role()),
        }
    }

    /// The rights that an ability rests on: who carries them and how far they go.
    pub(crate) fn rights(&self, ability: AbilityNumber) -> Vec<Right> {
        let access = self.access;
        let ability = access.index.named(ability);
        let of_role = |name: &RoleName| {
            let role = access.snapshot.roles.get(name)?;
            let level = level_in(access, &role.rights, ability)?;
            Some(Right {
                holder: Holder::Role(name.clone()),
                level,
            })
        };
        match access.system.definition().access.rights_from {
            RightsFrom::Role => {
                let role = self.standing.role.map(|role| access.role_name(role));
                role.iter().filter_map(of_role).collect()
            }
            RightsFrom::RoleProfiles => {
                let role = self.standing.role.map(|role| access.role_name(role));
                let role = role.and_then(|role| access.snapshot.roles.get(&role));
                let profiles = role.into_iter().flat_map(|role| &role.profiles);
                let rights = profiles.filter_map(|name| {
                    let profile = access.snapshot.profiles.get(name)?;
                    let level = level_in(access, &profile.rights, ability)?;
                    Some(Right {
                        holder: Holder::Profile(name.clone()),
                        level,
                    })
                });
                rights.collect()
            }
            RightsFrom::GroupRoles => {
                let groups = self.standing.in_force.iter().map(GroupNumber);
                let roles = groups.flat_map(|group| access.settings.roles(group));
                let roles: BTreeSet<RoleName> = roles.map(|role| access.role_name(*role)).collect();
                roles.iter().filter_map(of_role).collect()
            }
            RightsFrom::GroupSettings => Vec::new(),
        }
    }
}

/// How far rights go for an ability.
pub(super) fn level_in(access: &Access<'_>, rights: &Rights, ability: &Ability) -> Option<Level> {
    match ability {
        Ability::Action { module, action } => {
            let source = access
                .system
                .module(module)
                .and_then(|module| module.rights_of.as_ref());
            let rights = rights.modules.get(source.unwrap_or(module))?;
            rights.actions.get(action).copied()
        }
        Ability::Field { module, field, used } => {
            let rights = rights.modules.get(module);
            let stated = rights.and_then(|rights| rights.fields.get(field)).copied();
            let open = stated.unwrap_or_else(|| access.system.usual_field_access());
            let least = match used {
                FieldUse::See => FieldAccess::ReadOnly,
                FieldUse::Edit => FieldAccess::ReadWrite,
            };
            (open >= least).then_some(Level::Allow)
        }
        Ability::Permission(id) => rights.permissions.get(id).copied(),
        Ability::Service(_) | Ability::Role(_) | Ability::Authorisation { .. } => None,
    }
}

impl Access<'_> {
    pub(crate) fn role_name(&self, role: RoleNumber) -> RoleName {
        self.index.roles.name(role.0).clone()
    }

    pub(crate) fn group_name(&self, group: GroupNumber) -> GroupName {
        self.index.groups.name(group.0).clone()
    }

    /// The shortest way by which a user is in a group; empty when there is none.
    pub(crate) fn way_into(&self, user: UserNumber, group: GroupNumber) -> Vec<Step> {
        let name = self.index.users.name(user.0);
        let role = self.hierarchy.role(user);
        let mut roles: Vec<RoleName> = role.map(|role| self.role_name(role)).into_iter().collect();
        roles.extend(
            role.into_iter()
                .flat_map(|role| self.hierarchy.above(role))
                .map(|role| self.role_name(role)),
        );
        let start = self.index.groups.name(group.0);
        // From the group inwards, remembering which group led to which.
        let mut container: BTreeMap<&GroupName, Option<&GroupName>> = BTreeMap::from([(start, None)]);
        let mut open = VecDeque::from([start]);
        while let Some(at) = open.pop_front() {
            let Some(group) = self.snapshot.groups.get(at) else {
                continue;
            };
            let listed = self.snapshot.users.get(name).and_then(|user| {
                let members = &group.members;
                if members.users.contains(name) {
                    return Some(Through::Listed);
                }
                if user.primary_group.as_ref() == Some(at) {
                    return Some(Through::PrimaryGroup);
                }
                let own = roles.first().filter(|role| members.roles.contains(*role));
                if let Some(role) = own {
                    return Some(Through::Role(role.clone()));
                }
                let above = roles
                    .iter()
                    .find(|role| members.roles_and_subordinates.contains(*role));
                above.map(|role| Through::RoleAndSubordinates(role.clone()))
            });
            if let Some(through) = listed {
                return self.outwards(at, through, role, &container);
            }
            for nested in &group.members.groups {
                if let Some((nested, _)) = self.snapshot.groups.get_key_value(nested)
                    && !container.contains_key(nested)
                {
                    container.insert(nested, Some(at));
                    open.push_back(nested);
                }
            }
        }
        Vec::new()
    }

    /// The steps from the group in which someone is directly out to the one that was asked about.
    fn outwards(
        &self,
        innermost: &GroupName,
        through: Through,
        role: Option<RoleNumber>,
        container: &BTreeMap<&GroupName, Option<&GroupName>>,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        if let (Through::Role(_) | Through::RoleAndSubordinates(_), Some(role)) = (&through, role) {
            steps.push(Step::Role(self.role_name(role)));
        }
        steps.push(Step::Group {
            group: innermost.clone(),
            through,
        });
        let mut inner = innermost;
        while let Some(Some(outer)) = container.get(inner) {
            steps.push(Step::Group {
                group: (*outer).clone(),
                through: Through::Group(inner.clone()),
            });
            inner = outer;
        }
        steps
    }

    /// The way by which a user is one of those whom a rule is for.
    fn way_to_party(&self, user: UserNumber, party: Party) -> Vec<Step> {
        match party {
            Party::Everyone | Party::User(_) => Vec::new(),
            Party::Role(_) | Party::RoleAndSubordinates(_) => {
                let role = self.hierarchy.role(user);
                role.map(|role| Step::Role(self.role_name(role)))
                    .into_iter()
                    .collect()
            }
            Party::Group(group) => self.way_into(user, group),
        }
    }

    /// How an owner is one of those whose records a rule is about.
    fn way_of_owner(&self, party: Party, target: Target) -> Vec<Step> {
        match (party, target) {
            (Party::Everyone | Party::User(_), _) => Vec::new(),
            (Party::Role(_) | Party::RoleAndSubordinates(_), Target::User(owner)) => {
                let role = self.hierarchy.role(owner);
                role.map(|role| Step::Role(self.role_name(role)))
                    .into_iter()
                    .collect()
            }
            (Party::Group(group), Target::User(owner)) => self.way_into(owner, group),
            (Party::Group(group), Target::Group(owner)) if group == owner => Vec::new(),
            (Party::Group(group), Target::Group(owner)) => self.nesting(owner, group),
            (Party::Role(_) | Party::RoleAndSubordinates(_), Target::Group(_)) => Vec::new(),
        }
    }

    /// The groups by which one group is in another.
    fn nesting(&self, inner: GroupNumber, outer: GroupNumber) -> Vec<Step> {
        let (inner, start) = (self.index.groups.name(inner.0), self.index.groups.name(outer.0));
        let mut container: BTreeMap<&GroupName, &GroupName> = BTreeMap::new();
        let mut open = VecDeque::from([start]);
        while let Some(at) = open.pop_front() {
            let nested = self.snapshot.groups.get(at).into_iter();
            for nested in nested.flat_map(|group| &group.members.groups) {
                if nested != start && !container.contains_key(nested) {
                    container.insert(nested, at);
                    open.push_back(nested);
                }
            }
        }
        let mut steps = Vec::new();
        let mut at = inner;
        while let Some(outer) = container.get(at) {
            steps.push(Step::Group {
                group: (*outer).clone(),
                through: Through::Group(at.clone()),
            });
            at = outer;
        }
        steps
    }

    fn default_step(&self, ability: AbilityNumber) -> Option<Step> {
        let Ability::Action { module, .. } = self.index.named(ability) else {
            return None;
        };
        let number = self.index.module_number(module)?;
        match self.sharing.modules[number.at()].protection {
            Protection::Default(access) => Some(Step::Default {
                module: self.decisive_module(number.at()),
                access,
            }),
            Protection::None | Protection::Closed => None,
        }
    }

    /// The module whose default and rules hold for a module.
    pub(crate) fn decisive_module(&self, module: usize) -> ModuleName {
        let mut name = &self.index.modules[module].name;
        for _ in 0..self.index.modules.len() {
            match self
                .system
                .module(name)
                .and_then(|module| module.follows.as_ref())
            {
                Some(followed) => name = followed,
                None => break,
            }
        }
        name.clone()
    }

    fn service_for_all(&self, ability: AbilityNumber) -> Option<Vec<Step>> {
        let feature = self.settings.feature_for_all(ability)?;
        Some(vec![Step::Feature(feature.clone())])
    }

    /// How a user is the one who has what a group gives: as a member, or as head or deputy.
    fn way_to_holder(&self, user: UserNumber, group: GroupNumber, ability: AbilityNumber) -> Vec<Step> {
        if self.settings.is_of_heads(ability) {
            self.way_of_head(user, group)
        } else {
            self.way_into(user, group)
        }
    }

    fn way_of_head(&self, user: UserNumber, group: GroupNumber) -> Vec<Step> {
        let (user, name): (&UserName, _) = (self.index.users.name(user.0), self.group_name(group));
        let head = self
            .snapshot
            .groups
            .get(&name)
            .and_then(|group| group.head.as_ref());
        vec![if head == Some(user) {
            Step::Head(name)
        } else {
            Step::Deputy(name)
        }]
    }

    /// The groups that give a service, an authorisation or a role.
    pub(crate) fn giving_groups(&self, ability: AbilityNumber) -> Vec<GroupName> {
        let groups = self.settings.giving(ability);
        let mut names: Vec<GroupName> = groups
            .iter()
            .map(|group| self.group_name(GroupNumber(group)))
            .collect();
        if let Ability::Role(role) = self.index.named(ability) {
            let granting = self.snapshot.groups.iter();
            names.extend(
                granting
                    .filter(|(_, group)| group.roles.contains(role))
                    .map(|(name, _)| name.clone()),
            );
        }
        names
    }

    /// Rules of a module that are for a user and cover an owner, and have no effect under the module's default.
    pub(crate) fn ineffective_rules(
        &self,
        standing: &Standing,
        module: &ModuleName,
        target: Target,
    ) -> Vec<(RuleKey, RuleAccess)> {
        let first = RuleKey {
            module: module.clone(),
            from: Principal::Everyone,
            to: Principal::Everyone,
        };
        let rules = self.snapshot.sharing.rules.range(first..);
        let rules = rules.take_while(|(key, _)| key.module == *module);
        let found = rules.filter(|(key, _)| {
            let from = Party::of(&self.index, self.snapshot, &key.from);
            let to = Party::of(&self.index, self.snapshot, &key.to);
            from.is_some_and(|from| self.party_covers(from, target))
                && to.is_some_and(|to| self.is_one_of(standing, to))
        });
        found.map(|(key, access)| (key.clone(), *access)).collect()
    }

    fn party_covers(&self, party: Party, target: Target) -> bool {
        match (party, target) {
            (Party::Everyone, _) => true,
            (Party::User(user), Target::User(owner)) => user == owner,
            (Party::Role(role), Target::User(owner)) => self.hierarchy.users[role.at()].contains(owner.0),
            (Party::RoleAndSubordinates(role), Target::User(owner)) => {
                self.hierarchy.users_and_subordinates[role.at()].contains(owner.0)
            }
            (Party::Group(group), Target::User(owner)) => self.membership.members(group).contains(owner.0),
            (Party::Group(group), Target::Group(owner)) => self.membership.contained(group).contains(owner.0),
            (Party::User(_) | Party::Role(_) | Party::RoleAndSubordinates(_), Target::Group(_)) => false,
        }
    }

    /// Whether a user is one of those whom a rule names.
    pub(crate) fn is_one_of(&self, standing: &Standing, party: Party) -> bool {
        match party {
            Party::Everyone => true,
            Party::User(user) => user == standing.user,
            Party::Role(role) => standing.role == Some(role),
            Party::RoleAndSubordinates(role) => {
                self.hierarchy.users_and_subordinates[role.at()].contains(standing.user.0)
            }
            Party::Group(group) => standing.groups.binary_search(&group.0).is_ok(),
        }
    }
}
