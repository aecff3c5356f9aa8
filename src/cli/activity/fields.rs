//! What is typed of an activity.
//!
//! In: options. Out: what is said of an activity, as the office takes it. Checks only what the shell of an option can: numbers
//! and days. Next: `crate::office`'s `activity`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::ValueEnum;

use crate::activity::checks::{MOST_PEOPLE, MOST_PROCEDURES};
use crate::office::activity::fields::{self, Said};
use crate::schedule::table::parse_date;

/// Fields of an activity besides its day, code and title.
#[derive(Debug, clap::Args)]
pub(super) struct Fields {
    /// Its last day, if it lasted longer than one: YYYY-MM-DD
    #[arg(long, value_name = "D", value_parser = day)]
    until: Option<NaiveDate>,
    /// The channel of the plan that it went through: FB, ZALO, WEB
    #[arg(long, value_name = "C")]
    channel: Option<String>,
    /// A theme of the plan, ND1 to ND8; the first one is the main one
    #[arg(long = "theme", value_name = "ND")]
    themes: Vec<String>,
    /// The bulletin that was posted or read out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    bulletin: Option<i64>,
    /// Where it was
    #[arg(long, value_name = "P")]
    place: Option<String>,
    /// How many people took part
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..=MOST_PEOPLE))]
    people: Option<i64>,
    /// How many administrative procedures (TTHC) were posted up
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..=MOST_PROCEDURES))]
    procedures: Option<i64>,
    /// Who was in charge
    #[arg(long, value_name = "W")]
    who: Option<String>,
    /// Where it can be seen, http or https
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// A file that proves it, of any kind, up to 50 MB
    #[arg(long = "file", value_name = "F")]
    files: Vec<PathBuf>,
    /// Anything else
    #[arg(long, value_name = "T")]
    note: Option<String>,
}

/// Fields that an activity need not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Clear {
    Until,
    Channel,
    Themes,
    Bulletin,
    Place,
    People,
    Procedures,
    Who,
    Link,
    Files,
    Note,
}

/// A day as the command line takes it.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).ok_or_else(|| "write a day as `2025-03-01`".to_owned())
}

impl From<Clear> for fields::Clear {
    fn from(field: Clear) -> Self {
        match field {
            Clear::Until => Self::Until,
            Clear::Channel => Self::Channel,
            Clear::Themes => Self::Themes,
            Clear::Bulletin => Self::Bulletin,
            Clear::Place => Self::Place,
            Clear::People => Self::People,
            Clear::Procedures => Self::Procedures,
            Clear::Who => Self::Who,
            Clear::Link => Self::Link,
            Clear::Files => Self::Files,
            Clear::Note => Self::Note,
        }
    }
}

impl Fields {
    /// All that was typed, with day, code and title.
    pub(super) fn said(&self, date: Option<NaiveDate>, code: Option<&str>, title: Option<&str>) -> Said {
        Said {
            date,
            until: self.until,
            code: code.map(str::to_owned),
            title: title.map(str::to_owned),
            channel: self.channel.clone(),
            themes: self.themes.clone(),
            bulletin: self.bulletin,
            place: self.place.clone(),
            people: self.people,
            procedures: self.procedures,
            who: self.who.clone(),
            link: self.link.clone(),
            note: self.note.clone(),
            files: self.files.iter().cloned().map(Into::into).collect(),
            clear: Vec::new(),
            remove_files: Vec::new(),
        }
    }
}
