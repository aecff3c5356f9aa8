//! Audio files for tests, made when they are needed: a known signal, encoded by ffmpeg into every kind that is played.
//!
//! In: a shape (rate, channels, frames) and ffmpeg's options. Out: files whose every sample is known. Next: `audio`.

use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The signal of a test: a tone per channel whose level moves, so that a shift by one frame shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signal {
    pub(crate) rate: u32,
    pub(crate) channels: u16,
    pub(crate) frames: usize,
    /// Where in the endless signal it begins, in seconds.
    pub(crate) start: f64,
}

impl Signal {
    pub(crate) fn stereo(rate: u32, seconds: f64) -> Self {
        Self { rate, channels: 2, frames: (seconds * f64::from(rate)).round() as usize, start: 0.0 }
    }

    pub(crate) fn mono(rate: u32, seconds: f64) -> Self {
        Self { channels: 1, ..Self::stereo(rate, seconds) }
    }

    /// The sample of a channel at an instant in seconds, within ±0.5.
    fn at(self, channel: usize, seconds: f64) -> f64 {
        let seconds = self.start + seconds;
        let hertz = [700.0, 1100.0][channel % 2];
        let level = 0.35 + 0.15 * (TAU * 1.7 * seconds).sin();
        level * (TAU * hertz * seconds + 0.3).sin()
    }

    /// The frames that a player at `rate` should give: interleaved stereo.
    pub(crate) fn heard_at(self, rate: u32) -> Vec<f32> {
        let frames = (self.frames as f64 * f64::from(rate) / f64::from(self.rate)).round() as usize;
        let right = usize::from(self.channels == 2);
        let frame = |n: usize| [0, right].map(|channel| self.at(channel, n as f64 / f64::from(rate)) as f32);
        (0..frames).flat_map(frame).collect()
    }

    /// The same at its own rate as 16 bits hold it: what lossless kinds give back to the bit.
    pub(crate) fn heard_exactly(self) -> Vec<f32> {
        let samples: Vec<i16> = self.samples().collect();
        let frame = |frame: &[i16]| [frame[0], frame[frame.len() - 1]].map(|sample| f32::from(sample) / 32768.0);
        samples.chunks(usize::from(self.channels)).flat_map(frame).collect()
    }

    /// The signal as whole numbers of 16 bits, all channels.
    fn samples(self) -> impl Iterator<Item = i16> {
        let channels = usize::from(self.channels);
        (0..self.frames * channels).map(move |n| {
            let seconds = (n / channels) as f64 / f64::from(self.rate);
            (self.at(n % channels, seconds) * 32768.0).round() as i16
        })
    }

    /// Writes a WAV of 16 bits.
    pub(crate) fn wav(self, path: &Path) -> PathBuf {
        let spec = hound::WavSpec {
            channels: self.channels,
            sample_rate: self.rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).expect("a test's own folder works");
        self.samples().for_each(|sample| writer.write_sample(sample).expect("a test's own folder works"));
        writer.finalize().expect("a test's own folder works");
        path.to_owned()
    }

    /// Encodes it as `folder/name` with ffmpeg's options.
    pub(crate) fn encoded(self, folder: &Path, name: &str, options: &str) -> PathBuf {
        let (wav, out) = (folder.join(format!("{name}.source.wav")), folder.join(name));
        self.wav(&wav);
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-y", "-loglevel", "error", "-i"]).arg(&wav);
        command.args(options.split_whitespace()).arg(&out);
        assert!(command.status().expect("ffmpeg is installed").success(), "{command:?}");
        fs::remove_file(wav).expect("a test's own folder works");
        out
    }
}

/// The kinds of file that are played: a name, ffmpeg's options, and whether every sample comes back as it was.
pub(crate) const KINDS: &[(&str, &str, bool)] = &[
    ("u8.wav", "-c:a pcm_u8", false),
    ("s16.wav", "-c:a pcm_s16le", true),
    ("s24.wav", "-c:a pcm_s24le", true),
    ("s32.wav", "-c:a pcm_s32le", true),
    ("f32.wav", "-c:a pcm_f32le", true),
    ("16.flac", "-c:a flac", true),
    ("24.flac", "-c:a flac -sample_fmt s32 -bits_per_raw_sample 24", true),
    ("flac.ogg", "-c:a flac -f ogg", true),
    ("cbr.mp3", "-c:a libmp3lame -b:a 128k", false),
    ("vbr.mp3", "-c:a libmp3lame -q:a 3", false),
    ("vbr-no-xing.mp3", "-c:a libmp3lame -q:a 3 -write_xing 0 -id3v2_version 0", false),
    ("cbr-no-xing.mp3", "-c:a libmp3lame -b:a 128k -write_xing 0", false),
    ("vorbis.ogg", "-c:a libvorbis -q:a 5", false),
    ("opus.opus", "-c:a libopus -b:a 96k", false),
    ("aac.m4a", "-c:a aac -b:a 128k", false),
    ("aac-front.m4a", "-c:a aac -b:a 128k -movflags +faststart", false),
    ("adts.aac", "-c:a aac -b:a 128k -f adts", false),
];
