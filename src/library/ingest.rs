//! Takes a file in for a bulletin: all of it examined, measured and durable in the content store, or nothing.
//!
//! In: a path that a person named, any bytes at all. Out: the content with its measures and doubts, or why it is unfit.
//! Unlike `ContentStore::ingest`, what does not fit on the disk is not held in memory: another process plays it. What is
//! stored is what was examined, for the copy is decoded before it gets its name. Streams. Next: `content`.

use std::fs::File;
use std::io::{self, Seek as _, Write};
use std::path::Path;

use super::content::{ContentStore, is_changed};
use super::decode::Decoder;
use super::error::{ClipError, words};
use super::source;
use super::unfinished::{CopyFault, copy};
use super::verify::{Verified, verify_with};
use crate::rundown::Content;
use crate::sound::{Doubt, Measures, Unfit, doubts, unfit};

/// The largest file that is taken in unless a caller says otherwise, in bytes: two hours of uncompressed stereo of the studio.
pub const MOST_BYTES: u64 = 1_500_000_000;

/// How much of the work reading the file is, and copying it; the rest is decoding.
const HASHING: f64 = 0.05;
const COPYING: f64 = 0.1;

/// What a bulletin's file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The ceiling of a session in milliseconds, if there is one.
    pub most_ms: Option<i64>,
    /// The largest file in bytes.
    pub most_bytes: u64,
}

/// A file that has been taken in. Nothing sweeps its content as long as this lives: to be dropped when the database names it.
#[derive(Debug)]
pub struct TakenIn {
    /// Its hash and measured length.
    pub content: Content,
    /// What it sounds like.
    pub measures: Measures,
    /// What a person should listen to.
    pub doubts: Vec<Doubt>,
    /// Whether the store did not have these bytes yet.
    pub new: bool,
    _unswept: File,
}

/// Takes a file in; `progress` hears again and again how far it is, 0 to 1.
///
/// The file is read twice, to be hashed and to be copied, and a change in between is found by both; a content that is in the
/// store already is only examined anew. Whatever goes wrong, nothing of a new content stays.
pub fn take_in(
    store: &ContentStore,
    path: &Path,
    limits: &Limits,
    progress: &mut dyn FnMut(f64),
) -> Result<TakenIn, Unfit> {
    let (mut file, bytes) = source::open(path)?;
    if bytes > limits.most_bytes {
        return Err(Unfit::TooLarge { bytes, most_bytes: limits.most_bytes });
    }
    refuse_by_its_own_word(&file, bytes, limits)?;
    file.rewind().map_err(ClipError::from)?;
    let before = file.metadata().map_err(ClipError::from)?;
    let hashed =
        copy(&mut file, &mut Watched { to: io::sink(), done: 0, all: bytes, from: 0.0, share: HASHING, progress })?;
    if hashed.1 != bytes || is_changed(&before, &file.metadata().map_err(ClipError::from)?) {
        return Err(Unfit::Changed);
    }
    let unswept = store.held_open().map_err(|error| not_stored(&error))?;
    let sha256 = &hashed.0;
    store.spare(sha256);
    let place = store.place_of(sha256);
    let known = File::open(&place).is_ok_and(|mut there| store.expect(sha256, &mut there).is_ok());
    let measures = if known {
        examine(&place, limits, progress)?
    } else {
        let mut copied = store.begin().map_err(|error| not_stored(&error))?;
        file.rewind().map_err(ClipError::from)?;
        let to = &mut copied.file;
        if copy(&mut file, &mut Watched { to, done: 0, all: bytes, from: HASHING, share: COPYING, progress })? != hashed
        {
            return Err(Unfit::Changed);
        }
        let measures = examine(&copied.path, limits, progress)?;
        copied.keep_as(&place).map_err(|error| not_stored(&error))?;
        measures
    };
    let content = Content { sha256: sha256.as_str().into(), duration_ms: Some(measures.duration_ms) };
    Ok(TakenIn { content, measures, doubts: doubts(&measures), new: !known, _unswept: unswept })
}

/// A file that itself says that it is too long is not read to its end.
fn refuse_by_its_own_word(file: &File, bytes: u64, limits: &Limits) -> Result<(), Unfit> {
    let decoder = Decoder::of_file(file.try_clone().map_err(ClipError::from)?, bytes)?;
    match (decoder.duration_ms(), limits.most_ms) {
        (Some(duration_ms), Some(most_ms)) if duration_ms > most_ms => Err(Unfit::TooLong { duration_ms, most_ms }),
        _ => Ok(()),
    }
}

fn examine(path: &Path, limits: &Limits, progress: &mut dyn FnMut(f64)) -> Result<Measures, Unfit> {
    let before = HASHING + COPYING;
    let Verified { measures, .. } = verify_with(path, &mut |fraction| progress(before + (1.0 - before) * fraction))?;
    unfit(&measures, limits.most_ms).map_or(Ok(measures), Err)
}

/// A writer whose work is watched: it makes up `share` of the whole, after `from`.
struct Watched<'p, W> {
    to: W,
    done: u64,
    all: u64,
    from: f64,
    share: f64,
    progress: &'p mut dyn FnMut(f64),
}

impl<W: Write> Write for Watched<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.done += written as u64;
        (self.progress)(self.from + self.share * (self.done as f64 / self.all.max(1) as f64).min(1.0));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl From<ClipError> for Unfit {
    fn from(fault: ClipError) -> Self {
        match fault {
            ClipError::Missing => Self::Missing,
            ClipError::IsFolder => Self::IsFolder,
            ClipError::Undecodable(why) => Self::Undecodable(why),
            ClipError::Damaged(why) | ClipError::Spoilt(why) => Self::Damaged(why),
            ClipError::Unreadable(why) => Self::Unreadable(why),
        }
    }
}

impl From<CopyFault> for Unfit {
    fn from(fault: CopyFault) -> Self {
        match fault {
            CopyFault::Read(error) => ClipError::from(error).into(),
            CopyFault::Write(error) => not_stored(&error),
        }
    }
}

fn not_stored(error: &io::Error) -> Unfit {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Unfit::DiskFull,
        _ => Unfit::NotStored(words(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_trouble() {
        for full in [libc::ENOSPC, libc::EDQUOT] {
            assert_eq!(not_stored(&io::Error::from_raw_os_error(full)), Unfit::DiskFull);
        }
        let broken = not_stored(&io::Error::from_raw_os_error(libc::EIO));
        assert_eq!(broken, Unfit::NotStored("input/output error".into()));
    }

    #[test]
    fn the_work_is_watched_as_its_share_of_the_whole() {
        let mut heard = Vec::new();
        let mut progress = |fraction: f64| heard.push((fraction * 1000.0).round() as i64);
        let to = io::sink();
        let mut watched = Watched { to, done: 0, all: 4, from: 0.05, share: 0.1, progress: &mut progress };
        watched.write_all(b"ab").unwrap();
        watched.write_all(b"cdefg").unwrap();
        assert_eq!(heard, [100, 150], "a file that grows is no more than whole");
    }
}
