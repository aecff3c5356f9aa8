//! What happened to one bulletin: its revisions, what was decided of them, where it was queued, when it aired.
//!
//! In: its number. Out: rows of four tables as they stand there, oldest first. Reads only. Next: `queue_entry`'s own
//! commands.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _};

use super::register::{Register, RegisterError};

/// What happened to a bulletin. Instants and words are those of the tables.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct History {
    /// Every revision.
    pub revisions: Vec<Written>,
    /// Every act of approval.
    pub acts: Vec<Decision>,
    /// Every entry of the queue, also those that were removed.
    pub queue: Vec<Queued>,
    /// The newest 100 rows of the airing log.
    pub airings: Vec<Aired>,
}

/// A revision that was recorded.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Written {
    pub revision: i64,
    pub title: String,
    pub sha256: Option<String>,
    pub text_sha256: Option<String>,
    pub recorded_at: String,
    pub by: String,
    pub via: String,
}

/// An act of approval.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Decision {
    pub seq: i64,
    pub act: String,
    pub revision: i64,
    pub by: String,
    pub by_phone: bool,
    pub via: String,
    pub why: Option<String>,
    pub at: String,
}

/// An entry of the queue.
#[expect(clippy::struct_field_names, reason = "the names of the columns")]
#[derive(Debug, Clone, serde::Serialize)]
pub struct Queued {
    pub id: i64,
    pub programme: Option<String>,
    pub times: i64,
    pub valid_from: Option<String>,
    pub valid_until: Option<String>,
    pub queued_at: String,
    pub by: String,
    pub removed_at: Option<String>,
    pub removed_by: Option<String>,
}

/// A row of the airing log.
#[expect(clippy::struct_field_names, reason = "the names of the columns")]
#[derive(Debug, Clone, serde::Serialize)]
pub struct Aired {
    pub seq: i64,
    pub airing: String,
    pub programme_title: Option<String>,
    pub scheduled_at: String,
    pub started_at: Option<String>,
    pub planned_ms: Option<i64>,
    pub aired_ms: i64,
    pub outcome: Option<String>,
    pub reason: Option<String>,
    pub output: String,
}

/// Reads each field from the column of its name.
macro_rules! from_columns {
    ($type:ident: $($name:ident),+) => {
        impl FromRow<'_, SqliteRow> for $type {
            fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
                Ok(Self { $($name: row.try_get(stringify!($name))?,)+ })
            }
        }
    };
}

from_columns!(Written: revision, title, sha256, text_sha256, recorded_at, by, via);
from_columns!(Decision: seq, act, revision, by, by_phone, via, why, at);
from_columns!(Queued: id, programme, times, valid_from, valid_until, queued_at, by, removed_at, removed_by);
from_columns!(Aired: seq, airing, programme_title, scheduled_at, started_at, planned_ms, aired_ms, outcome, reason, output);

impl Register {
    /// What happened to a bulletin.
    pub async fn history(&mut self, number: i64) -> Result<History, RegisterError> {
        Ok(History {
            revisions: self.rows("select * from bulletin where number = ?1 order by revision", number).await?,
            acts: self.rows("select * from approval where bulletin = ?1 order by seq", number).await?,
            queue: self.rows("select * from queue_entry where bulletin = ?1 order by id", number).await?,
            airings: self.airings(number).await?,
        })
    }

    /// Names of all who wrote or recorded any revision of a bulletin; of a recorder without the operating system's user.
    pub async fn makers(&mut self, number: i64) -> Result<Vec<String>, RegisterError> {
        let sql = "select author, \"by\" from bulletin where number = ?1";
        let rows = sqlx::query_as::<_, (Option<String>, String)>(sql).bind(number).fetch_all(&mut self.conn).await;
        let rows = rows.map_err(|error| self.failed(&error))?;
        let recorder = |by: String| by.rsplit_once(" (").map_or(by.clone(), |(name, _)| name.to_owned());
        Ok(rows.into_iter().flat_map(|(author, by)| author.into_iter().chain([recorder(by)])).collect())
    }

    /// Accounts of the page that recorded any revision of a bulletin: a name may change, a login does not.
    pub async fn maker_logins(&mut self, number: i64) -> Result<Vec<String>, RegisterError> {
        let sql = "select distinct \"by\" from bulletin where number = ?1 and via like 'web%'";
        let rows = sqlx::query_as::<_, (String,)>(sql).bind(number).fetch_all(&mut self.conn).await;
        let rows = rows.map_err(|error| self.failed(&error))?;
        Ok(rows.into_iter().filter_map(|(by,)| in_brackets(&by)).collect())
    }

    async fn airings(&mut self, number: i64) -> Result<Vec<Aired>, RegisterError> {
        let sql = "select * from airing_log where bulletin = ?1 and corrects is null
                   order by scheduled_at_utc desc, seq desc limit 100";
        let mut airings: Vec<Aired> = self.rows(sql, number).await?;
        airings.reverse();
        Ok(airings)
    }

    async fn rows<T>(&mut self, sql: &'static str, number: i64) -> Result<Vec<T>, RegisterError>
    where
        T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
    {
        let rows = sqlx::query_as(sql).bind(number).fetch_all(&mut self.conn).await;
        rows.map_err(|error| self.failed(&error))
    }
}

/// The account behind a name or a way: `Nguyễn Thị Lan (lan)`, `web (lan)`.
#[must_use]
pub fn in_brackets(text: &str) -> Option<String> {
    let (_, login) = text.strip_suffix(')')?.rsplit_once(" (")?;
    Some(login.to_owned())
}
