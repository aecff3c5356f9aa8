//! The AAC packets of an MP4 (M4A) file.
//!
//! In: an open file. Out: its packets in order, and what its tables say of rate, length and the encoder's delay. symphonia's
//! own reader allocates what a damaged table asks for and unwraps what a damaged file lacks, and it ignores the edit list,
//! which alone says where the sound begins. Must never trust a number that it has not checked. Next: `decode`.

use std::fs::File;

use symphonia::core::audio::{Channels, Layout};
use symphonia::core::codecs::{CODEC_TYPE_AAC, CodecParameters};
use symphonia::core::formats::Packet;

use super::boxes::{Boxes, Table, child, number, top_level};
use super::error::ClipError;
use super::source::{CHANNELS, RATES, read_up_to, wrong_form};

/// Rates by their number in an AAC head.
const AAC_RATES: [u32; 12] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000];

/// Far more than one AAC packet of two channels may have (1536 bytes).
const LARGEST_PACKET: u32 = 64 * 1024;

/// The packets of one file, and where the reader is.
pub(super) struct Mp4 {
    file: File,
    sizes: Sizes,
    chunks: Vec<u64>,
    /// From which chunk on (counted from 0) each chunk holds how many packets.
    runs: Vec<(usize, u32)>,
    next_packet: usize,
    next_chunk: usize,
    left_in_chunk: u32,
    place: u64,
    /// Frames per second.
    pub(super) rate: u32,
    channels: u16,
    /// Frames to drop at the front: the encoder's delay, as far as the edit list says.
    pub(super) skip: u64,
    /// Frames of sound after them.
    pub(super) frames: u64,
}

enum Sizes {
    All(u32, usize),
    Each(Vec<u32>),
}

impl Mp4 {
    /// Reads the tables of a file that begins with `ftyp`.
    pub(super) fn read(file: File, start: u64, end: u64) -> Result<Self, ClipError> {
        let moov = top_level(&file, start, end)?;
        let movie_scale = child(&moov, *b"mvhd").and_then(time_scale).unwrap_or(0);
        let trak =
            Boxes::new(&moov).filter(|(name, _)| name == b"trak").map(|(_, trak)| trak).find(|trak| is_sound(trak));
        let trak = trak.ok_or_else(|| ClipError::Undecodable("an MP4 without sound".into()))?;
        let mdia = child(trak, *b"mdia").ok_or_else(|| lacks("mdia"))?;
        let minf = child(mdia, *b"minf").ok_or_else(|| lacks("minf"))?;
        let stbl = child(minf, *b"stbl").ok_or_else(|| lacks("stbl"))?;
        let scale =
            child(mdia, *b"mdhd").and_then(time_scale).filter(|scale| *scale > 0).ok_or_else(|| lacks("mdhd"))?;
        let (rate, channels) = coding(child(stbl, *b"stsd").ok_or_else(|| lacks("stsd"))?)?;
        let in_frames = |units: u64, scale: u32| (u128::from(units) * u128::from(rate) / u128::from(scale)) as u64;
        let total = in_frames(duration(stbl)?, scale);
        let edit = child(trak, *b"edts").and_then(|edts| child(edts, *b"elst")).and_then(single_edit);
        let (mut skip, mut frames) = (0, total);
        if let Some((length, from)) = edit.filter(|(_, from)| in_frames(*from, scale) < total) {
            skip = in_frames(from, scale);
            // The edit's length is in the movie's coarse time base, so it is believed only to the next of its units.
            let kept = if movie_scale > 0 && length > 0 { in_frames(length + 1, movie_scale) } else { u64::MAX };
            frames = (total - skip).min(kept);
        }
        let (sizes, chunks, runs) = (sizes(stbl)?, chunks(stbl)?, runs(stbl)?);
        Ok(Self {
            file,
            sizes,
            chunks,
            runs,
            next_packet: 0,
            next_chunk: 0,
            left_in_chunk: 0,
            place: 0,
            rate,
            channels,
            skip,
            frames,
        })
    }

