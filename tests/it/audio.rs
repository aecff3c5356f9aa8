//! Every kind of good and bad file, through the library that the station plays from.
//!
//! In: files made by ffmpeg from a known signal, and what is left of them after cutting and overwriting. Out: lengths and
//! samples as they should be heard, or the reason why not. Nothing may panic on any bytes.

use std::fs;
use std::path::Path;

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
        "adts.aac" => (1024, 1024),
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
            if *exact {
                assert!(found == signal.heard_exactly(), "{name} {signal:?}: not bit for bit");
            }
            let like = likeness(&found[front * 2..], &wanted);
            assert!(like > 20.0, "{name} {signal:?}: {like:.1} dB");
            let verified = verify(&path).unwrap();
            assert_eq!((verified.frames, verified.rate), (found.len() as u64 / 2, rate), "{name}");
            assert_eq!(verified.channels, signal.channels, "{name}");
            assert_eq!(verified.duration_ms, verified.frames as i64 * 1000 / i64::from(rate), "{name}");
        }
    }
}

#[test]
fn all_rates_from_8_to_96_khz_are_heard_at_the_devices_rate_with_their_tails() {
    let folder = tempdir().unwrap();
    for rate in [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 88_200, 96_000] {
        let signal = Signal::stereo(rate, 0.7321);
        let path = signal.wav(&folder.path().join("clip.wav"));
        let (found, wanted) = (heard(&path, 48_000).unwrap(), signal.heard_at(48_000));
        assert_eq!(found.len(), wanted.len(), "{rate}");
        // The filter rings where the sound sets in or breaks off, so the edges are compared by themselves.
        let edge = 2 * 500;
        let middle = likeness(&found[edge..found.len() - edge], &wanted[edge..wanted.len() - edge]);
        assert!(middle > 80.0, "{rate}: {middle:.1} dB");
        let head = likeness(&found[..edge], &wanted[..edge]);
        let tail = likeness(&found[found.len() - edge..], &wanted[found.len() - edge..]);
        assert!(head > 20.0 && tail > 20.0, "{rate}: {head:.1} dB at the front, {tail:.1} dB at the end");
    }
}

#[test]
fn the_seam_between_two_rates_neither_shifts_nor_drops_anything() {
    let folder = tempdir().unwrap();
    let second = Signal { start: 0.5, ..Signal::stereo(48_000, 0.5) };
    let mut found = heard(&Signal::stereo(44_100, 0.5).wav(&folder.path().join("first.wav")), 48_000).unwrap();
    found.extend(heard(&second.wav(&folder.path().join("second.wav")), 48_000).unwrap());
    let wanted = Signal::stereo(48_000, 1.0).heard_at(48_000);
    assert_eq!(found.len(), wanted.len());
    assert!(likeness(&found[47_000..49_000], &wanted[47_000..49_000]) > 20.0);
    assert!(likeness(&found[48_000..], &wanted[48_000..]) > 80.0);
}

#[test]
fn two_mp3_files_joined_by_hand_are_both_heard() {
    let folder = tempdir().unwrap();
    let options = "-c:a libmp3lame -b:a 128k -id3v2_version 0";
    let one = fs::read(Signal::stereo(44_100, 1.0).encoded(folder.path(), "one.mp3", options)).unwrap();
    let joined = folder.path().join("joined.mp3");
    fs::write(&joined, [one.as_slice(), one.as_slice()].concat()).unwrap();
    let frames = verify(&joined).unwrap().frames;
    assert!((88_200..88_200 + 4 * 1152).contains(&frames), "{frames}");
}

#[test]
fn what_was_cut_out_of_a_longer_ogg_is_as_long_as_it_sounds() {
    let folder = tempdir().unwrap();
    for (name, options) in [("vorbis.ogg", "-c:a libvorbis -q:a 3"), ("opus.opus", "-c:a libopus -b:a 48k")] {
        let whole = Signal::stereo(48_000, 3.0).encoded(folder.path(), name, options);
        for timestamps in [None, Some("-copyts")] {
            // With its old timestamps it begins before 1.2 s by its own account, where its first page begins.
            let cut = folder.path().join(format!("cut-{name}"));
            let mut command = std::process::Command::new("ffmpeg");
            command.args(["-nostdin", "-y", "-loglevel", "error", "-ss", "1.2"]).args(timestamps).arg("-i").arg(&whole);
            assert!(command.args(["-c", "copy"]).arg(&cut).status().unwrap().success());
            let verified = verify(&cut).unwrap();
            assert!((1_780..2_050).contains(&verified.duration_ms), "{name} {timestamps:?}: {verified:?}");
            assert_eq!(heard(&cut, verified.rate).unwrap().len() as u64, verified.frames * 2, "{name} {timestamps:?}");
        }
    }
}

#[test]
fn a_wrong_extension_does_not_matter() {
    let folder = tempdir().unwrap();
    let path = Signal::mono(44_100, 0.3).encoded(folder.path(), "voice.mp3", "-c:a libmp3lame");
    let renamed = folder.path().join("voice.wav");
    fs::rename(path, &renamed).unwrap();
    assert_eq!(verify(&renamed).unwrap().frames, 13_230);
}

#[test]
fn a_file_that_is_cut_replaced_or_removed_while_it_plays_does_no_harm() {
    let folder = tempdir().unwrap();
    let signal = Signal::stereo(48_000, 3.0);
    let path = signal.wav(&folder.path().join("clip.wav"));
    let mut portion = vec![0.0; 9600];
    let mut removed = Clip::open(&path, 48_000).unwrap();
    fs::remove_file(&path).unwrap();
    signal.wav(&path);
    let mut cut = Clip::open(&path, 48_000).unwrap();
    cut.read(&mut portion).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_len(300_000).unwrap();
    let mut frames = 0;
    while let Ok(more @ 1..) = removed.read(&mut portion) {
        frames += more;
    }
    assert_eq!(frames, 144_000);
    let error = loop {
        match cut.read(&mut portion) {
            Ok(0) => panic!("the cut went by in silence"),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error.reason(), Reason::Damaged);
    assert_eq!(cut.read(&mut portion), Err(error), "it stays so");
}
