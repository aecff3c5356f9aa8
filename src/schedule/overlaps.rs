//! Two occurrences of equal priority of which one starts inside the other's window.
//!
//! In: the subject of a check. Out: one problem for each pair of programmes, at the first instant at which it happens. A
//! sweep over the coming year week by week: what is open is kept, what starts is held against it. Pure. Next:
//! `crate::calendar`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::checks::{DAYS_AHEAD, Subject};
use super::read::ProgrammePlaces;
use super::{Programme, Schedule};
use crate::calendar;
use crate::problem::Problem;
use crate::problem::what::{Overlap, TimetableFault};
use crate::timetable::{Occurrence, expand};

/// Problems of one programme at most: a thousand programmes at one hour are half a million pairs, and nobody reads them.
/// What is left shows once these are mended.
const MOST_PER_PROGRAMME: usize = 3;

/// Occurrences are computed for so long at a time, so that a start rule for each second does not fill the memory.
const SLICE: TimeDelta = TimeDelta::days(7);

/// One starts inside another's window.
pub(super) fn overlaps(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(zone) = subject.zone else { return Vec::new() };
    let programmes = &subject.reading.schedule.programmes;
    let mut sweep = Sweep { index: HashMap::new(), open: Vec::new(), pairs: HashSet::new(), counts: HashMap::new() };
    sweep.index = programmes.iter().enumerate().map(|(index, programme)| (programme.id.as_str(), index)).collect();
    let mut problems = Vec::new();
    let mut start = subject.now;
    let end = subject.now + TimeDelta::days(DAYS_AHEAD);
    while start < end {
        let next = (start + SLICE).min(end);
        // A programme that has all its problems is left out from here on: its pairs are known, and it costs time.
        let rest = programmes.iter().filter(|programme| !sweep.is_full(&programme.id)).cloned().collect();
        let days = subject.reading.schedule.days.clone();
        for occurrence in expand(&Schedule { programmes: rest, days, plan: None }, zone, start, next) {
            sweep.take(&occurrence, &subject.reading.places, zone, &mut problems);
        }
        start = next;
    }
    problems
}

struct Sweep<'a> {
    index: HashMap<&'a str, usize>,
    open: Vec<(Arc<Programme>, DateTime<Utc>, DateTime<Utc>)>,
    /// Pairs of places in the schedule, the smaller first.
    pairs: HashSet<(usize, usize)>,
    counts: HashMap<String, usize>,
}

impl Sweep<'_> {
    fn is_full(&self, id: &str) -> bool {
        self.counts.get(id).is_some_and(|count| *count >= MOST_PER_PROGRAMME)
    }

    fn take(&mut self, occurrence: &Occurrence, places: &[ProgrammePlaces], zone: Tz, problems: &mut Vec<Problem>) {
        let programme = &occurrence.programme;
        if self.is_full(&programme.id) || occurrence.is_silent() {
            return;
        }
        self.open.retain(|(_, _, ends_at)| *ends_at > occurrence.scheduled_at);
        let mine = self.index[programme.id.as_str()];
        for (other, other_at, other_ends_at) in &self.open {
            if self.is_full(&programme.id) {
                return;
            }
            let theirs = self.index[other.id.as_str()];
            if other.priority != programme.priority || !self.pairs.insert((mine.min(theirs), mine.max(theirs))) {
                continue;
            }
            // A programme that overlaps itself does so at nearly every occurrence: it needs no more looking at.
            let weight = if mine == theirs { MOST_PER_PROGRAMME } else { 1 };
            *self.counts.entry(programme.id.clone()).or_default() += weight;
            let local = |at| calendar::with_offset(zone, at);
            let overlap = Overlap {
                programme: programme.id.clone(),
                at: local(occurrence.scheduled_at),
                other: other.id.clone(),
                other_at: local(*other_at),
                other_ends_at: local(*other_ends_at),
                other_place: places[theirs].id.clone(),
            };
            let place = places[mine].id.clone();
            problems.push(Problem::error(place, TimetableFault::Overlap(Box::new(overlap))));
        }
        self.open.push((Arc::clone(programme), occurrence.scheduled_at, occurrence.window_ends_at));
    }
}
