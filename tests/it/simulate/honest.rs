//! What must hold of every life: the invariants of the log, held against the truth of what left the card and against a
//! timetable that owes nothing to the program.
//!
//! In: a life that is over. Out: nothing, or the first breach in words. Next: `due.rs`, what was to air.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use loa::airing::{Airing, ClockState, Kind, Outcome, Priority, Reason};
use loa::desk::Ending;

use super::life::{Life, Promise};
use crate::world::Heard;

/// What a death may cost of the log.
const DEATH_MS: i64 = 1_000;
/// The rule of repeats.
const ENOUGH_PERCENT: i64 = 80;
const MOST_ATTEMPTS: usize = 3;

pub(crate) type Breach = Result<(), String>;

/// What was heard, with the row that tells of it.
pub(crate) struct Told<'l> {
    pub(crate) heard: &'l Heard,
    pub(crate) row: Option<&'l Airing>,
}

macro_rules! must {
    ($holds:expr, $($why:tt)+) => {
        if !$holds {
            return Err(format!($($why)+));
        }
    };
}
pub(crate) use must;

/// Everything that must hold.
pub(crate) fn check(life: &Life) -> Breach {
    let told = match_rows(life)?;
    attempts(life)?;
    repeats(life)?;
    for each in &told {
        sound(life, each)?;
        lengths(life, each)?;
        clock(each)?;
        reasons(life, each)?;
    }
    windows(life, &told)?;
    priorities(life, &told)?;
    promises(life)?;
    super::approved::check(life, &told)?;
    super::due::check(life, &told)
}

/// Each row that says when it started tells of one thing that was heard, and of no other.
fn match_rows(life: &Life) -> Result<Vec<Told<'_>>, String> {
    let mut by_start: HashMap<(DateTime<Utc>, &str), Vec<&Airing>> = HashMap::new();
    for row in life.world.memory.rows.iter().filter(|row| row.started_at.is_some()) {
        let at = row.started_at.unwrap().to_utc();
        by_start.entry((at, row.sha256.as_deref().unwrap_or_default())).or_default().push(row);
    }
    let mut told = Vec::new();
    for heard in &life.world.truth.heard {
        let row = heard.started.and_then(|at| {
            let rows = by_start.get_mut(&(at, &heard.sha256[..]))?;
            (!rows.is_empty()).then(|| rows.remove(0))
        });
        told.push(Told { heard, row });
    }
    let untold = by_start.values().flatten().next();
    must!(untold.is_none(), "a row tells of what was not heard: {untold:?}");
    Ok(told)
}

/// `(airing, attempt)` is unique, attempts are counted without a gap, at most three of them sounded.
fn attempts(life: &Life) -> Breach {
    for (airing, rows) in by_airing(life) {
        let numbers: Vec<_> = rows.iter().map(|row| row.attempt as usize).collect();
        must!(numbers == (1..=rows.len()).collect::<Vec<_>>(), "{airing}: attempts {numbers:?}");
        let sounded = rows.iter().filter(|row| row.started_at.is_some()).count();
        must!(sounded <= MOST_ATTEMPTS, "{airing}: {sounded} attempts");
    }
    Ok(())
}

pub(crate) fn by_airing(life: &Life) -> BTreeMap<&str, Vec<&Airing>> {
    let mut airings: BTreeMap<&str, Vec<&Airing>> = BTreeMap::new();
    for row in life.world.memory.rows.iter().filter(|row| row.kind != Kind::Note) {
        airings.entry(row.airing.as_str()).or_default().push(row);
    }
    airings
}

/// Nothing comes after a final row, and what was aired, or as good as aired, is not aired again.
fn repeats(life: &Life) -> Breach {
    for (airing, rows) in by_airing(life) {
        for (row, next) in rows.iter().zip(&rows[1..]) {
            let written_off =
                matches!(row.reason, Some(Reason::StationOff | Reason::ClockStep | Reason::ClockUntrusted));
            let again = match row.outcome {
                Some(Outcome::Interrupted) => true,
                Some(Outcome::Cut) => matches!(row.reason, Some(Reason::Emergency | Reason::Shutdown)),
                Some(Outcome::Missed) => written_off,
                // An act that was cancelled in the moment in which it began.
                Some(Outcome::Cancelled) => next.outcome == Some(Outcome::Cut),
                _ => false,
            };
            must!(again, "{airing}: after {:?} {:?} came {:?}", row.outcome, row.reason, next.outcome);
            let enough = row.planned_ms.is_some_and(|planned| row.aired_ms * 100 >= planned * ENOUGH_PERCENT);
            let sounded = row.started_at.is_some() && next.started_at.is_some();
            must!(!(enough && sounded), "{airing}: aired again after {} of {:?}", row.aired_ms, row.planned_ms);
        }
    }
    Ok(())
}

