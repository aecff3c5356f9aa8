//! What book and bundle are made from: the schedules' days, and the log as of one row.
//!
//! In: settings, the time. Out: the plan, special days, activities, and the airings of a window. Reads only, beside a running station too:
//! rows that come later are not seen, so that all that is made of it agrees. Next: `report::logbook`.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use crate::activity::Activity;
use crate::calendar::{local_date, with_offset};
use crate::config::Config;
use crate::language::Language;
use crate::plan::Plan;
use crate::report::fact::Marks;
use crate::report::logbook::{Entry, Gathering, Rows};
use crate::report::make::{prove, span};
use crate::report::origin::chain;
use crate::report::period::Window;
use crate::report::table::date;
use crate::schedule::Schedule;
use crate::schedule::days::Days;
use crate::store::{Head, Heads, Known, Log, Proved, ReadError};
use crate::zones::Act;

/// The log and all that it is held against.
pub(crate) struct Evidence<'a> {
    pub(crate) config: &'a Config,
    /// The plan, if the station has one.
    pub(crate) plan: Option<Arc<Plan>>,
    /// Special days and duties.
    pub(crate) days: Arc<Days>,
    /// What was done besides the air, withdrawn ones included.
    pub(crate) activities: Vec<Activity>,
    /// What was recorded of the zones, oldest first.
    pub(crate) zone_acts: Vec<Act>,
    /// Repeated airings, corrections, notes.
    pub(crate) marks: Marks,
    /// The newest row that is looked at.
    pub(crate) head: Head,
    /// The newest row of every chain, that of the log included.
    pub(crate) heads: Heads,
    /// Which rows were proved.
    pub(crate) proved: Proved,
    /// Now.
    pub(crate) now: DateTime<Utc>,
}

impl<'a> Evidence<'a> {
    /// Reads the schedules and what must be known of the whole log. Problems of the schedules are the error.
    ///
    /// The rows that something of the window is made of are proved first: nothing is made of a log that was altered.
    pub(crate) async fn open(config: &'a Config, window: Window, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let schedule = accepted(config)?;
        let mut log = open(config).await?;
        let Known { heads, zone_acts, activities, marks } = log.known().await.map_err(told)?;
        let proved = prove(config, window, heads.log.seq).await.map_err(told)?;
        let (plan, days, head) = (schedule.plan, schedule.days, heads.log.clone());
        Ok(Self { config, plan, days, activities, zone_acts, marks, head, heads, proved, now })
    }

    /// The day that it is here.
    pub(crate) fn today(&self) -> NaiveDate {
        local_date(self.config.station.timezone, self.now)
    }

    /// The airings of a window that are wanted.
    pub(crate) async fn rows(&self, window: Window, wants: impl Fn(&Entry) -> bool) -> anyhow::Result<Rows> {
        let mut gathering = Gathering::new(window, &self.marks, wants);
        let mut log = open(self.config).await?;
        let span = span(&mut log, window, self.config).await?;
        let mut facts = log.facts(span, self.head.seq).await?;
        while let Some(page) = facts.next().await? {
            for fact in page {
                gathering.take(fact);
            }
        }
        Ok(gathering.finish())
    }

    /// What stands on each page: the days, their rows, the head of the log, the program, when it was made.
    pub(crate) fn footer(&self, Window { first, last }: Window, rows: &Rows) -> String {
        let language = self.config.language;
        let rows = rows.named(language);
        let [first, last] = [first, last].map(|day| date(day, language));
        let made_at = with_offset(self.config.station.timezone, self.now).format("%H:%M:%S");
        let chain = chain(self.proved, language);
        let (made_on, head, program) = (date(self.today(), language), &self.head, env!("CARGO_PKG_VERSION"));
        match language {
            Language::Vi => {
                format!(
                    "Từ {first} đến {last}; {rows}; nhật ký đến dòng {head}; {chain}; loa {program}; lập lúc {made_at} ngày {made_on}"
                )
            }
            Language::En => {
                format!(
                    "{first} to {last}; {rows}; log up to row {head}; {chain}; loa {program}; made at {made_at} on {made_on}"
                )
            }
        }
    }
}

/// The log of a station; one that is lost is told as such.
pub(crate) async fn open(config: &Config) -> Result<Log, ReadError> {
    Log::open(&config.data_dir).await.map_err(|error| error.of_lost(&config.data_dir))
}

/// A log that was altered: nothing is made of it.
#[derive(Debug, thiserror::Error)]
#[error("{0}: nothing is made of a log that is not as it was written; see `loa log verify`")]
pub(crate) struct Altered(ReadError);

/// What is wrong with the log, and what to do.
pub(crate) fn told(error: ReadError) -> anyhow::Error {
    let is_altered = matches!(error, ReadError::Broken(_) | ReadError::BrokenZoneAct(_) | ReadError::BrokenActivity(_));
    if is_altered { Altered(error).into() } else { error.into() }
}

/// The station's schedule; one with errors has no timetable.
pub(crate) fn accepted(config: &Config) -> anyhow::Result<Schedule> {
    Ok(super::foreseen::accepted(config)?)
}
