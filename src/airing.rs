//! One item of one rundown on the air: its id, its outcome and the facts of its row.
//!
//! In: nothing; these are the nouns that desk, playout, store and report share. Out: the same words in the database, the
//! exports and on the screen, each encoded once, here. Must never ask for time or touch the database. Next: `desk`.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// An item of which this share has aired is not repeated, and counts.
pub const ENOUGH_PERCENT: i64 = 80;

/// What the note of a row of the test tone says.
pub const TEST_TONE: &str = "test tone";

/// `PROGRAMME@INSTANT/ITEM` for a planned item, `COMMAND@INSTANT/REPEAT` for an act of a person; INSTANT in UTC.
///
/// A function of programme, instant and item alone, so that no restart, reload or clock step airs a slot twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AiringId(Arc<str>);

impl AiringId {
    /// The id of a planned item: `item` is its `id` in the schedule, else its index from 0.
    #[must_use]
    pub fn planned(programme: &str, scheduled_at: DateTime<Utc>, item: &str) -> Self {
        Self(format!("{programme}@{}/{item}", utc_seconds(scheduled_at)).into())
    }

    /// The id of the `repeat`-th airing (from 1) of an act that a person gave at `at`.
    #[must_use]
    pub fn act(command: &str, at: DateTime<Utc>, repeat: u32) -> Self {
        Self(format!("{command}@{}/{repeat}", at.to_rfc3339_opts(SecondsFormat::Micros, true)).into())
    }

    /// An id read back from the log.
    #[must_use]
    pub fn from_log(text: &str) -> Self {
        Self(text.into())
    }

    /// The id as it stands in the log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AiringId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An instant in UTC to the second, as ids carry it: `2025-03-03T22:00:00Z`.
#[must_use]
pub fn utc_seconds(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An instant as rows carry it: RFC 3339, microseconds, the station's offset on that day.
#[must_use]
pub fn rfc3339(at: &DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, false)
}

/// Makes an enum that is one lower-case word in database, JSON and export.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every variant, in the order of the declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word in the log.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The variant of a word read back from the log.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.pad(self.as_str()) }
        }
    };
}

words! {
    /// How an airing ended.
    Outcome {
        /// Every frame was aired.
        Aired = "aired",
        /// Started, ended early by a rule or a person.
        Cut = "cut",
        /// Started, ended early by a fault.
        Interrupted = "interrupted",
        /// Due, could not start.
        Failed = "failed",
        /// Due, never attempted.
        Missed = "missed",
        /// Taken out before its time.
        Cancelled = "cancelled",
    }
}

words! {
    /// Why an airing ended as it did.
    Reason {
        /// Cut: an emergency came in.
        Emergency = "emergency",
        /// Cut or cancelled: a person's `stop` or `skip`.
        Operator = "operator",
        /// Cut: the next programme started.
        NextProgramme = "next_programme",
        /// Cut: the window of a programme with `ends = "hard"` closed.
        WindowEnd = "window_end",
        /// Cut: the station was told to exit.
        Shutdown = "shutdown",
        /// Interrupted: the machine went down (the boot id changed).
        PowerLoss = "power_loss",
        /// Interrupted: the program went down (same boot id).
        Crash = "crash",
        /// Interrupted: the sound device went away.
        DeviceLost = "device_lost",
        /// Interrupted: the audio could not be decoded any further.
        DecodeError = "decode_error",
        /// Interrupted: more than one second of silence was filled in because audio came too late.
        Starved = "starved",
        /// Failed: the audio file is not there.
        FileMissing = "file_missing",
        /// Failed: the file is not audio that can be decoded.
        Undecodable = "undecodable",
        /// Failed: the file holds less than it declares, or parts of it cannot be decoded.
        Damaged = "damaged",
        /// Failed: the file is there, and the operating system does not give it to the station.
        Unreadable = "unreadable",
        /// Failed: there was no sound device while the window was open.
        NoDevice = "no_device",
        /// Failed: three attempts did not bring it to its end.
        TooManyAttempts = "too_many_attempts",
        /// Cancelled: nobody has approved it, or what was approved has changed.
        NotApproved = "not_approved",
        /// Cancelled: nothing in the queue fitted.
        QueueEmpty = "queue_empty",
        /// Cancelled: a special day leaves it out.
        SpecialDay = "special_day",
        /// Missed: the station was off.
        StationOff = "station_off",
        /// Missed: its turn did not come before the window closed.
        WindowClosed = "window_closed",
        /// Missed: the clock could not be believed.
        ClockUntrusted = "clock_untrusted",
        /// Missed: the clock jumped over it.
        ClockStep = "clock_step",
    }
}

