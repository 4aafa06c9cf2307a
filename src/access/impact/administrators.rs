//! Who is an administrator in effect: may do everything, or can change who may do what.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::access::index::{AbilityNumber, UserNumber};
use crate::access::state::Access;
use crate::model::{Level, UserName};
use crate::system::RightsFrom;

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
