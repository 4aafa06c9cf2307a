//! Groups that give nothing, and memberships that another one implies.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;

use super::{Because, Implied, Unused, UnusedSubject};
use crate::access::index::GroupNumber;
use crate::access::state::Access;
use crate::model::{Group, GroupName, Level, Principal, ProfileName, Rights, RoleName, Status};

impl Access<'_> {
    pub(super) fn empty_groups(&self, found: &mut Vec<Unused>) {
        let definition = self.system.definition();
        let mut in_rules: BTreeSet<&GroupName> = BTreeSet::new();
        for key in self.snapshot.sharing.rules.keys() {
            for party in [&key.from, &key.to] {
                if let Principal::Group(group) = party {
                    in_rules.insert(group);
                }
            }
        }
        let mut in_groups: BTreeSet<&GroupName> = BTreeSet::new();
        let mut shown: BTreeSet<&GroupName> = BTreeSet::new();
        for group in self.snapshot.groups.values() {
            in_groups.extend(&group.members.groups);
            shown.extend(group.monitor_groups.keys());
        }
        let counted = !self.snapshot.records.0.is_empty();
        let by_groups = self.users_by_groups();
        for (name, group) in &self.snapshot.groups {
            if definition.builtin.groups.contains_key(name) {
                continue;
            }
            let Some(number) = self.index.groups.number(name) else {
                continue;
            };
            let members = self.membership.members(GroupNumber(number));
            let is_used = in_rules.contains(name) || group.head.is_some();
            if members.is_empty() {
                // A group between others passes on what those within it own.
                let passes_on = !group.members.groups.is_empty() || self.confused.is_some();
                let between = in_groups.contains(name) && passes_on;
                found.push(Unused {
                    subject: UnusedSubject::Group(name.clone()),
                    because: Because::NobodyIn,
                    proved: !is_used && !between && !self.owns(name),
                });
                continue;
            }
            let is_used = is_used || in_groups.contains(name) || shown.contains(name) || gives(group);
            let by_level = !members.is_disjoint(&by_groups) && group.status == Status::Active;
            if is_used || by_level || self.owns(name) {
                continue;
            }
            let owns_nothing = counted || !definition.access.groups_own_records;
            found.push(Unused {
                subject: UnusedSubject::Group(name.clone()),
                because: Because::GivesNothing { owns_nothing },
                proved: owns_nothing,
            });
        }
    }

    fn owns(&self, group: &GroupName) -> bool {
        self.snapshot.records.owned_by(&Principal::Group(group.clone())) > 0
    }

    /// Users for whom it matters with whom they are in a group: some right of theirs has level `group`.
    fn users_by_groups(&self) -> RoaringBitmap {
        let levelled = |rights: &Rights| {
            let modules = rights.modules.values().flat_map(|module| module.actions.values());
            let mut levels = rights.permissions.values().chain(modules);
            levels.any(|level| *level == Level::Group)
        };
        let profiles = self.snapshot.profiles.iter();
        let profiles: BTreeSet<&ProfileName> = profiles
            .filter(|(_, profile)| levelled(&profile.rights))
            .map(|(name, _)| name)
            .collect();
        let mut users = RoaringBitmap::new();
        let mut roles = BTreeSet::new();
        for (name, role) in &self.snapshot.roles {
            let carries = role.profiles.iter().any(|profile| profiles.contains(profile));
            if (carries || levelled(&role.rights))
                && let Ok(number) = self.role(name)
            {
                users |= &self.hierarchy.users[number.at()];
                roles.insert(number);
            }
        }
        for group in &self.membership.in_force {
            let group = GroupNumber(group);
            if self.settings.roles(group).iter().any(|role| roles.contains(role)) {
                users |= self.membership.members(group);
            }
        }
        users
    }

    pub(super) fn implied_members(&self, found: &mut Vec<Unused>) {
        for (name, group) in &self.snapshot.groups {
            let Some(number) = self.index.groups.number(name).map(GroupNumber) else {
                continue;
            };
            let mut push = |member: Principal, by| {
                found.push(Unused {
                    subject: UnusedSubject::Member {
                        group: name.clone(),
                        member,
                    },
                    because: Because::Implied(by),
                    proved: true,
                });
            };
            let members = &group.members;
            // A group that contains this one in turn has its members from here.
            let nested = |other: &&GroupName| {
                let other = self.group(other).ok();
                other.filter(|other| !self.membership.contained(*other).contains(number.0))
            };
            if !members.users.is_empty() {
                let mut by_role = RoaringBitmap::new();
                for role in members.roles.iter().filter_map(|role| self.role(role).ok()) {
                    by_role |= &self.hierarchy.users[role.at()];
                }
                let above = members.roles_and_subordinates.iter();
                for role in above.filter_map(|role| self.role(role).ok()) {
                    by_role |= &self.hierarchy.users_and_subordinates[role.at()];
                }
                let mut by_group = RoaringBitmap::new();
                for other in members.groups.iter().filter_map(|other| nested(&other)) {
                    by_group |= self.membership.members(other);
                }
                for user in &members.users {
                    let Ok(at) = self.user(user) else { continue };
                    let primary = self.snapshot.users.get(user);
                    let primary = primary.and_then(|user| user.primary_group.as_ref());
                    let by = if by_role.contains(at.0) {
                        Some(Implied::Role)
                    } else if by_group.contains(at.0) {
                        Some(Implied::Nested)
                    } else {
                        (primary == Some(name)).then_some(Implied::PrimaryGroup)
                    };
                    if let Some(by) = by {
                        push(Principal::User(user.clone()), by);
                    }
                }
            }
            let listed = &members.roles_and_subordinates;
            let is_above = |role: &RoleName, itself: bool| {
                let Ok(number) = self.role(role) else { return false };
                let above = self.hierarchy.above(number).into_iter();
                let mut above = above.map(|above| self.index.roles.name(above.0));
                (itself && listed.contains(role)) || above.any(|above| listed.contains(above))
            };
            if !listed.is_empty() {
                for role in members.roles.iter().filter(|role| is_above(role, true)) {
                    push(Principal::Role(role.clone()), Implied::Role);
                }
                for role in listed.iter().filter(|role| is_above(role, false)) {
                    push(Principal::RoleAndSubordinates(role.clone()), Implied::Role);
                }
            }
            let mut within: BTreeMap<u32, usize> = BTreeMap::new();
            for other in members.groups.iter().filter_map(|other| nested(&other)) {
                for group in self.membership.contained(other) {
                    *within.entry(group).or_default() += 1;
                }
            }
            for other in &members.groups {
                let Some(at) = nested(&other) else { continue };
                // Groups in a circle contain each other: which of them is one too many is not for us to say.
                let circle = self.membership.contained(at).iter().any(|inner| {
                    inner != at.0 && self.membership.contained(GroupNumber(inner)).contains(at.0)
                });
                if !circle && within.get(&at.0).is_some_and(|times| *times > 1) {
                    push(Principal::Group(other.clone()), Implied::Nested);
                }
            }
        }
    }
}

/// Whether a group gives anything by itself, access or not.
fn gives(group: &Group) -> bool {
    let Group {
        description: _,
        variety,
        status: _,
        members: _,
        roles,
        head,
        deputy,
        head_authorisations,
        authorisations,
        line,
        call_group,
        services,
        monitor_groups,
        keys,
        created_by: _,
    } = group;
    // A group that is made elsewhere is there for a reason that is not seen here.
    variety.is_some()
        || !roles.is_empty()
        || head.is_some()
        || deputy.is_some()
        || head_authorisations.is_some()
        || authorisations.is_some()
        || line.is_some()
        || call_group.is_some()
        || !services.is_empty()
        || !monitor_groups.is_empty()
        || !keys.is_empty()
}
