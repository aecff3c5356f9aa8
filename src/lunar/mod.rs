//! The Vietnamese lunar calendar: days of the sun's calendar to days of the moon's, and back.
//!
//! In: a date, or a year, month and day of the moon. Out: the other one, for the lunar years 1900 to 2199. A month begins on
//! the day of the new moon as clocks of UTC+7 show it, which is why the Chinese calendar (UTC+8) sometimes differs by a day
//! or a month. What Vietnam used before 1968 (the North) and 1975 (the South) was another reckoning and is not this one.
//! Nothing is looked up: the months follow from `moon`, and begin where an ephemeris (`ephem` 4.2) has them, but for July
//! 1967, whose new moon was two seconds from midnight. Pure. Next: `schedule`.

use std::ops::RangeInclusive;
use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate, TimeDelta};

mod moon; // when the moon is new, where the sun stands

/// Lunar years that are known, each named by the year in which it begins.
pub const YEARS: RangeInclusive<i32> = 1900..=2199;

const COUNT: usize = 300;

/// Years that were asked for: each costs some thirty microseconds, and a timetable asks for the same ones over and over.
static KNOWN: [OnceLock<Vec<Month>>; COUNT] = [const { OnceLock::new() }; COUNT];

/// A day as the moon's calendar names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LunarDate {
    /// The year in which its Tết lies.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// Whether it is the second month of that number (tháng nhuận).
    pub leap: bool,
    /// 1 to 30.
    pub day: u32,
}

/// A month of the moon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// 1 to 12.
    pub number: u32,
    /// Whether it repeats the number of the month before it.
    pub leap: bool,
    /// Its first day.
    pub first: NaiveDate,
    /// 29 or 30.
    pub days: u32,
}

/// The months of a lunar year from Tết on, 12 or 13; none outside `YEARS`.
#[must_use]
pub fn months(year: i32) -> &'static [Month] {
    let index = usize::try_from(year - YEARS.start()).ok();
    index.and_then(|index| KNOWN.get(index)).map_or(&[], |known| known.get_or_init(|| months_of_year(year)))
}

/// The lunar day of a date; `None` outside `YEARS`.
#[must_use]
pub fn from_solar(date: NaiveDate) -> Option<LunarDate> {
    // Tết lies between 20 January and 21 February.
    let began = |year: i32| months(year).first().is_some_and(|tet| tet.first <= date);
    let year = [date.year(), date.year() - 1].into_iter().find(|year| began(*year))?;
    let month = months(year).iter().rev().find(|month| month.first <= date)?;
    let day = u32::try_from((date - month.first).num_days() + 1).ok().filter(|day| *day <= month.days)?;
    Some(LunarDate { year, month: month.number, leap: month.leap, day })
}

/// The date of a lunar day; `None` where there is no such day.
#[must_use]
pub fn to_solar(lunar: LunarDate) -> Option<NaiveDate> {
    let month = months(lunar.year).iter().find(|each| (each.number, each.leap) == (lunar.month, lunar.leap))?;
    (1..=month.days).contains(&lunar.day).then(|| month.first + TimeDelta::days(i64::from(lunar.day) - 1))
}

/// The date on which a yearly feast is kept: in the month that is no repetition, and on the last day of a month of 29
/// days when it is a thirtieth. `None` outside `YEARS`, and for no month or day of the moon.
#[must_use]
pub fn feast(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let month = months(year).iter().find(|each| each.number == month && !each.leap)?;
    (1..=30).contains(&day).then(|| month.first + TimeDelta::days(i64::from(day.min(month.days)) - 1))
}

/// From its first month to its twelfth: the end of the winter that began the year before belongs to that year.
fn months_of_year(year: i32) -> Vec<Month> {
    let first = |months: &[Month]| months.iter().position(|month| month.number == 1).unwrap_or(0);
    let (mut these, next) = (between_solstices(year), between_solstices(year + 1));
    these.drain(..first(&these));
    these.extend(&next[..first(&next)]);
    these
}

/// The months from the one with the winter solstice of the year before (the eleventh) to the one before that of `year`.
/// Where there are thirteen, the first one in which the sun enters no new sign repeats its number.
fn between_solstices(year: i32) -> Vec<Month> {
    let (first, end) = (solstice_moon(year - 1), solstice_moon(year));
    let starts: Vec<NaiveDate> = (first..=end).map(moon::new_moon_day).collect();
    let has_leap = starts.len() > 13;
    let mut leap_seen = false;
    let mut number = 10;
    let each = starts.windows(2).enumerate().map(|(index, pair)| {
        let still = moon::sun_sign(pair[0]) == moon::sun_sign(pair[1]);
        let leap = has_leap && !leap_seen && index > 0 && still;
        leap_seen |= leap;
        if !leap {
            number = number % 12 + 1;
        }
        let days = u32::try_from((pair[1] - pair[0]).num_days()).unwrap_or(0);
        Month { number, leap, first: pair[0], days }
    });
    each.collect()
}

