//! `loa zone history`: everything that was recorded of zones, also what was undone.
//!
//! In: a zone, or none for all. Out: a table in the station's language, JSON or CSV, oldest first. Zones that the station has no
//! more are shown by their ids. Reads only. Next: `crate::zones`.

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

use serde::Serialize;

use super::{minute, unknown};
use crate::airing::rfc3339;
use crate::backup::block_on;
use crate::cli::bulletin::{failed, tell};
use crate::cli::{DONE, Format, WRONG_INPUT, listing, say};
use crate::config::Config;
use crate::language::Language;
use crate::problem::{Problem, Severity};
use crate::store::{Register, RegisterError};
use crate::zones::{Act, Change};

/// Arguments of `loa zone history`.
#[derive(Debug, clap::Args)]
pub(super) struct HistoryArgs {
    /// Only of this zone
    zone: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints what was recorded.
pub(super) fn run(config: &Config, args: &HistoryArgs) -> anyhow::Result<ExitCode> {
    let acts = match acts(config) {
        Ok(acts) => acts,
        Err(error) => return Ok(failed(config, &error)),
    };
    let zone = args.zone.as_deref().map(str::trim);
    let is_known =
        |zone: &str| config.zones.iter().any(|each| each.id == zone) || acts.iter().any(|act| act.zone == zone);
    if let Some(zone) = zone.filter(|zone| !is_known(zone)) {
        tell(config, &[Problem::typed(Severity::Error, unknown(config, zone))]);
        return Ok(ExitCode::from(WRONG_INPUT));
    }
    let undone_by = |act: &Act| acts.iter().find(|other| other.undoes == Some(act.seq)).map(|other| other.seq);
    let wanted = acts.iter().filter(|act| zone.is_none_or(|zone| act.zone == zone));
    let lines: Vec<_> = wanted.map(|act| Line::of(config, act, undone_by(act))).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Text if lines.is_empty() => say(config.language.pick("chưa có ghi nhận nào", "nothing was recorded")),
        Format::Text => listing::text(&mut out, &table(config, &lines))?,
        Format::Json => listing::json(&mut out, &lines)?,
        Format::Csv => listing::csv(&mut out, &COLUMNS, &lines)?,
    }
    out.flush()?;
    Ok(ExitCode::from(DONE))
}

/// All acts, oldest first; none where nothing was ever recorded.
pub(super) fn acts(config: &Config) -> Result<Vec<Act>, RegisterError> {
    block_on(async {
        match Register::look(&config.data_dir).await? {
            Some(mut register) => register.zone_acts().await,
            None => Ok(Vec::new()),
        }
    })
}

/// An act as programs read it.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    seq: i64,
    zone: &'a str,
    name: &'a str,
    act: &'static str,
    at: String,
    why: Option<&'a str>,
    undoes: Option<i64>,
    undone_by: Option<i64>,
    recorded_at: String,
    by: &'a str,
    #[serde(skip)]
    is: &'a Act,
}

/// The columns of CSV, which are the keys of JSON.
const COLUMNS: [&str; 10] = ["seq", "zone", "name", "act", "at", "why", "undoes", "undone_by", "recorded_at", "by"];

impl<'a> Line<'a> {
    /// What programs read of an act.
    pub(super) fn of(config: &'a Config, act: &'a Act, undone_by: Option<i64>) -> Self {
        Self {
            seq: act.seq,
            zone: &act.zone,
            name: config.zone_name(&act.zone),
            act: act.act.as_str(),
            at: rfc3339(&act.at),
            why: act.why.as_deref(),
            undoes: act.undoes,
            undone_by,
            recorded_at: rfc3339(&act.recorded_at),
            by: &act.by,
            is: act,
        }
    }
}

fn table(config: &Config, lines: &[Line<'_>]) -> Vec<[String; 7]> {
    let heads = config.language.pick(
        &["SỐ", "CỤM LOA", "GHI NHẬN", "TỪ LÚC", "GHI LÚC", "NGƯỜI GHI", "LÝ DO"],
        &["SEQ", "ZONE", "ACT", "FROM", "RECORDED", "BY", "WHY"],
    );
    let cells = |line: &Line<'_>| {
        [
            line.seq.to_string(),
            format!("{} ({})", line.zone, line.name),
            act_words(config.language, line),
            minute(config, line.is.at),
            minute(config, line.is.recorded_at),
            line.by.to_owned(),
            line.why.unwrap_or_default().to_owned(),
        ]
    };
    std::iter::once(heads.map(str::to_owned)).chain(lines.iter().map(cells)).collect()
}

fn act_words(language: Language, line: &Line<'_>) -> String {
    let act = match (line.is.act, line.undoes) {
        (Change::Broken, _) => language.pick("hỏng", "broken").to_owned(),
        (Change::Repaired, _) => language.pick("đã sửa", "repaired").to_owned(),
        (Change::Undone, undoes) => {
            format!("{} {}", language.pick("hủy số", "undoes"), undoes.unwrap_or_default())
        }
    };
    match line.undone_by {
        None => act,
        Some(by) => format!("{act} ({} {by})", language.pick("đã hủy bởi số", "undone by")),
    }
}
