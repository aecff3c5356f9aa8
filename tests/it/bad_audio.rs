//! Every kind of bad file: what is said of it, and that nothing panics.
//!
//! In: good files, cut, overwritten or flipped, and files that never were audio. Out: the typed reason. The flipping is
//! seeded, so a failure comes again.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use loa::airing::Reason;
use loa::library::{Clip, ClipError, verify};
use tempfile::{TempDir, tempdir};

use crate::clips::{KINDS, Signal};

/// A file of each kind, so many seconds long, as bytes.
fn one_of_each(folder: &Path, seconds: f64) -> Vec<(&'static str, Vec<u8>)> {
    let encode = |(name, options, _): &(&'static str, &str, bool)| {
        (
            *name,
            fs::read(Signal::stereo(22_050, seconds).encoded(folder, name, options))
                .expect("a test's own folder works"),
        )
    };
    KINDS.iter().map(encode).collect()
}

/// Kinds in which nothing says how long the file should be.
const WITHOUT_LENGTH: [&str; 3] = ["vbr-no-xing.mp3", "cbr-no-xing.mp3", "adts.aac"];

struct Folder(TempDir);

impl Folder {
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).expect("a test's own folder works");
        path
    }
}

/// Opens and reads to the end as a cue does; the same reason must come out of it as of `verify`, where there is one.
fn play(path: &Path) -> Result<(), ClipError> {
    let mut clip = Clip::open(path, 48_000)?;
    let mut portion = [0.0; 4096];
    while clip.read(&mut portion)? > 0 {}
    Ok(())
}

#[test]
fn what_is_no_audio_is_refused_with_what_was_found() {
    let folder = Folder(tempdir().unwrap());
    let (noise, zeros) = (Random(7).bytes(300_000), vec![0; 100_000]);
    let wav = fs::read(Signal::stereo(48_000, 0.1).wav(&folder.0.path().join("good.wav"))).unwrap();
    let cases: &[(&str, &[u8], &str)] = &[
        ("empty.mp3", b"", "the file is empty"),
        ("one-byte.wav", b"R", "no audio of a kind that is played; it begins with `R`"),
        ("zeros.mp3", &zeros, r"no audio of a kind that is played; it begins with `\x00\x00\x00\x00\x00\x00\x00\x00`"),
        ("page.mp3", b"<!DOCTYPE html>\n<html><body>404</body></html>", "it begins with `<!DOCTYP`"),
        ("tin-bai.wav", "Kính thưa bà con, đây là bản tin.".as_bytes(), "no audio of a kind that is played"),
        ("noise.ogg", &noise, ""),
        ("header.wav", &wav[..44], "damaged: it ends after 0.000 s of 0.100 s declared"),
        ("half-header.wav", &wav[..30], "damaged: its format is cut off"),
    ];
    for (name, bytes, wanted) in cases {
        let error = verify(&folder.file(name, bytes)).unwrap_err();
        assert!(error.to_string().contains(wanted), "{name}: {error}");
        assert_eq!(play(&folder.0.path().join(name)).unwrap_err(), error, "{name}");
    }
}

#[test]
fn what_is_no_file_is_refused_without_waiting() {
    let folder = tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::create_dir(place("folder.mp3")).unwrap();
    symlink(place("nowhere.mp3"), place("dangling.mp3")).unwrap();
    symlink(place("circle.mp3"), place("circle.mp3")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(place("pipe.mp3")).status().unwrap().success());
    let of = |name: &str| verify(&place(name)).unwrap_err();
    assert_eq!(of("folder.mp3"), ClipError::IsFolder);
    assert_eq!(of("missing.mp3"), ClipError::Missing);
    assert_eq!(of("folder.mp3/missing.mp3"), ClipError::Missing);
    assert_eq!(of("dangling.mp3"), ClipError::Missing);
    // Root reads every mode, so a link to itself stands for a file that the system does not give out.
    assert!(matches!(of("circle.mp3"), ClipError::Unreadable(_)), "{}", of("circle.mp3"));
    assert_eq!(of("pipe.mp3").to_string(), "a device or pipe, not a file");
    assert_eq!(of("missing.mp3").reason(), Reason::FileMissing);
    assert_eq!(of("folder.mp3").reason(), Reason::Unreadable);
}

