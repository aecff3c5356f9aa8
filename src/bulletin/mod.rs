//! A bulletin, its approval and its place in the queue, as far as the air needs to know them.
//!
//! In: nothing; these are the nouns that store, desk, command line and page share. Out: the same facts in rundowns and rows.
//! What a bulletin has besides (its text, what was found in its sound) stays in the store. Pure. Next: `draft`, then
//! `rundown`, which draws them.

mod decide; // what may be decided of a bulletin
mod draft; // what people say of a bulletin

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

pub use decide::{Act, Bearing, Decision, Objection, Step, judge};
pub use draft::Draft;

use crate::airing::{Airing, Approval, Priority};
use crate::rundown::Content;

/// A bulletin in its newest revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulletin {
    /// Its number, from 1; never used again.
    pub number: i64,
    /// What people call it.
    pub title: String,
    /// Theme codes of the plan, the main one first.
    pub themes: Vec<String>,
    /// What kind of text it is: tin, bài, thông báo.
    pub genre: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Which goes first: ordinary, priority or emergency.
    pub class: Priority,
    /// First day on which it may be drawn.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which it may be drawn.
    pub valid_until: Option<NaiveDate>,
    /// Its sound; `None` as long as it has none.
    pub content: Option<Content>,
    /// SHA-256 of its text, lower-case hex.
    pub text_sha256: Option<String>,
    /// Which machine voice read it; `None` for a person's.
    pub voice: Option<String>,
    /// What was decided of this revision.
    pub standing: Standing,
}

/// What was decided of a bulletin's newest revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing yet.
    Waiting,
    /// It may air.
    Approved(Approval),
    /// It was refused or withdrawn, by whom and when; it airs in no case but an emergency.
    Refused(Approval),
}

impl Bulletin {
    /// The approval in force.
    #[must_use]
    pub fn approval(&self) -> Option<&Approval> {
        match &self.standing {
            Standing::Approved(approval) => Some(approval),
            Standing::Waiting | Standing::Refused(_) => None,
        }
    }

    /// Who refused or withdrew it, and when, in words; `None` if nobody did.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        let Standing::Refused(act) = &self.standing else { return None };
        Some(format!("refused by {} on {}", act.by, act.at.format("%Y-%m-%d %H:%M")))
    }

    /// Whether it may air, where approvals are `required` or not.
    #[must_use]
    pub fn may_air(&self, required: bool) -> bool {
        match self.standing {
            Standing::Approved(_) => true,
            Standing::Waiting => !required,
            Standing::Refused(_) => false,
        }
    }

    /// Whether it may be drawn on that day.
    #[must_use]
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_until.is_none_or(|until| day <= until)
    }
}

/// A bulletin that waits to be drawn into programmes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1, in the order of queueing.
    pub id: i64,
    /// Which bulletin.
    pub bulletin: i64,
    /// Into this programme only.
    pub programme: Option<String>,
    /// How often in all, at least 1.
    pub times: u32,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
}

impl Entry {
    /// Whether it can still be drawn on that day or later.
    #[must_use]
    pub fn is_open(&self, tally: &Tally, today: NaiveDate) -> bool {
        let drawn = tally.drawn.get(&self.id).copied().unwrap_or_default();
        drawn < self.times && self.until.is_none_or(|until| today <= until)
    }

    /// Whether a programme may draw it on that day.
    #[must_use]
    pub fn is_for(&self, programme: &str, day: NaiveDate) -> bool {
        self.programme.as_ref().is_none_or(|only| only == programme)
            && self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
    }
}

/// What the air knows of bulletins: a reading of the database at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    /// Those that the queue names and those that programmes name, by number, approved or not.
    pub bulletins: BTreeMap<i64, Bulletin>,
    /// Entries that were not removed, in the order of queueing.
    pub queue: Vec<Entry>,
    /// Approvals in force by the SHA-256 of the sound that was approved, of all bulletins.
    pub approved: HashMap<Arc<str>, Approval>,
    /// It could not be read yet: nobody knows what was approved.
    pub is_unread: bool,
}

/// How often and when bulletins have aired: rows of the airing log, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// When each bulletin last aired, however it came on the air.
    pub last_aired: HashMap<i64, DateTime<Utc>>,
    /// How often each entry of the queue was drawn and aired.
    pub drawn: HashMap<i64, u32>,
}

impl Tally {
    /// Counts a row, if it is one of a bulletin that has aired; no row is to be counted twice. One that failed, or was cut
    /// before 80 % of it, counts for nothing, and may be drawn again.
    pub fn count(&mut self, row: &Airing) {
        let (Some(bulletin), Some(started_at), true) = (row.bulletin, row.started_at, row.has_aired()) else { return };
        let last = self.last_aired.entry(bulletin).or_insert(DateTime::<Utc>::MIN_UTC);
        *last = (*last).max(started_at.to_utc());
        if let Some(entry) = row.entry {
            *self.drawn.entry(entry).or_default() += 1;
        }
    }

    /// Another database has come: what was counted stands only for entries and bulletins that are the same in both, since its
    /// numbers may begin at 1 again.
    pub fn keep_same(&mut self, old: &Shelf, new: &Shelf) {
        let known: HashMap<i64, &Entry> = old.queue.iter().map(|entry| (entry.id, entry)).collect();
        let same = |entry: &&Entry| known.get(&entry.id) == Some(entry);
        let entries: HashSet<i64> = new.queue.iter().filter(same).map(|entry| entry.id).collect();
        self.drawn.retain(|entry, _| entries.contains(entry));
        let sound = |shelf: &Shelf, number| shelf.bulletins.get(&number)?.content.clone();
        self.last_aired.retain(|number, _| {
            let sounds = (sound(old, *number), sound(new, *number));
            sounds.0.is_some() && sounds.0 == sounds.1
        });
    }

    /// Takes over what the log tells when it can be read after all; what was counted here meanwhile may be in it already.
    pub fn join(&mut self, read: &Self) {
        for (bulletin, at) in &read.last_aired {
            let last = self.last_aired.entry(*bulletin).or_insert(*at);
            *last = (*last).max(*at);
        }
        for (entry, times) in &read.drawn {
            let drawn = self.drawn.entry(*entry).or_default();
            *drawn = (*drawn).max(*times);
        }
    }
}

/// The item of a draw: `2.1` is the first one drawn for item `2`. No item of a schedule has a point in its id.
#[must_use]
pub fn draw_item(item: &str, draw: usize) -> String {
    format!("{item}.{draw}")
}

/// The item of the schedule that an item of a rundown comes from.
#[must_use]
pub fn schedule_item(item: &str) -> &str {
    item.split_once('.').map_or(item, |(item, _)| item)
}
