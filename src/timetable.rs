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
use crate::schedule::days::Governed;
use crate::schedule::{Programme, Schedule, SpecialDay};

/// A programme on the day and at the instant at which it is planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// What is planned.
    pub programme: Arc<Programme>,
    /// The instant of its hard start.
    pub scheduled_at: DateTime<Utc>,
    /// None of its items starts at or after this instant.
    pub window_ends_at: DateTime<Utc>,
    /// What is special about the day.
    pub special_day: Option<Arc<SpecialDay>>,
}

impl Occurrence {
    /// Whether the special day takes the whole programme out.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.special_day.as_ref().is_some_and(|day| day.silences(&self.programme.id))
    }

    /// Why the special day takes an item of a genre out of the programme: the day's title. `None` when it airs.
    #[must_use]
    pub fn taken_out(&self, genre: Option<&str>) -> Option<&str> {
        let day = self.special_day.as_ref()?;
        let out = day.silences(&self.programme.id) || genre.is_some_and(|genre| day.leaves_out(genre));
        out.then_some(&*day.title)
    }
}

/// Every occurrence with `from <= scheduled_at < to`.
#[must_use]
pub fn expand(schedule: &Schedule, zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Occurrence> {
    let mut occurrences = Vec::new();
    if from < to {
        let days = calendar::days_of(zone, from..to);
        let governed = schedule.days.govern(days.clone());
        for programme in &schedule.programmes {
            expand_one(programme, zone, days.clone(), &governed, from..to, &mut occurrences);
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
    governed: &Governed,
    span: Range<DateTime<Utc>>,
    occurrences: &mut Vec<Occurrence>,
) {
    let first = programme.from.map_or(*days.start(), |from| from.max(*days.start()));
    let last = programme.until.map_or(*days.end(), |until| until.min(*days.end()));
    let mut before = None;
    for day in first.iter_days().take_while(|day| *day <= last) {
        let special_day = governed.on(day);
        if !airs_on(programme, day, special_day.map(|entry| &**entry)) {
            continue;
        }
        for time in times(&programme.start.cron).filter(|time| !programme.except_at.contains(&day.and_time(*time))) {
            let scheduled_at = calendar::instant(zone, day.and_time(time));
            // Local times inside one gap fall on one instant, and are one occurrence.
            if before.replace(scheduled_at) != Some(scheduled_at) && span.contains(&scheduled_at) {
                let window_ends_at = scheduled_at + programme.window;
                let (programme, special_day) = (Arc::clone(programme), special_day.cloned());
                occurrences.push(Occurrence { programme, scheduled_at, window_ends_at, special_day });
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

/// Whether a programme is planned on a day. What a special day takes out stays planned, so that it comes to a row.
pub(crate) fn airs_on(programme: &Programme, day: NaiveDate, special_day: Option<&SpecialDay>) -> bool {
    let rule = &programme.start.cron;
    let weekday = special_day.and_then(|entry| entry.as_weekday).unwrap_or_else(|| day.weekday());
    rule.days_of_month().includes(day.day())
        && rule.days_of_week().includes(weekday.number_from_sunday())
        && rule.months().includes(day.month())
        && rule.years().includes(day.year().unsigned_abs())
        && !programme.except.contains(&day)
        && special_day.map_or(!programme.only_special_days, |entry| entry.plans(programme))
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone};
    use proptest::prelude::*;

    use super::*;
    use crate::airing::Priority;
    use crate::schedule::days::{Airs, DayKind, Days, When, weekday};
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
            except_at: Vec::new(),
            priority: Priority::Ordinary,
            zones: Vec::new(),
            items: Vec::new(),
            only_special_days: false,
            why: None,
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

    #[test]
    fn a_single_start_is_off_and_the_others_of_its_day_air() {
        let mut one = programme("a", "0 5,17 * * *");
        one.except_at = vec!["2025-03-05T05:00:00".parse().unwrap()];
        let found = starts(&schedule([one]), Tz::UTC, "2025-03-05T00:00:00Z", "2025-03-07T00:00:00Z");
        assert_eq!(found, ["05T17:00:00", "06T05:00:00", "06T17:00:00"]);
    }

    fn entry(kind: DayKind, when: When) -> SpecialDay {
        SpecialDay { title: "Ngày".into(), kind, when, as_weekday: None, airs: Airs::Planned, leave_out: Vec::new() }
    }

    fn with_days(mut schedule: Schedule, entries: impl IntoIterator<Item = SpecialDay>) -> Schedule {
        schedule.days = Arc::new(Days { entries: entries.into_iter().map(Arc::new).collect(), duties: Vec::new() });
        schedule
    }

    #[test]
    fn a_special_day_takes_out_what_is_planned_and_leaves_its_row() {
        let day = |day| NaiveDate::from_ymd_opt(2025, 5, day).unwrap();
        let mut mourning = entry(DayKind::Mourning, When::Dates(day(24), day(25)));
        (mourning.airs, mourning.leave_out) = (Airs::Without(vec!["b".into()]), vec!["nhạc".into()]);
        let schedule = with_days(schedule([programme("a", "0 5 * * *"), programme("b", "0 6 * * *")]), [mourning]);
        let found = expand(&schedule, Tz::UTC, at("2025-05-24T00:00:00Z"), at("2025-05-27T00:00:00Z"));
        let out = |each: &Occurrence| [Some("Nhạc"), Some("tin"), None].map(|genre| each.taken_out(genre).is_some());
        let told: Vec<_> = found.iter().map(|each| (&*each.programme.id, each.is_silent(), out(each))).collect();
        let special = [("a", false, [true, false, false]), ("b", true, [true; 3])];
        let plain = [("a", false, [false; 3]), ("b", false, [false; 3])];
        assert_eq!(told, [special, special, plain].concat());
        assert_eq!(found[0].taken_out(Some("nhạc")), Some("Ngày"));
    }

    #[test]
    fn a_programme_for_special_days_airs_only_where_it_is_named() {
        let mut tet = programme("tet", "0 8 * * *");
        tet.only_special_days = true;
        let when = |day| When::Lunar { month: 1, day, days_before: 0, days: 1 };
        let mut first = entry(DayKind::Holiday, when(1));
        first.airs = Airs::Only(vec!["tet".into()]);
        let schedule = with_days(schedule([tet]), [first, entry(DayKind::Holiday, when(2))]);
        let found = starts(&schedule, Tz::UTC, "2025-01-01T00:00:00Z", "2027-12-31T00:00:00Z");
        assert_eq!(found, ["29T08:00:00", "17T08:00:00", "06T08:00:00"]);
    }

    fn entries() -> impl Strategy<Value = Vec<SpecialDay>> {
        let first = NaiveDate::from_ymd_opt(2011, 1, 1).unwrap_or_default();
        let dates = (0_i64..365, 0_i64..5).prop_map(move |(day, length)| {
            When::Dates(first + TimeDelta::days(day), first + TimeDelta::days(day + length))
        });
        let lunar = (1_u32..=12, 1_u32..=30, 0_u32..4, 1_u32..9)
            .prop_map(|(month, day, days_before, days)| When::Lunar { month, day, days_before, days });
        let named = proptest::collection::vec("p[0-4]", 1..3);
        let airs = prop_oneof![
            Just(Airs::Planned),
            Just(Airs::Nothing),
            named.clone().prop_map(Airs::Only),
            named.prop_map(Airs::Without),
        ];
        let kinds = proptest::sample::select(vec![DayKind::Holiday, DayKind::Working, DayKind::Mourning]);
        let weekdays = proptest::sample::select(vec![None, weekday("Mon"), weekday("Sun")]);
        let each = (kinds, prop_oneof![dates, lunar], airs, weekdays);
        let each = each.prop_map(|(kind, when, airs, as_weekday)| SpecialDay { as_weekday, airs, ..entry(kind, when) });
        proptest::collection::vec(each, 0..12)
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
            entries in entries(),
        ) {
            let programmes = rules.iter().enumerate().map(|(index, rule)| Programme {
                only_special_days: index == 2,
                ..programme(&format!("p{index}"), rule)
            });
            let schedule = with_days(schedule(programmes), entries);
            let a = Utc.with_ymd_and_hms(2011, 1, 1, 0, 0, 0).unwrap() + TimeDelta::minutes(start);
            let b = a + TimeDelta::minutes(lengths.0);
            let c = b + TimeDelta::minutes(lengths.1);
            let whole = expand(&schedule, zone, a, c);
            let parts = [expand(&schedule, zone, a, b), expand(&schedule, zone, b, c)].concat();
            prop_assert!(whole.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])));
            prop_assert_eq!(whole, parts);
        }

        /// Each day by itself, by the words of the file: the governing entry, its weekday, and whom it names.
        #[test]
        fn special_days_change_what_they_say(rules in rules(), start in 0_i64..360, entries in entries()) {
            let programmes = rules.iter().enumerate().map(|(index, rule)| programme(&format!("p{index}"), rule));
            let plain = schedule(programmes);
            let special = with_days(plain.clone(), entries);
            let midnight = Utc.with_ymd_and_hms(2011, 1, 1, 0, 0, 0).unwrap() + TimeDelta::days(start);
            let day = |schedule: &Schedule, at| expand(schedule, Tz::UTC, at, at + TimeDelta::days(1));
            let found = day(&special, midnight);
            let governing = special.days.on(midnight.date_naive());
            prop_assert!(found.iter().all(|each| each.special_day == governing));
            let times = |all: &[Occurrence]| {
                all.iter().map(|each| (each.scheduled_at.time(), each.programme.id.clone())).collect::<Vec<_>>()
            };
            // These rules know weekdays only, so that the next such weekday stands in for a swapped day.
            let swapped = governing.as_ref().and_then(|entry| entry.as_weekday);
            let stand_in = (0..7).map(|days| midnight + TimeDelta::days(days)).find(|at| {
                swapped.is_none_or(|weekday| at.weekday() == weekday)
            });
            prop_assert_eq!(times(&found), times(&day(&plain, stand_in.unwrap())));
        }
    }
}
