//! Writing the rights of a role or profile: only what differs.

use std::collections::BTreeMap;

use rusqlite::params;

use super::fault::Outcome;
use super::scribe::Scribe;
use crate::model::{ModuleRights, Rights};

/// The statements for one kind of owner.
pub(super) struct RightsOf {
    take_permission: &'static str,
    take_action: &'static str,
    take_field: &'static str,
    give_permission: &'static str,
    give_action: &'static str,
    give_field: &'static str,
}

macro_rules! rights_of {
    ($owner:literal) => {
        RightsOf {
            take_permission: concat!(
                "DELETE FROM ",
                $owner,
                "_permissions WHERE ",
                $owner,
                " = ?1 AND permission = ?2"
            ),
            take_action: concat!(
                "DELETE FROM ",
                $owner,
                "_actions WHERE ",
                $owner,
                " = ?1 AND module = ?2 AND action = ?3"
            ),
            take_field: concat!(
                "DELETE FROM ",
                $owner,
                "_fields WHERE ",
                $owner,
                " = ?1 AND field = ?2"
            ),
            give_permission: concat!("INSERT INTO ", $owner, "_permissions VALUES (?1, ?2, ?3)"),
            give_action: concat!("INSERT INTO ", $owner, "_actions VALUES (?1, ?2, ?3, ?4)"),
            give_field: concat!("INSERT INTO ", $owner, "_fields VALUES (?1, ?2, ?3)"),
        }
    };
}

pub(super) const OF_ROLES: RightsOf = rights_of!("role");
pub(super) const OF_PROFILES: RightsOf = rights_of!("profile");

/// The entries of one map that the other lacks or has differently.
pub(super) fn differing<'a, K: Ord, V: PartialEq>(
    these: &'a BTreeMap<K, V>,
    those: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, &'a V)> {
    these.iter().filter(|(key, value)| those.get(key) != Some(value))
}

/// Makes the rights of an owner what they are after, given what they were before.
pub(super) fn write(
    scribe: Scribe<'_>,
    of: &RightsOf,
    owner: i64,
    before: &Rights,
    after: &Rights,
) -> Outcome<()> {
    for (id, _) in differing(&before.permissions, &after.permissions) {
        scribe.run(of.take_permission, params![owner, scribe.permission(id)?])?;
    }
    let nothing = ModuleRights::default();
    for (module, was) in &before.modules {
        let will_be = after.modules.get(module).unwrap_or(&nothing);
        let module_id = scribe.module(module)?;
        for (action, _) in differing(&was.actions, &will_be.actions) {
            scribe.run(of.take_action, params![owner, module_id, scribe.action(action)?])?;
        }
        for (field, _) in differing(&was.fields, &will_be.fields) {
            scribe.run(of.take_field, params![owner, scribe.field(module, field)?])?;
        }
    }
    for (id, level) in differing(&after.permissions, &before.permissions) {
        let values = params![owner, scribe.permission(id)?, level.as_str()];
        scribe.run_about(of.give_permission, values, || {
            format!("permission {id}, level {}", level.as_str())
        })?;
    }
    for (module, will_be) in &after.modules {
        let was = before.modules.get(module).unwrap_or(&nothing);
        let module_id = scribe.module(module)?;
        for (action, level) in differing(&will_be.actions, &was.actions) {
            let values = params![owner, module_id, scribe.action(action)?, level.as_str()];
            scribe.run_about(of.give_action, values, || {
                format!("module {module}, action {action}, level {}", level.as_str())
            })?;
        }
        for (field, access) in differing(&will_be.fields, &was.fields) {
            let values = params![owner, scribe.field(module, field)?, access.as_str()];
            scribe.run_about(of.give_field, values, || {
                format!("module {module}, field {field}, {}", access.as_str())
            })?;
        }
    }
    Ok(())
}
