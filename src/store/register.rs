//! Bulletins, approvals and queue, opened by a command beside a station that may be running.
//!
//! In: a data folder. Out: a connection of the command's own, in which every act is one short transaction that is durable
//! when it returns; the running station sees it within a second. Must never hold a lock for longer than an act, touch the
//! journals, or move anything aside: that is for whoever holds the folder's lock. Next: `bulletins`.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{Connection as _, Row as _, Transaction};

use super::open::{DATABASE, Trouble, close, code, connect_beside, is_damage, message, on_disk, with_suffix};
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
    /// The same of an activity.
    #[error("somebody else has just changed activity {0}; look at it again")]
    OutdatedActivity(i64),
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
        if let Some(why) = lost_though_it_was(data_dir) {
            return Err(RegisterError::Damaged { path, why: why.to_owned() });
        }
        let mut tries = 1;
        loop {
            match connect_beside(&path, PATIENCE).await {
                Ok(conn) => return Ok(Self { conn, path }),
                Err(Trouble::Corrupt(why)) => return Err(RegisterError::Damaged { path, why }),
                Err(Trouble::Newer(why)) => return Err(unusable(why)),
                Err(Trouble::NotNow(why)) if why == LOCKED => return Err(RegisterError::Busy(path)),
                Err(Trouble::NotNow(why)) if tries == TRIES => return Err(unusable(on_disk(&path, why))),
                Err(Trouble::NotNow(_)) => tries += 1,
            }
        }
    }

    /// Opens it for reading; `None` where nothing was ever recorded.
    pub async fn look(data_dir: &Path) -> Result<Option<Self>, RegisterError> {
        let path = data_dir.join(DATABASE);
        let conn = match read::connect(&path, PATIENCE).await {
            Ok(conn) => conn,
            Err(error) => match error.of_lost(data_dir) {
                ReadError::Missing(_) => return Ok(None),
                other => return Err(other.into()),
            },
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

impl From<ReadError> for RegisterError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Missing(path) => Self::Unusable { path, why: "there is no such file".to_owned() },
            ReadError::Unreadable { path, why, is_damaged: true } => Self::Damaged { path, why },
            ReadError::Unreadable { path, why, is_damaged: false } if why == LOCKED => Self::Busy(path),
            ReadError::Unreadable { path, why, is_damaged: false } => Self::Unusable { path, why },
            other => Self::Damaged { path: DATABASE.into(), why: other.to_string() },
        }
    }
}

impl ReadError {
    /// Of a database that was never there, or is empty, only where the station has not run; else it is lost.
    #[must_use]
    pub fn of_lost(self, data_dir: &Path) -> Self {
        let path = data_dir.join(DATABASE);
        match (&self, lost_though_it_was(data_dir), lost(&path)) {
            (Self::Missing(_) | Self::Unreadable { is_damaged: true, .. }, Some(why), _) => {
                Self::Unreadable { path, why: why.to_owned(), is_damaged: true }
            }
            (Self::Unreadable { is_damaged: true, .. }, None, Some(_)) => Self::Missing(path),
            _ => self,
        }
    }
}

/// Why a database is not what was left of it, though something else tells that there was one: records that were spilled
/// beside it, or its journal.
fn lost_though_it_was(data_dir: &Path) -> Option<&'static str> {
    let path = data_dir.join(DATABASE);
    let holds = |path: &Path| path.metadata().is_ok_and(|facts| facts.len() > 0);
    let was_there = || holds(&data_dir.join(SPILL)) || holds(&with_suffix(&path, "-wal"));
    lost(&path).filter(|_| was_there())
}

/// What an error of a database means to a person.
pub(super) fn failed(path: &Path, error: &sqlx::Error) -> RegisterError {
    const BUSY: i32 = 5;
    let path = path.to_owned();
    match code(error) {
        Some(BUSY) => RegisterError::Busy(path),
        _ if is_damage(error) => RegisterError::Damaged { path, why: message(error) },
        _ => RegisterError::Unusable { why: on_disk(&path, message(error)), path },
    }
}

/// The station's id, which every chained row carries.
pub(super) async fn station_id(conn: &mut SqliteConnection) -> sqlx::Result<String> {
    sqlx::query("select station_id from station").fetch_one(conn).await?.try_get(0)
}
