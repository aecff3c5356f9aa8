//! Where the sound goes: a sound card, a WAV file, or nowhere at real pace.
//!
//! In: a feed that renders stereo frames on demand. Out: frames taken at the device's own pace, each block with a stamp
//! that says when its first frame plays. An output knows nothing of cues, and never falls back to another device.
//! Next: `card`, `wav`, `silent`.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::clock::{Clock, Mono};
use crate::config::{Device, OutputSetting};

mod alsa_words; // ALSA's own words, caught instead of printed
pub mod card; // a sound device through rodio's cpal
pub mod devices; // which sound devices there are
mod pace; // the clock as a sound card: for `wav` and `silent`
pub mod silent; // nowhere, at real pace
pub mod wav; // a WAV file, at real pace

/// What a block of frames is told about time, read anew at each callback; no pair outlives a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Wall clock at the callback, microseconds since 1970 UTC.
    pub wall_us: i64,
    /// Monotonic clock at the same instant.
    pub mono: Mono,
    /// From that instant until the first frame of this block plays: the device's buffer, and the calibrated offset.
    pub lead_us: i64,
    /// Underruns that the driver has reported since the stream was opened.
    pub xruns: u64,
}

/// Renders the next block: interleaved stereo, full scale ±1.0, `block.len() / 2` frames. Runs in the device's
/// callback: it neither allocates, locks, waits nor touches a file.
pub type Feed = Box<dyn FnMut(&mut [f32], Stamp) + Send>;

/// What the device agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Frames per second.
    pub rate: u32,
    /// Frames that it asks for at a time, about.
    pub period: u32,
    /// Stable id of the device, or the path of the WAV file.
    pub device: String,
}

/// Why an output did not open: the driver's words, lower case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);

/// An output that can be opened again and again.
pub trait Output: Send + Sync {
    /// Opens the device, asks `feed` for what to pull once the rate is known, and starts pulling. May block for long, so
    /// callers run it on a thread of its own. The stream closes when the answer is dropped, which may block too.
    fn open(&self, feed: &mut dyn FnMut(&Format) -> Feed) -> Result<Box<dyn Stream>, OpenError>;
}

/// An open stream; closes on drop, on whatever thread that happens.
pub trait Stream: Send {
    /// Errors that the driver has reported, and the first one's words. Counted, never printed one by one.
    fn errors(&self) -> (u64, Option<String>);
}

/// The output that a setting names; a WAV file is relative to `base`. Opens nothing yet.
#[must_use]
pub fn make(setting: &OutputSetting, base: &Path, clock: &Clock) -> Arc<dyn Output> {
    let clock = clock.clone();
    match &setting.device {
        Device::Wav(file) => Arc::new(wav::Wav::new(base.join(file), clock)),
        Device::Silent => Arc::new(silent::Silent::new(clock)),
        Device::Default => Arc::new(card::Card::new("default", setting.offset_us, clock)),
        Device::Id(id) => Arc::new(card::Card::new(id, setting.offset_us, clock)),
    }
}

/// A sound device that takes longer to open than this is not there.
const OPEN_PATIENCE: Duration = Duration::from_secs(4);

/// Whether an output opens. The question is put on a thread of its own, since a driver may hang; that thread is left
/// behind then.
pub fn try_open(output: Arc<dyn Output>) -> Result<(), OpenError> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let opened = output.open(&mut |_| Box::new(|block, _| block.fill(0.0)));
        // Nobody listens any more: it took too long.
        let _ = tell.send(opened.map(drop));
    });
    told.recv_timeout(OPEN_PATIENCE).unwrap_or_else(|_| Err(OpenError("it does not answer".to_owned())))
}
