//! Figures of a period from the data folder, in one walk through the log.
//!
//! In: the settings, the plan and a period. Out: the figures with what else they rest on, and what proves it: the heads of all
//! chains and the number of the last row that was looked at. Reads only, beside a running station too; whatever comes into the
//! log meanwhile is not in it. Altered rows are refused. Must never count: that is `figures`. Next: `store::facts`.

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::fact::Marks;
use super::figures::Figures;
use super::figures::gather::{Gathering, Given};
use super::period::{Period, Window};
use crate::activity::Activity;
use crate::calendar::{local_date, start_of_day};
use crate::config::Config;
use crate::plan::Plan;
use crate::store::{Heads, Known, Log, Proved, ReadError, Span};
use crate::zones::{Act, States};

/// How much later than it was scheduled an airing can start and be found all the same. A window is a day at most; the rest is
/// for a clock that was set forward under a programme. Emergencies wait longer for a device, and are looked for.
const LATE: TimeDelta = TimeDelta::days(31);
/// How much earlier: a day of a row is that of the offset it was written with, which may be another one than today's.
const EARLY: TimeDelta = TimeDelta::days(2);

/// Figures, and what they were made of.
#[derive(Debug)]
pub struct Made {
    /// What was asked for.
    pub period: Period,
    /// The figures.
    pub figures: Figures,
    /// What was done besides the air, withdrawn ones too, lowest number first.
    pub activities: Vec<Activity>,
    /// What was recorded of the zones, oldest first.
    pub zone_acts: Vec<Act>,
    /// Corrections and notes of the whole log.
    pub marks: Marks,
    /// The newest row of each chain: nothing later was looked at.
    pub heads: Heads,
    /// Which rows were proved before they were counted.
    pub proved: Proved,
    /// Version of the program.
    pub version: &'static str,
}

/// Makes the figures of a period; `now` ends what can be known.
pub async fn make(config: &Config, plan: Option<&Plan>, period: Period, now: DateTime<Utc>) -> Result<Made, ReadError> {
    let timezone = config.station.timezone;
    let mut log = Log::open(&config.data_dir).await?;
    let Known { heads, zone_acts, activities, marks } = log.known().await?;
    let states = States::new(&zone_acts);
    let given = Given {
        period,
        plan,
        zones: &config.zones,
        states: &states,
        activities: &activities,
        timezone,
        today: local_date(timezone, now),
    };
    let proved = prove(config, given.span(), heads.log.seq).await?;
    let figures = figures(config, log, given, &marks, heads.log.seq).await?;
    Ok(Made { period, figures, activities, zone_acts, marks, heads, proved, version: env!("CARGO_PKG_VERSION") })
}

/// Proves the rows up to one that something of a window is made of; the first broken one is the error.
pub async fn prove(config: &Config, window: Window, last: i64) -> Result<Proved, ReadError> {
    let mut log = Log::open(&config.data_dir).await?;
    let span = span(&mut log, window, config).await?;
    log.prove(span, last).await
}

/// The figures of what is given and the rows of a log up to one; the marks are of these rows.
pub async fn figures(
    config: &Config,
    mut log: Log,
    given: Given<'_>,
    marks: &Marks,
    last: i64,
) -> Result<Figures, ReadError> {
    let span = span(&mut log, given.span(), config).await?;
    let mut facts = log.facts(span, last).await?;
    let mut gathering = Gathering::new(given, marks);
    while let Some(page) = facts.next().await? {
        for fact in page {
            gathering.take(fact);
        }
    }
    Ok(gathering.finish())
}

/// Every row of an airing whose day may lie in a window.
pub async fn span(log: &mut Log, window: Window, config: &Config) -> Result<Span, ReadError> {
    let begin = start_of_day(config.station.timezone, window.first) - EARLY;
    let end = window.last.checked_add_days(Days::new(1)).unwrap_or(window.last);
    let emergency = log.earliest_emergency(begin).await?;
    let from = (begin - LATE).min(emergency.unwrap_or(begin));
    Ok(Span { from: Some(from), to: Some(start_of_day(config.station.timezone, end) + EARLY) })
}
