//! Writing groups: the row, and what belongs to it, only where it differs.

use std::collections::BTreeSet;

use rusqlite::params;

use super::fault::{Fault, Outcome};
use super::rights::differing;
use super::scribe::Scribe;
use crate::model::{Authorisations, Dial, Group, GroupName, Principal, Status};

/// Makes a group with all that belongs to it.
pub(super) fn make(scribe: Scribe<'_>, name: &GroupName, group: &Group) -> Outcome<()> {
    let id = make_row(scribe, name, group)?;
    give(scribe, id, &Group::default(), group)
}

/// Makes the row of a group, with nothing that refers to other groups.
pub(super) fn make_row(scribe: Scribe<'_>, name: &GroupName, group: &Group) -> Outcome<i64> {
    scribe.make(
        "INSERT INTO groups (name, name_key, description, variety, active, head, deputy, line,
                             call_mode, call_number, created_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            name.as_str(),
            scribe.system.fold(name.as_str()),
            group.description,
            group.variety.as_ref().map(|variety| variety.as_str()),
            group.status == Status::Active,
            scribe.user_if_any(group.head.as_ref())?,
            scribe.user_if_any(group.deputy.as_ref())?,
            group.line.as_ref().map(|line| &line.number),
            group.call_group.as_ref().map(|call| call.mode.as_str()),
            group.call_group.as_ref().map(|call| &call.number),
            scribe.user_if_any(group.created_by.as_ref())?,
        ],
    )
}

/// Changes a group: first what goes, then the row, then what comes, so that settings that need another (a head,
/// a line) never stand without it.
pub(super) fn change(scribe: Scribe<'_>, id: i64, before: &Group, after: &Group) -> Outcome<()> {
    take(scribe, id, before, after)?;
    let row = |group: &Group| {
        (
            group.description.clone(),
            group.variety.clone(),
            group.status,
            group.head.clone(),
            group.deputy.clone(),
            group.line.as_ref().map(|line| line.number.clone()),
            group.call_group.clone(),
            group.created_by.clone(),
        )
    };
    if row(before) != row(after) {
        scribe.run(
            "UPDATE groups SET description = ?2, variety = ?3, active = ?4, head = ?5, deputy = ?6, line = ?7,
                    call_mode = ?8, call_number = ?9, created_by = ?10
              WHERE id = ?1",
            params![
                id,
                after.description,
                after.variety.as_ref().map(|variety| variety.as_str()),
                after.status == Status::Active,
                scribe.user_if_any(after.head.as_ref())?,
                scribe.user_if_any(after.deputy.as_ref())?,
                after.line.as_ref().map(|line| &line.number),
                after.call_group.as_ref().map(|call| call.mode.as_str()),
                after.call_group.as_ref().map(|call| &call.number),
                scribe.user_if_any(after.created_by.as_ref())?,
            ],
        )?;
    }
    give(scribe, id, before, after)
}

