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
                let head = if line.emphasis == Emphasis::Heading { String::new() } else { head(&table.columns[at]) };
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
    use chrono::DateTime;

    use super::*;
    use crate::report::tables::all;
    use crate::report::tables::sample::{by_hand, given, plan};

    fn written(separator: u8, change: impl Fn(&mut Vec<Table>)) -> String {
        let (figures, plan) = (by_hand(), plan());
        let given = given(&figures, &plan);
        let mut tables = all(&given);
        change(&mut tables);
        let heads = [("zones", "3:ab".to_owned())];
        let origin = Origin {
            station: "Đài truyền thanh xã Thanh Đa",
            head: Some("812:cd"),
            other_heads: &heads,
            program: "loa 0.1.0",
            made_at: DateTime::parse_from_rfc3339("2025-03-17T08:00:00+07:00").unwrap(),
        };
        let mut out = Vec::new();
        write(&mut out, separator, &origin, &given, &tables).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_line_has_the_same_columns_and_totals_add_up_in_the_text() {
        for (separator, mark) in [(b';', ','), (b',', '.'), (b'\t', ',')] {
            let text = written(separator, |_| ());
            let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
            assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains('\n'));
            let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
            assert_eq!(reader.headers().unwrap(), COLUMNS.as_slice());
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            let minutes = |kind: &str| -> i64 {
                let of = |row: &&csv::StringRecord| &row[0] == "themes" && &row[3] == kind && &row[8] == "minutes";
                let value = |row: &csv::StringRecord| row[7].replace(mark, "").parse::<i64>().unwrap();
                rows.iter().filter(of).map(value).sum()
            };
            // 869.5 s of the plan and 981.5 s of all airings, in thousandths of a minute; each line is rounded by itself.
            assert_eq!(minutes("total"), 14_492 + 16_358);
            assert!((minutes("line") + minutes("warning") - 16_358).abs() <= 5);
            assert!(rows.iter().any(|row| &row[6] == "head" && &row[7] == "812:cd"));
        }
    }

    #[test]
    fn no_text_becomes_a_formula() {
        let evil = ["=1+1", "+84 24", "-cmd", "@SUM(A1)", "\t=1"];
        let text = written(b';', |tables| {
            for (line, evil) in tables[4].lines.iter_mut().zip(evil.iter().cycle()) {
                line.cells[1] = Cell::text(*evil);
            }
        });
        assert!(text.contains(";'=1+1;") && text.contains(";'+84 24;") && text.contains(";'-cmd;"), "{text}");
        for field in text.lines().flat_map(|line| line.split(';')) {
            let is_figure = field.trim_start_matches('-').chars().all(|c| c.is_ascii_digit() || c == ',');
            assert!(is_figure || !field.starts_with(['=', '+', '-', '@', '\t']), "{field}");
        }
    }

    #[test]
    fn days_and_instants_are_those_of_no_country() {
        let text = written(b';', |_| ());
        assert!(text.contains(";2025-01-15;date\r\n") && text.contains(";2025-01-15 05:00:00;instant\r\n"), "{text}");
    }
}
