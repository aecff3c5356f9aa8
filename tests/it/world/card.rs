//! The invented sound card, around the real deck and its accounts: a crystal of its own, a buffer of two periods, and
//! everything that happens to cards.
//!
//! In: cues, orders, time. Out: the events of the real accounts, and beside them the truth: which frames of which cue have
//! really left the card, and when. Every sample says which cue and which frame it is, so that the truth is read from the
//! sound itself and owes nothing to the counts of the program.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::LazyLock;

use chrono::TimeDelta;
use loa::clock::{Moment, Mono};
use loa::desk::{CueEvent, CueId, End, Start};
use loa::output::Stamp;
use loa::playout::account::{Accounts, Events};
use loa::playout::ring::Fill;
use loa::playout::{DeckPort, Report, deck, ring};

use super::heard::{Audio, CODES, Heard, POSITIONS, Truth};

/// Decoded ahead.
const AHEAD_MS: u64 = 2000;
/// Left is constant, and the ratio of right to left tells cue and frame, whatever a fade does to both.
static SOUND: LazyLock<Vec<Vec<f32>>> = LazyLock::new(|| {
    let frame = |code: u64, at: u64| [0.4, 0.4 * (1.0 + (code * POSITIONS + at) as f32 / (CODES * POSITIONS) as f32)];
    (0..CODES).map(|code| (0..POSITIONS).flat_map(|at| frame(code, at)).collect()).collect()
});

/// How the card is built.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Make {
    /// Frames per second.
    pub(crate) rate: u32,
    /// It takes this many frames at a time and holds twice as many.
    pub(crate) period: u64,
    /// Its crystal against the machine's.
    pub(crate) ppm: i64,
}

impl Make {
    fn frames_us(self, frames: u64) -> i64 {
        (i128::from(frames) * 1_000_000 * 1_000_000 / (i128::from(self.rate) * i128::from(1_000_000 + self.ppm))) as i64
    }

    /// What an underrun or a loss may leave unproven, in milliseconds: the buffer, a period and a frame.
    pub(crate) fn buffer_ms(self) -> i64 {
        self.frames_us(3 * self.period + 1) / 1000 + 1
    }
}

/// A cue whose audio is being decoded.
struct Decoding {
    fill: Option<Fill>,
    code: u64,
    at: u64,
    audio: Audio,
    stalled_until: Mono,
}

/// A block on its way to the loudspeaker.
struct Block {
    /// When its first frame plays.
    plays: Moment,
    age: i64,
    samples: Vec<f32>,
}

/// The card while it is open.
pub(crate) struct Card {
    make: Make,
    run: u32,
    deck: deck::Deck,
    port: DeckPort,
    pub(crate) accounts: Accounts,
    next_block: Mono,
    /// It takes nothing, since then.
    frozen: Option<Mono>,
    xruns: u64,
    buffer: VecDeque<Block>,
    /// Cues that the deck holds.
    decoding: BTreeMap<CueId, Decoding>,
    /// Cues that the accounts still answer for.
    live: BTreeSet<CueId>,
    spare: Vec<Vec<f32>>,
}

impl Card {
    pub(crate) fn open(make: Make, run: u32, now: Moment) -> Self {
        let (deck, port) = deck::pair(make.rate);
        Self {
            make,
            run,
            deck,
            port,
            accounts: Accounts::new(make.rate),
            next_block: now.mono,
            frozen: None,
            xruns: 0,
            buffer: VecDeque::new(),
            decoding: BTreeMap::new(),
            live: BTreeSet::new(),
            spare: Vec::new(),
        }
    }

    /// When it asks for frames next, if anything can sound.
    pub(crate) fn due(&self) -> Option<Mono> {
        (self.frozen.is_none() && !self.live.is_empty()).then_some(self.next_block)
    }

    /// Takes a cue whose audio will be decoded from `from` on.
    pub(crate) fn load(&mut self, cue: CueId, sha256: &str, audio: Audio, primed: bool, truth: &mut Truth) {
        let frames = |ms: u64| (u64::from(self.make.rate) * ms / 1000) as usize;
        let (fill, load) = ring::ring(frames(AHEAD_MS).max(1), 1);
        let stalled_until = Mono(if primed { i64::MIN } else { i64::MAX });
        let decoding = Decoding { fill: Some(fill), code: cue.0 % CODES, at: 0, audio, stalled_until };
        self.port.load(cue, load).expect("the deck takes as many cues as the desk needs");
        self.accounts.admit(cue);
        self.decoding.insert(cue, decoding);
        self.live.insert(cue);
        truth.heard.push(Heard::new(cue, self.run, sha256, audio, self.make.rate));
        self.decode(Mono(i64::MIN + 1));
    }

    /// The first of its audio is decoded.
    pub(crate) fn prime(&mut self, cue: CueId) {
        if let Some(decoding) = self.decoding.get_mut(&cue) {
            decoding.stalled_until = Mono(i64::MIN);
        }
        self.decode(Mono(i64::MIN + 1));
    }

    pub(crate) fn holds(&self, cue: CueId) -> bool {
        self.decoding.contains_key(&cue)
    }

    pub(crate) fn start(&mut self, cue: CueId, start: Start) {
        self.port.start(cue, start);
    }

    pub(crate) fn end(&mut self, cue: CueId, end: End) {
        self.port.end(cue, end);
    }

