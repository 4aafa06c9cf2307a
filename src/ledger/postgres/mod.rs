//! A ledger in PostgreSQL, for runners that share no disk: the lines of a file's ledger as rows, and a lock that the
//! server gives back when the session ends, however it ends.
//!
//! Lines are written by the session that holds the lock. Whoever lost one has lost the other, so that nothing more is
//! applied without the lock.

mod connect;
mod password;
mod place;
mod tables;

use std::error::Error as _;
use std::fmt;

use postgres::types::ToSql;
use postgres::{Client, GenericClient, IsolationLevel};

use self::connect::{Purpose, connect};
pub use self::place::{DEFAULT_PROJECT, DEFAULT_SCHEMA, NoPlace, PostgresPlace};
use super::event::{ApplyId, Event};
use super::way_back::{WayBack, WayBackError};
use super::{Holder, LedgerError, Line};
use crate::model::Digest;

/// Which backends hold an advisory lock of this database, by the two halves of its key.
const HOLDING: &str = "
    SELECT pid FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND classid = $1 AND objid = $2
      AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())";

/// A ledger in PostgreSQL, open for adding, and the lock of a deployment.
pub struct PostgresLedger {
    client: Client,
    place: PostgresPlace,
    deployment: String,
    /// The key of the lock.
    key: i64,
    /// The number of the last line that is known.
    number: i64,
    /// Its hash.
    head: Digest,
}

