//! Measures what a device's driver does not tell of its delay: plays chirps at known instants and listens for them.
//!
//! In: an output and a capture device that hears it (a loop cable, a sound server's monitor). Out: how much later than the
//! driver says each chirp was heard, in sum the figure for `[output] offset_us`. What the capture's own driver does not tell
//! is in the figure and cannot be told apart. Plays aloud. Next: `cli::calibrate`.

use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;

use super::capture::{self, Capture, Heard};
use super::chirp::{chirp, find};
use super::{Feed, Format, OpenError, Output, Stamp};
use crate::clock::Clock;

/// How many chirps are played; half of them may get lost.
pub const CHIRPS: usize = 10;

/// From one to the next, in microseconds: more than the largest offset that is looked for.
const SPACING_US: f64 = 1_300_000.0;

/// Before the first one: both streams have come to rest by then.
const REST_US: f64 = 1_000_000.0;

/// A chirp is looked for from so much before its instant until so much after it.
const EARLY_US: f64 = 150_000.0;
const LATE_US: f64 = 1_050_000.0;

/// Longest silence of the capture.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calibration {
    /// How much later than the driver says each chirp that was heard came, in microseconds, ascending; never empty.
    offsets_us: Vec<i64>,
}

impl Calibration {
    /// The figure for `[output] offset_us`.
    #[must_use]
    pub fn median_us(&self) -> i64 {
        self.offsets_us[self.offsets_us.len() / 2]
    }

    /// The least and the largest.
    #[must_use]
    pub fn span_us(&self) -> (i64, i64) {
        (self.offsets_us[0], self.offsets_us[self.offsets_us.len() - 1])
    }

    /// How far apart the middle half of them lies; a constant has little of it.
    #[must_use]
    pub fn spread_us(&self) -> i64 {
        let quarter = self.offsets_us.len() / 4;
        self.offsets_us[self.offsets_us.len() - 1 - quarter] - self.offsets_us[quarter]
    }

    /// How many of `CHIRPS` were heard.
    #[must_use]
    pub fn heard(&self) -> usize {
        self.offsets_us.len()
    }
}

/// Why nothing was measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalibrateError {
    /// The device does not play.
    #[error("the device does not open: {0}")]
    Output(OpenError),
    /// The capture device does not record.
    #[error("the capture device does not open: {0}")]
    Capture(OpenError),
    /// Too few chirps came out of the capture.
    #[error("only {0} of {CHIRPS} chirps were heard")]
    Deaf(usize),
}

/// Plays and listens, for about 15 seconds. `output` must be without an offset of its own. May hang with its devices, so
/// callers run it on a thread of its own.
pub fn measure(output: &dyn Output, capture: &str, clock: &Clock) -> Result<Calibration, CalibrateError> {
    let ear = capture::open(capture, clock).map_err(CalibrateError::Capture)?;
    let (told, played) = mpsc::sync_channel(CHIRPS);
    let make = &mut |format: &Format| Chirper::feed(format.rate, told.clone());
    let stream = output.open(make).map_err(CalibrateError::Output)?;
    let (played_us, heard) = listen(&ear, &played);
    drop(stream);
    judge(&played_us, &heard, ear.rate).map_err(CalibrateError::Deaf)
}

/// Records until the last chirp must have been heard, or nothing more comes.
fn listen(ear: &Capture, played: &mpsc::Receiver<f64>) -> (Vec<f64>, Vec<Heard>) {
    let (mut played_us, mut heard) = (Vec::new(), Vec::new());
    while let Ok(block) = ear.blocks.recv_timeout(PATIENCE) {
        played_us.extend(played.try_iter());
        let is_over = played_us.len() == CHIRPS && block.at_us > played_us[CHIRPS - 1] + LATE_US;
        heard.push(block);
        if is_over || heard.len() > MOST_BLOCKS {
            break;
        }
    }
    (played_us, heard)
}

/// A minute of blocks: an output that plays nothing is waited for no longer.
const MOST_BLOCKS: usize = 60 * 48_000 / 1024;

/// Finds each chirp near its instant; the error is how many were found.
fn judge(played_us: &[f64], heard: &[Heard], rate: u32) -> Result<Calibration, usize> {
    let chirp = chirp(rate);
    let offsets = played_us.iter().filter_map(|at| Some((heard_at(*at, heard, &chirp, rate)? - at).round() as i64));
    let mut offsets_us: Vec<i64> = offsets.collect();
    offsets_us.sort_unstable();
    if 2 * offsets_us.len() < CHIRPS {
        return Err(offsets_us.len());
    }
    Ok(Calibration { offsets_us })
}

