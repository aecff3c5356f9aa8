//! The airing log as figures need it: facts instead of rows, a page at a time, and what must be known of the whole log.
//!
//! In: a span of time and the number of the last row that is meant. Out: facts in the order of the log, their repeated words
//! shared; airings of more than one row, corrections and notes. Half a row's columns are read, because a million rows are
//! asked for at once. Works on databases of earlier versions too. Must never write. Next: `report::figures`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Deserializer, de};
use sqlx::Row as _;

use super::read::{Log, PAGE_ROWS, Pages, ReadError, Span, unreadable_row};
use super::row::utc;
use super::words::{Lists, Words};
use crate::airing::{Kind, Outcome, OutputKind, Reason};
use crate::report::fact::{Fact, Marks};

/// A line of a fact; its order is that of [`Line`]'s fields, the number first.
const LINE: &str = r#"json_array(seq, airing, attempt, station, programme, programme_title, kind, bulletin, title, genre, themes,
    author, source, approval, approved_by, approved_at, zones, zone_names, scheduled_at, started_at, ended_at, planned_ms,
    aired_ms, outcome, reason, output, sha256, corrects, "by", why, note)"#;

impl Log {
    /// What must be known of all rows up to one before they are counted.
    pub async fn marks(&mut self, last: i64) -> Result<Marks, ReadError> {
        let mut marks = Marks { repeated: self.repeated().await?, ..Marks::default() };
        let sql = format!("select {LINE} from airing_log where corrects is not null and seq <= ? order by seq");
        let remarks = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(last).fetch_all(self.any()).await;
        let mut sharing = Sharing::default();
        for row in remarks.map_err(|error| self.unreadable(&error))? {
            let line: &str = row.try_get(0).map_err(|error| self.unreadable(&error))?;
            let remark = sharing.fact(line.as_bytes())?;
            let Some(about) = remark.corrects else { continue };
            match remark.kind {
                // The newest one comes last.
                Kind::Correction => drop(marks.corrections.insert(about, remark)),
                _ => marks.notes.entry(about).or_default().push(remark),
            }
        }
        Ok(marks)
    }

    /// Airings that may have more than one row: no two rows have the same airing and attempt, so that where there are several one
    /// of them is not the first. The index has all that is asked for.
    async fn repeated(&mut self) -> Result<HashSet<String>, ReadError> {
        let sql = "select json_group_array(distinct airing) from airing_log where attempt <> 1";
        let found = sqlx::query(sql).fetch_one(self.any()).await;
        let json: String = found.and_then(|row| row.try_get(0)).map_err(|error| self.unreadable(&error))?;
        Ok(serde_json::from_str(&json).expect("SQLite makes valid JSON of texts"))
    }

    /// The programme's instant of the earliest emergency that sounded at an instant or later; it may have waited for a device for
    /// as long as nobody ended it.
    pub async fn earliest_emergency(&mut self, from: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, ReadError> {
        let sql = "select min(scheduled_at_utc) from airing_log where kind = 'emergency' and started_at_utc >= ?";
        let found = sqlx::query(sql).bind(utc(from)).fetch_one(self.any()).await;
        let earliest: Option<String> = found.and_then(|row| row.try_get(0)).map_err(|error| self.unreadable(&error))?;
        Ok(earliest.and_then(|text| text.parse().ok()))
    }

    /// The rows of a span up to one, oldest first, as facts.
    pub async fn facts(self, span: Span, last: i64) -> Result<Facts, ReadError> {
        Ok(Facts { pages: self.pages(LINE, "char(10)", span).await?, last, sharing: Sharing::default() })
    }
}

/// Facts, a page at a time.
pub struct Facts {
    pages: Pages,
    last: i64,
    sharing: Sharing,
}

impl Facts {
    /// The next facts; `None` after the last, and none at all in a page of rows that came later.
    pub async fn next(&mut self) -> Result<Option<Vec<Fact>>, ReadError> {
        let Some(page) = self.pages.next().await? else { return Ok(None) };
        let mut facts = Vec::with_capacity(PAGE_ROWS as usize);
        for line in page.bytes()?.split(|&byte| byte == b'\n') {
            let fact = self.sharing.fact(line)?;
            if fact.seq <= self.last {
                facts.push(fact);
            }
        }
        Ok(Some(facts))
    }
}

/// A text as it stands in a line: only one with an escape is copied.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// A line of [`LINE`].
#[derive(Deserialize)]
struct Line<'a> {
    seq: i64,
    #[serde(borrow)]
    airing: Text<'a>,
    attempt: i64,
    #[serde(borrow)]
    station: Text<'a>,
    #[serde(borrow)]
    programme: Option<Text<'a>>,
    #[serde(borrow)]
    programme_title: Option<Text<'a>>,
    #[serde(borrow)]
    kind: Text<'a>,
    bulletin: Option<i64>,
    #[serde(borrow)]
    title: Option<Text<'a>>,
    #[serde(borrow)]
    genre: Option<Text<'a>>,
    #[serde(borrow)]
    themes: Text<'a>,
    #[serde(borrow)]
    author: Option<Text<'a>>,
    #[serde(borrow)]
    source: Option<Text<'a>>,
    #[serde(borrow)]
    approval: Option<Text<'a>>,
    #[serde(borrow)]
    approved_by: Option<Text<'a>>,
    #[serde(borrow)]
    approved_at: Option<Text<'a>>,
    #[serde(borrow)]
    zones: Text<'a>,
    #[serde(borrow)]
    zone_names: Text<'a>,
    #[serde(borrow)]
    scheduled_at: Text<'a>,
    #[serde(borrow)]
    started_at: Option<Text<'a>>,
    #[serde(borrow)]
    ended_at: Option<Text<'a>>,
    planned_ms: Option<i64>,
    aired_ms: i64,
    #[serde(borrow)]
    outcome: Option<Text<'a>>,
    #[serde(borrow)]
    reason: Option<Text<'a>>,
    #[serde(borrow)]
    output: Text<'a>,
    #[serde(borrow)]
    sha256: Option<Text<'a>>,
    corrects: Option<i64>,
    #[serde(borrow)]
    by: Option<Text<'a>>,
    #[serde(borrow)]
    why: Option<Text<'a>>,
    #[serde(borrow)]
    note: Option<Text<'a>>,
}

