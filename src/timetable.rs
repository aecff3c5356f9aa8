//! The schedule and a span of time made into every planned occurrence.
//!
//! In: programmes, the station's zone, two instants. Out: occurrences sorted by instant, then by programme; the span is
//! half open, so that the timetable of [a, c) is that of [a, b) and then [b, c). The sets of the start rule are applied to
//! the days and times of naive local time, and `calendar` says which instant each is: the `cron` crate's own iterator
//! mis-orders the hours that a zone repeats, and is slower. Pure. Next: `rundown`.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use cron::TimeUnitSpec;

use crate::calendar;
use crate::schedule::{Programme, Schedule};

/// A programme on the day and at the instant at which it is planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// What is planned.
    pub programme: Arc<Programme>,
    /// The instant of its hard start.
    pub scheduled_at: DateTime<Utc>,
    /// None of its items starts at or after this instant.
    pub window_ends_at: DateTime<Utc>,
}

/// Every occurrence with `from <= scheduled_at < to`.
#[must_use]
pub fn expand(schedule: &Schedule, zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Occurrence> {
    let mut occurrences = Vec::new();
    if from < to {
        let days = calendar::days_of(zone, from..to);
        for programme in &schedule.programmes {
            expand_one(programme, zone, days.clone(), from..to, &mut occurrences);
        }
        occurrences.sort_by(|a, b| key(a).cmp(&key(b)));
    }
    occurrences
}

fn key(occurrence: &Occurrence) -> (DateTime<Utc>, &str) {
    (occurrence.scheduled_at, &occurrence.programme.id)
}

fn expand_one(
    programme: &Arc<Programme>,
    zone: Tz,
    days: RangeInclusive<NaiveDate>,
    span: Range<DateTime<Utc>>,
    occurrences: &mut Vec<Occurrence>,
) {
    let first = programme.from.map_or(*days.start(), |from| from.max(*days.start()));
    let last = programme.until.map_or(*days.end(), |until| until.min(*days.end()));
    let mut before = None;
    for day in first.iter_days().take_while(|day| *day <= last) {
        if !airs_on(programme, day) {
            continue;
        }
        for time in times(&programme.start.cron) {
            let scheduled_at = calendar::instant(zone, day.and_time(time));
            // Local times inside one gap fall on one instant, and are one occurrence.
            if before.replace(scheduled_at) != Some(scheduled_at) && span.contains(&scheduled_at) {
                let window_ends_at = scheduled_at + programme.window;
                occurrences.push(Occurrence { programme: Arc::clone(programme), scheduled_at, window_ends_at });
            }
        }
    }
}

/// Times of the day at which a rule starts, in order.
fn times(rule: &cron::Schedule) -> impl Iterator<Item = NaiveTime> {
    let minutes = |hour| rule.minutes().iter().map(move |minute| (hour, minute));
    let seconds = |(hour, minute)| rule.seconds().iter().map(move |second| (hour, minute, second));
    let each = rule.hours().iter().flat_map(minutes).flat_map(seconds);
    each.filter_map(|(hour, minute, second)| NaiveTime::from_hms_opt(hour, minute, second))
}

fn airs_on(programme: &Programme, day: NaiveDate) -> bool {
    let rule = &programme.start.cron;
    rule.days_of_month().includes(day.day())
        && rule.days_of_week().includes(day.weekday().number_from_sunday())
        && rule.months().includes(day.month())
        && rule.years().includes(day.year().unsigned_abs())
        && !programme.except.contains(&day)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone};
    use proptest::prelude::*;

    use super::*;
    use crate::airing::Priority;
    use crate::schedule::{Ends, start_rule};

    fn programme(id: &str, cron: &str) -> Programme {
        Programme {
            id: id.into(),
            title: id.into(),
            start: start_rule::parse(cron).unwrap(),
            window: TimeDelta::minutes(10),
            ends: Ends::Soft,
            from: None,
            until: None,
            except: Vec::new(),
            priority: Priority::Ordinary,
            zones: Vec::new(),
            items: Vec::new(),
        }
    }

    fn schedule(programmes: impl IntoIterator<Item = Programme>) -> Schedule {
        Schedule { programmes: programmes.into_iter().map(Arc::new).collect(), ..Schedule::default() }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn starts(schedule: &Schedule, zone: Tz, from: &str, to: &str) -> Vec<String> {
        let found = expand(schedule, zone, at(from), at(to));
        found.iter().map(|each| each.scheduled_at.format("%dT%H:%M:%S").to_string()).collect()
    }

    #[test]
    fn a_gap_airs_once_and_a_fold_airs_once() {
        let often = schedule([programme("a", "0 0,15,30,45 2 * * *")]);
        let berlin = Tz::Europe__Berlin;
        // 02:00 to 02:45 do not exist: all four are 03:00 summer time.
        assert_eq!(starts(&often, berlin, "2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z"), ["29T01:00:00"]);
        assert_eq!(
            starts(&often, berlin, "2026-10-25T00:00:00Z", "2026-10-25T12:00:00Z"),
            ["25T00:00:00", "25T00:15:00", "25T00:30:00", "25T00:45:00"]
        );
        assert_eq!(starts(&often, berlin, "2026-10-25T01:00:00Z", "2026-10-25T12:00:00Z"), [""; 0]);
    }

    #[test]
    fn the_span_is_half_open_to_the_microsecond() {
        let daily = schedule([programme("a", "0 5 * * *")]);
        let zone = Tz::Asia__Ho_Chi_Minh;
        assert_eq!(starts(&daily, zone, "2025-03-02T22:00:00Z", "2025-03-03T22:00:00Z"), ["02T22:00:00"]);
        assert_eq!(starts(&daily, zone, "2025-03-02T22:00:00.000001Z", "2025-03-03T22:00:00.000001Z"), ["03T22:00:00"]);
        assert_eq!(starts(&daily, zone, "2025-03-03T22:00:00Z", "2025-03-02T22:00:00Z"), [""; 0]);
    }

    #[test]
    fn days_off_and_limits_are_local_days() {
        let day = |day| NaiveDate::from_ymd_opt(2025, 3, day);
        let mut one = programme("a", "0 5 * * *");
        (one.from, one.until, one.except) = (day(3), day(6), vec![day(5).unwrap()]);
        let zone = Tz::Asia__Ho_Chi_Minh;
        let found = starts(&schedule([one]), zone, "2025-02-01T00:00:00Z", "2025-04-01T00:00:00Z");
        assert_eq!(found, ["02T22:00:00", "03T22:00:00", "05T22:00:00"]);
    }

    fn rules() -> impl Strategy<Value = Vec<String>> {
        let rule = ("[0-9]|[1-5][0-9]|\\*/20", "\\*|[0-9]|1[0-9]|0-4|\\*/3", "\\*|Mon-Fri|Sun|\\?");
        proptest::collection::vec(rule.prop_map(|(minute, hour, day)| format!("{minute} {hour} * * {day}")), 1..5)
    }

    proptest! {
        /// Where no clock is ever moved, the crate that read the rule lists the same instants.
        #[test]
        fn the_cron_crate_agrees_where_no_clock_is_moved(rules in rules(), start in 0_i64..400 * 24 * 60) {
            let from = Utc.with_ymd_and_hms(2024, 1, 1, 0, 0, 0).unwrap() + TimeDelta::minutes(start);
            let to = from + TimeDelta::days(9);
            for rule in rules {
                let one = programme("a", &rule);
                let listed = one.start.cron.after(&(from - TimeDelta::seconds(1)));
                let expected: Vec<_> = listed.take_while(|at| *at < to).collect();
                let found = expand(&schedule([one]), Tz::UTC, from, to);
                prop_assert_eq!(found.iter().map(|each| each.scheduled_at).collect::<Vec<_>>(), expected);
            }
        }

        #[test]
        fn a_span_is_its_parts_sorted_and_unique(
            rules in rules(),
            zone in proptest::sample::select(vec![
                Tz::Europe__Berlin, Tz::Australia__Lord_Howe, Tz::Pacific__Apia, Tz::Asia__Ho_Chi_Minh, Tz::America__Havana,
            ]),
            // 2011 has Samoa's lost day and each zone's changes.
            start in 0_i64..365 * 24 * 60,
            lengths in (0_i64..5 * 24 * 60, 0_i64..5 * 24 * 60),
        ) {
            let programmes = rules.iter().enumerate().map(|(index, rule)| programme(&format!("p{index}"), rule));
            let schedule = schedule(programmes);
            let a = Utc.with_ymd_and_hms(2011, 1, 1, 0, 0, 0).unwrap() + TimeDelta::minutes(start);
            let b = a + TimeDelta::minutes(lengths.0);
            let c = b + TimeDelta::minutes(lengths.1);
            let whole = expand(&schedule, zone, a, c);
            let parts = [expand(&schedule, zone, a, b), expand(&schedule, zone, b, c)].concat();
            prop_assert!(whole.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])));
            prop_assert_eq!(whole, parts);
        }
    }
}
