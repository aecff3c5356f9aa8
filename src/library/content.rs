//! The content store: audio by SHA-256, so that what airs is the bytes that were looked at.
//!
//! In: files. Out: read-only copies named by their hash in one folder, durable before their name is known to anybody.
//! Must never leave half a file under a final name, and never change one. One process at a time sweeps it. Next: `files`.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Seek as _};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::MemfdFlags;

use super::clip::Clip;
use super::decode::Decoder;
use super::error::ClipError;
use super::source;
use super::unfinished::{UNFINISHED, Unfinished, copy, not_stored};
use super::verify::{Verified, verify};
use crate::rundown::Content;

/// A copy that is no larger is hashed before it airs: a slow disk or stick (10 MB/s) reads it in 3.4 s, and a cue is prepared
/// 5 s before its start. A larger one would come too late; its end, at least, is missed while it is decoded.
const HASHED_WHEN_OPENED: u64 = 32 << 20;

/// Bytes that may be held in memory: an hour of speech, and little on a machine of 512 MB.
const MOST_HELD: u64 = 64 << 20;

/// A folder of audio by SHA-256.
#[derive(Debug, Clone)]
pub struct ContentStore {
    folder: PathBuf,
    shared: Arc<Mutex<Shared>>,
}

/// What all handles of a store know.
#[derive(Debug, Default)]
struct Shared {
    /// Copies that the disk did not take, by their hash: files in memory that have no name and end with the program.
    held: HashMap<String, File>,
    /// What has been taken in since the program started, and may be named by a row at any moment.
    taken: HashSet<String>,
    /// Copies that had lost their bytes and were removed.
    spoilt: HashSet<String>,
}

/// A file that has been taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingested {
    /// Its hash, and the length that it declares.
    pub content: Content,
    /// Whether the store did not have it yet.
    pub new: bool,
}

impl ContentStore {
    /// Opens the store in that folder, making the folder if need be.
    pub fn open(folder: &Path) -> io::Result<Self> {
        crate::folder::make_shared(folder)?;
        Ok(Self { folder: folder.to_owned(), shared: Arc::default() })
    }

    /// Where the content of that hash lies, or would.
    #[must_use]
    pub fn path_of(&self, sha256: &str) -> PathBuf {
        self.shared().held.get(sha256).map_or_else(|| self.folder.join(sha256), path_of_held)
    }

    /// Never held for longer than it takes to remove a file.
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this program sweeps it no more.
    pub(super) fn spare(&self, sha256: &str) {
        self.shared().taken.insert(sha256.to_owned());
    }

    /// Where the content of that hash lies on the disk, or would; what is held in memory does not lie there.
    pub(super) fn place_of(&self, sha256: &str) -> PathBuf {
        self.folder.join(sha256)
    }

    /// A new copy in the making.
    pub(super) fn begin(&self) -> io::Result<Unfinished> {
        Unfinished::create(&self.folder)
    }

    /// Opens a content to be played at `rate` frames per second. What is opened is what was hashed: a copy of up to 32 MiB
    /// is read once more through the same handle, and goes if the disk has lost its bytes.
    pub fn clip(&self, sha256: &str, rate: u32) -> Result<Clip, ClipError> {
        let (mut file, length) = self.open_copy(sha256)?;
        if length <= HASHED_WHEN_OPENED {
            self.expect(sha256, &mut file)?;
        }
        Clip::of_file(file, length, rate)
    }

    /// The same, and a copy that is lost or damaged is made anew from the file that it came from, if that is still the same.
    pub fn clip_or_heal(&self, sha256: &str, from: &Path, rate: u32) -> Result<Clip, ClipError> {
        self.clip(sha256, rate).or_else(|fault| {
            let healed = self.ingest(from).is_ok_and(|ingested| *ingested.content.sha256 == *sha256);
            if healed { self.clip(sha256, rate) } else { Err(fault) }
        })
    }

