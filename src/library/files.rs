//! The schedule's files: which content lies behind each name, and whether that content may air.
//!
//! In: the files' names in order of airing, and what was known at the last run. Out: the library that rundowns are made
//! from, and what the database should remember. A file is read again only when its size, times or inode changed, so a
//! start with an unchanged library costs one `stat` per file. Next: `playout`.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::content::ContentStore;
use super::error::ClipError;
use super::verify::Verified;
use crate::airing::Reason;
use crate::rundown::{Content, Library};
use crate::sound::Measures;

/// What was found behind a name when it was last read; the database remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileState {
    /// Path relative to `audio/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Modification time, nanoseconds since 1970.
    pub mtime_ns: i64,
    /// Change time, nanoseconds since 1970; a person cannot set it back.
    pub ctime_ns: i64,
    /// Inode number: a file that was replaced has another one.
    pub inode: u64,
    /// The content, lower-case hex.
    pub sha256: Arc<str>,
    /// Declared length in milliseconds; `None` if the file does not say or is not audio.
    pub duration_ms: Option<i64>,
}

/// What the full decode of a content came to; the database remembers it, since the same bytes give the same again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The content, lower-case hex.
    pub sha256: Arc<str>,
    /// What it sounds like, or why it must not air.
    pub verdict: Result<Measures, Reason>,
}

/// What a scan came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    /// The content behind every name that has one; measured lengths where a verdict is known, else declared ones.
    pub library: Library,
    /// What was read anew and is to be remembered.
    pub changed: Vec<FileState>,
    /// Names behind which nothing could be taken in, in the order asked for.
    pub faults: Vec<(String, ClipError)>,
    /// Contents without a verdict yet, each once, in the order asked for.
    pub unverified: Vec<Arc<str>>,
}

/// The files under `audio/`, as far as they are known.
#[derive(Debug)]
pub struct Files {
    audio_dir: PathBuf,
    store: ContentStore,
    known: HashMap<String, FileState>,
    verdicts: HashMap<Arc<str>, Result<Measures, Reason>>,
}

impl Files {
    /// Starts from what the database remembers; nothing is read yet.
    #[must_use]
    pub fn new(audio_dir: PathBuf, store: ContentStore, remembered: Vec<FileState>, verdicts: Vec<Verdict>) -> Self {
        let known = remembered.into_iter().map(|state| (state.path.clone(), state)).collect();
        let verdicts = verdicts.into_iter().map(|each| (each.sha256, each.verdict)).collect();
        Self { audio_dir, store, known, verdicts }
    }

    /// Looks at each file in turn and takes in those that are new or changed. May read gigabytes: not for the station's
    /// loop. A file that cannot be read has no content, whatever it had before.
    pub fn scan(&mut self, wanted: &[String]) -> Changes {
        let mut changes = Changes::default();
        let (mut seen, mut listed) = (HashSet::new(), HashSet::new());
        for path in wanted.iter().filter(|path| seen.insert(*path)) {
            let state = match self.look_at(path, &mut changes.changed) {
                Ok(state) => state,
                Err(fault) => {
                    changes.faults.push((path.clone(), fault));
                    continue;
                }
            };
            let verdict = self.verdicts.get(&state.sha256);
            if verdict.is_none() && listed.insert(Arc::clone(&state.sha256)) {
                changes.unverified.push(Arc::clone(&state.sha256));
            }
            let measured = verdict.and_then(|verdict| verdict.ok());
            let duration_ms = measured.map(|measures| measures.duration_ms).or(state.duration_ms);
            changes.library.insert(path.clone(), Content { sha256: state.sha256, duration_ms });
        }
        changes
    }

    /// Takes the result of `ContentStore::verify` over; answers with the verdict to remember. A content that the operating
    /// system did not let us read gets none, for that says nothing about it.
    pub fn judge(&mut self, sha256: &Arc<str>, result: &Result<Verified, ClipError>) -> Option<Verdict> {
        let verdict = match result {
            Ok(verified) => Ok(verified.measures),
            Err(ClipError::Missing | ClipError::IsFolder | ClipError::Spoilt(_) | ClipError::Unreadable(_)) => {
                return None;
            }
            Err(fault) => Err(fault.reason()),
        };
        self.verdicts.insert(Arc::clone(sha256), verdict);
        Some(Verdict { sha256: Arc::clone(sha256), verdict })
    }

    /// Whether the full decode of a content has ended.
    #[must_use]
    pub fn is_judged(&self, sha256: &str) -> bool {
        self.verdicts.contains_key(sha256)
    }

    /// Why a content must not air, if its full decode has said so.
    #[must_use]
    pub fn fault_of(&self, sha256: &str) -> Option<Reason> {
        self.verdicts.get(sha256)?.err()
    }

    fn look_at(&mut self, path: &str, changed: &mut Vec<FileState>) -> Result<FileState, ClipError> {
        let place = self.audio_dir.join(path);
        let facts = fs::metadata(&place)?;
        if let Some(known) = self.known.get(path)
            && known.is_still(&facts)
            && self.store.path_of(&known.sha256).is_file()
        {
            return Ok(known.clone());
        }
        let state = self.take_in(path, &place, &facts)?;
        changed.push(state.clone());
        self.known.insert(path.to_owned(), state.clone());
        Ok(state)
    }

    /// The facts are those from before the reading, so that a change during it shows at the next scan.
    fn take_in(&self, path: &str, place: &Path, facts: &fs::Metadata) -> Result<FileState, ClipError> {
        let content = self.store.ingest(place)?.content;
        Ok(FileState {
            path: path.to_owned(),
            size: facts.len(),
            mtime_ns: nanoseconds(facts.mtime(), facts.mtime_nsec()),
            ctime_ns: nanoseconds(facts.ctime(), facts.ctime_nsec()),
            inode: facts.ino(),
            sha256: content.sha256,
            duration_ms: content.duration_ms,
        })
    }
}

impl FileState {
    /// Whether a file is, by all that the system tells, the one that was read then.
    #[must_use]
    pub fn is_still(&self, facts: &fs::Metadata) -> bool {
        self.size == facts.len()
            && self.mtime_ns == nanoseconds(facts.mtime(), facts.mtime_nsec())
            && self.ctime_ns == nanoseconds(facts.ctime(), facts.ctime_nsec())
            && self.inode == facts.ino()
    }
}

fn nanoseconds(seconds: i64, nanoseconds: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds)
}
