//! One cue inside the deck: where it stands, and its next stretch of samples with fade, counts and level.
//!
//! In: a cue's ring, and how many frames are left until it must be silent. Out: frames in the device's block. Runs in the
//! callback: the rules at the door of `deck` hold here too. Which cue is on the air, and when it is cut, is decided in
//! `deck`, the next file.

use super::block::{BlockTime, Place};
use super::port::{How, Over, Sounded};
use super::ring::{Frame, Load, Supply};
use crate::desk::CueId;

/// Length of the fade that ends a cue early.
const FADE_MS: u64 = 30;
/// The shortest fade, when a start comes too late for a whole one: short, yet no loudspeaker pops.
const STEEP_FADE_MS: u64 = 5;
/// Silence filled in before a cue is given up.
const STARVED_MS: u64 = 1000;

/// Where a cue stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Phase {
    /// Held, without an order.
    Idle,
    /// Ordered to start.
    Armed(Armed),
    /// Begun.
    OnAir { began: Place, due_us: Option<i64> },
    /// No longer needed; goes back as soon as a report finds room. `None` if it never began.
    Over(Option<Over>),
}

/// When an armed cue begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Armed {
    /// At this wall clock, in microseconds; cuts.
    At(i64),
    /// On the frame after the last one of that cue.
    After(CueId),
    /// At once; cuts. Ordered on that stream frame.
    Now(u64),
    /// When nothing else is on the air, from that stream frame on.
    Free(u64),
}

/// When a cue is to end early.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stop {
    /// At this wall clock, in microseconds.
    At(i64),
    /// On this stream frame.
    Frame(u64),
}

/// A cue that the deck holds.
#[derive(Debug)]
pub(super) struct Voice {
    pub(super) cue: CueId,
    pub(super) phase: Phase,
    pub(super) stop: Option<Stop>,
    pub(super) load: Load,
    given: u64,
    starved: u64,
    /// 1 until a fade begins, 0 at its end.
    gain: f32,
}

/// Frames of the normal fade.
pub(super) fn fade_frames(rate: u32) -> u64 {
    u64::from(rate) * FADE_MS / 1000
}

impl Voice {
    pub(super) fn new(cue: CueId, load: Load) -> Self {
        Self { cue, phase: Phase::Idle, stop: None, load, given: 0, starved: 0, gain: 1.0 }
    }

    /// Whether it is held without having begun.
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Idle | Phase::Armed(_))
    }

    /// Its order to start, once enough of it is decoded: what cannot sound yet must cut nothing.
    pub(super) fn startable(&self) -> Option<Armed> {
        match self.phase {
            Phase::Armed(armed) if self.load.supply() != Supply::Filling => Some(armed),
            _ => None,
        }
    }

    /// The fewest frames in which it can fall silent from where its gain stands.
    pub(super) fn steepest(&self, rate: u32) -> i64 {
        let whole = (u64::from(rate) * STEEP_FADE_MS / 1000) as f32;
        // Less what steps of the gain add up to in rounding, or a running fade would slip by a frame per block.
        (whole * self.gain - 0.01).ceil() as i64
    }

    /// Ends a cue that has begun: its last frame was the one before stream frame `upto`.
    pub(super) fn finish(&mut self, upto: u64, how: How) {
        if let Phase::OnAir { began, due_us } = self.phase {
            let over = Over { began, due_us, upto, given: self.given, starved: self.starved, how };
            self.phase = Phase::Over(Some(over));
        }
    }

    /// Plays into `out`, which is silent and lies `offset` frames into the block, at most until `cut` frames from its
    /// front. Answers with what sounded, and how the cue is over if it is; the stretch ends there.
    pub(super) fn play(
        &mut self,
        out: &mut [Frame],
        offset: u64,
        cut: Option<u64>,
        now: &BlockTime,
    ) -> (Sounded, Option<How>) {
        // Read before the ring: the audio has ended only if it had before we found the ring empty.
        let supply = self.load.supply();
        let until = cut.map_or(out.len(), |frames| out.len().min(usize::try_from(frames).unwrap_or(usize::MAX)));
        let out = &mut out[..until];
        let got = self.load.pop_into(out);
        let dry = self.load.is_empty();
        self.fade(out, cut, now.rate);
        self.given += got as u64;
        let (length, how) = match supply {
            Supply::Complete if dry => (got, Some(How::Finished)),
            Supply::Broken if dry => (got, Some(How::Broken)),
            _ => {
                self.starved += (until - got) as u64;
                let starved = self.starved > u64::from(now.rate) * STARVED_MS / 1000;
                let cut = cut == Some(until as u64);
                (until, if starved { Some(How::Starved) } else { cut.then_some(How::Cut) })
            }
        };
        (self.sounded(&out[..length], offset, now), how)
    }

    fn sounded(&self, stretch: &[Frame], offset: u64, now: &BlockTime) -> Sounded {
        let samples = stretch.as_flattened();
        let from = now.place(offset);
        Sounded {
            cue: self.cue,
            due_us: if let Phase::OnAir { due_us, .. } = self.phase { due_us } else { None },
            from,
            upto: from.frame + stretch.len() as u64,
            given: self.given,
            starved: self.starved,
            squares: samples.iter().map(|sample| f64::from(*sample) * f64::from(*sample)).sum(),
            peak: samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs())),
        }
    }

    /// Scales `out` so that the gain reaches 0 on frame `cut`, counted from its front. A fade whose cut was withdrawn,
    /// or moved far away by a step of the clock, is taken back at the same pace.
    fn fade(&mut self, out: &mut [Frame], cut: Option<u64>, rate: u32) {
        let whole = fade_frames(rate);
        let begun = self.gain < 1.0;
        let (from, step) = match cut {
            Some(left) if left <= whole || (begun && left <= 2 * whole) => (0, -self.gain / left.max(1) as f32),
            Some(left) if !begun => (left - whole, -1.0 / whole.max(1) as f32),
            _ if begun => (0, 1.0 / whole.max(1) as f32),
            _ => return,
        };
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(out.len());
        for frame in &mut out[from..] {
            *frame = frame.map(|sample| sample * self.gain);
            self.gain = (self.gain + step).clamp(0.0, 1.0);
        }
    }
}