#[test]
fn forms_that_are_not_played_are_named() {
    let folder = tempdir().unwrap();
    let signal = Signal::mono(48_000, 0.2);
    let error =
        |name: &str, options: &str| verify(&signal.encoded(folder.path(), name, options)).unwrap_err().to_string();
    assert_eq!(error("surround.wav", "-ac 6"), "6 channels; 1 or 2 are allowed");
    assert_eq!(error("surround.flac", "-ac 6"), "6 channels; 1 or 2 are allowed");
    assert_eq!(error("surround.ogg", "-ac 6 -c:a libvorbis"), "6 channels; 1 or 2 are allowed");
    assert_eq!(error("fast.wav", "-ar 192000"), "a rate of 192000 Hz; 8000 to 96000 are allowed");
    assert_eq!(error("slow.wav", "-ar 4000"), "a rate of 4000 Hz; 8000 to 96000 are allowed");
    for (name, options) in [("old.mp2", "-c:a mp2"), ("apple.m4a", "-c:a alac"), ("microsoft.wma", "-c:a wmav2")] {
        let text = error(name, options);
        assert!(
            ["not supported (", "no audio of a kind", "an MP4 with `alac`"].iter().any(|start| text.starts_with(start)),
            "{name}: {text}"
        );
    }
    // What ffmpeg writes into a pipe, and a recorder that lost its power: no length.
    let mut wav = fs::read(signal.wav(&folder.path().join("piped.wav"))).unwrap();
    for length in [u32::MAX, 0] {
        wav[40..44].copy_from_slice(&length.to_le_bytes());
        fs::write(folder.path().join("piped.wav"), &wav).unwrap();
        verify(&folder.path().join("piped.wav")).unwrap_err();
    }
}

#[test]
fn a_file_that_was_cut_off_is_damaged() {
    let folder = Folder(tempdir().unwrap());
    for (name, bytes) in one_of_each(folder.0.path(), 0.5) {
        for percent in [20, 60, 95] {
            let path = folder.file(name, &bytes[..bytes.len() * percent / 100]);
            let verdict = verify(&path);
            assert_eq!(verdict.as_ref().err(), play(&path).as_ref().err(), "{name} {percent} %");
            match verdict {
                Err(error) => assert_eq!(error.reason(), Reason::Damaged, "{name} {percent} %: {error}"),
                Ok(_) => assert!(WITHOUT_LENGTH.contains(&name), "{name} {percent} %"),
            }
        }
    }
}

#[test]
fn a_hole_in_the_middle_is_damage() {
    let folder = Folder(tempdir().unwrap());
    for (name, mut bytes) in one_of_each(folder.0.path(), 0.5) {
        let hole = bytes.len() / 2..bytes.len() / 2 + 600;
        bytes[hole].copy_from_slice(&Random(1).bytes(600));
        let verdict = verify(&folder.file(name, &bytes));
        // PCM in whole numbers has nothing that could disagree.
        assert_eq!(
            verdict.is_err(),
            name.split('.').next_back() != Some("wav") || name == "f32.wav",
            "{name}: {verdict:?}"
        );
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let folder = Folder(tempdir().unwrap());
    let mut random = Random(20_250_303);
    let rounds = std::env::var("FUZZ_ROUNDS").map_or(120, |rounds| rounds.parse().unwrap());
    for (name, good) in one_of_each(folder.0.path(), 0.2) {
        for _ in 0..rounds {
            let mut bytes = good.clone();
            random.spoil(&mut bytes);
            let path = folder.file("spoilt", &bytes);
            // Whatever comes of it is right, as long as something does; the rest of the verdict is `play`'s.
            if verify(&path).is_ok() {
                assert_eq!(play(&path), Ok(()), "{name}");
            }
        }
    }
}

#[test]
fn a_packet_that_breaks_the_decoder_is_damage_of_its_file_only() {
    let folder = Folder(tempdir().unwrap());
    // ADTS, AAC-LC, 44.1 kHz, mono, 14 bytes; then one channel that claims 63 bands where this rate has 49.
    let head = [0xff, 0xf1, 0x50, 0x40, 0x01, 0xdf, 0xfc];
    let bits = ["000", "0000", "00000000", "0000", "111111", "0", "0000", "11111", "11111", "00001", "000", "111"];
    let value = u64::from_str_radix(&format!("{:0<56}", bits.concat()), 2).unwrap();
    let packet = [&head[..], &value.to_be_bytes()[1..]].concat();
    let error = verify(&folder.file("broken.aac", &packet.repeat(3))).unwrap_err();
    assert_eq!(error.to_string(), "damaged: the decoder breaks down on it");
}

/// A linear congruential generator: the same bytes on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }

    /// Flips, overwrites, removes or cuts; half of the time near the front, where the headers are.
    fn spoil(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(6) {
            let reach = if self.below(2) == 0 { bytes.len() } else { bytes.len().min(400) };
            let place = self.below(reach.max(1));
            match self.below(8) {
                0 => bytes.truncate(place.max(1)),
                1 => drop(bytes.drain(place..(place + 1 + self.below(40)).min(bytes.len()))),
                2 => bytes[place..].iter_mut().take(4).for_each(|byte| *byte = 0xff),
                3 => bytes[place..].iter_mut().take(4).for_each(|byte| *byte = 0),
                4 => bytes[place] ^= 1 << self.below(8),
                _ => bytes[place] = self.below(256) as u8,
            }
            if bytes.is_empty() {
                bytes.push(0);
            }
        }
    }
}
