//! What the air knows of bulletins, read from the database: the shelf, and how often and when bulletins have aired.
//!
//! In: a connection that can read. Out: a `Shelf` and a `Tally` for the desk, for the timetable and for checks. Must not
//! write. A bulletin is its newest revision, and an approval or refusal is in force only for the revision that it was given
//! to. Next: `shelf_reader`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::column;
use crate::airing::{Approval, ENOUGH_PERCENT, Priority};
use crate::bulletin::{Bulletin, Entry, Shelf, Standing, Tally};
use crate::rundown::Content;

/// Reads the shelf: the queue, its bulletins, those of rundowns that are not done and those that `named` asks for, and all
/// approvals in force.
pub(super) async fn recall(conn: &mut SqliteConnection, named: &[i64]) -> sqlx::Result<Shelf> {
    let queue = queue(conn).await?;
    let approved = approved(conn).await?;
    let frozen = frozen(conn).await?;
    let wanted: Vec<i64> =
        named.iter().copied().chain(queue.iter().map(|entry| entry.bulletin)).chain(frozen).collect();
    let bulletins = bulletins(conn, &wanted).await?;
    Ok(Shelf { bulletins, queue, approved, is_unread: false })
}

pub(super) async fn queue(conn: &mut SqliteConnection) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query(
        "select id, bulletin, programme, times, valid_from, valid_until, queued_at
         from queue_entry where removed_at is null order by id",
    )
    .fetch_all(conn)
    .await?;
    rows.iter().filter_map(|row| entry(row).transpose()).collect()
}

