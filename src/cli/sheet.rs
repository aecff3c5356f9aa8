//! `loa timetable --sheet`: what airs tomorrow, written as a page to print and pin up.
//!
//! In: settings, the first day, how many. Out: one HTML file; what was there is replaced, since each evening has its sheet.
//! Next: `crate::office::sheet`.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use chrono::{NaiveDate, TimeDelta};

use super::foreseen::without_bulletins;
use super::timetable::accepted;
use super::when::When;
use super::{DONE, WrongInput, say};
use crate::calendar::local_date;
use crate::clock::Clock;
use crate::config::Config;
use crate::office::replace::replace;
use crate::office::sheet::sheets;
use crate::office::sheet_page::Look;
use crate::problem::system::refusal;

/// A month of sheets; more is a mistake.
const MOST_DAYS: i64 = 31;

/// Writes the sheets of some days, from tomorrow on if no day is given.
pub(super) fn write(config: &Config, from: Option<When>, days: i64, output: &Path) -> anyhow::Result<ExitCode> {
    let (zone, now) = (config.station.timezone, Clock::system().now().wall);
    let first: NaiveDate = match from {
        None => local_date(zone, now) + TimeDelta::days(1),
        Some(When::Day(day)) => day,
        Some(When::Instant(_)) => return Err(WrongInput("`--sheet` takes a day as `--from`: YYYY-MM-DD".into()).into()),
    };
    if days > MOST_DAYS {
        return Err(WrongInput(format!("at most {MOST_DAYS} sheets are made at once")).into());
    }
    let days_shown = first..first + TimeDelta::days(days);
    let (page, fault) = sheets(config, &accepted(config)?, now, days_shown, Look::Inside, usize::MAX)?;
    if let Some(error) = fault {
        say(without_bulletins(&error));
    }
    if output == Path::new("-") {
        io::stdout().lock().write_all(page.as_bytes())?;
        return Ok(ExitCode::from(DONE));
    }
    replace(output, page.as_bytes(), || true)
        .map_err(|error| anyhow!("cannot write `{}`: {}", output.display(), refusal(&error)))?;
    let shown = config.language.long_date(first);
    say(format_args!("`{}`: {shown}{}", output.display(), if days > 1 { " ..." } else { "" }));
    Ok(ExitCode::from(DONE))
}
