//! A capture device, for measuring: what it hears, and when.
//!
//! In: an id as in `[output] device`. Out: blocks of one channel, each with the instant at which its first frame was heard,
//! as the driver tells it. Only `calibrate` uses it; a station records nothing. Next: `calibrate`.

use std::str::FromStr;
use std::sync::mpsc;

use rodio::cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use rodio::cpal::{self, BufferSize, ErrorKind, FromSample, Sample, SampleFormat, SizedSample};

use super::OpenError;
use super::alsa_words::{quietly, say};
use super::pin::Cards;
use crate::clock::Clock;

/// Frames at a time.
const PERIOD: u32 = 1024;

/// What is tried, in this order; the first that the device takes is used.
const FORMS: [(SampleFormat, u16, u32); 6] = [
    (SampleFormat::F32, 2, 48_000),
    (SampleFormat::I16, 2, 48_000),
    (SampleFormat::I16, 1, 48_000),
    (SampleFormat::I32, 2, 48_000),
    (SampleFormat::I16, 2, 44_100),
    (SampleFormat::I16, 1, 44_100),
];

/// A stretch of what was heard, all channels mixed into one.
#[derive(Debug)]
pub(super) struct Heard {
    /// When its first frame was heard: microseconds of the monotonic clock.
    pub(super) at_us: f64,
    pub(super) frames: Vec<f32>,
}

/// An open capture; ends when it is dropped.
pub(super) struct Capture {
    _stream: cpal::Stream,
    pub(super) rate: u32,
    pub(super) blocks: mpsc::Receiver<Heard>,
}

/// Opens a device for capturing; the driver's words if it cannot.
pub(super) fn open(id: &str, clock: &Clock) -> Result<Capture, OpenError> {
    let (result, alsa) = quietly(|| {
        let host = cpal::default_host();
        let device = if id == "default" {
            host.default_input_device()
        } else {
            let now = Cards::default().resolve(id).map_err(|why| named(why.0))?;
            host.device_by_id(&cpal::DeviceId::from_str(&now)?)
        };
        let device = device.ok_or_else(|| named(format!("there is no device `{id}`")))?;
        let mut refused = cpal::Error::new(ErrorKind::UnsupportedConfig);
        for form in FORMS {
            match build(&device, form, clock) {
                Err(error) if error.kind() == ErrorKind::UnsupportedConfig => refused = error,
                built => return built,
            }
        }
        Err(refused)
    });
    result.map_err(|error| OpenError(say(&error, alsa)))
}

fn named(text: String) -> cpal::Error {
    cpal::Error::with_message(ErrorKind::DeviceNotAvailable, text)
}

fn build(device: &cpal::Device, form: (SampleFormat, u16, u32), clock: &Clock) -> Result<Capture, cpal::Error> {
    match form.0 {
        SampleFormat::F32 => build_as::<f32>(device, form, clock),
        SampleFormat::I32 => build_as::<i32>(device, form, clock),
        _ => build_as::<i16>(device, form, clock),
    }
}

fn build_as<T: SizedSample>(
    device: &cpal::Device,
    (_, channels, rate): (SampleFormat, u16, u32),
    clock: &Clock,
) -> Result<Capture, cpal::Error>
where
    f32: FromSample<T>,
{
    let config = cpal::StreamConfig { channels, sample_rate: rate, buffer_size: BufferSize::Fixed(PERIOD) };
    let (send, blocks) = mpsc::channel();
    let clock = clock.clone();
    let stream = device.build_input_stream::<T, _, _>(
        config,
        move |data, info| {
            let (_, now) = clock.pair();
            let times = info.timestamp();
            let age = times.callback.saturating_duration_since(times.capture);
            let mix = |frame: &[T]| frame.iter().map(|sample| f32::from_sample(*sample)).sum::<f32>();
            let frames =
                data.chunks_exact(usize::from(channels)).map(|frame| mix(frame) / f32::from(channels)).collect();
            // Nobody listens any more once the measurement is over.
            let _ = send.send(Heard { at_us: now.0 as f64 - age.as_secs_f64() * 1e6, frames });
        },
        |_| (), // what is lost in the recording shows as chirps that were not heard
        None,
    )?;
    stream.play()?;
    Ok(Capture { _stream: stream, rate, blocks })
}
