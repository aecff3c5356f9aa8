//! The airing log as a table for people: one line a row, notes and corrections by the row that they are about.
//!
//! In: the log and a span. Out: columns that line up by what a terminal shows, however long the log is. Must never let what
//! a title holds move the cursor. Next: `store::read`.

use std::fmt;
use std::io::{self, Write};

use chrono::{DateTime, SubsecRound as _};
use unicode_width::UnicodeWidthStr as _;

use super::Printed;
use crate::airing::Kind;
use crate::cli::listing::one_line;
use crate::store::{Log, Row, Span};

/// Prints the rows of a span.
pub(super) async fn print(log: Log, span: Span, out: &mut impl Write) -> Printed {
    let mut rows = log.rows(span).await?;
    let mut table: Option<Table> = None;
    while let Some(page) = rows.next().await? {
        let lines: Vec<_> = page.iter().map(cells).collect();
        let table = table.get_or_insert_with(|| Table::fitting(&lines));
        if let Err(error) = table.print(&lines, out) {
            return Ok(Err(error));
        }
    }
    Ok(out.flush())
}

const HEADS: [&str; 8] = ["ROW", "TIME", "PROGRAMME", "TITLE", "OUTCOME", "AIRED", "APPROVED BY", "REASON"];

type Cells = [String; HEADS.len()];

/// A row as people read it. The time is the one that was written, in the offset it was written with.
fn cells(row: &Row) -> Cells {
    let seq = row.seq.to_string();
    // When a person said something of an airing, and not when that was.
    let instant = row.corrects.map_or(row.started_at.as_ref().unwrap_or(&row.scheduled_at), |_| &row.recorded_at);
    let time = nearest_second(instant);
    let programme = row.programme_title.as_ref().unwrap_or(&row.kind);
    let title = row.title.as_deref().unwrap_or("-");
    // A remark is no airing: it has neither an outcome nor a length.
    let outcome = row.outcome.as_deref().filter(|_| row.corrects.is_none());
    let (outcome, aired) = outcome.map_or_else(
        || ("-", "-".to_owned()),
        |outcome| (outcome, format!("{}/{}", Length(Some(row.aired_ms)), Length(row.planned_ms))),
    );
    let approved = row.approved_by.as_deref().unwrap_or("-");
    // Last in the line, so that a long remark moves no column.
    let why = row.corrects.map_or_else(
        || row.reason.iter().chain(&row.note).map(String::as_str).collect::<Vec<_>>().join(": "),
        |about| remark(row, about),
    );
    [&seq, &time, programme, title, outcome, &aired, approved, &why].map(one_line)
}

/// What a person has said of a row, and who.
fn remark(row: &Row, about: i64) -> String {
    let what = if row.kind == Kind::Correction.as_str() { "corrects" } else { "on" };
    let said = row.note.as_deref().unwrap_or_default();
    let why = row.why.as_ref().map_or_else(String::new, |why| format!("; why: {why}"));
    let by = row.by.as_ref().map_or_else(String::new, |by| format!("; by {by}"));
    format!("{what} row {about}: {said}{why}{by}")
}

/// Rounded, since 05:29:59.999992 is half past five; what is no instant stays as it is.
fn nearest_second(instant: &str) -> String {
    DateTime::parse_from_rfc3339(instant)
        .map_or_else(|_| instant.to_owned(), |at| at.round_subsecs(0).format("%F %T").to_string())
}

/// Milliseconds as minutes and seconds, rounded down: never more than was aired.
struct Length(Option<i64>);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(ms) => write!(f, "{}:{:02}", ms / 60_000, ms / 1000 % 60),
            None => f.write_str("-"),
        }
    }
}

/// Column widths. They are those of the first page, so that a log of any length can be printed as it is read; a longer
/// cell further down moves only its own line.
struct Table {
    widths: [usize; HEADS.len()],
    is_begun: bool,
}

impl Table {
    fn fitting(lines: &[Cells]) -> Self {
        let mut widths = HEADS.map(str::width);
        for line in lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = cell.width().max(*width);
            }
        }
        Self { widths, is_begun: false }
    }

    fn print(&mut self, lines: &[Cells], out: &mut impl Write) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_begun, true) {
            self.line(&HEADS.map(str::to_owned), out)?;
        }
        lines.iter().try_for_each(|line| self.line(line, out))
    }

    fn line(&self, cells: &Cells, out: &mut impl Write) -> io::Result<()> {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(self.widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
        }
        writeln!(out, "{}", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_rounded_down() {
        assert_eq!(Length(Some(61_999)).to_string(), "1:01");
        assert_eq!(Length(Some(0)).to_string(), "0:00");
        assert_eq!(Length(None).to_string(), "-");
    }

    #[test]
    fn instants_are_rounded_to_the_nearest_second() {
        assert_eq!(nearest_second("2025-03-03T05:29:59.999992+07:00"), "2025-03-03 05:30:00");
        assert_eq!(nearest_second("2025-03-03T05:30:00.000008+07:00"), "2025-03-03 05:30:00");
        assert_eq!(nearest_second("tampered"), "tampered");
    }

    #[test]
    fn columns_line_up_by_width_not_by_bytes() {
        let line = |title: &str| ["1", "t", "p", title, "aired", "0:01/0:01", "-", ""].map(str::to_owned);
        let lines = [line("Bản tin sáng"), line("x")];
        let mut out = Vec::new();
        Table::fitting(&lines).print(&lines, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let columns: Vec<_> = text.lines().skip(1).map(|line| line[..line.find("aired").unwrap()].width()).collect();
        assert_eq!(columns[0], columns[1]);
        assert_eq!(one_line("a\nb\u{1b}[2J"), "a b [2J");
    }
}
