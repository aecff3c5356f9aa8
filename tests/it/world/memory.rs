//! The log in memory: the promises of the store, kept by vectors, so that a year goes by in seconds.
//!
//! In: records in the order of their actions. Out: after a start, what the store would remember. A record that was given and
//! not yet committed is gone with the process; one in the spill file is not. `store.rs` puts the same records through the
//! real store, and both must remember the same.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use loa::airing::{Airing, AiringId, ClockState, Kind, Outcome, Reason};
use loa::bulletin::Tally;
use loa::clock::Moment;
use loa::desk::{History, LoggedAttempt, Measured, Record};
use loa::rundown::Rundown;
use loa::schedule::Schedule;
use loa::schedule::read::{from_stored, read};

/// Emergencies are remembered for a day.
const KEPT: TimeDelta = TimeDelta::days(1);
/// So many of the newest rows of what sounded are remembered whatever their instant.
const NEWEST: usize = 2048;

/// An attempt that was about to start or on the air.
#[derive(Debug, Clone)]
struct OnAir {
    facts: Airing,
    alive_at: DateTime<Utc>,
    progress: Option<(DateTime<Utc>, Option<i64>, Measured)>,
}

/// What survives a kill: the log and what belongs to it.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Rows, oldest first.
    pub(crate) rows: Vec<Airing>,
    /// When each was recorded, by the station's clock.
    pub(crate) recorded: Vec<DateTime<Utc>>,
    known: HashSet<(AiringId, u32)>,
    on_air: Vec<OnAir>,
    rundowns: Vec<Rundown>,
    done_rundowns: Vec<Rundown>,
    /// Every rundown that was ever stored, as it was then.
    pub(crate) frozen: Vec<Rundown>,
    /// As they were taken over.
    pub(crate) schedules: Vec<(DateTime<Utc>, String)>,
    parsed: HashMap<String, Arc<Schedule>>,
    pub(crate) settled_until: Option<DateTime<Utc>>,
    /// Given and not committed, oldest first.
    waiting: Vec<Record>,
    /// So many of them are in the spill file.
    spilled: usize,
    /// So many of them were passed on to the real store.
    passed: usize,
    /// The database takes nothing: it is locked, or the disk is full.
    pub(crate) locked: bool,
    /// The spill file takes nothing either.
    pub(crate) spill_fails: bool,
}

impl Memory {
    /// Takes a record, which is not durable yet.
    pub(crate) fn give(&mut self, record: Record) {
        self.waiting.push(record);
    }

    /// What waits and was not asked for before.
    pub(crate) fn given(&mut self) -> Vec<Record> {
        let passed = std::mem::replace(&mut self.passed, self.waiting.len());
        self.waiting[passed.min(self.waiting.len())..].to_vec()
    }

    /// What was given becomes durable, in the database or in the spill file.
    pub(crate) fn settle(&mut self, now: Moment) {
        if !self.locked {
            (self.spilled, self.passed) = (0, 0);
            for record in std::mem::take(&mut self.waiting) {
                self.commit(record, now);
            }
        } else if !self.spill_fails {
            self.spilled = self.waiting.len();
        }
    }

    /// Records that a death now would lose.
    pub(crate) fn unsafe_records(&self) -> usize {
        self.waiting.len() - self.spilled
    }

    /// The newest records are gone: the process died before they were durable.
    pub(crate) fn lose(&mut self, lost: usize) {
        self.waiting.truncate(self.waiting.len() - lost.min(self.unsafe_records()));
    }

    /// The process is dead: what is neither in the database nor in the spill file is gone.
    pub(crate) fn die(&mut self) {
        self.waiting.truncate(self.spilled);
        self.passed = self.waiting.len();
    }

    /// Whether a programme was frozen and is not done; as recorded, durable or not.
    pub(crate) fn has_open_rundowns(&self) -> bool {
        !self.rundowns.is_empty() || !self.waiting.is_empty()
    }

