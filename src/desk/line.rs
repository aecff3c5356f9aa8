//! Who is on the air next: the rules of order, of what may cut what, and of when a cue is prepared, announced and armed.
//!
//! In: runs, acts and what is playing. Out: `Prepare`, `Record(Intent)`, `Start` and `End`, in that order for one cue. Pure,
//! and level-triggered: it looks at the state after every event and orders what is missing, so a lost wake-up costs time
//! and nothing else. Next: `desk/cues.rs`, which takes the playout's answers.

use chrono::{DateTime, TimeDelta, Utc};

use super::Desk;
use super::playing::{Cutting, Playing, Role, Source, Stage};
use super::protocol::{Action, Actor, CueId, End, Measured, Record, Start};
use super::run::{JobId, Run};
use crate::airing::{Priority, Reason};
use crate::clock::{Moment, Mono};

/// A cue is prepared this long before its start.
pub(super) const CUE_LEAD: TimeDelta = TimeDelta::seconds(5);
/// Its intent is committed this long before.
pub(super) const INTENT_LEAD: TimeDelta = TimeDelta::seconds(2);
/// The deck is told this long before; 400 ms would do for an exact start.
pub(super) const ARM_LEAD: TimeDelta = TimeDelta::seconds(1);

impl Desk {
    /// Orders everything that is due and not yet ordered. `cause` says why a programme's time may have gone by unseen.
    pub(super) fn advance(&mut self, now: Moment, cause: Reason, actions: &mut Vec<Action>) {
        if self.leave_by.is_some() {
            self.leave(now, actions);
            return;
        }
        if self.runs.is_empty() && self.acts.is_empty() && self.playing.is_empty() {
            self.answer_for_taken_back(now, actions);
            self.settle(now, false, actions);
            return;
        }
        self.close_runs(now, cause, actions);
        self.keep_emergencies(now, actions);
        self.take_back_unapproved(actions);
        self.answer_for_taken_back(now, actions);
        if self.device.is_some() {
            self.line_up_urgent(now, actions);
            self.line_up_timed(now, actions);
            self.line_up_next(now, actions);
            self.end_hard_windows(now, actions);
        }
        self.settle(now, false, actions);
    }

    /// What sounds now, or will at the next callback. A cue whose turn has come sounds, although its `Started` has not
    /// been heard yet: without that every seam would look like silence for a moment.
    pub(super) fn current(&self) -> Option<&Playing> {
        let begins = |playing: &&Playing| match playing.stage {
            Stage::Armed(Start::Now) => true,
            Stage::Armed(Start::After(other)) => self.playing.iter().all(|each| each.cue != other),
            Stage::Armed(Start::At(at)) => at <= self.told_at.wall,
            _ => false,
        };
        let started = self.playing.iter().rev().find(|playing| playing.on_air());
        started.or_else(|| self.playing.iter().find(begins))
    }

    /// When what is on the air will have played its last frame.
    pub(super) fn predicted_end(&self, now: Moment) -> Option<Mono> {
        self.current()?.left(now).map(|left| now.mono.plus(left))
    }

    /// An emergency cuts in as soon as it can be played; a second one follows the first.
    fn line_up_urgent(&mut self, now: Moment, actions: &mut Vec<Action>) {
        if self.current().is_some_and(|playing| playing.row.priority == Priority::Emergency) {
            return;
        }
        let Some(at) = self.playing.iter().position(|playing| playing.role == Role::Urgent) else {
            if let Some(source) = self.choose_urgent(now, actions) {
                self.take_back(Reason::Emergency, |playing| playing.source == source, actions);
                self.prepare(source, Role::Urgent, now, actions);
            }
            return;
        };
        if self.playing[at].stage == Stage::Ready {
            let cue = self.playing[at].cue;
            self.take_back(Reason::Emergency, |playing| playing.cue != cue, actions);
            self.mark_cut(Reason::Emergency);
            self.arm(cue, Start::Now, actions);
        }
    }

    /// The next programme's hard start: prepared, announced, armed, each at its lead; or withdrawn if it must wait.
    fn line_up_timed(&mut self, now: Moment, actions: &mut Vec<Action>) {
        let next = self.next_hard_start(now);
        self.withdraw_timed(next, now, actions);
        let Some((job, at)) = next else { return };
        let of_job = |playing: &Playing| matches!(playing.source, Source::Item(each, _) if each == job);
        // One that is armed to follow what is on the air needs no second start when that comes to its end.
        if self.playing.iter().any(|playing| !playing.waiting() && (playing.timed().is_some() || of_job(playing))) {
            return;
        }
        let waits = |playing: &Playing| playing.waiting() && of_job(playing);
        let Some(slot) = self.playing.iter().position(waits) else {
            if let Some(source) = self.choose_of(job, now, actions) {
                self.prepare(source, Role::Timed(at), now, actions);
            }
            return;
        };
        self.playing[slot].role = Role::Timed(at);
        if self.playing[slot].stage != Stage::Ready {
            return;
        }
        let (cue, left) = (self.playing[slot].cue, at - now.wall);
        if left <= INTENT_LEAD {
            self.intend(slot, actions);
        }
        if left <= ARM_LEAD {
            self.take_back(
                Reason::NextProgramme,
                |playing| playing.cue != cue && playing.role != Role::Urgent,
                actions,
            );
            self.mark_cut(Reason::NextProgramme);
            self.arm(cue, if left > TimeDelta::zero() { Start::At(at) } else { Start::Now }, actions);
        }
    }

