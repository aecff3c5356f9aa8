//! The only place that asks for the time or sleeps.
//!
//! In: the operating system's clocks, and the kernel's word on whether the wall clock is synchronised. Out: a `Moment`,
//! the pair of wall and monotonic time that every decision of the pure rooms takes as an argument. A clock may run
//! faster than the real one, so that tests put the whole station through hours in seconds; everything that paces or
//! waits asks this clock and no other.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, TimeDelta, Utc};
use rtime_clock::adjtime::{Timex, adjtimex};
use serde::{Deserialize, Serialize};

/// This program was not written before 2024: a clock that shows less has lost its battery, and no record by it says when
/// something was.
pub const WRITTEN: DateTime<Utc> = DateTime::from_timestamp(1_704_067_200, 0).expect("a time of this century");

/// Microseconds on a clock that never steps; its origin is arbitrary and differs between runs of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mono(pub i64);

impl Mono {
    /// This instant moved by a span.
    #[must_use]
    pub fn plus(self, span: TimeDelta) -> Self {
        Self(self.0.saturating_add(span.num_microseconds().unwrap_or(i64::MAX)))
    }

    /// The span from an earlier instant to this one; negative if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0.saturating_sub(earlier.0))
    }
}

/// One reading of all clocks: what a decision needs to know about time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock, which may step.
    pub wall: DateTime<Utc>,
    /// The monotonic clock, which never does.
    pub mono: Mono,
    /// Whether the kernel calls the wall clock synchronised (adjtimex).
    pub synchronised: bool,
}

/// What the kernel says of its wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Discipline {
    /// Whether it was set by a source that is trusted, and not too long ago.
    pub is_synchronised: bool,
    /// What is still being corrected, microseconds.
    pub offset_us: i64,
    /// By how much the clock of this machine goes wrong without correction, in parts of a thousand million.
    pub drift_ppb: i64,
    /// How wrong it may be at most, microseconds; without meaning while it is not synchronised.
    pub error_us: i64,
}

/// The clocks of this machine, the same ones sped up from the moment of creation, or clocks led by hand.
#[derive(Debug, Clone)]
pub struct Clock {
    born: Instant,
    pace: Pace,
}

/// How the time of a clock goes.
#[derive(Debug, Clone)]
enum Pace {
    /// As the machine's own.
    Real,
    /// From an instant on, so many seconds per real second; called synchronised.
    Scaled(DateTime<Utc>, u32),
    /// Likewise, but no kernel vouches for it, and its wall clock has leapt over so many microseconds.
    Rehearsal(DateTime<Utc>, u32, Arc<AtomicI64>),
    /// It stands still until it is set again.
    Led(Arc<Mutex<Moment>>),
}

/// Who waits for a clock that is led by hand looks at it again after this long.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

impl Clock {
    /// The machine's own clocks at their own pace.
    #[must_use]
    pub fn system() -> Self {
        Self::of(Pace::Real)
    }

    /// A clock that starts at `wall` and runs `speed` times as fast as the real one; it always calls itself synchronised.
    #[must_use]
    pub fn scaled(wall: DateTime<Utc>, speed: u32) -> Self {
        Self::of(Pace::Scaled(wall, speed.max(1)))
    }

    /// The same for a rehearsal: no kernel vouches for this clock, so it never calls itself synchronised, and it can leap.
    #[must_use]
    pub fn rehearsal(wall: DateTime<Utc>, speed: u32) -> Self {
        Self::of(Pace::Rehearsal(wall, speed.max(1), Arc::default()))
    }

    /// Clocks that show what they are set to, for a simulated world; they stand still until they are set again.
    #[must_use]
    pub fn led(moment: Moment) -> Self {
        Self::of(Pace::Led(Arc::new(Mutex::new(moment))))
    }

    fn of(pace: Pace) -> Self {
        Self { born: instant(), pace }
    }

    /// Sets clocks that are led by hand, and all that were cloned from them; others take no notice.
    pub fn set(&self, moment: Moment) {
        if let Pace::Led(led) = &self.pace {
            *led.lock().unwrap_or_else(PoisonError::into_inner) = moment;
        }
    }

