//! A set of people in few words: whole roles, whole groups, all but some.

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use crate::access::index::RoleNumber;
use crate::access::sharing::Party;
use crate::access::state::Access;
use crate::model::{GroupName, RoleName, UserName};

/// Fewer people than this are named one by one.
const NAMED: u64 = 3;

/// So many parts are told as they are, before anything is told with exceptions.
const FEW: usize = 2;

/// So many are looked at before whole sets are compared.
const AT_FIRST: usize = 16;

/// A part of a set of people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Everyone and, as owners, every group.
    Everyone,
    /// Every user, but not every group as an owner.
    EveryUser,
    /// Everyone with a role or one below it, and how many.
    RoleAndSubordinates {
        /// Which role.
        role: RoleName,
        /// How many.
        people: u64,
    },
    /// Everyone with a role, and how many.
    Role {
        /// Which role.
        role: RoleName,
        /// How many.
        people: u64,
    },
    /// Everyone in a group, and how many.
    Members {
        /// Which group.
        group: GroupName,
        /// How many.
        people: u64,
    },
    /// A group as an owner.
    Group(GroupName),
    /// One user.
    User(UserName),
}

/// A set of people, and of groups as owners, in few words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// The parts that make it up, disjoint.
    pub parts: Vec<Part>,
    /// Who is not in it although a part says so.
    pub but: Vec<UserName>,
}

impl Access<'_> {
    /// A set of people and groups in few words; `all` is everyone who counts.
    pub(crate) fn crowd_of(
        &self,
        users: &RoaringBitmap,
        groups: &RoaringBitmap,
        all: &RoaringBitmap,
    ) -> Crowd {
        let all_groups = self.index.groups.iter();
        let own = self.system.definition().access.groups_own_records;
        let all_groups = all_groups.filter(|(_, name)| own && self.snapshot.groups.contains_key(*name));
        let all_groups = all_groups.map(|(group, _)| group).collect();
        Describe::new(self, all, &all_groups).crowd(users, groups, &[])
    }
}

/// Describes sets of people of one state.
pub(super) struct Describe<'a> {
    access: &'a Access<'a>,
    /// Everyone who counts: those who can log in, or all where records are meant.
    all: &'a RoaringBitmap,
    /// Every group that could be an owner.
    all_groups: &'a RoaringBitmap,
}

impl<'a> Describe<'a> {
    pub(super) fn new(access: &'a Access<'a>, all: &'a RoaringBitmap, all_groups: &'a RoaringBitmap) -> Self {
        Self {
            access,
            all,
            all_groups,
        }
    }

    /// The set in words. A party that it may be is tried first.
    pub(super) fn crowd(&self, users: &RoaringBitmap, groups: &RoaringBitmap, likely: &[Party]) -> Crowd {
        let index = &self.access.index;
        let mut crowd = self.users(users, likely);
        let every_group = self.all_groups.is_subset(groups);
        if crowd.parts == [Part::Everyone] && every_group {
            return crowd;
        }
        if let Some(part) = crowd.parts.iter_mut().find(|part| **part == Part::Everyone) {
            *part = Part::EveryUser;
        }
        let groups = groups.iter().map(|group| index.groups.name(group).clone());
        crowd.parts.extend(groups.map(Part::Group));
        crowd
    }

