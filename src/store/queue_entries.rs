//! The queue as people change and list it: entries added, marked as removed, shown with how often they have aired.
//!
//! In: what is wanted, and who wants it. Out: the entry's number, or the one that waits already; lists. An entry is never
//! deleted or changed, only marked as removed. What may be queued is judged before; here only that nothing waits twice.
//! Next: `shelf`, which is what the air sees of it.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::register::{Register, RegisterError, Signature};
use super::row::utc;
use super::{column, shelf};
use crate::bulletin::{Entry, Tally};
use crate::rundown::queueing::{Wanted, waits_already};

/// An entry as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What the air knows of it.
    pub entry: Entry,
    /// Title of its bulletin's newest revision.
    pub title: String,
    /// How often it was drawn and aired.
    pub aired: u32,
    /// Who queued it.
    pub by: String,
    /// When it was taken out and by whom, if it was.
    pub removed: Option<(DateTime<Utc>, String)>,
}

impl Register {
    /// Queues a bulletin, unless an entry of it waits already for the same programme: then that one's number is the error.
    pub async fn queue(
        &mut self,
        wanted: &Wanted,
        signed: &Signature,
        today: NaiveDate,
    ) -> Result<Result<i64, i64>, RegisterError> {
        let path = self.path.clone();
        let mut act = self.begin().await?;
        let queued = async {
            let known = shelf::queue(&mut act).await?;
            let tally = shelf::tally(&mut act).await?;
            if let Some(entry) = waits_already(wanted, &known, |entry| entry.is_open(&tally, today)) {
                return Ok(Err(entry.id));
            }
            let id = insert(&mut act, wanted, signed).await?;
            act.commit().await?;
            Ok(Ok(id))
        };
        queued.await.map_err(|error| super::register::failed(&path, &error))
    }

    /// Takes an entry out of the queue; `false` if it is out already or was never there.
    pub async fn unqueue(&mut self, entry: i64, signed: &Signature) -> Result<bool, RegisterError> {
        let done =
            sqlx::query("update queue_entry set removed_at = ?, removed_by = ? where id = ? and removed_at is null")
                .bind(utc(signed.at.to_utc()))
                .bind(&signed.by)
                .bind(entry)
                .execute(&mut self.conn)
                .await;
        Ok(done.map_err(|error| self.failed(&error))?.rows_affected() > 0)
    }

    /// Every entry that ever was, in the order of queueing, and how often each has aired.
    pub async fn entries(&mut self) -> Result<Vec<Waiting>, RegisterError> {
        let entries = entries(&mut self.conn).await;
        entries.map_err(|error| self.failed(&error))
    }
}

async fn insert(conn: &mut SqliteConnection, wanted: &Wanted, signed: &Signature) -> sqlx::Result<i64> {
    let done = sqlx::query(
        "insert into queue_entry (bulletin, programme, times, valid_from, valid_until, queued_at, \"by\", via)
         values (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(wanted.bulletin)
    .bind(&wanted.programme)
    .bind(wanted.times)
    .bind(wanted.from.map(|day| day.to_string()))
    .bind(wanted.until.map(|day| day.to_string()))
    .bind(utc(signed.at.to_utc()))
    .bind(&signed.by)
    .bind(&signed.via)
    .execute(conn)
    .await?;
    Ok(done.last_insert_rowid())
}

async fn entries(conn: &mut SqliteConnection) -> sqlx::Result<Vec<Waiting>> {
    let rows = sqlx::query(
        "select entry.*, bulletin.title
         from queue_entry as entry
         join bulletin on bulletin.number = entry.bulletin
             and bulletin.revision = (select max(revision) from bulletin as newer where newer.number = entry.bulletin)
         order by entry.id",
    )
    .fetch_all(&mut *conn)
    .await?;
    let tally = shelf::tally(conn).await?;
    let waiting = |row: &SqliteRow| waiting(row, &tally).transpose();
    rows.iter().filter_map(waiting).collect()
}

fn waiting(row: &SqliteRow, tally: &Tally) -> sqlx::Result<Option<Waiting>> {
    let Some(entry) = shelf::entry(row)? else { return Ok(None) };
    let removed_by: Option<String> = row.try_get("removed_by")?;
    Ok(Some(Waiting {
        aired: tally.drawn.get(&entry.id).copied().unwrap_or_default(),
        title: row.try_get("title")?,
        by: row.try_get("by")?,
        removed: column::instant(row, "removed_at")?.zip(removed_by),
        entry,
    }))
}
