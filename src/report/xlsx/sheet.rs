//! A table as a sheet.
//!
//! In: a table. Out: its title, the days, its heads (two lines if columns share one), its lines with real numbers and days, its
//! notes. The filter stands on the lower head and ends before the sums at the end, which belong to no line that it hides. Must
//! never write a text as anything but a text. Next: `look`.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::look::{self, Look};
use super::{Book, cells, room};
use crate::language::Language;
use crate::report::table::{Cell, Column, Emphasis, Line, Table, date};

/// The line of the upper heads; above it stand title, days and an empty line, so that the table is a range of its own.
const HEADS: u32 = 3;
/// Characters of a whole table: what stands beside each other on A4 landscape without being made smaller.
const WIDTH: f64 = 120.0;
/// What the indent of texts takes of a column's width.
const INDENT: f64 = 1.5;

/// The line on which the first line of a table stands.
pub(super) fn first_line(table: &Table) -> u32 {
    HEADS + 1 + u32::from(has_two_heads(table))
}

fn has_two_heads(table: &Table) -> bool {
    table.columns.iter().any(|column| column.over.is_some())
}

/// Writes a table.
pub(super) fn write(sheet: &mut Worksheet, book: &Book<'_>, table: &Table, name: &str) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    let widths = widths(table, book.language);
    for (index, width) in (0..).zip(&widths) {
        sheet.set_column_width(index, *width)?;
    }
    across(sheet, 0, &widths, &table.title, Look::Title)?;
    across(sheet, 1, &widths, &days(book), Look::Subtitle)?;
    heads(sheet, table, &widths)?;
    let first = first_line(table);
    for (row, line) in (first..).zip(&table.lines) {
        write_line(sheet, row, line, &table.columns, &widths, book.language)?;
    }
    let sums = table.lines.iter().rev().take_while(|line| line.emphasis == Emphasis::Total).count();
    let filtered = (table.lines.len() - sums) as u32;
    sheet.autofilter(first - 1, 0, first - 1 + filtered, widths.len() as u16 - 1)?;
    sheet.set_freeze_panes(first, 0)?.set_repeat_rows(HEADS, first - 1)?;
    look::pages(sheet, book, 1);
    let notes = first + table.lines.len() as u32 + 1;
    for (row, note) in (notes..).zip(&table.notes) {
        across(sheet, row, &widths, note, Look::Note)?;
    }
    Ok(())
}

fn days(book: &Book<'_>) -> String {
    let [first, last] = [book.window.first, book.window.last].map(|day| date(day, book.language));
    match book.language {
        Language::Vi => format!("(Số liệu từ ngày {first} đến ngày {last})"),
        Language::En => format!("(Figures from {first} to {last})"),
    }
}

/// A text over all columns.
pub(super) fn across(sheet: &mut Worksheet, row: u32, widths: &[f64], text: &str, look: Look) -> Result<(), XlsxError> {
    let format = look::format(look);
    let text = cells::fit(text);
    let larger = if look == Look::Title { 1.25 } else { 1.0 };
    let lines = room::lines(&text, widths.iter().sum::<f64>() / larger, look == Look::Title);
    room::make(sheet, row, f64::from(lines) * larger)?;
    join(sheet, [row, row], [0, widths.len() as u16 - 1], &text, &format)
}

/// A text in one cell, or in several joined ones: lines and columns, both ends included.
fn join(
    sheet: &mut Worksheet,
    rows: [u32; 2],
    columns: [u16; 2],
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    if rows[0] == rows[1] && columns[0] == columns[1] {
        sheet.write_string_with_format(rows[0], columns[0], text, format)?;
    } else {
        sheet.merge_range(rows[0], columns[0], rows[1], columns[1], text, format)?;
    }
    Ok(())
}

