//! An occurrence of a programme and what library and queue hold, made into the ordered items that will air.
//!
//! In: an occurrence, the content that each file had when the rundown was frozen, bulletins and the queue. Out: a rundown
//! that needs nothing else to be aired or logged, and that is stored as JSON 60 s before its start, so that reload and
//! restart cannot change it. Pure. Next: `draw`, then `desk`.

pub mod doubts; // what of it would not air
mod draw; // the drawing rule
pub mod foresee; // rundowns of what is to come
pub mod queueing; // what may be queued

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use self::draw::{Drawing, Pending, draw};
use crate::airing::{AiringId, Kind, Priority, Reason};
use crate::bulletin::{Bulletin, draw_item};
use crate::calendar;
use crate::schedule::{Ends, Item, ItemContent};
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
    /// The item's id or index; of a draw with its number behind a point.
    pub item: String,
    /// Fixed audio or a bulletin.
    #[serde(default = "fixed")]
    pub kind: Kind,
    /// What people call it.
    pub title: String,
    /// Theme codes, the main one first.
    pub themes: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// What kind of text it is.
    #[serde(default)]
    pub genre: Option<String>,
    /// Which bulletin, if it is one.
    #[serde(default)]
    pub bulletin: Option<BulletinFacts>,
    /// Why it does not air, if that is certain already.
    #[serde(default)]
    pub taken_out: Option<TakenOut>,
    /// What will be played.
    pub audio: Audio,
}

/// Rundowns of earlier versions hold files only.
const fn fixed() -> Kind {
    Kind::Fixed
}

/// What a row says of a bulletin beyond what it says of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulletinFacts {
    /// Its number.
    pub number: i64,
    /// The entry of the queue that it was drawn by.
    pub entry: Option<i64>,
    /// Where it comes from.
    pub source: Option<String>,
    /// SHA-256 of its text, lower-case hex.
    pub text_sha256: Option<String>,
    /// Which machine voice read it.
    pub voice: Option<String>,
}

/// An item that was planned and does not air.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOut {
    /// `queue_empty` or `special_day`.
    pub reason: Reason,
    /// The special day's title.
    pub why: Option<String>,
}

/// What is played: a file as the schedule names it, or a bulletin, and the content that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audio {
    /// Path relative to `audio/`, or the path that a person gave to `air`; `None` for what only the content store has.
    pub file: Option<String>,
    /// The content to play; `None` while there is none in the content store.
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

/// What a rundown is made from besides its occurrence.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// The zone of local days.
    pub timezone: Tz,
    /// The station's zones as (id, name).
    pub zones: &'a [(String, String)],
    /// Content behind file names.
    pub library: &'a Library,
    /// Bulletins, and what can be drawn.
    pub drawing: Drawing<'a>,
}

/// The rundown of an occurrence: its zones by the names of today, its files by what the library holds now, its queue items
/// by the drawing rule.
///
/// An item whose file is not in the library keeps its slot without content; the playout then says why it cannot air. A queue
/// item for which nothing could be drawn keeps its slot as taken out.
#[must_use]
pub fn freeze(occurrence: &Occurrence, making: Making<'_>) -> Rundown {
    let day = calendar::local_date(making.timezone, occurrence.scheduled_at);
    let mut items: Vec<RundownItem> = Vec::new();
    let named = occurrence.programme.items.iter().filter_map(|item| match item.content {
        ItemContent::Bulletin(number) => Some(number),
        _ => None,
    });
    // What the day leaves out would only use up its turns.
    let left_out = making.drawing.shelf.bulletins.values().filter(|_| occurrence.special_day.is_some());
    let left_out = left_out.filter(|bulletin| occurrence.taken_out(bulletin.genre.as_deref()).is_some());
    let mut taken: BTreeSet<i64> = named.chain(left_out.map(|bulletin| bulletin.number)).collect();
    for item in &occurrence.programme.items {
        match &item.content {
            ItemContent::Queue(_) if occurrence.taken_out(item.genre.as_deref()).is_none() => {
                items.extend(drawn(occurrence, item, making, day, &mut taken));
            }
            _ => items.push(single(occurrence, item, making)),
        }
    }
    rundown(occurrence, making.zones, items)
}

/// The rundown of an occurrence that is over without having been frozen: nothing is drawn for it any more, and each of its
/// queue items is one slot.
#[must_use]
pub fn unaired(occurrence: &Occurrence, making: Making<'_>) -> Rundown {
    let items = occurrence.programme.items.iter().map(|item| single(occurrence, item, making)).collect();
    rundown(occurrence, making.zones, items)
}

fn rundown(occurrence: &Occurrence, zones: &[(String, String)], items: Vec<RundownItem>) -> Rundown {
    let programme = &*occurrence.programme;
    let name =
        |id: &String| zones.iter().find(|(known, _)| known == id).map_or_else(|| id.clone(), |(_, name)| name.clone());
    Rundown {
        programme: programme.id.clone(),
        title: programme.title.clone(),
        scheduled_at: occurrence.scheduled_at,
        window_ends_at: occurrence.window_ends_at,
        ends_hard: programme.ends == Ends::Hard,
        priority: programme.priority,
        zones: programme.zones.clone(),
        zone_names: programme.zones.iter().map(name).collect(),
        items,
    }
}

