//! Files that prove an activity: photographs, minutes, screenshots, of any kind.
//!
//! In: nothing; these are the nouns that content store, register and report share. Out: what is kept of a file, and why one is
//! not taken. Nobody looks into the bytes: what a picture shows is for people to judge. Pure. Next: `checks`.

use serde::{Deserialize, Serialize};

/// A file that proves something, kept by its hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Proof {
    /// What it was called, NFC.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: i64,
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfiled {
    /// There is nothing of that name.
    Missing,
    /// A folder has that name.
    IsFolder,
    /// A pipe, a socket or a device.
    NotAFile,
    /// It has no bytes, and proves nothing.
    Empty,
    /// More bytes than are taken: found, at most.
    TooLarge(u64, u64),
    /// It was written to while it was read.
    Changed,
    /// The operating system's words.
    Unreadable(String),
    /// The disk of the data folder is full.
    DiskFull,
    /// The content store does not take it: the operating system's words.
    NotStored(String),
}

impl Unfiled {
    /// Whether it was the file that was wrong, and not the disk.
    #[must_use]
    pub const fn is_input(&self) -> bool {
        !matches!(self, Self::DiskFull | Self::NotStored(_))
    }
}
