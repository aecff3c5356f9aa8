//! A copy in the making: hashed while it is copied, durable before it has its name, gone if it is given up.
//!
//! In: an open file. Out: its hash, and a read-only copy under a final name. Must never leave half a file under such a name;
//! what a death leaves under another one goes with the next sweep. Next: `content`.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::content::hex;
use super::error::{ClipError, words};

/// Read and written at a time: large enough that system calls cost nothing, small enough for a small board.
const PORTION: usize = 128 * 1024;

/// What copies begin with until they are whole.
pub(super) const UNFINISHED: &str = "unfinished-";

/// Tells apart the copies that this process makes at the same time.
static COPIES: AtomicU64 = AtomicU64::new(0);

/// A copy in the making; goes when dropped, unless it was kept.
pub(super) struct Unfinished {
    pub(super) path: PathBuf,
    pub(super) file: File,
}

impl Unfinished {
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{UNFINISHED}{}-{number}", std::process::id()));
        // Truncated rather than refused: what an earlier process of that number left is of no use to anybody.
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        Ok(Self { path, file })
    }

    /// Makes it durable under its final name. The name is on disk before this returns, so a row may name it.
    pub(super) fn keep_as(&mut self, place: &Path) -> io::Result<()> {
        self.file.set_permissions(Permissions::from_mode(0o444))?;
        self.file.sync_all()?;
        fs::rename(&self.path, place)?;
        File::open(place.parent().unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After `keep_as` nothing has this name any more; a failure leaves a file for the next sweep.
        let _ = fs::remove_file(&self.path);
    }
}

/// On which side copying failed.
#[derive(Debug)]
pub(super) enum CopyFault {
    Read(io::Error),
    Write(io::Error),
}

impl From<CopyFault> for ClipError {
    fn from(fault: CopyFault) -> Self {
        match fault {
            CopyFault::Read(error) => error.into(),
            CopyFault::Write(error) => not_stored(&error),
        }
    }
}

/// Copies all of a file; answers with the hash of what was copied and the number of bytes.
pub(super) fn copy(from: &mut File, to: &mut impl Write) -> Result<(String, u64), CopyFault> {
    let mut hash = Sha256::new();
    let mut portion = vec![0; PORTION];
    let mut bytes = 0;
    loop {
        let read = match from.read(&mut portion) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyFault::Read(error)),
        };
        hash.update(&portion[..read]);
        to.write_all(&portion[..read]).map_err(CopyFault::Write)?;
        bytes += read as u64;
    }
    Ok((hex(&hash.finalize()), bytes))
}

pub(super) fn not_stored(error: &io::Error) -> ClipError {
    ClipError::Unreadable(format!("the content store does not take it: {}", words(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with room for so many bytes.
    struct Disk(usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| io::Error::from_raw_os_error(libc::ENOSPC))?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_named_and_the_copy_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.wav");
        fs::write(&path, vec![1; 3 * PORTION]).unwrap();
        let error = ClipError::from(copy(&mut File::open(&path).unwrap(), &mut Disk(2 * PORTION)).unwrap_err());
        assert_eq!(error.to_string(), "cannot be read: the content store does not take it: no space left on device");
        drop(Unfinished::create(folder.path()).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
