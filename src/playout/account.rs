//! Turns what the deck reports into what is known to have been aired, and says so in the desk's words.
//!
//! In: the deck's reports, in order. Out: `Started`, `Progress` and `Ended`. A frame counts once a later callback's own stamp
//! shows that its playback instant has passed: the frames then still in the device's buffer never count, so a loss can only
//! understate. Frames that were in the buffer at an underrun do not count either, and no cue counts more than the time since
//! its first frame allows. Pure: time comes with the stamps. Next: `cue`.

use std::collections::VecDeque;

use chrono::DateTime;

use super::block::{Place, micros};
use super::level::{dbfs, rms};
use super::port::{Over, Report, Sounded};
use crate::airing::Reason;
use crate::clock::Mono;
use crate::desk::{CueEvent, CueId, Ending, Measured};
use crate::output::Stamp;

/// Time between two reports of progress.
const PROGRESS_US: i64 = 500_000;
/// A device plays faster than real time by no more than one part in this many; no crystal is that far off.
const FASTEST: i64 = 1000;

/// Events for the desk, in order.
pub type Events = Vec<(CueId, CueEvent)>;

/// The accounts of one stream.
#[derive(Debug)]
pub struct Accounts {
    rate: u32,
    /// Underruns up to the newest stamp.
    xruns: Option<u64>,
    /// Frames before this one are settled: counted, or given up at an underrun.
    settled: u64,
    /// Cues in the order of their beginning; those that have not begun come last.
    cues: Vec<Account>,
}

#[derive(Debug)]
struct Account {
    cue: CueId,
    stretches: VecDeque<Sounded>,
    first: Option<First>,
    over: Option<Over>,
    /// Running totals at `settled`.
    given_settled: u64,
    /// Of those, the frames that count.
    aired: u64,
    /// When the last frame that counts had played.
    reached: Mono,
    started: bool,
    told: Mono,
    starved: u64,
    delivered: u64,
    squares: f64,
    peak: f32,
    xruns: u64,
}

/// The first frame that counts, or that may come to count.
#[derive(Debug, Clone, Copy)]
struct First {
    place: Place,
    due_us: Option<i64>,
}

impl Accounts {
    /// Accounts of a new stream of `rate` frames per second.
    #[must_use]
    pub fn new(rate: u32) -> Self {
        Self { rate, xruns: None, settled: 0, cues: Vec::new() }
    }

    /// Answers for this cue from now on.
    pub fn admit(&mut self, cue: CueId) {
        self.cues.push(Account::new(cue));
    }

    /// No longer answers for a cue, provided that it is not known to have begun; says whether so.
    pub fn dismiss(&mut self, cue: CueId) -> bool {
        let begun = self.cues.iter().any(|account| account.cue == cue && account.first.is_some());
        self.cues.retain(|account| begun || account.cue != cue);
        !begun
    }

    /// Whether nothing but progress is to be told, by what is known so far: all that is held is on the air, and has been told.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        self.cues.iter().all(|account| account.started && account.over.is_none())
    }

    /// Takes the deck's next report.
    pub fn note(&mut self, report: &Report, events: &mut Events) {
        match report {
            Report::Block { frame, stamp } => self.prove(*frame, *stamp, events),
            Report::Sounded(sounded) => {
                let xruns = self.xruns.unwrap_or(0);
                self.account(sounded.cue).sound(sounded, xruns);
            }
            Report::Gone { cue, over: Some(over), .. } => self.account(*cue).end(over),
            Report::Gone { cue, over: None, .. } => drop(self.dismiss(*cue)),
        }
    }

    /// The stream is lost: every cue is answered with what is proven, and forgotten.
    pub fn lose(&mut self, events: &mut Events) {
        self.sort();
        for account in self.cues.drain(..) {
            let answer = if account.started {
                let ending = Ending::Fault(Reason::DeviceLost);
                CueEvent::Ended { ending, measured: account.measured(self.rate, self.xruns) }
            } else {
                CueEvent::Refused(Reason::NoDevice)
            };
            events.push((account.cue, answer));
        }
    }

    /// Settles what the callback of the block that begins with `frame` proves.
    fn prove(&mut self, frame: u64, stamp: Stamp, events: &mut Events) {
        self.sort();
        let underrun = self.xruns.is_some_and(|before| stamp.xruns > before);
        self.xruns = Some(stamp.xruns);
        if underrun {
            // Whether the frames then in the buffer were played or thrown away is not known.
            self.settle(frame, false);
        }
        let lead = (u128::from(stamp.lead_us.max(0) as u64) * u128::from(self.rate)).div_ceil(1_000_000) as u64;
        let elapsed_allows = self.cues.iter().filter_map(|account| account.allows(stamp.mono, self.rate)).min();
        let proven = frame.saturating_sub(lead).min(elapsed_allows.unwrap_or(u64::MAX));
        self.settle(proven, true);
        self.answer(stamp.mono, events);
    }

    /// Moves on to stream frame `upto`; what lies before it counts or is given up.
    fn settle(&mut self, upto: u64, counts: bool) {
        self.settled = self.settled.max(upto);
        for account in &mut self.cues {
            account.settle(self.settled, counts, self.rate);
        }
    }

    fn answer(&mut self, now: Mono, events: &mut Events) {
        let (rate, xruns, settled) = (self.rate, self.xruns, self.settled);
        self.cues.retain_mut(|account| {
            let over = account.over.filter(|over| over.upto <= settled);
            if !account.started && (account.aired > 0 || over.is_some()) {
                account.start(events);
            }
            let measured = account.measured(rate, xruns);
            if let Some(over) = over {
                events.push((account.cue, CueEvent::Ended { ending: over.how.ending(), measured }));
            } else if account.started && account.is_progress_due(now) {
                events.push((account.cue, CueEvent::Progress(measured)));
            }
            over.is_none()
        });
    }

    fn account(&mut self, cue: CueId) -> &mut Account {
        let at = self.cues.iter().position(|account| account.cue == cue).unwrap_or_else(|| {
            // Dismissed in the moment in which it began: it sounded, so it is answered for.
            self.admit(cue);
            self.cues.len() - 1
        });
        &mut self.cues[at]
    }

    fn sort(&mut self) {
        self.cues.sort_by_key(|account| account.first.map_or(u64::MAX, |first| first.place.frame));
    }
}

