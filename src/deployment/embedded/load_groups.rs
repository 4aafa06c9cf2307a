//! Reading groups and what belongs to them.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::fault::{Fault, Outcome};
use super::load::{Which, parse, scan};
use super::resolve::{Resolve, Rows, text};
use crate::model::{Authorisations, CallGroup, CallGroupMode, Dial, Group, Key, Line, MonitorPlaces, Status};
use crate::system::System;

/// Reads groups.
pub(super) fn groups(
    connection: &Connection,
    names: &impl Resolve,
    which: Which,
    system: &System,
) -> Outcome<Rows<Group>> {
    let mut groups = rows(connection, names, which)?;
    members(connection, names, which, &mut groups)?;
    settings(connection, names, which, &mut groups)?;
    authorisations(connection, names, which, system, &mut groups)?;
    Ok(groups)
}

fn rows(connection: &Connection, names: &impl Resolve, which: Which) -> Outcome<Rows<Group>> {
    let modes = [CallGroupMode::SipSoftphone, CallGroupMode::VoiceServices];
    let user = |number: Option<i64>| number.map(|number| names.user(number)).transpose();
    let mut groups = Rows::default();
    let sql =
        "SELECT id, description, variety, active, head, deputy, line, call_mode, call_number, created_by
                 FROM groups";
    scan(connection, which, sql, "id", |row| {
        let variety: Option<String> = row.get(2)?;
        let line: Option<String> = row.get(6)?;
        let call_mode: Option<String> = row.get(7)?;
        let call_number: Option<String> = row.get(8)?;
        let call_group = match call_mode.zip(call_number) {
            Some((mode, number)) => Some(CallGroup {
                mode: parse(&mode, &modes, CallGroupMode::as_str)?,
                number,
            }),
            None => None,
        };
        let group = Group {
            description: text(row, 1)?.to_owned(),
            variety: variety.map(Into::into),
            status: match row.get(3)? {
                true => Status::Active,
                false => Status::Inactive,
            },
            head: user(row.get(4)?)?,
            deputy: user(row.get(5)?)?,
            line: line.map(|number| Line {
                number,
                authorisations: None,
            }),
            call_group,
            created_by: user(row.get(9)?)?,
            ..Group::default()
        };
        groups.push(row.get(0)?, group);
        Ok(())
    })?;
    Ok(groups)
}

fn members(
    connection: &Connection,
    names: &impl Resolve,
    which: Which,
    groups: &mut Rows<Group>,
) -> Outcome<()> {
    let owner = "of_group";
    scan(
        connection,
        which,
        "SELECT of_group, user FROM member_users",
        owner,
        |row| {
            let members = &mut groups.get_mut(row.get(0)?)?.members;
            members.users.insert(names.user(row.get(1)?)?);
            Ok(())
        },
    )?;
    scan(
        connection,
        which,
        "SELECT of_group, role FROM member_roles",
        owner,
        |row| {
            let members = &mut groups.get_mut(row.get(0)?)?.members;
            members.roles.insert(names.role(row.get(1)?)?);
            Ok(())
        },
    )?;
    let sql = "SELECT of_group, role FROM member_roles_and_subordinates";
    scan(connection, which, sql, owner, |row| {
        let members = &mut groups.get_mut(row.get(0)?)?.members;
        members.roles_and_subordinates.insert(names.role(row.get(1)?)?);
        Ok(())
    })?;
    scan(
        connection,
        which,
        "SELECT of_group, member FROM member_groups",
        owner,
        |row| {
            let members = &mut groups.get_mut(row.get(0)?)?.members;
            members.groups.insert(names.group(row.get(1)?)?);
            Ok(())
        },
    )
}

