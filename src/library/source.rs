//! The bytes of one file that hold audio, behind one open handle.
//!
//! In: a path. Out: a reader over the part of the file between the tags that programs put before and after MP3 audio, and
//! what its first bytes say it is. The handle stays open, so the file may be replaced or removed meanwhile; it may also
//! shrink, which reads as an early end. Must never block on a pipe. Next: `wav`, `flac` and `mp4`, then `decode`.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::RangeInclusive;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::io::MediaSource;

use super::error::ClipError;
use super::flac;
use super::wav::Wav;

/// Rates that are played, in Hz; others come from measuring instruments and mistakes.
pub(super) const RATES: RangeInclusive<u32> = 8_000..=96_000;

/// Numbers of channels that are played.
pub(super) const CHANNELS: RangeInclusive<usize> = 1..=2;

/// Says which rate or number of channels is not played.
pub(super) fn wrong_form(rate: u32, channels: usize) -> ClipError {
    let (low, high) = (RATES.start(), RATES.end());
    ClipError::Undecodable(if CHANNELS.contains(&channels) {
        format!("a rate of {rate} Hz; {low} to {high} are allowed")
    } else {
        format!("{channels} channels; 1 or 2 are allowed")
    })
}

/// At most this many tags are passed over at each end; real files carry one or two.
const MOST_TAGS: usize = 8;

/// Opens a regular file for reading and tells its length in bytes.
pub(super) fn open(path: &Path) -> Result<(File, u64), ClipError> {
    // Without O_NONBLOCK opening a named pipe waits until somebody writes into it.
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let facts = file.metadata()?;
    if facts.is_dir() {
        return Err(ClipError::IsFolder);
    }
    if !facts.is_file() {
        return Err(ClipError::Undecodable("a device or pipe, not a file".into()));
    }
    Ok((file, facts.len()))
}

/// What the first bytes say, as far as the way of decoding depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// RIFF WAVE.
    Wav,
    /// RIFF WAVE whose recorder did not live to write the length.
    UnfinishedWav,
    /// FLAC outside Ogg.
    Flac,
    /// Ogg with Vorbis, Opus or FLAC in it.
    Ogg,
    /// MP4 with AAC in it.
    Mp4,
    /// No marker, so a stream of frames: MP3 or ADTS, or no audio at all.
    Frames,
}

impl Kind {
    fn of(head: &[u8]) -> Self {
        match head {
            [b'R', b'I', b'F', b'F', ..] => Self::Wav,
            [b'f', b'L', b'a', b'C', ..] => Self::Flac,
            [b'O', b'g', b'g', b'S', ..] => Self::Ogg,
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Self::Mp4,
            _ => Self::Frames,
        }
    }
}

/// The audio bytes of one open file, from 0 to their length.
pub(super) struct Source {
    file: File,
    /// Given out before the bytes of the file.
    head: Vec<u8>,
    start: u64,
    length: u64,
    position: u64,
    /// The furthest position up to which was read, for whoever watches the work.
    read: Arc<AtomicU64>,
    kind: Kind,
}

impl Source {
    /// Finds the audio between the tags of an open file of that length.
    pub(super) fn new(file: File, length: u64) -> Result<Self, ClipError> {
        if length == 0 {
            return Err(ClipError::Undecodable("the file is empty".into()));
        }
        let start = after_leading_tags(&file, length)?;
        let mut first = [0; 12];
        let read = read_up_to(&file, &mut first, start)?;
        let kind = Kind::of(&first[..read]);
        let end = if kind == Kind::Frames { before_trailing_tags(&file, start, length)? } else { length };
        if kind == Kind::Wav {
            let wav = Wav::read(&file, start, end)?;
            let kind = if wav.says_length { Kind::Wav } else { Kind::UnfinishedWav };
            let length = wav.head.len() as u64 + wav.length;
            return Ok(Self {
                file,
                head: wav.head,
                start: wav.start,
                length,
                position: 0,
                read: Arc::default(),
                kind,
            });
        }
        let (head, start) = if kind == Kind::Flac { flac::read(&file, start)? } else { (Vec::new(), start) };
        let length = head.len() as u64 + end.saturating_sub(start);
        Ok(Self { file, head, start, length, position: 0, read: Arc::default(), kind })
    }

    /// What the first bytes say.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// A count of the bytes of audio that have been read, and how many there are.
    pub(super) fn bytes_read(&self) -> (Arc<AtomicU64>, u64) {
        (Arc::clone(&self.read), self.length)
    }

    /// The file, and from where to where its audio reaches in it.
    pub(super) fn into_parts(self) -> (File, u64, u64) {
        (self.file, self.start, self.start + self.length)
    }

