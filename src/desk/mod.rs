//! The station's state machine: events in, actions out, time as an argument.
//!
//! In: events of the playout, acts of people, schedules, readings of the clocks. Out: actions, to be performed in order: the
//! record before the sound. Pure: it owns no channel, lock or randomness, so a year of station life is simulated in seconds
//! with any fault at any instant. Every event first brings the state up to date, then lines up what is due; the rules of
//! what may cut what stand in `line`, those of occurrences in `plan`, those of the clock in `trust`.

mod acts;
mod approval;
mod closed;
mod cues;
mod line;
mod off_time;
mod order;
mod outlook;
mod plan;
mod playing;
mod protocol;
mod rows;
mod run;
mod snapshot;
mod today;
mod told;
mod treatment;
mod trust;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

pub use outlook::{Outlook, OutlookItem};
pub use protocol::*;
pub use snapshot::{Snapshot, SnapshotItem, SnapshotNext};
pub use today::{OnDuty, Planned, PlannedItem, Today};
pub use told::{Done, Refusal, When};

use crate::airing::{ClockState, Reason};
use crate::bulletin::{Shelf, Tally};
use crate::clock::{Moment, Mono};
use crate::rundown::{Content, Library};
use crate::schedule::Schedule;
use crate::sound::Measures;
use plan::Plan;
use playing::{Playing, TakenBack};
use rows::RowStamp;
use run::{Airs, JobId, Run};
use trust::Trust;

/// The desk looks at the clocks at least this often, so that a step is met within a second.
const LONGEST_SLEEP: TimeDelta = TimeDelta::milliseconds(900);

/// Everything planned is recorded as settled at least this often, so that off time begins where the power went.
const SETTLE_EVERY: TimeDelta = TimeDelta::minutes(10);

/// A station that is told to exit waits so long for the sound to end; a device that hangs must not keep it.
const SHUTDOWN_LIMIT: TimeDelta = TimeDelta::milliseconds(1500);

/// The state of the station.
#[derive(Debug)]
pub struct Desk {
    facts: Facts,
    schedule: Arc<Schedule>,
    library: Arc<Library>,
    shelf: Arc<Shelf>,
    /// What has aired of bulletins, rows of this run of the program included.
    tally: Tally,
    /// Contents that must not air, and what those that may sound like.
    verdicts: HashMap<Arc<str>, Result<Measures, Reason>>,
    plan: Plan,
    trust: Trust,
    runs: Vec<Run>,
    acts: VecDeque<Airs>,
    /// Cues that were named and not yet answered for the last time, in the order in which they were named.
    playing: Vec<Playing>,
    /// The last few that were taken back when armed; one of them may have sounded before the deck heard of it.
    taken_back: VecDeque<TakenBack>,
    /// Until then one of them may still say that it has sounded.
    answers_by: Mono,
    /// When waiting emergencies were last recorded.
    kept_at: Mono,
    /// The moment of the newest event.
    told_at: Moment,
    /// Id of the open device.
    device: Option<String>,
    /// Why there is none.
    device_lost: Option<String>,
    /// Set by `Shutdown`: when the desk stops waiting for the last cue.
    leave_by: Option<Mono>,
    exited: bool,
    next_cue: u64,
    next_job: u64,
}

impl Desk {
    /// A desk that knows what the store remembers. Nothing is on the air; the device is not open yet.
    #[must_use]
    pub fn new(
        facts: Facts,
        schedule: Arc<Schedule>,
        library: Arc<Library>,
        mut history: History,
        now: Moment,
    ) -> Self {
        let (synchronised, other) =
            if history.newest_is_synchronised { (history.newest_row_at, None) } else { (None, history.newest_row_at) };
        let trust = Trust::new(synchronised, other, facts.trust_clock, now);
        let plan = Plan::new(&mut history, now);
        let mut desk = Self {
            facts,
            schedule,
            library,
            shelf: history.shelf,
            tally: history.tally,
            verdicts: HashMap::new(),
            plan,
            trust,
            runs: Vec::new(),
            acts: VecDeque::new(),
            playing: Vec::new(),
            taken_back: VecDeque::new(),
            answers_by: now.mono,
            kept_at: now.mono,
            told_at: now,
            device: None,
            device_lost: None,
            leave_by: None,
            exited: false,
            next_cue: 1,
            next_job: 1,
        };
        for (row, alive_at) in history.open_emergencies {
            desk.resume_emergency(&row, alive_at, now);
        }
        desk
    }

