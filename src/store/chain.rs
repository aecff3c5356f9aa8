//! The chain that shows tampering: what is hashed, the head, and the walk that names the first bad row.
//!
//! In: rows of the airing log in the order of `seq`, as lines that the database made of them. Out: their hashes, or which
//! row is broken and why. Pure: knows neither SQL nor files, so that anyone can hold it against the contract: SHA-256 of
//! `prev_hash`, one newline, the row without `prev_hash` and `hash` as JSON with sorted keys. Next: `read`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::row::{COLUMNS, Row, VERSION, utc_of};

/// What stands in `prev_hash` of the first row.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The newest row of a chain: kept elsewhere, it shows whether rows were cut off or the chain was made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number, which is also the number of rows; 0 for an empty log.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a head: expected SEQ:HASH, a number and 64 lower-case hex digits");
        let (seq, hash) = text.split_once(':').ok_or_else(wrong)?;
        let seq = seq.parse().ok().filter(|&seq| seq >= 0).ok_or_else(wrong)?;
        let hexadecimal = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if hexadecimal { Ok(Self { seq, hash: hash.to_owned() }) } else { Err(wrong()) }
    }
}

/// The row's hash: lower-case hex of SHA-256 over the bytes that the contract names.
#[must_use]
pub fn hash(row: &Row) -> String {
    link(&row.prev_hash, &canonical(row))
}

/// The hash of a row of any chain: of the hash before it, one newline, and the row as JSON.
pub(super) fn link(prev_hash: &str, json: &[u8]) -> String {
    let mut sha = Sha256::new();
    sha.update(prev_hash.as_bytes());
    sha.update(b"\n");
    sha.update(json);
    crate::library::hex(&sha.finalize())
}

/// The same of a row that was read as a JSON object, whatever its version: of its members but `prev_hash` and `hash`.
pub(crate) fn hash_members(prev_hash: &str, members: &BTreeMap<String, Value>) -> String {
    link(prev_hash, &serde_json::to_vec(members).expect("JSON that was read is JSON"))
}

/// The row without `prev_hash` and `hash` as JSON: exactly the keys of its version, sorted, no white space.
#[must_use]
pub fn canonical(row: &Row) -> Vec<u8> {
    let mut members = Vec::with_capacity(1024);
    let mut spans = Vec::with_capacity(COLUMNS.len());
    row.for_each_json(|name, value| {
        let from = members.len();
        members.extend_from_slice(b",\"");
        members.extend_from_slice(name.as_bytes());
        members.extend_from_slice(b"\":");
        members.extend_from_slice(value);
        spans.push(from..members.len());
    });
    let mut json = Vec::with_capacity(members.len() + 2);
    json.push(b'{');
    for &column in SORTED.iter() {
        let member = &members[spans[column].clone()];
        json.extend_from_slice(if json.len() == 1 { &member[1..] } else { member });
    }
    json.push(b'}');
    json
}

