//! Audio held in memory, for when the disk takes none: an emergency must not wait for somebody to make room.
//!
//! In: a file. Out: its bytes under their hash, behind open handles, until the program ends. Bounded: small files, and only
//! the newest few. Must never stand in for a copy that can be stored. Next: `content`, which asks here last.

use std::collections::VecDeque;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{MemfdFlags, memfd_create};

use super::content::copy;
use super::error::{ClipError, words};
use super::source;

/// Some 45 minutes of an MP3; a small board has memory for a few of them.
const LARGEST: u64 = 64 << 20;

/// An emergency, the one before it, and what they cut.
const KEPT: usize = 4;

/// The newest few files that could not be stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Spare(Arc<Mutex<VecDeque<(String, File)>>>);

impl Spare {
    /// Holds a file's bytes; answers with their hash.
    pub(super) fn take_in(&self, path: &Path) -> Result<String, ClipError> {
        let (mut file, length) = source::open(path)?;
        if length > LARGEST {
            return Err(ClipError::Unreadable(format!("{length} bytes; {LARGEST} fit into memory")));
        }
        let memory = memfd_create("loa-audio", MemfdFlags::CLOEXEC);
        let mut memory = File::from(memory.map_err(|error| ClipError::Unreadable(words(&error.into())))?);
        let (sha256, _) = copy(&mut file, &mut memory)?;
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|(known, _)| *known != sha256);
        held.push_back((sha256.clone(), memory));
        if held.len() > KEPT {
            held.pop_front();
        }
        Ok(sha256)
    }

    /// A handle of its own to the bytes of that hash, and how many they are.
    pub(super) fn open(&self, sha256: &str) -> Result<(File, u64), ClipError> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, memory) = held.iter().find(|(known, _)| known == sha256).ok_or(ClipError::Missing)?;
        // Opened anew rather than duplicated: a duplicate shares its place in the file.
        source::open(Path::new(&format!("/proc/self/fd/{}", memory.as_raw_fd())))
    }
}
