//! A WAV file, at real pace: 16 bit, stereo, 48 kHz.
//!
//! In: a path, a feed and a clock. Out: a file per opening, never one that exists already: `air.wav`, then `air-2.wav`.
//! The header is made true every second of audio, so that a killed station leaves a file that plays. A full disk is a
//! lost output, not a panic. What airs here is a rehearsal and never counts in a report. Next: `pace`.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use super::pace::{self, PERIOD, RATE};
use super::{Feed, Format, OpenError, Output, Stream};
use crate::clock::Clock;

/// Space that must be free to begin a file: ten seconds, so that a full disk is not filled with empty files.
const ROOM_BYTES: u64 = 10 * RATE as u64 * 4;

/// Frames after which a new file is begun: six hours. The format itself ends at 4 GiB, 6.2 hours.
const FILE_FRAMES: u64 = 6 * 3600 * RATE as u64;

/// The most names that are tried before giving up; each opening and each six hours take one.
const NAMES: u32 = 100_000;

/// The setting `device = "wav:FILE"`.
#[derive(Debug)]
pub struct Wav {
    path: PathBuf,
    clock: Clock,
}

impl Wav {
    /// Files beginning with `path`, written at the pace of `clock`.
    #[must_use]
    pub fn new(path: PathBuf, clock: Clock) -> Self {
        Self { path, clock }
    }
}

impl Output for Wav {
    fn open(&self, feed: &mut dyn FnMut(&Format) -> Feed) -> Result<Box<dyn Stream>, OpenError> {
        let mut tape = Tape::begin(&self.path).map_err(|why| OpenError(describe(&self.path, &why)))?;
        let feed = feed(&Format { rate: RATE, period: PERIOD, device: tape.path.display().to_string() });
        let sink = move |block: &[f32]| tape.record(block).map_err(|why| describe(&tape.path, &why));
        pace::start(self.clock.clone(), feed, Box::new(sink))
    }
}

/// One file after the other.
struct Tape {
    /// The name as it was set; files get numbers in front of the extension.
    name: PathBuf,
    path: PathBuf,
    writer: WavWriter<BufWriter<File>>,
    frames: u64,
    /// Frames in the file when its header was last true.
    told: u64,
}

impl Tape {
    fn begin(name: &Path) -> io::Result<Self> {
        let folder = name.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let disk = rustix::fs::statvfs(folder)?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < ROOM_BYTES {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let (path, file) = create_new(name)?;
        let spec = WavSpec { channels: 2, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let begun = WavWriter::new(BufWriter::new(file), spec).and_then(|mut writer| writer.flush().map(|()| writer));
        match begun {
            Ok(writer) => Ok(Self { name: name.to_owned(), path, writer, frames: 0, told: 0 }),
            Err(error) => {
                let _ = fs::remove_file(&path); // ours, and without a single sample
                Err(into_io(error))
            }
        }
    }

    fn record(&mut self, block: &[f32]) -> io::Result<()> {
        if self.frames >= FILE_FRAMES {
            let next = Self::begin(&self.name)?;
            std::mem::replace(self, next).writer.finalize().map_err(into_io)?;
        }
        for &sample in block {
            // The exact reverse of reading 16 bits as a fraction of 32768; `as` holds what is louder at full scale.
            self.writer.write_sample((sample * 32_768.0).round() as i16).map_err(into_io)?;
        }
        self.frames += block.len() as u64 / 2;
        if self.frames - self.told >= u64::from(RATE) {
            self.writer.flush().map_err(into_io)?;
            self.told = self.frames;
        }
        Ok(())
    }
}

/// `name` itself, else the first of `name-2`, `name-3` … that does not exist.
fn create_new(name: &Path) -> io::Result<(PathBuf, File)> {
    let stem = name.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = name.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    for number in 1..=NAMES {
        let path = match number {
            1 => name.to_owned(),
            _ => name.with_file_name(format!("{stem}-{number}{extension}")),
        };
        match File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn into_io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

fn describe(path: &Path, why: &io::Error) -> String {
    format!("cannot write `{}`: {}", path.display(), why.to_string().to_lowercase())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use chrono::DateTime;

    use super::*;

    fn samples(path: &Path) -> Vec<i16> {
        hound::WavReader::open(path).unwrap().into_samples().map(Result::unwrap).collect()
    }

    /// Records at least `frames` frames of a counting feed at 100 times real pace, and closes the file.
    fn record(path: &Path, frames: usize) -> String {
        let wav = Wav::new(path.to_owned(), Clock::scaled(DateTime::from_timestamp(1, 0).unwrap(), 100));
        let (told, done) = mpsc::channel();
        let mut next = 0_u16;
        let mut name = String::new();
        let stream = wav.open(&mut |format| {
            name.clone_from(&format.device);
            let told = told.clone();
            Box::new(move |block, _| {
                for sample in block.iter_mut() {
                    *sample = f32::from(next.cast_signed()) / 32_768.0;
                    next = next.wrapping_add(1);
                }
                let _ = told.send(block.len() / 2);
            })
        });
        let stream = stream.unwrap();
        let mut taken = 0;
        while taken < frames {
            taken += done.recv_timeout(Duration::from_secs(10)).expect("blocks keep coming");
        }
        drop(stream);
        name
    }

    #[test]
    fn every_16_bit_value_comes_back_as_it_was_and_the_feed_is_told_the_files_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made/on demand/air.wav");
        assert_eq!(record(&path, 40_000), path.display().to_string());
        let got = samples(&path);
        assert!(got.len() >= 65_536);
        assert!(got.iter().enumerate().all(|(n, &sample)| sample == (n as u16).cast_signed()));
    }

    #[test]
    fn a_file_that_exists_is_never_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("air.wav");
        fs::write(&path, "mine").unwrap();
        record(&path, 1);
        record(&path, 1);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert!(!samples(&folder.path().join("air-2.wav")).is_empty());
        assert!(!samples(&folder.path().join("air-3.wav")).is_empty());
    }

    #[test]
    fn the_header_is_true_before_the_file_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("air.wav");
        let mut tape = Tape::begin(&path).unwrap();
        assert!(samples(&path).is_empty(), "a header alone is a file already");
        for _ in 0..50 {
            tape.record(&[0.5; 2048]).unwrap();
        }
        let read = samples(&path).len();
        assert!(read >= 96_000, "a second of audio is readable while the file is open, found {read} samples");
        std::mem::forget(tape); // a kill writes nothing more
        assert_eq!(samples(&path).len(), read);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_refused_with_its_name() {
        let wav = Wav::new("/dev/null/air.wav".into(), Clock::system());
        let refused = wav.open(&mut |_| Box::new(|_, _| ())).err().unwrap();
        assert!(refused.0.starts_with("cannot write `/dev/null/air.wav`: "), "{refused}");
    }

    #[test]
    fn a_full_disk_is_an_error_of_the_sink() {
        let file = BufWriter::with_capacity(64, fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
        let spec = WavSpec { channels: 2, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let writer = WavWriter::new(file, spec);
        let error = writer.map_or_else(into_io, |mut writer| {
            (0..1000).find_map(|_| writer.write_sample(0_i16).err()).map(into_io).expect("/dev/full is full")
        });
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(describe(Path::new("a.wav"), &error).contains("no space left"), "{error}");
    }
}
