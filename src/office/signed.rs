//! Signed exports: rows of a span or of a report's period in a file that proves itself.
//!
//! In: the settings, what is asked for, a name for the file, who asks. Out: the file, whole and durable, and what it holds. Next:
//! `crate::signing`.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use crate::calendar::{start_of_day, with_offset};
use crate::config::Config;
use crate::report::make::make;
use crate::report::period::{self, Period};
use crate::signing::{self, ExportError, Exported, Wanted};
use crate::store::{Log, ReadError, Span};

/// Which rows are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Asked {
    /// Those of programmes of a span.
    Span(Span),
    /// All that the report of a period counts, by the calendar of the settings.
    Period(period::Span),
}

/// Writes a signed export; `by` asks for it `now`.
pub async fn export(
    config: &Config,
    asked: Asked,
    to: &Path,
    by: String,
    now: DateTime<Utc>,
) -> Result<Exported, ExportError> {
    let (span, period) = match asked {
        Asked::Span(span) => (span, None),
        Asked::Period(period) => {
            let period = Period::new(period, config.report.calendar);
            (counted_in(config, period, now).await?, Some(named(period)))
        }
    };
    let at = with_offset(config.station.timezone, now);
    let wanted = Wanted { data_dir: &config.data_dir, station: &config.station.name, span, period, to, by, at };
    signing::export(&wanted).await
}

/// The span widened to every row that the report of a period counts: it goes by the day of the sound, which may be another
/// than that of the schedule.
async fn counted_in(config: &Config, period: Period, now: DateTime<Utc>) -> Result<Span, ReadError> {
    let begin = |day| start_of_day(config.station.timezone, day);
    let period::Window { first, last } = period.window;
    let span = Span { from: Some(begin(first)), to: last.succ_opt().map(begin) };
    let totals = make(config, None, period, now).await?.figures.totals;
    let ends: Vec<i64> = [totals.first_seq, totals.last_seq].into_iter().flatten().collect();
    let rows = Log::open(&config.data_dir).await?.rows_of(&ends).await?;
    let scheduled = rows.iter().filter_map(|row| DateTime::parse_from_rfc3339(&row.scheduled_at).ok());
    Ok(scheduled.map(|at| at.to_utc()).fold(span, |Span { from, to }, at| Span {
        from: from.map(|from| from.min(at)),
        to: to.map(|to| to.max(at + TimeDelta::microseconds(1))),
    }))
}

/// A period as the header of an export names it, with its first and last day.
#[must_use]
pub fn named(period: Period) -> String {
    let period::Window { first, last } = period.window;
    format!("{}: {first}..{last}", period.span)
}
