//! The thread of a device's callback, scheduled before all ordinary ones for as long as it behaves.
//!
//! In: what the callback took, and what its driver reported. Out: the thread's scheduling, changed by the thread itself
//! with one system call each time, and the kernel's word on it. The policy is round robin at a low priority, which threads
//! that the driver starts do not inherit. A thread that runs before all others and never sleeps would stop a machine with
//! one core, so it is raised only after it has kept a real device's pace, and steps down by itself when it loses that or in
//! a storm of errors.
//! Runs in the callback: nothing here allocates, locks or waits. Next: `card`.

use std::fmt;
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};

use crate::clock::Mono;

/// Above all ordinary threads, below the kernel's own (50) and those of sound servers.
const PRIORITY: i32 = 10;

/// For so long a stream has to show a real device's pace: one that takes frames without end is found out before.
const PROBATION_US: i64 = 1_000_000;

/// Frames that a device takes into its buffer at once, beyond its pace: a second at 48 kHz.
const BUFFERED: i64 = 48_000;

/// So many errors without a frame between them are a storm. A dead sound server makes a million a second.
const STORM: u32 = 64;

/// The thread was not raised yet, or has stepped down.
const ORDINARY: i32 = 0;
/// The kernel agreed.
const RAISED: i32 = 1;

/// The kernel's word on the callback's thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RealTime {
    /// It runs before ordinary threads.
    Granted,
    /// It may not; the number of the system's error.
    Refused(i32),
}

impl fmt::Display for RealTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Granted => f.write_str("granted"),
            Self::Refused(libc::EPERM) => {
                write!(f, "refused: this user may not; allow it with `LimitRTPRIO={PRIORITY}` in the service's unit")
            }
            Self::Refused(errno) => write!(f, "refused: {}", std::io::Error::from_raw_os_error(*errno)),
        }
    }
}

/// What becomes of a thread's scheduling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Stay,
    Up,
    Down,
}

/// The scheduling of one stream's thread. Its data and its error callback run on that same thread.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// `ORDINARY`, `RAISED`, or the system's error, negative.
    state: AtomicI32,
    /// When the probation began; 0 before the first callback.
    since_us: AtomicI64,
    /// Frames taken since then.
    frames: AtomicU64,
    /// Errors since the last callback.
    errors: AtomicU32,
}

impl Turn {
    /// The callback took so many frames at `now`.
    pub(super) fn took(&self, frames: usize, rate: i64, now: Mono) {
        match self.judge(frames, rate, now) {
            Step::Stay => {}
            Step::Up => self.state.store(raise().map_or_else(|errno| -errno, |()| RAISED), Relaxed),
            Step::Down => lower(),
        }
    }

    /// The driver reported an error.
    pub(super) fn failed(&self) {
        if self.is_storm() {
            lower();
        }
    }

    /// What the kernel said; `None` before it was asked.
    pub(super) fn word(&self) -> Option<RealTime> {
        match self.state.load(Relaxed) {
            ORDINARY => None,
            RAISED => Some(RealTime::Granted),
            errno => Some(RealTime::Refused(-errno)),
        }
    }

    /// What these frames show: they complete a probation, or a raised thread has lost the pace. The kernel ends one that
    /// does not sleep for half a second (`LimitRTTIME`); at fifty times the pace this one steps down within 40 ms.
    fn judge(&self, frames: usize, rate: i64, now: Mono) -> Step {
        self.errors.store(0, Relaxed);
        let state = self.state.load(Relaxed);
        if state != ORDINARY && state != RAISED {
            return Step::Stay;
        }
        let taken = self.frames.fetch_add(frames as u64, Relaxed) as i64 + frames as i64;
        let since_us = self.since_us.load(Relaxed);
        let passed_us = now.0.saturating_sub(since_us);
        let real = taken <= 2 * (passed_us.saturating_mul(rate) / 1_000_000) + BUFFERED;
        if since_us != 0 && state == RAISED && !real {
            self.begin_anew();
            return Step::Down;
        }
        if since_us != 0 && passed_us < PROBATION_US {
            return Step::Stay;
        }
        self.since_us.store(now.0.max(1), Relaxed);
        self.frames.store(0, Relaxed);
        if since_us != 0 && state == ORDINARY && real { Step::Up } else { Step::Stay }
    }

