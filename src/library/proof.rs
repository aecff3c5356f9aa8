//! Takes a file in that proves something: any bytes, hashed and durable in the content store, or nothing.
//!
//! In: a path that a person named. Out: its hash and length. Nothing is decoded, since a picture or a scan is as welcome as a
//! recording; what is stored is what was hashed, for the copy is hashed once more while it is written. Streams. Next:
//! `content`.

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::Path;

use super::content::{ContentStore, is_changed};
use super::error::{ClipError, words};
use super::source;
use super::unfinished::{CopyFault, copy};
use crate::activity::Unfiled;

/// A file that has been taken in. Nothing sweeps its content as long as this lives: to be dropped when the database names it.
#[derive(Debug)]
pub struct Kept {
    /// Its hash, lower-case hex.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Whether the store did not have these bytes yet.
    pub new: bool,
    _unswept: File,
}

/// Looks whether a file would be taken, without reading it: so that everything that is wrong comes out before anything is kept.
pub fn glance(path: &Path, most_bytes: u64) -> Result<(), Unfiled> {
    open(path, most_bytes).map(drop)
}

/// Takes a file of up to so many bytes in. Whatever goes wrong, nothing of a new content stays.
pub fn keep(store: &ContentStore, path: &Path, most_bytes: u64) -> Result<Kept, Unfiled> {
    let (mut file, bytes) = open(path, most_bytes)?;
    let before = file.metadata().map_err(ClipError::from)?;
    let hashed = copy(&mut file, &mut io::sink())?;
    if hashed.1 != bytes || is_changed(&before, &file.metadata().map_err(ClipError::from)?) {
        return Err(Unfiled::Changed);
    }
    let unswept = store.held_open().map_err(|error| not_stored(&error))?;
    let sha256 = &hashed.0;
    store.spare(sha256);
    let place = store.place_of(sha256);
    let known = File::open(&place).is_ok_and(|mut there| store.expect(sha256, &mut there).is_ok());
    if !known {
        let mut copied = store.begin().map_err(|error| not_stored(&error))?;
        file.rewind().map_err(ClipError::from)?;
        if copy(&mut file, &mut copied.file)? != hashed {
            return Err(Unfiled::Changed);
        }
        copied.keep_as(&place).map_err(|error| not_stored(&error))?;
    }
    Ok(Kept { sha256: hashed.0, bytes, new: !known, _unswept: unswept })
}

fn open(path: &Path, most_bytes: u64) -> Result<(File, u64), Unfiled> {
    let (file, bytes) = source::open(path)?;
    match bytes {
        0 => Err(Unfiled::Empty),
        bytes if bytes > most_bytes => Err(Unfiled::TooLarge(bytes, most_bytes)),
        bytes => Ok((file, bytes)),
    }
}

impl From<ClipError> for Unfiled {
    fn from(fault: ClipError) -> Self {
        match fault {
            ClipError::Missing => Self::Missing,
            ClipError::IsFolder => Self::IsFolder,
            // Opening a file says this of nothing else.
            ClipError::Undecodable(_) => Self::NotAFile,
            ClipError::Unreadable(why) | ClipError::Damaged(why) | ClipError::Spoilt(why) => Self::Unreadable(why),
        }
    }
}

impl From<CopyFault> for Unfiled {
    fn from(fault: CopyFault) -> Self {
        match fault {
            CopyFault::Read(error) => ClipError::from(error).into(),
            CopyFault::Write(error) => not_stored(&error),
        }
    }
}

fn not_stored(error: &io::Error) -> Unfiled {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Unfiled::DiskFull,
        _ => Unfiled::NotStored(words(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::fs;

    use super::*;

    #[test]
    fn any_bytes_are_kept_once_and_are_not_swept_before_they_have_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let store = ContentStore::open(&folder.path().join("store")).unwrap();
        let path = folder.path().join("ảnh.jpg");
        fs::write(&path, b"\0\xff no audio").unwrap();
        let kept = keep(&store, &path, 100).unwrap();
        assert_eq!((kept.bytes, kept.new), (11, true));
        assert_eq!(fs::read(store.path_of(&kept.sha256)).unwrap(), b"\0\xff no audio");
        assert!(!keep(&store, &path, 100).unwrap().new);
        // Another program that sweeps must wait as long as this one holds it.
        let lock = File::open(folder.path().join("store")).unwrap();
        assert!(lock.try_lock().is_err());
        let sha256 = kept.sha256.clone();
        drop(kept);
        let other = ContentStore::open(&folder.path().join("store")).unwrap();
        assert_eq!(other.sweep(&other.alone().unwrap(), &HashSet::new()).unwrap(), 1);
        // What lost its bytes is put there anew.
        assert!(keep(&other, &path, 100).unwrap().new && other.path_of(&sha256).is_file());
    }

    #[test]
    fn what_proves_nothing_or_too_much_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let store = ContentStore::open(&folder.path().join("store")).unwrap();
        let of = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            keep(&store, &path, 3).map(|kept| kept.bytes)
        };
        assert_eq!((of("a", b""), of("b", b"abc")), (Err(Unfiled::Empty), Ok(3)));
        assert_eq!(of("c", b"abcd"), Err(Unfiled::TooLarge(4, 3)));
        assert_eq!(glance(folder.path(), 3), Err(Unfiled::IsFolder));
        assert_eq!(glance(&folder.path().join("gone"), 3), Err(Unfiled::Missing));
        assert_eq!(glance(Path::new("/dev/null"), 3), Err(Unfiled::NotAFile));
        assert_eq!(store.names().unwrap().len(), 1);
    }
}
