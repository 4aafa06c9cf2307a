//! The schema and the rules, put together from the SQL files beside this one.
//!
//! The files are templates only where one rule holds for several tables or for both making and changing a row;
//! what the rules say is in the files.

use rusqlite::Connection;

use super::fault::Outcome;

const SCHEMA: &str = include_str!("sql/schema.sql");
const RIGHTS: &str = include_str!("sql/rights.sql");
const RIGHTS_RULES: &str = include_str!("sql/rights_rules.sql");
const ROWS: &str = include_str!("sql/rows.sql");
const NAMES: &str = include_str!("sql/names.sql");
const CHANGES: &str = include_str!("sql/changes.sql");
const LINKS: &str = include_str!("sql/links.sql");
const AUTHORISATIONS: &str = include_str!("sql/authorisations.sql");
const LOCKS: &str = include_str!("sql/locks.sql");

const OWNERS: [&str; 2] = ["role", "profile"];
const EVENTS: [&str; 2] = ["INSERT", "UPDATE"];

/// Makes the tables.
pub(super) fn make_tables(connection: &Connection) -> Outcome<()> {
    let mut sql = SCHEMA.to_owned();
    for owner in OWNERS {
        sql.push_str(&RIGHTS.replace("{owner}", owner));
    }
    Ok(connection.execute_batch(&sql)?)
}

/// Every rule, as SQL.
pub(super) fn rules() -> String {
    let mut sql = String::new();
    sql.push_str(CHANGES);
    sql.push_str(LINKS);
    for owner in OWNERS {
        sql.push_str(&RIGHTS_RULES.replace("{owner}", owner));
    }
    for event in EVENTS {
        sql.push_str(&ROWS.replace("{event}", event));
        for (table, kind) in [("roles", "role"), ("profiles", "profile"), ("groups", "group")] {
            let names = NAMES.replace("{event}", event).replace("{table}", table);
            sql.push_str(&names.replace("{kind}", kind));
        }
    }
    for table in ["group_authorisation_levels", "group_authorisation_rights"] {
        sql.push_str(&AUTHORISATIONS.replace("{table}", table));
    }
    for block in LOCKS.split("-- for: ").skip(1) {
        let (tables, rules) = block.split_once('\n').unwrap_or((block, ""));
        for table in tables.split_whitespace() {
            sql.push_str(&rules.replace("{table}", table));
        }
    }
    sql
}

/// Puts the rules in force.
pub(super) fn enforce(connection: &Connection) -> Outcome<()> {
    Ok(connection.execute_batch(&rules())?)
}

/// Takes the rules out of force, to put others in their place within the same transaction.
pub(super) fn suspend(connection: &Connection) -> Outcome<()> {
    let mut triggers = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")?;
    let names: Vec<String> = triggers
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in names {
        connection.execute_batch(&format!("DROP TRIGGER \"{}\"", name.replace('"', "\"\"")))?;
    }
    Ok(())
}