    /// Decodes a whole content, and makes sure that the disk still gives back the bytes that were put in. A copy that
    /// lost them goes, so that taking the file in once more heals it; nothing is said about the content by that.
    pub fn verify(&self, sha256: &str) -> Result<Verified, ClipError> {
        let path = self.path_of(sha256);
        let expect = || self.expect(sha256, &mut self.open_copy(sha256)?.0);
        expect()?;
        verify(&path).or_else(|fault| {
            // A disk that lost them meanwhile says nothing about the content either.
            expect()?;
            Err(fault)
        })
    }

    /// Reads an open copy: it holds the bytes of that hash, or goes. One that the disk does not give back is lost like one
    /// that it gives back changed; as long as it stood there, its file would not be taken in again.
    pub(super) fn expect(&self, sha256: &str, file: &mut File) -> Result<(), ClipError> {
        let found = copy(file, &mut io::sink()).map(|(found, _)| found);
        if found.as_ref().is_ok_and(|found| found == sha256) {
            return Ok(());
        }
        let path = self.path_of(sha256);
        // Another copy may have come in its place meanwhile.
        if fs::metadata(&path)?.ino() == file.metadata()?.ino() {
            self.shared().spoilt.insert(sha256.to_owned());
            fs::remove_file(&path)?;
        }
        found?;
        Err(spoilt())
    }

    /// A copy that was removed because it had lost its bytes is not simply missing.
    fn open_copy(&self, sha256: &str) -> Result<(File, u64), ClipError> {
        source::open(&self.path_of(sha256)).map_err(|fault| match fault {
            ClipError::Missing if self.shared().spoilt.contains(sha256) => spoilt(),
            other => other,
        })
    }

    /// Takes a file in: hashed, and unless it is here already, copied, durable, read-only. Any bytes are taken, for
    /// whether they are audio is told by `verify`; the declared length is `None` if they are not. The same bytes again
    /// cost no room, so a full disk keeps nothing from the air that is in the store.
    ///
    /// A file that changes meanwhile is refused. What a full or broken disk does not take is held in memory instead, up to
    /// a bound, so that it airs all the same. Nothing half is left in either case.
    pub fn ingest(&self, path: &Path) -> Result<Ingested, ClipError> {
        let (mut file, length) = source::open(path)?;
        let before = file.metadata()?;
        let hashed = copy(&mut file, &mut io::sink())?;
        if hashed.1 != length || is_changed(&before, &file.metadata()?) {
            return Err(changed());
        }
        // Before it is looked for.
        self.spare(&hashed.0);
        let place = self.path_of(&hashed.0);
        let new = fs::metadata(&place).map_or(true, |there| there.len() != length);
        if new && let Err(error) = self.store(&mut file, &hashed, &place) {
            self.hold(&mut file, &hashed, error)?;
        }
        let duration_ms = Decoder::open(&self.path_of(&hashed.0)).ok().and_then(|decoder| decoder.duration_ms());
        Ok(Ingested { content: Content { sha256: hashed.0.into(), duration_ms }, new })
    }

    fn store(&self, file: &mut File, hashed: &(String, u64), place: &Path) -> Result<(), ClipError> {
        file.rewind()?;
        let mut copied = self.begin().map_err(|error| not_stored(&error))?;
        if copy(file, &mut copied.file)? != *hashed {
            return Err(changed());
        }
        copied.keep_as(place).map_err(|error| not_stored(&error))
    }

    /// Holds in memory what could not be stored, if there is room for it.
    fn hold(&self, file: &mut File, hashed: &(String, u64), error: ClipError) -> Result<(), ClipError> {
        let bytes: u64 = self.shared().held.values().filter_map(|each| Some(each.metadata().ok()?.len())).sum();
        if bytes + hashed.1 > MOST_HELD {
            return Err(error);
        }
        let Ok(memory) = rustix::fs::memfd_create("loa-audio", MemfdFlags::CLOEXEC) else { return Err(error) };
        let mut memory = File::from(memory);
        file.rewind()?;
        if copy(file, &mut memory)? != *hashed {
            return Err(changed());
        }
        tracing::warn!("audio is held in memory until the program ends: {error}");
        self.shared().held.insert(hashed.0.clone(), memory);
        Ok(())
    }

