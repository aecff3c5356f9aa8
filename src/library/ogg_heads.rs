//! What the first packets of an Ogg stream say: Vorbis, Opus or FLAC, and what its decoder is to be told.
//!
//! In: the heads, packet by packet. Out: the decoder's parameters, the encoder's delay, the gain. Comments are not looked
//! at. Must never hand symphonia a number that makes it allocate more than a piece of audio may cost. Next: `decode`.

use symphonia::core::audio::Layout;
use symphonia::core::codecs::{
    CODEC_TYPE_FLAC, CODEC_TYPE_OPUS, CODEC_TYPE_VORBIS, CodecParameters, VerificationCheck,
};

use super::error::ClipError;
use super::source::{CHANNELS, RATES, wrong_form};
use super::vorbis;

/// The head with the tables of Vorbis has 3 to 10 kB.
const LARGEST_TABLES: usize = 256 * 1024;

/// More blocks of metadata than any program writes.
const MOST_BLOCKS: u32 = 1000;

/// How a stream is coded.
pub(super) struct Coding {
    kind: Kind,
    params: CodecParameters,
}

enum Kind {
    Opus {
        comments: bool,
        /// Frames before the beginning.
        delay: u64,
        gain: f32,
    },
    Vorbis {
        /// Heads that are still to come.
        left: u8,
    },
    Flac {
        /// Whether the last block of metadata has come.
        ready: bool,
        blocks: u32,
        frames: Option<u64>,
    },
}

impl Coding {
    /// By the first packet of a stream; `None` if that is of no kind that is played.
    pub(super) fn of(packet: &[u8]) -> Result<Option<Self>, ClipError> {
        match packet {
            [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', 0..=15, channels, head @ ..] if head.len() >= 9 => {
                let [skip_low, skip_high, _, _, _, _, gain_low, gain_high, _, ..] = *head else { return Ok(None) };
                let (delay, gain) = ([skip_low, skip_high], [gain_low, gain_high]);
                let params = params(CODEC_TYPE_OPUS, 48_000, *channels)?;
                // The decoder is not told of the delay: it would cut it from the first packet only, however short that is.
                let gain = 10_f32.powf(f32::from(i16::from_le_bytes(gain)) / (20.0 * 256.0));
                let kind = Kind::Opus { comments: true, delay: u64::from(u16::from_le_bytes(delay)), gain };
                Ok(Some(Self { kind, params }))
            }
            [1, b'v', b'o', b'r', b'b', b'i', b's', 0, 0, 0, 0, channels, a, b, c, d, ..] if packet.len() == 30 => {
                let mut params = params(CODEC_TYPE_VORBIS, u32::from_le_bytes([*a, *b, *c, *d]), *channels)?;
                params.with_extra_data(packet.into());
                Ok(Some(Self { kind: Kind::Vorbis { left: 2 }, params }))
            }
            [
                0x7f,
                b'F',
                b'L',
                b'A',
                b'C',
                1,
                _,
                _,
                _,
                b'f',
                b'L',
                b'a',
                b'C',
                last @ (0 | 0x80),
                0,
                0,
                34,
                facts @ ..,
            ] if facts.len() == 34 => {
                let (params, frames) = flac(facts)?;
                let kind = Kind::Flac { ready: *last == 0x80, blocks: 0, frames };
                Ok(Some(Self { kind, params }))
            }
            _ => Ok(None),
        }
    }

    /// How many bytes of the next head are wanted; `None` if the audio follows.
    pub(super) fn wants(&self) -> Option<usize> {
        match self.kind {
            Kind::Opus { comments, .. } => comments.then_some(8),
            Kind::Vorbis { left: 2 } => Some(7),
            Kind::Vorbis { left } => (left > 0).then_some(LARGEST_TABLES + 1),
            Kind::Flac { ready, .. } => (!ready).then_some(1),
        }
    }

    /// Takes the head that was wanted.
    pub(super) fn take(&mut self, head: &[u8]) -> Result<(), ClipError> {
        let fits = match &mut self.kind {
            Kind::Opus { comments, .. } => {
                *comments = false;
                head == b"OpusTags"
            }
            Kind::Vorbis { left } => {
                *left -= 1;
                let tables = *left == 0;
                if tables && head.len() <= LARGEST_TABLES {
                    vorbis::check(head.get(7..).unwrap_or_default())?;
                    let first = self.params.extra_data.take().unwrap_or_default();
                    self.params.with_extra_data([&first, head].concat().into_boxed_slice());
                }
                head.starts_with(if tables { b"\x05vorbis" } else { b"\x03vorbis" }) && head.len() <= LARGEST_TABLES
            }
            Kind::Flac { ready, blocks, .. } => {
                *blocks += 1;
                *ready = head.first().is_some_and(|first| first & 0x80 != 0);
                *blocks <= MOST_BLOCKS && head.first().is_some_and(|first| *first != 0xff)
            }
        };
        if fits { Ok(()) } else { Err(ClipError::Damaged("its head is not that of its kind, or is cut off".into())) }
    }

    /// What the decoder is to be told.
    pub(super) fn params(&self) -> &CodecParameters {
        &self.params
    }

    /// Frames before the beginning.
    pub(super) fn delay(&self) -> u64 {
        if let Kind::Opus { delay, .. } = self.kind { delay } else { 0 }
    }

    /// By what the samples are to be multiplied.
    pub(super) fn gain(&self) -> f32 {
        if let Kind::Opus { gain, .. } = self.kind { gain } else { 1.0 }
    }

    /// Frames from the beginning on, where the head says it.
    pub(super) fn frames(&self) -> Option<u64> {
        if let Kind::Flac { frames, .. } = self.kind { frames } else { None }
    }

    /// Whether a packet after the heads is audio; others are of no use to a player, and empty ones mean that nothing is there.
    pub(super) fn is_audio(&self, packet: &[u8]) -> bool {
        match (&self.kind, packet.first()) {
            (_, None) => false,
            (Kind::Opus { .. }, _) => true,
            (Kind::Vorbis { .. }, Some(first)) => first & 1 == 0,
            (Kind::Flac { .. }, Some(first)) => *first == 0xff,
        }
    }
}

fn params(codec: symphonia::core::codecs::CodecType, rate: u32, channels: u8) -> Result<CodecParameters, ClipError> {
    if !CHANNELS.contains(&usize::from(channels)) || !RATES.contains(&rate) {
        return Err(wrong_form(rate, usize::from(channels)));
    }
    let layout = if channels == 1 { Layout::Mono } else { Layout::Stereo };
    let mut params = CodecParameters::new();
    params.for_codec(codec).with_sample_rate(rate).with_channels(layout.into_channels());
    Ok(params)
}

/// Block sizes and frame sizes (10 bytes), rate (20 bits), channels less one (3), bits less one (5), number of frames (36),
/// checksum (16 bytes).
fn flac(facts: &[u8]) -> Result<(CodecParameters, Option<u64>), ClipError> {
    let number = facts[10..18].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let (rate, channels) = ((number >> 44) as u32, (number >> 41 & 7) as u8 + 1);
    let (bits, frames) = ((number >> 36 & 31) as u32 + 1, number & 0xf_ffff_ffff);
    let mut params = params(CODEC_TYPE_FLAC, rate, channels)?;
    params.with_bits_per_sample(bits).with_extra_data(facts.into());
    if let Some(sum) = facts[18..].first_chunk::<16>().filter(|sum| **sum != [0; 16]) {
        params.with_verification_code(VerificationCheck::Md5(*sum));
    }
    Ok((params, (frames > 0).then_some(frames)))
}
