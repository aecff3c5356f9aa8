//! Files that come in through the page, kept in a folder of their own until they are taken in.
//!
//! In: bytes in the order in which they come, who sends them. Out: a whole file with its hash, or nothing: what breaks off
//! leaves nothing behind. Bounded in size, in number and in time; emptied when the station starts, and no part of backups.
//! Blocks on the disk. Next: `check`, which looks into them.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::inspection::State;
use crate::clock::Mono;
use crate::config::Config;
use crate::language::Language;
use crate::library::hex;
use crate::library::ingest::MOST_BYTES;
use crate::text::composed;

/// How long a file waits to be recorded.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// Files of one account that wait at the same time: a day's work and more.
const MOST_WAITING: usize = 20;

/// What stays free on the disk, in bytes: the log must go on.
const STAYS_FREE: u64 = 200 << 20;

/// So many bytes are written before the disk is looked at again.
const LOOKED_AT: u64 = 16 << 20;

/// Characters of a file's name that are kept.
const LONGEST_NAME: usize = 100;

/// Why a file was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turned {
    /// More bytes than are allowed: so many are.
    TooLarge(u64),
    /// So many of the same person wait already.
    TooMany(usize),
    /// No bytes at all.
    Empty,
    /// The disk has no room.
    DiskFull,
    /// It came to less than was announced.
    BrokenOff,
    /// The disk does not take it for another reason; the operating system's words.
    NotStored(String),
}

impl Turned {
    /// What a person reads: what was found and what to do.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let megabytes = |bytes: &u64| bytes / 1_000_000;
        let (vi, en) = match self {
            Self::TooLarge(most) => (
                format!("Tệp quá lớn: chỉ nhận tệp đến {} MB. Hãy lưu lại ở dạng MP3 rồi gửi lại.", megabytes(most)),
                format!("The file is too large: up to {} MB are taken. Save it as MP3 and send it again.", megabytes(most)),
            ),
            Self::TooMany(most) => (
                format!("Đã có {most} tệp gửi lên mà chưa ghi thành tin bài. Hãy ghi các tệp đó trước, hoặc đợi đến ngày mai."),
                format!("{most} files were sent and not recorded yet. Record those first, or wait until tomorrow."),
            ),
            Self::Empty => (
                "Tệp không có gì bên trong. Hãy chọn tệp khác.".to_owned(),
                "The file is empty. Choose another one.".to_owned(),
            ),
            Self::DiskFull => (
                "Ổ đĩa của máy phát thanh gần đầy nên chưa nhận được tệp. Hãy báo kỹ thuật viên dọn bớt rồi gửi lại.".to_owned(),
                "The station's disk is almost full; nothing was taken. Have the technician make room and send it again.".to_owned(),
            ),
            Self::BrokenOff => (
                "Kết nối bị ngắt giữa chừng, chưa nhận được trọn tệp và chưa ghi gì. Hãy thử lại.".to_owned(),
                "The connection broke off; the file did not come whole and nothing was recorded. Try again.".to_owned(),
            ),
            Self::NotStored(why) => (
                format!("Máy phát thanh không lưu được tệp ({why}). Hãy báo kỹ thuật viên."),
                format!("The station cannot store the file ({why}). Tell the technician."),
            ),
        };
        match language {
            Language::Vi => vi,
            Language::En => en,
        }
    }
}

/// What is known of a file that came in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Facts {
    /// 128 random bits as hex.
    #[serde(rename = "upload")]
    pub id: String,
    /// What it was called, fit for a folder.
    pub name: String,
    /// How large it is.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// A whole file that waits, and how far it has been looked into.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) facts: Facts,
    owner: String,
    at: Mono,
    pub(super) state: State,
}

/// All files that came in and were not recorded yet.
pub struct Uploads {
    folder: PathBuf,
    waiting: Mutex<Vec<Upload>>,
}

