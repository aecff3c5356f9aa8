//! The airing log as CSV, made by the database.
//!
//! In: a span of the log. Out: RFC 4180 with LF: a header, then one record per row, null empty, text that people wrote
//! always quoted. Building the records in SQL hands over pages instead of fifty values per row, which is what keeps a
//! million rows as quick as SQLite's own shell. Next: `cli/log`.

use std::fmt::Write as _;
use std::io::{self, Write};

use sqlx::Row as _;

use super::read::{Log, ReadError, Span};
use super::row::COLUMNS;

/// Rows that are read at a time.
const AT_A_TIME: usize = 500;

/// Columns whose values hold no comma, quote or line break: numbers, and words that this program makes. All others are
/// what people wrote, or lists.
const PLAIN: &[&str] = &[
    "v",
    "seq",
    "station_id",
    "attempt",
    "kind",
    "bulletin",
    "approved_at",
    "priority",
    "scheduled_at",
    "started_at",
    "ended_at",
    "start_error_us",
    "planned_ms",
    "aired_ms",
    "outcome",
    "reason",
    "output",
    "level_dbfs",
    "peak_dbfs",
    "gain_cb",
    "trimmed_ms",
    "xruns",
    "starved_ms",
    "sha256",
    "text_sha256",
    "clock",
    "boot_id",
    "corrects",
    "recorded_at",
    "prev_hash",
    "hash",
];

/// Writes the rows of a span. The inner error is the writer's: whoever reads may have gone.
pub async fn write(log: Log, span: Span, out: &mut impl Write) -> Result<io::Result<()>, ReadError> {
    let mut pages = log.pages(&record(), "''", span).await?;
    if let Err(error) = writeln!(out, "{}", COLUMNS.join(",")) {
        return Ok(Err(error));
    }
    while let Some(page) = pages.next().await? {
        if let Err(error) = out.write_all(page.bytes()?) {
            return Ok(Err(error));
        }
    }
    Ok(out.flush())
}

/// Writes rows by their numbers, in that order; one that is not there is left out.
pub async fn write_some(mut log: Log, numbers: &[i64], out: &mut impl Write) -> Result<io::Result<()>, ReadError> {
    let sql = format!(
        "select {} from json_each(?) join airing_log on seq = json_each.value order by json_each.key",
        record()
    );
    if let Err(error) = writeln!(out, "{}", COLUMNS.join(",")) {
        return Ok(Err(error));
    }
    for portion in numbers.chunks(AT_A_TIME) {
        let list = serde_json::json!(portion).to_string();
        let found = sqlx::query(sqlx::AssertSqlSafe(sql.clone())).bind(list).fetch_all(log.any()).await;
        for row in found.map_err(|error| log.unreadable(&error))? {
            // Not always UTF-8, since what was tampered with is read too.
            let record: &[u8] = row.try_get_unchecked(0).map_err(|error| log.unreadable(&error))?;
            if let Err(error) = out.write_all(record) {
                return Ok(Err(error));
            }
        }
    }
    Ok(out.flush())
}

/// The SQL expression of one record with its line feed. `concat` takes null as nothing.
fn record() -> String {
    let mut sql = String::from("concat(");
    for (index, column) in COLUMNS.iter().enumerate() {
        let comma = if index == 0 { "" } else { ",','," };
        if PLAIN.contains(column) {
            write!(sql, "{comma}\"{column}\"")
        } else {
            write!(sql, "{comma}'\"'||replace(\"{column}\",'\"','\"\"')||'\"'")
        }
        .expect("a String takes everything");
    }
    sql + ",char(10))"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_columns_are_columns() {
        assert!(PLAIN.iter().all(|plain| COLUMNS.contains(plain)));
    }
}
