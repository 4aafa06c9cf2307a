//! The synthetic state: what a system has, in the proportions of a grown installation.

use std::collections::{BTreeMap, BTreeSet};

use rolecall::model::{
    Authorisations, DefaultAccess, Group, GroupName, Level, ModuleName, MonitorPlaces, Principal,
    PrincipalKind, Profile, ProfileName, Rights, Role, RoleName, RuleAccess, RuleKey, ServiceId, Snapshot,
    Status, User, UserName,
};
use rolecall::system::{
    Definition, GroupAttribute, GroupKind, MemberKind, ProfileAttribute, RoleAttribute, System, UserAttribute,
};

use crate::counts::{Counts, is_spare};
use crate::random::Random;

const FIRST_NAMES: [&str; 20] = [
    "anna", "ben", "clara", "david", "emma", "felix", "greta", "hugo", "ida", "jonas", "karla", "leon",
    "mia", "noah", "olga", "paul", "rosa", "sami", "tessa", "yusuf",
];
const DEPARTMENTS: [&str; 8] = [
    "Sales",
    "Support",
    "Back Office",
    "Field Service",
    "Marketing",
    "Finance",
    "Logistics",
    "Quality",
];
const RANKS: [&str; 6] = ["Director", "Manager", "Lead", "Specialist", "Rep", "Assistant"];
const PLACES: [&str; 10] = [
    "Berlin", "Hamburg", "Munich", "Cologne", "Leipzig", "Dresden", "Vienna", "Zurich", "Lyon", "Turin",
];
/// Modules for systems that take them all from the installation.
const OWN_MODULES: [&str; 5] = ["Contacts", "Leads", "Quotes", "Tickets", "Contracts"];

/// Groups nest this deep.
const NESTING: usize = 6;

/// The names of what was made, by number, so that others can refer to it.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) users: Vec<UserName>,
    pub(crate) roles: Vec<RoleName>,
    pub(crate) profiles: Vec<ProfileName>,
    pub(crate) groups: Vec<GroupName>,
}

/// A project's state, built step by step.
pub(crate) struct Shape<'a> {
    pub(crate) system: &'a System,
    pub(crate) random: Random,
    pub(crate) snapshot: Snapshot,
    pub(crate) made: Made,
}

impl<'a> Shape<'a> {
    /// Makes a state of this size.
    pub(crate) fn new(system: &'a System, counts: Counts, seed: u64) -> Self {
        let mut shape = Self {
            system,
            random: Random::new(seed),
            snapshot: system.bare(),
            made: Made::default(),
        };
        shape.modules();
        shape.profiles(counts.profiles);
        shape.roles(counts.roles);
        shape.users(counts.users);
        shape.groups(counts.groups);
        shape.sharing(counts.rules);
        shape
    }

