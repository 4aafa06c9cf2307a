//! What is to be certified again: per person what the person has and reaches, per group who is in it.
//!
//! Near-linear in users: those who cannot be told apart (same role, same groups by name, named nowhere by themselves)
//! are looked at once, and whom a combination of sources reaches is added up once. Only whether a user is among those
//! whom the user reaches is asked user by user.

mod held;

use std::collections::HashMap;
use std::sync::Arc;

use roaring::RoaringBitmap;

pub use self::held::Held;
use self::held::{HeldGroups, HeldNumbers};
use super::Ability;
use super::index::{AbilityKind, AbilityNumber, GroupNumber, RoleNumber, UserNumber, count};
use super::path::Step;
use super::reach::Reach;
use super::sharing::Party;
use super::sources::Source;
use super::state::{Access, Standing};
use crate::model::{GroupName, Level, PermissionId, RoleName, RuleKey, UserName};
use crate::system::PermissionTarget;

/// So many added-up reaches are remembered.
const REMEMBERED: usize = 4096;

/// Why someone is an administrator in effect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdministratorBy {
    /// Marked in the product as one who may do everything.
    Mark,
    /// The role may do everything.
    SuperRole(RoleName),
    /// A permission that can change who may do what.
    Permission(PermissionId),
}

/// One thing that a person can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Had<'a> {
    /// What.
    pub ability: &'a Ability,
    /// The level of the right, where it rests on one.
    pub level: Option<Level>,
    /// How many users and groups it reaches; none where it is about nobody.
    pub owners: Option<u64>,
    /// Whether that is everyone and everything it can be about.
    pub everyone: bool,
    /// Whether it is a permission that can change who may do what, or opens every record.
    pub sensitive: bool,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonReview<'a> {
    /// Who.
    pub user: &'a UserName,
    /// Whether the person can log in.
    pub active: bool,
    /// The role.
    pub role: Option<RoleName>,
    /// Why the person is an administrator in effect, if so.
    pub administrator: Option<&'a AdministratorBy>,
    /// The groups that the person is in, and how.
    pub groups: Vec<Held<'a>>,
    /// The groups that the person leads or is the deputy of.
    pub leads: Vec<GroupName>,
    /// The rules that are for the person by name.
    pub rules: Vec<&'a RuleKey>,
    /// What the person can do, in the order of the system definition, without fields.
    pub had: Vec<Had<'a>>,
}

/// People who cannot be told apart.
#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    role: Option<RoleNumber>,
    direct: &'a [u32],
    /// The primary group, where the user is in it by that alone.
    primary: Option<&'a GroupName>,
    active: bool,
    unlimited: Option<Source>,
    alone: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Entry {
    ability: AbilityNumber,
    level: Option<Level>,
    /// Which of the reaches of the class.
    reach: Option<u32>,
}

#[derive(Debug)]
struct Class {
    groups: HeldNumbers,
    administrator: Option<AdministratorBy>,
    entries: Arc<[Entry]>,
}

#[derive(Debug)]
struct Person {
    class: usize,
    /// How many owners each reach of the class has for this person, and whether that is all.
    counts: Arc<[(u32, bool)]>,
}

/// What a reach depends on.
#[derive(PartialEq, Eq, Hash)]
struct ReachKey {
    domain: Domain,
    sources: Vec<Source>,
    role: Option<RoleNumber>,
    groups: Option<Vec<u32>>,
    user: Option<u32>,
    /// Where the ability itself says whether one's own account is among them.
    limited: Option<AbilityNumber>,
}

/// What an ability can be about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Domain {
    Records,
    Users,
    Groups,
    /// Users, oneself never through a group.
    Others,
}

/// A review of all people of a state.
#[derive(Debug)]
pub struct Reviewed<'a> {
    access: &'a Access<'a>,
    classes: Vec<Class>,
    people: Vec<Person>,
    ways: Vec<Vec<Step>>,
    sensitive: Vec<bool>,
}

impl<'a> Reviewed<'a> {
    /// Looks at everyone and everything.
    pub fn new(access: &'a Access<'a>) -> Self {
        Self::looking_at(access, false)
    }