    /// Whether this error is the one that makes a raised thread step down; its probation begins anew.
    fn is_storm(&self) -> bool {
        let errors = self.errors.fetch_add(1, Relaxed).saturating_add(1);
        let storm = errors == STORM && self.state.load(Relaxed) == RAISED;
        if storm {
            self.begin_anew();
        }
        storm
    }

    fn begin_anew(&self) {
        self.state.store(ORDINARY, Relaxed);
        self.since_us.store(0, Relaxed);
        self.frames.store(0, Relaxed);
    }
}

/// Schedules this thread in real time; the error is the system's number.
fn raise() -> Result<(), i32> {
    schedule(libc::SCHED_RR | libc::SCHED_RESET_ON_FORK, PRIORITY)
}

/// Schedules this thread as an ordinary one again, which the kernel never refuses.
fn lower() {
    let _ = schedule(libc::SCHED_OTHER | libc::SCHED_RESET_ON_FORK, 0);
}

#[expect(unsafe_code, reason = "no safe crate sets the policy with its reset on fork")]
fn schedule(policy: i32, priority: i32) -> Result<(), i32> {
    // SAFETY: `sched_param` is plain data for which all zeros is valid, and the kernel only reads it; 0 is this thread.
    let answer = unsafe {
        let mut param: libc::sched_param = std::mem::zeroed();
        param.sched_priority = priority;
        libc::sched_setscheduler(0, policy, &raw const param)
    };
    if answer == 0 { Ok(()) } else { Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: i64 = 48_000;

    /// Feeds callbacks of 1024 frames at a multiple of real pace; answers after how many ms the thread is to be raised.
    fn raised_after_ms(turn: &Turn, pace: i64, span_ms: i64) -> Option<i64> {
        let frames = 1024;
        let step_us = frames * 1_000_000 / RATE / pace;
        (1..=span_ms * 1000 / step_us)
            .find(|n| turn.judge(frames as usize, RATE, Mono(n * step_us)) == Step::Up)
            .map(|n| n * step_us / 1000)
    }

    #[test]
    fn a_stream_at_a_real_pace_is_raised_after_a_second() {
        let after = raised_after_ms(&Turn::default(), 1, 5000).unwrap();
        assert!((1000..1100).contains(&after), "{after} ms");
    }

    #[test]
    fn a_device_that_is_not_real_is_never_raised() {
        assert_eq!(raised_after_ms(&Turn::default(), 10, 20_000), None);
    }

    #[test]
    fn a_raised_thread_that_loses_the_pace_steps_down_before_the_kernel_ends_it() {
        let turn = Turn::default();
        let (frames, real_us) = (1024_i64, 1024 * 1_000_000 / RATE);
        turn.state.store(RAISED, Relaxed);
        let mut at_us = 0;
        for _ in 0..10_000 {
            at_us += real_us;
            assert_eq!(turn.judge(frames as usize, RATE, Mono(at_us)), Step::Stay, "at the pace it stays raised");
        }
        let from_us = at_us;
        while turn.judge(frames as usize, RATE, Mono(at_us)) == Step::Stay {
            at_us += real_us / 50;
        }
        assert_eq!(turn.word(), None);
        assert!(at_us - from_us < 100_000, "after {} us", at_us - from_us);
    }

    #[test]
    fn a_storm_of_errors_lowers_it_once_and_frames_between_errors_are_no_storm() {
        let turn = Turn::default();
        turn.state.store(RAISED, Relaxed);
        for n in 0..1000 {
            assert!(!turn.is_storm());
            assert!(n % 2 == 0 || turn.judge(64, RATE, Mono(n)) == Step::Stay);
        }
        let storms = (0..100_000).filter(|_| turn.is_storm()).count();
        assert_eq!((storms, turn.word()), (1, None));
        let after = raised_after_ms(&turn, 1, 5000).unwrap();
        assert!((1000..1100).contains(&after), "raised again after {after} ms of sound");
    }

    #[test]
    fn a_refusal_says_what_allows_it_and_is_asked_for_once() {
        let turn = Turn::default();
        turn.state.store(-libc::EPERM, Relaxed);
        assert_eq!(raised_after_ms(&turn, 1, 5000), None);
        let word = turn.word().unwrap().to_string();
        assert!(word.starts_with("refused: ") && word.contains("LimitRTPRIO=10"), "{word}");
    }
}
