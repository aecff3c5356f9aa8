//! What the playout answers for each cue, and the row that each attempt ends in.
//!
//! In: events of cues. Out: progress, rows, and where an item stands after them. Pure. Every cue that starts comes to
//! exactly one row here; one that never sounds leaves none, unless its audio is at fault. Next: `desk/acts.rs`.

use super::playing::{Cutting, Playing, Source, Stage, TakenBack};
use chrono::TimeDelta;

use super::protocol::{Action, CueEvent, CueId, Ending, Measured, Record};
use super::run::{Airs, MOST_ATTEMPTS, Run, Stand, Verdict, verdict};
use super::{Desk, plan, rows};
use crate::airing::{Airing, Kind, Outcome, Priority, Reason};
use crate::clock::Moment;
use crate::rundown::{Audio, Content};

/// A cue that was taken back and sounds all the same says so within this time: a period of the device and a poll.
const ANSWER_LIMIT: TimeDelta = TimeDelta::milliseconds(250);

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
                self.keep_content(self.playing[slot].source, &content, actions);
                let playing = &mut self.playing[slot];
                playing.row.sha256 = Some(content.sha256.to_string());
                playing.row.planned_ms = planned_ms.or(playing.row.planned_ms);
                playing.stage = Stage::Ready;
                let mut row = playing.row.clone();
                self.name_approval(self.playing[slot].source, &mut row);
                self.playing[slot].row = row;
            }
            CueEvent::Refused(reason) => {
                let playing = self.playing.remove(slot);
                withdraw(&playing, actions);
                if reason != Reason::NoDevice {
                    self.pass_over_from_now_on(&playing.row, reason);
                    self.write_off(playing.source, (Outcome::Failed, reason), now, actions);
                }
            }
            CueEvent::Started { at, mono, error_us } => {
                let device = self.device.clone();
                let clock = self.trust.state(now);
                let playing = &mut self.playing[slot];
                playing.stage = Stage::OnAir { at, mono, error_us };
                if (&playing.row.device, playing.row.clock) != (&device, clock) {
                    (playing.row.device, playing.row.clock) = (device, clock);
                    // A row that is written after a crash must say so too.
                    actions.push(Action::Record(Record::Intent(Box::new(playing.row.clone()))));
                }
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

    /// A rundown that was frozen before the content of a file was known is stored again with it: a restart must not find
    /// another file behind the name.
    fn keep_content(&mut self, source: Source, content: &Content, actions: &mut Vec<Action>) {
        let Source::Item(job, index) = source else { return };
        let Some(run) = self.runs.iter_mut().find(|run| run.id == job) else { return };
        let audio = &mut run.rundown.items[index].audio;
        if audio.content.is_none() {
            audio.content = Some(content.clone());
            actions.push(Action::Record(Record::Rundown(Box::new(run.rundown.clone()))));
        }
    }

    /// An attempt that sounded is over: its row, and whether it is tried again.
    fn end(&mut self, playing: Playing, ending: Ending, measured: Measured, now: Moment, actions: &mut Vec<Action>) {
        let Playing { source, stage, cutting, mut row, .. } = playing;
        // Only a cue that the desk ordered to start can cut, and that marks what it cuts.
        let cutting = cutting.unwrap_or_else(|| Reason::NextProgramme.into());
        let (outcome, reason, actor) = match ending {
            Ending::Finished => (Outcome::Aired, None, None),
            Ending::Fault(reason) => (Outcome::Interrupted, Some(reason), None),
            Ending::Cut => (Outcome::Cut, Some(cutting.reason), cutting.actor),
        };
        if let Stage::OnAir { at, error_us, .. } = stage {
            rows::measure(&mut row, &self.facts, at, error_us, &measured);
        }
        (row.outcome, row.reason) = (Some(outcome), reason);
        if let Some(actor) = actor {
            rows::ended_by(&mut row, &actor);
        }
        self.close(source, row, now, actions);
    }

    /// Writes an attempt's row and puts its item where that leaves it.
    fn close(&mut self, source: Source, row: Airing, now: Moment, actions: &mut Vec<Action>) {
        let outcome = row.outcome.unwrap_or(Outcome::Failed);
        let after = verdict(outcome, row.reason, row.aired_ms, row.planned_ms, row.attempt);
        let stand = Stand::following(after, row.attempt);
        self.plan.heard_after_all(&row.airing, stand);
        actions.push(Action::Record(Record::Row(Box::new(row))));
        if after == Verdict::TooMany
            && let Some((mut last, _)) = self.row_of(source, now)
        {
            last.attempt = MOST_ATTEMPTS + 1;
            (last.outcome, last.reason) = (Some(Outcome::Failed), Some(Reason::TooManyAttempts));
            actions.push(Action::Record(Record::Row(Box::new(last))));
        }
        self.stand(source, stand);
        if after == Verdict::Again {
            self.keep_act(source, now, actions);
        }
    }

    /// What a person put on the air stays on record from now on, not only from its arming; an emergency airs when the station
    /// is back, another act gets its row then.
    pub(super) fn keep_act(&self, source: Source, now: Moment, actions: &mut Vec<Action>) {
        if matches!(source, Source::Act(..))
            && let Some((row, _)) = self.row_of(source, now)
        {
            actions.push(Action::Record(Record::Intent(Box::new(row))));
        }
    }

    /// An item that cannot or must not start gets its row and is final.
    pub(super) fn write_off(
        &mut self,
        source: Source,
        (outcome, reason): (Outcome, Reason),
        now: Moment,
        actions: &mut Vec<Action>,
    ) {
        if let Some((mut row, _)) = self.row_of(source, now) {
            (row.outcome, row.reason) = (Some(outcome), Some(reason));
            self.cancel_unless_heard(source, row, actions);
        }
        self.stand(source, Stand::Final);
    }

    /// Why a source must not be played: it was taken out or is not approved, its full decode has said so, or it was tried
    /// often enough before a restart.
    pub(super) fn known_fault(&self, source: Source) -> Option<(Outcome, Reason)> {
        let stand = match source {
            Source::Item(job, index) => self.run(job)?.stands[index],
            Source::Act(job, index) => self.act(job)?.stands[index],
        };
        if matches!(stand, Stand::Due { attempts } if attempts >= MOST_ATTEMPTS) {
            return Some((Outcome::Failed, Reason::TooManyAttempts));
        }
        if self.emergency(source) {
            // In an emergency what can be heard of a damaged file is better than nothing.
            return None;
        }
        if let Some(reason) = self.kept_from_air(source) {
            return Some((Outcome::Cancelled, reason));
        }
        let content = self.audio_of(source)?.content.as_ref()?;
        let fault = self.verdicts.get(&content.sha256)?.as_ref().err().copied();
        fault.map(|reason| (Outcome::Failed, reason))
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
        .map(|(mut row, mut audio)| {
            self.set_length(&mut row, &mut audio);
            self.name_approval(source, &mut row);
            if row.priority == Priority::Emergency && self.facts.tone_ms > 0 {
                row.planned_ms = row.planned_ms.map(|planned| planned + i64::from(self.facts.tone_ms));
                let tone = format!("begins with an attention tone of {} ms", self.facts.tone_ms);
                row.note = Some(row.note.take().map_or(tone.clone(), |note| format!("{tone}; {note}")));
            }
            (row, audio)
        })
    }

    pub(super) fn audio_of(&self, source: Source) -> Option<&Audio> {
        match source {
            Source::Item(job, index) => self.run(job).map(|run| &run.rundown.items[index].audio),
            Source::Act(job, _) => self.act(job).map(|act| &act.audio),
        }
    }

    pub(super) fn run(&self, job: super::JobId) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == job)
    }

    pub(super) fn act(&self, job: super::JobId) -> Option<&Airs> {
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
    pub(super) fn take_back(
        &mut self,
        why: impl Into<Cutting>,
        which: impl Fn(&Playing) -> bool,
        actions: &mut Vec<Action>,
    ) {
        let (gone, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.playing).into_iter().partition(|playing| !playing.on_air() && which(playing));
        self.playing = kept;
        let why = why.into();
        for mut playing in gone {
            withdraw(&playing, actions);
            if playing.waiting() {
                actions.push(Action::Drop(playing.cue));
                continue;
            }
            actions.push(Action::End(playing.cue, super::End::Now));
            playing.cutting = Some(why.clone());
            self.answers_by = self.told_at.mono.plus(ANSWER_LIMIT);
            self.taken_back.push_back(TakenBack { playing, instead: None });
            if self.taken_back.len() > TAKEN_BACK
                && let Some(TakenBack { instead: Some(row), .. }) = self.taken_back.pop_front()
            {
                actions.push(Action::Record(Record::Row(row)));
            }
        }
    }

    /// A cue that was taken back had begun to sound already: it is on the air until its end comes, and gets its row. What
    /// was named in its place waits until then.
    fn recall(&mut self, cue: CueId, actions: &mut Vec<Action>) {
        let Some(at) = self.taken_back.iter().position(|gone| gone.playing.cue == cue) else { return };
        let Some(TakenBack { mut playing, instead }) = self.taken_back.remove(at) else { return };
        let why = playing.cutting.clone().unwrap_or_else(|| Reason::NextProgramme.into());
        self.take_back(why, |other| other.source == playing.source, actions);
        if instead.is_none() && !matches!(self.stand_of(playing.source), Some(Stand::Due { .. })) {
            // Its row is written already; what sounded all the same is another attempt.
            playing.row.attempt += 1;
        }
        actions.push(Action::Record(Record::Intent(Box::new(playing.row.clone()))));
        self.playing.push(playing);
    }

    /// Whether a cue of this source was just taken back and may still say that it has sounded; then its row waits for that.
    pub(super) fn cancel_unless_heard(&mut self, source: Source, row: Airing, actions: &mut Vec<Action>) {
        let heard = |gone: &&mut TakenBack| gone.playing.source == source && gone.instead.is_none();
        let waits = self.told_at.mono < self.answers_by;
        match self.taken_back.iter_mut().rev().find(heard).filter(|_| waits) {
            Some(gone) => gone.instead = Some(Box::new(row)),
            None => actions.push(Action::Record(Record::Row(Box::new(row)))),
        }
    }

    /// What was taken back has not sounded: what was to be said of it then is said.
    pub(super) fn answer_for_taken_back(&mut self, now: Moment, actions: &mut Vec<Action>) {
        if now.mono >= self.answers_by {
            let rows = self.taken_back.iter_mut().filter_map(|gone| gone.instead.take());
            actions.extend(rows.map(|row| Action::Record(Record::Row(row))));
        }
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
            let closed = self.runs[at].window_left(now) <= TimeDelta::zero();
            if sounding || !(closed || self.runs[at].complete()) {
                if closed && self.runs[at].begun() {
                    self.miss_rest(at, now, cause, actions);
                }
                at += 1;
                continue;
            }
            self.take_back(Reason::WindowEnd, of_run, actions);
            let run = self.runs.remove(at);
            let (outcome, reason) = self.why_left(&run, now, cause);
            let done = plan::done(&run.rundown);
            self.miss(run, outcome, reason, now, actions);
            actions.push(Action::Record(done));
            self.settle(now, true, actions);
        }
    }

    /// The window has closed over an item that may finish. What has not had its turn has its rows now: a death before that
    /// item ends must not blame the time off.
    fn miss_rest(&mut self, at: usize, now: Moment, cause: Reason, actions: &mut Vec<Action>) {
        let run = &self.runs[at];
        let (job, (outcome, reason)) = (run.id, self.why_left(run, now, cause));
        let untried = |index: &usize| run.stands[*index] == (Stand::Due { attempts: 0 });
        let sounds = |source: Source| self.playing.iter().any(|each| each.source == source && !each.waiting());
        let left = (0..run.stands.len()).filter(untried).map(|index| Source::Item(job, index));
        for source in left.filter(|source| !sounds(*source)).collect::<Vec<_>>() {
            if let (Some((mut row, _)), Some(item)) = (self.row_of(source, now), self.item_of(source)) {
                self.leave_item(item, (outcome, reason), &mut row);
                self.cancel_unless_heard(source, row, actions);
            }
            self.stand(source, Stand::Final);
        }
    }

    /// Why items are left when a window closes.
    fn why_left(&self, run: &Run, now: Moment, cause: Reason) -> (Outcome, Reason) {
        let of_clock = match cause {
            Reason::ClockStep => Reason::ClockStep,
            _ if self.untrusted(now) => Reason::ClockUntrusted,
            _ => Reason::WindowClosed,
        };
        match self.plan.missed_because(run.rundown.scheduled_at, of_clock) {
            Reason::WindowClosed if self.device.is_none() => (Outcome::Failed, Reason::NoDevice),
            _ if run.begun() && self.device.is_none() => (Outcome::Failed, Reason::NoDevice),
            _ if run.begun() => (Outcome::Missed, Reason::WindowClosed),
            reason => (Outcome::Missed, reason),
        }
    }

    /// The way out: waits for the last cue's end, and for word of cues that were taken back, but not for ever.
    pub(super) fn leave(&mut self, now: Moment, actions: &mut Vec<Action>) {
        let late = self.leave_by.is_some_and(|by| now.mono >= by);
        self.take_back(Reason::Shutdown, |_| true, actions);
        let unanswered = !self.taken_back.is_empty() && now.mono < self.answers_by;
        if self.exited || !late && (unanswered || !self.playing.is_empty()) {
            return;
        }
        for playing in std::mem::take(&mut self.playing) {
            let measured = playing.measured;
            self.end(playing, Ending::Cut, measured, now, actions);
        }
        self.answers_by = now.mono;
        self.answer_for_taken_back(now, actions);
        self.cancel_acts(now, actions);
        self.settle(now, true, actions);
        self.exited = true;
        actions.push(Action::Exit);
    }
}

/// An attempt that never sounded leaves no row. What a person put on the air stays announced: it is still to air.
fn withdraw(playing: &Playing, actions: &mut Vec<Action>) {
    if playing.intended && matches!(playing.row.kind, Kind::Fixed | Kind::Bulletin) {
        let (airing, attempt) = (playing.row.airing.clone(), playing.row.attempt);
        actions.push(Action::Record(Record::Withdraw { airing, attempt }));
    }
}