    pub(crate) fn definition(&self) -> &'a Definition {
        self.system.definition()
    }

    fn modules(&mut self) {
        let kind = self.definition().modules.as_ref();
        if kind.is_some_and(|kind| kind.open && kind.list.is_empty()) {
            let modules = OWN_MODULES.map(|name| (ModuleName::from(name), BTreeSet::new()));
            self.snapshot.installation.modules.extend(modules);
        }
    }

    fn profiles(&mut self, count: usize) {
        let Some(kind) = &self.definition().profiles else {
            return;
        };
        for number in 0..count {
            let department = DEPARTMENTS[number % DEPARTMENTS.len()];
            let name = ProfileName::from(format!("{department} Profile {:04}", number + 1));
            let has = |attribute| kind.attributes.contains_key(&attribute);
            let description =
                has(ProfileAttribute::Description).then(|| format!("What {department} works with"));
            let rights = self.rights(has(ProfileAttribute::Permissions), has(ProfileAttribute::Modules));
            let description = description.unwrap_or_default();
            self.snapshot
                .profiles
                .insert(name.clone(), Profile { description, rights });
            self.made.profiles.push(name);
        }
    }

    /// Some permissions and rights on some modules, each at a level that it takes.
    fn rights(&mut self, permissions: bool, modules: bool) -> Rights {
        let mut rights = Rights::default();
        let (system, definition) = (self.system, self.definition());
        let categories = definition
            .permissions
            .iter()
            .filter(|category| category.needs.is_none());
        for permission in categories
            .flat_map(|category| &category.permissions)
            .filter(|_| permissions)
        {
            if permission.needs.is_none() && self.random.percent(40) {
                let level = self.level(&permission.levels);
                rights.permissions.insert(permission.id.clone(), level);
            }
        }
        if !modules {
            return rights;
        }
        let known: Vec<ModuleName> = system.modules_of(&self.snapshot.installation).collect();
        for _ in 0..6 {
            let Some(module) = self.random.pick(&known).cloned() else {
                break;
            };
            let mut of_module = rolecall::model::ModuleRights::default();
            for (place, action) in system.actions_of(&module).enumerate() {
                if place == 0 || self.random.percent(50) {
                    of_module
                        .actions
                        .insert(action.id.clone(), self.level(&action.levels));
                }
            }
            let fields = system.module(&module).map_or(&[][..], |module| &module.fields);
            let kind = definition.modules.as_ref().and_then(|kind| kind.fields.as_ref());
            if let (Some(kind), Some(field)) = (kind, self.random.pick(fields)) {
                let unusual = kind.choices.keys().find(|access| **access != kind.usual);
                of_module
                    .fields
                    .extend(unusual.map(|access| (field.clone(), *access)));
            }
            rights.modules.insert(module, of_module);
        }
        rights
    }

    fn level(&mut self, levels: &BTreeMap<Level, String>) -> Level {
        let levels: Vec<Level> = levels.keys().copied().collect();
        self.random.pick(&levels).copied().unwrap_or(Level::Allow)
    }

    fn roles(&mut self, count: usize) {
        let Some(kind) = &self.definition().roles else {
            return;
        };
        let scopes: Vec<_> = kind.assign_records_to.keys().copied().collect();
        let top = kind.root.clone().or_else(|| kind.fixed.first().cloned());
        for number in 0..count {
            let department = DEPARTMENTS[number % DEPARTMENTS.len()];
            let rank = RANKS[(number + 1).ilog(6).min(5) as usize];
            let name = RoleName::from(format!("{department} {rank} {:04}", number + 1));
            let has = |attribute| kind.attributes.contains_key(&attribute);
            let mut role = Role::default();
            if has(RoleAttribute::Description) {
                role.description = format!("{rank} in {department}");
            }
            if has(RoleAttribute::ReportsTo) {
                let above = number.checked_sub(1).map(|number| number / 5);
                let above = above.map(|above| if is_spare(above, count) { above - 1 } else { above });
                role.reports_to = above.map_or(top.clone(), |above| Some(self.made.roles[above].clone()));
            }
            if has(RoleAttribute::Profiles) {
                let usable = self.usable_profiles();
                for _ in 0..1 + self.random.below(2) {
                    role.profiles.extend(self.random.pick(&usable).cloned());
                }
            }
            if has(RoleAttribute::AssignRecordsTo) {
                role.assign_records_to = self.random.pick(&scopes).copied();
            }
            role.rights = self.rights(has(RoleAttribute::Permissions), has(RoleAttribute::Modules));
            self.snapshot.roles.insert(name.clone(), role);
            self.made.roles.push(name);
        }
    }

    fn usable_profiles(&self) -> Vec<ProfileName> {
        not_spare(&self.made.profiles)
    }

    fn users(&mut self, count: usize) {
        let has = |attribute| self.definition().users.attributes.contains_key(&attribute);
        let (role, administrator, active) = (
            has(UserAttribute::Role),
            has(UserAttribute::Administrator),
            has(UserAttribute::Active),
        );
        let roles = not_spare(&self.made.roles);
        for number in 0..count {
            let first = FIRST_NAMES[self.random.below(FIRST_NAMES.len())];
            let letter = char::from(b'a' + u8::try_from(self.random.below(26)).unwrap_or(0));
            let name = UserName::from(format!("{first}.{letter}{:04}", number + 1));
            let mut user = User::default();
            if role {
                user.role = self.random.pick(&roles).cloned();
            }
            user.administrator = administrator && number % 1000 == 0;
            user.active = !active || number % 50 != 7;
            self.snapshot.users.insert(name.clone(), user);
            self.made.users.push(name);
        }
    }

    fn groups(&mut self, count: usize) {
        let Some(kind) = &self.definition().groups else {
            return;
        };
        let name = |number: usize| {
            let place = PLACES[number % PLACES.len()];
            let department = DEPARTMENTS[(number / PLACES.len()) % DEPARTMENTS.len()];
            GroupName::from(format!("{department} {place} {:04}", number + 1))
        };
        self.made.groups = (0..count).map(name).collect();
        let roles = not_spare(&self.made.roles);
        for number in 0..count {
            let group = self.group(kind, &roles, number, count);
            self.snapshot
                .groups
                .insert(self.made.groups[number].clone(), group);
        }
    }

    fn group(&mut self, kind: &GroupKind, roles: &[RoleName], number: usize, count: usize) -> Group {
        let has = |attribute| kind.attributes.contains_key(&attribute);
        let mut group = Group::default();
        if has(GroupAttribute::Description) {
            group.description = format!("Team no. {} of this house", number + 1);
        }
        if has(GroupAttribute::Status) && number % 25 == 3 {
            group.status = Status::Inactive;
        }
        let admits = |member| has(GroupAttribute::Members) && kind.member_kinds.contains_key(&member);
        let members = &mut group.members;
        if admits(MemberKind::Users) {
            for _ in 0..3 + self.random.below(6) {
                members.users.extend(self.random.pick(&self.made.users).cloned());
            }
        }
        if admits(MemberKind::Roles) && self.random.percent(30) {
            members.roles.extend(self.random.pick(roles).cloned());
        }
        if admits(MemberKind::RolesAndSubordinates) && self.random.percent(20) {
            members
                .roles_and_subordinates
                .extend(self.random.pick(roles).cloned());
        }
        // A group of one level holds groups of the next, and the last level holds none.
        if admits(MemberKind::Groups) && number % NESTING + 1 < NESTING && self.random.percent(40) {
            for _ in 0..1 + self.random.below(2) {
                let nested = self.random.below(count / NESTING) * NESTING + number % NESTING + 1;
                if nested < count && !is_spare(nested, count) {
                    members.groups.insert(self.made.groups[nested].clone());
                }
            }
        }
        if has(GroupAttribute::Roles) {
            for _ in 0..1 + self.random.below(3) {
                group.roles.extend(self.random.pick(roles).cloned());
            }
        }
        self.settings(&has, &mut group, count);
        group
    }

    /// What groups assign together, where groups do.
    fn settings(&mut self, has: &impl Fn(GroupAttribute) -> bool, group: &mut Group, count: usize) {
        if has(GroupAttribute::Head) && self.random.percent(50) {
            group.head = self.random.pick(&self.made.users).cloned();
        }
        if has(GroupAttribute::Deputy) && group.head.is_some() {
            group.deputy = self.random.pick(&self.made.users).cloned();
        }
        let catalogue = self.definition().authorisations.as_ref();
        let levels = catalogue.map_or(&[][..], |catalogue| &catalogue.levels);
        // The first level is the one that says nothing.
        let mut level = || {
            let level = self.random.pick(levels.get(1..)?)?;
            Some(Authorisations::Level(level.id.clone()))
        };
        if has(GroupAttribute::Authorisations) {
            group.authorisations = level();
        }
        if has(GroupAttribute::HeadAuthorisations) && group.head.is_some() {
            group.head_authorisations = level();
        }
        if has(GroupAttribute::Services) {
            let services = self.definition().services.iter().filter(|service| {
                service.needs.is_none()
                    && service.unless.is_none()
                    && service.needs_one_of.is_empty()
                    && service.includes.is_empty()
            });
            let services: Vec<ServiceId> = services.map(|service| service.id.clone()).collect();
            for _ in 0..3 {
                group.services.extend(self.random.pick(&services).cloned());
            }
        }
        if has(GroupAttribute::MonitorGroups) && self.random.percent(20) {
            let shown = self.random.below(count);
            if !is_spare(shown, count) {
                let places = MonitorPlaces {
                    monitor: true,
                    favorites: false,
                };
                group
                    .monitor_groups
                    .insert(self.made.groups[shown].clone(), places);
            }
        }
    }

    fn sharing(&mut self, count: usize) {
        let modules = self.shareable();
        let defaults = self
            .definition()
            .sharing
            .as_ref()
            .and_then(|sharing| sharing.defaults.as_ref());
        if let Some(defaults) =
            defaults.filter(|defaults| defaults.choices.contains_key(&DefaultAccess::Private))
        {
            for (number, module) in modules.iter().enumerate() {
                let open = number % 8 == 7 && defaults.choices.contains_key(&DefaultAccess::PublicRead);
                let access = if open {
                    DefaultAccess::PublicRead
                } else {
                    DefaultAccess::Private
                };
                self.snapshot.sharing.defaults.insert(module.clone(), access);
            }
        }
        // A small project has few distinct pairs; it gets as many rules as it has.
        let mut attempts = count.saturating_mul(20);
        while self.snapshot.sharing.rules.len() < count && attempts > 0 {
            attempts -= 1;
            if let Some((key, access)) = self.rule() {
                self.snapshot.sharing.rules.insert(key, access);
            }
        }
    }

    /// Modules whose records defaults and rules share.
    pub(crate) fn shareable(&self) -> Vec<ModuleName> {
        let modules = self.system.modules_of(&self.snapshot.installation);
        let is_shared = |name: &ModuleName| match self.system.module(name) {
            Some(module) => module.shareable && module.follows.is_none(),
            None => true,
        };
        modules.filter(is_shared).collect()
    }

    /// A rule that has an effect, if the dice find one.
    pub(crate) fn rule(&mut self) -> Option<(RuleKey, RuleAccess)> {
        let kind = self.definition().sharing.as_ref()?.rules.as_ref()?;
        let modules = self.shareable();
        let module = self.random.pick(&modules)?.clone();
        let in_force = &self.definition().access.rules.only_under_defaults;
        let default = self.snapshot.sharing.defaults.get(&module);
        if default.is_some_and(|default| !in_force.is_empty() && !in_force.contains(default)) {
            return None;
        }
        let from = self.principal(&kind.from)?;
        let to = self.principal(&kind.to)?;
        let access: Vec<RuleAccess> = kind.access.keys().copied().collect();
        let access = *self.random.pick(&access)?;
        (from != to).then_some((RuleKey { module, from, to }, access))
    }

    fn principal(&mut self, kinds: &BTreeSet<PrincipalKind>) -> Option<Principal> {
        // A rule for everyone is a rarity; left out, it cannot be taken for the rest.
        let kinds: Vec<_> = kinds
            .iter()
            .filter(|kind| **kind != PrincipalKind::Everyone)
            .collect();
        let random = &mut self.random;
        Some(match random.pick(&kinds)? {
            PrincipalKind::Everyone => Principal::Everyone,
            PrincipalKind::User => Principal::User(random.pick(&self.made.users)?.clone()),
            PrincipalKind::Role => Principal::Role(referable(random, &self.made.roles)?),
            PrincipalKind::RoleAndSubordinates => {
                Principal::RoleAndSubordinates(referable(random, &self.made.roles)?)
            }
            PrincipalKind::Group => Principal::Group(referable(random, &self.made.groups)?),
        })
    }
}

/// One of the names that is not spare.
fn referable<N: Clone>(random: &mut Random, names: &[N]) -> Option<N> {
    let number = random.below(names.len());
    (!is_spare(number, names.len())).then(|| names.get(number).cloned())?
}

fn not_spare<N: Clone>(names: &[N]) -> Vec<N> {
    let numbered = names.iter().enumerate();
    let kept = numbered.filter(|(number, _)| !is_spare(*number, names.len()));
    kept.map(|(_, name)| name.clone()).collect()
}
