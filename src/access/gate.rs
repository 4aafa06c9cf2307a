//! What a role, a profile or a set of roles permits at all: the question before whose records.

use std::collections::{BTreeMap, BTreeSet};

use super::FieldUse;
use super::index::{AbilityKind, AbilityNumber, Index, RoleNumber};
use crate::model::{FieldAccess, Installation, Level, ModuleName, Rights, RoleName, Snapshot};
use crate::system::{RightsFrom, System};

/// For each ability how far it is permitted. Many roles share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Gate(Box<[u8]>);

impl Gate {
    fn closed(index: &Index) -> Self {
        Self(vec![0; index.abilities.len()].into_boxed_slice())
    }

    /// How far an ability is permitted, if it is.
    pub(crate) fn level(&self, ability: AbilityNumber) -> Option<Level> {
        match self.0[ability.at()] {
            0 => None,
            1 => Some(Level::Allow),
            2 => Some(Level::Own),
            3 => Some(Level::Group),
            _ => Some(Level::All),
        }
    }

    /// Whether nothing is permitted further than by another gate.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(own, other)| own <= other)
    }

    fn raise(&mut self, ability: AbilityNumber, level: Level) {
        let slot = &mut self.0[ability.at()];
        *slot = (*slot).max(code(level));
    }

    fn unite(&mut self, other: &Self) {
        for (slot, other) in self.0.iter_mut().zip(&other.0) {
            *slot = (*slot).max(*other);
        }
    }
}

fn code(level: Level) -> u8 {
    match level {
        Level::Allow => 1,
        Level::Own => 2,
        Level::Group => 3,
        Level::All => 4,
    }
}

/// The gates of one state.
#[derive(Debug)]
pub(crate) struct Gates {
    /// For users without any rights.
    closed: Gate,
    /// Distinct gates.
    gates: Vec<Gate>,
    /// Which one each role has.
    of_role: Vec<u32>,
    /// Abilities that nobody has, for want of a feature.
    pub(crate) lacking: BTreeSet<AbilityNumber>,
    /// The permissions that open every record, for each action.
    pub(crate) global: Vec<Vec<AbilityNumber>>,
}

impl Gates {
    pub(crate) fn new(
        system: &System,
        index: &Index,
        snapshot: &Snapshot,
        installation: &Installation,
    ) -> Self {
        let lacking = lacking(system, index, installation);
        let known: BTreeSet<ModuleName> = system.modules_of(installation).collect();
        let builder = Builder {
            system,
            index,
            known: &known,
            lacking: &lacking,
        };
        let of_profile: BTreeMap<_, Gate> = snapshot
            .profiles
            .iter()
            .map(|(name, profile)| (name, builder.gate(&profile.rights)))
            .collect();
        let mut gates = Vec::new();
        let mut places: BTreeMap<Gate, u32> = BTreeMap::new();
        let mut of_profiles: BTreeMap<Vec<_>, u32> = BTreeMap::new();
        let closed = Gate::closed(index);
        let mut place = |gate: Gate| {
            *places.entry(gate).or_insert_with_key(|gate| {
                gates.push(gate.clone());
                super::index::count(gates.len() - 1)
            })
        };
        let mut of_role = vec![place(closed.clone()); index.roles.len()];
        for (number, name) in index.roles.iter() {
            let Some(role) = snapshot.roles.get(name) else {
                continue;
            };
            of_role[number as usize] = match system.definition().access.rights_from {
                RightsFrom::RoleProfiles => {
                    let profiles: Vec<_> = role.profiles.iter().collect();
                    *of_profiles.entry(profiles).or_insert_with_key(|profiles| {
                        let mut gate = closed.clone();
                        for profile in profiles.iter().filter_map(|name| of_profile.get(*name)) {
                            gate.unite(profile);
                        }
                        place(gate)
                    })
                }
                RightsFrom::Role => place(builder.gate(&role.rights)),
                RightsFrom::GroupRoles => {
                    let mut gate = builder.gate(&role.rights);
                    builder.hold(&mut gate, name);
                    place(gate)
                }
                RightsFrom::GroupSettings => place(closed.clone()),
            };
        }
        let global = builder.global();
        Self {
            closed,
            gates,
            of_role,
            lacking,
            global,
        }
    }

