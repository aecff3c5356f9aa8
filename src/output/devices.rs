//! Which sound devices there are, what each can do, and whether it opens now.
//!
//! In: nothing but the machine. Out: a list for a person who chooses `[output] device`. Trying a device can hang, so it
//! happens on a thread of its own; the one that does not answer is named, and those behind it are listed untried. Must
//! not print anything, and must not play. Next: `cli::devices` prints it.

use std::sync::mpsc;
use std::time::Duration;

use rodio::cpal::traits::{DeviceTrait, HostTrait};
use rodio::cpal::{self, SupportedStreamConfigRange};

use super::OpenError;
use super::alsa_words::{quietly, say};
use super::mixer::{self, Control};
use super::pin::{Cards, Doubt};
use crate::library::beside_the_air;

/// How long one device may take to answer.
const LIMIT: Duration = Duration::from_secs(3);

/// Rates above this are of no use to speech and music; plugins that claim every rate are shown up to here.
const RATE_MAX: u32 = 192_000;

/// Likewise for channels.
const CHANNELS_MAX: u16 = 8;

/// One sound device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// What to write as `[output] device`; stays the same over restarts and replugging.
    pub id: String,
    /// What the driver calls it.
    pub name: String,
    /// Numbers of channels that it takes, ascending, up to 8.
    pub channels: Vec<u16>,
    /// Spans of rates that it takes, in frames per second, ascending, up to 192,000.
    pub rates: Vec<(u32, u32)>,
    /// Why it does not open now, in the driver's words; `None` if it does. A device in use may say that it is busy.
    pub problem: Option<String>,
    /// The volume and mute switches behind it; `None` where ALSA does not tell.
    pub controls: Option<Vec<Control>>,
    /// Another card of its kind is there, and only the order of discovery says which of them has this name.
    pub has_twin: bool,
}

impl Device {
    /// A device of which nothing more is known.
    #[must_use]
    pub fn unknown(id: &str, name: &str) -> Self {
        let (channels, rates) = (Vec::new(), Vec::new());
        let (id, name) = (id.to_owned(), name.to_owned());
        Self { id, name, channels, rates, problem: None, controls: None, has_twin: false }
    }

    /// Whether its controls let nothing through; `None` where ALSA does not tell.
    #[must_use]
    pub fn is_silenced(&self) -> Option<bool> {
        Some(!mixer::silencing(self.controls.as_ref()?).is_empty())
    }
}

/// All devices that sound could go to, the default one first.
pub fn list() -> Result<Vec<Device>, OpenError> {
    let (send, answers) = mpsc::channel();
    std::thread::Builder::new()
        .name("loa-devices".into())
        .spawn(move || {
            beside_the_air();
            quietly(|| explore(&send));
        })
        .map_err(|error| OpenError(format!("cannot start a thread: {error}")))?;
    let mut devices = match answers.recv_timeout(LIMIT) {
        Ok(Answer::Names(names)) => names?,
        Ok(Answer::Tried(..)) | Err(_) => return Err(OpenError("the sound system does not answer".into())),
    };
    let mut hung = false;
    for device in &mut devices {
        match (hung, answers.recv_timeout(if hung { Duration::ZERO } else { LIMIT })) {
            (false, Ok(Answer::Tried(tried))) => *device = tried,
            (false, _) => {
                hung = true;
                device.problem = Some("it does not answer".into());
            }
            (true, _) => device.problem = Some("not tried, since one before it does not answer".into()),
        }
    }
    Ok(devices)
}

enum Answer {
    /// All devices, none of them tried.
    Names(Result<Vec<Device>, OpenError>),
    /// The next of them, tried.
    Tried(Device),
}

