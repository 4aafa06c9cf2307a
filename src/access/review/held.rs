//! The groups that many people are in, and how, each way looked for once.
//!
//! Whoever is in a group by the role alone is in it like everyone with that role, and whoever is in it by being listed
//! in one place is in it like everyone listed there.

use std::collections::{BTreeMap, HashMap};

use crate::access::index::{GroupNumber, RoleNumber, UserNumber};
use crate::access::path::Step;
use crate::access::state::Access;
use crate::model::GroupName;

/// A group and, by number, the way into it.
pub(super) type HeldNumbers = Box<[(u32, u32)]>;

/// A group that a person is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held<'a> {
    /// Which group.
    pub group: &'a GroupName,
    /// How the person is in it.
    pub way: &'a [Step],
    /// The number of the way: equal ones are the same way into the same group.
    pub number: usize,
}

/// Finds ways into groups.
pub(super) struct HeldGroups<'a> {
    access: &'a Access<'a>,
    ways: Vec<Vec<Step>>,
    by_role: HashMap<(RoleNumber, u32), u32>,
    /// By the group that lists, whether as a primary group, and the group that is asked about.
    by_listing: HashMap<(u32, bool, u32), u32>,
    /// Of those who are in a group by more than one thing, by what was found.
    by_several: BTreeMap<(u32, Vec<Step>), u32>,
}

impl<'a> HeldGroups<'a> {
    pub(super) fn new(access: &'a Access<'a>) -> Self {
        Self {
            access,
            ways: Vec::new(),
            by_role: HashMap::new(),
            by_listing: HashMap::new(),
            by_several: BTreeMap::new(),
        }
    }

    /// Every way that was found, by number.
    pub(super) fn into_ways(self) -> Vec<Vec<Step>> {
        self.ways
    }

    /// A user's groups. `primary` is the primary group, where the user is in it by that alone.
    pub(super) fn of(
        &mut self,
        user: UserNumber,
        primary: Option<&GroupName>,
        groups: &[u32],
    ) -> HeldNumbers {
        let access = self.access;
        let role = access.hierarchy.role(user);
        let of_role = role.map_or(&[][..], |role| access.membership.of_role(role));
        let direct = access.membership.direct(user);
        let held = groups.iter().map(|group| {
            let within = access.membership.contained(GroupNumber(*group));
            let mut listing = direct.iter().copied().filter(|listing| within.contains(*listing));
            let by_role = role.filter(|_| of_role.binary_search(group).is_ok());
            let way = match (listing.next(), listing.next(), by_role) {
                (None, _, Some(role)) => self.by_role(user, role, *group),
                (Some(listing), None, None) => self.by_listing(user, listing, primary, *group),
                (_, _, _) => self.by_several(user, *group),
            };
            (*group, way)
        });
        held.collect()
    }

    fn by_role(&mut self, user: UserNumber, role: RoleNumber, group: u32) -> u32 {
        if let Some(known) = self.by_role.get(&(role, group)) {
            return *known;
        }
        let way = self.add(self.access.way_into(user, GroupNumber(group)));
        self.by_role.insert((role, group), way);
        way
    }

    fn by_listing(&mut self, user: UserNumber, listing: u32, primary: Option<&GroupName>, group: u32) -> u32 {
        let is_primary = primary == Some(self.access.index.groups.name(listing));
        let key = (listing, is_primary, group);
        if let Some(known) = self.by_listing.get(&key) {
            return *known;
        }
        let way = self.add(self.access.way_into(user, GroupNumber(group)));
        self.by_listing.insert(key, way);
        way
    }

    fn by_several(&mut self, user: UserNumber, group: u32) -> u32 {
        let way = self.access.way_into(user, GroupNumber(group));
        if let Some(known) = self.by_several.get(&(group, way.clone())) {
            return *known;
        }
        let number = self.add(way.clone());
        self.by_several.insert((group, way), number);
        number
    }

    fn add(&mut self, way: Vec<Step>) -> u32 {
        self.ways.push(way);
        crate::access::index::count(self.ways.len() - 1)
    }
}
