//! The spill file: where records wait when the database takes none, so that a power cut does not lose them.
//!
//! In: records as bytes. Out: the same records after a restart, in order. The file is allocated when the station is first
//! started and only ever written in place, so that a full disk does not stop it. Two areas take turns: records are
//! appended to one; when it is full, what still waits is written to the other, whose header, written last, makes it the
//! valid one. Blocking: must run off the station's loop. Next: `task`.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Length of one area; some 2,000 rows of the log.
const AREA_BYTES: usize = 2 << 20;
const MAGIC: &[u8; 16] = b"loa spill 1\0\0\0\0\n";
/// Magic, generation, checksum.
const HEADER_BYTES: usize = 32;
/// Length and checksum before each record.
const FRAME_BYTES: usize = 12;

/// The open file. The area in use is `generation % 2`.
#[derive(Debug)]
pub(super) struct Spill {
    file: File,
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
    /// Opens the file and reads what waits in it; creates and allocates it where it is missing or too short.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<Vec<u8>>)> {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        allocate(&file, path)?;
        let generation = (0..2)
            .filter_map(|area| generation_of(&file, area).transpose())
            .try_fold(0, |newest, found| found.map(|found| u64::max(newest, found)))?;
        let mut spill = Self { file, generation, end: HEADER_BYTES };
        let records = if generation == 0 { Vec::new() } else { spill.read()? };
        Ok((spill, records))
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
        let frames = frame(self.generation, self.end, records)?;
        self.file.write_all_at(&frames, self.area_at() + self.end as u64)?;
        self.file.sync_data()?;
        self.end += frames.len();
        Ok(())
    }

    /// Keeps these instead of those that are in it; until this returns, those are.
    pub(super) fn replace(&mut self, records: &[Vec<u8>]) -> Result<(), SpillError> {
        let generation = self.generation + 1;
        let frames = frame(generation, HEADER_BYTES, records)?;
        let area_at = area_at(generation);
        self.file.write_all_at(&frames, area_at + HEADER_BYTES as u64)?;
        self.file.sync_data()?;
        self.file.write_all_at(&header(generation), area_at)?;
        self.file.sync_data()?;
        self.generation = generation;
        self.end = HEADER_BYTES + frames.len();
        Ok(())
    }

    fn area_at(&self) -> u64 {
        area_at(self.generation)
    }

    /// All records of the valid area, up to the first that was not written to its end.
    fn read(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let mut records = Vec::new();
        let mut head = [0; FRAME_BYTES];
        while self.end + FRAME_BYTES <= AREA_BYTES {
            self.file.read_exact_at(&mut head, self.area_at() + self.end as u64)?;
            let (length, sum) = head.split_at(4);
            let length = u32::from_le_bytes(length.try_into().expect("split at 4")) as usize;
            if length == 0 || self.end + FRAME_BYTES + length > AREA_BYTES {
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
}

fn area_at(generation: u64) -> u64 {
    (generation % 2) * AREA_BYTES as u64
}

/// Real zeros, not a hole: blocks that exist can be written on a full disk.
fn allocate(file: &File, path: &Path) -> io::Result<()> {
    let whole = 2 * AREA_BYTES;
    let length = file.metadata()?.len() as usize;
    if length >= whole {
        return Ok(());
    }
    file.write_all_at(&vec![0; whole - length], length as u64)?;
    file.sync_all()?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// The generation that an area's header names; `None` if the header was not written to its end.
fn generation_of(file: &File, area: u64) -> io::Result<Option<u64>> {
    let mut found = [0; HEADER_BYTES];
    file.read_exact_at(&mut found, area * AREA_BYTES as u64)?;
    let generation = u64::from_le_bytes(found[16..24].try_into().expect("eight bytes"));
    Ok((found == header(generation) && generation % 2 == area).then_some(generation))
}

fn header(generation: u64) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..16].copy_from_slice(MAGIC);
    header[16..24].copy_from_slice(&generation.to_le_bytes());
    header[24..].copy_from_slice(&checksum(generation, 0, MAGIC));
    header
}

/// The bytes of records that begin at `end` of the area.
fn frame(generation: u64, end: usize, records: &[Vec<u8>]) -> Result<Vec<u8>, SpillError> {
    let mut frames = Vec::new();
    for record in records {
        let at = end + frames.len();
        if at + FRAME_BYTES + record.len() > AREA_BYTES {
            return Err(SpillError::Full);
        }
        frames.extend_from_slice(&(record.len() as u32).to_le_bytes());
        frames.extend_from_slice(&checksum(generation, at, record));
        frames.extend_from_slice(record);
    }
    Ok(frames)
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
