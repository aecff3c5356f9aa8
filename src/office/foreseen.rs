//! What is known of coming programmes: the schedule, the station's database read once, and the occurrences of a span.
//!
//! In: settings, a schedule, the present instant. Out: a `Foresight`; without a database one that knows no bulletins, and one
//! that cannot be read is told and then taken as none, since a timetable is of use without it. Reads only. Next: `queue`.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::config::Config;
use crate::folder;
use crate::library::{sha256_of, verify};
use crate::problem::Problems;
use crate::rundown::Content;
use crate::rundown::foresee::{Foresight, Known, names_bulletins};
use crate::schedule::{Item, ItemContent, Schedule, read as schedules};
use crate::store::{Log, ReadError};
use crate::timetable::{Occurrence, expand};

/// No window is longer.
const LONGEST_WINDOW: TimeDelta = TimeDelta::hours(24);

/// The station's schedule; one with errors has no timetable.
pub fn accepted(config: &Config) -> Result<Schedule, Problems> {
    let (files, mut problems) = folder::load(&config.schedules_dir());
    let reading = schedules::read(&files, Some(&config.zone_ids()));
    problems.extend(reading.problems.iter().cloned());
    if crate::problem::any_error(&problems) { Err(Problems(problems)) } else { Ok(reading.schedule) }
}

/// What is known now, and why the database could not be read if it could not. `from` is the first instant that will be asked for. Files that the station has not measured yet are
/// measured, so many at most.
pub fn foresight(
    config: &Config,
    schedule: &Schedule,
    now: DateTime<Utc>,
    from: DateTime<Utc>,
    measured: usize,
) -> anyhow::Result<(Foresight, Option<ReadError>)> {
    let (mut known, fault) = known(config, schedule, now, from)?;
    let items = schedule.programmes.iter().flat_map(|programme| &programme.items);
    let mut unknown: Vec<&str> = items.filter_map(Item::file).collect();
    unknown.retain(|file| known.library.get(*file).is_none_or(|content| content.duration_ms.is_none()));
    unknown.sort_unstable();
    unknown.dedup();
    for file in unknown.into_iter().take(measured) {
        let path = config.audio_dir().join(file);
        if let (Ok(verified), Ok(sha256)) = (verify(&path), sha256_of(&path)) {
            let content = Content { sha256: sha256.into(), duration_ms: Some(verified.duration_ms) };
            known.library.insert(file.to_owned(), content);
        }
    }
    let (zone, required) = (config.station.timezone, config.approval.required);
    Ok((Foresight::new(known, now, zone, config.zone_names(), required), fault))
}

fn known(
    config: &Config,
    schedule: &Schedule,
    now: DateTime<Utc>,
    from: DateTime<Utc>,
) -> anyhow::Result<(Known, Option<ReadError>)> {
    Ok(match read(config, &named(schedule), from.min(now) - LONGEST_WINDOW)? {
        Ok(known) => (known, None),
        Err(ReadError::Missing(_)) => (Known::default(), None),
        Err(error) => (Known::default(), Some(error)),
    })
}

/// Reads the station's database: these bulletins besides those that wait in the queue, rundowns since an instant.
pub fn read(config: &Config, bulletins: &[i64], since: DateTime<Utc>) -> anyhow::Result<Result<Known, ReadError>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("cannot start the runtime")?;
    let read = runtime.block_on(async { Log::open(&config.data_dir).await?.outlook(bulletins, since).await });
    Ok(read.map_err(|error| error.of_lost(&config.data_dir)))
}

/// Numbers of the bulletins that programmes name.
#[must_use]
pub fn named(schedule: &Schedule) -> Vec<i64> {
    let items = schedule.programmes.iter().flat_map(|programme| &programme.items);
    let number = |content: &ItemContent| match content {
        ItemContent::Bulletin(number) => Some(*number),
        _ => None,
    };
    items.filter_map(|item| number(&item.content)).collect()
}

/// Days expanded at a time: each stretch also looks at a day before and after it, and holds all of its occurrences.
const STRETCH: TimeDelta = TimeDelta::days(7);

/// The occurrences of a span, week by week, so that a long one needs no memory.
pub fn week_by_week(schedule: &Schedule, zone: Tz, span: Range<DateTime<Utc>>) -> impl Iterator<Item = Occurrence> {
    let starts = std::iter::successors(Some(span.start), |start| start.checked_add_signed(STRETCH));
    let starts = starts.take_while(move |start| *start < span.end);
    starts.flat_map(move |start| expand(schedule, zone, start, span.end.min(start + STRETCH)))
}

/// Foresees what airs before a span, so that its draws follow those.
pub fn catch_up(foresight: &mut Foresight, schedule: &Schedule, zone: Tz, now: DateTime<Utc>, until: DateTime<Utc>) {
    let drawing = schedule.programmes.iter().filter(|programme| names_bulletins(programme)).cloned().collect();
    let drawing = Schedule { programmes: drawing, days: Arc::clone(&schedule.days), plan: None };
    if !foresight.knows_bulletins() || drawing.programmes.is_empty() {
        return;
    }
    for occurrence in week_by_week(&drawing, zone, now - LONGEST_WINDOW..until) {
        foresight.rundown(&occurrence);
    }
}