impl fmt::Debug for Uploads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploads").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Uploads {
    /// Those of a station that starts: none. What an earlier run has left is removed.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let folder = config.data_dir.join("uploads");
        // What cannot be removed now is in nobody's way, and is tried again at the next start.
        let _ = fs::remove_dir_all(&folder);
        Self { folder, waiting: Mutex::default() }
    }

    pub(super) fn waiting(&self) -> MutexGuard<'_, Vec<Upload>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes what has waited too long.
    pub fn sweep(&self, now: Mono) {
        let mut waiting = self.waiting();
        let is_old = |upload: &Upload| now.since(upload.at) > KEPT && !upload.state.is_busy();
        for upload in waiting.extract_if(.., |upload| is_old(upload)) {
            self.remove_bytes(&upload.facts);
        }
    }

    /// Where the bytes of a file lie as long as they wait.
    pub(super) fn path_of(&self, facts: &Facts) -> PathBuf {
        self.folder.join(&facts.id).join(&facts.name)
    }

    /// A file that `owner` begins to send, under a random `id`; `declared` is what is announced of its size.
    pub fn begin(
        &self,
        (id, name, owner): (&str, &str, &str),
        declared: Option<u64>,
        now: Mono,
    ) -> Result<Incoming, Turned> {
        self.sweep(now);
        self.make_place(owner)?;
        if declared.is_some_and(|bytes| bytes > MOST_BYTES) {
            return Err(Turned::TooLarge(MOST_BYTES));
        }
        crate::folder::make_shared(&self.folder).map_err(|error| not_stored(&error))?;
        let folder = self.folder.join(id);
        fs::create_dir(&folder).map_err(|error| not_stored(&error))?;
        let name = clean_name(name);
        let mut incoming = Incoming {
            file: None,
            folder: Some(folder),
            facts: Facts { id: id.to_owned(), name, bytes: 0, sha256: String::new() },
            owner: owner.to_owned(),
            hash: Sha256::new(),
            declared,
            at: now,
            look_at: 0,
        };
        incoming.has_room(declared.unwrap_or_default())?;
        incoming.file = Some(File::create_new(incoming.half()).map_err(|error| not_stored(&error))?);
        Ok(incoming)
    }

    /// Drops the oldest file of an owner who has too many: what comes now may be an emergency.
    fn make_place(&self, owner: &str) -> Result<(), Turned> {
        let mut waiting = self.waiting();
        while waiting.iter().filter(|upload| upload.owner == owner).count() >= MOST_WAITING {
            let oldest = waiting.iter().position(|upload| upload.owner == owner && !upload.state.is_busy());
            let oldest = oldest.ok_or(Turned::TooMany(MOST_WAITING))?;
            let upload = waiting.remove(oldest);
            self.remove_bytes(&upload.facts);
        }
        Ok(())
    }

    /// Takes over a file that has come whole.
    pub fn finish(&self, mut incoming: Incoming) -> Result<Facts, Turned> {
        let facts = incoming.whole()?;
        let state = State::Waiting;
        let (owner, at) = (incoming.owner.clone(), incoming.at);
        self.waiting().push(Upload { facts: facts.clone(), owner, at, state });
        incoming.folder = None;
        Ok(facts)
    }

    /// Does something with a file of `owner`; `None` if there is none of that id.
    pub(super) fn with<T>(&self, id: &str, owner: &str, act: impl FnOnce(&mut Upload) -> T) -> Option<T> {
        self.waiting().iter_mut().find(|upload| upload.facts.id == id && upload.owner == owner).map(act)
    }

    /// Removes a file that was recorded, or is not wanted any more; one that is being read stays.
    pub fn forget(&self, id: &str, owner: &str) {
        let is_it = |upload: &mut Upload| upload.facts.id == id && upload.owner == owner && !upload.state.is_busy();
        for upload in self.waiting().extract_if(.., is_it) {
            self.remove_bytes(&upload.facts);
        }
    }

    /// The bytes are of no use any more.
    pub(super) fn remove_bytes(&self, facts: &Facts) {
        // What cannot be removed goes at the next start.
        let _ = fs::remove_dir_all(self.folder.join(&facts.id));
    }
}

/// A file that is coming in. Dropped before it is whole, it leaves nothing.
#[derive(Debug)]
pub struct Incoming {
    file: Option<File>,
    folder: Option<PathBuf>,
    facts: Facts,
    owner: String,
    hash: Sha256,
    declared: Option<u64>,
    at: Mono,
    look_at: u64,
}

impl Incoming {
    fn folder(&self) -> &Path {
        self.folder.as_deref().expect("it is there until the file is whole")
    }

    fn half(&self) -> PathBuf {
        self.folder().join(".half")
    }

    fn has_room(&self, wanted: u64) -> Result<(), Turned> {
        let disk = rustix::fs::statvfs(self.folder()).map_err(|error| not_stored(&error.into()))?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < wanted + STAYS_FREE { Err(Turned::DiskFull) } else { Ok(()) }
    }

    /// Takes the next bytes.
    #[expect(clippy::missing_panics_doc, reason = "the file is open as long as this can be called")]
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Turned> {
        self.facts.bytes += bytes.len() as u64;
        if self.facts.bytes > MOST_BYTES {
            return Err(Turned::TooLarge(MOST_BYTES));
        }
        if self.facts.bytes > self.look_at {
            self.look_at = self.facts.bytes + LOOKED_AT;
            self.has_room(LOOKED_AT)?;
        }
        self.hash.update(bytes);
        let file = self.file.as_mut().expect("it is open until the file is whole");
        file.write_all(bytes).map_err(|error| not_stored(&error))
    }

