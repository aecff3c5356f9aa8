//! Values read from columns: instants, words and JSON that this program once wrote.
//!
//! In: a row of any table. Out: typed values; what cannot be read is reported and left out, because one damaged value
//! must not keep the station from starting. Must not touch the database. Next: `memory`.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::airing::{Airing, AiringId, Approval, ClockState, Kind, Outcome, OutputKind, Priority, Reason};
use crate::schedule::table::parse_date;

/// An instant; `None` for null and for what is no instant.
pub(super) fn instant(row: &SqliteRow, name: &str) -> sqlx::Result<Option<DateTime<Utc>>> {
    Ok(written_instant(row, name)?.map(|at| at.to_utc()))
}

/// An instant with the offset that it was written with.
pub(super) fn written_instant(row: &SqliteRow, name: &str) -> sqlx::Result<Option<DateTime<FixedOffset>>> {
    let Some(text) = row.try_get::<Option<&str>, _>(name)? else { return Ok(None) };
    let read = DateTime::parse_from_rfc3339(text);
    if read.is_err() {
        tracing::error!("database: `{name}` holds `{text}`, which is no instant");
    }
    Ok(read.ok())
}

/// A word of one of the enums in `airing`; `None` for null and for a word that this program does not know.
pub(super) fn word<T>(row: &SqliteRow, name: &str, from_word: fn(&str) -> Option<T>) -> sqlx::Result<Option<T>> {
    let Some(text) = row.try_get::<Option<&str>, _>(name)? else { return Ok(None) };
    let read = from_word(text);
    if read.is_none() {
        tracing::error!("database: `{name}` holds `{text}`, which is none of its words");
    }
    Ok(read)
}

/// A day; `None` for null and for what is no day.
pub(super) fn day(row: &SqliteRow, name: &str) -> sqlx::Result<Option<NaiveDate>> {
    let Some(text) = row.try_get::<Option<&str>, _>(name)? else { return Ok(None) };
    let read = parse_date(text);
    if read.is_none() {
        tracing::error!("database: `{name}` holds `{text}`, which is no day");
    }
    Ok(read)
}

/// JSON that this program once wrote.
pub(super) fn json<T: DeserializeOwned>(row: &SqliteRow, name: &str) -> sqlx::Result<Option<T>> {
    let read = serde_json::from_str(row.try_get(name)?);
    if let Err(error) = &read {
        tracing::error!("database: `{name}` cannot be read: {error}");
    }
    Ok(read.ok())
}

/// The facts of a row of the airing log; `None` if a value of it cannot be read.
pub(super) fn airing(row: &SqliteRow) -> sqlx::Result<Option<Airing>> {
    let (Some(kind), Some(priority), Some(output), Some(clock), Some(scheduled_at)) = (
        word(row, "kind", Kind::from_word)?,
        word(row, "priority", Priority::from_word)?,
        word(row, "output", OutputKind::from_word)?,
        word(row, "clock", ClockState::from_word)?,
        written_instant(row, "scheduled_at")?,
    ) else {
        return Ok(None);
    };
    Ok(Some(Airing {
        station: row.try_get("station")?,
        airing: AiringId::from_log(row.try_get("airing")?),
        attempt: row.try_get("attempt")?,
        programme: row.try_get("programme")?,
        programme_title: row.try_get("programme_title")?,
        item: row.try_get("item")?,
        kind,
        bulletin: row.try_get("bulletin")?,
        // Counted when the row was committed.
        entry: None,
        title: row.try_get("title")?,
        genre: row.try_get("genre")?,
        themes: json(row, "themes")?.unwrap_or_default(),
        author: row.try_get("author")?,
        source: row.try_get("source")?,
        approval: approval(row)?,
        zones: json(row, "zones")?.unwrap_or_default(),
        zone_names: json(row, "zone_names")?.unwrap_or_default(),
        priority,
        scheduled_at,
        started_at: written_instant(row, "started_at")?,
        ended_at: written_instant(row, "ended_at")?,
        start_error_us: row.try_get("start_error_us")?,
        planned_ms: row.try_get("planned_ms")?,
        aired_ms: row.try_get("aired_ms")?,
        outcome: word(row, "outcome", Outcome::from_word)?,
        reason: word(row, "reason", Reason::from_word)?,
        output,
        device: row.try_get("device")?,
        level_dbfs: row.try_get("level_dbfs")?,
        peak_dbfs: row.try_get("peak_dbfs")?,
        gain_cb: row.try_get("gain_cb")?,
        trimmed_ms: row.try_get("trimmed_ms")?,
        xruns: row.try_get("xruns")?,
        starved_ms: row.try_get("starved_ms")?,
        sha256: row.try_get("sha256")?,
        text_sha256: row.try_get("text_sha256")?,
        voice: row.try_get("voice")?,
        clock,
        boot_id: row.try_get("boot_id")?,
        by: row.try_get("by")?,
        via: row.try_get("via")?,
        why: row.try_get("why")?,
        note: row.try_get("note")?,
    }))
}

/// The approval that a row of the log names. Whether it was by telephone stands with the approval itself.
fn approval(row: &SqliteRow) -> sqlx::Result<Option<Approval>> {
    let seq = row.try_get::<Option<&str>, _>("approval")?.and_then(|seq| seq.parse().ok());
    let (Some(seq), Some(by), Some(at)) =
        (seq, row.try_get::<Option<&str>, _>("approved_by")?, written_instant(row, "approved_at")?)
    else {
        return Ok(None);
    };
    Ok(Some(Approval { seq, by: by.into(), at, by_phone: false }))
}