/// When the chirp that was to play at an instant was heard.
fn heard_at(played_us: f64, heard: &[Heard], chirp: &[f32], rate: u32) -> Option<f64> {
    let near = |block: &&Heard| (played_us - EARLY_US..played_us + LATE_US).contains(&block.at_us);
    let blocks: Vec<_> = heard.iter().filter(near).collect();
    let recording: Vec<f32> = blocks.iter().flat_map(|block| block.frames.iter().copied()).collect();
    let mut place = find(&recording, chirp)?;
    // The stamp of the block in which it begins: no pair of frame and instant outlives a callback.
    for block in blocks {
        if place < block.frames.len() as f64 {
            return Some(block.at_us + place * 1e6 / f64::from(rate));
        }
        place -= block.frames.len() as f64;
    }
    None
}

/// Plays the chirps and tells when each one's first frame plays by the driver's word. Runs in the device's callback.
struct Chirper {
    chirp: Vec<f32>,
    rate: f64,
    first_us: Option<f64>,
    begun: usize,
    /// The next frame of the chirp that sounds.
    place: Option<usize>,
    told: SyncSender<f64>,
}

impl Chirper {
    fn feed(rate: u32, told: SyncSender<f64>) -> Feed {
        let mut chirper =
            Self { chirp: chirp(rate), rate: f64::from(rate), first_us: None, begun: 0, place: None, told };
        Box::new(move |block, stamp| chirper.render(block, stamp))
    }

    fn render(&mut self, block: &mut [f32], stamp: Stamp) {
        let plays_us = stamp.mono.0 as f64 + stamp.lead_us as f64;
        let first_us = *self.first_us.get_or_insert(plays_us + REST_US);
        for (n, frame) in block.chunks_exact_mut(2).enumerate() {
            let at_us = plays_us + n as f64 * 1e6 / self.rate;
            if self.begun < CHIRPS && at_us >= first_us + self.begun as f64 * SPACING_US {
                (self.begun, self.place) = (self.begun + 1, Some(0));
                let _ = self.told.try_send(at_us); // there is room for all
            }
            let sample = self.place.and_then(|place| self.chirp.get(place));
            frame.fill(sample.copied().unwrap_or(0.0));
            self.place = self.place.map(|place| place + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Mono;

    /// Plays all chirps on a device of arithmetic and records them so much later, in blocks of 1000 frames.
    fn looped(delay_frames: usize, deaf: usize) -> (Vec<f64>, Vec<Heard>) {
        let (told, played) = mpsc::sync_channel(CHIRPS);
        let mut feed = Chirper::feed(48_000, told);
        let mut air = vec![0.0; delay_frames];
        let seconds = (REST_US + CHIRPS as f64 * SPACING_US) / 1e6 + 1.0;
        for n in 0..(seconds * 1000.0) as i64 {
            let mut block = [7.0; 96];
            // The driver says 40 ms; the first frame plays at 40 ms.
            feed(&mut block, Stamp { wall_us: 0, mono: Mono(n * 1000), lead_us: 40_000, xruns: 0 });
            air.extend(block.iter().step_by(2));
        }
        let block =
            |(n, frames): (usize, &[f32])| Heard { at_us: 40_000.0 + n as f64 * 1e9 / 48e3, frames: frames.to_vec() };
        let heard = air.chunks_exact(1000).enumerate().map(block).skip(deaf).collect();
        (played.try_iter().collect(), heard)
    }

    #[test]
    fn a_delay_is_found_with_its_sign_to_less_than_a_frame() {
        for frames in [0, 96, 4_801, 40_000] {
            let (played, heard) = looped(frames, 0);
            assert_eq!(played.len(), CHIRPS);
            let found = judge(&played, &heard, 48_000).unwrap();
            let wanted = (frames as f64 * 1e6 / 48e3).round() as i64;
            assert!((found.median_us() - wanted).abs() < 20, "{frames} frames: {found:?}");
            assert_eq!(found.heard(), CHIRPS);
            assert!(found.span_us().1 - found.span_us().0 < 20, "{found:?}");
        }
        let (played, heard) = looped(4_800, 0);
        let later: Vec<_> = played.iter().map(|at| at + 150_000.0).collect();
        let found = judge(&later, &heard, 48_000).unwrap();
        assert!((found.median_us() + 50_000).abs() < 20, "sound that comes too early: {found:?}");
    }

    #[test]
    fn a_capture_that_hears_less_than_half_of_them_says_how_many() {
        let (played, heard) = looped(100, 48 * 9);
        assert_eq!(judge(&played, &heard, 48_000), Err(3));
        assert_eq!(judge(&[], &[], 48_000), Err(0));
    }
}
