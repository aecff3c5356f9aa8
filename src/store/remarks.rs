//! Notes and corrections: what people add to a row of the log, each a row of its own at the end of the chain.
//!
//! In: the number of a row, and what is said of it or put right about it. Out: the new row, durable, beside a station that may
//! be running: the head is read anew in each transaction, here as in `commit`. A correction carries all that describes the
//! airing from then on; what was measured is never corrected. Must never touch the row that it is about. Next: `chain`.

use chrono::{DateTime, Utc};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::chain::{Broken, Fault, hash};
use super::memory::{head, newest_row_at};
use super::register::{Register, RegisterError, Signature, failed, station_id};
use super::row::{Place, Row, quoted_columns};
use crate::airing::{Airing, AiringId, ClockState, Kind, Outcome, OutputKind, Reason};

/// What describes an airing, as it holds now: that of its row, or of the newest correction of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its title.
    pub title: Option<String>,
    /// What kind of text it is.
    pub genre: Option<String>,
    /// Theme codes, the main one first.
    pub themes: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Number of the bulletin.
    pub bulletin: Option<i64>,
    /// Zones that it was heard in: the id, and the name on that day.
    pub zones: Vec<(String, String)>,
    /// It counts nowhere.
    pub is_void: bool,
}

/// A row of the log that something can be said of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// As it was written.
    pub row: Row,
    /// What describes it now.
    pub described: Described,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saying {
    /// A note, in somebody's words.
    Note(String),
    /// What is put right, and why.
    Correction {
        /// What changes; `None` stays as it is.
        changes: Changes,
        /// The reason.
        why: String,
    },
}

/// What a correction changes; `None` stays as it is, an inner `None` is nothing any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `Described`")]
pub struct Changes {
    pub title: Option<String>,
    pub genre: Option<Option<String>>,
    pub themes: Option<Vec<String>>,
    pub author: Option<Option<String>>,
    pub source: Option<Option<String>>,
    pub bulletin: Option<Option<i64>>,
    pub zones: Option<Vec<(String, String)>>,
    pub is_void: Option<bool>,
}

/// Why nothing was added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemarkError {
    /// There is no such row; the newest one.
    #[error("there is no row {0} in the log; its newest is row {1}")]
    Unknown(i64, i64),
    /// It is a note or a correction of this row.
    #[error("row {0} is itself a note or correction, of row {1}; write about that one")]
    OfRemark(i64, i64),
    /// The station wrote it for itself.
    #[error("row {0} is a remark of the station and no airing; nothing can be said of it")]
    NoAiring(i64),
    /// It is so already.
    #[error("this correction changes nothing of row {0}")]
    Unchanged(i64),
    /// The database.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

/// Who the new row says wrote it.
#[derive(Debug, Clone, Copy)]
pub struct Scribe<'a> {
    /// Name of the station today.
    pub station: &'a str,
    /// The kernel's id of this boot.
    pub boot_id: &'a str,
    /// Who, through what, when.
    pub signed: &'a Signature,
}

impl Register {
    /// A row that something can be said of, as it is now.
    pub async fn logged(&mut self, seq: i64) -> Result<Logged, RemarkError> {
        let path = self.path.clone();
        match logged(&mut self.conn, seq).await {
            Ok(found) => found,
            Err(error) => Err(failed(&path, &error).into()),
        }
    }

    /// Adds a note or a correction to the log; answers with the new row.
    pub async fn remark(&mut self, seq: i64, saying: Saying, scribe: Scribe<'_>) -> Result<Row, RemarkError> {
        let path = self.path.clone();
        let mut act = self.begin().await?;
        let added = async {
            let row = match logged(&mut act, seq).await? {
                Ok(about) => made(about, saying, scribe),
                Err(refused) => Err(refused),
            };
            let Ok(row) = row else { return Ok(row) };
            let row = chained(&mut act, row, scribe.signed).await?;
            act.commit().await?;
            Ok(Ok(row))
        };
        added.await.map_err(|error: sqlx::Error| failed(&path, &error))?
    }
}