    /// What the start of the station makes due: rows for off time, the note of `--trust-clock`.
    pub fn begin(&mut self, now: Moment) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.facts.trust_clock && !now.synchronised {
            let text = "the clock is trusted by order of a person (--trust-clock) until its next synchronisation";
            let row = rows::note(&self.facts, self.trust.state(now), now, text);
            actions.push(Action::Record(Record::Row(Box::new(row))));
        }
        self.plan_up_to(now, Reason::StationOff, &mut actions);
        self.advance(now, Reason::StationOff, &mut actions);
        self.note_rows(&actions, now);
        actions
    }

    /// Each row that is recorded speaks against an older clock from then on, and counts for its bulletin.
    fn note_rows(&mut self, actions: &[Action], now: Moment) {
        let rows = actions.iter().filter_map(|action| match action {
            Action::Record(Record::Row(row)) => Some(row),
            _ => None,
        });
        for row in rows {
            self.trust.recorded(now);
            self.tally.count(row);
        }
    }

    /// Takes one event and answers what to do, in order.
    pub fn handle(&mut self, event: Event, now: Moment) -> Vec<Action> {
        let mut actions = Vec::new();
        self.told_at = now;
        let step = self.trust.observe(now);
        let cause = if step.is_some() { Reason::ClockStep } else { Reason::StationOff };
        if step.is_some() {
            self.meet_step(now, &mut actions);
        }
        match event {
            Event::Wake => self.take_back_overdue(now, &mut actions),
            Event::Schedule(schedule) => self.take_schedule(schedule, now, &mut actions),
            Event::Facts(facts) => {
                self.facts = *facts;
                self.plan.forget_upcoming();
            }
            Event::Library(library) => self.take_library(library, &mut actions),
            Event::Shelf(newer, tally) => self.take_shelf(newer, tally.as_deref(), now, &mut actions),
            Event::Verdict { sha256, verdict } => {
                self.verdicts.insert(sha256, verdict);
            }
            Event::Cue(cue, event) => self.take_cue(cue, event, now, &mut actions),
            Event::Device(DeviceEvent::Up { device }) => {
                (self.device, self.device_lost) = (Some(device), None);
            }
            Event::Device(DeviceEvent::Lost { why }) => {
                (self.device, self.device_lost) = (None, Some(why));
            }
            Event::Act(request, act, actor) => self.take_act(request, act, &actor, now, &mut actions),
            Event::Shutdown => self.shut_down(now, &mut actions),
        }
        // Before anything is drawn: what has just come to its end is pending no more.
        self.note_rows(&actions, now);
        let noted = actions.len();
        if self.leave_by.is_none() {
            self.plan_up_to(now, cause, &mut actions);
        }
        self.advance(now, cause, &mut actions);
        self.note_rows(&actions[noted..], now);
        actions
    }

    /// Takes over a verdict that was reached before the desk was made.
    pub fn knows(&mut self, sha256: Arc<str>, verdict: Result<Measures, Reason>) {
        self.verdicts.insert(sha256, verdict);
    }

    /// When to wake the desk with `Event::Wake` if nothing else happens. Counted from the moment that the desk was told
    /// last: an instant that has come since is due, not past.
    #[must_use]
    pub fn wake_at(&self) -> Mono {
        if self.playing.iter().any(|playing| playing.is_overdue(self.told_at)) {
            return self.told_at.mono;
        }
        let soonest = self.instants(self.told_at).into_iter().filter(|left| *left > TimeDelta::zero()).min();
        self.told_at.mono.plus(soonest.map_or(LONGEST_SLEEP, |left| left.min(LONGEST_SLEEP)))
    }

    /// The desk has said `Exit`.
    #[must_use]
    pub fn exited(&self) -> bool {
        self.exited
    }

    /// A rundown is frozen, but for what was not known yet or could not air anyhow; what changes is stored again.
    fn take_library(&mut self, library: Arc<Library>, actions: &mut Vec<Action>) {
        self.library = library;
        let verdicts = &self.verdicts;
        let bad = |content: &Content| verdicts.get(&content.sha256).is_some_and(Result::is_err);
        for run in &mut self.runs {
            let mut changed = false;
            for audio in run.rundown.items.iter_mut().map(|item| &mut item.audio) {
                let Some(file) = audio.file.as_ref().filter(|_| audio.content.as_ref().is_none_or(bad)) else {
                    continue;
                };
                let content = self.library.get(file).cloned();
                changed |= content != audio.content;
                audio.content = content;
            }
            if changed {
                actions.push(Action::Record(Record::Rundown(Box::new(run.rundown.clone()))));
            }
        }
    }

    fn shut_down(&mut self, now: Moment, actions: &mut Vec<Action>) {
        if self.leave_by.is_some() {
            return;
        }
        self.leave_by = Some(now.mono.plus(SHUTDOWN_LIMIT));
        self.take_back(Reason::Shutdown, |_| true, actions);
        self.cut_on_air(Reason::Shutdown, None, now, actions);
    }

    /// Records how far everything planned has its rows, when that has moved on, or back with the clock.
    fn settle(&mut self, now: Moment, at_once: bool, actions: &mut Vec<Action>) {
        let Some(until) = self.settled_at(now) else { return };
        let moved = until - self.plan.settled_until;
        if moved < TimeDelta::zero() || moved > SETTLE_EVERY || at_once && !moved.is_zero() {
            self.plan.settled_until = until;
            actions.push(Action::Record(Record::Settled(until)));
        }
    }

    fn stamp(&self, now: Moment) -> RowStamp {
        RowStamp { clock: self.trust.state(now), device: self.device.clone() }
    }

    fn untrusted(&self, now: Moment) -> bool {
        self.trust.state(now) == ClockState::Untrusted
    }

    fn next_job(&mut self) -> JobId {
        self.next_job += 1;
        JobId(self.next_job)
    }

    fn name_cue(&mut self) -> CueId {
        self.next_cue += 1;
        CueId(self.next_cue)
    }

    /// The schedule in force.
    #[must_use]
    pub fn schedule(&self) -> &Arc<Schedule> {
        &self.schedule
    }

    /// The next instants that matter, as spans from now; those past are not positive.
    fn instants(&self, now: Moment) -> Vec<TimeDelta> {
        let wall = |at: DateTime<Utc>| at - now.wall;
        let mut spans: Vec<TimeDelta> = self.leave_by.iter().map(|at| at.since(now.mono)).collect();
        spans.push(self.answers_by.since(now.mono));
        if let Some(next) = self.plan.first_upcoming() {
            spans.push(wall(next.scheduled_at) - plan::FREEZE_LEAD);
        }
        for run in &self.runs {
            let start = wall(run.rundown.scheduled_at);
            let close = run.window_left(now);
            spans.extend([start, close, close - line::ARM_LEAD]);
            spans.extend([line::CUE_LEAD, line::INTENT_LEAD, line::ARM_LEAD].map(|lead| start - lead));
        }
        if let Some(end) = self.predicted_end(now) {
            let left = end.since(now.mono);
            spans.extend([line::CUE_LEAD, line::INTENT_LEAD, line::ARM_LEAD].map(|lead| left - lead));
        }
        spans
    }
}
