//! From schedules and time to rundowns: what starts next, what was due while the station could not know.
//!
//! In: schedules, the instant up to which everything has been planned, the log's attempts. Out: frozen runs, and for what
//! is over without having aired, rows. Pure. Everything before `horizon` has been planned once and never again, so a
//! clock that steps back or a reload plans no slot twice. Next: `desk/line.rs`.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::protocol::{Action, History, Record};
use super::run::{JobId, Logged, Run, Stand};
use super::{Desk, rows};
use crate::airing::{ClockState, Outcome, Reason};
use crate::clock::Moment;
use crate::rundown::{self, Rundown};
use crate::schedule::Schedule;
use crate::timetable::{self, Occurrence};

/// A rundown is frozen and stored this long before its start.
pub(super) const FREEZE_LEAD: TimeDelta = TimeDelta::seconds(60);

/// No window is longer (schedule/read.rs refuses it), so nothing that may still air is older.
const LONGEST_WINDOW: TimeDelta = TimeDelta::hours(24);

/// Off time before this is one row that names the span.
const OFF_TIME_BY_ITEM: TimeDelta = TimeDelta::days(60);

/// How far ahead occurrences are computed in one go.
const LOOK_AHEAD: TimeDelta = TimeDelta::hours(36);

/// The state of planning.
#[derive(Debug)]
pub(super) struct Plan {
    /// Everything scheduled before this instant has become a run or rows.
    pub(super) horizon: DateTime<Utc>,
    /// Occurrences from `horizon` on, oldest first.
    upcoming: Vec<Occurrence>,
    /// `upcoming` is complete before this instant.
    upcoming_until: DateTime<Utc>,
    /// Schedules in force since the log was last settled; emptied once off time is filled.
    past: Vec<(DateTime<Utc>, Arc<Schedule>)>,
    /// What the log knew at the start; emptied with `past`.
    pub(super) logged: Logged,
    restored: Vec<Rundown>,
    /// Off time has been filled.
    settled: bool,
    /// The instant last recorded as settled.
    pub(super) settled_until: DateTime<Utc>,
}

impl Plan {
    pub(super) fn new(history: &mut History, now: Moment) -> Self {
        let mut logged = Logged::new();
        for attempt in history.logged.drain(..) {
            logged.entry(attempt.airing.clone()).or_default().push(attempt);
        }
        let first = history.schedules.first().map(|(at, _)| *at);
        let horizon = history.settled_until.or(first).unwrap_or(now.wall);
        Self {
            horizon,
            upcoming: Vec::new(),
            upcoming_until: DateTime::<Utc>::MIN_UTC,
            past: std::mem::take(&mut history.schedules),
            logged,
            restored: std::mem::take(&mut history.open_rundowns),
            settled: false,
            settled_until: horizon,
        }
    }

    /// The first occurrence that is not a run yet.
    pub(super) fn first_upcoming(&self) -> Option<&Occurrence> {
        self.upcoming.first()
    }

    /// The next occurrences that are not runs yet.
    pub(super) fn upcoming(&self) -> &[Occurrence] {
        &self.upcoming
    }

    /// The schedule has changed: what is computed ahead is void.
    pub(super) fn forget_upcoming(&mut self) {
        self.upcoming.clear();
        self.upcoming_until = DateTime::<Utc>::MIN_UTC;
    }
}

impl Desk {
    /// A schedule is taken over: what is frozen stays, what is not yet frozen follows the new one, from now on.
    pub(super) fn take_schedule(&mut self, schedule: Arc<Schedule>, now: Moment, actions: &mut Vec<Action>) {
        self.schedule = schedule;
        self.plan.forget_upcoming();
        if self.plan.settled {
            // Programmes that start within the freezing lead and did not exist before still get their turn.
            let fresh = timetable::expand(&self.schedule, self.facts.timezone, now.wall, self.plan.horizon);
            for occurrence in fresh {
                if !self.planned(&occurrence) {
                    self.freeze(&occurrence, actions);
                }
            }
        }
    }

