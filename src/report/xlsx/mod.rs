//! One workbook: a sheet of facts, one for each table, the chart, the rows of the log with all their columns.
//!
//! In: a [`Book`], then the rows of the log, oldest first, a page at a time. Out: the bytes of an `.xlsx`, as they come, equal
//! for equal input. The rows go straight into the file, so that memory does not grow with them; all else is made by a library,
//! twice: before the first row, for the style of every column, and after the last, when the ranges are known. Must never round
//! a figure or turn a text into a formula. Next: `package`, `rows`.

mod cells; // texts that fit into a cell, days and lengths as numbers
mod chart; // minutes per theme and month
mod columns; // the columns of the log: names, widths, formats
mod cover; // the first sheet: what the workbook is
mod look; // formats and the set-up of pages
mod names; // of the sheets
mod package; // the workbook without its rows
mod room; // how high a line of cells must be
mod rows; // rows as XML
mod sheet; // a table as a sheet

use std::io::{self, Write};

use chrono::{DateTime, FixedOffset};
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use self::package::Package;
use self::rows::{RowSheet, Tally};
use super::document::Chart;
use super::period::Window;
use super::rows_used::RowsUsed;
use super::table::Table;
use crate::language::Language;
use crate::store::{ReadError, Row, Rows};

/// What a workbook holds, besides the rows of the log.
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    /// Of sheet names, heads and formats; the tables' own words are in it already.
    pub language: Language,
    /// Of the report: large on the first sheet, and in the properties of the file.
    pub title: &'a str,
    /// The program and its version, `loa 0.1.0`: on the first sheet, and as author.
    pub program: &'a str,
    /// What the period is called, as `Period::name` has it.
    pub period: &'a str,
    /// Its days.
    pub window: Window,
    /// When it was made; also when the file says that it was.
    pub made_at: DateTime<FixedOffset>,
    /// Head of the log when it was read, `seq:hash`; none for a log without rows.
    pub head: Option<&'a str>,
    /// The rows that figures rest on; none for rows alone.
    pub used: Option<RowsUsed>,
    /// A sheet each, in this order.
    pub tables: &'a [Table],
    /// A sheet of its own; its numbers are those of the table `matrix`, where that has them.
    pub chart: Option<&'a Chart>,
}

/// Writes a workbook with these rows. The inner error is the writer's; after an error what was written is of no use.
pub async fn write(book: &Book<'_>, mut rows: Rows, out: impl Write) -> Result<io::Result<()>, ReadError> {
    let mut workbook = match Workbook::begin(*book, out) {
        Ok(workbook) => workbook,
        Err(error) => return Ok(Err(error)),
    };
    while let Some(page) = rows.next().await? {
        if let Err(error) = workbook.take(&page) {
            return Ok(Err(error));
        }
    }
    Ok(workbook.finish())
}

/// Rows of a sheet below its two head lines; no spreadsheet program reads more than 1,048,576 lines.
const SHEET_ROWS: u32 = 1_048_576 - columns::HEAD_LINES;
/// Bytes of a sheet: a part of 4 GiB would need a form of zip that not every reader knows.
const SHEET_BYTES: u64 = 4_000_000_000;
/// Twice as quick as the usual 6, and the file is a quarter larger.
const LEVEL: i64 = 3;
/// Parts that do not depend on the rows stand first, so that the file is known by its beginning.
const FIRST_PARTS: &[&str] = &["_rels/.rels", "docProps/core.xml", "xl/theme/theme1.xml"];

/// A workbook in the making: [`Workbook::begin`], the rows in order, [`Workbook::finish`]. [`write()`] does all three.
pub struct Workbook<'a, W: Write> {
    book: Book<'a>,
    zip: ZipWriter<StreamWriter<Quiet<W>>>,
    /// What is known of the rows so far.
    tally: Tally,
    /// How a row is written, the same on every sheet of rows.
    sheet: RowSheet,
    sheet_rows: u32,
}

impl<'a, W: Write> Workbook<'a, W> {
    /// Begins a file; it holds the first sheet of rows already.
    pub fn begin(book: Book<'a>, out: W) -> io::Result<Self> {
        Self::begin_with(book, out, SHEET_ROWS)
    }

    fn begin_with(book: Book<'a>, out: W, sheet_rows: u32) -> io::Result<Self> {
        let tally = Tally::default();
        let mut package = Package::make(&book, &tally)?;
        let sheet = RowSheet::of(&package.part(&package::rows_part(&book, 0))?, book.language)?;
        let mut workbook =
            Self { book, zip: ZipWriter::new_stream(Quiet { out, is_broken: false }), tally, sheet, sheet_rows };
        for part in FIRST_PARTS {
            workbook.put(part, &package.part(part)?)?;
        }
        workbook.open_sheet()?;
        Ok(workbook)
    }

    /// Takes the next rows.
    pub fn take(&mut self, rows: &[Row]) -> io::Result<()> {
        for row in rows {
            if self.tally.on_sheet() == self.sheet_rows || self.sheet.bytes > SHEET_BYTES {
                self.close_sheet()?;
                self.tally.next_sheet();
                self.open_sheet()?;
            }
            self.tally.count(row);
            self.tally.cut += self.sheet.write(row, self.tally.on_sheet(), &mut self.zip)?;
        }
        Ok(())
    }

    /// Writes all else, and ends the file.
    pub fn finish(mut self) -> io::Result<()> {
        let mut package = self.close_sheet()?;
        for part in package.names()? {
            let is_there = FIRST_PARTS.contains(&&*part)
                || (0..self.tally.sheets()).any(|sheet| part == package::rows_part(&self.book, sheet));
            if !is_there {
                self.put(&part, &package.part(&part)?)?;
            }
        }
        self.zip.finish()?.flush()
    }

