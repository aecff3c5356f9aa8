//! Records made durable: each function writes one kind of record inside a transaction that it is given.
//!
//! In: what waits, in order. Out: all of it committed in one transaction, or none of it and why. A row of the log gets its
//! number, its place in the chain and its time of recording here and nowhere else. Every record may come twice, after a
//! power cut between a commit and the clearing of the spill file, and must then change nothing. Next: `task`.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};

use super::chain::{Head, hash};
use super::files;
use super::memory::head;
use super::queue::Work;
use super::row::{Place, Row, utc};
use super::schedules;
use crate::airing::{Airing, AiringId, rfc3339};
use crate::desk::Record;
use crate::rundown::Rundown;

/// How long rundowns that are done are kept: they serve nobody but a person who asks what had been planned.
const DONE_RUNDOWNS_KEPT: TimeDelta = TimeDelta::days(60);

/// Why nothing was committed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommitError {
    /// The database refuses this one of the records, whatever is tried.
    #[error("record {index} was refused: {error}")]
    Refused { index: usize, error: sqlx::Error },
    /// The database takes nothing now: it is locked, read-only, full or not there.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Commits all of it in one transaction; returns the head after it.
pub(super) async fn commit<'a>(
    conn: &mut SqliteConnection,
    works: impl Iterator<Item = &'a Work>,
    now: DateTime<Utc>,
) -> Result<Head, CommitError> {
    let mut transaction = conn.begin_with("begin immediate").await?;
    let mut writer = Writer { head: head(&mut transaction).await?, station_id: None, now };
    for (index, work) in works.enumerate() {
        if let Err(error) = writer.write(&mut transaction, work).await {
            return Err(if is_refusal(&error) { CommitError::Refused { index, error } } else { error.into() });
        }
    }
    transaction.commit().await?;
    Ok(writer.head)
}

/// Whether the fault lies in the record: a constraint, a value of the wrong type or one that is too big.
fn is_refusal(error: &sqlx::Error) -> bool {
    const TOO_BIG: i32 = 18;
    const CONSTRAINT: i32 = 19;
    const MISMATCH: i32 = 20;
    matches!(super::open::code(error), Some(TOO_BIG | CONSTRAINT | MISMATCH))
}

struct Writer {
    head: Head,
    /// Read once per transaction that needs it.
    station_id: Option<String>,
    now: DateTime<Utc>,
}

impl Writer {
    async fn write(&mut self, conn: &mut SqliteConnection, work: &Work) -> sqlx::Result<()> {
        match work {
            Work::Record(record) => self.record(conn, record).await,
            Work::Files(states) => files::remember(conn, states).await,
            Work::Verdict(verdict) => files::remember_verdict(conn, verdict, self.now).await,
        }
    }

    async fn record(&mut self, conn: &mut SqliteConnection, record: &Record) -> sqlx::Result<()> {
        match record {
            Record::Schedule { taken_at, sha256, text } => schedules::remember(conn, *taken_at, sha256, text).await,
            Record::Rundown(frozen) => rundown(conn, frozen).await,
            Record::RundownDone { programme, scheduled_at } => rundown_done(conn, programme, *scheduled_at).await,
            Record::Intent(facts) => self.intent(conn, facts).await,
            Record::Withdraw { airing, attempt } => close(conn, airing, *attempt).await,
            Record::Progress { .. } => self.progress(conn, record).await,
            Record::Row(airing) => self.row(conn, airing).await,
            Record::Settled(until) => settled(conn, *until).await,
        }
    }

    /// Opens an attempt, unless it has sounded already: then this record came twice. One that was only written off may
    /// sound after all.
    async fn intent(&self, conn: &mut SqliteConnection, facts: &Airing) -> sqlx::Result<()> {
        let json = serde_json::to_string(facts).map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query(
            "insert or replace into on_air (airing, attempt, facts, alive_at) select ?1, ?2, ?3, ?4
             where not exists
                 (select 1 from airing_log where airing = ?1 and attempt = ?2 and started_at is not null)",
        )
        .bind(facts.airing.as_str())
        .bind(facts.attempt)
        .bind(json)
        .bind(utc(self.now))
        .execute(conn)
        .await?;
        Ok(())
    }

