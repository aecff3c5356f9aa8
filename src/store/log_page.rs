//! One page of the airing log for people: the newest rows that are sought, and where to go on.
//!
//! In: what is sought, and the row after which to go on. Out: rows in the order of their instants, newest first, each with what
//! people have put right about it; never more than a page, and never after looking at more rows than a bound, so that no
//! question can take long. A row that was tampered with is on the page and says so. Reads only. Next: `evidence`.

use std::collections::{HashMap, HashSet};

use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, Row as _, query::Query};

use super::chain::{Broken, hash};
use super::read::{Log, ReadError, Rows, Span};
use super::remarks::Described;
use super::row::{Row, quoted_columns};
use crate::airing::{Kind, Outcome, Reason};
use crate::text::{key, plain_key};

/// Rows looked at in one question, one question after the other: a page that is full at once costs little, and one whose rows
/// are rare is not asked for in a hundred questions. All of them are looked at at most, some 20 ms of work: months of a station.
const PORTIONS: [i64; 4] = [200, 800, 3000, 4000];

/// The same where all rows are wanted.
const LARGE_PORTION: i64 = 4000;

/// Which of real airings and rehearsals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aired {
    /// Both.
    #[default]
    Both,
    /// What went to a sound card, or should have.
    Real,
    /// What went to a file or nowhere.
    Rehearsals,
}

/// Which rows are sought; what is `None` does not matter. What describes a row is what it says itself or what a correction of it
/// says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sought {
    /// By the programme's instant.
    pub span: Span,
    /// Id of the programme.
    pub programme: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: Option<Reason>,
    /// What kind of airing; remarks of people are rows of their own only if they are asked for here.
    pub kind: Option<Kind>,
    /// Number of the bulletin.
    pub bulletin: Option<i64>,
    /// One of its themes.
    pub theme: Option<String>,
    /// One of its zones, by id.
    pub zone: Option<String>,
    /// Words that the title holds, all of them: with marks as they are, without marks any.
    pub words: Option<String>,
    /// Real airings, rehearsals or both.
    pub aired: Aired,
    /// Only rows of which people have said something.
    pub remarked: bool,
}

/// A page of the log.
#[derive(Debug)]
pub struct LogPage {
    /// Newest first.
    pub rows: Vec<Listed>,
    /// Row after which to go on; `None` if there is no older one that is sought.
    pub older: Option<i64>,
    /// It was not looked any further, though the page has room.
    pub is_cut_short: bool,
}

/// A row on a page.
#[derive(Debug)]
pub struct Listed {
    /// Its number.
    pub seq: i64,
    /// As it was written; or why it cannot be read.
    pub row: Result<Row, Broken>,
    /// Whether its hash is that of its content.
    pub is_whole: bool,
    /// What describes it now; `None` if it cannot be read.
    pub described: Option<Described>,
    /// Notes on it.
    pub notes: usize,
    /// Corrections of it.
    pub corrections: usize,
}

impl Log {
    /// The newest `limit` rows that are sought, of those before the row `after` in the order of instants.
    pub async fn page(&mut self, sought: &Sought, after: Option<i64>, limit: usize) -> Result<LogPage, ReadError> {
        let found = find(self.any(), sought, after, limit).await;
        let (numbers, older, is_cut_short) = found.map_err(|error| self.unreadable(&error))?;
        let rows = listed(self.any(), &numbers).await.map_err(|error| self.unreadable(&error))?;
        Ok(LogPage { rows, older, is_cut_short })
    }

    /// Numbers of all rows that are sought, and of the notes and corrections on them, oldest first. Eight bytes each: those of
    /// a log of many years fit into memory.
    pub async fn all_found(&mut self, sought: &Sought) -> Result<Vec<i64>, ReadError> {
        let found = all(self.any(), sought).await;
        found.map_err(|error| self.unreadable(&error))
    }
}

