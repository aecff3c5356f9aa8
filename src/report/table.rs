//! A table of the report, typed, before any format: the same one goes to docx, html, xlsx and csv.
//!
//! In: nothing; these are nouns. Out: cells that know how they are written for Vietnamese and for English readers. Must
//! never round what is kept: minutes stay milliseconds until they are printed. Pure. Next: `document`.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Timelike as _};

use crate::language::Language;

/// A table with its heads, lines and what is printed under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Names it in templates, sheets and CSV: lower-case ASCII, never changes.
    pub id: &'static str,
    /// `Biểu 1. Tổng hợp theo nội dung`.
    pub title: String,
    /// At least one.
    pub columns: Vec<Column>,
    /// In the order in which they are read; each has one cell per column.
    pub lines: Vec<Line>,
    /// Counting rules and remarks, a sentence or two each.
    pub notes: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub head: String,
    /// A head over this column and its neighbours with the same one.
    pub over: Option<String>,
    /// Its share of the table's width; any unit, at least 1.
    pub width: u16,
    /// Where its cells stand.
    pub align: Align,
}

/// Where the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    Left,
    /// Ordinals, codes, days.
    Centre,
    /// Figures.
    Right,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// One per column; a heading and a remark have one, over all columns.
    pub cells: Vec<Cell>,
    /// How it stands out.
    pub emphasis: Emphasis,
}

/// How a line stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emphasis {
    /// Not at all.
    Plain,
    /// A title inside the table.
    Heading,
    /// A sum.
    Total,
    /// What people said of the line above.
    Remark,
    /// Something to be seen to, as a theme of which nothing has aired: red, and never by colour alone.
    Warning,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// A count.
    Number(i64),
    /// A length in milliseconds, printed as minutes with one decimal.
    Minutes(i64),
    /// A length in milliseconds, printed as `m:ss`, rounded down.
    Length(i64),
    /// A day.
    Date(NaiveDate),
    /// A local instant, printed to the second.
    Instant(NaiveDateTime),
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// As it is printed: `1.234`, `12,5`, `14/06/2025` for Vietnamese readers, `1,234`, `12.5`, `2025-06-14` for English ones.
    #[must_use]
    pub fn print(&self, language: Language) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => grouped(*number, language),
            Self::Minutes(ms) => minutes(*ms, language),
            Self::Length(ms) => format!("{}:{:02}", ms / 60_000, ms / 1000 % 60),
            Self::Date(day) => date(*day, language),
            Self::Instant(at) => {
                let (hour, minute, second) = (at.hour(), at.minute(), at.second());
                format!("{} {hour:02}:{minute:02}:{second:02}", date(at.date(), language))
            }
        }
    }
}

/// A day as people write it.
#[must_use]
pub fn date(day: NaiveDate, language: Language) -> String {
    match language {
        Language::Vi => format!("{:02}/{:02}/{}", day.day(), day.month(), day.year()),
        Language::En => day.to_string(),
    }
}

/// A whole number with its thousands apart.
#[must_use]
pub fn grouped(number: i64, language: Language) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push_str(language.pick(".", ","));
        }
        text.push(digit);
    }
    text
}

/// Milliseconds as minutes with one decimal, rounded to the nearest.
#[must_use]
pub fn minutes(ms: i64, language: Language) -> String {
    let tenths = (ms + 3_000) / 6_000;
    format!("{}{}{}", grouped(tenths / 10, language), language.pick(",", "."), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_their_readers_write_them() {
        let day = NaiveDate::from_ymd_opt(2025, 6, 4).unwrap();
        let both = |cell: Cell| [Language::Vi, Language::En].map(|language| cell.print(language));
        assert_eq!(both(Cell::Number(1_234_567)), ["1.234.567", "1,234,567"]);
        assert_eq!(both(Cell::Number(-1_000)), ["-1.000", "-1,000"]);
        assert_eq!(both(Cell::Minutes(60_002_999)), ["1.000,0", "1,000.0"]);
        assert_eq!(both(Cell::Minutes(93_000)), ["1,6", "1.6"]);
        assert_eq!(both(Cell::Length(3_599_999)), ["59:59", "59:59"]);
        assert_eq!(both(Cell::Date(day)), ["04/06/2025", "2025-06-04"]);
        let at = day.and_hms_opt(17, 5, 3).unwrap();
        assert_eq!(both(Cell::Instant(at)), ["04/06/2025 17:05:03", "2025-06-04 17:05:03"]);
    }
}
