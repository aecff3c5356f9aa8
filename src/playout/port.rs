//! What goes between the playout thread and the deck in the device callback, and the playout thread's end of it.
//!
//! In: commands for the deck. Out: its reports, in order. Both travel over bounded rings, neither side ever waits for the
//! other. Counts in reports are running totals, so that a report which found the ring full costs nothing but time. Used
//! cues come back in `Report::Gone` and are dropped on this side. Next: `block`, `deck`; the reports go to `account`.

use std::collections::VecDeque;

use rtrb::{Consumer, Producer};

use super::block::Place;
use super::ring::Load;
use crate::airing::Reason;
use crate::desk::{CueId, End, Ending, Start};
use crate::output::Stamp;

/// Cues that the deck can hold. The desk needs about four (on air, next, an emergency, its repeat); one that was dropped
/// keeps its slot until the next callback.
pub const SLOTS: usize = 16;

/// What the deck is told.
#[derive(Debug)]
pub enum Command {
    /// Hold this cue.
    Load(CueId, Load),
    /// Start it, once it is primed.
    Start(CueId, Start),
    /// End it early. One that has not begun is handed back at once (`End::Now`), or when the instant finds it so.
    End(CueId, End),
}

/// What the deck tells.
#[derive(Debug)]
pub enum Report {
    /// A callback has come; first of its block's reports.
    Block {
        /// Stream frame of the block's first frame.
        frame: u64,
        /// What the callback was told.
        stamp: Stamp,
    },
    /// A cue was on the air in this block.
    Sounded(Sounded),
    /// The deck no longer holds a cue.
    Gone {
        /// Which one.
        cue: CueId,
        /// How it ended; `None` if it never began.
        over: Option<Over>,
        /// What it was played from.
        load: Load,
    },
}

/// One stretch of a cue within one block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sounded {
    /// Which cue.
    pub cue: CueId,
    /// The wall clock it was to begin at, in microseconds, for `Start::At` only.
    pub due_us: Option<i64>,
    /// First frame of the stretch.
    pub from: Place,
    /// Stream frame after its last one.
    pub upto: u64,
    /// Frames of audio delivered since the cue began.
    pub given: u64,
    /// Frames of silence filled in since the cue began.
    pub starved: u64,
    /// Sum of the squares of this stretch's samples, both channels.
    pub squares: f64,
    /// Greatest magnitude of this stretch's samples.
    pub peak: f32,
}

/// The end of a cue that had begun.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Over {
    /// Its first frame.
    pub began: Place,
    /// The wall clock it was to begin at, in microseconds, for `Start::At` only.
    pub due_us: Option<i64>,
    /// Stream frame after its last one.
    pub upto: u64,
    /// Frames of audio delivered in all.
    pub given: u64,
    /// Frames of silence filled in in all.
    pub starved: u64,
    /// Why it is over.
    pub how: How,
}

/// Why a cue that had begun is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Its audio ended.
    Finished,
    /// An `End`, or another cue's start, cut it.
    Cut,
    /// No more of it could be decoded.
    Broken,
    /// More than a second of silence had to be filled in.
    Starved,
}

impl How {
    /// The same in the desk's words.
    #[must_use]
    pub const fn ending(self) -> Ending {
        match self {
            Self::Finished => Ending::Finished,
            Self::Cut => Ending::Cut,
            Self::Broken => Ending::Fault(Reason::DecodeError),
            Self::Starved => Ending::Fault(Reason::Starved),
        }
    }
}

/// The playout thread's end of a deck.
#[derive(Debug)]
pub struct DeckPort {
    commands: Producer<Command>,
    reports: Consumer<Report>,
    /// Commands that found the ring full. Only a stalled device leaves any: bounded by what the station orders until the
    /// stall is judged a loss and this port is dropped.
    backlog: VecDeque<Command>,
    held: usize,
}

impl DeckPort {
    pub(super) fn new(commands: Producer<Command>, reports: Consumer<Report>) -> Self {
        Self { commands, reports, backlog: VecDeque::new(), held: 0 }
    }

    /// Whether the deck holds as many cues as it can.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.held == SLOTS
    }

    /// Gives the deck a cue to hold; `Err` gives it back if the deck holds `SLOTS` already.
    pub fn load(&mut self, cue: CueId, load: Load) -> Result<(), Load> {
        if self.is_full() {
            return Err(load);
        }
        self.held += 1;
        self.send(Command::Load(cue, load));
        Ok(())
    }

    /// Orders a cue to start; one that the deck does not hold, or that has begun, is not affected.
    pub fn start(&mut self, cue: CueId, start: Start) {
        self.send(Command::Start(cue, start));
    }

    /// Orders a cue to end; one that the deck does not hold is not affected.
    pub fn end(&mut self, cue: CueId, end: End) {
        self.send(Command::End(cue, end));
    }

    /// The next report, if there is one.
    pub fn next_report(&mut self) -> Option<Report> {
        self.flush();
        let report = self.reports.pop().ok()?;
        if matches!(report, Report::Gone { .. }) {
            self.held -= 1;
        }
        Some(report)
    }

    fn send(&mut self, command: Command) {
        self.backlog.push_back(command);
        self.flush();
    }

    fn flush(&mut self) {
        while !self.commands.is_full()
            && let Some(command) = self.backlog.pop_front()
        {
            self.commands.push(command).expect("a ring that is not full takes one more");
        }
    }
}
