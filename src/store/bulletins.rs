//! Bulletins: revisions written by commands, and cards read by whoever asks.
//!
//! In: a draft with what was found in its sound, and who recorded it. Out: its number; or the cards of bulletins, each in its
//! newest revision with the decision in force. A revision never changes: a change is a new one, which nobody has approved.
//! Must never read the texts of bulletins that are only listed. Next: `approvals`.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::column;
use super::register::{Register, RegisterError, Signature};
use super::revisions::append;
use crate::airing::Priority;
use crate::bulletin::{Act, Draft};
use crate::rundown::Content;
use crate::sound::{Doubt, Fingerprint, Measures};
use crate::text::{key, plain_key};

/// The sound of a bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// What lies in the content store.
    pub content: Content,
    /// What the file was called that it came in.
    pub file_name: Option<String>,
    /// What was measured.
    pub measures: Option<Measures>,
    /// What a person should listen to.
    pub doubts: Vec<Doubt>,
    /// Which machine voice read it; `None` for a person's.
    pub voice: Option<String>,
    /// The text as the machine voice read it.
    pub read_as: Option<String>,
}

/// A revision that is to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// What people say of it.
    pub draft: Draft,
    /// Its sound, if it has one.
    pub sound: Option<Sound>,
}

/// A bulletin in its newest revision, as it stands in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its number.
    pub number: i64,
    /// Which revision this is, from 1.
    pub revision: i64,
    /// What people say of it. Lists leave the text out.
    pub draft: Draft,
    /// SHA-256 of the text, lower-case hex.
    pub text_sha256: Option<String>,
    /// Its sound. Lists leave out what was measured and how the text was read.
    pub sound: Option<Sound>,
    /// When this revision was recorded.
    pub recorded_at: Option<DateTime<FixedOffset>>,
    /// Who recorded it.
    pub by: String,
    /// The decision in force of this revision.
    pub decided: Option<Decided>,
}

/// A decision in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Number of the act.
    pub seq: i64,
    /// What was decided.
    pub act: Act,
    /// By whom.
    pub by: String,
    /// By telephone, and not confirmed yet.
    pub by_phone: bool,
    /// The reason given.
    pub why: Option<String>,
    /// When.
    pub at: Option<DateTime<FixedOffset>>,
}

/// What of a decision a list asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing was decided.
    Waiting,
    /// It may air.
    Approved,
    /// It was refused or withdrawn.
    Refused,
    /// Approved by telephone, and not confirmed yet.
    ByPhone,
}

/// Which bulletins a list holds; what is `None` does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Words that title, author or source hold, all of them: with marks as they are, without marks any.
    pub search: Option<String>,
    /// One of its themes.
    pub theme: Option<String>,
    /// What was decided.
    pub state: Option<State>,
    /// Its class.
    pub class: Option<Priority>,
    /// Only those of a lower number: what a page before did not show.
    pub before: Option<i64>,
    /// So many of the newest at most.
    pub limit: Option<u32>,
}

/// Columns of a list: those of the index that covers it, and the decision in force.
const LISTED: &str = "
    bulletin.number, bulletin.revision, bulletin.title, bulletin.genre, bulletin.themes, bulletin.author, bulletin.source,
    bulletin.class, bulletin.valid_from, bulletin.valid_until, bulletin.zones, bulletin.text_sha256, bulletin.file_name,
    bulletin.sha256, bulletin.duration_ms, bulletin.doubts, bulletin.voice, bulletin.recorded_at, bulletin.\"by\",
    decided.seq, decided.act, decided.\"by\" as decided_by, decided.by_phone, decided.why, decided.at";

/// The newest revision of each bulletin, and the newest decision if it is of that one.
const NEWEST: &str = "
    from bulletin
    left join approval as decided
        on decided.seq = (select max(seq) from approval where approval.bulletin = bulletin.number)
        and decided.revision = bulletin.revision
    where not exists (select 1 from bulletin as newer
                      where newer.number = bulletin.number and newer.revision > bulletin.revision)";

impl Register {
    /// Records a new bulletin; answers with its number.
    pub async fn add(&mut self, revision: &Revision, signed: &Signature) -> Result<i64, RegisterError> {
        let numbers = self.add_all(std::slice::from_ref(revision), signed).await?;
        Ok(numbers[0])
    }

