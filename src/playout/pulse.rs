//! Whether an open stream is alive, judged by the frames it takes. Pure: frames, errors and time are arguments.
//!
//! In: how many frames a stream has taken, how many errors its driver has reported, and when. Out: a verdict. Progress is
//! the only proof of life: a frozen server reports nothing, a healthy one may report a thousand errors at start, and a
//! device that is not real takes frames without end. Next: `supervisor`, which acts on the verdict.

use chrono::TimeDelta;

use crate::clock::Mono;
use crate::output::Format;

/// Without a frame for so long, the device is lost.
const SILENCE: TimeDelta = TimeDelta::seconds(1);

/// The same when the driver has reported errors meanwhile: those of a dead server keep a core busy.
const SILENCE_WITH_ERRORS: TimeDelta = TimeDelta::milliseconds(250);

/// The most that the time between two looks adds to a silence: a program that was itself held up for three seconds finds
/// its device waiting, not gone.
const LOOK: TimeDelta = TimeDelta::milliseconds(250);

/// Over this span no real device takes more than twice what it plays.
const PACE_SPAN: TimeDelta = TimeDelta::seconds(2);

/// What is to be thought of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not proved yet.
    Unproved,
    /// It takes frames at a real pace.
    Alive,
    /// It is to be dropped.
    Dead(Cause),
}

/// What was seen of a stream that is to be dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nothing moves, and nobody says why.
    Silence,
    /// Nothing moves, and the driver reports errors.
    Errors,
    /// Frames go faster than they can sound.
    Pace,
}

impl Cause {
    /// In words.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Silence => super::SILENCE,
            Self::Errors => super::ERRORS,
            Self::Pace => super::PACE,
        }
    }
}

/// What a stream has to show before it counts as alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// The first one of all has nothing to recover from: its first callback is enough, and a station that has just been
    /// switched on sounds 140 ms earlier.
    AtStart,
    /// A stalled device opens and takes two periods without playing them: 100 ms more than that.
    AfterLoss,
    /// A device that was not real opens again at once: the whole span over which pace is judged.
    AfterPace,
}

/// The memory of one stream.
#[derive(Debug, Clone)]
pub(super) struct Pulse {
    rate: i64,
    /// How much time the clock makes of one real second.
    speed: i32,
    proof: Proof,
    /// Frames that it must have taken to be alive.
    needed: u64,
    opened: Mono,
    looked: Mono,
    frames: u64,
    silent: TimeDelta,
    /// Errors seen at the last look.
    errors: u64,
    /// Errors that surely came before the last frames: those that were there one look earlier.
    errors_before: u64,
    pace_from: (Mono, u64),
}

impl Pulse {
    /// A stream that has taken `frames` when it is first looked at; `speed` is the clock's.
    pub(super) fn new(format: &Format, proof: Proof, frames: u64, now: Mono, speed: i32) -> Self {
        Self {
            rate: i64::from(format.rate.max(1)),
            speed,
            needed: match proof {
                Proof::AtStart => 1,
                _ => 2 * u64::from(format.period) + u64::from(format.rate) / 10 + 1,
            },
            proof,
            opened: now,
            looked: now,
            frames,
            silent: TimeDelta::zero(),
            errors: 0,
            errors_before: 0,
            pace_from: (now, frames),
        }
    }

    /// The verdict at `now` on a stream that has taken `frames` and reported `errors` since it was opened.
    pub(super) fn judge(&mut self, frames: u64, errors: u64, now: Mono) -> Verdict {
        if frames > self.frames {
            self.frames = frames;
            self.silent = TimeDelta::zero();
            self.errors_before = self.errors;
        } else {
            self.silent += now.since(self.looked).clamp(TimeDelta::zero(), LOOK * self.speed);
        }
        self.looked = now;
        self.errors = errors;
        if self.silent >= SILENCE * self.speed {
            return Verdict::Dead(Cause::Silence);
        }
        if errors > self.errors_before && self.silent >= SILENCE_WITH_ERRORS * self.speed {
            return Verdict::Dead(Cause::Errors);
        }
        if self.too_fast(now) {
            return Verdict::Dead(Cause::Pace);
        }
        if self.proved(now) { Verdict::Alive } else { Verdict::Unproved }
    }

    /// Whether more than twice a span's frames were taken within it. Seen as soon as they were, not at the span's end.
    fn too_fast(&mut self, now: Mono) -> bool {
        let (from, before) = self.pace_from;
        let span = PACE_SPAN * self.speed;
        let passed = now.since(from);
        if self.frames.saturating_sub(before) > 2 * self.frames_in(span.max(passed)) {
            return true;
        }
        if passed >= span {
            self.pace_from = (now, self.frames);
        }
        false
    }

    fn proved(&self, now: Mono) -> bool {
        let age = now.since(self.opened);
        // Twice what can have sounded since: else a device that is not real would come back again and again.
        let plausible = self.needed + 2 * self.frames_in(age);
        self.frames >= self.needed
            && match self.proof {
                Proof::AtStart => true,
                Proof::AfterLoss => self.frames <= plausible,
                Proof::AfterPace => self.frames <= plausible && age >= PACE_SPAN * self.speed,
            }
    }

