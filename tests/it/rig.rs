//! A deck with its accounts on a device made of arithmetic: no thread, no clock, no waiting.
//!
//! In: cues as lists of frames, orders, block sizes, a drifting device. Out: every frame that left, every report read, every
//! event for the desk. Frame `i` of cue `n` is left `i + 1`, right `n * (i + 1)`, so that any frame on the air tells whose
//! it is whatever the fade, and which one it is where there is none.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set up fails its test here")]

use chrono::{DateTime, Utc};
use loa::clock::Mono;
use loa::desk::{CueEvent, CueId, Ending, Measured};
use loa::output::Stamp;
use loa::playout::account::{Accounts, Events};
use loa::playout::deck::{Deck, pair};
use loa::playout::ring::{Fill, Frame, ring};
use loa::playout::{DeckPort, Report};

use crate::allocations::allocations;

pub(crate) const RATE: u32 = 48_000;
/// The wall clock when the device plays its frame 0.
pub(crate) const EPOCH_US: i64 = 1_741_000_000_000_000;
/// Frames of the fade.
pub(crate) const FADE: usize = 1440;

pub(crate) struct Rig {
    deck: Deck,
    pub(crate) port: DeckPort,
    pub(crate) accounts: Accounts,
    /// How far the device's clock is off, in parts per million.
    pub(crate) drift_ppm: i64,
    /// What the device holds in its buffer at each callback.
    pub(crate) lead_us: i64,
    pub(crate) xruns: u64,
    /// How long the device has stood still so far.
    pub(crate) stall_us: i64,
    /// Everything that left.
    pub(crate) air: Vec<Frame>,
    pub(crate) events: Events,
    pub(crate) stamps: Vec<(usize, Stamp)>,
    pub(crate) allocated: u64,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let (deck, port) = pair(RATE);
        Self {
            deck,
            port,
            accounts: Accounts::new(RATE),
            drift_ppm: 0,
            lead_us: 40_000,
            xruns: 0,
            stall_us: 0,
            air: Vec::new(),
            events: Vec::new(),
            stamps: Vec::new(),
            allocated: 0,
        }
    }

    /// Loads cue `id` with an empty ring that is primed by one frame.
    pub(crate) fn load(&mut self, id: u64, room: usize) -> Fill {
        let (fill, load) = ring(room.max(1), 1);
        self.port.load(CueId(id), load).expect("a free slot");
        self.accounts.admit(CueId(id));
        fill
    }

    /// Loads cue `id`, complete.
    pub(crate) fn cue(&mut self, id: u64, frames: usize) {
        let mut fill = self.load(id, frames);
        assert_eq!(fill.push(clip(id, 0, frames).as_flattened()), frames);
        fill.complete();
    }

    /// When frame `frame` really plays, in microseconds after frame 0.
    pub(crate) fn plays_us(&self, frame: usize) -> i64 {
        let nominal = frame as i64 * 1_000_000 / i64::from(RATE);
        nominal + nominal * self.drift_ppm / 1_000_000 + self.stall_us
    }

    /// Renders the next block and takes in what the deck reports.
    pub(crate) fn block(&mut self, frames: usize) {
        let plays_us = self.plays_us(self.air.len());
        let stamp = Stamp {
            wall_us: EPOCH_US + plays_us - self.lead_us,
            mono: Mono(plays_us - self.lead_us),
            lead_us: self.lead_us,
            xruns: self.xruns,
        };
        self.stamps.push((self.air.len(), stamp));
        let mut block = vec![7.7; 2 * frames];
        self.allocated += allocations(|| self.deck.render(&mut block, stamp));
        self.air.extend_from_slice(block.as_chunks::<2>().0);
        self.listen();
    }

    pub(crate) fn blocks(&mut self, sizes: impl IntoIterator<Item = usize>) {
        sizes.into_iter().for_each(|frames| self.block(frames));
    }

    /// Plays on until `frames` have left in all.
    pub(crate) fn play_to(&mut self, frames: usize, block: usize) {
        while self.air.len() < frames {
            self.block(block.min(frames - self.air.len()));
        }
    }

    pub(crate) fn listen(&mut self) -> Vec<Report> {
        let mut reports = Vec::new();
        while let Some(report) = self.port.next_report() {
            self.accounts.note(&report, &mut self.events);
            reports.push(report);
        }
        reports
    }

    /// What happened to cue `id`, `Progress` left out.
    pub(crate) fn story(&self, id: u64) -> Vec<&CueEvent> {
        let of_cue = self.events.iter().filter(|(cue, _)| *cue == CueId(id)).map(|(_, event)| event);
        of_cue.filter(|event| !matches!(event, CueEvent::Progress(_))).collect()
    }

    /// How cue `id` ended.
    pub(crate) fn ended(&self, id: u64) -> Option<(Ending, Measured)> {
        self.story(id).iter().find_map(|event| match event {
            CueEvent::Ended { ending, measured } => Some((*ending, *measured)),
            _ => None,
        })
    }

    /// Frames of cue `id` that left, and the place of the first one.
    pub(crate) fn aired(&self, id: u64) -> (usize, Option<usize>) {
        let of_cue = |frame: &&Frame| owner(**frame) == Some(id);
        (self.air.iter().filter(of_cue).count(), self.air.iter().position(|frame| owner(*frame) == Some(id)))
    }
}

/// Frames `from..from + frames` of cue `id`.
pub(crate) fn clip(id: u64, from: usize, frames: usize) -> Vec<Frame> {
    (from..from + frames).map(|i| [(i + 1) as f32, (id as usize * (i + 1)) as f32]).collect()
}

/// Whose frame this is; `None` for silence.
pub(crate) fn owner(frame: Frame) -> Option<u64> {
    (frame[0] != 0.0).then(|| (frame[1] / frame[0]).round() as u64)
}

/// The instant at which the frame plays on a device that does not drift.
pub(crate) fn instant(frame: usize) -> DateTime<Utc> {
    at_us(frame as i64 * 1_000_000 / i64::from(RATE))
}

/// That many microseconds after the device's first frame.
pub(crate) fn at_us(after_us: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(EPOCH_US + after_us).unwrap()
}
