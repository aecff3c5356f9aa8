//! Nowhere, at real pace: a station without a sound device that can still be tried and tested.
//!
//! In: a feed and a clock. Out: nothing; frames are rendered when they fall due and thrown away. What airs here is a
//! rehearsal and never counts in a report. Next: `pace`.

use super::pace::{self, PERIOD, RATE};
use super::{Feed, Format, OpenError, Output, Stream};
use crate::clock::Clock;

/// The setting `device = "silent"`.
#[derive(Debug)]
pub struct Silent {
    clock: Clock,
}

impl Silent {
    /// Silence at the pace of `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

impl Output for Silent {
    fn open(&self, feed: &mut dyn FnMut(&Format) -> Feed) -> Result<Box<dyn Stream>, OpenError> {
        let feed = feed(&Format { rate: RATE, period: PERIOD, device: "silent".into() });
        pace::start(self.clock.clone(), feed, Box::new(|_| Ok(())))
    }
}
