//! What coming programmes will air, as far as it can be known now.
//!
//! In: a reading of the database at one instant, then occurrences in the order of time. Out: the rundown of each: what was
//! frozen, else what would be frozen now, every draw before it assumed to air. Pure, and made by the same rule as what
//! airs, so that timetable and log agree unless something changes in between. Next: `doubts`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Drawing, Library, Making, Rundown, RundownItem, freeze, unaired};
use crate::airing::{AiringId, Approval};
use crate::bulletin::{Bulletin, Shelf, Tally};
use crate::schedule::{ItemContent, Programme};
use crate::timetable::Occurrence;

/// What is known of coming programmes at one instant.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Bulletins, approvals and the queue; `None` where there is no database, and then nothing is drawn.
    pub shelf: Option<Shelf>,
    /// What has aired of them.
    pub tally: Tally,
    /// Rundowns that were frozen already.
    pub frozen: Vec<Rundown>,
    /// Those of their slots that the tally has, or that will never air.
    pub settled: HashSet<AiringId>,
    /// Content behind the schedule's files.
    pub library: Library,
    /// Contents that the full decode has found unfit for the air, by SHA-256.
    pub unfit: HashSet<Arc<str>>,
}

/// Foresees one occurrence after the other.
#[derive(Debug, Clone)]
pub struct Foresight {
    now: DateTime<Utc>,
    timezone: Tz,
    zones: Vec<(String, String)>,
    approval_required: bool,
    shelf: Option<Shelf>,
    tally: Tally,
    frozen: HashMap<(String, DateTime<Utc>), Rundown>,
    library: Library,
    unfit: HashSet<Arc<str>>,
}

impl Foresight {
    /// `zones` are the station's as (id, name).
    #[must_use]
    pub fn new(
        known: Known,
        now: DateTime<Utc>,
        timezone: Tz,
        zones: Vec<(String, String)>,
        approval_required: bool,
    ) -> Self {
        let key = |rundown: &Rundown| (rundown.programme.clone(), rundown.scheduled_at);
        let mut foresight = Self {
            now,
            timezone,
            zones,
            approval_required,
            shelf: known.shelf,
            tally: known.tally,
            frozen: HashMap::new(),
            library: known.library,
            unfit: known.unfit,
        };
        // What was drawn and is still to air counts, whichever occurrence is asked for first.
        for rundown in &known.frozen {
            foresight.assume_aired(rundown, &known.settled);
        }
        foresight.frozen = known.frozen.into_iter().map(|rundown| (key(&rundown), rundown)).collect();
        foresight
    }

    /// Whether there is a database, so that something is known of bulletins and approvals.
    #[must_use]
    pub fn knows_bulletins(&self) -> bool {
        self.shelf.is_some()
    }

    /// Whether only what was approved airs.
    #[must_use]
    pub fn approval_required(&self) -> bool {
        self.approval_required
    }

    /// A bulletin that a programme names or that waits in the queue.
    #[must_use]
    pub fn bulletin(&self, number: i64) -> Option<&Bulletin> {
        self.shelf.as_ref()?.bulletins.get(&number)
    }

    /// Approvals in force that were given by telephone, each with the number of its bulletin if that is known.
    #[must_use]
    pub fn by_phone(&self) -> Vec<(Option<i64>, &Approval)> {
        let Some(known) = &self.shelf else { return Vec::new() };
        let of = |approval: &Approval| {
            let named = known.bulletins.values().find(|bulletin| bulletin.approval() == Some(approval));
            named.map(|bulletin| bulletin.number)
        };
        let mut open: Vec<_> = known.approved.values().filter(|approval| approval.by_phone).collect();
        open.sort_by_key(|approval| approval.seq);
        open.into_iter().map(|approval| (of(approval), approval)).collect()
    }

    /// Whether the rundown of an occurrence needs more than the schedule: then it must be asked for in the order of time.
    #[must_use]
    pub fn is_open(&self, occurrence: &Occurrence) -> bool {
        let is_special = occurrence.special_day.is_some();
        is_special || names_bulletins(&occurrence.programme) || self.frozen(occurrence).is_some()
    }

