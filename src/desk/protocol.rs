//! What goes into the desk and what comes out: the events and actions of the state machine.
//!
//! In: nothing; these are plain values. Out: the vocabulary between `desk` (pure), `station` (which performs the actions in
//! order) and `playout` (which answers for every cue that the desk names). Next: `desk/mod.rs`.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::told::{Done, Refusal};
use crate::airing::{Airing, AiringId, OutputKind, Reason};
use crate::bulletin::{Bulletin, Shelf, Tally};
use crate::clock::Mono;
use crate::rundown::{Audio, Content, Library, Rundown};
use crate::schedule::Schedule;
use crate::sound::{Measures, Preparation, Treatment};

/// One playing of one piece of audio, named by the desk and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CueId(pub u64);

/// When a cue's first frame plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At this instant of the wall clock, to the frame. What is on air is cut with a fade that ends at that frame; other
    /// cues waiting with `After` for the one that is cut are passed over.
    At(DateTime<Utc>),
    /// On the frame after the last one of that cue, however it ends. If it has ended already: at the next callback.
    After(CueId),
    /// At the next callback; what is on air is cut with a fade first.
    Now,
}

/// When a cue is ended early, with a fade of 30 ms that ends at that instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// At this instant of the wall clock.
    At(DateTime<Utc>),
    /// 30 ms from the next callback.
    Now,
}

/// What was measured of a cue, counted by frames whose playback instant has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Measured {
    /// Sound that left the device; silence filled in is not counted. Rounded down.
    pub aired_ms: i64,
    /// Monotonic time since the first frame played.
    pub elapsed_ms: i64,
    /// Underruns of the device meanwhile.
    pub xruns: i64,
    /// Silence filled in because audio came too late.
    pub starved_ms: i64,
    /// RMS of what was delivered, whole dBFS, -120 is silence.
    pub level_dbfs: i64,
    /// Peak of what was delivered, whole dBFS.
    pub peak_dbfs: i64,
}

/// How a cue that had started came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The last frame of the audio has played.
    Finished,
    /// An `End`, or a `Start` that cuts, ended it.
    Cut,
    /// A fault did: `device_lost`, `decode_error` or `starved`.
    Fault(Reason),
}

/// What the playout says of one cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CueEvent {
    /// Enough is decoded to start at any instant.
    Ready {
        /// What was really opened.
        content: Content,
        /// Length with the attention tone before it, without what is left out.
        planned_ms: Option<i64>,
    },
    /// It cannot be played: `file_missing`, `unreadable`, `undecodable`, `damaged`, or `no_device`. The cue is gone.
    Refused(Reason),
    /// Its first frame has played.
    Started {
        /// The wall clock when it did.
        at: DateTime<Utc>,
        /// The monotonic clock when it did.
        mono: Mono,
        /// Started minus armed instant in microseconds, for `Start::At` only.
        error_us: Option<i64>,
    },
    /// It goes on; within 100 ms after the first frame, then every 500 ms.
    Progress(Measured),
    /// It is over, `Started` came before. The cue is gone.
    Ended {
        /// How.
        ending: Ending,
        /// What left the device.
        measured: Measured,
    },
}

/// What the playout says of the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceEvent {
    /// It is open and frames have really gone (two periods plus 100 ms).
    Up {
        /// Its stable id, or the path of the WAV file.
        device: String,
    },
    /// It went away or did not open; every cue on it has been answered. Tried again every 0.5 s.
    Lost {
        /// The driver's words or what was observed, in English, lower case.
        why: String,
    },
}

/// Who gave an act, through what and why; kept in the rows that follow from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The name given, and the operating system's user.
    pub by: String,
    /// Through what: `cli` or `web`.
    pub via: String,
    /// The reason given.
    pub why: Option<String>,
}

/// An act of a person on the running station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Play a file.
    Air {
        /// What to play; its content is in the store already.
        audio: Audio,
        /// What people call it.
        title: String,
        /// The bulletin whose sound it is, as of now.
        bulletin: Option<Box<Bulletin>>,
        /// Cut in at once, before everything else.
        emergency: bool,
        /// How often, at least 1.
        repeat: u32,
    },
    /// Sound the test tone; refused while anything else is on the air or about to be.
    Tone {
        /// The tone, in the store already.
        audio: Audio,
        /// What people call it.
        title: String,
    },
    /// Cut the item on air and cancel the rest of its programme (or of the act).
    Stop,
    /// Cut the item on air only.
    Skip,
    /// What a person wanted on the air cannot be played; why.
    Unplayable(Refusal),
}

/// What a person saw on the air when giving an order about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Which slot.
    pub airing: AiringId,
    /// Which try.
    pub attempt: u32,
}

/// Number of a request that waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId(pub u64);

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The instant named by `Desk::wake_at` has come.
    Wake,
    /// A schedule has been taken over.
    Schedule(Arc<Schedule>),
    /// `loa.toml` has changed: the station's name, its zones, the tone.
    Facts(Box<Facts>),
    /// The content behind the schedule's files is known or has changed.
    Library(Arc<Library>),
    /// Bulletins, approvals or the queue have changed; with what the log tells of them if it was not known before.
    Shelf(Arc<Shelf>, Option<Box<Tally>>),
    /// The full decode of a content ended: what it sounds like, or why it must not air.
    Verdict {
        /// Which content.
        sha256: Arc<str>,
        /// What was found.
        verdict: Result<Measures, Reason>,
    },
    /// The playout answers for a cue.
    Cue(CueId, CueEvent),
    /// The output device.
    Device(DeviceEvent),
    /// A person's act.
    Act(RequestId, Act, Actor),
    /// The station is to exit.
    Shutdown,
}

