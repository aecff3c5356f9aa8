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
use crate::schedule::Ends;
use crate::timetable::Occurrence;

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

/// The rundown of an occurrence: its zones by the names of today, its files by what the library holds now.
///
/// `zones` are the station's as (id, name). An item whose file is not in the library keeps its slot without content; the
/// playout then says why it cannot air.
#[must_use]
pub fn freeze(occurrence: &Occurrence, zones: &[(String, String)], library: &Library) -> Rundown {
    let programme = &*occurrence.programme;
    let name =
        |id: &String| zones.iter().find(|(known, _)| known == id).map_or_else(|| id.clone(), |(_, name)| name.clone());
    let items = programme.items.iter().map(|item| RundownItem {
        airing: AiringId::planned(&programme.id, occurrence.scheduled_at, &item.id),
        item: item.id.clone(),
        title: item.title.clone(),
        themes: item.themes.clone(),
        author: item.author.clone(),
        audio: Audio { file: item.file.clone(), content: library.get(&item.file).cloned() },
    });
    Rundown {
        programme: programme.id.clone(),
        title: programme.title.clone(),
        scheduled_at: occurrence.scheduled_at,
        window_ends_at: occurrence.window_ends_at,
        ends_hard: programme.ends == Ends::Hard,
        priority: programme.priority,
        zones: programme.zones.clone(),
        zone_names: programme.zones.iter().map(name).collect(),
        items: items.collect(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::schedule::{Item, Programme, start_rule};

    #[test]
    fn a_rundown_names_its_slots_and_keeps_those_without_audio() {
        let item = |id: &str, file: &str| Item {
            id: id.into(),
            file: file.into(),
            title: file.into(),
            themes: vec!["ND1".into()],
            author: None,
            genre: None,
        };
        let programme = Programme {
            id: "sang".into(),
            title: "Buổi sáng".into(),
            start: start_rule::parse("0 5 * * *").unwrap(),
            window: TimeDelta::minutes(45),
            ends: Ends::Hard,
            from: None,
            until: None,
            except: Vec::new(),
            priority: Priority::Priority,
            zones: vec!["thon-2".into(), "lost".into()],
            items: vec![item("nhac-hieu", "a.opus"), item("1", "b.opus")],
            only_special_days: false,
            why: None,
        };
        let scheduled_at: DateTime<Utc> = "2025-03-02T22:00:00Z".parse().unwrap();
        let window_ends_at = scheduled_at + programme.window;
        let occurrence = Occurrence { programme: Arc::new(programme), scheduled_at, window_ends_at, special_day: None };
        let content = Content { sha256: "ab".into(), duration_ms: Some(5) };
        let library = Library::from([("a.opus".to_owned(), content.clone())]);
        let zones = [("thon-1".to_owned(), "Thôn 1".to_owned()), ("thon-2".to_owned(), "Thôn 2".to_owned())];

        let rundown = freeze(&occurrence, &zones, &library);

        let slots: Vec<_> =
            rundown.items.iter().map(|item| (item.airing.as_str(), item.audio.content.clone())).collect();
        assert_eq!(
            slots,
            [("sang@2025-03-02T22:00:00Z/nhac-hieu", Some(content)), ("sang@2025-03-02T22:00:00Z/1", None)]
        );
        assert_eq!(rundown.zone_names, ["Thôn 2", "lost"]);
        assert!(rundown.ends_hard && rundown.window_ends_at == window_ends_at);
        let stored = serde_json::to_string(&rundown).unwrap();
        assert_eq!(serde_json::from_str::<Rundown>(&stored).unwrap(), rundown);
    }
}
