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
use crate::library::{FileState, Verdict};

pub(super) async fn recall(conn: &mut SqliteConnection) -> sqlx::Result<Vec<FileState>> {
    let rows = sqlx::query("select * from file_state").fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(FileState {
                path: row.try_get("path")?,
                size: row.try_get::<i64, _>("size")?.cast_unsigned(),
                mtime_ns: row.try_get("mtime_ns")?,
                ctime_ns: row.try_get("ctime_ns")?,
                inode: row.try_get::<i64, _>("inode")?.cast_unsigned(),
                sha256: row.try_get::<String, _>("sha256")?.into(),
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
        let measures: Option<String> = row.try_get("measures")?;
        // What an earlier version decoded has no measures, and those of a later one may be others: it is measured anew.
        let measures = measures.and_then(|json| serde_json::from_str(&json).ok());
        let verdict = match (measures, fault) {
            (Some(measures), _) => Ok(measures),
            (None, Some(reason)) => Err(reason),
            (None, None) => continue,
        };
        verdicts.push(Verdict { sha256: row.try_get::<String, _>("sha256")?.into(), verdict });
    }
    Ok(verdicts)
}

pub(super) async fn remember(conn: &mut SqliteConnection, files: &[FileState]) -> sqlx::Result<()> {
    for file in files {
        sqlx::query("insert or replace into file_state values (?, ?, ?, ?, ?, ?, ?)")
            .bind(&file.path)
            .bind(file.size.cast_signed())
            .bind(file.mtime_ns)
            .bind(file.ctime_ns)
            .bind(file.inode.cast_signed())
            .bind(&*file.sha256)
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
    // Says nothing of the content: what could not be read today may be read tomorrow.
    if verdict.verdict == Err(Reason::Unreadable) {
        return Ok(());
    }
    let measures = verdict.verdict.ok();
    sqlx::query(
        "insert or replace into content_verdict (sha256, duration_ms, fault, verified_at, measures)
         values (?, ?, ?, ?, ?)",
    )
    .bind(&*verdict.sha256)
    .bind(measures.map(|measures| measures.duration_ms))
    .bind(verdict.verdict.err().map(Reason::as_str))
    .bind(utc(now))
    .bind(measures.map(|measures| serde_json::to_string(&measures).expect("numbers and words are always JSON")))
    .execute(conn)
    .await?;
    Ok(())
}
