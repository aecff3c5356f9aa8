//! A backup made because a person asks for it, and the copies that lie in a folder.
//!
//! In: the settings, a folder. Out: a proved file under a name of its own, and meanwhile how far it is. In the folder of the
//! nightly copies it is one of them, kept in turn as they are; anywhere else it is whole in itself and never removed. Copying
//! has the lowest priority: what airs must not feel it. Must never replace a file. Next: `backup`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, Utc};

use crate::backup::{self, BackupError, Contents, Made, rotation};
use crate::calendar::with_offset;
use crate::clock::Clock;
use crate::config::Config;
use crate::folder::make_shared;
use crate::library::beside_the_air;
use crate::store::Log;

/// Least important of all that runs.
const NICENESS: i32 = 19;

/// Before the time in the name of a copy that a person asked for.
const ASKED: &str = "sao-luu-";

/// Copies of a folder that are listed at most.
const MOST_LISTED: usize = 200;

/// Where a copy is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// To the nightly copies.
    Nightly,
    /// To this folder, which must be there: all in one file.
    Folder(PathBuf),
}

/// How far a copy is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Progress {
    /// None was asked for since the start of the program.
    #[default]
    None,
    /// It is being made.
    Making {
        /// The file that it will be.
        to: PathBuf,
        /// Since when.
        since: DateTime<FixedOffset>,
    },
    /// It was made and proved.
    Made {
        /// What.
        made: Made,
        /// When.
        at: DateTime<FixedOffset>,
    },
    /// It was not made.
    Failed {
        /// What it would have been.
        to: PathBuf,
        /// Why, in the words of `loa backup`.
        why: String,
        /// When.
        at: DateTime<FixedOffset>,
    },
}

/// The copy that a person asked for last; one at a time.
#[derive(Debug, Clone, Default)]
pub struct Copier(Arc<Mutex<Progress>>);

/// Why no copy is begun.
#[derive(Debug, thiserror::Error)]
pub enum NotBegun {
    /// One is being made.
    #[error("a copy is being made already")]
    Busy,
    /// The station has no log yet.
    #[error("there is no log yet that could be copied: {0}")]
    NoLog(String),
    /// There is no such folder, or it may not be written.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The system has no thread for it.
    #[error("cannot start a thread: {0}")]
    NoThread(std::io::Error),
}

/// A copy in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Its name.
    pub name: String,
    /// When it was written, by the clock of then.
    pub at: DateTime<Utc>,
    /// Its length; what lies beside it is not counted.
    pub bytes: u64,
}

impl Copier {
    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, progress: Progress) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }

    /// Begins a copy on a thread of its own; answers with the file that it will be.
    pub fn begin(&self, config: &Config, wish: &Wish, clock: &Clock) -> Result<PathBuf, NotBegun> {
        let now = clock.now().wall;
        let since = with_offset(config.station.timezone, now);
        let asked = backup::block_on(async { Log::open(&config.data_dir).await?.station().await });
        let (station_id, _) = asked.map_err(|error| NotBegun::NoLog(error.to_string()))?;
        let (to, contents) = target(config, wish, &station_id, now)?;
        {
            let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(*progress, Progress::Making { .. }) {
                return Err(NotBegun::Busy);
            }
            *progress = Progress::Making { to: to.clone(), since };
        }
        let (copier, config, clock, file) = (self.clone(), config.clone(), clock.clone(), to.clone());
        let work = move || {
            beside_the_air();
            if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
                tracing::warn!("a copy is made with the priority of the page: {error}");
            }
            // Should it panic, the next one may be tried all the same.
            let end = End { copier: &copier, to: &file, at: since };
            let made = backup::make(&config, &file, contents, now);
            if let (Ok(made), Contents::Beside { .. }) = (&made, contents)
                && let Err(error) = backup::rotate(&made.path, &station_id, config.backup.keep)
            {
                tracing::warn!("copies whose time is over stay: {error}");
            }
            let at = with_offset(config.station.timezone, clock.now().wall);
            copier.set(match made {
                Ok(made) => Progress::Made { made, at },
                Err(error) => Progress::Failed { to: file.clone(), why: error.to_string(), at },
            });
            drop(end);
        };
        match std::thread::Builder::new().name("copy".into()).spawn(work) {
            Ok(_) => Ok(to),
            Err(error) => {
                self.set(Progress::None);
                Err(NotBegun::NoThread(error))
            }
        }
    }

    /// Bytes that the copy under way has on the disk by now.
    #[must_use]
    pub fn written_bytes(&self) -> u64 {
        let Progress::Making { to, .. } = self.progress() else { return 0 };
        let of = |suffix: &str| {
            let name = format!("{}{suffix}", to.file_name().unwrap_or_default().to_string_lossy());
            fs::metadata(to.with_file_name(name)).map_or(0, |facts| facts.len())
        };
        of(".part") + of(".part.db")
    }
}

/// Says that a copy failed if its thread ends without a word.
struct End<'a> {
    copier: &'a Copier,
    to: &'a Path,
    at: DateTime<FixedOffset>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let why = "the program failed at it".to_owned();
            self.copier.set(Progress::Failed { to: self.to.to_owned(), why, at: self.at });
        }
    }
}

fn target(
    config: &Config,
    wish: &Wish,
    station_id: &str,
    now: DateTime<Utc>,
) -> Result<(PathBuf, Contents), BackupError> {
    match wish {
        Wish::Nightly => {
            let folder = nightly_folder(config);
            if config.backup.folder.as_ref().is_none_or(|folder| folder.starts_with(&config.data_dir)) {
                make_shared(&folder).map_err(|error| BackupError::Write { path: folder.clone(), error })?;
            }
            let reserve_bytes = u64::from(config.disk.warn_free_mb) * 1_000_000;
            Ok((folder.join(rotation::name(station_id, now)), Contents::Beside { reserve_bytes }))
        }
        Wish::Folder(folder) => {
            if !folder.is_dir() {
                return Err(BackupError::NoFolder(folder.clone()));
            }
            let local = with_offset(config.station.timezone, now);
            Ok((folder.join(format!("{ASKED}{}.tar", local.format("%Y%m%d-%H%M%S"))), Contents::Inside))
        }
    }
}

/// Where the nightly copies lie, as a person finds it from wherever he stands.
#[must_use]
pub fn nightly_folder(config: &Config) -> PathBuf {
    let folder = config.backup.folder.clone().unwrap_or_else(|| config.data_dir.join("backups"));
    std::path::absolute(&folder).unwrap_or(folder)
}

/// The copies in a folder, newest first; none if it cannot be read.
#[must_use]
pub fn copies(folder: &Path) -> Vec<Copy> {
    let is_ours = |name: &str| {
        let asked = || {
            name.strip_prefix(ASKED).is_some_and(|_| Path::new(name).extension().is_some_and(|ending| ending == "tar"))
        };
        rotation::is_a_copy(name) || asked()
    };
    let copy = |name: String| {
        let facts = fs::metadata(folder.join(&name)).ok()?;
        let at = facts.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(Copy { at: DateTime::from_timestamp(at.as_secs() as i64, 0)?, bytes: facts.len(), name })
    };
    let names = backup::names(folder).into_iter().filter(|name| is_ours(name));
    let mut found: Vec<_> = names.filter_map(copy).collect();
    found.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| other.name.cmp(&one.name)));
    found.truncate(MOST_LISTED);
    found
}
