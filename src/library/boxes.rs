//! The nested boxes of an MP4 file: a length, a name of four letters, and what is inside.
//!
//! In: bytes. Out: the boxes that are whole; one that claims more than its surroundings hold ends the walk. Must never
//! allocate by a number out of the file, but for the index itself, which is bounded. Next: `mp4`.

use std::fs::File;

use super::error::ClipError;
use super::source::read_up_to;

/// The index of a recording of a whole day has 16 MB; a cover picture comes on top.
const LARGEST_INDEX: u64 = 64 << 20;

/// More boxes than any program writes beside each other at the top.
const MOST_BOXES: usize = 10_000;

/// Finds the index (`moov`) among the boxes at the top and reads it into memory.
pub(super) fn top_level(file: &File, start: u64, end: u64) -> Result<Vec<u8>, ClipError> {
    let mut place = start;
    for _ in 0..MOST_BOXES {
        let mut head = [0; 16];
        let read = read_up_to(file, &mut head, place)?;
        let Some((length, inside)) = extent(&head[..read], end.saturating_sub(place)) else { break };
        match &head[4..8] {
            b"moof" => {
                return Err(ClipError::Undecodable("an MP4 in fragments, which is not played".into()));
            }
            b"moov" if length - inside <= LARGEST_INDEX && place + length <= end => {
                let mut moov = vec![0; (length - inside) as usize];
                if read_up_to(file, &mut moov, place + inside)? < moov.len() {
                    break;
                }
                if child(&moov, *b"mvex").is_some() {
                    return Err(ClipError::Undecodable("an MP4 in fragments, which is not played".into()));
                }
                return Ok(moov);
            }
            _ => place = place.saturating_add(length),
        }
    }
    Err(ClipError::Damaged("the file ends before its index, or lacks it".into()))
}

/// The boxes in `bytes`, one after another.
pub(super) struct Boxes<'a> {
    bytes: &'a [u8],
}

impl<'a> Boxes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (length, inside) = extent(self.bytes, self.bytes.len() as u64)?;
        let name = *self.bytes.get(4..)?.first_chunk()?;
        let (this, rest) = self.bytes.split_at_checked(usize::try_from(length).ok()?)?;
        self.bytes = rest;
        Some((name, &this[inside as usize..]))
    }
}

/// What is inside the first box of that name.
pub(super) fn child(bytes: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    Boxes::new(bytes).find(|(found, _)| *found == name).map(|(_, inside)| inside)
}

/// Length of a box and of its own head; a length of 0 means to the end of what is there, 1 that it follows in eight bytes.
fn extent(head: &[u8], available: u64) -> Option<(u64, u64)> {
    head.get(..8)?;
    let (length, inside) = match number(head, 0)? {
        0 => (available, 8),
        1 => (u64::from(number(head, 8)?) << 32 | u64::from(number(head, 12)?), 16),
        length => (u64::from(length), 8),
    };
    (length >= inside).then_some((length, inside))
}

/// The number of four bytes at that place.
pub(super) fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

/// Rows of equal size behind their count; whole, or there is no table.
pub(super) struct Table<'a> {
    rows: &'a [u8],
    size: usize,
}

impl<'a> Table<'a> {
    /// The count stands at `count_at`, the rows of `size` bytes right behind it.
    pub(super) fn new(bytes: &'a [u8], count_at: usize, size: usize) -> Option<Self> {
        let count = number(bytes, count_at)? as usize;
        let rows = bytes.get(count_at + 4..)?.get(..count.checked_mul(size)?)?;
        Some(Self { rows, size })
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.rows.chunks_exact(self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_that_claim_too_much_end_the_walk() {
        let bytes = b"\0\0\0\x0cfreeabcd\0\0\0\x08skip\0\0\0\xffmdatx";
        let names: Vec<_> = Boxes::new(bytes).map(|(name, inside)| (name, inside.len())).collect();
        assert_eq!(names, [(*b"free", 4), (*b"skip", 0)]);
    }

    #[test]
    fn a_table_that_counts_more_rows_than_it_has_is_none() {
        assert!(Table::new(b"\0\0\0\0\xff\xff\xff\xff\0\0\0\x01", 4, 8).is_none());
        assert_eq!(Table::new(b"\0\0\0\x01abcdefgh", 0, 8).unwrap().rows().count(), 1);
    }
}
