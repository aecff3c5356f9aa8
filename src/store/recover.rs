//! What to do with attempts that were open when the program or the machine went down. Pure.
//!
//! In: the rows of `on_air` that the last run left, and whether this is the same boot. Out: the airings that become rows
//! of the log, the intents that leave none, and the emergency that was not brought to its end. Next: `memory`.

use chrono::{DateTime, TimeDelta, Utc};

use crate::airing::{Airing, AiringId, Kind, Outcome, Reason};
use crate::desk::Measured;

/// How long an emergency that never started is kept; whether it still airs is the desk's to say, and it says no far sooner.
const KEPT_INTENT: TimeDelta = TimeDelta::days(1);

/// One attempt that was about to start or on the air.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OnAir {
    pub(super) facts: Airing,
    /// When its newest record was committed.
    pub(super) alive_at: DateTime<Utc>,
    pub(super) progress: Option<Progress>,
}

/// How far it had come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Progress {
    pub(super) started_at: DateTime<Utc>,
    pub(super) start_error_us: Option<i64>,
    pub(super) measured: Measured,
}

/// What becomes of open attempts.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Recovery {
    /// They were on the air: each gets its row.
    pub(super) interrupted: Vec<Airing>,
    /// They never started: no row.
    pub(super) withdrawn: Vec<(AiringId, u32)>,
    /// The newest emergency among them, and when it was last known to be alive.
    pub(super) emergency: Option<(Airing, DateTime<Utc>)>,
}

/// Decides over every open attempt. An emergency's intent stays where it is, so that a second power loss before it starts
/// does not lose it.
pub(super) fn plan(on_air: Vec<OnAir>, boot_id: &str, now: DateTime<Utc>) -> Recovery {
    let mut recovery = Recovery::default();
    for OnAir { facts, alive_at, progress } in on_air {
        let is_emergency = facts.kind == Kind::Emergency;
        let (airing, alive_at) = match progress {
            Some(progress) => {
                let interrupted = interrupt(facts, progress, boot_id);
                let ended_at = interrupted.ended_at.map_or(alive_at, |ended_at| ended_at.to_utc());
                recovery.interrupted.push(interrupted.clone());
                (interrupted, ended_at)
            }
            None if is_emergency && now - alive_at < KEPT_INTENT => (facts, alive_at),
            None => {
                recovery.withdrawn.push((facts.airing, facts.attempt));
                continue;
            }
        };
        if is_emergency && recovery.emergency.as_ref().is_none_or(|(_, newest)| *newest < alive_at) {
            recovery.emergency = Some((airing, alive_at));
        }
    }
    recovery
}

fn interrupt(facts: Airing, progress: Progress, boot_id: &str) -> Airing {
    let measured = progress.measured;
    let started_at = progress.started_at.with_timezone(facts.scheduled_at.offset());
    Airing {
        started_at: Some(started_at),
        ended_at: Some(started_at + TimeDelta::milliseconds(measured.elapsed_ms)),
        start_error_us: progress.start_error_us,
        aired_ms: measured.aired_ms,
        outcome: Some(Outcome::Interrupted),
        reason: Some(if facts.boot_id == boot_id { Reason::Crash } else { Reason::PowerLoss }),
        level_dbfs: Some(measured.level_dbfs),
        peak_dbfs: Some(measured.peak_dbfs),
        xruns: measured.xruns,
        starved_ms: measured.starved_ms,
        ..facts
    }
}
