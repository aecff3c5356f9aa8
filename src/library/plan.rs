//! How one track is decoded: what the decoder is told, and what is cut off what it gives.
//!
//! In: what the container's reader found out. Out: the parameters of the codec, the declared length and how exactly it is
//! meant, the gain that the file asks for, and the frames that encoders add. Pure. Next: `decode`.

use symphonia::core::audio::Channels;
use symphonia::core::codecs::CodecParameters;

use super::error::ClipError;
use super::mp4::Mp4;
use super::ogg::Ogg;
use super::source::{CHANNELS, Kind, RATES, wrong_form};
use super::trim::{Beyond, Trim};

/// How one track is decoded.
pub(super) struct Plan {
    pub(super) params: CodecParameters,
    pub(super) declared: Option<u64>,
    /// How many frames fewer than declared are not yet damage.
    pub(super) slack: u64,
    pub(super) gain: f32,
    pub(super) trim: Trim,
}

impl Plan {
    pub(super) fn of(kind: Kind, params: &CodecParameters) -> Result<Self, ClipError> {
        let channels = params.channels.map_or(1, Channels::count);
        let rate = params.sample_rate.unwrap_or(0);
        if !CHANNELS.contains(&channels) || !RATES.contains(&rate) {
            return Err(wrong_form(rate, channels));
        }
        let plain = |declared| Self {
            params: params.clone(),
            declared,
            slack: 0,
            gain: 1.0,
            trim: Trim::new(0, None, Beyond::Padding),
        };
        Ok(match kind {
            Kind::Frames => Self::frames(params),
            Kind::UnfinishedWav => plain(None),
            Kind::Wav | Kind::Flac | Kind::Mp4 | Kind::Ogg => plain(params.n_frames.filter(|frames| *frames > 0)),
        })
    }

    pub(super) fn mp4(mp4: &Mp4) -> Self {
        let trim = Trim::new(mp4.skip, Some(mp4.frames), Beyond::Padding);
        Self { params: mp4.params(), declared: Some(mp4.frames), slack: 0, gain: 1.0, trim }
    }

    fn frames(params: &CodecParameters) -> Self {
        let (delay, padding) = (u64::from(params.delay.unwrap_or(0)), u64::from(params.padding.unwrap_or(0)));
        let declared = params.n_frames.map(|frames| frames.saturating_sub(delay + padding));
        // LAME counts exactly; other writers of Xing headers count the header's own frame in, or do not.
        let slack = if params.delay.is_some() { 0 } else { 1152 };
        let trim = Trim::new(delay, declared, Beyond::AtMost(padding));
        Self { params: params.clone(), declared, slack, gain: 1.0, trim }
    }

    /// All is let through until the first page has told the bounds.
    pub(super) fn ogg(ogg: &Ogg) -> Self {
        let coding = ogg.coding();
        let trim = Trim::new(0, None, Beyond::Padding);
        Self { params: coding.params().clone(), declared: None, slack: 0, gain: coding.gain(), trim }
    }
}
