//! Levels in decibels, and the level of the last second of our output.
//!
//! In: sums of squares and peaks that the deck measured on what it delivered. Out: whole dBFS, where a full-scale sine is
//! -3 and silence is -120. Says what left the program, never what people heard. Pure. Next: `account`.

use std::collections::VecDeque;

use super::port::Sounded;
use crate::clock::Mono;

/// What stands for silence.
pub const SILENCE_DBFS: i64 = -120;

/// A magnitude, full scale 1.0, in whole dBFS; never below `SILENCE_DBFS`.
#[must_use]
pub fn dbfs(magnitude: f64) -> i64 {
    (20.0 * magnitude.log10()).round().max(SILENCE_DBFS as f64) as i64
}

/// The magnitude that `frames` stereo frames have on average (root mean square).
#[must_use]
pub fn rms(squares: f64, frames: u64) -> f64 {
    if frames == 0 { 0.0 } else { (squares / (2 * frames) as f64).sqrt() }
}

/// The level of our own output over its last second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// Whole dBFS over the whole second, silence in it included.
    pub rms_dbfs: i64,
    /// Whole dBFS.
    pub peak_dbfs: i64,
    /// The newest callback of the device: an old one means that nothing flows.
    pub at: Mono,
}

/// Measures the last second.
#[derive(Debug)]
pub(super) struct Meter {
    rate: u32,
    /// (stream frame after the stretch, squares, peak); a second's worth.
    stretches: VecDeque<(u64, f64, f32)>,
}

impl Meter {
    pub(super) fn new(rate: u32) -> Self {
        Self { rate, stretches: VecDeque::new() }
    }

    pub(super) fn note(&mut self, sounded: &Sounded) {
        self.stretches.push_back((sounded.upto, sounded.squares, sounded.peak));
    }

    /// The level of the second before stream frame `frame`, whose callback was `at`.
    pub(super) fn read(&mut self, frame: u64, at: Mono) -> Levels {
        let second = u64::from(self.rate);
        while self.stretches.front().is_some_and(|(upto, ..)| upto + second <= frame) {
            self.stretches.pop_front();
        }
        let squares = self.stretches.iter().map(|(_, squares, _)| squares).sum();
        let peak = self.stretches.iter().fold(0.0_f32, |peak, (.., each)| peak.max(*each));
        Levels { rms_dbfs: dbfs(rms(squares, second)), peak_dbfs: dbfs(f64::from(peak)), at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_minus_120_and_half_is_minus_6() {
        assert_eq!(dbfs(0.0), SILENCE_DBFS);
        assert_eq!(dbfs(1e-9), SILENCE_DBFS);
        assert_eq!(dbfs(0.5), -6);
        assert_eq!(dbfs(1.0), 0);
        assert_eq!(dbfs(rms(0.5 * 2000.0, 1000)), -3, "a full-scale sine");
        assert_eq!(dbfs(rms(0.0, 0)), SILENCE_DBFS);
    }
}
