//! The rules of two states side by side: which are the same rule, and which open nothing new.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::transfers::Transfers;
use crate::access::index::{GroupNumber, RoleNumber};
use crate::access::sharing::{Party, rule_opens};
use crate::access::state::Access;
use crate::model::RuleAccess;
use crate::system::Effect;

/// For the rules of one state, what they were in the other.
#[derive(Debug)]
pub(crate) struct Pairing {
    /// The same rule in the other state, by number here.
    pub(crate) other: Vec<Option<u32>>,
    /// Whether it opens nothing here that it does not open there.
    pub(crate) nothing_new: Vec<bool>,
}

impl Pairing {
    /// Pairs the rules of `here` with those of `there`.
    pub(crate) fn new(here: &Access<'_>, there: &Access<'_>, transfers: &Transfers) -> Self {
        let mut others = (0u32..).zip(&there.sharing.rules).peekable();
        let mut sources: BTreeMap<Party, bool> = BTreeMap::new();
        let (mut other, mut nothing_new) = (Vec::new(), Vec::new());
        for (number, rule) in (0u32..).zip(&here.sharing.rules) {
            while others.next_if(|(_, other)| other.key < rule.key).is_some() {}
            let found = others.next_if(|(_, other)| other.key == rule.key);
            nothing_new.push(found.is_some_and(|(_, other)| {
                opens_no_more(rule.access, other.access)
                    && !transfers.touch_rule(here, number)
                    && *sources
                        .entry(rule.from)
                        .or_insert_with(|| owns_no_more(here, there, rule.from))
            }));
            other.push(found.map(|(number, _)| number));
        }
        Self { other, nothing_new }
    }
}

fn opens_no_more(here: RuleAccess, there: RuleAccess) -> bool {
    let effects = [Effect::View, Effect::Edit, Effect::Delete];
    effects
        .into_iter()
        .all(|effect| !rule_opens(here, effect) || rule_opens(there, effect))
}

/// Whether everyone whom a party owns for here is among those there.
fn owns_no_more(here: &Access<'_>, there: &Access<'_>, party: Party) -> bool {
    match party {
        Party::Everyone | Party::User(_) => true,
        Party::Role(role) => here.hierarchy.users[role.at()].is_subset(&there.hierarchy.users[role.at()]),
        Party::RoleAndSubordinates(role) => {
            fn of<'s>(access: &'s Access<'_>, role: RoleNumber) -> &'s RoaringBitmap {
                let confused = access.hierarchy.confused.get(&role);
                confused.unwrap_or(&access.hierarchy.users_and_subordinates[role.at()])
            }
            of(here, role).is_subset(of(there, role))
        }
        Party::Group(group) => {
            fn of<'s>(access: &'s Access<'_>, group: GroupNumber) -> &'s RoaringBitmap {
                access
                    .confused
                    .as_ref()
                    .unwrap_or(&access.membership)
                    .members(group)
            }
            here.membership
                .contained(group)
                .is_subset(there.membership.contained(group))
                && of(here, group).is_subset(of(there, group))
        }
    }
}
