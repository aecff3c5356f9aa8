//! The head of a FLAC file, without all that is not sound.
//!
//! In: an open file. Out: the stream's facts as a head of their own, and where the frames begin. Pictures and comments are
//! left out: they cost memory, and symphonia allocates what a damaged one claims, up to 4 GB. Next: `source`.

use std::fs::File;

use super::error::ClipError;
use super::source::read_up_to;

/// More blocks of metadata than any program writes.
const MOST_BLOCKS: usize = 1000;

/// Length of the facts: block sizes, rate, channels, bits, number of samples, checksum.
const FACTS: usize = 34;

/// What symphonia is given in place of the file's own head, and the first byte of the frames in the file.
pub(super) fn read(file: &File, start: u64) -> Result<(Vec<u8>, u64), ClipError> {
    // The marker, one block (the last, of kind 0) with its length, and the facts in it.
    let mut head = b"fLaC\x80\0\0\x22".to_vec();
    let mut place = start + 4;
    for number in 0..MOST_BLOCKS {
        let mut block = [0; 4];
        if read_up_to(file, &mut block, place)? < block.len() {
            break;
        }
        let [kind, length @ ..] = block;
        let length = length.iter().fold(0, |length, byte| length << 8 | u64::from(*byte));
        place += 4;
        if number == 0 {
            let mut facts = [0; FACTS];
            if kind & 0x7f != 0 || length != FACTS as u64 || read_up_to(file, &mut facts, place)? < FACTS {
                break;
            }
            head.extend(facts);
        }
        place += length;
        if kind & 0x80 != 0 {
            return Ok((head, place));
        }
    }
    Err(ClipError::Damaged("its head is not that of a FLAC file, or is cut off".into()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn pictures_and_comments_are_left_out() {
        let mut file = tempfile::tempfile().unwrap();
        let facts = [7; FACTS];
        file.write_all(&[b"fLaC\0\0\0\x22", &facts[..], b"\x06\0\0\x05cover\x84\0\0\x02hi\xff\xf8"].concat()).unwrap();
        let (head, frames) = read(&file, 0).unwrap();
        assert_eq!(head, [b"fLaC\x80\0\0\x22", &facts[..]].concat());
        assert_eq!(frames, 42 + 9 + 6);
    }
}
