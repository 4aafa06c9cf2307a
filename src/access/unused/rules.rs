//! Rules without effect: of each rule whether what it opens is open to everyone whom it is for without it.
//!
//! Recipients who cannot be told apart are looked at once per rule, and the first who would lose something ends the
//! look at a rule. So a rule that has an effect costs little, and one that has none costs its recipients' classes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use roaring::RoaringBitmap;

use super::{Because, Cover, Unused, UnusedSubject};
use crate::access::index::{AbilityKind, AbilityNumber, RoleNumber, UserNumber, count};
use crate::access::reach::Reach;
use crate::access::sharing::{Party, rule_opens};
use crate::access::sources::Source;
use crate::access::state::{Access, Standing};
use crate::model::{ModuleName, Principal, RuleAccess, RuleKey, Status};

/// So many ways that cover a rule are named.
const NAMED: usize = 4;

/// Users who cannot be told apart as recipients.
struct Class {
    standing: Standing,
    /// How many of them can log in.
    active: usize,
}

/// The classes of a state, and which each user is in.
struct Classes {
    all: Vec<Class>,
    of: Vec<u32>,
}

impl Access<'_> {
    /// Every rule that opens nothing that is not open without it.
    pub(super) fn rules_without_effect(&self) -> Vec<Unused> {
        let mut found = Vec::new();
        let numbers: BTreeMap<&RuleKey, u32> = (0..count(self.sharing.rules.len()))
            .map(|number| (self.sharing.rules[number as usize].key, number))
            .collect();
        let classes = self.classes();
        let mut recipients: HashMap<Party, Vec<u32>> = HashMap::new();
        for key in self.snapshot.sharing.rules.keys() {
            let because = match numbers.get(key) {
                None => Some(self.not_in_force(key)),
                Some(number) => {
                    let to = self.sharing.rules[*number as usize].to;
                    let whom = recipients
                        .entry(to)
                        .or_insert_with(|| self.recipients(to, &classes));
                    self.without_effect(*number, whom, &classes)
                }
            };
            found.extend(because.map(|because| Unused {
                subject: UnusedSubject::Rule(key.clone()),
                because,
                proved: true,
            }));
        }
        found
    }

    fn classes(&self) -> Classes {
        type Key<'a> = (Option<RoleNumber>, &'a [u32], Option<Source>, Option<u32>);
        let mut places: HashMap<Key<'_>, u32> = HashMap::new();
        let mut classes = Classes {
            all: Vec::new(),
            of: vec![u32::MAX; self.index.users.len()],
        };
        for user in &self.active {
            let number = UserNumber(user);
            let by_name = !self.sharing.to(Party::User(number)).is_empty();
            let key = (
                self.hierarchy.role(number),
                self.membership.direct(number),
                self.unlimited(number),
                by_name.then_some(user),
            );
            let place = *places.entry(key).or_insert_with(|| {
                classes.all.push(Class {
                    standing: self.standing(number),
                    active: 0,
                });
                count(classes.all.len() - 1)
            });
            classes.all[place as usize].active += 1;
            classes.of[number.at()] = place;
        }
        classes
    }

    /// The classes of those who can log in and are for a party.
    fn recipients(&self, party: Party, classes: &Classes) -> Vec<u32> {
        let users = match party {
            Party::Everyone => self.active.clone(),
            Party::User(user) => RoaringBitmap::from_iter([user.0]),
            Party::Role(role) => self.hierarchy.users[role.at()].clone(),
            Party::RoleAndSubordinates(role) => self.hierarchy.users_and_subordinates[role.at()].clone(),
            Party::Group(group) => self.membership.members(group).clone(),
        };
        of_users(&(users & &self.active), classes)
    }

    /// The classes of those who gain by a rule as superiors of someone for whom it is.
    fn superiors(&self, rule: u32, classes: &Classes) -> Vec<u32> {
        if !self.system.definition().access.hierarchy.includes_shared {
            return Vec::new();
        }
        let roles = (0..count(self.index.roles.len())).map(RoleNumber);
        let mut users = RoaringBitmap::new();
        for role in roles.filter(|role| self.subtrees.rules_below(*role).contains(rule)) {
            users |= &self.hierarchy.users[role.at()];
        }
        of_users(&(users & &self.active), classes)
    }

    /// Why a rule has no effect, if it has none.
    fn without_effect(&self, rule: u32, recipients: &[u32], classes: &Classes) -> Option<Because> {
        let superiors = self.superiors(rule, classes);
        if recipients.is_empty() && superiors.is_empty() {
            return Some(Because::NobodyReceives);
        }
        let mut opened = Reach::default();
        self.add_owners(rule, &mut opened);
        if opened.everyone {
            opened.users.clone_from(&self.there);
            if self.system.definition().access.groups_own_records {
                opened.groups = (0..count(self.index.groups.len())).collect();
            }
        }
        if opened.users.is_empty() && opened.groups.is_empty() {
            return Some(Because::NobodyOwns);
        }
        let abilities = self.opened_by(rule);
        let mut covers = BTreeSet::new();
        let mut is_received = false;
        for class in recipients.iter().chain(&superiors) {
            let class = &classes.all[*class as usize];
            if class.standing.unlimited.is_some() {
                covers.insert(Cover::Administrators);
                continue;
            }
            for ability in &abilities {
                let mut sources = Vec::new();
                self.sources(&class.standing, *ability, &mut |source| sources.push(source));
                let mine = |source: &Source| match source {
                    Source::Rule(number) | Source::RuleForSubordinate(number) => *number == rule,
                    Source::Administrator
                    | Source::SuperRole
                    | Source::Global(_)
                    | Source::Right
                    | Source::All
                    | Source::Own
                    | Source::Created
                    | Source::Group
                    | Source::GroupOwned
                    | Source::Subordinates
                    | Source::GroupsOfSubordinates
                    | Source::Default
                    | Source::ServiceForAll
                    | Source::Service(_)
                    | Source::Authorisation(_)
                    | Source::HeadAuthorisation(_)
                    | Source::GroupRole(_) => false,
                };
                if !sources.iter().any(mine) {
                    continue;
                }
                is_received = true;
                sources.retain(|source| !mine(source));
                if !self.is_covered(class, *ability, &opened, &sources, &mut covers) {
                    return None;
                }
            }
        }
        Some(if is_received || !covers.is_empty() {
            Because::Covered(covers)
        } else {
            Because::Denied
        })
    }

    /// The abilities for which a rule can be a source.
    fn opened_by(&self, rule: u32) -> Vec<AbilityNumber> {
        let access: RuleAccess = self.sharing.rules[rule as usize].access;
        let abilities = self.index.ability_list();
        let opened = abilities.filter(|(_, _, kind)| match kind {
            AbilityKind::Record { module, effect } => {
                self.sharing.rules_in(*module).contains(&rule) && rule_opens(access, *effect)
            }
            AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Permission { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => false,
        });
        opened.map(|(number, _, _)| number).collect()
    }

    /// Whether everyone in a class reaches all that a rule opens by these sources.
    fn is_covered(
        &self,
        class: &Class,
        ability: AbilityNumber,
        opened: &Reach,
        sources: &[Source],
        covers: &mut BTreeSet<Cover>,
    ) -> bool {
        let (mut users, mut groups) = (opened.users.clone(), opened.groups.clone());
        // What is one's own is left for the end: it is another user's for each in the class.
        let mut own = false;
        for source in sources {
            let mut reach = Reach::default();
            self.add(&class.standing, ability, *source, &mut reach);
            own |= reach.own;
            let before = users.len() + groups.len();
            if reach.everyone {
                users.clear();
                groups.clear();
            } else {
                users -= &reach.users;
                groups -= &reach.groups;
            }
            if users.len() + groups.len() < before && covers.len() < NAMED {
                covers.extend(self.cover(*source));
            }
            if users.is_empty() && groups.is_empty() {
                return true;
            }
        }
        let oneself = class.standing.user.0;
        let only_own = own && class.active == 1 && groups.is_empty();
        if only_own && users.len() == 1 && users.contains(oneself) {
            covers.insert(Cover::Own);
            return true;
        }
        false
    }

    fn cover(&self, source: Source) -> Option<Cover> {
        match source {
            Source::Administrator | Source::SuperRole => Some(Cover::Administrators),
            Source::Global(_) | Source::Right | Source::All => Some(Cover::Right),
            Source::Group | Source::GroupOwned => Some(Cover::Groups),
            Source::Subordinates | Source::GroupsOfSubordinates => Some(Cover::Hierarchy),
            Source::Default => Some(Cover::Default),
            Source::Own | Source::Created => Some(Cover::Own),
            Source::Rule(rule) | Source::RuleForSubordinate(rule) => {
                Some(Cover::Rule(self.sharing.rules[rule as usize].key.clone()))
            }
            Source::ServiceForAll
            | Source::Service(_)
            | Source::Authorisation(_)
            | Source::HeadAuthorisation(_)
            | Source::GroupRole(_) => None,
        }
    }

    /// Why a rule is not in force at all.
    fn not_in_force(&self, key: &RuleKey) -> Because {
        for party in [&key.from, &key.to] {
            if Party::of(&self.index, self.snapshot, party).is_none() {
                return Because::PartyMissing(party.clone());
            }
        }
        if let Some(because) = self.no_rules(&key.module) {
            return because;
        }
        for party in [&key.from, &key.to] {
            let Principal::Group(name) = party else { continue };
            let group = self.snapshot.groups.get(name);
            if group.is_some_and(|group| group.status == Status::Inactive) {
                return Because::PartyInactive(name.clone());
            }
        }
        Because::NoRules(key.module.clone())
    }

    fn no_rules(&self, module: &ModuleName) -> Option<Because> {
        let number = self.index.module_number(module)?;
        // Its rules hold here or in a module that follows it, or nowhere.
        let mut all = self.sharing.modules.iter();
        if all.any(|sharing| sharing.rules_of == Some(number)) {
            return None;
        }
        let is_shareable = self.system.module(module).is_none_or(|module| module.shareable);
        let follows = self
            .system
            .module(module)
            .is_some_and(|module| module.follows.is_some());
        if !is_shareable || follows {
            return Some(Because::NoRules(module.clone()));
        }
        let default = self.snapshot.sharing.defaults.get(module).copied();
        Some(Because::Default(module.clone(), default))
    }
}

