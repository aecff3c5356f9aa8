//! `loa zone history`: everything that was recorded of zones, also what was undone.
//!
//! In: a zone, or none for all. Out: a table in the station's language, JSON or CSV, oldest first. Zones that the station has no
//! more are shown by their ids. Reads only. Next: `crate::zones`.

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

use crate::cli::bulletin::{failed, tell};
use crate::cli::{DONE, Format, WRONG_INPUT, listing, say};
use crate::config::Config;
use crate::office::zone::told::{ActLine, act_words, minute};
use crate::office::zone::{acts, unknown};
use crate::problem::{Problem, Severity};
use crate::zones::Act;

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
    let lines: Vec<ActLine<'_>> = wanted.map(|act| ActLine::of(config, act, undone_by(act))).collect();
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

/// The columns of CSV, which are the keys of JSON.
const COLUMNS: [&str; 10] = ["seq", "zone", "name", "act", "at", "why", "undoes", "undone_by", "recorded_at", "by"];

fn table(config: &Config, lines: &[ActLine<'_>]) -> Vec<[String; 7]> {
    let heads = config.language.pick(
        &["SỐ", "CỤM LOA", "GHI NHẬN", "TỪ LÚC", "GHI LÚC", "NGƯỜI GHI", "LÝ DO"],
        &["SEQ", "ZONE", "ACT", "FROM", "RECORDED", "BY", "WHY"],
    );
    let cells = |line: &ActLine<'_>| {
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
