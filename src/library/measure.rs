//! Measures a content while it is decoded: loudness, true peak, silence, clipping, what the channels hold, its fingerprint.
//!
//! In: every block of stereo frames of one content, in order. Out: its `Measures`. Holds a few numbers and one block, however
//! long the content is; costs about as much time as the decoding. Runs on the thread that decodes. Next: `verify`.

use ebur128::{Channel, EbuR128, Mode};
use sha2::{Digest, Sha256};

use super::milliseconds;
use super::true_peak::TruePeak;
use crate::sound::{Fingerprint, Form, LOWEST_PEAK_CENTI_DBTP, Measures, SILENCE_DBFS};

/// Full scale: the largest value of 16 bits and the one below it.
const CLIPPED: f32 = 32_766.0 / 32_768.0;

/// So many samples at full scale in a row are no chance.
const CLIPPED_RUN: u64 = 3;

/// Shorter silences are part of speech.
const PAUSE_MS: u64 = 100;

/// Two channels hold the same when the power of their difference is so small a part of theirs (-50 dB): lossy encoders
/// treat even twice the same not quite alike.
const SAME: f64 = 1e-5;

/// What is being measured.
pub(super) struct Gauge {
    rate: u32,
    channels: u16,
    loudness: EbuR128,
    /// The block as the loudness wants it, when that has one channel.
    one: Vec<f32>,
    silence: Silence,
    /// Of each channel.
    clipping: [Clipping; 2],
    /// Of each channel.
    peaks: [TruePeak; 2],
    /// Of the difference of the channels, and of both.
    difference: f64,
    power: f64,
    sound: Sound,
}

impl Gauge {
    /// For a content of `channels` (1 or 2) at `rate` frames per second (8000 to 96000).
    pub(super) fn new(rate: u32, channels: u16) -> Self {
        let count = u32::from(channels.min(2));
        let mut loudness = EbuR128::new(count, rate, Mode::I).expect("the rate is one that is played");
        if count == 1 {
            // Both loudspeaker channels play it.
            loudness.set_channel(0, Channel::DualMono).expect("there is a first channel");
        }
        Self {
            rate,
            channels,
            loudness,
            one: Vec::new(),
            silence: Silence::new(rate),
            clipping: [Clipping::default(); 2],
            peaks: [TruePeak::new(), TruePeak::new()],
            difference: 0.0,
            power: 0.0,
            sound: Sound::default(),
        }
    }

    /// Takes the next block of interleaved stereo; of a content of one channel both are the same.
    pub(super) fn take(&mut self, block: &[f32]) {
        let frames = block.as_chunks::<2>().0;
        if self.channels == 1 {
            self.one.clear();
            self.one.extend(frames.iter().map(|frame| frame[0]));
            self.loudness.add_frames_f32(&self.one).expect("whole frames");
        } else {
            self.loudness.add_frames_f32(block).expect("whole frames");
            self.compare(frames);
        }
        for channel in 0..usize::from(self.channels) {
            self.clipping[channel].take(frames, channel);
            self.peaks[channel].take(frames.iter().map(|frame| frame[channel]));
        }
        let last_sounding = self.silence.take(frames);
        self.sound.take(frames, self.silence.first_in_block, last_sounding);
    }

    fn compare(&mut self, frames: &[[f32; 2]]) {
        let (mut difference, mut power) = (0.0, 0.0);
        for [left, right] in frames {
            difference += (left - right) * (left - right);
            power += left * left + right * right;
        }
        self.difference += f64::from(difference);
        self.power += f64::from(power);
    }

    /// What was measured; after the last block.
    pub(super) fn measures(self) -> Measures {
        let frames = self.silence.frames;
        let ms = |frames: u64| milliseconds(frames, self.rate);
        let loudness = self.loudness.loudness_global().ok().filter(|loudness| loudness.is_finite());
        let peak = self.peaks.into_iter().map(|peak| f64::from(peak.peak())).fold(0.0, f64::max);
        let trailing = self.silence.gap;
        let leading = self.silence.leading.unwrap_or(frames);
        Measures {
            duration_ms: ms(frames),
            loudness_centi_lufs: loudness.map(|loudness| (loudness * 100.0).round() as i64),
            true_peak_centi_dbtp: ((2000.0 * peak.log10()).ceil() as i64).max(LOWEST_PEAK_CENTI_DBTP),
            // A content that is all silence is no shorter than its silence.
            leading_silence_ms: ms(leading),
            trailing_silence_ms: ms(trailing),
            longest_pause_ms: ms(self.silence.longest),
            silence_percent: self.silence.percent(),
            clipped_samples: self.clipping.iter().map(|each| each.samples()).sum(),
            form: match self.channels {
                1 => Form::Mono,
                _ if self.difference <= SAME * self.power => Form::DualMono,
                _ => Form::Stereo,
            },
            rate: self.rate,
            fingerprint: self.sound.fingerprint(),
        }
    }
}

