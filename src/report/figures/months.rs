//! By month: airings, sessions, new bulletins, and what was planned and did not air.
//!
//! In: airings of the period. Out: a line for each month that the period touches, also one in which nothing aired. Pure. Next:
//! `zones`.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::gather::Seen;
use super::programmes::{Fate, fate};
use super::{Bulletins, MonthLine, NotAired, Split};
use crate::airing::Reason;
use crate::report::period::{Month, Window};

/// All months in the making.
#[derive(Debug)]
pub(super) struct Months {
    lines: Vec<MonthLine>,
    reasons: Vec<HashMap<Option<Reason>, i64>>,
    /// Where the last airing was: the next one is mostly there too.
    latest: usize,
}

impl Months {
    pub(super) fn new(months: Vec<(Month, Window)>) -> Self {
        let line = |(month, window)| MonthLine {
            month,
            window,
            sessions: 0,
            new_bulletins: Bulletins::default(),
            aired: Split::default(),
            not_aired: NotAired::default(),
            reasons: Vec::new(),
        };
        let lines: Vec<_> = months.into_iter().map(line).collect();
        Self { reasons: vec![HashMap::new(); lines.len()], lines, latest: 0 }
    }

    /// Which month of the period a day lies in; `None` if it is not of the period.
    pub(super) fn position(&mut self, day: NaiveDate) -> Option<usize> {
        if self.lines[self.latest].window.contains(day) {
            return Some(self.latest);
        }
        let position = self.lines.partition_point(|line| line.window.last < day);
        self.lines.get(position).filter(|line| line.window.contains(day))?;
        self.latest = position;
        Some(position)
    }

    pub(super) fn take(&mut self, seen: &Seen<'_>) {
        let line = &mut self.lines[seen.month];
        line.aired += seen.split();
        if seen.airing.planned_by().is_some() && fate(seen.airing) == Fate::NotAired {
            if seen.is_plan {
                line.not_aired.plan += 1;
                *self.reasons[seen.month].entry(seen.airing.last.reason).or_default() += 1;
            } else {
                line.not_aired.other += 1;
            }
        }
    }

    /// A bulletin of which the first airing lies here.
    pub(super) fn add_bulletin(&mut self, month: usize, is_approved: bool) {
        self.lines[month].new_bulletins.add(is_approved);
    }

    /// An occurrence of a programme that was scheduled on that day of the period, and of which an airing counts.
    pub(super) fn add_session(&mut self, day: NaiveDate) {
        if let Some(month) = self.position(day) {
            self.lines[month].sessions += 1;
        }
    }

    /// Of all months.
    pub(super) fn sessions(&self) -> i64 {
        self.lines.iter().map(|line| line.sessions).sum()
    }

    pub(super) fn finish(self) -> Vec<MonthLine> {
        let with_reasons = |(line, reasons): (MonthLine, HashMap<Option<Reason>, i64>)| {
            let mut reasons: Vec<_> = reasons.into_iter().collect();
            reasons.sort_by_key(|&(reason, airings)| (std::cmp::Reverse(airings), reason));
            MonthLine { reasons, ..line }
        };
        self.lines.into_iter().zip(self.reasons).map(with_reasons).collect()
    }
}
