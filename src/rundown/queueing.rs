//! Whether a bulletin may be queued, and what a person should know who does: one rule for command line and page.
//!
//! In: what is to be queued, the schedule, what is known of coming programmes. Out: problems; one error and nothing is queued.
//! Pure. That no entry of the same bulletin waits already is also kept by the store, in the act itself. Next: `foresee`.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::foresee::Known;
use crate::bulletin::{Bulletin, Entry, Shelf, Standing};
use crate::calendar::{local_date, start_of_day};
use crate::problem::what::{ComingFault, QueueFault, What};
use crate::problem::{Problem, Severity, nearest};
use crate::schedule::session::{self, Rules};
use crate::schedule::{ItemContent, Programme, QueueWish, Schedule};
use crate::timetable::{Occurrence, expand};

/// How far programmes are looked for, where no last day is given.
pub const DAYS_AHEAD: i64 = 366;

/// What a person wants to queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which bulletin, by number.
    pub bulletin: i64,
    /// Into this programme only.
    pub programme: Option<String>,
    /// How often in all, at least 1.
    pub times: u32,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
}

/// What it is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// The programmes.
    pub schedule: &'a Schedule,
    /// Bulletins, the wanted one among them, and the queue.
    pub known: &'a Known,
    /// Local days are those of this zone.
    pub timezone: Tz,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Air only what was approved.
    pub approval_required: bool,
    /// The rules of a session.
    pub rules: &'a Rules,
}

/// The entry of the same bulletin that waits already for the same programme, or either of the two for any.
#[must_use]
pub fn waits_already<'a>(
    wanted: &Wanted,
    queue: impl IntoIterator<Item = &'a Entry>,
    is_open: impl Fn(&Entry) -> bool,
) -> Option<&'a Entry> {
    let same = |entry: &&Entry| {
        let both = entry.programme.as_ref().zip(wanted.programme.as_ref());
        entry.bulletin == wanted.bulletin && both.is_none_or(|(one, other)| one == other)
    };
    queue.into_iter().filter(same).find(|entry| is_open(entry))
}

/// Everything that speaks against queueing, or for thinking twice; errors first.
#[must_use]
pub fn judge(wanted: &Wanted, grounds: Grounds<'_>) -> Vec<Problem> {
    let nothing = Shelf::default();
    let shelf = grounds.known.shelf.as_ref().unwrap_or(&nothing);
    let Some(bulletin) = shelf.bulletins.get(&wanted.bulletin) else {
        return vec![error(ComingFault::NoBulletin(wanted.bulletin))];
    };
    let mut problems = refusals(wanted, grounds, shelf, bulletin);
    if problems.is_empty() {
        problems = doubts(wanted, grounds, shelf, bulletin);
    }
    problems
}

fn error(what: impl Into<What>) -> Problem {
    Problem::typed(Severity::Error, what)
}

fn refusals(wanted: &Wanted, grounds: Grounds<'_>, shelf: &Shelf, bulletin: &Bulletin) -> Vec<Problem> {
    let mut problems = Vec::new();
    let today = local_date(grounds.timezone, grounds.now);
    if matches!(bulletin.standing, Standing::Refused(_)) {
        problems.push(error(ComingFault::Refused(bulletin.number, bulletin.title.clone())));
    }
    if let Some(id) = &wanted.programme {
        match grounds.schedule.programmes.iter().find(|programme| programme.id == *id) {
            None => {
                let known: Vec<String> = grounds.schedule.programmes.iter().map(|each| each.id.clone()).collect();
                let near = nearest(id, known.iter().map(String::as_str));
                problems.push(error(QueueFault::UnknownProgramme(id.clone(), known, near)));
            }
            Some(programme) if wishes(programme).next().is_none() => {
                problems.push(error(QueueFault::NoQueueItem(id.clone())));
            }
            Some(_) => {}
        }
    }
    match (wanted.from, wanted.until) {
        (Some(from), Some(until)) if from > until => problems.push(error(QueueFault::FromAfterUntil(from, until))),
        (_, Some(until)) if until < today => problems.push(error(QueueFault::Past(until))),
        _ => {}
    }
    let is_open = |entry: &Entry| entry.is_open(&grounds.known.tally, today);
    if let Some(entry) = waits_already(wanted, &shelf.queue, is_open) {
        problems.push(error(QueueFault::WaitsAlready(entry.id, entry.programme.clone())));
    }
    problems
}