/// What left the card: no frame lost, repeated or mixed, and the row names the bytes.
fn sound(life: &Life, told: &Told<'_>) -> Breach {
    let Told { heard, row } = told;
    must!(heard.fault.is_none(), "{:?} sounded wrongly: {:?}", row.map(|row| &row.airing), heard.fault);
    let unsafe_log = life.unsafe_log.iter().any(|(from, to)| (*from..*to).contains(&heard.ages.1));
    let death = heard.died.is_some() || disturbed(life, heard.ages.1, heard.ages.1 + 1_000_000);
    let lost = death && heard.played_ms() - heard.dropped_ms() <= DEATH_MS;
    must!(row.is_some() || heard.played == 0 || lost || unsafe_log, "no row of what was heard: {heard:?}");
    Ok(())
}

/// A row never claims more than was played, and after a death at most a second less.
fn lengths(life: &Life, told: &Told<'_>) -> Breach {
    let (heard, Some(row)) = (told.heard, told.row) else { return Ok(()) };
    let (aired, played) = (row.aired_ms, heard.played_ms());
    must!(aired <= played + 1, "{} #{}: {aired} ms of {played}", row.airing, row.attempt);
    let buffer = life.make.buffer_ms();
    let unsafe_log = life.unsafe_log.iter().any(|(from, to)| (*from..*to).contains(&heard.ages.1));
    let died = matches!(row.reason, Some(Reason::Crash | Reason::PowerLoss));
    let allowed = match (died, heard.ended) {
        (true, _) if unsafe_log => i64::MAX,
        (true, _) | (_, None) => DEATH_MS + heard.dropped_ms() + row.xruns * buffer,
        (false, Some((Ending::Fault(Reason::DeviceLost), _))) => 2 * buffer + row.xruns * buffer,
        _ => heard.dropped_ms() + row.xruns * buffer,
    };
    must!(
        played - aired <= allowed,
        "{} #{}: only {aired} ms of {played}\n{heard:?}\n{row:?}",
        row.airing,
        row.attempt
    );
    if row.outcome == Some(Outcome::Aired) {
        let whole = heard.played + heard.dropped == heard.audio.frames && !heard.audio.breaks;
        must!(whole, "{} is aired, but {} of {} frames", row.airing, heard.played, heard.audio.frames);
        must!(row.xruns > 0 || heard.dropped == 0, "{} is aired, but frames were thrown away", row.airing);
    }
    Ok(())
}

/// The row says how far the clock was to be believed when it started.
fn clock(told: &Told<'_>) -> Breach {
    let (Some((_, state)), Some(row)) = (told.heard.told, told.row) else { return Ok(()) };
    must!(row.clock == state, "{} #{}: clock {} but it was {state}", row.airing, row.attempt, row.clock);
    Ok(())
}

/// What ended it is what the row says.
fn reasons(life: &Life, told: &Told<'_>) -> Breach {
    let (heard, Some(row)) = (told.heard, told.row) else { return Ok(()) };
    let died = heard.died;
    let holds = match row.reason {
        Some(Reason::Crash) => died == Some(false) || died.is_none() && heard.ended.is_some(),
        Some(Reason::PowerLoss) => died == Some(true) || died.is_none() && heard.ended.is_some(),
        Some(Reason::DecodeError) => heard.audio.breaks,
        Some(Reason::Starved | Reason::DeviceLost) => {
            disturbed(life, heard.ages.1 - 2_000_000, heard.ages.1 + 2_000_000)
        }
        _ => died.is_none() || heard.ended.is_some(),
    };
    must!(holds, "{} #{}: {:?}, but died {died:?}", row.airing, row.attempt, row.reason);
    Ok(())
}

pub(crate) fn disturbed(life: &Life, from: i64, to: i64) -> bool {
    life.disturbed.iter().any(|(began, over)| *began <= to && from <= *over)
}