/// Removes what a group has and will not have.
fn take(scribe: Scribe<'_>, id: i64, before: &Group, after: &Group) -> Outcome<()> {
    let (was, will_be) = (&before.members, &after.members);
    for name in was.users.difference(&will_be.users) {
        let sql = "DELETE FROM member_users WHERE of_group = ?1 AND user = ?2";
        scribe.run_about(sql, [id, scribe.user(name)?], || format!("user {name}"))?;
    }
    for name in was.roles.difference(&will_be.roles) {
        let sql = "DELETE FROM member_roles WHERE of_group = ?1 AND role = ?2";
        scribe.run(sql, [id, scribe.role(name)?])?;
    }
    for name in was
        .roles_and_subordinates
        .difference(&will_be.roles_and_subordinates)
    {
        let sql = "DELETE FROM member_roles_and_subordinates WHERE of_group = ?1 AND role = ?2";
        scribe.run(sql, [id, scribe.role(name)?])?;
    }
    for name in was.groups.difference(&will_be.groups) {
        let sql = "DELETE FROM member_groups WHERE of_group = ?1 AND member = ?2";
        scribe.run(sql, [id, scribe.group(name)?])?;
    }
    for name in before.roles.difference(&after.roles) {
        let sql = "DELETE FROM group_roles WHERE of_group = ?1 AND role = ?2";
        scribe.run(sql, [id, scribe.role(name)?])?;
    }
    for service in before.services.difference(&after.services) {
        let sql = "DELETE FROM group_services WHERE of_group = ?1 AND service = ?2";
        scribe.run(sql, [id, scribe.service(service)?])?;
    }
    for (name, _) in differing(&before.monitor_groups, &after.monitor_groups) {
        let sql = "DELETE FROM monitor_groups WHERE of_group = ?1 AND shown = ?2";
        scribe.run(sql, [id, scribe.group(name)?])?;
    }
    if before.keys != after.keys {
        scribe.run("DELETE FROM group_keys WHERE of_group = ?1", [id])?;
    }
    for ((held_by, was), (_, will_be)) in authorisations(before).into_iter().zip(authorisations(after)) {
        if was.is_some() && was != will_be {
            for sql in [
                "DELETE FROM group_authorisation_levels WHERE of_group = ?1 AND held_by = ?2",
                "DELETE FROM group_authorisation_rights WHERE of_group = ?1 AND held_by = ?2",
            ] {
                scribe.run(sql, params![id, held_by])?;
            }
        }
    }
    Ok(())
}

/// Adds what a group lacks and will have.
pub(super) fn give(scribe: Scribe<'_>, id: i64, before: &Group, after: &Group) -> Outcome<()> {
    let (was, will_be) = (&before.members, &after.members);
    for name in will_be.users.difference(&was.users) {
        let values = [id, scribe.user(name)?];
        scribe.run_about("INSERT INTO member_users VALUES (?1, ?2)", values, || {
            format!("user {name}")
        })?;
    }
    for name in will_be.roles.difference(&was.roles) {
        let values = [id, scribe.role(name)?];
        scribe.run_about("INSERT INTO member_roles VALUES (?1, ?2)", values, || {
            format!("role {name}")
        })?;
    }
    for name in will_be
        .roles_and_subordinates
        .difference(&was.roles_and_subordinates)
    {
        let values = [id, scribe.role(name)?];
        let sql = "INSERT INTO member_roles_and_subordinates VALUES (?1, ?2)";
        scribe.run_about(sql, values, || format!("role {name} and subordinates"))?;
    }
    give_groups(scribe, id, will_be.groups.difference(&was.groups))?;
    for name in after.roles.difference(&before.roles) {
        let values = [id, scribe.role(name)?];
        scribe.run_about("INSERT INTO group_roles VALUES (?1, ?2)", values, || {
            format!("role {name}")
        })?;
    }
    for service in after.services.difference(&before.services) {
        let values = [id, scribe.service(service)?];
        scribe.run_about("INSERT INTO group_services VALUES (?1, ?2)", values, || {
            format!("service {service}")
        })?;
    }
    for (name, places) in differing(&after.monitor_groups, &before.monitor_groups) {
        let values = params![id, scribe.group(name)?, places.monitor, places.favorites];
        let sql = "INSERT INTO monitor_groups VALUES (?1, ?2, ?3, ?4)";
        scribe.run_about(sql, values, || format!("shown group {name}"))?;
    }
    if before.keys != after.keys {
        give_keys(scribe, id, after)?;
    }
    for ((_, was), (held_by, will_be)) in authorisations(before).into_iter().zip(authorisations(after)) {
        if was != will_be {
            give_authorisations(scribe, id, held_by, will_be)?;
        }
    }
    Ok(())
}