    /// Looks at everyone, and of what they can do only at what is sensitive and has to be certified by itself, without
    /// counting whom it reaches.
    pub fn to_certify(access: &'a Access<'a>) -> Self {
        Self::looking_at(access, true)
    }

    fn looking_at(access: &'a Access<'a>, only_sensitive: bool) -> Self {
        let mut reviewer = Reviewer::new(access, only_sensitive);
        let mut places: HashMap<Key<'_>, usize> = HashMap::new();
        let mut members: Vec<Vec<u32>> = Vec::new();
        for user in 0..count(access.index.users.len()) {
            let key = reviewer.key(UserNumber(user));
            let place = *places.entry(key).or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            members[place].push(user);
        }
        let mut people: Vec<Option<Person>> = Vec::new();
        people.resize_with(access.index.users.len(), || None);
        let mut classes = Vec::with_capacity(members.len());
        for (number, users) in members.iter().enumerate() {
            let (class, reaches) = reviewer.class(UserNumber(users[0]));
            let mut last: Arc<[(u32, bool)]> = Arc::from([]);
            for user in users {
                let counts = reaches
                    .iter()
                    .map(|(domain, reach)| reviewer.count(*domain, reach, *user));
                // Of a class most reach as many.
                if !counts.clone().eq(last.iter().copied()) {
                    last = counts.collect();
                }
                people[*user as usize] = Some(Person {
                    class: number,
                    counts: Arc::clone(&last),
                });
            }
            classes.push(class);
        }
        Self {
            access,
            classes,
            people: people.into_iter().flatten().collect(),
            sensitive: reviewer.sensitive,
            ways: reviewer.held.into_ways(),
        }
    }

    /// Everyone, in the order of names.
    pub fn people(&self) -> impl Iterator<Item = PersonReview<'_>> {
        let users = self.access.snapshot.users.keys();
        users.filter_map(|name| self.person(name))
    }

    fn person<'r>(&'r self, name: &'r UserName) -> Option<PersonReview<'r>> {
        let access = self.access;
        let user = UserNumber(access.index.users.number(name)?);
        let person = self.people.get(user.at())?;
        let class = &self.classes[person.class];
        let had = class.entries.iter().map(|entry| {
            let counted = entry.reach.map(|reach| person.counts[reach as usize]);
            Had {
                ability: access.index.named(entry.ability),
                level: entry.level,
                owners: counted.map(|(owners, _)| u64::from(owners)),
                everyone: counted.is_some_and(|(_, everyone)| everyone),
                sensitive: self.sensitive[entry.ability.at()],
            }
        });
        let groups = class.groups.iter().map(|(group, way)| Held {
            group: access.index.groups.name(*group),
            way: &self.ways[*way as usize],
            number: *way as usize,
        });
        let led = access.settings.leads.get(&user);
        let rules = access.sharing.to(Party::User(user)).iter();
        Some(PersonReview {
            user: name,
            active: access.active.contains(user.0),
            role: access.hierarchy.role(user).map(|role| access.role_name(role)),
            administrator: class.administrator.as_ref(),
            groups: groups.collect(),
            leads: led
                .into_iter()
                .flatten()
                .map(|group| access.group_name(GroupNumber(group)))
                .collect(),
            rules: rules
                .map(|rule| access.sharing.rules[*rule as usize].key)
                .collect(),
            had: had.collect(),
        })
    }
}

struct Reviewer<'a> {
    access: &'a Access<'a>,
    only_sensitive: bool,
    sensitive: Vec<bool>,
    held: HeldGroups<'a>,
    administrative: Vec<(AbilityNumber, Level)>,
    every_group: RoaringBitmap,
    remembered: HashMap<ReachKey, Arc<Reach>>,
    entries: HashMap<Arc<[Entry]>, ()>,
}

impl<'a> Reviewer<'a> {
    fn new(access: &'a Access<'a>, only_sensitive: bool) -> Self {
        let abilities = access.index.ability_list();
        let permissions = &access.system.definition().access.administrative_permissions;
        let numbered = permissions
            .iter()
            .filter_map(|(id, level)| Some((access.index.permission_number(id)?, *level)));
        Self {
            access,
            only_sensitive,
            sensitive: abilities
                .map(|(_, ability, _)| is_sensitive(access, ability))
                .collect(),
            held: HeldGroups::new(access),
            administrative: numbered.collect(),
            every_group: (0..count(access.index.groups.len())).collect(),
            remembered: HashMap::new(),
            entries: HashMap::new(),
        }
    }

