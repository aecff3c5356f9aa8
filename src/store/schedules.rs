//! The schedules that were taken over, in their true order.
//!
//! In: what was taken over, each with the time that a clock gave it, which may have been a wrong one. Out: the same in the
//! order in which it was taken over, with times that agree with that order: one taken under a clock of 1970 or 2099
//! neither falls out of the history nor rules it. Next: `memory`.

use chrono::{DateTime, Utc};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::column;
use super::row::utc;
use crate::clock::WRITTEN;

/// The schedules in force since `settled`, oldest first; with nothing settled there is no time off to fill, and the
/// newest is enough.
pub(super) async fn recall(
    conn: &mut SqliteConnection,
    settled: Option<DateTime<Utc>>,
    latest: DateTime<Utc>,
) -> sqlx::Result<Vec<(DateTime<Utc>, String)>> {
    let rows = sqlx::query("select id, taken_at from schedule_taken order by id").fetch_all(&mut *conn).await?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(taken_at) = column::instant(row, "taken_at")? else { continue };
        taken.push((taken_at, row.try_get::<i64, _>("id")?));
    }
    agree(&mut taken, latest);
    let begun = settled.map_or(taken.len(), |settled| taken.partition_point(|(at, _)| *at <= settled));
    let mut schedules = Vec::new();
    for (taken_at, id) in &taken[begun.saturating_sub(1)..] {
        let row = sqlx::query("select text from schedule_taken where id = ?").bind(id).fetch_one(&mut *conn).await?;
        schedules.push((*taken_at, row.try_get("text")?));
    }
    Ok(schedules)
}

/// A schedule that is in force already is not stored again: a restart takes over nothing new.
pub(super) async fn remember(
    conn: &mut SqliteConnection,
    taken_at: DateTime<Utc>,
    sha256: &str,
    text: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into schedule_taken (taken_at, sha256, text) select ?1, ?2, ?3
         where ?2 is not (select sha256 from schedule_taken order by id desc limit 1)
           and not exists (select 1 from schedule_taken where taken_at = ?1 and sha256 = ?2)",
    )
    .bind(utc(taken_at))
    .bind(sha256)
    .bind(text)
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes times agree with the order: as many as possible stay as they are, and each of the others comes to lie between
/// its neighbours. None is after `latest`, the time that it must be by now.
pub(super) fn agree<T>(taken: &mut [(DateTime<Utc>, T)], latest: DateTime<Utc>) {
    let kept = consistent(taken, latest);
    let mut kept = kept.into_iter().peekable();
    let mut before = DateTime::<Utc>::MIN_UTC;
    for at in 0..taken.len() {
        kept.next_if_eq(&at);
        let after = kept.peek().map_or(latest, |next| taken[*next].0);
        before = taken[at].0.max(before).min(after.max(before));
        taken[at].0 = before;
    }
}

/// The longest run of places whose times are possible and do not go back; of two equally long ones that with the earlier
/// times, since those of a clock that is behind are mostly from before this program was written.
fn consistent<T>(taken: &[(DateTime<Utc>, T)], latest: DateTime<Utc>) -> Vec<usize> {
    // The place at which the best run of each length ends, and the place before each place in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous = vec![None; taken.len()];
    let possible = WRITTEN..=latest;
    for (at, (time, _)) in taken.iter().enumerate().filter(|(_, (time, _))| possible.contains(time)) {
        let length = ends.partition_point(|end| taken[*end].0 <= *time);
        previous[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        ends.truncate(ends.len().max(length));
        if length == ends.len() { ends.push(at) } else { ends[length] = at }
    }
    let mut run: Vec<usize> = std::iter::successors(ends.last().copied(), |at| previous[*at]).collect();
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Years before and after.
    fn agreed(years: &[i64]) -> Vec<i64> {
        let instant = |year: i64| DateTime::from_timestamp((year - 1970) * 31_556_952, 0).unwrap();
        let mut taken: Vec<_> = years.iter().map(|year| (instant(*year), ())).collect();
        agree(&mut taken, instant(2030));
        taken.iter().map(|(at, ())| at.timestamp() / 31_556_952 + 1970).collect()
    }

    #[test]
    fn a_wrong_clock_neither_falls_out_nor_rules() {
        assert_eq!(agreed(&[2025, 2026, 2028]), [2025, 2026, 2028]);
        assert_eq!(agreed(&[2025, 2099, 2026, 2027]), [2025, 2026, 2026, 2027]);
        assert_eq!(agreed(&[2025, 2099, 2099, 2026]), [2025, 2026, 2026, 2026]);
        assert_eq!(agreed(&[2025, 2099]), [2025, 2030]);
        assert_eq!(agreed(&[2025, 1970, 2027]), [2025, 2025, 2027]);
        assert_eq!(agreed(&[2099, 2026]), [2026, 2026]);
        assert_eq!(agreed(&[2026, 1970]), [2026, 2026]);
        assert_eq!(agreed(&[2025, 2099, 1970, 2027]), [2025, 2027, 2027, 2027]);
        assert_eq!(agreed(&[1970, 1970]), [1970, 1970]);
        assert!(agreed(&[]).is_empty());
    }
}
