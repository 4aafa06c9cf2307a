//! Filling a new file from a snapshot.

use std::collections::{BTreeMap, VecDeque};

use rusqlite::params;

use super::fault::{Fault, Outcome};
use super::scribe::Scribe;
use super::{perform, write_groups, write_roles};
use crate::model::{Group, GroupName, Principal, Role, RoleName, Snapshot, User, UserName};

/// Writes a whole snapshot, in the order in which things can refer to each other.
pub(super) fn fill(scribe: Scribe<'_>, seed: &Snapshot) -> Outcome<()> {
    let expected = &scribe.system.definition().name;
    if seed.system != *expected {
        let reason = format!("the seed is of {}, not of {expected}", seed.system);
        return Err(Fault::refused("not-supported", reason));
    }
    for (name, profile) in &seed.profiles {
        write_roles::make_profile(scribe, name, profile)
            .map_err(|fault| fault.about(format_args!("profile {name}")))?;
    }
    for (name, role) in top_down(scribe, &seed.roles)? {
        write_roles::make_role(scribe, name, role)
            .map_err(|fault| fault.about(format_args!("role {name}")))?;
    }
    for (name, user) in &seed.users {
        make_user(scribe, name, user).map_err(|fault| fault.about(format_args!("user {name}")))?;
    }
    let mut numbers = BTreeMap::new();
    for (name, group) in &seed.groups {
        let number = write_groups::make_row(scribe, name, group)
            .map_err(|fault| fault.about(format_args!("group {name}")))?;
        numbers.insert(name, number);
    }
    for (name, group) in containers_first(&seed.groups) {
        write_groups::give(scribe, numbers[name], &Group::default(), group)
            .map_err(|fault| fault.about(format_args!("group {name}")))?;
    }
    for (name, user) in &seed.users {
        finish_user(scribe, name, user).map_err(|fault| fault.about(format_args!("user {name}")))?;
    }
    for (module, access) in &seed.sharing.defaults {
        perform::set_default(scribe, module, *access)
            .map_err(|fault| fault.about(format_args!("default {module}")))?;
    }
    for (key, access) in &seed.sharing.rules {
        perform::make_rule(scribe, key, *access).map_err(|fault| fault.about(format_args!("rule {key}")))?;
    }
    make_records(scribe, seed)
}

/// Roles with every role after the one it reports to.
fn top_down<'a>(
    scribe: Scribe<'_>,
    roles: &'a BTreeMap<RoleName, Role>,
) -> Outcome<Vec<(&'a RoleName, &'a Role)>> {
    let key = |name: &RoleName| scribe.system.fold(name.as_str()).into_owned();
    let mut below: BTreeMap<String, Vec<(&RoleName, &Role)>> = BTreeMap::new();
    let mut queue = VecDeque::new();
    for (name, role) in roles {
        match &role.reports_to {
            Some(above) => below.entry(key(above)).or_default().push((name, role)),
            None => queue.push_back((name, role)),
        }
    }
    let mut ordered = Vec::with_capacity(roles.len());
    while let Some((name, role)) = queue.pop_front() {
        queue.extend(below.remove(&key(name)).unwrap_or_default());
        ordered.push((name, role));
    }
    // What is left hangs below a role that is not there, which making it will say, or below itself.
    let known: std::collections::BTreeSet<String> = roles.keys().map(key).collect();
    for (above, left) in below {
        if let (true, Some((name, _))) = (known.contains(&above), left.first()) {
            let reason = format!("role {name}: a role cannot report to itself or to a role below it");
            return Err(Fault::refused("role-cycle", reason));
        }
        ordered.extend(left);
    }
    Ok(ordered)
}

/// Groups with every group before those it contains, so that the search for cycles never has far to go. Groups
/// in a cycle come last, and the search finds them.
fn containers_first(groups: &BTreeMap<GroupName, Group>) -> Vec<(&GroupName, &Group)> {
    let mut containers: BTreeMap<&GroupName, usize> = groups.keys().map(|name| (name, 0)).collect();
    for member in groups.values().flat_map(|group| &group.members.groups) {
        if let Some(count) = containers.get_mut(member) {
            *count += 1;
        }
    }
    let free = |(name, count): (&&'_ GroupName, &usize)| (*count == 0).then(|| (*name).clone());
    let mut queue: VecDeque<GroupName> = containers.iter().filter_map(free).collect();
    let mut ordered = Vec::with_capacity(groups.len());
    while let Some(name) = queue.pop_front() {
        let Some((name, group)) = groups.get_key_value(&name) else {
            continue;
        };
        ordered.push((name, group));
        for member in &group.members.groups {
            if let Some(count) = containers.get_mut(member) {
                *count -= 1;
                if *count == 0 {
                    queue.push_back(member.clone());
                }
            }
        }
    }
    ordered.extend(
        groups
            .iter()
            .filter(|(name, _)| containers.get(name).is_some_and(|count| *count > 0)),
    );
    ordered
}

/// Makes a user, as far as users can be made before groups.
fn make_user(scribe: Scribe<'_>, name: &UserName, user: &User) -> Outcome<()> {
    let role = user.role.as_ref().map(|role| scribe.role(role)).transpose()?;
    scribe.run(
        "INSERT INTO users (name, name_key, role, administrator, active) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            name.as_str(),
            scribe.system.fold(name.as_str()),
            role,
            user.administrator,
            user.active
        ],
    )?;
    Ok(())
}

fn finish_user(scribe: Scribe<'_>, name: &UserName, user: &User) -> Outcome<()> {
    if user.created_by.is_none() && user.primary_group.is_none() {
        return Ok(());
    }
    let created_by = scribe.user_if_any(user.created_by.as_ref())?;
    let primary = user.primary_group.as_ref();
    let primary = primary.map(|group| scribe.group(group)).transpose()?;
    scribe.run(
        "UPDATE users SET created_by = ?2, primary_group = ?3 WHERE id = ?1",
        params![scribe.user(name)?, created_by, primary],
    )?;
    Ok(())
}

fn make_records(scribe: Scribe<'_>, seed: &Snapshot) -> Outcome<()> {
    for (owner, modules) in &seed.records.0 {
        let (number, sql) = match owner {
            Principal::User(user) => (scribe.user(user)?, "INSERT INTO user_records VALUES (?1, ?2, ?3)"),
            Principal::Group(group) => (
                scribe.group(group)?,
                "INSERT INTO group_records VALUES (?1, ?2, ?3)",
            ),
            Principal::Everyone | Principal::Role(_) | Principal::RoleAndSubordinates(_) => {
                return Err(Fault::refused(
                    "not-supported",
                    format!("{owner} cannot own records"),
                ));
            }
        };
        for (module, count) in modules {
            let count = i64::try_from(*count)
                .map_err(|_| Fault::refused("not-supported", format!("{owner}: too many records")))?;
            let values = params![number, scribe.module(module)?, count];
            scribe.run_about(sql, values, || format!("records of {owner}"))?;
        }
    }
    Ok(())
}