    fn commit(&mut self, record: Record, now: Moment) {
        match record {
            Record::Schedule { taken_at, text, .. } => {
                if self.schedules.last().is_none_or(|(_, last)| *last != text) {
                    self.schedules.push((taken_at, text));
                }
            }
            Record::Rundown(rundown) => {
                self.done_rundowns.retain(|each| !same(each, &rundown));
                self.frozen.push(Rundown::clone(&rundown));
                put(&mut self.rundowns, *rundown);
            }
            Record::RundownDone { programme, scheduled_at } => {
                self.done_rundowns.extend(done(&mut self.rundowns, &programme, scheduled_at));
                self.done_rundowns.retain(|each| each.scheduled_at >= scheduled_at - TimeDelta::days(60));
            }
            Record::Intent(facts) => {
                if !self.known.contains(&(facts.airing.clone(), facts.attempt)) {
                    self.on_air.retain(|each| !is_of(&each.facts, &facts.airing, facts.attempt));
                    self.on_air.push(OnAir { facts: *facts, alive_at: now.wall, progress: None });
                }
            }
            Record::Withdraw { airing, attempt } => close(&mut self.on_air, &airing, attempt),
            Record::Progress { airing, attempt, started_at, start_error_us, measured } => {
                for each in self.on_air.iter_mut().filter(|each| is_of(&each.facts, &airing, attempt)) {
                    (each.alive_at, each.progress) = (now.wall, Some((started_at, start_error_us, measured)));
                }
            }
            Record::Row(row) => self.row(*row, now),
            Record::Settled(until) => self.settled_until = Some(until),
        }
    }

    fn row(&mut self, row: Airing, now: Moment) {
        close(&mut self.on_air, &row.airing, row.attempt);
        let mut row = row;
        if self.known.contains(&(row.airing.clone(), row.attempt)) {
            // A slot that was written off weeks ago and comes now. What sounded the desk must know of.
            let same: Vec<_> = self.rows.iter().filter(|each| each.airing == row.airing).collect();
            let written_off = same.iter().any(|each| each.outcome == Some(Outcome::Missed));
            let sounded = same.iter().any(|each| each.started_at.is_some());
            let again = row.started_at.is_none() || same.iter().any(|each| each.started_at == row.started_at);
            assert!(!sounded || written_off && !again, "aired or logged twice: {} attempt {}", row.airing, row.attempt);
            if row.started_at.is_none() {
                return;
            }
            row.attempt = 1 + same.iter().map(|each| each.attempt).max().unwrap_or(0);
        }
        self.known.insert((row.airing.clone(), row.attempt));
        self.rows.push(row);
        self.recorded.push(now.wall);
    }

    /// The station starts: the last run's attempts are closed, and the desk hears what is remembered.
    pub(crate) fn open(&mut self, boot_id: &str, now: Moment) -> History {
        let mut history = self.recall(now.wall);
        let spilled = std::mem::take(&mut self.waiting);
        let mut on_air = self.on_air.clone();
        on_air.sort_by_key(|each| (each.alive_at, each.facts.airing.clone(), each.facts.attempt));
        for record in &spilled {
            self.apply(record, &mut history, &mut on_air);
        }
        let rows = recovery(on_air, boot_id, now.wall, &mut history);
        for row in &rows {
            end(row, &mut history);
        }
        self.waiting = spilled;
        self.spilled = self.waiting.len();
        let recovered: HashSet<_> = rows.iter().map(|row| (row.airing.clone(), row.attempt)).collect();
        self.waiting.extend(rows.into_iter().map(|row| Record::Row(Box::new(row))));
        self.passed = self.waiting.len();
        self.settle(now);
        if !self.locked {
            let alive: Vec<_> = history.open_emergencies.iter().map(|(row, _)| (&row.airing, row.attempt)).collect();
            self.on_air.retain(|each| alive.contains(&(&each.facts.airing, each.facts.attempt)));
            self.on_air.retain(|each| !recovered.contains(&(each.facts.airing.clone(), each.facts.attempt)));
        }
        history
    }

