//! A signed export checked anywhere: without the station, its settings or its database.
//!
//! In: the lines of a file, what is known from elsewhere. Out: what the file proves, or its first bad line and what is wrong
//! with it. Each row's hash, the links, the numbers against the header, and the signature over all of it are checked, one line
//! at a time. Must never say that a file is whole before its last line. Next: `cli/log/signed`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, Read as _};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{FORMAT, Fingerprint, Header, PublicKey, Seal, VERSION, bytes, message};
use crate::airing::Kind;
use crate::library::hex;
use crate::problem::system::words;
use crate::store::{Head, hash_members};

/// The longest line that is read: a row is a kilobyte or two, a header names every remark.
const LONGEST_LINE: u64 = 16 << 20;

/// What a file proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Its first line.
    pub header: Header,
    /// Of the key that signed it.
    pub fingerprint: Fingerprint,
    /// The SHA-256 that was signed.
    pub sha256: String,
}

/// Why a file proves nothing.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {flaw}")]
pub struct Rejected {
    /// Its first bad line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
pub enum Flaw {
    /// The file is something else.
    #[error("this is no header of a signed export; `loa log export --signed -o FILE` writes such a file")]
    NoHeader,
    /// A newer program wrote it.
    #[error("the file is of form {0}, this program knows {VERSION}; check it with a newer `loa`")]
    Version(u32),
    /// The header is not as this program writes it.
    #[error("the header's `{0}` is not as this program writes it")]
    Header(&'static str),
    /// It cannot be read.
    #[error("it cannot be read: {}", words(.0))]
    Unreadable(io::Error),
    /// It says more than this program writes, or the same in other bytes.
    #[error("it is not written as this program writes it: it has other blanks, another member, or one twice")]
    Written,
    /// No row as this program writes them.
    #[error("this is neither a row nor the signature ({0}); the file was cut off or altered")]
    NoRow(String),
    /// Another row belongs here.
    #[error("row {found} stands where row {due} belongs; rows were removed, added or put in another order")]
    Order {
        /// Its number.
        found: i64,
        /// The number that the header asks for.
        due: i64,
    },
    /// More rows than the header says.
    #[error("row {0} is one more than the header says; it was added")]
    More(i64),
    /// It was altered after it was written.
    #[error("row {0} was altered: its `hash` does not match its content")]
    Altered(i64),
    /// It does not follow the row before it.
    #[error("row {0} does not follow the row before it: its `prev_hash` is another hash; one of the two was exchanged")]
    Unchained(i64),
    /// It belongs to another station.
    #[error("row {0} is of another station than the header")]
    Station(i64),
    /// The first or last row is none of the window.
    #[error("row {0}, an end of the rows, is not scheduled in the window of the header")]
    Window(i64),
    /// A row behind the others that points nowhere.
    #[error("row {0} is no note or correction of a row of this file")]
    Stray(i64),
    /// It is not the row of the head.
    #[error("row {0} is the newest of the log, and its hash is not that of the header's `head`")]
    NotHead(i64),
    /// The file ends too early.
    #[error("the file ends here and has no signature: it was cut off")]
    NoSignature,
    /// Rows are missing before the signature.
    #[error("the signature stands here, and {0} rows of the header are missing before it")]
    Missing(usize),
    /// Something follows the signature.
    #[error("something follows the signature")]
    Behind,
    /// The lines are not those that were signed.
    #[error(
        "the lines above are not those that were signed: their SHA-256 is {found}; the header or a row was altered"
    )]
    NotTheseLines {
        /// Of the lines.
        found: String,
    },
    /// The signature is not of that key.
    #[error("the signature is not of the key in the header: it was altered, or another key has signed")]
    Signature,
    /// Another key than the one that is known.
    #[error("signed by the key {0}, which is not the one that you know: the file is not of that station")]
    OtherKey(Fingerprint),
    /// Not the log that is known.
    #[error("row {0} is not the one of the head that was kept: the log was made anew")]
    OtherHead(i64),
    /// Nothing can be said of a head.
    #[error(
        "row {0} of the head that was kept is not in this file; it holds its rows and the head {1} and proves no other"
    )]
    UnknownHead(i64, String),
}

