//! By programme: what was planned and what came of it, and how often it was on the air.
//!
//! In: airings of the period. Out: a line for each programme with its reconciliation, the same for all of them, and every
//! airing that fell short. Planned is what a programme planned; what a person put on the air is extra and none of this. Pure.
//! Next: `items`.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::gather::Seen;
use super::items::Items;
use super::months::Months;
use super::names::Names;
use super::settle::{Settled, day_of};
use super::{Bulletins, ProgrammeLine, ReasonLine, Reconciliation, Shortfall, Split};
use crate::airing::{Outcome, Reason};
use crate::report::period::Window;

/// What came of a planned airing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its last attempt aired to its end.
    Aired,
    /// Any attempt sounded.
    Partly,
    /// None did.
    NotAired,
}

/// What came of an airing.
pub(super) fn fate(airing: &Settled) -> Fate {
    match airing.last.outcome {
        Some(Outcome::Aired) => Fate::Aired,
        _ if airing.aired_ms > 0 => Fate::Partly,
        _ => Fate::NotAired,
    }
}

/// A reconciliation in the making.
#[derive(Debug, Default)]
struct Reconciling {
    sums: Reconciliation,
    reasons: HashMap<(bool, Option<Outcome>, Option<Reason>), i64>,
}

impl Reconciling {
    fn take(&mut self, airing: &Settled) {
        let Self { sums, reasons } = self;
        sums.planned += 1;
        let sounded = match fate(airing) {
            Fate::Aired => {
                sums.aired += 1;
                return;
            }
            Fate::Partly => {
                sums.partly += 1;
                sums.partly_counted += i64::from(airing.counts);
                true
            }
            Fate::NotAired => {
                sums.not_aired += 1;
                false
            }
        };
        *reasons.entry((sounded, airing.last.outcome, airing.last.reason)).or_default() += 1;
    }

    fn finish(self) -> Reconciliation {
        let line = |((sounded, outcome, reason), airings)| ReasonLine { sounded, outcome, reason, airings };
        let mut reasons: Vec<_> = self.reasons.into_iter().map(line).collect();
        reasons.sort_by_key(|line| (!line.sounded, Reverse(line.airings), line.outcome, line.reason));
        Reconciliation { reasons, ..self.sums }
    }
}

/// One programme.
#[derive(Debug, Default)]
struct OfProgramme {
    id: Arc<str>,
    titles: Names,
    /// By the programme's instant in microseconds: its day, and whether an airing of it counts.
    occurrences: HashMap<i64, (NaiveDate, bool)>,
    aired: Split,
    reconciling: Reconciling,
}

/// All programmes in the making.
#[derive(Debug, Default)]
pub(super) struct Programmes {
    positions: HashMap<Arc<str>, usize>,
    each: Vec<OfProgramme>,
    all: Reconciling,
    shortfalls: Vec<Shortfall>,
}

impl Programmes {
    /// Counts an airing under the programme that planned it, and answers with the position of that.
    pub(super) fn take(&mut self, seen: &Seen<'_>) -> Option<usize> {
        let Seen { airing, .. } = *seen;
        let position = self.position(airing.planned_by()?);
        let programme = &mut self.each[position];
        if let Some(title) = &airing.last.programme_title {
            programme.titles.take(title, airing.day);
        }
        programme.aired += seen.split();
        programme.reconciling.take(airing);
        self.all.take(airing);
        if fate(airing) != Fate::Aired {
            self.shortfalls.push(shortfall(airing));
        }
        Some(position)
    }

    /// Takes an airing of any day: its occurrence is of the period if it was scheduled in the window, whenever it sounded, so
    /// that it is one of one period only.
    pub(super) fn occur(&mut self, airing: &Settled, window: Window) {
        let day = day_of(&airing.last.scheduled_at);
        let Some(id) = airing.planned_by().filter(|_| window.contains(day)) else { return };
        let position = self.position(id);
        let programme = &mut self.each[position];
        if let Some(title) = &airing.last.programme_title {
            programme.titles.take(title, day);
        }
        let instant = airing.last.scheduled_at.timestamp_micros();
        programme.occurrences.entry(instant).or_insert((day, false)).1 |= airing.counts;
    }

    fn position(&mut self, id: &Arc<str>) -> usize {
        if let Some(position) = self.positions.get(id) {
            return *position;
        }
        self.positions.insert(Arc::clone(id), self.each.len());
        self.each.push(OfProgramme { id: Arc::clone(id), ..OfProgramme::default() });
        self.each.len() - 1
    }

    /// Puts every occurrence of which an airing counts into the month in which it was scheduled.
    pub(super) fn sessions(&self, months: &mut Months) {
        let occurrences = self.each.iter().flat_map(|programme| programme.occurrences.values());
        occurrences.filter(|(_, counts)| *counts).for_each(|(day, _)| months.add_session(*day));
    }

    /// The programmes by id, all of them reconciled, and what fell short in order of time.
    pub(super) fn finish(self, items: &Items) -> (Vec<ProgrammeLine>, Reconciliation, Vec<Shortfall>) {
        let bulletins = items.by_programme(self.each.len());
        let line = |(programme, bulletins): (OfProgramme, Bulletins)| ProgrammeLine {
            id: programme.id,
            titles: programme.titles.finish(),
            occurrences: programme.occurrences.len() as i64,
            sessions: programme.occurrences.values().filter(|(_, counts)| *counts).count() as i64,
            aired: programme.aired,
            bulletins,
            reconciliation: programme.reconciling.finish(),
        };
        let mut lines: Vec<_> = self.each.into_iter().zip(bulletins).map(line).collect();
        lines.sort_by(|a, b| a.id.cmp(&b.id));
        let mut shortfalls = self.shortfalls;
        shortfalls.sort_by_key(|shortfall| (shortfall.scheduled_at, shortfall.seq));
        (lines, self.all.finish(), shortfalls)
    }
}

fn shortfall(airing: &Settled) -> Shortfall {
    let last = &airing.last;
    Shortfall {
        seq: last.seq,
        scheduled_at: last.scheduled_at,
        programme: last.programme_title.clone(),
        title: last.title.clone(),
        theme: last.themes.first().cloned(),
        outcome: last.outcome,
        reason: last.reason,
        why: last.why.clone(),
        aired_ms: airing.aired_ms,
        counts: airing.counts,
    }
}
