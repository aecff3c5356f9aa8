//! `loa logbook`: the station's book of a week or a month, to print and sign.
//!
//! In: settings, schedules, log; which days; a file whose ending says the format. Out: the book as docx or html; what was there
//! is replaced. The head of the log is on each page, so that the paper can be held against the log later. Next:
//! `report::logbook`.

use std::fmt;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context as _, anyhow};
use chrono::{NaiveDate, Weekday};

use super::evidence::Evidence;
use super::report::open;
use super::{ConfigChoice, DONE, WrongInput, say};
use crate::backup::block_on;
use crate::language::Language;
use crate::problem::system::refusal;
use crate::report::document::Document;
use crate::report::logbook::Rows;
use crate::report::logbook::book::{Book, document};
use crate::report::period::{Calendar, Period, Span, Window, YEARS};
use crate::report::table::date;
use crate::report::{docx, html};

/// Write the station's book of a week or a month
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("days").required(true).args(["week", "month"])))]
pub struct LogbookArgs {
    /// A week from Monday to Sunday, by ISO 8601: 2025-W10
    #[arg(long, value_name = "W")]
    week: Option<Week>,
    /// A calendar month: 2025-03
    #[arg(long, value_name = "M")]
    month: Option<Month>,
    /// Number of the volume on the cover; left to be written by hand if there is none
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    volume: Option<u32>,
    /// Where the book goes: a name that ends in .docx or .html
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace a document that somebody has gone on writing in
    #[arg(long)]
    force: bool,
}

/// `2025-W10`.
#[derive(Debug, Clone, Copy)]
struct Week(Window);

/// `2025-03`.
#[derive(Debug, Clone, Copy)]
struct Month(Window);

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
pub(super) enum Form {
    Docx,
    Html,
}

impl Form {
    /// By the ending of a name.
    pub(super) fn of(path: &Path) -> Result<Self, WrongInput> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("docx") => Ok(Self::Docx),
            Some("html" | "htm") => Ok(Self::Html),
            _ => Err(WrongInput(format!("`{}` ends in neither `.docx` nor `.html`", path.display()))),
        }
    }

    /// The ending of its names.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Html => "html",
        }
    }

    /// The bytes of a document.
    pub(super) fn write(self, document: &Document) -> anyhow::Result<Vec<u8>> {
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

/// Writes the book.
pub fn run(choice: &ConfigChoice, args: &LogbookArgs) -> anyhow::Result<ExitCode> {
    let form = Form::of(&args.output)?;
    let ((Some(Week(window)), _) | (_, Some(Month(window)))) = (args.week, args.month) else {
        unreachable!("the arguments are a group of which one is required");
    };
    let config = choice.load()?;
    // A name that cannot be written is told before anything is made.
    let mut out = open(&args.output, args.force)?;
    let bytes = block_on(async {
        let evidence = Evidence::open(&config, window).await?;
        form.write(&book(&evidence, window, args.volume, &evidence.rows(window, |_| true).await?))
    })?;
    let written = out.file.write_all(&bytes);
    written.map_err(|error| anyhow!("cannot write `{}`: {}", args.output.display(), refusal(&error)))?;
    out.put()?;
    say(Made { path: &args.output, window, language: config.language });
    Ok(ExitCode::from(DONE))
}

/// The book of some days.
pub(super) fn book(evidence: &Evidence<'_>, window: Window, volume: Option<u32>, rows: &Rows) -> Document {
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

/// What is told on stderr.
struct Made<'a> {
    path: &'a Path,
    window: Window,
    language: Language,
}

impl fmt::Display for Made<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, last] = [self.window.first, self.window.last].map(|day| date(day, self.language));
        write!(f, "`{}`: {first} - {last}", self.path.display())
    }
}