    /// Whether what it airs is settled already.
    #[must_use]
    pub fn is_frozen(&self, occurrence: &Occurrence) -> bool {
        self.frozen(occurrence).is_some()
    }

    fn frozen(&self, occurrence: &Occurrence) -> Option<&Rundown> {
        // Few are frozen, and a year has hundreds of thousands of occurrences.
        let key = || (occurrence.programme.id.clone(), occurrence.scheduled_at);
        if self.frozen.is_empty() { None } else { self.frozen.get(&key()) }
    }

    /// The rundown of an occurrence that begins no earlier than the one asked for before. One whose window has closed
    /// without a frozen rundown draws nothing any more.
    pub fn rundown(&mut self, occurrence: &Occurrence) -> Rundown {
        if let Some(frozen) = self.frozen(occurrence) {
            return frozen.clone();
        }
        let nothing = Shelf::default();
        let drawing = Drawing {
            shelf: self.shelf.as_ref().unwrap_or(&nothing),
            tally: &self.tally,
            pending: &[],
            unfit: &self.unfit,
            approval_required: self.approval_required,
        };
        let making = Making { timezone: self.timezone, zones: &self.zones, library: &self.library, drawing };
        if self.shelf.is_none() || occurrence.window_ends_at <= self.now {
            return unaired(occurrence, making);
        }
        let rundown = freeze(occurrence, making);
        self.assume_aired(&rundown, &HashSet::new());
        rundown
    }

    /// Counts what a rundown will air, but for slots that are settled.
    fn assume_aired(&mut self, rundown: &Rundown, settled: &HashSet<AiringId>) {
        let mut is_spent = false;
        for (place, item) in (0..).zip(&rundown.items) {
            let Some(facts) = item.bulletin.as_ref().filter(|_| item.taken_out.is_none()) else { continue };
            let known = self.shelf.as_ref().and_then(|shelf| shelf.bulletins.get(&facts.number));
            let airs = known.is_some_and(|bulletin| bulletin.may_air(self.approval_required));
            if !airs || settled.contains(&item.airing) {
                continue;
            }
            let at = rundown.scheduled_at + TimeDelta::microseconds(place);
            let last = self.tally.last_aired.entry(facts.number).or_insert(at);
            *last = at.max(*last);
            if let Some(entry) = facts.entry {
                *self.tally.drawn.entry(entry).or_default() += 1;
                is_spent = true;
            }
        }
        // Entries that are spent would be looked at for every programme to come.
        if let Some(shelf) = self.shelf.as_mut().filter(|_| is_spent) {
            let drawn = &self.tally.drawn;
            shelf.queue.retain(|entry| drawn.get(&entry.id).is_none_or(|drawn| *drawn < entry.times));
        }
    }

    /// Whether an item is approved; `None` for what needs no approval, does not air, or of which nothing is known.
    #[must_use]
    pub fn approved(&self, item: &RundownItem) -> Option<bool> {
        let here = self.shelf.as_ref().filter(|_| item.taken_out.is_none())?;
        let content = item.audio.content.as_ref();
        match &item.bulletin {
            Some(facts) => {
                let known = here.bulletins.get(&facts.number).filter(|known| known.approval().is_some());
                let sound = known.and_then(|known| known.content.as_ref()).map(|content| &content.sha256);
                Some(sound.is_some() && sound == content.map(|content| &content.sha256))
            }
            None if item.themes.is_empty() => None,
            None => content.map(|content| here.approved.contains_key(&content.sha256)),
        }
    }
}

/// Whether a programme has items that are more than a file.
#[must_use]
pub fn names_bulletins(programme: &Programme) -> bool {
    programme.items.iter().any(|item| !matches!(item.content, ItemContent::File(_)))
}

/// When each item starts, milliseconds after the programme, if all before it air as long as they are planned. `None` for
/// what does not air and behind an item whose length nobody knows.
#[must_use]
pub fn starts_ms(rundown: &Rundown) -> Vec<Option<i64>> {
    let mut next = Some(0);
    let start = |item: &RundownItem| {
        if item.taken_out.is_some() {
            return None;
        }
        let start = next;
        next = next.zip(length_ms(item)).map(|(start, length)| start + length);
        start
    };
    rundown.items.iter().map(start).collect()
}