    async fn progress(&self, conn: &mut SqliteConnection, record: &Record) -> sqlx::Result<()> {
        let Record::Progress { airing, attempt, started_at, start_error_us, measured } = record else { return Ok(()) };
        sqlx::query(
            "update on_air set alive_at = ?, started_at = ?, start_error_us = ?, aired_ms = ?, elapsed_ms = ?, xruns = ?,
                 starved_ms = ?, level_dbfs = ?, peak_dbfs = ?
             where airing = ? and attempt = ?",
        )
        .bind(utc(self.now))
        .bind(utc(*started_at))
        .bind(*start_error_us)
        .bind(measured.aired_ms)
        .bind(measured.elapsed_ms)
        .bind(measured.xruns)
        .bind(measured.starved_ms)
        .bind(measured.level_dbfs)
        .bind(measured.peak_dbfs)
        .bind(airing.as_str())
        .bind(*attempt)
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Ends an attempt: its row goes into the chain, what was open of it goes.
    async fn row(&mut self, conn: &mut SqliteConnection, airing: &Airing) -> sqlx::Result<()> {
        close(conn, &airing.airing, airing.attempt).await?;
        let Some(attempt) = free_attempt(conn, airing).await? else { return Ok(()) };
        if self.station_id.is_none() {
            self.station_id =
                Some(sqlx::query("select station_id from station").fetch_one(&mut *conn).await?.try_get(0)?);
        }
        let place = Place {
            seq: self.head.seq + 1,
            station_id: self.station_id.as_deref().unwrap_or_default(),
            recorded_at: self.now.with_timezone(airing.scheduled_at.offset()),
            prev_hash: &self.head.hash,
        };
        let mut row = Row::new(Airing { attempt, ..airing.clone() }, &place);
        row.hash = hash(&row);
        row.insert().execute(&mut *conn).await?;
        if let Some(entry) = airing.entry.filter(|_| airing.has_aired()) {
            let sql = "insert or ignore into drawn (entry, airing) values (?, ?)";
            sqlx::query(sql).bind(entry).bind(airing.airing.as_str()).execute(conn).await?;
        }
        self.head = Head { seq: row.seq, hash: row.hash };
        Ok(())
    }
}

/// The attempt under which this airing goes into the log: its own if that is free. If it is taken, the same airing came
/// twice and is in the log (`None`), or the station could not read the log when it started and counted from 1 again: what
/// really aired is then logged as a further attempt.
async fn free_attempt(conn: &mut SqliteConnection, airing: &Airing) -> sqlx::Result<Option<u32>> {
    let taken = sqlx::query("select started_at from airing_log where airing = ? and attempt = ?")
        .bind(airing.airing.as_str())
        .bind(airing.attempt)
        .fetch_optional(&mut *conn)
        .await?;
    let Some(taken) = taken else { return Ok(Some(airing.attempt)) };
    let started_at = airing.started_at.as_ref().map(rfc3339);
    let known = sqlx::query("select max(attempt), max(started_at = ?) from airing_log where airing = ?")
        .bind(&started_at)
        .bind(airing.airing.as_str())
        .fetch_one(conn)
        .await?;
    let is_known = started_at.is_none() || known.try_get::<Option<i64>, _>(1)? == Some(1);
    if is_known {
        tracing::warn!("attempt {} of `{}` is in the log already: not logged again", airing.attempt, airing.airing);
        return Ok(None);
    }
    let next = known.try_get::<u32, _>(0)? + 1;
    tracing::warn!(
        "attempt {} of `{}` is in the log with another start (`{}`): logged as attempt {next}",
        airing.attempt,
        airing.airing,
        taken.try_get::<Option<&str>, _>(0)?.unwrap_or("none"),
    );
    Ok(Some(next))
}

/// Forgets what is open of this attempt and of those before it.
async fn close(conn: &mut SqliteConnection, airing: &AiringId, attempt: u32) -> sqlx::Result<()> {
    sqlx::query("delete from on_air where airing = ? and attempt <= ?")
        .bind(airing.as_str())
        .bind(attempt)
        .execute(conn)
        .await?;
    Ok(())
}

/// A rundown is frozen: one that is stored stays as it is.
async fn rundown(conn: &mut SqliteConnection, frozen: &Rundown) -> sqlx::Result<()> {
    let json = serde_json::to_string(frozen).map_err(|error| sqlx::Error::Encode(error.into()))?;
    // Written again when the content behind a file becomes known, or when a slot that was written off comes after all.
    let sql = "insert into rundown (programme, scheduled_at, json) values (?, ?, ?)
               on conflict do update set json = excluded.json, done = 0";
    sqlx::query(sql).bind(&frozen.programme).bind(utc(frozen.scheduled_at)).bind(json).execute(conn).await?;
    Ok(())
}

async fn rundown_done(conn: &mut SqliteConnection, programme: &str, scheduled_at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query("update rundown set done = 1 where programme = ? and scheduled_at = ?")
        .bind(programme)
        .bind(utc(scheduled_at))
        .execute(&mut *conn)
        .await?;
    sqlx::query("delete from rundown where done = 1 and scheduled_at < ?")
        .bind(utc(scheduled_at - DONE_RUNDOWNS_KEPT))
        .execute(conn)
        .await?;
    Ok(())
}

/// Also backwards, as when a clock that ran ahead is set right; what is told twice for that is found in the log.
async fn settled(conn: &mut SqliteConnection, until: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query("update station set settled_until = ?").bind(utc(until)).execute(conn).await?;
    Ok(())
}