    fn key(&self, user: UserNumber) -> Key<'a> {
        let access = self.access;
        let name = access.index.users.name(user.0);
        let alone = !access.sharing.to(Party::User(user)).is_empty()
            || access.settings.leads.contains_key(&user)
            || access.subtrees.created_users.contains_key(name)
            || access.subtrees.created_groups.contains_key(name);
        Key {
            role: access.hierarchy.role(user),
            direct: access.membership.direct(user),
            primary: primary_alone(access, user),
            active: access.active.contains(user.0),
            unlimited: access.unlimited(user),
            alone: alone.then_some(user.0),
        }
    }

    /// What everyone in a class has, and whom they reach.
    fn class(&mut self, user: UserNumber) -> (Class, Vec<(Domain, Arc<Reach>)>) {
        let access = self.access;
        let standing = access.standing(user);
        let groups = self.held.of(user, primary_alone(access, user), &standing.groups);
        let mut reaches: Vec<(Domain, Arc<Reach>)> = Vec::new();
        let mut entries = Vec::new();
        for (number, ability, kind) in access.index.ability_list() {
            let left_out = self.only_sensitive && !self.sensitive[number.at()];
            if left_out || matches!(kind, AbilityKind::Field { .. }) {
                continue;
            }
            let mut sources = Vec::new();
            access.sources(&standing, number, &mut |source| sources.push(source));
            // A right that there is nobody to use on is not had, such as one about what one has created.
            let covers = |source: &Source| access.covers(&standing, number, *source, None);
            if !sources.iter().any(covers) {
                continue;
            }
            let reach = domain(kind).filter(|_| !self.only_sensitive).map(|domain| {
                let reach = self.reach(&standing, number, domain, sources);
                let known = reaches
                    .iter()
                    .position(|(other, known)| *other == domain && Arc::ptr_eq(known, &reach));
                count(known.unwrap_or_else(|| {
                    reaches.push((domain, reach));
                    reaches.len() - 1
                }))
            });
            let level = match ability {
                Ability::Action { .. } | Ability::Permission(_) => access.right(&standing, number),
                Ability::Field { .. }
                | Ability::Service(_)
                | Ability::Role(_)
                | Ability::Authorisation { .. } => None,
            };
            entries.push(Entry {
                ability: number,
                level,
                reach,
            });
        }
        let entries: Arc<[Entry]> = entries.into();
        let entries = match self.entries.get_key_value(&entries) {
            Some((known, ())) => Arc::clone(known),
            None => {
                self.entries.insert(Arc::clone(&entries), ());
                entries
            }
        };
        let class = Class {
            groups,
            administrator: self.administrator(&standing),
            entries,
        };
        (class, reaches)
    }

    fn administrator(&self, standing: &Standing) -> Option<AdministratorBy> {
        let access = self.access;
        if !standing.active {
            return None;
        }
        if let Some(source) = standing.unlimited {
            let role = standing.role.map(|role| access.role_name(role));
            return Some(match role.filter(|_| source == Source::SuperRole) {
                Some(role) => AdministratorBy::SuperRole(role),
                None => AdministratorBy::Mark,
            });
        }
        let held = self.administrative.iter().find(|(permission, least)| {
            let level = access.right(standing, *permission);
            level.is_some_and(|level| level >= *least)
        });
        held.and_then(|(permission, _)| match access.index.named(*permission) {
            Ability::Permission(id) => Some(AdministratorBy::Permission(id.clone())),
            Ability::Action { .. }
            | Ability::Field { .. }
            | Ability::Service(_)
            | Ability::Role(_)
            | Ability::Authorisation { .. } => None,
        })
    }

    fn reach(
        &mut self,
        standing: &Standing,
        ability: AbilityNumber,
        domain: Domain,
        mut sources: Vec<Source>,
    ) -> Arc<Reach> {
        sources.sort_unstable();
        let access = self.access;
        let by_role = |source: &Source| matches!(source, Source::Subordinates | Source::GroupsOfSubordinates);
        let by_groups = |source: &Source| matches!(source, Source::Group | Source::GroupOwned);
        let everything = sources
            .iter()
            .copied()
            .find(|source| access.opens_everything(ability, *source));
        if let Some(source) = everything {
            sources = vec![source];
        }
        let in_force = || standing.in_force.iter().collect();
        let key = ReachKey {
            domain,
            role: standing.role.filter(|_| sources.iter().any(by_role)),
            groups: sources.iter().any(by_groups).then(in_force),
            user: sources.contains(&Source::Created).then_some(standing.user.0),
            limited: (domain == Domain::Users).then_some(ability),
            sources,
        };
        if let Some(known) = self.remembered.get(&key) {
            return Arc::clone(known);
        }
        let mut reach = access.reach_of(standing, ability, &key.sources);
        let (users, groups) = self.whole(domain);
        reach.users &= users;
        reach.groups &= groups;
        let reach = Arc::new(reach);
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
        }
        self.remembered.insert(key, Arc::clone(&reach));
        reach
    }

    fn whole(&self, domain: Domain) -> (&RoaringBitmap, &RoaringBitmap) {
        static NOBODY: std::sync::LazyLock<RoaringBitmap> = std::sync::LazyLock::new(RoaringBitmap::new);
        let groups_own = self.access.system.definition().access.groups_own_records;
        match domain {
            Domain::Records if groups_own => (&self.access.there, &self.every_group),
            Domain::Records | Domain::Users | Domain::Others => (&self.access.there, &NOBODY),
            Domain::Groups => (&NOBODY, &self.every_group),
        }
    }

    /// How many owners a reach has for one user, and whether that is all.
    fn count(&self, domain: Domain, reach: &Reach, user: u32) -> (u32, bool) {
        let (users, groups) = self.whole(domain);
        let all = users.len() + groups.len();
        let oneself = users.contains(user);
        let (some_users, some_groups, among) = if reach.everyone {
            (users.len(), groups.len(), oneself)
        } else {
            let among = reach.users.contains(user);
            (reach.users.len(), reach.groups.len(), among)
        };
        let others = some_users - u64::from(among);
        let total = others + u64::from(reach.own && oneself) + some_groups;
        (u32::try_from(total).unwrap_or(u32::MAX), total == all)
    }
}

