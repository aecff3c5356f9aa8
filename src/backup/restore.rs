//! A station brought back from a backup: proved first, then put where nothing is, never over what is there.
//!
//! In: a backup, the folder of a station that may be lost or only damaged. Out: settings, schedules, audio that were missing,
//! and the log, whose chain goes on with a note that names the backup. What the database knew and the backup does not is
//! told; a database that knows more is not given up unless that was asked for, and even then it stays as a file. Next: `cli`.

use std::fs::{self, File};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::archive::{check, is_of_station, put_new, put_new_as, rename_new, sums, walk};
use super::contents::{is_itself, put_contents};
use super::{BackupError, Description, LOG, OWNERS_ALONE, SECRET, SETTINGS, beside, block_on, owner, sync_folder};
use crate::airing::{Airing, AiringId, ClockState, Kind, OutputKind};
use crate::clock::Clock;
use crate::config::{Config, data_dir_named, data_dir_of, folder_of};
use crate::desk::Record;
use crate::signing::{Fingerprint, KEY, KeyError, StationKey};
use crate::station::{Lock, boot_id};
use crate::store::{
    DATABASE, Head, Log, ReadError, SPILL, Store, free_name, prove, set_journals_aside, settle_journal, with_suffix,
};

/// How long the restored log may take for its note; it is a database that nobody else uses.
const NOTE_WITHIN: TimeDelta = TimeDelta::seconds(20);

/// Where a backup goes.
#[derive(Debug, Clone)]
pub struct Target {
    /// The station's settings, there or not; the rest lies around them.
    pub settings: PathBuf,
    /// The folder was named: nothing outside it may be touched that holds a log.
    pub is_named: bool,
    /// Give up a log that knows more than the backup.
    pub replace: bool,
    /// Who does it.
    pub by: String,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Of which station, when.
    pub description: Description,
    /// The log's newest row: the note on this restoration.
    pub head: Head,
    /// Where the log is.
    pub database: PathBuf,
    /// Where the database that was there is kept.
    pub kept_aside: Option<PathBuf>,
    /// The key that was there, under its new name, and its fingerprint, if it was readable; the backup's has its place.
    pub key_aside: Option<(PathBuf, Option<Fingerprint>)>,
    /// The fingerprint of the key by which the station signs now.
    pub key: Option<Fingerprint>,
    /// Files that were missing and are there again.
    pub put_back: usize,
    /// Files that are there already and differ from those in the backup, or are of the same length at least.
    pub left_alone: usize,
    /// Audio that is neither in the backup nor beside it as it was.
    pub missing: Vec<String>,
}

/// Restores a station. Nothing is touched before the whole backup has been read and proved.
pub fn restore(from: &Path, target: &Target, clock: &Clock) -> Result<Restored, BackupError> {
    let description = check(from)?;
    let head: Head = description.head.parse().map_err(|why| BackupError::NotABackup { path: from.to_owned(), why })?;
    let folder = folder_of(&target.settings);
    let data_dir = data_dir(from, target, &folder)?;
    let is_new = !data_dir.exists();
    fs::create_dir_all(&data_dir).map_err(BackupError::write(&data_dir))?;
    if is_new {
        owner::hand_over_up_to(&folder, &data_dir);
    }
    let restored = restore_into(&data_dir, from, target, description, &head, clock);
    // Also when nothing was restored: a lock of root's keeps the station from starting.
    owner::hand_over_all(&data_dir);
    restored
}

