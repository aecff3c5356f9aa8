//! Signals whose measures are known by arithmetic or from EBU Tech 3341.
//!
//! In: tones and silences, taken in portions that fit nothing. Out: the measures that they must have.

use std::f64::consts::TAU;

use super::*;

const RATE: u32 = 48_000;

type Frames = Vec<[f32; 2]>;

fn tone(ms: usize, hertz: f64, left: f64, right: f64) -> Frames {
    let wave = |n: usize| (TAU * hertz * n as f64 / f64::from(RATE) + 0.4).sin();
    (0..ms * RATE as usize / 1000).map(|n| [(left * wave(n)) as f32, (right * wave(n)) as f32]).collect()
}

fn silence(ms: usize) -> Frames {
    vec![[0.0; 2]; ms * RATE as usize / 1000]
}

fn measured_in(frames: &Frames, channels: u16, portion: usize) -> Measures {
    let mut gauge = Gauge::new(RATE, channels);
    for block in frames.chunks(portion) {
        gauge.take(block.as_flattened());
    }
    gauge.measures()
}

fn measured(frames: &Frames, channels: u16) -> Measures {
    let measures = measured_in(frames, channels, 1152);
    assert_eq!(measured_in(frames, channels, 577), measures, "portions do not matter");
    measures
}

#[test]
fn loudness_is_that_of_the_standard_whatever_the_number_of_channels() {
    let level = 10_f64.powf(-23.0 / 20.0);
    for channels in [1, 2] {
        let measures = measured(&tone(3000, 1000.0, level, level), channels);
        let loudness = measures.loudness_centi_lufs.unwrap();
        assert!((-2305..=-2295).contains(&loudness), "{channels} channels: {loudness}");
        assert_eq!(measures.duration_ms, 3000);
    }
    let one_side = measured(&tone(3000, 1000.0, level, 0.0), 2).loudness_centi_lufs.unwrap();
    assert!((-2606..=-2596).contains(&one_side), "{one_side}");
}

#[test]
fn peaks_between_the_samples_are_found() {
    let quarter = |n: usize| [(0.5 * (TAU * n as f64 / 4.0 + TAU / 8.0).sin()) as f32; 2];
    let frames: Frames = (0..RATE as usize).map(quarter).collect();
    assert!(frames.iter().all(|frame| frame[0].abs() < 0.36));
    let peak = measured(&frames, 1).true_peak_centi_dbtp;
    assert!((-640..=-580).contains(&peak), "{peak}");
    assert_eq!(measured(&silence(500), 2).true_peak_centi_dbtp, LOWEST_PEAK_CENTI_DBTP);
}

#[test]
fn silence_is_told_by_its_place() {
    let word = || tone(1000, 300.0, 0.3, 0.3);
    // Hiss below the threshold is silence too.
    let hiss = tone(1200, 5000.0, 0.003, 0.003);
    let parts = [silence(2500), word(), hiss, word(), silence(60), word(), silence(3000)];
    let measures = measured(&parts.concat(), 2);
    assert_eq!(measures.duration_ms, 9760);
    // A tone passes the threshold a few samples late, and falls below it in its zeros.
    let about = |found: i64, wanted: i64| assert!((found - wanted).abs() <= 1, "{found} for {wanted}");
    about(measures.leading_silence_ms, 2500);
    about(measures.trailing_silence_ms, 3000);
    about(measures.longest_pause_ms, 1200);
    assert_eq!(measures.silence_percent, 68, "6.7 of 9.76 s: what is shorter than 0.1 s is speech");
    assert!(!measures.is_silent());
}

#[test]
fn what_is_all_silence_or_empty_says_so() {
    let measures = measured(&silence(1500), 2);
    assert!(measures.is_silent());
    assert_eq!((measures.loudness_centi_lufs, measures.silence_percent), (None, 100));
    assert_eq!((measures.leading_silence_ms, measures.trailing_silence_ms, measures.longest_pause_ms), (1500, 1500, 0));
    let empty = Gauge::new(RATE, 1).measures();
    assert!(empty.is_silent() && empty.duration_ms == 0 && empty.silence_percent == 0);
}

#[test]
fn three_samples_at_full_scale_in_a_row_are_clipped_and_two_are_not() {
    let mut frames = tone(100, 300.0, 0.5, 0.5);
    for (at, length) in [(10, 2), (50, 3), (575, 5), (1151, 4), (4797, 3)] {
        frames[at..at + length].iter_mut().for_each(|frame| frame[1] = -1.0);
    }
    frames[700..702].iter_mut().for_each(|frame| frame[0] = 0.99997);
    assert_eq!(measured(&frames, 2).clipped_samples, 15);
    frames[702][0] = 1.2;
    assert_eq!(measured(&frames, 2).clipped_samples, 18);
}

#[test]
fn twice_the_same_is_told_from_stereo() {
    assert_eq!(measured(&tone(500, 300.0, 0.3, 0.3), 1).form, Form::Mono);
    assert_eq!(measured(&tone(500, 300.0, 0.3, 0.3), 2).form, Form::DualMono);
    assert_eq!(measured(&tone(500, 300.0, 0.3, 0.2999), 2).form, Form::DualMono, "as a lossy encoder leaves it");
    assert_eq!(measured(&tone(500, 300.0, 0.3, 0.29), 2).form, Form::Stereo);
}

#[test]
fn the_fingerprint_is_that_of_the_sound_and_not_of_the_file() {
    let speech = || [tone(400, 300.0, 0.3, 0.3), silence(700), tone(300, 500.0, 0.2, 0.2)].concat();
    let print = |frames: &Frames, channels: u16| measured(frames, channels).fingerprint;
    let own = print(&speech(), 2);
    assert_eq!(print(&speech(), 1), own, "one channel or twice the same");
    assert_eq!(print(&[silence(1234), speech(), silence(88)].concat(), 2), own, "silence at its ends");
    let quieter: Frames = speech().iter().map(|frame| frame.map(|sample| sample * 0.9)).collect();
    let cut = speech()[100..].to_vec();
    let other_pause = [tone(400, 300.0, 0.3, 0.3), silence(701), tone(300, 500.0, 0.2, 0.2)].concat();
    for other in [quieter, cut, other_pause] {
        assert_ne!(print(&other, 2), own);
    }
}
