//! A second way of counting: for each figure the rows are gone through once more, by what the rules say and nothing else.
//!
//! In: the same rows, acts and period. Out: airings as the rules make them of rows, and sums over those that a condition picks. It
//! shares no code with `report::figures` but the rows themselves, so that a mistake would have to be made twice. Next: `sums`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use loa::airing::{Kind, Outcome, OutputKind, Reason};
use loa::plan::Plan;
use loa::report::fact::Fact;
use loa::report::figures::{Aired, Bulletins};
use loa::zones::{Act, Change};

use super::random::World;

/// An airing, told by its attempts.
#[derive(Debug, Clone)]
pub(super) struct Airing<'w> {
    /// On the card and not taken out, by number; at least one.
    pub(super) attempts: Vec<&'w Fact>,
    /// What describes it: the last attempt or its newest correction.
    described: &'w Fact,
    plan: &'w Plan,
    acts: &'w [Act],
}

/// All airings of all days.
pub(super) fn airings<'w>(world: &'w World, plan: &'w Plan) -> Vec<Airing<'w>> {
    let ids: BTreeSet<&str> = world.rows.iter().map(|row| row.airing.as_str()).collect();
    let mut airings = Vec::new();
    for id in ids {
        let of_it =
            world.rows.iter().filter(|row| row.airing == id && is_airing(row) && row.output == OutputKind::Card);
        let mut attempts: Vec<&Fact> = of_it.filter(|row| !is_voided(world, row)).collect();
        attempts.sort_by_key(|row| row.attempt);
        if let Some(last) = attempts.last() {
            let described = correction(world, last.seq).unwrap_or(last);
            airings.push(Airing { described, attempts, plan, acts: &world.acts });
        }
    }
    airings
}

pub(super) fn is_airing(row: &Fact) -> bool {
    [Kind::Fixed, Kind::Bulletin, Kind::Operator, Kind::Emergency].contains(&row.kind)
}

fn correction(world: &World, seq: i64) -> Option<&Fact> {
    world.rows.iter().rev().find(|row| row.kind == Kind::Correction && row.corrects == Some(seq))
}

pub(super) fn is_voided(world: &World, row: &Fact) -> bool {
    correction(world, row.seq)
        .is_some_and(|it| it.outcome == Some(Outcome::Cancelled) && it.reason == Some(Reason::Operator))
}

pub(super) fn is_corrected(world: &World, row: &Fact) -> bool {
    correction(world, row.seq).is_some()
}

/// The day on the wall clock of whoever wrote the row, half a second before midnight being midnight.
pub(super) fn day(at: DateTime<FixedOffset>) -> NaiveDate {
    (at.naive_local() + TimeDelta::milliseconds(500)).date()
}

impl<'w> Airing<'w> {
    pub(super) fn last(&self) -> &'w Fact {
        self.attempts[self.attempts.len() - 1]
    }

    pub(super) fn at(&self) -> DateTime<FixedOffset> {
        let started = self.attempts.iter().rev().find_map(|row| row.started_at);
        started.unwrap_or(self.last().scheduled_at)
    }

    pub(super) fn day(&self) -> NaiveDate {
        day(self.at())
    }

    pub(super) fn counts(&self) -> bool {
        let last = self.last();
        let four_fifths = last.planned_ms.is_some_and(|planned| last.aired_ms * 100 >= 80 * planned);
        last.outcome == Some(Outcome::Aired) || (last.aired_ms > 0 && four_fifths)
    }

    pub(super) fn ms(&self) -> i64 {
        self.attempts.iter().map(|row| row.aired_ms).sum()
    }

    pub(super) fn themes(&self) -> Vec<&'w str> {
        self.described.themes.iter().map(|theme| &**theme).collect()
    }

    pub(super) fn main(&self) -> Option<&'w str> {
        self.themes().first().copied()
    }

    pub(super) fn is_plan(&self) -> bool {
        self.main().is_some_and(|main| self.plan.theme_codes().any(|code| code == main))
    }

    pub(super) fn zones(&self) -> Vec<&'w str> {
        self.described.zones.iter().map(|zone| &**zone).collect()
    }

    /// By what people said of a zone, in the order of time.
    pub(super) fn is_broken_in(&self, zone: &str) -> bool {
        let mut acts: Vec<_> = self.acts.iter().filter(|act| act.zone == zone && act.at <= self.at()).collect();
        acts.sort_by_key(|act| (act.at, act.seq));
        acts.last().is_some_and(|act| act.act == Change::Broken)
    }

    pub(super) fn programme(&self) -> Option<&'w str> {
        let is_planned = [Kind::Fixed, Kind::Bulletin].contains(&self.last().kind);
        self.last().programme.as_deref().filter(|_| is_planned)
    }

    /// What it is an airing of.
    pub(super) fn item(&self) -> Option<String> {
        let number = self.described.bulletin.map(|number| format!("bulletin {number}"));
        number.or_else(|| self.last().sha256.as_deref().map(str::to_owned))
    }

    pub(super) fn is_aired(&self) -> bool {
        self.last().outcome == Some(Outcome::Aired)
    }

    pub(super) fn session(&self) -> Option<(&'w str, DateTime<FixedOffset>)> {
        Some((self.programme()?, self.last().scheduled_at))
    }
}

/// Airings that count, and the sound of all of them.
pub(super) fn sum<'a, 'w: 'a>(airings: impl IntoIterator<Item = &'a Airing<'w>>) -> Aired {
    let mut sum = Aired::default();
    for airing in airings {
        sum.airings += i64::from(airing.counts());
        sum.aired_ms += airing.ms();
    }
    sum
}

/// Different items among those of the plan that count; `among` are all airings of the period, of which one with an approval
/// approves the item.
pub(super) fn bulletins<'a, 'w: 'a>(
    airings: impl IntoIterator<Item = &'a Airing<'w>>,
    among: &[&Airing<'w>],
) -> Bulletins {
    let counted = |airing: &&Airing<'_>| airing.is_plan() && airing.counts();
    let items: BTreeSet<String> = airings.into_iter().filter(counted).filter_map(Airing::item).collect();
    let is_approved = |item: &&String| {
        let of_it = among.iter().filter(|airing| counted(airing) && airing.item().as_ref() == Some(*item));
        of_it.into_iter().any(|airing| airing.last().approval.is_some())
    };
    let approved = items.iter().filter(is_approved).count() as i64;
    Bulletins { approved, unapproved: items.len() as i64 - approved }
}

/// The first airing of each item of the plan that counts, in order of time, then of the log.
pub(super) fn firsts<'a, 'w>(all: &[&'a Airing<'w>]) -> BTreeMap<String, &'a Airing<'w>> {
    let mut counted: Vec<_> = all.iter().filter(|it| it.is_plan() && it.counts()).collect();
    counted.sort_by_key(|it| std::cmp::Reverse((it.at(), it.last().seq)));
    counted.into_iter().filter_map(|it| Some((it.item()?, *it))).collect()
}
