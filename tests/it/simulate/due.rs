//! What was to air, by the oracle's own timetable: everything due has its rows, nothing else has, and what nothing disturbed
//! started to the frame.
//!
//! In: a life that is over, and its rows beside what was heard. Out: nothing, or the first breach in words.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use loa::airing::{Kind, Outcome, Reason};

use super::honest::{Breach, Told, airings, by_airing, must};
use super::life::{Life, Version};
use super::station::{Piece, Programme};
use crate::world::Clip;

/// A rundown is frozen so long before its start; what is changed later does not concern it.
const FROZEN: TimeDelta = TimeDelta::seconds(70);

pub(crate) fn check(life: &Life, told: &[Told<'_>]) -> Breach {
    let known = airings(life);
    let mut possible: HashSet<String> = HashSet::new();
    let slots: HashSet<String> = known.iter().map(|airing| slot(airing)).collect();
    for (number, version) in life.versions.iter().enumerate() {
        let until = life.until(number);
        for (at, programme) in occurrences(life, version, until) {
            let ids = programme.airings(at);
            if is_certain(life, number, at, programme) {
                for id in &ids {
                    must!(slots.contains(&id[..]), "{id} was due and has no row");
                }
                exact(life, version, at, programme, told)?;
            }
            possible.extend(ids);
        }
    }
    invented(life, &possible)?;
    absences(life)
}

/// The slot of the schedule that an airing belongs to: a draw's number is behind a point.
pub(crate) fn slot(airing: &str) -> String {
    let (place, item) = airing.rsplit_once('/').unwrap_or((airing, ""));
    format!("{place}/{}", item.split_once('.').map_or(item, |(item, _)| item))
}

/// Occurrences that a version may have had, by a clock that was right.
fn occurrences<'v>(
    life: &Life,
    version: &'v Version,
    until: DateTime<Utc>,
) -> impl Iterator<Item = (DateTime<Utc>, &'v Programme)> {
    let from = (version.from - TimeDelta::hours(1)).max(life.born - TimeDelta::hours(1));
    let due = version.plan.due(from, until + FROZEN);
    due.into_iter().map(|due| (due.at, &version.plan.programmes[due.programme]))
}

/// Whether an occurrence had to come to its rows: its version was in force from before it was frozen until its window had
/// closed.
fn is_certain(life: &Life, number: usize, at: DateTime<Utc>, programme: &Programme) -> bool {
    let from = life.versions[number].from;
    let closed = at + programme.window + TimeDelta::seconds(10);
    at - FROZEN > from && closed < life.until(number).min(life.today())
}

/// No row tells of a programme that never was.
fn invented(life: &Life, possible: &HashSet<String>) -> Breach {
    let planned = |row: &loa::airing::Airing| matches!(row.kind, Kind::Fixed | Kind::Bulletin);
    let wrong = |row: &&loa::airing::Airing| planned(row) && !possible.contains(&slot(row.airing.as_str()));
    for row in life.world.memory.rows.iter().filter(wrong) {
        // By a clock that was wrong, other days came.
        let at = row.scheduled_at.to_utc();
        let other_day = life.troubles.clocks
            && life.versions.iter().any(|version| {
                // Saigon's clocks were eight hours ahead in 1970.
                let local = if at.year() < 1976 { at + TimeDelta::hours(1) } else { at };
                let due = version.plan.due(local, local + TimeDelta::seconds(1));
                let ids = due.iter().flat_map(|due| version.plan.programmes[due.programme].airings(at));
                ids.collect::<HashSet<_>>().contains(&slot(row.airing.as_str()))
            });
        must!(other_day, "{} was never planned", row.airing);
    }
    Ok(())
}

/// An occurrence that nothing disturbed starts with its first playable item, on its frame.
fn exact(life: &Life, version: &Version, at: DateTime<Utc>, programme: &Programme, told: &[Told<'_>]) -> Breach {
    let age = (at - life.born).num_microseconds().unwrap();
    let file = |piece: &Piece| match piece {
        Piece::File(file) => life.content_at(file, age),
        _ => None,
    };
    let contents: Vec<_> = programme.items.iter().filter_map(|(_, piece)| file(piece)).collect();
    // Audio shorter than a frame takes the instant and is not heard.
    let tiny = contents.iter().any(|clip| matches!(clip, Clip::Ms(ms) | Clip::BreaksAt(ms) if *ms < 5));
    let plays = !tiny && contents.iter().any(|clip| matches!(clip, Clip::Ms(_)));
    let crossed = version.plan.due(at - TimeDelta::minutes(30), at + TimeDelta::seconds(1)).into_iter().any(|due| {
        let other = &version.plan.programmes[due.programme];
        let itself = due.at == at && other.id == programme.id;
        !itself && (other.priority || !programme.priority)
    });
    let calm = !super::honest::disturbed(life, age - 240_000_000, age + 2_000_000);
    if !calm || crossed || !plays {
        return Ok(());
    }
    let ids: HashSet<_> = programme.airings(at).into_iter().collect();
    let ours = told.iter().filter(|each| each.row.is_some_and(|row| ids.contains(&slot(row.airing.as_str()))));
    let first = ours.filter_map(|each| Some((each.heard.ages.0, each.heard.first?, each.row?)));
    let first = first.min_by_key(|(age, ..)| *age);
    // By a clock that was wrong, its instant may have come before its time; it is not aired again then.
    if life.troubles.clocks && first.is_some_and(|(began, ..)| (began - age).abs() > 240_000_000) {
        return Ok(());
    }
    // Its window may have closed by that clock too, which is final.
    let closed = |row: &loa::airing::Airing| {
        ids.contains(&slot(row.airing.as_str())) && row.reason == Some(Reason::WindowClosed)
    };
    if first.is_none() && life.troubles.clocks && life.world.memory.rows.iter().any(closed) {
        return Ok(());
    }
    let Some((_, first, row)) = first else {
        return Err(format!("{} {at}: nothing disturbed it, and it did not air", programme.id));
    };
    let error = first.wall - at;
    let frame = TimeDelta::microseconds(1_000_000 / i64::from(life.make_rate()) + 100);
    must!(error.abs() <= frame, "{}: started {error} from its instant (age {age})", row.airing);
    must!(
        row.start_error_us.is_some_and(|us| us.abs() <= frame.num_microseconds().unwrap()),
        "{}: {:?}",
        row.airing,
        row.start_error_us
    );
    Ok(())
}

/// `station_off` only where the station was off; each airing ends in a row that may be the last.
fn absences(life: &Life) -> Breach {
    for (airing, rows) in by_airing(life) {
        for row in &rows {
            let off = row.outcome == Some(Outcome::Missed) && row.reason == Some(Reason::StationOff);
            let Some(programme) = row.programme.as_deref() else { continue };
            let window = life.window_of(programme, row.scheduled_at.to_utc());
            let from = (row.scheduled_at.to_utc() - life.born).num_microseconds().unwrap();
            let to = from + window.num_microseconds().unwrap();
            let was_off = life.off.iter().any(|(gone, back)| *gone <= to && from <= *back);
            must!(
                !off || was_off || life.troubles.clocks,
                "{airing}: the station was not off; age {from} to {to}: {:?}",
                life.off
            );
        }
    }
    Ok(())
}
