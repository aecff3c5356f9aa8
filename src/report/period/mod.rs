//! What a report is asked for, as days: months, quarters, halves, nine months, years, or from a day to a day.
//!
//! In: what was typed and how the months are reckoned. Out: the first and the last day, both included, the same of the period
//! before and of the year so far, and the months inside. The reporting months close on the 14th (Nghị định 09/2019/NĐ-CP,
//! điều 12): March is 15/02 to 14/03. Pure. Next: `fact`.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{Datelike as _, Days, Months, NaiveDate};

use crate::language::Language;
use crate::report::table::date;
use crate::schedule::table::parse_date;

/// From a day to a day, both included; the first is never after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Window {
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
}

impl Window {
    /// Whether a day lies in it.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// How months are reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Calendar {
    /// A month ends on this day, 1 to 28; the next begins on the day after.
    Reporting(u32),
    /// A month is a calendar month.
    Civil,
}

impl Calendar {
    /// The month closes on the 14th, as reports to the state do.
    pub const DEFAULT: Self = Self::Reporting(14);

    /// The days of a month, counted from January of year 0.
    fn month(self, month: Month) -> Window {
        let begin = month.first_day();
        let next = begin + Months::new(1);
        match self {
            Self::Civil => Window { first: begin, last: next - Days::new(1) },
            Self::Reporting(closing) => {
                let closing = Days::new(u64::from(closing));
                Window { first: begin - Months::new(1) + closing, last: begin + closing - Days::new(1) }
            }
        }
    }

    /// The month to which a day is reckoned.
    #[must_use]
    pub fn month_of(self, day: NaiveDate) -> Month {
        let month = Month { year: day.year(), month: day.month() };
        if day > self.month(month).last { month.plus(1) } else { month }
    }
}

/// A month by name, whatever its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Month {
    /// 1969 to 3000: one beside [`YEARS`], for the months before and after.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
}

impl Month {
    fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).expect("a month of a year that was checked")
    }

    fn plus(self, months: i32) -> Self {
        let count = self.year * 12 + self.month.cast_signed() - 1 + months;
        Self { year: count.div_euclid(12), month: count.rem_euclid(12).cast_unsigned() + 1 }
    }
}

/// Years of which a period can be: no clock was ever set to one before, and none of those after is meant.
pub const YEARS: RangeInclusive<i32> = 1970..=2999;
/// The longest period, in months: fifty years; each month is a line of a table.
const LONGEST: Months = Months::new(600);

/// What was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// `2025-03`.
    Month(Month),
    /// `2025-Q1` to `2025-Q4`.
    Quarter(i32, u32),
    /// `2025-H1`, `2025-H2`.
    Half(i32, u32),
    /// `2025-9M`.
    NineMonths(i32),
    /// `2025`.
    Year(i32),
    /// `2025-02-19..2025-06-14`.
    Days(Window),
}

impl Span {
    /// Its first month and how many there are; none for days.
    fn months(self) -> Option<(Month, i32)> {
        let of = |year, month, count| Some((Month { year, month }, count));
        match self {
            Self::Month(month) => Some((month, 1)),
            Self::Quarter(year, quarter) => of(year, quarter * 3 - 2, 3),
            Self::Half(year, half) => of(year, half * 6 - 5, 6),
            Self::NineMonths(year) => of(year, 1, 9),
            Self::Year(year) => of(year, 1, 12),
            Self::Days(_) => None,
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(Month { year, month }) => write!(f, "{year:04}-{month:02}"),
            Self::Quarter(year, quarter) => write!(f, "{year:04}-Q{quarter}"),
            Self::Half(year, half) => write!(f, "{year:04}-H{half}"),
            Self::NineMonths(year) => write!(f, "{year:04}-9M"),
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Days(Window { first, last }) => write!(f, "{first}..{last}"),
        }
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        span(text).ok_or_else(|| {
            "write a period as `2025-03`, `2025-Q1`, `2025-H1`, `2025-9M`, `2025` or `2025-02-19..2025-06-14` \
             (years 1970 to 2999, at most 50 of them, the first day not after the last)"
                .into()
        })
    }
}