    /// Whether this is the clock of a rehearsal.
    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        matches!(self.pace, Pace::Rehearsal(..))
    }

    /// Moves the wall clock of a rehearsal on to `wall`, as if the machine had slept until then; the monotonic clock stands
    /// still meanwhile. Any other clock, and an instant that has passed, is left alone.
    pub fn leap_to(&self, wall: DateTime<Utc>) {
        let span_us = (wall - self.pair().0).num_microseconds().unwrap_or(0);
        if let Pace::Rehearsal(_, _, leapt_us) = &self.pace
            && span_us > 0
        {
            leapt_us.fetch_add(span_us, Ordering::Relaxed);
        }
    }

    /// All clocks, read together.
    #[must_use]
    pub fn now(&self) -> Moment {
        let synchronised = match &self.pace {
            Pace::Led(led) => return *led.lock().unwrap_or_else(PoisonError::into_inner),
            Pace::Real => kernel_says_synchronised(),
            Pace::Scaled(..) => true,
            Pace::Rehearsal(..) => false,
        };
        let (wall, mono) = self.pair();
        Moment { wall, mono, synchronised }
    }

    /// Wall and monotonic time without the question to the kernel: cheap enough for the device callback.
    #[must_use]
    pub fn pair(&self) -> (DateTime<Utc>, Mono) {
        let elapsed = TimeDelta::from_std(instant().duration_since(self.born)).unwrap_or(TimeDelta::MAX);
        let fast = |speed: u32| elapsed * i32::try_from(speed).unwrap_or(i32::MAX);
        match &self.pace {
            Pace::Real => (system_wall(), Mono(0).plus(elapsed)),
            Pace::Scaled(wall, speed) => (*wall + fast(*speed), Mono(0).plus(fast(*speed))),
            Pace::Rehearsal(wall, speed, leapt_us) => {
                let leapt = TimeDelta::microseconds(leapt_us.load(Ordering::Relaxed));
                (*wall + fast(*speed) + leapt, Mono(0).plus(fast(*speed)))
            }
            Pace::Led(led) => {
                let Moment { wall, mono, .. } = *led.lock().unwrap_or_else(PoisonError::into_inner);
                (wall, mono)
            }
        }
    }

    /// How many seconds of this clock pass per real second: what depends on how fast the machine works, such as a limit
    /// on how long a device may stay away, is stretched by it.
    #[must_use]
    pub fn speed(&self) -> u32 {
        match self.pace {
            Pace::Scaled(_, speed) | Pace::Rehearsal(_, speed, _) => speed,
            Pace::Real | Pace::Led(_) => 1,
        }
    }

    /// How long to really wait until `mono` is reached on this clock; zero if it has passed. A clock led by hand does not
    /// say when that will be: then it is how long to wait before looking again.
    #[must_use]
    pub fn until(&self, mono: Mono) -> Duration {
        let (_, now) = self.pair();
        let span = mono.since(now).to_std().unwrap_or(Duration::ZERO);
        if matches!(self.pace, Pace::Led(_)) { span.min(LOOK_AGAIN) } else { span / self.speed() }
    }

    /// Blocks this thread until `mono`; for pacing threads of outputs, never for the station's loop.
    #[expect(clippy::disallowed_methods, reason = "this file is where the program sleeps")]
    pub fn sleep_until(&self, mono: Mono) {
        let span = self.until(mono);
        if !span.is_zero() {
            std::thread::sleep(span);
        }
    }

    /// Waits until `mono` in the station's loop; a waker that stands still is bounded by the caller's `select!`.
    #[expect(clippy::disallowed_methods, reason = "this file is where the program sleeps")]
    pub async fn wait_until(&self, mono: Mono) {
        tokio::time::sleep(self.until(mono)).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "this file asks for the time")]
fn instant() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "this file asks for the time")]
fn system_wall() -> DateTime<Utc> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    DateTime::from_timestamp(since_epoch.as_secs() as i64, since_epoch.subsec_nanos()).unwrap_or(DateTime::UNIX_EPOCH)
}

/// The kernel's own word on the wall clock: false after a boot without network or receiver, true once NTP has set it. A
/// question that asks for no change is open to every user.
fn kernel_says_synchronised() -> bool {
    discipline().is_some_and(|told| told.is_synchronised)
}

/// What the kernel says of the wall clock; `None` where it may not be asked.
#[must_use]
pub fn discipline() -> Option<Discipline> {
    let mut timex = Timex::new();
    let state = adjtimex(&mut timex).ok()?;
    let timex = timex.0;
    let is_synchronised = state != libc::TIME_ERROR && timex.status & libc::STA_UNSYNC == 0;
    let nanoseconds = timex.status & libc::STA_NANO != 0;
    let offset_us = if nanoseconds { timex.offset / 1000 } else { timex.offset };
    Some(Discipline {
        is_synchronised,
        offset_us,
        // Scaled by 2^16.
        drift_ppb: timex.freq.saturating_mul(1000) >> 16,
        error_us: timex.maxerror,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_leaps_forward_only_with_its_wall_clock_only() {
        let start = DateTime::from_timestamp(1_740_762_000, 0).unwrap_or_default();
        let clock = Clock::rehearsal(start, 1);
        let hour = TimeDelta::hours(1);
        clock.clone().leap_to(start + hour);
        let there = clock.now();
        assert!(there.wall >= start + hour && there.wall < start + hour + TimeDelta::minutes(5), "{there:?}");
        assert!(there.mono < Mono(0).plus(hour) && !there.synchronised, "{there:?}");
        clock.leap_to(start);
        assert!(clock.now().wall >= there.wall);
        let other = Clock::scaled(start, 1);
        other.leap_to(start + hour);
        assert!(other.now().wall < start + hour && other.now().synchronised);
    }
}
