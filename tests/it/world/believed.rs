//! The clock rule of the design, told a second time for the truth: one that the kernel calls synchronised is believed, another
//! one only if it is not behind the newest row that was recorded as synchronised (the newest row if there is none), nor
//! shows a time before the program was written.

use chrono::{DateTime, Utc};
use loa::airing::ClockState;
use loa::clock::{Moment, WRITTEN};
use loa::desk::History;

#[derive(Debug, Default)]
pub(super) struct Trust {
    synchronised: Option<DateTime<Utc>>,
    other: Option<DateTime<Utc>>,
    /// `--trust-clock`, until the next synchronisation.
    ordered: bool,
}

impl Trust {
    pub(super) fn new(history: &History, ordered: bool) -> Self {
        let newest = history.newest_row_at;
        let synchronised = newest.filter(|_| history.newest_is_synchronised);
        Self { synchronised, other: newest.filter(|_| !history.newest_is_synchronised), ordered }
    }

    pub(super) fn state(&self, now: Moment) -> ClockState {
        let behind = self.synchronised.or(self.other).is_some_and(|row| now.wall < row) || now.wall < WRITTEN;
        match now.synchronised {
            true => ClockState::Synchronised,
            false if behind && !self.ordered => ClockState::Untrusted,
            false => ClockState::FreeRunning,
        }
    }

    /// A row was recorded.
    pub(super) fn recorded(&mut self, now: Moment) {
        match self.state(now) {
            ClockState::Synchronised => self.synchronised = Some(now.wall),
            ClockState::FreeRunning => self.other = Some(now.wall),
            ClockState::Untrusted => {}
        }
        self.ordered &= !now.synchronised;
    }

    /// The kernel calls the clock synchronised: the order is over.
    pub(super) fn observe(&mut self, now: Moment) {
        self.ordered &= !now.synchronised;
    }
}
