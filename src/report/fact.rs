//! What the figures need of one row of the airing log.
//!
//! In: nothing; this is a noun. Out: a row without what no figure is made of, its repeated words shared. The columns mean what
//! they mean in the log (README). Must never be made of anything but a row. Pure. Next: `figures`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use crate::airing::{Kind, Outcome, OutputKind, Reason};

/// A row as figures see it. Words that come again and again are shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its number in the log.
    pub seq: i64,
    /// Of which airing.
    pub airing: String,
    /// 1 for the first try.
    pub attempt: i64,
    /// Name of the station on that day.
    pub station: Arc<str>,
    /// Id of the programme; none for acts of a person.
    pub programme: Option<Arc<str>>,
    /// Its title on that day.
    pub programme_title: Option<Arc<str>>,
    /// What kind of row.
    pub kind: Kind,
    /// Number of the bulletin.
    pub bulletin: Option<i64>,
    /// Title of what aired.
    pub title: Option<Arc<str>>,
    /// Tin, bài, thông báo.
    pub genre: Option<Arc<str>>,
    /// Theme codes, the main one first.
    pub themes: Arc<[Arc<str>]>,
    /// Who wrote it.
    pub author: Option<Arc<str>>,
    /// Where it comes from.
    pub source: Option<Arc<str>>,
    /// Number of the act of approval.
    pub approval: Option<Arc<str>>,
    /// Who approved it.
    pub approved_by: Option<Arc<str>>,
    /// When, as the log has it.
    pub approved_at: Option<Arc<str>>,
    /// Ids of the zones that the output fed.
    pub zones: Arc<[Arc<str>]>,
    /// Their names on that day.
    pub zone_names: Arc<[Arc<str>]>,
    /// The programme's instant.
    pub scheduled_at: DateTime<FixedOffset>,
    /// When the first frame played.
    pub started_at: Option<DateTime<FixedOffset>>,
    /// When the last counted frame played.
    pub ended_at: Option<DateTime<FixedOffset>>,
    /// Length of the audio, milliseconds.
    pub planned_ms: Option<i64>,
    /// Sound that left the device, milliseconds.
    pub aired_ms: i64,
    /// How this attempt ended; none for notes.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: Option<Reason>,
    /// Where the sound went.
    pub output: OutputKind,
    /// SHA-256 of the audio.
    pub sha256: Option<Arc<str>>,
    /// The row that this one corrects or speaks of.
    pub corrects: Option<i64>,
    /// Who, for acts of a person.
    pub by: Option<Arc<str>>,
    /// Why a person did it.
    pub why: Option<Arc<str>>,
    /// A remark.
    pub note: Option<Arc<str>>,
}

/// What must be known of the whole log before its rows are counted one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// Airings with more than one row; all others are settled by the one they have.
    pub repeated: HashSet<String>,
    /// Corrections in force, by the row that they correct: the newest of each.
    pub corrections: HashMap<i64, Fact>,
    /// Notes of persons, by the row of which they speak, oldest first.
    pub notes: HashMap<i64, Vec<Fact>>,
    /// The programme's instant of the log's first row; none if it has no row.
    pub begins: Option<DateTime<FixedOffset>>,
    /// The station's rows about times of which it did not list what was due, oldest first.
    pub absences: Vec<Fact>,
}
