//! What people read of activities, in both languages; and what programs read of one.
//!
//! In: what was done or found. Out: lines in the station's language; objects with the same keys in each language. Next:
//! `crate::language`.

use chrono::NaiveDate;
use serde::Serialize;

use crate::activity::{Activity, Proof};
use crate::airing::rfc3339;
use crate::config::Config;
use crate::language::Language;
use crate::office::stored::examine;
use crate::problem::what::Lost;

/// `10/03/2025`, or its first and last day.
pub(crate) fn days(activity: &Activity) -> String {
    let day = |day: NaiveDate| day.format("%d/%m/%Y").to_string();
    match activity.until.filter(|until| *until != activity.date) {
        None => day(activity.date),
        Some(until) => format!("{} - {}", day(activity.date), day(until)),
    }
}

/// What can be looked at.
pub(crate) fn proof(language: Language, activity: &Activity) -> String {
    let files = activity.files.len();
    let files = match (language, files) {
        (_, 0) => None,
        (Language::Vi, files) => Some(format!("{files} tệp")),
        (Language::En, 1) => Some("1 file".to_owned()),
        (Language::En, files) => Some(format!("{files} files")),
    };
    let link = activity.link.as_ref().map(|_| language.pick("đường dẫn", "link").to_owned());
    let all: Vec<String> = files.into_iter().chain(link).collect();
    if all.is_empty() { language.pick("chưa có", "none").to_owned() } else { all.join(", ") }
}

/// What was recorded of one.
pub(crate) fn recorded(language: Language, activity: &Activity) -> String {
    let Activity { number, revision, code, title, .. } = activity;
    let what = format!("{code}, {}, “{title}”", days(activity));
    let proof = proof(language, activity);
    match (language, &activity.withdrawn, revision) {
        (Language::Vi, Some(_), _) => format!("đã rút lại hoạt động số {number}: {what}"),
        (Language::En, Some(_), _) => format!("activity {number} is withdrawn: {what}"),
        (Language::Vi, None, 1) => format!("đã ghi hoạt động số {number}: {what}; minh chứng: {proof}"),
        (Language::En, None, 1) => format!("recorded as activity {number}: {what}; proof: {proof}"),
        (Language::Vi, None, _) => {
            format!("hoạt động số {number} có bản mới, bản {revision}: {what}; minh chứng: {proof}")
        }
        (Language::En, None, _) => format!("activity {number} has a new revision, {revision}: {what}; proof: {proof}"),
    }
}

/// Nothing differs.
pub(crate) fn unchanged(language: Language, activity: &Activity) -> String {
    let number = activity.number;
    match language {
        Language::Vi => format!("hoạt động số {number} không có gì thay đổi; không ghi bản mới"),
        Language::En => format!("nothing of activity {number} differs; no revision was recorded"),
    }
}

/// What became of an entry of a manifest.
pub(crate) fn imported(language: Language, activity: &Activity, is_new: bool) -> String {
    if is_new {
        return recorded(language, activity);
    }
    let (number, title) = (activity.number, &activity.title);
    match (language, activity.is_withdrawn()) {
        (Language::Vi, false) => format!("đã có sẵn là hoạt động số {number}: “{title}”"),
        (Language::En, false) => format!("there already as activity {number}: “{title}”"),
        (Language::Vi, true) => format!("đã có sẵn là hoạt động số {number}, đã rút lại: “{title}”"),
        (Language::En, true) => format!("there already as activity {number}, withdrawn: “{title}”"),
    }
}

/// How a stored file is, in Vietnamese, in English, and as a program's word. Reads all of it.
pub(crate) fn kept(config: &Config, proof: &Proof) -> (&'static str, &'static str, &'static str) {
    match examine(config, &proof.sha256) {
        None => ("còn nguyên", "as recorded", "whole"),
        Some(Lost::Gone) => ("KHÔNG CÒN, phải đưa lại tệp", "GONE, give the file again", "gone"),
        Some(Lost::Changed) => ("BỊ HỎNG, phải đưa lại tệp", "DAMAGED, give the file again", "changed"),
    }
}

/// One that was just recorded, as programs read it.
#[derive(Debug, Serialize)]
pub(crate) struct Made<'a> {
    activity: i64,
    revision: i64,
    title: &'a str,
    files: &'a [Proof],
}

impl<'a> Made<'a> {
    /// What programs read of it.
    pub(crate) fn of(activity: &'a Activity) -> Self {
        let Activity { number, revision, title, files, .. } = activity;
        Self { activity: *number, revision: *revision, title, files }
    }
}

/// One with everything, as programs read it.
#[derive(Debug, Serialize)]
pub(crate) struct Line<'a> {
    activity: i64,
    revision: i64,
    date: String,
    until: Option<String>,
    code: &'a str,
    channel: Option<&'a str>,
    title: &'a str,
    themes: &'a [String],
    bulletin: Option<i64>,
    place: Option<&'a str>,
    people: Option<i64>,
    procedures: Option<i64>,
    who: Option<&'a str>,
    link: Option<&'a str>,
    files: &'a [Proof],
    note: Option<&'a str>,
    has_proof: bool,
    withdrawn: Option<&'a str>,
    recorded_at: String,
    by: &'a str,
    via: &'a str,
}

/// The columns of CSV, which are the keys of JSON.
pub(crate) const COLUMNS: [&str; 21] = [
    "activity",
    "revision",
    "date",
    "until",
    "code",
    "channel",
    "title",
    "themes",
    "bulletin",
    "place",
    "people",
    "procedures",
    "who",
    "link",
    "files",
    "note",
    "has_proof",
    "withdrawn",
    "recorded_at",
    "by",
    "via",
];

impl<'a> Line<'a> {
    /// What programs read of it.
    pub(crate) fn of(activity: &'a Activity) -> Self {
        Self {
            activity: activity.number,
            revision: activity.revision,
            date: activity.date.to_string(),
            until: activity.until.map(|day| day.to_string()),
            code: &activity.code,
            channel: activity.channel.as_deref(),
            title: &activity.title,
            themes: &activity.themes,
            bulletin: activity.bulletin,
            place: activity.place.as_deref(),
            people: activity.people,
            procedures: activity.procedures,
            who: activity.who.as_deref(),
            link: activity.link.as_deref(),
            files: &activity.files,
            note: activity.note.as_deref(),
            has_proof: activity.has_proof(),
            withdrawn: activity.withdrawn.as_deref(),
            recorded_at: rfc3339(&activity.recorded_at),
            by: &activity.by,
            via: &activity.via,
        }
    }
}
