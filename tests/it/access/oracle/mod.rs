//! The rules of `docs/access.md`, paragraph by paragraph, by name.
//!
//! Nothing here is fast and nothing is remembered between two questions. It shares no code with `src/access` but the
//! types in which questions are asked, so that the two can only agree by both being right, or by both reading the
//! document wrongly in the same way. Where the document leaves something open, a comment that begins with `Open:`
//! says so, and which reading was taken.
//!
//! * this file: which abilities and targets there are, and in which order it is decided;
//! * `membership`: who is in a group, which role is below which;
//! * `rights`: what roles and profiles permit;
//! * `records`: whose records;
//! * `sharing`: defaults and rules;
//! * `permissions`: whom a permission of the catalogue reaches;
//! * `settings`: what groups give: services, authorisations, roles.

mod membership;
mod permissions;
mod records;
mod rights;
mod settings;
mod sharing;

use std::collections::BTreeSet;

use rolecall::access::{Ability, FieldUse, Owner};
use rolecall::model::{
    ActionId, FieldAccess, FieldName, Group, GroupName, Installation, ModuleName, PermissionId, Snapshot,
    Status, User, UserName,
};
use rolecall::system::{Action, Effect, PermissionTarget, RightsFrom, System};

pub(crate) use membership::{is_member, members};

/// Every ability of an installation.
pub(crate) fn abilities(system: &System, snapshot: &Snapshot, installation: &Installation) -> Vec<Ability> {
    let definition = system.definition();
    let mut abilities = Vec::new();
    for module in system.modules_of(installation) {
        for action in system.actions_of(&module) {
            abilities.push(Ability::Action {
                module: module.clone(),
                action: action.id.clone(),
            });
        }
        for field in fields_of(system, installation, &module) {
            for used in [FieldUse::See, FieldUse::Edit] {
                abilities.push(Ability::Field {
                    module: module.clone(),
                    field: field.clone(),
                    used,
                });
            }
        }
    }
    for category in &definition.permissions {
        for permission in &category.permissions {
            abilities.push(Ability::Permission(permission.id.clone()));
        }
    }
    for service in &definition.services {
        abilities.push(Ability::Service(service.id.clone()));
    }
    for area in definition
        .authorisations
        .iter()
        .flat_map(|catalogue| &catalogue.areas)
    {
        for right in &area.rights {
            abilities.push(Ability::Authorisation {
                area: area.id.clone(),
                right: right.id.clone(),
            });
        }
    }
    if definition.access.rights_from == RightsFrom::GroupRoles {
        abilities.extend(snapshot.roles.keys().cloned().map(Ability::Role));
    }
    abilities
}

/// Everyone who can own records: users, and groups where groups own records.
pub(crate) fn owners(system: &System, snapshot: &Snapshot) -> Vec<Owner> {
    let mut owners = users(snapshot);
    if system.definition().access.groups_own_records {
        owners.extend(groups(snapshot));
    }
    owners
}

/// Everyone whom an ability could be about; `None` when it is had or not.
pub(crate) fn targets(system: &System, snapshot: &Snapshot, ability: &Ability) -> Option<Vec<Owner>> {
    match ability {
        Ability::Action { action, .. } => {
            let action = system.action(action)?;
            records::is_about_records(action.effect).then(|| owners(system, snapshot))
        }
        Ability::Permission(id) => match system.permission(id)?.1.over? {
            PermissionTarget::Users | PermissionTarget::Traces => Some(users(snapshot)),
            PermissionTarget::Groups => Some(groups(snapshot)),
        },
        Ability::Service(id) => system.service(id)?.over_members.then(|| users(snapshot)),
        Ability::Authorisation { .. } => Some(users(snapshot)),
        Ability::Field { .. } | Ability::Role(_) => None,
    }
}

/// Whether a user has an ability, about a target where it is about someone. What the installation does not have,
/// nobody has, and nobody has anything about someone whom it cannot be about.
pub(crate) fn may(
    system: &System,
    snapshot: &Snapshot,
    installation: &Installation,
    user: &UserName,
    ability: &Ability,
    target: Option<&Owner>,
) -> bool {
    let world = World {
        system,
        snapshot,
        installation,
    };
    world.has(ability) && world.can_be_about(ability, target) && world.may(user, ability, target)
}

