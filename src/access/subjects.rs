//! Everything that one user, or anyone in one role, can do.

use super::decide::Unknown;
use super::index::{AbilityNumber, UserNumber};
use super::questions::Reached;
use super::reach::Reach;
use super::sources::Source;
use super::state::{Access, Standing};
use super::{Ability, Crowd};
use crate::model::{RoleName, UserName};
use roaring::RoaringBitmap;

/// A user, or whoever has a role and is in no group by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A user.
    User(UserName),
    /// Someone with a role and nothing else.
    Role(RoleName),
}

/// No user has this number: it stands for someone who is not there.
const NOBODY: UserNumber = UserNumber(u32::MAX);

impl Access<'_> {
    /// Every ability that a subject has, and whom each reaches, in the order of abilities.
    ///
    /// # Errors
    /// When the state has no such user or role.
    pub fn abilities_of(&self, subject: &Subject) -> Result<Vec<(Ability, Reached)>, Unknown> {
        let standing = match subject {
            Subject::User(name) => self.standing(self.user(name)?),
            Subject::Role(name) => self.standing_in(name)?,
        };
        let mut abilities = Vec::new();
        for (number, ability, _) in self.index.ability_list() {
            if self.has_any(&standing, number) {
                abilities.push((ability.clone(), self.reached_by(&standing, number)));
            }
        }
        abilities.sort_by(|(left, _), (right, _)| left.cmp(right));
        Ok(abilities)
    }

    /// Whether a standing has an ability about anyone.
    fn has_any(&self, standing: &Standing, ability: AbilityNumber) -> bool {
        if standing.user == NOBODY {
            let mut found = false;
            self.sources(standing, ability, &mut |source| {
                found |= !matches!(source, Source::Created);
            });
            return found;
        }
        self.allows(standing, ability, None)
    }

    /// Someone with a role, in the groups that everyone in the role is in.
    fn standing_in(&self, name: &RoleName) -> Result<Standing, Unknown> {
        let role = self.role(name)?;
        let groups = self.membership.of_role(role).to_vec();
        let is_super = self.system.definition().access.super_roles.contains(name);
        Ok(self.standing_of(
            NOBODY,
            Some(role),
            groups,
            true,
            is_super.then_some(Source::SuperRole),
        ))
    }

    /// A set of users in few words.
    pub fn crowd<'n>(&self, users: impl IntoIterator<Item = &'n UserName>) -> Crowd {
        let users: RoaringBitmap = users
            .into_iter()
            .filter_map(|user| self.index.users.number(user))
            .collect();
        self.crowd_of(&users, &RoaringBitmap::new(), &self.active)
    }

    /// Whom something reaches, in few words.
    pub fn crowd_reached(&self, reached: &Reached) -> Crowd {
        let (mut users, mut groups) = (RoaringBitmap::new(), RoaringBitmap::new());
        for owner in &reached.owners {
            match owner {
                super::Owner::User(name) => users.extend(self.index.users.number(name)),
                super::Owner::Group(name) => groups.extend(self.index.groups.number(name)),
            }
        }
        self.crowd_of(&users, &groups, &self.there)
    }

    /// Whom an ability of a standing reaches.
    pub(crate) fn reached_by(&self, standing: &Standing, number: AbilityNumber) -> Reached {
        let kind = self.index.kind(number);
        if !kind.has_targets() {
            return Reached {
                had: true,
                ..Reached::default()
            };
        }
        let (users, groups) = self.whole(kind);
        let Reach {
            own,
            everyone,
            users: some_users,
            groups: some_groups,
        } = self.reach(standing, number);
        let (mut reached, mut reached_groups) = if everyone {
            (users.clone(), groups.clone())
        } else {
            (some_users & &users, some_groups & &groups)
        };
        reached.remove(standing.user.0);
        if own && users.contains(standing.user.0) {
            reached.insert(standing.user.0);
        }
        reached_groups.optimize();
        let owners = reached.iter().map(|user| self.index.user_owner(user));
        let groups_in = reached_groups.iter().map(|group| self.index.group_owner(group));
        let owners = owners.chain(groups_in).collect();
        let missing = &users - &reached;
        let all_others = missing.is_empty() || (missing.len() == 1 && missing.contains(standing.user.0));
        Reached {
            had: true,
            own,
            everyone: (everyone || all_others) && reached_groups == groups,
            owners,
        }
    }
}
