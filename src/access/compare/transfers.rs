//! Records that change hands: those of a group that goes are its heir's afterwards.
//!
//! So whoever reaches the heir's records reaches those of the group, in the state after.

use roaring::RoaringBitmap;

use crate::access::decide::Target;
use crate::access::index::RoleNumber;
use crate::access::reach::Reach;
use crate::access::sharing::Party;
use crate::access::state::{Access, Standing};

/// Groups that go, and who takes over their records.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    pairs: Vec<(u32, Target)>,
    /// The groups that go, and the groups that take over.
    pub(super) groups: RoaringBitmap,
    /// The users who take over.
    pub(super) users: RoaringBitmap,
}

impl Transfers {
    pub(super) fn new(pairs: Vec<(u32, Target)>) -> Self {
        let (mut groups, mut users) = (RoaringBitmap::new(), RoaringBitmap::new());
        for (gone, heir) in &pairs {
            groups.insert(*gone);
            match heir {
                Target::Group(heir) => groups.insert(heir.0),
                Target::User(heir) => users.insert(heir.0),
            };
        }
        Self { pairs, groups, users }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The groups that go.
    pub(super) fn gone(&self) -> impl Iterator<Item = u32> {
        self.pairs.iter().map(|(gone, _)| *gone)
    }

    /// Who takes over from a group, if it goes.
    pub(super) fn heir(&self, group: u32) -> Option<Target> {
        let found = self.pairs.iter().find(|(gone, _)| *gone == group);
        found.map(|(_, heir)| *heir)
    }

    /// Adds the groups whose heirs are reached.
    pub(super) fn complete(&self, standing: &Standing, reach: &mut Reach) {
        let oneself = reach.own && self.users.contains(standing.user.0);
        if !oneself && reach.groups.is_disjoint(&self.groups) && reach.users.is_disjoint(&self.users) {
            return;
        }
        for (gone, heir) in &self.pairs {
            let covered = match heir {
                Target::User(heir) => reach.users.contains(heir.0) || (reach.own && standing.user == *heir),
                Target::Group(heir) => reach.groups.contains(heir.0),
            };
            if covered {
                reach.groups.insert(*gone);
            }
        }
    }

    /// Whether a rule opens records that change hands, or those of someone who takes some over.
    pub(super) fn touch_rule(&self, access: &Access<'_>, rule: u32) -> bool {
        if self.is_empty() {
            return false;
        }
        match access.sharing.rules[rule as usize].from {
            // Everyone's are everyone's before and after.
            Party::Everyone => false,
            Party::User(user) => self.users.contains(user.0),
            Party::Role(role) => !access.hierarchy.users[role.at()].is_disjoint(&self.users),
            Party::RoleAndSubordinates(role) => {
                let taken = access.hierarchy.confused.get(&role);
                let taken = taken.unwrap_or(&access.hierarchy.users_and_subordinates[role.at()]);
                !taken.is_disjoint(&self.users)
            }
            Party::Group(group) => {
                let membership = access.confused.as_ref().unwrap_or(&access.membership);
                !access.membership.contained(group).is_disjoint(&self.groups)
                    || !membership.members(group).is_disjoint(&self.users)
            }
        }
    }

    /// Whether a user owns records that change hands, or takes some over.
    pub(super) fn touch(&self, standing: &Standing) -> bool {
        !self.is_empty()
            && (self.users.contains(standing.user.0) || !standing.in_force.is_disjoint(&self.groups))
    }

    /// Whether someone below a role takes records over, or a group does whose records are reached through someone
    /// below.
    pub(super) fn are_below(&self, access: &Access<'_>, role: Option<RoleNumber>) -> bool {
        role.is_some_and(|role| {
            let below = &access.hierarchy.users_and_subordinates[role.at()];
            !below.is_disjoint(&self.users) || !access.subtrees.groups_below(role).is_disjoint(&self.groups)
        })
    }
}