    /// What a role permits.
    pub(crate) fn of_role(&self, role: Option<RoleNumber>) -> &Gate {
        role.map_or(&self.closed, |role| &self.gates[self.of_role[role.at()] as usize])
    }

    /// Whether any role permits something at level `group`.
    pub(crate) fn reach_groups(&self) -> bool {
        let level = code(Level::Group);
        self.gates.iter().any(|gate| gate.0.contains(&level))
    }

    /// What several roles permit together.
    pub(crate) fn of_roles(&self, roles: impl IntoIterator<Item = RoleNumber>) -> Gate {
        let mut gate = self.closed.clone();
        for role in roles {
            gate.unite(self.of_role(Some(role)));
        }
        gate
    }
}

/// Permissions that need a feature which the installation lacks.
fn lacking(system: &System, index: &Index, installation: &Installation) -> BTreeSet<AbilityNumber> {
    let mut lacking = BTreeSet::new();
    for category in &system.definition().permissions {
        for permission in &category.permissions {
            let mut needs = category.needs.iter().chain(&permission.needs);
            if needs.any(|feature| !system.has_feature(installation, feature)) {
                lacking.extend(index.permission_number(&permission.id));
            }
        }
    }
    lacking
}

/// Makes gates of rights.
struct Builder<'a> {
    system: &'a System,
    index: &'a Index,
    known: &'a BTreeSet<ModuleName>,
    lacking: &'a BTreeSet<AbilityNumber>,
}

impl Builder<'_> {
    fn gate(&self, rights: &Rights) -> Gate {
        let mut gate = Gate::closed(self.index);
        for (id, level) in &rights.permissions {
            if let Some(number) = self.index.permission_number(id)
                && !self.lacking.contains(&number)
            {
                gate.raise(number, *level);
            }
        }
        for module in self
            .index
            .modules
            .iter()
            .filter(|module| self.known.contains(&module.name))
        {
            let source = self.system.module(&module.name);
            let source = source.and_then(|module| module.rights_of.as_ref());
            let actions = rights.modules.get(source.unwrap_or(&module.name));
            for (id, number) in &module.actions {
                if let Some(level) = actions.and_then(|rights| rights.actions.get(id)) {
                    gate.raise(*number, *level);
                }
            }
            let fields = rights.modules.get(&module.name).map(|rights| &rights.fields);
            for (name, [see, edit]) in &module.fields {
                let access = fields.and_then(|fields| fields.get(name)).copied();
                match access.unwrap_or_else(|| self.system.usual_field_access()) {
                    FieldAccess::Hidden => {}
                    FieldAccess::ReadOnly => gate.raise(*see, Level::Allow),
                    FieldAccess::ReadWrite => {
                        gate.raise(*see, Level::Allow);
                        gate.raise(*edit, Level::Allow);
                    }
                }
            }
        }
        gate
    }

    /// Holding a role is an ability where roles come from groups.
    fn hold(&self, gate: &mut Gate, role: &RoleName) {
        let ability = super::Ability::Role(role.clone());
        if let Some(number) = self.index.ability_number(&ability) {
            gate.raise(number, Level::Allow);
        }
    }

    fn global(&self) -> Vec<Vec<AbilityNumber>> {
        let mut global = vec![Vec::new(); self.index.abilities.len()];
        for setting in &self.system.definition().access.global_permissions {
            let Some(permission) = self.index.permission_number(&setting.permission) else {
                continue;
            };
            for module in &self.index.modules {
                let opened = module
                    .actions
                    .iter()
                    .filter(|(id, _)| setting.actions.contains(id));
                // What is not about records has none to be opened.
                let opened = opened
                    .filter(|(_, action)| matches!(self.index.kind(*action), AbilityKind::Record { .. }));
                for (_, action) in opened {
                    global[action.at()].push(permission);
                }
            }
        }
        global
    }
}

impl AbilityKind {
    /// Which right decides whether a field of a module is reached at all.
    pub(crate) fn reaching(&self, index: &Index) -> Option<AbilityNumber> {
        match self {
            Self::Field { module, used } => {
                let module = &index.modules[module.at()];
                match used {
                    FieldUse::See => module.view,
                    FieldUse::Edit => module.edit,
                }
            }
            Self::Record { .. }
            | Self::Function
            | Self::Permission { .. }
            | Self::Service { .. }
            | Self::Role
            | Self::Authorisation => None,
        }
    }
}
