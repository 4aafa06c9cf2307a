//! [`Access`]: everything that follows from one state, ready to be asked.
//!
//! What a user reaches comes from [`Source`]s: `sources` names them, `reach` says whom they reach, and each question
//! looks at them in its own way.

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::Ability;
use super::gate::{Gate, Gates};
use super::hierarchy::Hierarchy;
use super::index::{AbilityNumber, GroupNumber, Index, RoleNumber, UserNumber};
use super::membership::Membership;
use super::settings::GroupSettings;
use super::sharing::Sharing;
use super::sources::Source;
use super::subtree::Subtrees;
use crate::model::{Installation, Level, Snapshot, User};
use crate::system::{RightsFrom, System};

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
    pub(super) exists: Vec<bool>,
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

    /// The access of three states, numbered alike so that any two can be compared.
    pub fn three(system: &'a System, states: [(&'a Snapshot, &'a Installation); 3]) -> [Self; 3] {
        let [before, between, after] = states;
        let index = Arc::new(Index::new(system, &[after, before, between]));
        states.map(|state| Self::numbered(system, state, Arc::clone(&index), &mut |_| {}))
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
        let counting = groups.iter().copied();
        let mut in_force = RoaringBitmap::new();
        // In order, as they come: none is refused.
        let _ = in_force.append(counting.filter(|group| self.membership.in_force.contains(*group)));
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
