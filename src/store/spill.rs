//! The spill file: where records wait when the database takes none, so that a power cut does not lose them.
//!
//! In: records as bytes. Out: the same records after a restart, in order. The file is allocated when the station is first
//! started and only ever written in place, so that a full disk does not stop it. Two areas take turns: records are
//! appended to one; when it is full, what still waits is written to the other, whose header, written last, makes it the
//! valid one. What does not fit even then is told; the oldest stay. Blocking: must run off the loop. Next: `task`.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Length of one area. A day of the busiest station, an item every minute around the clock, leaves 1,440 rows of 1 to 2 kB
/// and their rundowns, 2 to 4 MB in all; so this is two days at least, and weeks of a commune's station.
const AREA_BYTES: usize = 8 << 20;
/// Length of one area in files of earlier versions, and where the disk was too full for more.
const SMALL_AREA_BYTES: usize = 2 << 20;
const MAGIC: &[u8; 16] = b"loa spill 1\0\0\0\0\n";
/// Magic, generation, checksum.
const HEADER_BYTES: usize = 32;
/// Length and checksum before each record.
const FRAME_BYTES: usize = 12;

/// The open file. The area in use is `generation % 2`.
#[derive(Debug)]
pub(super) struct Spill {
    file: File,
    area_bytes: usize,
    generation: u64,
    /// Where in the area the next record goes.
    end: usize,
}

/// Why records could not be kept in the file.
#[derive(Debug, thiserror::Error)]
pub(super) enum SpillError {
    #[error("the spill file is full")]
    Full,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Spill {
    /// Opens the file and reads what waits in it; creates and allocates it where it is missing or too short. A disk too
    /// full for all of it gets a smaller one.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<Vec<u8>>)> {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let area_bytes = area_bytes(&file)?;
        let mut spill = Self { file, area_bytes, generation: 0, end: HEADER_BYTES };
        for area in 0..2 {
            spill.generation = spill.generation_of(area)?.unwrap_or(0).max(spill.generation);
        }
        let records = if spill.generation == 0 { Vec::new() } else { spill.read()? };
        spill.grow(path, &records)?;
        Ok((spill, records))
    }

