//! The airing log as figures need it: facts instead of rows, a page at a time, and what must be known of the whole log.
//!
//! In: a span of time and the number of the last row that is meant. Out: facts in the order of the log, their repeated words
//! shared; airings of more than one row, corrections and notes. Half a row's columns are read, because a million rows are
//! asked for at once. Works on databases of earlier versions too. Must never write. Next: `report::figures`.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::chain::{Broken, Fault};
use super::heads::Heads;
use super::read::{Log, Pages, ReadError, Span};
use super::register::{Register, RegisterError};
use super::row::utc;
use super::words::{Lists, Words, text};
use crate::activity::Activity;
use crate::airing::{Kind, Outcome, OutputKind, Reason};
use crate::report::fact::{Fact, Marks};
use crate::zones::Act;

/// What a line holds, in the order in which [`Sharing::made`] reads it.
const COLUMNS: [&str; 31] = [
    "seq",
    "airing",
    "attempt",
    "station",
    "programme",
    "programme_title",
    "kind",
    "bulletin",
    "title",
    "genre",
    "themes",
    "author",
    "source",
    "approval",
    "approved_by",
    "approved_at",
    "zones",
    "zone_names",
    "scheduled_at",
    "started_at",
    "ended_at",
    "planned_ms",
    "aired_ms",
    "outcome",
    "reason",
    "output",
    "sha256",
    "corrects",
    "by",
    "why",
    "note",
];

/// Between the columns of a line, and between lines: bytes that no text can hold, whatever people write. Taking lines apart at
/// them takes half the time of JSON.
const BETWEEN_COLUMNS: (u8, &str) = (0xff, "cast(x'ff' as text)");
const BETWEEN_LINES: (u8, &str) = (0xfe, "cast(x'fe' as text)");

/// The SQL expression of a line. `concat` takes null as nothing, which an empty text is too.
fn line() -> String {
    let names = COLUMNS.map(|name| format!("\"{name}\""));
    format!("concat({})", names.join(&format!(",{},", BETWEEN_COLUMNS.1)))
}

/// What is known besides the rows, all as of one instant.
#[derive(Debug)]
pub struct Known {
    /// The newest row of each chain: what comes later is not in the rest.
    pub heads: Heads,
    /// Acts on zones, oldest first.
    pub zone_acts: Vec<Act>,
    /// Activities, each in its newest revision, withdrawn ones too.
    pub activities: Vec<Activity>,
    /// Of the rows.
    pub marks: Marks,
}

impl Log {
    /// Heads and what they stand for, read in one transaction; acts and activities are proved.
    pub async fn known(&mut self) -> Result<Known, ReadError> {
        // Whoever fails in between drops the log, and its connection with it.
        self.tell("begin").await?;
        let heads = self.heads().await?;
        self.verify_zones(None).await?;
        self.verify_activities(None).await?;
        let (zone_acts, activities) = (self.zone_acts().await?, self.activities().await?);
        let marks = self.marks(heads.log.seq).await?;
        self.tell("commit").await?;
        Ok(Known { heads, zone_acts, activities, marks })
    }

    async fn tell(&mut self, sql: &'static str) -> Result<(), ReadError> {
        sqlx::query(sql).execute(self.any()).await.map(drop).map_err(|error| self.unreadable(&error))
    }

    /// What must be known of all rows up to one before they are counted.
    pub async fn marks(&mut self, last: i64) -> Result<Marks, ReadError> {
        let begins = self.lines("seq <= ? order by seq limit 1", last).await?.first().map(|row| row.scheduled_at);
        let mut marks = Marks { begins, repeated: self.repeated().await?, ..Marks::default() };
        for remark in self.lines("corrects is not null and +seq <= ? order by +seq", last).await? {
            let Some(about) = remark.corrects else { continue };
            match remark.kind {
                // The newest one comes last.
                Kind::Correction => drop(marks.corrections.insert(about, remark)),
                _ => marks.notes.entry(about).or_default().push(remark),
            }
        }
        // The station calls those rows so.
        marks.absences = self.lines("airing between 'off@' and 'off@~' and +seq <= ? order by +seq", last).await?;
        Ok(marks)
    }

