//! `loa timetable --sheet`: what airs tomorrow, written as a page to print and pin up.
//!
//! In: settings, the first day, how many. Out: one HTML file; what was there is replaced, since each evening has its sheet.
//! Lengths that the station does not know yet are measured, so that the times on paper are whole. Next: `sheet_page`.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::foreseen::{catch_up, foresight, week_by_week};
use super::sheet_page::{Day, Look, Sheet, html};
use super::timetable::accepted;
use super::when::When;
use super::{DONE, WrongInput, say};
use crate::calendar::{local_date, start_of_day, with_offset};
use crate::clock::Clock;
use crate::config::Config;
use crate::problem::system::refusal;
use crate::schedule::Schedule;

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
    let page = page(config, &accepted(config)?, now, first..first + TimeDelta::days(days), Look::Inside, usize::MAX)?;
    if output == Path::new("-") {
        io::stdout().lock().write_all(page.as_bytes())?;
        return Ok(ExitCode::from(DONE));
    }
    replace(output, page.as_bytes())
        .map_err(|error| anyhow!("cannot write `{}`: {}", output.display(), refusal(&error)))?;
    let shown = config.language.long_date(first);
    say(format_args!("`{}`: {shown}{}", output.display(), if days > 1 { " ..." } else { "" }));
    Ok(ExitCode::from(DONE))
}

/// The sheets of some days; so many files of unknown length are measured at most.
pub(crate) fn page(
    config: &Config,
    schedule: &Schedule,
    now: DateTime<Utc>,
    days: Range<NaiveDate>,
    look: Look<'_>,
    measured: usize,
) -> anyhow::Result<String> {
    let zone = config.station.timezone;
    let begin = start_of_day(zone, days.start);
    let mut foresight = foresight(config, schedule, now, begin, measured)?;
    catch_up(&mut foresight, schedule, zone, now, begin);
    let each = days.start.iter_days().take_while(|day| *day < days.end);
    let mut sheets: Vec<Day> = each.map(|day| Day { day, rundowns: Vec::new() }).collect();
    let end = start_of_day(zone, days.end);
    for occurrence in week_by_week(schedule, zone, begin..end) {
        let rundown = foresight.rundown(&occurrence);
        let day = local_date(zone, occurrence.scheduled_at);
        if let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.day == day) {
            sheet.rundowns.push(rundown);
        }
    }
    let made_at = with_offset(zone, now);
    Ok(html(Sheet { config, days: &schedule.days, foresight: &foresight, made_at }, &sheets, look))
}

/// Writes a file anew as a whole: what was there stays until the new one is on the disk. What is no plain file (a pipe, a
/// printer) is written to, and so is what a link leads to.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let there = fs::metadata(&place).ok();
    if there.as_ref().is_some_and(|facts| !facts.is_file()) {
        return fs::write(&place, content);
    }
    let mut beside = place.file_name().map_or_else(Default::default, OsStr::to_owned);
    beside.push(format!(".{}.new", std::process::id()));
    let beside = place.with_file_name(beside);
    let written = write_new(&beside, content, there.map(|facts| facts.permissions()));
    let replaced = written.and_then(|()| fs::rename(&beside, &place));
    if replaced.is_err() {
        // Only half of it is there.
        let _ = fs::remove_file(&beside);
    }
    replaced
}

fn write_new(path: &Path, content: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}