    /// A start that must wait, or that a step of the clock has put far off, is taken back; one whose instant has come
    /// before it could be armed joins the line.
    fn withdraw_timed(&mut self, next: Option<(JobId, DateTime<Utc>)>, now: Moment, actions: &mut Vec<Action>) {
        for playing in self.playing.iter_mut().filter(|playing| playing.waiting()) {
            if playing.timed().is_some_and(|at| at <= now.wall) {
                playing.role = Role::Line;
            }
        }
        let kept = |source: Source, at: DateTime<Utc>| {
            next.is_some_and(|(job, wanted)| at == wanted && matches!(source, Source::Item(each, _) if each == job))
        };
        self.take_back(
            Reason::NextProgramme,
            |playing| match playing.timed() {
                None => false,
                Some(at) if playing.waiting() => !kept(playing.source, at),
                Some(at) => at - now.wall > CUE_LEAD,
            },
            actions,
        );
    }

    /// The run whose first item starts hard next, and when: within the cue lead, or at once where it may cut what is on.
    fn next_hard_start(&self, now: Moment) -> Option<(JobId, DateTime<Utc>)> {
        if self.untrusted(now) {
            return None;
        }
        let due = self.runs.iter().filter(|run| !run.begun() && run.window_left(now) > TimeDelta::zero());
        let mut due: Vec<_> = due.filter(|run| run.rundown.scheduled_at - now.wall <= CUE_LEAD).collect();
        due.sort_by_key(|run| {
            (std::cmp::Reverse(run.rundown.priority), run.rundown.scheduled_at, run.rundown.programme.clone())
        });
        // A programme that is late already only matters here if it may cut; the nearest start comes before later ones.
        let hard = |run: &&Run| run.next().is_some() && self.starts_hard(run, now);
        let found = due.into_iter().filter(hard).min_by_key(|run| run.rundown.scheduled_at.max(now.wall))?;
        Some((found.id, found.rundown.scheduled_at))
    }

    /// Whether a programme may start at its instant: nothing of its rank or above is in its way then.
    fn starts_hard(&self, run: &Run, now: Moment) -> bool {
        let lead = (run.rundown.scheduled_at - now.wall).max(TimeDelta::zero());
        let Some(current) = self.current() else {
            return run.rundown.scheduled_at > now.wall;
        };
        let Source::Item(job, _) = current.source else {
            return current.row.priority < run.rundown.priority || self.free_by(current, run.id, lead, now);
        };
        if job == run.id {
            return false;
        }
        let own = self.runs.iter().find(|each| each.id == job);
        let closed = own.is_none_or(|own| own.window_left(now) <= lead);
        closed || current.row.priority < run.rundown.priority || self.free_by(current, run.id, lead, now)
    }

    /// Whether what is on the air ends by itself before `lead` has passed and nothing else goes first then.
    fn free_by(&self, current: &Playing, job: JobId, lead: TimeDelta, now: Moment) -> bool {
        let Some(left) = current.left(now).filter(|left| *left <= lead) else { return false };
        match self.next_source(left, now) {
            None => true,
            Some(Source::Item(next, _)) => next == job,
            Some(Source::Act(..)) => false,
        }
    }

    /// What follows without a gap, or starts now when nothing is on the air.
    fn line_up_next(&mut self, now: Moment, actions: &mut Vec<Action>) {
        let armed = |playing: &Playing| matches!(playing.stage, Stage::Armed(Start::After(_) | Start::At(_)));
        if self.playing.iter().any(|playing| armed(playing) || playing.role == Role::Urgent && !playing.on_air()) {
            return;
        }
        let current = self.current().map(|playing| (playing.cue, playing.left(now)));
        // A length that nobody knows may end at any moment.
        let left = current.map_or(TimeDelta::zero(), |(_, left)| left.unwrap_or(TimeDelta::zero()));
        let timed = self.playing.iter().find_map(Playing::timed);
        let cut_first = timed.is_some_and(|at| at - now.wall <= left);
        let too_early = current.is_some() && (cut_first || left > CUE_LEAD);
        let source = if too_early { None } else { self.choose(left, now, actions) };
        let other = |each: &Playing| each.role == Role::Line && each.waiting() && Some(each.source) != source;
        self.take_back(Reason::NextProgramme, other, actions);
        let Some(source) = source else { return };
        let Some(slot) = self.playing.iter().position(|each| each.role == Role::Line && each.waiting()) else {
            self.prepare(source, Role::Line, now, actions);
            return;
        };
        if self.playing[slot].stage != Stage::Ready {
            return;
        }
        let cue = self.playing[slot].cue;
        match current {
            None => self.arm(cue, Start::Now, actions),
            Some((current, _)) => {
                if left <= INTENT_LEAD {
                    self.intend(slot, actions);
                }
                // What is on the air may end before its time; no programme starts before its own.
                if left <= ARM_LEAD && self.has_come(source, now) {
                    self.arm(cue, Start::After(current), actions);
                }
            }
        }
    }

