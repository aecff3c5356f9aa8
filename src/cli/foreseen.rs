//! What a command knows of coming programmes.
//!
//! In: what `office::foreseen` is given. Out: what it knows; a database that cannot be read is said on stderr, and the command
//! goes on without it. Next: `timetable`.

use chrono::{DateTime, Utc};

use super::say;
use crate::config::Config;
use crate::office::foreseen;
pub(super) use crate::office::foreseen::{catch_up, named, read, week_by_week};
use crate::rundown::foresee::Foresight;
use crate::schedule::Schedule;

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
        say(format_args!("warning: {error}; bulletins and the queue are not shown"));
    }
    Ok(foresight)
}
