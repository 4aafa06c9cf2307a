//! What every write leans on: statements with readable failures, and numbers by name.

use rusqlite::{Connection, OptionalExtension, Params, params};

use super::catalogue::Catalogue;
use super::fault::{Fault, Outcome};
use crate::model::{
    ActionId, FieldName, GroupName, ModuleName, PermissionId, ProfileName, RoleName, ServiceId, UserName,
};
use crate::system::System;

/// Writes within a transaction that someone else begins and ends.
#[derive(Clone, Copy)]
pub(super) struct Scribe<'a> {
    pub(super) connection: &'a Connection,
    pub(super) system: &'a System,
    pub(super) catalogue: &'a Catalogue,
}

impl Scribe<'_> {
    /// Runs one statement.
    pub(super) fn run(&self, sql: &str, params: impl Params) -> Outcome<usize> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }

    /// Runs one statement; a refusal names the subject.
    pub(super) fn run_about<D: std::fmt::Display>(
        &self,
        sql: &str,
        params: impl Params,
        subject: impl FnOnce() -> D,
    ) -> Outcome<()> {
        match self.run(sql, params) {
            Ok(_) => Ok(()),
            Err(fault) => Err(fault.about(subject())),
        }
    }

    /// Makes one row and gives its number.
    pub(super) fn make(&self, sql: &str, params: impl Params) -> Outcome<i64> {
        self.run(sql, params)?;
        Ok(self.connection.last_insert_rowid())
    }

    fn find(&self, sql: &str, name: &str) -> Outcome<Option<i64>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let key = self.system.fold(name);
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// The number of a profile, if there is one of this name.
    pub(super) fn find_profile(&self, name: &ProfileName) -> Outcome<Option<i64>> {
        self.find("SELECT id FROM profiles WHERE name_key = ?1", name.as_str())
    }

    /// The number of a role, if there is one of this name.
    pub(super) fn find_role(&self, name: &RoleName) -> Outcome<Option<i64>> {
        self.find("SELECT id FROM roles WHERE name_key = ?1", name.as_str())
    }

    /// The number of a group, if there is one of this name.
    pub(super) fn find_group(&self, name: &GroupName) -> Outcome<Option<i64>> {
        self.find("SELECT id FROM groups WHERE name_key = ?1", name.as_str())
    }

    /// The number of a user, if there is one of this name.
    pub(super) fn find_user(&self, name: &UserName) -> Outcome<Option<i64>> {
        self.find("SELECT id FROM users WHERE name_key = ?1", name.as_str())
    }

    /// The number of a profile that something refers to.
    pub(super) fn profile(&self, name: &ProfileName) -> Outcome<i64> {
        self.find_profile(name)?
            .ok_or_else(|| unknown("unknown-reference", "profile", name))
    }

    /// The number of a role that something refers to.
    pub(super) fn role(&self, name: &RoleName) -> Outcome<i64> {
        self.find_role(name)?
            .ok_or_else(|| unknown("unknown-reference", "role", name))
    }

    /// The number of a group that something refers to.
    pub(super) fn group(&self, name: &GroupName) -> Outcome<i64> {
        self.find_group(name)?
            .ok_or_else(|| unknown("unknown-reference", "group", name))
    }

    /// The number of a user that something refers to.
    pub(super) fn user(&self, name: &UserName) -> Outcome<i64> {
        self.find_user(name)?
            .ok_or_else(|| unknown("unknown-reference", "user", name))
    }

    /// The number of a user that something may refer to.
    pub(super) fn user_if_any(&self, name: Option<&UserName>) -> Outcome<Option<i64>> {
        name.map(|name| self.user(name)).transpose()
    }

    /// The number of a module.
    pub(super) fn module(&self, name: &ModuleName) -> Outcome<i64> {
        let known = self.catalogue.modules.get(name).copied();
        known.ok_or_else(|| unknown("unknown-module", "module", name))
    }

    /// The number of an action.
    pub(super) fn action(&self, id: &ActionId) -> Outcome<i64> {
        let known = self.catalogue.actions.get(id).copied();
        known.ok_or_else(|| unknown("unknown-action", "action", id))
    }

    /// The number of a permission.
    pub(super) fn permission(&self, id: &PermissionId) -> Outcome<i64> {
        let known = self.catalogue.permissions.get(id).copied();
        known.ok_or_else(|| unknown("unknown-permission", "permission", id))
    }

    /// The number of a service.
    pub(super) fn service(&self, id: &ServiceId) -> Outcome<i64> {
        let known = self.catalogue.services.get(id).copied();
        known.ok_or_else(|| unknown("unknown-service", "service", id))
    }

    /// The number of a field, which becomes known by being named where fields are open.
    pub(super) fn field(&self, module: &ModuleName, name: &FieldName) -> Outcome<i64> {
        let module_id = self.module(module)?;
        let mut find = self
            .connection
            .prepare_cached("SELECT id FROM fields WHERE module = ?1 AND name = ?2")?;
        let found = find.query_row(params![module_id, name.as_str()], |row| row.get(0));
        match found.optional()? {
            Some(id) => Ok(id),
            None if !self.fields_are_open() => Err(unknown("unknown-field", "field", name)),
            None => self.make(
                "INSERT INTO fields (module, name, recorded) VALUES (?1, ?2, 0)",
                params![module_id, name.as_str()],
            ),
        }
    }

    fn fields_are_open(&self) -> bool {
        let modules = self.system.definition().modules.as_ref();
        modules
            .and_then(|kind| kind.fields.as_ref())
            .is_some_and(|fields| fields.open)
    }
}

fn unknown(rule: &str, kind: &str, name: impl std::fmt::Display) -> Fault {
    Fault::refused(rule, format!("there is no {kind} {name}"))
}