    /// Makes the file as long as it should be.
    fn grow(&mut self, path: &Path, records: &[Vec<u8>]) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        if length >= 2 * AREA_BYTES as u64 {
            return Ok(());
        }
        // The first area begins where it always did, so what waits is there before the second one moves.
        if self.area_at() > 0 {
            self.replace(records).map_err(io::Error::other)?;
        }
        let grown = allocate(&self.file, length, 2 * AREA_BYTES as u64);
        self.area_bytes = area_bytes(&self.file)?;
        match grown {
            Err(error) if self.area_bytes == 0 => return Err(error),
            Err(error) => tracing::warn!("`{}` has less room than it should: {error}", path.display()),
            Ok(()) => {}
        }
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }

    /// Whether nothing waits in it.
    pub(super) fn is_empty(&self) -> bool {
        self.end == HEADER_BYTES
    }

    /// Keeps these after those that are in it; durable when this returns.
    pub(super) fn append(&mut self, records: &[Vec<u8>]) -> Result<(), SpillError> {
        if self.generation == 0 {
            return self.replace(records);
        }
        let frames = self.frame(self.generation, self.end, records)?;
        self.file.write_all_at(&frames, self.area_at() + self.end as u64)?;
        self.file.sync_data()?;
        self.end += frames.len();
        Ok(())
    }

    /// Keeps these instead of those that are in it; until this returns, those are.
    pub(super) fn replace(&mut self, records: &[Vec<u8>]) -> Result<(), SpillError> {
        let generation = self.generation + 1;
        let frames = self.frame(generation, HEADER_BYTES, records)?;
        let area_at = self.area_of(generation);
        self.file.write_all_at(&frames, area_at + HEADER_BYTES as u64)?;
        self.file.sync_data()?;
        self.file.write_all_at(&header(generation), area_at)?;
        self.file.sync_data()?;
        self.generation = generation;
        self.end = HEADER_BYTES + frames.len();
        Ok(())
    }

    /// Keeps as many of these as fit, the oldest, instead of those that are in it; answers with their number.
    pub(super) fn replace_fitting(&mut self, records: &[Vec<u8>]) -> io::Result<usize> {
        let mut room = self.area_bytes.saturating_sub(HEADER_BYTES);
        let fits = |record: &&Vec<u8>| {
            let left = room.checked_sub(FRAME_BYTES + record.len());
            room = left.unwrap_or(0);
            left.is_some()
        };
        let count = records.iter().take_while(fits).count();
        match self.replace(&records[..count]) {
            Ok(()) => Ok(count),
            Err(SpillError::Io(error)) => Err(error),
            Err(SpillError::Full) => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn area_at(&self) -> u64 {
        self.area_of(self.generation)
    }

    fn area_of(&self, generation: u64) -> u64 {
        (generation % 2) * self.area_bytes as u64
    }

    /// All records of the valid area, up to the first that was not written to its end.
    fn read(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let mut records = Vec::new();
        let mut head = [0; FRAME_BYTES];
        while self.end + FRAME_BYTES <= self.area_bytes {
            self.file.read_exact_at(&mut head, self.area_at() + self.end as u64)?;
            let (length, sum) = head.split_at(4);
            let length = u32::from_le_bytes(length.try_into().expect("split at 4")) as usize;
            if length == 0 || self.end + FRAME_BYTES + length > self.area_bytes {
                break;
            }
            let mut record = vec![0; length];
            self.file.read_exact_at(&mut record, self.area_at() + (self.end + FRAME_BYTES) as u64)?;
            if sum != checksum(self.generation, self.end, &record) {
                break;
            }
            self.end += FRAME_BYTES + length;
            records.push(record);
        }
        Ok(records)
    }

    /// The generation that an area's header names; `None` if the header was not written to its end.
    fn generation_of(&self, area: u64) -> io::Result<Option<u64>> {
        if self.area_bytes == 0 {
            return Ok(None);
        }
        let mut found = [0; HEADER_BYTES];
        self.file.read_exact_at(&mut found, area * self.area_bytes as u64)?;
        let generation = u64::from_le_bytes(found[16..24].try_into().expect("eight bytes"));
        Ok((found == header(generation) && generation % 2 == area).then_some(generation))
    }

    /// The bytes of records that begin at `end` of the area.
    fn frame(&self, generation: u64, end: usize, records: &[Vec<u8>]) -> Result<Vec<u8>, SpillError> {
        let mut frames = Vec::new();
        for record in records {
            let at = end + frames.len();
            if at + FRAME_BYTES + record.len() > self.area_bytes {
                return Err(SpillError::Full);
            }
            frames.extend_from_slice(&(record.len() as u32).to_le_bytes());
            frames.extend_from_slice(&checksum(generation, at, record));
            frames.extend_from_slice(record);
        }
        Ok(frames)
    }
}

/// How long the areas of a file are, by its length; 0 if it is too short for any.
fn area_bytes(file: &File) -> io::Result<usize> {
    let length = file.metadata()?.len();
    let fits = |area: &usize| length >= 2 * *area as u64;
    Ok([AREA_BYTES, SMALL_AREA_BYTES].into_iter().find(fits).unwrap_or(0))
}

/// Has the file have real blocks, not a hole: those can be written on a full disk. On a file system that would write
/// elsewhere instead of in place (btrfs) it is told not to, as far as that can be told.
fn allocate(file: &File, from: u64, to: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, IFlags, fallocate, ioctl_getflags, ioctl_setflags};
    use rustix::io::Errno;
    if from == 0
        && let Ok(flags) = ioctl_getflags(file)
    {
        // Most file systems know no such flag and need none.
        let _ = ioctl_setflags(file, flags | IFlags::NOCOW);
    }
    match fallocate(file, FallocateFlags::empty(), from, to - from) {
        Ok(()) => {}
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
            let zeros = vec![0; 1 << 16];
            let mut at = from;
            while at < to {
                let portion = zeros.len().min((to - at) as usize);
                file.write_all_at(&zeros[..portion], at)?;
                at += portion as u64;
            }
        }
        Err(Errno::NOSPC) if from < 2 * SMALL_AREA_BYTES as u64 && to > 2 * SMALL_AREA_BYTES as u64 => {
            allocate(file, from, 2 * SMALL_AREA_BYTES as u64)?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        Err(error) => return Err(error.into()),
    }
    file.sync_all()
}

fn header(generation: u64) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..16].copy_from_slice(MAGIC);
    header[16..24].copy_from_slice(&generation.to_le_bytes());
    header[24..].copy_from_slice(&checksum(generation, 0, MAGIC));
    header
}

