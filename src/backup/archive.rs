//! The file of a backup: a tar that any tool can open, written with its sums and read with proof.
//!
//! In: members, one after the other. Out: a file whose last member is the list of their SHA-256; on reading, every member in
//! order, and whether each is what the list says. Nothing of a backup is believed before `check` has been over all of it.
//! Must never follow a name out of the station's folder. Next: `make`.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path};

use chrono::{DateTime, FixedOffset};
use sha2::{Digest, Sha256};

use super::{BackupError, DESCRIPTION, Description, FORMAT, LOG, OWNERS_ALONE, SECRET, SETTINGS, SUMS};
use crate::library::hex;
use crate::speech::readings;

/// Read and written at a time.
const PORTION: usize = 128 * 1024;
/// What describes a backup is a few hundred bytes for each file beside it.
const MOST_TEXT: u64 = 64 << 20;

/// What passes through is hashed and counted.
pub(super) struct Hashing<R> {
    inner: R,
    sha: Sha256,
    /// Bytes that have passed.
    pub(super) bytes: u64,
    /// Why reading ended before its end.
    pub(super) failed: Option<io::ErrorKind>,
}

impl<R: Read> Hashing<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, sha: Sha256::new(), bytes: 0, failed: None }
    }

    /// The hash of all that has passed.
    pub(super) fn hash(self) -> String {
        hex(&self.sha.finalize())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer).inspect_err(|error| self.failed = Some(error.kind()))?;
        self.sha.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

/// A backup in the making.
pub(super) struct Archive<'a> {
    path: &'a Path,
    tar: tar::Builder<BufWriter<File>>,
    /// Hash and name of what is in it.
    sums: Vec<(String, String)>,
    hashes: HashSet<String>,
    /// Seconds since 1970, of every member: when the backup was made.
    made_at: u64,
}

impl<'a> Archive<'a> {
    pub(super) fn new(path: &'a Path, file: File, made_at: DateTime<FixedOffset>) -> Self {
        let tar = tar::Builder::new(BufWriter::with_capacity(PORTION, file));
        let made_at = u64::try_from(made_at.timestamp()).unwrap_or(0);
        Self { path, tar, sums: Vec::new(), hashes: HashSet::new(), made_at }
    }

    /// Adds what is read, which must be as long as told; answers with its hash. `from` is told in errors.
    pub(super) fn add(
        &mut self,
        name: &str,
        bytes: u64,
        reader: impl Read,
        from: &Path,
    ) -> Result<String, BackupError> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(if name == SECRET { OWNERS_ALONE } else { 0o644 });
        header.set_mtime(self.made_at);
        header.set_entry_type(tar::EntryType::Regular);
        let mut reader = Hashing::new(reader);
        if let Err(error) = self.tar.append_data(&mut header, name, (&mut reader).take(bytes)) {
            return Err(match reader.failed {
                Some(_) => BackupError::Source { path: from.to_owned(), error },
                None => BackupError::Write { path: self.path.to_owned(), error },
            });
        }
        let is_longer = reader.bytes == bytes && reader.inner.read(&mut [0]).is_ok_and(|more| more > 0);
        if reader.bytes != bytes || is_longer {
            return Err(BackupError::Changed(from.to_owned()));
        }
        let hash = reader.hash();
        self.hashes.insert(hash.clone());
        self.sums.push((hash.clone(), name.to_owned()));
        Ok(hash)
    }

    /// Adds a text of ours.
    pub(super) fn add_text(&mut self, name: &str, text: &str) -> Result<(), BackupError> {
        let path = self.path;
        self.add(name, text.len() as u64, text.as_bytes(), path).map(drop)
    }

    /// Whether a content is in it under any name.
    pub(super) fn holds(&self, sha256: &str) -> bool {
        self.hashes.contains(sha256)
    }

    /// How many members it has.
    pub(super) fn len(&self) -> usize {
        self.sums.len()
    }

    /// Adds the sums, ends the file and makes it durable.
    pub(super) fn finish(mut self) -> Result<(), BackupError> {
        let lines = self.sums.iter().flat_map(|(hash, name)| [hash, "  ", name, "\n"]);
        let text: String = lines.collect();
        self.add_text(SUMS, &text)?;
        let file = self.tar.into_inner().and_then(|buffer| buffer.into_inner().map_err(io::IntoInnerError::into_error));
        let durable = file.and_then(|file| {
            file.sync_all()?;
            // What is read back for the proof is to come from the disk; the cache is needed for better things anyway.
            let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
            Ok(())
        });
        durable.map_err(BackupError::write(self.path))
    }
}

