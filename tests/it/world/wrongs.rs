//! Manifests that ask for what a system does not allow, each wrong in one way.

use rolecall::model::{
    CallGroup, Group, GroupIntent, GroupName, Intent, Level, MembersIntent, ModuleRightsIntent,
    ProfileIntent, RightsIntent, RoleIntent, RoleName, Snapshot, Status, UserName,
};
use rolecall::system::{Constraint, GroupAttribute, Manage, MemberKind, RoleAttribute, System};
use rolecall::text::Code;

use super::intent::{at, member};
use super::snapshot::is_fixed;

/// A wrong wish, and the code that says so.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    pub(crate) code: Code,
    pub(crate) intent: Intent,
}

/// Every way in which manifests can be wrong that this state offers.
pub(crate) fn wrongs(system: &System, live: &Snapshot) -> Vec<Wrong> {
    let mut wrongs = Wrongs {
        system,
        live,
        found: Vec::new(),
    };
    wrongs.roles();
    wrongs.profiles();
    wrongs.groups();
    wrongs.settings_of_groups();
    wrongs.removals();
    wrongs.users();
    wrongs.sharing();
    wrongs.found
}

pub(super) struct Wrongs<'a> {
    pub(super) system: &'a System,
    pub(super) live: &'a Snapshot,
    found: Vec<Wrong>,
}

impl<'a> Wrongs<'a> {
    pub(super) fn add(&mut self, code: Code, fill: impl FnOnce(&mut Intent)) {
        let mut intent = Intent::default();
        fill(&mut intent);
        self.found.push(Wrong { code, intent });
    }

    fn role(&mut self, code: Code, name: &RoleName, wanted: RoleIntent) {
        self.add(code, |intent| {
            intent.roles.insert(name.clone(), wanted);
        });
    }

    fn group(&mut self, code: Code, name: &GroupName, wanted: GroupIntent) {
        self.add(code, |intent| {
            intent.groups.insert(name.clone(), wanted);
        });
    }