    fn open_sheet(&mut self) -> io::Result<()> {
        let part = package::rows_part(&self.book, self.tally.sheets() - 1);
        self.start(&part)?;
        self.zip.write_all(self.sheet.head())
    }

    /// Ends a sheet of rows; the workbook as it stands now.
    fn close_sheet(&mut self) -> io::Result<Package> {
        let mut package = Package::make(&self.book, &self.tally)?;
        let made = package.part(&package::rows_part(&self.book, self.tally.sheets() - 1))?;
        self.sheet.end(&made, self.book.language, &mut self.zip)?;
        Ok(package)
    }

    fn put(&mut self, part: &str, bytes: &[u8]) -> io::Result<()> {
        self.start(part)?;
        self.zip.write_all(bytes)
    }

    fn start(&mut self, part: &str) -> io::Result<()> {
        Ok(self.zip.start_file(part, SimpleFileOptions::DEFAULT.compression_level(Some(LEVEL)))?)
    }
}

/// A writer that after its first error takes everything in silence: a zip that is dropped ends itself, and would tell once
/// more on stderr that it cannot.
struct Quiet<W> {
    out: W,
    is_broken: bool,
}

impl<W: Write> Write for Quiet<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_broken {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        self.is_broken = written.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_broken { Ok(()) } else { self.out.flush() }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use chrono::NaiveDate;
    use zip::ZipArchive;

    use super::*;

    fn row(seq: i64, title: &str) -> Row {
        let values = serde_json::json!([
            1,
            seq,
            "id",
            "Đài",
            format!("sang@2025-03-02T22:00:00Z/{seq}"),
            1,
            null,
            null,
            null,
            "fixed",
            null,
            title,
            null,
            "[]",
            null,
            null,
            null,
            null,
            null,
            "[]",
            "[]",
            "ordinary",
            "2025-03-03T05:00:00.000000+07:00",
            null,
            null,
            null,
            null,
            i64::MAX,
            null,
            null,
            "card",
            null,
            null,
            null,
            null,
            null,
            0,
            0,
            null,
            null,
            null,
            "synchronised",
            "boot",
            null,
            null,
            null,
            null,
            null,
            "hôm qua",
            "0",
            "1"
        ]);
        serde_json::from_value(values).unwrap()
    }

    fn book() -> Book<'static> {
        let day = NaiveDate::from_ymd_opt(2025, 3, 3).unwrap();
        Book {
            language: Language::En,
            title: "March",
            program: "loa",
            period: "March",
            window: Window { first: day, last: day },
            made_at: DateTime::parse_from_rfc3339("2025-03-04T08:00:00+07:00").unwrap(),
            head: None,
            used: None,
            tables: &[],
            chart: None,
        }
    }

    /// The parts of a workbook with these rows, so many on a sheet.
    fn parts(rows: &[Row], sheet_rows: u32) -> impl FnMut(&str) -> String + use<> {
        let mut bytes = Vec::new();
        let mut workbook = Workbook::begin_with(book(), &mut bytes, sheet_rows).unwrap();
        for row in rows {
            workbook.take(std::slice::from_ref(row)).unwrap();
        }
        workbook.finish().unwrap();
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        move |name| {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        }
    }

    #[test]
    fn rows_that_no_sheet_holds_go_on_the_next() {
        let rows: Vec<Row> = (1..=7).map(|seq| row(seq, "Tin")).collect();
        let mut part = parts(&rows, 3);
        let names = part("xl/workbook.xml");
        for (sheet, name, range, seqs) in [
            (2, "Log", "A2:AY5", [Some(1), Some(2), Some(3)]),
            (3, "Log 2", "A2:AY5", [Some(4), Some(5), Some(6)]),
            (4, "Log 3", "A2:AY3", [Some(7), None, None]),
        ] {
            let xml = part(&format!("xl/worksheets/sheet{sheet}.xml"));
            assert_eq!(xml.matches("<row ").count(), 2 + seqs.iter().flatten().count());
            for (line, seq) in (3..).zip(seqs) {
                let place = format!("<c r=\"B{line}\"");
                let cell = xml.split(&place).nth(1).map(|rest| rest.split("</v>").next().unwrap());
                assert_eq!(cell.is_some_and(|cell| cell.ends_with(&format!(">{}", seq.unwrap_or(0)))), seq.is_some());
            }
            assert!(xml.contains(&format!("<autoFilter ref=\"{range}\"/>")), "{range}");
            assert!(names.contains(&format!("<sheet name=\"{name}\"")), "{names}");
        }
        assert!(part("xl/sharedStrings.xml").contains("No sheet holds all rows, so they stand on 3 sheets."));
    }

    #[test]
    fn a_full_sheet_has_no_empty_one_behind_it() {
        let rows: Vec<Row> = (1..=3).map(|seq| row(seq, "Tin")).collect();
        assert!(!parts(&rows, 3)("xl/workbook.xml").contains("Log 2"));
    }

    #[test]
    fn what_no_cell_holds_is_told() {
        let mut part = parts(&[row(1, &"đ".repeat(40_000))], 9);
        let xml = part("xl/worksheets/sheet2.xml");
        assert!(xml.contains("đ […]</t>") && !xml.contains(&"đ".repeat(32_765)));
        assert!(part("xl/sharedStrings.xml").contains("1 cells of more than 32,767 characters are cut"));
        // A number beyond those that programs count in, and an instant that is none, stay the texts that they are.
        for text in [">9223372036854775807</t>", ">hôm qua</t>"] {
            assert!(xml.contains(text), "{text}");
        }
    }
}
