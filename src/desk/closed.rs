//! Occurrences made into runs, once: what was frozen before stays as it was drawn, whatever clock and schedule do since.
//!
//! In: occurrences, what has left the desk in this run of the program, the log's attempts, the rundowns of yesterday that are
//! done. Out: runs. Pure. A queue item is drawn when its rundown is frozen for the first time; the same occurrence, come to
//! again after a restart or a step of the clock, has the same draws. Next: `desk/off_time.rs`.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::Desk;
use super::plan::Plan;
use super::protocol::History;
use super::run::{JobId, Logged, Run, Stand};
use crate::airing::{Airing, AiringId, Kind, Reason};
use crate::bulletin::schedule_item;
use crate::rundown::{self, Drawing, Making, Pending, Rundown, RundownItem};
use crate::timetable::Occurrence;

/// So many closed occurrences are remembered: weeks of any real station.
const CLOSED: usize = 4096;

/// So many of them with their rundown; a megabyte at most.
const WITH_RUNDOWN: usize = 256;

/// An occurrence that left the desk, and where its items stood then.
#[derive(Debug)]
pub(super) struct Closed {
    programme: String,
    scheduled_at: DateTime<Utc>,
    /// By airing, since the schedule may have other items when the clock comes to it again.
    stands: Vec<(AiringId, Stand)>,
    /// What was drawn for it; `None` if nothing was.
    rundown: Option<Box<Rundown>>,
}

impl Closed {
    fn new(run: &Run) -> Self {
        let airings = run.rundown.items.iter().map(|item| item.airing.clone());
        let has_draws = run.rundown.items.iter().any(is_of_queue);
        Self {
            programme: run.rundown.programme.clone(),
            scheduled_at: run.rundown.scheduled_at,
            stands: airings.zip(run.stands.iter().copied()).collect(),
            rundown: has_draws.then(|| Box::new(run.rundown.clone())),
        }
    }

    /// What was closed before the program started and may be come to again.
    pub(super) fn of_history(history: &mut History, logged: &Logged) -> VecDeque<Self> {
        let runs = history.done_rundowns.drain(..).map(|rundown| Run::new(JobId(0), rundown, logged));
        runs.filter(|run| run.rundown.items.iter().any(is_of_queue)).map(|run| Self::new(&run)).collect()
    }
}

/// Whether a slot is that of a queue item, drawn or not.
fn is_of_queue(item: &RundownItem) -> bool {
    let empty = item.taken_out.as_ref().is_none_or(|out| out.reason == Reason::QueueEmpty);
    item.kind == Kind::Bulletin && item.bulletin.as_ref().map_or(empty, |facts| facts.entry.is_some())
}

impl Plan {
    /// An occurrence leaves the desk.
    pub(super) fn close(&mut self, run: &Run) {
        let closed = Closed::new(run);
        let other = |each: &Closed| each.scheduled_at != closed.scheduled_at || each.programme != closed.programme;
        self.closed.retain(other);
        self.closed.push_back(closed);
        if self.closed.len() > CLOSED {
            self.closed.pop_front();
        }
        if let Some(old) = self.closed.len().checked_sub(WITH_RUNDOWN).and_then(|at| self.closed.get_mut(at)) {
            old.rundown = None;
        }
    }

    /// A cue of an occurrence that has left the desk had sounded all the same: where its item stands now.
    pub(super) fn heard_after_all(&mut self, airing: &AiringId, stand: Stand) {
        let known = self.closed.iter_mut().flat_map(|closed| &mut closed.stands);
        known.filter(|(each, _)| each == airing).for_each(|(_, known)| *known = stand);
    }

    fn closed(&self, programme: &str, at: DateTime<Utc>) -> Option<&Closed> {
        self.closed.iter().rev().find(|closed| closed.scheduled_at == at && closed.programme == programme)
    }

    /// Whether a queue item was drawn before and came to an end: its rundown may be forgotten, its rows are not.
    fn was_drawn(&self, occurrence: &Occurrence, item: &str) -> bool {
        let (programme, at) = (&occurrence.programme.id, occurrence.scheduled_at);
        let bare = AiringId::planned(programme, at, item);
        let draws = AiringId::planned(programme, at, &format!("{item}."));
        let ours = |airing: &AiringId| *airing == bare || airing.as_str().starts_with(draws.as_str());
        let is_over = |airing: &AiringId| Stand::of(self.logged.get(airing)) == Stand::Final;
        let closed = self.closed(programme, at).into_iter().flat_map(|closed| &closed.stands);
        closed.into_iter().any(|(airing, stand)| ours(airing) && *stand == Stand::Final)
            || self.logged.keys().any(|airing| ours(airing) && is_over(airing))
    }
}

