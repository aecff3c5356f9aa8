//! `loa activity list`: activities by their days.
//!
//! In: days, a code. Out: a table in the station's language, JSON or CSV. An activity of several days is listed if one of them
//! lies within. Reads only. Next: `show`.

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

use chrono::NaiveDate;

use super::fields::day;
use crate::activity::Activity;
use crate::cli::bulletin::failed;
use crate::cli::{DONE, Format, listing, say};
use crate::config::Config;
use crate::language::Language;
use crate::office::activity;
use crate::office::activity::words::{self, COLUMNS, Line};

/// Arguments of `loa activity list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// First day: YYYY-MM-DD
    #[arg(long, value_name = "D", value_parser = day)]
    from: Option<NaiveDate>,
    /// Last day, which is included
    #[arg(long, value_name = "D", value_parser = day)]
    to: Option<NaiveDate>,
    /// Only of this form or task
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Also those that were withdrawn
    #[arg(long)]
    all: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the list.
pub(super) fn run(config: &Config, args: &ListArgs) -> anyhow::Result<ExitCode> {
    let mut activities = match activity::all(config) {
        Ok(found) => found,
        Err(error) => return Ok(failed(config, &error)),
    };
    let (first, last) = (args.from.unwrap_or(NaiveDate::MIN), args.to.unwrap_or(NaiveDate::MAX));
    let is_code = |code: &str| args.code.as_ref().is_none_or(|wanted| wanted.trim().eq_ignore_ascii_case(code));
    activities.retain(|each| each.touches(first, last) && is_code(&each.code) && (args.all || !each.is_withdrawn()));
    activities.sort_by_key(|activity| (activity.date, activity.number));
    let lines: Vec<Line<'_>> = activities.iter().map(Line::of).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Text if lines.is_empty() => say(config.language.pick("không có hoạt động nào", "no activities")),
        Format::Text => listing::text(&mut out, &table(config.language, &activities))?,
        Format::Json => listing::json(&mut out, &lines)?,
        Format::Csv => listing::csv(&mut out, &COLUMNS, &lines)?,
    }
    out.flush()?;
    Ok(ExitCode::from(DONE))
}

fn table(language: Language, activities: &[Activity]) -> Vec<[String; 9]> {
    let heads = language.pick(
        &["SỐ", "NGÀY", "MÃ", "KÊNH", "ĐỊA ĐIỂM", "SỐ NGƯỜI", "SỐ TTHC", "MINH CHỨNG", "HOẠT ĐỘNG"],
        &["NO", "DAY", "CODE", "CHANNEL", "PLACE", "PEOPLE", "PROCEDURES", "PROOF", "ACTIVITY"],
    );
    let dash = || "-".to_owned();
    let number = |number: Option<i64>| number.map_or_else(dash, |number| number.to_string());
    let cells = |activity: &Activity| {
        let withdrawn = language.pick(" (đã rút lại)", " (withdrawn)");
        [
            activity.number.to_string(),
            words::days(activity),
            activity.code.clone(),
            activity.channel.clone().unwrap_or_else(dash),
            activity.place.clone().unwrap_or_else(dash),
            number(activity.people),
            number(activity.procedures),
            words::proof(language, activity),
            activity.title.clone() + if activity.is_withdrawn() { withdrawn } else { "" },
        ]
    };
    std::iter::once(heads.map(str::to_owned)).chain(activities.iter().map(cells)).collect()
}
