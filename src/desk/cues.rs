//! What the playout answers for each cue, and the row that each attempt ends in.
//!
//! In: events of cues. Out: progress, rows, and where an item stands after them. Pure. Every cue that starts comes to
//! exactly one row here; one that never sounds leaves none, unless its audio is at fault. Next: `desk/acts.rs`.

use super::line::{Playing, Source, Stage};
use super::protocol::{Action, CueEvent, CueId, Ending, Measured, Record};
use super::run::{Airs, MOST_ATTEMPTS, Run, Stand, Verdict, verdict};
use super::{Desk, plan, rows};
use crate::airing::{Airing, Outcome, Reason};
use crate::clock::Moment;
use crate::rundown::Audio;

/// So many cues that were taken back are remembered, more than can be armed at once.
const TAKEN_BACK: usize = 8;

impl Desk {
    pub(super) fn take_cue(&mut self, cue: CueId, event: CueEvent, now: Moment, actions: &mut Vec<Action>) {
        if let CueEvent::Started { .. } = event {
            self.recall(cue, actions);
        }
        let Some(slot) = self.playing.iter().position(|playing| playing.cue == cue) else { return };
        match event {
            CueEvent::Ready { content, planned_ms } => {
                let playing = &mut self.playing[slot];
                playing.row.sha256 = Some(content.sha256.to_string());
                playing.row.planned_ms = planned_ms.or(playing.row.planned_ms);
                playing.stage = Stage::Ready;
            }
            CueEvent::Refused(reason) => {
                let playing = self.playing.remove(slot);
                withdraw(&playing, actions);
                if reason != Reason::NoDevice {
                    self.fail(playing.source, reason, now, actions);
                }
            }
            CueEvent::Started { at, mono, error_us } => {
                let device = self.device.clone();
                let clock = self.trust.state(now);
                let playing = &mut self.playing[slot];
                playing.stage = Stage::OnAir { at, mono, error_us };
                (playing.row.device, playing.row.clock) = (device, clock);
                if let Source::Item(job, _) = playing.source
                    && let Some(run) = self.runs.iter_mut().find(|run| run.id == job)
                {
                    run.begin(now);
                }
            }
            CueEvent::Progress(measured) => {
                self.playing[slot].measured = measured;
                if let Stage::OnAir { at, error_us, .. } = self.playing[slot].stage {
                    let row = &self.playing[slot].row;
                    actions.push(Action::Record(Record::Progress {
                        airing: row.airing.clone(),
                        attempt: row.attempt,
                        started_at: at,
                        start_error_us: error_us,
                        measured,
                    }));
                }
            }
            CueEvent::Ended { ending, measured } => {
                let playing = self.playing.remove(slot);
                self.end(playing, ending, measured, now, actions);
            }
        }
    }

    /// An attempt that sounded is over: its row, and whether it is tried again.
    fn end(&mut self, playing: Playing, ending: Ending, measured: Measured, now: Moment, actions: &mut Vec<Action>) {
        let Playing { source, stage, cutting, mut row, .. } = playing;
        let (outcome, reason, actor) = match (ending, cutting) {
            (Ending::Finished, _) => (Outcome::Aired, None, None),
            (Ending::Fault(reason), _) => (Outcome::Interrupted, Some(reason), None),
            (Ending::Cut, Some((reason, actor))) => (Outcome::Cut, Some(reason), actor),
            // Only a cue that the desk ordered to start can cut, and that marks what it cuts.
            (Ending::Cut, None) => (Outcome::Cut, Some(Reason::NextProgramme), None),
        };
        if let Stage::OnAir { at, error_us, .. } = stage {
            rows::measure(&mut row, &self.facts, at, error_us, &measured);
        }
        (row.outcome, row.reason) = (Some(outcome), reason);
        if let Some(actor) = actor {
            (row.by, row.via) = (Some(actor.by), Some(actor.via));
            row.why = actor.why.or(row.why);
        }
        self.close(source, row, now, actions);
    }