    /// Brings planning up to `now`: fills off time once the clock is believed, then freezes what starts within a minute.
    /// `cause` is why occurrences that are over already have not aired.
    pub(super) fn plan_up_to(&mut self, now: Moment, cause: Reason, actions: &mut Vec<Action>) {
        if self.trust.state(now) == ClockState::Untrusted {
            return;
        }
        let untrusted_from = self.trust.regained(now);
        if !self.plan.settled {
            self.restore(now, untrusted_from, actions);
        }
        self.pass_over(now, cause, untrusted_from, actions);
        self.look_ahead(now);
        let freezing = now.wall + FREEZE_LEAD;
        while self.plan.upcoming.first().is_some_and(|next| next.scheduled_at <= freezing) {
            let occurrence = self.plan.upcoming.remove(0);
            if !self.planned(&occurrence) {
                self.freeze(&occurrence, actions);
            }
        }
        self.plan.horizon = self.plan.horizon.max(freezing + TimeDelta::microseconds(1));
    }

    /// Occurrences between the horizon and now whose window is over: a step, a sleep or an untrusted clock jumped over them.
    fn pass_over(
        &mut self,
        now: Moment,
        cause: Reason,
        untrusted_from: Option<DateTime<Utc>>,
        actions: &mut Vec<Action>,
    ) {
        if now.wall <= self.plan.horizon {
            return;
        }
        let oldest = self.bound_off_time(now, actions);
        for occurrence in timetable::expand(&self.schedule, self.facts.timezone, oldest, now.wall) {
            if self.planned(&occurrence) {
                continue;
            }
            if occurrence.window_ends_at > now.wall {
                self.freeze(&occurrence, actions);
            } else {
                let reason = missed_because(occurrence.scheduled_at, untrusted_from, cause);
                let rundown = rundown::freeze(&occurrence, &self.facts.zones, &self.library);
                let run = Run::new(JobId(0), rundown, &Logged::new());
                self.miss(&run, Outcome::Missed, reason, now, actions);
            }
        }
        self.plan.horizon = now.wall;
        self.plan.forget_upcoming();
    }

    /// Once, at the first believed instant: stored rundowns go on or are closed, off time gets its rows.
    fn restore(&mut self, now: Moment, untrusted_from: Option<DateTime<Utc>>, actions: &mut Vec<Action>) {
        self.plan.settled = true;
        let restored = std::mem::take(&mut self.plan.restored);
        let keys: Vec<_> = restored.iter().map(|rundown| (rundown.programme.clone(), rundown.scheduled_at)).collect();
        let stored = |occurrence: &Occurrence| {
            keys.iter().any(|(programme, at)| *programme == occurrence.programme.id && *at == occurrence.scheduled_at)
        };
        for rundown in restored {
            let run = Run::new(self.next_job(), rundown, &self.plan.logged);
            if run.rundown.window_ends_at <= now.wall {
                let reason = missed_because(run.rundown.scheduled_at, untrusted_from, Reason::StationOff);
                self.miss(&run, Outcome::Missed, reason, now, actions);
                actions.push(Action::Record(done(&run.rundown)));
            } else {
                self.runs.push(run);
            }
        }
        let oldest = self.bound_off_time(now, actions);
        for occurrence in self.in_force(oldest, now.wall) {
            if occurrence.window_ends_at <= now.wall && !stored(&occurrence) {
                let reason = missed_because(occurrence.scheduled_at, untrusted_from, Reason::StationOff);
                let run = self.unstored(&occurrence);
                self.miss(&run, Outcome::Missed, reason, now, actions);
            }
        }
        let still_open = timetable::expand(&self.schedule, self.facts.timezone, now.wall - LONGEST_WINDOW, now.wall);
        for occurrence in still_open {
            if occurrence.window_ends_at > now.wall && !stored(&occurrence) {
                self.freeze(&occurrence, actions);
            }
        }
        self.plan.past.clear();
        self.plan.logged.clear();
        self.plan.horizon = self.plan.horizon.max(now.wall);
    }

