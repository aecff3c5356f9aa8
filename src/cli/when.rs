//! `D` on the command line: a day, or an instant.
//!
//! In: `YYYY-MM-DD` or RFC 3339. Out: the instant at which a span begins or ends. A day as an end includes that day, an
//! instant as an end does not. Days are those of the station's zone. Next: `timetable`.

use std::str::FromStr;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::calendar::start_of_day;
use crate::report::period::YEARS;
use crate::schedule::table::parse_date;

/// A day or an instant, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// `2025-03-01`.
    Day(NaiveDate),
    /// `2025-03-01T05:00:00+07:00`.
    Instant(DateTime<Utc>),
}

impl When {
    /// The first instant of a span that begins here.
    #[must_use]
    pub fn begin(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Day(day) => start_of_day(zone, day),
            Self::Instant(at) => at,
        }
    }

    /// The first instant after a span that ends here.
    #[must_use]
    pub fn end(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Day(day) => start_of_day(zone, day.checked_add_days(Days::new(1)).unwrap_or(day)),
            Self::Instant(at) => at,
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let instant = || DateTime::parse_from_rfc3339(text).ok().map(|at| Self::Instant(at.to_utc()));
        let is_meant = |when: &Self| match when {
            Self::Day(day) => YEARS.contains(&day.year()),
            Self::Instant(at) => YEARS.contains(&at.year()),
        };
        parse_date(text).map(Self::Day).or_else(instant).filter(is_meant).ok_or_else(|| {
            "write a day as `2025-03-01` or an instant as `2025-03-01T05:00:00+07:00`, of the years 1970 to 2999".into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_as_an_end_is_included_and_an_instant_is_not() {
        let zone = Tz::Asia__Ho_Chi_Minh;
        let day: When = "2025-03-01".parse().unwrap();
        assert_eq!(day.begin(zone).to_rfc3339(), "2025-02-28T17:00:00+00:00");
        assert_eq!(day.end(zone).to_rfc3339(), "2025-03-01T17:00:00+00:00");
        let instant: When = "2025-03-01T05:00:00+07:00".parse().unwrap();
        assert_eq!((instant.begin(zone), instant.end(zone)), (instant.end(zone), instant.begin(zone)));
    }

    #[test]
    fn other_forms_are_refused() {
        for bad in [
            "",
            "today",
            "2025-3-1",
            "2025-02-29",
            "01/03/2025",
            "2025-03-01T05:00:00",
            "9999999-01-01",
            "9999-12-31",
            "1969-12-31",
        ] {
            assert!(bad.parse::<When>().is_err(), "{bad}");
        }
    }
}
