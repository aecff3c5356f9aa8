//! The station's book of a week or a month, for whoever prints and signs it.
//!
//! In: days, the log as of one row. Out: the book as a document, and its bytes as docx or html. The head of the log is on each
//! page, so that the paper can be held against the log later. Must never count. Next: `report::logbook`.

use std::io::Cursor;
use std::str::FromStr;

use anyhow::Context as _;
use chrono::{NaiveDate, Weekday};

use super::evidence::Evidence;
use crate::report::document::Document;
use crate::report::logbook::Rows;
use crate::report::logbook::book::{Book, document};
use crate::report::period::{Calendar, Period, Span, Window, YEARS};
use crate::report::{docx, html};

/// `2025-W10`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Week(pub(crate) Window);

/// `2025-03`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Month(pub(crate) Window);

impl FromStr for Week {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        let monday = text.split_once("-W").filter(|(year, week)| digits(year, 4) && digits(week, 2));
        let monday = monday.and_then(|(year, week)| {
            let (year, week) = (year.parse().ok().filter(|year| YEARS.contains(year))?, week.parse().ok()?);
            NaiveDate::from_isoywd_opt(year, week, Weekday::Mon)
        });
        let window = monday.map(|first| Window { first, last: first + chrono::Days::new(6) });
        window.map(Self).ok_or_else(|| "write a week as `2025-W10`; a year has 52 or 53 of them".to_owned())
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(span @ Span::Month(_)) => Ok(Self(Period::new(span, Calendar::Civil).window)),
            _ => Err("write a month as `2025-03`".to_owned()),
        }
    }
}

/// In which form the book is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Docx,
    Html,
}

impl Form {
    /// The ending of its names.
    pub(crate) const fn ending(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Html => "html",
        }
    }

    /// The bytes of a document.
    pub(crate) fn write(self, document: &Document) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Docx => {
                let mut bytes = Cursor::new(Vec::new());
                docx::write(document, &mut bytes).context("cannot make the docx")?;
                Ok(bytes.into_inner())
            }
            Self::Html => Ok(html::page(document).into_bytes()),
        }
    }
}

/// The book of some days.
pub(crate) fn book(evidence: &Evidence<'_>, window: Window, volume: Option<u32>, rows: &Rows) -> Document {
    let config = evidence.config;
    // The names of those days: when the commune got others among them, both.
    let issuer = |day| config.issuer_on(day, evidence.plan.as_deref()).authority.join(" ");
    let mut authority = vec![issuer(window.first), issuer(window.last)];
    authority.dedup();
    let footer = evidence.footer(window, rows);
    let book = Book {
        authority: &authority,
        station: config.station.on(window.last).0,
        volume,
        window,
        today: evidence.today(),
        days: &evidence.days,
        footer: Some(&footer),
    };
    document(&book, rows, config.language)
}