words! {
    /// What kind of airing a row is about.
    Kind {
        /// A file of the schedule.
        Fixed = "fixed",
        /// A bulletin of a programme, named there or drawn from the queue.
        Bulletin = "bulletin",
        /// A file or bulletin played by a person's `air`.
        Operator = "operator",
        /// A file or bulletin played by `air --emergency`.
        Emergency = "emergency",
        /// A remark of the station, or of a person on the row that it names; nothing aired.
        Note = "note",
        /// What a person puts right about the row that it names; nothing aired.
        Correction = "correction",
    }
}

words! {
    /// Which airing goes first; a higher one cuts a lower one.
    Priority {
        /// Thường.
        Ordinary = "ordinary",
        /// Ưu tiên.
        Priority = "priority",
        /// Khẩn cấp.
        Emergency = "emergency",
    }
}

words! {
    /// Where the sound went. Only `card` is evidence; the others are rehearsals.
    OutputKind {
        /// A sound device.
        Card = "card",
        /// A WAV file.
        Wav = "wav",
        /// Nowhere, at real pace.
        Silent = "silent",
    }
}

words! {
    /// How far the clock was believed when the row was made.
    ClockState {
        /// The kernel called it synchronised.
        Synchronised = "synchronised",
        /// Not synchronised, but not behind the log either.
        FreeRunning = "free_running",
        /// Behind the newest row: programmes do not air by it.
        Untrusted = "untrusted",
    }
}

/// An approval in force, as rows carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Number of the act in the record of approvals.
    pub seq: i64,
    /// Who approved it.
    pub by: Arc<str>,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// Given by telephone and not confirmed yet; for emergencies only.
    pub by_phone: bool,
}

