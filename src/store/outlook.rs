//! What a database knows of coming programmes: for the timetable, for checks and for whoever queues a bulletin.
//!
//! In: a log that is open for reading. Out: `Known`, from which rundowns are foreseen, and the queue as people see it. Must
//! not write; it works beside a running station. A database of an earlier version has no bulletins. Next: `rundown::foresee`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::row::utc;
use super::{Log, ReadError, column, files, shelf};
use crate::airing::{AiringId, ENOUGH_PERCENT};
use crate::bulletin::{Shelf, Tally};
use crate::rundown::foresee::Known;
use crate::rundown::{Content, Rundown};

impl Log {
    /// Reads what is known at this instant. `named` are the bulletins that programmes name; rundowns are those of programmes
    /// from `since` on.
    pub async fn outlook(&mut self, named: &[i64], since: DateTime<Utc>) -> Result<Known, ReadError> {
        let known = known(self.any(), named, since).await;
        known.map_err(|error| self.unreadable(&error))
    }

    /// The hash of the schedule that was taken over last; `None` if none ever was.
    pub async fn schedule_in_force(&mut self) -> Result<Option<String>, ReadError> {
        let newest = sqlx::query_scalar("select sha256 from schedule_taken order by id desc limit 1");
        let found = newest.fetch_optional(self.any()).await;
        found.map_err(|error| self.unreadable(&error))
    }
}

async fn known(conn: &mut SqliteConnection, named: &[i64], since: DateTime<Utc>) -> sqlx::Result<Known> {
    let (shelf, tally) = if has_bulletins(conn).await? {
        (shelf::recall(conn, named).await?, shelf::tally(conn).await?)
    } else {
        (Shelf::default(), Tally::default())
    };
    let (frozen, settled) = frozen(conn, since).await?;
    let states = files::recall(conn).await?;
    let verdicts = files::recall_verdicts(conn).await?;
    let mut lengths: HashMap<Arc<str>, i64> = HashMap::new();
    let mut unfit: HashSet<Arc<str>> = HashSet::new();
    for verdict in verdicts {
        match verdict.verdict {
            Ok(measures) => drop(lengths.insert(verdict.sha256, measures.duration_ms)),
            Err(_) => drop(unfit.insert(verdict.sha256)),
        }
    }
    let content = |sha256: Arc<str>, declared: Option<i64>| {
        let duration_ms = lengths.get(&sha256).copied().or(declared);
        Content { sha256, duration_ms }
    };
    let library = states.into_iter().map(|file| (file.path, content(file.sha256, file.duration_ms))).collect();
    Ok(Known { shelf: Some(shelf), tally, frozen, settled, library, unfit })
}

pub(super) async fn has_bulletins(conn: &mut SqliteConnection) -> sqlx::Result<bool> {
    let table = sqlx::query("select 1 from sqlite_schema where name = 'queue_entry'").fetch_optional(conn).await?;
    Ok(table.is_some())
}

/// Stored rundowns, and those of their slots that no longer wait: all of one that is done, of an open one those that aired.
async fn frozen(conn: &mut SqliteConnection, since: DateTime<Utc>) -> sqlx::Result<(Vec<Rundown>, HashSet<AiringId>)> {
    let rows = sqlx::query("select json, done from rundown where scheduled_at >= ? order by scheduled_at")
        .bind(utc(since))
        .fetch_all(&mut *conn)
        .await?;
    let aired = format!(
        "select airing from airing_log where scheduled_at_utc >= ? and started_at is not null
         and (outcome = 'aired' or aired_ms * 100 >= planned_ms * {ENOUGH_PERCENT})"
    );
    let aired = sqlx::query(sqlx::AssertSqlSafe(aired)).bind(utc(since)).fetch_all(conn).await?;
    let mut settled: HashSet<AiringId> = HashSet::new();
    for row in &aired {
        settled.insert(AiringId::from_log(row.try_get(0)?));
    }
    let mut frozen = Vec::new();
    for row in &rows {
        let Some(rundown) = column::json::<Rundown>(row, "json")? else { continue };
        if row.try_get::<bool, _>("done")? {
            settled.extend(rundown.items.iter().map(|item| item.airing.clone()));
        }
        frozen.push(rundown);
    }
    Ok((frozen, settled))
}
