//! Rows to airings: the attempts of one airing made into one, with corrections in force and without what was voided.
//!
//! In: facts of the log, in any order of attempts, and the marks of the whole log. Out: one settled airing for all attempts of
//! it: its last attempt, what all of them sounded, whether it counts and on which day. Rehearsals and remarks are handed back
//! as what they are. Must never decide what an airing is counted under. Pure. Next: `gather`.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate, SubsecRound as _};

use crate::airing::{ENOUGH_PERCENT, Kind, Outcome, OutputKind, Reason, TEST_TONE};
use crate::report::fact::{Fact, Marks};

/// An airing with all of its attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The last attempt, the one of the highest number, as its newest correction describes it.
    pub last: Fact,
    /// How many attempts there are; those that were voided are none.
    pub attempts: i64,
    /// Sound of all attempts, milliseconds.
    pub aired_ms: i64,
    /// When the last attempt that sounded started.
    pub started_at: Option<DateTime<FixedOffset>>,
    /// Whether it is one lượt phát: its last attempt aired, or at least 80 % of it.
    pub counts: bool,
    /// The day to which it is reckoned: of `started_at`, else of the programme's instant; see [`day_of`].
    pub day: NaiveDate,
    /// The first row of its attempts.
    pub first_seq: i64,
    /// The last row of its attempts.
    pub last_seq: i64,
    /// 1 if its last attempt has a correction in force; one of another attempt describes nothing that counts.
    pub corrected: i64,
}

impl Settled {
    /// When it began, or should have.
    #[must_use]
    pub fn instant(&self) -> DateTime<FixedOffset> {
        self.started_at.unwrap_or(self.last.scheduled_at)
    }

    /// The programme that planned it; none for an act of a person, which is extra.
    #[must_use]
    pub fn planned_by(&self) -> Option<&std::sync::Arc<str>> {
        let is_planned = matches!(self.last.kind, Kind::Fixed | Kind::Bulletin);
        self.last.programme.as_ref().filter(|_| is_planned)
    }
}

/// What a row was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The only attempt of an airing.
    Settled(Settled),
    /// An attempt of an airing that has more rows: it comes at the end.
    Kept,
    /// A row to `wav` or `silent`, or of the test tone, which is nobody's broadcast.
    Rehearsal(Fact),
    /// A row that a correction takes out.
    Voided(Fact),
    /// A note or a correction.
    Remark(Fact),
}

/// Airings as their rows come in. Memory grows with the airings of more than one row only.
#[derive(Debug)]
pub struct Settling<'a> {
    marks: &'a Marks,
    open: HashMap<String, Open>,
}

/// An airing of which more attempts may come.
#[derive(Debug)]
struct Open {
    airing: Settled,
    /// The attempt whose start it has.
    started_in: i64,
}

impl<'a> Settling<'a> {
    /// Nothing settled yet.
    #[must_use]
    pub fn new(marks: &'a Marks) -> Self {
        Self { marks, open: HashMap::new() }
    }

    /// Takes a row.
    pub fn take(&mut self, fact: Fact) -> Taken {
        if fact.kind == Kind::Note || fact.corrects.is_some() {
            return Taken::Remark(fact);
        }
        if fact.output != OutputKind::Card || is_test_tone(&fact) {
            return Taken::Rehearsal(fact);
        }
        let correction = self.marks.corrections.get(&fact.seq);
        if correction.is_some_and(is_void) {
            return Taken::Voided(fact);
        }
        let airing = Settled::alone(fact, correction);
        if !self.marks.repeated.contains(&airing.last.airing) {
            return Taken::Settled(airing);
        }
        if let Some(open) = self.open.get_mut(&airing.last.airing) {
            open.join(airing);
        } else {
            let started_in = airing.last.attempt;
            self.open.insert(airing.last.airing.clone(), Open { airing, started_in });
        }
        Taken::Kept
    }

    /// Hands out the airings of more than one row, in the order of their first rows.
    #[must_use]
    pub fn finish(&mut self) -> Vec<Settled> {
        let mut kept: Vec<_> = std::mem::take(&mut self.open).into_values().map(|open| open.airing).collect();
        kept.sort_unstable_by_key(|airing| airing.first_seq);
        kept
    }
}

/// All airings of these rows, in the order of their first rows.
#[must_use]
pub fn settle(facts: impl IntoIterator<Item = Fact>, marks: &Marks) -> Vec<Settled> {
    let mut settling = Settling::new(marks);
    let alone = |taken| if let Taken::Settled(airing) = taken { Some(airing) } else { None };
    let mut airings: Vec<_> = facts.into_iter().filter_map(|fact| alone(settling.take(fact))).collect();
    airings.extend(settling.finish());
    airings.sort_unstable_by_key(|airing| airing.first_seq);
    airings
}

/// It sounds where nothing else does, to hear whether the loudspeakers work.
fn is_test_tone(fact: &Fact) -> bool {
    fact.kind == Kind::Operator && fact.note.as_deref() == Some(TEST_TONE)
}