    /// Occurrences of [from, to) by the schedules that were in force then.
    fn in_force(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Occurrence> {
        let ends = self.plan.past.iter().skip(1).map(|(at, _)| *at).chain([to]);
        self.plan
            .past
            .iter()
            .zip(ends)
            .flat_map(|((at, schedule), end)| {
                timetable::expand(schedule, self.facts.timezone, from.max(*at), end.min(to))
            })
            .collect()
    }

    /// Where filling by item begins; what lies before it gets one row that names the span.
    fn bound_off_time(&self, now: Moment, actions: &mut Vec<Action>) -> DateTime<Utc> {
        let bound = now.wall - OFF_TIME_BY_ITEM;
        if self.plan.horizon < bound {
            let note = rows::long_absence(&self.facts, self.plan.horizon, bound, self.trust.state(now), now);
            actions.push(Action::Record(Record::Row(Box::new(note))));
        }
        self.plan.horizon.max(bound)
    }

    fn look_ahead(&mut self, now: Moment) {
        let wanted = now.wall + FREEZE_LEAD + TimeDelta::hours(1);
        if self.plan.upcoming_until >= wanted {
            return;
        }
        let from = self.plan.horizon.max(now.wall);
        let until = from + LOOK_AHEAD;
        self.plan.upcoming = timetable::expand(&self.schedule, self.facts.timezone, from, until);
        self.plan.upcoming_until = until;
    }

    fn planned(&self, occurrence: &Occurrence) -> bool {
        self.runs.iter().any(|run| {
            run.rundown.scheduled_at == occurrence.scheduled_at && run.rundown.programme == occurrence.programme.id
        })
    }

    fn unstored(&self, occurrence: &Occurrence) -> Run {
        let rundown = rundown::freeze(occurrence, &self.facts.zones, &self.library);
        Run::new(JobId(0), rundown, &self.plan.logged)
    }

    fn freeze(&mut self, occurrence: &Occurrence, actions: &mut Vec<Action>) {
        let mut run = self.unstored(occurrence);
        if run.complete() {
            return;
        }
        run.id = self.next_job();
        actions.push(Action::Record(Record::Rundown(Box::new(run.rundown.clone()))));
        self.runs.push(run);
    }

    /// Rows for the items of a run that were never attempted.
    pub(super) fn miss(&self, run: &Run, outcome: Outcome, reason: Reason, now: Moment, actions: &mut Vec<Action>) {
        for index in 0..run.stands.len() {
            if run.stands[index] == (Stand::Due { attempts: 0 }) {
                let mut row = rows::of_item(&self.facts, &self.stamp(now), &run.rundown, index, 1);
                (row.outcome, row.reason) = (Some(outcome), Some(reason));
                actions.push(Action::Record(Record::Row(Box::new(row))));
            }
        }
    }

    /// Everything scheduled before the answer has its rows.
    pub(super) fn settled_at(&self, now: Moment) -> Option<DateTime<Utc>> {
        let oldest_run = self.runs.iter().map(|run| run.rundown.scheduled_at).min();
        let until = oldest_run.unwrap_or(now.wall).min(self.plan.horizon).min(now.wall);
        (self.plan.settled && until > self.plan.settled_until).then_some(until)
    }
}

pub(super) fn done(rundown: &Rundown) -> Record {
    Record::RundownDone { programme: rundown.programme.clone(), scheduled_at: rundown.scheduled_at }
}

/// A slot that fell into the time without trust was missed for that, whatever came before or after.
fn missed_because(at: DateTime<Utc>, untrusted_from: Option<DateTime<Utc>>, otherwise: Reason) -> Reason {
    match untrusted_from {
        Some(from) if at >= from => Reason::ClockUntrusted,
        _ => otherwise,
    }
}
