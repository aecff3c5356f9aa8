//! Civil time and a zone made into instants, and back.
//!
//! The rule for local times that a zone skips or repeats is written here, once: a time inside a gap is the first instant
//! after the gap, a time that comes twice is its first coming. In other words, the instant of a local time is the first
//! one at which the zone's clocks show it or a later one. Pure. Next: `timetable`.

use std::ops::{Range, RangeInclusive};

use chrono::{
    DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

/// No zone has ever moved its clocks by more than this at once (Samoa left out a day).
const LARGEST_SHIFT: TimeDelta = TimeDelta::hours(26);

/// The instant of a local time, by the rule of gap and fold. Never earlier for a later local time.
#[must_use]
pub fn instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => at.to_utc(),
        LocalResult::Ambiguous(one, other) => one.min(other).to_utc(),
        LocalResult::None => end_of_gap(zone, local),
    }
}

/// The first instant after the gap in which `local` falls, by bisection to the second.
fn end_of_gap(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let (mut before, mut after) = (
        local.and_utc().checked_sub_signed(LARGEST_SHIFT * 2).unwrap_or(DateTime::<Utc>::MIN_UTC),
        local.and_utc().checked_add_signed(LARGEST_SHIFT * 2).unwrap_or(DateTime::<Utc>::MAX_UTC),
    );
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if local_time(zone, middle) < local { before = middle } else { after = middle }
    }
    after
}

/// What the zone's clocks show at an instant.
#[must_use]
pub fn local_time(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// The day that the zone's calendar shows at an instant.
#[must_use]
pub fn local_date(zone: Tz, at: DateTime<Utc>) -> NaiveDate {
    local_time(zone, at).date()
}

/// The first instant of a day in the zone, midnight or the end of a gap over it.
#[must_use]
pub fn start_of_day(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    instant(zone, day.and_time(NaiveTime::MIN))
}

/// An instant with the offset that the zone has then, as rows and listings carry it.
#[must_use]
pub fn with_offset(zone: Tz, at: DateTime<Utc>) -> DateTime<FixedOffset> {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    at.with_timezone(&offset)
}

/// All days of which a time can fall into a span of instants, a day to spare at either end for clocks that were moved.
#[must_use]
pub fn days_of(zone: Tz, span: Range<DateTime<Utc>>) -> RangeInclusive<NaiveDate> {
    let (first, last) = (local_time(zone, span.start), local_time(zone, span.end));
    let first = first.checked_sub_signed(LARGEST_SHIFT).unwrap_or(first);
    let last = last.checked_add_signed(LARGEST_SHIFT).unwrap_or(last);
    first.date()..=last.date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(zone: Tz, text: &str) -> String {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
        instant(zone, local).format("%FT%TZ").to_string()
    }

    #[test]
    fn a_skipped_time_is_the_first_instant_after_the_gap() {
        assert_eq!(utc(Tz::Europe__Berlin, "2026-03-29 01:59:59"), "2026-03-29T00:59:59Z");
        for text in ["2026-03-29 02:00:00", "2026-03-29 02:30:00", "2026-03-29 02:59:59", "2026-03-29 03:00:00"] {
            assert_eq!(utc(Tz::Europe__Berlin, text), "2026-03-29T01:00:00Z", "{text}");
        }
    }

    #[test]
    fn a_repeated_time_is_its_first_coming() {
        assert_eq!(utc(Tz::Europe__Berlin, "2026-10-25 02:30:00"), "2026-10-25T00:30:00Z");
        assert_eq!(utc(Tz::Europe__Berlin, "2026-10-25 03:00:00"), "2026-10-25T02:00:00Z");
    }

    #[test]
    fn a_skipped_day_and_a_skipped_midnight_have_their_instant() {
        assert_eq!(utc(Tz::Pacific__Apia, "2011-12-30 12:00:00"), "2011-12-30T10:00:00Z");
        assert_eq!(utc(Tz::Asia__Beirut, "2024-03-31 00:00:00"), "2024-03-30T22:00:00Z");
        assert_eq!(utc(Tz::Asia__Ho_Chi_Minh, "2025-03-03 05:00:00"), "2025-03-02T22:00:00Z");
    }

    #[test]
    fn later_local_times_are_never_earlier_instants() {
        for zone in [Tz::Europe__Berlin, Tz::Australia__Lord_Howe, Tz::America__St_Johns, Tz::Pacific__Apia] {
            let mut local = NaiveDate::from_ymd_opt(2011, 1, 1).unwrap().and_time(NaiveTime::MIN);
            let mut last = instant(zone, local);
            for _ in 0..366 * 48 {
                local += TimeDelta::minutes(30);
                let next = instant(zone, local);
                assert!(next >= last && local_time(zone, next) >= local, "{zone} {local}");
                last = next;
            }
        }
    }
}
