//! One block's time: instants to frames and back, by this block's own stamp and no other.
//!
//! In: the stream frame a block begins with, the device's rate, and the stamp of the callback. Out: the frame on which
//! an instant falls, and the instants at which a frame plays. It outlives no callback, because a sound card's clock and
//! the machine's drift apart. Pure, and safe in the callback. Next: `voice`.

use crate::clock::Mono;
use crate::output::Stamp;

/// A frame of the stream, and when it plays by the stamp of the block it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Frames since the stream was opened.
    pub frame: u64,
    /// Wall clock, microseconds since 1970 UTC.
    pub wall_us: i64,
    /// Monotonic clock.
    pub mono: Mono,
}

/// The time of the block being rendered.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockTime {
    /// Stream frame of the block's first frame.
    pub(super) frame: u64,
    /// Frames per second.
    pub(super) rate: u32,
    /// What this callback was told.
    pub(super) stamp: Stamp,
}

impl BlockTime {
    /// How many frames after the block's first one an instant of the wall clock falls, to the nearest frame.
    pub(super) fn offset_of(&self, wall_us: i64) -> i64 {
        let ahead_us = i128::from(wall_us) - i128::from(self.stamp.wall_us) - i128::from(self.stamp.lead_us);
        let doubled = 2 * ahead_us * i128::from(self.rate);
        let frames = (doubled + 1_000_000).div_euclid(2_000_000);
        frames.clamp(-(1 << 62), 1 << 62) as i64
    }

    /// When the frame `offset` frames into the block plays.
    pub(super) fn place(&self, offset: u64) -> Place {
        let after_us = self.stamp.lead_us.saturating_add(micros(offset, self.rate));
        Place {
            frame: self.frame + offset,
            wall_us: self.stamp.wall_us.saturating_add(after_us),
            mono: Mono(self.stamp.mono.0.saturating_add(after_us)),
        }
    }
}

/// How long `frames` last, to the nearest microsecond.
pub(super) fn micros(frames: u64, rate: u32) -> i64 {
    let rate = u128::from(rate.max(1));
    ((u128::from(frames) * 1_000_000 + rate / 2) / rate) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(rate: u32) -> BlockTime {
        BlockTime { frame: 1000, rate, stamp: Stamp { wall_us: 5_000_000, mono: Mono(70), lead_us: 20_000, xruns: 0 } }
    }

    #[test]
    fn an_instant_falls_on_the_nearest_frame() {
        let block = block(48_000);
        assert_eq!(block.offset_of(5_020_000), 0);
        assert_eq!(block.offset_of(5_020_010), 0); // 0.48 frames
        assert_eq!(block.offset_of(5_020_011), 1); // 0.53 frames
        assert_eq!(block.offset_of(5_019_000), -48);
        assert!(block.offset_of(i64::MAX) > 1 << 58, "no overflow");
        assert!(block.offset_of(i64::MIN) < -(1 << 58), "no overflow");
    }

    #[test]
    fn a_frame_s_instant_falls_on_that_frame_again() {
        for rate in [8_000, 44_100, 48_000, 96_000] {
            let block = block(rate);
            for offset in [0, 1, 7, 441, 4_095] {
                assert_eq!(block.offset_of(block.place(offset).wall_us), offset as i64, "{rate} {offset}");
            }
        }
    }
}
