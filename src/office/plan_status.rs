//! How far the plan is carried out in a period, else in its year so far.
//!
//! In: settings, the log, a period or none. Out: the plan, the figures and the state of each obligation, or why there is nothing
//! to tell yet. Must never count: that is `report::figures`. Next: `report::status`.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::evidence::{accepted, told};
use crate::calendar::local_date;
use crate::config::Config;
use crate::plan::Plan;
use crate::report::make::{self, Made};
use crate::report::period::{Calendar, Period, Span, Window};
use crate::report::status::{Status, status};

/// Nothing can be told of the plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Undue {
    /// There is none.
    #[error("there is no plan whose status could be told: `{}` is not there", .0.display())]
    NoPlan(PathBuf),
    /// Its year has not begun, or it was not signed yet.
    #[error(
        "nothing of the plan is due yet: it is of {signed} and for the year from {} to {}, and today is {today}; \
         name a period with `--period`", .year.first, .year.last
    )]
    NotYet {
        /// Its date.
        signed: NaiveDate,
        /// The days of its year.
        year: Window,
        /// Today.
        today: NaiveDate,
    },
}

/// How far the plan is carried out, and what that is made from.
pub(crate) struct Standing {
    /// The plan.
    pub(crate) plan: Arc<Plan>,
    /// The figures.
    pub(crate) made: Made,
    /// Each theme, form and task.
    pub(crate) status: Status,
}

/// The days of the plan's year since it was signed that have come.
fn period(plan: &Plan, today: NaiveDate, calendar: Calendar) -> Result<Period, Undue> {
    let of_year = i32::try_from(plan.year).map(|year| Period::new(Span::Year(year), calendar).window);
    let year = of_year.expect("a plan's year is from 2000 to 2100");
    let window = Window { first: plan.date.max(year.first), last: today.min(year.last) };
    if window.first > window.last {
        return Err(Undue::NotYet { signed: plan.date, year, today });
    }
    Ok(Period::new(Span::Days(window), calendar))
}

/// The status with what it was made from, as programs read it.
#[derive(Serialize)]
pub(crate) struct Export<'a> {
    plan: &'a str,
    number: Option<&'a str>,
    year: i64,
    head: String,
    percent: usize,
    /// Criterion 4.1 of letter 244/PNV, for information.
    score_hundredths: usize,
    #[serde(flatten)]
    status: &'a Status,
}

impl Standing {
    /// Makes it. That nothing is due is an [`Undue`].
    pub(crate) async fn make(config: &Config, asked: Option<Period>, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let plan = accepted(config)?.plan.ok_or_else(|| Undue::NoPlan(config.schedules_dir().join("plan.toml")))?;
        let today = local_date(config.station.timezone, now);
        let period = asked.map_or_else(|| period(&plan, today, config.report.calendar), Ok)?;
        let made = make::make(config, Some(&plan), period, now)
            .await
            .map_err(|error| told(error.of_lost(&config.data_dir)))?;
        let status = status(&plan, &made.figures, &made.activities);
        Ok(Self { plan, made, status })
    }

    /// What programs read.
    pub(crate) fn export(&self) -> Export<'_> {
        let Self { plan, made, status } = self;
        Export {
            plan: &plan.title,
            number: plan.number.as_deref(),
            year: plan.year,
            head: made.heads.log.to_string(),
            percent: status.percent(),
            score_hundredths: status.score_hundredths(),
            status,
        }
    }
}
