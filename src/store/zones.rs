//! Acts on zones: what people said of loudspeakers, chained as the airing log is.
//!
//! In: what a person wants recorded, judged inside the transaction by what stands there. Out: the act; all acts, oldest first;
//! or the proof of their chain, which names the first bad one. Must never change or leave out an act. Next: `crate::zones`,
//! which makes states of them.

use serde_json::{Value, json};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::chain::{BrokenZoneAct, Head};
use super::column;
use super::read::{Log, ReadError};
use super::register::{Register, RegisterError, Signature, failed, station_id};
use super::remarks::behind;
use super::sealed::{Sealed, VERSION};
use crate::airing::{ClockState, rfc3339};
use crate::problem::what::ZoneFault;
use crate::zones::{Act, Change, Wish, judge};

/// The table and its hashed columns.
pub(super) const ZONE_ACTS: Sealed = Sealed {
    name: "zone_act",
    migration: 5,
    hashed: &["v", "seq", "station_id", "zone", "act", "at", "why", "undoes", "recorded_at", "by", "via", "clock"],
};

impl Register {
    /// Records what became of a zone, unless what stands there speaks against it.
    pub async fn record_zone(
        &mut self,
        wish: Wish,
        why: Option<&str>,
        signed: &Signature,
    ) -> Result<Result<Act, ZoneFault>, RegisterError> {
        let path = self.path.clone();
        let mut transaction = self.begin().await?;
        let recorded = async {
            let acts = all(&mut transaction).await?;
            let behind = behind(&mut transaction, signed).await?;
            let clock = if behind.is_some() { ClockState::Untrusted } else { signed.clock };
            let newest_row = behind.map(|at| at.with_timezone(signed.at.offset()));
            let judged = match judge(&acts, wish, signed.at, newest_row) {
                Ok(judged) => judged,
                Err(fault) => return Ok(Err(fault)),
            };
            let mut act = Act {
                seq: 0,
                zone: judged.zone,
                act: judged.act,
                at: judged.at,
                recorded_at: signed.at,
                by: signed.by.clone(),
                why: why.map(str::to_owned),
                undoes: judged.undoes,
            };
            act.seq = append(&mut transaction, &act, &Signature { clock, ..signed.clone() }).await?;
            transaction.commit().await?;
            Ok(Ok(act))
        };
        recorded.await.map_err(|error: sqlx::Error| failed(&path, &error))
    }

    /// Whether nobody vouches for the clock of an act and it is behind the newest row of the log.
    pub async fn is_behind(&mut self, signed: &Signature) -> Result<bool, RegisterError> {
        let newest_row = behind(&mut self.conn, signed).await;
        Ok(newest_row.map_err(|error| self.failed(&error))?.is_some())
    }

    /// All acts on all zones, oldest first.
    pub async fn zone_acts(&mut self) -> Result<Vec<Act>, RegisterError> {
        all(&mut self.conn).await.map_err(|error| self.failed(&error))
    }
}

impl Log {
    /// All acts on all zones, oldest first.
    pub async fn zone_acts(&mut self) -> Result<Vec<Act>, ReadError> {
        all(self.any()).await.map_err(|error| self.unreadable(&error))
    }

    /// Walks all acts on zones and proves their chain; compares with a head kept elsewhere if there is one.
    pub async fn verify_zones(&mut self, kept: Option<Head>) -> Result<Head, ReadError> {
        let walked = ZONE_ACTS.walk(self.any(), kept, |_, _| None).await;
        Ok(walked.map_err(|error| self.unreadable(&error))?.map_err(BrokenZoneAct)?)
    }
}

async fn append(conn: &mut SqliteConnection, act: &Act, signed: &Signature) -> sqlx::Result<i64> {
    let values = vec![
        json!(VERSION),
        Value::Null,
        json!(station_id(conn).await?),
        json!(act.zone),
        json!(act.act.as_str()),
        json!(rfc3339(&act.at)),
        json!(act.why),
        json!(act.undoes),
        json!(rfc3339(&act.recorded_at)),
        json!(act.by),
        json!(signed.via),
        json!(signed.clock.as_str()),
    ];
    ZONE_ACTS.append(conn, values, &[]).await
}

async fn all(conn: &mut SqliteConnection) -> sqlx::Result<Vec<Act>> {
    if !ZONE_ACTS.is_there(conn).await? {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("select * from zone_act order by seq").fetch_all(conn).await?;
    rows.iter().filter_map(|row| act(row).transpose()).collect()
}

/// An act; `None` if a value of it cannot be read, which the proof of the chain names.
fn act(row: &SqliteRow) -> sqlx::Result<Option<Act>> {
    let (Some(act), Some(at), Some(recorded_at)) = (
        column::word(row, "act", Change::from_word)?,
        column::written_instant(row, "at")?,
        column::written_instant(row, "recorded_at")?,
    ) else {
        return Ok(None);
    };
    Ok(Some(Act {
        seq: row.try_get("seq")?,
        zone: row.try_get("zone")?,
        act,
        at,
        recorded_at,
        by: row.try_get("by")?,
        why: row.try_get("why")?,
        undoes: row.try_get("undoes")?,
    }))
}
