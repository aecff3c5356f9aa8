//! Tables as one CSV file in long form: a line for each cell, so that it opens as one sheet, filters, and is read by programs.
//!
//! In: tables, where they come from, the separator. Out: UTF-8 with a byte order mark, lines ended by CR LF, every line of the same
//! nine columns. Figures are plain: no thousands apart, decimals with a comma unless the comma separates. A text that a
//! spreadsheet would take for a formula gets an apostrophe before it. Must never round but to thousandths. Next: `json`.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use super::origin::Origin;
use super::table::{Cell, Column, Emphasis, Line, Table};
use super::tables::Given;

/// The heads, the same in every language: programs go by them.
pub const COLUMNS: [&str; 9] = ["table", "title", "line", "kind", "label", "column", "head", "value", "unit"];

/// Excel takes a file with it for UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes where the tables come from, then all of them; `separator` is `;`, `,` or a tab.
pub fn write(
    mut out: impl Write,
    separator: u8,
    origin: &Origin<'_>,
    given: &Given<'_>,
    tables: &[Table],
) -> io::Result<()> {
    out.write_all(BYTE_ORDER_MARK)?;
    let csv = WriterBuilder::new().delimiter(separator).terminator(Terminator::CRLF).from_writer(out);
    let mut sheet = Sheet { csv, decimal_mark: if separator == b',' { '.' } else { ',' } };
    sheet.csv.write_record(COLUMNS)?;
    let title = given.pick("Nguồn số liệu", "Where it comes from");
    for (index, (id, name, cell)) in origin.facts(given).iter().enumerate() {
        sheet.put(&["origin", title, &(index + 1).to_string(), "origin", name, "1", id], cell)?;
    }
    tables.iter().try_for_each(|table| sheet.table(table))?;
    sheet.csv.flush()
}

struct Sheet<W: Write> {
    csv: csv::Writer<W>,
    decimal_mark: char,
}

impl<W: Write> Sheet<W> {
    fn table(&mut self, table: &Table) -> io::Result<()> {
        for (index, line) in table.lines.iter().enumerate() {
            let (kind, label, number) = (kind(line), label(table, line), (index + 1).to_string());
            for (at, cell) in line.cells.iter().enumerate().filter(|(_, cell)| **cell != Cell::Empty) {
                let head = if matches!(line.emphasis, Emphasis::Heading | Emphasis::Remark) {
                    String::new()
                } else {
                    head(&table.columns[at])
                };
                self.put(&[table.id, &table.title, &number, kind, &label, &(at + 1).to_string(), &head], cell)?;
            }
        }
        for (index, note) in table.notes.iter().enumerate() {
            let number = (table.lines.len() + index + 1).to_string();
            self.put(&[table.id, &table.title, &number, "note", "", "1", ""], &Cell::text(note.as_str()))?;
        }
        Ok(())
    }

    /// A line: what stands before the value, the value, its unit.
    fn put(&mut self, before: &[&str; 7], cell: &Cell) -> io::Result<()> {
        let (value, unit) = self.value(cell);
        let fields = before.iter().map(|text| harmless(text)).chain([value.into(), unit.into()]);
        Ok(self.csv.write_record(fields.map(Cow::into_owned))?)
    }

    /// What a cell holds, as a program and a spreadsheet read it, and in which unit.
    fn value(&self, cell: &Cell) -> (String, &'static str) {
        match cell {
            Cell::Empty => (String::new(), ""),
            Cell::Text(text) => (harmless(text).into_owned(), "text"),
            Cell::Number(number) => (number.to_string(), "count"),
            Cell::Minutes(ms) => (self.thousandths((ms + 30).div_euclid(60)), "minutes"),
            Cell::Length(ms) => (self.thousandths(*ms), "seconds"),
            Cell::Date(day) => (day.to_string(), "date"),
            Cell::Instant(at) => (at.format("%Y-%m-%d %H:%M:%S").to_string(), "instant"),
        }
    }

    fn thousandths(&self, amount: i64) -> String {
        format!("{}{}{:03}", amount / 1000, self.decimal_mark, amount % 1000)
    }
}

const fn kind(line: &Line) -> &'static str {
    match line.emphasis {
        Emphasis::Plain => "line",
        Emphasis::Heading => "heading",
        Emphasis::Total => "total",
        Emphasis::Remark => "remark",
        Emphasis::Warning => "warning",
    }
}

/// What a line is about: the texts of its first columns up to the first figure, without its ordinal.
fn label(table: &Table, line: &Line) -> String {
    let texts = line.cells.iter().take(table.columns.len().min(3)).filter_map(|cell| match cell {
        Cell::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" | ")
}

/// A head with the one over it.
fn head(column: &Column) -> String {
    column.over.as_ref().map_or_else(|| column.head.clone(), |over| format!("{over}: {}", column.head))
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::report::table::Align;

    fn written(decimal_mark: char, cells: Vec<Cell>) -> String {
        let column = |head: usize| {
            let over = (head > 1).then(|| "Số lượng".to_owned());
            Column { head: head.to_string(), over, width: 1, align: Align::Left }
        };
        let columns = (1..=cells.len()).map(column).collect();
        let lines = vec![Line { cells, emphasis: Emphasis::Plain }];
        let table = Table { id: "t", title: "Biểu".into(), columns, lines, notes: vec!["-Ghi chú".into()] };
        let mut out = Vec::new();
        let csv = WriterBuilder::new().delimiter(b';').from_writer(&mut out);
        let mut sheet = Sheet { csv, decimal_mark };
        sheet.table(&table).unwrap();
        drop(sheet);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn no_text_becomes_a_formula() {
        for evil in ["=1+1", "+84 24", "-cmd", "@SUM(A1)", "\t=1"] {
            let text = written(',', vec![Cell::Number(1), Cell::text(evil)]);
            assert!(text.contains(&format!(";'{evil};text\n")), "{text}");
            assert!(text.contains(&format!(";'{evil};1;1;1;count\n")), "its label too: {text}");
        }
        // Figures stay figures, below zero too.
        assert!(written(',', vec![Cell::Number(-3)]).contains(";-3;count\n"));
        assert!(written(',', vec![]).contains(";note;;1;;'-Ghi chú;text\n"));
    }

    #[test]
    fn figures_and_days_are_plain() {
        let day = NaiveDate::from_ymd_opt(2025, 6, 4).unwrap();
        let at = day.and_hms_opt(17, 5, 3).unwrap();
        let cells = vec![Cell::Number(1_234_567), Cell::Minutes(93_000), Cell::Length(61_005), Cell::Date(day)];
        let text = written(',', cells);
        assert!(text.contains("t;Biểu;1;line;;1;1;1234567;count\n"), "{text}");
        assert!(text.contains(";2;Số lượng: 2;1,550;minutes\n") && text.contains(";61,005;seconds\n"), "{text}");
        assert!(text.contains(";2025-06-04;date\n"));
        let text = written('.', vec![Cell::Minutes(93_000), Cell::Empty, Cell::Instant(at)]);
        assert!(text.contains(";1.550;minutes\n") && text.contains(";2025-06-04 17:05:03;instant\n"));
        assert_eq!(text.lines().count(), 3, "an empty cell has no line: {text}");
    }
}