/// Planned length of an item, if it is known; `None` for what does not air.
#[must_use]
pub fn length_ms(item: &RundownItem) -> Option<i64> {
    item.audio.content.as_ref().filter(|_| item.taken_out.is_none())?.duration_ms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundown::tests::{bulletin, entry, item, occurrence, queue, shelf};

    fn foresight(known: Known, now: &str) -> Foresight {
        Foresight::new(known, now.parse().unwrap(), Tz::Asia__Ho_Chi_Minh, Vec::new(), true)
    }

    fn titles(rundown: &Rundown) -> Vec<&str> {
        rundown.items.iter().map(|item| if item.taken_out.is_some() { "-" } else { &item.title }).collect()
    }

    fn days(count: i64) -> Vec<Occurrence> {
        let first = occurrence(vec![item("0", queue(&[], 2))]);
        let day = |day: i64| Occurrence {
            scheduled_at: first.scheduled_at + TimeDelta::days(day),
            window_ends_at: first.window_ends_at + TimeDelta::days(day),
            ..first.clone()
        };
        (0..count).map(day).collect()
    }

    fn three() -> Shelf {
        shelf((1..4).map(|number| bulletin(number, 1, "ND1")), [entry(1, 1, 1), entry(2, 2, 2), entry(3, 3, 1)])
    }

    #[test]
    fn each_draw_is_assumed_to_air_before_the_next_one() {
        let known = Known { shelf: Some(three()), ..Known::default() };
        let mut foresight = foresight(known, "2025-03-01T00:00:00Z");
        let seen: Vec<_> = days(3).iter().map(|each| foresight.rundown(each)).collect();
        assert_eq!(
            seen.iter().map(titles).collect::<Vec<_>>(),
            [vec!["Tin 1", "Tin 2"], vec!["Tin 3", "Tin 2"], vec!["-"]]
        );
        assert_eq!(starts_ms(&seen[0]), [Some(0), Some(60_000)]);
        assert_eq!((starts_ms(&seen[2]), foresight.approved(&seen[0].items[0])), (vec![None], Some(true)));
    }

    #[test]
    fn what_was_frozen_stays_and_its_draws_count_unless_the_tally_has_them() {
        let mut first = foresight(Known { shelf: Some(three()), ..Known::default() }, "2025-03-01T00:00:00Z");
        let frozen = first.rundown(&days(1)[0]);
        let settled = HashSet::from([frozen.items[0].airing.clone()]);
        let mut tally = Tally::default();
        tally.drawn.insert(1, 1);
        let less = shelf([bulletin(2, 1, "ND1"), bulletin(3, 1, "ND1")], [entry(2, 2, 2), entry(3, 3, 1)]);
        let known = Known { shelf: Some(less), tally, frozen: vec![frozen.clone()], settled, ..Known::default() };
        let mut again = foresight(known, "2025-03-02T22:00:30Z");
        let seen: Vec<_> = days(3).iter().map(|each| again.rundown(each)).collect();
        assert_eq!(seen[0], frozen);
        assert_eq!(
            seen.iter().map(titles).collect::<Vec<_>>(),
            [vec!["Tin 1", "Tin 2"], vec!["Tin 3", "Tin 2"], vec!["-"]]
        );
    }

    #[test]
    fn nothing_is_drawn_for_a_window_that_has_closed_or_without_a_database() {
        let known = Known { shelf: Some(three()), ..Known::default() };
        let mut late = foresight(known, "2025-03-02T22:45:00Z");
        assert_eq!(titles(&late.rundown(&days(1)[0])), ["Tin bài từ hàng chờ"]);
        let mut blind = foresight(Known::default(), "2025-03-01T00:00:00Z");
        let rundown = blind.rundown(&days(1)[0]);
        assert_eq!((titles(&rundown), blind.approved(&rundown.items[0])), (vec!["Tin bài từ hàng chờ"], None));
    }
}
