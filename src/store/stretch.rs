//! A stretch of the log that can be proved by itself: from the first to the last airing of a span, without a gap.
//!
//! In: a span of time. Out: the numbers of its first and last row, those of notes and corrections behind them that point into
//! it, and the heads of all chains, all as of one instant; then the rows. Reads only: rows once written never change, so they
//! may be read after that instant. Next: `signing::export`.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};

use super::activities::ACTIVITIES;
use super::approvals::APPROVALS;
use super::chain::Head;
use super::memory::head;
use super::read::{Log, ReadError, Rows, Span};
use super::revisions::REVISIONS;
use super::row::{Row, quoted_columns};
use super::sealed::Sealed;
use super::zones::ZONE_ACTS;

/// The chains besides the log's, each by the noun that `loa log verify` has for it.
const OTHERS: [(&str, &Sealed); 4] =
    [("approvals", &APPROVALS), ("bulletins", &REVISIONS), ("zones", &ZONE_ACTS), ("activities", &ACTIVITIES)];

/// Which rows belong to a span, as of one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The station's id.
    pub station_id: String,
    /// Number of the first and of the last row of the span; `None` if there is none. Late rows of other days between them
    /// belong to the stretch.
    pub ends: Option<(i64, i64)>,
    /// Notes and corrections behind the last row that point into the stretch.
    pub remarks: Vec<i64>,
    /// The newest row of the log.
    pub head: Head,
    /// The newest rows of the other chains.
    pub other_heads: Vec<(&'static str, Head)>,
}

impl Log {
    /// Finds the stretch of a span.
    pub async fn stretch(&mut self, span: Span) -> Result<Stretch, ReadError> {
        let (station_id, _) = self.station().await?;
        let found = stretch(self.any(), station_id, span).await;
        found.map_err(|error| self.unreadable(&error))
    }

    /// Single rows by their numbers, in that order; one that is not there is left out.
    pub async fn rows_of(&mut self, numbers: &[i64]) -> Result<Vec<Row>, ReadError> {
        let sql = format!(
            "select json_array({}) from json_each(?) join airing_log on seq = json_each.value order by json_each.key",
            quoted_columns()
        );
        let list = serde_json::json!(numbers).to_string();
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(list).fetch_all(self.any()).await;
        let lines = found.map_err(|error| self.unreadable(&error))?;
        lines.iter().map(|line| Rows::read(line.get::<&str, _>(0).as_bytes())).collect()
    }
}

async fn stretch(conn: &mut SqliteConnection, station_id: String, span: Span) -> sqlx::Result<Stretch> {
    let mut instant = conn.begin().await?;
    let (from, to) = span.bounds();
    // What people say of a row has the row's instant and is looked for by the row.
    let ends = sqlx::query(
        "select min(seq), max(seq) from airing_log
         where scheduled_at_utc >= ? and scheduled_at_utc < ? and corrects is null",
    );
    let ends = ends.bind(from).bind(to).fetch_one(&mut *instant).await?;
    let ends = ends.try_get::<Option<i64>, _>(0)?.zip(ends.try_get::<Option<i64>, _>(1)?);
    let mut remarks = Vec::new();
    if let Some((first, last)) = ends {
        let behind = "select seq from airing_log where corrects >= ?1 and corrects <= ?2 and seq > ?2 order by seq";
        for row in &sqlx::query(behind).bind(first).bind(last).fetch_all(&mut *instant).await? {
            remarks.push(row.try_get(0)?);
        }
    }
    let head = head(&mut instant).await?;
    let mut other_heads = Vec::new();
    for (noun, chain) in OTHERS {
        // A database of an earlier version has none.
        let newest =
            if chain.is_there(&mut instant).await? { chain.head(&mut instant).await? } else { Head::default() };
        other_heads.push((noun, newest));
    }
    instant.commit().await?;
    Ok(Stretch { station_id, ends, remarks, head, other_heads })
}