    /// Whether the instant of a source's programme has come.
    fn has_come(&self, source: Source, now: Moment) -> bool {
        let waits = |run: &Run| !run.begun() && run.rundown.scheduled_at > now.wall;
        !self.runs.iter().any(|run| matches!(source, Source::Item(job, _) if job == run.id) && waits(run))
    }

    /// Names a cue for a source and has it opened.
    fn prepare(&mut self, source: Source, role: Role, now: Moment, actions: &mut Vec<Action>) {
        let cue = self.name_cue();
        let Some((mut row, audio)) = self.row_of(source, now) else { return };
        let tone_ms = if row.priority == Priority::Emergency { self.facts.tone_ms } else { 0 };
        let treatment = self.treat(&mut row, &audio);
        actions.push(Action::Prepare { cue, audio, tone_ms, treatment });
        self.playing.push(Playing {
            cue,
            source,
            role,
            stage: Stage::Preparing,
            row,
            intended: false,
            cutting: None,
            ends_at: None,
            measured: Measured::default(),
        });
    }

    fn intend(&mut self, slot: usize, actions: &mut Vec<Action>) {
        let playing = &mut self.playing[slot];
        if !playing.intended {
            playing.intended = true;
            actions.push(Action::Record(Record::Intent(Box::new(playing.row.clone()))));
        }
    }

    fn arm(&mut self, cue: CueId, start: Start, actions: &mut Vec<Action>) {
        let Some(slot) = self.playing.iter().position(|playing| playing.cue == cue) else { return };
        self.intend(slot, actions);
        self.playing[slot].stage = Stage::Armed(start);
        actions.push(Action::Start(cue, start));
    }

    /// What is on the air will be cut by the start that is being armed; if it ends by itself before, that stands.
    fn mark_cut(&mut self, reason: Reason) {
        for playing in self.playing.iter_mut().filter(|playing| playing.on_air() || playing.armed_now()) {
            if playing.ends_at.is_none() {
                playing.cutting = Some(reason.into());
            }
        }
    }

    /// Programmes with a hard end: the item on air is cut when the window closes.
    fn end_hard_windows(&mut self, now: Moment, actions: &mut Vec<Action>) {
        for playing in self.playing.iter_mut().filter(|playing| playing.on_air() && playing.ends_at.is_none()) {
            let Source::Item(job, _) = playing.source else { continue };
            let Some(run) = self.runs.iter().find(|run| run.id == job && run.rundown.ends_hard) else { continue };
            let window = run.window_left(now);
            let overruns = playing.left(now).is_none_or(|left| left > window);
            if overruns && window <= ARM_LEAD {
                playing.ends_at = Some(now.mono.plus(window));
                playing.cutting = Some(Reason::WindowEnd.into());
                actions.push(Action::End(playing.cue, End::At(now.wall + window)));
            }
        }
    }

    /// A machine that stood still over a hard start: the deck no longer begins one that is two seconds overdue, and says
    /// nothing. What has not begun by then is due like any other. Only for a wake: where the loop alone stood still, the
    /// deck began in time, and its word waits behind another cue's. A wake comes when every word has been heard.
    pub(super) fn take_back_overdue(&mut self, now: Moment, actions: &mut Vec<Action>) {
        self.take_back(Reason::NextProgramme, |playing| playing.is_overdue(now), actions);
    }

    /// The wall clock has jumped: a start whose instant was jumped over is due like any other, an end by the wall clock is
    /// ordered anew.
    pub(super) fn meet_step(&mut self, now: Moment, actions: &mut Vec<Action>) {
        let jumped = |playing: &Playing| matches!(playing.stage, Stage::Armed(Start::At(at)) if at <= now.wall);
        self.take_back(Reason::NextProgramme, jumped, actions);
        let by_window = |playing: &&mut Playing| {
            playing.cutting.as_ref().is_some_and(|cutting| cutting.reason == Reason::WindowEnd)
        };
        for playing in self.playing.iter_mut().filter(by_window) {
            playing.ends_at = None;
        }
    }

    /// Ends what is on the air at once, for a reason.
    pub(super) fn cut_on_air(&mut self, reason: Reason, actor: Option<&Actor>, now: Moment, actions: &mut Vec<Action>) {
        // One that a person is ending already keeps that in its row.
        for playing in self.playing.iter_mut().filter(|playing| playing.on_air() && !playing.ending(now)) {
            playing.ends_at = Some(now.mono);
            playing.cutting = Some(Cutting { reason, actor: actor.cloned() });
            actions.push(Action::End(playing.cue, End::Now));
        }
    }
}
