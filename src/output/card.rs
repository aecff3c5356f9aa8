//! A sound device: rodio's cpal opens it, and its callback pulls the feed.
//!
//! In: the `[output] device` setting and a feed. Out: an open stream that plays exactly that device, or the driver's
//! words why not; it never falls back to another one. We build the cpal stream ourselves because rodio's own hides the
//! callback's timestamps, without which no start lands on its instant. There is one source, at the device's rate in stereo,
//! so rodio's mixer has nothing to mix or to convert: pulled through it sample by sample, a minute of sound took more CPU
//! than decoding it. `Callback::fill` is the real-time room of the program: nothing there may allocate, lock, wait, log or
//! touch a file. Next: `playout::supervisor`.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};

use rodio::cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use rodio::cpal::{self, BufferSize, ErrorKind, FromSample, I24, OutputCallbackInfo, SampleFormat, SizedSample};

use super::alsa_words::{quietly, say};
use super::pin::{Cards, FirstCard, OtherCard};
use super::real_time::Turn;
use super::reports::Reports;
use super::{Feed, Format, OpenError, Output, RealTime, Stamp, Stream, mixer};
use crate::clock::Clock;

/// Frames for which the device asks at a time. cpal keeps two such periods queued, 171 ms at 48 kHz: a start without notice
/// sounds within 256 ms, and one that is armed on its instant all the same. Half of it costs a third more CPU behind a
/// sound server and underruns on a busy machine; twice as much would tell of the first progress after more than 100 ms.
const PERIOD: u32 = 4096;

/// The most frames that the feed is asked for at once; a callback that wants more gets it in several blocks.
const BLOCK_FRAMES: usize = 8192;

/// The rate that is asked for first.
const RATE: u32 = 48_000;

/// A sound device by its setting: `default`, or an id that `loa devices` prints.
#[derive(Debug)]
pub struct Card {
    device: String,
    offset_us: i64,
    clock: Clock,
    cards: Cards,
    /// What `default` must go on to mean; `None` takes whatever it means.
    first: Option<FirstCard>,
    /// What it means instead, since the last opening.
    other: Mutex<Option<OtherCard>>,
    /// The control device of what is open; each stream holds its own alive.
    mixer: Mutex<Weak<str>>,
}

impl Card {
    /// The device named by `device`; `offset_us` is what its driver's own word on the delay lacks.
    #[must_use]
    pub fn new(device: &str, offset_us: i64, clock: Clock) -> Self {
        let (cards, mixer) = (Cards::default(), Mutex::new(Arc::<str>::downgrade(&"".into())));
        Self { device: device.to_owned(), offset_us, clock, cards, first: None, other: Mutex::default(), mixer }
    }

    /// The same, but `default` stays the card that it was when it was first opened: its name is kept in `file`.
    #[must_use]
    pub fn faithful(self, file: PathBuf) -> Self {
        Self { first: Some(FirstCard(file)), ..self }
    }

    fn find(&self) -> Result<cpal::Device, cpal::Error> {
        let absent = || {
            let device = &self.device;
            away(OpenError(format!("there is no device `{device}`; `loa devices` prints the ids that there are")))
        };
        if self.device == "default" {
            return cpal::default_host().default_output_device().ok_or_else(absent);
        }
        let id = self.cards.resolve(&self.device).map_err(away)?;
        if self.cards.is_gone(&id) {
            return Err(absent());
        }
        cpal::default_host().device_by_id(&cpal::DeviceId::from_str(&id)?).ok_or_else(absent)
    }