    /// A role that may be changed.
    pub(super) fn free_role(&self) -> Option<&'a RoleName> {
        let managed = self.system.definition().roles.as_ref()?.manage == Manage::Full;
        let free = |name: &&RoleName| managed && !is_fixed(self.system, name) && !self.is_builtin(name);
        self.live.roles.keys().find(free)
    }

    fn is_builtin(&self, role: &RoleName) -> bool {
        self.system.definition().builtin.roles.contains_key(role)
    }

    /// A group that may be changed.
    pub(super) fn free_group(&self) -> Option<(&'a GroupName, &'a Group)> {
        self.live.groups.iter().find(|(_, group)| group.variety.is_none())
    }

    fn has(&self, attribute: GroupAttribute) -> bool {
        let kind = self.system.definition().groups.as_ref();
        kind.is_some_and(|kind| kind.attributes.contains_key(&attribute))
    }

    fn has_members(&self, kind: MemberKind) -> bool {
        let groups = self.system.definition().groups.as_ref();
        groups.is_some_and(|groups| groups.member_kinds.contains_key(&kind))
    }

    fn roles(&mut self) {
        let Some(kind) = &self.system.definition().roles else {
            return;
        };
        let Some(role) = self.free_role() else { return };
        let has = |attribute| kind.attributes.contains_key(&attribute);
        let below = |above: &RoleName| RoleIntent {
            reports_to: Some(at(Some(above.clone()))),
            ..RoleIntent::default()
        };
        if has(RoleAttribute::ReportsTo) {
            self.role(Code::RoleCycle, role, below(role));
            self.role(Code::UnknownReference, role, below(&"Nobody".into()));
            let subordinate = self
                .live
                .roles
                .iter()
                .find(|(_, other)| other.reports_to.as_ref() == Some(role));
            if let Some((subordinate, _)) = subordinate {
                self.role(Code::RoleCycle, role, below(subordinate));
            }
            if kind.root.is_some() {
                let mut wanted = below(role);
                wanted.reports_to = Some(at(None));
                self.role(Code::RoleNeedsParent, role, wanted);
            }
        }
        if has(RoleAttribute::Profiles) {
            let wanted = RoleIntent {
                profiles: Some(at(vec![at("No such profile".into())])),
                ..RoleIntent::default()
            };
            self.role(Code::UnknownReference, role, wanted);
        }
        if !kind.required.is_empty() {
            let mut wanted = below(role);
            wanted.reports_to = wanted.reports_to.filter(|_| has(RoleAttribute::ReportsTo));
            self.role(Code::MissingAttribute, &"New".into(), wanted);
        }
        if has(RoleAttribute::Modules) {
            for (code, rights) in self.wrong_rights() {
                let wanted = RoleIntent {
                    rights,
                    ..RoleIntent::default()
                };
                self.role(code, role, wanted);
            }
        }
        let long = "x".repeat(kind.name.max_length_characters as usize + 1);
        let wanted = RoleIntent {
            renamed_from: Some(at(role.clone())),
            ..RoleIntent::default()
        };
        self.role(Code::NameNotAllowed, &long.as_str().into(), wanted);
    }

    fn profiles(&mut self) {
        if let Some(profile) = self.live.profiles.keys().next() {
            for (code, rights) in self.wrong_rights() {
                let wanted = ProfileIntent {
                    rights,
                    ..ProfileIntent::default()
                };
                self.add(code, |intent| {
                    intent.profiles.insert(profile.clone(), wanted);
                });
            }
        }
    }

    fn wrong_rights(&self) -> Vec<(Code, RightsIntent)> {
        let mut wrong = Vec::new();
        let categories = self.system.definition().permissions.iter();
        let all = categories.flat_map(|category| category.permissions.iter().map(move |p| (category, p)));
        let unlicensed = all.into_iter().find(|(category, permission)| {
            let mut needs = category.needs.iter().chain(&permission.needs);
            needs.any(|feature| !self.system.has_feature(&self.live.installation, feature))
        });
        if let Some((_, permission)) = unlicensed
            && self.system.has(Constraint::PermissionsWithinLicence)
        {
            let level = permission.levels.keys().next().copied().unwrap_or(Level::Allow);
            let permissions = [(permission.id.clone(), at(level))].into();
            wrong.push((
                Code::NotLicensed,
                RightsIntent {
                    permissions: Some(at(permissions)),
                    ..RightsIntent::default()
                },
            ));
        }
        let Some(module) = self.system.modules_of(&self.live.installation).next() else {
            return wrong;
        };
        let actions: Vec<_> = self.system.actions_of(&module).collect();
        let mut act = |code, action: &str, level| {
            let wanted = ModuleRightsIntent {
                actions: Some([(action.into(), level)].into()),
                ..ModuleRightsIntent::default()
            };
            wrong.push((
                code,
                RightsIntent {
                    modules: Some(at([(module.clone(), wanted)].into())),
                    ..RightsIntent::default()
                },
            ));
        };
        act(Code::UnknownAction, "levitate", Level::Allow);
        if let Some(action) = actions.first() {
            let other = if action.levels.is_empty() {
                Level::All
            } else {
                Level::Allow
            };
            act(Code::LevelNotSupported, action.id.as_str(), other);
        }
        wrong
    }

    fn groups(&mut self) {
        let Some((name, group)) = self.free_group() else {
            return;
        };
        let with = |members: MembersIntent| GroupIntent {
            members: Some(at(members)),
            ..GroupIntent::default()
        };
        // The users stay, so that nothing else is wrong: a primary group cannot be left.
        let members = || MembersIntent {
            users: group.members.users.iter().cloned().map(member).collect(),
            ..MembersIntent::default()
        };
        let user = |user: &UserName| {
            let mut members = members();
            members.users.push(member(user.clone()));
            members
        };
        let nested = |group: &GroupName| MembersIntent {
            groups: vec![member(group.clone())],
            ..members()
        };
        if self.has_members(MemberKind::Users) {
            self.group(Code::UnknownUser, name, with(user(&"nobody".into())));
            let super_user = self
                .live
                .users
                .iter()
                .find(|(_, user)| self.is_super(user.role.as_ref()));
            if let Some((super_user, _)) = super_user {
                self.group(Code::SuperRoleNotInGroups, name, with(user(super_user)));
            }
        }
        if self.has_members(MemberKind::Groups) {
            self.group(
                Code::UnknownReference,
                name,
                with(nested(&"No such group".into())),
            );
            self.group(Code::GroupCycle, name, with(nested(name)));
            let holder = self
                .live
                .groups
                .iter()
                .find(|(_, group)| group.members.groups.contains(name));
            if let Some((holder, _)) = holder {
                self.group(Code::GroupCycle, name, with(nested(holder)));
            }
        }
        if self.has_members(MemberKind::Roles) {
            let members = |role: RoleName| MembersIntent {
                roles: vec![member(role)],
                ..members()
            };
            self.group(Code::UnknownReference, name, with(members("No such role".into())));
            let roles = self.live.roles.keys().find(|role| self.is_super(Some(role)));
            if let Some(role) = roles {
                self.group(Code::SuperRoleNotInGroups, name, with(members(role.clone())));
            }
        }
        let external = self.live.groups.iter().find(|(_, group)| group.variety.is_some());
        if let Some((external, group)) = external
            && !group.members.users.is_empty()
        {
            self.group(Code::ExternalGroup, external, with(MembersIntent::default()));
        }
        let primary = self.live.users.iter().find_map(|(user, value)| {
            let primary = value.primary_group.as_ref()?;
            let group = self.live.groups.get(primary)?;
            (group.variety.is_none() && group.members.users.contains(user)).then_some(primary)
        });
        if let Some(primary) = primary {
            self.group(Code::PrimaryGroup, primary, with(MembersIntent::default()));
        }
        if self.has(GroupAttribute::Roles) {
            let wanted = GroupIntent {
                roles: Some(at(vec![at("No such role".into())])),
                ..GroupIntent::default()
            };
            self.group(Code::UnknownReference, name, wanted);
        }
    }

    pub(super) fn is_super(&self, role: Option<&RoleName>) -> bool {
        let super_roles = &self.system.definition().access.super_roles;
        self.system.has(Constraint::SuperRoleNotInGroups)
            && role.is_some_and(|role| super_roles.contains(role))
    }

    fn settings_of_groups(&mut self) {
        let Some((name, _)) = self.free_group() else {
            return;
        };
        let user = self.live.users.keys().next();
        if let Some(user) = user.filter(|_| self.system.has(Constraint::HeadSettingsNeedHead)) {
            let wanted = GroupIntent {
                head: Some(at(None)),
                deputy: Some(at(Some(user.clone()))),
                ..GroupIntent::default()
            };
            self.group(Code::HeadSettingsNeedHead, name, wanted);
        }
        let modes = self
            .system
            .definition()
            .groups
            .iter()
            .flat_map(|kind| &kind.call_group_modes);
        for mode in modes {
            let lacks = |needs| !self.system.has_feature(&self.live.installation, needs);
            let lacks = mode.needs.as_ref().is_some_and(lacks);
            let wanted = GroupIntent {
                status: Some(at(if lacks { Status::Active } else { Status::Inactive })),
                call_group: Some(at(Some(CallGroup {
                    mode: mode.id,
                    number: "1".to_owned(),
                }))),
                ..GroupIntent::default()
            };
            let code = if lacks {
                Code::NotLicensed
            } else {
                Code::CallGroupNeedsActiveGroup
            };
            if lacks || self.system.has(Constraint::CallGroupNeedsActiveGroup) {
                self.group(code, name, wanted);
            }
        }
        for service in &self.system.definition().services {
            let granted = |unless| self.system.has_feature(&self.live.installation, unless);
            if service.unless.as_ref().is_some_and(granted) {
                let wanted = GroupIntent {
                    services: Some(at(vec![at(service.id.clone())])),
                    ..GroupIntent::default()
                };
                self.group(Code::GrantedGlobally, name, wanted);
            }
        }
    }
}
