//! The rules of a session: how long it may be, on which weekdays and at which hours.
//!
//! In: the rules of `[session]`, the subject of a check, or what a person is about to queue. Out: errors at the programmes'
//! places over the coming year, for `loa check` alone: the commune's rules never keep a station from taking a schedule over
//! or from airing. For a person who queues, the same rules as warnings. Pure. Next: `crate::calendar`.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc, WeekdaySet};
use chrono_tz::Tz;

use super::Schedule;
use super::checks::{DAYS_AHEAD, Subject, planned_ms};
use crate::calendar::{self, local_date, local_time, with_offset};
use crate::problem::Problem;
use crate::problem::what::{DayFault, SessionFault};
use crate::timetable::{Occurrence, expand};

/// `[session]` of `loa.toml`; each rule that is not set does not exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// Longest programme.
    pub ceiling: Option<TimeDelta>,
    /// Weekdays on which programmes air without a reason.
    pub weekdays: Option<WeekdaySet>,
    /// No programme starts before this local time without a reason.
    pub earliest: Option<NaiveTime>,
    /// No window closes after this local time without a reason.
    pub latest: Option<NaiveTime>,
}

/// A rule that is checked: it looks at everything and answers with what it found.
pub type Check = fn(&Subject<'_>, &Rules) -> Vec<Problem>;

/// Every rule by its name, in order.
pub const CHECKS: [(&str, Check); 2] = [("ceiling", ceiling), ("days and hours", days_and_hours)];

/// Occurrences are computed for so long at a time, so that a start rule for each second does not fill the memory.
const SLICE: TimeDelta = TimeDelta::days(7);

/// Runs every rule over the coming year; the problems are sorted by place.
#[must_use]
pub fn check(subject: &Subject<'_>, rules: &Rules) -> Vec<Problem> {
    let mut problems: Vec<Problem> = CHECKS.iter().flat_map(|(_, check)| check(subject, rules)).collect();
    problems.sort();
    problems
}

/// What a person should know who queues a bulletin, or plans something, of a length and for these occurrences; each thing
/// is told once for a programme, at its first occurrence.
#[must_use]
pub fn warnings(rules: &Rules, zone: Tz, length_ms: i64, occurrences: &[Occurrence]) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    let warning = |what| Problem { place: None, severity: crate::problem::Severity::Warning, what };
    if let Some(ceiling) = rules.ceiling.map(|ceiling| ceiling.num_milliseconds()).filter(|most| length_ms > *most) {
        found.push(warning(SessionFault::BulletinOverCeiling(length_ms, ceiling).into()));
    }
    let mut told = HashSet::new();
    for occurrence in occurrences {
        let id = &*occurrence.programme.id;
        if let Some(day) = occurrence.special_day.as_ref().filter(|_| occurrence.is_silent()) {
            if told.insert((id, "silent")) {
                let at = with_offset(zone, occurrence.scheduled_at);
                found.push(warning(DayFault::Silent(id.to_owned(), at, day.title.clone()).into()));
            }
            continue;
        }
        for (rule, fault) in broken(rules, zone, occurrence) {
            if told.insert((id, rule)) {
                found.push(warning(fault.into()));
            }
        }
    }
    found
}

/// The rules of days and hours that an occurrence breaks without a reason, each by its key.
fn broken(rules: &Rules, zone: Tz, occurrence: &Occurrence) -> Vec<(&'static str, SessionFault)> {
    let programme = &occurrence.programme;
    let mut found = Vec::new();
    if programme.why.is_some() {
        return found;
    }
    let (starts_at, ends_at) = (occurrence.scheduled_at, occurrence.window_ends_at);
    let (id, shown) = (&*programme.id, |at: DateTime<Utc>| with_offset(zone, at));
    let day = local_date(zone, starts_at);
    let weekday = occurrence.special_day.as_ref().and_then(|day| day.as_weekday).unwrap_or_else(|| day.weekday());
    if let Some(allowed) = rules.weekdays.filter(|allowed| !allowed.contains(weekday)) {
        found.push(("weekdays", SessionFault::weekday(id, shown(starts_at), weekday, allowed)));
    }
    if let Some(earliest) = rules.earliest.filter(|earliest| local_time(zone, starts_at) < day.and_time(*earliest)) {
        found.push(("earliest", SessionFault::TooEarly(id.to_owned(), shown(starts_at), earliest)));
    }
    if let Some(latest) = rules.latest.filter(|latest| local_time(zone, ends_at) > day.and_time(*latest)) {
        found.push(("latest", SessionFault::TooLate(id.to_owned(), shown(ends_at), latest)));
    }
    found
}

/// No programme's items last longer together than a session may.
fn ceiling(subject: &Subject<'_>, rules: &Rules) -> Vec<Problem> {
    let Some(ceiling) = rules.ceiling.map(|ceiling| ceiling.num_milliseconds()) else { return Vec::new() };
    let over = subject.programmes().filter_map(|(programme, places)| {
        let length_ms = planned_ms(programme, subject.audio);
        let fault = SessionFault::OverCeiling(length_ms, ceiling);
        (length_ms > ceiling).then(|| Problem::error(places.id.clone(), fault))
    });
    over.collect()
}

/// Every occurrence of the coming year is on an allowed weekday and within the hours, or its programme says why not. Each
/// rule is told once for a programme, at the first occurrence that breaks it.
fn days_and_hours(subject: &Subject<'_>, rules: &Rules) -> Vec<Problem> {
    let Some(zone) = subject.zone else { return Vec::new() };
    let schedule = &subject.reading.schedule;
    let mut problems = Vec::new();
    for (programme, places) in schedule.programmes.iter().zip(&subject.reading.places) {
        if programme.why.is_some() {
            continue;
        }
        let alone = Schedule { programmes: vec![programme.clone()], days: schedule.days.clone(), plan: None };
        let mut told = HashSet::new();
        let mut start = calendar::start_of_day(zone, local_date(zone, subject.now));
        let end = start + TimeDelta::days(DAYS_AHEAD);
        while start < end {
            let next = (start + SLICE).min(end);
            for occurrence in expand(&alone, zone, start, next).iter().filter(|each| !each.is_silent()) {
                for (rule, fault) in broken(rules, zone, occurrence) {
                    if told.insert(rule) {
                        let place = if rule == "latest" { &places.window } else { &places.cron };
                        problems.push(Problem::error(place.clone(), fault));
                    }
                }
            }
            start = next;
        }
    }
    problems
}
