//! Whether the loudspeakers of a zone work: what people recorded of it, made into spans.
//!
//! In: acts as the register holds them, oldest first. Out: since when a zone is broken, whether it was at an instant, and on
//! how many days. Nobody measures that a loudspeaker is heard: a zone of which nothing was recorded works. An act that a later
//! one undoes counts as never made. Pure. Next: `judge`, then `report`, where an airing does not count for a zone that was broken.

mod judge; // what may be recorded

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Days, FixedOffset, NaiveDate, Utc};
use chrono_tz::Tz;

pub use judge::{Judged, Wish, judge};

use crate::calendar::{local_date, start_of_day};

/// What a person recorded of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its number in the chain of all zones, from 1.
    pub seq: i64,
    /// Which zone, by its id in `loa.toml`.
    pub zone: String,
    /// What became of it.
    pub act: Change,
    /// From when that holds.
    pub at: DateTime<FixedOffset>,
    /// When it was recorded.
    pub recorded_at: DateTime<FixedOffset>,
    /// By whom.
    pub by: String,
    /// The reason given.
    pub why: Option<String>,
    /// The act that is undone, by its number.
    pub undoes: Option<i64>,
}

/// What becomes of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// Its loudspeakers are silent.
    Broken,
    /// They sound again.
    Repaired,
    /// An earlier act was a mistake.
    Undone,
}

impl Change {
    /// Every one, in the order above.
    pub const ALL: [Self; 3] = [Self::Broken, Self::Repaired, Self::Undone];

    /// Its word in the database and in exports; never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Repaired => "repaired",
            Self::Undone => "undone",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == word)
    }
}

/// How a zone is at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As far as anybody said, it works.
    Working,
    /// It does not.
    Broken {
        /// Since when.
        since: DateTime<FixedOffset>,
    },
}

/// A time in which a zone was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first instant.
    pub since: DateTime<FixedOffset>,
    /// The first instant at which it worked again; `None` as long as nobody said so.
    pub until: Option<DateTime<FixedOffset>>,
}

impl Span {
    fn holds(&self, at: DateTime<Utc>) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }
}

/// When each zone was broken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct States {
    /// By zone, in the order of time, never overlapping.
    spans: BTreeMap<String, Vec<Span>>,
}

impl States {
    /// What follows from all acts. Of two at the same instant the one recorded later holds.
    #[must_use]
    pub fn new(acts: &[Act]) -> Self {
        let mut acts: Vec<&Act> = in_force(acts).collect();
        acts.sort_by_key(|act| (act.at, act.seq));
        let mut spans = BTreeMap::<String, Vec<Span>>::new();
        for act in acts {
            let of_zone = spans.entry(act.zone.clone()).or_default();
            let open = of_zone.last_mut().filter(|span| span.until.is_none());
            match (act.act, open) {
                (Change::Broken, None) => of_zone.push(Span { since: act.at, until: None }),
                (Change::Repaired, Some(span)) => span.until = Some(act.at),
                // What makes it what it is already changes nothing.
                _ => {}
            }
        }
        Self { spans }
    }

    /// Whether a zone is broken at an instant.
    #[must_use]
    pub fn is_broken(&self, zone: &str, at: DateTime<Utc>) -> bool {
        self.state_at(zone, at) != State::Working
    }

    /// How a zone is at an instant.
    #[must_use]
    pub fn state_at(&self, zone: &str, at: DateTime<Utc>) -> State {
        let spans = self.spans(zone);
        // Only the last one that has begun can still last.
        let begun = spans.partition_point(|span| span.since <= at);
        match spans[..begun].last() {
            Some(span) if span.holds(at) => State::Broken { since: span.since },
            _ => State::Working,
        }
    }

    /// How a zone is after all that was recorded of it.
    #[must_use]
    pub fn newest(&self, zone: &str) -> State {
        match self.spans(zone).last() {
            Some(Span { since, until: None }) => State::Broken { since: *since },
            _ => State::Working,
        }
    }

    /// On how many days of a window, first and last included, a zone was broken at any time. A zone that nobody repaired is
    /// broken for ever: whoever asks ends the window today.
    #[must_use]
    pub fn broken_days(&self, zone: &str, first: NaiveDate, last: NaiveDate, tz: Tz) -> i64 {
        let mut days = 0;
        let mut from = first;
        for span in self.spans(zone) {
            let begins = local_date(tz, span.since.to_utc()).max(from);
            let ends = span.until.map_or(last, |until| last_day(until.to_utc(), tz)).min(last);
            if span.until.is_some_and(|until| until <= span.since) || ends < begins {
                continue;
            }
            days += (ends - begins).num_days() + 1;
            // The day on which one ends and the next begins counts once.
            let Some(next) = ends.checked_add_days(Days::new(1)) else { break };
            from = next;
        }
        days
    }