/// What the station does next; performed in the order given.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Open and decode ahead.
    Prepare {
        /// Its name from now on.
        cue: CueId,
        /// What to play.
        audio: Audio,
        /// Length of the attention tone before it, 0 for none.
        tone_ms: u32,
        /// What is done to the audio; the tone stays as it is.
        treatment: Treatment,
    },
    /// Order a prepared cue to start.
    Start(CueId, Start),
    /// Order a started or armed cue to end early. One that has not started is taken back and answered with nothing.
    End(CueId, End),
    /// Forget a cue that has not started; nothing answers.
    Drop(CueId),
    /// Make something durable.
    Record(Record),
    /// Answer a request: what was done, or why not.
    Reply(RequestId, Result<Done, Refusal>),
    /// Everything is closed: leave the loop.
    Exit,
}

/// What the store makes durable, in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// A schedule was taken over; its text serves to fill off time.
    Schedule {
        /// When.
        taken_at: DateTime<Utc>,
        /// SHA-256 of `text`, lower-case hex.
        sha256: String,
        /// All files with their names, as JSON.
        text: String,
    },
    /// A rundown was frozen.
    Rundown(Box<Rundown>),
    /// Every item of that rundown is final.
    RundownDone {
        /// Id of the programme.
        programme: String,
        /// Its instant.
        scheduled_at: DateTime<Utc>,
    },
    /// This attempt is about to start; the facts are as far as known, the outcome is provisional.
    Intent(Box<Airing>),
    /// This attempt did not start after all; it leaves no row.
    Withdraw {
        /// Which slot.
        airing: AiringId,
        /// Which try.
        attempt: u32,
    },
    /// This attempt is on the air.
    Progress {
        /// Which slot.
        airing: AiringId,
        /// Which try.
        attempt: u32,
        /// When its first frame played.
        started_at: DateTime<Utc>,
        /// For hard starts.
        start_error_us: Option<i64>,
        /// So far.
        measured: Measured,
    },
    /// A row of the airing log; ends the attempt's intent and progress if there are any.
    Row(Box<Airing>),
    /// Everything planned before this instant has its row.
    Settled(DateTime<Utc>),
}

/// What the station is called, and from which days on otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationNames {
    /// Its first name.
    pub first: String,
    /// Later ones with their first days, in order.
    pub since: Vec<(NaiveDate, String)>,
}

impl StationNames {
    /// The name of a day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> &str {
        self.since.iter().rev().find(|(from, _)| *from <= day).map_or(&self.first, |(_, name)| name)
    }
}

/// What the desk must know of the station; changes with `loa.toml` only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The station's names; a row has that of its own day.
    pub station: StationNames,
    /// Its zone.
    pub timezone: chrono_tz::Tz,
    /// Zones as (id, name), in the order of `loa.toml`.
    pub zones: Vec<(String, String)>,
    /// Where the sound goes.
    pub output: OutputKind,
    /// The kernel's id of this boot.
    pub boot_id: String,
    /// Length of the attention tone before an emergency.
    pub tone_ms: u32,
    /// Air only what was approved, emergencies excepted.
    pub approval_required: bool,
    /// How loud everything is to be, and whether silence at its ends is left out.
    pub preparation: Preparation,
    /// Believe the clock until the next synchronisation, whatever the log says.
    pub trust_clock: bool,
}

/// One attempt that the log already knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedAttempt {
    /// Which slot.
    pub airing: AiringId,
    /// Which try.
    pub attempt: u32,
    /// How it ended.
    pub outcome: crate::airing::Outcome,
    /// Why.
    pub reason: Option<Reason>,
    /// What left the device.
    pub aired_ms: i64,
    /// Of how much.
    pub planned_ms: Option<i64>,
}

/// What the store remembers when the station starts. Recovery has run: no attempt is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// `RundownDone` is missing for these.
    pub open_rundowns: Vec<Rundown>,
    /// Those that are done, of the same span as `logged`: what was drawn for them is not drawn again.
    pub done_rundowns: Vec<Rundown>,
    /// Attempts in the log with `scheduled_at` from 24 h before `settled_until` on, and its newest rows whatever their instant.
    pub logged: Vec<LoggedAttempt>,
    /// The schedules in force since `settled_until`, oldest first, as (taken over at, schedule).
    pub schedules: Vec<(DateTime<Utc>, Arc<Schedule>)>,
    /// The newest `Record::Settled`.
    pub settled_until: Option<DateTime<Utc>>,
    /// When the newest row whose clock was synchronised was recorded, else the newest row.
    pub newest_row_at: Option<DateTime<Utc>>,
    /// Whether that row's clock was synchronised.
    pub newest_is_synchronised: bool,
    /// Emergencies that a power loss or crash cut or kept from starting, in the order in which they were to air, with the
    /// instant each was last known to be alive.
    pub open_emergencies: Vec<(Airing, DateTime<Utc>)>,
    /// Bulletins, approvals and the queue.
    pub shelf: Arc<Shelf>,
    /// How often and when bulletins have aired, all rows of the log counted.
    pub tally: Tally,
}
