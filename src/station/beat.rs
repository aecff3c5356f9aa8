//! The beat of the loop: that it turns, and what it sees of those that work for it.
//!
//! In: an interval. Out: a `Beat` each time the loop comes to it, with the playout's signs of life and how long the store has
//! owed an answer. It judges nothing; a loop that hangs tells none. Next: `service`, which judges.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

use super::Station;
use crate::clock::{Clock, Mono};
use crate::control::Status;
use crate::playout::Vitals;
use crate::store::Store;

/// What the loop sees at one beat.
#[derive(Debug, Clone)]
pub struct Beat {
    /// The state of the station.
    pub status: Status,
    /// The playout's signs of life.
    pub vitals: Vitals,
    /// For how long the store has owed an answer.
    pub store_silent: TimeDelta,
}

/// When the next beat is due, and what the store was asked.
pub(super) struct Heart {
    every: Option<Duration>,
    next: Option<Mono>,
    asked: Option<(Mono, oneshot::Receiver<()>)>,
}

impl Heart {
    pub(super) fn new(every: Option<Duration>) -> Self {
        Self { every, next: None, asked: None }
    }

    /// Resolves when the next beat is due: at once the first time, never without an interval.
    pub(super) async fn due(&mut self, clock: &Clock) {
        let Some(every) = self.every else { return std::future::pending().await };
        if let Some(next) = self.next {
            clock.wait_until(next).await;
        }
        // The interval is one of real time: whoever hears the beats does not live by a faster clock.
        let every = TimeDelta::from_std(every).unwrap_or(TimeDelta::MAX) * clock.speed().cast_signed();
        self.next = Some(clock.pair().1.plus(every));
    }

    /// How long the store has owed an answer; one that has given its last is asked for the next.
    fn store_silent(&mut self, store: &Store, now: Mono) -> TimeDelta {
        let (since, owed) = self.asked.get_or_insert_with(|| (now, store.answers()));
        match owed.try_recv() {
            Ok(()) => (*since, *owed) = (now, store.answers()),
            Err(TryRecvError::Empty) => {}
            // Its queue was full: it owes an answer, and is asked again.
            Err(TryRecvError::Closed) => *owed = store.answers(),
        }
        now.since(*since)
    }
}

/// A rehearsal leaps to so long before the next thing to do: the desk has looked around by then.
const LEAP_SHORT_OF: TimeDelta = TimeDelta::seconds(15);

impl Station {
    /// A rehearsal does not wait through hours in which nothing is due.
    pub(super) fn leap(&self) {
        if self.clock.is_rehearsal()
            && let Some(until) = self.desk.idle_until()
        {
            self.clock.leap_to(until - LEAP_SHORT_OF);
        }
    }

    pub(super) fn beat(&mut self) -> Box<Beat> {
        let now = self.clock.pair().1;
        let store_silent = self.heart.store_silent(self.records.store(), now);
        Box::new(Beat { status: self.status(), vitals: self.playout.vitals(), store_silent })
    }
}
