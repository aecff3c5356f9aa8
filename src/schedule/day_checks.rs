//! What is checked of special days beyond their form: entries that are mistyped, forgotten or without effect.
//!
//! In: the subject of a check. Out: warnings at the places of the entries; none of them keeps a schedule from being taken
//! over, since the station airs by it all the same. Pure. Next: `crate::timetable`.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::checks::{DAYS_AHEAD, Subject};
use super::days::{Days, SpecialDay, When};
use super::{Programme, Schedule};
use crate::calendar::{local_date, start_of_day};
use crate::problem::what::DayFault;
use crate::problem::{Problem, nearest};
use crate::timetable::expand;

/// Every programme that is named is there.
pub(super) fn programmes(subject: &Subject<'_>) -> Vec<Problem> {
    let ids: Vec<&str> = subject.programmes().map(|(programme, _)| programme.id.as_str()).collect();
    let unknown = subject.reading.days.programmes.iter().filter(|(_, id, _)| !ids.contains(&id.as_str()));
    let problem = |(key, id, place): &(&'static str, String, _)| {
        let near = nearest(id, ids.iter().copied());
        Problem::warning(Clone::clone(place), DayFault::UnknownProgramme(key, id.clone(), near))
    };
    unknown.map(problem).collect()
}

/// Entries that are meant to change the timetable still can, and do.
pub(super) fn effects(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(zone) = subject.zone else { return Vec::new() };
    let schedule = &subject.reading.schedule;
    let today = local_date(zone, subject.now);
    let last = today + TimeDelta::days(DAYS_AHEAD - 1);
    let meant = schedule.days.entries.iter().zip(&subject.reading.days.entries);
    let mut problems = Vec::new();
    for (entry, place) in meant.filter(|(entry, _)| entry.is_meant_to_change()) {
        let mut days = days_of(entry, today, last).peekable();
        let fault = match entry.when {
            When::Dates(_, until) if until < today => DayFault::Past(until),
            // What lies beyond the coming year cannot be judged yet.
            _ if days.peek().is_none() => continue,
            _ if days.any(|day| changes(entry, &schedule.programmes, zone, day)) => continue,
            _ => DayFault::ChangesNothing,
        };
        problems.push(Problem::warning(place.clone(), fault));
    }
    problems
}

/// No day has two entries that change the timetable; of each pair the first such day is told, once.
pub(super) fn overlaps(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(zone) = subject.zone else { return Vec::new() };
    let today = local_date(zone, subject.now);
    let last = today + TimeDelta::days(DAYS_AHEAD - 1);
    let days = &subject.reading.schedule.days;
    let meant: Vec<_> = days.entries.iter().zip(&subject.reading.days.entries).collect();
    let meant: Vec<_> = meant.into_iter().filter(|(entry, _)| entry.is_meant_to_change()).collect();
    let mut problems = Vec::new();
    for (index, (entry, place)) in meant.iter().enumerate() {
        for (other, other_place) in &meant[..index] {
            let shared = |day: &NaiveDate| days_of(other, *day, *day).next().is_some();
            let Some(day) = days_of(entry, today, last).find(shared) else { continue };
            let pair = Days { entries: vec![Arc::clone(other), Arc::clone(entry)], duties: Vec::new() };
            let theirs = pair.on(day).is_some_and(|governing| Arc::ptr_eq(&governing, other));
            let fault = DayFault::Overlaps(day, theirs, other.title.clone(), Box::new((*other_place).clone()));
            problems.push(Problem::warning((*place).clone(), fault));
        }
    }
    problems
}

fn days_of(entry: &SpecialDay, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let stretches = entry.when.stretches(first, last);
    stretches.flat_map(|(from, until)| from.iter_days().take_while(move |day| *day <= until))
}

/// Whether the entry alone makes a day other than it would be without any.
fn changes(entry: &Arc<SpecialDay>, programmes: &[Arc<Programme>], zone: Tz, day: NaiveDate) -> bool {
    let on = |entries: Vec<Arc<SpecialDay>>| {
        let days = Arc::new(Days { entries, duties: Vec::new() });
        let schedule = Schedule { programmes: programmes.to_vec(), days };
        expand(&schedule, zone, start_of_day(zone, day), start_of_day(zone, day + TimeDelta::days(1)))
    };
    let (plain, special) = (on(Vec::new()), on(vec![Arc::clone(entry)]));
    let takes_out = special.iter().any(|each| each.programme.items.iter().any(|item| each.taken_out(item).is_some()));
    let start = |each: &crate::timetable::Occurrence| (each.scheduled_at, each.programme.id.clone());
    takes_out || plain.iter().map(start).ne(special.iter().map(start))
}
