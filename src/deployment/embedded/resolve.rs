//! Names by number.
//!
//! Reading everything looks names up in memory; reading one object asks the database for the few it needs.

use rusqlite::{Connection, OptionalExtension};

use super::fault::{Fault, Outcome};
use crate::model::{
    ActionId, AuthorisationArea, AuthorisationLevel, AuthorisationRight, FieldName, GroupName, ModuleName,
    PermissionId, ProfileName, RoleName, ServiceId, UserName,
};

/// Values by number, in the order of the numbers.
#[derive(Debug)]
pub(super) struct Rows<T> {
    numbers: Vec<i64>,
    pub(super) values: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            numbers: Vec::new(),
            values: Vec::new(),
        }
    }
}

impl<T> Rows<T> {
    /// Adds a row; numbers must rise.
    pub(super) fn push(&mut self, number: i64, value: T) {
        self.numbers.push(number);
        self.values.push(value);
    }

    fn place(&self, number: i64) -> Option<usize> {
        // Numbers mostly have no gaps, so that a number says where its row is; where they have, it is found.
        let guess = usize::try_from(number).ok()?.wrapping_sub(1);
        if self.numbers.get(guess) == Some(&number) {
            return Some(guess);
        }
        self.numbers.binary_search(&number).ok()
    }

    /// The row of a number.
    pub(super) fn get(&self, number: i64) -> Option<&T> {
        self.values.get(self.place(number)?)
    }

    /// The row of a number, to change it.
    pub(super) fn get_mut(&mut self, number: i64) -> Outcome<&mut T> {
        match self.place(number) {
            Some(place) => Ok(&mut self.values[place]),
            None => Err(Fault::Damaged(format!(
                "something belongs to object {number}, which is not there"
            ))),
        }
    }
}

/// Gives names by number.
pub(super) trait Resolve {
    fn user(&self, number: i64) -> Outcome<UserName>;
    fn role(&self, number: i64) -> Outcome<RoleName>;
    fn group(&self, number: i64) -> Outcome<GroupName>;
    fn profile(&self, number: i64) -> Outcome<ProfileName>;
    fn module(&self, number: i64) -> Outcome<ModuleName>;
    fn action(&self, number: i64) -> Outcome<ActionId>;
    fn permission(&self, number: i64) -> Outcome<PermissionId>;
    fn field(&self, number: i64) -> Outcome<(ModuleName, FieldName)>;
    fn service(&self, number: i64) -> Outcome<ServiceId>;
    fn level(&self, number: i64) -> Outcome<AuthorisationLevel>;
    fn right(&self, number: i64) -> Outcome<(AuthorisationArea, AuthorisationRight)>;
}

/// All names, in memory.
#[derive(Debug, Default)]
pub(super) struct AllNames {
    pub(super) users: Rows<UserName>,
    pub(super) roles: Rows<RoleName>,
    pub(super) groups: Rows<GroupName>,
    pub(super) profiles: Rows<ProfileName>,
    pub(super) modules: Rows<ModuleName>,
    actions: Rows<ActionId>,
    permissions: Rows<PermissionId>,
    fields: Rows<(ModuleName, FieldName)>,
    services: Rows<ServiceId>,
    levels: Rows<AuthorisationLevel>,
    rights: Rows<(AuthorisationArea, AuthorisationRight)>,
}

impl AllNames {
    /// Reads all names.
    pub(super) fn load(connection: &Connection) -> Outcome<Self> {
        let modules = names(connection, "SELECT id, name FROM modules ORDER BY id")?;
        let fields = pairs(
            connection,
            "SELECT id, module, name FROM fields ORDER BY id",
            |row| found(&modules, row.get(1)?, "module"),
        )?;
        let rights = pairs(
            connection,
            "SELECT id, area, name FROM authorisation_rights ORDER BY id",
            |row| Ok(AuthorisationArea::from(text(row, 1)?)),
        )?;
        Ok(Self {
            users: names(connection, "SELECT id, name FROM users ORDER BY id")?,
            roles: names(connection, "SELECT id, name FROM roles ORDER BY id")?,
            groups: names(connection, "SELECT id, name FROM groups ORDER BY id")?,
            profiles: names(connection, "SELECT id, name FROM profiles ORDER BY id")?,
            modules,
            actions: names(connection, "SELECT id, name FROM actions ORDER BY id")?,
            permissions: names(connection, "SELECT id, name FROM permissions ORDER BY id")?,
            fields,
            services: names(connection, "SELECT id, name FROM services ORDER BY id")?,
            levels: names(
                connection,
                "SELECT id, name FROM authorisation_levels ORDER BY id",
            )?,
            rights,
        })
    }
}

/// A text column, without copying it.
pub(super) fn text<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Outcome<&'r str> {
    row.get_ref(column)?
        .as_str()
        .map_err(|error| Fault::Damaged(format!("a text is expected: {error}")))
}

fn names<N: for<'t> From<&'t str>>(connection: &Connection, sql: &str) -> Outcome<Rows<N>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut names = Rows::default();
    while let Some(row) = rows.next()? {
        names.push(row.get(0)?, N::from(text(row, 1)?));
    }
    Ok(names)
}