/// Shows every member to `each`, in order, until it has seen enough: its name, its length, its bytes.
pub(super) fn walk(
    path: &Path,
    mut each: impl FnMut(&str, u64, &mut dyn Read) -> Result<ControlFlow<()>, BackupError>,
) -> Result<(), BackupError> {
    let wrong = |why: &str| BackupError::NotABackup { path: path.to_owned(), why: why.to_owned() };
    let broken = |error: io::Error| wrong(&error.to_string());
    let file = File::open(path).map_err(BackupError::source(path))?;
    let mut tar = tar::Archive::new(BufReader::with_capacity(PORTION, file));
    for (index, member) in tar.entries().map_err(broken)?.enumerate() {
        let mut member = member.map_err(broken)?;
        let name = member.path_bytes().into_owned();
        let name = std::str::from_utf8(&name).ok().filter(|name| is_ours(name));
        let name = name.ok_or_else(|| wrong("it holds a file that is no part of a station"))?;
        if (index == 0) != (name == DESCRIPTION) || !member.header().entry_type().is_file() {
            return Err(wrong("it does not begin with its description, or holds something else than files"));
        }
        let bytes = member.size();
        if each(name, bytes, &mut member)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Whether a name is one that a backup may hold: no other could lead out of the station's folder.
fn is_ours(name: &str) -> bool {
    let path = Path::new(name);
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_))) && !name.ends_with('/');
    is_plain && ([DESCRIPTION, SUMS, SETTINGS, LOG].contains(&name) || is_of_station(name))
}

/// Whether a name is that of the list of readings, of the key, of a schedule, of the template of reports or of audio.
pub(super) fn is_of_station(name: &str) -> bool {
    let folders = ["schedules/", "report/", "audio/", "data/audio/"];
    [readings::FILE, SECRET].contains(&name) || folders.iter().any(|folder| name.starts_with(folder))
}

