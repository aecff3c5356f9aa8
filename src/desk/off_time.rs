//! What was due while the station was off: a row for every item, by the schedules in force then.
//!
//! In: what the store remembers, the first believed moments. Out: rows `missed: station_off`, once. Pure. A clock that is
//! not synchronised may be days ahead after a night without a battery, so a long gap by such a clock waits ten minutes for
//! the clock to be set right; what airs does not wait for that. Next: `desk/line.rs`.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::plan::done;
use super::protocol::{Action, History, Record};
use super::run::{JobId, Run};
use super::{Desk, rows};
use crate::airing::{Outcome, Reason};
use crate::clock::{Moment, WRITTEN};
use crate::rundown::Rundown;
use crate::schedule::Schedule;
use crate::timetable::{self, Occurrence};

/// Off time before this is one row that names the span.
const BY_ITEM: TimeDelta = TimeDelta::days(60);

/// A gap of this length is believed to any clock that is used.
const PLAUSIBLE: TimeDelta = TimeDelta::hours(24);

/// A clock that is not synchronised by now will not be: the station has no network.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// What the store remembers of the time before this run of the program.
#[derive(Debug)]
pub(super) struct OffTime {
    /// From here on occurrences may lack rows; `None` at the very first start.
    from: Option<DateTime<Utc>>,
    /// Schedules in force since then, oldest first.
    schedules: Vec<(DateTime<Utc>, Arc<Schedule>)>,
    /// Rundowns that were frozen and not done.
    rundowns: Vec<Rundown>,
}

impl OffTime {
    pub(super) fn new(history: &mut History, now: DateTime<Utc>) -> Self {
        // A schedule that was taken over before is a past; the one that is taken over now is not in the history alone. What
        // a clock without a battery recorded is none: nobody knows when that was.
        let first = history.schedules.first().map(|(at, _)| *at).filter(|at| *at < now);
        Self {
            from: history.settled_until.or(first).filter(|at| *at >= WRITTEN),
            schedules: std::mem::take(&mut history.schedules),
            rundowns: std::mem::take(&mut history.open_rundowns),
        }
    }

    /// Whether the station has been on before this run of the program.
    pub(super) fn has_past(&self) -> bool {
        self.from.is_some()
    }

    pub(super) fn from(&self) -> Option<DateTime<Utc>> {
        self.from
    }

    /// Takes the rundowns whose window is open: they go on.
    pub(super) fn take_open(&mut self, now: DateTime<Utc>) -> Vec<Rundown> {
        let (open, over) = std::mem::take(&mut self.rundowns).into_iter().partition(|each| each.window_ends_at > now);
        self.rundowns = over;
        open
    }

    /// Occurrences of [from, to) by the schedules that were in force then.
    fn occurrences(&self, zone: chrono_tz::Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Occurrence> {
        let ends = self.schedules.iter().skip(1).map(|(at, _)| *at).chain([to]);
        let each = self.schedules.iter().zip(ends);
        each.flat_map(|((at, schedule), end)| timetable::expand(schedule, zone, from.max(*at), end.min(to))).collect()
    }
}

impl Desk {
    /// Rows for everything that was due while the station was off, once the clock that says so is plausible.
    pub(super) fn fill_off_time(&mut self, now: Moment, actions: &mut Vec<Action>) {
        let start = self.plan.true_start(now).min(now.wall);
        let Some(from) = self.plan.off_time.as_ref().map(|off_time| off_time.from.unwrap_or(start)) else { return };
        let waited = now.wall - start >= PATIENCE;
        if !(now.synchronised || waited || start - from <= PLAUSIBLE) {
            return;
        }
        let Some(off_time) = self.plan.off_time.take() else { return };
        for rundown in &off_time.rundowns {
            let reason = self.plan.missed_because(rundown.scheduled_at, Reason::StationOff);
            let run = Run::new(JobId(0), rundown.clone(), &self.plan.logged);
            self.miss(run, Outcome::Missed, reason, now, actions);
            actions.push(Action::Record(done(rundown)));
        }
        let from = self.bound_off_time(from, Reason::StationOff, now, actions);
        for occurrence in off_time.occurrences(self.facts.timezone, from, start) {
            let stored = off_time.rundowns.iter().any(|rundown| {
                rundown.scheduled_at == occurrence.scheduled_at && rundown.programme == occurrence.programme.id
            });
            if occurrence.window_ends_at <= now.wall && !stored && !self.planned(&occurrence) {
                let run = self.unstored(&occurrence);
                self.miss(run, Outcome::Missed, Reason::StationOff, now, actions);
            }
        }
    }

    /// Where filling by item begins; what lies before it gets one row that names the span.
    pub(super) fn bound_off_time(
        &self,
        from: DateTime<Utc>,
        reason: Reason,
        now: Moment,
        actions: &mut Vec<Action>,
    ) -> DateTime<Utc> {
        let bound = now.wall - BY_ITEM;
        if from < bound {
            let note = rows::long_absence(&self.facts, (from, bound), reason, self.trust.state(now), now);
            actions.push(Action::Record(Record::Row(Box::new(note))));
        }
        from.max(bound)
    }
}
