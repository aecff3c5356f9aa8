//! What is still to air on this day, programme by programme, and who is on duty.
//!
//! In: the desk. Out: plain values for the page: rundowns that are frozen or begun, then what those to come would draw as
//! things stand, each draw taken to air before the next is made. What has aired is in the log, not here. Pure, and a look
//! only. Next: `desk/outlook.rs`, which tells the same of the next programme.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use super::run::Run;
use super::{Desk, rows};
use crate::airing::{AiringId, Kind, Priority, Reason};
use crate::clock::Moment;
use crate::rundown::RundownItem;

/// So many programmes are told; a day of a station has three to six.
const MOST_PROGRAMMES: usize = 48;

/// What is still to air on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Today {
    /// The day by the station's calendar.
    pub date: NaiveDate,
    /// Programmes whose rundown is frozen or begun, and those to come on this day, in the order of their instants.
    pub programmes: Vec<Planned>,
    /// Further programmes of this day that are not told one by one.
    pub more: usize,
    /// Everyone who has a duty on this day.
    pub on_duty: Vec<OnDuty>,
}

/// A programme of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its id.
    pub programme: String,
    /// Its title.
    pub title: String,
    /// Its start.
    pub scheduled_at: DateTime<FixedOffset>,
    /// No item starts at or after this instant.
    pub window_ends_at: DateTime<FixedOffset>,
    /// Which airing goes first.
    pub priority: Priority,
    /// Its items cannot change any more, save for approvals.
    pub is_frozen: bool,
    /// In airing order.
    pub items: Vec<PlannedItem>,
}

/// An item of a programme of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedItem {
    /// Which slot.
    pub airing: AiringId,
    /// What people call it.
    pub title: String,
    /// Fixed audio or a bulletin.
    pub kind: Kind,
    /// Number of the bulletin.
    pub bulletin: Option<i64>,
    /// Theme codes, the main one first.
    pub themes: Vec<String>,
    /// Length of its sound in milliseconds, as far as known.
    pub planned_ms: Option<i64>,
    /// Why it will not air, as things stand.
    pub left_out: Option<Reason>,
}

/// Who has a duty, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnDuty {
    /// The person.
    pub who: String,
    /// How to reach them.
    pub phone: Option<String>,
    /// Ids of the programmes; empty for all.
    pub programmes: Vec<String>,
}

impl Desk {
    /// What is still to air on the day of `now`.
    #[must_use]
    pub fn today(&self, now: Moment) -> Today {
        let date = rows::local(&self.facts, now.wall).date_naive();
        let of_day = |at| rows::local(&self.facts, at).date_naive() == date;
        let mut programmes: Vec<Planned> = self.runs.iter().map(|run| self.planned_run(run, true)).collect();
        let coming: Vec<_> = self.plan.upcoming().iter().filter(|next| of_day(next.scheduled_at)).collect();
        let mut drawn: Vec<Run> = Vec::new();
        for occurrence in coming.iter().take(MOST_PROGRAMMES) {
            drawn.push(self.drawn_after(occurrence, &drawn));
        }
        programmes.extend(drawn.iter().map(|run| self.planned_run(run, false)));
        programmes.sort_by_key(|planned| planned.scheduled_at);
        let duties = self.schedule.days.on_duty(date).into_iter();
        let on_duty = duties.map(|duty| OnDuty {
            who: duty.who.clone(),
            phone: duty.phone.clone(),
            programmes: duty.programmes.clone(),
        });
        Today { date, programmes, more: coming.len() - drawn.len(), on_duty: on_duty.collect() }
    }

    fn planned_run(&self, run: &Run, is_frozen: bool) -> Planned {
        let rundown = &run.rundown;
        let item = |item: &RundownItem| PlannedItem {
            airing: item.airing.clone(),
            title: item.title.clone(),
            kind: item.kind,
            bulletin: item.bulletin.as_ref().map(|facts| facts.number),
            themes: item.themes.clone(),
            planned_ms: item.audio.content.as_ref().and_then(|content| content.duration_ms),
            left_out: self.judge(item),
        };
        Planned {
            programme: rundown.programme.clone(),
            title: rundown.title.clone(),
            scheduled_at: rows::local(&self.facts, rundown.scheduled_at),
            window_ends_at: rows::local(&self.facts, rundown.window_ends_at),
            priority: rundown.priority,
            is_frozen,
            items: rundown.items.iter().map(item).collect(),
        }
    }
}
