//! What proves one row of the log: the row itself made into its hash once more, its neighbours, its approval, what was said of it.
//!
//! In: the number of a row. Out: all that the database knows of it, with every disagreement as a fault. A row that was tampered
//! with is shown with its faults as far as it can be read. Reads only. Next: `chain`.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row as _};

use super::chain::{Broken, Fault, GENESIS, hash};
use super::decisions::ActOfApproval;
use super::log_page::rows;
use super::memory::head;
use super::read::{Log, ReadError};
use super::remarks::Described;
use super::row::{Row, quoted_columns, utc_of};
use crate::airing::Kind;

/// What is known of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// As it stands in the log.
    pub row: Row,
    /// What describes it now.
    pub described: Described,
    /// The hash that its content has, made now.
    pub remade: String,
    /// What does not agree; nothing for a row that is whole.
    pub faults: Vec<Fault>,
    /// The row before it.
    pub before: Option<Neighbour>,
    /// The row behind it; `None` for the newest.
    pub after: Option<Neighbour>,
    /// Every row of the same airing, this one too, by attempt.
    pub attempts: Vec<Attempt>,
    /// Notes and corrections, oldest first.
    pub remarks: Vec<Row>,
    /// The act of approval that it names, if that is there.
    pub approval: Option<ActOfApproval>,
    /// Number of the newest row of the log.
    pub newest: i64,
}

/// A row beside another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its number.
    pub seq: i64,
    /// The hash that it follows.
    pub prev_hash: String,
    /// Its hash, as it stands there.
    pub hash: String,
    /// Whether that is the hash of its content.
    pub is_whole: bool,
}

/// One row of an airing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its number in the log.
    pub seq: i64,
    /// 1 for the first try.
    pub attempt: i64,
    /// When its first frame played.
    pub started_at: Option<String>,
    /// Sound that left the device.
    pub aired_ms: i64,
    /// How it ended, as the log has it.
    pub outcome: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

impl Log {
    /// What proves a row. The inner error is that it cannot be read as one; `None` is that there is no such row.
    pub async fn evidence(&mut self, seq: i64) -> Result<Option<Result<Evidence, Broken>>, ReadError> {
        let found = around(self.any(), seq).await.map_err(|error| self.unreadable(&error))?;
        let Some(found) = found else { return Ok(None) };
        let mut evidence = match found {
            Ok(evidence) => evidence,
            Err(broken) => return Ok(Some(Err(broken))),
        };
        let named = evidence.row.approval.as_ref().and_then(|act| act.parse().ok());
        if let Some(named) = named {
            evidence.approval = self.act_of_approval(named).await?;
            evidence.faults.extend(disagreement(&evidence.row, evidence.approval.as_ref()));
        }
        Ok(Some(Ok(evidence)))
    }
}

/// What of a row's approval is not as the register says. A row's text may be older than its approval.
fn disagreement(row: &Row, act: Option<&ActOfApproval>) -> Option<Fault> {
    // A log that began anew may name approvals that the damaged database took along: `loa log verify` knows.
    let act = act?;
    let wrong = [
        ("act", act.act != "approve"),
        ("by", row.approved_by.as_ref() != Some(&act.by)),
        ("at", row.approved_at.as_ref() != Some(&act.at)),
        ("sha256", row.sha256 != act.sha256),
    ];
    wrong.into_iter().find(|(_, is_wrong)| *is_wrong).map(|(what, _)| Fault::Approval(what))
}

async fn around(conn: &mut SqliteConnection, seq: i64) -> sqlx::Result<Option<Result<Evidence, Broken>>> {
    let columns = quoted_columns();
    let sql =
        format!("select json_array({columns}), seq from airing_log where seq between ?1 - 1 and ?1 + 1 order by seq");
    let (mut before, mut own, mut after) = (None, None, None);
    for (number, row) in rows(conn, sqlx::query(AssertSqlSafe(sql)).bind(seq)).await? {
        match number - seq {
            -1 => before = Some(row),
            0 => own = Some(row),
            _ => after = Some(row),
        }
    }
    let row = match own {
        None => return Ok(None),
        Some(Err(broken)) => return Ok(Some(Err(broken))),
        Some(Ok(row)) => row,
    };
    let sql = format!("select json_array({columns}), seq from airing_log where corrects = ? order by seq");
    let remarks = rows(conn, sqlx::query(AssertSqlSafe(sql)).bind(seq)).await?;
    let remarks: Vec<Row> = remarks.into_iter().filter_map(|(_, row)| row.ok()).collect();
    let newest = remarks.iter().rfind(|remark| remark.kind == Kind::Correction.as_str());
    let is_missing = before.is_none() && seq > 1;
    let [before, after] = [before, after].map(|row| row.and_then(Result::ok).map(|row| Neighbour::of(&row)));
    let mut evidence = Evidence {
        described: Described::now(&row, newest),
        remade: hash(&row),
        faults: Vec::new(),
        before,
        after,
        attempts: attempts(conn, &row.airing).await?,
        remarks,
        approval: None,
        newest: head(conn).await?.seq,
        row,
    };
    evidence.faults = faults(&evidence, is_missing, beside(conn, seq).await?);
    Ok(Some(Ok(evidence)))
}

impl Neighbour {
    fn of(row: &Row) -> Self {
        let (prev_hash, written) = (row.prev_hash.clone(), row.hash.clone());
        Self { seq: row.seq, prev_hash, is_whole: hash(row) == written, hash: written }
    }
}

/// What of a row disagrees, by the rules of the walk through the whole log.
fn faults(evidence: &Evidence, is_missing: bool, (scheduled, started): Beside) -> Vec<Fault> {
    let row = &evidence.row;
    let due = evidence.before.as_ref().map(|before| before.hash.as_str());
    let due = due.or((row.seq == 1).then_some(GENESIS));
    let found = [
        is_missing.then_some(Fault::Gap(row.seq - 1)),
        due.is_some_and(|due| due != row.prev_hash).then_some(Fault::Unchained),
        (evidence.remade != row.hash).then_some(Fault::Altered),
        (scheduled != utc_of(&row.scheduled_at)).then_some(Fault::UtcColumn("scheduled_at_utc")),
        (started != row.started_at.as_deref().and_then(utc_of)).then_some(Fault::UtcColumn("started_at_utc")),
    ];
    found.into_iter().flatten().collect()
}

/// The columns beside a row, by which it is found.
type Beside = (Option<String>, Option<String>);

async fn beside(conn: &mut SqliteConnection, seq: i64) -> sqlx::Result<Beside> {
    let sql = "select scheduled_at_utc, started_at_utc from airing_log where seq = ?";
    let row = sqlx::query(sql).bind(seq).fetch_one(conn).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

async fn attempts(conn: &mut SqliteConnection, airing: &str) -> sqlx::Result<Vec<Attempt>> {
    let sql =
        "select seq, attempt, started_at, aired_ms, outcome, reason from airing_log where airing = ? order by attempt";
    let rows = sqlx::query(sql).bind(airing).fetch_all(conn).await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Attempt {
            seq: row.try_get("seq")?,
            attempt: row.try_get("attempt")?,
            started_at: row.try_get("started_at")?,
            aired_ms: row.try_get("aired_ms")?,
            outcome: row.try_get("outcome")?,
            reason: row.try_get("reason")?,
        })
    };
    rows.iter().map(read).collect()
}
