//! What the driver of an open stream reports: counted, the words that began it kept, and slowed down when it raves.
//!
//! In: cpal's error callback, on the thread that also calls for frames. Out: counts for the supervisor and the stamps. A
//! sound server that dies makes up to a million reports a second and burns a core until the stream is dropped; a healthy one
//! may begin with some 1,600, so these pass at full speed. Must never print. Next: `card`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use rodio::cpal::{self, ErrorKind};

use super::alsa_words::say;
use crate::clock::Clock;

/// Errors without a frame between them that pass at full speed: some milliseconds of a core.
const PATIENCE: u64 = 4096;

/// How long each further one is held up: the thread then looks 200 times a second, and leaves at once when it is told to.
const REST: TimeDelta = TimeDelta::milliseconds(5);

/// What one stream's driver has reported.
#[derive(Debug, Default)]
pub(super) struct Reports {
    errors: AtomicU64,
    /// Errors since frames were last asked for.
    in_a_row: AtomicU64,
    xruns: AtomicU64,
    /// The first words since frames were last asked for: what a stream stammers at its start is not why it died.
    first: Mutex<Option<String>>,
}

impl Reports {
    /// Takes a report; on the stream's own thread, which has nothing to play while it raves.
    pub(super) fn note(&self, error: &cpal::Error, clock: &Clock) {
        if error.kind() == ErrorKind::Xrun {
            self.xruns.fetch_add(1, Relaxed);
            return; // an underrun is a flaw in what was aired, not a sign that the device is gone
        }
        self.errors.fetch_add(1, Relaxed);
        let before = self.in_a_row.fetch_add(1, Relaxed);
        if before == 0 {
            *self.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(say(error, None));
        }
        if before >= PATIENCE {
            let (_, now) = clock.pair();
            clock.sleep_until(now.plus(REST * clock.speed().cast_signed()));
        }
    }

    /// Frames are asked for; in the real-time room.
    pub(super) fn played(&self) {
        self.in_a_row.store(0, Relaxed);
    }

    /// Underruns so far; in the real-time room.
    pub(super) fn xruns(&self) -> u64 {
        self.xruns.load(Relaxed)
    }

    /// Errors so far, and the first words since frames were last asked for.
    pub(super) fn told(&self) -> (u64, Option<String>) {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (self.errors.load(Relaxed), first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_underrun_is_counted_apart_from_errors_and_the_words_that_began_it_are_kept() {
        let (reports, clock) = (Reports::default(), Clock::system());
        reports.note(&cpal::Error::new(ErrorKind::Xrun), &clock);
        reports.note(&cpal::Error::with_message(ErrorKind::BackendError, "First"), &clock);
        reports.note(&cpal::Error::with_message(ErrorKind::BackendError, "Second"), &clock);
        assert_eq!((reports.told(), reports.xruns()), ((2, Some("first".into())), 1));
        reports.played();
        reports.note(&cpal::Error::with_message(ErrorKind::BackendError, "Third"), &clock);
        assert_eq!(reports.told(), (3, Some("third".into())), "what came before the last frames is not the cause");
    }

    #[test]
    fn a_driver_that_raves_is_held_up_and_one_that_plays_between_is_not() {
        let (reports, clock) = (Reports::default(), Clock::system());
        let error = cpal::Error::new(ErrorKind::BackendError);
        // Held up, these would take a hundred seconds.
        for _ in 0..5 {
            reports.played();
            (0..PATIENCE).for_each(|_| reports.note(&error, &clock));
        }
        let (_, before) = clock.pair();
        (0..4).for_each(|_| reports.note(&error, &clock));
        assert!(clock.pair().1.since(before) >= REST * 4);
    }
}