/// Whether a correction takes its row out.
#[must_use]
pub fn is_void(correction: &Fact) -> bool {
    (correction.outcome, correction.reason) == (Some(Outcome::Cancelled), Some(Reason::Operator))
}

/// The day to which an instant is reckoned, in the offset that the row was written with. To the nearest second, as times are
/// printed: a start armed for midnight sounds a few microseconds before or after it.
#[must_use]
pub fn day_of(instant: &DateTime<FixedOffset>) -> NaiveDate {
    instant.round_subsecs(0).date_naive()
}

impl Settled {
    fn alone(mut fact: Fact, correction: Option<&Fact>) -> Self {
        if let Some(correction) = correction {
            describe(&mut fact, correction);
        }
        Self {
            attempts: 1,
            aired_ms: fact.aired_ms,
            started_at: fact.started_at,
            counts: counts(&fact),
            day: day_of(&fact.started_at.unwrap_or(fact.scheduled_at)),
            first_seq: fact.seq,
            last_seq: fact.seq,
            corrected: i64::from(correction.is_some()),
            last: fact,
        }
    }
}

impl Open {
    /// Takes in one more attempt, before or after those that are here.
    fn join(&mut self, one: Settled) {
        let Self { airing, started_in } = self;
        let attempt = one.last.attempt;
        airing.attempts += 1;
        airing.aired_ms += one.aired_ms;
        airing.first_seq = airing.first_seq.min(one.first_seq);
        airing.last_seq = airing.last_seq.max(one.last_seq);
        if one.started_at.is_some() && (airing.started_at.is_none() || attempt > *started_in) {
            (airing.started_at, *started_in) = (one.started_at, attempt);
        }
        if attempt > airing.last.attempt {
            (airing.last, airing.counts, airing.corrected) = (one.last, one.counts, one.corrected);
        }
        airing.day = day_of(&airing.instant());
    }
}

/// Whether an airing counts by its last attempt.
fn counts(last: &Fact) -> bool {
    let enough = |planned: i64| i128::from(last.aired_ms) * 100 >= i128::from(planned) * i128::from(ENOUGH_PERCENT);
    last.outcome == Some(Outcome::Aired) || (last.aired_ms > 0 && last.planned_ms.is_some_and(enough))
}

