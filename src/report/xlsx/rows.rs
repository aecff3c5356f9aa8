//! Rows of the log as the lines of a sheet, straight into the file.
//!
//! In: an empty sheet that the library made (`package`), rows. Out: its XML with the rows in it, some hundred kB at a time. The
//! library's own way through a temporary file takes 2 kB of disk for each row, more than twice the time, and panics when the
//! disk is full. Every text is typed as one, whatever it begins with. Next: `columns`.

use std::io::{self, Write};

use super::cells;
use super::columns::{self, Kind};
use crate::language::Language;
use crate::store::{Row, Value};

/// Bytes that are gathered before they are compressed.
const PORTION: usize = 256 * 1024;
const DATA_BEGINS: &str = "<sheetData>";
const DATA_ENDS: &str = "</sheetData>";

/// What is known of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    /// Rows on each sheet, at least one sheet.
    per_sheet: Vec<u32>,
    /// The first and the last one.
    pub(super) ends: Option<(i64, i64)>,
    /// Texts that no cell holds whole.
    pub(super) cut: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self { per_sheet: vec![0], ends: None, cut: 0 }
    }
}

impl Tally {
    pub(super) fn count(&mut self, row: &Row) {
        *self.per_sheet.last_mut().expect("there is a sheet") += 1;
        self.ends = Some((self.ends.map_or(row.seq, |(first, _)| first), row.seq));
    }

    pub(super) fn next_sheet(&mut self) {
        self.per_sheet.push(0);
    }

    /// Rows on the newest sheet.
    pub(super) fn on_sheet(&self) -> u32 {
        *self.per_sheet.last().expect("there is a sheet")
    }

    pub(super) fn per_sheet(&self) -> &[u32] {
        &self.per_sheet
    }

    pub(super) fn sheets(&self) -> usize {
        self.per_sheet.len()
    }

    pub(super) fn rows(&self) -> u64 {
        self.per_sheet.iter().map(|rows| u64::from(*rows)).sum()
    }
}

/// How the rows of a sheet are written.
#[derive(PartialEq, Eq)]
pub(super) struct RowSheet {
    /// The sheet's XML before its first row.
    head: Vec<u8>,
    columns: Vec<Written>,
    gathered: Vec<u8>,
    /// Of this sheet, before compression.
    pub(super) bytes: u64,
}

/// A column's constant pieces: `<c r="AB`, the line's number, then one of these.
#[derive(PartialEq, Eq)]
struct Written {
    kind: Kind,
    open: String,
    text: String,
    number: String,
}

impl RowSheet {
    /// From the sheet as the library makes it: lines of empty cells, which carry the styles of the heads and of each column.
    pub(super) fn of(made: &[u8], language: Language) -> io::Result<Self> {
        let made = str::from_utf8(made).map_err(io::Error::other)?;
        let (before, lines) = made.split_once(DATA_BEGINS).ok_or_else(|| strange("the beginning of its lines"))?;
        // Where the cells lie is not known yet, and need not be told.
        let (start, rest) = before.split_once("<dimension ").ok_or_else(|| strange("its dimension"))?;
        let (_, rest) = rest.split_once("/>").ok_or_else(|| strange("the end of its dimension"))?;
        let mut head = [start, rest, DATA_BEGINS].concat().into_bytes();
        let mut lines = lines.split_inclusive("</row>");
        for (number, texts) in (1..).zip(columns::heads(language)) {
            let line = lines.next().ok_or_else(|| strange("a head"))?;
            let opening = line.find("<c ").ok_or_else(|| strange("the cells of a head"))?;
            head.extend_from_slice(&line.as_bytes()[..opening]);
            for (column, text) in styled(line)?.iter().zip(texts) {
                column.text(text, &number.to_string(), &mut head);
            }
            head.extend_from_slice(b"</row>");
        }
        let columns = styled(lines.next().ok_or_else(|| strange("the styles of its columns"))?)?;
        Ok(Self { head, columns, gathered: Vec::new(), bytes: 0 })
    }

    /// Ends a sheet as the library made it, now that its range is known: what is left of the rows, and all that stands below them.
    pub(super) fn end(&mut self, made: &[u8], language: Language, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.gathered)?;
        self.gathered.clear();
        self.bytes = 0;
        // The rows carry styles by number: they have to be the same in the styles that were made now.
        if Self::of(made, language)? != *self {
            return Err(strange("the styles that it had before"));
        }
        out.write_all(tail(made)?)
    }

    /// The sheet's XML before its first row.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Writes a row, the first one as 1; how many of its texts were cut.
    pub(super) fn write(&mut self, row: &Row, number: u32, out: &mut impl Write) -> io::Result<u64> {
        let line = (number + columns::HEAD_LINES).to_string();
        let before = self.gathered.len();
        let xml = &mut self.gathered;
        let mut cut = 0;
        xml.extend_from_slice(b"<row r=\"");
        xml.extend_from_slice(line.as_bytes());
        xml.extend_from_slice(b"\">");
        for (column, value) in self.columns.iter().zip(row.values()) {
            cut += u64::from(column.write(value, &line, xml)?);
        }
        xml.extend_from_slice(b"</row>");
        self.bytes += (xml.len() - before) as u64;
        if xml.len() > PORTION {
            out.write_all(xml)?;
            xml.clear();
        }
        Ok(cut)
    }
}