    /// What the log and `status` call the device that was opened, and its control device.
    fn name(&self, device: &cpal::Device, before: &[(PathBuf, u32)]) -> Result<(String, String), cpal::Error> {
        let id = device.id()?.to_string();
        if self.device != "default" {
            return Ok((self.device.clone(), mixer::of_device(&id)));
        }
        let Some(card) = self.cards.opened_since(before) else { return Ok((id, self.device.clone())) };
        if let Some(first) = &self.first {
            let other = first.insist(&card).err();
            self.other.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&other);
            if let Some(OtherCard { first, found, .. }) = other {
                return Err(away(OpenError(format!("`default` means the card `{found}` now, it was `{first}`"))));
            }
        }
        Ok((format!("{id} ({})", card.id), format!("hw:{}", card.number)))
    }

    fn start(&self, feed: &mut dyn FnMut(&Format) -> Feed) -> Result<Box<dyn Stream>, cpal::Error> {
        let device = self.find()?;
        let before = self.cards.open();
        let usual = Wanted { sample: SampleFormat::F32, channels: 2, rate: RATE, period: BufferSize::Fixed(PERIOD) };
        let (open, agreed) = match self.build(&device, usual) {
            Ok(open) => (open, usual),
            Err(error) if error.kind() == ErrorKind::UnsupportedConfig => {
                let other = Wanted::from_what_is_offered(device.supported_output_configs()?)?;
                (self.build(&device, other)?, other)
            }
            Err(error) => return Err(error),
        };
        let period = open.stream.buffer_size().unwrap_or(PERIOD);
        let (name, mixer) = self.name(&device, &before)?;
        let format = Format { rate: agreed.rate, period, device: name };
        // The callback runs from `play` on, so it always finds the feed.
        let _ = open.feed.send(feed(&format));
        open.stream.play()?;
        let mixer: Arc<str> = mixer.into();
        *self.mixer.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&mixer);
        Ok(Box::new(Playing { _stream: open.stream, reports: open.reports, turn: open.turn, _mixer: mixer }))
    }

    fn build(&self, device: &cpal::Device, wanted: Wanted) -> Result<Built, cpal::Error> {
        match wanted.sample {
            SampleFormat::F32 => self.build_as::<f32>(device, wanted),
            SampleFormat::I32 => self.build_as::<i32>(device, wanted),
            SampleFormat::I24 => self.build_as::<I24>(device, wanted),
            SampleFormat::I16 => self.build_as::<i16>(device, wanted),
            _ => Err(cpal::Error::new(ErrorKind::UnsupportedConfig)),
        }
    }

    fn build_as<T: SizedSample + FromSample<f32>>(
        &self,
        device: &cpal::Device,
        wanted: Wanted,
    ) -> Result<Built, cpal::Error> {
        let reports = Arc::new(Reports::default());
        let turn = Arc::new(Turn::default());
        let (feed, arriving) = mpsc::channel();
        let mut callback = Callback {
            arriving,
            feed: None,
            block: vec![0.0; BLOCK_FRAMES * 2].into_boxed_slice(),
            clock: self.clock.clone(),
            offset_us: self.offset_us,
            rate: i64::from(wanted.rate),
            channels: usize::from(wanted.channels),
            reports: Arc::clone(&reports),
            turn: Arc::clone(&turn),
        };
        let (heard, failing, clock) = (Arc::clone(&reports), Arc::clone(&turn), self.clock.clone());
        let config =
            cpal::StreamConfig { channels: wanted.channels, sample_rate: wanted.rate, buffer_size: wanted.period };
        let stream = device.build_output_stream::<T, _, _>(
            config,
            move |data, info| callback.fill(data, info),
            move |error| {
                // The turn first: noting may hold up a driver that raves, and that must not happen before all others.
                failing.failed();
                heard.note(&error, &clock);
            },
            None,
        )?;
        Ok(Built { stream, feed, reports, turn })
    }
}

impl Output for Card {
    fn open(&self, feed: &mut dyn FnMut(&Format) -> Feed) -> Result<Box<dyn Stream>, OpenError> {
        let (result, alsa) = quietly(|| self.start(feed));
        result.map_err(|error| OpenError(say(&error, alsa)))
    }

    fn mixer(&self) -> Option<String> {
        let open = self.mixer.lock().unwrap_or_else(PoisonError::into_inner).upgrade()?;
        Some(open.to_string())
    }

