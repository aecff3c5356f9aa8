//! Everything adds up: all tables of a period to the same totals, and to what is counted a second time without any cleverness.
//!
//! In: random logs. Out: nothing but the proof. Next: `report::figures`, which is held to it.

use std::collections::BTreeSet;
use std::iter::Sum;

use chrono::NaiveDate;
use chrono_tz::Asia::Ho_Chi_Minh;
use loa::airing::OutputKind;
use loa::config::Zone;
use loa::language::Language;
use loa::plan::Plan;
use loa::report::figures::gather::{Given, gather};
use loa::report::figures::{Aired, Bulletins, Figures, ProgrammeLine, Split};
use loa::report::period::{Calendar, Period, Window};
use loa::report::tables;
use loa::zones::States;
use proptest::prelude::*;

use super::naive::{self, Airing};
use super::random::{World, world};
use super::{made, plan};
use crate::evidence::month;
use crate::tables::agree;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_tables_of_a_random_log_agree(world in world(), is_civil in any::<bool>()) {
        let plan = plan();
        let calendar = if is_civil { Calendar::Civil } else { Calendar::DEFAULT };
        let period = Period::new(world.period.parse().unwrap(), calendar);
        let zones = ["thon-1", "thon-2", "thon-3"].map(|id| Zone { id: id.to_owned(), name: id.to_owned(), speakers: None });
        let states = States::new(&world.acts);
        let given = Given {
            period,
            plan: Some(&plan),
            zones: &zones,
            states: &states,
            activities: &world.activities,
            timezone: Ho_Chi_Minh,
            today: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
        };
        let figures = gather(given, world.rows.iter().cloned(), &world.marks());
        adds_up(&figures);
        is_what_is_counted_twice(&figures, &world, &given, &plan);
        let language = Language::Vi;
        let (figures, activities) = (&figures, world.activities.as_slice());
        agree(&tables::Given { figures, period, plan: Some(&plan), activities, language });
    }
}

#[test]
fn all_tables_of_the_month_agree() {
    let site = month();
    for period in ["2025-07", "2025", "2025-06-20..2025-07-01"] {
        adds_up(&made(&site, period, Some(&plan())).figures);
    }
}

/// Sums of parts.
struct Total<T>(T);

impl<T: std::ops::AddAssign + Default> Sum<T> for Total<T> {
    fn sum<I: Iterator<Item = T>>(parts: I) -> Self {
        Self(parts.fold(T::default(), |mut sum, part| {
            sum += part;
            sum
        }))
    }
}

fn total<T: std::ops::AddAssign + Default>(parts: impl IntoIterator<Item = T>) -> T {
    parts.into_iter().sum::<Total<T>>().0
}

fn items(parts: impl IntoIterator<Item = Bulletins>) -> Bulletins {
    let mut sum = Bulletins::default();
    for part in parts {
        sum.approved += part.approved;
        sum.unapproved += part.unapproved;
    }
    sum
}

/// What holds of any figures.
fn adds_up(figures: &Figures) {
    let totals = &figures.totals;
    let by_theme =
        |is_planned: bool| total(figures.themes.iter().filter(|it| it.is_planned == is_planned).map(|it| it.aired));
    assert_eq!(by_theme(true), totals.aired.plan, "themes of the plan");
    assert_eq!(total([by_theme(false), figures.themeless]), totals.aired.other, "other themes and none");
    assert_eq!(total(figures.months.iter().map(|it| it.aired)), totals.aired, "months");
    let programmes = || figures.programmes.iter();
    assert_eq!(total(programmes().map(|it| it.aired).chain([figures.extra])), totals.aired, "programmes");
    for theme in &figures.themes {
        assert_eq!(total(theme.months.iter().copied()), theme.aired, "months of {}", theme.code);
    }
    for (month, line) in figures.months.iter().enumerate() {
        let planned = figures.themes.iter().filter(|it| it.is_planned);
        assert_eq!(total(planned.map(|it| it.months[month])), line.aired.plan, "themes of {:?}", line.month);
    }
    assert_eq!(items(figures.themes.iter().map(|it| it.bulletins)), totals.bulletins, "bulletins by theme");
    assert_eq!(items(figures.months.iter().map(|it| it.new_bulletins)), totals.bulletins, "bulletins by month");
    let listed = totals.bulletins.approved + totals.bulletins.unapproved;
    assert_eq!(figures.bulletins.len() as i64, listed, "the list of bulletins");
    let approved = figures.bulletins.iter().filter(|it| it.approval.is_some()).count() as i64;
    assert_eq!(approved, totals.bulletins.approved, "approvals in the list");
    assert_eq!(figures.months.iter().map(|it| it.sessions).sum::<i64>(), totals.sessions, "sessions by month");
    assert_eq!(programmes().map(|it| it.sessions).sum::<i64>(), totals.sessions, "sessions by programme");
    is_reconciled(figures);
    let [air, loudspeakers] = &figures.channels[..2] else { panic!("no channels") };
    assert_eq!((air.this, air.aired_ms), (totals.aired.plan.airings, Some(totals.aired.plan.aired_ms)));
    let in_zones: Aired = total(figures.zones.iter().map(|it| it.aired.plan));
    assert_eq!((loudspeakers.this, loudspeakers.aired_ms), (in_zones.airings, Some(in_zones.aired_ms)));
}