/// The inner error is why nothing can be said of it.
async fn logged(conn: &mut SqliteConnection, seq: i64) -> sqlx::Result<Result<Logged, RemarkError>> {
    let Some(row) = one(conn, "seq = ?", seq).await? else {
        return Ok(Err(RemarkError::Unknown(seq, head(conn).await?.seq)));
    };
    let row = match row {
        Ok(row) => row,
        Err(broken) => return Ok(Err(broken)),
    };
    if let Some(about) = row.corrects {
        return Ok(Err(RemarkError::OfRemark(seq, about)));
    }
    if [Kind::Note, Kind::Correction].iter().any(|kind| kind.as_str() == row.kind) {
        return Ok(Err(RemarkError::NoAiring(seq)));
    }
    let newest = one(conn, "corrects = ? and kind = 'correction' order by seq desc limit 1", seq).await?;
    Ok(newest.transpose().map(|newest| {
        let described = Described::now(&row, newest.as_ref());
        Logged { row, described }
    }))
}

/// One row of the log; the inner error is that it cannot be read as one.
async fn one(conn: &mut SqliteConnection, which: &str, seq: i64) -> sqlx::Result<Option<Result<Row, RemarkError>>> {
    let sql = format!("select json_array({}), seq from airing_log where {which}", quoted_columns());
    let Some(found) = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(seq).fetch_optional(conn).await? else {
        return Ok(None);
    };
    let (line, seq): (&str, i64) = (found.try_get(0)?, found.try_get(1)?);
    let read = serde_json::from_str(line).map_err(|error| {
        let fault = Fault::Unreadable(error.to_string());
        RemarkError::Register(super::ReadError::from(Broken { seq, fault }).into())
    });
    Ok(Some(read))
}

impl Described {
    /// What describes a row whose newest correction is this one.
    pub(super) fn now(row: &Row, newest: Option<&Row>) -> Self {
        newest.map_or_else(|| Self::of(row), |newest| Self { is_void: newest.outcome.is_some(), ..Self::of(newest) })
    }

    fn of(row: &Row) -> Self {
        let names = row.zone_names.0.iter().cloned().chain(std::iter::repeat(String::new()));
        Self {
            title: row.title.clone(),
            genre: row.genre.clone(),
            themes: row.themes.0.clone(),
            author: row.author.clone(),
            source: row.source.clone(),
            bulletin: row.bulletin,
            zones: row.zones.0.iter().cloned().zip(names).collect(),
            is_void: false,
        }
    }

    fn with(&self, changes: Changes) -> Self {
        let old = self.clone();
        Self {
            title: changes.title.or(old.title),
            genre: changes.genre.unwrap_or(old.genre),
            themes: changes.themes.unwrap_or(old.themes),
            author: changes.author.unwrap_or(old.author),
            source: changes.source.unwrap_or(old.source),
            bulletin: changes.bulletin.unwrap_or(old.bulletin),
            zones: changes.zones.unwrap_or(old.zones),
            is_void: changes.is_void.unwrap_or(old.is_void),
        }
    }

    /// What differs, by the names of the columns: `title: A → B; themes: ND1 → ND3`.
    fn difference(&self, new: &Self) -> String {
        let of = |each: &Self| {
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let list = |list: Vec<&str>| if list.is_empty() { "-".to_owned() } else { list.join(", ") };
            [
                ("title", text(&each.title)),
                ("genre", text(&each.genre)),
                ("themes", list(each.themes.iter().map(String::as_str).collect())),
                ("author", text(&each.author)),
                ("source", text(&each.source)),
                ("bulletin", text(&each.bulletin.map(|number| number.to_string()))),
                ("zones", list(each.zones.iter().map(|(id, _)| id.as_str()).collect())),
                ("void", if each.is_void { "yes" } else { "no" }.to_owned()),
            ]
        };
        let changed = of(self).into_iter().zip(of(new)).filter(|((_, old), (_, new))| old != new);
        changed.map(|((name, old), (_, new))| format!("{name}: {old} → {new}")).collect::<Vec<_>>().join("; ")
    }
}

