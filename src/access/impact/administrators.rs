//! Who is an administrator in effect: may do everything, or can change who may do what.

use std::collections::{BTreeSet, HashMap};

use roaring::RoaringBitmap;

use crate::access::index::{AbilityNumber, UserNumber};
use crate::access::state::Access;
use crate::model::{Level, PermissionId, UserName};
use crate::system::RightsFrom;

/// What a user has of what it takes to change who may do what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    /// May do everything.
    Everything,
    /// Holds these of the permissions that count, each at the level at which it does.
    Permissions(BTreeSet<PermissionId>),
}

impl Access<'_> {
    /// Users who can log in and are administrators in effect, in the order of names.
    pub fn administrators(&self) -> Vec<UserName> {
        let users = self.administrator_set();
        let mut names: Vec<UserName> = users
            .iter()
            .map(|user| self.index.users.name(user).clone())
            .collect();
        names.sort();
        names
    }

    /// Whether the system says of anyone that they are an administrator.
    pub fn knows_administrators(&self) -> bool {
        let access = &self.system.definition().access;
        access.administrators_may_everything
            || !access.super_roles.is_empty()
            || !access.administrative_permissions.is_empty()
    }

    /// The number of a user, if the state has the user.
    pub(crate) fn user_number(&self, name: &UserName) -> Option<u32> {
        self.user(name).ok().map(|number| number.0)
    }

    /// What a user has of what it takes to change who may do what; nothing for one who cannot log in or is not there.
    pub(crate) fn power(&self, user: &UserName) -> Power {
        let nothing = Power::Permissions(BTreeSet::new());
        let Ok(user) = self.user(user) else {
            return nothing;
        };
        let standing = self.standing(user);
        if !standing.active {
            return nothing;
        }
        if standing.unlimited.is_some() {
            return Power::Everything;
        }
        let held = self.changing().filter(|(id, least)| {
            let number = self.index.permission_number(id);
            number.is_some_and(|number| self.right(&standing, number) >= Some(**least))
        });
        Power::Permissions(held.map(|(id, _)| id.clone()).collect())
    }

    /// The permissions with which someone can change who may do what.
    pub(crate) fn changing_permissions(&self) -> BTreeSet<PermissionId> {
        self.changing().map(|(id, _)| id.clone()).collect()
    }

    /// Each with the least level at which it counts.
    fn changing(&self) -> impl Iterator<Item = (&PermissionId, &Level)> {
        let access = &self.system.definition().access;
        let administrative = access.administrative_permissions.iter();
        administrative.chain(&access.access_changing_permissions)
    }

    pub(crate) fn administrator_set(&self) -> RoaringBitmap {
        let access = &self.system.definition().access;
        let needed: Vec<(AbilityNumber, Level)> = access
            .administrative_permissions
            .iter()
            .filter_map(|(id, level)| Some((self.index.permission_number(id)?, *level)))
            .collect();
        let by_groups = access.rights_from == RightsFrom::GroupRoles;
        let mut by_role = HashMap::new();
        let is_one = |user: &u32| {
            let user = UserNumber(*user);
            if self.unlimited(user).is_some() {
                return true;
            }
            if needed.is_empty() {
                return false;
            }
            let ask = || {
                let standing = self.standing(user);
                let gate = self.gate(&standing);
                needed
                    .iter()
                    .any(|(permission, least)| gate.level(*permission) >= Some(*least))
            };
            if by_groups {
                ask()
            } else {
                *by_role.entry(self.hierarchy.role(user)).or_insert_with(ask)
            }
        };
        let mut is_one = is_one;
        self.active.iter().filter(|user| is_one(user)).collect()
    }
}
