//! The database as a whole: copied while the station writes, proved, and set against another one.
//!
//! In: the path of a database. Out: a second file with the same rows as of one instant, or what is wrong with it. Reading
//! holds up no writer: a copy is one read transaction. Must never change the database that it is given. Next: `backup`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sqlx::{Connection as _, Executor as _, Row as _};

use super::chain::Head;
use super::open::{close, message, writer};
use super::read::{Log, PATIENCE, ReadError, connect};
use super::start::NEW_CHAIN;
use super::{DATABASE, files, memory};
use crate::library::FileState;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The database cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It could be read, and the copy cannot be written.
    #[error("cannot write `{}`: {why}", .path.display())]
    Write {
        /// The copy.
        path: PathBuf,
        /// What SQLite says.
        why: String,
    },
    /// Its pages are damaged, although its rows may be whole.
    #[error("`{}` is damaged: {why}", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// The first thing that SQLite found.
        why: String,
    },
}

/// Copies the database of a data folder, as of one instant, into a file that is not there yet. The copy is one file
/// without a journal beside it, as small as its rows allow; it is not durable yet.
pub async fn copy(data_dir: &Path, to: &Path) -> Result<(), CopyError> {
    let to = std::path::absolute(to).unwrap_or_else(|_| to.to_owned());
    let write = |why: String| CopyError::Write { path: to.clone(), why };
    let name = to.to_str().ok_or_else(|| write("its name is not UTF-8".to_owned()))?;
    let mut conn = connect(&data_dir.join(DATABASE), PATIENCE).await?;
    let copied = sqlx::query("vacuum into ?").bind(name).execute(&mut conn).await;
    close(conn).await;
    copied.map_err(|error| write(message(&error)))?;
    // The copy inherits the mode in which the database is written, and would want a journal beside it.
    let mut conn = writer(&to).await.map_err(|error| write(message(&error)))?;
    let alone = conn.execute("pragma journal_mode = delete").await;
    close(conn).await;
    alone.map(drop).map_err(|error| write(message(&error)))
}

/// Proves a database from end to end: its pages, its indexes, its bulletins, approvals, acts on zones, activities and
/// audit, and the chain of its log, in which this head must be.
pub async fn prove(path: &Path, kept: Option<Head>) -> Result<Head, CopyError> {
    let mut conn = connect(path, PATIENCE).await?;
    let found = sqlx::query("pragma integrity_check(1)").fetch_one(&mut conn).await;
    close(conn).await;
    let damaged = |why| CopyError::Damaged { path: path.to_owned(), why };
    let found: String = found.and_then(|row| row.try_get(0)).map_err(|error| damaged(message(&error)))?;
    if found != "ok" {
        return Err(damaged(found));
    }
    let mut log = Log::of(path).await?;
    log.verify_bulletins(None).await?;
    log.verify_approvals(None).await?;
    log.verify_zones(None).await?;
    log.verify_activities(None).await?;
    log.verify_audit(None).await?;
    Ok(log.verify(kept).await?)
}

/// What lay behind the names under `audio/` when the station last looked; none if the database does not tell.
pub async fn known_files(path: &Path) -> HashMap<String, FileState> {
    let Ok(mut conn) = connect(path, PATIENCE).await else { return HashMap::new() };
    let states = files::recall(&mut conn).await.unwrap_or_default();
    close(conn).await;
    states.into_iter().map(|state| (state.path.clone(), state)).collect()
}

/// Writes into the database file itself what its journal still holds, as far as that can be done.
pub async fn settle_journal(path: &Path) {
    if let Ok(mut conn) = writer(path).await {
        // A damaged one keeps its journal, which goes wherever the file goes.
        let _ = conn.execute("pragma wal_checkpoint(truncate)").await;
        let _ = conn.close().await;
    }
}

impl Log {
    /// The newest row.
    pub async fn head(&mut self) -> Result<Head, ReadError> {
        let found = memory::head(self.any()).await;
        found.map_err(|error| self.unreadable(&error))
    }

    /// The hash of a row; `None` if there is no such row.
    pub async fn hash_at(&mut self, seq: i64) -> Result<Option<String>, ReadError> {
        let found = sqlx::query("select hash from airing_log where seq = ?").bind(seq).fetch_optional(self.any()).await;
        found.and_then(|row| row.map(|row| row.try_get(0)).transpose()).map_err(|error| self.unreadable(&error))
    }

    /// Whether it began because the log before it could not be read any more.
    pub async fn began_anew(&mut self) -> Result<bool, ReadError> {
        let found = sqlx::query("select airing from airing_log where seq = 1").fetch_optional(self.any()).await;
        let first = found.and_then(|row| row.map(|row| row.try_get::<String, _>(0)).transpose());
        let first = first.map_err(|error| self.unreadable(&error))?;
        Ok(first.is_some_and(|airing| airing.starts_with(&format!("{NEW_CHAIN}@"))))
    }

    /// Which station wrote it: its id, and its name in the newest row.
    pub async fn station(&mut self) -> Result<(String, Option<String>), ReadError> {
        let found = sqlx::query(
            "select (select station_id from station), (select station from airing_log order by seq desc limit 1)",
        )
        .fetch_one(self.any())
        .await;
        let read =
            found.and_then(|row| Ok((row.try_get::<Option<String>, _>(0)?.unwrap_or_default(), row.try_get(1)?)));
        read.map_err(|error| self.unreadable(&error))
    }
}
