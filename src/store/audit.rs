//! The audit: what people did on the page, and to accounts, chained as the airing log is.
//!
//! In: deeds, appended inside the transaction of what they tell, or in order as the page hands them over. Out: rows, the
//! newest first, a page at a time; or the proof of their chain, which names the first bad row. Must never change or leave out
//! a row. Next: `crate::people`.

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Sqlite};

use super::chain::{BrokenDeed, Head};
use super::column;
use super::read::{Log, ReadError};
use super::register::{Register, RegisterError, station_id};
use super::sealed::{Sealed, VERSION};
use crate::airing::{ClockState, rfc3339};
use crate::people::{Asked, Deed, Ending, Recorded, Via};

/// The table and its hashed columns.
pub(super) const AUDIT: Sealed = Sealed {
    name: "audit",
    migration: 7,
    hashed: &[
        "v",
        "seq",
        "station_id",
        "at",
        "login",
        "name",
        "from_address",
        "act",
        "subject",
        "why",
        "outcome",
        "told",
        "via",
        "clock",
    ],
};

/// Puts a deed at the end of the chain.
pub(super) async fn append(conn: &mut SqliteConnection, deed: &Deed) -> sqlx::Result<i64> {
    let deed = deed.clone().bounded();
    let values = vec![
        json!(VERSION),
        Value::Null,
        json!(station_id(conn).await?),
        json!(rfc3339(&deed.at)),
        json!(deed.login),
        json!(deed.name),
        json!(deed.from_address),
        json!(deed.act),
        json!(deed.subject),
        json!(deed.why),
        json!(deed.ending.as_str()),
        json!(deed.told),
        json!(deed.via.as_str()),
        json!(deed.clock.as_str()),
    ];
    AUDIT.append(conn, values, &[]).await
}

impl Register {
    /// Rows of the audit, the newest first.
    pub async fn deeds(&mut self, asked: &Asked) -> Result<Vec<Recorded>, RegisterError> {
        if !AUDIT.is_there(&mut self.conn).await.map_err(|error| self.failed(&error))? {
            return Ok(Vec::new());
        }
        let found = wanted(asked).build().fetch_all(&mut self.conn).await;
        let read = found.and_then(|rows| rows.iter().filter_map(|row| deed(row).transpose()).collect());
        read.map_err(|error| self.failed(&error))
    }

    /// Every act of which the audit has a row, in the order of their names.
    pub async fn audited_acts(&mut self) -> Result<Vec<String>, RegisterError> {
        self.distinct("act").await
    }

    /// Every login of which the audit has a row, in their order.
    pub async fn audited_logins(&mut self) -> Result<Vec<String>, RegisterError> {
        self.distinct("login").await
    }

    async fn distinct(&mut self, column: &'static str) -> Result<Vec<String>, RegisterError> {
        if !AUDIT.is_there(&mut self.conn).await.map_err(|error| self.failed(&error))? {
            return Ok(Vec::new());
        }
        let sql = format!("select distinct {column} from audit where {column} is not null order by {column}");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut self.conn).await;
        let read = rows.and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect());
        read.map_err(|error| self.failed(&error))
    }
}

/// Instants stand there in the station's offset of their day, and are compared as instants.
fn wanted(asked: &Asked) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("select * from audit where true");
    if let Some(login) = &asked.login {
        query.push(" and login = ").push_bind(login.clone());
    }
    if let Some(act) = &asked.act {
        query.push(" and act = ").push_bind(act.clone());
    }
    if let Some(from) = asked.from {
        query.push(" and julianday(at) >= julianday(").push_bind(from.to_rfc3339()).push(")");
    }
    if let Some(to) = asked.to {
        query.push(" and julianday(at) < julianday(").push_bind(to.to_rfc3339()).push(")");
    }
    if let Some(before) = asked.before {
        query.push(" and seq < ").push_bind(before);
    }
    query.push(" order by seq desc limit ").push_bind(asked.limit);
    query
}

/// A row; `None` if a value of it cannot be read, which the proof of the chain names.
fn deed(row: &SqliteRow) -> sqlx::Result<Option<Recorded>> {
    let (Some(at), Some(clock), Some(ending)) = (
        column::written_instant(row, "at")?,
        column::word(row, "clock", ClockState::from_word)?,
        column::word(row, "outcome", Ending::from_word)?,
    ) else {
        return Ok(None);
    };
    let deed = Deed {
        at,
        clock,
        login: row.try_get("login")?,
        name: row.try_get("name")?,
        from_address: row.try_get("from_address")?,
        act: row.try_get("act")?,
        subject: row.try_get("subject")?,
        why: row.try_get("why")?,
        ending,
        told: row.try_get("told")?,
        via: if row.try_get::<&str, _>("via")? == Via::Cli.as_str() { Via::Cli } else { Via::Web },
    };
    Ok(Some(Recorded { seq: row.try_get("seq")?, deed }))
}

impl Log {
    /// Walks the whole audit and proves its chain; compares with a head kept elsewhere if there is one.
    pub async fn verify_audit(&mut self, kept: Option<Head>) -> Result<Head, ReadError> {
        let walked = AUDIT.walk(self.any(), kept, |_, _| None).await;
        Ok(walked.map_err(|error| self.unreadable(&error))?.map_err(BrokenDeed)?)
    }
}
