//! What book, status and bundle are made from: the schedules' plan and days, and the log as of one row.
//!
//! In: settings. Out: the plan, special days, states of zones, activities, and the rows of a window handed on one by one. Reads
//! only, beside a running station too: rows that come later are not seen, so that all that is made of it agrees. Next:
//! `report::figures`, `report::logbook`.

use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};

use super::timetable::accepted;
use crate::activity::Activity;
use crate::calendar::{local_date, with_offset};
use crate::clock::Clock;
use crate::config::Config;
use crate::language::Language;
use crate::plan::Plan;
use crate::report::fact::{Fact, Marks};
use crate::report::figures::Figures;
use crate::report::figures::gather::{Gathering, Given};
use crate::report::logbook::{self, Entry, Rows};
use crate::report::make::span;
use crate::report::period::{Period, Window};
use crate::report::table::date;
use crate::schedule::days::Days;
use crate::store::{Head, Heads, Log, ReadError};
use crate::zones::States;

/// The log and all that it is held against.
pub(super) struct Evidence<'a> {
    config: &'a Config,
    /// The plan, if the station has one.
    pub(super) plan: Option<Arc<Plan>>,
    /// Special days and duties.
    pub(super) days: Arc<Days>,
    /// When zones were broken.
    states: States,
    /// What was done besides the air, withdrawn ones included.
    pub(super) activities: Vec<Activity>,
    /// Repeated airings, corrections, notes.
    marks: Marks,
    /// The newest row that is looked at.
    pub(super) head: Head,
    /// The newest row of every chain, that of the log included.
    pub(super) heads: Heads,
    /// Now.
    pub(super) now: DateTime<Utc>,
    /// The day that it is here.
    pub(super) today: NaiveDate,
}

/// Has something done with the log in a runtime of its own.
pub(super) fn with_evidence<T>(
    config: &Config,
    act: impl AsyncFnOnce(Evidence<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("cannot start the runtime")?;
    runtime.block_on(async { act(Evidence::open(config).await?).await })
}

impl<'a> Evidence<'a> {
    /// Reads the schedules and what must be known of the whole log. Problems of the schedules are the error.
    async fn open(config: &'a Config) -> anyhow::Result<Self> {
        let schedule = accepted(config)?;
        let mut log = Self::log(config).await?;
        let heads = log.heads().await?;
        let head = heads.log.clone();
        let now = Clock::system().now().wall;
        Ok(Self {
            config,
            plan: schedule.plan,
            days: schedule.days,
            states: States::new(&log.zone_acts().await?),
            activities: log.activities().await?,
            marks: log.marks(head.seq).await?,
            head,
            heads,
            now,
            today: local_date(config.station.timezone, now),
        })
    }

    async fn log(config: &Config) -> Result<Log, ReadError> {
        Log::open(&config.data_dir).await.map_err(|error| error.of_lost(&config.data_dir))
    }

    /// The figures of a period.
    pub(super) async fn figures(&self, period: Period) -> anyhow::Result<Figures> {
        let given = Given {
            period,
            plan: self.plan.as_deref(),
            zones: &self.config.zones,
            states: &self.states,
            activities: &self.activities,
            timezone: self.config.station.timezone,
            today: self.today,
        };
        let mut gathering = Gathering::new(given, &self.marks);
        self.each(given.span(), |fact| gathering.take(fact)).await?;
        Ok(gathering.finish())
    }

    /// The airings of a window that are wanted.
    pub(super) async fn rows(&self, window: Window, wants: impl Fn(&Entry) -> bool) -> anyhow::Result<Rows> {
        let mut gathering = logbook::Gathering::new(window, &self.marks, wants);
        self.each(window, |fact| gathering.take(fact)).await?;
        Ok(gathering.finish())
    }

    /// What stands on each page: the days, the head of the log, the program, when it was made.
    pub(super) fn footer(&self, Window { first, last }: Window) -> String {
        let language = self.config.language;
        let [first, last] = [first, last].map(|day| date(day, language));
        let made_at = with_offset(self.config.station.timezone, self.now).format("%H:%M:%S");
        let (made_on, head, program) = (date(self.today, language), &self.head, env!("CARGO_PKG_VERSION"));
        match language {
            Language::Vi => format!(
                "Từ {first} đến {last}; nhật ký đến dòng {head}; loa {program}; lập lúc {made_at} ngày {made_on}"
            ),
            Language::En => {
                format!("{first} to {last}; log up to row {head}; loa {program}; made at {made_at} on {made_on}")
            }
        }
    }

    /// Hands on every row that may belong to an airing of these days, in the order of the log.
    async fn each(&self, window: Window, mut take: impl FnMut(Fact)) -> Result<(), ReadError> {
        let mut log = Self::log(self.config).await?;
        let span = span(&mut log, window, self.config).await?;
        let mut facts = log.facts(span, self.head.seq).await?;
        while let Some(page) = facts.next().await? {
            page.into_iter().for_each(&mut take);
        }
        Ok(())
    }
}
