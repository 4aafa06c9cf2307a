//! The tree of roles, with the users of each role and of each role and its subordinates.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::index::{Index, RoleNumber, UserNumber};
use crate::model::Snapshot;

/// Roles and who holds them.
#[derive(Debug)]
pub(crate) struct Hierarchy {
    /// Each user's role.
    pub(crate) role_of: Vec<Option<RoleNumber>>,
    /// The role above each role.
    pub(crate) superior: Vec<Option<RoleNumber>>,
    /// The users of each role.
    pub(crate) users: Vec<RoaringBitmap>,
    /// The users of each role and of all roles below.
    pub(crate) users_and_subordinates: Vec<RoaringBitmap>,
    /// Roles below others before those above, without roles in circles.
    bottom_up: Vec<RoleNumber>,
    /// What the product takes for the users of a role and its subordinates where it goes by the beginnings of paths,
    /// for the roles where that is not the same.
    pub(crate) confused: BTreeMap<RoleNumber, RoaringBitmap>,
}

impl Hierarchy {
    pub(crate) fn new(index: &Index, snapshot: &Snapshot, by_path_prefix: bool) -> Self {
        let number = |role: &_| index.roles.number(role).map(RoleNumber);
        let mut role_of = vec![None; index.users.len()];
        let mut holders: Vec<Vec<u32>> = vec![Vec::new(); index.roles.len()];
        for (user, name) in index.users.iter() {
            let role = snapshot.users.get(name).and_then(|user| user.role.as_ref());
            // A role that is not there holds nobody: a dangling reference gives nothing.
            let role = role
                .filter(|role| snapshot.roles.contains_key(*role))
                .and_then(number);
            role_of[user as usize] = role;
            if let Some(role) = role {
                holders[role.at()].push(user);
            }
        }
        let mut superior = vec![None; index.roles.len()];
        for (name, role) in &snapshot.roles {
            let above = role.reports_to.as_ref();
            let above = above
                .filter(|above| snapshot.roles.contains_key(*above))
                .and_then(number);
            if let Some(role) = number(name) {
                superior[role.at()] = above;
            }
        }
        let users: Vec<RoaringBitmap> = holders.into_iter().map(in_order).collect();
        let bottom_up = bottom_up(&superior);
        let mut hierarchy = Self {
            role_of,
            superior,
            users_and_subordinates: Vec::new(),
            users,
            bottom_up,
            confused: BTreeMap::new(),
        };
        hierarchy.users_and_subordinates = hierarchy.gather(&hierarchy.users);
        if by_path_prefix {
            hierarchy.confused = hierarchy.confuse(index, snapshot);
        }
        hierarchy
    }

    /// The roles above a role, nearest first. In a circle each once, and never the role itself.
    pub(crate) fn above(&self, role: RoleNumber) -> Vec<RoleNumber> {
        let mut above = Vec::new();
        let mut next = self.superior[role.at()];
        while let Some(superior) = next {
            if superior == role || above.contains(&superior) {
                break;
            }
            above.push(superior);
            next = self.superior[superior.at()];
        }
        above
    }

    /// The users whose role is below a role.
    pub(crate) fn below(&self, role: RoleNumber) -> RoaringBitmap {
        &self.users_and_subordinates[role.at()] - &self.users[role.at()]
    }

    /// The role of a user.
    pub(crate) fn role(&self, user: UserNumber) -> Option<RoleNumber> {
        self.role_of[user.at()]
    }

    /// Of sets by role, those of each role together with those of all roles below it.
    pub(crate) fn gather(&self, own: &[RoaringBitmap]) -> Vec<RoaringBitmap> {
        let mut gathered = own.to_vec();
        for role in &self.bottom_up {
            if let Some(superior) = self.superior[role.at()] {
                let set = std::mem::take(&mut gathered[role.at()]);
                gathered[superior.at()] |= &set;
                gathered[role.at()] = set;
            }
        }
        // What is left are roles in circles: all of a circle have the same below them.
        let mut done = vec![false; own.len()];
        for role in &self.bottom_up {
            done[role.at()] = true;
        }
        for start in 0..own.len() {
            if done[start] {
                continue;
            }
            let start = RoleNumber(super::index::count(start));
            let mut circle = self.above(start);
            circle.push(start);
            let mut set = RoaringBitmap::new();
            for role in &circle {
                set |= &gathered[role.at()];
                done[role.at()] = true;
            }
            for role in circle {
                gathered[role.at()].clone_from(&set);
            }
        }
        gathered
    }

    /// A path of ids such as `H1::H2` for each role that has one.
    fn path(&self, index: &Index, snapshot: &Snapshot, role: RoleNumber) -> Option<String> {
        let mut ids = Vec::new();
        for each in std::iter::once(role).chain(self.above(role)) {
            ids.push(snapshot.role_ids.get(index.roles.name(each.0))?.as_str());
        }
        ids.reverse();
        Some(ids.join("::"))
    }

    /// Fault of a product: a role whose path begins with the text of another's is taken for its subordinate.
    fn confuse(&self, index: &Index, snapshot: &Snapshot) -> BTreeMap<RoleNumber, RoaringBitmap> {
        let mut confused = BTreeMap::new();
        if snapshot.role_ids.is_empty() {
            return confused;
        }
        let roles = (0..super::index::count(index.roles.len())).map(RoleNumber);
        let roles = roles.filter(|role| snapshot.roles.contains_key(index.roles.name(role.0)));
        let paths = roles.filter_map(|role| Some((self.path(index, snapshot, role)?, role)));
        let paths: BTreeMap<String, RoleNumber> = paths.collect();
        for (path, role) in &paths {
            let mut taken = self.users_and_subordinates[role.at()].clone();
            let alike = paths.range(path.clone()..);
            for (_, other) in alike.take_while(|(other, _)| other.starts_with(path)) {
                taken |= &self.users[other.at()];
            }
            if taken != self.users_and_subordinates[role.at()] {
                confused.insert(*role, taken);
            }
        }
        confused
    }
}

/// A set of numbers that come in order.
pub(crate) fn in_order(numbers: Vec<u32>) -> RoaringBitmap {
    let mut set: RoaringBitmap = numbers.into_iter().collect();
    set.optimize();
    set
}

/// Roles from the bottom up, without those in circles.
fn bottom_up(superior: &[Option<RoleNumber>]) -> Vec<RoleNumber> {
    let mut waiting = vec![0u32; superior.len()];
    for above in superior.iter().flatten() {
        waiting[above.at()] += 1;
    }
    let numbers = (0..super::index::count(superior.len())).map(RoleNumber);
    let mut ready: Vec<RoleNumber> = numbers.filter(|role| waiting[role.at()] == 0).collect();
    let mut next = 0;
    while let Some(role) = ready.get(next).copied() {
        next += 1;
        if let Some(above) = superior[role.at()] {
            waiting[above.at()] -= 1;
            if waiting[above.at()] == 0 {
                ready.push(above);
            }
        }
    }
    ready
}