    /// The few rows that meet a condition. Its unary pluses keep the planner on the index that finds them.
    async fn lines(&mut self, condition: &str, last: i64) -> Result<Vec<Fact>, ReadError> {
        let sql = format!("select cast({} as blob) from airing_log where {condition}", line());
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(last).fetch_all(self.any()).await;
        let mut sharing = Sharing::default();
        let read = |row: &SqliteRow| sharing.fact(row.try_get::<&[u8], _>(0).map_err(|error| self.unreadable(&error))?);
        rows.map_err(|error| self.unreadable(&error))?.iter().map(read).collect()
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
        let sql = "select min(+scheduled_at_utc) from airing_log where kind = 'emergency' and started_at_utc >= ?";
        let found = sqlx::query(sql).bind(utc(from)).fetch_one(self.any()).await;
        let earliest: Option<String> = found.and_then(|row| row.try_get(0)).map_err(|error| self.unreadable(&error))?;
        Ok(earliest.and_then(|text| text.parse().ok()))
    }

    /// The rows of a span up to one, oldest first, as facts.
    pub async fn facts(self, span: Span, last: i64) -> Result<Facts, ReadError> {
        let mut pages = self.pages(&line(), BETWEEN_LINES.1, span).await?;
        pages.last = pages.last.min(last);
        Ok(Facts { pages, sharing: Sharing::default() })
    }
}

impl Register {
    /// The row by which the airing of a row counts: that of its last attempt that no correction takes out.
    pub async fn counted_by(&mut self, seq: i64) -> Result<Option<i64>, RegisterError> {
        let sql = "select seq from airing_log as attempt
                   where airing = (select airing from airing_log where seq = ?) and kind not in ('note', 'correction')
                   and (select outcome from airing_log where corrects = attempt.seq and kind = 'correction'
                        order by seq desc limit 1) is null
                   order by attempt.attempt desc limit 1";
        let found = sqlx::query(sql).bind(seq).fetch_optional(&mut self.conn).await;
        found.and_then(|row| row.map(|row| row.try_get(0)).transpose()).map_err(|error| self.failed(&error))
    }
}

/// Facts, a page at a time.
pub struct Facts {
    pages: Pages,
    sharing: Sharing,
}

impl Facts {
    /// The next facts, at least one; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<Fact>>, ReadError> {
        let Some(page) = self.pages.next().await? else { return Ok(None) };
        split(page.bytes()?, BETWEEN_LINES.0).map(|line| self.sharing.fact(line)).collect::<Result<_, _>>().map(Some)
    }
}

/// What stands between such bytes.
fn split(bytes: &[u8], between: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let all = rest?;
        let end = memchr::memchr(between, all);
        rest = end.map(|end| &all[end + 1..]);
        Some(&all[..end.unwrap_or(all.len())])
    })
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
        let broken = |why: String| {
            let seq = split(line, BETWEEN_COLUMNS.0).next().and_then(|field| number(field).ok());
            Broken { seq: seq.unwrap_or(0), fault: Fault::Unreadable(why) }.into()
        };
        self.made(split(line, BETWEEN_COLUMNS.0)).map_err(broken)
    }

    /// The error says what cannot be read.
    fn made<'l>(&mut self, columns: impl Iterator<Item = &'l [u8]>) -> Result<Fact, String> {
        let mut columns = Columns(columns);
        let fact = Fact {
            seq: number(columns.next()?)?,
            airing: text(columns.next()?)?.to_owned(),
            attempt: number(columns.next()?)?,
            station: self.station.shared(columns.next()?)?,
            programme: columns.word(&mut self.programme)?,
            programme_title: columns.word(&mut self.programme_title)?,
            kind: word(columns.next()?, Kind::from_word)?,
            bulletin: columns.any(number)?,
            title: columns.word(&mut self.title)?,
            genre: columns.word(&mut self.genre)?,
            themes: self.themes.shared(columns.next()?)?,
            author: columns.word(&mut self.author)?,
            source: columns.word(&mut self.source)?,
            approval: columns.word(&mut self.approval)?,
            approved_by: columns.word(&mut self.approved_by)?,
            approved_at: columns.word(&mut self.approved_at)?,
            zones: self.zones.shared(columns.next()?)?,
            zone_names: self.zone_names.shared(columns.next()?)?,
            scheduled_at: instant(columns.next()?)?,
            started_at: columns.any(instant)?,
            ended_at: columns.any(instant)?,
            planned_ms: columns.any(number)?,
            aired_ms: number(columns.next()?)?,
            outcome: columns.any(|field| word(field, Outcome::from_word))?,
            reason: columns.any(|field| word(field, Reason::from_word))?,
            output: word(columns.next()?, OutputKind::from_word)?,
            sha256: columns.word(&mut self.sha256)?,
            corrects: columns.any(number)?,
            by: columns.word(&mut self.by)?,
            why: columns.word(&mut self.why)?,
            note: columns.word(&mut self.note)?,
        };
        columns.0.next().map_or(Ok(fact), |_| Err("it has more columns than it should".to_owned()))
    }
}

