//! Audio: probe, full decode, content store.
//!
//! In: files that people put under `audio/` or name on the command line, any bytes at all. Out: their content, kept by
//! SHA-256; stereo frames at the device's rate; and a verdict on each content before it airs, with what it measures. Must never panic, and never
//! hand out audio that came from anywhere but one open file. Next: `playout`, which cues what is opened here.

mod boxes;
mod clip;
mod contain;
mod content;
mod decode;
mod error;
mod files;
mod flac;
pub mod ingest;
mod measure;
mod mp4;
mod ogg;
mod ogg_heads;
mod outline;
mod plan;
pub mod proof;
mod resample;
mod source;
mod test_tone;
mod trim;
mod true_peak;
mod unfinished;
mod verify;
mod vorbis;
mod wav;

pub use clip::Clip;
pub use contain::{abort_on_panic, beside_the_air};
pub(crate) use content::hex;
pub use content::{Alone, ContentStore, Ingested};
pub use error::ClipError;
pub use files::{Changes, FileState, Files, Verdict};
pub use outline::{kind_of, outline_of};
pub use verify::{Verified, sha256_of, verify, verify_with};

/// Length in milliseconds, rounded down; `i64::MAX` for what no file can hold.
fn milliseconds(frames: u64, rate: u32) -> i64 {
    i64::try_from(u128::from(frames) * 1000 / u128::from(rate.max(1))).unwrap_or(i64::MAX)
}
