//! The rules of two states side by side: which are the same rule, and which still open the same records.

use std::collections::BTreeMap;

use super::transfers::Transfers;
use crate::access::sharing::Party;
use crate::access::state::Access;

/// For the rules of one state, what has become of them in the other.
#[derive(Debug)]
pub(crate) struct Pairing {
    /// The same rule in the other state, by number here.
    pub(crate) other: Vec<Option<u32>>,
    /// Whether it opens the same records there, to the same extent.
    pub(crate) same: Vec<bool>,
}

impl Pairing {
    /// Pairs the rules of `here` with those of `there`.
    pub(crate) fn new(here: &Access<'_>, there: &Access<'_>, transfers: &Transfers) -> Self {
        let mut others = (0u32..).zip(&there.sharing.rules).peekable();
        let mut sources: BTreeMap<Party, bool> = BTreeMap::new();
        let (mut other, mut same) = (Vec::new(), Vec::new());
        for (number, rule) in (0u32..).zip(&here.sharing.rules) {
            while others.next_if(|(_, other)| other.key < rule.key).is_some() {}
            let found = others.next_if(|(_, other)| other.key == rule.key);
            same.push(found.is_some_and(|(_, other)| {
                other.access == rule.access
                    && !transfers.touch_rule(here, number)
                    && *sources
                        .entry(rule.from)
                        .or_insert_with(|| same_owners(here, there, rule.from))
            }));
            other.push(found.map(|(number, _)| number));
        }
        Self { other, same }
    }
}

/// Whether a party owns the same in both states.
fn same_owners(here: &Access<'_>, there: &Access<'_>, party: Party) -> bool {
    match party {
        Party::Everyone | Party::User(_) => true,
        Party::Role(role) => here.hierarchy.users[role.at()] == there.hierarchy.users[role.at()],
        Party::RoleAndSubordinates(role) => {
            let of = |access: &Access<'_>| {
                let confused = access.hierarchy.confused.get(&role);
                confused
                    .unwrap_or(&access.hierarchy.users_and_subordinates[role.at()])
                    .clone()
            };
            of(here) == of(there)
        }
        Party::Group(group) => {
            let source = |access: &'_ Access<'_>| access.confused.is_some();
            if source(here) || source(there) {
                // Rare: only where ids of roles can be confused at all.
                return false;
            }
            here.membership.contained(group) == there.membership.contained(group)
                && here.membership.members(group) == there.membership.members(group)
        }
    }
}
