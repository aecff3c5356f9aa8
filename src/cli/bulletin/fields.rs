//! What is typed of a bulletin, read and checked.
//!
//! In: options as they were typed. Out: the fields of a draft, and every problem and remark at once. Words are clean and NFC
//! whatever keyboard or file they came from; text in a legacy encoding is refused. Next: `intake`.

use chrono::NaiveDate;
use clap::ValueEnum;

use crate::airing::Priority;
use crate::bulletin::Draft;
use crate::calendar::local_date;
use crate::clock::Clock;
use crate::config::Config;
use crate::folder;
use crate::problem::what::{BulletinFault, ProgrammeFault, QueueFault, TextFault, What};
use crate::problem::{Problem, Severity, nearest};
use crate::schedule::read;
use crate::schedule::table::parse_date;
use crate::text::clean_line;

/// Characters of a title, a name or a reason: a sentence or two; more is a file in the wrong place.
pub(crate) const LONGEST_WORDS: usize = 1_000;

/// Fields of a bulletin besides its title.
#[derive(Debug, clap::Args)]
pub(super) struct Fields {
    /// A theme of the plan, ND1 to ND8; the first one is the main one
    #[arg(long = "theme", value_name = "ND")]
    themes: Vec<String>,
    /// What kind of text it is: tin, bài, thông báo, chuyên mục ...
    #[arg(long, value_name = "G")]
    genre: Option<String>,
    /// Who wrote it
    #[arg(long, value_name = "A")]
    author: Option<String>,
    /// Where it comes from
    #[arg(long, value_name = "S")]
    source: Option<String>,
    /// Its text, which is kept and hashed; `-` is stdin
    #[arg(long, value_name = "FILE")]
    pub(super) text: Option<String>,
    /// Which goes first; a new bulletin is ordinary
    #[arg(long, value_enum)]
    class: Option<Class>,
    /// First day on which it may air: YYYY-MM-DD
    #[arg(long, value_name = "D", value_parser = day)]
    valid_from: Option<NaiveDate>,
    /// Last day on which it may air: YYYY-MM-DD
    #[arg(long, value_name = "D", value_parser = day)]
    valid_until: Option<NaiveDate>,
    /// A zone that it is meant for [default: all]
    #[arg(long = "zone", value_name = "Z")]
    zones: Vec<String>,
}

impl Fields {
    /// Whether no theme was typed.
    pub(super) const fn has_no_themes(&self) -> bool {
        self.themes.is_empty()
    }
}

/// A class, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Class {
    /// Thường.
    Ordinary,
    /// Ưu tiên.
    Priority,
    /// Khẩn cấp.
    Emergency,
}

impl From<Class> for Priority {
    fn from(class: Class) -> Self {
        match class {
            Class::Ordinary => Self::Ordinary,
            Class::Priority => Self::Priority,
            Class::Emergency => Self::Emergency,
        }
    }
}

/// A draft of which nothing is said yet.
pub(super) fn blank() -> Draft {
    Draft {
        title: String::new(),
        themes: Vec::new(),
        genre: None,
        author: None,
        source: None,
        class: Priority::Ordinary,
        valid_from: None,
        valid_until: None,
        zones: Vec::new(),
        text: None,
    }
}

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).ok_or_else(|| "write a day as `2025-03-01`".to_owned())
}

/// The codes of the themes that bulletins may carry: those of the station's plan.
pub(crate) fn theme_codes(config: &Config) -> Vec<String> {
    let (files, _) = folder::load(&config.schedules_dir());
    let schedule = read::read(&files, None).schedule;
    schedule.theme_codes().into_iter().map(str::to_owned).collect()
}

/// What was typed, and what is wrong with it.
pub(crate) struct Typed<'a> {
    config: &'a Config,
    /// Found so far.
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Typed<'a> {
    /// Nothing yet.
    pub(crate) fn new(config: &'a Config) -> Self {
        Self { config, problems: Vec::new() }
    }

    pub(crate) fn error(&mut self, what: impl Into<What>) {
        self.problems.push(Problem::typed(Severity::Error, what));
    }

    /// One line of words with a letter in it.
    pub(crate) fn line(&mut self, field: &str, text: &str) -> Option<String> {
        let cleaned = match clean_line(text) {
            Ok(cleaned) => cleaned,
            Err(refused) => {
                self.error(TextFault::Refused(field.to_owned(), refused));
                return None;
            }
        };
        let remark = |remark| Problem::typed(Severity::Warning, TextFault::Remark(field.to_owned(), remark));
        self.problems.extend(cleaned.remarks.into_iter().map(remark));
        let length = cleaned.text.chars().count();
        if length > LONGEST_WORDS {
            self.error(BulletinFault::TooLong(field.to_owned(), length, LONGEST_WORDS));
        } else if !cleaned.text.chars().any(char::is_alphanumeric) {
            self.error(BulletinFault::NoLetter(field.to_owned()));
        } else {
            return Some(cleaned.text);
        }
        None
    }

    /// Puts into a draft what was typed of it; fields that were not typed stay.
    pub(super) fn fill(&mut self, draft: &mut Draft, title: Option<&str>, fields: &Fields) {
        if let Some(title) = title.and_then(|title| self.line("--title", title)) {
            draft.title = title;
        }
        let words = [
            ("--genre", &fields.genre, &mut draft.genre),
            ("--author", &fields.author, &mut draft.author),
            ("--source", &fields.source, &mut draft.source),
        ];
        for (option, typed, field) in words {
            if let Some(typed) = typed {
                *field = self.line(option, typed);
            }
        }
        if !fields.themes.is_empty() {
            draft.themes = self.themes(&fields.themes);
        }
        if !fields.zones.is_empty() {
            draft.zones = self.zones(&fields.zones);
        }
        draft.class = fields.class.map_or(draft.class, Priority::from);
        draft.valid_from = fields.valid_from.or(draft.valid_from);
        draft.valid_until = fields.valid_until.or(draft.valid_until);
        if let (Some(from), Some(until)) = (draft.valid_from, draft.valid_until)
            && from > until
        {
            self.error(ProgrammeFault::FromAfterUntil(from, until));
        }
        let today = local_date(self.config.station.timezone, Clock::system().now().wall);
        let past = fields.valid_until.filter(|until| *until < today);
        self.problems.extend(past.map(|until| Problem::typed(Severity::Warning, QueueFault::Past(until))));
    }

    /// Theme codes, each once, in whatever case they were typed.
    pub(crate) fn themes(&mut self, typed: &[String]) -> Vec<String> {
        let known = theme_codes(self.config);
        let mut themes: Vec<String> = Vec::new();
        for theme in typed.iter().flat_map(|list| list.split(',')).map(|theme| theme.trim().to_uppercase()) {
            if !known.contains(&theme) {
                let near = nearest(&theme, known.iter().map(String::as_str));
                self.error(ProgrammeFault::UnknownTheme(theme, known.clone(), near));
            } else if !themes.contains(&theme) {
                themes.push(theme);
            }
        }
        themes
    }

    fn zones(&mut self, typed: &[String]) -> Vec<String> {
        let known = self.config.zone_ids();
        let mut zones: Vec<String> = Vec::new();
        for zone in typed.iter().flat_map(|list| list.split(',')).map(str::trim) {
            if !known.iter().any(|id| id == zone) {
                let near = nearest(zone, known.iter().map(String::as_str));
                self.error(ProgrammeFault::UnknownZone(zone.to_owned(), known.clone(), near));
            } else if !zones.iter().any(|id| id == zone) {
                zones.push(zone.to_owned());
            }
        }
        zones
    }
}
