//! One operation within a transaction: is the object as the plan found it, then the write.

use rusqlite::{OptionalExtension, params};

use super::fault::{Fault, Outcome};
use super::load::{self, Which};
use super::resolve::OneByOne;
use super::scribe::Scribe;
use super::{explain, load_groups, write_groups, write_roles};
use crate::model::{
    DefaultAccess, Group, GroupName, ModuleName, Principal, Profile, ProfileName, Role, RoleName, RuleAccess,
    RuleKey, UserName,
};
use crate::plan::{Edit, Object, Operation};

/// Performs an operation. Whatever it refuses names the object.
pub(super) fn perform(scribe: Scribe<'_>, operation: &Operation) -> Outcome<()> {
    let done = match operation {
        Operation::Profile(edit) => edit_object(scribe, edit),
        Operation::Role(edit) => edit_object(scribe, edit),
        Operation::Group(edit) => edit_object(scribe, edit),
        Operation::SetDefault {
            module,
            before,
            after,
        } => check_default(scribe, module, *before).and_then(|()| set_default(scribe, module, *after)),
        Operation::SetRule { rule, before, after } => set_rule(scribe, rule, *before, *after),
        Operation::DeleteRule { rule, before } => delete_rule(scribe, rule, *before),
        Operation::AssignRole { user, before, after } => {
            assign_role(scribe, user, before.as_ref(), after.as_ref())
        }
    };
    done.map_err(|fault| {
        let fault = explain::with_names(scribe, operation, fault);
        fault.about(operation.identity())
    })
}

