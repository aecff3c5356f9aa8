//! One file's audio as stereo frames at the file's own rate, packet by packet.
//!
//! In: a path. Out: blocks of interleaved stereo `f32`, the encoder's delay and padding cut off, and an error as soon as
//! anything cannot be decoded or the end comes before the declared one. rodio's `Decoder` is not used: it knows no Opus,
//! cuts MP3 without Xing header at a guess, and passes over damage in silence. Next: `clip`, which changes the rate.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use symphonia::core::audio::SampleBuffer;
use symphonia::core::codecs::{CODEC_TYPE_NULL, CodecRegistry, DecoderOptions};
use symphonia::core::errors::Error as DecodeError;
use symphonia::core::formats::{FormatOptions, FormatReader, Packet, Track};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::probe::{Hint, Probe};
use symphonia::default::formats::{AdtsReader, FlacReader, MpaReader, WavReader};
use symphonia::default::register_enabled_codecs;
use symphonia_adapter_libopus::OpusDecoder;

use super::contain::contained;
use super::error::ClipError;
use super::milliseconds;
use super::mp4::Mp4;
use super::ogg::Ogg;
use super::plan::Plan;
use super::source::{self, CHANNELS, Kind, Source};
use super::trim::{Beyond, Trim};

/// Far over full scale (1.0). Damaged floating-point WAVs hold more, or NaN, which no loudspeaker should get and on which
/// rubato panics.
const LOUDEST: f32 = 1000.0;

/// No window of a programme is longer than a day, and a few bytes can hold a year of silence.
const LONGEST_HOURS: u64 = 24;

/// Frames of the first page of an Ogg; encoders begin a new page after a second or so.
const MOST_IN_FIRST_PAGE: u64 = 1 << 21;

/// symphonia's own decoders and libopus, which rodio and symphonia's default registry lack.
static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    register_enabled_codecs(&mut codecs);
    codecs.register_all::<OpusDecoder>();
    codecs
});

/// Finds the first frame of a stream without a marker. Readers of other kinds do not look at such a stream: they would find
/// their marker somewhere inside it, past all that `source` checks, and allocate what the bytes behind it say.
static FRAMES: LazyLock<Probe> = LazyLock::new(|| {
    let mut probe = Probe::default();
    probe.register_all::<MpaReader>();
    probe.register_all::<AdtsReader>();
    probe
});

/// What takes a file apart into packets.
enum Packets {
    Symphonia { format: Box<dyn FormatReader>, track: u32 },
    Mp4(Box<Mp4>),
    Ogg(Box<Ogg>),
}

/// An open file that is being decoded.
pub(super) struct Decoder {
    packets: Packets,
    codec: Box<dyn symphonia::core::codecs::Decoder>,
    kind: Kind,
    rate: u32,
    channels: u16,
    /// Bytes of audio that were read, and how many there are; for a file that does not declare its length.
    read: (Arc<AtomicU64>, u64),
    declared: Option<u64>,
    /// How many frames fewer than declared are not yet damage.
    slack: u64,
    gain: f32,
    trim: Trim,
    /// Frames that came out of the decoder, trimmed or not.
    decoded: u64,
    converted: Option<SampleBuffer<f32>>,
    block: Vec<f32>,
    /// `block` was decoded at opening and has not been handed out.
    waiting: bool,
}

impl Decoder {
    /// Opens a file and decodes its first packet, so that what is no audio is refused here.
    pub(super) fn open(path: &Path) -> Result<Self, ClipError> {
        Self::open_with(path, DecoderOptions::default())
    }

    /// Like `open`, and also computes the checksum that FLAC carries over all samples.
    pub(super) fn open_with_checksum(path: &Path) -> Result<Self, ClipError> {
        Self::open_with(path, DecoderOptions { verify: true })
    }

    fn open_with(path: &Path, options: DecoderOptions) -> Result<Self, ClipError> {
        let (file, length) = source::open(path)?;
        Self::of(file, length, options)
    }

    /// Decodes a file of that length that is open already.
    pub(super) fn of_file(file: File, length: u64) -> Result<Self, ClipError> {
        Self::of(file, length, DecoderOptions::default())
    }

    fn of(file: File, length: u64, options: DecoderOptions) -> Result<Self, ClipError> {
        let source = Source::new(file, length)?;
        contained(|| Self::begin(source, options)).unwrap_or_else(|| Err(broken_down()))
    }

