//! Which rows of the log the figures of a period rest on, said the same in every format.
//!
//! In: totals of the period, corrections and notes of the whole log. Out: the first and the last row, how many of them were
//! counted, and the corrections and notes that speak of them but were written later. Must never leave such a correction out:
//! whoever takes the range alone gets other figures. Pure. Next: `origin`.

use super::fact::Marks;
use super::figures::Totals;
use crate::language::Language;

/// Rows of a period: a range, and what was written of it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowsUsed {
    /// The first row of the period.
    pub first: i64,
    /// The last one.
    pub last: i64,
    /// How many of the range the figures count.
    pub counted: i64,
    /// First and last of the corrections and notes about rows of the range that stand outside of it.
    pub remarks: Option<(i64, i64)>,
}

impl RowsUsed {
    /// None for a period without a row.
    #[must_use]
    pub fn of(totals: &Totals, marks: &Marks) -> Option<Self> {
        let (first, last) = totals.first_seq.zip(totals.last_seq)?;
        let range = first..=last;
        let corrections = marks.corrections.iter().map(|(about, row)| (*about, row.seq));
        let notes = marks.notes.iter().flat_map(|(about, rows)| rows.iter().map(|row| (*about, row.seq)));
        let outside = || {
            let all = corrections.clone().chain(notes.clone());
            all.filter(|(about, seq)| range.contains(about) && !range.contains(seq)).map(|(_, seq)| seq)
        };
        Some(Self { first, last, counted: totals.rows, remarks: outside().min().zip(outside().max()) })
    }

    /// `6-54 (49 dòng, tính 45 dòng); đính chính, ghi chú: dòng 56-60`.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let Self { first, last, counted, .. } = self;
        let all = last - first + 1;
        let range = match language {
            Language::Vi => format!("{first}-{last} ({all} dòng, tính {counted} dòng)"),
            Language::En => format!("{first}-{last} ({all} in all, {counted} counted)"),
        };
        let Some((first, last)) = self.remarks else { return range };
        let rows = if first == last { first.to_string() } else { format!("{first}-{last}") };
        match language {
            Language::Vi => format!("{range}; đính chính, ghi chú: dòng {rows}"),
            Language::En => format!("{range}; corrections, notes: rows {rows}"),
        }
    }
}
