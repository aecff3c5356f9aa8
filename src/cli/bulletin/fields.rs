//! What is typed of a bulletin at the command line.
//!
//! In: options. Out: the fields that `office::fields` reads and checks. Next: `intake`.

use chrono::NaiveDate;
use clap::ValueEnum;

use crate::airing::Priority;
use crate::office::fields;
pub(super) use crate::office::fields::Typed;
use crate::schedule::table::parse_date;

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
    /// The fields as they are read, with a title.
    pub(super) fn said(&self, title: Option<&str>) -> fields::Fields {
        fields::Fields {
            title: title.map(str::to_owned),
            themes: self.themes.clone(),
            genre: self.genre.clone(),
            author: self.author.clone(),
            source: self.source.clone(),
            class: self.class.map(Priority::from),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            zones: self.zones.clone(),
        }
    }

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

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).ok_or_else(|| "write a day as `2025-03-01`".to_owned())
}
