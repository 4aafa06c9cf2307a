//! How much a reader should care about a line, and why.

use std::collections::BTreeSet;

use super::line::{Direction, Flag, Risk, What, Whose};
use crate::access::state::Access;
use crate::access::{Ability, FieldUse};
use crate::model::Level;
use crate::system::Effect;

/// From so many pairs of people and owners on, seeing alone is a high risk.
const MANY_PAIRS: u64 = 10_000;
/// From so many pairs on, changing is one.
const MANY_EDITS: u64 = 100;
/// And from so many pairs of people and records on, where records are counted.
const MANY_RECORDS: u64 = 1_000;
/// From so many people on, a loss is worth a second look.
const MANY_PEOPLE: u64 = 10;

/// What stands out about abilities by themselves.
pub(super) fn flags_of(access: &Access<'_>, direction: Direction, what: &What) -> BTreeSet<Flag> {
    if direction == Direction::Loss {
        return BTreeSet::new();
    }
    let abilities = match what {
        What::Administration => return BTreeSet::from([Flag::NewAdministrator]),
        What::Abilities(abilities) => abilities,
    };
    abilities
        .iter()
        .filter_map(|ability| match ability {
            Ability::Action { action, .. } => {
                let deletes = access.system.action(action)?.effect == Effect::Delete;
                deletes.then_some(Flag::Deletes)
            }
            Ability::Permission(id) => changes_access(access, id).then_some(Flag::ChangesAccess),
            Ability::Field { .. }
            | Ability::Service(_)
            | Ability::Role(_)
            | Ability::Authorisation { .. } => None,
        })
        .collect()
}

/// Whether a permission lets its holders change roles, groups or who has them.
fn changes_access(access: &Access<'_>, id: &crate::model::PermissionId) -> bool {
    let settings = &access.system.definition().access;
    let tables: [&std::collections::BTreeMap<_, Level>; 2] = [
        &settings.administrative_permissions,
        &settings.access_changing_permissions,
    ];
    tables.into_iter().any(|table| table.contains_key(id))
}

/// The risk of a line.
pub(super) fn risk(
    access: &Access<'_>,
    direction: Direction,
    flags: &BTreeSet<Flag>,
    people: u64,
    what: &What,
    whose: Option<&Whose>,
) -> Risk {
    if !flags.is_empty() {
        return Risk::High;
    }
    let owners = whose.map_or(0, |whose| whose.owners);
    let abilities = match what {
        What::Administration => return Risk::High,
        What::Abilities(abilities) => abilities,
    };
    if direction == Direction::Loss {
        return if people >= MANY_PEOPLE {
            Risk::Medium
        } else {
            Risk::Low
        };
    }
    let edits = abilities.iter().any(|ability| match ability {
        Ability::Action { action, .. } => access
            .system
            .action(action)
            .is_some_and(|action| action.effect == Effect::Edit),
        Ability::Field { .. }
        | Ability::Permission(_)
        | Ability::Service(_)
        | Ability::Role(_)
        | Ability::Authorisation { .. } => false,
    });
    let pairs = people.saturating_mul(owners);
    let records = whose.and_then(|whose| whose.records).unwrap_or_default();
    let many = pairs >= MANY_EDITS || people.saturating_mul(records) >= MANY_RECORDS;
    if (edits && many) || pairs >= MANY_PAIRS {
        return Risk::High;
    }
    let opens = abilities.iter().any(|ability| match ability {
        Ability::Action { .. } | Ability::Permission(_) | Ability::Role(_) => true,
        Ability::Authorisation { .. } => true,
        Ability::Field { used, .. } => *used == FieldUse::See,
        Ability::Service(_) => owners > 0,
    });
    if opens { Risk::Medium } else { Risk::Low }
}
