//! A comparison written out: each user, each ability, each owner.
//!
//! As large as it sounds. Reports summarise instead (`access::impact`); this is for small states and for tests.

use std::collections::BTreeSet;

use super::Comparison;
use super::gains::Gain;
use crate::access::{Ability, Owner};
use crate::model::UserName;

/// One user, one ability, and the owner it is about, if it is about one.
pub type Single = (UserName, Ability, Option<Owner>);

impl Comparison<'_> {
    /// Everything that anyone can do after and could not before, one by one.
    pub fn gained_singly(&self) -> BTreeSet<Single> {
        let mut all = BTreeSet::new();
        self.gains(true, &mut |gain| self.write_out(&gain, &mut all));
        all
    }

    /// Everything that anyone could do before and cannot after, one by one.
    pub fn lost_singly(&self) -> BTreeSet<Single> {
        let mut all = BTreeSet::new();
        self.losses(true, &mut |gain| self.write_out(&gain, &mut all));
        all
    }

    fn write_out(&self, gain: &Gain<'_>, all: &mut BTreeSet<Single>) {
        let index = &self.after.index;
        let ability = index.named(gain.ability);
        for user in gain.users {
            let name = index.users.name(*user);
            let mut add = |owner| all.insert((name.clone(), ability.clone(), owner));
            if !index.kind(gain.ability).has_targets() {
                add(None);
                continue;
            }
            if gain.reach.own {
                add(Some(index.user_owner(*user)));
            }
            for owner in gain.reach.users.iter().filter(|owner| owner != user) {
                add(Some(index.user_owner(owner)));
            }
            for group in &gain.reach.groups {
                add(Some(index.group_owner(group)));
            }
        }
    }
}
