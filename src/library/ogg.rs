//! The packets of the one stream in an Ogg file that is played.
//!
//! In: an open file. Out: its packets in order, what its heads say, and where its pages say that the audio begins and ends.
//! symphonia's own reader allocates what a comment claims, up to 4 GB, wherever a packet looks like one, and looks for
//! pages inside damaged ones. Pages here follow each other without a byte between them, each with its checksum; comments
//! and pictures are passed over. Next: `ogg_heads`.

use std::fs::File;

use symphonia::core::checksum::Crc32;
use symphonia::core::formats::Packet;
use symphonia::core::io::Monitor;

use super::error::ClipError;
use super::ogg_heads::Coding;
use super::source::read_up_to;

/// Length of a page's head without the lengths of its segments.
const HEAD: usize = 27;

/// A head, 255 lengths, 255 segments of 255 bytes.
const LARGEST_PAGE: usize = HEAD + 255 + 255 * 255;

/// A FLAC frame of 65,535 frames in stereo and 24 bits has 400 kB, every other packet less.
const LARGEST_PACKET: usize = 1 << 20;

/// More streams than any program writes beside each other.
const MOST_STREAMS: usize = 32;

/// Where the last page is looked for: it is whole in the last two pages' length, other tags behind it included.
const TAIL: usize = 2 * LARGEST_PAGE;

/// The stream that is played, and where the reader is.
pub(super) struct Ogg {
    file: File,
    /// Where the next page begins, and where the file ends.
    place: u64,
    end: u64,
    serial: u32,
    page: Page,
    /// The first segment of the page that has not been handed out, and its first byte.
    segment: usize,
    byte: usize,
    /// Number of the newest page of the audio.
    number: Option<u32>,
    coding: Coding,
    /// The position of a page, when the packet that was handed out last is the last one that ends on it.
    position: Option<u64>,
    /// Whether that page is the last one of the stream.
    on_last_page: bool,
    /// The position of the last page of the stream; `None` if it is missing.
    last: Option<u64>,
}

/// One page.
#[derive(Default)]
struct Page {
    flags: u8,
    /// `None` if no packet ends on it.
    position: Option<u64>,
    serial: u32,
    number: u32,
    lengths: Vec<u8>,
    bytes: Vec<u8>,
}

impl Page {
    /// It goes on with a packet of the page before.
    fn goes_on(&self) -> bool {
        self.flags & 1 != 0
    }

    fn is_first(&self) -> bool {
        self.flags & 2 != 0
    }

    fn is_last(&self) -> bool {
        self.flags & 4 != 0
    }

    /// Reads the page at a place; answers with its length in bytes, `None` at the end of the file.
    fn read(&mut self, file: &File, place: u64, end: u64) -> Result<Option<u64>, ClipError> {
        let mut head = [0; HEAD];
        if place >= end {
            return Ok(None);
        }
        let read = read_up_to(file, &mut head, place)?;
        if !head[..read].starts_with(b"OggS\0") {
            return Err(ClipError::Damaged("between its pages are bytes that are no page".into()));
        }
        let cut_off = || ClipError::Damaged("the file ends too early".into());
        if read < HEAD {
            return Err(cut_off());
        }
        self.lengths.resize(usize::from(head[26]), 0);
        if read_up_to(file, &mut self.lengths, place + HEAD as u64)? < self.lengths.len() {
            return Err(cut_off());
        }
        let inside = (HEAD + self.lengths.len()) as u64;
        self.bytes.resize(self.lengths.iter().map(|length| usize::from(*length)).sum(), 0);
        if read_up_to(file, &mut self.bytes, place + inside)? < self.bytes.len() {
            return Err(cut_off());
        }
        if !checksum_holds(&head, &self.lengths, &self.bytes) {
            return Err(ClipError::Damaged("a page disagrees with its checksum".into()));
        }
        self.take_head(&head);
        Ok(Some(inside + self.bytes.len() as u64))
    }

    fn take_head(&mut self, head: &[u8; HEAD]) {
        let four = |at: usize| [head[at], head[at + 1], head[at + 2], head[at + 3]];
        let (low, high) = (u32::from_le_bytes(four(6)), u32::from_le_bytes(four(10)));
        let position = u64::from(high) << 32 | u64::from(low);
        self.flags = head[5];
        self.position = (position != u64::MAX).then_some(position);
        (self.serial, self.number) = (u32::from_le_bytes(four(14)), u32::from_le_bytes(four(18)));
    }
}

/// Over the page with zeros in place of the checksum itself.
fn checksum_holds(head: &[u8; HEAD], lengths: &[u8], bytes: &[u8]) -> bool {
    let mut sum = Crc32::new(0);
    sum.process_buf_bytes(&head[..22]);
    sum.process_buf_bytes(&[0; 4]);
    sum.process_buf_bytes(&head[26..]);
    sum.process_buf_bytes(lengths);
    sum.process_buf_bytes(bytes);
    sum.crc().to_le_bytes() == head[22..26]
}

