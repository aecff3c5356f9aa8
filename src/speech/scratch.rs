//! A private folder for one run of the engine, gone when it is over.
//!
//! In: the folder in which it may lie. Out: a folder that only this user may enter, removed when it is dropped; what a killed
//! run left behind is removed by the next one. Next: `process`.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::SpeechError;
use crate::problem::system::words;

/// Names of our folders begin so, then the process, then a number.
const PREFIX: &str = "speech-";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// The folder.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Makes one below `parent`, which is made if it is not there.
    pub(super) fn new(parent: &Path) -> Result<Self, SpeechError> {
        let refused = |path: &Path, error: &io::Error| SpeechError::Files(path.display().to_string(), words(error));
        fs::create_dir_all(parent).map_err(|error| refused(parent, &error))?;
        sweep(parent);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
        // One of that name is from an earlier process of that number, and dead.
        drop(fs::remove_dir_all(&path));
        DirBuilder::new().mode(0o700).create(&path).map_err(|error| refused(&path, &error))?;
        // The engine is run inside it: its files need whole paths.
        let whole = fs::canonicalize(&path).map_err(|error| refused(&path, &error))?;
        Ok(Self(whole))
    }

    /// Where it is, as a whole path.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!("cannot remove `{}`: {error}", self.0.display());
        }
    }
}

/// Removes the folders of processes that are no more.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split_once('-')?.0.parse::<u32>().ok());
        let dead = process.is_some_and(|process| !Path::new(&format!("/proc/{process}")).exists());
        if dead {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}