fn is_reconciled(figures: &Figures) {
    let all = &figures.reconciliation;
    let each = figures.programmes.iter().map(|it| &it.reconciliation);
    for it in each.clone().chain([all]) {
        assert_eq!(it.planned, it.aired + it.partly + it.not_aired);
        let of = |sounded| it.reasons.iter().filter(|it| it.sounded == sounded).map(|it| it.airings).sum::<i64>();
        assert_eq!((of(true), of(false)), (it.partly, it.not_aired));
        assert!(it.partly_counted <= it.partly);
    }
    let sum = |of: fn(&ProgrammeLine) -> i64| figures.programmes.iter().map(of).sum::<i64>();
    assert_eq!(sum(|it| it.reconciliation.planned), all.planned);
    assert_eq!(sum(|it| it.reconciliation.not_aired), all.not_aired);
    assert_eq!(figures.months.iter().map(|it| it.not_aired.plan + it.not_aired.other).sum::<i64>(), all.not_aired);
    for month in &figures.months {
        assert_eq!(month.reasons.iter().map(|(_, airings)| airings).sum::<i64>(), month.not_aired.plan);
    }
    assert_eq!(figures.shortfalls.len() as i64, all.partly + all.not_aired);
}

/// Counts everything a second time.
fn is_what_is_counted_twice(figures: &Figures, world: &World, given: &Given<'_>, plan: &Plan) {
    let every = naive::airings(world, plan);
    let all: Vec<&Airing<'_>> = every.iter().filter(|it| given.period.window.contains(it.day())).collect();
    let of = |pick: &dyn Fn(&Airing<'_>) -> bool| naive::sum(all.iter().copied().filter(|it| pick(it)));
    let split = |pick: &dyn Fn(&Airing<'_>) -> bool| Split {
        plan: of(&|it| it.is_plan() && pick(it)),
        other: of(&|it| !it.is_plan() && pick(it)),
    };
    let totals = &figures.totals;
    assert_eq!(totals.aired, split(&|_| true));
    assert_eq!(totals.bulletins, naive::bulletins(all.iter().copied(), &all));
    assert_eq!(totals.rows, all.iter().map(|it| it.attempts.len() as i64).sum::<i64>());
    let corrected = all.iter().filter(|it| naive::is_corrected(world, it.last())).count();
    assert_eq!(totals.corrected, corrected as i64);
    rows_that_are_no_airings(figures, world, given);
    for theme in &figures.themes {
        assert_eq!(theme.aired, of(&|it| it.main() == Some(&*theme.code)), "{}", theme.code);
        let counted = all.iter().filter(|it| it.main() == Some(&*theme.code) && it.counts()).map(|it| it.day());
        assert_eq!((theme.first, theme.last), (counted.clone().min(), counted.max()));
        for (index, month) in figures.months.iter().enumerate() {
            let here = of(&|it| it.main() == Some(&*theme.code) && month.window.contains(it.day()));
            assert_eq!(theme.months[index], here);
        }
    }
    for other in &figures.other_themes {
        let besides = |it: &Airing<'_>| it.themes().iter().skip(1).any(|code| *code == &*other.code);
        assert_eq!(other.aired, of(&besides));
    }
    for zone in &figures.zones {
        let here = |it: &Airing<'_>| it.zones().contains(&&*zone.id);
        assert_eq!(zone.aired, split(&|it| here(it) && !it.is_broken_in(&zone.id)), "{}", zone.id);
        assert_eq!(zone.while_broken, split(&|it| here(it) && it.is_broken_in(&zone.id)), "{}", zone.id);
    }
    assert_eq!(figures.zoneless, split(&|it| it.zones().is_empty()));
    by_first_airing(figures, &all);
    sessions_and_programmes(figures, &every, &all);
    by_channel(figures, &every, given);
}

fn by_first_airing(figures: &Figures, all: &[&Airing<'_>]) {
    let firsts = naive::firsts(all);
    let count = |it: Bulletins| (it.approved + it.unapproved) as usize;
    for theme in &figures.themes {
        let of_it = firsts.values().filter(|it| it.main() == Some(&*theme.code));
        assert_eq!(count(theme.bulletins), of_it.count(), "bulletins of {}", theme.code);
    }
    for month in &figures.months {
        let here = firsts.values().filter(|it| month.window.contains(it.day()));
        assert_eq!(count(month.new_bulletins), here.count(), "bulletins of {:?}", month.month);
    }
    let mut days: Vec<_> = firsts.values().map(|it| it.day()).collect();
    days.sort();
    assert_eq!(figures.bulletins.iter().map(|it| it.first).collect::<Vec<_>>(), days);
    let of_items = naive::sum(
        all.iter().copied().filter(|it| it.is_plan() && it.item().is_some_and(|item| firsts.contains_key(&item))),
    );
    assert_eq!(total(figures.bulletins.iter().map(|it| it.aired)), of_items);
}

fn rows_that_are_no_airings(figures: &Figures, world: &World, given: &Given<'_>) {
    let here = |at| given.period.window.contains(naive::day(at));
    let rows =
        || world.rows.iter().filter(|row| naive::is_airing(row) && here(row.started_at.unwrap_or(row.scheduled_at)));
    let rehearsals = rows().filter(|row| row.output != OutputKind::Card).count() as i64;
    let voided = rows().filter(|row| row.output == OutputKind::Card && naive::is_voided(world, row)).count() as i64;
    assert_eq!((figures.totals.rehearsals, figures.totals.voided), (rehearsals, voided));
}

fn sessions_and_programmes(figures: &Figures, every: &[Airing<'_>], all: &[&Airing<'_>]) {
    let scheduled =
        |it: &&Airing<'_>, window: Window| it.session().is_some_and(|(_, at)| window.contains(naive::day(at)));
    for month in &figures.months {
        let here = every.iter().filter(|it| it.counts() && scheduled(it, month.window));
        assert_eq!(month.sessions, here.filter_map(Airing::session).collect::<BTreeSet<_>>().len() as i64);
    }
    for programme in &figures.programmes {
        let of_it = || all.iter().copied().filter(|it| it.programme() == Some(&*programme.id));
        let scheduled = every.iter().filter(|it| scheduled(it, figures.window)).filter_map(Airing::session);
        let occurrences: BTreeSet<_> = scheduled.filter(|(id, _)| *id == &*programme.id).collect();
        assert_eq!(programme.occurrences, occurrences.len() as i64);
        assert_eq!(programme.bulletins, naive::bulletins(of_it(), all));
        let it = &programme.reconciliation;
        assert_eq!((it.planned, it.aired), (of_it().count() as i64, of_it().filter(|it| it.is_aired()).count() as i64));
        assert_eq!(it.not_aired, of_it().filter(|it| !it.is_aired() && it.ms() == 0).count() as i64);
    }
}

fn by_channel(figures: &Figures, every: &[Airing<'_>], given: &Given<'_>) {
    for (line, span) in [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2)] {
        let window = given.spans()[span];
        let counted = every.iter().filter(|it| it.is_plan() && it.counts() && window.contains(it.day()));
        let working = |it: &Airing<'_>| it.zones().iter().filter(|zone| !it.is_broken_in(zone)).count() as i64;
        let expected: i64 = counted.map(|it| if line == 0 { 1 } else { working(it) }).sum();
        let channel = &figures.channels[line];
        assert_eq!([channel.this, channel.previous, channel.year][span], expected, "{} in span {span}", channel.code);
    }
    for (span, window) in given.spans().into_iter().enumerate() {
        let of = |it: &loa::report::figures::ChannelLine| [it.this, it.previous, it.year][span];
        let told: i64 = figures.channels[2..].iter().map(of).sum();
        let done = given.activities.iter().filter(|it| it.withdrawn.is_none() && it.date <= window.last);
        assert_eq!(told, done.filter(|it| it.until.unwrap_or(it.date) >= window.first).count() as i64, "activities");
    }
}
