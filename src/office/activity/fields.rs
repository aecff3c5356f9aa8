//! What is said of an activity, read and checked.
//!
//! In: fields as they were typed or filled in; the codes of the plan. Out: the fields of an activity, and every problem and
//! remark at once. Words are clean and NFC; text in a legacy encoding is refused. Next: `proofs`.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::proofs::GivenFile;
use crate::activity::Activity;
use crate::activity::checks::{self, LONGEST_LINK};
use crate::activity::codes::Codes;
use crate::config::Config;
use crate::folder;
use crate::language::Language;
use crate::office::fields::Typed;
use crate::plan::Plan;
use crate::problem::what::{ActivityFault, BulletinFault, What};
use crate::problem::{Problem, Severity, any_error};
use crate::schedule::files::{File, Special, special};
use crate::schedule::read;

/// What is said of an activity; what is not said stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// Its day, or the first one.
    pub(crate) date: Option<NaiveDate>,
    /// Its last day, if it lasted longer than one.
    pub(crate) until: Option<NaiveDate>,
    /// The form or task of the plan that it carries out.
    pub(crate) code: Option<String>,
    /// What was done.
    pub(crate) title: Option<String>,
    /// The channel of the plan that it went through.
    pub(crate) channel: Option<String>,
    /// Themes of the plan, the main one first.
    pub(crate) themes: Vec<String>,
    /// The bulletin that was posted or read out.
    pub(crate) bulletin: Option<i64>,
    /// Where it was.
    pub(crate) place: Option<String>,
    /// How many people took part.
    pub(crate) people: Option<i64>,
    /// How many administrative procedures were posted up.
    pub(crate) procedures: Option<i64>,
    /// Who was in charge.
    pub(crate) who: Option<String>,
    /// Where it can be seen.
    pub(crate) link: Option<String>,
    /// Anything else.
    pub(crate) note: Option<String>,
    /// Files that come to those that are there.
    pub(crate) files: Vec<GivenFile>,
    /// Fields that it shall no longer have; before any of the above is put in.
    pub(crate) clear: Vec<Clear>,
    /// Files that shall no longer prove it, by name or the beginning of their hash.
    pub(crate) remove_files: Vec<String>,
}

/// Fields that an activity need not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clear {
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

/// How messages call the fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Labels {
    /// What was done.
    pub(crate) title: &'static str,
    /// Where.
    pub(crate) place: &'static str,
    /// In charge.
    pub(crate) who: &'static str,
    /// Anything else.
    pub(crate) note: &'static str,
    /// Where it can be seen.
    pub(crate) link: &'static str,
}

impl Labels {
    /// As options of a command line.
    pub(crate) const OPTIONS: Self =
        Self { title: "--title", place: "--place", who: "--who", note: "--note", link: "--link" };

    /// As on a form.
    pub(crate) const fn of_form(language: Language) -> Self {
        match language {
            Language::Vi => Self {
                title: "Tên hoạt động",
                place: "Địa điểm",
                who: "Người phụ trách",
                note: "Ghi chú",
                link: "Đường dẫn",
            },
            Language::En => Self { title: "Activity", place: "Place", who: "In charge", note: "Note", link: "Link" },
        }
    }
}

/// The station's plan, if it has one; its problems if there is one that cannot be read.
pub(crate) fn plan(config: &Config) -> Result<Option<Arc<Plan>>, Vec<Problem>> {
    let (files, _) = folder::load(&config.schedules_dir());
    // Mistakes in programmes are no reason to record nothing.
    let files: Vec<File> = files.into_iter().filter(|file| special(&file.path) == Some(Special::Plan)).collect();
    let reading = read::read(&files, None);
    if !files.is_empty() && any_error(&reading.problems) {
        return Err(reading.problems);
    }
    Ok(reading.schedule.plan)
}

/// The codes of the station's plan; its problems if there is a plan that cannot be read.
pub(crate) fn codes(config: &Config) -> Result<Codes, Vec<Problem>> {
    Ok(Codes::new(plan(config)?.as_deref()))
}

/// An activity of which nothing is said yet.
pub(crate) fn blank(date: NaiveDate, recorded_at: DateTime<FixedOffset>) -> Activity {
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

/// Puts into an activity what was said of it; fields of which nothing was said stay.
pub(super) fn fill(
    typed: &mut Typed<'_>,
    codes: &Codes,
    activity: &mut Activity,
    said: &Said,
    labels: Labels,
    today: NaiveDate,
) {
    activity.date = said.date.unwrap_or(activity.date);
    activity.until = said.until.or(activity.until);
    if let Some(fault) = checks::days(activity.date, activity.until, today) {
        typed.error(fault);
    }
    if let Some(code) = said.code.as_deref().and_then(|code| known(typed, codes.code(code.trim()))) {
        activity.code = code;
    }
    if let Some(channel) = &said.channel {
        activity.channel = known(typed, codes.channel(channel.trim()));
    }
    if let Some(title) = said.title.as_deref().and_then(|title| typed.line(labels.title, title)) {
        activity.title = title;
    }
    let words = [
        (labels.place, &said.place, &mut activity.place),
        (labels.who, &said.who, &mut activity.who),
        (labels.note, &said.note, &mut activity.note),
    ];
    for (label, text, field) in words {
        if let Some(text) = text {
            *field = typed.line(label, text);
        }
    }
    if !said.themes.is_empty() {
        activity.themes = typed.themes(&said.themes);
    }
    activity.bulletin = said.bulletin.or(activity.bulletin);
    activity.people = said.people.or(activity.people);
    activity.procedures = said.procedures.or(activity.procedures);
    if let Some(link) = &said.link {
        activity.link = link_of(labels.link, link).map_err(|fault| typed.error(fault)).ok();
    }
    let lacks = codes.lacks_channel(&activity.code, activity.channel.as_deref()).filter(|_| said.channel.is_none());
    typed.problems.extend(lacks.map(|fault| Problem::typed(Severity::Warning, fault)));
}

fn known(typed: &mut Typed<'_>, code: Result<String, ActivityFault>) -> Option<String> {
    code.map_err(|fault| typed.error(fault)).ok()
}

fn link_of(label: &str, text: &str) -> Result<String, What> {
    let (text, length) = (text.trim(), text.trim().chars().count());
    if length > LONGEST_LINK {
        return Err(BulletinFault::TooLong(label.to_owned(), length, LONGEST_LINK).into());
    }
    if checks::is_link(text) { Ok(text.to_owned()) } else { Err(ActivityFault::BadLink(text.to_owned()).into()) }
}
