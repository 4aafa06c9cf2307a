//! How much of what there is goes.

use std::collections::{BTreeMap, BTreeSet};

use super::Limits;
use crate::model::{Kind, Members, Snapshot};

/// Some of what there is goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// How many go.
    pub lost: u64,
    /// How many there were.
    pub of: u64,
}

impl Loss {
    /// The share that goes, in whole percent, rounded. Of nothing, nothing goes.
    pub fn percent(self) -> u64 {
        let of = self.of.max(1);
        self.lost.saturating_mul(100).saturating_add(of / 2) / of
    }
}

impl Limits {
    /// Whether so much is more than may go.
    pub fn are_exceeded_by(&self, loss: Loss) -> bool {
        self.share_is_exceeded_by(loss) || self.number_is_exceeded_by(loss)
    }

    /// Whether it is a larger share than may go.
    pub fn share_is_exceeded_by(&self, loss: Loss) -> bool {
        let Loss { lost, of } = loss;
        of >= u64::from(self.from) && lost.saturating_mul(100) > of.saturating_mul(u64::from(self.share))
    }

    /// Whether it is more than the absolute number that may go, where there is one.
    pub fn number_is_exceeded_by(&self, loss: Loss) -> bool {
        self.number.is_some_and(|number| loss.lost > u64::from(number))
    }
}

/// What is deleted of each kind, in the order of [`Kind::ALL`]. Defaults and users are never deleted.
pub(super) fn deletions(before: &Snapshot, after: &Snapshot) -> Vec<(Kind, Loss)> {
    let of_kind = |kind: Kind| {
        let lost = match kind {
            Kind::Profile => missing(&before.profiles, &after.profiles),
            Kind::Role => missing(&before.roles, &after.roles),
            Kind::Group => missing(&before.groups, &after.groups),
            Kind::SharingRule => missing(&before.sharing.rules, &after.sharing.rules),
            Kind::SharingDefault | Kind::User => 0,
        };
        let of = before.count(kind) as u64;
        (kind, Loss { lost, of })
    };
    let kinds = Kind::ALL.into_iter().map(of_kind);
    kinds.filter(|(_, loss)| loss.lost > 0).collect()
}

fn missing<N: Ord, O>(before: &BTreeMap<N, O>, after: &BTreeMap<N, O>) -> u64 {
    before.keys().filter(|name| !after.contains_key(*name)).count() as u64
}

/// The members that groups list and that go, because the group no longer lists them or because it goes itself.
pub(super) fn members(before: &Snapshot, after: &Snapshot) -> Loss {
    let nobody = Members::default();
    let mut all = Loss::default();
    for (name, group) in &before.groups {
        // Every kind of member is named, so that one that the model gains cannot be forgotten.
        let Members {
            users,
            roles,
            roles_and_subordinates,
            groups,
        } = &group.members;
        let left = after.groups.get(name).map_or(&nobody, |group| &group.members);
        let each = [
            loss(users, &left.users),
            loss(roles, &left.roles),
            loss(roles_and_subordinates, &left.roles_and_subordinates),
            loss(groups, &left.groups),
        ];
        for Loss { lost, of } in each {
            all.lost += lost;
            all.of += of;
        }
    }
    all
}

fn loss<N: Ord>(before: &BTreeSet<N>, after: &BTreeSet<N>) -> Loss {
    Loss {
        lost: before.difference(after).count() as u64,
        of: before.len() as u64,
    }
}
