//! Bulletins, approvals and queue, opened by a command beside a station that may be running.
//!
//! In: a data folder. Out: a connection of the command's own, in which every act is one short transaction that is durable
//! when it returns; the running station sees it within a second. Must never hold a lock for longer than an act, touch the
//! journals, or move anything aside: that is for whoever holds the folder's lock. Next: `bulletins`.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{Connection as _, Row as _, Transaction};

use super::open::{DATABASE, Trouble, close, code, connect_beside, is_damage, message};
use super::read::{self, PATIENCE, ReadError};
use super::start::{SPILL, lost};
use crate::airing::ClockState;

/// A database that is being made or migrated by somebody else is opened again this many times.
const TRIES: u32 = 5;

/// SQLite's words for a lock that was waited for in vain.
const LOCKED: &str = "database is locked";

/// Why an act was not recorded, or nothing could be read. Nothing half is ever left.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// Somebody else held the database all the time.
    #[error("`{}` is in use by another program; nothing was recorded, try again", .0.display())]
    Busy(PathBuf),
    /// It is damaged, or gone though the station has run: a station that starts sets it aside and begins a new one.
    #[error("`{}` cannot be used: {why}; nothing was recorded, (re)start the station first", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// Anything else: no permission, a full disk, a newer version.
    #[error("`{}` cannot be used: {why}; nothing was recorded", .path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// What SQLite or the system says.
        why: String,
    },
    /// Something was recorded of the same bulletin after it was looked at.
    #[error("somebody else has just changed bulletin {0}; look at it again")]
    Outdated(i64),
}

/// Who does something, through what, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name.
    pub by: String,
    /// Through what.
    pub via: String,
    /// In the station's offset.
    pub at: DateTime<FixedOffset>,
    /// How far the clock can be believed, as far as a command can know.
    pub clock: ClockState,
}

/// The database, open for a command.
#[derive(Debug)]
pub struct Register {
    pub(super) conn: SqliteConnection,
    pub(super) path: PathBuf,
}

impl Register {
    /// Opens the database of a data folder for writing; folder and database are made if there are none.
    pub async fn open(data_dir: &Path) -> Result<Self, RegisterError> {
        let path = data_dir.join(DATABASE);
        let unusable = |why: String| RegisterError::Unusable { path: path.clone(), why };
        let made = crate::folder::make_shared(data_dir);
        made.map_err(|error| unusable(crate::problem::system::refusal(&error)))?;
        let has_run = data_dir.join(SPILL).metadata().is_ok_and(|facts| facts.len() > 0);
        if let Some(why) = lost(&path).filter(|_| has_run) {
            return Err(RegisterError::Damaged { path, why: why.to_owned() });
        }
        let mut tries = 1;
        loop {
            match connect_beside(&path, PATIENCE).await {
                Ok(conn) => return Ok(Self { conn, path }),
                Err(Trouble::Corrupt(why)) => return Err(RegisterError::Damaged { path, why }),
                Err(Trouble::Newer(why)) => return Err(unusable(why)),
                Err(Trouble::NotNow(why)) if why == LOCKED => return Err(RegisterError::Busy(path)),
                Err(Trouble::NotNow(why)) if tries == TRIES => return Err(unusable(why)),
                Err(Trouble::NotNow(_)) => tries += 1,
            }
        }
    }

    /// Opens it for reading; `None` where nothing was ever recorded.
    pub async fn look(data_dir: &Path) -> Result<Option<Self>, RegisterError> {
        let path = data_dir.join(DATABASE);
        let conn = match read::connect(&path, PATIENCE).await {
            Ok(conn) => conn,
            Err(ReadError::Missing(_)) => return Ok(None),
            Err(ReadError::Unreadable { path, why, is_damaged: true }) => {
                let empty = lost(&path).is_some();
                return if empty { Ok(None) } else { Err(RegisterError::Damaged { path, why }) };
            }
            Err(other) => return Err(RegisterError::Unusable { path, why: other.to_string() }),
        };
        let mut register = Self { conn, path };
        if register.has_bulletins().await? { Ok(Some(register)) } else { Ok(None) }
    }

    /// A database of an earlier version has none until the station or a command brings it up to date.
    async fn has_bulletins(&mut self) -> Result<bool, RegisterError> {
        let found = sqlx::query("select 1 from sqlite_schema where type = 'table' and name = 'bulletin'");
        let found = found.fetch_optional(&mut self.conn).await;
        Ok(found.map_err(|error| failed(&self.path, &error))?.is_some())
    }

    /// Begins an act. Whoever else wants to write waits until it is over, so that what it reads is still so when it writes.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>, RegisterError> {
        let Self { conn, path } = self;
        conn.begin_with("begin immediate").await.map_err(|error| failed(path, &error))
    }

    /// What an error of this database means to a person.
    pub(super) fn failed(&self, error: &sqlx::Error) -> RegisterError {
        failed(&self.path, error)
    }

    /// Closes the database.
    pub async fn close(self) {
        close(self.conn).await;
    }
}

/// What an error of a database means to a person.
pub(super) fn failed(path: &Path, error: &sqlx::Error) -> RegisterError {
    const BUSY: i32 = 5;
    let path = path.to_owned();
    match code(error) {
        Some(BUSY) => RegisterError::Busy(path),
        _ if is_damage(error) => RegisterError::Damaged { path, why: message(error) },
        _ => RegisterError::Unusable { path, why: message(error) },
    }
}

/// The station's id, which every chained row carries.
pub(super) async fn station_id(conn: &mut SqliteConnection) -> sqlx::Result<String> {
    sqlx::query("select station_id from station").fetch_one(conn).await?.try_get(0)
}
