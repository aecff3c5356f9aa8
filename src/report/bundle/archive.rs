//! The zip of a bundle: pieces copied, hashed and held against their hash in one pass, the whole under its name at once.
//!
//! In: pieces, in order. Out: a zip in which sound is stored as it is and texts are packed, with a manifest that `sha256sum -c`
//! reads. A portion is in memory at a time, whatever the length of a file. What turns out not to be what was recorded leaves
//! the zip again. Must never leave half a bundle under a final name. Next: `crate::cli`'s `bundle`.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike as _, FixedOffset, Timelike as _};
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Chapter, Content, Entry, Lack, Piece};
use crate::library::hex;
use crate::problem::system::{refusal, words};
use crate::store::with_suffix;

/// Copied at a time.
const PORTION: usize = 256 * 1024;

/// Endings of what gets smaller when it is packed.
const PACKED: [&str; 6] = ["csv", "html", "json", "jsonl", "py", "txt"];

/// Name of the list of hashes.
pub const MANIFEST: &str = "MANIFEST.sha256";

/// The zip cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`: {}", .path.display(), refusal(.error))]
pub struct Unwritten {
    path: PathBuf,
    error: io::Error,
}

/// A bundle in the making.
pub struct Archive {
    to: PathBuf,
    part: Part,
    zip: ZipWriter<BufWriter<File>>,
    /// The same open file, position included.
    file: File,
    at: zip::DateTime,
    entries: Vec<Entry>,
    /// Hash and name of all that is in it.
    sums: Vec<(String, String)>,
    portion: Vec<u8>,
}

/// A file that is not whole yet; goes when dropped, unless it got its name.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // After the renaming nothing has this name any more.
        let _ = fs::remove_file(&self.0);
    }
}

/// How copying ended that did not go well.
enum Failed {
    /// What was read is lacking.
    Source(Lack),
    /// The zip does not take it.
    Zip(io::Error),
}

impl Archive {
    /// Begins a bundle beside its final name; every file in it is of that instant.
    pub fn create(to: &Path, at: &DateTime<FixedOffset>) -> Result<Self, Unwritten> {
        let to = to.canonicalize().unwrap_or_else(|_| to.to_owned());
        let failed = |error| Unwritten { path: to.clone(), error };
        if to.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        let part = Part(with_suffix(&to, &format!(".{}.part", std::process::id())));
        let out = File::create(&part.0).map_err(failed)?;
        let file = out.try_clone().map_err(failed)?;
        let zip = ZipWriter::new(BufWriter::with_capacity(PORTION, out));
        let year = u16::try_from(at.year()).unwrap_or(u16::MAX);
        let [month, day, hour, minute, second] =
            [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(|part| u8::try_from(part).unwrap_or(0));
        let at = zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default();
        Ok(Self { to, part, zip, file, at, entries: Vec::new(), sums: Vec::new(), portion: vec![0; PORTION] })
    }

    /// Puts a piece in, or notes why it is not there.
    pub fn put(&mut self, piece: Piece) -> Result<(), Unwritten> {
        let Piece { chapter, name, title, proves, content } = piece;
        let name = format!("{}/{name}", chapter.folder());
        let put = match &content {
            Content::Made(bytes) => self.copy(&name, bytes.len() as u64, &mut bytes.as_slice(), None),
            Content::File(path) => self.copy_file(&name, path, None),
            Content::Recorded { path, sha256 } => self.copy_file(&name, path, Some(sha256)),
        };
        let recorded = if let Content::Recorded { sha256, .. } = content { sha256 } else { String::new() };
        let (sha256, bytes) = match put {
            Ok((sha256, bytes)) => (sha256, Ok(bytes)),
            Err(Failed::Source(lack)) => (recorded, Err(lack)),
            Err(Failed::Zip(error)) => return Err(self.unwritten(error)),
        };
        let number = self.entries.iter().filter(|entry| entry.chapter == chapter).count() + 1;
        self.entries.push(Entry { chapter, number, name, title, proves, sha256, bytes });
        Ok(())
    }

    /// All pieces so far.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds the lists of what is in it and the manifest, which covers them too, and gives the file its name.
    pub fn finish(mut self, lists: Vec<(String, Vec<u8>)>) -> Result<(), Unwritten> {
        for (name, bytes) in lists {
            self.copy_ours(&name, &bytes)?;
        }
        let lines = self.sums.iter().flat_map(|(sha256, name)| [sha256, "  ", name, "\n"]);
        let manifest: String = lines.collect();
        self.copy_ours(MANIFEST, manifest.as_bytes())?;
        let Self { to, part, zip, .. } = self;
        let named = zip.finish().map_err(io::Error::from).and_then(|out| {
            out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            fs::rename(&part.0, &to)
        });
        named.map_err(|error| Unwritten { path: to, error })
    }

    fn unwritten(&self, error: io::Error) -> Unwritten {
        Unwritten { path: self.to.clone(), error }
    }

    fn copy_ours(&mut self, name: &str, bytes: &[u8]) -> Result<(), Unwritten> {
        match self.copy(name, bytes.len() as u64, &mut &*bytes, None) {
            Ok(_) => Ok(()),
            Err(Failed::Zip(error)) => Err(self.unwritten(error)),
            Err(Failed::Source(_)) => unreachable!("bytes in memory can be read"),
        }
    }

    fn copy_file(&mut self, name: &str, path: &Path, expected: Option<&str>) -> Result<(String, u64), Failed> {
        let unread = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Failed::Source(Lack::Missing),
            _ => Failed::Source(Lack::Unreadable(words(&error))),
        };
        let mut file = File::open(path).map_err(unread)?;
        let bytes = file.metadata().map_err(unread)?.len();
        self.copy(name, bytes, &mut file, expected)
    }

