//! What a name between the braces of a template stands for.
//!
//! In: the parts of a report. Out: pieces of text. Every figure is one of the tables' totals, written as they write it. Must
//! never round otherwise. Pure. Next: `appendix`.

use chrono::Datelike as _;

use super::{Parts, documents, head};
use crate::language::Language;
use crate::report::document::{Run, Style};
use crate::report::figures::{Aired, Reconciliation, ThemeLine, Unit};
use crate::report::table::{date, grouped, minutes};
use crate::report::template::Value;

pub(super) fn runs(parts: &Parts<'_>, value: Value) -> Vec<Run> {
    match (value, parts.given.plan) {
        (Value::Basis, Some(plan)) => documents::sentence(plan, parts.language()),
        (Value::Plan, Some(plan)) => documents::of_plan(plan, parts.language()),
        (Value::Basis | Value::Plan, None) => {
            let text = parts.pick("kế hoạch, văn bản chỉ đạo", "plan and directives").to_owned();
            vec![Run { text, style: Style::ToFill }]
        }
        // Of what the settings or a plan do not tell nothing is claimed.
        (Value::Speakers, _) if parts.given.figures.speakers().is_none() => {
            vec![Run { text: parts.pick("số loa", "number of loudspeakers").to_owned(), style: Style::ToFill }]
        }
        (value, None) if is_of_plan(value) => {
            vec![Run {
                text: parts.pick("chưa có kế hoạch", "there is no plan").to_owned(), style: Style::ToFill
            }]
        }
        _ => vec![Run::plain(words(parts, value).unwrap_or_else(|| figure(parts, value)))],
    }
}

/// Figures that say nothing without a plan.
const fn is_of_plan(value: Value) -> bool {
    matches!(
        value,
        Value::Airings
            | Value::Minutes
            | Value::Bulletins
            | Value::Unapproved
            | Value::Themes
            | Value::ThemesAired
            | Value::ThemesMissing
    )
}

/// Names, days and lists; `None` for figures.
fn words(parts: &Parts<'_>, value: Value) -> Option<String> {
    let (language, given) = (parts.language(), parts.given);
    let window = given.period.window;
    Some(match value {
        Value::Period => given.period.name(language),
        Value::Window => format!("{}{}", self::window(parts), going_on(parts)),
        Value::From => date(window.first, language),
        Value::Until => date(window.last, language),
        Value::Year => given.plan.map_or_else(|| window.last.year().to_string(), |plan| plan.year.to_string()),
        Value::Issuer => head::issuer(parts),
        Value::Commune => parts.issuer.commune.clone(),
        Value::Station => station(parts),
        Value::ThemesMissing => {
            let missing = planned_themes(parts).filter(|theme| theme.aired.airings == 0);
            let codes: Vec<&str> = missing.map(|theme| &*theme.code).collect();
            if codes.is_empty() { parts.pick("không có", "none").to_owned() } else { codes.join(", ") }
        }
        _ => return None,
    })
}

fn figure(parts: &Parts<'_>, value: Value) -> String {
    let figures = parts.given.figures;
    let totals = &figures.totals;
    let Aired { airings, aired_ms } = totals.aired.plan;
    let Reconciliation { planned, aired, partly, not_aired, extra, .. } = figures.reconciliation;
    let counted = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let number = match value {
        Value::Minutes => return minutes(aired_ms, parts.language()),
        Value::OtherMinutes => return minutes(totals.aired.other.aired_ms, parts.language()),
        Value::Airings => airings,
        Value::OtherAirings => totals.aired.other.airings,
        Value::Bulletins => totals.bulletins.approved,
        Value::Unapproved => totals.bulletins.unapproved,
        Value::Sessions => totals.sessions,
        Value::Zones => counted(figures.zones.len()),
        Value::Speakers => figures.speakers().unwrap_or(0),
        Value::BrokenZones => counted(figures.zones.iter().filter(|zone| zone.broken_days > 0).count()),
        Value::Themes => counted(planned_themes(parts).count()),
        Value::ThemesAired => counted(planned_themes(parts).filter(|theme| theme.aired.airings > 0).count()),
        Value::Planned => planned,
        Value::AiredWhole => aired,
        Value::Partly => partly,
        Value::NotAired => not_aired,
        Value::Extra => extra,
        Value::Rehearsals => totals.rehearsals,
        Value::Activities => counted(activities(parts)),
        Value::Postings => {
            figures.channels.iter().filter(|line| line.unit == Unit::Postings).map(|line| line.this).sum()
        }
        _ => unreachable!("what is no figure was said before"),
    };
    grouped(number, parts.language())
}

fn planned_themes<'a>(parts: &'a Parts<'_>) -> impl Iterator<Item = &'a ThemeLine> {
    parts.given.figures.themes.iter().filter(|theme| theme.is_planned)
}

/// Those that stand and touch the window, as Biểu 6 has them.
fn activities(parts: &Parts<'_>) -> usize {
    let window = parts.given.period.window;
    let counts =
        |activity: &&crate::activity::Activity| !activity.is_withdrawn() && activity.touches(window.first, window.last);
    parts.given.activities.iter().filter(counts).count()
}

/// `từ ngày 15/12/2024 đến ngày 14/06/2025`.
pub(super) fn window(parts: &Parts<'_>) -> String {
    let window = parts.given.period.window;
    let [first, last] = [window.first, window.last].map(|day| date(day, parts.language()));
    match parts.language() {
        Language::Vi => format!("từ ngày {first} đến ngày {last}"),
        Language::En => format!("from {first} to {last}"),
    }
}

/// What a reader must know of a period that is not over on the day on which the report is made.
fn going_on(parts: &Parts<'_>) -> &'static str {
    if parts.given.period.window.last < parts.made.at.date_naive() {
        return "";
    }
    parts.pick(
        "; kỳ chưa kết thúc, số liệu đến ngày lập báo cáo",
        "; the period is not over, figures up to the day on which this was made",
    )
}

/// Every name that the rows of the period carry, in the order in which they were in use.
fn station(parts: &Parts<'_>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for named in &parts.given.figures.totals.stations {
        if !names.contains(&&*named.name) {
            names.push(&named.name);
        }
    }
    if names.is_empty() {
        names.push(parts.station);
    }
    names.join(parts.pick(", sau là ", ", later "))
}
