//! The station's schedule: programmes with a start rule, a window and their items.
//!
//! This file is the model, pure. `read` makes it from `schedules/*.toml` and reports every problem with its place;
//! `checks` is the list of what is checked beyond the form, facts about audio being an argument. Next: `timetable`.

pub mod checks; // what is checked beyond the form
pub mod day_checks; // what is checked of special days
pub mod days; // special days and duty: days.toml
pub mod edit; // one change to one file, all else byte for byte
pub mod files; // what the files of the folder are, and all of them as one text
mod overlaps; // a sweep over the coming year
pub mod read; // text to schedule, with every problem
pub mod read_except; // days and single starts that are off
mod read_items; // the items of a programme
pub mod read_days; // the text of days.toml to days and duty
pub mod session; // the rules of a session: length, weekdays, hours
pub mod start_rule; // cron expressions, field by field
pub mod table; // typed values out of TOML, with their places
pub mod text; // bytes to text, spans to places

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use cron::TimeUnitSpec;

use crate::airing::Priority;
use crate::plan::Plan;
pub use days::{Days, Duty, SpecialDay};

/// All programmes of all files that were taken over together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schedule {
    /// In order of file name, then of place in the file.
    pub programmes: Vec<Arc<Programme>>,
    /// Special days and duty.
    pub days: Arc<Days>,
    /// The plan of `plan.toml`, if there is one.
    pub plan: Option<Arc<Plan>>,
}

/// Codes of the themes of the 2025 plan, in its order: those of a station without `plan.toml`.
pub const THEMES: [&str; 8] = ["ND1", "ND2", "ND3", "ND4", "ND5", "ND6", "ND7", "ND8"];

impl Schedule {
    /// The codes of the themes that programmes and bulletins may carry, in the plan's order.
    #[must_use]
    pub fn theme_codes(&self) -> Vec<&str> {
        self.plan.as_ref().map_or_else(|| THEMES.to_vec(), |plan| plan.theme_codes().collect())
    }
}

impl Schedule {
    /// Numbers of the bulletins that items name, each once, in order.
    #[must_use]
    pub fn bulletins(&self) -> Vec<i64> {
        let items = self.programmes.iter().flat_map(|programme| &programme.items);
        let named = items.filter_map(|item| match item.content {
            ItemContent::Bulletin(number) => Some(number),
            _ => None,
        });
        named.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// A scheduled block: when it starts, how long it may take, what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Programme {
    /// Unique over all files; ASCII lower-case letters, digits, `-` and `_`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// When it starts, in naive local time.
    pub start: StartRule,
    /// How long after its start its items may still start.
    pub window: TimeDelta,
    /// What happens to the item on air when the window closes.
    pub ends: Ends,
    /// First day, inclusive.
    pub from: Option<NaiveDate>,
    /// Last day, inclusive.
    pub until: Option<NaiveDate>,
    /// Days off.
    pub except: Vec<NaiveDate>,
    /// Single starts that are off, in naive local time; the other starts of their days air.
    pub except_at: Vec<NaiveDateTime>,
    /// Which programme goes first.
    pub priority: Priority,
    /// Zone ids; all zones of the station when the file names none.
    pub zones: Vec<String>,
    /// In airing order, at least one.
    pub items: Vec<Item>,
    /// Whether it airs only on special days that name it in `air`.
    pub only_special_days: bool,
    /// Why it airs on a weekday or at an hour that the rules of a session do not allow.
    pub why: Option<String>,
}

/// One line of a programme's rundown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The item's `id`, else its index from 0 in the file.
    pub id: String,
    /// What airs.
    pub content: ItemContent,
    /// What people call it, if the schedule says so.
    pub title: Option<String>,
    /// Theme codes of the plan, the main one first; of a file only, bulletins have their own.
    pub themes: Vec<String>,
    /// Who wrote it; of a file only.
    pub author: Option<String>,
    /// What kind of text it is: tin, bài, nhạc hiệu.
    pub genre: Option<String>,
}

/// What an item airs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemContent {
    /// A file: path relative to `audio/`, with `/`.
    File(String),
    /// One bulletin, by number.
    Bulletin(i64),
    /// Bulletins drawn from the queue.
    Queue(QueueWish),
}

/// What may be drawn from the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueWish {
    /// Bulletins with one of these themes; empty: any.
    pub themes: Vec<String>,
    /// They are no longer than this together.
    pub up_to: TimeDelta,
}

impl Item {
    /// What people call it: its title, else the file's name, else which bulletin it is.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        match (&self.title, &self.content) {
            (Some(title), _) => title.into(),
            (None, ItemContent::File(file)) => file.rsplit('/').next().unwrap_or_default().into(),
            (None, ItemContent::Bulletin(number)) => format!("Tin bài số {number}").into(),
            (None, ItemContent::Queue(_)) => "Tin bài từ hàng chờ".into(),
        }
    }

    /// The file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        match &self.content {
            ItemContent::File(file) => Some(file),
            _ => None,
        }
    }
}

/// What happens to the item on air when the window closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ends {
    /// It finishes.
    #[default]
    Soft,
    /// It is cut with a fade.
    Hard,
}

/// A cron expression over naive local time: the `cron` crate's fields, weekdays by name only.
#[derive(Debug, Clone, PartialEq)]
pub struct StartRule {
    /// As the person wrote it.
    pub text: String,
    /// Six or seven fields, seconds first.
    pub cron: Box<cron::Schedule>,
}

impl StartRule {
    /// Whether it starts at this time on a day on which it does.
    #[must_use]
    pub fn starts_at(&self, time: NaiveTime) -> bool {
        self.cron.hours().includes(time.hour())
            && self.cron.minutes().includes(time.minute())
            && self.cron.seconds().includes(time.second())
    }

    /// How often it starts on a day on which it does.
    #[must_use]
    pub fn starts_a_day(&self) -> u32 {
        self.cron.hours().count() * self.cron.minutes().count() * self.cron.seconds().count()
    }
}
