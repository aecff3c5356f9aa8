//! Makes the checksums of Ogg pages and FLAC frames right, as far as the bytes still look like such.

/// Polynomials, most significant bit first.
const OGG: u32 = 0x04c1_1db7;
const FLAC_HEAD: u8 = 0x07;
const FLAC_FRAME: u16 = 0x8005;

/// Mends a whole file in place.
pub fn mend(bytes: &mut [u8]) {
    if bytes.starts_with(b"OggS") {
        mend_pages(bytes);
    } else if bytes.starts_with(b"fLaC") {
        mend_frames(bytes);
    }
}

/// A page has 27 bytes, then as many lengths as its last one says, then so many bytes; its checksum is in bytes 22 to 25.
fn mend_pages(mut bytes: &mut [u8]) {
    while let Some(start) = find(bytes, b"OggS") {
        bytes = &mut bytes[start..];
        let Some(&segments) = bytes.get(26) else { return };
        let head = 27 + usize::from(segments);
        let Some(lengths) = bytes.get(27..head) else { return };
        let length = head + lengths.iter().map(|each| usize::from(*each)).sum::<usize>();
        if length > bytes.len() {
            // The page claims more than there is: the next one may still be whole.
            bytes = &mut bytes[4..];
            continue;
        }
        let (page, rest) = std::mem::take(&mut bytes).split_at_mut(length);
        page[22..26].fill(0);
        let sum = page.iter().fold(0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| sum << 1 ^ if sum >> 31 == 1 { OGG } else { 0 })
        });
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        bytes = rest;
    }
}

/// A frame reaches from one marker to the next; its head ends with one byte of checksum, the frame with two.
fn mend_frames(bytes: &mut [u8]) {
    let is_marker = |at: &usize| bytes[*at] == 0xff && bytes[at + 1] & 0xfe == 0xf8;
    let mut starts: Vec<usize> = (42.min(bytes.len())..bytes.len().saturating_sub(1)).filter(is_marker).collect();
    starts.push(bytes.len());
    for pair in starts.windows(2) {
        let frame = &mut bytes[pair[0]..pair[1]];
        let Some(head) = head_length(frame).filter(|head| head + 3 <= frame.len()) else { continue };
        frame[head] = frame[..head].iter().fold(0, |sum, byte| {
            (0..8).fold(sum ^ byte, |sum: u8, _| sum << 1 ^ if sum >> 7 == 1 { FLAC_HEAD } else { 0 })
        });
        let body = frame.len() - 2;
        let sum = frame[..body].iter().fold(0_u16, |sum, byte| {
            (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| sum << 1 ^ if sum >> 15 == 1 { FLAC_FRAME } else { 0 })
        });
        frame[body..].copy_from_slice(&sum.to_be_bytes());
    }
}

/// Without its checksum: four bytes, a number written as in UTF-8, and what block size and rate ask for.
fn head_length(frame: &[u8]) -> Option<usize> {
    let (sizes, number) = (*frame.get(2)?, *frame.get(4)?);
    let number = if number < 0x80 { 1 } else { number.leading_ones() as usize };
    let block = match sizes >> 4 {
        6 => 1,
        7 => 2,
        _ => 0,
    };
    let rate = match sizes & 15 {
        12 => 1,
        13 | 14 => 2,
        _ => 0,
    };
    Some(4 + number + block + rate)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|each| each == wanted)
}
