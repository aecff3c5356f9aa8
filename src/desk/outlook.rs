//! What the next programme will air as things stand: its draws, and what would be left out.
//!
//! In: the desk. Out: plain values for `status` and for alarms. Pure, and a look only: nothing is frozen by it, and what a
//! programme of tomorrow will draw may be something else by then. Next: `desk/snapshot.rs`.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::{Desk, rows};
use crate::airing::Reason;
use crate::bulletin::schedule_item;
use crate::rundown::{Content, RundownItem};

/// The next programme, item by item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// Id of the programme.
    pub programme: String,
    /// Its title.
    pub title: String,
    /// Its start.
    pub scheduled_at: DateTime<FixedOffset>,
    /// In airing order.
    pub items: Vec<OutlookItem>,
}

/// What an item will air.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlookItem {
    /// The item's id or index; of a draw with its number behind a point.
    pub item: String,
    /// What people call it.
    pub title: String,
    /// Number of the bulletin.
    pub bulletin: Option<i64>,
    /// Length of its sound in milliseconds, as far as known.
    pub planned_ms: Option<i64>,
    /// Why it will not air, as things stand: `queue_empty`, `not_approved`, `special_day`.
    pub left_out: Option<Reason>,
}

impl Desk {
    /// What the next programme that has not begun will air; `None` if there is none in the next 36 hours.
    #[must_use]
    pub fn outlook(&self) -> Option<Outlook> {
        let frozen = self.runs.iter().filter(|run| !run.begun()).min_by_key(|run| run.rundown.scheduled_at);
        let next = match frozen {
            Some(run) => run.rundown.clone(),
            None => self.drawn(self.plan.first_upcoming()?).rundown,
        };
        let item = |item: &RundownItem| OutlookItem {
            item: item.item.clone(),
            title: item.title.clone(),
            bulletin: item.bulletin.as_ref().map(|facts| facts.number),
            planned_ms: item.audio.content.as_ref().and_then(|content| content.duration_ms),
            left_out: self.judge(item),
        };
        Some(Outlook {
            scheduled_at: rows::local(&self.facts, next.scheduled_at),
            items: next.items.iter().map(item).collect(),
            programme: next.programme,
            title: next.title,
        })
    }

    /// The sound of bulletins that will air soon, with their numbers: what the next programme airs and what programmes name.
    #[must_use]
    pub fn bulletins_ahead(&self, outlook: Option<&Outlook>) -> Vec<(i64, Content)> {
        let next = outlook.into_iter().flat_map(|outlook| &outlook.items).filter_map(|item| item.bulletin);
        let named = self.schedule.bulletins();
        let mut numbers: Vec<i64> = Vec::new();
        for number in next.chain(named) {
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        let sound = |number: i64| Some((number, self.shelf.bulletins.get(&number)?.content.clone()?));
        numbers.into_iter().filter_map(sound).collect()
    }
}

impl Outlook {
    /// Whether a queue item of it has nothing to air.
    #[must_use]
    pub fn lacks_bulletins(&self) -> bool {
        self.items.iter().any(|item| item.left_out == Some(Reason::QueueEmpty))
    }

    /// Titles of what will not air because nobody has approved it.
    #[must_use]
    pub fn unapproved(&self) -> Vec<String> {
        let found = self.items.iter().filter(|item| item.left_out == Some(Reason::NotApproved));
        found.map(|item| format!("{} ({})", item.title, schedule_item(&item.item))).collect()
    }
}