    /// Records new bulletins, all or none; answers with their numbers.
    pub async fn add_all(&mut self, revisions: &[Revision], signed: &Signature) -> Result<Vec<i64>, RegisterError> {
        let path = self.path.clone();
        let mut act = self.begin().await?;
        let recorded = async {
            let last = sqlx::query("select coalesce(max(number), 0) from bulletin").fetch_one(&mut *act).await?;
            let first = last.try_get::<i64, _>(0)? + 1;
            let mut numbers = Vec::with_capacity(revisions.len());
            for (number, revision) in (first..).zip(revisions) {
                append(&mut act, (number, 1), revision, signed).await?;
                numbers.push(number);
            }
            act.commit().await?;
            Ok(numbers)
        };
        recorded.await.map_err(|error: sqlx::Error| super::register::failed(&path, &error))
    }

    /// Records a new revision of a bulletin whose newest one is `of`; answers with its number.
    pub async fn revise(
        &mut self,
        number: i64,
        of: i64,
        revision: &Revision,
        signed: &Signature,
    ) -> Result<i64, RegisterError> {
        let path = self.path.clone();
        let mut act = self.begin().await?;
        let recorded = async {
            let newest = sqlx::query("select max(revision) from bulletin where number = ?").bind(number);
            let newest: Option<i64> = newest.fetch_one(&mut *act).await?.try_get(0)?;
            if newest != Some(of) {
                return Ok(None);
            }
            append(&mut act, (number, of + 1), revision, signed).await?;
            act.commit().await?;
            Ok(Some(of + 1))
        };
        let recorded = recorded.await.map_err(|error: sqlx::Error| super::register::failed(&path, &error))?;
        recorded.ok_or(RegisterError::Outdated(number))
    }

    /// A bulletin with everything; `None` if there is none of that number.
    pub async fn card(&mut self, number: i64) -> Result<Option<Card>, RegisterError> {
        let sql = format!("select {LISTED}, text, read_as, measures {NEWEST} and bulletin.number = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(number).fetch_optional(&mut self.conn).await;
        let card = row.and_then(|row| row.map(|row| whole_card(&row)).transpose());
        card.map_err(|error| self.failed(&error))
    }

    /// Cards of a list, the newest first, and whether there are more than the limit.
    pub async fn list(&mut self, wanted: &Wanted) -> Result<(Vec<Card>, bool), RegisterError> {
        let (conditions, words) = conditions(wanted);
        let sql = format!("select {LISTED} {NEWEST} {conditions} order by bulletin.number desc limit ?");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for word in &words {
            query = query.bind(word);
        }
        // One more than is wanted tells whether there are more; to count them all would read them all.
        let rows = query.bind(wanted.limit.map_or(-1, |limit| i64::from(limit) + 1)).fetch_all(&mut self.conn).await;
        let cards = rows.and_then(|rows| rows.iter().map(card).collect::<sqlx::Result<Vec<_>>>());
        let mut cards = cards.map_err(|error| self.failed(&error))?;
        let limit = wanted.limit.map_or(usize::MAX, |limit| limit as usize);
        let more = cards.len() > limit;
        cards.truncate(limit);
        Ok((cards, more))
    }

    /// Which bulletins have this very content, or the same sound by its fingerprint, in any revision; lowest number first.
    pub async fn same_sound(
        &mut self,
        sha256: &str,
        fingerprint: Option<Fingerprint>,
    ) -> Result<Vec<i64>, RegisterError> {
        let fingerprint = serde_json::json!(fingerprint).as_str().map(str::to_owned);
        let rows = sqlx::query(
            "select number from bulletin where sha256 = ?1
             union select number from bulletin
             where measures is not null and json_extract(measures, '$.fingerprint') = ?2
             order by number",
        );
        let rows = rows.bind(sha256).bind(fingerprint).fetch_all(&mut self.conn).await;
        let numbers = rows.and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect());
        numbers.map_err(|error| self.failed(&error))
    }

