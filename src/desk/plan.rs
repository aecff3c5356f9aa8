//! From schedules and time to rundowns: what starts next, what was due while the station could not know.
//!
//! In: schedules, the instant up to which everything has been planned, the log's attempts. Out: frozen runs, and for what
//! is over without having aired, rows. Pure. Everything before `horizon` has been planned once; when the clock steps back
//! the horizon goes with it, and what was closed since is remembered, so that nothing airs twice and a slot that a wrong
//! clock wrote off still airs when its time really comes. Next: `desk/closed.rs`.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::closed::Closed;
use super::off_time::OffTime;
use super::protocol::{Action, History, Record};
use super::run::{Logged, Run, Stand};
use super::{Desk, rows};
use crate::airing::{ClockState, Outcome, Reason};
use crate::clock::Moment;
use crate::rundown::Rundown;
use crate::schedule::Schedule;
use crate::timetable::{self, Occurrence};

/// A rundown is frozen and stored this long before its start.
pub(super) const FREEZE_LEAD: TimeDelta = TimeDelta::seconds(60);

/// No window is longer (schedule/read.rs refuses it), so nothing that may still air is older.
const LONGEST_WINDOW: TimeDelta = TimeDelta::hours(24);

/// How far ahead occurrences are computed in one go.
const LOOK_AHEAD: TimeDelta = TimeDelta::hours(36);

/// A horizon that is further ahead than freezing allows: the clock has stepped back.
const HORIZON_AHEAD: TimeDelta = TimeDelta::seconds(61);

/// The state of planning.
#[derive(Debug)]
pub(super) struct Plan {
    /// Everything scheduled before this instant has become a run or rows.
    pub(super) horizon: DateTime<Utc>,
    /// Occurrences from `horizon` on, oldest first.
    upcoming: Vec<Occurrence>,
    /// `upcoming` is complete before this instant.
    upcoming_until: DateTime<Utc>,
    /// What was closed in this run of the program, the newest last.
    pub(super) closed: VecDeque<Closed>,
    /// What the log knew at the start.
    pub(super) logged: Logged,
    /// What was due while the station was off, until it has its rows.
    pub(super) off_time: Option<OffTime>,
    /// The station has been on before this run of the program.
    has_past: bool,
    /// When the program started.
    born: Moment,
    /// Planning has begun: the clock was believed once.
    resumed: bool,
    /// Slots of this span were jumped over and not listed: the clock went too far ahead.
    unlisted: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The newest time without trust in the clock, as it stands in today's wall time.
    pub(super) untrusted: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// How far the clock was believed at the last planning.
    last_clock: ClockState,
    /// The instant last recorded as settled.
    pub(super) settled_until: DateTime<Utc>,
}

impl Plan {
    pub(super) fn new(history: &mut History, now: Moment) -> Self {
        let mut logged = Logged::new();
        for attempt in history.logged.drain(..) {
            logged.entry(attempt.airing.clone()).or_default().push(attempt);
        }
        let off_time = OffTime::new(history, now.wall);
        Self {
            horizon: now.wall,
            upcoming: Vec::new(),
            upcoming_until: DateTime::<Utc>::MIN_UTC,
            closed: Closed::of_history(history, &logged),
            logged,
            settled_until: off_time.from().unwrap_or(now.wall).min(now.wall),
            has_past: off_time.has_past(),
            off_time: Some(off_time),
            born: now,
            resumed: false,
            unlisted: None,
            untrusted: None,
            last_clock: ClockState::Untrusted,
        }
    }

    /// When the program really started, by today's clock.
    pub(super) fn true_start(&self, now: Moment) -> DateTime<Utc> {
        now.wall - now.mono.since(self.born.mono)
    }

    /// The first occurrence that is not a run yet.
    pub(super) fn first_upcoming(&self) -> Option<&Occurrence> {
        self.upcoming.first()
    }

    /// The next occurrences that are not runs yet.
    pub(super) fn upcoming(&self) -> &[Occurrence] {
        &self.upcoming
    }

