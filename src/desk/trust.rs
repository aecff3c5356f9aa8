//! The clock rule: when the wall clock is believed, and when it has stepped.
//!
//! In: readings of the clocks and the instants of rows. Out: a `ClockState`, and the size of a step. Pure. The rule: a clock
//! that the kernel calls synchronised is believed; another one only if it is not older than the newest row that was
//! recorded as synchronised (the newest row if there is none), nor than this program. Next: `desk/plan.rs`.

use chrono::{DateTime, TimeDelta, Utc};

use crate::airing::ClockState;
use crate::clock::{Moment, Mono, WRITTEN};

/// Smaller differences between the two clocks are slewing by NTP, not a step.
const STEP: TimeDelta = TimeDelta::milliseconds(500);

/// How far the clock can be believed, and what it did last.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    newest_synchronised: Option<DateTime<Utc>>,
    newest: Option<DateTime<Utc>>,
    /// `--trust-clock`; ends with the next synchronisation.
    overridden: bool,
    last: Moment,
    /// Since when programmes have not aired because of the clock.
    untrusted_since: Option<Mono>,
}

impl Trust {
    pub(super) fn new(
        newest_synchronised: Option<DateTime<Utc>>,
        newest: Option<DateTime<Utc>>,
        overridden: bool,
        now: Moment,
    ) -> Self {
        let mut trust = Self { newest_synchronised, newest, overridden, last: now, untrusted_since: None };
        trust.observe(now);
        trust
    }

    /// How far the clock is believed at `now`.
    pub(super) fn state(&self, now: Moment) -> ClockState {
        match now.synchronised {
            true => ClockState::Synchronised,
            false if self.overridden => ClockState::FreeRunning,
            false if now.wall < self.yardstick() => ClockState::Untrusted,
            false => ClockState::FreeRunning,
        }
    }

    /// What speaks against an older clock: the newest row, or that there was no such program then.
    pub(super) fn yardstick(&self) -> DateTime<Utc> {
        self.newest_synchronised.or(self.newest).map_or(WRITTEN, |row| row.max(WRITTEN))
    }

    /// Takes a reading. Answers how far the wall clock has stepped since the last one, if it has.
    pub(super) fn observe(&mut self, now: Moment) -> Option<TimeDelta> {
        let drift = (now.wall - self.last.wall) - now.mono.since(self.last.mono);
        self.last = now;
        if now.synchronised {
            self.overridden = false;
        }
        if self.state(now) == ClockState::Untrusted {
            self.untrusted_since.get_or_insert(now.mono);
        }
        (drift.abs() > STEP).then_some(drift)
    }

    /// A row is recorded at `now`, and is the newest also if its clock was set back; an untrusted clock proves nothing.
    pub(super) fn recorded(&mut self, now: Moment) {
        let slot = match self.state(now) {
            ClockState::Untrusted => return,
            ClockState::Synchronised => &mut self.newest_synchronised,
            ClockState::FreeRunning => &mut self.newest,
        };
        *slot = Some(now.wall);
    }

    /// Ends a time without trust: answers since when it lasted, in today's wall time.
    pub(super) fn regained(&mut self, now: Moment) -> Option<DateTime<Utc>> {
        if self.state(now) == ClockState::Untrusted {
            return None;
        }
        self.untrusted_since.take().map(|since| now.wall - now.mono.since(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, mono: i64, synchronised: bool) -> Moment {
        let wall = row(seconds);
        Moment { wall, mono: Mono(mono * 1_000_000), synchronised }
    }

    fn row(seconds: i64) -> DateTime<Utc> {
        WRITTEN + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_clock_behind_the_log_is_not_believed_until_it_is_synchronised() {
        let mut trust = Trust::new(Some(row(1000)), None, false, at(10, 0, false));
        assert_eq!(trust.state(at(10, 0, false)), ClockState::Untrusted);
        assert_eq!(trust.state(at(2000, 0, false)), ClockState::FreeRunning);
        let back = at(5000, 60, true);
        assert_eq!(trust.observe(back), Some(TimeDelta::seconds(4930)));
        assert_eq!(trust.regained(back), Some(row(4940)));
    }

    #[test]
    fn rows_of_a_free_running_clock_do_not_outrank_synchronised_ones() {
        let mut trust = Trust::new(Some(row(1000)), None, false, at(9000, 0, false));
        trust.recorded(at(9000, 0, false));
        assert_eq!(trust.state(at(5000, 1, false)), ClockState::FreeRunning);
    }

    #[test]
    fn the_override_lasts_until_the_next_synchronisation() {
        let mut trust = Trust::new(Some(row(1000)), None, true, at(10, 0, false));
        assert_eq!(trust.state(at(10, 0, false)), ClockState::FreeRunning);
        trust.observe(at(2000, 5, true));
        assert_eq!(trust.state(at(11, 6, false)), ClockState::Untrusted);
    }

    #[test]
    fn a_clock_from_before_the_program_is_not_believed_even_by_an_empty_log() {
        let trust = |overridden| Trust::new(None, None, overridden, at(-1, 0, false));
        assert_eq!(trust(false).state(at(-1, 0, false)), ClockState::Untrusted);
        assert_eq!(trust(true).state(at(-1, 0, false)), ClockState::FreeRunning);
        assert_eq!(trust(false).state(at(0, 1, false)), ClockState::FreeRunning);
    }

    #[test]
    fn a_clock_that_the_network_set_back_is_measured_by_its_newest_row() {
        let mut trust = Trust::new(None, None, false, at(9000, 0, true));
        trust.recorded(at(9000, 0, true));
        trust.recorded(at(1000, 10, true));
        assert_eq!(trust.state(at(1001, 11, false)), ClockState::FreeRunning);
        assert_eq!(trust.state(at(999, 12, false)), ClockState::Untrusted);
    }

    #[test]
    fn slewing_is_no_step() {
        let mut trust = Trust::new(None, None, false, at(10, 0, true));
        let mut slewed = at(20, 10, true);
        slewed.wall += TimeDelta::milliseconds(400);
        assert_eq!(trust.observe(slewed), None);
    }
}
