//! More wrong wishes: removals, users, sharing.

use rolecall::model::{Principal, PrincipalKind, Removal, RoleName, RuleIntent, RuleKey, UserIntent};
use rolecall::system::Constraint;
use rolecall::text::{Code, Span};

use super::intent::at;
use super::wrongs::Wrongs;

fn removal(transfer_to: Option<Principal>) -> Removal {
    Removal {
        at: Span::NOWHERE,
        transfer_to: transfer_to.map(at),
        transfer_to_profile: None,
    }
}

impl Wrongs<'_> {
    pub(super) fn removals(&mut self) {
        if let Some(role) = self.free_role() {
            if self.system.has(Constraint::RoleDeleteNeedsTransfer) {
                self.add(Code::RoleDeleteNeedsTransfer, |intent| {
                    intent.removed.roles.insert(role.clone(), removal(None));
                });
            }
            self.add(Code::TransferToItself, |intent| {
                let heir = Principal::Role(role.clone());
                intent.removed.roles.insert(role.clone(), removal(Some(heir)));
            });
            let builtin = self.system.definition().builtin.roles.keys().next();
            if let Some(builtin) = builtin {
                self.add(Code::BuiltinObject, |intent| {
                    let heir = Principal::Role(role.clone());
                    intent.removed.roles.insert(builtin.clone(), removal(Some(heir)));
                });
            }
        }
        let builtin = &self.system.definition().builtin.profiles;
        let profile = self
            .live
            .profiles
            .keys()
            .find(|name| !builtin.contains_key(*name));
        if let Some(profile) = profile.filter(|_| self.system.has(Constraint::ProfileDeleteNeedsTransfer)) {
            self.add(Code::ProfileDeleteNeedsTransfer, |intent| {
                intent.removed.profiles.insert(profile.clone(), removal(None));
            });
        }
        if let Some((group, _)) = self.free_group()
            && self.system.has(Constraint::GroupDeleteNeedsTransfer)
        {
            self.add(Code::GroupDeleteNeedsTransfer, |intent| {
                intent.removed.groups.insert(group.clone(), removal(None));
            });
        }
        let only = self.live.groups.iter().find(|(name, group)| {
            let mut others = self.live.groups.iter().filter(|(other, _)| other != name);
            let primary = |user: &&rolecall::model::User| user.primary_group.as_ref() == Some(*name);
            let alone = |user| !others.any(|(_, other)| other.members.users.contains(user));
            group.variety.is_none()
                && !self.live.users.values().any(|user| primary(&user))
                && group.members.users.iter().take(1).any(alone)
        });
        if let Some((name, _)) = only.filter(|_| self.system.has(Constraint::NotOnlyGroupOfUser)) {
            let kind = self.system.definition().groups.as_ref();
            let taken = kind.is_some_and(|kind| kind.transfer_to.contains(&PrincipalKind::User));
            let heir = self.live.users.keys().next().filter(|_| taken);
            let heir = heir.cloned().map(Principal::User);
            self.add(Code::NotOnlyGroupOfUser, |intent| {
                intent.removed.groups.insert(name.clone(), removal(heir));
            });
        }
        let external = self.live.groups.iter().find(|(_, group)| group.variety.is_some());
        if let Some((external, _)) = external {
            self.add(Code::ExternalGroup, |intent| {
                intent.removed.groups.insert(external.clone(), removal(None));
            });
        }
    }

    pub(super) fn users(&mut self) {
        let needs_role = self.system.has(Constraint::UserNeedsRole);
        let Some((name, _)) = self.live.users.iter().find(|(_, user)| user.role.is_some()) else {
            return;
        };
        let mut give = |code, role: Option<RoleName>| {
            let wanted = UserIntent {
                role: Some(at(role)),
                ..UserIntent::default()
            };
            self.add(code, |intent| {
                intent.users.insert(name.clone(), wanted);
            });
        };
        give(Code::UnknownReference, Some("No such role".into()));
        if needs_role {
            give(Code::UserNeedsRole, None);
        }
        let mut listed = self.live.groups.values().flat_map(|group| &group.members.users);
        let mut users = self.live.users.iter();
        let primary = users.find(|(_, user)| user.primary_group.is_some());
        let member = primary.map(|(user, _)| user).or_else(|| listed.next());
        let role = self.live.roles.keys().find(|role| self.is_super(Some(role)));
        if let Some((member, role)) = member.zip(role) {
            let wanted = UserIntent {
                role: Some(at(Some(role.clone()))),
                ..UserIntent::default()
            };
            self.add(Code::SuperRoleNotInGroups, |intent| {
                intent.users.insert(member.clone(), wanted);
            });
        }
    }

    pub(super) fn sharing(&mut self) {
        let live = self.live;
        let kind = self
            .system
            .definition()
            .sharing
            .as_ref()
            .and_then(|kind| kind.rules.as_ref());
        let modules = self.system.definition().modules.as_ref();
        let (Some(kind), Some(modules)) = (kind, modules) else {
            return;
        };
        let Some(access) = kind.access.keys().next().copied() else {
            return;
        };
        let mut rule = |code, module: &str, from: Principal, to: Principal| {
            let key = RuleKey {
                module: module.into(),
                from,
                to,
            };
            self.add(code, |intent| {
                intent
                    .sharing
                    .rules
                    .insert(key, RuleIntent::new(access, Span::NOWHERE));
            });
        };
        let (Some(role), Some(group)) = (live.roles.keys().next(), live.groups.keys().next()) else {
            return;
        };
        let (role, group) = (Principal::Role(role.clone()), Principal::Group(group.clone()));
        let from = if kind.from.contains(&role.kind()) {
            role
        } else {
            Principal::Everyone
        };
        if !kind.from.contains(&from.kind()) {
            return;
        }
        rule(Code::UnknownModule, "No such module", from.clone(), group.clone());
        for module in &modules.list {
            if module.follows.is_some() || !module.shareable {
                rule(
                    Code::NotShareable,
                    module.name.as_str(),
                    from.clone(),
                    group.clone(),
                );
            }
        }
        let own = modules
            .list
            .iter()
            .find(|module| module.follows.is_none() && module.shareable);
        if let Some(own) = own {
            let nobody = Principal::Group("No such group".into());
            rule(Code::UnknownReference, own.name.as_str(), from.clone(), nobody);
            if let Some(user) = live.users.keys().next() {
                let user = Principal::User(user.clone());
                if !kind.to.contains(&user.kind()) {
                    rule(Code::NotSupported, own.name.as_str(), from, user);
                }
            }
        }
    }
}