fn doubts(wanted: &Wanted, grounds: Grounds<'_>, shelf: &Shelf, bulletin: &Bulletin) -> Vec<Problem> {
    let warning = |what: What| Problem::typed(Severity::Warning, what);
    let mut problems = Vec::new();
    if bulletin.content.is_none() {
        problems.push(warning(ComingFault::NoSound(bulletin.number, bulletin.title.clone()).into()));
    } else if !bulletin.may_air(grounds.approval_required) {
        problems.push(warning(QueueFault::NotApproved(bulletin.number).into()));
    }
    let meant = |programme: &&Arc<Programme>| wanted.programme.as_ref().is_none_or(|id| *id == programme.id);
    let programmes: Vec<_> = grounds.schedule.programmes.iter().filter(meant).collect();
    let all: Vec<&QueueWish> = programmes.iter().flat_map(|programme| wishes(programme)).collect();
    let fitting: Vec<&QueueWish> = all.iter().copied().filter(|wish| fits(wish, bulletin)).collect();
    let length_ms = bulletin.content.as_ref().and_then(|content| content.duration_ms);
    let most_ms = fitting.iter().map(|wish| wish.up_to.num_milliseconds()).max();
    if all.is_empty() {
        problems.push(warning(QueueFault::NoQueueItems.into()));
    } else if fitting.is_empty() {
        problems.push(warning(QueueFault::NoFit(bulletin.themes.clone()).into()));
    } else if let Some((length_ms, most_ms)) = length_ms.zip(most_ms).filter(|(length, most)| length > most) {
        problems.push(warning(QueueFault::TooLong(length_ms, most_ms).into()));
    } else {
        let (found, fault) = occurrences(wanted, grounds, bulletin);
        problems.extend(fault.map(|fault| warning(fault.into())));
        let (rules, zone) = (grounds.rules, grounds.timezone);
        problems.extend(session::warnings(rules, zone, length_ms.unwrap_or_default(), &found));
    }
    problems.extend(same_sound(grounds, shelf, bulletin).map(|fault| warning(fault.into())));
    problems
}

/// The coming week of programmes that could draw it, and what is wrong if there never is any on one of its days.
fn occurrences(wanted: &Wanted, grounds: Grounds<'_>, bulletin: &Bulletin) -> (Vec<Occurrence>, Option<QueueFault>) {
    let today = local_date(grounds.timezone, grounds.now);
    let from = [wanted.from, bulletin.valid_from, Some(today)].into_iter().flatten().max().unwrap_or(today);
    let last = from + TimeDelta::days(DAYS_AHEAD);
    let until = [wanted.until, bulletin.valid_until].into_iter().flatten().min().unwrap_or(last).min(last);
    if from > until {
        let over = if until < today { QueueFault::Past(until) } else { QueueFault::FromAfterUntil(from, until) };
        return (Vec::new(), Some(over));
    }
    let able = |programme: &&Arc<Programme>| {
        wanted.programme.as_ref().is_none_or(|id| *id == programme.id)
            && wishes(programme).any(|wish| fits(wish, bulletin))
    };
    let programmes: Vec<_> = grounds.schedule.programmes.iter().filter(able).cloned().collect();
    let schedule = Schedule { programmes, days: Arc::clone(&grounds.schedule.days), plan: None };
    // Week by week: most answer in the first one.
    let mut day = from;
    while day <= until {
        let end = (day + TimeDelta::days(7)).min(until + TimeDelta::days(1));
        let start = start_of_day(grounds.timezone, day);
        let mut found = expand(&schedule, grounds.timezone, start, start_of_day(grounds.timezone, end));
        found.retain(|occurrence| occurrence.window_ends_at > grounds.now);
        if !found.is_empty() {
            return (found, None);
        }
        day = end;
    }
    (Vec::new(), Some(QueueFault::NoOccurrence(from, until)))
}

fn same_sound(grounds: Grounds<'_>, shelf: &Shelf, bulletin: &Bulletin) -> Option<QueueFault> {
    let today = local_date(grounds.timezone, grounds.now);
    let sound = &bulletin.content.as_ref()?.sha256;
    let waits = shelf.queue.iter().filter(|entry| entry.is_open(&grounds.known.tally, today));
    let mut others = waits.filter_map(|entry| Some((entry, shelf.bulletins.get(&entry.bulletin)?)));
    let (entry, other) = others.find(|(_, other)| {
        other.number != bulletin.number && other.content.as_ref().is_some_and(|content| content.sha256 == *sound)
    })?;
    Some(QueueFault::SameSound(entry.id, other.number, other.title.clone()))
}

fn wishes(programme: &Programme) -> impl Iterator<Item = &QueueWish> {
    programme.items.iter().filter_map(|item| match &item.content {
        ItemContent::Queue(wish) => Some(wish),
        _ => None,
    })
}

fn fits(wish: &QueueWish, bulletin: &Bulletin) -> bool {
    wish.themes.is_empty() || bulletin.themes.iter().any(|theme| wish.themes.contains(theme))
}