/// What a correction says of a row, instead of what the row said. What was measured stays.
fn describe(row: &mut Fact, correction: &Fact) {
    row.title.clone_from(&correction.title);
    row.genre.clone_from(&correction.genre);
    row.themes.clone_from(&correction.themes);
    row.author.clone_from(&correction.author);
    row.source.clone_from(&correction.source);
    row.bulletin = correction.bulletin;
    row.zones.clone_from(&correction.zones);
    row.zone_names.clone_from(&correction.zone_names);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A row of a planned file that aired to its end: 60 s from 05:00 of the 3rd of March.
    pub(in crate::report::figures) fn fact(seq: i64, airing: &str, attempt: i64) -> Fact {
        Fact {
            seq,
            airing: airing.to_owned(),
            attempt,
            station: "Đài truyền thanh xã Thanh Đa".into(),
            programme: Some("buoi-sang".into()),
            programme_title: Some("Buổi sáng".into()),
            kind: Kind::Fixed,
            bulletin: None,
            title: Some("Một cửa".into()),
            genre: None,
            themes: ["ND3".into()].into(),
            author: None,
            source: None,
            approval: None,
            approved_by: None,
            approved_at: None,
            zones: ["thon-1".into()].into(),
            zone_names: ["Cụm loa thôn 1".into()].into(),
            scheduled_at: at("2025-03-03T05:00:00"),
            started_at: Some(at("2025-03-03T05:00:00")),
            ended_at: Some(at("2025-03-03T05:01:00")),
            planned_ms: Some(60_000),
            aired_ms: 60_000,
            outcome: Some(Outcome::Aired),
            reason: None,
            output: OutputKind::Card,
            sha256: Some("ab".repeat(32).into()),
            corrects: None,
            by: None,
            why: None,
            note: None,
        }
    }

    pub(in crate::report::figures) fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(&format!("{text}+07:00")).unwrap()
    }

    /// The attempt broke off after so much sound, or never started.
    fn short(seq: i64, attempt: i64, aired_ms: i64) -> Fact {
        let started_at = (aired_ms > 0).then(|| at("2025-03-03T05:00:00") + chrono::TimeDelta::minutes(attempt));
        let outcome = Some(if aired_ms > 0 { Outcome::Interrupted } else { Outcome::Missed });
        Fact { started_at, aired_ms, outcome, ..fact(seq, "a", attempt) }
    }

    fn repeated(airing: &str) -> Marks {
        Marks { repeated: [airing.to_owned()].into(), ..Marks::default() }
    }

    #[test]
    fn one_row_is_settled_at_once() {
        let marks = Marks::default();
        let mut settling = Settling::new(&marks);
        let Taken::Settled(airing) = settling.take(fact(1, "a", 1)) else { panic!("not settled") };
        assert!(airing.counts && settling.finish().is_empty());
        assert_eq!((airing.attempts, airing.aired_ms, airing.day.to_string()), (1, 60_000, "2025-03-03".to_owned()));
    }

    #[test]
    fn the_last_attempt_decides_and_all_of_them_sound() {
        let rows = [short(1, 1, 20_000), short(2, 2, 30_000), fact(3, "a", 3)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let airings = settle(order.map(|index| rows[index].clone()), &repeated("a"));
            let [airing] = &airings[..] else { panic!("{airings:?}") };
            assert_eq!((airing.last.seq, airing.attempts, airing.aired_ms, airing.counts), (3, 3, 110_000, true));
            assert_eq!((airing.first_seq, airing.last_seq, airing.started_at), (1, 3, rows[2].started_at));
        }
    }

    #[test]
    fn the_start_is_that_of_the_last_attempt_that_sounded() {
        let rows = [short(1, 1, 1), short(2, 2, 2), short(3, 3, 0)];
        for order in [[0, 1, 2], [2, 0, 1], [2, 1, 0]] {
            let airing = &settle(order.map(|index| rows[index].clone()), &repeated("a"))[0];
            assert_eq!((airing.started_at, airing.last.seq, airing.counts), (rows[1].started_at, 3, false));
        }
    }

    #[test]
    fn four_fifths_of_the_last_attempt_count() {
        let counts = |fact: Fact| settle([fact], &Marks::default())[0].counts;
        assert!(counts(short(1, 1, 48_000)) && !counts(short(1, 1, 47_999)));
        assert!(!counts(Fact { planned_ms: None, ..short(1, 1, 59_000) }), "nobody knows how long it was to be");
        assert!(!counts(Fact { planned_ms: Some(0), ..short(1, 1, 0) }), "nothing of nothing is no airing");
        assert!(counts(Fact { outcome: Some(Outcome::Aired), ..short(1, 1, 1) }), "whatever its length");
    }

    #[test]
    fn what_a_correction_takes_out_counts_nowhere() {
        let void = Fact { outcome: Some(Outcome::Cancelled), reason: Some(Reason::Operator), ..fact(9, "c", 1) };
        let mut marks = Marks { corrections: [(3, void.clone())].into(), ..repeated("a") };
        let rows = || [short(1, 1, 20_000), short(2, 2, 30_000), fact(3, "a", 3)];
        let airing = &settle(rows(), &marks)[0];
        assert_eq!((airing.last.seq, airing.attempts, airing.aired_ms, airing.counts), (2, 2, 50_000, false));
        marks.corrections.extend([(1, void.clone()), (2, void)]);
        assert_eq!(settle(rows(), &marks), []);
        assert!(matches!(Settling::new(&marks).take(fact(3, "a", 3)), Taken::Voided(_)));
    }

    #[test]
    fn a_correction_describes_and_does_not_measure() {
        let themes: std::sync::Arc<[_]> = ["ND1".into()].into();
        let correction = Fact {
            title: None,
            themes: themes.clone(),
            bulletin: Some(7),
            zones: [].into(),
            aired_ms: 0,
            outcome: None,
            corrects: Some(1),
            ..fact(2, "c", 1)
        };
        let marks = Marks { corrections: [(1, correction.clone())].into(), ..Marks::default() };
        let airings = settle([fact(1, "a", 1), correction], &marks);
        let [airing] = &airings[..] else { panic!("{airings:?}") };
        let expected = Fact {
            title: None,
            themes,
            bulletin: Some(7),
            zones: [].into(),
            zone_names: airing.last.zone_names.clone(),
            ..fact(1, "a", 1)
        };
        assert_eq!((&airing.last, airing.corrected, airing.counts), (&expected, 1, true));
    }

    #[test]
    fn rehearsals_and_remarks_are_no_airings() {
        let note = Fact { kind: Kind::Note, ..fact(2, "n", 1) };
        let wav = Fact { output: OutputKind::Wav, ..fact(3, "w", 1) };
        let tone = Fact { kind: Kind::Operator, note: Some(TEST_TONE.into()), ..fact(4, "t", 1) };
        assert_eq!(settle([note, wav, tone], &Marks::default()), []);
        let act = Fact { kind: Kind::Operator, note: Some("another note".into()), ..fact(5, "a", 1) };
        assert_eq!(settle([act], &Marks::default()).len(), 1);
    }

    #[test]
    fn a_day_is_that_of_the_clock_on_the_wall_where_it_was_written() {
        let day = |text: &str| day_of(&DateTime::parse_from_rfc3339(text).unwrap()).to_string();
        assert_eq!(day("2025-03-14T23:59:59.499999+07:00"), "2025-03-14");
        assert_eq!(day("2025-03-14T23:59:59.999988+07:00"), "2025-03-15", "armed for midnight");
        assert_eq!(day("2025-03-14T22:00:00+00:00"), "2025-03-14", "whatever the day is elsewhere");
    }
}
