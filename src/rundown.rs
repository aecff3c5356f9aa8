//! An occurrence of a programme and what the library knows, made into the ordered items that will air.
//!
//! In: an occurrence, and the content that each file had when the rundown was frozen. Out: a rundown that needs nothing
//! else to be aired or logged, and that is stored as JSON 60 s before its start, so that reload and restart cannot change
//! it. Pure. Next: `desk`.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::airing::{AiringId, Priority};

/// The resolved, ordered items of one occurrence of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rundown {
    /// Id of the programme.
    pub programme: String,
    /// Its title.
    pub title: String,
    /// The instant of its hard start.
    pub scheduled_at: DateTime<Utc>,
    /// None of its items starts at or after this instant.
    pub window_ends_at: DateTime<Utc>,
    /// Whether the item on air is cut when the window closes.
    pub ends_hard: bool,
    /// Which programme goes first.
    pub priority: Priority,
    /// Ids of its zones.
    pub zones: Vec<String>,
    /// Names of its zones on that day.
    pub zone_names: Vec<String>,
    /// In airing order.
    pub items: Vec<RundownItem>,
}

/// One item of a rundown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RundownItem {
    /// Which slot this is.
    pub airing: AiringId,
    /// The item's id or index.
    pub item: String,
    /// What people call it.
    pub title: String,
    /// Theme codes, the main one first.
    pub themes: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// What will be played.
    pub audio: Audio,
}

/// What is played: a file as the schedule names it, and the content that was found behind that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audio {
    /// Path relative to `audio/`, or the path that a person gave to `air`.
    pub file: String,
    /// The content to play; `None` while the file has not been taken into the content store.
    pub content: Option<Content>,
}

/// Audio in the content store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Lower-case hex; the file's name in the content store.
    pub sha256: Arc<str>,
    /// Length in milliseconds; measured by the full decode, declared by the file before that, `None` if unknown.
    pub duration_ms: Option<i64>,
}

/// What lies behind each file name of the schedule, keyed by path relative to `audio/`.
pub type Library = HashMap<String, Content>;
/// f
pub fn freeze(_occurrence: &crate::timetable::Occurrence, _zones: &[(String, String)], _library: &Library) -> Rundown { panic!() }