impl Ogg {
    /// Reads the heads of a file that begins with `OggS`.
    pub(super) fn read(file: File, start: u64, end: u64) -> Result<Self, ClipError> {
        let (mut place, mut page, mut found) = (start, Page::default(), None);
        for _ in 0..MOST_STREAMS {
            let Some(length) = page.read(&file, place, end)? else { break };
            if !page.is_first() {
                break;
            }
            place += length;
            let first: usize = page.lengths.first().map_or(0, |length| usize::from(*length));
            match Coding::of(&page.bytes[..first])? {
                Some(coding) if found.is_none() => found = Some((page.serial, coding)),
                _ => {}
            }
        }
        let (serial, coding) = found
            .ok_or_else(|| ClipError::Undecodable("an Ogg without Vorbis, Opus or FLAC, which is not played".into()))?;
        let last = last_position(&file, serial, place, end)?;
        let mut ogg = Self {
            file,
            place,
            end,
            serial,
            page: Page::default(),
            segment: 0,
            byte: 0,
            number: None,
            coding,
            position: None,
            on_last_page: false,
            last,
        };
        while let Some(wanted) = ogg.coding.wants() {
            let head = ogg.next(wanted)?.ok_or_else(|| ClipError::Damaged("its head is cut off".into()))?;
            ogg.coding.take(&head)?;
        }
        // That of a page with heads says nothing of the audio.
        ogg.position = None;
        Ok(ogg)
    }

    /// What the heads say.
    pub(super) fn coding(&self) -> &Coding {
        &self.coding
    }

    /// The next packet of the audio; `None` after the last one.
    pub(super) fn next_packet(&mut self) -> Result<Option<Packet>, ClipError> {
        loop {
            let Some(packet) = self.next(LARGEST_PACKET + 1)? else { return Ok(None) };
            if packet.len() > LARGEST_PACKET {
                return Err(ClipError::Damaged("a packet of more than a megabyte".into()));
            }
            if self.coding.is_audio(&packet) {
                return Ok(Some(Packet::new_from_boxed_slice(0, 0, 0, packet.into_boxed_slice())));
            }
        }
    }

    /// After so many frames were decoded from the first page on which a packet ends: how many of them come before the
    /// beginning, and how many frames there are from there on; `None` where the packet that was handed out last is not the
    /// last one of a page. Positions may begin anywhere, as in what was cut out of a longer recording.
    pub(super) fn bounds(&self, frames: u64) -> Option<(u64, Option<u64>)> {
        let position = self.position?;
        let begins_at = position.saturating_sub(frames);
        // A short last page tells where the audio ends, any other where it begins.
        let early = if self.on_last_page { 0 } else { frames.saturating_sub(position) };
        let delay = self.coding.delay();
        let declared = self.last.map(|last| last.saturating_sub(begins_at).saturating_sub(delay));
        Some((early + delay, declared.or(self.coding.frames())))
    }

    /// The first bytes of the next packet, at most `most`; the rest is passed over.
    fn next(&mut self, most: usize) -> Result<Option<Vec<u8>>, ClipError> {
        let (mut packet, mut open) = (Vec::new(), false);
        loop {
            while let Some(length) = self.page.lengths.get(self.segment) {
                let bytes = &self.page.bytes[self.byte..self.byte + usize::from(*length)];
                packet.extend_from_slice(&bytes[..bytes.len().min(most - packet.len())]);
                open = *length == 255;
                self.segment += 1;
                self.byte += bytes.len();
                if !open {
                    let another = self.page.lengths[self.segment..].iter().any(|length| *length < 255);
                    self.position = self.page.position.filter(|_| !another);
                    self.on_last_page = self.page.is_last();
                    return Ok(Some(packet));
                }
            }
            if !self.turn_page(open)? {
                return Ok(None);
            }
        }
    }

    /// Goes to the next page of the stream; false after the last one. `open`: a packet goes on there.
    fn turn_page(&mut self, open: bool) -> Result<bool, ClipError> {
        let was_last = self.page.is_last();
        loop {
            let length = match self.page.read(&self.file, self.place, self.end) {
                // What programs put behind the last page is nobody's business.
                Err(ClipError::Damaged(_)) | Ok(None) if was_last => None,
                read => read?,
            };
            let Some(length) = length else {
                self.page = Page::default();
                self.segment = 0;
                return if open { Err(ClipError::Damaged("the file ends too early".into())) } else { Ok(false) };
            };
            self.place += length;
            if self.page.is_first() {
                return Err(ClipError::Damaged("a second stream follows the first; one is allowed".into()));
            }
            if self.page.serial == self.serial {
                break;
            }
        }
        if was_last
            || self.page.goes_on() != open
            || self.number.is_some_and(|number| number.wrapping_add(1) != self.page.number)
        {
            return Err(ClipError::Damaged("a page of it is missing".into()));
        }
        // Between the heads and a part that was cut out of a longer recording the numbers jump.
        self.number = self.coding.wants().is_none().then_some(self.page.number);
        (self.segment, self.byte) = (0, 0);
        Ok(true)
    }
}