    fn whole(&mut self) -> Result<Facts, Turned> {
        if self.declared.is_some_and(|declared| declared != self.facts.bytes) {
            return Err(Turned::BrokenOff);
        }
        if self.facts.bytes == 0 {
            return Err(Turned::Empty);
        }
        let file = self.file.take().expect("it is open until the file is whole");
        let place = self.folder().join(&self.facts.name);
        file.sync_all().and_then(|()| fs::rename(self.half(), place)).map_err(|error| not_stored(&error))?;
        self.facts.sha256 = hex(&std::mem::take(&mut self.hash).finalize());
        Ok(self.facts.clone())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // What cannot be removed goes at the next start.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn not_stored(error: &io::Error) -> Turned {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Turned::DiskFull,
        _ => Turned::NotStored(crate::problem::system::refusal(error)),
    }
}

/// A name as people know it, without folders and without what moves a cursor or hides a file.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = composed(last);
    let kept = |each: &char| !each.is_control() && !"<>:\"|?*\u{200b}\u{202e}".contains(*each);
    let name: String = name.chars().filter(kept).collect();
    let name = name.trim().trim_start_matches('.').trim();
    // What tells the kind stands at the end; a folder takes 255 bytes, and a letter has up to four.
    let (stem, end) = name.rsplit_once('.').filter(|(_, end)| end.chars().count() <= 5).unwrap_or((name, ""));
    let stem: String = stem.chars().take(LONGEST_NAME / 2).collect();
    match (stem.trim(), end) {
        ("", "") => "tep".to_owned(),
        ("", end) => format!("tep.{end}"),
        (stem, "") => stem.to_owned(),
        (stem, end) => format!("{stem}.{end}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uploads(folder: &Path) -> Uploads {
        Uploads { folder: folder.join("uploads"), waiting: Mutex::default() }
    }

    fn left(folder: &Path) -> usize {
        fs::read_dir(folder.join("uploads")).map_or(0, Iterator::count)
    }

    #[test]
    fn names_keep_what_people_read_and_nothing_else() {
        for (name, clean) in [
            ("Tin s\u{1ed1} 5.mp3", "Tin số 5.mp3"),
            ("C:\\Users\\lan\\ba\u{309}n tin.wav", "bản tin.wav"),
            ("../../etc/passwd", "passwd"),
            (".half", "half"),
            ("a\u{202e}3pm.exe\n", "a3pm.exe"),
            ("", "tep"),
            (".mp3", "mp3"),
        ] {
            assert_eq!(clean_name(name), clean);
        }
        assert!(clean_name(&"ấ".repeat(5_000)).len() < 200);
    }

    #[test]
    fn what_breaks_off_or_is_too_much_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = uploads(folder.path());
        let begin = |id: &str, declared| uploads.begin((id, "a.wav", "lan"), declared, Mono(0));
        let mut incoming = begin("a1", Some(10)).unwrap();
        incoming.take(b"half").unwrap();
        assert_eq!((left(folder.path()), uploads.finish(incoming)), (1, Err(Turned::BrokenOff)));
        assert_eq!(uploads.finish(begin("a2", None).unwrap()), Err(Turned::Empty));
        assert_eq!(begin("a3", Some(MOST_BYTES + 1)).unwrap_err(), Turned::TooLarge(MOST_BYTES));
        let mut endless = begin("a4", None).unwrap();
        endless.facts.bytes = MOST_BYTES;
        assert_eq!(endless.take(b"x"), Err(Turned::TooLarge(MOST_BYTES)));
        drop(endless);
        assert_eq!(left(folder.path()), 0);
    }

    #[test]
    fn a_whole_file_waits_for_a_day_and_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = uploads(folder.path());
        let send = |number: usize| {
            let mut incoming = uploads.begin((&format!("a{number}"), "a.wav", "lan"), Some(3), Mono(0))?;
            incoming.take(b"abc")?;
            uploads.finish(incoming)
        };
        let facts = send(0).unwrap();
        assert_eq!(facts.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(fs::read(uploads.path_of(&facts)).unwrap(), b"abc");
        assert!(uploads.with("a0", "minh", |_| ()).is_none());
        (1..MOST_WAITING).for_each(|number| assert!(send(number).is_ok()));
        // One more takes the place of the oldest.
        assert!(send(MOST_WAITING).is_ok());
        assert!(uploads.with("a0", "lan", |_| ()).is_none() && uploads.with("a1", "lan", |_| ()).is_some());
        uploads.sweep(Mono(0).plus(KEPT));
        assert_eq!(left(folder.path()), MOST_WAITING);
        uploads.sweep(Mono(0).plus(KEPT + TimeDelta::seconds(1)));
        assert_eq!((left(folder.path()), uploads.with("a1", "lan", |_| ()).is_none()), (0, true));
    }
}
