//! A cue that the desk has named: what it plays, why it was named, how far it has come.
//!
//! In: nothing; these are the values that `line` makes and `cues` follows to their end. Out: how long a cue still takes.
//! Pure. Next: `desk/line.rs`.

use chrono::{DateTime, TimeDelta, Utc};

use super::protocol::{Actor, CueId, Measured, Start};
use super::run::JobId;
use crate::airing::{Airing, Reason};
use crate::clock::{Moment, Mono};

/// A hard start that the deck has not begun so long after its instant will not begin: the deck gives up after two seconds.
const OVERDUE: TimeDelta = TimeDelta::seconds(3);

/// What a cue plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// An item of a run.
    Item(JobId, usize),
    /// A repeat of an act.
    Act(JobId, usize),
}

/// Why a cue was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It follows what is on the air, or starts when nothing is.
    Line,
    /// It starts a programme at its instant.
    Timed(DateTime<Utc>),
    /// It is an emergency that cuts in.
    Urgent,
}

/// How far a cue has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Preparing,
    Ready,
    Armed(Start),
    OnAir { at: DateTime<Utc>, mono: Mono, error_us: Option<i64> },
}

/// Why a cue is cut, and by whom if a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cutting {
    pub(super) reason: Reason,
    pub(super) actor: Option<Actor>,
}

impl From<Reason> for Cutting {
    fn from(reason: Reason) -> Self {
        Self { reason, actor: None }
    }
}

/// A cue that was named and not yet answered for the last time.
#[derive(Debug, Clone)]
pub(super) struct Playing {
    pub(super) cue: CueId,
    pub(super) source: Source,
    pub(super) role: Role,
    pub(super) stage: Stage,
    /// The facts of its row, the outcome provisional.
    pub(super) row: Airing,
    pub(super) intended: bool,
    /// Why it will be cut, if it is cut, and by whom.
    pub(super) cutting: Option<Cutting>,
    /// An `End` is ordered for this instant.
    pub(super) ends_at: Option<Mono>,
    pub(super) measured: Measured,
}

/// A cue that was taken back when armed.
#[derive(Debug, Clone)]
pub(super) struct TakenBack {
    pub(super) playing: Playing,
    /// The row to write if it turns out not to have sounded.
    pub(super) instead: Option<Box<Airing>>,
}

impl Playing {
    pub(super) fn on_air(&self) -> bool {
        matches!(self.stage, Stage::OnAir { .. })
    }

    pub(super) fn armed_now(&self) -> bool {
        self.stage == Stage::Armed(Start::Now)
    }

    pub(super) fn is_overdue(&self, now: Moment) -> bool {
        matches!(self.stage, Stage::Armed(Start::At(at)) if now.wall - at > OVERDUE)
    }

    pub(super) fn waiting(&self) -> bool {
        matches!(self.stage, Stage::Preparing | Stage::Ready)
    }

    pub(super) fn timed(&self) -> Option<DateTime<Utc>> {
        match self.role {
            Role::Timed(at) if !self.on_air() => Some(at),
            _ => None,
        }
    }

    /// A person has ended it; it is fading out.
    pub(super) fn ending(&self, now: Moment) -> bool {
        self.ends_at.is_some_and(|at| at <= now.mono)
            && self.cutting.as_ref().is_some_and(|cutting| cutting.actor.is_some())
    }

    /// How long until its last frame, as far as its length is known or an end is ordered.
    pub(super) fn left(&self, now: Moment) -> Option<TimeDelta> {
        let ordered = self.ends_at.map(|at| at.since(now.mono).max(TimeDelta::zero()));
        let planned = self.row.planned_ms.map(TimeDelta::milliseconds).map(|planned| match self.stage {
            Stage::OnAir { mono, .. } => mono.plus(planned).since(now.mono).max(TimeDelta::zero()),
            _ => planned,
        });
        ordered.into_iter().chain(planned).min()
    }
}
