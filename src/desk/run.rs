//! A programme's occurrence while it is worked through, and a person's act while it waits or airs.
//!
//! In: a frozen rundown and what the log already holds of it. Out: which item is next, and whether an attempt that ended
//! was the item's last. Pure; never decides when something starts. Next: `desk/line.rs`.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::protocol::{Actor, LoggedAttempt};
use crate::airing::{Airing, AiringId, ENOUGH_PERCENT, Outcome, Priority, Reason};
use crate::bulletin::Bulletin;
use crate::clock::{Moment, Mono};
use crate::rundown::{Audio, Rundown};

/// An item is tried at most this often; then it is `failed: too_many_attempts`.
pub(super) const MOST_ATTEMPTS: u32 = 3;

/// Attempts of the log, by airing.
pub(super) type Logged = HashMap<AiringId, Vec<LoggedAttempt>>;

/// Where an item or a repeat of an act stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// It may still be tried; so many attempts were made.
    Due {
        /// Attempts in the log.
        attempts: u32,
    },
    /// Its last row is written.
    Final,
}

impl Stand {
    /// Where an item stands by its rows in the log.
    pub(super) fn of(rows: Option<&Vec<LoggedAttempt>>) -> Self {
        let Some(last) = rows.and_then(|rows| rows.iter().max_by_key(|row| row.attempt)) else {
            return Self::Due { attempts: 0 };
        };
        match verdict(last.outcome, last.reason, last.aired_ms, last.planned_ms, last.attempt) {
            // With too many attempts the last row is still to be written; a crash left no time for it.
            Verdict::Again | Verdict::TooMany => Self::Due { attempts: last.attempt },
            Verdict::Last => Self::Final,
        }
    }

    /// Where an item stands after a row.
    pub(super) fn after(row: &Airing) -> Self {
        let outcome = row.outcome.unwrap_or(Outcome::Failed);
        Self::following(verdict(outcome, row.reason, row.aired_ms, row.planned_ms, row.attempt), row.attempt)
    }

    pub(super) fn following(verdict: Verdict, attempt: u32) -> Self {
        match verdict {
            Verdict::Again => Self::Due { attempts: attempt },
            Verdict::Last | Verdict::TooMany => Self::Final,
        }
    }
}

/// What follows from the end of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is aired again from its start while its window is open.
    Again,
    /// That was the last row of this airing.
    Last,
    /// It would be aired again, but has been tried often enough.
    TooMany,
}

/// The rule of attempts: aired again after `interrupted`, `cut: emergency` and `cut: shutdown`, unless 80 % of it aired;
/// at most [`MOST_ATTEMPTS`] times. What only a clock or an absence made `missed` airs if its time comes after all.
pub(super) fn verdict(
    outcome: Outcome,
    reason: Option<Reason>,
    aired_ms: i64,
    planned_ms: Option<i64>,
    attempt: u32,
) -> Verdict {
    let by_fault = outcome == Outcome::Interrupted;
    let by_rule = outcome == Outcome::Cut && matches!(reason, Some(Reason::Emergency | Reason::Shutdown));
    let written_off = matches!(reason, Some(Reason::StationOff | Reason::ClockStep | Reason::ClockUntrusted));
    if outcome == Outcome::Missed && written_off {
        return Verdict::Again;
    }
    let enough = planned_ms.is_some_and(|planned| aired_ms * 100 >= planned * ENOUGH_PERCENT);
    match (by_fault || by_rule) && !enough {
        false => Verdict::Last,
        true if attempt >= MOST_ATTEMPTS => Verdict::TooMany,
        true => Verdict::Again,
    }
}

/// Number of an occurrence or act within this run of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct JobId(pub(super) u64);

/// An occurrence of a programme from its freezing until every item is final.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) id: JobId,
    pub(super) rundown: Rundown,
    pub(super) stands: Vec<Stand>,
    /// Set when its first item starts: from then on the window is kept by the monotonic clock.
    pub(super) window_ends_mono: Option<Mono>,
}

impl Run {
    pub(super) fn new(id: JobId, rundown: Rundown, logged: &Logged) -> Self {
        let stands = rundown.items.iter().map(|item| Stand::of(logged.get(&item.airing))).collect();
        Self { id, rundown, stands, window_ends_mono: None }
    }

    pub(super) fn complete(&self) -> bool {
        self.stands.iter().all(|stand| *stand == Stand::Final)
    }

    /// The first item that is not final.
    pub(super) fn next(&self) -> Option<usize> {
        self.stands.iter().position(|stand| *stand != Stand::Final)
    }

    /// The first item after `index` that is not final.
    pub(super) fn next_after(&self, index: usize) -> Option<usize> {
        (index + 1..self.stands.len()).find(|each| self.stands[*each] != Stand::Final)
    }

    /// How long until the window closes; zero or negative when it has.
    pub(super) fn window_left(&self, now: Moment) -> TimeDelta {
        match self.window_ends_mono {
            Some(mono) => mono.since(now.mono),
            None => self.rundown.window_ends_at - now.wall,
        }
    }

    /// An item has started: the window no longer follows the wall clock.
    pub(super) fn begin(&mut self, now: Moment) {
        if self.window_ends_mono.is_none() {
            self.window_ends_mono = Some(now.mono.plus(self.rundown.window_ends_at - now.wall));
        }
    }

    pub(super) fn begun(&self) -> bool {
        self.window_ends_mono.is_some()
    }
}

/// What a person told the station to play.
#[derive(Debug, Clone)]
pub(super) struct Airs {
    pub(super) id: JobId,
    pub(super) at: DateTime<Utc>,
    pub(super) audio: Audio,
    pub(super) title: String,
    pub(super) bulletin: Option<Box<Bulletin>>,
    pub(super) priority: Priority,
    pub(super) actor: Actor,
    /// One stand per repeat.
    pub(super) stands: Vec<Stand>,
    /// The ids of the repeats; kept, since a recovered act has the id it had before.
    pub(super) airings: Vec<AiringId>,
    /// It is the test tone, which nobody has to approve.
    pub(super) is_tone: bool,
}

impl Airs {
    pub(super) fn emergency(&self) -> bool {
        self.priority == Priority::Emergency
    }

    pub(super) fn next(&self) -> Option<usize> {
        self.stands.iter().position(|stand| *stand != Stand::Final)
    }

    pub(super) fn next_after(&self, index: usize) -> Option<usize> {
        (index + 1..self.stands.len()).find(|each| self.stands[*each] != Stand::Final)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_tried_again_and_a_person_is_not_overruled() {
        let case = |outcome, reason, aired, attempt| verdict(outcome, Some(reason), aired, Some(1000), attempt);
        assert_eq!(case(Outcome::Interrupted, Reason::DeviceLost, 100, 1), Verdict::Again);
        assert_eq!(case(Outcome::Cut, Reason::Emergency, 100, 2), Verdict::Again);
        assert_eq!(case(Outcome::Cut, Reason::Operator, 100, 1), Verdict::Last);
        assert_eq!(case(Outcome::Cut, Reason::NextProgramme, 0, 1), Verdict::Last);
    }

    #[test]
    fn four_fifths_are_enough() {
        assert_eq!(verdict(Outcome::Interrupted, Some(Reason::Crash), 800, Some(1000), 1), Verdict::Last);
        assert_eq!(verdict(Outcome::Interrupted, Some(Reason::Crash), 799, Some(1000), 1), Verdict::Again);
    }

    #[test]
    fn the_third_attempt_is_the_last() {
        assert_eq!(verdict(Outcome::Interrupted, Some(Reason::Crash), 0, Some(1000), 3), Verdict::TooMany);
    }
}
