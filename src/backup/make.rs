//! A backup made: copied, proved by opening the copy, and only then given its name.
//!
//! In: the station's settings, a name that is free. Out: the file, durable. It may be made while the station runs: the
//! database is read in one transaction, which holds up no commit. At a kill at any instant nothing bears the name. Blocks
//! for as long as the disk takes. Next: `restore`.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rustix::fs::{FlockOperation, flock, statvfs};

use super::archive::{Archive, check, rename_new};
use super::copies::Copies;
use super::files::{Source, Sources, find};
use super::{
    BackupError, Beside, DESCRIPTION, Description, FORMAT, LOG, OWNERS_ALONE, beside, block_on, folder_of, sync_folder,
};
use crate::calendar::local_date;
use crate::config::Config;
use crate::store::{DATABASE, Head, Log, copy, prove, with_suffix};

/// Where the audio goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Into the file: it is all that is needed.
    Inside,
    /// Into `audio/` beside the file, shared by all copies there. So many bytes of the disk stay free.
    Beside {
        /// Left alone, for the station needs room as well.
        reserve_bytes: u64,
    },
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The file.
    pub path: PathBuf,
    /// Its log's newest row.
    pub head: Head,
    /// Length of the file.
    pub bytes: u64,
    /// Files in it or beside it.
    pub files: usize,
    /// What could not be taken, and why.
    pub left_out: Vec<String>,
}

/// A backup that was carried to another folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The file there.
    pub path: PathBuf,
    /// What beside it could not be carried, and why.
    pub left_out: Vec<String>,
}

/// Makes a backup under a name that is free.
pub fn make(config: &Config, to: &Path, contents: Contents, now: DateTime<Utc>) -> Result<Made, BackupError> {
    let folder = place(to)?;
    let made = make_in(&folder, config, to, contents, now);
    if made.is_err() && contents != Contents::Inside {
        // The failure is what counts; what stays goes with the next copy whose time is over.
        let _ = beside::prune(&folder);
    }
    made
}

/// The same, in a folder that is there.
fn make_in(
    folder: &Path,
    config: &Config,
    to: &Path,
    contents: Contents,
    now: DateTime<Utc>,
) -> Result<Made, BackupError> {
    let sources = find(config).map_err(BackupError::source(&config.path))?;
    make_room(folder, needed(config, &sources, contents))?;
    let part = Part::claim(to)?;
    let name = config.station.on(local_date(config.station.timezone, now)).0.to_owned();
    let (head, station_id, station) = block_on(async {
        let mut log = Log::open(&config.data_dir).await?;
        let before = log.head().await?;
        copy(&config.data_dir, &part.database).await?;
        // The copy must hold what was in the log when it began.
        let head = prove(&part.database, Some(before)).await?;
        let (station_id, _) = Log::of(&part.database).await?.station().await?;
        Ok::<_, BackupError>((head, station_id, name))
    })?;
    let mut left_out = sources.left_out.clone();
    let beside = match contents {
        Contents::Inside => Vec::new(),
        Contents::Beside { reserve_bytes } => {
            let copies = Copies::find(&part.database, &sources, &mut left_out);
            let database = fs::metadata(&part.database).map_or(0, |facts| facts.len());
            copies.keep(folder, database + reserve_bytes, &mut left_out)?
        }
    };
    let zone = config.station.timezone;
    let made_at = now.with_timezone(&zone).fixed_offset();
    let program = env!("CARGO_PKG_VERSION").to_owned();
    let head_text = head.to_string();
    let description = Description { format: FORMAT, program, made_at, station_id, station, head: head_text, beside };
    let members = write(&part, &description, &sources, contents, &mut left_out)?;
    let read_back = check(&part.path)?;
    if read_back != description {
        let why = "it does not say what was written".to_owned();
        return Err(BackupError::Damaged { path: part.path.clone(), why });
    }
    let bytes = fs::metadata(&part.path).map_err(BackupError::write(&part.path))?.len();
    all_there(folder, &description.beside, &HashSet::new())?;
    part.keep_as(to)?;
    Ok(Made { path: to.to_owned(), head, bytes, files: members + description.beside.len(), left_out })
}

/// Copies a backup that has been made into another folder, with what lies beside it, and proves it there. What beside it
/// cannot be read or has changed is left out and told, for one bad sector must not keep the log from being carried; it goes,
/// so that the next backup has it lie there anew.
pub fn copy_to(made: &Path, folder: &Path) -> Result<Carried, BackupError> {
    let to = folder.join(made.file_name().unwrap_or_default());
    place(&to)?;
    let description = super::archive::describe(made)?;
    let theirs = folder_of(made);
    let missing: u64 =
        description.beside.iter().filter(|each| !beside::is_there(folder, each)).map(|each| each.bytes).sum();
    let bytes = fs::metadata(made).map_err(BackupError::source(made))?.len();
    make_room(folder, missing + bytes)?;
    let (mut left_out, mut lacks) = (Vec::new(), HashSet::new());
    for each in &description.beside {
        let from = beside::path_of(&theirs, &each.sha256);
        match beside::put(folder, each, &from) {
            Ok(()) => {}
            Err(error @ (BackupError::Source { .. } | BackupError::Changed(_))) => {
                if matches!(error, BackupError::Changed(_)) {
                    // Rotten, and of use to no copy.
                    let _ = fs::remove_file(&from);
                }
                lacks.insert(each.sha256.as_str());
                left_out.push(format!("`{}`: {error}", each.path));
            }
            Err(error) => return Err(error),
        }
    }
    let part = Part::claim(&to)?;
    let mut file = File::open(made).map_err(BackupError::source(made))?;
    let written = part.open().and_then(|mut written| {
        io::copy(&mut file, &mut written)?;
        written.sync_all()
    });
    written.map_err(BackupError::write(&to))?;
    if check(&part.path)? != description {
        return Err(BackupError::Changed(made.to_owned()));
    }
    all_there(folder, &description.beside, &lacks)?;
    part.keep_as(&to)?;
    Ok(Carried { path: to, left_out })
}