/// The bulletins of rundowns that are not done: one that was removed from the queue since may be refused all the same.
async fn frozen(conn: &mut SqliteConnection) -> sqlx::Result<Vec<i64>> {
    let rows = sqlx::query(
        "select distinct json_extract(item.value, '$.bulletin.number') as number
         from rundown, json_each(rundown.json, '$.items') as item where done = 0 and number is not null",
    )
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// An entry of the queue; `None` if a value of it cannot be read.
pub(super) fn entry(row: &SqliteRow) -> sqlx::Result<Option<Entry>> {
    let Some(queued_at) = column::instant(row, "queued_at")? else { return Ok(None) };
    Ok(Some(Entry {
        id: row.try_get("id")?,
        bulletin: row.try_get("bulletin")?,
        programme: row.try_get("programme")?,
        times: row.try_get("times")?,
        from: day(row, "valid_from")?,
        until: day(row, "valid_until")?,
        queued_at,
    }))
}

/// The newest decision of each bulletin, if it is of the newest revision.
const DECIDED: &str = "
    select approval.seq, approval.act, approval.\"by\", approval.by_phone, approval.at, approval.sha256, approval.bulletin
    from approval
    where approval.seq > ?
      and approval.seq = (select max(seq) from approval as newer where newer.bulletin = approval.bulletin)
      and approval.revision = (select max(revision) from bulletin where number = approval.bulletin)
    order by approval.seq limit ?";

/// Rows that are held at a time: after years there are tens of thousands, and each as a row weighs a kilobyte.
const PAGE: u16 = 500;

async fn approved(conn: &mut SqliteConnection) -> sqlx::Result<HashMap<Arc<str>, Approval>> {
    let mut approved = HashMap::new();
    // Approvers are few and approvals are many.
    let mut names: HashMap<String, Arc<str>> = HashMap::new();
    let mut after = 0_i64;
    loop {
        let rows = sqlx::query(DECIDED).bind(after).bind(PAGE).fetch_all(&mut *conn).await?;
        let Some(last) = rows.last() else { break };
        after = last.try_get("seq")?;
        for row in &rows {
            let sound: Option<&str> = row.try_get("sha256")?;
            if let Some(sound) = sound
                && let Some(approval) = approval(row, &mut names)?
            {
                approved.insert(Arc::from(sound), approval);
            }
        }
    }
    Ok(approved)
}

/// The approval of a decision; `None` if it is a refusal, or cannot be read.
fn approval(row: &SqliteRow, names: &mut HashMap<String, Arc<str>>) -> sqlx::Result<Option<Approval>> {
    if row.try_get::<&str, _>("act")? != "approve" {
        return Ok(None);
    }
    decision(row, names)
}

/// Who decided and when, whatever it was; `None` if it cannot be read.
fn decision(row: &SqliteRow, names: &mut HashMap<String, Arc<str>>) -> sqlx::Result<Option<Approval>> {
    let Some(at) = column::written_instant(row, "at")? else { return Ok(None) };
    let by: String = row.try_get("by")?;
    let by = names.entry(by).or_insert_with_key(|by| Arc::from(by.as_str()));
    Ok(Some(Approval { seq: row.try_get("seq")?, by: Arc::clone(by), at, by_phone: row.try_get("by_phone")? }))
}

/// The newest revision of bulletins, with the newest decision if it is of that revision.
const NEWEST: &str = "
    select bulletin.number, bulletin.title, themes, genre, author, source, class, valid_from, valid_until,
        bulletin.sha256, duration_ms, bulletin.text_sha256, voice, decided.seq, decided.act, decided.\"by\",
        decided.by_phone, decided.at
    from bulletin
    left join approval as decided
        on decided.seq = (select max(seq) from approval where approval.bulletin = bulletin.number)
        and decided.revision = bulletin.revision
    where number in (select value from json_each(?))
      and bulletin.revision = (select max(revision) from bulletin as newer where newer.number = bulletin.number)";

pub(super) async fn bulletins(conn: &mut SqliteConnection, numbers: &[i64]) -> sqlx::Result<BTreeMap<i64, Bulletin>> {
    let mut names = HashMap::new();
    let mut bulletins = BTreeMap::new();
    for portion in numbers.chunks(usize::from(PAGE)) {
        let list = serde_json::json!(portion).to_string();
        let rows = sqlx::query(NEWEST).bind(list).fetch_all(&mut *conn).await?;
        for row in &rows {
            let standing = match row.try_get::<Option<&str>, _>("act")? {
                None => Standing::Waiting,
                Some("approve") => decision(row, &mut names)?.map_or(Standing::Waiting, Standing::Approved),
                // One whose instant cannot be read is a refusal all the same.
                Some(_) => Standing::Refused(decision(row, &mut names)?.unwrap_or_else(|| Approval {
                    seq: 0,
                    by: Arc::from("?"),
                    at: DateTime::<Utc>::UNIX_EPOCH.fixed_offset(),
                    by_phone: false,
                })),
            };
            let bulletin = bulletin(row, standing)?;
            bulletins.insert(bulletin.number, bulletin);
        }
    }
    Ok(bulletins)
}

fn bulletin(row: &SqliteRow, standing: Standing) -> sqlx::Result<Bulletin> {
    let sound: Option<&str> = row.try_get("sha256")?;
    let duration_ms = row.try_get("duration_ms")?;
    Ok(Bulletin {
        number: row.try_get("number")?,
        title: row.try_get("title")?,
        themes: column::json(row, "themes")?.unwrap_or_default(),
        genre: row.try_get("genre")?,
        author: row.try_get("author")?,
        source: row.try_get("source")?,
        class: column::word(row, "class", Priority::from_word)?.unwrap_or(Priority::Ordinary),
        valid_from: day(row, "valid_from")?,
        valid_until: day(row, "valid_until")?,
        content: sound.map(|sound| Content { sha256: sound.into(), duration_ms }),
        text_sha256: row.try_get("text_sha256")?,
        voice: row.try_get("voice")?,
        standing,
    })
}

fn day(row: &SqliteRow, name: &str) -> sqlx::Result<Option<NaiveDate>> {
    let text: Option<&str> = row.try_get(name)?;
    Ok(text.and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()))
}

/// Counts the log: when each bulletin last aired, and how often each entry of the queue was drawn and aired.
pub(super) async fn tally(conn: &mut SqliteConnection) -> sqlx::Result<Tally> {
    let aired = format!("(outcome = 'aired' or aired_ms * 100 >= planned_ms * {ENOUGH_PERCENT})");
    let last = format!(
        "select bulletin, max(started_at_utc) from airing_log indexed by airing_log_bulletin
         where bulletin is not null and started_at_utc is not null and {aired} group by bulletin"
    );
    let mut tally = Tally::default();
    for row in &sqlx::query(sqlx::AssertSqlSafe(last)).fetch_all(&mut *conn).await? {
        let at: Option<DateTime<FixedOffset>> = DateTime::parse_from_rfc3339(row.try_get(1)?).ok();
        if let Some(at) = at {
            tally.last_aired.insert(row.try_get(0)?, at.with_timezone(&Utc));
        }
    }
    let drawn = "select entry, count(*) from drawn
         where entry in (select id from queue_entry where removed_at is null) group by entry";
    for row in &sqlx::query(drawn).fetch_all(conn).await? {
        tally.drawn.insert(row.try_get(0)?, row.try_get(1)?);
    }
    Ok(tally)
}
