//! One row of the airing log, version 1: the list of its columns, once, for database, hash, JSON and CSV alike.
//!
//! In: the facts of an airing and what only the store knows, or a line that the database made of a row. Out: a `Row`,
//! bound to an INSERT or printed as JSON in column order. Instants stay the text they were written as; nothing here
//! renders one anew. Must never change a column of version 1: a new column is a new version. Next: `chain`.

use std::fmt::Write as _;
use std::sync::LazyLock;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments};

use crate::airing::{Airing, rfc3339};

/// The version of the log that this program writes.
pub const VERSION: i64 = 1;

/// A list in a row: a JSON array of strings, in the database as its compact text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List(pub Vec<String>);

impl List {
    fn text(&self) -> String {
        serde_json::to_string(&self.0).expect("strings are always JSON")
    }
}

impl Serialize for List {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for List {
    /// From the column's text, which must be exactly what this program writes: other white space is a change too.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let list = serde_json::from_str(&text).map(Self).map_err(de::Error::custom)?;
        if list.text() == text { Ok(list) } else { Err(de::Error::custom("a list is not compact JSON")) }
    }
}

/// What a column of a row holds, for formats that tell numbers from texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// It does not apply.
    Null,
    /// An integer.
    Number(i64),
    /// A text; instants are texts too.
    Text(&'a str),
    /// A list of texts.
    List(&'a [String]),
}

/// Makes the row's struct and, from the same list, its columns, its binding, its values and its JSON members.
macro_rules! row {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)+) => {
        /// A row as it stands in the log; field order is column order, `None` is null. The columns are those of version
        /// 1; what they mean stands at [`Airing`] and in the README.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the columns are a contract that is described once, in the README")]
        pub struct Row { $($(#[$doc])* pub $name: $type,)+ }

        /// The columns of version 1, in order.
        pub const COLUMNS: &[&str] = &[$(stringify!($name),)+];

        impl Row {
            fn bind_columns<'q>(&self, query: Query<'q, Sqlite, SqliteArguments>) -> Query<'q, Sqlite, SqliteArguments> {
                query$(.bind(self.$name.column()))+
            }

            /// The value of every column, in column order.
            #[must_use]
            pub fn values(&self) -> [Value<'_>; COLUMNS.len()] {
                [$(self.$name.value(),)+]
            }

            /// Calls `each` with every column's name and its value as JSON, in column order.
            pub(super) fn for_each_json(&self, mut each: impl FnMut(&'static str, &[u8])) {
                let mut value = Vec::new();
                $(
                    value.clear();
                    serde_json::to_writer(&mut value, &self.$name).expect("numbers, strings and lists are always JSON");
                    each(stringify!($name), &value);
                )+
            }
        }
    };
}

row! {
    v: i64,
    seq: i64,
    station_id: String,
    station: String,
    airing: String,
    attempt: i64,
    programme: Option<String>,
    programme_title: Option<String>,
    item: Option<String>,
    kind: String,
    bulletin: Option<i64>,
    title: Option<String>,
    genre: Option<String>,
    themes: List,
    author: Option<String>,
    source: Option<String>,
    approval: Option<String>,
    approved_by: Option<String>,
    approved_at: Option<String>,
    zones: List,
    zone_names: List,
    priority: String,
    scheduled_at: String,
    started_at: Option<String>,
    ended_at: Option<String>,
    start_error_us: Option<i64>,
    planned_ms: Option<i64>,
    aired_ms: i64,
    outcome: Option<String>,
    reason: Option<String>,
    output: String,
    device: Option<String>,
    level_dbfs: Option<i64>,
    peak_dbfs: Option<i64>,
    gain_cb: Option<i64>,
    trimmed_ms: Option<i64>,
    xruns: i64,
    starved_ms: i64,
    sha256: Option<String>,
    text_sha256: Option<String>,
    voice: Option<String>,
    clock: String,
    boot_id: String,
    by: Option<String>,
    via: Option<String>,
    why: Option<String>,
    corrects: Option<i64>,
    note: Option<String>,
    recorded_at: String,
    prev_hash: String,
    hash: String,
}

/// The value that SQLite stores for a field.
trait Column {
    type Stored: for<'q> sqlx::Encode<'q, Sqlite> + sqlx::Type<Sqlite> + Send + 'static;
    fn column(&self) -> Self::Stored;
    fn value(&self) -> Value<'_>;
}

/// Numbers and texts are stored as they are.
macro_rules! stored_as_is {
    ($($type:ty: $self:ident => $value:expr,)+) => {
        $(impl Column for $type {
            type Stored = $type;
            fn column(&self) -> $type { self.clone() }
            fn value(&$self) -> Value<'_> { $value }
        })+
    };
}
stored_as_is! {
    i64: self => Value::Number(*self),
    String: self => Value::Text(self),
    Option<i64>: self => self.map_or(Value::Null, Value::Number),
    Option<String>: self => self.as_deref().map_or(Value::Null, Value::Text),
}

impl Column for List {
    type Stored = String;
    fn column(&self) -> String {
        self.text()
    }
    fn value(&self) -> Value<'_> {
        Value::List(&self.0)
    }
}