/// Positions of the hashed columns in the order of their names.
static SORTED: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let mut hashed: Vec<_> =
        (0..COLUMNS.len()).filter(|&column| !matches!(COLUMNS[column], "prev_hash" | "hash")).collect();
    hashed.sort_unstable_by_key(|&column| COLUMNS[column]);
    hashed
});

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It cannot be read as a row of its version.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It is of a version that this program does not know.
    #[error("its `v` is {0}, this program knows {VERSION}")]
    Version(i64),
    /// A row before it is not there.
    #[error("row {0} is missing before it")]
    Gap(i64),
    /// Its number comes before 1.
    #[error("the log begins with row 1")]
    Early,
    /// It does not follow the row before it.
    #[error("its `prev_hash` is not the hash of the row before it")]
    Unchained,
    /// It was altered after it was written.
    #[error("its `hash` does not match its content")]
    Altered,
    /// A column for queries disagrees with the instant that is hashed.
    #[error("its `{0}` is not the same instant as in the row")]
    UtcColumn(&'static str),
    /// Rows after the newest one were in the log when the head was kept.
    #[error("it was in the log when the head was kept, and is not there now")]
    Removed,
    /// The chain is whole but not the one of which the head was kept.
    #[error("its hash is not the one that was kept: the chain was made anew")]
    Remade,
    /// An act of approval, or a text, whose bulletin is no longer what it was.
    #[error("the `{0}` of its bulletin is not what it was when this was recorded")]
    Bulletin(&'static str),
    /// A row of the log whose approval is not as the row says.
    #[error("the `{0}` of its approval is not what the approvals say")]
    Approval(&'static str),
}

/// The first bad row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {seq} is broken: {fault}")]
pub struct Broken {
    /// Its number.
    pub seq: i64,
    /// What is wrong.
    pub fault: Fault,
}

/// The first bad act of approval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("approval {} is broken: {}", .0.seq, .0.fault)]
pub struct BrokenApproval(pub Broken);

/// The first bad revision of a bulletin, by its number in the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {} of the bulletins is broken: {}", .0.seq, .0.fault)]
pub struct BrokenRevision(pub Broken);

/// The first bad act on a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("act {} on the zones is broken: {}", .0.seq, .0.fault)]
pub struct BrokenZoneAct(pub Broken);

/// The first bad revision of an activity, by its number in the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {} of the activities is broken: {}", .0.seq, .0.fault)]
pub struct BrokenActivity(pub Broken);

/// The first bad row of the audit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {} of the audit is broken: {}", .0.seq, .0.fault)]
pub struct BrokenDeed(pub Broken);

/// What every chain must be: numbers without a gap, each row following the one before it.
#[derive(Debug, Default)]
pub(super) struct Links {
    head: Head,
    kept: Option<Head>,
}

impl Links {
    /// A chain that is also compared with a head kept elsewhere.
    pub(super) fn new(kept: Option<Head>) -> Self {
        Self { head: Head::default(), kept }
    }

    /// The number of the next row.
    pub(super) fn due(&self) -> i64 {
        self.head.seq + 1
    }

    /// Whether the next row stands where it should.
    pub(super) fn follow(&self, seq: i64, prev_hash: &str) -> Result<(), Fault> {
        match self.due() {
            due if seq < due => Err(Fault::Early),
            due if seq > due => Err(Fault::Gap(due)),
            _ if prev_hash != self.head.hash => Err(Fault::Unchained),
            _ => Ok(()),
        }
    }

    /// Goes on to a row that follows and whose hash is right.
    pub(super) fn take(&mut self, seq: i64, hash: String) -> Result<(), Fault> {
        if self.kept.as_ref().is_some_and(|kept| kept.seq == seq && kept.hash != hash) {
            return Err(Fault::Remade);
        }
        self.head = Head { seq, hash };
        Ok(())
    }

    /// The head of a chain that is whole.
    pub(super) fn finish(self) -> Result<Head, Broken> {
        match self.kept {
            Some(kept) if kept.seq > self.head.seq => Err(Broken { seq: self.head.seq + 1, fault: Fault::Removed }),
            Some(kept) if kept.seq == 0 && kept.hash != GENESIS => Err(Broken { seq: 0, fault: Fault::Remade }),
            _ => Ok(self.head),
        }
    }
}

/// The walk over a log, one row at a time, in memory that does not grow.
#[derive(Debug, Default)]
pub(super) struct Walk(Links);

/// A row and the columns beside it as the database hands them out: an array of columns, then the UTC columns.
type Line = (Row, Option<String>, Option<String>);

impl Walk {
    /// A walk that also compares with a head kept elsewhere.
    pub(super) fn new(kept: Option<Head>) -> Self {
        Self(Links::new(kept))
    }

    /// A walk that begins behind a row.
    pub(super) fn after(head: Head) -> Self {
        Self(Links { head, kept: None })
    }

    /// Takes the next row, a line of JSON as `read::walk` asks the database for it.
    pub(super) fn take(&mut self, line: &str) -> Result<(), Broken> {
        let (row, scheduled, started) = parse(line, self.0.due())?;
        let seq = row.seq;
        let broken = |fault| Broken { seq, fault };
        self.0.follow(seq, &row.prev_hash).map_err(broken)?;
        if hash(&row) != row.hash {
            return Err(broken(Fault::Altered));
        }
        if scheduled != utc_of(&row.scheduled_at) {
            return Err(broken(Fault::UtcColumn("scheduled_at_utc")));
        }
        if started != row.started_at.as_deref().and_then(utc_of) {
            return Err(broken(Fault::UtcColumn("started_at_utc")));
        }
        self.0.take(seq, row.hash).map_err(broken)
    }

    /// The newest row that was proved.
    pub(super) fn proved(&self) -> i64 {
        self.0.head.seq
    }

    /// The head of a log that is whole.
    pub(super) fn finish(self) -> Result<Head, Broken> {
        self.0.finish()
    }
}

/// Reads a line; one that is no row of version 1 is named by its number as far as that can be read.
fn parse(line: &str, due: i64) -> Result<Line, Broken> {
    let error = match serde_json::from_str::<Line>(line) {
        Ok(read) if read.0.v == VERSION => return Ok(read),
        Ok(read) => return Err(Broken { seq: read.0.seq, fault: Fault::Version(read.0.v) }),
        Err(error) => error,
    };
    let loose: Value = serde_json::from_str(line).unwrap_or_default();
    let seq = loose[0][1].as_i64().unwrap_or(due);
    match loose[0][0].as_i64() {
        Some(version) if version != VERSION => Err(Broken { seq, fault: Fault::Version(version) }),
        _ => Err(Broken { seq, fault: Fault::Unreadable(error.to_string()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_is_printed() {
        let head = Head { seq: 12, hash: "ab".repeat(32) };
        assert_eq!(head.to_string().parse(), Ok(head));
        for wrong in ["12", "12:", "-1:0", &format!("1:{}", "AB".repeat(32)), "x:y"] {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_are_sorted_by_name() {
        let names: Vec<_> = SORTED.iter().map(|&column| COLUMNS[column]).collect();
        assert!(names.is_sorted());
        assert_eq!(names.len(), COLUMNS.len() - 2);
    }
}
