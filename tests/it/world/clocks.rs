//! Time in the invented world: it passes, the wall clock steps and drifts, the machine sleeps, boots and stands still.
//!
//! In: how long to live. Out: the desk woken when it wants to be, the card asked when it is due. The world's own age never
//! steps; wall and monotonic clock are what the machine makes of it.

use chrono::{DateTime, TimeDelta, Utc};
use loa::clock::{Moment, Mono};
use loa::desk::Event;

use super::{World, at};

/// Nothing happens to a desk until so long before the next programme.
const QUIET: TimeDelta = TimeDelta::seconds(63);
/// The longest step through a quiet time; a clock that is slewed differs by less than a step after it.
const LONGEST_STEP: TimeDelta = TimeDelta::minutes(9);

impl World {
    /// Time passes; the station, if it is on, does what it does.
    pub(crate) fn run_until(&mut self, until: &str) {
        self.run_to(at(until));
    }

    /// Time passes up to an instant of the wall clock.
    pub(crate) fn run_to(&mut self, until: DateTime<Utc>) {
        while self.now.wall < until {
            self.live_once(until - self.now.wall);
        }
    }

    /// So much time passes.
    pub(crate) fn live(&mut self, span: TimeDelta) {
        let until = self.age + span.num_microseconds().unwrap_or(i64::MAX);
        while self.age < until {
            self.live_once(TimeDelta::microseconds(until - self.age));
        }
    }

    /// The next thing happens, at most `left` from now.
    fn live_once(&mut self, left: TimeDelta) {
        let limit = self.now.mono.plus(left);
        let Some(desk) = self.desk.as_ref() else { return self.pass(limit) };
        let wake = desk.wake_at().min(limit);
        let block = self.card.as_ref().and_then(super::card::Card::due);
        let later = self.later.iter().map(|(at, ..)| *at).min();
        match (block, later) {
            (block, Some(later)) if later <= wake && block.is_none_or(|block| later <= block) => {
                self.pass(later);
                self.open_clips();
            }
            (Some(block), _) if block < wake => {
                self.pass(block);
                self.play_block();
            }
            (block, later) => {
                let quiet = if block.is_none() && later.is_none() { self.quiet_until(limit) } else { None };
                self.pass(quiet.map_or(wake, |quiet| quiet.max(wake)));
                self.handle(Event::Wake);
            }
        }
    }

    /// A desk that has nothing to do, and will have nothing to do for a while, is not woken every second.
    fn quiet_until(&self, limit: Mono) -> Option<Mono> {
        let desk = self.desk.as_ref().filter(|_| self.hurried && !self.memory.has_open_rundowns())?;
        let snapshot = desk.snapshot(self.now);
        if snapshot.on_air.is_some() || !snapshot.waiting.is_empty() {
            return None;
        }
        let next = snapshot.next.iter().map(|next| next.scheduled_at.to_utc() - self.now.wall - QUIET).min();
        let span = next.unwrap_or(LONGEST_STEP).min(LONGEST_STEP);
        (span > TimeDelta::zero()).then(|| self.now.mono.plus(span).min(limit))
    }

    /// Files that were being opened are open.
    fn open_clips(&mut self) {
        let now = self.now.mono;
        let (due, later) = std::mem::take(&mut self.later).into_iter().partition(|(at, ..)| *at <= now);
        self.later = later;
        for (_, cue, event) in due {
            if let Some(card) = self.card.as_mut().filter(|card| card.holds(cue)) {
                card.rouse(now);
                card.prime(cue);
            }
            self.handle(Event::Cue(cue, event));
        }
    }

    fn play_block(&mut self) {
        self.ask_card();
        if let Some(event) = self.pending.pop_back() {
            self.handle(event);
        }
    }

    /// The card takes a block; what follows waits for the desk.
    fn ask_card(&mut self) {
        let Some(card) = self.card.as_mut() else { return };
        let events = card.ask(self.now, self.age, &mut self.truth, self.heard.as_mut());
        self.queue(events);
    }

    /// The station's loop stands still while the card goes on.
    pub(crate) fn stand_still(&mut self, span: TimeDelta) {
        let until = self.now.mono.plus(span);
        while let Some(block) = self.card.as_ref().and_then(super::card::Card::due).filter(|block| *block < until) {
            self.pass(block);
            self.ask_card();
        }
        self.pass(until);
    }

    fn pass(&mut self, mono: Mono) {
        let span = mono.since(self.now.mono).max(TimeDelta::zero());
        let us = span.num_microseconds().unwrap_or(i64::MAX);
        let drift = us / 1_000_000 * self.wall_ppm + us % 1_000_000 * self.wall_ppm / 1_000_000;
        self.now.wall += span + TimeDelta::microseconds(drift);
        self.now.mono = self.now.mono.plus(span);
        self.age += us;
    }

    /// The wall clock jumps; the monotonic one does not.
    pub(crate) fn step_clock(&mut self, by: TimeDelta) {
        self.now.wall += by;
    }

    /// The wall clock is set, by somebody whom the kernel believes or not.
    pub(crate) fn set_clock(&mut self, wall: DateTime<Utc>, synchronised: bool) {
        self.now = Moment { wall, synchronised, ..self.now };
    }

    /// The machine sleeps: the wall clock goes on, the monotonic one does not, and the card plays nothing.
    pub(crate) fn suspend(&mut self, span: TimeDelta) {
        self.now.wall += span;
        self.age += span.num_microseconds().unwrap_or(i64::MAX);
    }

    /// The machine is switched off and on: another boot, whose monotonic clock begins again.
    pub(super) fn boot(&mut self) {
        self.facts.boot_id = format!("boot-{}", self.run + 1);
        self.now.mono = Mono(0);
    }
}