    fn other_card(&self) -> Option<OtherCard> {
        self.other.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A device that is not there, or is not the one that is meant.
fn away(why: OpenError) -> cpal::Error {
    cpal::Error::with_message(ErrorKind::DeviceNotAvailable, why.0)
}

struct Built {
    stream: cpal::Stream,
    feed: mpsc::Sender<Feed>,
    reports: Arc<Reports>,
    turn: Arc<Turn>,
}

/// What is asked of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    sample: SampleFormat,
    channels: u16,
    rate: u32,
    period: BufferSize,
}

impl Wanted {
    /// The best of what a device offers that cannot do the usual: stereo before mono before more channels, 48 kHz, then
    /// 44.1 kHz, then the nearest rate; then the finer samples.
    fn from_what_is_offered(
        offers: impl Iterator<Item = cpal::SupportedStreamConfigRange>,
    ) -> Result<Self, cpal::Error> {
        let all: Vec<_> = offers.collect();
        all.iter()
            .filter_map(|offer| {
                let fineness = SAMPLES.iter().position(|&each| each == offer.sample_format())?;
                let low = offer.min_sample_rate();
                let high = offer.max_sample_rate();
                let rate =
                    [RATE, 44_100].into_iter().find(|r| (low..=high).contains(r)).unwrap_or(RATE.max(low).min(high));
                let period = match *offer.buffer_size() {
                    cpal::SupportedBufferSize::Range { min, max } => BufferSize::Fixed(PERIOD.max(min).min(max)),
                    cpal::SupportedBufferSize::Unknown => BufferSize::Default,
                };
                let wanted = Self { sample: offer.sample_format(), channels: offer.channels(), rate, period };
                let channels = match offer.channels() {
                    2 => 0,
                    other => other,
                };
                Some(((channels, rate.abs_diff(RATE), fineness), wanted))
            })
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, wanted)| wanted)
            .ok_or_else(|| {
                let offered: Vec<_> = all.iter().map(|offer| offer.sample_format().to_string()).collect();
                let text =
                    format!("the device offers only {} samples; f32, i32, i24 or i16 is needed", offered.join(", "));
                cpal::Error::with_message(ErrorKind::UnsupportedConfig, text)
            })
    }
}

/// Sample formats that are served, finest first; 16 bits come last because they round.
const SAMPLES: [SampleFormat; 4] = [SampleFormat::F32, SampleFormat::I32, SampleFormat::I24, SampleFormat::I16];

/// The real-time room. Forbidden here: allocation, locks, waiting, logging, files.
struct Callback {
    arriving: mpsc::Receiver<Feed>,
    feed: Option<Feed>,
    block: Box<[f32]>,
    clock: Clock,
    offset_us: i64,
    rate: i64,
    channels: usize,
    reports: Arc<Reports>,
    turn: Arc<Turn>,
}

impl Callback {
    fn fill<T: SizedSample + FromSample<f32>>(&mut self, data: &mut [T], info: &OutputCallbackInfo) {
        let (wall, mono) = self.clock.pair();
        self.turn.took(data.len() / self.channels, self.rate, mono);
        let times = info.timestamp();
        let delay = times.playback.saturating_duration_since(times.callback);
        if self.feed.is_none() {
            self.feed = self.arriving.try_recv().ok(); // the first callback only
        }
        let stamp = Stamp {
            wall_us: wall.timestamp_micros(),
            mono,
            lead_us: delay.as_micros() as i64 + self.offset_us,
            xruns: self.reports.xruns(),
        };
        self.reports.played();
        self.play(data, stamp);
    }

    /// Fills `data`, whose first frame plays when `stamp` says, with what the feed renders.
    fn play<T: SizedSample + FromSample<f32>>(&mut self, data: &mut [T], mut stamp: Stamp) {
        let Some(feed) = &mut self.feed else { return };
        for part in data.chunks_mut(BLOCK_FRAMES * self.channels) {
            let frames = part.len() / self.channels;
            let block = &mut self.block[..frames * 2];
            feed(block, stamp);
            for (frame, [left, right]) in part.chunks_exact_mut(self.channels).zip(block.as_chunks::<2>().0) {
                place(frame, *left, *right);
            }
            stamp.lead_us += frames as i64 * 1_000_000 / self.rate;
        }
    }
}

/// Puts one stereo frame on the device's channels: mixed to one, or on the first two with silence on the rest.
fn place<T: SizedSample + FromSample<f32>>(frame: &mut [T], left: f32, right: f32) {
    match frame {
        [one] => *one = T::from_sample(f32::midpoint(left, right)),
        [first, second, rest @ ..] => {
            *first = T::from_sample(left);
            *second = T::from_sample(right);
            rest.fill(T::EQUILIBRIUM);
        }
        [] => {}
    }
}