    fn begin(source: Source, options: DecoderOptions) -> Result<Self, ClipError> {
        let (kind, read) = (source.kind(), source.bytes_read());
        let (packets, plan) = match kind {
            Kind::Mp4 => {
                let (file, start, end) = source.into_parts();
                let mp4 = Mp4::read(file, start, end)?;
                let plan = Plan::mp4(&mp4);
                (Packets::Mp4(Box::new(mp4)), plan)
            }
            Kind::Ogg => {
                let (file, start, end) = source.into_parts();
                let ogg = Ogg::read(file, start, end)?;
                let plan = Plan::ogg(&ogg);
                (Packets::Ogg(Box::new(ogg)), plan)
            }
            Kind::Wav | Kind::UnfinishedWav | Kind::Flac | Kind::Frames => {
                let format = read_header(source, kind)?;
                let track = choose_track(format.as_ref())?;
                (Packets::Symphonia { format, track: track.id }, Plan::of(kind, &track.codec_params)?)
            }
        };
        let mut decoder = Self {
            codec: CODECS.make(&plan.params, &options).map_err(header_error)?,
            rate: plan.params.sample_rate.unwrap_or(0),
            channels: 2,
            read,
            declared: plan.declared,
            slack: plan.slack,
            gain: plan.gain,
            trim: plan.trim,
            decoded: 0,
            converted: None,
            block: Vec::new(),
            waiting: true,
            packets,
            kind,
        };
        decoder.decode_first_page()?;
        if decoder.block.is_empty() {
            decoder.decode_block()?;
        }
        // What cannot even begin is not audio; what breaks off later is damaged audio.
        if decoder.block.is_empty() {
            return Err(ClipError::Undecodable("it holds no audio".into()));
        }
        Ok(decoder)
    }

    /// Frames per second of the file.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Channels of the file, 1 or 2.
    pub(super) fn channels(&self) -> u16 {
        self.channels
    }

    /// Frames handed out so far.
    pub(super) fn frames(&self) -> u64 {
        self.trim.passed() - if self.waiting { self.block.len() as u64 / 2 } else { 0 }
    }

    /// Declared length in milliseconds; `None` if the file does not say.
    pub(super) fn duration_ms(&self) -> Option<i64> {
        self.declared.map(|frames| milliseconds(frames, self.rate))
    }

    /// How much of it has been decoded, 0 to 1.
    pub(super) fn fraction(&self) -> f64 {
        let (done, all) = match self.declared {
            Some(declared) => (self.frames(), declared),
            None => (self.read.0.load(Ordering::Relaxed), self.read.1),
        };
        (done as f64 / all.max(1) as f64).min(1.0)
    }

    /// Whether a whole file of this kind always declares its length, and this one does not.
    pub(super) fn lacks_its_length(&self) -> bool {
        self.declared.is_none() && matches!(self.kind, Kind::Ogg | Kind::UnfinishedWav)
    }

    /// Whether the samples decoded so far disagree with the checksum; only after `open_with_checksum` and at the end.
    pub(super) fn checksum_fails(&mut self) -> bool {
        self.codec.finalize().verify_ok == Some(false)
    }

    /// The next block of interleaved stereo, never empty; `None` at the end. After an error only to be dropped.
    pub(super) fn next_block(&mut self) -> Result<Option<&[f32]>, ClipError> {
        if !std::mem::take(&mut self.waiting) {
            let decoded = contained(|| self.decode_block());
            decoded.unwrap_or_else(|| Err(self.at_this_place(broken_down())))?;
        }
        Ok(if self.block.is_empty() { None } else { Some(&self.block) })
    }

    /// In an Ogg the first page tells where the audio begins, but only to someone who knows how many frames it holds.
    fn decode_first_page(&mut self) -> Result<(), ClipError> {
        while let Packets::Ogg(ogg) = &self.packets {
            if let Some((skip, declared)) = ogg.bounds(self.decoded) {
                self.declared = declared;
                self.trim = Trim::new(skip, declared, Beyond::Padding);
                self.trim.pass(&mut self.block);
                break;
            }
            if self.decoded > MOST_IN_FIRST_PAGE {
                return Err(ClipError::Damaged("its first page holds more than any encoder puts there".into()));
            }
            let Some(packet) = self.next_packet()? else { break };
            self.decode(&packet)?;
        }
        Ok(())
    }

    fn decode_block(&mut self) -> Result<(), ClipError> {
        self.block.clear();
        while self.block.is_empty() {
            let Some(packet) = self.next_packet()? else { return self.check_length() };
            self.decode(&packet).map_err(|error| self.at_this_place(error))?;
        }
        Ok(())
    }