/// The facts of one row of the airing log, but for what only the store can know: `v`, `seq`, `station_id`,
/// `recorded_at`, `prev_hash` and `hash`. Field order is column order. What does not apply is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Airing {
    /// Name of the station on that day.
    pub station: String,
    /// Which slot this is.
    pub airing: AiringId,
    /// 1 for the first try, at most 4.
    pub attempt: u32,
    /// Id of the programme.
    pub programme: Option<String>,
    /// Its title on that day.
    pub programme_title: Option<String>,
    /// Id or index of the item.
    pub item: Option<String>,
    /// What kind of airing.
    pub kind: Kind,
    /// Number of the bulletin.
    #[serde(default)]
    pub bulletin: Option<i64>,
    /// The entry of the queue that it was drawn by; no column, counted beside the log.
    #[serde(default)]
    pub entry: Option<i64>,
    /// Title of what aired.
    pub title: Option<String>,
    /// What kind of text it is: tin, bài, thông báo.
    #[serde(default)]
    pub genre: Option<String>,
    /// Theme codes of the plan, the main one first.
    pub themes: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it comes from.
    #[serde(default)]
    pub source: Option<String>,
    /// The approval in force when it was prepared.
    #[serde(default)]
    pub approval: Option<Approval>,
    /// Ids of the zones that the output feeds.
    pub zones: Vec<String>,
    /// Their names on that day.
    pub zone_names: Vec<String>,
    /// Which airing goes first.
    pub priority: Priority,
    /// The programme's instant, the same for all its items; for acts the instant of the act.
    pub scheduled_at: DateTime<FixedOffset>,
    /// When the first frame played.
    pub started_at: Option<DateTime<FixedOffset>>,
    /// When the last counted frame played.
    pub ended_at: Option<DateTime<FixedOffset>>,
    /// Started minus armed instant, for hard starts only.
    pub start_error_us: Option<i64>,
    /// Length of the audio, an attention tone before it included.
    pub planned_ms: Option<i64>,
    /// Sound that left the device; silence filled in is not counted.
    pub aired_ms: i64,
    /// How it ended; `None` for a remark, and before the end.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: Option<Reason>,
    /// Where the sound went.
    pub output: OutputKind,
    /// Id of the device, or the path of the WAV file.
    pub device: Option<String>,
    /// RMS of what was delivered, whole dBFS; -120 is silence.
    pub level_dbfs: Option<i64>,
    /// Peak of what was delivered, whole dBFS.
    pub peak_dbfs: Option<i64>,
    /// One gain that was applied to all of it, tenths of a dB; 0 is none, `None` if nothing sounded.
    #[serde(default)]
    pub gain_cb: Option<i64>,
    /// Silence that was left out at both ends.
    #[serde(default)]
    pub trimmed_ms: Option<i64>,
    /// Underruns of the device while this was on the air.
    pub xruns: i64,
    /// Silence filled in because audio came too late.
    pub starved_ms: i64,
    /// SHA-256 of the audio file, lower-case hex.
    pub sha256: Option<String>,
    /// SHA-256 of the bulletin's text, lower-case hex.
    #[serde(default)]
    pub text_sha256: Option<String>,
    /// Which machine voice read it; `None` for a person's.
    #[serde(default)]
    pub voice: Option<String>,
    /// How far the clock was believed.
    pub clock: ClockState,
    /// The kernel's id of the boot in which this happened.
    pub boot_id: String,
    /// Who, for acts of a person.
    pub by: Option<String>,
    /// Through what: `cli`.
    pub via: Option<String>,
    /// The reason the person gave.
    pub why: Option<String>,
    /// A remark.
    pub note: Option<String>,
}

impl Airing {
    /// Whether it has aired: to its end, or at least [`ENOUGH_PERCENT`] of it.
    #[must_use]
    pub fn has_aired(&self) -> bool {
        let enough = self.planned_ms.is_some_and(|planned| self.aired_ms * 100 >= planned * ENOUGH_PERCENT);
        self.started_at.is_some() && (self.outcome == Some(Outcome::Aired) || enough)
    }

    /// A first attempt of which nothing is known yet but what it is, when it is due and where its sound would go.
    #[must_use]
    pub fn blank(kind: Kind, airing: AiringId, scheduled_at: DateTime<FixedOffset>, output: OutputKind) -> Self {
        Self {
            station: String::new(),
            airing,
            attempt: 1,
            programme: None,
            programme_title: None,
            item: None,
            kind,
            bulletin: None,
            entry: None,
            title: None,
            genre: None,
            themes: Vec::new(),
            author: None,
            source: None,
            approval: None,
            zones: Vec::new(),
            zone_names: Vec::new(),
            priority: Priority::Ordinary,
            scheduled_at,
            started_at: None,
            ended_at: None,
            start_error_us: None,
            planned_ms: None,
            aired_ms: 0,
            outcome: None,
            reason: None,
            output,
            device: None,
            level_dbfs: None,
            peak_dbfs: None,
            gain_cb: None,
            trimmed_ms: None,
            xruns: 0,
            starved_ms: 0,
            sha256: None,
            text_sha256: None,
            voice: None,
            clock: ClockState::Untrusted,
            boot_id: String::new(),
            by: None,
            via: None,
            why: None,
            note: None,
        }
    }
}
