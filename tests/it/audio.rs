//! Every kind of good and bad file, through the library that the station plays from.
//!
//! In: files made by ffmpeg from a known signal, and what is left of them after cutting and overwriting. Out: lengths and
//! samples as they should be heard, or the reason why not. Nothing may panic on any bytes.

use std::fs;
use std::path::{Path, PathBuf};

use loa::airing::Reason;
use loa::library::{Clip, ClipError, verify};
use tempfile::tempdir;

use crate::clips::{KINDS, Signal};

/// Everything that a clip gives, read in portions that fit nothing.
fn heard(path: &Path, rate: u32) -> Result<Vec<f32>, ClipError> {
    let mut clip = Clip::open(path, rate)?;
    let (mut all, mut portion) = (Vec::new(), [0.0; 1402]);
    loop {
        match clip.read(&mut portion)? {
            0 => return Ok(all),
            frames => all.extend_from_slice(&portion[..frames * 2]),
        }
    }
}

/// How much louder the wanted signal is than the difference to it, in dB.
fn likeness(found: &[f32], wanted: &[f32]) -> f64 {
    let power = |samples: &mut dyn Iterator<Item = f64>| samples.map(|s| s * s).sum::<f64>();
    let wanted_power = power(&mut wanted.iter().map(|s| f64::from(*s)));
    let difference = power(&mut found.iter().zip(wanted).map(|(a, b)| f64::from(a - b)));
    10.0 * (wanted_power / difference.max(1e-30)).log10()
}

/// Frames that the encoders add at each end and no header tells of: (at the front, at the end at most).
fn known_extra(name: &str, rate: u32) -> (usize, usize) {
    let frame = if rate < 32_000 { 576 } else { 1152 };
    match name {
        // LAME's delay and the decoder's: 576 + 529. Then whole frames to the end.
        "vbr-no-xing.mp3" | "cbr-no-xing.mp3" => (1105, 2 * frame),
        "aac.m4a" | "aac-front.m4a" | "adts.aac" => (1024, 1024),
        _ => (0, 0),
    }
}

#[test]
fn every_kind_comes_out_whole_and_in_its_place() {
    let folder = tempdir().unwrap();
    for signal in [Signal::stereo(44_100, 1.0), Signal::mono(48_000, 2.345)] {
        for (name, options, exact) in KINDS {
            let path = signal.encoded(folder.path(), name, options);
            // Opus is 48 kHz whatever went in.
            let rate = if *name == "opus.opus" { 48_000 } else { signal.rate };
            let (found, wanted) = (heard(&path, rate).unwrap(), signal.heard_at(rate));
            let (front, end) = known_extra(name, rate);
            let extra = (found.len() as isize - wanted.len() as isize) / 2;
            let allowed = front as isize..=(front + end) as isize;
            assert!(allowed.contains(&extra), "{name} {signal:?}: {extra} frames too many, {allowed:?} known");
            let like = likeness(&found[front * 2..], &wanted);
            assert!(like > if *exact { 85.0 } else { 20.0 }, "{name} {signal:?}: {like:.1} dB");
            let verified = verify(&path).unwrap();
            assert_eq!((verified.frames, verified.rate), (found.len() as u64 / 2, rate), "{name}");
            assert_eq!(verified.channels, signal.channels, "{name}");
            assert_eq!(verified.duration_ms, verified.frames as i64 * 1000 / i64::from(rate), "{name}");
        }
    }
}