/// Another station that shares the folder may have pruned what no finished copy named.
fn all_there(folder: &Path, beside: &[Beside], lacks: &HashSet<&str>) -> Result<(), BackupError> {
    let gone = |each: &&Beside| !lacks.contains(each.sha256.as_str()) && !beside::is_there(folder, each);
    let gone = beside.iter().find(gone);
    gone.map_or(Ok(()), |each| Err(BackupError::Changed(beside::path_of(folder, &each.sha256))))
}

/// The folder in which a backup may be written under that name.
fn place(to: &Path) -> Result<PathBuf, BackupError> {
    let folder = folder_of(to);
    if !folder.is_dir() {
        return Err(BackupError::NoFolder(folder));
    }
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    Ok(folder)
}

/// How many bytes must be free: the database twice, once to be proved, once in the file.
fn needed(config: &Config, sources: &Sources, contents: Contents) -> u64 {
    let of = |files: &[Source]| files.iter().map(|source| source.bytes).sum::<u64>();
    let database = fs::metadata(config.data_dir.join(DATABASE)).map_or(0, |facts| facts.len());
    let audio = match contents {
        // What has aired is mostly what lies under `audio/` and is taken once.
        Contents::Inside => of(&sources.audio).max(of(&sources.aired)),
        Contents::Beside { reserve_bytes } => reserve_bytes,
    };
    2 * database + of(&sources.texts) + audio
}

pub(super) fn make_room(folder: &Path, needed: u64) -> Result<(), BackupError> {
    let Ok(disk) = statvfs(folder) else { return Ok(()) };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free >= needed {
        return Ok(());
    }
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    Err(BackupError::NoRoom { folder: folder.to_owned(), free_mb: free / 1_000_000, needed_mb: megabytes(needed) })
}

/// Writes all members; answers with their number.
fn write(
    part: &Part,
    description: &Description,
    sources: &Sources,
    contents: Contents,
    left_out: &mut Vec<String>,
) -> Result<usize, BackupError> {
    let file = part.open().map_err(BackupError::write(&part.path))?;
    let mut archive = Archive::new(&part.path, file, description.made_at);
    let text = serde_json::to_string_pretty(description).expect("texts and numbers are always JSON");
    archive.add_text(DESCRIPTION, &text)?;
    let database = File::open(&part.database).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (bytes, database) = database.map_err(BackupError::source(&part.database))?;
    let mut add = |archive: &mut Archive<'_>, source: &Source| match File::open(&source.path) {
        Ok(file) => archive.add(&source.name, source.bytes, file, &source.path).map(drop),
        Err(error) => {
            left_out.push(format!("`{}`: {}", source.path.display(), crate::problem::system::words(&error)));
            Ok(())
        }
    };
    sources.texts.iter().try_for_each(|source| add(&mut archive, source))?;
    archive.add(LOG, bytes, database, &part.database)?;
    if contents == Contents::Inside {
        sources.audio.iter().try_for_each(|source| add(&mut archive, source))?;
        for source in &sources.aired {
            if !archive.holds(source.name.trim_start_matches("data/audio/")) {
                add(&mut archive, source)?;
            }
        }
    }
    let members = archive.len() - 1;
    archive.finish()?;
    Ok(members)
}

/// A backup that is not whole yet; goes when dropped, unless it was kept.
struct Part {
    path: PathBuf,
    /// The copy of the database, until it is in the file.
    database: PathBuf,
    /// Held, so that two programs never write the same file.
    _claim: File,
}

impl Part {
    /// Claims the name. What a killed program left under it goes.
    fn claim(to: &Path) -> Result<Self, BackupError> {
        let [path, database] = [".part", ".part.db"].map(|suffix| with_suffix(to, suffix));
        // It will hold the station's key. What is left of a killed program may be open to everybody; a stick may have no modes.
        let claim = File::options().write(true).create(true).truncate(false).mode(OWNERS_ALONE).open(&path);
        let claim = claim.map_err(BackupError::write(&path))?;
        let _ = claim.set_permissions(fs::Permissions::from_mode(OWNERS_ALONE));
        match flock(&claim, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(BackupError::Busy(to.to_owned())),
            // Some file systems of networks have no locks; there two backups of one name are the user's to avoid.
            Err(error) => tracing::warn!("`{}` cannot be locked: {error}", path.display()),
        }
        let part = Self { path, database, _claim: claim };
        part.clear_database();
        Ok(part)
    }

    fn clear_database(&self) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            // Mostly there is none.
            let _ = fs::remove_file(with_suffix(&self.database, suffix));
        }
    }

    /// The file, empty.
    fn open(&self) -> io::Result<File> {
        File::options().write(true).truncate(true).open(&self.path)
    }

    /// Gives it its name, durably.
    fn keep_as(&self, to: &Path) -> Result<(), BackupError> {
        let named = rename_new(&self.path, to).and_then(|()| sync_folder(&folder_of(to)));
        named.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
            _ => BackupError::Write { path: to.to_owned(), error },
        })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.clear_database();
        // After `keep_as` nothing has this name any more.
        let _ = fs::remove_file(&self.path);
    }
}