impl Desk {
    /// Whether an occurrence is a run, or was one and left nothing that could still air.
    pub(super) fn planned(&self, occurrence: &Occurrence) -> bool {
        let (programme, at) = (&occurrence.programme.id, occurrence.scheduled_at);
        let running = |run: &Run| run.rundown.scheduled_at == at && run.rundown.programme == *programme;
        let over = |closed: &Closed| closed.stands.iter().all(|(_, stand)| *stand == Stand::Final);
        self.runs.iter().any(running) || self.plan.closed(programme, at).is_some_and(over)
    }

    /// An occurrence that is over as a run that is not stored, for its rows.
    pub(super) fn unstored(&self, occurrence: &Occurrence) -> Run {
        self.made(occurrence, rundown::unaired, &[])
    }

    /// An occurrence with its draws, as a run that has no id yet.
    pub(super) fn drawn(&self, occurrence: &Occurrence) -> Run {
        self.made(occurrence, rundown::freeze, &[])
    }

    /// The same, with what these draw taken to air before it.
    pub(super) fn drawn_after(&self, occurrence: &Occurrence, before: &[Run]) -> Run {
        self.made(occurrence, rundown::freeze, before)
    }

    fn made(&self, occurrence: &Occurrence, make: fn(&Occurrence, Making<'_>) -> Rundown, before: &[Run]) -> Run {
        let closed = self.plan.closed(&occurrence.programme.id, occurrence.scheduled_at);
        if let Some(frozen) = closed.and_then(|closed| closed.rundown.as_ref()) {
            return self.as_run(occurrence, Rundown::clone(frozen));
        }
        let rundown = self.with_making(before, |making| make(occurrence, making));
        let mut run = self.as_run(occurrence, rundown);
        for (item, stand) in run.rundown.items.iter().zip(&mut run.stands) {
            if is_of_queue(item) && self.plan.was_drawn(occurrence, schedule_item(&item.item)) {
                *stand = Stand::Final;
            }
        }
        run
    }

    fn as_run(&self, occurrence: &Occurrence, rundown: Rundown) -> Run {
        let mut run = Run::new(JobId(0), rundown, &self.plan.logged);
        let closed = self.plan.closed(&occurrence.programme.id, occurrence.scheduled_at);
        for (airing, known) in closed.into_iter().flat_map(|closed| &closed.stands) {
            let items = run.rundown.items.iter().zip(&mut run.stands);
            items.filter(|(item, _)| item.airing == *airing).for_each(|(_, stand)| *stand = *known);
        }
        run
    }

    /// Gives what rundowns are made from now, after those that are frozen and these.
    fn with_making<T>(&self, before: &[Run], make: impl FnOnce(Making<'_>) -> T) -> T {
        let pending: Vec<Pending> = self.runs.iter().chain(before).flat_map(pending_draws).collect();
        let bad = self.verdicts.iter().filter(|(_, verdict)| verdict.is_err());
        let unfit: HashSet<Arc<str>> = bad.map(|(sha256, _)| Arc::clone(sha256)).collect();
        let drawing = Drawing {
            shelf: &self.shelf,
            tally: &self.tally,
            pending: &pending,
            unfit: &unfit,
            approval_required: self.facts.approval_required,
        };
        make(Making { timezone: self.facts.timezone, zones: &self.facts.zones, library: &self.library, drawing })
    }

    /// The sound of a bulletin could not be played: until a full decode says otherwise it is drawn no more, for one whose
    /// bytes are lost would take the turn of all others, every day.
    pub(super) fn pass_over_from_now_on(&mut self, row: &Airing, reason: Reason) {
        if let (Some(_), Some(sha256)) = (row.bulletin, &row.sha256) {
            self.verdicts.insert(sha256.as_str().into(), Err(reason));
        }
    }
}

/// Draws that stand in a rundown and have not come to their end.
fn pending_draws(run: &Run) -> Vec<Pending> {
    let at = run.rundown.scheduled_at;
    let due = (0..).zip(run.rundown.items.iter().zip(&run.stands));
    let pending = due.filter(|(_, (_, stand))| **stand != Stand::Final).filter_map(|(place, (item, _))| {
        let facts = item.bulletin.as_ref()?;
        // One after the other, as they will air: who comes later waits longer for the next turn.
        let at = at + TimeDelta::microseconds(place);
        Some(Pending { entry: facts.entry?, bulletin: facts.number, at })
    });
    pending.collect()
}
