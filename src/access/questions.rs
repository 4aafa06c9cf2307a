//! Questions about many: whom someone reaches, who can do something, who is in a group.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;

use super::decide::Unknown;
use super::index::{GroupNumber, UserNumber};
use super::path::Step;
use super::state::Access;
use super::{Ability, Owner};
use crate::model::{GroupName, UserName};

/// Whom an ability of one user reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Whether the user has the ability at all; the one thing to know where it is about nobody.
    pub had: bool,
    /// Whether it reaches oneself.
    pub own: bool,
    /// Whether it reaches everyone else and everything it can be about.
    pub everyone: bool,
    /// Everyone it reaches, in order; empty where it is about nobody.
    pub owners: BTreeSet<Owner>,
}

/// Someone who is in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserName,
    /// How: from the user to the group.
    pub way: Vec<Step>,
    /// Whether the user can log in.
    pub active: bool,
}

impl Access<'_> {
    /// Whom an ability of a user reaches.
    ///
    /// # Errors
    /// When the state has no such user or ability.
    pub fn reached(&self, user: &UserName, ability: &Ability) -> Result<Reached, Unknown> {
        let user = self.user(user)?;
        let number = self.ability(ability)?;
        let standing = self.standing(user);
        let had = self.allows(&standing, number, None);
        if !had {
            return Ok(Reached::default());
        }
        Ok(self.reached_by(&standing, number))
    }

    /// Everyone who has an ability, about an owner if one is given, in the order of names.
    ///
    /// # Errors
    /// When the state has no such owner or ability.
    pub fn who_can(&self, ability: &Ability, owner: Option<&Owner>) -> Result<BTreeSet<UserName>, Unknown> {
        let number = self.ability(ability)?;
        let target = owner.map(|owner| self.target(owner)).transpose()?;
        let able = self.active.iter().filter(|user| {
            let standing = self.standing(UserNumber(*user));
            self.allows(&standing, number, target)
        });
        Ok(able.map(|user| self.index.users.name(user).clone()).collect())
    }

    /// Everyone in a group, in the order of names, and how.
    ///
    /// # Errors
    /// When the state has no such group.
    pub fn members(&self, group: &GroupName) -> Result<Vec<Member>, Unknown> {
        let group = self.group(group)?;
        let users = self.membership.members(group).iter();
        let mut members: Vec<Member> = users
            .map(|user| Member {
                user: self.index.users.name(user).clone(),
                way: self.way_into(UserNumber(user), group),
                active: self.active.contains(user),
            })
            .collect();
        members.sort_by(|left, right| left.user.cmp(&right.user));
        Ok(members)
    }

    /// The groups that a user is in, in the order of names, and how.
    ///
    /// # Errors
    /// When the state has no such user.
    pub fn groups_of(&self, user: &UserName) -> Result<Vec<(GroupName, Vec<Step>)>, Unknown> {
        let user = self.user(user)?;
        let groups = self.membership.groups(user, self.hierarchy.role(user));
        let groups = groups.into_iter().map(GroupNumber);
        Ok(groups
            .map(|group| (self.group_name(group), self.way_into(user, group)))
            .collect())
    }

    /// Everyone and everything that an ability can be about.
    pub(crate) fn whole(&self, kind: &super::index::AbilityKind) -> (RoaringBitmap, RoaringBitmap) {
        use super::index::AbilityKind;
        use crate::system::PermissionTarget;
        let all_users = || {
            let users = self.index.users.iter();
            let users = users.filter(|(_, name)| self.snapshot.users.contains_key(*name));
            users.map(|(number, _)| number).collect()
        };
        let all_groups = || {
            let groups = self.index.groups.iter();
            let groups = groups.filter(|(_, name)| self.snapshot.groups.contains_key(*name));
            groups.map(|(number, _)| number).collect()
        };
        match kind {
            AbilityKind::Record { .. } if self.system.definition().access.groups_own_records => {
                (all_users(), all_groups())
            }
            AbilityKind::Permission {
                over: Some(PermissionTarget::Groups),
                ..
            } => (RoaringBitmap::new(), all_groups()),
            AbilityKind::Record { .. }
            | AbilityKind::Authorisation
            | AbilityKind::Permission {
                over: Some(PermissionTarget::Users | PermissionTarget::Traces),
                ..
            }
            | AbilityKind::Service { .. } => (all_users(), RoaringBitmap::new()),
            AbilityKind::Permission { over: None, .. }
            | AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Role => (RoaringBitmap::new(), RoaringBitmap::new()),
        }
    }
}
