//! The tables of a ledger, made when they are first needed. `docs/ledger.md` has them for whoever makes them by hand.

use postgres::Client;

use super::key;

/// The tables, with `SCHEMA` where the schema stands.
const TABLES: [(&str, &str); 3] = [
    (
        "events",
        "CREATE TABLE IF NOT EXISTS SCHEMA.events (
            project text NOT NULL,
            number bigint NOT NULL CHECK (number > 0),
            line text NOT NULL,
            inserted_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (project, number)
        )",
    ),
    (
        "before",
        "CREATE TABLE IF NOT EXISTS SCHEMA.before (
            project text NOT NULL,
            apply text NOT NULL,
            state text NOT NULL,
            inserted_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (project, apply)
        )",
    ),
    (
        "holders",
        "CREATE TABLE IF NOT EXISTS SCHEMA.holders (
            project text NOT NULL,
            deployment text NOT NULL,
            who text NOT NULL,
            process bigint NOT NULL,
            since timestamptz NOT NULL,
            backend integer NOT NULL,
            PRIMARY KEY (project, deployment)
        )",
    ),
];

/// Whether a table is there.
pub(super) fn is_there(
    client: &mut impl postgres::GenericClient,
    schema: &str,
    table: &str,
) -> Result<bool, postgres::Error> {
    let name = format!("{schema}.{table}");
    let row = client.query_one("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[&name])?;
    row.try_get(0)
}

/// Makes what is missing. Where nothing is, no right to make anything is needed.
pub(super) fn make(client: &mut Client, schema: &str) -> Result<(), postgres::Error> {
    let mut is_whole = true;
    for (table, _) in TABLES {
        is_whole &= is_there(client, schema, table)?;
    }
    if is_whole {
        return Ok(());
    }
    let mut transaction = client.transaction()?;
    // Two that come first at once would both find nothing and get in each other's way.
    let key = key(&["tables", schema]);
    transaction.execute("SELECT pg_catalog.pg_advisory_xact_lock($1)", &[&key])?;
    let row = transaction.query_one("SELECT pg_catalog.to_regnamespace($1) IS NULL", &[&schema])?;
    if row.try_get(0)? {
        transaction.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"))?;
    }
    for (table, statement) in TABLES {
        if !is_there(&mut transaction, schema, table)? {
            transaction.batch_execute(&statement.replace("SCHEMA", schema))?;
        }
    }
    transaction.commit()
}
