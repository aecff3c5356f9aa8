//! The test tone: a few gentle notes that the program makes itself, to hear whether the loudspeakers work.
//!
//! In: nothing; it is the same bytes every time, so the store keeps it once and its hash in the log is always the same. Out: a
//! content of the store like any other. It needs no file and no approval, since nobody can change it. Next: `content`.

use std::f64::consts::TAU;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;

use rustix::fs::MemfdFlags;

use super::content::{ContentStore, Ingested};
use super::error::ClipError;

/// A common chord upwards, one note after the other.
const NOTES_HZ: [f64; 4] = [261.63, 329.63, 392.0, 523.25];
const NOTE_MS: u32 = 900;
const RAMP_MS: u32 = 120;
const RATE: u32 = 48_000;
/// -18 dBFS at its peak: plainly heard, and nobody is startled.
const AMPLITUDE: f64 = 0.126;

impl ContentStore {
    /// Takes the test tone in.
    ///
    /// # Errors
    /// If neither the disk nor the memory takes it.
    pub fn test_tone(&self) -> Result<Ingested, ClipError> {
        let unreadable = |error: std::io::Error| ClipError::Unreadable(error.to_string());
        let memory =
            rustix::fs::memfd_create("loa-tone", MemfdFlags::CLOEXEC).map_err(|error| unreadable(error.into()))?;
        let mut memory = std::fs::File::from(memory);
        memory.write_all(&wav()).map_err(unreadable)?;
        self.ingest(&PathBuf::from(format!("/proc/self/fd/{}", memory.as_raw_fd())))
    }
}

/// The tone as a WAV file of 16 bits, mono.
fn wav() -> Vec<u8> {
    let note = RATE * NOTE_MS / 1000;
    let bytes = 2 * note * u32::try_from(NOTES_HZ.len()).unwrap_or(0);
    let mut wav = Vec::with_capacity(44 + bytes as usize);
    wav.extend(b"RIFF");
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    // PCM, one channel, the rate, bytes per second, bytes per frame, bits.
    wav.extend([1_u16.to_le_bytes(), 1_u16.to_le_bytes()].concat());
    wav.extend([RATE.to_le_bytes(), (2 * RATE).to_le_bytes()].concat());
    wav.extend([2_u16.to_le_bytes(), 16_u16.to_le_bytes()].concat());
    wav.extend(b"data");
    wav.extend(bytes.to_le_bytes());
    let ramp = f64::from(RATE * RAMP_MS / 1000);
    for hertz in NOTES_HZ {
        for at in 0..note {
            let gain = f64::from(at.min(note - 1 - at)).min(ramp) / ramp;
            let wave = (TAU * hertz * f64::from(at) / f64::from(RATE)).sin();
            wav.extend(((AMPLITUDE * gain * wave * 32_767.0).round() as i16).to_le_bytes());
        }
    }
    wav
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_content_every_time_and_plays_from_end_to_end() {
        let folder = tempfile::tempdir().unwrap();
        let store = ContentStore::open(folder.path()).unwrap();
        let (first, second) = (store.test_tone().unwrap(), store.test_tone().unwrap());
        assert_eq!((first.content.sha256.clone(), first.new, second.new), (second.content.sha256, true, false));
        let verified = store.verify(&first.content.sha256).unwrap();
        assert_eq!(verified.duration_ms, 3_600);
        let peak = verified.measures.true_peak_centi_dbtp;
        assert!((-1_810..-1_780).contains(&peak), "{peak}");
    }
}
