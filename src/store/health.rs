//! What the database says of itself, for whoever looks after the machine.
//!
//! In: a log that is open for reading. Out: figures that cost next to nothing, however long the log is. Must never prove
//! anything: `verify` does. Next: `heads`.

use sqlx::Row as _;

use super::read::{Log, ReadError};

/// The database as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Version of SQLite.
    pub sqlite: String,
    /// How it keeps what is not in its file yet: `wal`.
    pub journal: String,
    /// Length of the file, bytes, as the database reckons it.
    pub bytes: i64,
    /// Rows of the airing log; their numbers have no gap.
    pub rows: i64,
    /// When the oldest of them was recorded, as it was written.
    pub oldest: Option<String>,
}

impl Log {
    /// The database as it is now.
    pub async fn health(&mut self) -> Result<Health, ReadError> {
        let found = sqlx::query(
            "select sqlite_version(), (select journal_mode from pragma_journal_mode), \
             (select page_count from pragma_page_count) * (select page_size from pragma_page_size), \
             (select coalesce(max(seq), 0) from airing_log), (select recorded_at from airing_log where seq = 1)",
        )
        .fetch_one(self.any())
        .await;
        let health = found.and_then(|row| {
            Ok(Health {
                sqlite: row.try_get(0)?,
                journal: row.try_get(1)?,
                bytes: row.try_get(2)?,
                rows: row.try_get(3)?,
                oldest: row.try_get(4)?,
            })
        });
        health.map_err(|error| self.unreadable(&error))
    }
}