    /// When a zone was broken, in the order of time.
    #[must_use]
    pub fn spans(&self, zone: &str) -> &[Span] {
        self.spans.get(zone).map_or(&[], Vec::as_slice)
    }
}

/// The acts that count: neither undone nor an undoing, in their order.
pub fn in_force(acts: &[Act]) -> impl Iterator<Item = &Act> {
    let undone: HashSet<i64> = acts.iter().filter_map(|act| act.undoes).collect();
    acts.iter().filter(move |act| act.act != Change::Undone && !undone.contains(&act.seq))
}

/// The last day that a span touches which ends before that instant.
fn last_day(until: DateTime<Utc>, tz: Tz) -> NaiveDate {
    let day = local_date(tz, until);
    if start_of_day(tz, day) < until { day } else { day.pred_opt().unwrap_or(day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TZ: Tz = Tz::Asia__Ho_Chi_Minh;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(&format!("2025-03-{text}:00+07:00")).unwrap()
    }

    fn day(of_march: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 3, of_march).unwrap()
    }

    fn act(seq: i64, act: Change, when: &str) -> Act {
        let zone = "thon-1".to_owned();
        Act { seq, zone, act, at: at(when), recorded_at: at(when), by: "Lan".to_owned(), why: None, undoes: None }
    }

    fn undo(seq: i64, undoes: i64) -> Act {
        Act { undoes: Some(undoes), ..act(seq, Change::Undone, "30T00:00") }
    }

    #[test]
    fn a_zone_is_broken_from_the_instant_on_until_it_is_repaired() {
        let states = States::new(&[act(1, Change::Broken, "03T05:00"), act(2, Change::Repaired, "05T17:00")]);
        let is_broken = |when: &str| states.is_broken("thon-1", at(when).to_utc());
        assert!(!is_broken("03T04:59") && is_broken("03T05:00") && is_broken("05T16:59") && !is_broken("05T17:00"));
        assert!(!states.is_broken("thon-2", at("04T00:00").to_utc()), "nothing was said of it");
        assert_eq!(states.state_at("thon-1", at("04T00:00").to_utc()), State::Broken { since: at("03T05:00") });
        assert_eq!(states.spans("thon-1"), [Span { since: at("03T05:00"), until: Some(at("05T17:00")) }]);
    }

    #[test]
    fn days_are_those_on_which_it_was_broken_at_any_time() {
        let acts = [
            act(1, Change::Broken, "03T05:00"),
            act(2, Change::Repaired, "05T00:00"), // The fifth it worked all day.
            act(3, Change::Broken, "10T08:00"),
            act(4, Change::Repaired, "10T09:00"),
            act(5, Change::Broken, "10T20:00"), // The same day once more.
        ];
        let days = |first, last| States::new(&acts).broken_days("thon-1", day(first), day(last), TZ);
        assert_eq!((days(1, 9), days(3, 3), days(4, 9), days(5, 9)), (2, 1, 1, 0));
        assert_eq!((days(10, 10), days(1, 12), days(11, 31), days(12, 11)), (1, 5, 21, 0));
    }

    #[test]
    fn an_act_that_was_undone_was_never_made() {
        let mut acts = vec![act(1, Change::Broken, "03T05:00"), act(2, Change::Repaired, "05T00:00"), undo(3, 2)];
        assert!(States::new(&acts).is_broken("thon-1", at("20T00:00").to_utc()));
        acts.push(undo(4, 1));
        assert_eq!(States::new(&acts).spans("thon-1"), []);
        assert_eq!(in_force(&acts).count(), 0);
    }

    #[test]
    fn what_says_nothing_new_changes_nothing() {
        let acts = [
            act(1, Change::Repaired, "02T00:00"),
            act(2, Change::Broken, "03T05:00"),
            act(3, Change::Broken, "04T05:00"),
        ];
        assert_eq!(States::new(&acts).spans("thon-1"), [Span { since: at("03T05:00"), until: None }]);
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        assert!(Change::ALL.iter().all(|change| Change::from_word(change.as_str()) == Some(*change)));
        assert_eq!(Change::from_word("gone"), None);
    }
}
