//! Single edits of a state: what they all draw from, and those that can only ever add access.

use rolecall::model::{
    ActionId, Authorisations, FieldAccess, FieldName, GroupName, Level, ModuleName, PermissionId, Principal,
    PrincipalKind, ProfileName, Rights, RoleName, RuleAccess, RuleKey, ServiceId, Snapshot, Status, User,
    UserName,
};
use rolecall::system::{GroupAttribute, MemberKind, RightsFrom, RoleAttribute, System, UserAttribute};

use crate::world::Tape;

/// Draws names and values that fit a state of a system.
pub(super) struct Drawing<'a> {
    pub(super) system: &'a System,
    pub(super) tape: &'a mut Tape,
}

impl Drawing<'_> {
    pub(super) fn user(&mut self, snapshot: &Snapshot) -> Option<UserName> {
        self.tape.pick(snapshot.users.keys().cloned())
    }

    pub(super) fn role(&mut self, snapshot: &Snapshot) -> Option<RoleName> {
        self.tape.pick(snapshot.roles.keys().cloned())
    }

    pub(super) fn profile(&mut self, snapshot: &Snapshot) -> Option<ProfileName> {
        self.tape.pick(snapshot.profiles.keys().cloned())
    }

    pub(super) fn group(&mut self, snapshot: &Snapshot) -> Option<GroupName> {
        self.tape.pick(snapshot.groups.keys().cloned())
    }

    pub(super) fn module(&mut self, snapshot: &Snapshot) -> Option<ModuleName> {
        let spoken_of = super::questions::modules_spoken_of(self.system, snapshot);
        match self.tape.chance(6) && !spoken_of.is_empty() {
            true => self.tape.pick(spoken_of),
            false => self.tape.pick(self.system.modules_of(&snapshot.installation)),
        }
    }

    pub(super) fn action(&mut self, module: &ModuleName) -> Option<(ActionId, Level)> {
        let action = self.tape.pick(self.system.actions_of(module))?;
        let level = self.tape.pick(action.levels.keys().copied());
        Some((action.id.clone(), level.unwrap_or(Level::Allow)))
    }

    pub(super) fn permission(&mut self) -> Option<(PermissionId, Level)> {
        let categories = &self.system.definition().permissions;
        let all = categories.iter().flat_map(|category| &category.permissions);
        let permission = self.tape.pick(all)?;
        let level = self.tape.pick(permission.levels.keys().copied());
        Some((permission.id.clone(), level.unwrap_or(Level::Allow)))
    }

    pub(super) fn field(&mut self, snapshot: &Snapshot, module: &ModuleName) -> Option<FieldName> {
        let listed = self.system.module(module).map(|module| module.fields.clone());
        let added = snapshot.installation.modules.get(module).cloned();
        let known = listed.into_iter().flatten().chain(added.into_iter().flatten());
        self.tape.pick(known)
    }

    pub(super) fn service(&mut self) -> Option<ServiceId> {
        let services = self.system.definition().services.iter();
        self.tape.pick(services.map(|service| service.id.clone()))
    }

    pub(super) fn authorisations(&mut self) -> Option<Authorisations> {
        let catalogue = self.system.definition().authorisations.as_ref()?;
        let levels = catalogue.levels.iter().map(|level| level.id.clone());
        self.tape.pick(levels).map(Authorisations::Level)
    }

    pub(super) fn principal(&mut self, snapshot: &Snapshot, kind: PrincipalKind) -> Option<Principal> {
        match kind {
            PrincipalKind::Everyone => Some(Principal::Everyone),
            PrincipalKind::User => self.user(snapshot).map(Principal::User),
            PrincipalKind::Role => self.role(snapshot).map(Principal::Role),
            PrincipalKind::RoleAndSubordinates => self.role(snapshot).map(Principal::RoleAndSubordinates),
            PrincipalKind::Group => self.group(snapshot).map(Principal::Group),
        }
    }

    pub(super) fn rule(&mut self, snapshot: &Snapshot) -> Option<(RuleKey, RuleAccess)> {
        let system = self.system;
        let kind = system.definition().sharing.as_ref()?.rules.as_ref()?;
        let (from, to) = (
            self.tape.pick(kind.from.iter().copied())?,
            self.tape.pick(kind.to.iter().copied())?,
        );
        let key = RuleKey {
            module: self.module(snapshot)?,
            from: self.principal(snapshot, from)?,
            to: self.principal(snapshot, to)?,
        };
        Some((key, self.tape.pick(kind.access.keys().copied())?))
    }

    pub(super) fn has_group_attribute(&self, attribute: GroupAttribute) -> bool {
        let kind = self.system.definition().groups.as_ref();
        kind.is_some_and(|kind| kind.attributes.contains_key(&attribute))
    }

    pub(super) fn has_role_attribute(&self, attribute: RoleAttribute) -> bool {
        let kind = self.system.definition().roles.as_ref();
        kind.is_some_and(|kind| kind.attributes.contains_key(&attribute))
    }

    pub(super) fn has_user_attribute(&self, attribute: UserAttribute) -> bool {
        let users = &self.system.definition().users;
        users.attributes.contains_key(&attribute)
    }

    pub(super) fn has_member_kind(&self, kind: MemberKind) -> bool {
        let groups = self.system.definition().groups.as_ref();
        groups.is_some_and(|groups| groups.member_kinds.contains_key(&kind))
    }

    /// Puts a member of some kind in a group.
    pub(super) fn add_member(&mut self, snapshot: &mut Snapshot) -> Option<()> {
        let kinds = [
            MemberKind::Users,
            MemberKind::Groups,
            MemberKind::Roles,
            MemberKind::RolesAndSubordinates,
        ];
        let kinds: Vec<_> = kinds
            .into_iter()
            .filter(|kind| self.has_member_kind(*kind))
            .collect();
        let name = self.group(snapshot)?;
        let kind = self.tape.pick(kinds)?;
        let (user, role, contained) = (self.user(snapshot), self.role(snapshot), self.group(snapshot));
        let members = &mut snapshot.groups.get_mut(&name)?.members;
        match kind {
            MemberKind::Users => members.users.extend(user),
            MemberKind::Roles => members.roles.extend(role),
            MemberKind::RolesAndSubordinates => members.roles_and_subordinates.extend(role),
            MemberKind::Groups => members.groups.extend(contained),
        }
        Some(())
    }

    /// The rights of a profile or of a role, whichever the system goes by.
    pub(super) fn some_rights<'s>(&mut self, snapshot: &'s mut Snapshot) -> Option<&'s mut Rights> {
        match self.system.definition().access.rights_from {
            RightsFrom::RoleProfiles => {
                let name = self.profile(snapshot)?;
                let profile = snapshot.profiles.get_mut(&name)?;
                Some(&mut profile.rights)
            }
            RightsFrom::Role | RightsFrom::GroupRoles => {
                let name = self.role(snapshot)?;
                let role = snapshot.roles.get_mut(&name)?;
                Some(&mut role.rights)
            }
            RightsFrom::GroupSettings => None,
        }
    }

    /// Permits an action on a module, or permits it wider.
    pub(super) fn permit_action(&mut self, snapshot: &mut Snapshot) -> Option<()> {
        let module = self.module(snapshot)?;
        let (action, level) = self.action(&module)?;
        let of_module = self.some_rights(snapshot)?.modules.entry(module).or_default();
        let had = of_module.actions.entry(action).or_insert(level);
        *had = level.max(*had);
        Some(())
    }

    fn permit_permission(&mut self, snapshot: &mut Snapshot) -> Option<()> {
        let (permission, level) = self.permission()?;
        let rights = self.some_rights(snapshot)?;
        let had = rights.permissions.entry(permission).or_insert(level);
        *had = level.max(*had);
        Some(())
    }

    /// Makes a field that someone restricts wider.
    fn widen_field(&mut self, snapshot: &mut Snapshot) -> Option<()> {
        let wider = self.tape.pick([FieldAccess::ReadOnly, FieldAccess::ReadWrite])?;
        let module = self.module(snapshot)?;
        let field = self.field(snapshot, &module)?;
        let rights = self.some_rights(snapshot)?.modules.get_mut(&module)?;
        let access = rights.fields.get_mut(&field)?;
        *access = wider.max(*access);
        Some(())
    }

    fn add_profile(&mut self, snapshot: &mut Snapshot) -> Option<()> {
        let (role, profile) = (self.role(snapshot)?, self.profile(snapshot)?);
        snapshot.roles.get_mut(&role)?.profiles.insert(profile);
        Some(())
    }

    /// A new rule, or one that gives more.
    fn widen_rule(&mut self, snapshot: &mut Snapshot) -> Option<()> {
        let (key, access) = self.rule(snapshot)?;
        let had = snapshot.sharing.rules.entry(key).or_insert(access);
        *had = access.max(*had);
        Some(())
    }

    fn add_to_group(&mut self, snapshot: &mut Snapshot) -> Option<()> {
        let name = self.group(snapshot)?;
        let (user, other) = (self.user(snapshot), self.user(snapshot));
        let (role, service) = (self.role(snapshot), self.service());
        let (authorisations, of_head) = (self.authorisations(), self.authorisations());
        let which = self.tape.below(6);
        let (has_roles, has_head) = (
            self.has_group_attribute(GroupAttribute::Roles),
            self.has_group_attribute(GroupAttribute::Head),
        );
        let group = snapshot.groups.get_mut(&name)?;
        match which {
            0 => group.status = Status::Active,
            1 if has_roles => group.roles.extend(role),
            2 => group.services.extend(service),
            3 if group.authorisations.is_none() => group.authorisations = authorisations,
            4 if group.head_authorisations.is_none() => group.head_authorisations = of_head,
            5 if has_head => {
                group.head = group.head.take().or(user);
                group.deputy = group.deputy.take().or(other);
            }
            _ => {}
        }
        Some(())
    }

    fn add_to_user(&mut self, snapshot: &mut Snapshot) -> Option<()> {
        let name = self.user(snapshot)?;
        let has = |attribute| self.has_user_attribute(attribute);
        let (has_role, has_mark) = (has(UserAttribute::Role), has(UserAttribute::Administrator));
        let (has_creator, has_primary) = (has(UserAttribute::CreatedBy), has(UserAttribute::PrimaryGroup));
        let which = self.tape.below(5);
        let (role, creator, group) = (self.role(snapshot), self.user(snapshot), self.group(snapshot));
        let user = snapshot.users.get_mut(&name)?;
        match which {
            0 => user.active = true,
            1 if has_mark => user.administrator = true,
            2 if has_role => user.role = user.role.take().or(role),
            3 if has_creator => user.created_by = user.created_by.take().or(creator),
            4 if has_primary => user.primary_group = user.primary_group.take().or(group),
            _ => {}
        }
        Some(())
    }

    /// Puts a role that is below no other below one. With ids of roles that would change paths, and which role is
    /// taken for which is no matter of more or less.
    fn place_role(&mut self, snapshot: &mut Snapshot) -> Option<()> {
        let (name, above) = (self.role(snapshot)?, self.role(snapshot)?);
        if self.has_role_attribute(RoleAttribute::ReportsTo) && snapshot.role_ids.is_empty() {
            let role = snapshot.roles.get_mut(&name)?;
            role.reports_to = role.reports_to.take().or(Some(above));
        }
        Some(())
    }

    fn add_object(&mut self, snapshot: &mut Snapshot) -> Option<()> {
        let role = self.role(snapshot);
        let role = role.filter(|_| self.has_user_attribute(UserAttribute::Role));
        match self.tape.chance(4) {
            true => {
                let user = User {
                    role,
                    ..User::default()
                };
                snapshot.users.entry("new".into()).or_insert(user);
            }
            false => {
                snapshot.groups.entry("New".into()).or_default();
            }
        }
        Some(())
    }

    /// One thing more for someone, and nothing less for anyone.
    pub(super) fn add(&mut self, snapshot: &mut Snapshot) {
        let which = self.tape.below(11);
        match which {
            0 | 1 => self.permit_action(snapshot),
            2 => self.permit_permission(snapshot),
            3 => self.widen_field(snapshot),
            4 => self.add_profile(snapshot),
            5 => self.add_member(snapshot),
            6 => self.widen_rule(snapshot),
            7 => self.add_to_group(snapshot),
            8 => self.add_to_user(snapshot),
            9 => self.place_role(snapshot),
            _ => self.add_object(snapshot),
        };
    }
}
