//! Entries of the queue as lists show them, and the draws that are foreseen.
//!
//! In: entries, the schedule, what is known of coming programmes. Out: for each entry how often it has aired, whether it still
//! waits and when it is drawn next. An entry that has aired as often as it should, or whose last day is over, waits no more.
//! Reads only. Next: `rundown::foresee`.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use crate::airing::{AiringId, rfc3339};
use crate::calendar::{local_date, with_offset};
use crate::clock::Clock;
use crate::config::Config;
use crate::office::foreseen::week_by_week;
use crate::rundown::foresee::Foresight;
use crate::schedule::Schedule;
use crate::store::Waiting;

/// How far draws are foreseen: beyond two weeks too much will have changed.
pub const FORESEEN: TimeDelta = TimeDelta::days(14);

/// A draw that is foreseen.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The programme's id.
    pub programme: String,
    /// Its title.
    pub title: String,
    /// Its instant.
    pub at: DateTime<FixedOffset>,
    /// The slot.
    pub airing: AiringId,
}

/// Says of each entry when it is drawn next. What a programme that has begun has drawn is no longer to come.
pub fn foresee(
    config: &Config,
    schedule: &Schedule,
    foresight: &mut Foresight,
    now: DateTime<Utc>,
    listed: &mut [Listed],
) {
    let mut draws = HashMap::new();
    for (entry, drawn) in foreseen(config, schedule, foresight, now) {
        if drawn.at >= now {
            draws.entry(entry).or_insert(drawn);
        }
    }
    for each in listed {
        each.foresee(draws.get(&each.queue));
    }
}

/// Entries as lists show them, no draw foreseen yet.
#[must_use]
pub fn listed(config: &Config, entries: &[Waiting]) -> Vec<Listed> {
    entries.iter().map(|each| Listed::of(config, each)).collect()
}

/// Every draw that is foreseen for the coming two weeks, with the entry that it is of, in the order of time.
pub fn foreseen(
    config: &Config,
    schedule: &Schedule,
    foresight: &mut Foresight,
    now: DateTime<Utc>,
) -> Vec<(i64, Drawn)> {
    let zone = config.station.timezone;
    let coming = week_by_week(schedule, zone, now - TimeDelta::hours(24)..now + FORESEEN);
    let mut draws = Vec::new();
    for occurrence in coming.filter(|each| each.window_ends_at > now) {
        let rundown = foresight.rundown(&occurrence);
        let at = with_offset(zone, rundown.scheduled_at);
        draws.extend(rundown.items.iter().filter_map(|item| {
            let entry = item.bulletin.as_ref()?.entry?;
            let (programme, title) = (rundown.programme.clone(), rundown.title.clone());
            Some((entry, Drawn { programme, title, at, airing: item.airing.clone() }))
        }));
    }
    draws
}

/// Whether an entry is still to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is.
    Waiting,
    /// It aired as often as it should.
    Done,
    /// Its last day is over.
    Expired,
    /// Somebody took it out.
    Removed,
}

/// An entry as other programs read it.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// Number of the entry.
    pub queue: i64,
    /// Number of its bulletin.
    pub bulletin: i64,
    /// Title of that one.
    pub title: String,
    /// Into this programme only.
    pub programme: Option<String>,
    /// How often in all.
    pub times: u32,
    /// How often it has aired.
    pub aired: u32,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// Whether it still waits.
    pub state: State,
    /// The programme that draws it next, by id.
    pub next_programme: Option<String>,
    /// When that is, RFC 3339.
    pub next_at: Option<String>,
    /// When it was queued, RFC 3339.
    pub queued_at: String,
    /// Who queued it.
    pub by: String,
    /// When it was taken out, RFC 3339.
    pub removed_at: Option<String>,
    /// By whom.
    pub removed_by: Option<String>,
}

impl Listed {
    /// Says when it is drawn next.
    pub fn foresee(&mut self, next: Option<&Drawn>) {
        self.next_programme = next.map(|drawn| drawn.programme.clone());
        self.next_at = next.map(|drawn| rfc3339(&drawn.at));
    }

    /// An entry of which no draw is foreseen.
    #[must_use]
    pub fn of(config: &Config, waiting: &Waiting) -> Self {
        let zone = config.station.timezone;
        let (entry, today) = (&waiting.entry, local_date(zone, Clock::system().now().wall));
        let shown = |at| rfc3339(&with_offset(zone, at));
        let state = if waiting.removed.is_some() {
            State::Removed
        } else if waiting.aired >= entry.times {
            State::Done
        } else if entry.until.is_some_and(|until| until < today) {
            State::Expired
        } else {
            State::Waiting
        };
        Self {
            queue: entry.id,
            bulletin: entry.bulletin,
            title: waiting.title.clone(),
            programme: entry.programme.clone(),
            times: entry.times,
            aired: waiting.aired,
            from: entry.from,
            until: entry.until,
            state,
            next_programme: None,
            next_at: None,
            queued_at: shown(entry.queued_at),
            by: waiting.by.clone(),
            removed_at: waiting.removed.as_ref().map(|(at, _)| shown(*at)),
            removed_by: waiting.removed.as_ref().map(|(_, by)| by.clone()),
        }
    }
}
