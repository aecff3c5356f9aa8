//! What is typed of a bulletin, read and checked.
//!
//! In: fields as they were typed, at the command line or on the page. Out: the fields of a draft, and every problem and
//! remark at once. Words are clean and NFC whatever keyboard or file they came from; text in a legacy encoding is refused.
//! Next: `intake`.

use chrono::NaiveDate;

use crate::airing::Priority;
use crate::bulletin::Draft;
use crate::calendar::local_date;
use crate::clock::Clock;
use crate::config::Config;
use crate::folder;
use crate::language::Language;
use crate::problem::what::{BulletinFault, ProgrammeFault, QueueFault, TextFault, What};
use crate::problem::{Problem, Severity, nearest};
use crate::schedule::read;
use crate::text::clean_line;

/// Characters of a title, a name or a reason: a sentence or two; more is a file in the wrong place.
pub const LONGEST_WORDS: usize = 1_000;

/// Fields of a bulletin as they were typed; those that were not stay as they are.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// What people call it.
    pub title: Option<String>,
    /// Codes, the main one first; several may stand in one, with commas.
    pub themes: Vec<String>,
    /// What kind of text it is.
    pub genre: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Which goes first.
    pub class: Option<Priority>,
    /// First day on which it may air.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which it may air.
    pub valid_until: Option<NaiveDate>,
    /// Ids, several may stand in one, with commas.
    pub zones: Vec<String>,
}

/// What the person who typed them calls the fields.
#[derive(Debug, Clone, Copy)]
pub struct Labels {
    /// Of the title.
    pub title: &'static str,
    /// Of the genre.
    pub genre: &'static str,
    /// Of the author.
    pub author: &'static str,
    /// Of the source.
    pub source: &'static str,
}

/// Options of the command line.
pub const OPTIONS: Labels = Labels { title: "--title", genre: "--genre", author: "--author", source: "--source" };

/// Labels of the page's form.
#[must_use]
pub const fn labels(language: Language) -> Labels {
    match language {
        Language::Vi => Labels { title: "Tiêu đề", genre: "Thể loại", author: "Tác giả", source: "Nguồn" },
        Language::En => Labels { title: "Title", genre: "Genre", author: "Author", source: "Source" },
    }
}

/// A draft of which nothing is said yet.
#[must_use]
pub fn blank() -> Draft {
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

/// The codes of the themes that bulletins may carry: those of the station's plan.
#[must_use]
pub fn theme_codes(config: &Config) -> Vec<String> {
    let (files, _) = folder::load(&config.schedules_dir());
    let schedule = read::read(&files, None).schedule;
    schedule.theme_codes().into_iter().map(str::to_owned).collect()
}

/// A theme of the plan, as people choose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeText {
    /// `ND1`.
    pub code: String,
    /// Its short name; empty where there is no plan.
    pub label: String,
    /// The clause of the plan; empty where there is none.
    pub text: String,
}

impl ThemeText {
    /// `ND1 – Chủ trương, đường lối`.
    #[must_use]
    pub fn heading(&self) -> String {
        if self.label.is_empty() { self.code.clone() } else { format!("{} – {}", self.code, self.label) }
    }
}

/// The themes that bulletins may carry, in the plan's order.
#[must_use]
pub fn themes(config: &Config) -> Vec<ThemeText> {
    let (files, _) = folder::load(&config.schedules_dir());
    let schedule = read::read(&files, None).schedule;
    let plan = schedule.plan.as_ref();
    let of = |code: &str| {
        let theme = plan.and_then(|plan| plan.themes.iter().find(|theme| theme.code == code));
        let words = |of: fn(&crate::plan::Theme) -> &String| theme.map_or_else(String::new, |theme| of(theme).clone());
        ThemeText { code: code.to_owned(), label: words(|theme| &theme.label), text: words(|theme| &theme.text) }
    };
    schedule.theme_codes().into_iter().map(of).collect()
}

/// What was typed, and what is wrong with it.
#[derive(Debug)]
pub struct Typed<'a> {
    config: &'a Config,
    /// Found so far.
    pub problems: Vec<Problem>,
}

impl<'a> Typed<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn new(config: &'a Config) -> Self {
        Self { config, problems: Vec::new() }
    }

    /// Something for which all of it is refused.
    pub fn error(&mut self, what: impl Into<What>) {
        self.problems.push(Problem::typed(Severity::Error, what));
    }

    /// One line of words with a letter in it.
    pub fn line(&mut self, field: &str, text: &str) -> Option<String> {
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
    pub fn fill(&mut self, draft: &mut Draft, fields: &Fields, labels: Labels) {
        if let Some(title) = fields.title.as_deref().and_then(|title| self.line(labels.title, title)) {
            draft.title = title;
        }
        let words = [
            (labels.genre, &fields.genre, &mut draft.genre),
            (labels.author, &fields.author, &mut draft.author),
            (labels.source, &fields.source, &mut draft.source),
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
        draft.class = fields.class.unwrap_or(draft.class);
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
    pub fn themes(&mut self, typed: &[String]) -> Vec<String> {
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
