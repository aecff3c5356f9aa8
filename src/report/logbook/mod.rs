//! The station's book, `Sổ nhật ký phát thanh`, and the extract of it that goes with a report.
//!
//! In: the rows of some days with what people said of them. Out here: those rows as airings, each with the day to which it is
//! reckoned. Every row to a sound card is in the book, also what did not air, with its reason in words, and what a correction
//! replaced stays readable. Rehearsals are not, and their number is told. Pure. Next: `book`.

pub mod book; // the whole book as a document
pub mod extract; // what goes with a report
#[cfg(test)]
mod tests;
mod words; // one row in words

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

use super::fact::{Fact, Marks};
use super::figures::settle::{Settled, Settling, Taken, day_of, is_void};
use super::period::Window;
use crate::language::Language;

/// What the book holds of some days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// By day, then by the programme's instant, then in the order of the log.
    pub entries: Vec<Entry>,
    /// Rows to `wav` or `silent`, which are not in it.
    pub rehearsals: i64,
    /// Names of the station in the rows of these days.
    pub stations: BTreeSet<Arc<str>>,
}

/// An airing as the book has it: all its attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The day to which it is reckoned, with all its attempts.
    pub day: NaiveDate,
    /// It counts as one lượt phát.
    pub counts: bool,
    /// In their order, at least one.
    pub attempts: Vec<Attempt>,
}

/// One row of the log with what people said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// As it was written.
    pub written: Fact,
    /// The correction in force: it describes the airing from then on, what was measured stays.
    pub correction: Option<Fact>,
    /// Notes of persons, oldest first.
    pub notes: Vec<Fact>,
}

impl Attempt {
    fn new(written: Fact, marks: &Marks) -> Self {
        let correction = marks.corrections.get(&written.seq).cloned();
        let notes = marks.notes.get(&written.seq).cloned().unwrap_or_default();
        Self { written, correction, notes }
    }

    /// The row that describes it now.
    #[must_use]
    pub fn described(&self) -> &Fact {
        self.correction.as_ref().filter(|_| !self.is_void()).unwrap_or(&self.written)
    }

    /// Whether a correction takes it out: it counts nowhere.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.correction.as_ref().is_some_and(is_void)
    }
}

impl Rows {
    /// Its rows of the log and those of corrections and notes about them, as words: `dòng 7-33; đính chính, ghi chú trong dòng
    /// 56-60`.
    #[must_use]
    pub fn named(&self, language: Language) -> String {
        let attempts = || self.entries.iter().flat_map(|entry| &entry.attempts);
        let Some(rows) = range(attempts().map(|attempt| attempt.written.seq)) else {
            return language.pick("không có dòng nhật ký nào", "no row of the log").to_owned();
        };
        let rows = format!("{} {rows}", language.pick("dòng", "rows"));
        match range(attempts().flat_map(|attempt| attempt.correction.iter().chain(&attempt.notes)).map(|fact| fact.seq))
        {
            None => rows,
            Some(remarks) => {
                let about = language.pick("đính chính, ghi chú trong dòng", "corrections and notes in rows");
                format!("{rows}; {about} {remarks}")
            }
        }
    }
}

/// `7-33`, `7`.
fn range(seqs: impl Iterator<Item = i64> + Clone) -> Option<String> {
    let (first, last) = (seqs.clone().min()?, seqs.max()?);
    Some(if first == last { first.to_string() } else { format!("{first}-{last}") })
}

impl Entry {
    /// Sound of all attempts that were not taken out, in milliseconds.
    #[must_use]
    pub fn aired_ms(&self) -> i64 {
        self.attempts.iter().filter(|attempt| !attempt.is_void()).map(|attempt| attempt.written.aired_ms).sum()
    }

    /// The attempt that settles it.
    pub(crate) fn last(&self) -> &Attempt {
        let standing = self.attempts.iter().rfind(|attempt| !attempt.is_void());
        standing.or(self.attempts.last()).expect("an entry is made of at least one row")
    }

    /// The main theme, as it is described now.
    #[must_use]
    pub fn theme(&self) -> Option<&Arc<str>> {
        self.last().described().themes.first()
    }
}

/// Rows as they come in, in any order. Keeps those that are wanted.
pub struct Gathering<'a, W> {
    window: Window,
    marks: &'a Marks,
    /// What is kept of the airings of the window.
    wants: W,
    settling: Settling<'a>,
    /// Rows of airings that have several, and rows that were taken out.
    open: HashMap<String, Vec<Fact>>,
    rows: Rows,
}

impl<'a, W: Fn(&Entry) -> bool> Gathering<'a, W> {
    /// Nothing yet.
    #[must_use]
    pub fn new(window: Window, marks: &'a Marks, wants: W) -> Self {
        let settling = Settling::new(marks);
        Self { window, marks, wants, settling, open: HashMap::new(), rows: Rows::default() }
    }

    /// Takes a row.
    pub fn take(&mut self, fact: Fact) {
        match self.settling.take(fact.clone()) {
            Taken::Settled(airing) => self.keep(&airing, vec![fact]),
            Taken::Kept | Taken::Voided(_) => self.open.entry(fact.airing.clone()).or_default().push(fact),
            Taken::Rehearsal(_) => self.rows.rehearsals += i64::from(self.window.contains(day(&fact))),
            Taken::Remark(_) => {}
        }
    }

    /// All that was wanted.
    #[must_use]
    pub fn finish(mut self) -> Rows {
        let settled = std::mem::replace(&mut self.settling, Settling::new(self.marks)).finish();
        for airing in settled {
            let rows = self.open.remove(&airing.last.airing).unwrap_or_default();
            self.keep(&airing, rows);
        }
        // Of these every row was taken out.
        for rows in std::mem::take(&mut self.open).into_values() {
            let day = rows.last().map_or(self.window.first, day);
            self.add(day, false, rows);
        }
        let order = |entry: &Entry| {
            let first = &entry.attempts[0].written;
            (entry.day, first.scheduled_at.to_utc(), first.seq)
        };
        self.rows.entries.sort_by_key(order);
        self.rows
    }

    fn keep(&mut self, airing: &Settled, mut rows: Vec<Fact>) {
        // One row was taken out, the other stands: they come in one by one.
        rows.extend(self.open.remove(&airing.last.airing).unwrap_or_default());
        self.add(airing.day, airing.counts, rows);
    }

    fn add(&mut self, day: NaiveDate, counts: bool, mut rows: Vec<Fact>) {
        if !self.window.contains(day) {
            return;
        }
        rows.sort_by_key(|row| (row.attempt, row.seq));
        let station = rows.last().map(|row| Arc::clone(&row.station));
        let entry =
            Entry { day, counts, attempts: rows.into_iter().map(|row| Attempt::new(row, self.marks)).collect() };
        self.rows.stations.extend(station);
        if (self.wants)(&entry) {
            self.rows.entries.push(entry);
        }
    }
}

/// The day of a row alone.
fn day(fact: &Fact) -> NaiveDate {
    day_of(&fact.started_at.unwrap_or(fact.scheduled_at))
}