/// Checks all lines of a file. `key` and `kept` are what is known from elsewhere, of the station and of its log.
pub fn verify(file: impl BufRead, key: Option<&Fingerprint>, kept: Option<&Head>) -> Result<Proof, Rejected> {
    let mut lines = Lines { file, number: 0 };
    let first = lines.next()?.unwrap_or_default();
    let at = |line| move |flaw| Rejected { line, flaw };
    let (header, public) = header(&first).map_err(at(1))?;
    let mut sha = Sha256::new();
    sha.update(&first);
    let mut walk = Walk::new(&header, kept).map_err(at(1))?;
    let seal = loop {
        let Some(line) = lines.next()? else { return Err(at(lines.number + 1)(Flaw::NoSignature)) };
        // Rows begin with their version; a glance instead of reading each twice.
        if !line.starts_with(b"{\"v\":")
            && let Ok(seal) = serde_json::from_slice::<Seal>(&line)
        {
            as_written(&line, &seal).map_err(at(lines.number))?;
            break seal;
        }
        walk.take(&line).map_err(at(lines.number))?;
        sha.update(&line);
    };
    let last = lines.number;
    walk.finish(kept).map_err(at(last))?;
    let sha256 = hex(&sha.finalize());
    sealed(&sha256, &seal, public).map_err(at(last))?;
    if lines.next()?.is_some() {
        return Err(at(last + 1)(Flaw::Behind));
    }
    let fingerprint = public.fingerprint();
    if key.is_some_and(|known| *known != fingerprint) {
        return Err(at(1)(Flaw::OtherKey(fingerprint)));
    }
    Ok(Proof { header, fingerprint, sha256 })
}

/// Lines with their ends, of bounded length.
struct Lines<R> {
    file: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<Vec<u8>>, Rejected> {
        let mut line = Vec::new();
        let read = (&mut self.file).take(LONGEST_LINE).read_until(b'\n', &mut line);
        let failed = |error| Rejected { line: self.number + 1, flaw: Flaw::Unreadable(error) };
        if read.map_err(failed)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(line))
    }
}

fn header(line: &[u8]) -> Result<(Header, PublicKey), Flaw> {
    let loose: Value = serde_json::from_slice(line).map_err(|_| Flaw::NoHeader)?;
    if loose["format"].as_str() != Some(FORMAT) {
        return Err(Flaw::NoHeader);
    }
    match loose["version"].as_u64().and_then(|version| u32::try_from(version).ok()) {
        Some(VERSION) => {}
        Some(version) => return Err(Flaw::Version(version)),
        None => return Err(Flaw::Header("version")),
    }
    let header: Header = serde_json::from_value(loose).map_err(|_| Flaw::NoHeader)?;
    as_written(line, &header)?;
    let public = PublicKey::from_hex(&header.public_key).ok_or(Flaw::Header("public_key"))?;
    Ok((header, public))
}

fn sealed(sha256: &str, seal: &Seal, public: PublicKey) -> Result<(), Flaw> {
    if seal.sha256 != sha256 {
        return Err(Flaw::NotTheseLines { found: sha256.to_owned() });
    }
    let signature = bytes(&seal.signature).ok_or(Flaw::Signature)?;
    if public.has_signed(&message(sha256), &signature) { Ok(()) } else { Err(Flaw::Signature) }
}

/// The rows of a file, one after the other.
struct Walk<'a> {
    header: &'a Header,
    head: Head,
    /// Rows that have come.
    taken: usize,
    /// Rows of the stretch; those behind are remarks.
    in_stretch: usize,
    before: Option<Head>,
    kept: Option<&'a Head>,
    /// The kept head was found among the rows.
    has_kept: bool,
}

/// A row as far as it is checked.
struct Row {
    seq: i64,
    prev_hash: String,
    hash: String,
    /// All others.
    members: BTreeMap<String, Value>,
}

