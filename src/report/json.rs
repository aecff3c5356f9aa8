//! The figures of a period as one JSON object for other programs; the rows themselves are in the export of the log.
//!
//! In: figures, where they come from, the plan's name, activities. Out: an object whose keys stand in a fixed order and never
//! change their meaning: lengths in milliseconds, days `YYYY-MM-DD`, instants RFC 3339, words as they are in the log. Must
//! never hold a figure that no table shows the same. Next: `report::logbook`.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::figures::Figures;
use super::origin::Origin;
use super::period::{Calendar, Window};
use super::tables::Given;
use super::tables::rules::Rule;
use crate::activity::Activity;
use crate::store::Proved;

/// Of the form of the object: a key that changes its meaning gets a new one; keys may be added.
const VERSION: u32 = 1;

/// Writes the object and ends the line.
pub fn write(mut out: impl Write, origin: &Origin<'_>, given: &Given<'_>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, &Report::new(origin, given))?;
    writeln!(out)
}

/// The keys in their order.
#[derive(Serialize)]
struct Report<'a> {
    v: u32,
    station: &'a str,
    period: Period,
    calendar: Reckoning,
    plan: Option<PlanName<'a>>,
    origin: Proof<'a>,
    counting_rules: Vec<CountingRule>,
    figures: &'a Figures,
    activities: Vec<Deed<'a>>,
}

#[derive(Serialize)]
struct Period {
    code: String,
    name: String,
    window: Window,
    previous: Window,
    year_so_far: Window,
}

#[derive(Serialize)]
struct Reckoning {
    /// `reporting`, `civil`.
    kind: &'static str,
    /// The day on which months close.
    closing_day: Option<u32>,
}

#[derive(Serialize)]
struct PlanName<'a> {
    title: &'a str,
    number: Option<&'a str>,
    year: i64,
    date: NaiveDate,
}

#[derive(Serialize)]
struct Proof<'a> {
    program: &'a str,
    made_at: String,
    first_row: Option<i64>,
    last_row: Option<i64>,
    /// Corrections and notes about these rows that stand behind them.
    first_remark: Option<i64>,
    last_remark: Option<i64>,
    head: Option<&'a str>,
    /// The first and the last row that were proved; null if none were.
    proved_rows: Option<(i64, i64)>,
    other_heads: Vec<OtherHead<'a>>,
}

#[derive(Serialize)]
struct OtherHead<'a> {
    chain: &'a str,
    head: &'a str,
}

#[derive(Serialize)]
struct CountingRule {
    id: &'static str,
    text: &'static str,
}

/// An activity of the window, as Biểu 6 shows it.
#[derive(Serialize)]
struct Deed<'a> {
    number: i64,
    date: NaiveDate,
    until: Option<NaiveDate>,
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
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    sha256: &'a str,
    bytes: i64,
}

impl<'a> Report<'a> {
    fn new(origin: &Origin<'a>, given: &Given<'a>) -> Self {
        let period = given.period;
        let (kind, closing_day) = match period.calendar {
            Calendar::Reporting(day) => ("reporting", Some(day)),
            Calendar::Civil => ("civil", None),
        };
        let totals = &given.figures.totals;
        let other_heads = origin.other_heads.iter().map(|(chain, head)| OtherHead { chain, head });
        Self {
            v: VERSION,
            station: origin.station,
            period: Period {
                code: period.span.to_string(),
                name: period.name(given.language),
                window: period.window,
                previous: period.previous().window,
                year_so_far: period.year_so_far(),
            },
            calendar: Reckoning { kind, closing_day },
            plan: given.plan.map(|plan| PlanName {
                title: &plan.title,
                number: plan.number.as_deref(),
                year: plan.year,
                date: plan.date,
            }),
            origin: Proof {
                program: origin.program,
                made_at: origin.made_at.to_rfc3339(),
                first_row: totals.first_seq,
                last_row: totals.last_seq,
                first_remark: origin.remarks.map(|(first, _)| first),
                last_remark: origin.remarks.map(|(_, last)| last),
                head: origin.head,
                proved_rows: match origin.proved {
                    Proved::Rows { first, last } => Some((first, last)),
                    Proved::TooMany | Proved::Nothing => None,
                },
                other_heads: other_heads.collect(),
            },
            counting_rules: Rule::ALL.map(|rule| CountingRule { id: rule.id(), text: rule.say(given.language) }).into(),
            figures: given.figures,
            activities: given.activities_shown().into_iter().map(Deed::new).collect(),
        }
    }
}

impl<'a> Deed<'a> {
    fn new(activity: &'a Activity) -> Self {
        let file =
            |file: &'a crate::activity::Proof| File { name: &file.name, sha256: &file.sha256, bytes: file.bytes };
        Self {
            number: activity.number,
            date: activity.date,
            until: activity.until,
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
            files: activity.files.iter().map(file).collect(),
        }
    }
}
