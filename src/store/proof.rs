//! The proof of those rows of the log that something is made of, before it is made.
//!
//! In: a span of time and the number of the last row that is meant. Out: which rows were proved, or the first broken one. A log
//! of many years is proved in part only, and whoever prints what was made of it says which. Must never pass over a row between
//! the first and the last. Next: `chain`.

use sqlx::Row as _;

use super::chain::{GENESIS, Head, Walk};
use super::read::{Log, ReadError, Span};
use super::row::quoted_columns;

/// The most rows that are proved before something is made of them: those of a commune in five years, a second's work. More are
/// for `loa log verify`, which a person waits for.
pub const MOST_PROVED: i64 = 100_000;

/// Which rows of the log were proved: hashes, links, and the columns by which rows are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proved {
    /// From one number to another, both included.
    Rows {
        /// The first.
        first: i64,
        /// The last.
        last: i64,
    },
    /// None: there are more than [`MOST_PROVED`].
    TooMany,
    /// None: there is no row.
    Nothing,
}

impl Log {
    /// Proves the rows from the first to the last one of a span, none after `last`; of a log that is short enough all of them,
    /// so that none can be hidden by its instant.
    pub async fn prove(mut self, span: Span, last: i64) -> Result<Proved, ReadError> {
        let ends = if last > MOST_PROVED { self.ends(span, last).await? } else { (last > 0).then_some((1, last)) };
        let Some((first, last)) = ends else { return Ok(Proved::Nothing) };
        if last - first >= MOST_PROVED {
            return Ok(Proved::TooMany);
        }
        let mut walk = Walk::after(self.before(first).await?);
        let mut pages = self.lines_between(&checked_line(), "char(10)", (first, last)).await?;
        while let Some(page) = pages.next().await? {
            for line in page.bytes()?.split(|&byte| byte == b'\n') {
                walk.take(&String::from_utf8_lossy(line))?;
            }
        }
        walk.finish()?;
        Ok(Proved::Rows { first, last })
    }

    async fn ends(&mut self, span: Span, last: i64) -> Result<Option<(i64, i64)>, ReadError> {
        let sql = "select min(seq), max(seq) from airing_log
                   where scheduled_at_utc >= ? and scheduled_at_utc < ? and seq <= ?";
        let (from, to) = span.bounds();
        let found = sqlx::query(sql).bind(from).bind(to).bind(last).fetch_one(self.any()).await;
        let row = found.map_err(|error| self.unreadable(&error))?;
        Ok(row.get::<Option<i64>, _>(0).zip(row.get(1)))
    }

    /// What the first row must follow.
    async fn before(&mut self, first: i64) -> Result<Head, ReadError> {
        let found = sqlx::query("select hash from airing_log where seq = ?").bind(first - 1).fetch_optional(self.any());
        let row = found.await.map_err(|error| self.unreadable(&error))?;
        let hash = row.map(|row| row.try_get(0)).transpose().map_err(|error| self.unreadable(&error))?;
        Ok(Head { seq: first - 1, hash: hash.unwrap_or_else(|| GENESIS.to_owned()) })
    }
}

/// What a row is proved by: all that is hashed, and the columns beside it.
pub(super) fn checked_line() -> String {
    format!("json_array(json_array({}), scheduled_at_utc, started_at_utc)", quoted_columns())
}
