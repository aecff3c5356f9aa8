//! The content store and the state of the schedule's files, over a real folder.
//!
//! In: files that come, change, move and vanish. Out: what the library says, what is read again and what is not.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use loa::airing::Reason;
use loa::library::{Changes, ClipError, ContentStore, FileState, Files, Verdict};
use tempfile::{TempDir, tempdir};

use crate::clips::Signal;

/// A folder with `audio/` and a content store.
struct Place {
    folder: TempDir,
    store: ContentStore,
}

impl Place {
    fn new() -> Self {
        let folder = tempdir().expect("a test's own folder works");
        fs::create_dir(folder.path().join("audio")).expect("a test's own folder works");
        let store = ContentStore::open(&folder.path().join("content")).expect("a test's own folder works");
        Self { folder, store }
    }

    fn audio(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("audio").join(name)
    }

    fn files(&self, remembered: Vec<FileState>, verdicts: Vec<Verdict>) -> Files {
        Files::new(self.folder.path().join("audio"), self.store.clone(), remembered, verdicts)
    }

    fn stored(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join("content")).expect("a test's own folder works");
        entries
            .map(|entry| entry.expect("a test's own folder works").file_name().to_string_lossy().into_owned())
            .collect()
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn sha256_of(path: &Path) -> String {
    let output = std::process::Command::new("sha256sum").arg(path).output().expect("coreutils are there");
    String::from_utf8(output.stdout).expect("hex")[..64].to_owned()
}

#[test]
fn content_is_kept_once_read_only_and_under_its_hash() {
    let place = Place::new();
    let first = Signal::mono(8_000, 0.25).wav(&place.audio("first.wav"));
    fs::copy(&first, place.audio("again.wav")).unwrap();
    let one = place.store.ingest(&first).unwrap();
    assert_eq!((&*one.content.sha256, one.content.duration_ms, one.new), (sha256_of(&first).as_str(), Some(250), true));
    let two = place.store.ingest(&place.audio("again.wav")).unwrap();
    assert_eq!((two.content, two.new), (one.content.clone(), false));
    assert_eq!(place.stored(), [&*one.content.sha256]);
    let stored = place.store.path_of(&one.content.sha256);
    assert_eq!(fs::metadata(&stored).unwrap().permissions().mode() & 0o777, 0o444);
    assert_eq!(place.store.verify(&one.content.sha256).unwrap().frames, 2000);
    // A disk that gives back other bytes of the same length is found out, although they are good audio.
    fs::remove_file(&stored).unwrap();
    Signal { start: 1.0, ..Signal::mono(8_000, 0.25) }.wav(&stored);
    assert_eq!(fs::metadata(&stored).unwrap().len(), fs::metadata(&first).unwrap().len());
    let lost = place.store.verify(&one.content.sha256);
    assert!(matches!(lost, Err(ClipError::Spoilt(_))), "{lost:?}");
    assert_eq!(lost.as_ref().unwrap_err().reason(), Reason::Damaged);
    let again = place.store.clip(&one.content.sha256, 8_000).map(|_| ()).unwrap_err();
    assert_eq!(again.reason(), Reason::Damaged, "what was removed for that is not said to be missing");
    let judged = place.files(Vec::new(), Vec::new()).judge(&one.content.sha256, &lost);
    assert_eq!(judged, None, "it says nothing about the content");
    // Taking the file in once more heals it.
    assert!(place.store.ingest(&first).unwrap().new);
    assert_eq!(sha256_of(&stored), *one.content.sha256);
}

#[test]
fn what_is_in_the_store_is_taken_in_again_without_writing() {
    let place = Place::new();
    let first = Signal::mono(8_000, 0.25).wav(&place.audio("first.wav"));
    place.store.ingest(&first).unwrap();
    // A file that is made or removed shows in the folder's change time, however short its life.
    let folder = place.folder.path().join("content");
    let changed = || fs::metadata(&folder).map(|facts| (facts.ctime(), facts.ctime_nsec())).unwrap();
    let before = changed();
    let tick_over = || {
        fs::write(place.folder.path().join("tick"), "").unwrap();
        let tick = fs::metadata(place.folder.path().join("tick")).unwrap();
        (tick.ctime(), tick.ctime_nsec()) > before
    };
    while !tick_over() {}
    assert!(!place.store.ingest(&first).unwrap().new);
    assert_eq!(changed(), before);
}

#[test]
fn any_bytes_are_taken_in_but_no_folder_and_nothing_half() {
    let place = Place::new();
    fs::write(place.audio("text.mp3"), "not audio").unwrap();
    let text = place.store.ingest(&place.audio("text.mp3")).unwrap();
    assert_eq!(text.content.duration_ms, None);
    assert_eq!(place.store.verify(&text.content.sha256).unwrap_err().reason(), Reason::Undecodable);
    assert_eq!(place.store.ingest(&place.audio("")).unwrap_err(), ClipError::IsFolder);
    assert_eq!(place.store.ingest(&place.audio("missing.mp3")).unwrap_err(), ClipError::Missing);
    assert_eq!(place.stored().len(), 1);
}

#[test]
fn a_sweep_takes_orphans_and_unfinished_copies_and_nothing_else() {
    let place = Place::new();
    let kept = place.store.ingest(&Signal::mono(8_000, 0.1).wav(&place.audio("kept.wav"))).unwrap().content.sha256;
    place.store.ingest(&Signal::mono(8_000, 0.2).wav(&place.audio("orphan.wav"))).unwrap();
    let content = place.folder.path().join("content");
    fs::write(content.join("unfinished-1-0"), "half").unwrap();
    fs::write(content.join("README"), "put here by a person").unwrap();
    let known = HashSet::from([Arc::clone(&kept)]);
    let alone = place.store.alone().unwrap();
    assert_eq!(
        place.store.sweep(&alone, &known).unwrap(),
        1,
        "what this run has taken in stays, though nothing names it yet"
    );
    let next_run = ContentStore::open(&content).unwrap();
    assert_eq!(next_run.sweep(&alone, &known).unwrap(), 1);
    let mut left = place.stored();
    left.sort();
    let mut wanted = names(&["README", &kept]);
    wanted.sort();
    assert_eq!(left, wanted);
}

#[test]
fn only_what_changed_is_read_again() {
    let place = Place::new();
    let wanted = names(&["b.wav", "a.wav", "missing.wav", "b.wav"]);
    for name in ["a.wav", "b.wav"] {
        Signal::mono(8_000, 0.1).wav(&place.audio(name));
    }
    Signal::mono(8_000, 0.3).wav(&place.audio("b.wav"));
    let mut files = place.files(Vec::new(), Vec::new());
    let first = files.scan(&wanted);
    let order: Vec<&str> = first.changed.iter().map(|state| state.path.as_str()).collect();
    assert_eq!(order, ["b.wav", "a.wav"]);
    assert_eq!(first.faults, [("missing.wav".to_owned(), ClipError::Missing)]);
    assert_eq!(first.library["b.wav"].duration_ms, Some(300));
    assert_eq!(first.unverified, [&first.library["b.wav"], &first.library["a.wav"]].map(|c| Arc::clone(&c.sha256)));
    // The next run remembers: nothing is read again, and the library is the same.
    let remembered: Vec<FileState> = serde_json::from_str(&serde_json::to_string(&first.changed).unwrap()).unwrap();
    let mut files = place.files(remembered, Vec::new());
    let again = files.scan(&wanted);
    assert_eq!(again, Changes { changed: Vec::new(), ..first.clone() });
    // A new content under an old name, another length of the same; a file that goes; a content that went.
    Signal::mono(8_000, 0.2).wav(&place.audio("a.wav"));
    fs::remove_file(place.audio("b.wav")).unwrap();
    let third = files.scan(&wanted);
    assert_eq!(third.changed.len(), 1);
    assert_eq!(third.library.len(), 1);
    assert_ne!(third.library["a.wav"], first.library["a.wav"]);
    fs::remove_file(place.store.path_of(&third.library["a.wav"].sha256)).unwrap();
    assert_eq!(files.scan(&wanted).changed, third.changed, "taken in again");
}

#[test]
fn a_verdict_holds_for_the_content_whatever_its_name() {
    let place = Place::new();
    Signal::mono(44_100, 0.5).encoded(&place.audio(""), "a.mp3", "-c:a libmp3lame -write_xing 0");
    fs::write(place.audio("bad.mp3"), "no sound").unwrap();
    let mut files = place.files(Vec::new(), Vec::new());
    let changes = files.scan(&names(&["a.mp3", "bad.mp3"]));
    assert_eq!(changes.library["a.mp3"].duration_ms, None, "an MP3 without Xing header does not say");
    let verdicts: Vec<Verdict> =
        changes.unverified.iter().map(|sha256| files.judge(sha256, &place.store.verify(sha256)).unwrap()).collect();
    assert_eq!(verdicts[1].verdict, Err(Reason::Undecodable));
    let measured = verdicts[0].verdict.unwrap().duration_ms;
    assert!((500..600).contains(&measured), "{measured}");
    fs::rename(place.audio("a.mp3"), place.audio("b.mp3")).unwrap();
    let verdicts = serde_json::from_str(&serde_json::to_string(&verdicts).unwrap()).unwrap();
    let changes = place.files(Vec::new(), verdicts).scan(&names(&["b.mp3", "bad.mp3"]));
    assert_eq!(changes.unverified.len(), 0);
    assert_eq!(changes.library["b.mp3"].duration_ms, Some(measured));
    assert_eq!(files.judge(&Arc::from("0"), &Err(ClipError::Unreadable("input/output error".into()))), None);
}
