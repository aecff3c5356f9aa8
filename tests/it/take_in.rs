//! Files that people hand in for bulletins: what is stored of them, what is measured, and what is refused.
//!
//! In: good, doubtful and unfit files, and files that change. Out: the content store with all of a file or nothing of it.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set up fails its test here")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use loa::library::ContentStore;
use loa::library::ingest::{Limits, MOST_BYTES, TakenIn, take_in};
use loa::sound::{Doubt, Form, Unfit};
use tempfile::{TempDir, tempdir};

use crate::clips::{KINDS, Signal};

const LIMITS: Limits = Limits { most_ms: Some(10_000), most_bytes: MOST_BYTES };

struct Desk {
    folder: TempDir,
    store: ContentStore,
}

impl Desk {
    fn new() -> Self {
        let folder = tempdir().unwrap();
        let store = ContentStore::open(&folder.path().join("content")).unwrap();
        Self { folder, store }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Hands a file in as another process than the station's would.
    fn hand_in(&self, path: &Path) -> Result<TakenIn, Unfit> {
        take_in(&ContentStore::open(&self.path("content")).unwrap(), path, &LIMITS, &mut |_| {})
    }

    fn stored(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("content")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

/// Speech of 16 bits between silences, in seconds.
fn speech(path: &Path, before: f64, seconds: f64, after: f64) -> PathBuf {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for n in 0..((before + seconds + after) * 16_000.0) as u32 {
        let at = f64::from(n) / 16_000.0 - before;
        let sample = if (0.0..seconds).contains(&at) { (at * 3000.0).sin() * 8000.0 } else { 0.0 };
        writer.write_sample(sample as i16).unwrap();
    }
    writer.finalize().unwrap();
    path.to_owned()
}

#[test]
fn a_good_file_is_measured_stored_once_and_told_to_be_there_already() {
    let desk = Desk::new();
    let path = speech(&desk.path("tin.wav"), 0.2, 2.0, 0.3);
    let mut heard = Vec::new();
    let first = take_in(&desk.store, &path, &LIMITS, &mut |fraction| heard.push(fraction)).unwrap();
    assert!(first.new && first.doubts.is_empty(), "{first:?}");
    assert_eq!((first.content.duration_ms, first.measures.duration_ms), (Some(2500), 2500));
    assert_eq!((first.measures.form, first.measures.rate), (Form::Mono, 16_000));
    assert!(heard.is_sorted() && heard.first() > Some(&0.0) && heard.last() == Some(&1.0), "{heard:?}");
    assert_eq!(desk.stored(), [&*first.content.sha256]);
    assert_eq!(fs::read(desk.store.path_of(&first.content.sha256)).unwrap(), fs::read(&path).unwrap());

    fs::rename(&path, desk.path("again.wav")).unwrap();
    let second = desk.hand_in(&desk.path("again.wav")).unwrap();
    assert!(!second.new);
    assert_eq!((&second.content, second.measures), (&first.content, first.measures));
    // The disk gives back other bytes: the copy is made anew.
    let stored = desk.store.path_of(&first.content.sha256);
    fs::remove_file(&stored).unwrap();
    fs::write(&stored, "lost").unwrap();
    assert!(desk.hand_in(&desk.path("again.wav")).unwrap().new);
    assert_eq!(fs::read(&stored).unwrap(), fs::read(desk.path("again.wav")).unwrap());
}

#[test]
fn every_kind_of_file_is_taken_in_byte_by_byte() {
    let desk = Desk::new();
    for (name, options, _) in KINDS {
        let path = Signal::stereo(48_000, 1.2).encoded(desk.folder.path(), name, options);
        let taken = desk.hand_in(&path).unwrap_or_else(|unfit| panic!("{name}: {unfit:?}"));
        assert_eq!(fs::read(desk.store.path_of(&taken.content.sha256)).unwrap(), fs::read(&path).unwrap(), "{name}");
        assert!((1200..1300).contains(&taken.measures.duration_ms) && taken.measures.form == Form::Stereo, "{name}");
        let loudness = taken.measures.loudness_centi_lufs.unwrap();
        assert!((-950..-850).contains(&loudness), "{name}: {loudness}");
    }
    assert_eq!(desk.stored().len(), KINDS.len());
}

#[test]
fn the_same_sound_in_another_file_has_the_same_fingerprint() {
    let desk = Desk::new();
    let signal = Signal::stereo(44_100, 1.5);
    let of = |path: &Path| desk.hand_in(path).unwrap().measures.fingerprint;
    let wav = of(&signal.wav(&desk.path("a.wav")));
    assert_eq!(of(&signal.encoded(desk.folder.path(), "a.flac", "-c:a flac")), wav);
    let mp3 = of(&signal.encoded(desk.folder.path(), "a.mp3", "-c:a libmp3lame -metadata title=Một"));
    let other = Signal { start: 0.1, ..signal };
    assert_ne!(of(&other.wav(&desk.path("b.wav"))), wav);
    assert_ne!(mp3, wav, "encoded anew");
    let mut ffmpeg = std::process::Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-y", "-loglevel", "error", "-i"]).arg(desk.path("a.mp3"));
    ffmpeg.args(["-c", "copy", "-metadata", "title=Hai"]).arg(desk.path("tagged.mp3"));
    assert!(ffmpeg.status().unwrap().success());
    assert_eq!(of(&desk.path("tagged.mp3")), mp3);
    assert_ne!(fs::read(desk.path("tagged.mp3")).unwrap(), fs::read(desk.path("a.mp3")).unwrap());
    assert_eq!(desk.stored().len(), 5, "other bytes are another content all the same");
}

#[test]
fn what_is_only_doubtful_is_taken_in_and_said() {
    let desk = Desk::new();
    let taken = desk.hand_in(&speech(&desk.path("pauses.wav"), 3.5, 1.0, 4.0)).unwrap();
    let wanted = [
        Doubt::MostlySilent { percent: taken.measures.silence_percent },
        Doubt::SilenceAtStart { ms: 3500 },
        Doubt::SilenceAtEnd { ms: taken.measures.trailing_silence_ms },
    ];
    assert_eq!(taken.doubts, wanted);
}

#[test]
fn what_is_unfit_leaves_nothing_behind() {
    let desk = Desk::new();
    let refused = |path: &Path| {
        let unfit = desk.hand_in(path).unwrap_err();
        println!("{}: {}", path.display(), unfit.say(loa::language::Language::Vi));
        unfit
    };
    assert_eq!(refused(&desk.path("gone.mp3")), Unfit::Missing);
    assert_eq!(refused(desk.folder.path()), Unfit::IsFolder);
    fs::write(desk.path("text.mp3"), "không phải âm thanh").unwrap();
    assert!(matches!(refused(&desk.path("text.mp3")), Unfit::Undecodable(_)));
    let short = refused(&speech(&desk.path("short.wav"), 0.0, 0.9, 0.0));
    assert_eq!(short, Unfit::TooShort(900));
    assert_eq!(refused(&speech(&desk.path("silent.wav"), 2.0, 0.0, 0.0)), Unfit::Silent);
    let long = Unfit::TooLong { duration_ms: 10_001, most_ms: 10_000 };
    assert_eq!(refused(&speech(&desk.path("long.wav"), 0.0, 10.001, 0.0)), long);
    // Nothing in it says how long it is.
    let endless = "-c:a libmp3lame -b:a 128k -write_xing 0";
    let endless = refused(&Signal::mono(44_100, 11.0).encoded(desk.folder.path(), "endless.mp3", endless));
    assert!(matches!(endless, Unfit::TooLong { duration_ms: 11_000..12_000, .. }), "{endless:?}");
    for (name, options) in [("cut.flac", "-c:a flac"), ("cut.opus", "-c:a libopus"), ("cut.mp3", "-c:a libmp3lame")] {
        let whole = fs::read(Signal::stereo(48_000, 3.0).encoded(desk.folder.path(), name, options)).unwrap();
        fs::write(desk.path(name), &whole[..whole.len() / 2]).unwrap();
        assert!(matches!(refused(&desk.path(name)), Unfit::Damaged(_)), "{name}");
    }
    let wav = fs::read(speech(&desk.path("cut.wav"), 0.0, 3.0, 0.0)).unwrap();
    fs::write(desk.path("cut.wav"), &wav[..wav.len() / 2]).unwrap();
    assert!(matches!(refused(&desk.path("cut.wav")), Unfit::Damaged(_)));
    // 2 GB of nothing take no room on this disk.
    File::create(desk.path("large.wav")).unwrap().set_len(2 << 30).unwrap();
    assert_eq!(refused(&desk.path("large.wav")), Unfit::TooLarge { bytes: 2 << 30, most_bytes: MOST_BYTES });
    assert_eq!(desk.stored(), [""; 0]);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let desk = Desk::new();
    // In the first part of the work it is hashed, in the second copied.
    for (name, from, to) in [("hashed.wav", 0.0, 0.05), ("copied.wav", 0.05, 0.15)] {
        let path = speech(&desk.path(name), 0.1, 9.0, 0.1);
        let mut changed = false;
        let taken = take_in(&desk.store, &path, &LIMITS, &mut |fraction| {
            if fraction > from && fraction < to && !changed {
                changed = true;
                File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
            }
        });
        assert!(changed && matches!(taken, Err(Unfit::Changed)), "{name}: {taken:?}");
    }
    assert_eq!(desk.stored(), [""; 0]);
}

#[test]
fn nothing_is_swept_between_its_taking_in_and_its_naming() {
    let desk = Desk::new();
    let taken = desk.hand_in(&speech(&desk.path("tin.wav"), 0.0, 1.5, 0.0)).unwrap();
    let folder = File::open(desk.path("content")).unwrap();
    assert!(folder.try_lock().is_err(), "a sweep would have to wait");
    let sha256 = taken.content.sha256.clone();
    drop(taken);
    folder.try_lock().unwrap();
    folder.unlock().unwrap();
    let station = ContentStore::open(&desk.path("content")).unwrap();
    let named = std::collections::HashSet::from([sha256]);
    assert_eq!(station.sweep(&station.alone().unwrap(), &named).unwrap(), 0);
    assert_eq!(station.sweep(&station.alone().unwrap(), &std::collections::HashSet::new()).unwrap(), 1);
}
