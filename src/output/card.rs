//! A sound device: rodio's cpal opens it, and its callback pulls the feed.
//!
//! In: the `[output] device` setting and a feed. Out: an open stream that plays exactly that device, or the driver's
//! words why not; it never falls back to another one. We build the cpal stream ourselves because rodio's own hides the
//! callback's timestamps, without which no start lands on its instant. There is one source, at the device's rate in stereo,
//! so rodio's mixer has nothing to mix or to convert: pulled through it sample by sample, a minute of sound took more CPU
//! than decoding it. Next: `callback`.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};

use rodio::cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use rodio::cpal::{self, BufferSize, ErrorKind, FromSample, I24, SampleFormat, SizedSample};

use super::alsa_words::{quietly, say};
use super::callback::{BLOCK_FRAMES, Callback};
use super::pin::{Cards, FirstCard, Known, OtherCard};
use super::real_time::Turn;
use super::reports::Reports;
use super::{Feed, Format, OpenError, Output, RealTime, Stream, mixer};
use crate::clock::Clock;

/// Frames for which the device asks at a time. cpal keeps two such periods queued, 171 ms at 48 kHz: a start without notice
/// sounds within 256 ms, and one that is armed on its instant all the same. Half of it costs a third more CPU behind a
/// sound server and underruns on a busy machine; twice as much would tell of the first progress after more than 100 ms.
const PERIOD: u32 = 4096;

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
        let Some(card) = self.behind_default(before)? else { return Ok((id, self.device.clone())) };
        Ok((format!("{id} ({})", card.id), format!("hw:{}", card.number)))
    }

    /// The card that `default` has opened since `before`, unless it is another one than at first; `None` behind a sound
    /// server, which decides by itself.
    fn behind_default(&self, before: &[(PathBuf, u32)]) -> Result<Option<Known>, cpal::Error> {
        let card = self.cards.opened_since(before);
        let other = self.first.as_ref().zip(card.as_ref()).and_then(|(first, card)| first.insist(card).err());
        self.other.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&other);
        match other {
            Some(OtherCard { first, found, .. }) => {
                Err(away(OpenError(format!("`default` means the card `{found}` now, it was `{first}`"))))
            }
            None => Ok(card),
        }
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
    use std::fs;
    use std::os::unix::fs::symlink;

    use rodio::cpal::{SupportedBufferSize, SupportedStreamConfigRange};

    use super::*;

    fn offer(channels: u16, rates: (u32, u32), sample: SampleFormat) -> SupportedStreamConfigRange {
        let buffer = SupportedBufferSize::Range { min: 64, max: 512 };
        SupportedStreamConfigRange::new(channels, rates.0, rates.1, buffer, sample)
    }

    #[test]
    fn default_is_refused_on_another_card_and_no_longer_when_a_server_plays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("fd")).unwrap();
        fs::write(at("cards"), " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n").unwrap();
        fs::write(at("default-card"), "Device\n").unwrap();
        symlink("/dev/snd/pcmC0D0p", at("fd/5")).unwrap();
        let cards = Cards { by_path: at("by-path"), asound: folder.path().into(), open_files: at("fd") };
        let card = Card { cards, ..Card::new("default", 0, Clock::system()) }.faithful(at("default-card"));
        let refused = card.behind_default(&[]).unwrap_err().to_string();
        assert!(refused.contains("`default` means the card `PCH` now, it was `Device`"), "{refused}");
        let other = OtherCard { first: "Device".into(), found: "PCH".into(), file: at("default-card") };
        assert_eq!(card.other_card(), Some(other));
        fs::remove_file(at("fd/5")).unwrap();
        assert_eq!(card.behind_default(&[]).unwrap(), None);
        assert_eq!(card.other_card(), None, "the alarm does not outlive its cause");
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
}
