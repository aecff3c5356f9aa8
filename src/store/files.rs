//! What is known of audio: the state of the files under `audio/`, and what the full decode said of each content.
//!
//! In: what the library found. Out: the same at the next start, so that an unchanged file is neither hashed nor decoded
//! again. A cache: nothing here is evidence, and losing it costs time only. Next: `commit`.

use chrono::{DateTime, Utc};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::column;
use super::row::utc;
use crate::airing::Reason;

/// A file under `audio/` as it was when its content was taken into the content store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// Path relative to `audio/`, with `/`.
    pub path: String,
    /// Bytes.
    pub size: i64,
    /// When its content changed, nanoseconds since 1970.
    pub mtime_ns: i64,
    /// When its inode changed, nanoseconds since 1970.
    pub ctime_ns: i64,
    /// The inode's number, as the kernel's 64 bits.
    pub inode: i64,
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
    /// Length that the file declares, in milliseconds.
    pub duration_ms: Option<i64>,
}

/// What the full decode said of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which content, lower-case hex.
    pub sha256: String,
    /// Its length in milliseconds, or why it must not air.
    pub result: Result<i64, Unfit>,
}

/// Why a content must not air.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// The word for the log: `undecodable` or `damaged`.
    pub reason: Reason,
    /// What was found, for people.
    pub detail: String,
}

pub(super) async fn recall(conn: &mut SqliteConnection) -> sqlx::Result<Vec<FileState>> {
    let rows = sqlx::query("select * from file_state").fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(FileState {
                path: row.try_get("path")?,
                size: row.try_get("size")?,
                mtime_ns: row.try_get("mtime_ns")?,
                ctime_ns: row.try_get("ctime_ns")?,
                inode: row.try_get("inode")?,
                sha256: row.try_get("sha256")?,
                duration_ms: row.try_get("duration_ms")?,
            })
        })
        .collect()
}

pub(super) async fn recall_verdicts(conn: &mut SqliteConnection) -> sqlx::Result<Vec<Verdict>> {
    let rows = sqlx::query("select * from content_verdict").fetch_all(conn).await?;
    let mut verdicts = Vec::with_capacity(rows.len());
    for row in &rows {
        let fault = column::word(row, "fault", Reason::from_word)?;
        let result = match (row.try_get::<Option<i64>, _>("duration_ms")?, fault) {
            (Some(duration_ms), _) => Ok(duration_ms),
            (None, Some(reason)) => Err(Unfit { reason, detail: row.try_get("detail")? }),
            (None, None) => continue,
        };
        verdicts.push(Verdict { sha256: row.try_get("sha256")?, result });
    }
    Ok(verdicts)
}

pub(super) async fn remember(conn: &mut SqliteConnection, files: &[FileState]) -> sqlx::Result<()> {
    for file in files {
        sqlx::query("insert or replace into file_state values (?, ?, ?, ?, ?, ?, ?)")
            .bind(&file.path)
            .bind(file.size)
            .bind(file.mtime_ns)
            .bind(file.ctime_ns)
            .bind(file.inode)
            .bind(&file.sha256)
            .bind(file.duration_ms)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

pub(super) async fn remember_verdict(
    conn: &mut SqliteConnection,
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (duration_ms, unfit) = match &verdict.result {
        Ok(duration_ms) => (Some(*duration_ms), None),
        Err(unfit) => (None, Some(unfit)),
    };
    sqlx::query("insert or replace into content_verdict values (?, ?, ?, ?, ?)")
        .bind(&verdict.sha256)
        .bind(duration_ms)
        .bind(unfit.map(|unfit| unfit.reason.as_str()))
        .bind(unfit.map(|unfit| unfit.detail.as_str()))
        .bind(utc(now))
        .execute(conn)
        .await?;
    Ok(())
}
