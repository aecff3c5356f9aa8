//! Audio that the copies in one folder share: `audio/` beside them, each content once, under its SHA-256.
//!
//! In: contents of the station. Out: the same beside the copies, by a link where the file system has both, else copied and
//! proved. A content goes when no copy in the folder names it any more, of whichever station; as long as one copy cannot
//! be read, none goes. Next: `rotation`.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::archive::{Hashing, describe, rename_new};
use super::{BackupError, Beside, rotation};
use crate::problem::system::words;
use crate::store::with_suffix;

/// Name of the shared folder.
const AUDIO: &str = "audio";

/// Where a content lies, or would.
pub(super) fn path_of(folder: &Path, sha256: &str) -> PathBuf {
    folder.join(AUDIO).join(sha256)
}

/// Whether it lies there, as far as its length tells.
pub(super) fn is_there(folder: &Path, each: &Beside) -> bool {
    fs::metadata(path_of(folder, &each.sha256)).is_ok_and(|facts| facts.len() == each.bytes)
}

/// The hash of a file, or why there is none.
pub(super) fn hash(path: &Path) -> Result<String, String> {
    let mut reader = Hashing::new(File::open(path).map_err(|error| words(&error))?);
    io::copy(&mut reader, &mut io::sink()).map_err(|error| words(&error))?;
    Ok(reader.hash())
}

/// Has a content lie beside the copies of a folder; durable when this returns.
pub(super) fn put(folder: &Path, each: &Beside, from: &Path) -> Result<(), BackupError> {
    if is_there(folder, each) {
        return Ok(());
    }
    let place = path_of(folder, &each.sha256);
    let shared = folder.join(AUDIO);
    fs::create_dir_all(&shared).map_err(BackupError::write(&shared))?;
    // One of another length was cut off by a dying stick: what is there is of no use.
    let part = with_suffix(&place, ".part");
    for useless in [&place, &part] {
        let _ = fs::remove_file(useless);
    }
    if !(is_content(each, from) && fs::hard_link(from, &part).is_ok()) {
        copy(from, &part, &each.sha256)?;
    }
    let named = rename_new(&part, &place).and_then(|()| super::sync_folder(&shared));
    named.map_err(BackupError::write(&place))
}

/// Whether a file is one that never changes, of the content store or beside other copies: nothing else may be shared by a
/// link.
pub(super) fn is_content(each: &Beside, from: &Path) -> bool {
    from.file_name().is_some_and(|name| *name == *each.sha256)
}

fn copy(from: &Path, part: &Path, sha256: &str) -> Result<(), BackupError> {
    let mut reader = Hashing::new(File::open(from).map_err(BackupError::source(from))?);
    let written = File::create(part).and_then(|mut file| {
        io::copy(&mut reader, &mut file)?;
        file.sync_all()
    });
    let failed = reader.failed.is_some();
    if let Err(error) = written {
        let _ = fs::remove_file(part);
        let from_or_part = if failed { BackupError::source(from)(error) } else { BackupError::write(part)(error) };
        return Err(from_or_part);
    }
    if reader.hash() != sha256 {
        let _ = fs::remove_file(part);
        return Err(BackupError::Changed(from.to_owned()));
    }
    Ok(())
}

/// Removes shared contents that no copy of the folder names; answers with how many went.
pub(super) fn prune(folder: &Path) -> Result<usize, BackupError> {
    let mut named = HashSet::new();
    for entry in fs::read_dir(folder).map_err(BackupError::source(folder))? {
        let path = entry.map_err(BackupError::source(folder))?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(rotation::is_a_copy) {
            named.extend(describe(&path)?.beside.into_iter().map(|each| each.sha256));
        }
    }
    let shared = folder.join(AUDIO);
    let Ok(entries) = fs::read_dir(&shared) else { return Ok(0) };
    let mut removed = 0;
    for entry in entries {
        let entry = entry.map_err(BackupError::source(&shared))?;
        let name = entry.file_name();
        let hash = name.to_str().map(|name| name.strip_suffix(".part").unwrap_or(name)).filter(|hash| is_hash(hash));
        if hash.is_some_and(|hash| !named.contains(hash)) {
            fs::remove_file(entry.path()).map_err(BackupError::write(&entry.path()))?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Whether a name is one that only this program gives.
fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
