//! Approvals with what was approved, for those who check it.
//!
//! In: numbers of acts of approval, as rows of the log name them. Out: a slip for each, with the revision that was approved, its
//! text included. Reads only. Next: `report::bundle::slips`.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::column;
use super::read::{Log, ReadError};
use crate::report::bundle::slips::Slip;

impl Log {
    /// The slips of these acts, in their order; a number that is none is left out. An act that is no approval is none either.
    pub async fn slips(&mut self, acts: &[i64]) -> Result<Vec<Slip>, ReadError> {
        let rows = sqlx::query(
            "select approval.seq, approval.\"by\" as approved_by, approval.by_phone, approval.why, approval.at,
                    bulletin.number, bulletin.revision, bulletin.title, bulletin.genre, bulletin.author, bulletin.source,
                    bulletin.themes, bulletin.text, bulletin.text_sha256, bulletin.sha256, bulletin.file_name,
                    bulletin.voice, bulletin.recorded_at, bulletin.\"by\" as recorded_by
             from approval
             join bulletin on bulletin.number = approval.bulletin and bulletin.revision = approval.revision
             where approval.act = 'approve' and approval.seq in (select value from json_each(?))
             order by approval.seq",
        );
        let rows = rows.bind(serde_json::json!(acts).to_string()).fetch_all(self.any()).await;
        let slips = rows.and_then(|rows| rows.iter().map(slip).collect());
        slips.map_err(|error| self.unreadable(&error))
    }
}

fn slip(row: &SqliteRow) -> sqlx::Result<Slip> {
    Ok(Slip {
        seq: row.try_get("seq")?,
        bulletin: row.try_get("number")?,
        revision: row.try_get("revision")?,
        title: row.try_get("title")?,
        genre: row.try_get("genre")?,
        author: row.try_get("author")?,
        source: row.try_get("source")?,
        themes: column::json(row, "themes")?.unwrap_or_default(),
        recorded_by: row.try_get("recorded_by")?,
        recorded_at: column::written_instant(row, "recorded_at")?,
        text: row.try_get("text")?,
        text_sha256: row.try_get("text_sha256")?,
        sha256: row.try_get("sha256")?,
        file_name: row.try_get("file_name")?,
        voice: row.try_get("voice")?,
        by: row.try_get("approved_by")?,
        by_phone: row.try_get("by_phone")?,
        why: row.try_get("why")?,
        at: column::written_instant(row, "at")?,
    })
}