impl fmt::Debug for PostgresLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresLedger")
            .field("place", &self.place)
            .field("deployment", &self.deployment)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl PostgresLedger {
    /// Connects, makes the tables where they are missing, and takes the lock of `deployment`.
    ///
    /// # Errors
    /// When the server cannot be reached, does not let this user write, or someone else holds the lock.
    pub fn open(place: &PostgresPlace, deployment: &str, holder: &Holder) -> Result<Self, LedgerError> {
        let mut client = connect(place, Purpose::Write)?;
        let made = tables::make(&mut client, &place.schema);
        made.map_err(|error| failed(place, "written", &error))?;
        let mut ledger = Self {
            client,
            place: place.clone(),
            deployment: deployment.to_owned(),
            key: key(&["deployment", &place.schema, &place.project, deployment]),
            number: 0,
            head: Digest::ZERO,
        };
        ledger.lock(holder)?;
        Ok(ledger)
    }

    fn lock(&mut self, holder: &Holder) -> Result<(), LedgerError> {
        let is_locked = self
            .client
            .query_one("SELECT pg_catalog.pg_try_advisory_lock($1)", &[&self.key])
            .and_then(|row| row.try_get(0));
        if !is_locked.map_err(|error| failed(&self.place, "locked", &error))? {
            let holder = self
                .holder()
                .map_err(|error| failed(&self.place, "locked", &error))?;
            return Err(LedgerError::Locked {
                deployment: self.deployment.clone(),
                holder: holder.map(Box::new),
            });
        }
        let statement = format!(
            "INSERT INTO {}.holders (project, deployment, who, process, since, backend)
             VALUES ($1, $2, $3, $4, ($5::text)::timestamptz, pg_backend_pid())
             ON CONFLICT (project, deployment) DO UPDATE SET who = excluded.who, process = excluded.process,
                since = excluded.since, backend = excluded.backend",
            self.place.schema
        );
        let parameters: [&(dyn ToSql + Sync); 5] = [
            &self.place.project,
            &self.deployment,
            &holder.who,
            &i64::from(holder.process),
            &holder.since.to_string(),
        ];
        let written = self.client.execute(&statement, &parameters);
        written.map_err(|error| failed(&self.place, "locked", &error))?;
        Ok(())
    }

    /// Who holds the lock. Whoever wrote a row and no longer holds it does not count.
    fn holder(&mut self) -> Result<Option<Holder>, postgres::Error> {
        let statement = format!(
            "SELECT who, process,
                to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')
             FROM {}.holders WHERE project = $3 AND deployment = $4 AND backend IN ({HOLDING})",
            self.place.schema
        );
        let [high, low] = halves(self.key);
        let parameters: [&(dyn ToSql + Sync); 4] = [&high, &low, &self.place.project, &self.deployment];
        let Some(row) = self.client.query_opt(&statement, &parameters)? else {
            return Ok(None);
        };
        let process: i64 = row.try_get(1)?;
        let since: String = row.try_get(2)?;
        Ok(since.parse().ok().map(|since| Holder {
            who: row.try_get(0).unwrap_or_default(),
            process: u32::try_from(process).unwrap_or_default(),
            since,
        }))
    }

    pub(super) fn lines(&mut self) -> Result<Vec<Line>, LedgerError> {
        lines(&mut self.client, &self.place)
    }

    pub(super) fn append(
        &mut self,
        at: jiff::Timestamp,
        apply: &ApplyId,
        event: Event,
    ) -> Result<Digest, LedgerError> {
        let (place, lock) = (&self.place, self.key);
        let failed = |reason: String| LedgerError::Failed {
            place: place.shown().to_owned(),
            doing: "written",
            reason,
        };
        let said = |error: postgres::Error| failed(reason(&error));
        let transaction = self.client.build_transaction();
        let transaction = transaction.isolation_level(IsolationLevel::ReadCommitted);
        let mut transaction = transaction.start().map_err(said)?;
        // Applies to other deployments of the project write to the same chain, one line after the other.
        let chain = key(&["chain", &place.schema, &place.project]);
        transaction
            .execute("SELECT pg_catalog.pg_advisory_xact_lock($1)", &[&chain])
            .map_err(said)?;
        let last = last(&mut transaction, place, lock).map_err(said)?;
        if !last.is_locked {
            return Err(failed(
                "the lock of the deployment is lost\n\
                 hint: a pooler between rolecall and the server must keep the session, not only the transaction"
                    .to_owned(),
            ));
        }
        if last.number < self.number {
            return Err(failed(format!("line {} was taken out of it", self.number)));
        }
        let previous = if last.number == self.number {
            self.head
        } else {
            line(&mut transaction, place, last.number).map_err(said)?
        };
        let number = last.number + 1;
        let line = Line::following(previous, at, apply, event).map_err(|error| failed(error.to_string()))?;
        let statement = format!(
            "INSERT INTO {}.events (project, number, line) VALUES ($1, $2, $3)",
            place.schema
        );
        transaction
            .execute(&statement, &[&place.project, &number, &line.text])
            .map_err(said)?;
        transaction.commit().map_err(said)?;
        self.number = number;
        self.head = line.hash();
        Ok(self.head)
    }

    pub(super) fn keep_way_back(&mut self, way_back: &WayBack) -> Result<(), WayBackError> {
        let failed = |reason: &str| WayBackError::not_written(self.place.shown(), reason);
        let state = way_back.text().map_err(|error| failed(&error.to_string()))?;
        let statement = format!(
            "INSERT INTO {}.before (project, apply, state) VALUES ($1, $2, $3)",
            self.place.schema
        );
        let parameters: [&(dyn ToSql + Sync); 3] = [&self.place.project, &way_back.apply.as_str(), &state];
        let kept = self.client.execute(&statement, &parameters);
        kept.map_err(|error| failed(&reason(&error)))?;
        Ok(())
    }
}

impl Drop for PostgresLedger {
    fn drop(&mut self) {
        if self.client.is_closed() {
            return;
        }
        // The server would give the lock back by itself, a moment after the process is gone: whoever waits for the
        // end of this one and then applies is not to be refused.
        let statement = format!(
            "DELETE FROM {}.holders WHERE project = $1 AND deployment = $2 AND backend = pg_backend_pid()",
            self.place.schema
        );
        let _ = self
            .client
            .execute(&statement, &[&self.place.project, &self.deployment]);
        let _ = self
            .client
            .execute("SELECT pg_catalog.pg_advisory_unlock($1)", &[&self.key]);
    }
}

/// Every line of a ledger; none where there are no tables.
pub(super) fn read(place: &PostgresPlace) -> Result<Vec<Line>, LedgerError> {
    lines(&mut connect(place, Purpose::Read)?, place)
}