/// An item as one slot.
fn single(occurrence: &Occurrence, item: &Item, making: Making<'_>) -> RundownItem {
    let (kind, audio, bulletin) = match &item.content {
        ItemContent::File(file) => {
            let content = making.library.get(file).cloned();
            (Kind::Fixed, Audio { file: Some(file.clone()), content }, None)
        }
        ItemContent::Queue(_) => (Kind::Bulletin, Audio::default(), None),
        ItemContent::Bulletin(number) => {
            let known = making.drawing.shelf.bulletins.get(number);
            let content = known.and_then(|bulletin| bulletin.content.clone());
            (Kind::Bulletin, Audio { file: None, content }, Some((*number, known)))
        }
    };
    let known = bulletin.and_then(|(_, known)| known);
    let genre = item.genre.clone().or(known.and_then(|known| known.genre.clone()));
    let taken_out = occurrence.taken_out(genre.as_deref()).map(str::to_owned);
    RundownItem {
        airing: AiringId::planned(&occurrence.programme.id, occurrence.scheduled_at, &item.id),
        item: item.id.clone(),
        kind,
        title: item
            .title
            .clone()
            .or(known.map(|known| known.title.clone()))
            .unwrap_or_else(|| item.name().into_owned()),
        themes: known.map_or_else(|| item.themes.clone(), |known| known.themes.clone()),
        author: known.map_or_else(|| item.author.clone(), |known| known.author.clone()),
        genre,
        bulletin: bulletin.map(|(number, known)| facts(number, None, known)),
        taken_out: taken_out.map(|why| TakenOut { reason: Reason::SpecialDay, why: Some(why) }),
        audio,
    }
}

/// Brings a slot up to date with its bulletin, whose facts were those of `old` so far: which bulletin was drawn stands, but its
/// row must tell of the revision that was approved. A sound is only taken over where there was none: with another one it is
/// not what was planned. Answers whether anything has changed.
pub fn follow(item: &mut RundownItem, old: Option<&Bulletin>, new: &Bulletin) -> bool {
    let Some(known) = item.bulletin.as_ref() else { return false };
    let sound = |content: &Content| new.content.as_ref().is_some_and(|new| new.sha256 == content.sha256);
    if item.audio.content.as_ref().is_some_and(|content| !sound(content)) {
        return false;
    }
    let mut next = RundownItem {
        themes: new.themes.clone(),
        author: new.author.clone(),
        bulletin: Some(facts(new.number, known.entry, Some(new))),
        ..item.clone()
    };
    next.audio.content = next.audio.content.or(new.content.clone());
    // What the schedule says itself is the schedule's.
    if old.map_or_else(|| item.title == nameless(new.number), |old| old.title == item.title) {
        next.title.clone_from(&new.title);
    }
    if old.map_or(item.genre.is_none(), |old| old.genre == item.genre) {
        next.genre.clone_from(&new.genre);
    }
    let changed = *item != next;
    *item = next;
    changed
}

fn nameless(number: i64) -> String {
    format!("Tin bài số {number}")
}

fn facts(number: i64, entry: Option<i64>, known: Option<&Bulletin>) -> BulletinFacts {
    BulletinFacts {
        number,
        entry,
        source: known.and_then(|known| known.source.clone()),
        text_sha256: known.and_then(|known| known.text_sha256.clone()),
        voice: known.and_then(|known| known.voice.clone()),
    }
}

/// The slots of a queue item: one for each bulletin drawn, or one that says that there was none.
fn drawn(
    occurrence: &Occurrence,
    item: &Item,
    making: Making<'_>,
    day: NaiveDate,
    taken: &mut BTreeSet<i64>,
) -> Vec<RundownItem> {
    let ItemContent::Queue(wish) = &item.content else { return Vec::new() };
    let found = draw(making.drawing, wish, &occurrence.programme.id, day, taken);
    if found.is_empty() {
        let taken_out = Some(TakenOut { reason: Reason::QueueEmpty, why: None });
        return vec![RundownItem { taken_out, ..single(occurrence, item, making) }];
    }
    taken.extend(found.iter().map(|(_, bulletin)| bulletin.number));
    let slot = |(draw, (entry, bulletin)): (usize, (&crate::bulletin::Entry, &Bulletin))| {
        let item = draw_item(&item.id, draw + 1);
        RundownItem {
            airing: AiringId::planned(&occurrence.programme.id, occurrence.scheduled_at, &item),
            item,
            kind: Kind::Bulletin,
            title: bulletin.title.clone(),
            themes: bulletin.themes.clone(),
            author: bulletin.author.clone(),
            genre: bulletin.genre.clone(),
            bulletin: Some(facts(bulletin.number, Some(entry.id), Some(bulletin))),
            taken_out: None,
            audio: Audio { file: None, content: bulletin.content.clone() },
        }
    };
    found.into_iter().enumerate().map(slot).collect()
}

#[cfg(test)]
mod tests;
