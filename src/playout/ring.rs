//! The ring between a cue's thread and the deck: decoded frames one way, and one word on how the audio goes on.
//!
//! In: interleaved stereo at the device's rate, pushed by `cue` (or by a test, by hand). Out: the same frames, popped
//! by the device callback without a lock. The filling end never blocks; the deck's end never frees memory: a used
//! `Load` travels back to the playout thread to be dropped there. Next: `port`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

/// One frame: left and right, full scale ±1.0.
pub type Frame = [f32; 2];

const FILLING: u8 = 0;
const PRIMED: u8 = 1;
const COMPLETE: u8 = 2;
const BROKEN: u8 = 3;

/// What the filling end has said so far. Said after the frames it speaks of, so whoever reads it before looking into
/// the ring finds them there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Supply {
    /// Not enough is in the ring to start.
    Filling,
    /// It may start; more is to come.
    Primed,
    /// What is in the ring is the rest of the audio.
    Complete,
    /// What is in the ring is the last that could be decoded.
    Broken,
}

/// A ring of `capacity` frames that counts as primed once `prime` frames have gone in, or all there are.
#[must_use]
pub fn ring(capacity: usize, prime: usize) -> (Fill, Load) {
    let (producer, consumer) = RingBuffer::new(capacity);
    let word = Arc::new(AtomicU8::new(FILLING));
    let fill = Fill { frames: producer, word: Arc::clone(&word), missing: prime.min(capacity) };
    (fill, Load { frames: consumer, word })
}

/// The filling end. Dropped without `complete` after it was primed, it counts as broken.
#[derive(Debug)]
pub struct Fill {
    frames: Producer<Frame>,
    word: Arc<AtomicU8>,
    /// Frames still to come before it is primed.
    missing: usize,
}

impl Fill {
    /// Pushes as many whole frames of interleaved stereo as there is room for, and says how many.
    pub fn push(&mut self, interleaved: &[f32]) -> usize {
        let (frames, _) = interleaved.as_chunks::<2>();
        let taken = self.frames.push_partial_slice(frames).0.len();
        self.missing = self.missing.saturating_sub(taken);
        if self.missing == 0 {
            self.word.store(PRIMED, Ordering::Release);
        }
        taken
    }

    /// Frames that fit in now.
    #[must_use]
    pub fn room(&self) -> usize {
        self.frames.slots()
    }

    /// Whether enough has been pushed to start.
    #[must_use]
    pub fn is_primed(&self) -> bool {
        self.missing == 0
    }

    /// Whether the other end still exists.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        !self.frames.is_abandoned()
    }

    /// The audio has ended: what was pushed is all.
    pub fn complete(self) {
        self.word.store(COMPLETE, Ordering::Release);
    }
}

impl Drop for Fill {
    fn drop(&mut self) {
        // Never primed: it cannot start, and its thread has refused the cue. Complete: nothing to add.
        let _ = self.word.compare_exchange(PRIMED, BROKEN, Ordering::Release, Ordering::Relaxed);
    }
}

/// The deck's end: a cue's decoded audio.
#[derive(Debug)]
pub struct Load {
    frames: Consumer<Frame>,
    word: Arc<AtomicU8>,
}

impl Load {
    /// Real-time safe.
    pub(super) fn supply(&self) -> Supply {
        match self.word.load(Ordering::Acquire) {
            FILLING => Supply::Filling,
            PRIMED => Supply::Primed,
            COMPLETE => Supply::Complete,
            _ => Supply::Broken,
        }
    }

    /// Moves frames into the front of `out` and says how many. Real-time safe.
    pub(super) fn pop_into(&mut self, out: &mut [Frame]) -> usize {
        self.frames.pop_partial_slice(out).0.len()
    }

    /// Real-time safe.
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_primed_by_enough_frames_or_by_all_there_are() {
        let (mut fill, load) = ring(8, 3);
        assert_eq!((fill.push(&[0.1; 4]), load.supply()), (2, Supply::Filling));
        assert_eq!((fill.push(&[0.1; 2]), load.supply()), (1, Supply::Primed));
        let (mut fill, load) = ring(8, 3);
        fill.push(&[0.1; 2]);
        fill.complete();
        assert_eq!(load.supply(), Supply::Complete);
    }

    #[test]
    fn a_thread_that_ends_without_a_word_counts_as_broken_once_it_could_have_started() {
        let (mut fill, load) = ring(8, 3);
        fill.push(&[0.1; 8]);
        drop(fill);
        assert_eq!(load.supply(), Supply::Broken);
        let (fill, load) = ring(8, 3);
        drop(fill);
        assert_eq!(load.supply(), Supply::Filling);
    }

    #[test]
    fn it_takes_whole_frames_until_it_is_full() {
        let (mut fill, mut load) = ring(2, 1);
        assert_eq!(fill.push(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), 2);
        assert_eq!(fill.room(), 0);
        let mut out = [[0.0; 2]; 3];
        assert_eq!(load.pop_into(&mut out), 2);
        assert_eq!(out, [[0.1, 0.2], [0.3, 0.4], [0.0, 0.0]]);
        drop(load);
        assert!(!fill.is_wanted());
    }
}
