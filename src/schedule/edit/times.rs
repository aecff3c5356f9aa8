//! Times of the day and days, as a form has them, to and from start rules.
//!
//! In: a start rule, or what was filled in. Out: the other of the two. One rule is a product: every hour with every minute,
//! so that 05:00 and 17:30 are two programmes; what the form cannot say stays text. A rule that says the same keeps its
//! words. Pure. Next: `form`.

use chrono::{NaiveTime, Timelike, Weekday, WeekdaySet};
use cron::TimeUnitSpec;

use crate::schedule::StartRule;
use crate::schedule::days::WEEKDAYS;

/// Times that a form shows at most; more is a rule for somebody who reads rules.
const MOST_TIMES: usize = 24;

/// What a form can say of a start rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// In order, at least one.
    pub times: Vec<NaiveTime>,
    /// On which weekdays.
    pub weekdays: WeekdaySet,
    /// Days of the month; empty for all.
    pub days: Vec<u32>,
    /// Months; empty for all.
    pub months: Vec<u32>,
}

/// Why no single start rule says this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No time of the day.
    NoTime,
    /// No weekday.
    NoWeekday,
    /// Times whose hours, minutes and seconds do not go together each with each.
    TwoRules,
}

impl Times {
    /// What a rule says, if the form can say it.
    #[must_use]
    pub fn of(rule: &StartRule) -> Option<Self> {
        let cron = &rule.cron;
        if !cron.years().is_all() || rule.starts_a_day() as usize > MOST_TIMES {
            return None;
        }
        let mut times = Vec::new();
        for hour in cron.hours().iter() {
            for minute in cron.minutes().iter() {
                times.extend(cron.seconds().iter().filter_map(|second| NaiveTime::from_hms_opt(hour, minute, second)));
            }
        }
        let some = |all: bool, list: Vec<u32>| if all { Vec::new() } else { list };
        let mut weekdays = WeekdaySet::EMPTY;
        for day in all_weekdays().filter(|day| cron.days_of_week().includes(day.number_from_sunday())) {
            weekdays.insert(day);
        }
        Some(Self {
            times,
            weekdays,
            days: some(cron.days_of_month().is_all(), cron.days_of_month().iter().collect()),
            months: some(cron.months().is_all(), cron.months().iter().collect()),
        })
    }

    /// The rule that says this, in six fields; `before` keeps its words if it says the same.
    pub fn rule(&self, before: Option<&StartRule>) -> Result<String, Fault> {
        if self.times.is_empty() {
            return Err(Fault::NoTime);
        }
        if self.weekdays.is_empty() {
            return Err(Fault::NoWeekday);
        }
        if let Some(before) = before.filter(|before| Self::of(before).as_ref() == Some(&self.sorted())) {
            return Ok(before.text.clone());
        }
        let sorted = self.sorted();
        let part = |of: fn(&NaiveTime) -> u32| {
            let mut all: Vec<u32> = sorted.times.iter().map(of).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let (hours, minutes, seconds) = (part(Timelike::hour), part(Timelike::minute), part(Timelike::second));
        if hours.len() * minutes.len() * seconds.len() != sorted.times.len() {
            return Err(Fault::TwoRules);
        }
        let list = |all: &[u32]| all.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let or_all = |all: &[u32]| if all.is_empty() { "*".to_owned() } else { list(all) };
        Ok(format!(
            "{} {} {} {} {} {}",
            list(&seconds),
            list(&minutes),
            list(&hours),
            or_all(&sorted.days),
            or_all(&sorted.months),
            weekdays_text(self.weekdays)
        ))
    }

    fn sorted(&self) -> Self {
        let mut sorted = self.clone();
        sorted.times.sort_unstable();
        sorted.times.dedup();
        for list in [&mut sorted.days, &mut sorted.months] {
            list.sort_unstable();
            list.dedup();
        }
        sorted
    }
}

fn all_weekdays() -> impl Iterator<Item = Weekday> {
    (0..7).filter_map(|number: u8| Weekday::try_from(number).ok())
}

/// Weekdays as rules write them: `*`, `Mon-Fri`, `Mon,Wed`.
#[must_use]
pub fn weekdays_text(weekdays: WeekdaySet) -> String {
    if weekdays == WeekdaySet::ALL {
        return "*".to_owned();
    }
    let inside: Vec<usize> =
        (0..7).filter(|number| Weekday::try_from(*number as u8).is_ok_and(|day| weekdays.contains(day))).collect();
    let mut parts: Vec<String> = Vec::new();
    // Rules count Sunday as the first day, so that no range ends with it.
    for run in inside.chunk_by(|one, next| one + 1 == *next && *next < 6) {
        match run {
            [first, .., last] if run.len() > 2 => parts.push(format!("{}-{}", WEEKDAYS[*first], WEEKDAYS[*last])),
            _ => parts.extend(run.iter().map(|day| WEEKDAYS[*day].to_owned())),
        }
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::start_rule::parse;

    fn times(rule: &str) -> Option<Times> {
        Times::of(&parse(rule).unwrap())
    }

    #[test]
    fn what_the_form_can_say_comes_back_as_the_same_words() {
        for rule in
            ["0 0 17 * * Mon-Fri", "0 5 * * *", "0 30 5,17 * * Sat,Sun", "0 0 8 1,15 * *", " 0 0  5 * * MON-sat "]
        {
            let rule = parse(rule).unwrap();
            assert_eq!(Times::of(&rule).unwrap().rule(Some(&rule)).as_deref(), Ok(&*rule.text));
        }
        assert_eq!(times("0 0 17 * * Mon-Fri").unwrap().rule(None).as_deref(), Ok("0 0 17 * * Mon-Fri"));
        assert_eq!(times("0 0 8 1 9 Sun").unwrap().rule(None).as_deref(), Ok("0 0 8 1 9 Sun"));
    }

    #[test]
    fn what_it_cannot_say_stays_text() {
        assert_eq!(times("*/2 * * * * *"), None);
        assert_eq!(times("0 0 5 * * * 2030"), None);
    }

    #[test]
    fn times_that_need_two_rules_are_told() {
        let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let times = |times| Times { times, ..Times::of(&parse("0 5 * * *").unwrap()).unwrap() };
        assert_eq!(times(vec![at(5, 0), at(17, 30)]).rule(None), Err(Fault::TwoRules));
        assert_eq!(times(vec![at(17, 30), at(5, 30)]).rule(None).as_deref(), Ok("0 30 5,17 * * *"));
        assert_eq!(times(Vec::new()).rule(None), Err(Fault::NoTime));
    }

    proptest::proptest! {
        #[test]
        fn form_and_rule_are_inverse(hours in proptest::collection::btree_set(0_u32..24, 1..5), minute in 0_u32..60, bits in 1_u8..128) {
            let mut weekdays = WeekdaySet::EMPTY;
            for day in all_weekdays().filter(|day| bits >> day.num_days_from_monday() & 1 == 1) {
                weekdays.insert(day);
            }
            let times = hours.into_iter().map(|hour| NaiveTime::from_hms_opt(hour, minute, 0).unwrap()).collect();
            let times = Times { times, weekdays, days: Vec::new(), months: Vec::new() };
            let rule = parse(&times.rule(None).unwrap()).unwrap();
            proptest::prop_assert_eq!(Times::of(&rule), Some(times));
        }
    }
}
