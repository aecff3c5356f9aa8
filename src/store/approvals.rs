//! Approvals: what people decided of bulletins, chained as the airing log is.
//!
//! In: a decision on a revision that was looked at. Out: its number in the chain; or the proof of the chain, which names the
//! first bad act, and whether bulletins and log agree with them. Must never change or leave out an act. Next: `shelf`, which
//! says what is in force.

use serde_json::{Value, json};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::bulletins::Card;
use super::chain::{Broken, BrokenApproval, Fault, Head};
use super::read::{Log, ReadError};
use super::register::{Register, RegisterError, Signature, failed, station_id};
use super::sealed::{Sealed, VERSION};
use crate::airing::rfc3339;
use crate::bulletin::Decision;

/// The table and its hashed columns.
pub(super) const APPROVALS: Sealed = Sealed {
    name: "approval",
    migration: 3,
    hashed: &[
        "v",
        "seq",
        "station_id",
        "act",
        "bulletin",
        "revision",
        "title",
        "sha256",
        "text_sha256",
        "by",
        "by_phone",
        "via",
        "why",
        "at",
        "clock",
    ],
};

impl Register {
    /// Records a decision on a bulletin as that card shows it; answers with its number. Refused if anything was recorded of
    /// the bulletin since the card was read.
    pub async fn decide(&mut self, card: &Card, decision: &Decision, signed: &Signature) -> Result<i64, RegisterError> {
        let path = self.path.clone();
        let mut act = self.begin().await?;
        let recorded = async {
            if !is_as(&mut act, card).await? {
                return Ok(None);
            }
            let seq = append(&mut act, card, decision, signed).await?;
            act.commit().await?;
            Ok(Some(seq))
        };
        let recorded = recorded.await.map_err(|error: sqlx::Error| failed(&path, &error))?;
        recorded.ok_or(RegisterError::Outdated(card.number))
    }
}

/// Whether a bulletin still has that newest revision and decision.
async fn is_as(conn: &mut SqliteConnection, card: &Card) -> sqlx::Result<bool> {
    let row = sqlx::query(
        "select (select max(revision) from bulletin where number = ?1),
                (select max(seq) from approval where bulletin = ?1 and revision = ?2)",
    );
    let row = row.bind(card.number).bind(card.revision).fetch_one(conn).await?;
    let (revision, decided): (Option<i64>, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
    Ok(revision == Some(card.revision) && decided == card.decided.as_ref().map(|decided| decided.seq))
}

async fn append(
    conn: &mut SqliteConnection,
    card: &Card,
    decision: &Decision,
    signed: &Signature,
) -> sqlx::Result<i64> {
    let sound = card.sound.as_ref().map(|sound| &*sound.content.sha256);
    let values = vec![
        json!(VERSION),
        Value::Null,
        json!(station_id(conn).await?),
        json!(decision.act.as_str()),
        json!(card.number),
        json!(card.revision),
        json!(card.draft.title),
        json!(sound),
        json!(card.text_sha256),
        json!(decision.by),
        json!(i64::from(decision.by_phone)),
        json!(signed.via),
        json!(decision.why),
        json!(rfc3339(&signed.at)),
        json!(signed.clock.as_str()),
    ];
    APPROVALS.append(conn, values, &[]).await
}

impl Log {
    /// Walks all acts of approval and proves their chain, then that each is about its bulletin as it is, and that the log
    /// names them as they are; compares with a head kept elsewhere if there is one.
    pub async fn verify_approvals(&mut self, kept: Option<Head>) -> Result<Head, ReadError> {
        let walked = walk(self.any(), kept).await.map_err(|error| self.unreadable(&error))?;
        let head = walked.map_err(BrokenApproval)?;
        if head.seq > 0 || self.knows_approvals().await? {
            let is_new = self.began_anew().await?;
            let wrong = misnamed(self.any(), is_new).await.map_err(|error| self.unreadable(&error))?;
            wrong.map_or(Ok(()), Err)?;
        }
        Ok(head)
    }

    async fn knows_approvals(&mut self) -> Result<bool, ReadError> {
        let found = sqlx::query("select 1 from sqlite_schema where name = 'approval'").fetch_optional(self.any()).await;
        Ok(found.map_err(|error| self.unreadable(&error))?.is_some())
    }
}

/// Walks the acts of a database; the inner error is the first bad one.
pub(super) async fn walk(conn: &mut SqliteConnection, kept: Option<Head>) -> sqlx::Result<Result<Head, Broken>> {
    let head = match APPROVALS.walk(conn, kept, |_, _| None).await? {
        Ok(head) if head.seq > 0 => head,
        other => return Ok(other),
    };
    // One question for all of them: what an act repeats of its bulletin is what stands there.
    let row = sqlx::query(
        "select approval.seq, case when bulletin.number is null then 'number' when bulletin.title <> approval.title then 'title'
                 when bulletin.sha256 is not approval.sha256 then 'sha256' else 'text' end as what
         from approval left join bulletin
             on bulletin.number = approval.bulletin and bulletin.revision = approval.revision
         where bulletin.number is null or bulletin.title <> approval.title
             or bulletin.sha256 is not approval.sha256 or bulletin.text_sha256 is not approval.text_sha256
         order by approval.seq limit 1",
    );
    let Some(row) = row.fetch_optional(conn).await? else { return Ok(Ok(head)) };
    let what = match row.try_get("what")? {
        "number" => "number",
        "title" => "title",
        "sha256" => "sha256",
        _ => "text",
    };
    Ok(Err(Broken { seq: row.try_get("seq")?, fault: Fault::Bulletin(what) }))
}

/// The first row of the log whose approval is not as the row says. A row's text may be older than its approval, which may have
/// been given anew for the same sound; and a log that began anew may name approvals that the damaged database took along.
async fn misnamed(conn: &mut SqliteConnection, is_new: bool) -> sqlx::Result<Option<Broken>> {
    let row = sqlx::query(
        "select log.seq, case when act.act is not 'approve' then 'act' when act.\"by\" is not log.approved_by then 'by'
                 when act.at is not log.approved_at then 'at' else 'sha256' end as what
         from airing_log as log left join approval as act on act.seq = cast(log.approval as integer)
         where log.approval is not null
             and (act.act is not 'approve' or act.\"by\" is not log.approved_by or act.at is not log.approved_at
                  or act.sha256 is not log.sha256)
             and (not ? or julianday(log.approved_at) >
                      julianday((select recorded_at from airing_log order by seq limit 1)))
         order by log.seq limit 1",
    );
    let Some(row) = row.bind(is_new).fetch_optional(conn).await? else { return Ok(None) };
    let what = match row.try_get("what")? {
        "act" => "act",
        "by" => "by",
        "at" => "at",
        _ => "sha256",
    };
    Ok(Some(Broken { seq: row.try_get("seq")?, fault: Fault::Approval(what) }))
}
