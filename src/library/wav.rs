//! The head of a RIFF WAVE file, read strictly and written anew in its plainest form.
//!
//! In: an open file. Out: a head of 46 bytes that symphonia is given instead of the file's own, and where the samples lie.
//! symphonia's own reader panics on a rate of 0 and on odd lists, and takes block sizes on trust; a station must not go
//! down with a file. Must never trust a number that it has not checked. Next: `source`.

use std::fs::File;

use super::error::ClipError;
use super::source::{CHANNELS, RATES, read_up_to};

/// More chunks before the samples than any program writes.
const MOST_CHUNKS: usize = 1000;

/// What recorders and pipes leave as the length: 0, or within one block of the largest number (sox: of half of it).
const PLACEHOLDERS: [std::ops::RangeInclusive<u64>; 3] = [0..=0, 0x7fff_ff00..=0x7fff_ffff, 0xffff_ff00..=0xffff_ffff];

/// Where the samples are and how they are to be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wav {
    /// A head for symphonia, with the length that the file declares.
    pub(super) head: Vec<u8>,
    /// First byte of the samples in the file.
    pub(super) start: u64,
    /// Bytes of samples that are there and belong to them.
    pub(super) length: u64,
    /// Whether the file says how many there should be.
    pub(super) says_length: bool,
}

impl Wav {
    /// Reads the chunks up to the samples of a file that begins with `RIFF` at `start` and ends at `end`.
    pub(super) fn read(file: &File, start: u64, end: u64) -> Result<Self, ClipError> {
        let mut form = [0; 12];
        if read_up_to(file, &mut form, start)? < form.len() || &form[8..] != b"WAVE" {
            return Err(ClipError::Undecodable("a RIFF file that is no WAVE".into()));
        }
        let (mut place, mut format) = (start + 12, None);
        for _ in 0..MOST_CHUNKS {
            let mut chunk = [0; 8];
            if read_up_to(file, &mut chunk, place)? < chunk.len() {
                break;
            }
            let length = u64::from(u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]));
            place += 8;
            match &chunk[..4] {
                b"fmt " => {
                    let mut bytes = [0; 40];
                    let read = read_up_to(file, &mut bytes[..length.min(40) as usize], place)?;
                    format = Some(Format::parse(&bytes[..read])?);
                }
                b"data" => {
                    let format = format.ok_or_else(|| ClipError::Undecodable("a WAVE without its format".into()))?;
                    return Ok(format.wav(place, length, end));
                }
                _ => {}
            }
            // Chunks begin at even places.
            place += length + (length & 1);
        }
        Err(ClipError::Damaged("the file ends before its samples begin".into()))
    }
}

/// How samples are written.
struct Format {
    coding: u16,
    channels: u16,
    rate: u32,
    bits: u16,
}

impl Format {
    fn parse(bytes: &[u8]) -> Result<Self, ClipError> {
        let number = |at: usize| bytes.get(at..at + 2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        let damaged = || ClipError::Damaged("its format is cut off".into());
        let field = |at: usize| number(at).ok_or_else(damaged);
        let (channels, bits) = (field(2)?, field(14)?);
        let rate = u32::from(field(4)?) | u32::from(field(6)?) << 16;
        // An extended format names the coding again, in the first bytes of a longer name.
        let coding = if field(0)? == 0xfffe { field(24)? } else { field(0)? };
        if !CHANNELS.contains(&usize::from(channels)) || !RATES.contains(&rate) {
            return Err(super::source::wrong_form(rate, usize::from(channels)));
        }
        match (coding, bits) {
            (1, 8 | 16 | 24 | 32) | (3, 32 | 64) | (6 | 7, 8) => Ok(Self { coding, channels, rate, bits }),
            _ => {
                Err(ClipError::Undecodable(format!("a WAVE of coding {coding} with {bits} bits, which is not played")))
            }
        }
    }

    fn wav(&self, start: u64, declared: u64, end: u64) -> Wav {
        let block = self.channels * (self.bits / 8);
        let there = end.saturating_sub(start);
        let says_length = !PLACEHOLDERS.iter().any(|range| range.contains(&declared)) || declared == there && there > 0;
        let whole = |bytes: u64| bytes / u64::from(block) * u64::from(block);
        let shown = whole(if says_length { declared } else { there }.min(u64::from(u32::MAX) - 64)) as u32;
        let mut head = Vec::with_capacity(46);
        head.extend(b"RIFF");
        head.extend((shown + 38).to_le_bytes());
        head.extend(b"WAVEfmt ");
        head.extend(18_u32.to_le_bytes());
        head.extend(self.coding.to_le_bytes());
        head.extend(self.channels.to_le_bytes());
        head.extend(self.rate.to_le_bytes());
        head.extend((self.rate * u32::from(block)).to_le_bytes());
        head.extend(block.to_le_bytes());
        head.extend(self.bits.to_le_bytes());
        head.extend(0_u16.to_le_bytes());
        head.extend(b"data");
        head.extend(shown.to_le_bytes());
        Wav { head, start, length: whole(there.min(u64::from(shown))), says_length }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(chunks: &[u8]) -> Result<Wav, ClipError> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"RIFF\0\0\0\0WAVE").unwrap();
        file.write_all(chunks).unwrap();
        Wav::read(&file, 0, 12 + chunks.len() as u64)
    }

    const STEREO: &[u8] = b"fmt \x10\0\0\0\x01\0\x02\0\x80\xbb\0\0\0\0\0\0\x07\0\x10\0";

    #[test]
    fn odd_chunks_before_the_samples_are_passed_over() {
        let wav = read(&[STEREO, b"junk\x03\0\0\0abc\0data\x08\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08after"].concat())
            .unwrap();
        assert_eq!((wav.start, wav.length, wav.says_length), (56, 8, true));
        assert_eq!(wav.head.len(), 46);
        assert_eq!(wav.head[32], 4, "the block size is computed, not believed");
    }

    #[test]
    fn a_header_that_was_never_finished_says_no_length() {
        let wav = read(&[STEREO, b"data\xff\xff\xff\xff\x01\x02\x03\x04\x05"].concat()).unwrap();
        assert_eq!((wav.length, wav.says_length), (4, false));
    }

    #[test]
    fn impossible_formats_are_refused() {
        for place in [10, 12] {
            let mut bytes = [STEREO, b"data\x04\0\0\0\x01\x02\x03\x04"].concat();
            bytes[place] = 0;
            bytes[place + 1] = 0;
            assert!(matches!(read(&bytes), Err(ClipError::Undecodable(_))), "{place}");
        }
    }
}
