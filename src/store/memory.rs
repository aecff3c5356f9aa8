//! What the station remembers when it starts: read from the database, then brought up to date with what was spilled.
//!
//! In: a connection that can read, and records that a former run could not commit. Out: `Remembered`, and the attempts
//! that were open. Must not write: the same reading serves a database that is locked or read-only. Next: `recover`.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::chain::Head;
use super::column;
use super::recover::{OnAir, Progress, Recovery};
use super::row::utc;
use super::{emergencies, schedules, shelf};
use crate::airing::{Airing, AiringId, ClockState, Outcome, Reason};
use crate::bulletin::Tally;
use crate::desk::{LoggedAttempt, Measured, Record};
use crate::library::{FileState, Verdict};
use crate::rundown::Rundown;

/// How far before `settled_until` the log is read: an item may be final hours after its programme's instant.
const LOGGED_BEFORE_SETTLED: TimeDelta = TimeDelta::hours(24);

/// So many of the newest rows of what sounded are read whatever their instant: a clock that steps back to days that were
/// lived before must not air them again. Two weeks of a busy station, months of a usual one.
const NEWEST: i64 = 2048;

/// What the store remembers when the station starts. Recovery has run: no attempt is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Remembered {
    /// Rundowns that are not done.
    pub open_rundowns: Vec<Rundown>,
    /// Those that are done, of the instants of `logged`.
    pub done_rundowns: Vec<Rundown>,
    /// Attempts in the log with `scheduled_at` from 24 h before `settled_until` on, all if nothing was ever settled; and the
    /// newest 2,048 rows of what sounded, whatever their instant.
    pub logged: Vec<LoggedAttempt>,
    /// The schedules in force since `settled_until`, oldest first: when taken over, and the text as it was given.
    pub schedules: Vec<(DateTime<Utc>, String)>,
    /// The newest `Record::Settled`.
    pub settled_until: Option<DateTime<Utc>>,
    /// When the newest row whose clock was synchronised was recorded, else the newest row; never before its own end.
    pub newest_row_at: Option<DateTime<Utc>>,
    /// Whether that row's clock was synchronised.
    pub newest_is_synchronised: bool,
    /// Emergencies that a power loss or crash cut or kept from starting (the `reason` says which it was), each airing
    /// once, in the order in which they were to air, with the instant each was last known to be alive. Whether one is
    /// too old is the desk's to say.
    pub open_emergencies: Vec<(Airing, DateTime<Utc>)>,
    /// Made at the first start, never changes; `None` while the database cannot be read.
    pub station_id: Option<String>,
    /// A database that was corrupt was moved here, and a new chain has begun.
    pub moved_aside: Option<PathBuf>,
    /// Attempts that the last run left open, as their rows say.
    pub recovered: Vec<Airing>,
    /// What lies behind the files under `audio/`, as of the last look.
    pub files: Vec<FileState>,
    /// What the full decodes said.
    pub verdicts: Vec<Verdict>,
    /// How often and when bulletins have aired.
    pub tally: Tally,
}

/// What was read: for the desk, and for the recovery.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) remembered: Remembered,
    pub(super) on_air: Vec<OnAir>,
    pub(super) head: Head,
}

/// Reads everything; the questions are answered by indexes, so that a log of years does not slow the start.
pub(super) async fn recall(conn: &mut SqliteConnection, now: DateTime<Utc>) -> sqlx::Result<Memory> {
    let station = sqlx::query("select station_id, settled_until from station").fetch_optional(&mut *conn).await?;
    let settled_until = match &station {
        Some(row) => column::instant(row, "settled_until")?,
        None => None,
    };
    let newest = newest_row_at(conn).await?;
    // A clock that has lost its battery is behind the log.
    let latest = newest.map_or(now, |(at, _)| at.max(now));
    // A clock that ran ahead may have settled what is still to come.
    let settled = settled_until.map(|settled| settled.min(now));
    let remembered = Remembered {
        open_rundowns: open_rundowns(conn).await?,
        done_rundowns: done_rundowns(conn, settled).await?,
        logged: logged(conn, settled).await?,
        schedules: schedules::recall(conn, settled_until, latest).await?,
        settled_until,
        newest_row_at: newest.map(|(at, _)| at),
        newest_is_synchronised: newest.is_some_and(|(_, synchronised)| synchronised),
        open_emergencies: emergencies::recall(conn, newest.map(|(at, _)| at)).await?,
        station_id: station.map(|row| row.try_get("station_id")).transpose()?,
        moved_aside: None,
        recovered: Vec::new(),
        files: super::files::recall(conn).await?,
        verdicts: super::files::recall_verdicts(conn).await?,
        tally: shelf::tally(conn).await?,
    };
    Ok(Memory { remembered, on_air: on_air(conn).await?, head: head(conn).await? })
}