fn give_groups<'a>(scribe: Scribe<'_>, id: i64, groups: impl Iterator<Item = &'a GroupName>) -> Outcome<()> {
    for name in groups {
        let values = [id, scribe.group(name)?];
        scribe.run_about("INSERT INTO member_groups VALUES (?1, ?2)", values, || {
            format!("group {name}")
        })?;
    }
    Ok(())
}

fn give_keys(scribe: Scribe<'_>, id: i64, group: &Group) -> Outcome<()> {
    for (position, key) in (0_i64..).zip(&group.keys) {
        let (number, speed_dial) = match &key.dial {
            Dial::Number(number) => (Some(number), None),
            Dial::SpeedDial(speed_dial) => (None, Some(speed_dial)),
        };
        let (monitor, favorites) = (key.places.monitor, key.places.favorites);
        scribe.run_about(
            "INSERT INTO group_keys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![id, position, key.name, number, speed_dial, monitor, favorites],
            || format!("key {}", key.name),
        )?;
    }
    Ok(())
}

/// The authorisations over a group's members, by who holds them.
fn authorisations(group: &Group) -> [(&'static str, Option<&Authorisations>); 3] {
    [
        ("members", group.authorisations.as_ref()),
        ("head", group.head_authorisations.as_ref()),
        (
            "line",
            group.line.as_ref().and_then(|line| line.authorisations.as_ref()),
        ),
    ]
}

fn give_authorisations(
    scribe: Scribe<'_>,
    id: i64,
    held_by: &str,
    authorisations: Option<&Authorisations>,
) -> Outcome<()> {
    if authorisations.is_some() && scribe.system.definition().authorisations.is_none() {
        return Err(Fault::refused(
            "not-supported",
            "the system has no authorisations",
        ));
    }
    let about = || format!("authorisations of {held_by}");
    match scribe.system.canonical_authorisations(authorisations.cloned()) {
        None => Ok(()),
        Some(Authorisations::Level(level)) => {
            let known = scribe.catalogue.levels.get(&level).copied();
            let number = known.ok_or_else(|| {
                Fault::refused("level-not-supported", format!("there is no level {level}")).about(about())
            })?;
            let sql = "INSERT INTO group_authorisation_levels VALUES (?1, ?2, ?3)";
            scribe.run_about(sql, params![id, held_by, number], about)
        }
        Some(Authorisations::Special(areas)) => {
            let rights: BTreeSet<_> = areas
                .into_iter()
                .flat_map(|(area, rights)| rights.into_iter().map(move |right| (area.clone(), right)))
                .collect();
            for right in rights {
                let known = scribe.catalogue.rights.get(&right).copied();
                let number = known.ok_or_else(|| {
                    let reason = format!("there is no right {} in {}", right.1, right.0);
                    Fault::refused("not-supported", reason).about(about())
                })?;
                let sql = "INSERT INTO group_authorisation_rights VALUES (?1, ?2, ?3)";
                scribe.run_about(sql, params![id, held_by, number], about)?;
            }
            Ok(())
        }
    }
}

/// Removes a group; the heir gets its records.
pub(super) fn remove(scribe: Scribe<'_>, id: i64, heir: Option<&Principal>) -> Outcome<()> {
    let heir_ids = match heir {
        None => None,
        Some(Principal::User(user)) => Some((Some(scribe.user(user)?), None)),
        Some(Principal::Group(group)) => Some((None, Some(scribe.group(group)?))),
        Some(heir @ (Principal::Everyone | Principal::Role(_) | Principal::RoleAndSubordinates(_))) => {
            let reason = format!("{heir} cannot take over the records of a group");
            return Err(Fault::refused("not-supported", reason));
        }
    };
    if let (Some(heir), Some((user, group))) = (heir, heir_ids) {
        let sql = "INSERT INTO group_transfers VALUES (?1, ?2, ?3)";
        scribe.run_about(sql, params![id, user, group], || format!("transfer to {heir}"))?;
    }
    scribe.run("DELETE FROM groups WHERE id = ?1", [id])?;
    Ok(())
}