    /// What the AAC decoder is to be told.
    pub(super) fn params(&self) -> CodecParameters {
        let mut params = CodecParameters::new();
        let layout: Channels = if self.channels == 1 { Layout::Mono } else { Layout::Stereo }.into_channels();
        let number = AAC_RATES.iter().position(|rate| *rate == self.rate).unwrap_or(0) as u8;
        // AAC-LC, the number of the rate, the channels: the plain form of the file's own head.
        let head = [2 << 3 | number >> 1, number << 7 | (self.channels as u8) << 3];
        params
            .for_codec(CODEC_TYPE_AAC)
            .with_sample_rate(self.rate)
            .with_channels(layout)
            .with_extra_data(Box::new(head));
        params
    }

    /// The next packet; `None` after the last one, or where the file or its tables break off.
    pub(super) fn next_packet(&mut self) -> Result<Option<Packet>, ClipError> {
        let size = match &self.sizes {
            Sizes::All(size, count) => (self.next_packet < *count).then_some(*size),
            Sizes::Each(sizes) => sizes.get(self.next_packet).copied(),
        };
        let Some(size) = size else { return Ok(None) };
        if size > LARGEST_PACKET {
            return Err(ClipError::Damaged(format!("a packet of {size} bytes")));
        }
        while self.left_in_chunk == 0 {
            let Some(place) = self.chunks.get(self.next_chunk) else { return Ok(None) };
            let run = self.runs.partition_point(|(first, _)| *first <= self.next_chunk);
            let Some((_, packets)) = run.checked_sub(1).and_then(|run| self.runs.get(run)) else { return Ok(None) };
            (self.place, self.left_in_chunk) = (*place, *packets);
            self.next_chunk += 1;
        }
        let mut data = vec![0; size as usize];
        if read_up_to(&self.file, &mut data, self.place)? < data.len() {
            return Ok(None);
        }
        self.place = self.place.saturating_add(u64::from(size));
        self.left_in_chunk -= 1;
        self.next_packet += 1;
        Ok(Some(Packet::new_from_boxed_slice(0, self.next_packet as u64, 1024, data.into_boxed_slice())))
    }
}

fn lacks(name: &str) -> ClipError {
    ClipError::Damaged(format!("its table `{name}` is missing or cut off"))
}

fn is_sound(trak: &[u8]) -> bool {
    let handler = child(trak, *b"mdia").and_then(|mdia| child(mdia, *b"hdlr"));
    handler.and_then(|handler| handler.get(8..12)) == Some(b"soun")
}

/// Units per second of `mvhd` and `mdhd`, which begin alike.
fn time_scale(header: &[u8]) -> Option<u32> {
    number(header, if header.first() == Some(&1) { 20 } else { 12 })
}

/// Sum of all packets' durations, in units of the track.
fn duration(stbl: &[u8]) -> Result<u64, ClipError> {
    let table = child(stbl, *b"stts").and_then(|stts| Table::new(stts, 4, 8)).ok_or_else(|| lacks("stts"))?;
    let sum =
        |total: u64, row: &[u8]| total.checked_add(u64::from(number(row, 0)?).checked_mul(u64::from(number(row, 4)?))?);
    table.rows().try_fold(0, sum).filter(|total| *total > 0).ok_or_else(|| lacks("stts"))
}

fn sizes(stbl: &[u8]) -> Result<Sizes, ClipError> {
    let stsz = child(stbl, *b"stsz").ok_or_else(|| lacks("stsz"))?;
    let (all, count) = number(stsz, 4).zip(number(stsz, 8)).ok_or_else(|| lacks("stsz"))?;
    if all > 0 {
        return Ok(Sizes::All(all, count as usize));
    }
    let table = Table::new(stsz, 8, 4).ok_or_else(|| lacks("stsz"))?;
    Ok(Sizes::Each(table.rows().filter_map(|row| number(row, 0)).collect()))
}

fn chunks(stbl: &[u8]) -> Result<Vec<u64>, ClipError> {
    if let Some(table) = child(stbl, *b"stco").and_then(|stco| Table::new(stco, 4, 4)) {
        return Ok(table.rows().filter_map(|row| number(row, 0)).map(u64::from).collect());
    }
    let table = child(stbl, *b"co64").and_then(|co64| Table::new(co64, 4, 8)).ok_or_else(|| lacks("stco"))?;
    let wide = |row: &[u8]| Some(u64::from(number(row, 0)?) << 32 | u64::from(number(row, 4)?));
    Ok(table.rows().filter_map(wide).collect())
}