    /// What is computed ahead is void: the schedule or the clock has changed.
    pub(super) fn forget_upcoming(&mut self) {
        self.upcoming.clear();
        self.upcoming_until = DateTime::<Utc>::MIN_UTC;
    }

    /// Why a slot that is over has not aired: one that fell into the time without trust was missed for that.
    pub(super) fn missed_because(&self, at: DateTime<Utc>, otherwise: Reason) -> Reason {
        match self.untrusted {
            Some((from, to)) if (from..=to).contains(&at) => Reason::ClockUntrusted,
            _ => otherwise,
        }
    }
}

impl Desk {
    /// A schedule is taken over: what is frozen stays, what is not yet frozen follows the new one, from now on.
    pub(super) fn take_schedule(&mut self, schedule: Arc<Schedule>, now: Moment, actions: &mut Vec<Action>) {
        self.schedule = schedule;
        self.plan.forget_upcoming();
        if self.plan.resumed {
            // Programmes that start within the freezing lead and did not exist before still get their turn.
            self.freeze_between(now.wall, self.plan.horizon, now, actions);
        }
    }

    /// Brings planning up to `now`, once the clock is believed: what is over gets rows, what starts within a minute is
    /// frozen. `cause` is why occurrences that are over already have not aired.
    pub(super) fn plan_up_to(&mut self, now: Moment, cause: Reason, actions: &mut Vec<Action>) {
        let clock = self.trust.state(now);
        if clock == ClockState::Untrusted {
            return;
        }
        if let Some(from) = self.trust.regained(now) {
            self.plan.untrusted = Some((from, now.wall));
        }
        if !self.plan.resumed {
            self.resume(now, actions);
        }
        self.fill_off_time(now, actions);
        if self.plan.horizon > now.wall + HORIZON_AHEAD {
            self.plan.horizon = now.wall;
            self.plan.forget_upcoming();
            self.freeze_between(now.wall - LONGEST_WINDOW, now.wall, now, actions);
            self.list_after_all(now, actions);
        }
        self.pass_over(now, cause, actions);
        self.look_ahead(now);
        let freezing = now.wall + FREEZE_LEAD;
        while self.plan.upcoming.first().is_some_and(|next| next.scheduled_at <= freezing) {
            let occurrence = self.plan.upcoming.remove(0);
            self.freeze(&occurrence, actions);
        }
        self.plan.horizon = self.plan.horizon.max(freezing + TimeDelta::microseconds(1));
        self.plan.last_clock = clock;
    }

    /// Once, at the first believed instant: rundowns and programmes whose window is open go on.
    fn resume(&mut self, now: Moment, actions: &mut Vec<Action>) {
        self.plan.resumed = true;
        self.plan.horizon = self.plan.true_start(now).min(now.wall);
        let open = self.plan.off_time.as_mut().map(|off_time| off_time.take_open(now.wall)).unwrap_or_default();
        for rundown in open {
            let id = self.next_job();
            let run = Run::new(id, rundown, &self.plan.logged);
            self.runs.push(run);
        }
        let start = self.plan.horizon;
        self.freeze_between(start - LONGEST_WINDOW, start, now, actions);
    }

    /// Freezes what is scheduled in [from, to) and still has its window open.
    fn freeze_between(&mut self, from: DateTime<Utc>, to: DateTime<Utc>, now: Moment, actions: &mut Vec<Action>) {
        for occurrence in timetable::expand(&self.schedule, self.facts.timezone, from, to) {
            if occurrence.window_ends_at > now.wall {
                self.freeze(&occurrence, actions);
            }
        }
    }

