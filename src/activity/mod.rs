//! Activities besides the air: what was done for the plan's other forms and tasks, and what proves it.
//!
//! In: nothing; these are the nouns that command line, manifest, store and report share. Out: the same facts in every revision.
//! An activity is never an airing and is counted in a table of its own. Pure. Next: `codes`, `checks`.

pub mod checks; // what its days and links may be
pub mod codes; // what it may be entered under
mod proof; // files that prove it

use chrono::{DateTime, FixedOffset, NaiveDate};

pub use proof::{Proof, Unfiled};

/// An activity, in one of its revisions; the newest one is the activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its number, from 1, never used again; 0 before the register has given it one.
    pub number: i64,
    /// Which revision this is, from 1; 0 before it is recorded.
    pub revision: i64,
    /// The day, or the first one.
    pub date: NaiveDate,
    /// The last day, of one that lasted longer.
    pub until: Option<NaiveDate>,
    /// The form or task of the plan that it carries out: `HT2`, `TN1.1`.
    pub code: String,
    /// Through which channel of the plan: `FB`, `ZALO`, `WEB`.
    pub channel: Option<String>,
    /// What was done, in a line.
    pub title: String,
    /// Theme codes of the plan, the main one first.
    pub themes: Vec<String>,
    /// The bulletin that was posted or read out.
    pub bulletin: Option<i64>,
    /// Where.
    pub place: Option<String>,
    /// How many people took part.
    pub people: Option<i64>,
    /// How many administrative procedures (TTHC) were posted up.
    pub procedures: Option<i64>,
    /// Who was in charge.
    pub who: Option<String>,
    /// Where it can be seen, http or https.
    pub link: Option<String>,
    /// Photographs, minutes, screenshots.
    pub files: Vec<Proof>,
    /// Anything else.
    pub note: Option<String>,
    /// Why it was withdrawn; `None` while it stands. A withdrawn one counts nowhere.
    pub withdrawn: Option<String>,
    /// When this revision was recorded.
    pub recorded_at: DateTime<FixedOffset>,
    /// By whom.
    pub by: String,
    /// Through what.
    pub via: String,
}

impl Activity {
    /// Whether anybody can look at what proves it: a link or a file.
    #[must_use]
    pub fn has_proof(&self) -> bool {
        self.link.is_some() || !self.files.is_empty()
    }

    /// Whether it was taken back.
    #[must_use]
    pub const fn is_withdrawn(&self) -> bool {
        self.withdrawn.is_some()
    }

    /// Its last day, which is mostly its only one.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        self.until.unwrap_or(self.date)
    }

    /// Whether any of its days lies in a window, first and last day included.
    #[must_use]
    pub fn touches(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.date <= last && first <= self.last_day()
    }

    /// Whether another one says exactly the same, whoever recorded it, and whether or not it was withdrawn.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let in_its_place = Self {
            number: self.number,
            revision: self.revision,
            withdrawn: self.withdrawn.clone(),
            recorded_at: self.recorded_at,
            by: self.by.clone(),
            via: self.via.clone(),
            ..other.clone()
        };
        in_its_place == *self
    }

    /// Whether another one says the same of the same day: perhaps it was entered twice. One post through several channels is
    /// several activities.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let key = |of: &Self| (of.date, of.code.clone(), of.channel.clone(), of.title.clone());
        key(self) == key(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(of_march: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 3, of_march).unwrap()
    }

    fn posted() -> Activity {
        Activity {
            number: 1,
            revision: 1,
            date: day(10),
            until: None,
            code: "HT2".to_owned(),
            channel: None,
            title: "Niêm yết thủ tục hành chính".to_owned(),
            themes: Vec::new(),
            bulletin: None,
            place: None,
            people: None,
            procedures: None,
            who: None,
            link: None,
            files: Vec::new(),
            note: None,
            withdrawn: None,
            recorded_at: DateTime::default(),
            by: "Lan".to_owned(),
            via: "cli".to_owned(),
        }
    }

    #[test]
    fn one_that_lasts_touches_every_window_that_holds_a_day_of_it() {
        let one = posted();
        assert!(one.touches(day(10), day(10)) && one.touches(day(1), day(31)));
        assert!(!one.touches(day(11), day(31)) && !one.touches(day(1), day(9)));
        let long = Activity { until: Some(day(20)), ..posted() };
        assert!(long.touches(day(20), day(31)) && long.touches(day(12), day(13)) && !long.touches(day(21), day(31)));
    }

    #[test]
    fn a_link_or_a_file_is_proof() {
        let file = Proof { name: "ảnh.jpg".to_owned(), sha256: "ab".repeat(32), bytes: 3 };
        assert!(!posted().has_proof());
        assert!(Activity { link: Some("https://a.vn/".to_owned()), ..posted() }.has_proof());
        assert!(Activity { files: vec![file], ..posted() }.has_proof());
    }

    #[test]
    fn the_same_day_code_channel_and_title_are_alike() {
        assert!(posted().is_like(&Activity { number: 2, place: Some("UBND xã".to_owned()), ..posted() }));
        assert!(!posted().is_like(&Activity { code: "HT3".to_owned(), ..posted() }));
        assert!(!posted().is_like(&Activity { channel: Some("FB".to_owned()), ..posted() }));
    }
}