    /// The next packet of our track; `None` at the end. Whether that comes too early, `check_length` says.
    fn next_packet(&mut self) -> Result<Option<Packet>, ClipError> {
        let next = match &mut self.packets {
            // What an edit has cut off may be long, is not heard, and may be named by a table again and again.
            Packets::Mp4(_) if self.trim.is_full() => Ok(None),
            Packets::Mp4(mp4) => mp4.next_packet(),
            Packets::Ogg(ogg) => ogg.next_packet(),
            Packets::Symphonia { format, track } => loop {
                match format.next_packet() {
                    Ok(packet) if packet.track_id() == *track => break Ok(Some(packet)),
                    Ok(_) => {}
                    // symphonia has no other word for the regular end.
                    Err(DecodeError::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => break Ok(None),
                    Err(error) => break Err(ClipError::from_decoding(error)),
                }
            },
        };
        next.map_err(|error| self.at_this_place(error))
    }

    fn decode(&mut self, packet: &Packet) -> Result<(), ClipError> {
        let decoded = self.codec.decode(packet).map_err(ClipError::from_decoding)?;
        let (spec, capacity) = (*decoded.spec(), decoded.capacity() as u64);
        let channels = spec.channels.count();
        if !CHANNELS.contains(&channels) || spec.rate != self.rate {
            let now = format!("a packet of {channels} channels at {} Hz in audio of {} Hz", spec.rate, self.rate);
            return Err(ClipError::Damaged(now));
        }
        if self.trim.passed() == 0 {
            self.channels = channels as u16;
        }
        let fits = |buffer: &SampleBuffer<f32>| buffer.capacity() as u64 >= capacity * channels as u64;
        let samples = match &mut self.converted {
            Some(buffer) if fits(buffer) => buffer,
            other => other.insert(SampleBuffer::new(capacity, spec)),
        };
        samples.copy_interleaved_ref(decoded);
        if !samples.samples().iter().all(|sample| sample.abs() < LOUDEST) {
            return Err(ClipError::Damaged("a sample that is no sound".into()));
        }
        self.decoded += samples.len() as u64 / channels as u64;
        if self.decoded > LONGEST_HOURS * 3600 * u64::from(self.rate) {
            return Err(ClipError::Undecodable(format!("longer than {LONGEST_HOURS} hours, which is not played")));
        }
        let gain = self.gain;
        match channels {
            1 => self.block.extend(samples.samples().iter().flat_map(|sample| [sample * gain; 2])),
            _ => self.block.extend(samples.samples().iter().map(|sample| sample * gain)),
        }
        self.trim.pass(&mut self.block);
        Ok(())
    }

    fn check_length(&self) -> Result<(), ClipError> {
        let frames = self.trim.passed();
        match self.declared {
            Some(declared) if frames + self.slack < declared => Err(ClipError::Damaged(format!(
                "it ends after {} of {} declared",
                seconds(frames, self.rate),
                seconds(declared, self.rate)
            ))),
            _ => Ok(()),
        }
    }

    fn at_this_place(&self, error: ClipError) -> ClipError {
        match error {
            ClipError::Damaged(what) if self.trim.passed() > 0 => {
                ClipError::Damaged(format!("{what}, at {}", seconds(self.trim.passed(), self.rate)))
            }
            other => other,
        }
    }
}

fn read_header(source: Source, kind: Kind) -> Result<Box<dyn FormatReader>, ClipError> {
    let found = source.describe_head();
    let stream = MediaSourceStream::new(Box::new(source), MediaSourceStreamOptions::default());
    // MP3 is cut by our own `Trim`, which notices when the header is wrong.
    let options = FormatOptions { enable_gapless: false, ..FormatOptions::default() };
    let reader: Result<Box<dyn FormatReader>, DecodeError> = match kind {
        Kind::Wav | Kind::UnfinishedWav => WavReader::try_new(stream, &options).map(|it| Box::new(it) as _),
        Kind::Flac => FlacReader::try_new(stream, &options).map(|it| Box::new(it) as _),
        Kind::Ogg | Kind::Mp4 | Kind::Frames => {
            let probed = FRAMES.format(&Hint::new(), stream, &options, &MetadataOptions::default());
            return probed.map(|it| it.format).map_err(|_| {
                ClipError::Undecodable(format!("no audio of a kind that is played; it begins with `{found}`"))
            });
        }
    };
    reader.map_err(header_error)
}

/// An error before the first packet, in a file that says that it is audio.
fn header_error(error: DecodeError) -> ClipError {
    match ClipError::from_decoding(error) {
        ClipError::Damaged(what) => ClipError::Damaged(format!("{what}, in its header")),
        other => other,
    }
}

fn choose_track(format: &dyn FormatReader) -> Result<Track, ClipError> {
    let playable =
        |track: &&Track| track.codec_params.codec != CODEC_TYPE_NULL && track.codec_params.sample_rate.is_some();
    let chosen = format.tracks().iter().find(playable).or_else(|| format.tracks().first());
    chosen.cloned().ok_or_else(|| ClipError::Undecodable("it holds no audio".into()))
}

/// For panics of a decoder.
fn broken_down() -> ClipError {
    ClipError::Damaged("the decoder breaks down on it".into())
}

fn seconds(frames: u64, rate: u32) -> String {
    let ms = milliseconds(frames, rate);
    format!("{}.{:03} s", ms / 1000, ms % 1000)
}