impl Account {
    fn new(cue: CueId) -> Self {
        Self {
            cue,
            stretches: VecDeque::new(),
            first: None,
            over: None,
            given_settled: 0,
            aired: 0,
            reached: Mono(0),
            started: false,
            told: Mono(i64::MIN),
            starved: 0,
            delivered: 0,
            squares: 0.0,
            peak: 0.0,
            xruns: 0,
        }
    }

    fn sound(&mut self, sounded: &Sounded, xruns: u64) {
        if self.first.is_none() {
            self.begin(First { place: sounded.from, due_us: sounded.due_us });
            self.xruns = xruns;
        }
        self.stretches.push_back(*sounded);
        self.starved = sounded.starved;
        self.delivered = sounded.given;
        self.squares += sounded.squares;
        self.peak = self.peak.max(sounded.peak);
    }

    fn end(&mut self, over: &Over) {
        if self.first.is_none() {
            self.begin(First { place: over.began, due_us: over.due_us });
        }
        self.starved = over.starved;
        self.over = Some(*over);
    }

    fn begin(&mut self, first: First) {
        self.first = Some(first);
        self.reached = first.place.mono;
    }

    /// The stream frame up to which the time since its first frame lets this cue have played.
    fn allows(&self, now: Mono, rate: u32) -> Option<u64> {
        let first = self.first?.place;
        let elapsed_us = now.0.saturating_sub(first.mono.0).max(0);
        let frames = i128::from(elapsed_us + elapsed_us / FASTEST) * i128::from(rate) / 1_000_000;
        Some(first.frame + frames as u64)
    }

    fn settle(&mut self, upto: u64, counts: bool, rate: u32) {
        while let Some(stretch) = self.stretches.front().filter(|stretch| stretch.from.frame < upto).copied() {
            let ahead = stretch.upto.saturating_sub(upto);
            // Which frames of a stretch were silence filled in is not known: those ahead are taken to be sound.
            let given = stretch.given.saturating_sub(ahead);
            let gained = given.saturating_sub(self.given_settled);
            self.given_settled += gained;
            if counts && gained > 0 {
                if self.aired == 0 && !self.started {
                    self.first = Some(First { place: stretch.from, due_us: stretch.due_us });
                }
                self.aired += gained;
                self.reached = Mono(stretch.from.mono.0 + micros(upto.min(stretch.upto) - stretch.from.frame, rate));
            }
            if ahead > 0 {
                return;
            }
            self.stretches.pop_front();
        }
    }

    fn start(&mut self, events: &mut Events) {
        let Some(first) = self.first else { return };
        self.started = true;
        let at = DateTime::from_timestamp_micros(first.place.wall_us).unwrap_or_default();
        let error_us = first.due_us.map(|due_us| first.place.wall_us - due_us);
        events.push((self.cue, CueEvent::Started { at, mono: first.place.mono, error_us }));
    }

    fn is_progress_due(&mut self, now: Mono) -> bool {
        let due = now.0.saturating_sub(self.told.0) >= PROGRESS_US;
        if due {
            self.told = now;
        }
        due
    }

    fn measured(&self, rate: u32, xruns: Option<u64>) -> Measured {
        let millis = |frames: u64| (u128::from(frames) * 1000 / u128::from(rate.max(1))) as i64;
        let began = self.first.map_or(self.reached, |first| first.place.mono);
        Measured {
            aired_ms: millis(self.aired),
            elapsed_ms: (self.reached.0.saturating_sub(began.0).max(0) + 500) / 1000,
            xruns: xruns.unwrap_or(0).saturating_sub(self.xruns) as i64,
            starved_ms: millis(self.starved),
            level_dbfs: dbfs(rms(self.squares, self.delivered)),
            peak_dbfs: dbfs(f64::from(self.peak)),
        }
    }
}

#[cfg(test)]
mod tests;