    /// Writes an attempt's row and puts its item where that leaves it.
    fn close(&mut self, source: Source, row: Airing, now: Moment, actions: &mut Vec<Action>) {
        let outcome = row.outcome.unwrap_or(Outcome::Failed);
        let after = verdict(outcome, row.reason, row.aired_ms, row.planned_ms, row.attempt);
        let attempt = row.attempt;
        actions.push(Action::Record(Record::Row(Box::new(row))));
        let stand = match after {
            Verdict::Again => Stand::Due { attempts: attempt },
            Verdict::Last | Verdict::TooMany => Stand::Final,
        };
        if after == Verdict::TooMany
            && let Some((mut last, _)) = self.row_of(source, now)
        {
            last.attempt = MOST_ATTEMPTS + 1;
            (last.outcome, last.reason) = (Some(Outcome::Failed), Some(Reason::TooManyAttempts));
            actions.push(Action::Record(Record::Row(Box::new(last))));
        }
        self.stand(source, stand);
    }

    /// An item that cannot start gets its row and is final.
    pub(super) fn fail(&mut self, source: Source, reason: Reason, now: Moment, actions: &mut Vec<Action>) {
        if let Some((mut row, _)) = self.row_of(source, now) {
            (row.outcome, row.reason) = (Some(Outcome::Failed), Some(reason));
            actions.push(Action::Record(Record::Row(Box::new(row))));
        }
        self.stand(source, Stand::Final);
    }

    /// Why a source must not be played, if its full decode has said so.
    pub(super) fn known_fault(&self, source: Source) -> Option<Reason> {
        let content = self.audio_of(source)?.content.as_ref()?;
        self.verdicts.get(&content.sha256)?.as_ref().err().copied()
    }

    /// The row of a source's next attempt, and what to play.
    pub(super) fn row_of(&self, source: Source, now: Moment) -> Option<(Airing, Audio)> {
        let stamp = self.stamp(now);
        let attempt = |stand: Stand| match stand {
            Stand::Due { attempts } => attempts + 1,
            Stand::Final => 1,
        };
        match source {
            Source::Item(job, index) => {
                let run = self.run(job)?;
                let row = rows::of_item(&self.facts, &stamp, &run.rundown, index, attempt(run.stands[index]));
                Some((row, run.rundown.items[index].audio.clone()))
            }
            Source::Act(job, index) => {
                let act = self.act(job)?;
                let row = rows::of_act(&self.facts, &stamp, act, index, attempt(act.stands[index]));
                Some((row, act.audio.clone()))
            }
        }
        .map(|(mut row, audio)| {
            let verdict = audio.content.as_ref().and_then(|content| self.verdicts.get(&content.sha256));
            row.planned_ms = verdict.and_then(|verdict| verdict.ok()).or(row.planned_ms);
            (row, audio)
        })
    }

    fn audio_of(&self, source: Source) -> Option<&Audio> {
        match source {
            Source::Item(job, index) => self.run(job).map(|run| &run.rundown.items[index].audio),
            Source::Act(job, _) => self.act(job).map(|act| &act.audio),
        }
    }