    /// The hashes of everything in the store.
    pub fn names(&self) -> io::Result<Vec<Arc<str>>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            names.extend(name.to_str().filter(|name| is_hash(name)).map(Arc::from));
        }
        Ok(names)
    }

    /// Waits until no process is between taking a file in and naming it in the database, and keeps others from beginning
    /// until the answer is dropped. What is named is to be asked for after that.
    pub fn alone(&self) -> io::Result<Alone> {
        let folder = File::open(&self.folder)?;
        folder.lock()?;
        Ok(Alone { _locked: folder })
    }

    /// Takes part in what `alone` waits for, until the answer is dropped.
    pub(super) fn held_open(&self) -> io::Result<File> {
        let folder = File::open(&self.folder)?;
        folder.lock_shared()?;
        Ok(folder)
    }

    /// Removes copies that were never finished and contents that nothing names; answers with how many files went.
    ///
    /// `known` is what is named; what this program has taken in itself since it started stays in any case.
    pub fn sweep(&self, _alone: &Alone, known: &HashSet<Arc<str>>) -> io::Result<usize> {
        let our_own = format!("{UNFINISHED}{}-", std::process::id());
        let mut removed = 0;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let is_unfinished = name.starts_with(UNFINISHED) && !name.starts_with(&our_own);
            if is_unfinished || (is_hash(name) && !known.contains(name)) {
                // Nobody takes the same content in between the question and its removal.
                let shared = self.shared();
                if !shared.taken.contains(name) {
                    fs::remove_file(entry.path())?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

/// The right to sweep; see `ContentStore::alone`.
#[derive(Debug)]
pub struct Alone {
    _locked: File,
}

/// A name under which a file without one can be opened.
fn path_of_held(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Whether a file is another one than it was; the change time moves even when the modification time is set back.
pub(super) fn is_changed(before: &fs::Metadata, after: &fs::Metadata) -> bool {
    let key =
        |facts: &fs::Metadata| (facts.len(), facts.mtime(), facts.mtime_nsec(), facts.ctime(), facts.ctime_nsec());
    key(before) != key(after)
}

fn spoilt() -> ClipError {
    ClipError::Spoilt("its stored copy had lost its bytes and was removed; take the file in again".into())
}

fn changed() -> ClipError {
    ClipError::Unreadable("it changed while it was read".into())
}

fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_copy_that_cannot_be_read_goes_and_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clip.wav");
        fs::write(&path, "bytes").unwrap();
        let store = ContentStore::open(&folder.path().join("store")).unwrap();
        let sha256 = store.ingest(&path).unwrap().content.sha256;
        // A handle that only writes is one that cannot be read, as on a disk with a bad sector.
        let mut unreadable = Unfinished::create(folder.path()).unwrap();
        unreadable.file.write_all(b"bytes").unwrap();
        unreadable.keep_as(&store.path_of(&sha256)).unwrap();
        let error = store.expect(&sha256, &mut unreadable.file).unwrap_err();
        assert!(!error.to_string().contains("lost its bytes"), "{error}");
        assert!(!store.path_of(&sha256).exists());
        assert!(store.ingest(&path).unwrap().new);
    }

    #[test]
    fn a_change_during_the_reading_is_seen_although_the_times_are_set_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clip.wav");
        fs::write(&path, "first").unwrap();
        let (file, before) = (File::options().write(true).open(&path).unwrap(), fs::metadata(&path).unwrap());
        assert!(!is_changed(&before, &fs::metadata(&path).unwrap()));
        fs::write(&path, "other").unwrap();
        file.set_modified(before.modified().unwrap()).unwrap();
        // The change time has the grain of the kernel's tick, so the file is touched until the tick is over.
        while before.ctime_nsec() == fs::metadata(&path).unwrap().ctime_nsec() {
            file.set_modified(before.modified().unwrap()).unwrap();
        }
        assert!(is_changed(&before, &fs::metadata(&path).unwrap()));
    }
}