/// The same, as soon as it is known where to.
fn restore_into(
    data_dir: &Path,
    from: &Path,
    target: &Target,
    description: Description,
    head: &Head,
    clock: &Clock,
) -> Result<Restored, BackupError> {
    let folder = folder_of(&target.settings);
    let lock = Lock::take(data_dir).map_err(BackupError::write(data_dir))?;
    let _lock = lock.ok_or_else(|| BackupError::Running(data_dir.to_owned()))?;
    let database = data_dir.join(DATABASE);
    let coming = Coming::extract(from, &database)?;
    if block_on(prove(&coming.0, Some(head.clone())))? != *head {
        let why = "its log does not end where it says".to_owned();
        return Err(BackupError::Damaged { path: from.to_owned(), why });
    }
    let present = block_on(known_better(&database, &coming.0, head, target.replace))?;
    let now = clock.now();
    let key_aside = set_key_aside(from, data_dir, now.wall)?;
    let mut files = put_files(from, target, data_dir)?;
    put_beside(from, &description, &folder, data_dir, &mut files)?;
    put_contents(from, &description, &coming.0, data_dir, &mut files)?;
    let kept_aside = swap(&coming, &database, now.wall)?;
    if present.as_ref().is_some_and(|present| !present.is_same_log) {
        // What waited to be written into another log does not belong into this one.
        let spill = data_dir.join(SPILL);
        match fs::rename(&spill, free_name(&spill, "replaced", now.wall)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(BackupError::Write { path: spill, error });
            }
            _ => {}
        }
    }
    let aside = kept_aside.as_deref().zip(present.map(|present| present.head));
    let note = note(from, &description, aside, target, &now);
    let head = block_on(go_on(data_dir, clock, note, &description, head))?;
    let Files { put_back, left_alone, missing } = files;
    let key = StationKey::read(data_dir).ok().flatten().map(|key| key.public().fingerprint());
    Ok(Restored { description, head, database, kept_aside, key_aside, key, put_back, left_alone, missing })
}

/// The data folder, as the settings that are there say, else those of the backup.
fn data_dir(from: &Path, target: &Target, folder: &Path) -> Result<PathBuf, BackupError> {
    if target.settings.symlink_metadata().is_ok() {
        return Ok(data_dir_of(&target.settings));
    }
    let mut text = Vec::new();
    walk(from, |name, _, reader| {
        if name != SETTINGS {
            return Ok(ControlFlow::Continue(()));
        }
        reader.read_to_end(&mut text).map_err(BackupError::source(from))?;
        Ok(ControlFlow::Break(()))
    })?;
    let data_dir = data_dir_named(&text, folder);
    if target.is_named && !data_dir.starts_with(folder) && data_dir.join(DATABASE).symlink_metadata().is_ok() {
        return Err(BackupError::Elsewhere(data_dir));
    }
    Ok(data_dir)
}

/// The database of the backup beside the one that is there; goes when dropped.
struct Coming(PathBuf);

