//! What a command knows of coming programmes.
//!
//! In: what `office::foreseen` is given. Out: what it knows; a database that cannot be read is said on stderr, and the command
//! goes on without it. Next: `timetable`.

use chrono::{DateTime, Utc};

use super::say;
use crate::config::Config;
use crate::office::foreseen;
pub(super) use crate::office::foreseen::{catch_up, week_by_week};
use crate::rundown::foresee::Foresight;
use crate::schedule::Schedule;
use crate::store::ReadError;

/// What is known now; the arguments are those of `office::foreseen::foresight`.
pub(super) fn foresight(
    config: &Config,
    schedule: &Schedule,
    now: DateTime<Utc>,
    from: DateTime<Utc>,
    measured: usize,
) -> anyhow::Result<Foresight> {
    let (foresight, fault) = foreseen::foresight(config, schedule, now, from, measured)?;
    if let Some(error) = fault {
        say(without_bulletins(&error));
    }
    Ok(foresight)
}

/// What is missing where the database cannot be read.
pub(super) fn without_bulletins(error: &ReadError) -> String {
    format!("warning: {error}; bulletins and the queue are not shown")
}
