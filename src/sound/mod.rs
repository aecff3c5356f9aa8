//! What a content sounds like, and what is done to it when it airs.
//!
//! In: what the full decode measured of a content, and the station's wishes. Out: one gain and how much silence is left out
//! at each end, as whole numbers that go into the row. The rule is `treat`: one gain for the whole content, never a
//! compressor or a limiter, so that what airs is what was approved, only louder or quieter. Pure. Next: `doubt`.

mod doubt; // what makes a content doubtful or unfit, and its words
pub mod outline; // how loud it is from beginning to end, as a picture

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use doubt::{Doubt, Unfit, doubts, unfit};

/// Below this a sample is silence, in whole dBFS: under the noise of a quiet room on a phone, over that of its converter.
pub const SILENCE_DBFS: i64 = -50;

/// True peaks are told no lower than this, in hundredths of dBTP; it stands for digital silence.
pub const LOWEST_PEAK_CENTI_DBTP: i64 = -12_000;

/// The greatest boost, in tenths of a dB: beyond it the hiss of a bad recording would be heard all over the village.
pub const MOST_BOOST_CB: i64 = 200;

/// Silence that is left at each end, in milliseconds: a natural rest between two items. Only what is longer is trimmed.
pub const REST_MS: i64 = 1000;

/// Silence that is left out at the front at most, in milliseconds. All of it is decoded first, and a cue is prepared 5 s
/// before its start: a small board decodes a hundred times faster than it plays.
pub const MOST_SKIPPED_MS: i64 = 300_000;

/// What the full decode measured of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measures {
    /// Length in milliseconds, rounded down.
    pub duration_ms: i64,
    /// Integrated loudness (EBU R128) as both loudspeaker channels play it, in hundredths of LUFS; `None` when nothing
    /// passes the gate: silence, or less than 0.4 s.
    pub loudness_centi_lufs: Option<i64>,
    /// True peak (ITU-R BS.1770) in hundredths of dBTP, rounded up; not below `LOWEST_PEAK_CENTI_DBTP`.
    pub true_peak_centi_dbtp: i64,
    /// Before the first sample that is not silence, rounded down.
    pub leading_silence_ms: i64,
    /// After the last sample that is not silence, rounded down.
    pub trailing_silence_ms: i64,
    /// The longest silence between those two, rounded down.
    pub longest_pause_ms: i64,
    /// How much of it is silence of at least 0.1 s at a time, in percent, rounded down.
    pub silence_percent: i64,
    /// Samples in runs of at least three at full scale (32766 of 32768 or more).
    pub clipped_samples: u64,
    /// What the file's channels hold.
    pub form: Form,
    /// Frames per second of the file.
    pub rate: u32,
    /// The sound itself, whatever file it came in.
    pub fingerprint: Fingerprint,
}

/// What the channels of a file hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// One channel.
    Mono,
    /// Two channels that hold the same.
    DualMono,
    /// Two channels.
    Stereo,
}

/// SHA-256 of the decoded sound: both channels mixed into one, 16 bits, at the file's own rate, from the first to the last
/// sample that is not silence.
///
/// It is the same for the same sound under another name, with other tags or another cover, in another lossless kind of file
/// (WAV, FLAC), in another container without encoding it anew, as one channel or twice the same, or with more or less
/// digital silence at its ends. It is another one once the sound was encoded anew, cut, made louder, or recorded again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// What the station wants of every content; `[sound]` of `loa.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preparation {
    /// Whether loudness is evened out.
    pub gain: bool,
    /// The loudness that it is brought to, in LUFS.
    pub target_lufs: i64,
    /// No true peak is brought above this, in dBTP.
    pub peak_dbtp: i64,
    /// Whether silence beyond `REST_MS` at each end is left out.
    pub trim_silence: bool,
}

/// What is done to one content when it airs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Treatment {
    /// One gain for all of it, in tenths of a dB; 0 leaves every sample as it is.
    pub gain_cb: i64,
    /// Left out at the front, in milliseconds.
    pub skip_ms: i64,
    /// Left out at the end, in milliseconds.
    pub drop_ms: i64,
}

impl Measures {
    /// Whether nothing in it can be heard.
    #[must_use]
    pub const fn is_silent(&self) -> bool {
        self.leading_silence_ms >= self.duration_ms
    }
}

impl Treatment {
    /// What is left out at both ends, in milliseconds.
    #[must_use]
    pub const fn trimmed_ms(&self) -> i64 {
        self.skip_ms + self.drop_ms
    }

    /// The factor that every sample is multiplied by.
    #[must_use]
    pub fn factor(&self) -> f32 {
        if self.gain_cb == 0 { 1.0 } else { 10_f64.powf(self.gain_cb as f64 / 200.0) as f32 }
    }
}

/// What is to be done to a content.
///
/// The gain brings the integrated loudness to the target, unless that would bring the true peak above the ceiling, or be a
/// boost of more than 20 dB; then it is as much as these allow. It is rounded down, so that neither bound is passed. What
/// has no loudness is only brought below the ceiling. Trimming leaves a rest of 1 s at each end and never touches what
/// sounds; of a content that is all silence nothing is left out.
#[must_use]
pub fn treat(measures: &Measures, preparation: &Preparation) -> Treatment {
    let gain_cb = if preparation.gain { gain_cb(measures, preparation) } else { 0 };
    let (mut skip_ms, mut drop_ms) = (0, 0);
    if preparation.trim_silence && !measures.is_silent() {
        skip_ms = (measures.leading_silence_ms - REST_MS).clamp(0, MOST_SKIPPED_MS);
        drop_ms = (measures.trailing_silence_ms - REST_MS).clamp(0, (measures.duration_ms - skip_ms).max(0));
    }
    Treatment { gain_cb, skip_ms, drop_ms }
}

fn gain_cb(measures: &Measures, preparation: &Preparation) -> i64 {
    let wanted = measures.loudness_centi_lufs.map_or(0, |loudness| preparation.target_lufs * 100 - loudness);
    let headroom = preparation.peak_dbtp * 100 - measures.true_peak_centi_dbtp;
    wanted.min(headroom).div_euclid(10).min(MOST_BOOST_CB)
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        let pairs = text.as_bytes().chunks_exact(2);
        if text.len() != 2 * bytes.len() || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(de::Error::custom("a fingerprint is 64 hexadecimal digits"));
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            let value = |digit: u8| (digit as char).to_digit(16).map_or(0, |value| value as u8);
            *byte = value(pair[0]) << 4 | value(pair[1]);
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests;
