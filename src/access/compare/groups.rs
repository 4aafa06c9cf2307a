//! Groups in two states: those by which someone can gain, and those by which nobody can.

use roaring::RoaringBitmap;

use super::gains::{Gains, is_within};
use crate::access::index::{GroupNumber, RoleNumber, count};
use crate::access::sharing::Party;
use crate::access::state::Access;
use crate::model::Level;

impl Gains<'_> {
    /// Groups whose members may gain by them or by what contains them.
    pub(super) fn affected_groups(&self) -> RoaringBitmap {
        let members_matter = members_matter(self.to);
        let [from, to] = [&self.from.membership, &self.to.membership];
        let groups = count(self.to.index.groups.len());
        let wider_roles = self.wider_roles();
        let differing: RoaringBitmap = (0..groups)
            .filter(|group| {
                let number = GroupNumber(*group);
                from.in_force.contains(*group) != to.in_force.contains(*group)
                    || self.comparison.touched.groups.contains(*group)
                    || self.transfers.groups.contains(*group)
                    || self.rule_parties.contains(&Party::Group(number))
                    || self
                        .to
                        .settings
                        .roles(number)
                        .iter()
                        .any(|role| wider_roles[role.at()])
                    || (members_matter && !to.members(number).is_subset(from.members(number)))
            })
            .collect();
        (0..groups)
            .filter(|group| {
                let number = GroupNumber(*group);
                let containing = to.containing(number);
                !is_within(containing, from.containing(number))
                    || containing.iter().any(|group| differing.contains(*group))
            })
            .collect()
    }

    /// Whether a group is in force or not as it was, and neither hands records over nor takes some over.
    pub(super) fn counts_as_before(&self, group: u32) -> bool {
        let [from, to] = [&self.from.membership, &self.to.membership];
        from.in_force.contains(group) == to.in_force.contains(group) && !self.transfers.groups.contains(group)
    }

    /// Groups that are in the same groups, as much in force, and for which no rule opens more.
    pub(super) fn find_same_groups(&self) -> RoaringBitmap {
        let [from, to] = [&self.from.membership, &self.to.membership];
        let is_same = |group: &u32| {
            let containing = to.containing(GroupNumber(*group));
            let counts_as_before = |group: &u32| {
                self.counts_as_before(*group)
                    && !self.rule_parties.contains(&Party::Group(GroupNumber(*group)))
            };
            containing == from.containing(GroupNumber(*group)) && containing.iter().all(counts_as_before)
        };
        (0..count(self.to.index.groups.len())).filter(is_same).collect()
    }

    /// For each role whether it permits more, or is new: matters to those in the groups that grant it.
    fn wider_roles(&self) -> Vec<bool> {
        let roles = (0..count(self.to.index.roles.len())).map(RoleNumber).map(Some);
        let wider = roles.map(|role| {
            !self
                .to
                .gates
                .of_role(role)
                .is_within(self.from.gates.of_role(role))
        });
        wider.collect()
    }
}

/// Whether who else is in a group matters: only where something is about its members.
fn members_matter(access: &Access<'_>) -> bool {
    let definition = access.system.definition();
    let levels = definition.modules.iter().flat_map(|kind| &kind.actions);
    let levels = levels.map(|action| &action.levels);
    let permissions = definition
        .permissions
        .iter()
        .flat_map(|category| &category.permissions);
    let mut levels = levels.chain(permissions.map(|permission| &permission.levels));
    levels.any(|levels| levels.contains_key(&Level::Group))
        || definition.services.iter().any(|service| service.over_members)
        || definition.authorisations.is_some()
}