/// The newest row of the log.
pub(super) async fn head(conn: &mut SqliteConnection) -> sqlx::Result<Head> {
    let newest = sqlx::query("select seq, hash from airing_log order by seq desc limit 1").fetch_optional(conn).await?;
    newest.map_or(Ok(Head::default()), |row| Ok(Head { seq: row.try_get(0)?, hash: row.try_get(1)? }))
}

async fn open_rundowns(conn: &mut SqliteConnection) -> sqlx::Result<Vec<Rundown>> {
    let rows = sqlx::query("select json from rundown where done = 0 order by scheduled_at").fetch_all(conn).await?;
    rows.iter().filter_map(|row| column::json(row, "json").transpose()).collect()
}

async fn done_rundowns(conn: &mut SqliteConnection, settled: Option<DateTime<Utc>>) -> sqlx::Result<Vec<Rundown>> {
    let sql = "select json from rundown where done = 1 and scheduled_at >= ? order by scheduled_at";
    let rows = sqlx::query(sql).bind(from(settled)).fetch_all(conn).await?;
    rows.iter().filter_map(|row| column::json(row, "json").transpose()).collect()
}

/// From when on the log is read, as text that sorts by time.
fn from(settled: Option<DateTime<Utc>>) -> String {
    settled.map_or(String::new(), |settled| utc(settled - LOGGED_BEFORE_SETTLED))
}

async fn logged(conn: &mut SqliteConnection, settled: Option<DateTime<Utc>>) -> sqlx::Result<Vec<LoggedAttempt>> {
    let rows = sqlx::query(
        "select airing, attempt, outcome, reason, aired_ms, planned_ms
         from airing_log
         where seq in (
             select seq from airing_log indexed by airing_log_scheduled_at where scheduled_at_utc >= ?
             union select seq from (
                 select seq from airing_log where started_at is not null order by seq desc limit ?
             )
         ) and corrects is null order by seq",
    )
    .bind(from(settled))
    .bind(NEWEST)
    .fetch_all(conn)
    .await?;
    let mut logged = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(outcome) = column::word(row, "outcome", Outcome::from_word)? else { continue };
        logged.push(LoggedAttempt {
            airing: AiringId::from_log(row.try_get("airing")?),
            attempt: row.try_get("attempt")?,
            outcome,
            reason: column::word(row, "reason", Reason::from_word)?,
            aired_ms: row.try_get("aired_ms")?,
            planned_ms: row.try_get("planned_ms")?,
        });
    }
    Ok(logged)
}

