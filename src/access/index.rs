//! The numbering that all states in one comparison share: users, groups, roles, modules, abilities.
//!
//! Sets are bitmaps over these numbers. Roles are numbered from the top down, and users by role, so that the users
//! of a role, and those of a role and its subordinates, are one run each: bitmaps of such sets stay tiny.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use crate::access::{Ability, FieldUse, Owner};
use crate::model::{
    ActionId, FieldName, GroupName, Installation, ModuleName, PermissionId, RoleName, Snapshot, UserName,
};
use crate::system::{Effect, Limit, PermissionTarget, RightsFrom, ServiceHolders, System};

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(pub(crate) u32);

        impl $name {
            /// The number as a place in a table.
            pub(crate) fn at(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

numbers! {
    /// A user's number.
    UserNumber,
    /// A group's number.
    GroupNumber,
    /// A role's number.
    RoleNumber,
    /// A module's number.
    ModuleNumber,
    /// An ability's number.
    AbilityNumber,
}

/// Names in an order, and each name's number.
#[derive(Debug)]
pub(crate) struct Names<N> {
    names: Vec<N>,
    numbers: HashMap<N, u32>,
}

impl<N: Clone + Eq + Hash> Names<N> {
    fn new(names: Vec<N>) -> Self {
        let numbers = names
            .iter()
            .zip(0..)
            .map(|(name, number)| (name.clone(), number))
            .collect();
        Self { names, numbers }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The number of a name.
    pub(crate) fn number(&self, name: &N) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The name of a number.
    pub(crate) fn name(&self, number: u32) -> &N {
        &self.names[number as usize]
    }

    /// The name of a number, if there is one.
    pub(crate) fn get(&self, number: u32) -> Option<&N> {
        self.names.get(number as usize)
    }

    /// All numbers with their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &N)> {
        (0..).zip(&self.names)
    }
}

/// What an ability is, resolved.
#[derive(Clone, Debug)]
pub(crate) enum AbilityKind {
    /// Views, edits or deletes records of a module.
    Record { module: ModuleNumber, effect: Effect },
    /// Anything else on a module.
    Function,
    /// A field of a module.
    Field { module: ModuleNumber, used: FieldUse },
    /// A permission of the catalogue.
    Permission {
        over: Option<PermissionTarget>,
        limit: Option<Limit>,
    },
    /// A service.
    Service {
        holders: ServiceHolders,
        over_members: bool,
    },
    /// A role that groups grant.
    Role,
    /// An authorisation.
    Authorisation,
}

impl AbilityKind {
    /// Whether it is about someone, rather than had or not.
    pub(crate) fn has_targets(&self) -> bool {
        match self {
            Self::Record { .. } | Self::Authorisation => true,
            Self::Permission { over, .. } => over.is_some(),
            Self::Service { over_members, .. } => *over_members,
            Self::Function | Self::Field { .. } | Self::Role => false,
        }
    }
}

/// A module and its abilities.
#[derive(Debug)]
pub(crate) struct ModuleEntry {
    pub(crate) name: ModuleName,
    pub(crate) actions: Vec<(ActionId, AbilityNumber)>,
    pub(crate) fields: BTreeMap<FieldName, [AbilityNumber; 2]>,
    /// The first action that shows records, and the first that changes them.
    pub(crate) view: Option<AbilityNumber>,
    pub(crate) edit: Option<AbilityNumber>,
}

/// The numbering.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) users: Names<UserName>,
    pub(crate) groups: Names<GroupName>,
    pub(crate) roles: Names<RoleName>,
    pub(crate) modules: Vec<ModuleEntry>,
    pub(crate) abilities: Vec<(Ability, AbilityKind)>,
    ability_numbers: BTreeMap<Ability, AbilityNumber>,
    module_numbers: BTreeMap<ModuleName, ModuleNumber>,
    permission_numbers: BTreeMap<PermissionId, AbilityNumber>,
}

impl Index {
    /// Numbers everything that any of the states has. The order of roles and users is that of the first.
    pub(crate) fn new(system: &System, states: &[(&Snapshot, &Installation)]) -> Self {
        let roles = Names::new(roles_top_down(states));
        let mut seats: BTreeMap<&UserName, u32> = BTreeMap::new();
        for (snapshot, _) in states {
            for (name, user) in &snapshot.users {
                let seat = user.role.as_ref().and_then(|role| roles.number(role));
                seats.entry(name).or_insert(seat.unwrap_or(u32::MAX));
            }
        }
        let mut users: Vec<(u32, &UserName)> = seats.into_iter().map(|(name, seat)| (seat, name)).collect();
        users.sort();
        let groups: BTreeSet<&GroupName> = states
            .iter()
            .flat_map(|(snapshot, _)| snapshot.groups.keys())
            .collect();
        let mut index = Self {
            users: Names::new(users.into_iter().map(|(_, name)| name.clone()).collect()),
            groups: Names::new(groups.into_iter().cloned().collect()),
            roles,
            modules: Vec::new(),
            abilities: Vec::new(),
            ability_numbers: BTreeMap::new(),
            module_numbers: BTreeMap::new(),
            permission_numbers: BTreeMap::new(),
        };
        index.number_abilities(system, states);
        index
    }

    fn number_abilities(&mut self, system: &System, states: &[(&Snapshot, &Installation)]) {
        let definition = system.definition();
        let mut fields: BTreeMap<ModuleName, BTreeSet<FieldName>> = BTreeMap::new();
        for (_, installation) in states {
            for module in system.modules_of(installation) {
                let known = fields.entry(module.clone()).or_default();
                known.extend(
                    system
                        .module(&module)
                        .iter()
                        .flat_map(|module| module.fields.clone()),
                );
                known.extend(installation.modules.get(&module).into_iter().flatten().cloned());
            }
        }
        let has_fields = definition
            .modules
            .as_ref()
            .is_some_and(|kind| kind.fields.is_some());
        for (name, fields) in fields {
            self.module(system, name, if has_fields { fields } else { BTreeSet::new() });
        }
        for category in &definition.permissions {
            for permission in &category.permissions {
                let kind = AbilityKind::Permission {
                    over: permission.over,
                    limit: permission.limit,
                };
                let number = self.ability(Ability::Permission(permission.id.clone()), kind);
                self.permission_numbers.insert(permission.id.clone(), number);
            }
        }
        for service in &definition.services {
            let kind = AbilityKind::Service {
                holders: service.holders,
                over_members: service.over_members,
            };
            self.ability(Ability::Service(service.id.clone()), kind);
        }
        for area in definition.authorisations.iter().flat_map(|all| &all.areas) {
            for right in &area.rights {
                let ability = Ability::Authorisation {
                    area: area.id.clone(),
                    right: right.id.clone(),
                };
                self.ability(ability, AbilityKind::Authorisation);
            }
        }
        if definition.access.rights_from == RightsFrom::GroupRoles {
            let roles: Vec<RoleName> = self.roles.iter().map(|(_, name)| name.clone()).collect();
            for role in roles {
                self.ability(Ability::Role(role), AbilityKind::Role);
            }
        }
    }

    fn module(&mut self, system: &System, name: ModuleName, fields: BTreeSet<FieldName>) {
        let number = ModuleNumber(count(self.modules.len()));
        let (mut view, mut edit) = (None, None);
        let mut actions = Vec::new();
        for action in system.actions_of(&name) {
            let kind = match action.effect {
                Effect::View | Effect::Edit | Effect::Delete => AbilityKind::Record {
                    module: number,
                    effect: action.effect,
                },
                Effect::Create | Effect::Function => AbilityKind::Function,
            };
            let ability = Ability::Action {
                module: name.clone(),
                action: action.id.clone(),
            };
            let at = self.ability(ability, kind);
            match action.effect {
                Effect::View => view = view.or(Some(at)),
                Effect::Edit => edit = edit.or(Some(at)),
                Effect::Delete | Effect::Create | Effect::Function => {}
            }
            actions.push((action.id.clone(), at));
        }
        let fields = fields.into_iter().map(|field| {
            let numbers = [FieldUse::See, FieldUse::Edit].map(|used| {
                let ability = Ability::Field {
                    module: name.clone(),
                    field: field.clone(),
                    used,
                };
                self.ability(ability, AbilityKind::Field { module: number, used })
            });
            (field, numbers)
        });
        let fields = fields.collect();
        self.module_numbers.insert(name.clone(), number);
        self.modules.push(ModuleEntry {
            name,
            actions,
            fields,
            view,
            edit,
        });
    }

    fn ability(&mut self, ability: Ability, kind: AbilityKind) -> AbilityNumber {
        let number = AbilityNumber(count(self.abilities.len()));
        self.ability_numbers.insert(ability.clone(), number);
        self.abilities.push((ability, kind));
        number
    }

    /// The number of an ability, if the installation has it.
    pub(crate) fn ability_number(&self, ability: &Ability) -> Option<AbilityNumber> {
        self.ability_numbers.get(ability).copied()
    }

    /// The number of a permission.
    pub(crate) fn permission_number(&self, id: &PermissionId) -> Option<AbilityNumber> {
        self.permission_numbers.get(id).copied()
    }

    /// The number of a module, if the installation has it.
    pub(crate) fn module_number(&self, name: &ModuleName) -> Option<ModuleNumber> {
        self.module_numbers.get(name).copied()
    }

    /// All abilities by number.
    pub(crate) fn ability_list(&self) -> impl Iterator<Item = (AbilityNumber, &Ability, &AbilityKind)> {
        let numbers = (0..).map(AbilityNumber);
        numbers
            .zip(&self.abilities)
            .map(|(number, (ability, kind))| (number, ability, kind))
    }

    /// What an ability is called.
    pub(crate) fn named(&self, number: AbilityNumber) -> &Ability {
        &self.abilities[number.at()].0
    }

    /// What an ability is.
    pub(crate) fn kind(&self, number: AbilityNumber) -> &AbilityKind {
        &self.abilities[number.at()].1
    }

    /// An owner's name.
    pub(crate) fn user_owner(&self, user: u32) -> Owner {
        Owner::User(self.users.name(user).clone())
    }

    /// An owning group's name.
    pub(crate) fn group_owner(&self, group: u32) -> Owner {
        Owner::Group(self.groups.name(group).clone())
    }
}

/// A count as a number. There are never four thousand million of anything here.
pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Every role, superiors before subordinates as far as there are no circles.
fn roles_top_down(states: &[(&Snapshot, &Installation)]) -> Vec<RoleName> {
    let mut superiors: BTreeMap<&RoleName, Option<&RoleName>> = BTreeMap::new();
    for (snapshot, _) in states {
        for (name, role) in &snapshot.roles {
            superiors.entry(name).or_insert(role.reports_to.as_ref());
        }
    }
    let mut subordinates: BTreeMap<&RoleName, Vec<&RoleName>> = BTreeMap::new();
    let mut tops = Vec::new();
    for (name, superior) in &superiors {
        match superior.filter(|superior| superiors.contains_key(*superior)) {
            Some(superior) => subordinates.entry(superior).or_default().push(name),
            None => tops.push(*name),
        }
    }
    let mut ordered = Vec::with_capacity(superiors.len());
    let mut seen = BTreeSet::new();
    // Roles in a circle hang below no top; each circle is entered at its first name.
    for start in tops.into_iter().chain(superiors.keys().copied()) {
        let mut open = vec![start];
        while let Some(role) = open.pop() {
            if seen.insert(role) {
                ordered.push(role.clone());
                open.extend(subordinates.get(role).into_iter().flatten().rev());
            }
        }
    }
    ordered
}