    /// Copies up to the end; `bytes` is how long it is believed to be.
    fn copy(
        &mut self,
        name: &str,
        bytes: u64,
        from: &mut impl Read,
        expected: Option<&str>,
    ) -> Result<(String, u64), Failed> {
        let is_packed = name.rsplit_once('.').is_some_and(|(_, ending)| PACKED.contains(&ending));
        let method = if is_packed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        // A little below what needs the larger form, since a file may grow while it is read.
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(self.at)
            .unix_permissions(0o644)
            .large_file(bytes > u64::from(u32::MAX) - (1 << 30));
        self.zip.start_file(name, options).map_err(|error| Failed::Zip(error.into()))?;
        let mut sha = Sha256::new();
        let mut copied = 0;
        loop {
            let read = match from.read(&mut self.portion) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.take_out(Lack::Unreadable(words(&error)))),
            };
            sha.update(&self.portion[..read]);
            copied += read as u64;
            self.zip.write_all(&self.portion[..read]).map_err(Failed::Zip)?;
        }
        let sha256 = hex(&sha.finalize());
        if expected.is_some_and(|expected| expected != sha256) {
            return Err(self.take_out(Lack::Changed));
        }
        self.sums.push((sha256.clone(), name.to_owned()));
        Ok((sha256, copied))
    }

    /// The file that was begun leaves the zip again, with all of its bytes.
    fn take_out(&mut self, lack: Lack) -> Failed {
        let aborted = self.zip.abort_file().map_err(io::Error::from);
        // The writer stands now where the file began.
        let cut = aborted.and_then(|()| self.file.stream_position()).and_then(|end| self.file.set_len(end));
        cut.map_or_else(Failed::Zip, |()| Failed::Source(lack))
    }
}

/// Chapters that have an entry, in order, each with its own.
pub(super) fn by_chapter(entries: &[Entry]) -> impl Iterator<Item = (Chapter, Vec<&Entry>)> {
    let of = |chapter| entries.iter().filter(move |entry| entry.chapter == chapter).collect::<Vec<_>>();
    Chapter::ALL.into_iter().map(move |chapter| (chapter, of(chapter))).filter(|(_, entries)| !entries.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339("2025-06-16T08:30:00+07:00").unwrap()
    }

    fn piece(name: &str, content: Content) -> Piece {
        let (title, proves) = ("Một cửa".to_owned(), "đã phát".to_owned());
        Piece { chapter: Chapter::Bulletins, name: name.to_owned(), title, proves, content }
    }

    fn recorded(folder: &Path, name: &str, bytes: &[u8], sha256: String) -> Piece {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        piece(name, Content::Recorded { path, sha256 })
    }

    fn sum(bytes: &[u8]) -> String {
        hex(&Sha256::digest(bytes))
    }

    fn contents(path: &Path) -> Vec<(String, Vec<u8>)> {
        let mut zip = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
        let all = (0..zip.len()).map(|index| {
            let mut file = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        });
        all.collect()
    }

    #[test]
    fn what_is_put_in_comes_out_with_its_sums() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("b.zip");
        let mut archive = Archive::create(&to, &at()).unwrap();
        archive.put(recorded(folder.path(), "a.ogg", b"OggS", sum(b"OggS"))).unwrap();
        archive.put(piece("b.txt", Content::Made("chữ".repeat(99).into_bytes()))).unwrap();
        assert_eq!(archive.entries()[1].number, 2);
        assert!(!to.exists(), "half a bundle has no name");
        archive.finish(vec![("00.csv".to_owned(), b"list".to_vec())]).unwrap();
        let found = contents(&to);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["05-tin-bai/a.ogg", "05-tin-bai/b.txt", "00.csv", MANIFEST]);
        let manifest: Vec<String> = found[..3].iter().map(|(name, bytes)| format!("{}  {name}", sum(bytes))).collect();
        assert_eq!(String::from_utf8_lossy(&found[3].1).lines().collect::<Vec<_>>(), manifest);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else stays");
    }

    #[test]
    fn what_has_lost_its_bytes_is_not_in_it_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("b.zip");
        let mut archive = Archive::create(&to, &at()).unwrap();
        archive.put(recorded(folder.path(), "a.ogg", b"OggS", sum(b"OggS"))).unwrap();
        // Longer than all that comes after it.
        archive.put(recorded(folder.path(), "b.ogg", &vec![7; 3_000_000], sum(b"other"))).unwrap();
        let gone = Content::Recorded { path: folder.path().join("gone"), sha256: sum(b"gone") };
        archive.put(piece("c.ogg", gone)).unwrap();
        let lacks: Vec<Option<&Lack>> = archive.entries().iter().map(|entry| entry.bytes.as_ref().err()).collect();
        assert_eq!(lacks, [None, Some(&Lack::Changed), Some(&Lack::Missing)]);
        assert_eq!(archive.entries()[1].sha256, sum(b"other"), "the recorded one");
        archive.finish(Vec::new()).unwrap();
        let found = contents(&to);
        assert_eq!(found.len(), 2);
        assert_eq!(String::from_utf8_lossy(&found[1].1), format!("{}  05-tin-bai/a.ogg\n", sum(b"OggS")));
        assert!(fs::metadata(&to).unwrap().len() < 1000, "what was taken out leaves no room");
    }

    #[test]
    fn the_same_pieces_make_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let made = ["a.zip", "b.zip"].map(|name| {
            let to = folder.path().join(name);
            let mut archive = Archive::create(&to, &at()).unwrap();
            archive.put(piece("x.txt", Content::Made(b"x".to_vec()))).unwrap();
            archive.finish(Vec::new()).unwrap();
            fs::read(to).unwrap()
        });
        assert_eq!(made[0], made[1]);
    }
}
