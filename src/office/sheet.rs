//! What airs on some days, as a page to print and pin up.
//!
//! In: settings, the schedule, the days. Out: one HTML page. Lengths that the station does not know yet are measured, so that
//! the times on paper are whole. Must never write a file: whoever asks does. Next: `sheet_page`.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use super::foreseen::{catch_up, foresight, week_by_week};
use super::sheet_page::{Day, Look, Sheet, html};
use crate::calendar::{local_date, start_of_day, with_offset};
use crate::config::Config;
use crate::schedule::Schedule;
use crate::store::ReadError;

/// The sheets of some days, and why the database could not be read if it could not: then they name no bulletins. So many
/// files of unknown length are measured at most.
pub(crate) fn sheets(
    config: &Config,
    schedule: &Schedule,
    now: DateTime<Utc>,
    days: Range<NaiveDate>,
    look: Look<'_>,
    measured: usize,
) -> anyhow::Result<(String, Option<ReadError>)> {
    let zone = config.station.timezone;
    let begin = start_of_day(zone, days.start);
    let (mut foresight, fault) = foresight(config, schedule, now, begin, measured)?;
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
    let page = html(Sheet { config, days: &schedule.days, foresight: &foresight, made_at }, &sheets, look);
    Ok((page, fault))
}
