//! Step 4, "the right", and the part of step 6 that says what roles and profiles make of a field.

use std::collections::BTreeSet;

use rolecall::model::{
    ActionId, FeatureId, FieldAccess, FieldName, Level, ModuleName, PermissionId, Rights, Role, RoleName,
    UserName,
};
use rolecall::system::RightsFrom;

use super::World;

impl<'a> World<'a> {
    /// The rights that count for a user, from every role or profile that gives some.
    fn rights_that_count(self, user: &UserName) -> Vec<&'a Rights> {
        let role_of_user = || self.role(self.user(user)?.role.as_ref()?);
        match self.system.definition().access.rights_from {
            // The rights of the user's role.
            RightsFrom::Role => role_of_user().map(|role| &role.rights).into_iter().collect(),
            // The union of the rights of the role's profiles. What the role itself states is not mentioned and does
            // not count.
            RightsFrom::RoleProfiles => {
                let profiles = role_of_user().into_iter().flat_map(|role| &role.profiles);
                profiles
                    .filter_map(|name| self.snapshot.profiles.get(name))
                    .map(|profile| &profile.rights)
                    .collect()
            }
            // The union of the rights of the roles of all active groups that the user is in.
            RightsFrom::GroupRoles => {
                let roles = self.roles_of_groups(user);
                let roles = roles.into_iter().filter_map(|name| self.role(name));
                roles.map(|role| &role.rights).collect()
            }
            // There are no rights on modules. There is nobody to give permissions either.
            RightsFrom::GroupSettings => Vec::new(),
        }
    }

    fn role(self, name: &RoleName) -> Option<&'a Role> {
        self.snapshot.roles.get(name)
    }

    /// The roles of the active groups that a user is in.
    pub(super) fn roles_of_groups(self, user: &UserName) -> BTreeSet<&'a RoleName> {
        let groups = self.active_groups_of(user);
        groups.into_iter().flat_map(|(_, group)| &group.roles).collect()
    }

    /// The widest level at which a user has the right to an action on a module; `None` without the right.
    pub(super) fn level_on_module(
        self,
        user: &UserName,
        module: &ModuleName,
        action: &ActionId,
    ) -> Option<Level> {
        let module = self.module_of_rights(module);
        let rights = self.rights_that_count(user).into_iter();
        let of_module = rights.filter_map(|rights| rights.modules.get(&module));
        of_module
            .filter_map(|rights| rights.actions.get(action))
            .max()
            .copied()
    }

    /// A module with `rights_of` takes the rights of that module.
    // Open: whether that goes on when that module has `rights_of` too. It does here; no definition has it.
    fn module_of_rights(self, module: &ModuleName) -> ModuleName {
        let mut at = module;
        let mut seen = BTreeSet::new();
        while let Some(other) = self
            .system
            .module(at)
            .and_then(|module| module.rights_of.as_ref())
            && seen.insert(other)
        {
            at = other;
        }
        at.clone()
    }

    /// The widest level at which a user has a permission; `None` without it, or without a feature that it needs.
    pub(super) fn level_of_permission(self, user: &UserName, id: &PermissionId) -> Option<Level> {
        let rights = self.rights_that_count(user).into_iter();
        let level = rights
            .filter_map(|rights| rights.permissions.get(id))
            .max()
            .copied();
        level.filter(|_| self.installation_permits(id))
    }

    /// Whether the installation has the features that a permission needs: its own and its category's.
    pub(super) fn installation_permits(self, id: &PermissionId) -> bool {
        let Some((category, permission)) = self.system.permission(id) else {
            return false;
        };
        let mut needs = category.needs.iter().chain(&permission.needs);
        needs.all(|feature| self.has_feature(feature))
    }

    pub(super) fn has_feature(self, feature: &FeatureId) -> bool {
        self.system.has_feature(self.installation, feature)
    }

    /// The widest access to a field of all profiles or roles that count. One that does not name it counts with the
    /// usual access. The fields of a module are its own, whatever module its rights are of.
    // Open: what holds when no profile or role counts, which matters only where rights do not gate. The widest of
    // none is none: otherwise a first role that hides the field would take something away.
    pub(super) fn access_to_field(
        self,
        user: &UserName,
        module: &ModuleName,
        field: &FieldName,
    ) -> Option<FieldAccess> {
        let usual = self.system.usual_field_access();
        let named = |rights: &Rights| rights.modules.get(module)?.fields.get(field).copied();
        let rights = self.rights_that_count(user).into_iter();
        rights.map(|rights| named(rights).unwrap_or(usual)).max()
    }
}