/// The columns with the styles of a line's empty cells.
fn styled(line: &str) -> io::Result<Vec<Written>> {
    let mut written = Vec::with_capacity(columns::ALL.len());
    for (column, cell) in columns::ALL.iter().zip(line.split("<c r=\"").skip(1)) {
        let letters = cell.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
        let style = cell.split("s=\"").nth(1).and_then(|rest| rest.split('"').next());
        let style = style.ok_or_else(|| strange("the style of a column"))?;
        written.push(Written {
            kind: column.kind,
            open: format!("<c r=\"{letters}"),
            text: format!("\" s=\"{style}\" t=\"inlineStr\"><is><t"),
            number: format!("\" s=\"{style}\"><v>"),
        });
    }
    if written.len() == columns::ALL.len() { Ok(written) } else { Err(strange("every column")) }
}

impl Written {
    /// Writes a cell, or nothing for null; whether its text was cut.
    fn write(&self, value: Value<'_>, line: &str, xml: &mut Vec<u8>) -> io::Result<bool> {
        match value {
            Value::Null | Value::List([]) => {}
            // Beyond that no spreadsheet program counts in whole numbers.
            Value::Number(number) if number.unsigned_abs() < 1 << 53 => self.number(number, line, xml)?,
            Value::Number(number) => return Ok(self.text(&number.to_string(), line, xml)),
            Value::Text(text) => match self.kind.is_instant().then(|| cells::serial_of(text)).flatten() {
                Some(days) => self.number(days, line, xml)?,
                None => return Ok(self.text(text, line, xml)),
            },
            Value::List(list) => return Ok(self.text(&list.join("; "), line, xml)),
        }
        Ok(false)
    }

    fn number(&self, number: impl std::fmt::Display, line: &str, xml: &mut Vec<u8>) -> io::Result<()> {
        for piece in [&self.open, line, &self.number] {
            xml.extend_from_slice(piece.as_bytes());
        }
        write!(xml, "{number}</v></c>")
    }

    fn text(&self, text: &str, line: &str, xml: &mut Vec<u8>) -> bool {
        let fitting = cells::fit(text);
        let keeps_space = fitting.trim().len() != fitting.len() || fitting.contains(['\n', '\t']);
        let closing = if keeps_space { " xml:space=\"preserve\">" } else { ">" };
        for piece in [&self.open, line, &self.text, closing] {
            xml.extend_from_slice(piece.as_bytes());
        }
        escape(&fitting, xml);
        xml.extend_from_slice(b"</t></is></c>");
        fitting.len() != text.len()
    }
}

/// A text as XML. Control characters are `_x0007_`, as spreadsheet programs write what XML cannot hold, and a text that looks like
/// one of these has its first underscore written so.
fn escape(text: &str, xml: &mut Vec<u8>) {
    let mut plain_from = 0;
    for (at, c) in text.char_indices() {
        let escaped = match c {
            '&' => "&amp;".into(),
            '<' => "&lt;".into(),
            '>' => "&gt;".into(),
            '_' if is_escape(&text.as_bytes()[at..]) => "_x005F_".into(),
            '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => format!("_x{:04X}_", u32::from(c)),
            _ => continue,
        };
        xml.extend_from_slice(&text.as_bytes()[plain_from..at]);
        xml.extend_from_slice(escaped.as_bytes());
        plain_from = at + c.len_utf8();
    }
    xml.extend_from_slice(&text.as_bytes()[plain_from..]);
}

/// Whether `_x` and four hexadecimal digits and `_` stand at the beginning.
fn is_escape(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', a, b, c, d, b'_', ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()))
}

/// What the library writes behind the last row.
fn tail(made: &[u8]) -> io::Result<&[u8]> {
    let made = str::from_utf8(made).map_err(io::Error::other)?;
    let at = made.find(DATA_ENDS).ok_or_else(|| strange("the end of its lines"))?;
    Ok(&made.as_bytes()[at..])
}

fn strange(what: &str) -> io::Error {
    io::Error::other(format!("the spreadsheet library wrote a sheet without {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut xml = Vec::new();
        escape(text, &mut xml);
        String::from_utf8(xml).unwrap()
    }

    #[test]
    fn what_xml_cannot_hold_is_written_as_excel_does() {
        assert_eq!(escaped("a<b> & \"c\""), "a&lt;b&gt; &amp; \"c\"");
        assert_eq!(escaped("chuông\u{7}\r\n\tđ\u{ffff}"), "chuông_x0007__x000D_\n\tđ_xFFFF_");
        assert_eq!(escaped("_x0041_ _x41_ free_running"), "_x005F_x0041_ _x41_ free_running");
    }
}