/// A state and what is needed to read it.
#[derive(Clone, Copy)]
struct World<'a> {
    system: &'a System,
    snapshot: &'a Snapshot,
    installation: &'a Installation,
}

impl<'a> World<'a> {
    /// "Deciding": in this order, the first that says so ends it.
    fn may(self, name: &UserName, ability: &Ability, target: Option<&Owner>) -> bool {
        let Some(user) = self.snapshot.users.get(name) else {
            return false;
        };
        // 1. A user who cannot log in can do nothing.
        if !user.active {
            return false;
        }
        match ability {
            Ability::Action { module, action } => self.may_act(name, module, action, target),
            Ability::Field { module, field, used } => self.may_use_field(name, module, field, *used),
            Ability::Permission(id) => self.may_by_permission(name, id, target),
            Ability::Service(id) => self.has_service(name, id, target),
            Ability::Authorisation { area, right } => self.is_authorised(name, area, right, target),
            Ability::Role(role) => self.has_role_of_group(name, role),
        }
    }

    fn may_act(
        self,
        user: &UserName,
        module: &ModuleName,
        action: &ActionId,
        target: Option<&Owner>,
    ) -> bool {
        let Some(action) = self.system.action(action) else {
            return false;
        };
        // 2. Administrators can do every action about everyone.
        if self.is_administrator(user) {
            return true;
        }
        // 3. Global permissions open every record for their actions, before any other question.
        // Open: an action that is not about records has no records to be opened, so a global permission that names
        // one does not give it.
        if target.is_some() && self.opens_globally(user, action) {
            return true;
        }
        // 4. The right. Without it, and where it gates, it ends here.
        let level = self.level_on_module(user, module, &action.id);
        if level.is_none() && self.system.definition().access.rights_gate_sharing {
            return false;
        }
        match target {
            // 5. Whose records.
            Some(owner) => self.reaches_records(user, module, action.effect, level, owner),
            // Had or not: by the right alone.
            None => level.is_some(),
        }
    }

    /// Step 3.
    fn opens_globally(self, user: &UserName, action: &Action) -> bool {
        let global = &self.system.definition().access.global_permissions;
        global
            .iter()
            .filter(|global| global.actions.contains(&action.id))
            .any(|global| self.level_of_permission(user, &global.permission).is_some())
    }

    /// Step 6. Fields.
    fn may_use_field(self, user: &UserName, module: &ModuleName, field: &FieldName, used: FieldUse) -> bool {
        // Administrators see and edit all.
        if self.is_administrator(user) {
            return true;
        }
        let (effect, least) = match used {
            FieldUse::See => (Effect::View, FieldAccess::ReadOnly),
            FieldUse::Edit => (Effect::Edit, FieldAccess::ReadWrite),
        };
        if self.access_to_field(user, module, field) < Some(least) {
            return false;
        }
        // A field is seen by those who can view some record of the module, or have the right to view it, and edited
        // likewise with editing.
        let owners = owners(self.system, self.snapshot);
        self.system
            .actions_of(module)
            .filter(|action| action.effect == effect)
            .any(|action| {
                let has_right = self.level_on_module(user, module, &action.id).is_some();
                let reaches = |owner| self.may_act(user, module, &action.id, Some(owner));
                has_right || owners.iter().any(reaches)
            })
    }