fn explore(to: &mpsc::Sender<Answer>) {
    let host = cpal::default_host();
    let found = match host.devices() {
        Ok(all) => all,
        Err(error) => {
            let _ = to.send(Answer::Names(Err(OpenError(say(&error, None)))));
            return;
        }
    };
    let found: Vec<_> = found.filter(DeviceTrait::supports_output).collect();
    let cards = Cards::default();
    let default = host.default_output_device().map(|device| ("default".to_owned(), device));
    let by_socket = by_socket(&cards, &found);
    let lasting = found.into_iter().filter_map(|device| Some((lasting_id(&device)?, device)));
    let all: Vec<_> = default.into_iter().chain(by_socket).chain(lasting).collect();
    let untried: Vec<_> = all.iter().map(|(id, device)| untried(id, device, &cards)).collect();
    if to.send(Answer::Names(Ok(untried.clone()))).is_err() {
        return;
    }
    for ((_, device), known) in all.iter().zip(untried) {
        if to.send(Answer::Tried(tried(device, known))).is_err() {
            return;
        }
    }
}

/// The cards whose socket is known, once for each playback device.
fn by_socket(cards: &Cards, found: &[cpal::Device]) -> Vec<(String, cpal::Device)> {
    let sockets = cards.sockets().into_iter().flat_map(|(id, card)| {
        let devices = cards.playback_devices(card).into_iter();
        devices.map(move |device| if device == 0 { id.clone() } else { format!("{id},DEV={device}") })
    });
    let named = sockets.filter_map(|id| {
        let now = cards.resolve(&id).ok()?;
        let device = found.iter().find(|each| each.id().is_ok_and(|each| each.to_string() == now))?;
        Some((id, device.clone()))
    });
    named.collect()
}

fn untried(id: &str, device: &cpal::Device, cards: &Cards) -> Device {
    let name = device.description().map_or_else(|_| id.to_owned(), |text| text.name().to_owned());
    let has_twin = matches!(cards.doubt(id), Some(Doubt::Twin(_)));
    Device { has_twin, ..Device::unknown(id, &name) }
}

/// The id of a device, unless a number in it may mean another card after the next start (`CARD=0`), or it is the
/// default one, which goes by that name, or no device at all. JACK's bridge is left out since trying it without a server
/// makes its library write to the terminal; who has one can still set it.
fn lasting_id(device: &cpal::Device) -> Option<String> {
    let id = device.id().ok()?;
    let by_number = id.id().split_once("CARD=").is_some_and(|(_, card)| card.starts_with(|c: char| c.is_ascii_digit()));
    let other = matches!(id.id(), "default" | "null" | "jack");
    (!by_number && !other).then(|| id.to_string())
}

fn tried(device: &cpal::Device, known: Device) -> Device {
    let now = device.id().map_or_else(|_| known.id.clone(), |id| id.to_string());
    let controls = mixer::read(&mixer::of_device(&now)).ok();
    let known = Device { controls, ..known };
    let (offers, alsa) = quietly(|| device.supported_output_configs());
    match offers {
        Ok(offers) => {
            let offers: Vec<_> = offers.collect();
            Device { channels: channels(&offers), rates: rates(&offers), ..known }
        }
        Err(error) => Device { problem: Some(say(&error, alsa)), ..known },
    }
}

fn channels(offers: &[SupportedStreamConfigRange]) -> Vec<u16> {
    let mut all: Vec<_> = offers.iter().map(SupportedStreamConfigRange::channels).collect();
    all.sort_unstable();
    all.dedup();
    all.retain(|&channels| channels <= CHANNELS_MAX);
    all
}

fn rates(offers: &[SupportedStreamConfigRange]) -> Vec<(u32, u32)> {
    let spans = offers.iter().map(|offer| (offer.min_sample_rate(), offer.max_sample_rate().min(RATE_MAX)));
    let mut all: Vec<_> = spans.filter(|(low, high)| low <= high).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use rodio::cpal::{SampleFormat, SupportedBufferSize};

    use super::*;

    #[test]
    fn what_a_device_takes_is_told_once_and_without_the_absurd() {
        let offer = |channels, low, high, format| {
            SupportedStreamConfigRange::new(channels, low, high, SupportedBufferSize::Unknown, format)
        };
        let offers = [
            offer(2, 4000, u32::MAX, SampleFormat::F32),
            offer(1, 4000, u32::MAX, SampleFormat::F32),
            offer(64, 384_000, 768_000, SampleFormat::F32),
            offer(2, 4000, u32::MAX, SampleFormat::I16),
        ];
        assert_eq!(channels(&offers), [1, 2]);
        assert_eq!(rates(&offers), [(4000, 192_000)]);
    }
}