/// The columns of a line, one after the other.
struct Columns<C>(C);

impl<'l, C: Iterator<Item = &'l [u8]>> Columns<C> {
    fn next(&mut self) -> Result<&'l [u8], String> {
        self.0.next().ok_or_else(|| "it has fewer columns than it should".to_owned())
    }

    /// A value that may be null.
    fn any<T>(&mut self, read: impl FnOnce(&'l [u8]) -> Result<T, String>) -> Result<Option<T>, String> {
        let field = self.next()?;
        if field.is_empty() { Ok(None) } else { read(field).map(Some) }
    }

    fn word(&mut self, words: &mut Words) -> Result<Option<Arc<str>>, String> {
        self.any(|field| words.shared(field))
    }
}

fn number(field: &[u8]) -> Result<i64, String> {
    text(field)?.parse().map_err(|_| format!("`{}` is no number", String::from_utf8_lossy(field)))
}

fn word<T>(field: &[u8], from_word: fn(&str) -> Option<T>) -> Result<T, String> {
    let text = text(field)?;
    from_word(text).ok_or_else(|| format!("`{text}` is none of its words"))
}

fn instant(field: &[u8]) -> Result<DateTime<FixedOffset>, String> {
    if let Some(instant) = written(field) {
        return Ok(instant);
    }
    let text = text(field)?;
    DateTime::parse_from_rfc3339(text).map_err(|error| format!("`{text}` is no instant: {error}"))
}

/// An instant in the one form in which this program writes it, `2025-03-03T05:00:00.000137+07:00`; reading any form takes five
/// times as long.
fn written(field: &[u8]) -> Option<DateTime<FixedOffset>> {
    const FORM: &[u8; 32] = b"0000-00-00T00:00:00.000000+00:00";
    let field: &[u8; 32] = field.try_into().ok()?;
    let is_of_form = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    if !field.iter().zip(FORM).all(is_of_form) {
        return None;
    }
    let digits =
        |from: usize, to: usize| field[from..to].iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let day = NaiveDate::from_ymd_opt(digits(0, 4).cast_signed(), digits(5, 7), digits(8, 10))?;
    let at = day.and_hms_micro_opt(digits(11, 13), digits(14, 16), digits(17, 19), digits(20, 26))?;
    let (hours, minutes) = (digits(27, 29), digits(30, 32));
    let offset = FixedOffset::east_opt((hours * 3600 + minutes * 60).cast_signed()).filter(|_| minutes < 60)?;
    at.and_local_timezone(offset).single()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_chrono_reads_them() {
        for text in [
            "2025-03-03T05:00:00.000137+07:00",
            "2024-02-29T23:59:59.999999+07:00",
            "1970-01-01T00:00:00.000000+00:00",
            "2025-03-03T05:00:00.000137-03:30",
            "2025-03-02T22:00:00Z",
            "2025-02-29T05:00:00.000137+07:00",
            "2025-03-03T24:00:00.000000+07:00",
            "2025-03-03T05:00:60.000000+07:00",
            "2025-03-03T05:00:00.000137+24:00",
            "2025-03-03T05:00:00.000137+07:60",
            "2025-03-03 05:00:00.000137+07:00",
            "2025-03-03T05:00:00,000137+07:00",
            "noon",
            "",
        ] {
            let read = instant(text.as_bytes()).ok();
            assert_eq!(read, DateTime::parse_from_rfc3339(text).ok(), "{text}");
        }
        assert!(written(b"2025-03-03T05:00:00.000137+07:00").is_some());
    }
}