/// What facts share.
#[derive(Default)]
struct Sharing {
    station: Words,
    programme: Words,
    programme_title: Words,
    title: Words,
    genre: Words,
    themes: Lists,
    author: Words,
    source: Words,
    approval: Words,
    approved_by: Words,
    approved_at: Words,
    zones: Lists,
    zone_names: Lists,
    sha256: Words,
    by: Words,
    why: Words,
    note: Words,
}

impl Sharing {
    fn fact(&mut self, line: &[u8]) -> Result<Fact, ReadError> {
        let read = serde_json::from_slice::<Line<'_>>(line).map_err(|error| error.to_string());
        read.and_then(|line| self.made(&line)).map_err(|why| unreadable_row(line, 0, why))
    }

    /// The error says what cannot be read.
    fn made(&mut self, line: &Line<'_>) -> Result<Fact, String> {
        Ok(Fact {
            seq: line.seq,
            airing: line.airing.0.clone().into_owned(),
            attempt: line.attempt,
            station: self.station.shared(&line.station.0),
            programme: self.programme.of(line.programme.as_ref()),
            programme_title: self.programme_title.of(line.programme_title.as_ref()),
            kind: word(&line.kind, Kind::from_word)?,
            bulletin: line.bulletin,
            title: self.title.of(line.title.as_ref()),
            genre: self.genre.of(line.genre.as_ref()),
            themes: self.themes.shared(&line.themes.0)?,
            author: self.author.of(line.author.as_ref()),
            source: self.source.of(line.source.as_ref()),
            approval: self.approval.of(line.approval.as_ref()),
            approved_by: self.approved_by.of(line.approved_by.as_ref()),
            approved_at: self.approved_at.of(line.approved_at.as_ref()),
            zones: self.zones.shared(&line.zones.0)?,
            zone_names: self.zone_names.shared(&line.zone_names.0)?,
            scheduled_at: instant(&line.scheduled_at)?,
            started_at: line.started_at.as_ref().map(instant).transpose()?,
            ended_at: line.ended_at.as_ref().map(instant).transpose()?,
            planned_ms: line.planned_ms,
            aired_ms: line.aired_ms,
            outcome: line.outcome.as_ref().map(|text| word(text, Outcome::from_word)).transpose()?,
            reason: line.reason.as_ref().map(|text| word(text, Reason::from_word)).transpose()?,
            output: word(&line.output, OutputKind::from_word)?,
            sha256: self.sha256.of(line.sha256.as_ref()),
            corrects: line.corrects,
            by: self.by.of(line.by.as_ref()),
            why: self.why.of(line.why.as_ref()),
            note: self.note.of(line.note.as_ref()),
        })
    }
}

impl Words {
    fn of(&mut self, text: Option<&Text<'_>>) -> Option<Arc<str>> {
        text.map(|text| self.shared(&text.0))
    }
}

fn word<T>(text: &Text<'_>, from_word: fn(&str) -> Option<T>) -> Result<T, String> {
    from_word(&text.0).ok_or_else(|| format!("`{}` is none of its words", text.0))
}

fn instant(text: &Text<'_>) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(&text.0).map_err(|error| format!("`{}` is no instant: {error}", text.0))
}