    /// Cards of all bulletins of that very title, texts included; lowest number first.
    pub async fn titled(&mut self, title: &str) -> Result<Vec<Card>, RegisterError> {
        let sql = format!(
            "select {LISTED}, text, read_as, measures {NEWEST} and bulletin.title = ? order by bulletin.number"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(title).fetch_all(&mut self.conn).await;
        let cards = rows.and_then(|rows| rows.iter().map(whole_card).collect::<sqlx::Result<_>>());
        cards.map_err(|error| self.failed(&error))
    }
}

/// SQL for what is wanted, and the words that are bound in it.
fn conditions(wanted: &Wanted) -> (String, Vec<String>) {
    let mut sql = String::new();
    let mut words = Vec::new();
    for word in wanted.search.as_deref().unwrap_or_default().split_whitespace() {
        let (marked, plain) = (key(word), plain_key(word));
        let (column, word) = if marked == plain { ("plain_key", plain) } else { ("title_key", marked) };
        sql.extend([" and instr(", column, ", ?)"]);
        words.push(word);
    }
    if let Some(theme) = &wanted.theme {
        sql += " and instr(bulletin.themes, ?)";
        words.push(serde_json::json!(theme).to_string());
    }
    if let Some(before) = wanted.before {
        let _ = write!(sql, " and bulletin.number < {before}");
    }
    if let Some(class) = wanted.class {
        sql += " and bulletin.class = ?";
        words.push(class.as_str().to_owned());
    }
    sql += match wanted.state {
        None => "",
        Some(State::Waiting) => " and decided.seq is null",
        Some(State::Approved) => " and decided.act = 'approve'",
        Some(State::Refused) => " and decided.act <> 'approve'",
        Some(State::ByPhone) => " and decided.act = 'approve' and decided.by_phone = 1",
    };
    (sql, words)
}

/// What searches compare: title, author and source, a line each.
pub(super) fn keys(draft: &Draft, of: fn(&str) -> String) -> String {
    let fields = [Some(&draft.title), draft.author.as_ref(), draft.source.as_ref()];
    let keys: Vec<String> = fields.into_iter().flatten().map(|field| of(field)).collect();
    keys.join("\n")
}

/// SHA-256 of a text, lower-case hex.
#[must_use]
pub fn text_sha256(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    crate::library::hex(&Sha256::digest(text.as_bytes()))
}

fn whole_card(row: &SqliteRow) -> sqlx::Result<Card> {
    let mut card = card(row)?;
    card.draft.text = row.try_get("text")?;
    if let Some(sound) = &mut card.sound {
        if row.try_get::<Option<&str>, _>("measures")?.is_some() {
            sound.measures = column::json(row, "measures")?;
        }
        sound.read_as = row.try_get("read_as")?;
    }
    Ok(card)
}

fn card(row: &SqliteRow) -> sqlx::Result<Card> {
    let content: Option<&str> = row.try_get("sha256")?;
    let sound = match content {
        None => None,
        Some(sha256) => Some(Sound {
            content: Content { sha256: sha256.into(), duration_ms: row.try_get("duration_ms")? },
            file_name: row.try_get("file_name")?,
            measures: None,
            doubts: column::json(row, "doubts")?.unwrap_or_default(),
            voice: row.try_get("voice")?,
            read_as: None,
        }),
    };
    Ok(Card {
        number: row.try_get("number")?,
        revision: row.try_get("revision")?,
        draft: Draft {
            title: row.try_get("title")?,
            themes: column::json(row, "themes")?.unwrap_or_default(),
            genre: row.try_get("genre")?,
            author: row.try_get("author")?,
            source: row.try_get("source")?,
            class: column::word(row, "class", Priority::from_word)?.unwrap_or(Priority::Ordinary),
            valid_from: column::day(row, "valid_from")?,
            valid_until: column::day(row, "valid_until")?,
            zones: column::json(row, "zones")?.unwrap_or_default(),
            text: None,
        },
        text_sha256: row.try_get("text_sha256")?,
        sound,
        recorded_at: column::written_instant(row, "recorded_at")?,
        by: row.try_get("by")?,
        decided: decided(row)?,
    })
}

fn decided(row: &SqliteRow) -> sqlx::Result<Option<Decided>> {
    let Some(act) = column::word(row, "act", Act::from_word)? else { return Ok(None) };
    Ok(Some(Decided {
        seq: row.try_get("seq")?,
        act,
        by: row.try_get("decided_by")?,
        by_phone: row.try_get("by_phone")?,
        why: row.try_get("why")?,
        at: column::written_instant(row, "at")?,
    }))
}