    /// A cue that must not sound (any more); says nothing if it has not begun.
    pub(crate) fn take_off(&mut self, cue: CueId) {
        if self.accounts.dismiss(cue) {
            self.decoding.remove(&cue);
            self.live.remove(&cue);
        }
        self.port.end(cue, End::Now);
    }

    /// No audio comes from the disk for a while.
    pub(crate) fn stall(&mut self, until: Mono) {
        for decoding in self.decoding.values_mut().filter(|each| each.stalled_until != Mono(i64::MAX)) {
            decoding.stalled_until = decoding.stalled_until.max(until);
        }
    }

    fn decode(&mut self, now: Mono) {
        for decoding in self.decoding.values_mut().filter(|each| each.stalled_until < now) {
            let Some(fill) = decoding.fill.as_mut() else { continue };
            let sound = &SOUND[decoding.code as usize];
            while decoding.at < decoding.audio.frames && fill.room() > 0 {
                let from = (decoding.at % POSITIONS) as usize;
                let most = (decoding.audio.frames - decoding.at).min(POSITIONS - from as u64) as usize;
                decoding.at += fill.push(&sound[2 * from..2 * (from + most)]) as u64;
            }
            if decoding.at == decoding.audio.frames
                && let Some(fill) = decoding.fill.take()
                && !decoding.audio.breaks
            {
                fill.complete();
            }
        }
    }

    /// The card asks for a block. Answers with the events that follow and the samples it was given.
    pub(crate) fn ask(&mut self, now: Moment, age: i64, truth: &mut Truth, heard: Option<&mut Vec<f32>>) -> Events {
        self.decode(now.mono);
        let lead = TimeDelta::microseconds(self.make.frames_us(self.make.period));
        while self.buffer.front().is_some_and(|block| block.plays.mono.plus(lead) <= now.mono) {
            self.play(now.mono, truth);
        }
        let mut samples = self.spare.pop().unwrap_or_default();
        samples.resize(self.make.period as usize * 2, 0.0);
        let stamp = Stamp {
            wall_us: now.wall.timestamp_micros(),
            mono: now.mono,
            lead_us: lead.num_microseconds().unwrap_or_default(),
            xruns: self.xruns,
        };
        self.deck.render(&mut samples, stamp);
        if let Some(heard) = heard {
            heard.extend(&samples);
        }
        let plays = Moment { wall: now.wall + lead, mono: now.mono.plus(lead), ..now };
        self.next_block = plays.mono;
        self.buffer.push_back(Block { plays, age: age + lead.num_microseconds().unwrap_or_default(), samples });
        self.listen()
    }

    /// What the deck has reported.
    fn listen(&mut self) -> Events {
        let mut events = Events::new();
        while let Some(report) = self.port.next_report() {
            self.accounts.note(&report, &mut events);
            if let Report::Gone { cue, over, .. } = report {
                self.decoding.remove(&cue);
                if over.is_none() {
                    self.live.remove(&cue);
                } else {
                    // Dismissed in the moment in which it began: it sounds until it is faded out, and is answered for.
                    self.live.insert(cue);
                }
            }
        }
        for (cue, _) in events.iter().filter(|(_, event)| matches!(event, CueEvent::Ended { .. })) {
            self.live.remove(cue);
        }
        events
    }

    /// The oldest block of the buffer has played, or as much of it as there was time for; the rest is gone.
    fn play(&mut self, now: Mono, truth: &mut Truth) {
        let Some(block) = self.buffer.pop_front() else { return };
        let us = now.since(block.plays.mono).num_microseconds().unwrap_or(i64::MAX).max(0);
        let one = self.make.frames_us(1).max(1);
        let played = (us / one + i64::from(us % one > 0)).min(self.make.period as i64) as usize;
        let (frames, _) = block.samples.as_chunks::<2>();
        for (at, [left, right]) in frames.iter().enumerate().filter(|(_, frame)| frame[0] != 0.0) {
            let told = ((right / left - 1.0) * (CODES * POSITIONS) as f32).round() as u64;
            let Some(heard) = truth.of_code(told / POSITIONS, self.run) else { continue };
            let after = self.make.frames_us(at as u64);
            heard.note(told % POSITIONS, at < played, (block.plays, block.age), after);
        }
        self.spare.push(block.samples);
    }

    /// Nothing more leaves the card: what had time to play has played, the rest never will.
    pub(crate) fn fall_silent(&mut self, now: Mono, truth: &mut Truth) {
        let until = self.frozen.unwrap_or(now);
        while !self.buffer.is_empty() {
            self.play(until, truth);
        }
    }

    /// The card or its server stands still.
    pub(crate) fn freeze(&mut self, now: Mono) {
        self.frozen.get_or_insert(now);
    }

    /// It goes on; the driver reports an underrun. What was in its buffer may be lost.
    pub(crate) fn thaw(&mut self, now: Mono, lost: bool, truth: &mut Truth) {
        if lost {
            self.fall_silent(now, truth);
        } else {
            self.frozen = None;
            while !self.buffer.is_empty() {
                self.play(Mono(i64::MAX), truth);
            }
        }
        self.frozen = None;
        self.xruns += 1;
        self.next_block = now;
    }

    /// The card wakes from idling: it asks for frames from now on.
    pub(crate) fn rouse(&mut self, now: Mono) {
        self.next_block = self.next_block.max(now);
    }

    /// The card is gone: every cue is answered.
    pub(crate) fn lose(&mut self, now: Mono, truth: &mut Truth) -> Events {
        self.fall_silent(now, truth);
        let mut events = self.listen();
        self.accounts.lose(&mut events);
        events
    }
}