    fn run(&self, job: super::JobId) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == job)
    }

    fn act(&self, job: super::JobId) -> Option<&Airs> {
        self.acts.iter().find(|act| act.id == job)
    }

    pub(super) fn stand(&mut self, source: Source, stand: Stand) {
        match source {
            Source::Item(job, index) => {
                if let Some(run) = self.runs.iter_mut().find(|run| run.id == job) {
                    run.stands[index] = stand;
                }
            }
            Source::Act(job, index) => {
                if let Some(act) = self.acts.iter_mut().find(|act| act.id == job) {
                    act.stands[index] = stand;
                }
                self.acts.retain(|act| act.id != job || act.next().is_some());
            }
        }
    }

    /// Takes back cues that do not sound; they are due as before. `why` stands in the row of one that did sound already.
    pub(super) fn take_back(&mut self, why: Reason, which: impl Fn(&Playing) -> bool, actions: &mut Vec<Action>) {
        let (gone, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.playing).into_iter().partition(|playing| !playing.on_air() && which(playing));
        self.playing = kept;
        for mut playing in gone {
            withdraw(&playing, actions);
            if playing.waiting() {
                actions.push(Action::Drop(playing.cue));
                continue;
            }
            actions.push(Action::End(playing.cue, super::End::Now));
            playing.cutting = Some((why, None));
            self.taken_back.push_back(playing);
            if self.taken_back.len() > TAKEN_BACK {
                self.taken_back.pop_front();
            }
        }
    }

    /// A cue that was taken back had begun to sound already: it is on the air until its end comes, and gets its row. What
    /// was named in its place waits until then.
    fn recall(&mut self, cue: CueId, actions: &mut Vec<Action>) {
        let Some(at) = self.taken_back.iter().position(|playing| playing.cue == cue) else { return };
        let Some(mut playing) = self.taken_back.remove(at) else { return };
        let why = playing.cutting.as_ref().map_or(Reason::NextProgramme, |(reason, _)| *reason);
        self.take_back(why, |other| other.source == playing.source, actions);
        if self.stand_of(playing.source) == Some(Stand::Final) {
            // Its row is written, as cancelled; what sounded all the same is another attempt.
            playing.row.attempt += 1;
        }
        actions.push(Action::Record(Record::Intent(Box::new(playing.row.clone()))));
        self.playing.push(playing);
    }

    fn stand_of(&self, source: Source) -> Option<Stand> {
        match source {
            Source::Item(job, index) => self.run(job).map(|run| run.stands[index]),
            Source::Act(job, index) => self.act(job).map(|act| act.stands[index]),
        }
    }

    /// Occurrences that are complete leave; those whose window is over get rows for what is left.
    pub(super) fn close_runs(&mut self, now: Moment, cause: Reason, actions: &mut Vec<Action>) {
        let mut at = 0;
        while at < self.runs.len() {
            let job = self.runs[at].id;
            let of_run = |playing: &Playing| matches!(playing.source, Source::Item(each, _) if each == job);
            let sounding = self.playing.iter().any(|playing| of_run(playing) && !playing.waiting());
            let closed = self.runs[at].window_left(now) <= chrono::TimeDelta::zero();
            if sounding || !(closed || self.runs[at].complete()) {
                at += 1;
                continue;
            }
            self.take_back(Reason::WindowEnd, of_run, actions);
            let run = self.runs.remove(at);
            let (outcome, reason) = self.why_left(&run, now, cause);
            self.miss(&run, outcome, reason, now, actions);
            actions.push(Action::Record(plan::done(&run.rundown)));
            self.settle(now, true, actions);
        }
    }

    /// Why items are left when a window closes.
    fn why_left(&self, run: &Run, now: Moment, cause: Reason) -> (Outcome, Reason) {
        match () {
            () if !run.begun() && cause == Reason::ClockStep => (Outcome::Missed, Reason::ClockStep),
            () if !run.begun() && self.untrusted(now) => (Outcome::Missed, Reason::ClockUntrusted),
            () if self.device.is_none() => (Outcome::Failed, Reason::NoDevice),
            () => (Outcome::Missed, Reason::WindowClosed),
        }
    }

    /// The way out: waits for the last cue's end, but not for ever.
    pub(super) fn leave(&mut self, now: Moment, actions: &mut Vec<Action>) {
        let late = self.leave_by.is_some_and(|by| now.mono >= by);
        self.take_back(Reason::Shutdown, |_| true, actions);
        if self.exited || !late && !self.playing.is_empty() {
            return;
        }
        for playing in std::mem::take(&mut self.playing) {
            let measured = playing.measured;
            self.end(playing, Ending::Cut, measured, now, actions);
        }
        self.settle(now, true, actions);
        self.exited = true;
        actions.push(Action::Exit);
    }
}

/// An attempt that never sounded leaves no row.
fn withdraw(playing: &Playing, actions: &mut Vec<Action>) {
    if playing.intended {
        let (airing, attempt) = (playing.row.airing.clone(), playing.row.attempt);
        actions.push(Action::Record(Record::Withdraw { airing, attempt }));
    }
}
