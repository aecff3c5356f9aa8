//! Whose turn it is: emergencies, acts of people, then the programmes by priority and age.
//!
//! In: acts, runs and what is playing. Out: the source that should sound at an instant, if its window still allows it. Pure;
//! it orders nothing. A source whose audio is known to be bad is failed on the way, so it never costs air time.
//! Next: `desk/cues.rs`.

use chrono::TimeDelta;

use super::Desk;
use super::playing::Source;
use super::protocol::Action;
use super::run::{JobId, Run};
use crate::clock::Moment;

impl Desk {
    /// The source whose turn it is in `ahead` from now; those known to be bad are failed on the way.
    pub(super) fn choose(&mut self, ahead: TimeDelta, now: Moment, actions: &mut Vec<Action>) -> Option<Source> {
        loop {
            // Ends: each turn makes one item final.
            let source = self.next_source(ahead, now)?;
            let Some(why) = self.known_fault(source) else { return Some(source) };
            self.write_off(source, why, now, actions);
        }
    }

    /// The emergency whose turn it is. Programmes are not judged here: their turn may be far off, and an approval may come.
    pub(super) fn choose_urgent(&mut self, now: Moment, actions: &mut Vec<Action>) -> Option<Source> {
        loop {
            let source = self.next_source(TimeDelta::zero(), now).filter(|source| self.emergency(*source))?;
            let Some(why) = self.known_fault(source) else { return Some(source) };
            self.write_off(source, why, now, actions);
        }
    }

    /// The next item of one run; those known to be bad are failed on the way.
    pub(super) fn choose_of(&mut self, job: JobId, now: Moment, actions: &mut Vec<Action>) -> Option<Source> {
        loop {
            let run = self.runs.iter().find(|run| run.id == job)?;
            let source = Source::Item(job, run.next()?);
            if self.waits_for_approvals(source) {
                return None;
            }
            let Some(why) = self.known_fault(source) else { return Some(source) };
            self.write_off(source, why, now, actions);
        }
    }

    /// The order: emergencies, acts of people, then of the programmes whose time has come the one of highest priority, of
    /// equal ones the earlier. None starts after its window closes, or before it is known what was approved.
    pub(super) fn next_source(&self, ahead: TimeDelta, now: Moment) -> Option<Source> {
        let sounding =
            |source: Source| self.playing.iter().any(|playing| playing.source == source && !playing.waiting());
        let mut acts: Vec<_> = self.acts.iter().collect();
        acts.sort_by_key(|act| std::cmp::Reverse(act.priority));
        for act in acts {
            let first = act.next().map(|index| Source::Act(act.id, index));
            let source = match first {
                Some(Source::Act(id, index)) if sounding(Source::Act(id, index)) => {
                    act.next_after(index).map(|index| Source::Act(id, index))
                }
                other => other,
            };
            if source.is_some() {
                return source;
            }
        }
        let mut runs: Vec<_> = self.runs.iter().filter(|run| self.may_air(run, ahead, now)).collect();
        runs.sort_by_key(|run| (std::cmp::Reverse(run.rundown.priority), run.rundown.scheduled_at));
        runs.into_iter().find_map(|run| {
            let first = run.next()?;
            let index = if sounding(Source::Item(run.id, first)) { run.next_after(first)? } else { first };
            Some(Source::Item(run.id, index)).filter(|source| !self.waits_for_approvals(*source))
        })
    }

    fn may_air(&self, run: &Run, ahead: TimeDelta, now: Moment) -> bool {
        let timed = self.playing.iter().any(|playing| {
            playing.timed().is_some() && matches!(playing.source, Source::Item(job, _) if job == run.id)
        });
        let due = run.begun() || run.rundown.scheduled_at - now.wall <= ahead && !self.untrusted(now);
        due && !timed && run.window_left(now) > ahead
    }

    pub(super) fn emergency(&self, source: Source) -> bool {
        matches!(source, Source::Act(id, _) if self.acts.iter().any(|act| act.id == id && act.emergency()))
    }
}