fn pairs<A, N: for<'t> From<&'t str>>(
    connection: &Connection,
    sql: &str,
    first: impl Fn(&rusqlite::Row<'_>) -> Outcome<A>,
) -> Outcome<Rows<(A, N)>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut pairs = Rows::default();
    while let Some(row) = rows.next()? {
        pairs.push(row.get(0)?, (first(row)?, N::from(text(row, 2)?)));
    }
    Ok(pairs)
}

fn found<T: Clone>(rows: &Rows<T>, number: i64, kind: &str) -> Outcome<T> {
    rows.get(number).cloned().ok_or_else(|| missing(kind, number))
}

fn missing(kind: &str, number: i64) -> Fault {
    Fault::Damaged(format!("something refers to {kind} {number}, which is not there"))
}

impl Resolve for AllNames {
    fn user(&self, number: i64) -> Outcome<UserName> {
        found(&self.users, number, "user")
    }
    fn role(&self, number: i64) -> Outcome<RoleName> {
        found(&self.roles, number, "role")
    }
    fn group(&self, number: i64) -> Outcome<GroupName> {
        found(&self.groups, number, "group")
    }
    fn profile(&self, number: i64) -> Outcome<ProfileName> {
        found(&self.profiles, number, "profile")
    }
    fn module(&self, number: i64) -> Outcome<ModuleName> {
        found(&self.modules, number, "module")
    }
    fn action(&self, number: i64) -> Outcome<ActionId> {
        found(&self.actions, number, "action")
    }
    fn permission(&self, number: i64) -> Outcome<PermissionId> {
        found(&self.permissions, number, "permission")
    }
    fn field(&self, number: i64) -> Outcome<(ModuleName, FieldName)> {
        found(&self.fields, number, "field")
    }
    fn service(&self, number: i64) -> Outcome<ServiceId> {
        found(&self.services, number, "service")
    }
    fn level(&self, number: i64) -> Outcome<AuthorisationLevel> {
        found(&self.levels, number, "level of authorisations")
    }
    fn right(&self, number: i64) -> Outcome<(AuthorisationArea, AuthorisationRight)> {
        found(&self.rights, number, "single right")
    }
}

/// Names asked for one by one.
pub(super) struct OneByOne<'a>(pub(super) &'a Connection);

impl OneByOne<'_> {
    fn name<N: From<String>>(&self, sql: &str, number: i64, kind: &str) -> Outcome<N> {
        let mut statement = self.0.prepare_cached(sql)?;
        let name: Option<String> = statement.query_row([number], |row| row.get(0)).optional()?;
        name.map(N::from).ok_or_else(|| missing(kind, number))
    }

    fn pair<A: From<String>, B: From<String>>(&self, sql: &str, number: i64, kind: &str) -> Outcome<(A, B)> {
        let mut statement = self.0.prepare_cached(sql)?;
        let pair: Option<(String, String)> = statement
            .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        pair.map(|(first, second)| (first.into(), second.into()))
            .ok_or_else(|| missing(kind, number))
    }
}

impl Resolve for OneByOne<'_> {
    fn user(&self, number: i64) -> Outcome<UserName> {
        self.name("SELECT name FROM users WHERE id = ?1", number, "user")
    }
    fn role(&self, number: i64) -> Outcome<RoleName> {
        self.name("SELECT name FROM roles WHERE id = ?1", number, "role")
    }
    fn group(&self, number: i64) -> Outcome<GroupName> {
        self.name("SELECT name FROM groups WHERE id = ?1", number, "group")
    }
    fn profile(&self, number: i64) -> Outcome<ProfileName> {
        self.name("SELECT name FROM profiles WHERE id = ?1", number, "profile")
    }
    fn module(&self, number: i64) -> Outcome<ModuleName> {
        self.name("SELECT name FROM modules WHERE id = ?1", number, "module")
    }
    fn action(&self, number: i64) -> Outcome<ActionId> {
        self.name("SELECT name FROM actions WHERE id = ?1", number, "action")
    }
    fn permission(&self, number: i64) -> Outcome<PermissionId> {
        self.name("SELECT name FROM permissions WHERE id = ?1", number, "permission")
    }
    fn field(&self, number: i64) -> Outcome<(ModuleName, FieldName)> {
        let sql = "SELECT modules.name, fields.name FROM fields JOIN modules ON modules.id = module
                    WHERE fields.id = ?1";
        self.pair(sql, number, "field")
    }
    fn service(&self, number: i64) -> Outcome<ServiceId> {
        self.name("SELECT name FROM services WHERE id = ?1", number, "service")
    }
    fn level(&self, number: i64) -> Outcome<AuthorisationLevel> {
        let sql = "SELECT name FROM authorisation_levels WHERE id = ?1";
        self.name(sql, number, "level of authorisations")
    }
    fn right(&self, number: i64) -> Outcome<(AuthorisationArea, AuthorisationRight)> {
        let sql = "SELECT area, name FROM authorisation_rights WHERE id = ?1";
        self.pair(sql, number, "single right")
    }
}