/// The way back of an apply.
pub(super) fn read_way_back(place: &PostgresPlace, apply: &ApplyId) -> Result<WayBack, WayBackError> {
    let failed = |reason: &str| WayBackError::not_read(place.shown(), reason);
    let mut client = connect(place, Purpose::Read).map_err(|error| failed(&error.to_string()))?;
    let statement = format!(
        "SELECT state FROM {}.before WHERE project = $1 AND apply = $2",
        place.schema
    );
    let row = client
        .query_opt(&statement, &[&place.project, &apply.as_str()])
        .map_err(|error| failed(&reason(&error)))?;
    let row = row.ok_or_else(|| failed(&format!("none was kept for the apply {apply}")))?;
    let text: String = row.try_get(0).map_err(|error| failed(&reason(&error)))?;
    WayBack::parse(place.shown(), &text)
}

fn lines(client: &mut Client, place: &PostgresPlace) -> Result<Vec<Line>, LedgerError> {
    let mut rows = || {
        if !tables::is_there(client, &place.schema, "events")? {
            return Ok(Vec::new());
        }
        let statement = format!(
            "SELECT line FROM {}.events WHERE project = $1 ORDER BY number",
            place.schema
        );
        let rows = client.query(&statement, &[&place.project])?;
        rows.iter()
            .map(|row| row.try_get(0))
            .collect::<Result<Vec<String>, _>>()
    };
    let texts = rows().map_err(|error| failed(place, "read", &error))?;
    let numbered = texts.into_iter().enumerate();
    numbered
        .map(|(at, text)| Line::parse(place.shown(), at + 1, text))
        .collect()
}

/// How far a ledger is, and whether this session still holds the lock.
struct Last {
    number: i64,
    is_locked: bool,
}

fn last(client: &mut impl GenericClient, place: &PostgresPlace, key: i64) -> Result<Last, postgres::Error> {
    let statement = format!(
        "SELECT coalesce((SELECT max(number) FROM {}.events WHERE project = $3), 0),
            pg_backend_pid() IN ({HOLDING})",
        place.schema
    );
    let [high, low] = halves(key);
    let row = client.query_one(&statement, &[&high, &low, &place.project])?;
    Ok(Last {
        number: row.try_get(0)?,
        is_locked: row.try_get(1)?,
    })
}

/// The hash of the line of a number; that before the first is zeros.
fn line(
    client: &mut impl GenericClient,
    place: &PostgresPlace,
    number: i64,
) -> Result<Digest, postgres::Error> {
    if number == 0 {
        return Ok(Digest::ZERO);
    }
    let statement = format!(
        "SELECT line FROM {}.events WHERE project = $1 AND number = $2",
        place.schema
    );
    let row = client.query_one(&statement, &[&place.project, &number])?;
    let text: String = row.try_get(0)?;
    Ok(Digest::of(text.as_bytes()))
}

/// The key of an advisory lock for something with these names. It is the same on every machine and in every version:
/// two that disagreed would not keep each other out.
fn key(names: &[&str]) -> i64 {
    let mut text = "rolecall ledger".to_owned();
    for name in names {
        text.push('\0');
        text.push_str(name);
    }
    let digits = Digest::of(text.as_bytes()).to_string();
    u64::from_str_radix(&digits[..16], 16).map_or(0, u64::cast_signed)
}

/// The halves of a key, as the server lists locks.
fn halves(key: i64) -> [u32; 2] {
    let key = key.cast_unsigned();
    [
        u32::try_from(key >> 32).unwrap_or_default(),
        u32::try_from(key & u64::from(u32::MAX)).unwrap_or_default(),
    ]
}

fn failed(place: &PostgresPlace, doing: &'static str, error: &postgres::Error) -> LedgerError {
    LedgerError::Failed {
        place: place.shown().to_owned(),
        doing,
        reason: reason(error),
    }
}

/// What the server said, or why there was no answer.
fn reason(error: &postgres::Error) -> String {
    if let Some(answer) = error.as_db_error() {
        return answer.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let inner = error.to_string();
        if !text.contains(&inner) {
            text = format!("{text}: {inner}");
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_the_same() {
        assert_eq!(key(&["deployment", "rolecall", "crm", "prod"]), KEY);
        assert_ne!(key(&["a", "bc"]), key(&["ab", "c"]));
        let [high, low] = halves(-2);
        assert_eq!([high, low], [u32::MAX, u32::MAX - 1]);
    }

    const KEY: i64 = -232_820_909_176_320_052;
}