async fn all(conn: &mut SqliteConnection, sought: &Sought) -> sqlx::Result<Vec<i64>> {
    let mut numbers = Vec::new();
    let mut cursor = None;
    loop {
        let (found, next) = portion(conn, sought, cursor.as_ref(), LARGE_PORTION, i64::MAX).await?;
        let remarks = "select seq from airing_log where corrects in (select value from json_each(?))";
        let list = serde_json::json!(found).to_string();
        for row in &sqlx::query(remarks).bind(list).fetch_all(&mut *conn).await? {
            numbers.push(row.try_get(0)?);
        }
        numbers.extend(found);
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Where a row stands in the order of instants.
type Place = (String, i64);

async fn find(
    conn: &mut SqliteConnection,
    sought: &Sought,
    after: Option<i64>,
    limit: usize,
) -> sqlx::Result<(Vec<i64>, Option<i64>, bool)> {
    let mut cursor = match after {
        Some(seq) => place(conn, seq).await?,
        None => None,
    };
    let mut numbers: Vec<i64> = Vec::new();
    for size in PORTIONS {
        // One more than there is room for tells whether there are more.
        let room = i64::try_from(limit + 1 - numbers.len()).unwrap_or(i64::MAX);
        let (found, next) = portion(conn, sought, cursor.as_ref(), size, room).await?;
        numbers.extend(found);
        if numbers.len() > limit {
            numbers.truncate(limit);
            let older = numbers.last().copied();
            return Ok((numbers, older, false));
        }
        let Some(next) = next else { return Ok((numbers, None, false)) };
        cursor = Some(next);
    }
    Ok((numbers, cursor.map(|(_, seq)| seq), true))
}

async fn place(conn: &mut SqliteConnection, seq: i64) -> sqlx::Result<Option<Place>> {
    let row =
        sqlx::query("select scheduled_at_utc from airing_log where seq = ?").bind(seq).fetch_optional(conn).await?;
    row.map(|row| Ok((row.try_get(0)?, seq))).transpose()
}

/// Those of the next `size` rows that are sought, `room` at most, and where the last row stands that was looked at; `None` if
/// there are no more.
async fn portion(
    conn: &mut SqliteConnection,
    sought: &Sought,
    after: Option<&Place>,
    size: i64,
    room: i64,
) -> sqlx::Result<(Vec<i64>, Option<Place>)> {
    let (from, to) = sought.span.bounds();
    let (before, seq) = after.cloned().unwrap_or(("~".to_owned(), i64::MAX));
    let sql = format!(
        "select json_group_array(seq), count(*) from (
               select seq from airing_log
               where scheduled_at_utc >= ?1 and scheduled_at_utc < ?2 and (scheduled_at_utc, seq) < (?3, ?4) {}
               order by scheduled_at_utc desc, seq desc limit ?5)",
        among(sought)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(from).bind(to).bind(before).bind(seq).bind(size);
    if let Some(bulletin) = sought.bulletin {
        query = query.bind(bulletin);
    }
    let row = query.fetch_one(&mut *conn).await?;
    let (candidates, count): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
    let seqs: Vec<i64> = serde_json::from_str(&candidates).unwrap_or_default();
    let next = match seqs.last() {
        Some(last) if count == size => place(conn, *last).await?,
        _ => None,
    };
    let candidates = match &sought.words {
        Some(words) => titled(conn, &seqs, words).await?,
        None => candidates,
    };
    let (conditions, words) = conditions(sought);
    let sql = format!(
        "select log.seq from json_each(?) as candidate join airing_log as log on log.seq = candidate.value
         where {conditions} order by candidate.key limit ?"
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(candidates);
    for word in words {
        query = query.bind(word);
    }
    let rows = query.bind(room).fetch_all(conn).await?;
    Ok((rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?, next))
}

/// Where an index names all rows that can be meant, only those are looked at.
fn among(sought: &Sought) -> &'static str {
    match sought {
        Sought { bulletin: Some(_), .. } => {
            "and seq in (select coalesce(corrects, seq) from airing_log where bulletin = ?6
                         union select seq from airing_log where bulletin = ?6)"
        }
        Sought { kind: Some(Kind::Correction), .. } => {
            "and seq in (select seq from airing_log where corrects is not null)"
        }
        Sought { kind: Some(Kind::Emergency), .. } => {
            "and seq in (select seq from airing_log where kind = 'emergency')"
        }
        Sought { remarked: true, .. } => "and seq in (select corrects from airing_log where corrects is not null)",
        _ => "",
    }
}

/// SQL for what is sought of a candidate, and the texts that are bound in it.
fn conditions(sought: &Sought) -> (String, Vec<String>) {
    let mut sql = "1".to_owned();
    let mut bound = Vec::new();
    let words = [
        ("programme", sought.programme.clone()),
        ("outcome", sought.outcome.map(|outcome| outcome.as_str().to_owned())),
        ("reason", sought.reason.map(|reason| reason.as_str().to_owned())),
        ("kind", sought.kind.map(|kind| kind.as_str().to_owned())),
    ];
    for (column, word) in words {
        if let Some(word) = word {
            sql.extend([" and log.", column, " = ?"]);
            bound.push(word);
        }
    }
    if !matches!(sought.kind, Some(Kind::Note | Kind::Correction)) {
        sql += " and log.corrects is null";
    }
    for (column, code) in [("themes", &sought.theme), ("zones", &sought.zone)] {
        if let Some(code) = code {
            sql += &as_put_right(&format!("instr(row.{column}, ?)"));
            bound.extend([serde_json::json!(code).to_string(), serde_json::json!(code).to_string()]);
        }
    }
    sql += match sought.aired {
        Aired::Both => "",
        Aired::Real => " and log.output = 'card'",
        Aired::Rehearsals => " and log.output <> 'card'",
    };
    if sought.remarked {
        sql += " and exists (select 1 from airing_log as remark where remark.corrects = log.seq)";
    }
    (sql, bound)
}

/// A condition on `row` that the row itself meets, or a correction of it.
fn as_put_right(condition: &str) -> String {
    let (itself, corrected) = (condition.replace("row.", "log."), condition.replace("row.", "put_right."));
    format!(
        " and ({itself} or exists (select 1 from airing_log as put_right
                                   where put_right.corrects = log.seq and put_right.kind = 'correction' and {corrected}))"
    )
}