/// How the store writes one kind of named object.
trait Stored: Object {
    fn find(scribe: Scribe<'_>, name: &Self::Name) -> Outcome<Option<i64>>;
    fn load(scribe: Scribe<'_>, id: i64) -> Outcome<Option<Self>>;
    /// The one form in which equal objects are equal.
    fn canonical(&self, scribe: Scribe<'_>) -> Self;
    fn make(&self, scribe: Scribe<'_>, name: &Self::Name) -> Outcome<()>;
    fn change(&self, scribe: Scribe<'_>, id: i64, after: &Self) -> Outcome<()>;
    fn rename(scribe: Scribe<'_>, id: i64, to: &Self::Name) -> Outcome<()>;
    fn remove(scribe: Scribe<'_>, id: i64, heir: Option<&Self::Heir>) -> Outcome<()>;
}

fn edit_object<O: Stored>(scribe: Scribe<'_>, edit: &Edit<O>) -> Outcome<()> {
    let gone = || Fault::Moved {
        object: edit.identity().to_string(),
        reason: "it is no longer there".to_owned(),
    };
    match edit {
        Edit::Create { name, after } => after.make(scribe, name),
        Edit::Update { name, before, after } => {
            let id = O::find(scribe, name)?.ok_or_else(gone)?;
            check_object(scribe, id, edit, before)?;
            before.change(scribe, id, after)
        }
        Edit::Rename { from, to } => {
            let id = O::find(scribe, from)?.ok_or_else(gone)?;
            O::rename(scribe, id, to)
                .map_err(|fault| fault.about(format_args!("new name {}", O::identity(to))))
        }
        Edit::Delete { name, before, heir } => {
            let id = O::find(scribe, name)?.ok_or_else(gone)?;
            check_object(scribe, id, edit, before)?;
            O::remove(scribe, id, heir.as_ref())
        }
    }
}

fn check_object<O: Stored>(scribe: Scribe<'_>, id: i64, edit: &Edit<O>, before: &O) -> Outcome<()> {
    if O::load(scribe, id)? == Some(before.canonical(scribe)) {
        return Ok(());
    }
    Err(Fault::Moved {
        object: edit.identity().to_string(),
        reason: "it was changed since the plan was made".to_owned(),
    })
}

impl Stored for Profile {
    fn find(scribe: Scribe<'_>, name: &ProfileName) -> Outcome<Option<i64>> {
        scribe.find_profile(name)
    }
    fn load(scribe: Scribe<'_>, id: i64) -> Outcome<Option<Self>> {
        let names = OneByOne(scribe.connection);
        Ok(load::profiles(scribe.connection, &names, Which::Of(id))?
            .values
            .pop())
    }
    fn canonical(&self, _scribe: Scribe<'_>) -> Self {
        let mut profile = self.clone();
        profile.rights.modules.retain(|_, rights| !rights.is_empty());
        profile
    }
    fn make(&self, scribe: Scribe<'_>, name: &ProfileName) -> Outcome<()> {
        write_roles::make_profile(scribe, name, self)
    }
    fn change(&self, scribe: Scribe<'_>, id: i64, after: &Self) -> Outcome<()> {
        write_roles::change_profile(scribe, id, self, after)
    }
    fn rename(scribe: Scribe<'_>, id: i64, to: &ProfileName) -> Outcome<()> {
        rename(
            scribe,
            "UPDATE profiles SET name = ?2, name_key = ?3 WHERE id = ?1",
            id,
            to.as_str(),
        )
    }
    fn remove(scribe: Scribe<'_>, id: i64, heir: Option<&ProfileName>) -> Outcome<()> {
        write_roles::remove_profile(scribe, id, heir)
    }
}

impl Stored for Role {
    fn find(scribe: Scribe<'_>, name: &RoleName) -> Outcome<Option<i64>> {
        scribe.find_role(name)
    }
    fn load(scribe: Scribe<'_>, id: i64) -> Outcome<Option<Self>> {
        let names = OneByOne(scribe.connection);
        Ok(load::roles(scribe.connection, &names, Which::Of(id))?
            .values
            .pop())
    }
    fn canonical(&self, _scribe: Scribe<'_>) -> Self {
        let mut role = self.clone();
        role.rights.modules.retain(|_, rights| !rights.is_empty());
        role
    }
    fn make(&self, scribe: Scribe<'_>, name: &RoleName) -> Outcome<()> {
        write_roles::make_role(scribe, name, self)?;
        write_roles::check_required(scribe, self)
    }
    fn change(&self, scribe: Scribe<'_>, id: i64, after: &Self) -> Outcome<()> {
        write_roles::change_role(scribe, id, self, after)
    }
    fn rename(scribe: Scribe<'_>, id: i64, to: &RoleName) -> Outcome<()> {
        rename(
            scribe,
            "UPDATE roles SET name = ?2, name_key = ?3 WHERE id = ?1",
            id,
            to.as_str(),
        )
    }
    fn remove(scribe: Scribe<'_>, id: i64, heir: Option<&RoleName>) -> Outcome<()> {
        write_roles::remove_role(scribe, id, heir)
    }
}

impl Stored for Group {
    fn find(scribe: Scribe<'_>, name: &GroupName) -> Outcome<Option<i64>> {
        scribe.find_group(name)
    }
    fn load(scribe: Scribe<'_>, id: i64) -> Outcome<Option<Self>> {
        let names = OneByOne(scribe.connection);
        let groups = load_groups::groups(scribe.connection, &names, Which::Of(id), scribe.system)?;
        Ok(groups.values.into_iter().next())
    }
    fn canonical(&self, scribe: Scribe<'_>) -> Self {
        let mut group = self.clone();
        let canonical = |authorisations| scribe.system.canonical_authorisations(authorisations);
        group.authorisations = canonical(group.authorisations);
        group.head_authorisations = canonical(group.head_authorisations);
        if let Some(line) = &mut group.line {
            line.authorisations = canonical(line.authorisations.take());
        }
        group
    }
    fn make(&self, scribe: Scribe<'_>, name: &GroupName) -> Outcome<()> {
        write_groups::make(scribe, name, self)
    }
    fn change(&self, scribe: Scribe<'_>, id: i64, after: &Self) -> Outcome<()> {
        write_groups::change(scribe, id, self, after)
    }
    fn rename(scribe: Scribe<'_>, id: i64, to: &GroupName) -> Outcome<()> {
        rename(
            scribe,
            "UPDATE groups SET name = ?2, name_key = ?3 WHERE id = ?1",
            id,
            to.as_str(),
        )
    }
    fn remove(scribe: Scribe<'_>, id: i64, heir: Option<&Principal>) -> Outcome<()> {
        write_groups::remove(scribe, id, heir)
    }
}

fn rename(scribe: Scribe<'_>, sql: &str, id: i64, to: &str) -> Outcome<()> {
    scribe.run(sql, params![id, to, scribe.system.fold(to)])?;
    Ok(())
}

fn moved(object: impl std::fmt::Display, found: Option<&str>) -> Fault {
    Fault::Moved {
        object: object.to_string(),
        reason: match found {
            Some(found) => format!("it is {found} now"),
            None => "it is no longer there".to_owned(),
        },
    }
}

fn check_default(scribe: Scribe<'_>, module: &ModuleName, before: Option<DefaultAccess>) -> Outcome<()> {
    let id = scribe.module(module)?;
    let sql = "SELECT access FROM sharing_defaults WHERE module = ?1";
    let mut statement = scribe.connection.prepare_cached(sql)?;
    let found: Option<String> = statement.query_row([id], |row| row.get(0)).optional()?;
    if found.as_deref() == before.map(DefaultAccess::as_str) {
        return Ok(());
    }
    Err(moved(format_args!("default {module}"), found.as_deref()))
}

/// Sets the default of a module.
pub(super) fn set_default(scribe: Scribe<'_>, module: &ModuleName, access: DefaultAccess) -> Outcome<()> {
    scribe.run(
        "INSERT INTO sharing_defaults (module, access) VALUES (?1, ?2)
         ON CONFLICT (module) DO UPDATE SET access = excluded.access",
        params![scribe.module(module)?, access.as_str()],
    )?;
    Ok(())
}

/// A principal as the columns of a rule: kind, user, role, group.
type Columns = (&'static str, Option<i64>, Option<i64>, Option<i64>);

fn columns(scribe: Scribe<'_>, principal: &Principal) -> Outcome<Columns> {
    let kind = principal.kind().as_str();
    Ok(match principal {
        Principal::Everyone => (kind, None, None, None),
        Principal::User(user) => (kind, Some(scribe.user(user)?), None, None),
        Principal::Role(role) | Principal::RoleAndSubordinates(role) => {
            (kind, None, Some(scribe.role(role)?), None)
        }
        Principal::Group(group) => (kind, None, None, Some(scribe.group(group)?)),
    })
}

/// Makes a rule.
pub(super) fn make_rule(scribe: Scribe<'_>, rule: &RuleKey, access: RuleAccess) -> Outcome<()> {
    let (from, to) = (columns(scribe, &rule.from)?, columns(scribe, &rule.to)?);
    scribe.run(
        "INSERT INTO sharing_rules (module, from_kind, from_user, from_role, from_group,
                                    to_kind, to_user, to_role, to_group, access)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            scribe.module(&rule.module)?,
            from.0,
            from.1,
            from.2,
            from.3,
            to.0,
            to.1,
            to.2,
            to.3,
            access.as_str()
        ],
    )?;
    Ok(())
}

/// The number and access of a rule, if there is such a rule.
fn find_rule(scribe: Scribe<'_>, rule: &RuleKey) -> Outcome<Option<(i64, String)>> {
    let (from, to) = (columns(scribe, &rule.from)?, columns(scribe, &rule.to)?);
    let number = |columns: &Columns| columns.1.or(columns.2).or(columns.3).unwrap_or(0);
    let mut statement = scribe.connection.prepare_cached(
        "SELECT id, access FROM sharing_rules
          WHERE module = ?1
            AND from_kind = ?2 AND coalesce(from_user, from_role, from_group, 0) = ?3
            AND to_kind = ?4 AND coalesce(to_user, to_role, to_group, 0) = ?5",
    )?;
    let values = params![
        scribe.module(&rule.module)?,
        from.0,
        number(&from),
        to.0,
        number(&to)
    ];
    Ok(statement
        .query_row(values, |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

fn check_rule(scribe: Scribe<'_>, rule: &RuleKey, before: Option<RuleAccess>) -> Outcome<Option<i64>> {
    let found = find_rule(scribe, rule)?;
    let access = found.as_ref().map(|(_, access)| access.as_str());
    if access == before.map(RuleAccess::as_str) {
        return Ok(found.map(|(id, _)| id));
    }
    Err(moved(format_args!("rule {rule}"), access))
}

fn set_rule(
    scribe: Scribe<'_>,
    rule: &RuleKey,
    before: Option<RuleAccess>,
    after: RuleAccess,
) -> Outcome<()> {
    match check_rule(scribe, rule, before)? {
        None => make_rule(scribe, rule, after),
        Some(id) => {
            let sql = "UPDATE sharing_rules SET access = ?2 WHERE id = ?1";
            scribe.run(sql, params![id, after.as_str()])?;
            Ok(())
        }
    }
}

fn delete_rule(scribe: Scribe<'_>, rule: &RuleKey, before: RuleAccess) -> Outcome<()> {
    if let Some(id) = check_rule(scribe, rule, Some(before))? {
        scribe.run("DELETE FROM sharing_rules WHERE id = ?1", [id])?;
    }
    Ok(())
}

fn assign_role(
    scribe: Scribe<'_>,
    user: &UserName,
    before: Option<&RoleName>,
    after: Option<&RoleName>,
) -> Outcome<()> {
    let id = scribe.user(user)?;
    let mut statement = scribe.connection.prepare_cached(
        "SELECT roles.name FROM users LEFT JOIN roles ON roles.id = users.role WHERE users.id = ?1",
    )?;
    let found: Option<String> = statement.query_row([id], |row| row.get(0))?;
    if found.as_deref() != before.map(RoleName::as_str) {
        let found = found.map_or("without a role".to_owned(), |role| format!("in role {role}"));
        return Err(moved(format_args!("user {user}"), Some(&found)));
    }
    let role = after.map(|role| scribe.role(role)).transpose()?;
    let sql = "UPDATE users SET role = ?2 WHERE id = ?1";
    scribe.run_about(sql, params![id, role], || match after {
        Some(role) => format!("role {role}"),
        None => "no role".to_owned(),
    })
}
