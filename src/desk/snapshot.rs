//! What the station says of itself: the answer to `status`.
//!
//! In: the desk. Out: plain values, ready for JSON. Pure; it promises nothing that was not measured. Next: `control`.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::playing::{Source, Stage};
use super::run::Stand;
use super::{Desk, rows};
use crate::airing::{AiringId, ClockState, Kind, OutputKind, Priority};
use crate::clock::Moment;

/// So many coming programmes are told.
const NEXT: usize = 5;

/// The state of the station at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When.
    pub at: DateTime<FixedOffset>,
    /// Name of the station.
    pub station: String,
    /// Where the sound goes.
    pub output: OutputKind,
    /// Id of the open device.
    pub device: Option<String>,
    /// Why there is none.
    pub device_lost: Option<String>,
    /// How far the clock is believed.
    pub clock: ClockState,
    /// The log was written to at this instant, later than the clock says: programmes do not air by it.
    pub clock_behind: Option<DateTime<FixedOffset>>,
    /// What is on the air.
    pub on_air: Option<SnapshotItem>,
    /// Titles of acts that wait.
    pub waiting: Vec<String>,
    /// The next programmes.
    pub next: Vec<SnapshotNext>,
}

/// What is on the air.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotItem {
    /// Which slot.
    pub airing: AiringId,
    /// Which try.
    #[serde(default = "first")]
    pub attempt: u32,
    /// What kind of airing.
    #[serde(default = "fixed")]
    pub kind: Kind,
    /// Id of its programme.
    #[serde(default)]
    pub programme: Option<String>,
    /// Title of its programme.
    pub programme_title: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Number of the bulletin.
    #[serde(default)]
    pub bulletin: Option<i64>,
    /// Theme codes, the main one first.
    #[serde(default)]
    pub themes: Vec<String>,
    /// Who put it on the air, for acts of a person.
    #[serde(default)]
    pub by: Option<String>,
    /// Which airing goes first.
    pub priority: Priority,
    /// When its first frame played.
    pub started_at: DateTime<FixedOffset>,
    /// Sound that has left the device so far.
    pub aired_ms: i64,
    /// Of how much.
    pub planned_ms: Option<i64>,
}

/// Answers of earlier versions tell neither.
const fn first() -> u32 {
    1
}
const fn fixed() -> Kind {
    Kind::Fixed
}

/// A programme to come, or one whose window is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotNext {
    /// Id of the programme.
    pub programme: String,
    /// Its title.
    pub title: String,
    /// Its start.
    pub scheduled_at: DateTime<FixedOffset>,
}

impl Desk {
    /// The state of the station.
    #[must_use]
    pub fn snapshot(&self, now: Moment) -> Snapshot {
        let local = |at| rows::local(&self.facts, at);
        let clock = self.trust.state(now);
        let behind = (clock == ClockState::Untrusted).then(|| self.trust.yardstick());
        let on_air = self.playing.iter().rev().find_map(|playing| match playing.stage {
            Stage::OnAir { at, .. } => Some(SnapshotItem {
                airing: playing.row.airing.clone(),
                attempt: playing.row.attempt,
                kind: playing.row.kind,
                programme: playing.row.programme.clone(),
                programme_title: playing.row.programme_title.clone(),
                title: playing.row.title.clone(),
                bulletin: playing.row.bulletin,
                themes: playing.row.themes.clone(),
                by: playing.row.by.clone(),
                priority: playing.row.priority,
                started_at: local(at),
                aired_ms: playing.measured.aired_ms,
                planned_ms: playing.row.planned_ms,
            }),
            _ => None,
        });
        Snapshot {
            at: local(now.wall),
            station: self.facts.station.on(local(now.wall).date_naive()).to_owned(),
            output: self.facts.output,
            device: self.device.clone(),
            device_lost: self.device_lost.clone(),
            clock,
            clock_behind: behind.map(local),
            on_air,
            waiting: self.waiting_titles(),
            next: self.next_programmes(),
        }
    }

    /// Titles of what people put on the air and what does not sound yet, once for each airing.
    fn waiting_titles(&self) -> Vec<String> {
        let sounding = |source: Source| self.playing.iter().any(|each| each.source == source && each.on_air());
        let due = self.acts.iter().flat_map(|act| {
            let due = (0..act.stands.len()).filter(|index| act.stands[*index] != Stand::Final);
            due.filter(|index| !sounding(Source::Act(act.id, *index))).map(|_| act.title.clone())
        });
        due.collect()
    }

    fn next_programmes(&self) -> Vec<SnapshotNext> {
        let mut frozen: Vec<_> = self.runs.iter().filter(|run| !run.begun()).map(|run| &run.rundown).collect();
        frozen.sort_by_key(|rundown| rundown.scheduled_at);
        let frozen = frozen.into_iter().map(|rundown| SnapshotNext {
            programme: rundown.programme.clone(),
            title: rundown.title.clone(),
            scheduled_at: rows::local(&self.facts, rundown.scheduled_at),
        });
        let later = self.plan.upcoming().iter().map(|occurrence| SnapshotNext {
            programme: occurrence.programme.id.clone(),
            title: occurrence.programme.title.clone(),
            scheduled_at: rows::local(&self.facts, occurrence.scheduled_at),
        });
        frozen.chain(later).take(NEXT).collect()
    }
}