    /// Step 7, after step 2. Permissions.
    fn may_by_permission(self, user: &UserName, id: &PermissionId, target: Option<&Owner>) -> bool {
        // A permission whose feature the installation lacks is had by nobody, administrators included.
        if !self.installation_permits(id) {
            return false;
        }
        // One's own account is left out all the same, at every level, for administrators too.
        if self.leaves_out(user, id, target) {
            return false;
        }
        // 2. Administrators have every permission, about everyone.
        if self.is_administrator(user) {
            return true;
        }
        match (self.level_of_permission(user, id), target) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(level), Some(target)) => self.permission_reaches(user, id, level, target),
        }
    }

    /// Users marked as administrators, where such may everything, and users whose role is a super role.
    // Open: in a system whose rights come from the roles of groups, a super role among those roles does not count,
    // because the sentence speaks of the user's role. No such system has super roles.
    fn is_administrator(self, user: &UserName) -> bool {
        let access = &self.system.definition().access;
        let user = &self.snapshot.users[user];
        let is_marked = user.administrator && access.administrators_may_everything;
        let has_super_role = user
            .role
            .as_ref()
            .is_some_and(|role| access.super_roles.contains(role));
        is_marked || has_super_role
    }

    /// Whether there is such an ability on this installation: one of [`abilities`].
    fn has(self, ability: &Ability) -> bool {
        let definition = self.system.definition();
        let has_module = |name: &ModuleName| {
            let added = self.installation.modules.contains_key(name) && definition.modules.is_some();
            added || self.system.module(name).is_some()
        };
        match ability {
            Ability::Action { module, action } => {
                let mut actions = self.system.actions_of(module);
                has_module(module) && actions.any(|known| known.id == *action)
            }
            Ability::Field { module, field, .. } => {
                has_module(module) && fields_of(self.system, self.installation, module).contains(field)
            }
            Ability::Permission(id) => self.system.permission(id).is_some(),
            Ability::Service(id) => self.system.service(id).is_some(),
            Ability::Authorisation { area, right } => {
                let mut areas = definition
                    .authorisations
                    .iter()
                    .flat_map(|catalogue| &catalogue.areas);
                areas.any(|known| known.id == *area && known.rights.iter().any(|known| known.id == *right))
            }
            Ability::Role(role) => {
                definition.access.rights_from == RightsFrom::GroupRoles
                    && self.snapshot.roles.contains_key(role)
            }
        }
    }

    /// Whether an ability is asked about someone whom it can be about, or about nobody if it is about nobody.
    fn can_be_about(self, ability: &Ability, target: Option<&Owner>) -> bool {
        match (targets(self.system, self.snapshot, ability), target) {
            (None, None) => true,
            (Some(targets), Some(target)) => targets.contains(target),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    fn user(self, name: &UserName) -> Option<&'a User> {
        self.snapshot.users.get(name)
    }

    /// Whether a group gives anything: an active one does, an inactive one only where inactive groups count.
    fn counts(self, group: &Group) -> bool {
        match group.status {
            Status::Active => true,
            Status::Inactive => self.system.definition().access.inactive_groups_count,
        }
    }

    /// The groups that a user is in and that give something.
    fn active_groups_of(self, user: &UserName) -> Vec<(&'a GroupName, &'a Group)> {
        self.snapshot
            .groups
            .iter()
            .filter(|(name, group)| self.counts(group) && is_member(self.snapshot, user, name))
            .collect()
    }

    /// Whether someone is a member of an active group that the user is in: oneself as well, if in any.
    fn shares_an_active_group(self, user: &UserName, other: &UserName) -> bool {
        let groups = self.active_groups_of(user);
        groups
            .iter()
            .any(|(name, _)| is_member(self.snapshot, other, name))
    }
}

/// The fields that the definition or the installation lists for a module, in systems with rights on fields.
fn fields_of(system: &System, installation: &Installation, module: &ModuleName) -> BTreeSet<FieldName> {
    let kind = system.definition().modules.as_ref();
    if kind.is_none_or(|kind| kind.fields.is_none()) {
        return BTreeSet::new();
    }
    let listed = system.module(module).map(|module| &module.fields);
    let added = installation.modules.get(module);
    listed
        .into_iter()
        .flatten()
        .chain(added.into_iter().flatten())
        .cloned()
        .collect()
}

fn users(snapshot: &Snapshot) -> Vec<Owner> {
    snapshot.users.keys().cloned().map(Owner::User).collect()
}

fn groups(snapshot: &Snapshot) -> Vec<Owner> {
    snapshot.groups.keys().cloned().map(Owner::Group).collect()
}
