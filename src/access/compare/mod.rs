//! What two states differ in, in people and records: who gains and who loses what.
//!
//! Gains are found once; losses are the gains of the way back. Users who cannot be told apart form a class and are
//! looked at once, and of a class only what some changed object can have moved.
//!
//! Deliberately not here: words (`report`), and judgement whether a change is wanted.

mod by_rules;
mod causes;
mod classes;
mod gains;
mod groups;
mod look;
mod memory;
mod pairs;
mod passing;
mod roles;
mod rules;
mod touched;
mod transfers;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use roaring::RoaringBitmap;

use self::classes::{Class, classes};

use self::gains::Gains;
pub(crate) use self::gains::{Gain, Way};
pub use self::pairs::Single;
pub use self::passing::Passing;
pub(crate) use self::rules::Pairing;
pub(crate) use self::touched::Touched;
pub(crate) use self::transfers::Transfers;
use super::decide::Target;
use super::index::GroupNumber;
use super::state::Access;
use crate::model::{GroupName, Identity, Principal, RuleKey};

/// What caused a gain or a loss.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A change of an object.
    Object(Identity),
    /// Those who gain or lose have another role.
    OwnRole,
    /// Those who gain or lose are there or can log in, may do everything, or belong somewhere else, by themselves.
    Oneself,
    /// Those whose records are reached have another role.
    OwnersRole,
}

/// Two states of one deployment, numbered alike.
pub struct Comparison<'a> {
    /// The state before.
    pub before: &'a Access<'a>,
    /// The state after.
    pub after: &'a Access<'a>,
    pub(crate) touched: Touched,
    /// Groups that go and hand their records over: whoever reaches the heir's reaches theirs.
    transfers: Transfers,
    /// Groups whose records can be told from new ones: those of both states, and those that hand theirs over.
    owning_groups: RoaringBitmap,
    /// Groups of both states.
    lasting_groups: RoaringBitmap,
    /// Groups of the state before only.
    gone_groups: RoaringBitmap,
    /// Users who are alike, and of whom that was asked: the same on the way back.
    alike: RefCell<Option<(RoaringBitmap, Rc<[Class]>)>>,
}

impl<'a> Comparison<'a> {
    /// Compares two states made by [`Access::pair`]. `heirs` says who takes over the records of groups that go.
    pub fn new(
        before: &'a Access<'a>,
        after: &'a Access<'a>,
        heirs: &BTreeMap<GroupName, Option<Principal>>,
    ) -> Self {
        let index = &after.index;
        let mut transfers = Vec::new();
        for (group, heir) in heirs {
            let group = index.groups.number(group);
            let heir = heir.as_ref().and_then(super::Owner::of);
            let heir = heir.and_then(|heir| after.target(&heir).ok());
            transfers.extend(group.zip(heir));
        }
        let gone = before.snapshot.groups.keys();
        let gone = gone.filter(|group| !after.snapshot.groups.contains_key(*group));
        let gone_groups = gone.filter_map(|group| index.groups.number(group)).collect();
        let groups = before.snapshot.groups.keys();
        let lasting = groups.filter(|group| after.snapshot.groups.contains_key(*group));
        let lasting_groups: RoaringBitmap = lasting.filter_map(|group| index.groups.number(group)).collect();
        let mut owning_groups = lasting_groups.clone();
        let transfers = Transfers::new(transfers);
        owning_groups.extend(transfers.gone());
        if !after.system.definition().access.groups_own_records {
            owning_groups.clear();
        }
        Self {
            touched: Touched::new(before, after),
            owning_groups,
            lasting_groups,
            gone_groups,
            alike: RefCell::default(),
            transfers,
            before,
            after,
        }
    }

    /// Whose records those of a group are in a state: the heir's, when the group is gone there.
    pub(crate) fn heir(&self, state: &Access<'_>, group: u32) -> Target {
        let itself = Target::Group(GroupNumber(group));
        if !std::ptr::eq(state, self.after) {
            return itself;
        }
        self.transfers.heir(group).unwrap_or(itself)
    }

    /// The groups whose records can be gained or lost.
    pub(crate) fn groups_with_records(&self) -> &RoaringBitmap {
        &self.owning_groups
    }

    /// The classes of at least these users.
    fn classes(&self, wanted: &RoaringBitmap) -> Rc<[Class]> {
        let mut alike = self.alike.borrow_mut();
        if let Some((asked, known)) = &*alike
            && wanted.is_subset(asked)
        {
            return Rc::clone(known);
        }
        let found = classes(self.before, self.after, &self.transfers.users, |user| {
            wanted.contains(user.0)
        });
        let found: Rc<[Class]> = Rc::from(found);
        *alike = Some((wanted.clone(), Rc::clone(&found)));
        found
    }

    /// Whether records change hands.
    pub(crate) fn transfers_records(&self) -> bool {
        !self.transfers.is_empty()
    }

    /// What anyone can do after and could not before, gain by gain. Where everyone is reached, whoever was reached
    /// before is left out only if `singly`.
    pub(crate) fn gains(&self, singly: bool, each: &mut dyn FnMut(Gain<'_>)) {
        Gains::new(self, self.before, self.after, true, singly).each(each);
    }

    /// What anyone could do before and cannot after, likewise.
    pub(crate) fn losses(&self, singly: bool, each: &mut dyn FnMut(Gain<'_>)) {
        Gains::new(self, self.after, self.before, false, singly).each(each);
    }
}

/// A rule by name, for looking it up in the other state.
pub(crate) fn rule_key<'s>(access: &'s Access<'_>, rule: u32) -> &'s RuleKey {
    access.sharing.rules[rule as usize].key
}
