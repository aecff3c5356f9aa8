//! What to do with attempts that were open when the program or the machine went down. Pure.
//!
//! In: the rows of `on_air` that the last run left, and whether this is the same boot. Out: the airings that become rows
//! of the log, the intents that leave none, and the emergencies that never started. Next: `memory`.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::emergencies;
use crate::airing::{Airing, AiringId, Kind, Outcome, Reason};
use crate::desk::Measured;

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
    /// They were on the air, or a person was told that they would be: each gets its row.
    pub(super) interrupted: Vec<Airing>,
    /// They never started: no row.
    pub(super) withdrawn: Vec<(AiringId, u32)>,
    /// The emergencies among those that never started, which keep their intents; when each was last known to be alive.
    pub(super) emergencies: Vec<(Airing, DateTime<Utc>)>,
}

/// Decides over every open attempt. An emergency's intent stays where it is, so that a second power loss before it starts
/// does not lose it.
pub(super) fn plan(on_air: Vec<OnAir>, boot_id: &str, now: DateTime<Utc>) -> Recovery {
    let mut recovery = Recovery::default();
    // An act was alive as long as any of its repeats was.
    let mut alive: HashMap<String, DateTime<Utc>> = HashMap::new();
    for OnAir { facts, alive_at, .. } in &on_air {
        let newest = alive.entry(act(&facts.airing).to_owned()).or_insert(*alive_at);
        *newest = (*newest).max(*alive_at);
    }
    for OnAir { facts, alive_at, progress } in on_air {
        match progress {
            Some(progress) => recovery.interrupted.push(interrupt(facts, progress, boot_id)),
            None if facts.kind == Kind::Emergency && now - alive_at < emergencies::KEPT => {
                let alive_at = alive[act(&facts.airing)];
                recovery.emergencies.push((facts, alive_at));
            }
            None if facts.kind == Kind::Operator => {
                // Nothing of it airs later, but that it was asked for, by whom, and came to nothing, stays on record.
                let (outcome, reason) = (Some(Outcome::Missed), Some(Reason::StationOff));
                recovery.interrupted.push(Airing { outcome, reason, gain_cb: None, trimmed_ms: None, ..facts });
            }
            None => recovery.withdrawn.push((facts.airing, facts.attempt)),
        }
    }
    recovery
}

/// What all repeats of an act have in common.
fn act(airing: &AiringId) -> &str {
    airing.as_str().rsplit_once('/').map_or(airing.as_str(), |(act, _)| act)
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
