//! Acts of approval as people look them up: the register page by page, one act, and the text that an act was about.
//!
//! In: numbers of acts, bulletins and revisions. Out: what stands there, newest first. Reads only; works on databases of earlier
//! versions, which have none. Next: `approvals`, which chains them.

use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::approvals::APPROVALS;
use super::read::{Log, ReadError};
use super::register::{Register, RegisterError};

/// An act of approval. Words and instants are those of the table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ActOfApproval {
    /// Its number in the chain of approvals.
    pub seq: i64,
    /// `approve`, `refuse` or `withdraw`.
    pub act: String,
    /// Number of the bulletin.
    pub bulletin: i64,
    /// Which revision.
    pub revision: i64,
    /// Title of that revision.
    pub title: String,
    /// SHA-256 of its sound, lower-case hex.
    pub sha256: Option<String>,
    /// SHA-256 of its text, lower-case hex.
    pub text_sha256: Option<String>,
    /// Who decided.
    pub by: String,
    /// By telephone.
    pub by_phone: bool,
    /// Through what, and who recorded it.
    pub via: String,
    /// The reason given.
    pub why: Option<String>,
    /// When.
    pub at: String,
    /// Number of the act by which an approval by telephone was confirmed on paper.
    pub confirmed_by: Option<i64>,
}

/// With the act behind it that confirmed it: the next approval of the same revision that is not by telephone.
const SELECT: &str = "
    select seq, act, bulletin, revision, title, sha256, text_sha256, \"by\", by_phone, via, why, at,
           case when by_phone = 1 and act = 'approve' then
               (select min(later.seq) from approval as later
                where later.bulletin = approval.bulletin and later.revision = approval.revision
                    and later.seq > approval.seq and later.act = 'approve' and later.by_phone = 0)
           end as confirmed_by
    from approval";

impl Log {
    /// The newest `limit` acts before the act `before`, newest first; of one bulletin if one is named.
    pub async fn acts_of_approval(
        &mut self,
        bulletin: Option<i64>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ActOfApproval>, ReadError> {
        let found = acts(self.any(), bulletin, before, limit).await;
        found.map_err(|error| self.unreadable(&error))
    }

    /// The act of this number.
    pub(super) async fn act_of_approval(&mut self, seq: i64) -> Result<Option<ActOfApproval>, ReadError> {
        let found = self.acts_of_approval(None, seq.checked_add(1), 1).await?;
        Ok(found.into_iter().find(|act| act.seq == seq))
    }
}

async fn acts(
    conn: &mut SqliteConnection,
    bulletin: Option<i64>,
    before: Option<i64>,
    limit: u32,
) -> sqlx::Result<Vec<ActOfApproval>> {
    if !APPROVALS.is_there(conn).await? {
        return Ok(Vec::new());
    }
    let of = if bulletin.is_some() { "and bulletin = ?3" } else { "" };
    let sql = format!("{SELECT} where seq < ?1 {of} order by seq desc limit ?2");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before.unwrap_or(i64::MAX)).bind(limit);
    if let Some(bulletin) = bulletin {
        query = query.bind(bulletin);
    }
    query.fetch_all(conn).await?.iter().map(act).collect()
}

fn act(row: &SqliteRow) -> sqlx::Result<ActOfApproval> {
    Ok(ActOfApproval {
        seq: row.try_get("seq")?,
        act: row.try_get("act")?,
        bulletin: row.try_get("bulletin")?,
        revision: row.try_get("revision")?,
        title: row.try_get("title")?,
        sha256: row.try_get("sha256")?,
        text_sha256: row.try_get("text_sha256")?,
        by: row.try_get("by")?,
        by_phone: row.try_get("by_phone")?,
        via: row.try_get("via")?,
        why: row.try_get("why")?,
        at: row.try_get("at")?,
        confirmed_by: row.try_get("confirmed_by")?,
    })
}

impl Register {
    /// The text of a revision of a bulletin; `None` if it has none, or there is no such revision.
    pub async fn text_of(&mut self, number: i64, revision: i64) -> Result<Option<String>, RegisterError> {
        let sql = "select text from bulletin where number = ? and revision = ?";
        let found = sqlx::query(sql).bind(number).bind(revision).fetch_optional(&mut self.conn).await;
        let text = found.and_then(|row| row.map(|row| row.try_get(0)).transpose());
        text.map(Option::flatten).map_err(|error| self.failed(&error))
    }
}
