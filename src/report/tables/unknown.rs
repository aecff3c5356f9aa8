//! What the log does not know of a period: days before it begins, times of which it did not list what was due.
//!
//! In: figures. Out: notes for the tables that would else tell nothing as nothing. Zero and unknown are not the same. Next:
//! `rules`.

use super::Given;
use crate::language::Language;
use crate::report::figures::Absence;
use crate::report::table::{Cell, date};

/// A note for each such time.
pub(super) fn unknown(given: &Given<'_>) -> Vec<String> {
    let totals = &given.figures.totals;
    let begins = totals.log_begins.filter(|begins| given.figures.window.first < *begins).map(|begins| {
        let day = date(begins, given.language);
        match given.language {
            Language::Vi => format!("Nhật ký chỉ có từ ngày {day}; trước ngày đó không có số liệu."),
            Language::En => format!("The log only begins on {day}; of the days before it nothing is known."),
        }
    });
    begins.into_iter().chain(totals.absences.iter().map(|absence| away(given, absence))).collect()
}

fn away(given: &Given<'_>, absence: &Absence) -> String {
    let at = |at: chrono::DateTime<chrono::FixedOffset>| Cell::Instant(at.naive_local()).print(given.language);
    let (from, until, row) = (at(absence.from), at(absence.until), absence.seq);
    let why = super::months::reason_in_words(given, absence.reason);
    match given.language {
        Language::Vi => format!(
            "Từ {from} đến {until}: {why}; những mục theo lịch trong thời gian đó không được ghi từng mục, không có trong số \
             liệu (dòng nhật ký {row})."
        ),
        Language::En => format!(
            "From {from} to {until}: {why}; what was scheduled in that time was not listed item by item and is in no figure \
             (row {row} of the log)."
        ),
    }
}
