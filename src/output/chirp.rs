//! The sound by which a delay is measured, and where it is in a recording. Pure.
//!
//! In: a frame rate; a stretch of a recording. Out: a chirp of 10 ms, which no echo or hum looks like; the place at which it
//! begins, to a small part of a frame, and how surely it is one. Correlation finds it at any loudness and either polarity.
//! Next: `calibrate`, which plays and records.

use std::f64::consts::PI;

/// Length of the chirp in seconds.
const LENGTH_S: f64 = 0.010;

/// It rises from the one to the other, in Hz: what any loudspeaker and any amplifier lets through.
const FROM_HZ: f64 = 1_000.0;
const TO_HZ: f64 = 6_000.0;

/// Half of full scale, so that nothing on the way clips.
const LOUDNESS: f64 = 0.5;

/// How alike a place in the recording must be, of 1: noise and speech stay below a half.
const ALIKE_MIN: f64 = 0.6;

/// Power per frame under which nothing is looked for: -100 dBFS.
const POWER_MIN: f64 = 1e-10;

/// The chirp at a rate, from its first frame to its last.
pub(super) fn chirp(rate: u32) -> Vec<f32> {
    let frames = (LENGTH_S * f64::from(rate)) as usize;
    let sample = |n: usize| {
        let t = n as f64 / f64::from(rate);
        let phase = 2.0 * PI * (FROM_HZ * t + (TO_HZ - FROM_HZ) * t * t / (2.0 * LENGTH_S));
        let window = 0.5 - 0.5 * (2.0 * PI * (n as f64 + 0.5) / frames as f64).cos();
        (LOUDNESS * window * phase.sin()) as f32
    };
    (0..frames).map(sample).collect()
}

/// Where in `recording` the chirp begins, in frames with their fraction; `None` if it is not there.
pub(super) fn find(recording: &[f32], chirp: &[f32]) -> Option<f64> {
    let last = recording.len().checked_sub(chirp.len())?;
    let product = |at: usize| product(&recording[at..at + chirp.len()], chirp);
    let (energy, heard) = (power(chirp), powers(recording, chirp.len()));
    let (mut at, mut peak) = (0, 0.0_f64);
    for (n, heard) in heard.iter().enumerate() {
        // No product is larger than this (Cauchy and Schwarz): what is quieter than the best so far needs no look.
        if (heard * energy).sqrt() > peak.abs() {
            let found = product(n);
            if found.abs() > peak.abs() {
                (at, peak) = (n, found);
            }
        }
    }
    if heard[at] < POWER_MIN * chirp.len() as f64 || peak.abs() / (heard[at] * energy).sqrt() < ALIKE_MIN {
        return None;
    }
    // The peak of a parabola through the three highest products lies between two frames.
    let beside = |at: Option<usize>| at.filter(|at| *at <= last).map_or(0.0, |at| product(at) * peak.signum());
    let (before, after, top) = (beside(at.checked_sub(1)), beside(at.checked_add(1)), peak.abs());
    let bend = before - 2.0 * top + after;
    let shift = if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    Some(at as f64 + shift)
}

/// The power of every stretch of that length, by its first frame.
fn powers(recording: &[f32], length: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let mut sums = vec![0.0];
    sums.extend(recording.iter().map(|sample| {
        sum += f64::from(*sample).powi(2);
        sum
    }));
    sums.iter().zip(&sums[length..]).map(|(before, after)| after - before).collect()
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    f64::from(a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>())
}

fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    /// A repeatable noise of that amplitude.
    fn noise(frames: usize, amplitude: f32) -> Vec<f32> {
        let mut state = 1_u64;
        let next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            amplitude * ((state >> 40) as f32 / 8_388_608.0 - 1.0)
        };
        std::iter::repeat_with(next).take(frames).collect()
    }

    /// The chirp as a device of four times the rate would play it from that quarter of a frame on.
    fn recorded(at_quarters: usize, loudness: f32) -> Vec<f32> {
        let fine = chirp(4 * RATE);
        let fine_at = |n: usize| n.checked_sub(at_quarters).and_then(|n| fine.get(n)).copied().unwrap_or(0.0);
        (0..4800).map(|n| loudness * fine_at(4 * n)).collect()
    }

    #[test]
    fn it_is_found_between_two_frames_at_any_loudness_and_upside_down() {
        for quarters in [4000, 4001, 4002, 4003] {
            for loudness in [1.0, 0.003, -0.5] {
                let found = find(&recorded(quarters, loudness), &chirp(RATE)).unwrap();
                assert!((found - quarters as f64 / 4.0).abs() < 0.15, "{quarters} quarters, {loudness}: {found}");
            }
        }
    }

    #[test]
    fn it_is_found_in_noise_and_noise_or_silence_alone_is_none() {
        let hidden: Vec<_> = recorded(8000, 0.5).iter().zip(noise(4800, 0.1)).map(|(a, b)| a + b).collect();
        let found = find(&hidden, &chirp(RATE)).unwrap();
        assert!((found - 2000.0).abs() < 0.5, "{found}");
        assert_eq!(find(&noise(4800, 0.5), &chirp(RATE)), None);
        assert_eq!(find(&vec![0.0; 4800], &chirp(RATE)), None);
        assert_eq!(find(&[0.1; 100], &chirp(RATE)), None, "shorter than the chirp");
    }

    #[test]
    fn a_tone_is_no_chirp() {
        let hum: Vec<_> = (0..4800).map(|n| (n as f32 * 0.3).sin()).collect();
        assert_eq!(find(&hum, &chirp(RATE)), None);
    }
}
