//! Special days and who is on duty: the model of `schedules/days.toml`.
//!
//! In: entries, each for days of the sun's or of the moon's calendar. Out: which entry governs a day, what it does to a
//! programme or an item, and whose duty it is. An entry with a title alone is a note: a holiday selects a timetable, it
//! does not mute. Must never judge by today's date. Pure. Next: `read_days`, which makes it, and `timetable`.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday, WeekdaySet};

use super::Programme;
use crate::lunar;

/// Genres that are left out in mourning, unless the entry names others.
pub const MOURNING_LEAVES_OUT: [&str; 2] = ["nhạc hiệu", "nhạc"];

/// Names of weekdays as start rules have them.
pub const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Everything that `schedules/days.toml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days {
    /// In the order of the file.
    pub entries: Vec<Arc<SpecialDay>>,
    /// In the order of the file.
    pub duties: Vec<Duty>,
}

/// An entry: some days, what they are called and what they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDay {
    /// What people call it; the `why` of what it takes out.
    pub title: String,
    /// What sort of day it is.
    pub kind: DayKind,
    /// Which days.
    pub when: When,
    /// Start rules are judged as on this weekday.
    pub as_weekday: Option<Weekday>,
    /// What of the programmes airs.
    pub airs: Airs,
    /// Genres whose items do not air, in lower case.
    pub leave_out: Vec<String>,
}

/// What sort of day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayKind {
    /// Nghỉ lễ.
    Holiday,
    /// Nghỉ bù: off in place of a holiday that fell on a day off.
    Substitute,
    /// Làm bù: worked in place of another day.
    Working,
    /// Quốc tang.
    Mourning,
    /// Ngày kỷ niệm.
    Memorial,
}

impl DayKind {
    /// As files and other programs read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holiday => "holiday",
            Self::Substitute => "substitute",
            Self::Working => "working",
            Self::Mourning => "mourning",
            Self::Memorial => "memorial",
        }
    }
}

/// Which days an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// First and last day.
    Dates(NaiveDate, NaiveDate),
    /// Each year around a day of the moon.
    Lunar {
        /// 1 to 12, never the repeated month.
        month: u32,
        /// 1 to 30; the thirtieth of a short month is its last day.
        day: u32,
        /// The entry begins so many days before it.
        days_before: u32,
        /// How many days it lasts, all counted.
        days: u32,
    },
}

/// What of the programmes airs on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Airs {
    /// All that the start rules plan.
    Planned,
    /// Only these, by id.
    Only(Vec<String>),
    /// All but these, by id.
    Without(Vec<String>),
    /// None.
    Nothing,
}

/// Who is on duty, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The person.
    pub who: String,
    /// How to reach them.
    pub phone: Option<String>,
    /// On which weekdays.
    pub weekdays: WeekdaySet,
    /// First day, inclusive.
    pub from: Option<NaiveDate>,
    /// Last day, inclusive.
    pub until: Option<NaiveDate>,
    /// For which programmes, by id; empty for all.
    pub programmes: Vec<String>,
}

/// The entries that govern the days of a span, worked out once for all programmes.
#[derive(Debug, Clone)]
pub struct Governed {
    first: NaiveDate,
    /// Empty when no day of the span is special.
    days: Vec<Option<Arc<SpecialDay>>>,
}

impl Governed {
    /// The entry that governs a day; `None` for an ordinary day and outside the span.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&Arc<SpecialDay>> {
        self.days.get(usize::try_from((day - self.first).num_days()).ok()?)?.as_ref()
    }

    /// The special days of the span, in order.
    pub fn iter(&self) -> impl Iterator<Item = (NaiveDate, &Arc<SpecialDay>)> {
        self.first.iter_days().zip(&self.days).filter_map(|(day, entry)| Some((day, entry.as_ref()?)))
    }
}

impl Days {
    /// Which entry governs each day of a span. Of several on one day mourning goes first, then what changes the timetable,
    /// then what stands later in the file.
    #[must_use]
    pub fn govern(&self, span: RangeInclusive<NaiveDate>) -> Governed {
        let (first, last) = span.into_inner();
        let mut governed = Governed { first, days: Vec::new() };
        let count = usize::try_from((last - first).num_days() + 1).unwrap_or(0);
        for entry in &self.entries {
            for (from, until) in entry.when.stretches(first, last) {
                governed.days.resize(count, None);
                let begin = usize::try_from((from - first).num_days()).unwrap_or(0);
                let end = usize::try_from((until - first).num_days()).unwrap_or(0);
                for slot in &mut governed.days[begin..=end] {
                    if slot.as_ref().is_none_or(|other| other.weight() <= entry.weight()) {
                        *slot = Some(Arc::clone(entry));
                    }
                }
            }
        }
        governed
    }

    /// The entry that governs a day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<Arc<SpecialDay>> {
        self.govern(day..=day).on(day).cloned()
    }

    /// Who is on duty for a programme on a day, in the order of the file.
    #[must_use]
    pub fn duty(&self, day: NaiveDate, programme: &str) -> Vec<&Duty> {
        let for_it = |duty: &&Duty| duty.programmes.is_empty() || duty.programmes.iter().any(|id| id == programme);
        self.on_duty(day).into_iter().filter(for_it).collect()
    }

    /// Everyone who has a duty on a day, in the order of the file. A swapped working day has the duty of the weekday that it
    /// stands for.
    #[must_use]
    pub fn on_duty(&self, day: NaiveDate) -> Vec<&Duty> {
        let weekday = self.on(day).and_then(|entry| entry.as_weekday).unwrap_or_else(|| day.weekday());
        let on_duty = |duty: &&Duty| {
            duty.weekdays.contains(weekday)
                && duty.from.is_none_or(|from| from <= day)
                && duty.until.is_none_or(|until| day <= until)
        };
        self.duties.iter().filter(on_duty).collect()
    }
}

impl SpecialDay {
    /// Whether it is meant to change what airs, and is no mere note.
    #[must_use]
    pub fn is_meant_to_change(&self) -> bool {
        let in_force = self.as_weekday.is_some() || self.airs != Airs::Planned || !self.leave_out.is_empty();
        in_force || self.kind == DayKind::Working
    }

    /// Whether it takes a programme out as a whole.
    #[must_use]
    pub fn silences(&self, programme: &str) -> bool {
        match &self.airs {
            Airs::Planned => false,
            Airs::Only(ids) => !ids.iter().any(|id| id == programme),
            Airs::Without(ids) => ids.iter().any(|id| id == programme),
            Airs::Nothing => true,
        }
    }

    /// Whether it takes items of a genre out of programmes that air.
    #[must_use]
    pub fn leaves_out(&self, genre: &str) -> bool {
        !self.leave_out.is_empty() && self.leave_out.contains(&genre.to_lowercase())
    }

    /// Whether a programme is planned at all: one that is only for special days needs an entry that names it in `air`.
    #[must_use]
    pub fn plans(&self, programme: &Programme) -> bool {
        !programme.only_special_days || matches!(&self.airs, Airs::Only(ids) if ids.contains(&programme.id))
    }

    fn weight(&self) -> (bool, bool) {
        (self.kind == DayKind::Mourning, self.is_meant_to_change())
    }
}

impl When {
    /// First and last day of each stretch that touches a span, cut to it.
    pub fn stretches(self, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = (NaiveDate, NaiveDate)> {
        // A stretch can reach over a new year, and Tết may lie in the year after that of the twelfth month.
        let (dates, years) = match self {
            Self::Dates(from, until) => (Some((from, until)), 0..0),
            Self::Lunar { .. } => (None, first.year() - 2..last.year() + 2),
        };
        let feasts = years.filter_map(move |year| self.stretch_of(year));
        let all = dates.into_iter().chain(feasts);
        all.map(move |(from, until)| (from.max(first), until.min(last))).filter(|(from, until)| from <= until)
    }

    /// First and last day of the stretch of a lunar year.
    fn stretch_of(self, year: i32) -> Option<(NaiveDate, NaiveDate)> {
        let Self::Lunar { month, day, days_before, days } = self else { return None };
        let from = lunar::feast(year, month, day)? - TimeDelta::days(i64::from(days_before));
        Some((from, from + TimeDelta::days(i64::from(days) - 1)))
    }
}

/// The weekday of a name in `WEEKDAYS`.
#[must_use]
pub fn weekday(name: &str) -> Option<Weekday> {
    let index = WEEKDAYS.iter().position(|each| *each == name)?;
    Weekday::try_from(u8::try_from(index).ok()?).ok()
}

/// The weekdays of `Sat` or of `Mon-Fri`, round the end of the week where they are written so.
#[must_use]
pub fn weekdays(text: &str) -> Option<WeekdaySet> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (weekday(first)?, weekday(last)?);
    let mut set = WeekdaySet::single(last);
    let mut each = first;
    while each != last {
        set.insert(each);
        each = each.succ();
    }
    Some(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn entry(title: &str, when: When) -> SpecialDay {
        let (kind, airs) = (DayKind::Holiday, Airs::Planned);
        SpecialDay { title: title.into(), kind, when, as_weekday: None, airs, leave_out: Vec::new() }
    }

    fn days(entries: impl IntoIterator<Item = SpecialDay>) -> Days {
        Days { entries: entries.into_iter().map(Arc::new).collect(), duties: Vec::new() }
    }

    #[test]
    fn a_lunar_entry_comes_each_year_with_the_days_around_it() {
        let when = When::Lunar { month: 1, day: 1, days_before: 3, days: 9 };
        let days = days([entry("Tết", when)]);
        let found: Vec<_> = days.govern(day("2025-01-01")..=day("2026-12-31")).iter().map(|(day, _)| day).collect();
        assert_eq!((found.len(), found[0], found[8]), (18, day("2025-01-26"), day("2025-02-03")));
        assert_eq!((found[9], found[17]), (day("2026-02-14"), day("2026-02-22")));
        // Each day alone, as within a span.
        assert!(found.iter().all(|day| days.on(*day).is_some()));
        assert!(days.on(day("2026-02-13")).is_none() && days.on(day("2026-02-23")).is_none());
    }

    #[test]
    fn a_stretch_reaches_over_the_ends_of_years() {
        let when = When::Lunar { month: 12, day: 30, days_before: 60, days: 120 };
        let days = days([entry("mùa đông", when)]);
        assert!(days.on(day("2025-12-25")).is_some() && days.on(day("2026-03-01")).is_some());
    }

    #[test]
    fn mourning_goes_first_then_what_changes_something_then_what_stands_later() {
        let when = When::Dates(day("2026-09-01"), day("2026-09-03"));
        let silent = SpecialDay { airs: Airs::Nothing, ..entry("mất điện", when) };
        let mourning = SpecialDay { kind: DayKind::Mourning, ..entry("Quốc tang", when) };
        let title = |entries: Vec<SpecialDay>| days(entries).on(day("2026-09-02")).unwrap().title.clone();
        assert_eq!(title(vec![entry("a", when), entry("b", when)]), "b");
        assert_eq!(title(vec![silent.clone(), entry("b", when)]), "mất điện");
        assert_eq!(title(vec![mourning, silent, entry("b", when)]), "Quốc tang");
    }

    #[test]
    fn duty_is_by_day_programme_and_swapped_weekday() {
        let swapped = When::Dates(day("2026-08-22"), day("2026-08-22"));
        let mut days = days([SpecialDay { as_weekday: Some(Weekday::Mon), ..entry("làm bù", swapped) }]);
        let duty = |who: &str, on: &str| Duty {
            who: who.into(),
            phone: None,
            weekdays: weekdays(on).unwrap(),
            from: None,
            until: Some(day("2026-08-29")),
            programmes: Vec::new(),
        };
        days.duties = vec![duty("Hoa", "Mon-Fri"), duty("Lan", "Sat-Sun"), duty("Bình", "Mon-Sun")];
        days.duties[2].programmes = vec!["chieu".into()];
        let who = |date, programme| days.duty(day(date), programme).iter().map(|it| &*it.who).collect::<Vec<_>>();
        assert_eq!(who("2026-08-22", "sang"), ["Hoa"]);
        assert_eq!(who("2026-08-29", "sang"), ["Lan"]);
        assert_eq!(who("2026-08-24", "chieu"), ["Hoa", "Bình"]);
        assert_eq!(who("2026-08-30", "chieu"), [""; 0]);
    }

    #[test]
    fn weekdays_are_read_as_ranges_round_the_week() {
        let read =
            |text| weekdays(text).map(|set| set.iter(Weekday::Mon).map(|day| day.to_string()).collect::<String>());
        assert_eq!(read("Mon-Wed").as_deref(), Some("MonTueWed"));
        assert_eq!(read("Sat-Mon").as_deref(), Some("MonSatSun"));
        assert_eq!(read("Fri").as_deref(), Some("Fri"));
        for bad in ["", "mon", "Mon-", "-", "1-5", "Mon-Fri-Sat", "Mon - Fri"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