/// The row that says it, with its own place in the chain still to come.
fn made(about: Logged, saying: Saying, scribe: Scribe<'_>) -> Result<Row, RemarkError> {
    let Logged { row: old, described } = about;
    let (kind, command) = match saying {
        Saying::Note(_) => (Kind::Note, "note"),
        Saying::Correction { .. } => (Kind::Correction, "correct"),
    };
    let signed = scribe.signed;
    // Numbers beyond that are a hundred thousand years away.
    let airing = AiringId::act(command, signed.at.to_utc(), u32::try_from(old.seq).unwrap_or(u32::MAX));
    let mut facts = Airing {
        station: scribe.station.to_owned(),
        programme: old.programme,
        programme_title: old.programme_title,
        item: old.item,
        boot_id: scribe.boot_id.to_owned(),
        by: Some(signed.by.clone()),
        via: Some(signed.via.clone()),
        ..Airing::blank(kind, airing, signed.at, OutputKind::Silent)
    };
    match saying {
        Saying::Note(text) => (facts.title, facts.note) = (described.title, Some(text)),
        Saying::Correction { changes, why } => {
            let new = described.with(changes);
            if new == described {
                return Err(RemarkError::Unchanged(old.seq));
            }
            (facts.note, facts.why) = (Some(described.difference(&new)), Some(why));
            if new.is_void {
                (facts.outcome, facts.reason) = (Some(Outcome::Cancelled), Some(Reason::Operator));
            }
            (facts.title, facts.genre, facts.themes) = (new.title, new.genre, new.themes);
            (facts.author, facts.source, facts.bulletin) = (new.author, new.source, new.bulletin);
            (facts.zones, facts.zone_names) = new.zones.into_iter().unzip();
        }
    }
    let nowhere = Place { seq: 0, station_id: "", recorded_at: signed.at, prev_hash: "" };
    let mut row = Row::new(facts, &nowhere);
    // As they stand there, so that whoever takes rows of a span, or of one output, has the remarks on them too.
    (row.scheduled_at, row.output, row.priority) = (old.scheduled_at, old.output, old.priority);
    row.corrects = Some(old.seq);
    Ok(row)
}

/// Puts a row at the end of the chain.
async fn chained(conn: &mut SqliteConnection, mut row: Row, signed: &Signature) -> sqlx::Result<Row> {
    let before = head(conn).await?;
    row.seq = before.seq + 1;
    row.station_id = station_id(conn).await?;
    row.prev_hash = before.hash;
    clock(conn, signed).await?.as_str().clone_into(&mut row.clock);
    row.hash = hash(&row);
    row.insert().execute(&mut *conn).await?;
    // A running station looks at this, and sees that its log has been continued.
    sqlx::query("update shelf set version = version + 1").execute(conn).await?;
    Ok(row)
}

/// A clock that nobody vouches for and that is behind the log is not believed here either.
async fn clock(conn: &mut SqliteConnection, signed: &Signature) -> sqlx::Result<ClockState> {
    Ok(if behind(conn, signed).await?.is_some() { ClockState::Untrusted } else { signed.clock })
}

/// The time of the log's newest row, if nobody vouches for the clock and it is behind that.
pub(super) async fn behind(conn: &mut SqliteConnection, signed: &Signature) -> sqlx::Result<Option<DateTime<Utc>>> {
    if signed.clock == ClockState::Synchronised {
        return Ok(None);
    }
    Ok(newest_row_at(conn).await?.map(|(at, _)| at).filter(|at| *at > signed.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described() -> Described {
        Described {
            title: Some("Hoà giải".to_owned()),
            genre: None,
            themes: vec!["ND1".to_owned()],
            author: Some("Lan".to_owned()),
            source: None,
            bulletin: Some(3),
            zones: vec![("thon-1".to_owned(), "Cụm loa thôn 1".to_owned())],
            is_void: false,
        }
    }

    #[test]
    fn a_correction_changes_what_it_names_and_nothing_else() {
        let changes = Changes {
            themes: Some(vec!["ND3".to_owned(), "ND1".to_owned()]),
            author: Some(None),
            is_void: Some(true),
            ..Changes::default()
        };
        let new = described().with(changes);
        let expected =
            Described { themes: vec!["ND3".to_owned(), "ND1".to_owned()], author: None, is_void: true, ..described() };
        assert_eq!(new, expected);
        let told = described().difference(&new);
        assert_eq!(told, "themes: ND1 → ND3, ND1; author: Lan → -; void: no → yes");
        assert_eq!(described().with(Changes::default()), described());
    }
}