fn span(text: &str) -> Option<Span> {
    if let Some((first, last)) = text.split_once("..") {
        let window = Window { first: parse_date(first)?, last: parse_date(last)? };
        let are_years = [window.first, window.last].iter().all(|day| YEARS.contains(&day.year()));
        let is_span = are_years && window.first <= window.last && window.last < window.first + LONGEST;
        return is_span.then_some(Span::Days(window));
    }
    let (year, part) = text.split_once('-').map_or((text, None), |(year, part)| (year, Some(part)));
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let year = year.parse().ok().filter(|year| is_year && YEARS.contains(year))?;
    let month = |part: &str| part.parse().ok().filter(|month| part.len() == 2 && (1..=12).contains(month));
    Some(match part {
        None => Span::Year(year),
        Some("H1") => Span::Half(year, 1),
        Some("H2") => Span::Half(year, 2),
        Some("9M") => Span::NineMonths(year),
        Some("Q1") => Span::Quarter(year, 1),
        Some("Q2") => Span::Quarter(year, 2),
        Some("Q3") => Span::Quarter(year, 3),
        Some("Q4") => Span::Quarter(year, 4),
        Some(part) => Span::Month(Month { year, month: month(part)? }),
    })
}

/// A period of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    /// What was asked for.
    pub span: Span,
    /// How months are reckoned.
    pub calendar: Calendar,
    /// Its days.
    pub window: Window,
}

impl Period {
    /// The days of what was typed.
    #[must_use]
    pub fn new(span: Span, calendar: Calendar) -> Self {
        let window = match (span, span.months()) {
            (_, Some((first, count))) => {
                Window { first: calendar.month(first).first, last: calendar.month(first.plus(count - 1)).last }
            }
            (Span::Days(window), None) => window,
            (_, None) => unreachable!("only days have no months"),
        };
        Self { span, calendar, window }
    }

    /// The one of the same length before it; that of days ends on the day before.
    #[must_use]
    pub fn previous(&self) -> Self {
        let span = match self.span {
            Span::Month(month) => Span::Month(month.plus(-1)),
            Span::Quarter(year, 1) => Span::Quarter(year - 1, 4),
            Span::Quarter(year, quarter) => Span::Quarter(year, quarter - 1),
            Span::Half(year, 1) => Span::Half(year - 1, 2),
            Span::Half(year, _) => Span::Half(year, 1),
            Span::NineMonths(year) => Span::NineMonths(year - 1),
            Span::Year(year) => Span::Year(year - 1),
            Span::Days(Window { first, last }) => {
                let last_before = first - Days::new(1);
                Span::Days(Window { first: last_before - (last - first), last: last_before })
            }
        };
        Self::new(span, self.calendar)
    }

    /// From the first day of the year in which it ends to its last day.
    #[must_use]
    pub fn year_so_far(&self) -> Window {
        let year = self.calendar.month_of(self.window.last).year;
        Window { first: self.calendar.month(Month { year, month: 1 }).first, last: self.window.last }
    }

    /// From the first day of these three to the last: what the figures of a period look at.
    #[must_use]
    pub fn reach(&self) -> Window {
        let [previous, year] = [self.previous().window, self.year_so_far()];
        Window { first: self.window.first.min(previous.first).min(year.first), last: self.window.last }
    }

    /// The months that it touches, each with those of its days that are in the period.
    #[must_use]
    pub fn months(&self) -> Vec<(Month, Window)> {
        let Window { first, last } = self.window;
        let mut month = self.calendar.month_of(first);
        let mut months = Vec::new();
        loop {
            let days = self.calendar.month(month);
            if days.first > last {
                return months;
            }
            months.push((month, Window { first: days.first.max(first), last: days.last.min(last) }));
            month = month.plus(1);
        }
    }

    /// What people call it: `tháng 3 năm 2025`, `quý I năm 2025`, `6 tháng đầu năm 2025`.
    #[must_use]
    pub fn name(&self, language: Language) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        const ROMAN: [&str; 4] = ["I", "II", "III", "IV"];
        let pick = |vi: String, en: String| if language == Language::Vi { vi } else { en };
        match self.span {
            Span::Month(Month { year, month }) => {
                pick(format!("tháng {month} năm {year}"), format!("{} {year}", MONTHS[month as usize - 1]))
            }
            Span::Quarter(year, quarter) => {
                let roman = ROMAN[quarter as usize - 1];
                pick(format!("quý {roman} năm {year}"), format!("quarter {roman} of {year}"))
            }
            Span::Half(year, 1) => pick(format!("6 tháng đầu năm {year}"), format!("the first half of {year}")),
            Span::Half(year, _) => pick(format!("6 tháng cuối năm {year}"), format!("the second half of {year}")),
            Span::NineMonths(year) => pick(format!("9 tháng năm {year}"), format!("nine months of {year}")),
            Span::Year(year) => pick(format!("năm {year}"), format!("the year {year}")),
            Span::Days(Window { first, last }) => {
                let (first, last) = (date(first, language), date(last, language));
                pick(format!("từ ngày {first} đến ngày {last}"), format!("{first} to {last}"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
