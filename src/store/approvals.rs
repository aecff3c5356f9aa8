//! Approvals: what people decided of bulletins, chained as the airing log is.
//!
//! In: a decision on a revision that was looked at. Out: its number in the chain; or the proof of the chain, which names the
//! first bad act. A row is hashed as `chain` says: the hash before it, one newline, the columns up to `clock` as JSON with
//! sorted keys. Must never change or leave out an act. Next: `shelf`, which says what is in force.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::bulletins::{Card, text_sha256};
use super::chain::{Broken, BrokenApproval, Fault, Head, Links, link};
use super::read::{Log, ReadError};
use super::register::{Register, RegisterError, Signature, failed, station_id};
use crate::airing::rfc3339;
use crate::bulletin::Decision;

/// The version of the approvals that this program writes.
const VERSION: i64 = 1;

/// Acts read at a time when the chain is proved.
const PAGE: i64 = 1000;

/// The columns that are hashed, in the order of the table.
const HASHED: [&str; 15] = [
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
];

/// An act as it stands in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    /// The values of `HASHED`, in its order.
    values: Vec<Value>,
    prev_hash: String,
}

impl Row {
    /// Lower-case hex, as `chain::hash` makes it of a row of the log.
    fn hash(&self) -> String {
        let sorted: BTreeMap<&str, &Value> = HASHED.into_iter().zip(&self.values).collect();
        let json = serde_json::to_vec(&sorted).expect("numbers and strings are always JSON");
        link(&self.prev_hash, &json)
    }
}

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

    /// The newest act of the chain.
    pub async fn approvals_head(&mut self) -> Result<Head, RegisterError> {
        head(&mut self.conn).await.map_err(|error| self.failed(&error))
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

async fn head(conn: &mut SqliteConnection) -> sqlx::Result<Head> {
    let newest = sqlx::query("select seq, hash from approval order by seq desc limit 1").fetch_optional(conn).await?;
    newest.map_or_else(|| Ok(Head::default()), |row| Ok(Head { seq: row.try_get(0)?, hash: row.try_get(1)? }))
}

async fn append(
    conn: &mut SqliteConnection,
    card: &Card,
    decision: &Decision,
    signed: &Signature,
) -> sqlx::Result<i64> {
    let before = head(conn).await?;
    let station_id = station_id(conn).await?;
    let seq = before.seq + 1;
    let sound = card.sound.as_ref().map(|sound| &*sound.content.sha256);
    let values = vec![
        json!(VERSION),
        json!(seq),
        json!(station_id),
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
    let row = Row { values, prev_hash: before.hash };
    let names = HASHED.map(|name| format!("\"{name}\"")).join(", ");
    let marks = "?, ".repeat(HASHED.len());
    let sql = format!("insert into approval ({names}, prev_hash, hash) values ({marks}?, ?)");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
    for value in &row.values {
        query = match value {
            Value::Number(number) => query.bind(number.as_i64()),
            Value::String(text) => query.bind(text.clone()),
            _ => query.bind(None::<String>),
        };
    }
    let hash = row.hash();
    query.bind(&row.prev_hash).bind(hash).execute(conn).await?;
    Ok(seq)
}

impl Log {
    /// Walks all acts of approval and proves their chain, and that what was decided of is still what it was; compares with a
    /// head kept elsewhere if there is one.
    pub async fn verify_approvals(&mut self, kept: Option<Head>) -> Result<Head, ReadError> {
        let walked = walk(self.any(), kept).await.map_err(|error| self.unreadable(&error))?;
        Ok(walked.map_err(BrokenApproval)?)
    }
}

/// Walks the acts of a database; the inner error is the first bad one.
pub(super) async fn walk(conn: &mut SqliteConnection, kept: Option<Head>) -> sqlx::Result<Result<Head, Broken>> {
    let mut links = Links::new(kept);
    let known = sqlx::query("select 1 from sqlite_schema where name = 'approval'").fetch_optional(&mut *conn).await?;
    // A database of an earlier version has none.
    let mut is_over = known.is_none();
    while !is_over {
        let rows = page(conn, links.due()).await?;
        is_over = rows.is_empty();
        for row in &rows {
            let due = links.due();
            let found = read(row).map_err(|error| Broken { seq: due, fault: Fault::Unreadable(error.to_string()) });
            let taken = found.and_then(|(seq, row, hash, altered)| {
                take(&mut links, seq, &row, hash, altered).map_err(|fault| Broken { seq, fault })
            });
            if let Err(broken) = taken {
                return Ok(Err(broken));
            }
        }
    }
    Ok(links.finish())
}

/// The next acts, each beside the bulletin that it was about.
async fn page(conn: &mut SqliteConnection, from: i64) -> sqlx::Result<Vec<SqliteRow>> {
    let sql = "select approval.*, bulletin.number, bulletin.title as now_title, bulletin.sha256 as now_sha256,
                   bulletin.text_sha256 as now_text_sha256, bulletin.text as now_text
               from approval left join bulletin
                   on bulletin.number = approval.bulletin and bulletin.revision = approval.revision
               where seq >= ? or seq < 1 order by seq limit ?";
    // What comes before the first is found with the first page only.
    let sql = if from == 1 { sql.to_owned() } else { sql.replace(" or seq < 1", "") };
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(from).bind(PAGE).fetch_all(conn).await
}

fn take(links: &mut Links, seq: i64, row: &Row, hash: String, altered: Option<&'static str>) -> Result<(), Fault> {
    if row.values[0] != json!(VERSION) {
        return Err(Fault::Version(row.values[0].as_i64().unwrap_or_default()));
    }
    links.follow(seq, &row.prev_hash)?;
    if row.hash() != hash {
        return Err(Fault::Altered);
    }
    if let Some(altered) = altered {
        return Err(Fault::Bulletin(altered));
    }
    links.take(seq, hash)
}

/// A row as it stands there: its number, what is hashed, its hash, and what of its bulletin is not what it was.
fn read(row: &SqliteRow) -> sqlx::Result<(i64, Row, String, Option<&'static str>)> {
    const NUMBERS: [&str; 5] = ["v", "seq", "bulletin", "revision", "by_phone"];
    let value = |name: &&str| -> sqlx::Result<Value> {
        if NUMBERS.contains(name) {
            return Ok(json!(row.try_get::<i64, _>(*name)?));
        }
        Ok(json!(row.try_get::<Option<String>, _>(*name)?))
    };
    let values = HASHED.iter().map(value).collect::<sqlx::Result<Vec<_>>>()?;
    let text = |name: &str| row.try_get::<Option<String>, _>(name);
    let was = |name: &str| -> sqlx::Result<bool> { Ok(text(name)? == text(&format!("now_{name}"))?) };
    let altered = if row.try_get::<Option<i64>, _>("number")?.is_none() {
        Some("number")
    } else if !was("title")? {
        Some("title")
    } else if !was("sha256")? {
        Some("sha256")
    } else if !was("text_sha256")? || text("now_text")?.map(|text| text_sha256(&text)) != text("text_sha256")? {
        Some("text")
    } else {
        None
    };
    Ok((row.try_get("seq")?, Row { values, prev_hash: row.try_get("prev_hash")? }, row.try_get("hash")?, altered))
}