fn settings(
    connection: &Connection,
    names: &impl Resolve,
    which: Which,
    groups: &mut Rows<Group>,
) -> Outcome<()> {
    let owner = "of_group";
    scan(
        connection,
        which,
        "SELECT of_group, role FROM group_roles",
        owner,
        |row| {
            let group = groups.get_mut(row.get(0)?)?;
            group.roles.insert(names.role(row.get(1)?)?);
            Ok(())
        },
    )?;
    scan(
        connection,
        which,
        "SELECT of_group, service FROM group_services",
        owner,
        |row| {
            let group = groups.get_mut(row.get(0)?)?;
            group.services.insert(names.service(row.get(1)?)?);
            Ok(())
        },
    )?;
    let sql = "SELECT of_group, shown, monitor, favorites FROM monitor_groups";
    scan(connection, which, sql, owner, |row| {
        let group = groups.get_mut(row.get(0)?)?;
        let places = MonitorPlaces {
            monitor: row.get(2)?,
            favorites: row.get(3)?,
        };
        group.monitor_groups.insert(names.group(row.get(1)?)?, places);
        Ok(())
    })?;
    let sql = "SELECT of_group, position, name, number, speed_dial, monitor, favorites FROM group_keys";
    let mut keys: BTreeMap<i64, Vec<(i64, Key)>> = BTreeMap::new();
    scan(connection, which, sql, owner, |row| {
        let number: Option<String> = row.get(3)?;
        let speed_dial: Option<String> = row.get(4)?;
        let dial = match (number, speed_dial) {
            (Some(number), _) => Dial::Number(number),
            (None, Some(speed_dial)) => Dial::SpeedDial(speed_dial),
            (None, None) => return Err(Fault::Damaged("a key dials nothing".to_owned())),
        };
        let key = Key {
            name: text(row, 2)?.to_owned(),
            dial,
            places: MonitorPlaces {
                monitor: row.get(5)?,
                favorites: row.get(6)?,
            },
        };
        keys.entry(row.get(0)?).or_default().push((row.get(1)?, key));
        Ok(())
    })?;
    for (group, mut keys) in keys {
        keys.sort_by_key(|(position, _)| *position);
        groups.get_mut(group)?.keys = keys.into_iter().map(|(_, key)| key).collect();
    }
    Ok(())
}

/// Authorisations are collected apart and set in one form, whatever form the rows have.
fn authorisations(
    connection: &Connection,
    names: &impl Resolve,
    which: Which,
    system: &System,
    groups: &mut Rows<Group>,
) -> Outcome<()> {
    let mut found: BTreeMap<(i64, String), Authorisations> = BTreeMap::new();
    let sql = "SELECT of_group, held_by, level FROM group_authorisation_levels";
    scan(connection, which, sql, "of_group", |row| {
        let level = Authorisations::Level(names.level(row.get(2)?)?);
        found.insert((row.get(0)?, row.get(1)?), level);
        Ok(())
    })?;
    let sql = "SELECT of_group, held_by, area_right FROM group_authorisation_rights";
    scan(connection, which, sql, "of_group", |row| {
        let (area, right) = names.right(row.get(2)?)?;
        let nothing = || Authorisations::Special(BTreeMap::new());
        match found.entry((row.get(0)?, row.get(1)?)).or_insert_with(nothing) {
            Authorisations::Special(areas) => {
                areas.entry(area).or_default().insert(right);
                Ok(())
            }
            Authorisations::Level(_) => Err(Fault::Damaged(
                "authorisations are a level and single rights at once".to_owned(),
            )),
        }
    })?;
    for ((group, held_by), authorisations) in found {
        let group = groups.get_mut(group)?;
        let authorisations = system.canonical_authorisations(Some(authorisations));
        match (held_by.as_str(), &mut group.line) {
            ("members", _) => group.authorisations = authorisations,
            ("head", _) => group.head_authorisations = authorisations,
            ("line", Some(line)) => line.authorisations = authorisations,
            (held_by, _) => {
                let reason = format!("authorisations are held by {held_by:?}, which is not there");
                return Err(Fault::Damaged(reason));
            }
        }
    }
    Ok(())
}