/// Those candidates whose title holds all words, or that of a correction of them; as a list, in their order. Titles repeat, so
/// that few are compared.
async fn titled(conn: &mut SqliteConnection, candidates: &[i64], words: &str) -> sqlx::Result<String> {
    let sql = "select json_group_array(json_array(seq, title)) from (
                   select seq, title from json_each(?1) as candidate join airing_log on seq = candidate.value
                   union all
                   select corrects, title from airing_log
                   where corrects in (select value from json_each(?1)) and kind = 'correction')";
    let list = serde_json::json!(candidates).to_string();
    let found: String = sqlx::query(sql).bind(list).fetch_one(conn).await?.try_get(0)?;
    let titles: Vec<(i64, Option<String>)> = serde_json::from_str(&found).unwrap_or_default();
    let mut known: HashMap<&str, bool> = HashMap::new();
    let mut fitting: HashSet<i64> = HashSet::new();
    for (seq, title) in &titles {
        let Some(title) = title else { continue };
        if *known.entry(title).or_insert_with(|| holds(title, words)) {
            fitting.insert(*seq);
        }
    }
    let kept: Vec<i64> = candidates.iter().copied().filter(|seq| fitting.contains(seq)).collect();
    Ok(serde_json::json!(kept).to_string())
}

/// Whether a text holds all words: with marks as they are, without marks any.
#[must_use]
pub fn holds(text: &str, words: &str) -> bool {
    let (marked, plain) = (key(text), plain_key(text));
    words.split_whitespace().all(|word| {
        let (with, without) = (key(word), plain_key(word));
        if with == without { plain.contains(&without) } else { marked.contains(&with) }
    })
}

/// Rows by their numbers, in that order, with what was said of them.
async fn listed(conn: &mut SqliteConnection, numbers: &[i64]) -> sqlx::Result<Vec<Listed>> {
    let list = serde_json::json!(numbers).to_string();
    let columns = quoted_columns();
    let of_rows = format!(
        "select json_array({columns}), seq from json_each(?) join airing_log on seq = json_each.value order by json_each.key"
    );
    let of_remarks = format!(
        "select json_array({columns}), seq from airing_log where corrects in (select value from json_each(?)) order by seq"
    );
    let mut notes: HashMap<i64, usize> = HashMap::new();
    let mut corrections: HashMap<i64, Vec<Row>> = HashMap::new();
    for (_, remark) in rows(conn, sqlx::query(AssertSqlSafe(of_remarks)).bind(list.clone())).await? {
        let Ok(remark) = remark else { continue };
        let Some(about) = remark.corrects else { continue };
        if remark.kind == Kind::Correction.as_str() {
            corrections.entry(about).or_default().push(remark);
        } else {
            *notes.entry(about).or_default() += 1;
        }
    }
    let found = rows(conn, sqlx::query(AssertSqlSafe(of_rows)).bind(list)).await?;
    let listed = found.into_iter().map(|(seq, row)| {
        let corrections = corrections.remove(&seq).unwrap_or_default();
        Listed {
            seq,
            is_whole: row.as_ref().is_ok_and(|row| hash(row) == row.hash),
            described: row.as_ref().ok().map(|row| Described::now(row, corrections.last())),
            row,
            notes: notes.remove(&seq).unwrap_or_default(),
            corrections: corrections.len(),
        }
    });
    Ok(listed.collect())
}

/// Rows that a question finds, each by its number; one that cannot be read says so.
pub(super) async fn rows(
    conn: &mut SqliteConnection,
    query: Query<'_, sqlx::Sqlite, SqliteArguments>,
) -> sqlx::Result<Vec<(i64, Result<Row, Broken>)>> {
    let found = query.fetch_all(conn).await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        let seq = row.try_get(1)?;
        // Not always UTF-8: what was tampered with is read too.
        let line: &[u8] = row.try_get_unchecked(0)?;
        Ok((seq, Rows::read_numbered(seq, line)))
    };
    found.iter().map(read).collect()
}