fn runs(stbl: &[u8]) -> Result<Vec<(usize, u32)>, ClipError> {
    let table = child(stbl, *b"stsc").and_then(|stsc| Table::new(stsc, 4, 12)).ok_or_else(|| lacks("stsc"))?;
    let run =
        |row: &[u8]| Some((number(row, 0)?.checked_sub(1)? as usize, number(row, 4).filter(|packets| *packets > 0)?));
    let runs: Option<Vec<_>> = table.rows().map(run).collect();
    runs.filter(|runs| runs.is_sorted_by_key(|(first, _)| *first)).ok_or_else(|| lacks("stsc"))
}

/// Length (in units of the movie) and beginning (in units of the track) of the one piece that is to be heard; `None` if there
/// are several or something is to be waited for, which is nothing for a loudspeaker.
fn single_edit(elst: &[u8]) -> Option<(u64, u64)> {
    if number(elst, 4)? != 1 {
        return None;
    }
    // The first version of the table has narrow fields, the second wide ones.
    let (length, from) = if *elst.first()? == 0 {
        (u64::from(number(elst, 8)?), i64::from(number(elst, 12)? as i32))
    } else {
        let wide = |at: usize| Some(u64::from(number(elst, at)?) << 32 | u64::from(number(elst, at + 4)?));
        (wide(8)?, wide(16)? as i64)
    };
    Some((length.min(u64::from(u32::MAX)), u64::try_from(from).ok()?))
}

/// Rate and channels of the one kind of sound that is played: AAC-LC.
fn coding(stsd: &[u8]) -> Result<(u32, u16), ClipError> {
    let (name, entry) = stsd.get(8..).and_then(|entries| Boxes::new(entries).next()).ok_or_else(|| lacks("stsd"))?;
    if &name != b"mp4a" {
        return Err(ClipError::Undecodable(format!("an MP4 with `{}`; AAC is played", name.escape_ascii())));
    }
    // QuickTime's versions 1 and 2 put more fields before the inner boxes.
    let inner = match entry.get(8..10) {
        Some([0, 1]) => 44,
        Some([0, 2]) => 64,
        _ => 28,
    };
    let inner = entry.get(inner..).unwrap_or_default();
    let esds = child(inner, *b"esds").or_else(|| child(inner, *b"wave").and_then(|wave| child(wave, *b"esds")));
    let head = esds.and_then(aac_head).ok_or_else(|| lacks("esds"))?;
    let kind = head[0] >> 3;
    let rate = AAC_RATES.get(usize::from((head[0] & 7) << 1 | head[1] >> 7)).copied().unwrap_or(0);
    let channels = head[1] >> 3 & 15;
    // The last bits tell of shorter packets, dependence on another track and extensions.
    if kind != 2 || head[1] & 7 != 0 {
        return Err(ClipError::Undecodable(format!("AAC of kind {kind}; kind 2 (AAC-LC) is played")));
    }
    if !CHANNELS.contains(&usize::from(channels)) || !RATES.contains(&rate) {
        return Err(wrong_form(rate, usize::from(channels)));
    }
    Ok((rate, u16::from(channels)))
}

/// The two bytes that describe the AAC inside nested descriptors: 3 (stream), in it 4 (decoder), in it 5 (the head).
fn aac_head(esds: &[u8]) -> Option<[u8; 2]> {
    let stream = descriptor(esds.get(4..)?, 3)?;
    let flags = *stream.get(2)?;
    let url = if flags & 0x40 == 0 { 0 } else { 1 + usize::from(*stream.get(3)?) };
    let fields = 3 + url + [0x80, 0x20].iter().filter(|flag| flags & **flag != 0).count() * 2;
    let decoder = descriptor(stream.get(fields..)?, 4)?;
    if !matches!(decoder.first()?, 0x40 | 0x66..=0x68) {
        return None;
    }
    descriptor(decoder.get(13..)?, 5)?.first_chunk().copied()
}

fn descriptor(bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    let (tag, mut rest) = bytes.split_first()?;
    let mut length = 0;
    for _ in 0..4 {
        let (byte, after) = rest.split_first()?;
        rest = after;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    (*tag == wanted).then(|| rest.get(..length)).flatten()
}
