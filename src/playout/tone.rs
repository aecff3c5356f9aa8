//! The attention tone before an emergency: two notes in turn, so that people look up before the words begin.
//!
//! In: a length and the device's rate. Out: interleaved stereo, generated on the fly, -12 dBFS, each note with ramps that
//! keep loudspeakers from popping. Pure. Next: `cue`, which puts it in front of the audio.

use std::f64::consts::TAU;

/// The two notes, a fourth apart.
const NOTES_HZ: [f64; 2] = [659.26, 880.0];
const NOTE_MS: u64 = 500;
const RAMP_MS: u64 = 10;
/// -12 dBFS.
const AMPLITUDE: f64 = 0.251;

/// A generated attention tone.
#[derive(Debug)]
pub(super) struct Tone {
    rate: u32,
    at: u64,
    length: u64,
}

impl Tone {
    pub(super) fn new(tone_ms: u32, rate: u32) -> Self {
        Self { rate, at: 0, length: u64::from(tone_ms) * u64::from(rate) / 1000 }
    }

    /// Fills the front of `out` and says how many frames; 0 at its end.
    pub(super) fn read(&mut self, out: &mut [f32]) -> usize {
        let left = usize::try_from(self.length - self.at).unwrap_or(usize::MAX);
        let (frames, _) = out.as_chunks_mut::<2>();
        let count = frames.len().min(left);
        for frame in &mut frames[..count] {
            *frame = [self.sample(self.at); 2];
            self.at += 1;
        }
        count
    }

    fn sample(&self, at: u64) -> f32 {
        let note = u64::from(self.rate) * NOTE_MS / 1000;
        let (index, within) = (at / note, at % note);
        let remaining = (note - within).min(self.length - at);
        let ramp = (u64::from(self.rate) * RAMP_MS / 1000).max(1);
        let gain = within.min(remaining - 1).min(ramp) as f64 / ramp as f64;
        let hertz = NOTES_HZ[(index % 2) as usize];
        (AMPLITUDE * gain * (TAU * hertz * within as f64 / f64::from(self.rate)).sin()) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lasts_as_long_as_asked_without_a_jump_and_stays_below_its_level() {
        for (tone_ms, frames) in [(0, 0), (1, 48), (1_250, 60_000)] {
            let mut tone = Tone::new(tone_ms, 48_000);
            let mut out = vec![0.0; 2 * 70_000];
            assert_eq!(tone.read(&mut out), frames, "{tone_ms} ms");
            assert_eq!(tone.read(&mut out), 0);
            let left: Vec<f32> = out.iter().step_by(2).copied().collect();
            assert!(left.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.04), "a jump");
            assert!(left.iter().all(|sample| sample.abs() < 0.2512));
            assert!(tone_ms < 1000 || left.iter().any(|sample| *sample > 0.24));
        }
    }
}