impl Coming {
    fn extract(from: &Path, database: &Path) -> Result<Self, BackupError> {
        let coming = Self(with_suffix(database, ".restoring"));
        // What a restoration that was killed has left.
        let _ = fs::remove_file(&coming.0);
        walk(from, |name, _, reader| {
            if name != LOG {
                return Ok(ControlFlow::Continue(()));
            }
            put_new(&coming.0, reader).map_err(BackupError::write(&coming.0))?;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(coming)
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        // After the swap nothing has this name any more.
        let _ = fs::remove_file(&self.0);
    }
}

/// Makes room for the backup's key: a log goes on under the key by which its station is known. One that is the same stays;
/// another one is kept beside it, since it may have signed something.
fn set_key_aside(
    from: &Path,
    data_dir: &Path,
    now: DateTime<Utc>,
) -> Result<Option<(PathBuf, Option<Fingerprint>)>, BackupError> {
    let place = data_dir.join(KEY);
    if place.symlink_metadata().is_err() {
        return Ok(None);
    }
    let mut coming = None;
    walk(from, |name, _, reader| {
        if name != SECRET {
            return Ok(ControlFlow::Continue(()));
        }
        let mut text = String::new();
        reader.read_to_string(&mut text).map_err(BackupError::source(from))?;
        coming = StationKey::parse(&text);
        Ok(ControlFlow::Break(()))
    })?;
    let Some(coming) = coming else { return Ok(None) };
    let present = StationKey::read(data_dir);
    if let Ok(Some(present)) = &present
        && present.public() == coming.public()
    {
        return Ok(None);
    }
    if let Err(KeyError::Open { .. }) = &present {
        // It may be the same; that others could read it is for a person to judge.
        return Ok(None);
    }
    let aside = free_name(&place, "replaced", now);
    rename_new(&place, &aside).map_err(BackupError::write(&aside))?;
    Ok(Some((aside, present.ok().flatten().map(|key| key.public().fingerprint()))))
}

/// The database that is there.
struct Present {
    head: Head,
    /// Whether it and the backup are beginnings of one log.
    is_same_log: bool,
}

/// Looks at the database that is there; refused if it knows more than the backup. One that is damaged is what backups are
/// for, and knows nothing; one that is locked or forbidden may know more, and stays.
async fn known_better(
    database: &Path,
    coming: &Path,
    backup: &Head,
    replace: bool,
) -> Result<Option<Present>, BackupError> {
    let found = async {
        let mut log = Log::of(database).await?;
        Ok((log.head().await?, log))
    };
    let (head, mut log) = match found.await {
        Ok(found) => found,
        Err(ReadError::Missing(_) | ReadError::Unreadable { is_damaged: true, .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let is_in_backup = head.seq == 0 || Log::of(coming).await?.hash_at(head.seq).await?.as_ref() == Some(&head.hash);
    let holds_backup = backup.seq == 0 || log.hash_at(backup.seq).await.ok().flatten().as_ref() == Some(&backup.hash);
    let present = Present { is_same_log: is_in_backup || holds_backup, head };
    if is_in_backup || replace {
        return Ok(Some(present));
    }
    let Present { head: present, is_same_log: same } = present;
    Err(BackupError::Newer { path: database.to_owned(), present, backup: backup.clone(), same })
}

/// What was done with files.
#[derive(Default)]
pub(super) struct Files {
    put_back: usize,
    left_alone: usize,
    pub(super) missing: Vec<String>,
}

impl Files {
    pub(super) fn count(&mut self, is_new: bool, folder: &Path, place: &Path) {
        if is_new {
            owner::hand_over_up_to(folder, place);
        }
        *(if is_new { &mut self.put_back } else { &mut self.left_alone }) += 1;
    }
}

/// Where a file of a backup belongs.
fn place_of(name: &str, folder: &Path, data_dir: &Path) -> PathBuf {
    name.strip_prefix("data/").map_or_else(|| folder.join(name), |name| data_dir.join(name))
}

/// Puts back settings, schedules and audio that are missing; a content that had lost its bytes is not what its name says.
fn put_files(from: &Path, target: &Target, data_dir: &Path) -> Result<Files, BackupError> {
    let folder = folder_of(&target.settings);
    let mut files = Files::default();
    let sums = sums(from)?;
    walk(from, |name, _, reader| {
        let place = match name {
            SETTINGS => target.settings.clone(),
            rotten if !is_itself(rotten, &sums) => {
                files.missing.push(rotten.to_owned());
                return Ok(ControlFlow::Continue(()));
            }
            name if is_of_station(name) => place_of(name, &folder, data_dir),
            _ => return Ok(ControlFlow::Continue(())),
        };
        let put = if name == SECRET { put_new_as(&place, OWNERS_ALONE, reader) } else { put_new(&place, reader) };
        let is_new = put.map_err(BackupError::write(&place))?;
        files.count(is_new, &folder, &place);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(files)
}

/// Puts back audio that lies beside the backup; what has been damaged there is missing, not restored.
fn put_beside(
    from: &Path,
    description: &Description,
    folder: &Path,
    data_dir: &Path,
    files: &mut Files,
) -> Result<(), BackupError> {
    let theirs = super::folder_of(from);
    for each in description.beside.iter().filter(|each| is_of_station(&each.path)) {
        let is_plain = !each.path.split('/').any(|part| [".", "..", ""].contains(&part));
        let content = beside::path_of(&theirs, &each.sha256);
        let place = place_of(&each.path, folder, data_dir);
        if place.symlink_metadata().is_ok() {
            files.count(false, folder, &place);
        } else if is_plain && beside::hash(&content).as_ref() == Ok(&each.sha256) {
            let mut reader = File::open(&content).map_err(BackupError::source(&content))?;
            let is_new = put_new(&place, &mut reader).map_err(BackupError::write(&place))?;
            files.count(is_new, folder, &place);
        } else {
            files.missing.push(each.path.clone());
        }
    }
    Ok(())
}

/// Puts the database in its place. The one that is there is kept under another name, and at no instant is there none.
fn swap(coming: &Coming, database: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, BackupError> {
    let folder = super::folder_of(database);
    let aside = free_name(database, "replaced", now);
    let is_there = database.symlink_metadata().is_ok();
    let keep = || -> io::Result<()> {
        if is_there {
            block_on(settle_journal(database));
            if fs::hard_link(database, &aside).is_err() {
                fs::copy(database, &aside)?;
                // What takes its place goes to the disk at once, and ends the only other one.
                File::open(&aside)?.sync_all()?;
            }
        }
        // A journal that is left belongs to the old one, though that may be gone, and must not be taken for the new one's.
        set_journals_aside(database, &aside)?;
        if is_there { fs::rename(&coming.0, database) } else { rename_new(&coming.0, database) }?;
        sync_folder(&folder)
    };
    keep().map_err(BackupError::write(database))?;
    Ok(is_there.then_some(aside))
}

/// The row that tells an inspector of this.
fn note(
    from: &Path,
    description: &Description,
    aside: Option<(&Path, Head)>,
    target: &Target,
    now: &crate::clock::Moment,
) -> Airing {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let made_at = description.made_at.format("%Y-%m-%d %H:%M:%S");
    let kept = aside.map_or_else(String::new, |(path, head)| {
        format!("; the database that was there, with head {head}, is kept as {}", name(path))
    });
    let zone = Config::load(&target.settings).map(|config| config.station.timezone).unwrap_or_default();
    let scheduled_at = now.wall.with_timezone(&zone).fixed_offset();
    Airing {
        station: description.station.clone(),
        clock: if now.synchronised { ClockState::Synchronised } else { ClockState::FreeRunning },
        boot_id: boot_id(),
        by: Some(target.by.clone()),
        via: Some("cli".to_owned()),
        note: Some(format!(
            "restored from the backup {} of {made_at}, head {}: this log does not know what was recorded between then and \
             now{kept}",
            name(from),
            description.head
        )),
        ..Airing::blank(Kind::Note, AiringId::act("restore", now.wall, 1), scheduled_at, OutputKind::Silent)
    }
}

/// Lets the log go on: what was open when the backup was made is closed, the note is written, and the time that the log
/// does not know is settled, so that nobody claims that nothing aired in it.
async fn go_on(
    data_dir: &Path,
    clock: &Clock,
    note: Airing,
    description: &Description,
    backup: &Head,
) -> Result<Head, BackupError> {
    let opened = Store::open(data_dir, clock, &note.boot_id).await?;
    let remembered = opened.remembered;
    let now = clock.now().wall.max(description.made_at.to_utc());
    let newest = remembered.newest_row_at.map_or(now, |at| at.max(now));
    for rundown in remembered.open_rundowns.iter().filter(|rundown| rundown.window_ends_at <= now) {
        let (programme, scheduled_at) = (rundown.programme.clone(), rundown.scheduled_at);
        drop(opened.store.record(Record::RundownDone { programme, scheduled_at }));
    }
    drop(opened.store.record(Record::Settled(newest)));
    let written = opened.store.record(Record::Row(Box::new(note)));
    let patience = NOTE_WITHIN.to_std().unwrap_or_default();
    let written = tokio::time::timeout(patience, written).await;
    let (state, head) = (opened.store.state(), opened.store.head());
    opened.store.close().await;
    match written {
        Ok(Ok(())) => {}
        _ => return Err(BackupError::NoNote(state.trouble.unwrap_or_else(|| "it was refused".to_owned()))),
    }
    let proved = Log::open(data_dir).await?.verify(Some(backup.clone())).await?;
    debug_assert_eq!(proved, head, "what was committed last is the head");
    Ok(head)
}
