//! Decodes a whole file to find damage before it airs, and measures it on the way.
//!
//! In: a path. Out: what was measured, or what is wrong. Streams, so a file of hours costs no memory; some hundred
//! times faster than real time. One kind of damage cannot be found: an MP3 without Xing header or an ADTS stream
//! that was cut off between two frames, since nothing in them says how long they are. Next: `content`.

use std::path::Path;

use super::decode::Decoder;
use super::error::ClipError;
use super::measure::Gauge;
use super::unfinished::copy;
use crate::sound::Measures;

/// What a full decode found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Length in milliseconds, rounded down.
    pub duration_ms: i64,
    /// Length in frames of the file's own rate.
    pub frames: u64,
    /// Frames per second.
    pub rate: u32,
    /// 1 or 2.
    pub channels: u16,
    /// What it sounds like.
    pub measures: Measures,
}

/// Decodes all of a file. Damage is any packet that cannot be decoded, fewer frames than declared, an Ogg without its last
/// page, a WAV whose header was never finished, or samples that disagree with FLAC's checksum.
pub fn verify(path: &Path) -> Result<Verified, ClipError> {
    verify_with(path, &mut |_| {})
}

/// The same; `progress` hears again and again how much has been decoded, 0 to 1.
pub fn verify_with(path: &Path, progress: &mut dyn FnMut(f64)) -> Result<Verified, ClipError> {
    let mut decoder = Decoder::open_with_checksum(path)?;
    let mut gauge = Gauge::new(decoder.rate(), decoder.channels());
    while let Some(block) = decoder.next_block()? {
        gauge.take(block);
        progress(decoder.fraction());
    }
    if decoder.lacks_its_length() {
        return Err(ClipError::Damaged("its end is missing: nothing says how long it should be".into()));
    }
    if decoder.checksum_fails() {
        return Err(ClipError::Damaged("its samples disagree with its checksum".into()));
    }
    let (frames, rate, channels, measures) = (decoder.frames(), decoder.rate(), decoder.channels(), gauge.measures());
    Ok(Verified { duration_ms: measures.duration_ms, frames, rate, channels, measures })
}

/// SHA-256 of a file, lower-case hex.
pub fn sha256_of(path: &Path) -> Result<String, ClipError> {
    let mut file = std::fs::File::open(path)?;
    Ok(copy(&mut file, &mut std::io::sink())?.0)
}
