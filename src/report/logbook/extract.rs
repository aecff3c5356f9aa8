//! The extract of the log that goes with a report: what aired of the plan, and what fell short.
//!
//! In: the airings of a period. Out: a table, A4 landscape, with the number of each row of the log. Airings of the plan's themes
//! are all in it, whether they count or not; of the others only those that programmes planned and that did not sound to their
//! end. Must never say another thing than the book. Pure. Next: `status`.

use super::{Attempt, Entry, Rows, book, words};
use crate::airing::{Kind, Outcome};
use crate::language::Language;
use crate::plan::Plan;
use crate::report::table::{Align, Cell, Column, Emphasis, Line, Table};

/// Whether an airing is in the extract; without a plan whatever carries a theme is.
#[must_use]
pub fn wants(entry: &Entry, plan: Option<&Plan>) -> bool {
    let of_plan = |theme: &str| plan.is_none_or(|plan| plan.theme_codes().any(|code| code == theme));
    let last = entry.last();
    let is_planned = matches!(last.written.kind, Kind::Fixed | Kind::Bulletin);
    entry.theme().is_some_and(|theme| of_plan(theme)) || (is_planned && last.written.outcome != Some(Outcome::Aired))
}

/// The table; `title` stands above it unless it is empty.
#[must_use]
pub fn table(rows: &Rows, title: &str, language: Language) -> Table {
    let mut zones = book::Zones::default();
    let mut lines = Vec::new();
    for (index, entry) in rows.entries.iter().enumerate() {
        for attempt in &entry.attempts {
            lines.push(line(index + 1, entry, attempt, &mut zones, language));
        }
    }
    let mut notes = vec![
        language
            .pick(
                "Gồm mọi lượt phát có nội dung chính của kế hoạch và mọi lượt theo lịch không phát đủ. “Dòng” là số dòng trong nhật \
                 ký phát sóng.",
                "All airings with a main theme of the plan, and all planned ones that did not sound to their end. “Row” is the \
                 number in the airing log.",
            )
            .to_owned(),
    ];
    notes.extend(zones.notes());
    Table { id: "extract", title: title.to_owned(), columns: columns(language), lines, notes }
}

/// Room for what people said of a row, in the shares of the book's columns.
const TROUBLE: u16 = 62;

/// Those of the book, but for the person on duty, whom the log does not know, and with the row of the log.
fn columns(language: Language) -> Vec<Column> {
    let mut columns = book::columns(language);
    columns.pop();
    // Remarks have no line of their own here.
    if let Some(trouble) = columns.last_mut() {
        trouble.width = TROUBLE;
    }
    let head = language.pick("Dòng", "Row").to_owned();
    columns.insert(1, Column { head, over: None, width: 12, align: Align::Right });
    columns
}

fn line(number: usize, entry: &Entry, attempt: &Attempt, zones: &mut book::Zones, language: Language) -> Line {
    let number = Cell::Number(i64::try_from(number).unwrap_or(i64::MAX));
    let mut cells = vec![number, Cell::Number(attempt.written.seq)];
    cells.extend(book::cells(entry, attempt, zones, language));
    // There is no line below a row here: what people said of it stands with its trouble.
    if let Some(Cell::Text(trouble)) = cells.last_mut() {
        let said = [std::mem::take(trouble)].into_iter().chain(words::remarks(attempt, language));
        *trouble = said.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ");
    }
    Line { cells, emphasis: Emphasis::Plain }
}
