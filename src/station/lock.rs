//! One station per data folder.
//!
//! In: the folder. Out: a lock that the kernel lets go of when the process ends, however it ends; so a power cut leaves
//! nothing that would have to be cleared away by hand. Next: `open`.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// File name of the lock in the data folder.
const LOCK: &str = "loa.lock";

/// Held as long as the station lives.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock. `Ok(None)`: another station holds it.
    pub(crate) fn take(data_dir: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new().create(true).append(true).open(data_dir.join(LOCK))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