/// The position of the stream's last page, looked for from the end of the file.
fn last_position(file: &File, serial: u32, start: u64, end: u64) -> Result<Option<u64>, ClipError> {
    let from = end.saturating_sub(TAIL as u64).max(start);
    let mut tail = vec![0; end.saturating_sub(from) as usize];
    let read = read_up_to(file, &mut tail, from)?;
    tail.truncate(read);
    let mut page = Page::default();
    for at in (0..tail.len()).rev().filter(|at| tail[*at..].starts_with(b"OggS\0")) {
        // Most such places are pages; one that is not was put there by chance or by malice.
        if page.read(file, from + at as u64, end).is_ok_and(|length| length.is_some()) && page.serial == serial {
            return Ok(page.position.filter(|_| page.is_last()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A page of stream 7 with its checksum.
    fn page(flags: u8, position: u64, number: u32, packets: &[&[u8]]) -> Vec<u8> {
        let mut head = [0; HEAD];
        head[..6].copy_from_slice(&[b'O', b'g', b'g', b'S', 0, flags]);
        head[6..14].copy_from_slice(&position.to_le_bytes());
        head[14] = 7;
        head[18..22].copy_from_slice(&number.to_le_bytes());
        let lengths: Vec<u8> = packets.iter().map(|packet| packet.len() as u8).collect();
        let bytes = packets.concat();
        head[26] = lengths.len() as u8;
        let mut sum = Crc32::new(0);
        sum.process_buf_bytes(&[&head[..], &lengths, &bytes].concat());
        head[22..26].copy_from_slice(&sum.crc().to_le_bytes());
        [&head[..], &lengths, &bytes].concat()
    }

    const OPUS: &[u8] = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";

    /// The heads of an Opus stream whose beginning lies 312 frames in, then these pages.
    fn read(pages: &[Vec<u8>]) -> Result<Ogg, ClipError> {
        let mut file = tempfile::tempfile().unwrap();
        let heads = [page(2, 0, 0, &[OPUS]), page(0, 0, 1, &[b"OpusTags and a picture"])];
        let bytes = [heads.concat(), pages.concat()].concat();
        file.write_all(&bytes).unwrap();
        Ogg::read(file, 0, bytes.len() as u64)
    }

    /// All packets, and how it ended.
    fn packets(mut ogg: Ogg) -> (Vec<Vec<u8>>, Result<(), ClipError>) {
        let mut found = Vec::new();
        loop {
            match ogg.next_packet() {
                Ok(Some(packet)) => found.push(packet.data.to_vec()),
                Ok(None) => return (found, Ok(())),
                Err(error) => return (found, Err(error)),
            }
        }
    }

    #[test]
    fn packets_come_out_in_order_over_pages() {
        let long = [b'l'; 255];
        let pages = [page(0, 960, 2, &[b"one", b"", &long]), page(5, 2000, 3, &[b"er", b"two"])];
        let (found, end) = packets(read(&pages).unwrap());
        assert_eq!((found, end), (vec![b"one".to_vec(), [&long[..], b"er"].concat(), b"two".to_vec()], Ok(())));
    }

    #[test]
    fn the_first_page_tells_where_the_audio_begins_and_the_last_where_it_ends() {
        let mut ogg = read(&[page(0, 10_960, 2, &[b"a", b"b"]), page(4, 20_000, 3, &[b"c"])]).unwrap();
        assert_eq!(ogg.bounds(0), None, "only heads were read");
        ogg.next_packet().unwrap();
        assert_eq!(ogg.bounds(480), None, "another packet ends on this page");
        ogg.next_packet().unwrap();
        // 960 frames end at 10,960: it was cut out of something that began 10,000 frames earlier.
        assert_eq!(ogg.bounds(960), Some((312, Some(20_000 - 10_000 - 312))));
        // Frames from before its beginning are there for the decoder only.
        assert_eq!(ogg.bounds(11_000), Some((40 + 312, Some(20_000 - 312))));
    }

    #[test]
    fn what_is_missing_damaged_or_too_much_is_said() {
        let (good, last) = (page(0, 960, 2, &[b"one"]), page(4, 2000, 3, &[b"two"]));
        let end = |pages: &[Vec<u8>]| read(pages).map(packets).map_or_else(Err, |(_, end)| end);
        assert_eq!(end(&[good.clone(), last.clone(), b"TAG and more".to_vec()]), Ok(()));
        let damaged = |pages: &[Vec<u8>], what: &str| {
            assert_eq!(end(pages), Err(ClipError::Damaged(what.to_owned())));
        };
        let mut flipped = good.clone();
        *flipped.last_mut().unwrap() ^= 1;
        damaged(&[flipped, last.clone()], "a page disagrees with its checksum");
        damaged(&[good.clone(), page(4, 2000, 4, &[b"two"])], "a page of it is missing");
        damaged(&[good.clone(), page(5, 2000, 3, &[b"two"])], "a page of it is missing");
        damaged(&[good.clone(), b"between".to_vec(), last.clone()], "between its pages are bytes that are no page");
        damaged(&[good.clone(), last[..20].to_vec()], "the file ends too early");
        let second = page(2, 0, 0, &[OPUS]);
        damaged(&[good, last, second], "a second stream follows the first; one is allowed");
    }
}
