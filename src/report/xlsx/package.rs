//! The workbook as the library makes it, the sheets of rows without their rows.
//!
//! In: the book and what is known of the rows. Out: the parts of the file, each by its name; the sheets of rows come last and hold
//! their heads and one empty line, but filters and names have their true ranges. Equal input gives equal bytes. Must never
//! hold a row. Next: `cover`, `sheet`, `chart`, `columns`.

use std::io::{self, Cursor, Read as _};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use zip::ZipArchive;

use super::cells::plain;
use super::names::Names;
use super::rows::Tally;
use super::{Book, chart, columns, cover, sheet};

/// The parts of a workbook.
pub(super) struct Package(ZipArchive<Cursor<Vec<u8>>>);

impl Package {
    pub(super) fn make(book: &Book<'_>, tally: &Tally) -> io::Result<Self> {
        let bytes = workbook(book, tally).map_err(io::Error::other)?;
        Ok(Self(ZipArchive::new(Cursor::new(bytes))?))
    }

    /// The names of the parts, in the order of the file.
    pub(super) fn names(&mut self) -> io::Result<Vec<String>> {
        (0..self.0.len()).map(|index| Ok(self.0.by_index(index)?.name()?.into_owned())).collect()
    }

    pub(super) fn part(&mut self, name: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.0.by_name(name)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The part that holds a sheet of rows, the first one as 0.
pub(super) fn rows_part(book: &Book<'_>, sheet: usize) -> String {
    let before = 1 + book.tables.len() + usize::from(book.chart.is_some());
    format!("xl/worksheets/sheet{}.xml", before + sheet + 1)
}

fn workbook(book: &Book<'_>, tally: &Tally) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new()
            .set_title(plain(book.title))
            .set_author(plain(book.program))
            .set_creation_datetime(&ExcelDateTime::from_timestamp(book.made_at.timestamp())?),
    );
    columns::register(&mut workbook, book.language);
    let names = Names::of(book, tally.sheets());
    cover::write(workbook.add_worksheet(), book, tally, &names)?;
    for (table, name) in book.tables.iter().zip(&names.tables) {
        sheet::write(workbook.add_worksheet(), book, table, name)?;
    }
    if let Some(drawn) = book.chart {
        chart::write(workbook.add_worksheet(), book, drawn, &names)?;
    }
    for (rows, name) in tally.per_sheet().iter().zip(&names.rows) {
        columns::write(workbook.add_worksheet(), book, *rows, name)?;
    }
    workbook.save_to_buffer()
}
