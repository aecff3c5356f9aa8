//! What is typed of an activity, read and checked.
//!
//! In: options as they were typed; the codes of the plan. Out: the fields of an activity, and every problem and remark at once.
//! Words are clean and NFC; text in a legacy encoding is refused. Next: `proofs`.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::ValueEnum;

use crate::activity::Activity;
use crate::activity::checks::{self, LONGEST_LINK, MOST_PEOPLE, MOST_PROCEDURES};
use crate::activity::codes::Codes;
use crate::cli::bulletin::Typed;
use crate::config::Config;
use crate::folder;
use crate::problem::what::{ActivityFault, BulletinFault, What};
use crate::problem::{Problem, Severity, any_error};
use crate::schedule::files::{File, Special, special};
use crate::schedule::read;
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
    pub(super) bulletin: Option<i64>,
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
    pub(super) files: Vec<PathBuf>,
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

/// The codes of the station's plan; its problems if there is a plan that cannot be read.
pub(super) fn codes(config: &Config) -> Result<Codes, Vec<Problem>> {
    let (files, _) = folder::load(&config.schedules_dir());
    // Mistakes in programmes are no reason to record nothing.
    let files: Vec<File> = files.into_iter().filter(|file| special(&file.path) == Some(Special::Plan)).collect();
    let reading = read::read(&files, None);
    if !files.is_empty() && any_error(&reading.problems) {
        return Err(reading.problems);
    }
    Ok(Codes::new(reading.schedule.plan.as_deref()))
}

/// An activity of which nothing is said yet.
pub(super) fn blank(date: NaiveDate, recorded_at: DateTime<FixedOffset>) -> Activity {
    Activity {
        number: 0,
        revision: 0,
        date,
        until: None,
        code: String::new(),
        channel: None,
        title: String::new(),
        themes: Vec::new(),
        bulletin: None,
        place: None,
        people: None,
        procedures: None,
        who: None,
        link: None,
        files: Vec::new(),
        note: None,
        withdrawn: None,
        recorded_at,
        by: String::new(),
        via: String::new(),
    }
}

/// Takes a field away.
pub(super) fn clear(activity: &mut Activity, field: Clear) {
    match field {
        Clear::Until => activity.until = None,
        Clear::Channel => activity.channel = None,
        Clear::Themes => activity.themes.clear(),
        Clear::Bulletin => activity.bulletin = None,
        Clear::Place => activity.place = None,
        Clear::People => activity.people = None,
        Clear::Procedures => activity.procedures = None,
        Clear::Who => activity.who = None,
        Clear::Link => activity.link = None,
        Clear::Files => activity.files.clear(),
        Clear::Note => activity.note = None,
    }
}

/// Day, code and title, where they were typed.
pub(super) struct Heading<'a> {
    pub(super) date: Option<NaiveDate>,
    pub(super) code: Option<&'a str>,
    pub(super) title: Option<&'a str>,
}

/// Puts into an activity what was typed of it; fields that were not typed stay.
pub(super) fn fill(
    typed: &mut Typed<'_>,
    codes: &Codes,
    activity: &mut Activity,
    heading: &Heading<'_>,
    fields: &Fields,
    today: NaiveDate,
) {
    activity.date = heading.date.unwrap_or(activity.date);
    activity.until = fields.until.or(activity.until);
    if let Some(fault) = checks::days(activity.date, activity.until, today) {
        typed.error(fault);
    }
    if let Some(code) = heading.code.and_then(|code| known(typed, codes.code(code.trim()))) {
        activity.code = code;
    }
    if let Some(channel) = &fields.channel {
        activity.channel = known(typed, codes.channel(channel.trim()));
    }
    if let Some(title) = heading.title.and_then(|title| typed.line("--title", title)) {
        activity.title = title;
    }
    let words = [
        ("--place", &fields.place, &mut activity.place),
        ("--who", &fields.who, &mut activity.who),
        ("--note", &fields.note, &mut activity.note),
    ];
    for (option, text, field) in words {
        if let Some(text) = text {
            *field = typed.line(option, text);
        }
    }
    if !fields.themes.is_empty() {
        activity.themes = typed.themes(&fields.themes);
    }
    activity.bulletin = fields.bulletin.or(activity.bulletin);
    activity.people = fields.people.or(activity.people);
    activity.procedures = fields.procedures.or(activity.procedures);
    if let Some(link) = &fields.link {
        activity.link = link_of(link).map_err(|fault| typed.error(fault)).ok();
    }
    let lacks = codes.lacks_channel(&activity.code, activity.channel.as_deref()).filter(|_| fields.channel.is_none());
    typed.problems.extend(lacks.map(|fault| Problem::typed(Severity::Warning, fault)));
}

fn known(typed: &mut Typed<'_>, code: Result<String, ActivityFault>) -> Option<String> {
    code.map_err(|fault| typed.error(fault)).ok()
}

fn link_of(text: &str) -> Result<String, What> {
    let (text, length) = (text.trim(), text.trim().chars().count());
    if length > LONGEST_LINK {
        return Err(BulletinFault::TooLong("--link".to_owned(), length, LONGEST_LINK).into());
    }
    if checks::is_link(text) { Ok(text.to_owned()) } else { Err(ActivityFault::BadLink(text.to_owned()).into()) }
}