/// Generation and place are part of it, so that what an earlier generation left behind is never read.
fn checksum(generation: u64, at: usize, record: &[u8]) -> [u8; 8] {
    let mut sha = Sha256::new();
    sha.update(generation.to_le_bytes());
    sha.update((at as u64).to_le_bytes());
    sha.update(record);
    sha.finalize()[..8].try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(texts: &[&str]) -> Vec<Vec<u8>> {
        texts.iter().map(|text| text.as_bytes().to_vec()).collect()
    }

    #[test]
    fn what_was_kept_is_there_after_opening_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spill.bin");
        let (mut spill, found) = Spill::open(&path).unwrap();
        assert!(found.is_empty() && spill.is_empty());
        spill.append(&records(&["one", "two"])).unwrap();
        spill.append(&records(&["three"])).unwrap();
        assert_eq!(Spill::open(&path).unwrap().1, records(&["one", "two", "three"]));
        spill.replace(&records(&["four"])).unwrap();
        assert_eq!(Spill::open(&path).unwrap().1, records(&["four"]));
        spill.replace(&[]).unwrap();
        spill.append(&records(&["five"])).unwrap();
        let (spill, found) = Spill::open(&path).unwrap();
        assert_eq!(found, records(&["five"]));
        assert_eq!(spill.file.metadata().unwrap().len() as usize, 2 * AREA_BYTES);
    }

    #[test]
    fn a_record_cut_by_a_power_loss_ends_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spill.bin");
        let (mut spill, _) = Spill::open(&path).unwrap();
        spill.append(&records(&["one", "two"])).unwrap();
        let last = spill.area_at() + spill.end as u64 - 1;
        spill.file.write_all_at(b"x", last).unwrap();
        let (mut again, found) = Spill::open(&path).unwrap();
        assert_eq!(found, records(&["one"]));
        again.append(&records(&["three"])).unwrap();
        assert_eq!(Spill::open(&path).unwrap().1, records(&["one", "three"]));
    }

    #[test]
    fn a_header_cut_by_a_power_loss_leaves_the_older_area() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spill.bin");
        let (mut spill, _) = Spill::open(&path).unwrap();
        spill.append(&records(&["old"])).unwrap();
        spill.replace(&records(&["new"])).unwrap();
        spill.file.write_all_at(&[0], spill.area_at() + 30).unwrap();
        assert_eq!(Spill::open(&path).unwrap().1, records(&["old"]));
    }

    #[test]
    fn a_full_file_says_so_and_keeps_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spill.bin");
        let (mut spill, _) = Spill::open(&path).unwrap();
        spill.append(&records(&["one"])).unwrap();
        assert!(matches!(spill.append(&[vec![b'x'; AREA_BYTES]]), Err(SpillError::Full)));
        assert_eq!(Spill::open(&path).unwrap().1, records(&["one"]));
    }

    #[test]
    fn what_does_not_fit_is_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spill.bin");
        let (mut spill, _) = Spill::open(&path).unwrap();
        let many: Vec<_> = (0..9_u8).map(|number| vec![number; 1_000_000]).collect();
        assert_eq!(spill.replace_fitting(&many).unwrap(), 8);
        assert_eq!(Spill::open(&path).unwrap().1, many[..8]);
        assert!(matches!(spill.append(&many[8..]), Err(SpillError::Full)));
        assert_eq!(spill.replace_fitting(&many[..2]).unwrap(), 2);
    }

    #[test]
    fn a_small_file_grows_and_keeps_what_it_has_in_either_area() {
        for replaced in [1, 2] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("spill.bin");
            File::create(&path).unwrap().set_len(2 * SMALL_AREA_BYTES as u64).unwrap();
            let file = File::options().read(true).write(true).open(&path).unwrap();
            let mut small = Spill { file, area_bytes: SMALL_AREA_BYTES, generation: 0, end: HEADER_BYTES };
            for number in 0..replaced {
                small.replace(&records(&["stale", &number.to_string()])).unwrap();
            }
            small.append(&records(&["new"])).unwrap();
            let kept = records(&["stale", &(replaced - 1).to_string(), "new"]);
            let (mut grown, found) = Spill::open(&path).unwrap();
            assert_eq!((found, grown.area_bytes), (kept.clone(), AREA_BYTES));
            grown.append(&records(&["newer"])).unwrap();
            assert_eq!(Spill::open(&path).unwrap().1, [kept, records(&["newer"])].concat());
        }
    }

    #[test]
    fn its_blocks_are_there_before_they_are_needed() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spill.bin");
        Spill::open(&path).unwrap();
        assert!(path.metadata().unwrap().blocks() * 512 >= 2 * AREA_BYTES as u64);
    }

    #[test]
    fn garbage_is_an_empty_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spill.bin");
        std::fs::write(&path, vec![0xa5; 100_000]).unwrap();
        let (mut spill, found) = Spill::open(&path).unwrap();
        assert!(found.is_empty());
        spill.append(&records(&["one"])).unwrap();
        assert_eq!(Spill::open(&path).unwrap().1, records(&["one"]));
    }
}