/// Where nothing is heard.
struct Silence {
    threshold: f32,
    /// Frames of the shortest pause.
    pause: u64,
    frames: u64,
    /// Frames before the first sounding one.
    leading: Option<u64>,
    /// Silent frames since the last sounding one.
    gap: u64,
    longest: u64,
    /// Frames in pauses.
    paused: u64,
    /// Where in the newest block the sound of the content begins: 0 once it has begun.
    first_in_block: usize,
}

impl Silence {
    fn new(rate: u32) -> Self {
        let threshold = 10_f64.powf(SILENCE_DBFS as f64 / 20.0) as f32;
        let pause = u64::from(rate) * PAUSE_MS / 1000;
        Self { threshold, pause, frames: 0, leading: None, gap: 0, longest: 0, paused: 0, first_in_block: 0 }
    }

    /// Takes a block; answers with how many of its frames reach to its last sounding one.
    fn take(&mut self, frames: &[[f32; 2]]) -> usize {
        let mut last = 0;
        self.first_in_block = 0;
        for (at, [left, right]) in frames.iter().enumerate() {
            if left.abs() < self.threshold && right.abs() < self.threshold {
                continue;
            }
            let gap = self.gap + (at - last) as u64;
            if self.leading.is_none() {
                self.leading = Some(gap);
                self.first_in_block = at;
            } else {
                self.longest = self.longest.max(gap);
            }
            self.pass(gap);
            (self.gap, last) = (0, at + 1);
        }
        self.gap += (frames.len() - last) as u64;
        self.frames += frames.len() as u64;
        last
    }

    fn pass(&mut self, gap: u64) {
        if gap >= self.pause {
            self.paused += gap;
        }
    }

    fn percent(mut self) -> i64 {
        self.pass(self.gap);
        (self.paused * 100).checked_div(self.frames).map_or(0, u64::cast_signed)
    }
}

/// Samples at full scale of one channel.
#[derive(Clone, Copy, Default)]
struct Clipping {
    clipped: u64,
    run: u64,
}

impl Clipping {
    fn take(&mut self, frames: &[[f32; 2]], channel: usize) {
        let peak = frames.iter().fold(0.0_f32, |peak, frame| peak.max(frame[channel].abs()));
        if peak < CLIPPED {
            return self.end_run();
        }
        for frame in frames {
            if frame[channel].abs() >= CLIPPED {
                self.run += 1;
            } else {
                self.end_run();
            }
        }
    }

    fn end_run(&mut self) {
        if self.run >= CLIPPED_RUN {
            self.clipped += self.run;
        }
        self.run = 0;
    }

    fn samples(mut self) -> u64 {
        self.end_run();
        self.clipped
    }
}

/// The hash of what is heard.
#[derive(Default)]
struct Sound {
    begun: bool,
    /// Of everything since the first sounding frame.
    all: Sha256,
    /// The same up to the last sounding one.
    heard: Sha256,
    bytes: Vec<u8>,
}

impl Sound {
    /// Takes a block whose sound begins at frame `first`, if it has not before, and ends before frame `last`.
    fn take(&mut self, frames: &[[f32; 2]], first: usize, last: usize) {
        if !self.begun && last == 0 {
            return;
        }
        self.begun = true;
        if last > 0 {
            self.hash(&frames[first..last]);
            self.heard = self.all.clone();
        }
        self.hash(&frames[last.max(first)..]);
    }

    fn hash(&mut self, frames: &[[f32; 2]]) {
        self.bytes.clear();
        let sample = |[left, right]: &[f32; 2]| ((left + right) * 16_384.0).round() as i16;
        self.bytes.extend(frames.iter().flat_map(|frame| sample(frame).to_le_bytes()));
        self.all.update(&self.bytes);
    }

    fn fingerprint(self) -> Fingerprint {
        Fingerprint(self.heard.finalize().into())
    }
}

#[cfg(test)]
mod tests;