    fn frames_in(&self, span: TimeDelta) -> u64 {
        let us = i128::from(span.num_microseconds().unwrap_or(i64::MAX).max(0));
        (us * i128::from(self.rate) / 1_000_000) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Mono {
        Mono(ms * 1000)
    }

    /// A stream at 48 kHz, opened at 0.
    fn pulse(proof: Proof, frames: u64, speed: i32) -> Pulse {
        Pulse::new(&Format { rate: 48_000, period: 1024, device: "test".into() }, proof, frames, at(0), speed)
    }

    #[test]
    fn the_first_stream_lives_from_its_first_frames_on() {
        let mut pulse = pulse(Proof::AtStart, 0, 1);
        assert_eq!(pulse.judge(0, 1600, at(5)), Verdict::Unproved);
        assert_eq!(pulse.judge(1024, 1600, at(10)), Verdict::Alive);
    }

    #[test]
    fn two_periods_of_prefill_do_not_bring_a_device_back() {
        let mut pulse = pulse(Proof::AfterLoss, 2048, 1);
        assert_eq!(pulse.judge(2048, 0, at(10)), Verdict::Unproved);
        assert_eq!(pulse.judge(2048 + 4800, 0, at(100)), Verdict::Unproved);
        assert_eq!(pulse.judge(2048 + 4801, 0, at(101)), Verdict::Alive);
    }

    /// The first instant, in ms, at which a stream that stopped at 0 is called dead, looked at every 10 ms.
    fn dies_at(mut pulse: Pulse, frames: u64, errors: u64) -> i64 {
        let dead = |ms: &i64| matches!(pulse.judge(frames, errors, at(*ms)), Verdict::Dead(_));
        (0..100_000).step_by(10).find(dead).expect("a stream that stands still is found out")
    }

    #[test]
    fn a_second_without_a_frame_is_a_loss_and_a_quarter_with_errors() {
        let pulse = pulse(Proof::AtStart, 1024, 1);
        assert_eq!(dies_at(pulse.clone(), 1024, 0), 1000);
        assert_eq!(dies_at(pulse, 1024, 1), 250);
    }

    #[test]
    fn errors_from_before_the_last_frame_do_not_shorten_the_wait() {
        let mut pulse = pulse(Proof::AtStart, 0, 1);
        pulse.judge(1024, 1600, at(0));
        assert_eq!(dies_at(pulse.clone(), 1024, 1600), 250, "seen together with the last frames, it may be their end");
        pulse.judge(2048, 1600, at(0));
        assert_eq!(dies_at(pulse, 2048, 1600), 1000);
    }

    #[test]
    fn a_program_that_was_held_up_does_not_blame_the_device() {
        let mut stopped = pulse(Proof::AtStart, 1024, 1);
        assert_eq!(stopped.judge(1024, 0, at(5000)), Verdict::Alive);
        let mut went_on = pulse(Proof::AtStart, 1024, 1);
        assert_eq!(went_on.judge(240_000, 0, at(5000)), Verdict::Alive);
    }

    #[test]
    fn a_device_at_twice_real_time_is_no_device_and_one_that_bursts_is() {
        let mut bursts = pulse(Proof::AtStart, 0, 1);
        assert_eq!(bursts.judge(65_000, 0, at(1000)), Verdict::Alive);
        assert_eq!(bursts.judge(65_000 + 49_000, 0, at(1999)), Verdict::Alive);
        let mut null = pulse(Proof::AtStart, 0, 1);
        assert_eq!(null.judge(192_000, 0, at(10)), Verdict::Alive);
        assert_eq!(null.judge(192_001, 0, at(11)), Verdict::Dead(Cause::Pace));
    }

    #[test]
    fn a_device_that_is_not_real_never_comes_back() {
        let mut null = pulse(Proof::AfterLoss, 0, 1);
        let verdicts: Vec<_> = (1..=20).map(|ms| null.judge(18_000 * ms, 0, at(ms as i64))).collect();
        assert!(!verdicts.contains(&Verdict::Alive), "{verdicts:?}");
        assert!(matches!(verdicts.last(), Some(Verdict::Dead(_))));
    }

    #[test]
    fn a_device_that_ran_too_fast_must_keep_pace_for_the_whole_span_to_come_back() {
        let mut once_null = pulse(Proof::AfterPace, 0, 1);
        assert_eq!(once_null.judge(48_000 + 2048, 0, at(1000)), Verdict::Unproved);
        assert_eq!(once_null.judge(2 * 48_000 + 1952, 0, at(1999)), Verdict::Unproved);
        assert_eq!(once_null.judge(2 * 48_000 + 2048, 0, at(2000)), Verdict::Alive);
    }

    #[test]
    fn a_fast_clock_stretches_every_limit() {
        assert_eq!(dies_at(pulse(Proof::AtStart, 1024, 60), 1024, 0), 60_000);
    }
}
