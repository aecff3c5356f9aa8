//! The shelf as a running station reads it, again and again: one small question, and the whole only after a change.
//!
//! In: the path of the database, numbers of bulletins that programmes name. Out: the shelf whenever it has changed since the
//! last look, all of it from one instant. Its connection only reads, is opened again when another file has come in the
//! place of the database, and is no part of the store's task: what it waits for holds up no record. Next: `read`.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};

use super::chain::Head;
use super::memory;
use super::open::{BUSY_TIMEOUT, DATABASE, close, message};
use super::read;
use super::shelf;
use super::start::inode;
use crate::bulletin::{Bulletin, Shelf, Tally};
use crate::problem::system::refusal;

/// A reader of the shelf of one data folder.
#[derive(Debug)]
pub struct ShelfReader {
    path: PathBuf,
    conn: Option<SqliteConnection>,
    /// Which file was read last.
    inode: Option<u64>,
    /// How often it had changed by then; `None` reads it whole with the next look.
    version: Option<i64>,
}

/// What a look has found.
#[derive(Debug)]
pub struct Look {
    /// Bulletins, queue and approvals.
    pub shelf: Shelf,
    /// What has aired of them, if this file was never read before.
    pub tally: Option<Tally>,
    /// The newest row of the log, which people's remarks continue.
    pub head: Head,
}

impl ShelfReader {
    /// A reader that has not looked yet.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join(DATABASE), conn: None, inode: None, version: None }
    }

    /// The next look reads everything, whether it has changed or not.
    pub fn forget(&mut self) {
        self.version = None;
    }

    /// Closes the connection and remembers what was read.
    pub async fn rest(&mut self) {
        if let Some(conn) = self.conn.take() {
            close(conn).await;
        }
    }

    /// The shelf if it has changed since the last look, with the bulletins that `named` asks for. The error is in SQLite's or
    /// the operating system's words; the next look begins anew then.
    pub async fn look(&mut self, named: &[i64]) -> Result<Option<Look>, String> {
        let found = inode(&self.path);
        let locked = rustix::fs::access(&self.path, rustix::fs::Access::WRITE_OK);
        if found != self.inode || locked.is_err() {
            self.rest().await;
        }
        // Whoever reads what he may not write leaves journals that the store must remove, again and again.
        if let (Err(error), Some(_), true) = (locked, self.version, found == self.inode) {
            return Err(refusal(&error.into()));
        }
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => read::connect(&self.path, BUSY_TIMEOUT).await.map_err(|error| error.to_string())?,
        };
        let known = self.version.filter(|_| found == self.inode);
        match look(&mut conn, known, named, found != self.inode).await {
            Ok((version, seen)) => {
                (self.conn, self.inode, self.version) = (Some(conn), found, Some(version));
                if locked.is_err() {
                    self.rest().await;
                }
                Ok(seen)
            }
            Err(error) => {
                close(conn).await;
                Err(message(&error))
            }
        }
    }

    /// One bulletin as it is now; `None` if there is none of that number.
    pub async fn bulletin(&mut self, number: i64) -> Result<Option<Bulletin>, String> {
        // A look that failed has left no connection.
        let Some(conn) = self.conn.as_mut() else { return Err("it cannot be read now".to_owned()) };
        let found = shelf::bulletins(conn, &[number]).await.map_err(|error| message(&error))?;
        Ok(found.into_values().next())
    }
}

async fn look(
    conn: &mut SqliteConnection,
    known: Option<i64>,
    named: &[i64],
    with_tally: bool,
) -> sqlx::Result<(i64, Option<Look>)> {
    let version = version(conn).await?;
    if known == Some(version) {
        return Ok((version, None));
    }
    let mut instant = conn.begin().await?;
    let version = self::version(&mut instant).await?;
    let shelf = shelf::recall(&mut instant, named).await?;
    let tally = if with_tally { Some(shelf::tally(&mut instant).await?) } else { None };
    let head = memory::head(&mut instant).await?;
    instant.commit().await?;
    Ok((version, Some(Look { shelf, tally, head })))
}

async fn version(conn: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query("select version from shelf").fetch_one(conn).await?.try_get(0)
}
