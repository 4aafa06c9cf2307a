//! Who is in each group and who holds each role, for all at once.

use std::collections::{BTreeSet, HashMap};

use roaring::RoaringBitmap;

use super::index::{GroupNumber, UserNumber};
use super::path::Step;
use super::sharing::Party;
use super::state::Access;
use crate::model::{GroupName, RoleName, RuleKey, UserName};

/// Everyone who is in a group by the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberBatch {
    /// How, from the user to the group.
    pub way: Vec<Step>,
    /// Who, and whether each can log in.
    pub users: Vec<(UserName, bool)>,
}

impl Access<'_> {
    /// Everyone in a group, those who are in it by the same way together, in the order in which the group is gone
    /// through.
    ///
    /// # Errors
    /// When the state has no such group.
    pub fn member_batches(&self, group: &GroupName) -> Result<Vec<MemberBatch>, super::Unknown> {
        let number = self.group(group)?;
        let mut left = self.membership.members(number).clone();
        let mut batches = Vec::new();
        let mut order = vec![group];
        let mut next = 0;
        let mut seen: BTreeSet<&GroupName> = BTreeSet::from([group]);
        let mut primary: HashMap<&GroupName, RoaringBitmap> = HashMap::new();
        for user in &left {
            let known = self.snapshot.users.get(self.index.users.name(user));
            if let Some(group) = known.and_then(|user| user.primary_group.as_ref()) {
                primary.entry(group).or_default().insert(user);
            }
        }
        while let Some(at) = order.get(next).copied() {
            next += 1;
            let Some(group) = self.snapshot.groups.get(at) else {
                continue;
            };
            let members = &group.members;
            let listed = members
                .users
                .iter()
                .filter_map(|name| self.index.users.number(name));
            let mut take = |users: &RoaringBitmap| {
                let users = users & &left;
                left -= &users;
                // Who is in by role comes by way of that role, so each role is a batch.
                for (_, users) in self.by_role(&users) {
                    batches.push(self.batch(number, &users));
                }
            };
            take(&listed.collect());
            if let Some(users) = primary.get(at) {
                take(users);
            }
            for role in &members.roles {
                if let Ok(role) = self.role(role) {
                    take(&self.hierarchy.users[role.at()]);
                }
            }
            for role in &members.roles_and_subordinates {
                if let Ok(role) = self.role(role) {
                    take(&self.hierarchy.users_and_subordinates[role.at()]);
                }
            }
            for nested in &members.groups {
                if self.snapshot.groups.contains_key(nested) && seen.insert(nested) {
                    order.push(nested);
                }
            }
        }
        Ok(batches)
    }

    fn batch(&self, group: GroupNumber, users: &[u32]) -> MemberBatch {
        let way = users.first().map(|user| self.way_into(UserNumber(*user), group));
        let mut users: Vec<(UserName, bool)> = users
            .iter()
            .map(|user| (self.user_name(*user).clone(), self.active.contains(*user)))
            .collect();
        users.sort();
        MemberBatch {
            way: way.unwrap_or_default(),
            users,
        }
    }

    /// The rules in force that are for a group, or open what it and its members own: to it, from it.
    pub fn rules_of_group(&self) -> HashMap<GroupName, (Vec<&RuleKey>, Vec<&RuleKey>)> {
        let mut rules: HashMap<GroupName, (Vec<&RuleKey>, Vec<&RuleKey>)> = HashMap::new();
        for rule in &self.sharing.rules {
            if let Party::Group(group) = rule.to {
                rules.entry(self.group_name(group)).or_default().0.push(rule.key);
            }
            if let Party::Group(group) = rule.from {
                rules.entry(self.group_name(group)).or_default().1.push(rule.key);
            }
        }
        rules
    }

    /// Everyone who holds each role, by name: as the user's role, or through a group that grants it.
    pub fn holders_of_roles(&self) -> HashMap<RoleName, Vec<UserName>> {
        let mut holders: Vec<RoaringBitmap> = self.hierarchy.users.clone();
        for group in &self.membership.in_force {
            let group = GroupNumber(group);
            for role in self.settings.roles(group) {
                holders[role.at()] |= self.membership.members(group);
            }
        }
        let named = self.index.roles.iter().zip(holders).map(|((_, name), users)| {
            let mut users: Vec<UserName> = users.iter().map(|user| self.user_name(user).clone()).collect();
            users.sort();
            (name.clone(), users)
        });
        named.collect()
    }
}