    /// Occurrences between the horizon and now: a step, a sleep or an untrusted clock jumped over them.
    fn pass_over(&mut self, now: Moment, cause: Reason, actions: &mut Vec<Action>) {
        if now.wall <= self.plan.horizon {
            return;
        }
        // A free clock that was set right only now says nothing of the time before the program started.
        let set_right = self.plan.last_clock == ClockState::FreeRunning && now.synchronised;
        let start = self.plan.true_start(now);
        let no_past = set_right && !self.plan.has_past;
        let horizon = if no_past { self.plan.horizon.max(start) } else { self.plan.horizon };
        let oldest = self.bound_off_time(horizon, cause, now, actions);
        if oldest > horizon {
            self.plan.unlisted = Some((horizon, oldest));
        }
        for occurrence in timetable::expand(&self.schedule, self.facts.timezone, oldest, now.wall) {
            if occurrence.window_ends_at > now.wall {
                self.freeze(&occurrence, actions);
            } else if !self.planned(&occurrence) {
                let before = set_right && occurrence.scheduled_at < start;
                let cause = if before { Reason::StationOff } else { cause };
                let reason = self.plan.missed_because(occurrence.scheduled_at, cause);
                let run = self.unstored(&occurrence);
                self.miss(run, Outcome::Missed, reason, now, actions);
            }
        }
        self.plan.horizon = now.wall;
        self.plan.forget_upcoming();
    }

    /// The clock is back from too far ahead: what was really due meanwhile, and is over, gets its rows.
    fn list_after_all(&mut self, now: Moment, actions: &mut Vec<Action>) {
        let Some((from, _)) = self.plan.unlisted.take_if(|(from, to)| (*from..*to).contains(&now.wall)) else { return };
        let oldest = self.bound_off_time(from, Reason::ClockStep, now, actions);
        for occurrence in timetable::expand(&self.schedule, self.facts.timezone, oldest, now.wall) {
            if occurrence.window_ends_at <= now.wall && !self.planned(&occurrence) {
                let run = self.unstored(&occurrence);
                self.miss(run, Outcome::Missed, Reason::ClockStep, now, actions);
            }
        }
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

    fn freeze(&mut self, occurrence: &Occurrence, actions: &mut Vec<Action>) {
        if self.planned(occurrence) {
            return;
        }
        let mut run = self.drawn(occurrence);
        if run.complete() {
            return;
        }
        run.id = self.next_job();
        actions.push(Action::Record(Record::Rundown(Box::new(run.rundown.clone()))));
        self.runs.push(run);
    }

    /// Rows for the items of a run that were never attempted; the run is closed.
    pub(super) fn miss(
        &mut self,
        mut run: Run,
        outcome: Outcome,
        reason: Reason,
        now: Moment,
        actions: &mut Vec<Action>,
    ) {
        for index in 0..run.stands.len() {
            if run.stands[index] != (Stand::Due { attempts: 0 }) {
                continue;
            }
            let mut row = rows::of_item(&self.facts, &self.stamp(now), &run.rundown, index, 1);
            self.leave_item(&run.rundown.items[index], (outcome, reason), &mut row);
            run.stands[index] = Stand::after(&row);
            actions.push(Action::Record(Record::Row(Box::new(row))));
        }
        self.plan.close(&run);
    }

    /// Until when nothing is to do: nothing is at work, and the answer comes before anything is frozen. `None` as long as
    /// something is at work or the future is not known.
    #[must_use]
    pub fn idle_until(&self) -> Option<DateTime<Utc>> {
        let idle = self.runs.is_empty() && self.acts.is_empty() && self.playing.is_empty();
        let known = self.plan.resumed && self.plan.off_time.is_none();
        let next = self.plan.first_upcoming().map(|next| next.scheduled_at);
        let next = next.map_or(self.plan.upcoming_until, |next| next.min(self.plan.upcoming_until));
        (idle && known && self.leave_by.is_none()).then(|| next - FREEZE_LEAD)
    }

    /// Everything scheduled before the answer has its rows.
    pub(super) fn settled_at(&self, now: Moment) -> Option<DateTime<Utc>> {
        let oldest_run = self.runs.iter().map(|run| run.rundown.scheduled_at).min();
        let until = oldest_run.unwrap_or(now.wall).min(self.plan.horizon).min(now.wall);
        (self.plan.resumed && self.plan.off_time.is_none()).then_some(until)
    }
}

pub(super) fn done(rundown: &Rundown) -> Record {
    Record::RundownDone { programme: rundown.programme.clone(), scheduled_at: rundown.scheduled_at }
}
