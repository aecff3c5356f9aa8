//! The only place that asks for the time or sleeps.
//!
//! In: the operating system's clocks, and the kernel's word on whether the wall clock is synchronised. Out: a `Moment`,
//! the pair of wall and monotonic time that every decision of the pure rooms takes as an argument. A clock may run
//! faster than the real one, so that tests put the whole station through hours in seconds; everything that paces or
//! waits asks this clock and no other.

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

/// The clocks of this machine, or the same ones sped up from the moment of creation.
#[derive(Debug, Clone)]
pub struct Clock {
    born: Instant,
    born_wall: DateTime<Utc>,
    /// `None` is the real wall clock at real pace; otherwise how many seconds pass per real second.
    speed: Option<u32>,
}

impl Clock {
    /// The machine's own clocks at their own pace.
    #[must_use]
    pub fn system() -> Self {
        Self { born: instant(), born_wall: system_wall(), speed: None }
    }

    /// A clock that starts at `wall` and runs `speed` times as fast as the real one; it always calls itself synchronised.
    #[must_use]
    pub fn scaled(wall: DateTime<Utc>, speed: u32) -> Self {
        Self { born: instant(), born_wall: wall, speed: Some(speed.max(1)) }
    }

    /// All clocks, read together.
    #[must_use]
    pub fn now(&self) -> Moment {
        let (wall, mono) = self.pair();
        Moment { wall, mono, synchronised: self.speed.is_some() || kernel_says_synchronised() }
    }

    /// Wall and monotonic time without the question to the kernel: cheap enough for the device callback.
    #[must_use]
    pub fn pair(&self) -> (DateTime<Utc>, Mono) {
        let elapsed = TimeDelta::from_std(instant().duration_since(self.born)).unwrap_or(TimeDelta::MAX);
        match self.speed {
            None => (system_wall(), Mono(0).plus(elapsed)),
            Some(speed) => {
                let scaled = elapsed * i32::try_from(speed).unwrap_or(i32::MAX);
                (self.born_wall + scaled, Mono(0).plus(scaled))
            }
        }
    }

    /// How many seconds of this clock pass per real second: what depends on how fast the machine works, such as a limit
    /// on how long a device may stay away, is stretched by it.
    #[must_use]
    pub fn speed(&self) -> u32 {
        self.speed.unwrap_or(1)
    }

    /// How long to really wait until `mono` is reached on this clock; zero if it has passed.
    #[must_use]
    pub fn until(&self, mono: Mono) -> Duration {
        let (_, now) = self.pair();
        let span = mono.since(now).to_std().unwrap_or(Duration::ZERO);
        span / self.speed.unwrap_or(1)
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
    let mut timex = Timex::new();
    let state = adjtimex(&mut timex);
    state.is_ok_and(|state| state != libc::TIME_ERROR) && timex.0.status & libc::STA_UNSYNC == 0
}