/// The heads; where any column shares one, those of all others reach over both lines.
fn heads(sheet: &mut Worksheet, table: &Table, widths: &[f64]) -> Result<(), XlsxError> {
    let format = look::format(Look::Head);
    let lower = HEADS + u32::from(has_two_heads(table));
    let [mut above, mut below, mut both] = [1; 3];
    let mut begin = 0;
    // Neighbours with the same head above theirs, or one column without.
    for group in table.columns.chunk_by(|left, right| left.over.is_some() && left.over == right.over) {
        let widths = &widths[begin..begin + group.len()];
        let [first, last] = [begin as u16, (begin + group.len()) as u16 - 1];
        if let Some(over) = &group[0].over {
            join(sheet, [HEADS, HEADS], [first, last], over, &format)?;
            above = above.max(room::lines(over, widths.iter().sum(), true));
            for ((index, column), width) in (first..).zip(group).zip(widths) {
                sheet.write_string_with_format(lower, index, &column.head, &format)?;
                below = below.max(room::lines(&column.head, *width, true));
            }
        } else {
            join(sheet, [HEADS, lower], [first, first], &group[0].head, &format)?;
            both = both.max(room::lines(&group[0].head, widths[0], true));
        }
        begin += group.len();
    }
    // A line more, so that the button of the filter hides no letter.
    let below = below.max(if lower > HEADS { both.max(above) - above } else { both }) + 1;
    if lower > HEADS {
        room::make(sheet, HEADS, above)?;
    }
    room::make(sheet, lower, below)
}

fn write_line(
    sheet: &mut Worksheet,
    row: u32,
    line: &Line,
    columns: &[Column],
    widths: &[f64],
    language: Language,
) -> Result<(), XlsxError> {
    // A heading runs on over the empty cells at its right, which wrapping would keep it from.
    let wraps = !matches!(line.emphasis, Emphasis::Heading | Emphasis::Remark);
    let is_bold = line.emphasis != Emphasis::Plain;
    let mut tallest = 1;
    for ((index, column), width) in (0..).zip(columns).zip(widths) {
        let cell = line.cells.get(usize::from(index)).unwrap_or(&Cell::Empty);
        let format = look::body(column.align, wraps, line.emphasis);
        match (cell, number(cell, language)) {
            (Cell::Empty, _) => {
                sheet.write_blank(row, index, &format)?;
            }
            (_, Some((number, code))) => {
                sheet.write_number_with_format(row, index, number, &format.set_num_format(code))?;
            }
            // As it is printed: a text, or a day that no spreadsheet program counts.
            (_, None) => {
                let text = cell.print(language);
                sheet.write_string_with_format(row, index, cells::fit(&text), &format)?;
                tallest = tallest.max(if wraps { room::lines(&text, width - INDENT, is_bold) } else { 1 });
            }
        }
    }
    room::make(sheet, row, tallest)
}

/// The number of a cell and its format.
fn number(cell: &Cell, language: Language) -> Option<(f64, &'static str)> {
    match cell {
        Cell::Empty | Cell::Text(_) => None,
        Cell::Number(count) => Some((*count as f64, look::COUNT)),
        Cell::Minutes(ms) => Some((cells::minutes(*ms), look::MINUTES)),
        Cell::Length(ms) => Some((cells::length(*ms), look::LENGTH)),
        Cell::Date(day) => Some((cells::serial(day.and_hms_opt(0, 0, 0)?)?, look::date(language))),
        Cell::Instant(at) => Some((cells::serial(*at)?, look::instant(language))),
    }
}

/// Widths of the columns in characters, by their shares; never so narrow that a number would show as `###`.
fn widths(table: &Table, language: Language) -> Vec<f64> {
    let all: f64 = table.columns.iter().map(|column| f64::from(column.width)).sum();
    let by_share = |column: &Column| WIDTH * f64::from(column.width) / all.max(1.0);
    let needed = |index: usize| {
        let cells = table.lines.iter().filter_map(|line| line.cells.get(index));
        let numbers = cells.filter(|cell| number(cell, language).is_some());
        numbers.map(|cell| cell.print(language).chars().count()).max().unwrap_or(0) as f64 + 2.0
    };
    table.columns.iter().enumerate().map(|(index, column)| by_share(column).max(needed(index)).max(6.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::Align;

    #[test]
    fn no_number_is_wider_than_its_column() {
        let column = |width| Column { head: "Số".into(), over: None, width, align: Align::Right };
        let line = Line { cells: vec![Cell::Number(1_234_567), Cell::text("a".repeat(50))], emphasis: Emphasis::Plain };
        let table = Table {
            id: "a",
            title: String::new(),
            columns: vec![column(1), column(99)],
            lines: vec![line],
            notes: vec![],
        };
        assert_eq!(widths(&table, Language::Vi), [11.0, 118.8]);
        let nothing = Table { lines: vec![], columns: vec![column(1), column(3)], ..table };
        assert_eq!(widths(&nothing, Language::Vi), [30.0, 90.0]);
    }
}
