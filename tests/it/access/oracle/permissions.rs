//! Step 7, "permissions": whom a permission with `over` reaches.

use rolecall::access::Owner;
use rolecall::model::{Level, PermissionId, UserName};
use rolecall::system::{Limit, PermissionTarget};

use super::World;

impl World<'_> {
    /// Whether a permission that is had at a level is about someone.
    pub(super) fn permission_reaches(
        self,
        user: &UserName,
        id: &PermissionId,
        level: Level,
        target: &Owner,
    ) -> bool {
        let Some(over) = self
            .system
            .permission(id)
            .and_then(|(_, permission)| permission.over)
        else {
            return false;
        };
        match level {
            // Open: a permission without levels that is about someone. No definition has one; like an action without
            // levels it opens nothing.
            Level::Allow => false,
            Level::Own => self.own_reaches(user, over, target),
            Level::Group => self.own_reaches(user, over, target) || self.group_reaches(user, target),
            Level::All => true,
        }
    }

    fn own_reaches(self, user: &UserName, over: PermissionTarget, target: &Owner) -> bool {
        match (over, target) {
            // One's own account and those one created.
            (PermissionTarget::Users, Owner::User(other)) => {
                let creator = self.user(other).and_then(|other| other.created_by.as_ref());
                other == user || creator == Some(user)
            }
            // Those one created, active or not.
            (PermissionTarget::Groups, Owner::Group(group)) => {
                let group = self.snapshot.groups.get(group);
                group.is_some_and(|group| group.created_by.as_ref() == Some(user))
            }
            // One's own.
            (PermissionTarget::Traces, Owner::User(other)) => other == user,
            (PermissionTarget::Users | PermissionTarget::Traces, Owner::Group(_))
            | (PermissionTarget::Groups, Owner::User(_)) => false,
        }
    }

    /// The members of the active groups one is in, or these groups.
    fn group_reaches(self, user: &UserName, target: &Owner) -> bool {
        match target {
            Owner::User(other) => self.shares_an_active_group(user, other),
            Owner::Group(group) => self.active_groups_of(user).iter().any(|(name, _)| *name == group),
        }
    }

    /// Whether a limit takes the target out. `not_own_role` does not change whom a permission reaches.
    pub(super) fn leaves_out(self, user: &UserName, id: &PermissionId, target: Option<&Owner>) -> bool {
        let limit = self
            .system
            .permission(id)
            .and_then(|(_, permission)| permission.limit);
        match limit {
            Some(Limit::NotOwnAccount) => target == Some(&Owner::User(user.clone())),
            Some(Limit::NotOwnRole) | None => false,
        }
    }
}
