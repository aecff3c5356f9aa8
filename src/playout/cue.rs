//! A cue's own thread: opens the content and decodes it ahead into the cue's ring.
//!
//! In: what to play, and the filling end of a ring. Out: frames in the ring, attention tone first; one word when enough is
//! there to start, or why it cannot be played. The thread sleeps while the ring is full and ends once the ring's other end
//! or the `Cue` is dropped. It never touches the deck. Next: `thread`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};

use chrono::TimeDelta;

use super::ring::{Fill, Load, ring};
use super::tone::Tone;
use super::treated::Treated;
use crate::airing::Reason;
use crate::clock::Clock;
use crate::library::Clip;
use crate::rundown::{Audio, Content};
use crate::sound::Treatment;

/// How far ahead a cue is decoded.
const AHEAD_MS: u64 = 2000;
/// How much must be decoded before a cue may start.
const PRIME_MS: u64 = 300;
/// Frames decoded at a time.
const CHUNK: usize = 1024;

/// Decoded audio at the device's rate: a file, or a simulated clip.
pub trait Samples {
    /// Fills the front of `out` with interleaved stereo and says how many frames; 0 at the end of the audio.
    fn read(&mut self, out: &mut [f32]) -> Result<usize, Reason>;
    /// Length as the audio itself declares it, `None` if it does not.
    fn duration_ms(&self) -> Option<i64>;
}

impl Samples for Clip {
    fn read(&mut self, out: &mut [f32]) -> Result<usize, Reason> {
        Self::read(self, out).map_err(|fault| fault.reason())
    }

    fn duration_ms(&self) -> Option<i64> {
        Self::duration_ms(self)
    }
}

/// Opens audio for a device of that many frames per second, and says what was really opened.
pub type OpenClip = Arc<dyn Fn(&Audio, u32) -> Result<(Box<dyn Samples + Send>, Content), Reason> + Send + Sync>;

/// What a cue's thread says once: that it can start (what was opened, length as it is to air), or why it cannot.
pub type Opened = Result<(Content, Option<i64>), Reason>;

/// What a cue is made from.
pub struct Order {
    /// What to play.
    pub audio: Audio,
    /// Length of the attention tone before it.
    pub tone_ms: u32,
    /// What is done to the audio, not to the tone.
    pub treatment: Treatment,
    /// The device's frames per second.
    pub rate: u32,
}

/// A cue being decoded; its thread ends when this is dropped.
#[derive(Debug)]
pub struct Cue {
    thread: Thread,
    dropped: Arc<AtomicBool>,
}

impl Cue {
    /// Starts decoding. `tell` is called once, from the cue's thread. Fails if the system gives no thread.
    pub fn start(
        order: Order,
        open: OpenClip,
        clock: Clock,
        tell: impl FnOnce(Opened) + Send + 'static,
    ) -> std::io::Result<(Self, Load)> {
        let frames = |ms: u64| usize::try_from(u64::from(order.rate) * ms / 1000).unwrap_or(usize::MAX);
        let (fill, load) = ring(frames(AHEAD_MS), frames(PRIME_MS));
        let dropped = Arc::new(AtomicBool::new(false));
        let decoder = Decoder { clock, dropped: Arc::clone(&dropped), fill };
        let thread = thread::Builder::new().name("cue".into()).spawn(move || decoder.run(&order, &open, tell))?;
        Ok((Self { thread: thread.thread().clone(), dropped }, load))
    }
}

impl Drop for Cue {
    /// Not joined: a file on a dead disk would hold the caller.
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

struct Decoder {
    clock: Clock,
    dropped: Arc<AtomicBool>,
    fill: Fill,
}

/// How far a stretch of decoding came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    /// To where it may start.
    Primed,
    /// To the end of the audio.
    End,
    /// Nobody wants it any more.
    Unwanted,
}

impl Decoder {
    fn run(mut self, order: &Order, open: &OpenClip, tell: impl FnOnce(Opened)) {
        let (samples, content) = match open(&order.audio, order.rate) {
            Ok(opened) => opened,
            Err(reason) => return tell(Err(reason)),
        };
        let length_ms = content.duration_ms.or_else(|| samples.duration_ms());
        let around_ms = i64::from(order.tone_ms) - order.treatment.trimmed_ms();
        let planned_ms = length_ms.map(|length_ms| length_ms + around_ms);
        let audio = Treated::new(samples, order.treatment, length_ms, order.rate);
        let mut source = Source { tone: Tone::new(order.tone_ms, order.rate), audio };
        // Damage before the cue could start is a refusal; afterwards the good samples play and the cue ends as broken.
        match self.decode(&mut source, true) {
            Err(reason) => return tell(Err(reason)),
            Ok(Came::Unwanted) => return,
            Ok(Came::End) => {
                self.fill.complete();
                return tell(Ok((content, planned_ms)));
            }
            Ok(Came::Primed) => tell(Ok((content, planned_ms))),
        }
        if self.decode(&mut source, false) == Ok(Came::End) {
            self.fill.complete();
        }
    }

    /// Decodes into the ring until the audio ends, nobody wants it, or, `while_priming`, it may start.
    fn decode(&mut self, source: &mut Source, while_priming: bool) -> Result<Came, Reason> {
        let mut chunk = [0.0; 2 * CHUNK];
        loop {
            let frames = source.read(&mut chunk)?;
            if frames == 0 {
                return Ok(Came::End);
            }
            let mut rest = &chunk[..2 * frames];
            loop {
                if self.dropped.load(Ordering::Acquire) || !self.fill.is_wanted() {
                    return Ok(Came::Unwanted);
                }
                rest = &rest[2 * self.fill.push(rest)..];
                if rest.is_empty() {
                    break;
                }
                self.rest();
            }
            if while_priming && self.fill.is_primed() {
                return Ok(Came::Primed);
            }
        }
    }

    /// Waits until about a quarter of the ring has been played; `Cue::drop` ends the wait.
    fn rest(&self) {
        let (_, now) = self.clock.pair();
        thread::park_timeout(self.clock.until(now.plus(TimeDelta::milliseconds(AHEAD_MS as i64 / 4))));
    }
}

/// The attention tone, then the audio.
struct Source {
    tone: Tone,
    audio: Treated,
}

impl Source {
    fn read(&mut self, out: &mut [f32]) -> Result<usize, Reason> {
        match self.tone.read(out) {
            0 => self.audio.read(out),
            frames => Ok(frames),
        }
    }
}
