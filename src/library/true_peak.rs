//! The true peak of a channel: how far the sound swings between its samples (ITU-R BS.1770, fourfold).
//!
//! In: the samples of one channel, in portions. Out: the highest magnitude of the samples and of three points between each
//! two, found by a filter. The filter is the dearest part of all measuring, so it runs only where it could find more than
//! was found already: what it gives is bounded by the loudest sample that it covers. Pure. Next: `measure`.

use std::f64::consts::PI;

/// Samples that the filter covers.
const TAPS: usize = 16;

/// Points between two samples.
const POINTS: usize = 3;

/// Places that are looked at together: few, so that one loud sample costs little, and enough for the vector unit.
const SPAN: usize = 32;

/// The peak of one channel.
pub(super) struct TruePeak {
    filter: [[f32; TAPS]; POINTS],
    /// What the filter gives for samples of at most 1.
    reach: f32,
    peak: f32,
    /// Samples that the filter has not wholly passed.
    line: Vec<f32>,
}

impl TruePeak {
    pub(super) fn new() -> Self {
        let filter = std::array::from_fn(|point| coefficients((point + 1) as f64 / (POINTS + 1) as f64));
        let sum = |taps: &[f32; TAPS]| taps.iter().map(|tap| tap.abs()).sum::<f32>();
        let reach = filter.iter().map(sum).fold(0.0, f32::max);
        Self { filter, reach, peak: 0.0, line: vec![0.0; TAPS - 1] }
    }

    /// Takes the next samples.
    pub(super) fn take(&mut self, samples: impl Iterator<Item = f32>) {
        let seen = self.line.len();
        self.line.extend(samples);
        self.peak = highest(&self.line[seen..]).max(self.peak);
        let mut at = 0;
        while let Some(window) = self.line.get(at..at + SPAN + TAPS - 1) {
            if highest(window) * self.reach > self.peak {
                self.peak = self.between(window).max(self.peak);
            }
            at += SPAN;
        }
        self.line.drain(..at);
    }

    /// The highest magnitude; after the last samples.
    pub(super) fn peak(mut self) -> f32 {
        self.take(std::iter::repeat_n(0.0, SPAN + TAPS));
        self.peak
    }

    /// The highest magnitude at all points of `SPAN` places.
    fn between(&self, window: &[f32]) -> f32 {
        let mut peak = 0.0;
        for taps in &self.filter {
            let mut points = [0.0_f32; SPAN];
            for (tap, samples) in taps.iter().zip(window.windows(SPAN)) {
                for (point, sample) in points.iter_mut().zip(samples) {
                    *point += tap * sample;
                }
            }
            peak = highest(&points).max(peak);
        }
        peak
    }
}

/// A sinc under a Hann window, for the point that lies so much of a sample behind the middle.
fn coefficients(behind: f64) -> [f32; TAPS] {
    let half = (TAPS / 2) as f64;
    std::array::from_fn(|tap| {
        let away = tap as f64 + 1.0 - half - behind;
        let window = 0.5 + 0.5 * (PI * away / (half + 1.0)).cos();
        (window * (PI * away).sin() / (PI * away)) as f32
    })
}

fn highest(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |highest, sample| highest.max(sample.abs()))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn peak_of(samples: &[f32], portion: usize) -> f32 {
        let mut peak = TruePeak::new();
        samples.chunks(portion).for_each(|samples| peak.take(samples.iter().copied()));
        peak.peak()
    }

    /// A sine of amplitude 1 with so many samples a turn, faded in and out so that nothing rings at its ends.
    fn sine(turn: f64, phase: f64) -> Vec<f32> {
        let fade = |n: f64| (n / 200.0).min((1999.0 - n) / 200.0).clamp(0.0, 1.0);
        let wave = |n: u32| (TAU * (f64::from(n) / turn + phase)).sin() * fade(f64::from(n));
        (0..2000).map(|n| wave(n) as f32).collect()
    }

    #[test]
    fn a_sine_is_as_high_as_it_is_drawn_wherever_its_samples_fall() {
        for turn in [3.0, 4.0, 4.4, 6.0, 10.0, 48.0, 441.0] {
            for phase in [0.0, 0.0625, 0.125, 0.2, 0.4] {
                let peak = peak_of(&sine(turn, phase), 100);
                let db = 20.0 * peak.log10();
                // The standard allows 0.2 dB above and 0.4 dB below.
                assert!((-0.4..=0.2).contains(&db), "{turn} samples a turn, phase {phase}: {db:.2} dB");
            }
        }
    }

    #[test]
    fn portions_and_the_place_of_the_peak_do_not_matter() {
        for at in [0, 1, 31, 32, 63, 64, 99] {
            let mut samples = vec![0.01; 100];
            // Two equal samples swing higher between them.
            samples[at] = 0.5;
            samples[(at + 1).min(99)] = 0.5;
            let peak = peak_of(&samples, 100);
            assert!(peak > if at == 99 { 0.49 } else { 0.6 }, "{at}: {peak}");
            for portion in [1, 7, 33] {
                assert_eq!(peak_of(&samples, portion).to_bits(), peak.to_bits(), "{at} in portions of {portion}");
            }
        }
    }

    #[test]
    fn what_is_passed_over_could_not_be_higher() {
        let peak = TruePeak::new();
        for taps in &peak.filter {
            let worst: Vec<f32> = taps.iter().map(|tap| tap.signum()).collect();
            let found: f32 = taps.iter().zip(&worst).map(|(tap, sample)| tap * sample).sum();
            assert!(found <= peak.reach);
            let flat: f32 = taps.iter().sum();
            assert!((flat - 1.0).abs() < 0.01, "a level is a level: {flat}");
        }
    }
}
