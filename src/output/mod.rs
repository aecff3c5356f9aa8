//! Where the sound goes: a sound card, a WAV file, or nowhere at real pace.
//!
//! In: a feed that renders stereo frames on demand. Out: frames taken at the device's own pace, each block with a stamp
//! that says when its first frame plays. An output knows nothing of cues, and never falls back to another device.
//! Next: `card`, `wav`, `silent`.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::clock::{Clock, Mono};
use crate::config::{Config, Device, OutputSetting};

mod alsa_words; // ALSA's own words, caught instead of printed
pub mod calibrate; // what a driver does not tell of its delay, measured
mod callback; // what the device's own thread calls: the real-time room
mod capture; // a capture device, for measuring
pub mod card; // a sound device through rodio's cpal
mod chirp; // the sound by which a delay is measured (pure)
pub mod devices; // which sound devices there are
pub mod mixer; // volume and mute switches behind an output
mod pace; // the clock as a sound card: for `wav` and `silent`
mod pin; // which card a setting means, and that it stays the same
mod real_time; // the callback's thread before all others, as long as it behaves
mod reports; // what the driver reports: counted, and slowed down
pub mod silent; // nowhere, at real pace
pub mod wav; // a WAV file, at real pace

pub use pin::{Doubt, OtherCard, doubt};
pub use real_time::RealTime;

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

    /// The control device through which the volume of what is open can be read (`mixer::read`); `None` while nothing is
    /// open, and where there is none. Never waits.
    fn mixer(&self) -> Option<String> {
        None
    }

    /// Why the device was last refused although it opened: it is another card than at first. Never waits.
    fn other_card(&self) -> Option<OtherCard> {
        None
    }
}

/// An open stream; closes on drop, on whatever thread that happens.
pub trait Stream: Send {
    /// Errors that the driver has reported, and the first one's words since it last asked for frames. Counted, never printed one by one.
    fn errors(&self) -> (u64, Option<String>);

    /// Whether the thread of its callback is scheduled in real time; `None` if it was not asked for, or not yet.
    fn real_time(&self) -> Option<RealTime> {
        None
    }
}

/// File in the data folder with the name of the card that `default` was at first.
pub const FIRST_CARD: &str = "default-card";

/// The output of a running station: as `make`, but `default` stays the card that it was at first.
#[must_use]
pub fn make_for_station(config: &Config, clock: &Clock) -> Arc<dyn Output> {
    match config.output.device {
        Device::Default => {
            let card = card::Card::new("default", config.output.offset_us, clock.clone());
            Arc::new(card.faithful(config.data_dir.join(FIRST_CARD)))
        }
        _ => make(&config.output, clock),
    }
}

/// The output that a setting names. Opens nothing yet.
#[must_use]
pub fn make(setting: &OutputSetting, clock: &Clock) -> Arc<dyn Output> {
    let clock = clock.clone();
    match &setting.device {
        Device::Wav(file) => Arc::new(wav::Wav::new(file.clone(), clock)),
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
