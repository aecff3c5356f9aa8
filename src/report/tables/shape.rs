//! Columns, lines and names of tables, made short.
//!
//! In: heads, cells, names with their days. Out: parts of a table. What every table has in common stands here once: its ordinal
//! column, how a name that changed is written, the line of a list that is empty. Must never decide what is counted. Pure.
//! Next: `rules`.

use chrono::NaiveDate;

use super::Given;
use crate::report::figures::{Aired, Named};
use crate::report::period::Window;
use crate::report::table::{Align, Cell, Column, Emphasis, Line, Table, date};

/// A column of texts.
pub(super) fn words(head: &str, width: u16) -> Column {
    Column { head: head.to_owned(), over: None, width, align: Align::Left }
}

/// A column of figures.
pub(super) fn figure(head: &str, width: u16) -> Column {
    Column { align: Align::Right, ..words(head, width) }
}

/// A column of days, codes, ordinals.
pub(super) fn mark(head: &str, width: u16) -> Column {
    Column { align: Align::Centre, ..words(head, width) }
}

/// Columns under a head of their own.
pub(super) fn under<const N: usize>(over: &str, columns: [Column; N]) -> [Column; N] {
    columns.map(|column| Column { over: Some(over.to_owned()), ..column })
}

/// The first column.
pub(super) fn ordinals(given: &Given<'_>) -> Column {
    mark(given.pick("STT", "No."), 9)
}

/// `Số lượt phát`, `Thời lượng (phút)`.
pub(super) fn aired_columns(given: &Given<'_>) -> [Column; 2] {
    [figure(given.pick("Số lượt phát", "Airings"), 15), figure(given.pick("Thời lượng (phút)", "Minutes"), 17)]
}

/// A column that says more in words.
pub(super) fn remarks(given: &Given<'_>, width: u16) -> Column {
    words(given.pick("Ghi chú", "Remarks"), width)
}

/// The cells of [`aired_columns`].
pub(super) const fn aired(aired: Aired) -> [Cell; 2] {
    [Cell::Number(aired.airings), Cell::Minutes(aired.aired_ms)]
}

/// A line that stands out in no way.
pub(super) fn plain(cells: Vec<Cell>) -> Line {
    Line { cells, emphasis: Emphasis::Plain }
}

/// A sum of the lines above.
pub(super) fn total(cells: Vec<Cell>) -> Line {
    Line { cells, emphasis: Emphasis::Total }
}

/// Something to be seen to.
pub(super) fn warning(cells: Vec<Cell>) -> Line {
    Line { cells, emphasis: Emphasis::Warning }
}

/// A title inside the table, or the one line of an empty list.
pub(super) fn heading(text: impl Into<String>) -> Line {
    Line { cells: vec![Cell::Text(text.into())], emphasis: Emphasis::Heading }
}

/// A text if there is one.
pub(super) fn maybe(text: Option<&str>) -> Cell {
    text.map_or(Cell::Empty, Cell::text)
}

/// An ordinal from an index that begins with 0.
pub(super) const fn ordinal(index: usize) -> Cell {
    Cell::Number(index as i64 + 1)
}

/// The newest of several names, the older ones in brackets with their days: `Thôn Đông (15/02/2025 - 30/06/2025: Xóm 1)`.
pub(super) fn spelled(given: &Given<'_>, names: &[Named]) -> String {
    let mut names: Vec<&Named> = names.iter().collect();
    names.sort_by_key(|named| (named.last, named.first));
    let Some(newest) = names.pop() else { return String::new() };
    let before: Vec<String> = names
        .iter()
        .filter(|named| named.name != newest.name)
        .map(|named| format!("{}: {}", days(given, named.first, named.last), named.name))
        .collect();
    if before.is_empty() { newest.name.to_string() } else { format!("{} ({})", newest.name, before.join("; ")) }
}

/// `15/02/2025 - 14/03/2025`, or the one day.
pub(super) fn days(given: &Given<'_>, first: NaiveDate, last: NaiveDate) -> String {
    let written = |day| date(day, given.language);
    if first == last { written(first) } else { format!("{} - {}", written(first), written(last)) }
}

/// The same of a window.
pub(super) fn window(given: &Given<'_>, Window { first, last }: Window) -> String {
    days(given, first, last)
}

/// `title` behind its number: `Biểu 1. Tổng hợp theo nội dung`.
pub(super) fn numbered(given: &Given<'_>, number: u8, title: &str) -> String {
    format!("{} {number}. {title}", given.pick("Biểu", "Table"))
}

/// A table whose every line has as many cells as there are columns, or one that goes over all.
pub(super) fn table(
    id: &'static str,
    title: String,
    columns: Vec<Column>,
    lines: Vec<Line>,
    notes: Vec<String>,
) -> Table {
    let fits = |line: &Line| line.cells.len() == if line.emphasis == Emphasis::Heading { 1 } else { columns.len() };
    debug_assert!(lines.iter().all(fits), "a line of `{id}` has too many or too few cells");
    Table { id, title, columns, lines, notes }
}