struct Playing {
    _stream: cpal::Stream,
    reports: Arc<Reports>,
    /// What is open as long as this lives.
    _mixer: Arc<str>,
    turn: Arc<Turn>,
}

impl Stream for Playing {
    fn errors(&self) -> (u64, Option<String>) {
        self.reports.told()
    }

    fn real_time(&self) -> Option<RealTime> {
        self.turn.word()
    }
}

#[cfg(test)]
mod tests {
    use rodio::cpal::{SupportedBufferSize, SupportedStreamConfigRange};

    use super::*;
    use crate::clock::Mono;

    fn offer(channels: u16, rates: (u32, u32), sample: SampleFormat) -> SupportedStreamConfigRange {
        let buffer = SupportedBufferSize::Range { min: 64, max: 512 };
        SupportedStreamConfigRange::new(channels, rates.0, rates.1, buffer, sample)
    }

    #[test]
    fn stereo_comes_before_the_rate_and_the_rate_before_the_sample() {
        let offers = [
            offer(1, (48_000, 48_000), SampleFormat::F32),
            offer(2, (8_000, 44_100), SampleFormat::I16),
            offer(2, (8_000, 32_000), SampleFormat::I32),
            offer(6, (48_000, 48_000), SampleFormat::F32),
        ];
        let best = Wanted::from_what_is_offered(offers.into_iter()).unwrap();
        assert_eq!((best.channels, best.rate, best.sample), (2, 44_100, SampleFormat::I16));
        assert_eq!(best.period, BufferSize::Fixed(512), "held within what the device can do");
    }

    #[test]
    fn a_device_with_samples_that_are_not_served_is_refused_by_name() {
        let error = Wanted::from_what_is_offered([offer(2, (1, 48_000), SampleFormat::U8)].into_iter()).unwrap_err();
        assert!(error.to_string().contains("offers only u8"), "{error}");
    }

    #[test]
    fn callbacks_of_any_size_get_the_feed_s_frames_in_order_with_their_stamps() {
        let (told, stamps) = mpsc::channel();
        let mut next = 0.0;
        let feed: Feed = Box::new(move |block, stamp| {
            told.send((stamp, block.len() / 2)).unwrap();
            for sample in block {
                *sample = next;
                next += 1.0;
            }
        });
        let mut callback = Callback {
            arriving: mpsc::channel().1,
            feed: Some(feed),
            block: vec![0.0; BLOCK_FRAMES * 2].into_boxed_slice(),
            clock: Clock::system(),
            offset_us: 0,
            rate: 48_000,
            channels: 2,
            turn: Arc::default(),
            reports: Arc::default(),
        };
        let mut expected = 0.0;
        for (turn, frames) in [3_usize, 1, 1024, BLOCK_FRAMES + 7].into_iter().enumerate() {
            let stamp = Stamp { wall_us: 5, mono: Mono(turn as i64), lead_us: -3, xruns: 2 };
            let mut data = vec![0.0_f32; frames * 2];
            callback.play(&mut data, stamp);
            for sample in data {
                assert_eq!(sample.to_bits(), f32::to_bits(expected));
                expected += 1.0;
            }
            assert_eq!(stamps.try_recv(), Ok((stamp, frames.min(BLOCK_FRAMES))));
            if frames > BLOCK_FRAMES {
                let later = Stamp { lead_us: -3 + 170_666, ..stamp };
                assert_eq!(stamps.try_recv(), Ok((later, 7)), "what is left plays when the first block has played");
            }
            assert!(stamps.try_recv().is_err());
        }
    }

    #[test]
    fn stereo_is_mixed_to_one_channel_and_leaves_further_ones_silent() {
        let (mut mono, mut four) = ([0_i16; 1], [7_i16; 4]);
        place(&mut mono, 0.5, -0.25);
        place(&mut four, -1.0, 0.5);
        assert_eq!(mono, [4096]);
        assert_eq!(four, [-32_768, 16_384, 0, 0]);
    }
}