fn of_users(users: &RoaringBitmap, classes: &Classes) -> Vec<u32> {
    let mut numbers: Vec<u32> = users.iter().map(|user| classes.of[user as usize]).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[cfg(test)]
mod tests {
    use crate::access::Access;
    use crate::manifest::shipped;
    use crate::model::Snapshot;
    use crate::system::System;

    /// Rules of Leads with what is said of each, where two people have one role.
    #[test]
    fn rules() {
        let state = "system: berlicrm
profiles: { Sales: { rights: { modules: { Leads: { actions: { view: allow, edit: allow } } } } } }
roles: { Boss: { profiles: [Sales] }, Rep: { reports_to: Boss, profiles: [Sales] }, Idle: {} }
groups: { Team: { members: { roles: [Rep] } }, Away: { status: inactive, members: { roles: [Rep] } } }
users: { anna: { role: Rep }, ben: { role: Rep }, carl: { role: Boss }, idle: { role: Idle } }
sharing: { defaults: { Leads: private, Accounts: public_read }, rules: [RULES] }
";
        for (rules, expected) in [
            // Of two people in one role only one owns it.
            (
                "{ module: Leads, from: { user: anna }, to: { role: Rep }, access: read }",
                "",
            ),
            (
                "{ module: Leads, from: { user: anna }, to: { user: anna }, access: read }",
                "rule-covered",
            ),
            (
                "{ module: Leads, from: { role: Rep }, to: { role: Boss }, access: read_write }",
                "rule-covered",
            ),
            (
                "{ module: Leads, from: { role: Boss }, to: { role: Rep }, access: read }",
                "",
            ),
            (
                "{ module: Leads, from: { role: Boss }, to: { role: Idle }, access: read }",
                "rule-denied",
            ),
            (
                "{ module: Leads, from: { role: Boss }, to: { role: Rep }, access: read_write }, \
                 { module: Leads, from: { role: Boss }, to: { group: Team }, access: read }",
                "rule-covered",
            ),
            (
                "{ module: Leads, from: { role: Boss }, to: { role: Rep }, access: read }, \
                 { module: Leads, from: { role: Boss }, to: { group: Team }, access: read }",
                "rule-covered rule-covered",
            ),
            (
                "{ module: Leads, from: { role: Boss }, to: { group: Away }, access: read }",
                "rule-of-inactive-group",
            ),
            (
                "{ module: Leads, from: { role: None }, to: { role: Rep }, access: read }",
                "rule-of-nothing",
            ),
        ] {
            let value: serde_json::Value = serde_yaml::from_str(&state.replace("RULES", rules)).unwrap();
            let snapshot: Snapshot = serde_json::from_value(value).unwrap();
            let system = System::new(shipped("berlicrm").unwrap());
            let access = Access::new(&system, &snapshot, &snapshot.installation);
            let found = access.rules_without_effect();
            let kinds: Vec<&str> = found.iter().map(super::Unused::kind).collect();
            assert_eq!(kinds.join(" "), expected, "{rules}");
        }
    }
}