impl<'a> Walk<'a> {
    fn new(header: &'a Header, kept: Option<&'a Head>) -> Result<Self, Flaw> {
        let head: Head = header.head.parse().map_err(|_| Flaw::Header("head"))?;
        let in_stretch = match (header.first, header.last) {
            (None, None) => 0,
            (Some(first), Some(last)) if 1 <= first && first <= last && last <= head.seq => {
                usize::try_from(last - first + 1).map_err(|_| Flaw::Header("last"))?
            }
            _ => return Err(Flaw::Header("last")),
        };
        if header.rows != in_stretch + header.remarks.len() {
            return Err(Flaw::Header("rows"));
        }
        let behind = header.last.into_iter().chain(header.remarks.iter().copied());
        if !behind.clone().is_sorted_by(|one, next| one < next) || behind.clone().any(|seq| seq > head.seq) {
            return Err(Flaw::Header("remarks"));
        }
        Ok(Self { header, head, taken: 0, in_stretch, before: None, kept, has_kept: false })
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Flaw> {
        let row = row(line)?;
        let seq = row.seq;
        let due = match self.taken.checked_sub(self.in_stretch) {
            None => self.header.first.unwrap_or_default() + i64::try_from(self.taken).unwrap_or(i64::MAX),
            Some(behind) => *self.header.remarks.get(behind).ok_or(Flaw::More(seq))?,
        };
        if seq != due {
            return Err(Flaw::Order { found: seq, due });
        }
        if text(&row.members, "station_id") != Some(&self.header.station_id) {
            return Err(Flaw::Station(seq));
        }
        self.link(&row)?;
        self.place(&row)?;
        if self.kept.is_some_and(|kept| kept.seq == seq) {
            self.has_kept = true;
            if self.kept.is_some_and(|kept| kept.hash != row.hash) {
                return Err(Flaw::OtherHead(seq));
            }
        }
        self.taken += 1;
        self.before = Some(Head { seq, hash: row.hash });
        Ok(())
    }

    /// Whether the row is what it was, and follows the one before it where that is in the file.
    fn link(&self, row: &Row) -> Result<(), Flaw> {
        if hash_members(&row.prev_hash, &row.members) != row.hash {
            return Err(Flaw::Altered(row.seq));
        }
        let before = self.before.as_ref().filter(|before| before.seq + 1 == row.seq);
        if before.is_some_and(|before| before.hash != row.prev_hash) {
            return Err(Flaw::Unchained(row.seq));
        }
        if row.seq == self.head.seq && row.hash != self.head.hash {
            return Err(Flaw::NotHead(row.seq));
        }
        Ok(())
    }

    /// Whether the header and the row agree on what it does here.
    fn place(&self, row: &Row) -> Result<(), Flaw> {
        if self.taken >= self.in_stretch {
            let about = row.members.get("corrects").and_then(Value::as_i64);
            let ends = self.header.first.unwrap_or(i64::MAX)..=self.header.last.unwrap_or(i64::MIN);
            let kind = text(&row.members, "kind").and_then(Kind::from_word);
            let is_remark = matches!(kind, Some(Kind::Note | Kind::Correction));
            let points_here = about.is_some_and(|about| ends.contains(&about));
            return if is_remark && points_here { Ok(()) } else { Err(Flaw::Stray(row.seq)) };
        }
        if self.taken == 0 || self.taken + 1 == self.in_stretch {
            let scheduled = text(&row.members, "scheduled_at").and_then(instant).ok_or(Flaw::Window(row.seq))?;
            let [from, to] = [&self.header.window.from, &self.header.window.to];
            let read = |end: &Option<String>, flaw| match end {
                Some(text) => instant(text).map(Some).ok_or(flaw),
                None => Ok(None),
            };
            let from = read(from, Flaw::Header("window"))?;
            let to = read(to, Flaw::Header("window"))?;
            if from.is_some_and(|from| scheduled < from) || to.is_some_and(|to| scheduled >= to) {
                return Err(Flaw::Window(row.seq));
            }
        }
        Ok(())
    }

    fn finish(self, kept: Option<&Head>) -> Result<(), Flaw> {
        if self.taken < self.header.rows {
            return Err(Flaw::Missing(self.header.rows - self.taken));
        }
        match kept {
            Some(kept) if kept.seq == self.head.seq && *kept != self.head => Err(Flaw::OtherHead(kept.seq)),
            Some(kept) if !self.has_kept && *kept != self.head => {
                Err(Flaw::UnknownHead(kept.seq, self.head.to_string()))
            }
            _ => Ok(()),
        }
    }
}

/// What could be read in two ways, or carries something that nobody looks at, proves nothing.
fn as_written(line: &[u8], read: &impl Serialize) -> Result<(), Flaw> {
    let mut written = serde_json::to_vec(read).map_err(|error| Flaw::NoRow(error.to_string()))?;
    written.push(b'\n');
    if written == line { Ok(()) } else { Err(Flaw::Written) }
}

/// The members of an object in the order of the line, each as often as it stands there.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

fn row(line: &[u8]) -> Result<Row, Flaw> {
    let in_order: Members = serde_json::from_slice(line).map_err(|error| Flaw::NoRow(error.to_string()))?;
    as_written(line, &in_order)?;
    let count = in_order.0.len();
    let mut members: BTreeMap<String, Value> = in_order.0.into_iter().collect();
    if members.len() < count {
        return Err(Flaw::Written);
    }
    let seq = members.get("seq").and_then(Value::as_i64).ok_or_else(|| Flaw::NoRow("it has no `seq`".to_owned()))?;
    let mut hash = |name: &str| match members.remove(name) {
        Some(Value::String(hash)) => Ok(hash),
        _ => Err(Flaw::NoRow(format!("it has no `{name}`"))),
    };
    let (prev_hash, hash) = (hash("prev_hash")?, hash("hash")?);
    Ok(Row { seq, prev_hash, hash, members })
}

fn text<'a>(members: &'a BTreeMap<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}

fn instant(text: &str) -> Option<chrono::DateTime<chrono::FixedOffset>> {
    chrono::DateTime::parse_from_rfc3339(text).ok()
}
