//! Step 5, "whose records": level, owning, the hierarchy. Defaults and rules are in `sharing`.

use rolecall::access::Owner;
use rolecall::model::{Level, ModuleName, UserName};
use rolecall::system::Effect;

use super::World;
use super::membership::{is_below, is_member};

/// Whether an action views, edits or deletes records, and so is about their owners.
pub(super) fn is_about_records(effect: Effect) -> bool {
    match effect {
        Effect::View | Effect::Edit | Effect::Delete => true,
        Effect::Create | Effect::Function => false,
    }
}

impl World<'_> {
    /// Any of these is enough.
    pub(super) fn reaches_records(
        self,
        user: &UserName,
        module: &ModuleName,
        effect: Effect,
        level: Option<Level>,
        owner: &Owner,
    ) -> bool {
        level.is_some_and(|level| self.level_reaches(user, level, owner))
            || self.owns(user, owner)
            || self.inherits(user, owner)
            || self.default_opens(module, effect, level.is_some())
            || self.rules_open(user, module, effect, owner)
    }

    /// The level of the right.
    fn level_reaches(self, user: &UserName, level: Level, owner: &Owner) -> bool {
        match level {
            // Opens everything.
            Level::All => true,
            // Opens what is owned by oneself, by the members of the active groups one is in, and by these groups.
            Level::Group => match owner {
                Owner::User(owner) => owner == user || self.shares_an_active_group(user, owner),
                Owner::Group(group) => self.is_active_group_of(user, group),
            },
            // Open nothing by themselves.
            Level::Own | Level::Allow => false,
        }
    }

    /// One's own records always; records of an active group that one is in, where groups own records.
    fn owns(self, user: &UserName, owner: &Owner) -> bool {
        match owner {
            Owner::User(owner) => owner == user,
            Owner::Group(group) => self.is_active_group_of(user, group),
        }
    }

    /// The hierarchy, where superiors inherit.
    fn inherits(self, user: &UserName, owner: &Owner) -> bool {
        let hierarchy = &self.system.definition().access.hierarchy;
        if !hierarchy.superiors_inherit_owned {
            return false;
        }
        match owner {
            Owner::User(owner) => self.is_superior_or_peer(user, owner),
            // Records of active groups that such a user is in.
            Owner::Group(group) => {
                let mut users = self.snapshot.users.keys();
                hierarchy.includes_group_owned
                    && users.any(|other| {
                        self.is_superior_or_peer(user, other) && self.is_active_group_of(other, group)
                    })
            }
        }
    }

    /// Whether another user's role is below one's own or, with peers, the same.
    fn is_superior_or_peer(self, user: &UserName, other: &UserName) -> bool {
        let peers = self.system.definition().access.hierarchy.peers;
        let role = |name: &UserName| self.user(name)?.role.as_ref();
        let (Some(own), Some(others)) = (role(user), role(other)) else {
            return false;
        };
        is_below(self.snapshot, others, own) || (peers && own == others)
    }

    fn is_active_group_of(self, user: &UserName, group: &rolecall::model::GroupName) -> bool {
        let found = self.snapshot.groups.get(group);
        found.is_some_and(|found| self.counts(found)) && is_member(self.snapshot, user, group)
    }
}