/// The primary group of a user who is in it by that alone.
fn primary_alone<'a>(access: &'a Access<'a>, user: UserNumber) -> Option<&'a GroupName> {
    let name = access.index.users.name(user.0);
    let known = access.snapshot.users.get(name);
    known
        .and_then(|user| user.primary_group.as_ref())
        .filter(|group| {
            let group = access.snapshot.groups.get(*group);
            group.is_some_and(|group| !group.members.users.contains(name))
        })
}

/// Whether something is a permission that can change who may do what, or opens every record.
fn is_sensitive(access: &Access<'_>, ability: &Ability) -> bool {
    let settings = &access.system.definition().access;
    match ability {
        Ability::Permission(id) => {
            settings.administrative_permissions.contains_key(id)
                || settings.access_changing_permissions.contains_key(id)
                || settings
                    .global_permissions
                    .iter()
                    .any(|global| global.permission == *id)
        }
        Ability::Action { .. }
        | Ability::Field { .. }
        | Ability::Service(_)
        | Ability::Role(_)
        | Ability::Authorisation { .. } => false,
    }
}

fn domain(kind: &AbilityKind) -> Option<Domain> {
    match kind {
        AbilityKind::Record { .. } => Some(Domain::Records),
        AbilityKind::Permission { over, .. } => match over {
            Some(PermissionTarget::Groups) => Some(Domain::Groups),
            Some(PermissionTarget::Users | PermissionTarget::Traces) => Some(Domain::Users),
            None => None,
        },
        AbilityKind::Service { over_members, .. } => over_members.then_some(Domain::Others),
        AbilityKind::Authorisation => Some(Domain::Others),
        AbilityKind::Function | AbilityKind::Field { .. } | AbilityKind::Role => None,
    }
}
