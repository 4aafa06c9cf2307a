//! Reading objects: all of them with one scan per table, or a single one with the same statements.

use rusqlite::{Connection, Row, params};

use super::fault::{Fault, Outcome};
use super::resolve::{AllNames, Resolve, Rows, text};
use crate::model::{
    AssignScope, DefaultAccess, FieldAccess, Installation, Level, Principal, Profile, Records, Rights, Role,
    RuleAccess, RuleKey, Sharing, Snapshot, User,
};
use crate::system::System;

/// Which rows to read.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// All of them.
    All,
    /// Those of one object.
    Of(i64),
}

/// Hands every row to `each`; `sql` is a scan, `column` the one that says to whom a row belongs.
pub(super) fn scan(
    connection: &Connection,
    which: Which,
    sql: &str,
    column: &str,
    mut each: impl FnMut(&Row<'_>) -> Outcome<()>,
) -> Outcome<()> {
    let mut statement = match which {
        Which::All => connection.prepare_cached(&format!("{sql} ORDER BY {column}"))?,
        Which::Of(_) => connection.prepare_cached(&format!("{sql} WHERE {column} = ?1"))?,
    };
    let mut rows = match which {
        Which::All => statement.query([])?,
        Which::Of(number) => statement.query(params![number])?,
    };
    while let Some(row) = rows.next()? {
        each(row)?;
    }
    Ok(())
}

/// The value that a word stands for.
pub(super) fn parse<T: Copy>(word: &str, all: &[T], as_str: impl Fn(T) -> &'static str) -> Outcome<T> {
    let known = all.iter().copied().find(|value| as_str(*value) == word);
    known.ok_or_else(|| Fault::Damaged(format!("{word:?} is not a word of the store")))
}

fn level(row: &Row<'_>, column: usize) -> Outcome<Level> {
    parse(text(row, column)?, &Level::ALL, Level::as_str)
}

fn rights<T>(
    connection: &Connection,
    names: &impl Resolve,
    which: Which,
    owner: &str,
    objects: &mut Rows<T>,
    rights_of: impl Fn(&mut T) -> &mut Rights,
) -> Outcome<()> {
    let sql = format!("SELECT {owner}, permission, level FROM {owner}_permissions");
    scan(connection, which, &sql, owner, |row| {
        let rights = rights_of(objects.get_mut(row.get(0)?)?);
        let permission = names.permission(row.get(1)?)?;
        rights.permissions.insert(permission, level(row, 2)?);
        Ok(())
    })?;
    let sql = format!("SELECT {owner}, module, action, level FROM {owner}_actions");
    scan(connection, which, &sql, owner, |row| {
        let rights = rights_of(objects.get_mut(row.get(0)?)?);
        let module = rights.modules.entry(names.module(row.get(1)?)?).or_default();
        module.actions.insert(names.action(row.get(2)?)?, level(row, 3)?);
        Ok(())
    })?;
    let sql = format!("SELECT {owner}, field, access FROM {owner}_fields");
    scan(connection, which, &sql, owner, |row| {
        let rights = rights_of(objects.get_mut(row.get(0)?)?);
        let (module, field) = names.field(row.get(1)?)?;
        let access = parse(text(row, 2)?, &FieldAccess::ALL, FieldAccess::as_str)?;
        rights
            .modules
            .entry(module)
            .or_default()
            .fields
            .insert(field, access);
        Ok(())
    })
}

/// Reads profiles.
pub(super) fn profiles(
    connection: &Connection,
    names: &impl Resolve,
    which: Which,
) -> Outcome<Rows<Profile>> {
    let mut profiles = Rows::default();
    scan(
        connection,
        which,
        "SELECT id, description FROM profiles",
        "id",
        |row| {
            let description = text(row, 1)?.to_owned();
            let rights = Rights::default();
            profiles.push(row.get(0)?, Profile { description, rights });
            Ok(())
        },
    )?;
    rights(connection, names, which, "profile", &mut profiles, |profile| {
        &mut profile.rights
    })?;
    Ok(profiles)
}

/// Reads roles.
pub(super) fn roles(connection: &Connection, names: &impl Resolve, which: Which) -> Outcome<Rows<Role>> {
    let mut roles = Rows::default();
    let sql = "SELECT id, description, reports_to, assign_records_to FROM roles";
    scan(connection, which, sql, "id", |row| {
        let reports_to: Option<i64> = row.get(2)?;
        let scope: Option<String> = row.get(3)?;
        let scope = scope.map(|scope| parse(&scope, &AssignScope::ALL, AssignScope::as_str));
        let role = Role {
            description: text(row, 1)?.to_owned(),
            reports_to: reports_to.map(|above| names.role(above)).transpose()?,
            assign_records_to: scope.transpose()?,
            ..Role::default()
        };
        roles.push(row.get(0)?, role);
        Ok(())
    })?;
    scan(
        connection,
        which,
        "SELECT role, profile FROM role_profiles",
        "role",
        |row| {
            let role = roles.get_mut(row.get(0)?)?;
            role.profiles.insert(names.profile(row.get(1)?)?);
            Ok(())
        },
    )?;
    rights(connection, names, which, "role", &mut roles, |role| {
        &mut role.rights
    })?;
    Ok(roles)
}

fn users(connection: &Connection, names: &AllNames) -> Outcome<Vec<User>> {
    let mut users = Vec::with_capacity(names.users.values.len());
    let sql = "SELECT role, administrator, active, created_by, primary_group FROM users";
    scan(connection, Which::All, sql, "id", |row| {
        let role: Option<i64> = row.get(0)?;
        let created_by: Option<i64> = row.get(3)?;
        let primary_group: Option<i64> = row.get(4)?;
        users.push(User {
            role: role.map(|role| names.role(role)).transpose()?,
            administrator: row.get(1)?,
            active: row.get(2)?,
            created_by: created_by.map(|user| names.user(user)).transpose()?,
            primary_group: primary_group.map(|group| names.group(group)).transpose()?,
        });
        Ok(())
    })?;
    Ok(users)
}

/// One end of a rule, from four columns: kind, user, role, group.
fn principal(names: &impl Resolve, row: &Row<'_>, first: usize) -> Outcome<Principal> {
    Ok(match text(row, first)? {
        "everyone" => Principal::Everyone,
        "user" => Principal::User(names.user(row.get(first + 1)?)?),
        "role" => Principal::Role(names.role(row.get(first + 2)?)?),
        "role_and_subordinates" => Principal::RoleAndSubordinates(names.role(row.get(first + 2)?)?),
        "group" => Principal::Group(names.group(row.get(first + 3)?)?),
        other => return Err(Fault::Damaged(format!("{other:?} is not a kind of principal"))),
    })
}

fn sharing(connection: &Connection, names: &AllNames) -> Outcome<Sharing> {
    let mut defaults = Vec::new();
    let sql = "SELECT module, access FROM sharing_defaults";
    scan(connection, Which::All, sql, "module", |row| {
        let access = parse(text(row, 1)?, &DefaultAccess::ALL, DefaultAccess::as_str)?;
        defaults.push((names.module(row.get(0)?)?, access));
        Ok(())
    })?;
    let mut rules = Vec::new();
    let sql = "SELECT module, access, from_kind, from_user, from_role, from_group,
                      to_kind, to_user, to_role, to_group FROM sharing_rules";
    scan(connection, Which::All, sql, "id", |row| {
        let key = RuleKey {
            module: names.module(row.get(0)?)?,
            from: principal(names, row, 2)?,
            to: principal(names, row, 6)?,
        };
        rules.push((key, parse(text(row, 1)?, &RuleAccess::ALL, RuleAccess::as_str)?));
        Ok(())
    })?;
    Ok(Sharing {
        defaults: defaults.into_iter().collect(),
        rules: rules.into_iter().collect(),
    })
}

fn records(connection: &Connection, names: &AllNames) -> Outcome<Records> {
    let mut records = Records::default();
    for (table, of_users) in [("user_records", true), ("group_records", false)] {
        let sql = format!("SELECT owner, module, count FROM {table}");
        scan(connection, Which::All, &sql, "owner", |row| {
            let owner = match of_users {
                true => Principal::User(names.user(row.get(0)?)?),
                false => Principal::Group(names.group(row.get(0)?)?),
            };
            let module = names.module(row.get(1)?)?;
            let count = u64::try_from(row.get::<_, i64>(2)?)
                .map_err(|_| Fault::Damaged("a count of records is negative".to_owned()))?;
            records.0.entry(owner).or_default().insert(module, count);
            Ok(())
        })?;
    }
    Ok(records)
}

/// Reads what the installation states about itself.
pub(super) fn installation(connection: &Connection) -> Outcome<Installation> {
    let mut installation = Installation::default();
    let sql = "SELECT name, present FROM features";
    scan(connection, Which::All, sql, "name", |row| {
        if let Some(present) = row.get(1)? {
            installation.features.insert(text(row, 0)?.into(), present);
        }
        Ok(())
    })?;
    scan(
        connection,
        Which::All,
        "SELECT name FROM modules WHERE recorded",
        "id",
        |row| {
            installation
                .modules
                .insert(text(row, 0)?.into(), Default::default());
            Ok(())
        },
    )?;
    let sql = "SELECT modules.name, fields.name FROM fields JOIN modules ON modules.id = fields.module
                WHERE fields.recorded";
    scan(connection, Which::All, sql, "fields.id", |row| {
        let module = installation.modules.entry(text(row, 0)?.into()).or_default();
        module.insert(text(row, 1)?.into());
        Ok(())
    })?;
    Ok(installation)
}

/// Reads everything. The caller holds the transaction.
pub(super) fn snapshot(connection: &Connection, system: &System) -> Outcome<Snapshot> {
    let names = AllNames::load(connection)?;
    let profiles = profiles(connection, &names, Which::All)?;
    let roles = roles(connection, &names, Which::All)?;
    let groups = super::load_groups::groups(connection, &names, Which::All, system)?;
    let users = users(connection, &names)?;
    let sharing = sharing(connection, &names)?;
    let records = records(connection, &names)?;
    Ok(Snapshot {
        system: system.definition().name.clone(),
        installation: installation(connection)?,
        profiles: names.profiles.values.into_iter().zip(profiles.values).collect(),
        roles: names.roles.values.into_iter().zip(roles.values).collect(),
        // A deployment of ours has no ids that a fault could go by.
        role_ids: Default::default(),
        groups: names.groups.values.into_iter().zip(groups.values).collect(),
        sharing,
        users: names.users.values.into_iter().zip(users).collect(),
        records,
        defects: Vec::new(),
    })
}