/// Where a new row stands: what the store knows and the airing does not.
pub(super) struct Place<'a> {
    pub(super) seq: i64,
    pub(super) station_id: &'a str,
    pub(super) recorded_at: DateTime<FixedOffset>,
    pub(super) prev_hash: &'a str,
}

impl Row {
    /// The row of an airing, `hash` still empty. What did not start has neither gain nor trimmed silence.
    pub(super) fn new(airing: Airing, place: &Place<'_>) -> Self {
        Self {
            v: VERSION,
            seq: place.seq,
            station_id: place.station_id.to_owned(),
            station: airing.station,
            airing: airing.airing.as_str().to_owned(),
            attempt: i64::from(airing.attempt),
            programme: airing.programme,
            programme_title: airing.programme_title,
            item: airing.item,
            kind: airing.kind.as_str().to_owned(),
            bulletin: airing.bulletin,
            title: airing.title,
            genre: airing.genre,
            themes: List(airing.themes),
            author: airing.author,
            source: airing.source,
            approval: airing.approval.as_ref().map(|approval| approval.seq.to_string()),
            approved_by: airing.approval.as_ref().map(|approval| approval.by.to_string()),
            approved_at: airing.approval.as_ref().map(|approval| rfc3339(&approval.at)),
            zones: List(airing.zones),
            zone_names: List(airing.zone_names),
            priority: airing.priority.as_str().to_owned(),
            scheduled_at: rfc3339(&airing.scheduled_at),
            gain_cb: airing.started_at.map(|_| airing.gain_cb.unwrap_or(0)),
            started_at: airing.started_at.as_ref().map(rfc3339),
            ended_at: airing.ended_at.as_ref().map(rfc3339),
            start_error_us: airing.start_error_us,
            planned_ms: airing.planned_ms,
            aired_ms: airing.aired_ms,
            outcome: airing.outcome.map(|outcome| outcome.as_str().to_owned()),
            reason: airing.reason.map(|reason| reason.as_str().to_owned()),
            output: airing.output.as_str().to_owned(),
            device: airing.device,
            level_dbfs: airing.level_dbfs,
            peak_dbfs: airing.peak_dbfs,
            trimmed_ms: airing.started_at.and(airing.trimmed_ms),
            xruns: airing.xruns,
            starved_ms: airing.starved_ms,
            sha256: airing.sha256,
            text_sha256: airing.text_sha256,
            voice: airing.voice,
            clock: airing.clock.as_str().to_owned(),
            boot_id: airing.boot_id,
            by: airing.by,
            via: airing.via,
            why: airing.why,
            corrects: None,
            note: airing.note,
            recorded_at: rfc3339(&place.recorded_at),
            prev_hash: place.prev_hash.to_owned(),
            hash: String::new(),
        }
    }

    /// The INSERT of this row, its UTC columns beside it.
    pub(super) fn insert(&self) -> Query<'static, Sqlite, SqliteArguments> {
        self.bind_columns(sqlx::query(INSERT.as_str()))
            .bind(utc_of(&self.scheduled_at))
            .bind(self.started_at.as_deref().and_then(utc_of))
    }
}

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let marks = "?, ".repeat(COLUMNS.len());
    format!("insert into airing_log ({}, scheduled_at_utc, started_at_utc) values ({marks}?, ?)", quoted_columns())
});

/// All columns of version 1 as SQL names; one of them, `by`, is a key word.
pub(super) fn quoted_columns() -> String {
    let mut names = String::new();
    for (index, column) in COLUMNS.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(names, "{comma}\"{column}\"").expect("a String takes everything");
    }
    names
}

/// An instant as the columns beside the log carry it: UTC, microseconds, so that text order is time order.
pub(super) fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The same of an instant that stands in a row; `None` if that is no instant.
pub(super) fn utc_of(text: &str) -> Option<String> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| utc(at.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_with_other_white_space_is_refused() {
        assert_eq!(serde_json::from_str::<List>(r#""[\"a\",\"b\"]""#).unwrap().0, ["a", "b"]);
        assert!(serde_json::from_str::<List>(r#""[\"a\", \"b\"]""#).is_err());
        assert!(serde_json::from_str::<List>(r#""[\"a\"""#).is_err());
    }

    #[test]
    fn utc_text_sorts_by_time() {
        let early = utc_of("2025-03-03T05:00:00.000000+07:00").unwrap();
        assert_eq!(early, "2025-03-02T22:00:00.000000Z");
        assert!(early < utc_of("2025-03-03T05:00:00.000001+07:00").unwrap());
        assert_eq!(utc_of("yesterday"), None);
    }
}
