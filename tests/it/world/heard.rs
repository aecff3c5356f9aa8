//! The truth of what was heard: of each cue, which frames have left the card and when, beside what the accounts said of it.
//!
//! In: single frames, as the invented card plays or loses them. Out: what the invariants hold the log against. It knows
//! nothing of the program but the names of its cues, and is never told what ought to have sounded.

use chrono::{DateTime, TimeDelta, Utc};
use loa::airing::ClockState;
use loa::clock::Moment;
use loa::desk::{CueEvent, CueId, Ending, Measured};

/// Frames whose number a sample can tell before it begins again.
pub(super) const POSITIONS: u64 = 4096;
/// Cues that a sample can tell apart; a deck holds sixteen.
pub(super) const CODES: u64 = 64;
/// Cues that are remembered; about one programme's worth sounds or waits at a time.
const LIVE: usize = 64;

/// What a cue plays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Audio {
    /// Frames that can be decoded.
    pub(crate) frames: u64,
    /// After them it breaks off.
    pub(crate) breaks: bool,
}

/// What has really left the card of one cue.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) cue: CueId,
    /// Which run of the program named it.
    pub(crate) run: u32,
    /// The content that sounded.
    pub(crate) sha256: String,
    /// Frames that were there to be played.
    pub(crate) audio: Audio,
    pub(crate) rate: u32,
    /// Frames that left the card.
    pub(crate) played: u64,
    /// Frames of it that were thrown away in the buffer, or may have been.
    pub(crate) dropped: u64,
    /// When its first frame played.
    pub(crate) first: Option<Moment>,
    /// The world's age then and at its last frame, microseconds.
    pub(crate) ages: (i64, i64),
    next: u64,
    /// What was wrong with the sound.
    pub(crate) fault: Option<String>,
    /// When the accounts said that it had started.
    pub(crate) started: Option<DateTime<Utc>>,
    /// What the accounts said at the end; `None` if the program died before.
    pub(crate) ended: Option<(Ending, Measured)>,
    /// The program died while it sounded; whether the machine went down with it.
    pub(crate) died: Option<bool>,
    /// When the desk heard that it had started, and how far the clock was to be believed then.
    pub(crate) told: Option<(Moment, ClockState)>,
}

impl Heard {
    pub(crate) fn played_ms(&self) -> i64 {
        (self.played * 1000 / u64::from(self.rate)) as i64
    }

    pub(crate) fn dropped_ms(&self) -> i64 {
        (self.dropped * 1000 / u64::from(self.rate)) as i64 + 1
    }
}

/// Everything that was heard.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    pub(crate) heard: Vec<Heard>,
}

impl Truth {
    pub(crate) fn of(&mut self, run: u32, cue: CueId) -> Option<&mut Heard> {
        self.heard.iter_mut().rev().take(LIVE).find(|heard| heard.cue == cue && heard.run == run)
    }

    pub(super) fn of_code(&mut self, code: u64, run: u32) -> Option<&mut Heard> {
        let ours = |heard: &&mut Heard| heard.run == run && heard.cue.0 % CODES == code;
        self.heard.iter_mut().rev().take(LIVE).find(ours)
    }
}

impl Heard {
    /// Nothing of a cue has been heard yet.
    pub(super) fn new(cue: CueId, run: u32, sha256: &str, audio: Audio, rate: u32) -> Self {
        Self {
            cue,
            run,
            sha256: sha256.to_owned(),
            audio,
            rate,
            played: 0,
            dropped: 0,
            first: None,
            ages: (0, 0),
            next: 0,
            fault: None,
            started: None,
            ended: None,
            died: None,
            told: None,
        }
    }

    /// A frame has come to the card: it was played then, at the world's age, or is thrown away.
    pub(super) fn note(&mut self, position: u64, played: bool, (plays, age): (Moment, i64), after_us: i64) {
        if position != self.next % POSITIONS && self.fault.is_none() {
            self.fault = Some(format!("frame {} followed by {position}", self.next));
        }
        self.next += 1;
        if !played {
            self.dropped += 1;
            return;
        }
        self.played += 1;
        let age = age + after_us;
        if self.first.is_none() {
            let after = TimeDelta::microseconds(after_us);
            let Moment { wall, mono, synchronised } = plays;
            self.first = Some(Moment { wall: wall + after, mono: mono.plus(after), synchronised });
            self.ages.0 = age;
        }
        self.ages.1 = age;
    }

    /// What the accounts say of it.
    pub(crate) fn hear(&mut self, event: &CueEvent) {
        match event {
            CueEvent::Started { at, .. } => self.started = Some(*at),
            CueEvent::Ended { ending, measured } => self.ended = Some((*ending, *measured)),
            _ => {}
        }
    }
}
