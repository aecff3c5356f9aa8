//! Emergencies that a fault of the machine or the program cut, or kept from starting.
//!
//! In: rows of the log, and intents that have none. Out: those that may have to air again, each once, in the order in which
//! they were to air. Whether one is too old is the desk's to say. Next: `memory`.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::sqlite::SqliteConnection;

use super::column;
use crate::airing::{Airing, Kind, Outcome, Reason};

/// More than that never wait: an act has at most 100 repeats, and this is an hour of them.
const MOST: usize = 32;

/// Rows of emergencies that are looked at; a commune has a few dozen in a year.
const LOOKED_AT: i64 = 1000;

/// How long one that was cut or never started is remembered; the desk forgets it far sooner, but for that it needs a
/// clock.
pub(super) const KEPT: TimeDelta = TimeDelta::days(1);

/// An emergency's newest attempt, and the instant it was last known to be alive.
pub(super) type Open = (Airing, DateTime<Utc>);

/// The open emergencies of the log. Those that are long over by the log's own newest time are not told: a clock that has
/// lost its battery must not bring them back.
pub(super) async fn recall(
    conn: &mut SqliteConnection,
    newest_row_at: Option<DateTime<Utc>>,
) -> sqlx::Result<Vec<Open>> {
    let rows = sqlx::query(
        "select * from airing_log as cut
         where seq in (select seq from airing_log indexed by airing_log_emergency
                       where kind = 'emergency' order by seq desc limit ?)
           and outcome = 'interrupted' and reason in ('power_loss', 'crash')
           and not exists (select 1 from airing_log as later
                           where later.airing = cut.airing and later.attempt > cut.attempt)
         order by seq desc",
    )
    .bind(LOOKED_AT)
    .fetch_all(&mut *conn)
    .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let last = sqlx::query("select recorded_at from airing_log where corrects is null order by seq desc limit 1");
    let last = last.fetch_one(conn).await?;
    let newest = newest_row_at.max(column::instant(&last, "recorded_at")?);
    let mut open = Vec::new();
    for row in &rows {
        let found = column::airing(row)?.and_then(cut);
        open.extend(found.filter(|(_, alive_at)| newest.is_none_or(|newest| newest - *alive_at < KEPT)));
    }
    Ok(open)
}

/// The emergency of a row, with the instant it was last alive, if a fault of the machine or the program ended it.
fn cut(airing: Airing) -> Option<Open> {
    let by_fault = airing.kind == Kind::Emergency
        && airing.outcome == Some(Outcome::Interrupted)
        && matches!(airing.reason, Some(Reason::PowerLoss | Reason::Crash));
    let alive_at = airing.ended_at.unwrap_or(airing.scheduled_at).to_utc();
    by_fault.then_some((airing, alive_at))
}

/// A row has come: its emergency is over, or open again.
pub(super) fn end(open: &mut Vec<Open>, airing: &Airing) {
    open.retain(|(each, _)| each.airing != airing.airing || each.attempt > airing.attempt);
    open.extend(cut(airing.clone()));
}

/// Adds intents without a row, which take the place of what an earlier attempt has left, and puts all in order.
pub(super) fn arrange(open: &mut Vec<Open>, intents: &[Open]) {
    for (airing, alive_at) in intents {
        open.retain(|(each, _)| each.airing != airing.airing);
        open.push((airing.clone(), *alive_at));
    }
    // The newest act counts most, and of one act the first repeats. Of two ids of one act the shorter is the earlier.
    let id = |airing: &Airing| (airing.airing.as_str().len(), airing.airing.clone());
    open.sort_by_cached_key(|(airing, _)| (std::cmp::Reverse(airing.scheduled_at), id(airing)));
    open.truncate(MOST);
    open.sort_by_cached_key(|(airing, _)| (airing.scheduled_at, id(airing)));
}
