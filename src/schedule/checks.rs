//! What is checked of a schedule beyond its form: a named list of functions; all run, all report.
//!
//! In: the reading, the station's zone, the present instant, and facts about the audio. Out: problems at the places that
//! the reading kept. What these find depends on today and on other files, so a station that must start does not wait for
//! them; `loa check` and a reload report them. Pure. Next: `crate::calendar`.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::day_checks;
use super::overlaps::overlaps;
use super::read::{ProgrammePlaces, Reading};
use super::read_except::start_text;
use super::{Item, ItemContent, Programme, Schedule};
use crate::problem::what::{AudioFault, AudioProblem, StartFault, TimetableFault};
use crate::problem::{Problem, nearest};
use crate::{calendar, timetable};

/// How far the timetable is looked through: each day of a leap year.
pub const DAYS_AHEAD: i64 = 366;

/// What a full decode found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioFact {
    /// Length of the audio, if it is known.
    pub duration_ms: Option<i64>,
}

/// What is known of the audio.
#[derive(Debug, Clone, Default)]
pub struct AudioFacts {
    /// By path relative to `audio/`; a file that is not here has not been looked at.
    pub files: HashMap<String, Result<AudioFact, AudioFault>>,
    /// Paths of everything under `audio/`, for suggestions.
    pub names: Vec<String>,
}

/// What is checked.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The programmes and their places.
    pub reading: &'a Reading,
    /// The station's zone; `None` when the settings could not be read, and then nothing is said about days.
    pub zone: Option<Tz>,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// What is known of the audio.
    pub audio: &'a AudioFacts,
}

/// A check: it looks at everything and answers with what it found.
pub type Check = fn(&Subject<'_>) -> Vec<Problem>;

/// Every check by its name, in order.
pub const CHECKS: [(&str, Check); 8] = [
    ("audio", audio),
    ("length", length),
    ("occurrences", occurrences),
    ("starts that are off", starts_off),
    ("overlaps", overlaps),
    ("programmes of special days", day_checks::programmes),
    ("effects of special days", day_checks::effects),
    ("overlaps of special days", day_checks::overlaps),
];

/// Runs every check; the problems are sorted by place.
#[must_use]
pub fn run(subject: &Subject<'_>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = CHECKS.iter().flat_map(|(_, check)| check(subject)).collect();
    problems.sort();
    problems
}

impl Subject<'_> {
    pub(super) fn programmes(&self) -> impl Iterator<Item = (&Programme, &ProgrammePlaces)> {
        self.reading.schedule.programmes.iter().map(|programme| &**programme).zip(&self.reading.places)
    }
}

/// Each item's audio is there and whole.
fn audio(subject: &Subject<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    // Also of items whose programme cannot be read: a person wants to hear of all mistakes at once.
    for (file, place) in &subject.reading.files {
        let Some(Err(fault)) = subject.audio.files.get(file) else { continue };
        let near = match fault {
            AudioFault::Missing => nearest(file, subject.audio.names.iter().map(String::as_str)),
            _ => None,
        };
        let what = AudioProblem { file: file.clone(), fault: fault.clone(), near };
        problems.push(Problem::error(place.clone(), what));
    }
    problems
}

/// How long the items of a programme are together, as far as that is known.
pub(super) fn planned_ms(programme: &Programme, audio: &AudioFacts) -> i64 {
    let known = |item: &Item| match &item.content {
        ItemContent::File(file) => audio.files.get(file)?.as_ref().ok()?.duration_ms,
        ItemContent::Queue(wish) => Some(wish.up_to.num_milliseconds()),
        ItemContent::Bulletin(_) => None,
    };
    programme.items.iter().filter_map(known).sum()
}

/// The items of a programme fit into its window together.
fn length(subject: &Subject<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (programme, places) in subject.programmes() {
        let total_ms = planned_ms(programme, subject.audio);
        let window_ms = programme.window.num_milliseconds();
        if total_ms > window_ms {
            problems.push(Problem::warning(places.window.clone(), TimetableFault::TooLong(total_ms, window_ms)));
        }
    }
    problems
}

/// Each programme airs some time.
fn occurrences(subject: &Subject<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Some(zone) = subject.zone else { return problems };
    let today = calendar::start_of_day(zone, calendar::local_date(zone, subject.now));
    let local = calendar::local_time(zone, today).and_utc();
    for (programme, places) in subject.reading.schedule.programmes.iter().zip(&subject.reading.places) {
        if programme.start.cron.after(&(local - TimeDelta::seconds(1))).next().is_none() {
            problems.push(Problem::error(places.cron.clone(), StartFault::Past));
            continue;
        }
        let alone =
            Schedule { programmes: vec![programme.clone()], days: subject.reading.schedule.days.clone(), plan: None };
        // Today counts as a whole: a programme is not idle because its last day has begun.
        let ahead = today + TimeDelta::days(DAYS_AHEAD);
        // One that is only for special days waits for its day to come into `days.toml`.
        if !programme.only_special_days && !airs_between(&alone, zone, today, ahead) {
            problems.push(Problem::warning(places.id.clone(), TimetableFault::NoOccurrence(DAYS_AHEAD)));
        }
    }
    problems
}

/// Each single start that is off from today on is one of the programme's: a mistyped one would take nothing out.
fn starts_off(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(zone) = subject.zone else { return Vec::new() };
    let today = calendar::local_date(zone, subject.now);
    let mut problems = Vec::new();
    for (programme, places) in subject.programmes() {
        let coming = programme.except_at.iter().zip(&places.except_at).filter(|(start, _)| start.date() >= today);
        for (start, place) in coming {
            let day = start.date();
            let special_day = subject.reading.schedule.days.on(day);
            let is_planned = timetable::airs_on(programme, day, special_day.as_deref())
                && programme.from.is_none_or(|from| from <= day)
                && programme.until.is_none_or(|until| day <= until)
                && programme.start.starts_at(start.time());
            if !is_planned {
                let fault = TimetableFault::NoSuchStart(start_text(*start));
                problems.push(Problem::warning(place.clone(), fault));
            }
        }
    }
    problems
}

/// Looks week by week, since most programmes answer in the first one.
fn airs_between(schedule: &Schedule, zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
    let mut start = from;
    while start < to {
        let end = (start + TimeDelta::days(7)).min(to);
        if !timetable::expand(schedule, zone, start, end).is_empty() {
            return true;
        }
        start = end;
    }
    false
}
