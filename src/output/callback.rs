//! The device's callback: the real-time room of the program.
//!
//! In: a buffer to fill and what the driver says of its time. Out: the feed's stereo frames on the device's channels, each
//! block with its stamp. It is called on a thread of the driver that must never come late: nothing here may allocate, lock,
//! wait, log or touch a file. Next: `playout::supervisor`, whose feed it pulls.

use std::sync::{Arc, mpsc};

use rodio::cpal::{FromSample, OutputCallbackInfo, SizedSample};

use super::real_time::Turn;
use super::reports::Reports;
use super::{Feed, Stamp};
use crate::clock::Clock;

/// The most frames that the feed is asked for at once; a callback that wants more gets it in several blocks.
pub(super) const BLOCK_FRAMES: usize = 8192;

/// What the device's own thread calls whenever it wants frames.
pub(super) struct Callback {
    /// The feed, once the stream is built.
    pub(super) arriving: mpsc::Receiver<Feed>,
    pub(super) feed: Option<Feed>,
    /// Room for `BLOCK_FRAMES` stereo frames.
    pub(super) block: Box<[f32]>,
    pub(super) clock: Clock,
    /// Calibrated constant of the device.
    pub(super) offset_us: i64,
    /// Frames per second.
    pub(super) rate: i64,
    pub(super) channels: usize,
    pub(super) reports: Arc<Reports>,
    pub(super) turn: Arc<Turn>,
}

impl Callback {
    /// The real-time room. Forbidden here: allocation, locks, waiting, logging, files.
    pub(super) fn fill<T: SizedSample + FromSample<f32>>(&mut self, data: &mut [T], info: &OutputCallbackInfo) {
        let (wall, mono) = self.clock.pair();
        self.turn.took(data.len() / self.channels, self.rate, mono);
        let times = info.timestamp();
        let delay = times.playback.saturating_duration_since(times.callback);
        if self.feed.is_none() {
            self.feed = self.arriving.try_recv().ok(); // the first callback only
        }
        let stamp = Stamp {
            wall_us: wall.timestamp_micros(),
            mono,
            lead_us: delay.as_micros() as i64 + self.offset_us,
            xruns: self.reports.xruns(),
        };
        self.reports.played();
        self.play(data, stamp);
    }

    /// Fills `data`, whose first frame plays when `stamp` says, with what the feed renders.
    fn play<T: SizedSample + FromSample<f32>>(&mut self, data: &mut [T], mut stamp: Stamp) {
        let Some(feed) = &mut self.feed else { return };
        for part in data.chunks_mut(BLOCK_FRAMES * self.channels) {
            let frames = part.len() / self.channels;
            let block = &mut self.block[..frames * 2];
            feed(block, stamp);
            for (frame, [left, right]) in part.chunks_exact_mut(self.channels).zip(block.as_chunks::<2>().0) {
                place(frame, *left, *right);
            }
            stamp.lead_us += frames as i64 * 1_000_000 / self.rate;
        }
    }
}

/// Puts one stereo frame on the device's channels: mixed to one, or on the first two with silence on the rest.
fn place<T: SizedSample + FromSample<f32>>(frame: &mut [T], left: f32, right: f32) {
    match frame {
        [one] => *one = T::from_sample(f32::midpoint(left, right)),
        [first, second, rest @ ..] => {
            *first = T::from_sample(left);
            *second = T::from_sample(right);
            rest.fill(T::EQUILIBRIUM);
        }
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Mono;

    #[test]
    fn callbacks_of_any_size_get_the_feed_s_frames_in_order_with_their_stamps() {
        let (told, stamps) = mpsc::channel();
        let mut next = 0.0;
        let feed: Feed = Box::new(move |block, stamp| {
            told.send((stamp, block.len() / 2)).unwrap();
            for sample in block {
                *sample = next;
                next += 1.0;
            }
        });
        let mut callback = Callback {
            arriving: mpsc::channel().1,
            feed: Some(feed),
            block: vec![0.0; BLOCK_FRAMES * 2].into_boxed_slice(),
            clock: Clock::system(),
            offset_us: 0,
            rate: 48_000,
            channels: 2,
            turn: Arc::default(),
            reports: Arc::default(),
        };
        let mut expected = 0.0;
        for (turn, frames) in [3_usize, 1, 1024, BLOCK_FRAMES + 7].into_iter().enumerate() {
            let stamp = Stamp { wall_us: 5, mono: Mono(turn as i64), lead_us: -3, xruns: 2 };
            let mut data = vec![0.0_f32; frames * 2];
            callback.play(&mut data, stamp);
            for sample in data {
                assert_eq!(sample.to_bits(), f32::to_bits(expected));
                expected += 1.0;
            }
            assert_eq!(stamps.try_recv(), Ok((stamp, frames.min(BLOCK_FRAMES))));
            if frames > BLOCK_FRAMES {
                let later = Stamp { lead_us: -3 + 170_666, ..stamp };
                assert_eq!(stamps.try_recv(), Ok((later, 7)), "what is left plays when the first block has played");
            }
            assert!(stamps.try_recv().is_err());
        }
    }

    #[test]
    fn stereo_is_mixed_to_one_channel_and_leaves_further_ones_silent() {
        let (mut mono, mut four) = ([0_i16; 1], [7_i16; 4]);
        place(&mut mono, 0.5, -0.25);
        place(&mut four, -1.0, 0.5);
        assert_eq!(mono, [4096]);
        assert_eq!(four, [-32_768, 16_384, 0, 0]);
    }
}