/// Reads a backup from end to end; what is wrong with it is the error. Whether audio beside it is there is not asked.
pub fn check(path: &Path) -> Result<Description, BackupError> {
    let wrong = |why: &str| BackupError::NotABackup { path: path.to_owned(), why: why.to_owned() };
    let (mut description, mut sums) = (None, None);
    let mut found = BTreeMap::new();
    walk(path, |name, bytes, reader| {
        if sums.is_some() {
            return Err(wrong("something follows its end"));
        }
        let mut reader = Hashing::new(reader);
        let unreadable = |error: io::Error| BackupError::Source { path: path.to_owned(), error };
        if [DESCRIPTION, SUMS].contains(&name) {
            let mut text = String::new();
            (&mut reader).take(MOST_TEXT).read_to_string(&mut text).map_err(unreadable)?;
            *(if name == SUMS { &mut sums } else { &mut description }) = Some(text);
        } else {
            io::copy(&mut reader, &mut io::sink()).map_err(unreadable)?;
        }
        if reader.bytes != bytes {
            return Err(wrong("it ends in the middle of a file"));
        }
        if name != SUMS {
            found.insert(name.to_owned(), reader.hash());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let sums = sums.ok_or_else(|| wrong("it does not reach to its end"))?;
    let listed = listed(&sums);
    if listed != found {
        let differs = |name: &&String| listed.get(*name) != found.get(*name);
        let name = found.keys().chain(listed.keys()).find(differs).map_or("?", String::as_str);
        return Err(BackupError::Damaged {
            path: path.to_owned(),
            why: format!("`{name}` in it is not what was put there"),
        });
    }
    if ![SETTINGS, LOG].iter().all(|name| found.contains_key(*name)) {
        return Err(wrong("it holds no settings or no log"));
    }
    described(path, &description.unwrap_or_default())
}

/// The hashes of all members by their names, as the backup itself lists them.
pub(super) fn sums(path: &Path) -> Result<BTreeMap<String, String>, BackupError> {
    let mut text = String::new();
    walk(path, |name, _, reader| {
        if name == SUMS {
            reader.take(MOST_TEXT).read_to_string(&mut text).map_err(BackupError::source(path))?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(listed(&text))
}

fn listed(sums: &str) -> BTreeMap<String, String> {
    sums.lines().filter_map(|line| line.split_once("  ")).map(|(hash, name)| (name.into(), hash.into())).collect()
}

/// What a backup says of itself; reads nothing else of it.
pub(super) fn describe(path: &Path) -> Result<Description, BackupError> {
    let mut text = String::new();
    walk(path, |_, _, reader| {
        reader.take(MOST_TEXT).read_to_string(&mut text).map_err(BackupError::source(path))?;
        Ok(ControlFlow::Break(()))
    })?;
    described(path, &text)
}

fn described(path: &Path, text: &str) -> Result<Description, BackupError> {
    let wrong = |why: String| BackupError::NotABackup { path: path.to_owned(), why };
    let loose: serde_json::Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    match loose["format"].as_u64() {
        Some(format) if format == u64::from(FORMAT) => {}
        format => {
            return Err(wrong(format!("its form is {format:?}, this program knows {FORMAT}; a newer `loa` made it")));
        }
    }
    serde_json::from_value(loose).map_err(|error| wrong(error.to_string()))
}

/// Copies all of a reader into a file that is not there yet, durable under its name when this returns `true`; `false` if
/// something has that name.
pub(super) fn put_new(target: &Path, reader: &mut dyn Read) -> io::Result<bool> {
    /// Whatever the process's mask leaves of it.
    const EVERYBODYS: u32 = 0o666;
    put_new_as(target, EVERYBODYS, reader)
}

/// The same of a file of that mode.
pub(super) fn put_new_as(target: &Path, mode: u32, reader: &mut dyn Read) -> io::Result<bool> {
    if target.symlink_metadata().is_ok() {
        return Ok(false);
    }
    let folder = super::folder_of(target);
    std::fs::create_dir_all(&folder)?;
    let part = crate::store::with_suffix(target, ".part");
    // One that a killed restoration has left may be open to everybody.
    let _ = std::fs::remove_file(&part);
    let created = File::options().write(true).create_new(true).mode(mode).open(&part);
    let copied = created.and_then(|file| {
        let mut writer = BufWriter::with_capacity(PORTION, file);
        io::copy(reader, &mut writer)?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        rename_new(&part, target)
    });
    if copied.is_err() {
        // Half a file under a name that nobody looks for; the error is what counts.
        let _ = std::fs::remove_file(&part);
    }
    copied?;
    super::sync_folder(&folder)?;
    Ok(true)
}

/// Renames, replacing nothing. Some file systems of sticks cannot promise that; there it is looked at just before.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if to.symlink_metadata().is_err() => {
            std::fs::rename(from, to)
        }
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_station() {
        for name in [
            "loa.toml",
            "reading.toml",
            "data/loa.db",
            "audio/a/b.ogg",
            "schedules/1.toml",
            "report/a.txt",
            "data/audio/ab",
        ] {
            assert!(is_ours(name), "{name}");
        }
        for name in ["/etc/passwd", "audio/../../x", "audio/", "data/loa.sock", "../loa.toml", "x", "", "audio"] {
            assert!(!is_ours(name), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_taken_keeps_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        assert!(put_new(&path, &mut "one".as_bytes()).unwrap());
        assert!(!put_new(&path, &mut "two".as_bytes()).unwrap());
        std::fs::write(folder.path().join("other"), "x").unwrap();
        assert!(rename_new(&folder.path().join("other"), &path).is_err());
        assert_eq!(std::fs::read_to_string(path).unwrap(), "one");
    }
}