/// Nothing starts before its instant or after its window, nor by a clock that is not to be believed.
fn windows(life: &Life, told: &[Told<'_>]) -> Breach {
    let frame = TimeDelta::microseconds(1_000_000 / i64::from(life.make_rate()) + 100);
    let mut begun: HashMap<_, (DateTime<Utc>, i64)> = HashMap::new();
    let mut planned: Vec<_> = told.iter().filter(|each| each.row.is_some_and(planned)).collect();
    planned.sort_by_key(|each| each.heard.ages.0);
    for Told { heard, row } in planned {
        let (Some(row), Some(first)) = (row, heard.first) else { continue };
        let at = row.scheduled_at.to_utc();
        let window = life.window_of(row.programme.as_deref().unwrap(), at);
        let stepped = life.steps.iter().any(|step| (step - heard.ages.0).abs() < 1_600_000);
        let key = (heard.run, row.programme.as_deref().unwrap(), at);
        let Some((wall, mono)) = begun.get(&key).copied() else {
            begun.insert(key, (first.wall, first.mono.0));
            let state = heard.told.map(|(_, state)| state);
            must!(stepped || state != Some(ClockState::Untrusted), "{} started by an untrusted clock", row.airing);
            must!(stepped || first.wall >= at - frame, "{} started at {}, too early", row.airing, first.wall);
            let late = TimeDelta::milliseconds(life.make.buffer_ms() + 250);
            must!(stepped || first.wall < at + window + late, "{} started at {}, too late", row.airing, first.wall);
            continue;
        };
        let left = (at + window - wall).num_microseconds().unwrap();
        let late = life.make.buffer_ms() * 1000 + 450_000;
        must!(
            stepped || first.mono.0 - mono <= left + late,
            "{} #{} started after its window",
            row.airing,
            row.attempt
        );
    }
    Ok(())
}

/// Only a programme of higher priority cuts another inside its window, and nothing but a person cuts an emergency.
fn priorities(life: &Life, told: &[Told<'_>]) -> Breach {
    let mut sounded: Vec<_> = told.iter().filter(|each| each.heard.played > 0).collect();
    sounded.sort_by_key(|each| each.heard.ages.0);
    for pair in sounded.windows(2) {
        let over = pair[0].heard.ages.1;
        must!(over < pair[1].heard.ages.0, "two at once: {:?} {:?}", pair[0].heard, pair[1].heard);
        let (Some(row), Some(next)) = (pair[0].row, pair[1].row) else { continue };
        if row.reason == Some(Reason::NextProgramme) && planned(row) {
            let end = row.scheduled_at.to_utc()
                + life.window_of(row.programme.as_deref().unwrap(), row.scheduled_at.to_utc());
            let open =
                pair[0].heard.first.unwrap().wall + TimeDelta::milliseconds(row.aired_ms) < end - TimeDelta::seconds(1);
            let clocks = life.troubles.clocks;
            must!(
                !open || clocks || next.priority > row.priority,
                "{} cut by {} in its window",
                row.airing,
                next.airing
            );
        }
        if row.reason == Some(Reason::Emergency) {
            must!(
                next.priority == Priority::Emergency || disturbed(life, over - 1_000_000, over + 1_000_000),
                "{} cut for an emergency, but {} followed",
                row.airing,
                next.airing
            );
        }
    }
    let rows = told.iter().filter_map(|each| each.row).filter(|row| row.kind == Kind::Emergency);
    for row in rows.filter(|row| row.outcome == Some(Outcome::Cut)) {
        let by = matches!(row.reason, Some(Reason::Operator | Reason::Shutdown));
        must!(by, "emergency {} cut: {:?}", row.airing, row.reason);
    }
    Ok(())
}

/// People got what they were promised.
fn promises(life: &Life) -> Breach {
    let own = |age: i64, from: i64, over: i64| from <= age && age <= over;
    // What struck after the act, within the time of the promise, excuses; that it was itself part of a trouble does not.
    let struck = |age: i64, within: i64| {
        life.disturbed.iter().any(|(from, over)| *from > age && *from <= age + within && !own(age, *from, *over))
    };
    for promise in &life.promises {
        match promise {
            Promise::Emergency { age, sha256 } => {
                let soon = life.world.truth.heard.iter().any(|heard| {
                    heard.sha256 == *sha256 && (*age..*age + 1_000_000).contains(&heard.ages.0) && heard.first.is_some()
                });
                let free = !struck(*age, 1_000_000) && !life.excused(*age, *age + 1_000_000);
                must!(soon || !free, "an emergency at {age} ({sha256}) did not sound within a second");
            }
            Promise::Silence { age } => {
                let buffer = life.make.buffer_ms() * 1000;
                let sounding = life.world.truth.heard.iter().find(|heard| {
                    heard.first.is_some() && heard.ages.0 < *age - buffer && heard.ages.1 > *age + 30_000 + 2 * buffer
                });
                must!(sounding.is_none(), "stopped at {age}, but it went on: {sounding:?}");
            }
        }
    }
    Ok(())
}

/// Whether a row is of a programme's item.
fn planned(row: &Airing) -> bool {
    matches!(row.kind, Kind::Fixed | Kind::Bulletin)
}

/// All airings of which rows tell.
pub(crate) fn airings(life: &Life) -> HashSet<&str> {
    let ours = life.world.memory.rows.iter().filter(|row| planned(row));
    ours.map(|row| row.airing.as_str()).collect()
}