    /// What is read from the database.
    fn recall(&mut self, now: DateTime<Utc>) -> History {
        let from = self.settled_until.map(|settled| settled.min(now) - TimeDelta::hours(24));
        let sounded = |(_, row): &(usize, &Airing)| row.started_at.is_some();
        let old = self.rows.iter().enumerate().rev().filter(sounded).nth(NEWEST - 1).map_or(0, |(at, _)| at);
        let wanted = |(at, row): &(usize, &Airing)| {
            let recent = *at >= old && row.started_at.is_some();
            row.outcome.is_some() && (recent || from.is_none_or(|from| row.scheduled_at.to_utc() >= from))
        };
        let logged = self.rows.iter().enumerate().filter(wanted).map(|(_, row)| logged(row)).collect();
        let synchronised = self.rows.iter().rposition(|row| row.clock == ClockState::Synchronised);
        let newest = synchronised.or(self.rows.len().checked_sub(1)).map(|at| {
            let ended = self.rows[at].ended_at.map(|at| at.to_utc());
            ended.map_or(self.recorded[at], |ended| ended.max(self.recorded[at]))
        });
        let begun = self
            .settled_until
            .map_or(self.schedules.len(), |settled| self.schedules.partition_point(|(at, _)| *at <= settled));
        let texts = self.schedules[begun.saturating_sub(1)..].to_vec();
        let mut open_rundowns = self.rundowns.clone();
        open_rundowns.sort_by_key(|rundown| rundown.scheduled_at);
        let recent = |each: &&Rundown| from.is_none_or(|from| each.scheduled_at >= from);
        let mut done_rundowns: Vec<_> = self.done_rundowns.iter().filter(recent).cloned().collect();
        done_rundowns.sort_by_key(|rundown| rundown.scheduled_at);
        let mut tally = Tally::default();
        self.rows.iter().for_each(|row| tally.count(row));
        History {
            open_rundowns,
            done_rundowns,
            logged,
            schedules: texts.into_iter().map(|(at, text)| (at, self.schedule(&text))).collect(),
            settled_until: self.settled_until,
            newest_row_at: newest,
            newest_is_synchronised: synchronised.is_some(),
            open_emergencies: self.emergencies(newest),
            shelf: Arc::default(),
            tally,
        }
    }

    /// A schedule as the log keeps it.
    pub(crate) fn schedule(&mut self, text: &str) -> Arc<Schedule> {
        let parse = || Arc::new(read(&from_stored(text).unwrap(), None).schedule);
        Arc::clone(self.parsed.entry(text.to_owned()).or_insert_with(parse))
    }

    fn emergencies(&self, newest: Option<DateTime<Utc>>) -> Vec<(Airing, DateTime<Utc>)> {
        let last = self.recorded.last().copied();
        let mut open = Vec::new();
        for row in self.rows.iter().filter(|row| row.kind == Kind::Emergency) {
            open.retain(|(each, _): &(Airing, _)| each.airing != row.airing);
            open.extend(cut(row));
        }
        open.retain(|(_, alive_at)| newest.max(last).is_none_or(|newest| newest - *alive_at < KEPT));
        open
    }

    /// Brings what was read to where it will be when a spilled record is committed.
    fn apply(&mut self, record: &Record, history: &mut History, on_air: &mut Vec<OnAir>) {
        match record {
            Record::Schedule { taken_at, text, .. } => history.schedules.push((*taken_at, self.schedule(text))),
            Record::Rundown(rundown) => {
                history.done_rundowns.retain(|each| !same(each, rundown));
                history.open_rundowns.retain(|each| !same(each, rundown));
                history.open_rundowns.push(Rundown::clone(rundown));
            }
            Record::RundownDone { programme, scheduled_at } => {
                history.done_rundowns.extend(done(&mut history.open_rundowns, programme, *scheduled_at));
            }
            Record::Intent(facts) => {
                close(on_air, &facts.airing, facts.attempt);
                if !is_logged(history, facts) {
                    let alive_at = facts.scheduled_at.to_utc();
                    on_air.push(OnAir { facts: Airing::clone(facts), alive_at, progress: None });
                }
            }
            Record::Withdraw { airing, attempt } => close(on_air, airing, *attempt),
            Record::Progress { airing, attempt, started_at, start_error_us, measured } => {
                if let Some(each) = on_air.iter_mut().find(|each| is_of(&each.facts, airing, *attempt)) {
                    each.progress = Some((*started_at, *start_error_us, *measured));
                }
            }
            Record::Row(row) => {
                close(on_air, &row.airing, row.attempt);
                end(row, history);
            }
            Record::Settled(until) => history.settled_until = Some(*until),
        }
    }
}

