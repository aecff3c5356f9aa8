//! What is checked of special days beyond their form: entries that are mistyped, forgotten or without effect.
//!
//! In: the subject of a check. Out: warnings at the places of the entries; none of them keeps a schedule from being taken
//! over, since the station airs by it all the same. Pure. Next: `crate::timetable`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};

use super::checks::{DAYS_AHEAD, Subject};
use super::days::{Days, SpecialDay, When};
use super::{Item, Programme};
use crate::calendar::local_date;
use crate::problem::what::DayFault;
use crate::problem::{Problem, nearest};
use crate::timetable::airs_on;

/// Overlaps that are told of one entry at most; what is left shows once these are mended.
const MOST_PER_ENTRY: usize = 3;

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
            _ if days.any(|day| changes(entry, &schedule.programmes, day)) => continue,
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
    let places = &subject.reading.days.entries;
    // By day from today on, the last entry so far that changes it.
    let mut claimed: HashMap<NaiveDate, usize> = HashMap::new();
    let mut problems = Vec::new();
    for (mine, entry) in days.entries.iter().enumerate().filter(|(_, entry)| entry.is_meant_to_change()) {
        let mut told = HashSet::new();
        for day in days_of(entry, today, last) {
            let Some(theirs) = claimed.insert(day, mine).filter(|theirs| *theirs != mine) else { continue };
            if told.len() == MOST_PER_ENTRY || !told.insert(theirs) {
                continue;
            }
            let other = &days.entries[theirs];
            let pair = Days { entries: vec![Arc::clone(other), Arc::clone(entry)], duties: Vec::new() };
            let governs = pair.on(day).is_some_and(|governing| Arc::ptr_eq(&governing, other));
            let fault = DayFault::Overlaps(day, governs, other.title.clone(), Box::new(places[theirs].clone()));
            problems.push(Problem::warning(places[mine].clone(), fault));
        }
    }
    problems
}

fn days_of(entry: &SpecialDay, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let stretches = entry.when.stretches(first, last);
    stretches.flat_map(|(from, until)| from.iter_days().take_while(move |day| *day <= until))
}

/// Whether the entry alone makes a day other than it would be without any.
fn changes(entry: &SpecialDay, programmes: &[Arc<Programme>], day: NaiveDate) -> bool {
    programmes.iter().any(|programme| {
        let is_planned = airs_on(programme, day, Some(entry));
        // A bulletin brings its genre along, and nobody knows yet which.
        let leaves_out = |item: &Item| match &item.genre {
            Some(genre) => entry.leaves_out(genre),
            None => item.file().is_none() && !entry.leave_out.is_empty(),
        };
        let takes_out = || entry.silences(&programme.id) || programme.items.iter().any(leaves_out);
        is_planned != airs_on(programme, day, None) || (is_planned && takes_out())
    })
}