    /// The first bytes as a person can recognise them.
    pub(super) fn describe_head(&self) -> String {
        let mut head = [0; 8];
        let read = read_up_to(&self.file, &mut head, self.start).unwrap_or(0);
        head[..read].escape_ascii().to_string()
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let head = usize::try_from(self.position).ok().and_then(|position| self.head.get(position..));
        let read = if let Some(head @ [_, ..]) = head {
            let read = head.len().min(buffer.len());
            buffer[..read].copy_from_slice(&head[..read]);
            read
        } else {
            let left = usize::try_from(self.length.saturating_sub(self.position)).unwrap_or(usize::MAX);
            let wanted = buffer.len().min(left);
            let place = self.start + self.position - self.head.len() as u64;
            self.file.read_at(&mut buffer[..wanted], place)?
        };
        self.position += read as u64;
        self.read.fetch_max(self.position, Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position
            .filter(|position| *position <= self.length)
            .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        Ok(self.position)
    }
}

impl MediaSource for Source {
    /// An MP3 reader that may seek guesses a length from the first frames and cuts the audio there (a quarter of a VBR file
    /// without Xing header); one that may not reads to the end.
    fn is_seekable(&self) -> bool {
        false
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}

/// Passes over leading ID3 tags: they may hold megabytes of cover picture, which nobody hears.
fn after_leading_tags(file: &File, length: u64) -> io::Result<u64> {
    let mut start = 0;
    for _ in 0..MOST_TAGS {
        let mut head = [0; 10];
        if read_up_to(file, &mut head, start)? < head.len() || !head.starts_with(b"ID3") {
            break;
        }
        // Four bytes of seven bits each; a footer repeats the ten bytes of the head.
        let size = head[6..].iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7f));
        let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
        start = (start + 10 + size + footer).min(length);
    }
    Ok(start)
}

/// Leaves trailing ID3 and APE tags out: their pictures and texts can look like frames, and would be heard as noise.
fn before_trailing_tags(file: &File, start: u64, length: u64) -> io::Result<u64> {
    let mut end = length;
    for _ in 0..MOST_TAGS {
        let mut tail = [0; 128];
        let Some(place) = end.checked_sub(128).filter(|place| *place >= start) else { break };
        if read_up_to(file, &mut tail, place)? < tail.len() {
            break;
        }
        if tail.starts_with(b"TAG") {
            end = place;
        } else if let [b'A', b'P', b'E', b'T', b'A', b'G', b'E', b'X', footer @ ..] = &tail[96..] {
            // Version, then the size of the items with this footer, then flags, whose top bit tells of a header.
            let number = |at: usize| u32::from_le_bytes([footer[at], footer[at + 1], footer[at + 2], footer[at + 3]]);
            let header = if number(12) & 0x8000_0000 == 0 { 0 } else { 32 };
            let tag = u64::from(number(4)) + header;
            let Some(place) = end.checked_sub(tag.max(32)).filter(|place| *place >= start) else { break };
            end = place;
        } else {
            break;
        }
    }
    Ok(end)
}

/// Reads until the buffer is full or the file ends.
pub(super) fn read_up_to(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read_at(&mut buffer[read..], place + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn source(bytes: &[u8]) -> Source {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Source::new(file, bytes.len() as u64).unwrap()
    }

    #[test]
    fn tags_before_and_after_the_frames_are_left_out() {
        let mut bytes = b"ID3\x04\0\0\0\0\0\x05cover".to_vec();
        bytes.extend([0xff, 0xfb].repeat(100));
        bytes.extend(b"picture.APETAGEX\xd0\x07\0\0\x28\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        bytes.extend(b"TAG");
        bytes.extend([b' '; 125]);
        let mut source = source(&bytes);
        let mut audio = Vec::new();
        source.read_to_end(&mut audio).unwrap();
        assert_eq!(audio, [0xff, 0xfb].repeat(100));
    }

    #[test]
    fn a_tag_that_claims_more_than_the_file_leaves_nothing() {
        let source = source(b"ID3\x04\0\0\x7f\x7f\x7f\x7fcover");
        assert_eq!((source.length, source.kind), (0, Kind::Frames));
    }

    #[test]
    fn seeking_beyond_the_end_is_an_error() {
        let mut source = source(b"OggS and more");
        assert_eq!(source.seek(SeekFrom::End(-4)).unwrap(), 9);
        assert!(source.seek(SeekFrom::Start(14)).is_err());
        assert!(source.seek(SeekFrom::Current(-10)).is_err());
    }
}