/// The clock is compared with this. A row recovered under a clock that had lost its battery ended after it was recorded;
/// its end was measured by a better clock, so the later of the two counts. What people add to rows counts for nothing: they
/// may do so by a clock that the station would not believe.
pub(super) async fn newest_row_at(conn: &mut SqliteConnection) -> sqlx::Result<Option<(DateTime<Utc>, bool)>> {
    let newest = sqlx::query(
        "select recorded_at, ended_at, clock from airing_log
         where seq = coalesce(
             (select max(seq) from airing_log indexed by airing_log_synchronised
              where clock = 'synchronised' and corrects is null),
             (select max(seq) from airing_log where corrects is null)
         )",
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = newest else { return Ok(None) };
    let at = column::instant(&row, "recorded_at")?.max(column::instant(&row, "ended_at")?);
    let synchronised = row.try_get::<&str, _>("clock")? == ClockState::Synchronised.as_str();
    Ok(at.map(|at| (at, synchronised)))
}

/// The attempts that are open in the database, oldest first.
pub(super) async fn on_air(conn: &mut SqliteConnection) -> sqlx::Result<Vec<OnAir>> {
    let rows = sqlx::query("select * from on_air order by alive_at, airing, attempt").fetch_all(conn).await?;
    let mut open = Vec::new();
    for row in &rows {
        let (Some(facts), Some(alive_at)) = (column::json(row, "facts")?, column::instant(row, "alive_at")?) else {
            continue;
        };
        let progress = match column::instant(row, "started_at")? {
            None => None,
            Some(started_at) => {
                Some(Progress { started_at, start_error_us: row.try_get("start_error_us")?, measured: measured(row)? })
            }
        };
        open.push(OnAir { facts, alive_at, progress });
    }
    Ok(open)
}

fn measured(row: &SqliteRow) -> sqlx::Result<Measured> {
    Ok(Measured {
        aired_ms: row.try_get("aired_ms")?,
        elapsed_ms: row.try_get("elapsed_ms")?,
        xruns: row.try_get("xruns")?,
        starved_ms: row.try_get("starved_ms")?,
        level_dbfs: row.try_get("level_dbfs")?,
        peak_dbfs: row.try_get("peak_dbfs")?,
    })
}

impl Memory {
    /// Brings the memory to where it will be when this spilled record is committed.
    pub(super) fn apply(&mut self, record: &Record, now: DateTime<Utc>) {
        let remembered = &mut self.remembered;
        match record {
            Record::Schedule { taken_at, text, .. } => {
                remembered.schedules.push((*taken_at, text.clone()));
                let latest = remembered.newest_row_at.map_or(now, |at| at.max(now));
                schedules::agree(&mut remembered.schedules, latest);
            }
            Record::Rundown(rundown) => {
                let other = |each: &Rundown| !is_of(each, &rundown.programme, rundown.scheduled_at);
                remembered.done_rundowns.retain(other);
                remembered.open_rundowns.retain(other);
                remembered.open_rundowns.push(Rundown::clone(rundown));
            }
            Record::RundownDone { programme, scheduled_at } => {
                let ours = |open: &mut Rundown| is_of(open, programme, *scheduled_at);
                remembered.done_rundowns.extend(remembered.open_rundowns.extract_if(.., ours));
            }
            Record::Intent(facts) => {
                self.close(&facts.airing, facts.attempt);
                if !self.is_logged(&facts.airing, facts.attempt) {
                    // When it was spilled is not known; it was alive when it was due, and may have been later.
                    let alive_at = facts.scheduled_at.to_utc();
                    self.on_air.push(OnAir { facts: Airing::clone(facts), alive_at, progress: None });
                }
            }
            Record::Withdraw { airing, attempt } => self.close(airing, *attempt),
            Record::Progress { airing, attempt, started_at, start_error_us, measured } => {
                let ours = |open: &&mut OnAir| open.facts.airing == *airing && open.facts.attempt == *attempt;
                if let Some(open) = self.on_air.iter_mut().find(ours) {
                    let (started_at, start_error_us, measured) = (*started_at, *start_error_us, *measured);
                    open.progress = Some(Progress { started_at, start_error_us, measured });
                }
            }
            Record::Row(airing) => self.end(airing),
            Record::Settled(until) => remembered.settled_until = Some(*until),
        }
    }

    /// Takes over what the recovery decided.
    pub(super) fn recovered(&mut self, recovery: &Recovery) {
        for airing in &recovery.interrupted {
            self.end(airing);
        }
        self.remembered.recovered.clone_from(&recovery.interrupted);
        emergencies::arrange(&mut self.remembered.open_emergencies, &recovery.emergencies);
    }

    fn end(&mut self, airing: &Airing) {
        self.close(&airing.airing, airing.attempt);
        emergencies::end(&mut self.remembered.open_emergencies, airing);
        let Some(outcome) = airing.outcome else { return };
        if !self.is_logged(&airing.airing, airing.attempt) {
            self.remembered.tally.count(airing);
            self.remembered.logged.push(LoggedAttempt {
                airing: airing.airing.clone(),
                attempt: airing.attempt,
                outcome,
                reason: airing.reason,
                aired_ms: airing.aired_ms,
                planned_ms: airing.planned_ms,
            });
        }
    }

    fn close(&mut self, airing: &AiringId, attempt: u32) {
        self.on_air.retain(|open| open.facts.airing != *airing || open.facts.attempt > attempt);
    }

    fn is_logged(&self, airing: &AiringId, attempt: u32) -> bool {
        self.remembered.logged.iter().any(|row| row.airing == *airing && row.attempt == attempt)
    }
}

fn is_of(rundown: &Rundown, programme: &str, scheduled_at: DateTime<Utc>) -> bool {
    rundown.programme == programme && rundown.scheduled_at == scheduled_at
}