/// The rows of attempts that were open, and the emergencies among them that never started.
fn recovery(on_air: Vec<OnAir>, boot_id: &str, now: DateTime<Utc>, history: &mut History) -> Vec<Airing> {
    let act = |row: &Airing| row.airing.as_str().rsplit_once('/').map(|(act, _)| act.to_owned());
    let mut alive: HashMap<_, DateTime<Utc>> = HashMap::new();
    for OnAir { facts, alive_at, .. } in &on_air {
        let newest = alive.entry(act(facts)).or_insert(*alive_at);
        *newest = (*newest).max(*alive_at);
    }
    let mut rows = Vec::new();
    let mut kept = Vec::new();
    for OnAir { facts, alive_at, progress } in on_air {
        match progress {
            Some((started_at, start_error_us, measured)) => {
                let started_at = started_at.with_timezone(facts.scheduled_at.offset());
                let crash = facts.boot_id == boot_id;
                rows.push(Airing {
                    started_at: Some(started_at),
                    ended_at: Some(started_at + TimeDelta::milliseconds(measured.elapsed_ms)),
                    start_error_us,
                    aired_ms: measured.aired_ms,
                    outcome: Some(Outcome::Interrupted),
                    reason: Some(if crash { Reason::Crash } else { Reason::PowerLoss }),
                    xruns: measured.xruns,
                    starved_ms: measured.starved_ms,
                    ..facts
                });
            }
            None if facts.kind == Kind::Emergency && now - alive_at < KEPT => kept.push((alive[&act(&facts)], facts)),
            None if facts.kind == Kind::Operator => {
                let (outcome, reason) = (Some(Outcome::Missed), Some(Reason::StationOff));
                rows.push(Airing { outcome, reason, gain_cb: None, trimmed_ms: None, ..facts });
            }
            None => {}
        }
    }
    for row in &rows {
        open_end(row, history);
    }
    for (alive_at, facts) in kept {
        history.open_emergencies.retain(|(each, _)| each.airing != facts.airing);
        history.open_emergencies.push((facts, alive_at));
    }
    let id = |row: &Airing| (row.scheduled_at, row.airing.as_str().len(), row.airing.clone());
    history.open_emergencies.sort_by_key(|(row, _)| id(row));
    rows
}

/// The emergency of a row that a fault of the machine or the program ended.
fn cut(row: &Airing) -> Option<(Airing, DateTime<Utc>)> {
    let by_fault = row.kind == Kind::Emergency
        && row.outcome == Some(Outcome::Interrupted)
        && matches!(row.reason, Some(Reason::PowerLoss | Reason::Crash));
    by_fault.then(|| (row.clone(), row.ended_at.unwrap_or(row.scheduled_at).to_utc()))
}

fn open_end(row: &Airing, history: &mut History) {
    history.open_emergencies.retain(|(each, _)| each.airing != row.airing || each.attempt > row.attempt);
    history.open_emergencies.extend(cut(row));
}

fn end(row: &Airing, history: &mut History) {
    if row.kind == Kind::Emergency && cut(row).is_none() {
        open_end(row, history);
    }
    if row.outcome.is_some() && !is_logged(history, row) {
        history.tally.count(row);
        history.logged.push(logged(row));
    }
}

fn is_logged(history: &History, row: &Airing) -> bool {
    history.logged.iter().any(|each| each.airing == row.airing && each.attempt == row.attempt)
}

fn is_of(facts: &Airing, airing: &AiringId, attempt: u32) -> bool {
    facts.airing == *airing && facts.attempt == attempt
}

fn close(on_air: &mut Vec<OnAir>, airing: &AiringId, attempt: u32) {
    on_air.retain(|each| each.facts.airing != *airing || each.facts.attempt > attempt);
}

fn same(one: &Rundown, other: &Rundown) -> bool {
    (&one.programme, one.scheduled_at) == (&other.programme, other.scheduled_at)
}

fn put(rundowns: &mut Vec<Rundown>, rundown: Rundown) {
    match rundowns.iter_mut().find(|each| same(each, &rundown)) {
        Some(each) => *each = rundown,
        None => rundowns.push(rundown),
    }
}

fn done(rundowns: &mut Vec<Rundown>, programme: &str, scheduled_at: DateTime<Utc>) -> Vec<Rundown> {
    rundowns.extract_if(.., |each| each.programme == programme && each.scheduled_at == scheduled_at).collect()
}

fn logged(row: &Airing) -> LoggedAttempt {
    LoggedAttempt {
        airing: row.airing.clone(),
        attempt: row.attempt,
        outcome: row.outcome.unwrap_or(Outcome::Missed),
        reason: row.reason,
        aired_ms: row.aired_ms,
        planned_ms: row.planned_ms,
    }
}
