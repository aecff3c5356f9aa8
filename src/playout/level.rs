//! Levels in decibels, and the level of our output over its last second and its last fifth of a second.
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

/// The level of our own output over its last second, and over the last fifth of it for a needle that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// Whole dBFS over the whole second, silence in it included.
    pub rms_dbfs: i64,
    /// Whole dBFS over the same second.
    pub peak_dbfs: i64,
    /// Whole dBFS over the last 200 ms, silence in them included.
    pub now_rms_dbfs: i64,
    /// Whole dBFS over the same 200 ms.
    pub now_peak_dbfs: i64,
    /// The newest callback of the device: an old one means that nothing flows.
    pub at: Mono,
}

/// The needle's span as a share of a second.
const NEEDLE: u64 = 5;

/// Measures the last second, and the end of it.
#[derive(Debug)]
pub(super) struct Meter {
    rate: u32,
    /// A second's worth, in the order in which they sounded.
    stretches: VecDeque<Stretch>,
}

impl Meter {
    pub(super) fn new(rate: u32) -> Self {
        Self { rate, stretches: VecDeque::new() }
    }

    pub(super) fn note(&mut self, sounded: &Sounded) {
        let Sounded { from, upto, squares, peak, .. } = *sounded;
        self.stretches.push_back(Stretch { upto, frames: upto.saturating_sub(from.frame), squares, peak });
    }

    /// The level of the second before stream frame `frame`, whose callback was `at`.
    pub(super) fn read(&mut self, frame: u64, at: Mono) -> Levels {
        let second = u64::from(self.rate);
        while self.stretches.front().is_some_and(|oldest| oldest.upto + second <= frame) {
            self.stretches.pop_front();
        }
        let (squares, peak) = self.sums(0);
        let span = second / NEEDLE;
        let (now_squares, now_peak) = self.sums(frame.saturating_sub(span));
        Levels {
            rms_dbfs: dbfs(rms(squares, second)),
            peak_dbfs: dbfs(f64::from(peak)),
            now_rms_dbfs: dbfs(rms(now_squares, span)),
            now_peak_dbfs: dbfs(f64::from(now_peak)),
            at,
        }
    }

    /// The squares and the peak of what was heard after stream frame `after`; a stretch across it counts by its share.
    fn sums(&self, after: u64) -> (f64, f32) {
        let heard = self.stretches.iter().rev().take_while(|stretch| stretch.upto > after);
        heard.fold((0.0, 0.0), |(squares, peak): (f64, f32), stretch| {
            let share = (stretch.upto - after).min(stretch.frames) as f64 / stretch.frames.max(1) as f64;
            (squares + stretch.squares * share, peak.max(stretch.peak))
        })
    }
}

/// One stretch of a cue within one block.
#[derive(Debug)]
struct Stretch {
    /// The stream frame after its last one.
    upto: u64,
    frames: u64,
    squares: f64,
    peak: f32,
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

    /// A stretch of a full-scale sine that ends before stream frame `upto`.
    fn sine(from: u64, upto: u64) -> Sounded {
        let place = super::super::block::Place { frame: from, wall_us: 0, mono: Mono(0) };
        let frames = upto - from;
        let (cue, squares) = (crate::desk::CueId(1), frames as f64);
        Sounded { cue, due_us: None, from: place, upto, given: upto, starved: 0, squares, peak: 1.0 }
    }

    #[test]
    fn the_needle_falls_at_once_and_the_second_keeps_what_sounded_in_it() {
        let mut meter = Meter::new(1000);
        for block in 0..10 {
            meter.note(&sine(block * 100, block * 100 + 100));
        }
        let sounding = meter.read(1000, Mono(0));
        assert_eq!((sounding.rms_dbfs, sounding.now_rms_dbfs, sounding.now_peak_dbfs), (-3, -3, 0));
        // Half of the needle's span has been silent since, then all of it.
        let fading = meter.read(1100, Mono(0));
        assert_eq!((fading.rms_dbfs, fading.now_rms_dbfs), (-3, -6));
        let quiet = meter.read(1200, Mono(0));
        assert_eq!((quiet.rms_dbfs, quiet.now_rms_dbfs, quiet.now_peak_dbfs), (-4, SILENCE_DBFS, SILENCE_DBFS));
        assert_eq!(meter.read(2000, Mono(0)).rms_dbfs, SILENCE_DBFS);
    }
}
