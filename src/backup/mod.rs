//! Backups: a whole station in one file, from which it airs again and its log is proved again.
//!
//! In: the station's settings, while it runs or not. Out: a tar file that any tool can open: what it is, settings,
//! schedules, the database as of one instant, audio, and last the SHA-256 of all of it. Under its own name a file is whole
//! and proved; before that it is called `.part`. A copy made every night leaves the audio beside it, in a folder that all
//! copies share. Must never replace or remove what it did not make. Next: `make`, then `restore`.

mod alarm; // what is wrong with the backups, in words (pure)
mod archive; // the tar file: written with its sums, read with proof
mod beside; // audio that copies of one folder share
mod contents; // what the store lacks after that, put back
mod copies; // which audio is to lie there, and its room
mod files; // what belongs to a station
mod make; // a backup made
mod keep; // copies kept in turn
mod owner; // whose a restored station is
mod restore; // a station brought back
pub mod rotation; // when a copy is due, and which ones go (pure)

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::problem::system::{refusal, words};
use crate::store::{CopyError, Head, OpenError, ReadError};

pub use self::alarm::BackupAlarm;
pub use self::archive::check;
pub(crate) use self::archive::rename_new;
pub use self::keep::{clear, names, rotate};
pub use self::make::{Carried, Contents, Made, copy_to, make};
pub use self::restore::{Restored, Target, restore};

/// The form of backups that this program writes and reads.
const FORMAT: u32 = 1;
/// First in the file: what it is.
const DESCRIPTION: &str = "loa-backup.json";
/// Last in the file: what it holds, in the form of `sha256sum`.
const SUMS: &str = "SHA256SUMS";
/// The settings, whatever their file is called.
const SETTINGS: &str = "loa.toml";
/// The database.
const LOG: &str = "data/loa.db";
/// The station's key, which nobody else may read wherever it lies.
const SECRET: &str = "data/station.key";
/// For its owner alone.
const OWNERS_ALONE: u32 = 0o600;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// The form of backups: 1.
    pub format: u32,
    /// Version of the program that made it.
    pub program: String,
    /// When, by the clock of that machine.
    pub made_at: DateTime<FixedOffset>,
    /// The station's id, made at its first start.
    pub station_id: String,
    /// The station's name.
    pub station: String,
    /// The newest row, `SEQ:HASH`.
    pub head: String,
    /// Audio that is not in the file but beside it, in `audio/`, under its SHA-256.
    pub beside: Vec<Beside>,
}

/// One file that lies beside a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// Where it belongs.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its content, and its name beside the backup.
    pub sha256: String,
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A backup is never replaced.
    #[error("`{}` is there already; a backup replaces nothing: name another file", .0.display())]
    Exists(PathBuf),
    /// Another one is writing to the same name.
    #[error("another `loa backup` is writing `{}`", .0.display())]
    Busy(PathBuf),
    /// The folder for it is not there.
    #[error("the folder `{}` is not there; a backup makes no folder, since a stick that is not plugged in must not fill the disk", .0.display())]
    NoFolder(PathBuf),
    /// It would not fit.
    #[error("`{}` has {free_mb} MB free, {needed_mb} MB are needed; make room or name another disk", .folder.display())]
    NoRoom {
        /// Where.
        folder: PathBuf,
        /// What is free there, megabytes of 1,000,000 bytes.
        free_mb: u64,
        /// What it takes.
        needed_mb: u64,
    },
    /// Something of the station cannot be read.
    #[error("cannot read `{}`: {}", .path.display(), words(.error))]
    Source {
        /// What.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Something changed while it was copied.
    #[error("`{}` changed while it was copied; try again when nobody writes to it", .0.display())]
    Changed(PathBuf),
    /// A file or folder cannot be written.
    #[error("cannot write `{}`: {}", .path.display(), refusal(.error))]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file is no backup, or only the beginning of one.
    #[error("`{}` is no whole backup of this program: {why}", .path.display())]
    NotABackup {
        /// Which file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// The file has changed since it was made.
    #[error("`{}` is damaged: {why}; nothing was restored from it, use another copy", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// A station works in the data folder.
    #[error("a station is running in `{}`; stop it first", .0.display())]
    Running(PathBuf),
    /// The settings of the backup name a data folder elsewhere, and there is a log in it.
    #[error(
        "the settings in the backup keep their data in `{}`, and there is a log already: restore without DIR on the machine \
         that has lost its data, or move that folder away",
        .0.display()
    )]
    Elsewhere(PathBuf),
    /// The log that is there has rows that the backup has not.
    #[error("{}; with `--replace` it is kept aside as a file and the older one takes its place", newer(.path, .present, .backup, *.same))]
    Newer {
        /// The database that is there.
        path: PathBuf,
        /// Its newest row.
        present: Head,
        /// The newest row of the backup.
        backup: Head,
        /// Whether both are one chain.
        same: bool,
    },
    /// The database.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The log.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The restored log does not take its note.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The restored log does not take its note.
    #[error("the log is restored but took no note of it: {0}")]
    NoNote(String),
}

fn newer(path: &Path, present: &Head, backup: &Head, same: bool) -> String {
    let path = path.display();
    if same {
        let (from, to) = (backup.seq + 1, present.seq);
        format!("`{path}` has the rows {from} to {to}, which the backup has not")
    } else {
        format!("`{path}` is another log (head {present}) than that of the backup (head {backup})")
    }
}

impl BackupError {
    fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |error| Self::Write { path: path.to_owned(), error }
    }

    fn source(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |error| Self::Source { path: path.to_owned(), error }
    }

    /// Whether what was typed is the reason.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        matches!(self, Self::Exists(_) | Self::NoFolder(_) | Self::NotABackup { .. } | Self::Elsewhere(_))
    }
}

/// The folder in which a file stands, such that it can be opened.
fn folder_of(path: &Path) -> PathBuf {
    let folder = crate::config::folder_of(path);
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Gives what root has made of a data folder to the owner of the station's folder. Does nothing for others than root.
pub(crate) fn hand_over(folder: &Path, data_dir: &Path) {
    owner::hand_over_up_to(folder, data_dir);
    owner::hand_over_all(data_dir);
}

/// Runs what asks the database, on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime without threads needs nothing but descriptors").block_on(future)
}
