//! The schedule and a span of time made into every planned occurrence.
//!
//! In: programmes, the station's zone, two instants. Out: occurrences sorted by instant, then by programme; the span is
//! half open, so that the timetable of [a, c) is that of [a, b) and then [b, c). Cron is evaluated on naive local time,
//! labelled as UTC for the `cron` crate, since that crate mis-orders the hours that a zone repeats; `calendar` then says
//! which instant a local time is. Pure. Next: `rundown`.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

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
        let search_from = calendar::search_from(zone, from);
        for programme in &schedule.programmes {
            expand_one(programme, zone, search_from, from..to, &mut occurrences);
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
    search_from: chrono::NaiveDateTime,
    span: std::ops::Range<DateTime<Utc>>,
    occurrences: &mut Vec<Occurrence>,
) {
    // A programme that begins later is not searched for from now on, day by day.
    let first = programme.from.map_or(search_from, |day| search_from.max(day.and_time(chrono::NaiveTime::MIN)));
    // The crate answers with what comes after; a second earlier, since `first` itself counts.
    let after = first.and_utc() - TimeDelta::seconds(1);
    let mut last = None;
    for local in programme.start.cron.after(&after) {
        let local = local.naive_utc();
        if programme.until.is_some_and(|until| local.date() > until) {
            break;
        }
        let scheduled_at = calendar::instant(zone, local);
        if scheduled_at >= span.end {
            break;
        }
        // Local times inside one gap fall on one instant, and are one occurrence.
        if scheduled_at < span.start || last == Some(scheduled_at) || !airs_on(programme, local.date()) {
            continue;
        }
        last = Some(scheduled_at);
        let window_ends_at = scheduled_at + programme.window;
        occurrences.push(Occurrence { programme: Arc::clone(programme), scheduled_at, window_ends_at });
    }
}

fn airs_on(programme: &Programme, day: NaiveDate) -> bool {
    programme.from.is_none_or(|from| day >= from)
        && programme.until.is_none_or(|until| day <= until)
        && !programme.except.contains(&day)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
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
        Schedule { programmes: programmes.into_iter().map(Arc::new).collect() }
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
