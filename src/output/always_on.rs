//! The feed as the one source that rodio's mixer plays for as long as the stream is open.
//!
//! In: a feed, and for each callback the stamp and size of the block that is due. Out: its samples, one by one, as rodio
//! wants them. The feed already speaks the device's rate in stereo, so the mixer converts nothing; rodio's `Player` and
//! `Decoder` are not used because they read the first frames of a stereo source as mono and resample linearly from span
//! to span. Everything here runs in the device callback: nothing may allocate, lock, wait or touch a file. Next: `card`.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use rodio::Source;
use rodio::mixer::{MixerSource, mixer};

use super::{Feed, Stamp};
use crate::clock::Mono;

/// The most frames that the feed is asked for at once; a callback that wants more gets it in several blocks.
pub(super) const BLOCK_FRAMES: usize = 8192;

const STEREO: NonZero<u16> = NonZero::new(2).expect("two is not zero");

/// The end that the device callback pulls.
pub(super) struct Tap {
    mixer: MixerSource,
    due: Arc<Due>,
}

impl Tap {
    /// Puts `feed` behind a rodio mixer at the device's rate.
    pub(super) fn new(feed: Feed, rate: NonZero<u32>) -> Self {
        let due = Arc::new(Due::default());
        let (input, mixer) = mixer(STEREO, rate);
        let block = vec![0.0; BLOCK_FRAMES * 2].into_boxed_slice();
        input.add(AlwaysOn { feed, due: Arc::clone(&due), block, taken: 0, filled: 0, rate });
        Self { mixer, due }
    }

    /// Says what the next `frames` frames, at most `BLOCK_FRAMES`, are to be told; they are then taken one by one.
    pub(super) fn announce(&self, stamp: Stamp, frames: usize) {
        self.due.wall_us.store(stamp.wall_us, Relaxed);
        self.due.mono.store(stamp.mono.0, Relaxed);
        self.due.lead_us.store(stamp.lead_us, Relaxed);
        self.due.xruns.store(stamp.xruns, Relaxed);
        self.due.frames.store(frames.min(BLOCK_FRAMES), Relaxed);
    }

    /// The next frame, left and right.
    pub(super) fn frame(&mut self) -> (f32, f32) {
        let left = self.mixer.next().unwrap_or_default();
        let right = self.mixer.next().unwrap_or_default();
        (left, right)
    }
}

/// What is due, handed from the callback to the source. Both run on the same thread, one after the other, so relaxed
/// atomics are enough; a plain cell would not be `Send`.
#[derive(Default)]
struct Due {
    wall_us: AtomicI64,
    mono: AtomicI64,
    lead_us: AtomicI64,
    xruns: AtomicU64,
    frames: AtomicUsize,
}

/// A source that never ends.
struct AlwaysOn {
    feed: Feed,
    due: Arc<Due>,
    block: Box<[f32]>,
    /// Samples of `block` that were handed on.
    taken: usize,
    /// Samples of `block` that the feed rendered.
    filled: usize,
    rate: NonZero<u32>,
}

impl AlwaysOn {
    fn render(&mut self) {
        // One frame at least: a source that returned nothing would be thrown out of the mixer for good.
        let frames = self.due.frames.load(Relaxed).max(1);
        let stamp = Stamp {
            wall_us: self.due.wall_us.load(Relaxed),
            mono: Mono(self.due.mono.load(Relaxed)),
            lead_us: self.due.lead_us.load(Relaxed),
            xruns: self.due.xruns.load(Relaxed),
        };
        self.filled = frames * 2;
        self.taken = 0;
        (self.feed)(&mut self.block[..self.filled], stamp);
    }
}

impl Iterator for AlwaysOn {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.taken == self.filled {
            self.render();
        }
        let sample = self.block[self.taken];
        self.taken += 1;
        Some(sample)
    }
}

impl Source for AlwaysOn {
    fn current_span_len(&self) -> Option<usize> {
        None // one endless span: the mixer never looks for a change of format
    }

    fn channels(&self) -> NonZero<u16> {
        STEREO
    }

    fn sample_rate(&self) -> NonZero<u32> {
        self.rate
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn blocks_of_changing_size_pass_the_mixer_sample_by_sample_with_their_stamps() {
        let (told, stamps) = mpsc::channel();
        let mut next = 0.0;
        let feed: Feed = Box::new(move |block, stamp| {
            told.send((stamp, block.len() / 2)).unwrap();
            for sample in block {
                *sample = next;
                next += 1.0;
            }
        });
        let mut tap = Tap::new(feed, NonZero::new(44_100).unwrap());
        let mut expected = 0.0;
        for (turn, frames) in [3_usize, 1, 1024, 7].into_iter().enumerate() {
            let stamp = Stamp { wall_us: 5, mono: Mono(turn as i64), lead_us: -3, xruns: 2 };
            tap.announce(stamp, frames);
            for _ in 0..frames {
                assert_eq!(tap.frame(), (expected, expected + 1.0));
                expected += 2.0;
            }
            assert_eq!(stamps.try_recv(), Ok((stamp, frames)), "one block for one callback");
            assert!(stamps.try_recv().is_err());
        }
    }
}
