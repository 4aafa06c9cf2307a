//! Questions about many users at once, for judgements over a whole state.
//!
//! Each goes by user once. What a user reaches of a module's records depends on role and groups alone, so users who
//! share both are looked at together. Users are numbers here; [`Access::user_name`] says whose.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use super::decide::Unknown;
use super::index::{AbilityKind, AbilityNumber, RoleNumber, UserNumber};
use super::reach::Reach;
use super::sharing::Party;
use super::sources::Source;
use super::state::{Access, Standing};
use super::{Ability, Owner};
use crate::model::{Level, PermissionId, Principal, UserName};

/// Users and groups that an ability can be about.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Owners {
    /// Users.
    pub(crate) users: RoaringBitmap,
    /// Groups.
    pub(crate) groups: RoaringBitmap,
}

/// What an ability leaves open of a set of owners, oneself aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Nobody,
    Only(u32),
    Several,
}

impl Access<'_> {
    /// The name of a user.
    pub(crate) fn user_name(&self, user: u32) -> &UserName {
        self.index.users.name(user)
    }

    /// The users whom a principal names, also those who cannot log in.
    ///
    /// # Errors
    /// When the state has no such user, role or group.
    pub(crate) fn users_of(&self, principal: &Principal) -> Result<RoaringBitmap, Unknown> {
        Ok(match principal {
            Principal::Everyone => {
                let known = self.index.users.iter();
                let known = known.filter(|(_, name)| self.snapshot.users.contains_key(*name));
                known.map(|(number, _)| number).collect()
            }
            Principal::User(name) => RoaringBitmap::from_iter([self.user(name)?.0]),
            Principal::Role(name) => self.hierarchy.users[self.role(name)?.at()].clone(),
            Principal::RoleAndSubordinates(name) => {
                self.hierarchy.users_and_subordinates[self.role(name)?.at()].clone()
            }
            Principal::Group(name) => self.membership.members(self.group(name)?).clone(),
        })
    }

    /// Everyone and everything of a principal that an ability can be about. A group stands for its members, itself
    /// and the groups in it; everyone stands for all groups too.
    ///
    /// # Errors
    /// When the state has no such user, role, group or ability.
    pub(crate) fn owners_of(&self, ability: &Ability, principal: &Principal) -> Result<Owners, Unknown> {
        let (users, groups) = self.whole(self.index.kind(self.ability(ability)?));
        let named = match principal {
            Principal::Everyone => groups.clone(),
            Principal::Group(name) => self.membership.contained(self.group(name)?).clone(),
            Principal::User(_) | Principal::Role(_) | Principal::RoleAndSubordinates(_) => {
                RoaringBitmap::new()
            }
        };
        Ok(Owners {
            users: users & self.users_of(principal)?,
            groups: groups & named,
        })
    }

    /// Those of some users who have every one of the abilities, about an owner if one is given, else at all.
    ///
    /// # Errors
    /// When the state has no such owner or ability.
    pub(crate) fn holders_of_all(
        &self,
        abilities: &[Ability],
        owner: Option<&Owner>,
        among: &RoaringBitmap,
    ) -> Result<RoaringBitmap, Unknown> {
        let numbers: Vec<AbilityNumber> = abilities
            .iter()
            .map(|ability| self.ability(ability))
            .collect::<Result<_, _>>()?;
        let target = owner.map(|owner| self.target(owner)).transpose()?;
        let holds = |user: &u32| {
            let standing = self.standing(UserNumber(*user));
            numbers
                .iter()
                .all(|ability| self.allows(&standing, *ability, target))
        };
        Ok((&self.active & among).iter().filter(holds).collect())
    }

    /// Those of some users who have an ability about every one of the owners, oneself aside. Nobody where there is
    /// no other owner.
    ///
    /// # Errors
    /// When the state has no such ability.
    pub(crate) fn reaching_all(
        &self,
        ability: &Ability,
        owners: &Owners,
        among: &RoaringBitmap,
    ) -> Result<RoaringBitmap, Unknown> {
        let number = self.ability(ability)?;
        let mut classes: HashMap<(Option<RoleNumber>, Vec<u32>), Missing> = HashMap::new();
        let mut reaching = RoaringBitmap::new();
        for user in &self.active & among {
            let others = owners.users.len() - u64::from(owners.users.contains(user)) + owners.groups.len();
            if others == 0 {
                continue;
            }
            let standing = self.standing(UserNumber(user));
            let missing = if self.is_like_others(&standing, number) {
                let class = (standing.role, standing.groups.clone());
                *classes
                    .entry(class)
                    .or_insert_with(|| self.missing(&standing, number, owners))
            } else {
                self.missing(&standing, number, owners)
            };
            if missing == Missing::Nobody || missing == Missing::Only(user) {
                reaching.insert(user);
            }
        }
        Ok(reaching)
    }

    /// Whether what a user reaches follows from role and groups alone.
    fn is_like_others(&self, standing: &Standing, ability: AbilityNumber) -> bool {
        let about_records = match self.index.kind(ability) {
            AbilityKind::Record { .. } => true,
            AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Permission { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => false,
        };
        let by_name = !self.sharing.to(Party::User(standing.user)).is_empty();
        about_records && standing.unlimited.is_none() && !by_name
    }

    fn missing(&self, standing: &Standing, ability: AbilityNumber, owners: &Owners) -> Missing {
        let mut reach = Reach::default();
        self.sources(standing, ability, &mut |source: Source| {
            if !reach.everyone {
                self.add(standing, ability, source, &mut reach);
            }
        });
        if reach.everyone {
            return Missing::Nobody;
        }
        if !owners.groups.is_subset(&reach.groups) {
            return Missing::Several;
        }
        let mut left = (&owners.users - &reach.users).into_iter();
        match (left.next(), left.next()) {
            (None, _) => Missing::Nobody,
            (Some(user), None) => Missing::Only(user),
            (Some(_), Some(_)) => Missing::Several,
        }
    }

    /// Those of some users who have an ability about any of the owners, oneself aside, each with one such owner.
    ///
    /// # Errors
    /// When the state has no such ability.
    pub(crate) fn reaching_any(
        &self,
        ability: &Ability,
        owners: &Owners,
        among: &RoaringBitmap,
    ) -> Result<Vec<(u32, Owner)>, Unknown> {
        let number = self.ability(ability)?;
        let mut found = Vec::new();
        for user in &self.active & among {
            let reach = self.reach(&self.standing(UserNumber(user)), number);
            let (users, groups) = if reach.everyone {
                (owners.users.clone(), owners.groups.clone())
            } else {
                (&owners.users & &reach.users, &owners.groups & &reach.groups)
            };
            let other = users.iter().find(|owner| *owner != user);
            let other = other.map(|owner| self.index.user_owner(owner));
            let other = other.or_else(|| groups.min().map(|group| self.index.group_owner(group)));
            found.extend(other.map(|owner| (user, owner)));
        }
        Ok(found)
    }

    /// Someone among the owners who is not this user, the last by number: far from the user where users are in the
    /// order of roles.
    pub(crate) fn other_owner(&self, owners: &Owners, user: u32) -> Option<Owner> {
        let mut last = owners.users.iter().rev().filter(|owner| *owner != user);
        let last = last.next().map(|owner| self.index.user_owner(owner));
        last.or_else(|| owners.groups.max().map(|group| self.index.group_owner(group)))
    }

    /// The users among some who can log in and may do everything, or hold one of these permissions at least at its
    /// level.
    pub(crate) fn unlimited_or_holding<'p>(
        &self,
        permissions: impl Iterator<Item = (&'p PermissionId, &'p Level)>,
    ) -> RoaringBitmap {
        let numbered =
            permissions.filter_map(|(id, level)| Some((self.index.permission_number(id)?, *level)));
        let numbered: Vec<(AbilityNumber, Level)> = numbered.collect();
        let is_one = |user: &u32| {
            let standing = self.standing(UserNumber(*user));
            standing.unlimited.is_some()
                || numbered.iter().any(|(permission, least)| {
                    self.right(&standing, *permission)
                        .is_some_and(|level| level >= *least)
                })
        };
        self.active.iter().filter(is_one).collect()
    }

    /// The users who can log in.
    pub(crate) fn active_users(&self) -> &RoaringBitmap {
        &self.active
    }

    /// Some users by the role they have, in the order of the roles; those without one come first.
    pub(crate) fn by_role(&self, users: &RoaringBitmap) -> Vec<(Option<crate::model::RoleName>, Vec<u32>)> {
        let mut by_role: std::collections::BTreeMap<_, Vec<u32>> = std::collections::BTreeMap::new();
        for user in users {
            by_role
                .entry(self.hierarchy.role(UserNumber(user)))
                .or_default()
                .push(user);
        }
        by_role
            .into_iter()
            .map(|(role, users)| (role.map(|role| self.role_name(role)), users))
            .collect()
    }

    /// Whom an ability can be about: users, groups.
    ///
    /// # Errors
    /// When there is no such ability.
    pub(crate) fn is_about(&self, ability: &Ability) -> Result<(bool, bool), Unknown> {
        let kind = self.index.kind(self.ability(ability)?);
        let about_groups = match kind {
            AbilityKind::Record { .. } => self.system.definition().access.groups_own_records,
            AbilityKind::Permission { over, .. } => *over == Some(crate::system::PermissionTarget::Groups),
            AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => false,
        };
        let about_users = match kind {
            AbilityKind::Permission { over, .. } => {
                over.is_some_and(|over| over != crate::system::PermissionTarget::Groups)
            }
            AbilityKind::Record { .. }
            | AbilityKind::Function
            | AbilityKind::Field { .. }
            | AbilityKind::Service { .. }
            | AbilityKind::Role
            | AbilityKind::Authorisation => kind.has_targets(),
        };
        Ok((about_users, about_groups))
    }

    /// Every ability that the installation has.
    pub(crate) fn abilities(&self) -> impl Iterator<Item = &Ability> {
        self.index.ability_list().map(|(_, ability, _)| ability)
    }
}

#[cfg(test)]
#[path = "bulk_tests.rs"]
mod tests;