    fn users(&self, users: &RoaringBitmap, likely: &[Party]) -> Crowd {
        // Far fewer than all cannot be all but a few.
        if users.len() > NAMED && users.len() + NAMED >= self.all.len() {
            let missing = self.all - users;
            if missing.len() <= NAMED && missing.len() * 4 <= users.len() {
                return Crowd {
                    parts: vec![Part::Everyone],
                    but: self.names(&missing),
                };
            }
        }
        let parts = self.parts(users);
        if parts.len() <= FEW {
            return Crowd {
                parts,
                but: Vec::new(),
            };
        }
        if users.len() <= NAMED {
            return Crowd {
                parts,
                but: Vec::new(),
            };
        }
        for party in likely {
            let (part, whole) = match party {
                Party::Group(group) => {
                    let whole = self.access.membership.members(*group) & self.all;
                    let group = self.access.group_name(*group);
                    let people = whole.len();
                    (Part::Members { group, people }, whole)
                }
                Party::Role(role) => self.role(*role),
                Party::RoleAndSubordinates(role) => self.role_and_subordinates(*role),
                Party::Everyone | Party::User(_) => continue,
            };
            let but = &whole - users;
            let close = but.len() <= NAMED && but.len() * 4 <= users.len();
            if users.is_subset(&whole) && close {
                return Crowd {
                    parts: vec![part],
                    but: self.names(&but),
                };
            }
        }
        Crowd {
            parts,
            but: Vec::new(),
        }
    }

    /// Whole subtrees of roles, whole roles, and whoever is left.
    fn parts(&self, users: &RoaringBitmap) -> Vec<Part> {
        let mut told = RoaringBitmap::new();
        let mut parts = Vec::new();
        let mut tried = RoaringBitmap::new();
        for user in users {
            if told.contains(user) {
                continue;
            }
            let role = self.access.hierarchy.role_of[user as usize];
            let part = role
                .filter(|role| tried.insert(role.0))
                .and_then(|role| self.whole(role, users));
            match part {
                Some((part, whole)) => {
                    told |= whole;
                    parts.push(part);
                }
                None => parts.push(Part::User(self.name(user))),
            }
        }
        parts.sort_by_key(|part| matches!(part, Part::User(_)));
        parts
    }

    /// The largest part around a role that is wholly in a set.
    fn whole(&self, role: RoleNumber, users: &RoaringBitmap) -> Option<(Part, RoaringBitmap)> {
        let hierarchy = &self.access.hierarchy;
        if !self.is_whole(&hierarchy.users[role.at()], users)
            || hierarchy.users_and_subordinates[role.at()].intersection_len(users) < NAMED
        {
            return None;
        }
        let mut largest = self.role(role);
        for above in std::iter::once(role).chain(hierarchy.above(role)) {
            if !self.is_whole(&hierarchy.users_and_subordinates[above.at()], users) {
                break;
            }
            let (part, whole) = self.role_and_subordinates(above);
            if whole.len() > largest.1.len() {
                largest = (part, whole);
            }
        }
        (largest.1.len() >= NAMED).then_some(largest)
    }

    /// Whether those of a whole who count are all in a set.
    fn is_whole(&self, whole: &RoaringBitmap, users: &RoaringBitmap) -> bool {
        let is_in = |user: u32| users.contains(user) || !self.all.contains(user);
        // Mostly it is not, and one of the first is missing.
        whole.iter().take(AT_FIRST).all(is_in)
            && (whole.len() <= AT_FIRST as u64
                || whole.is_subset(users)
                || (whole & self.all).is_subset(users))
    }

    fn role(&self, role: RoleNumber) -> (Part, RoaringBitmap) {
        let whole = &self.access.hierarchy.users[role.at()] & self.all;
        let part = Part::Role {
            role: self.access.role_name(role),
            people: whole.len(),
        };
        (part, whole)
    }

    fn role_and_subordinates(&self, role: RoleNumber) -> (Part, RoaringBitmap) {
        let whole = &self.access.hierarchy.users_and_subordinates[role.at()] & self.all;
        let part = Part::RoleAndSubordinates {
            role: self.access.role_name(role),
            people: whole.len(),
        };
        (part, whole)
    }

    /// Names in their order.
    fn names(&self, users: &RoaringBitmap) -> Vec<UserName> {
        let mut names: Vec<UserName> = users.iter().map(|user| self.name(user)).collect();
        names.sort();
        names
    }

    fn name(&self, user: u32) -> UserName {
        self.access.index.users.name(user).clone()
    }
}