/// The new moon that begins the month of the winter solstice of a year.
fn solstice_moon(year: i32) -> i64 {
    let last_day = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX);
    let last = moon::last_new_moon(last_day);
    // The tenth of the twelve signs begins at the solstice.
    if moon::sun_sign(moon::new_moon_day(last)) >= 9 { last - 1 } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn lunar(text: &str) -> String {
        let LunarDate { year, month, leap, day } = from_solar(day(text)).unwrap();
        format!("{day}/{month}{} {year}", if leap { "n" } else { "" })
    }

    #[test]
    fn the_feasts_of_2025_to_2027_are_on_their_days() {
        let feasts = [
            ((1, 1), ["2025-01-29", "2026-02-17", "2027-02-06"]),
            ((15, 1), ["2025-02-12", "2026-03-03", "2027-02-20"]),
            ((10, 3), ["2025-04-07", "2026-04-26", "2027-04-16"]),
            ((15, 7), ["2025-09-06", "2026-08-27", "2027-08-16"]),
            ((15, 8), ["2025-10-06", "2026-09-25", "2027-09-15"]),
        ];
        for ((feast_day, month), dates) in feasts {
            for (year, date) in (2025..).zip(dates) {
                assert_eq!(feast(year, month, feast_day), Some(day(date)), "{feast_day}/{month} {year}");
            }
        }
        // The kitchen gods leave in the year before.
        for (year, date) in (2024..).zip(["2025-01-22", "2026-02-10", "2027-01-30"]) {
            assert_eq!(feast(year, 12, 23), Some(day(date)));
        }
    }

    #[test]
    fn it_differs_from_the_chinese_calendar_where_it_should() {
        // By UTC+8: 1968-01-30, 1969-02-17, 1985-02-20, 2007-02-18, 2030-02-03, 2053-02-19.
        for date in ["1968-01-29", "1969-02-16", "1985-01-21", "2007-02-17", "2030-02-02", "2053-02-18"] {
            assert_eq!(&lunar(date)[..4], "1/1 ", "{date}");
        }
    }

    #[test]
    fn years_of_common_memory_begin_when_people_kept_them() {
        for date in ["1976-01-31", "1984-02-02", "1990-01-27", "2000-02-05", "2010-02-14", "2020-01-25", "2024-02-10"] {
            assert_eq!(lunar(date), format!("1/1 {}", &date[..4]));
        }
    }

    #[test]
    fn leap_months_are_where_they_were_announced() {
        let leap = |year| months(year).iter().find(|month| month.leap).map(|month| (month.number, month.first));
        assert_eq!(leap(2025), Some((6, day("2025-07-25"))));
        assert_eq!(leap(2028).map(|(number, _)| number), Some(5));
        let known = [(1984, None), (1985, Some(2)), (1987, Some(7)), (2004, Some(2)), (2006, Some(7)), (2012, Some(4))];
        let newer =
            [(2014, Some(9)), (2017, Some(6)), (2020, Some(4)), (2023, Some(2)), (2026, None), (2033, Some(11))];
        for (year, number) in known.into_iter().chain(newer) {
            assert_eq!(leap(year).map(|(number, _)| number), number, "{year}");
        }
        assert_eq!(lunar("2025-07-25"), "1/6n 2025");
        let repeated = LunarDate { year: 2025, month: 6, leap: true, day: 1 };
        assert_eq!(to_solar(repeated), Some(day("2025-07-25")));
        assert_eq!(to_solar(LunarDate { year: 2026, ..repeated }), None);
    }

    #[test]
    fn a_thirtieth_is_kept_on_the_last_day_of_a_short_month() {
        // The last month of 2024 has 29 days, that of 2026 thirty.
        assert_eq!(feast(2024, 12, 30), Some(day("2025-01-28")));
        assert_eq!(feast(2026, 12, 30), Some(day("2027-02-05")));
        assert_eq!((feast(2026, 13, 1), feast(2026, 1, 31), feast(1899, 1, 1)), (None, None, None));
    }

    #[test]
    fn every_day_goes_there_and_back() {
        let (first, last) = (months(1900)[0].first, day("2200-02-14"));
        assert_eq!((first, from_solar(first - TimeDelta::days(1))), (day("1900-01-31"), None));
        let mut expected = first;
        for year in YEARS {
            let months = months(year);
            let leaps = months.iter().filter(|month| month.leap).count();
            assert_eq!(months.len(), 12 + leaps, "{year}");
            assert!(leaps <= 1 && months[0].number == 1 && !months[0].leap, "{year}");
            for month in months {
                assert_eq!(month.first, expected, "{year}");
                assert!((29..=30).contains(&month.days), "{year}");
                for day in 1..=month.days {
                    let date = LunarDate { year, month: month.number, leap: month.leap, day };
                    assert_eq!(to_solar(date), Some(expected));
                    assert_eq!(from_solar(expected), Some(date));
                    expected += TimeDelta::days(1);
                }
            }
        }
        assert_eq!(expected, last + TimeDelta::days(1));
        assert_eq!(from_solar(expected), None);
    }
}
