//! `loa zone list`: how each zone is now.
//!
//! In: the zones of loa.toml, what was recorded of them. Out: a table in the station's language, JSON
//! or CSV. Reads only. Next: `crate::zones`.

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

use crate::cli::bulletin::failed;
use crate::cli::{DONE, Format, listing, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::office::zone::acts;
use crate::office::zone::told::{ZoneLine, lines, minute};

/// Arguments of `loa zone list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the zones.
pub(super) fn run(config: &Config, args: &ListArgs) -> anyhow::Result<ExitCode> {
    let acts = match acts(config) {
        Ok(acts) => acts,
        Err(error) => return Ok(failed(config, &error)),
    };
    let now = Clock::system().now().wall;
    let lines = lines(config, &acts, now);
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Text if lines.is_empty() => {
            say(config.language.pick("loa.toml không có cụm loa nào", "no zone in loa.toml"));
        }
        Format::Text => listing::text(&mut out, &table(config, &lines))?,
        Format::Json => listing::json(&mut out, &lines)?,
        Format::Csv => listing::csv(&mut out, &COLUMNS, &lines)?,
    }
    out.flush()?;
    Ok(ExitCode::from(DONE))
}

/// The columns of CSV, which are the keys of JSON.
const COLUMNS: [&str; 8] = ["zone", "name", "speakers", "state", "since", "why", "by", "broken_days_this_month"];

fn table(config: &Config, lines: &[ZoneLine<'_>]) -> Vec<[String; 8]> {
    let language = config.language;
    let heads = language.pick(
        &["MÃ", "CỤM LOA", "SỐ LOA", "TÌNH TRẠNG", "TỪ LÚC", "SỐ NGÀY HỎNG THÁNG NÀY", "NGƯỜI GHI", "LÝ DO"],
        &["ZONE", "NAME", "SPEAKERS", "STATE", "SINCE", "DAYS BROKEN THIS MONTH", "BY", "WHY"],
    );
    let dash = || "-".to_owned();
    let cells = |line: &ZoneLine<'_>| {
        let broken = if line.since_at.is_some() {
            language.pick("hỏng", "broken")
        } else {
            language.pick("hoạt động", "working")
        };
        [
            line.zone.to_owned(),
            line.name.to_owned(),
            line.speakers.map_or_else(dash, |speakers| speakers.to_string()),
            broken.to_owned(),
            line.since_at.map_or_else(dash, |since| minute(config, since)),
            line.broken_days_this_month.to_string(),
            line.by.map_or_else(dash, str::to_owned),
            line.why.unwrap_or_default().to_owned(),
        ]
    };
    std::iter::once(heads.map(str::to_owned)).chain(lines.iter().map(cells)).collect()
}
