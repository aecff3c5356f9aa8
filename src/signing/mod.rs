//! The station's key, and exports that are signed with it: one file that proves rows of the log anywhere.
//!
//! In: a data folder, or only a file. Out: a key made once and kept to its owner; a file of JSON lines: a header, rows as `loa
//! log --format json` prints them, and last an Ed25519 signature over all of it; what is wrong with such a file, by its line.
//! Must never show the secret, nor believe a file before its last line. Next: `key`, `export`, `verify`.

mod export; // rows of the log into a signed file
mod key; // the station's key, and its fingerprint
mod unusable; // why a key is not used, in both languages
mod verify; // a signed file checked, without the station

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::export::{ExportError, Exported, Wanted, export};
pub use self::key::{Fingerprint, KEY, PublicKey, StationKey};
pub use self::unusable::{Damage, KeyError};
pub use self::verify::{Flaw, Proof, Rejected, verify};

/// What the first line of a signed export calls it; no other file begins so.
const FORMAT: &str = "loa-signed-log";
/// The form of signed exports that this program writes and knows.
const VERSION: u32 = 1;

/// The first line of a signed export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `loa-signed-log`.
    pub format: String,
    /// The form: 1.
    pub version: u32,
    /// Which program wrote it.
    pub program: String,
    /// The station's id, as in every row.
    pub station_id: String,
    /// The station's name when it was exported.
    pub station: String,
    /// The Ed25519 key that signed it, lower-case hex.
    pub public_key: String,
    /// Which airings were asked for, by `scheduled_at`.
    pub window: Window,
    /// The period whose report rests on these rows, with its first and last day; the window holds all that it counts.
    pub period: Option<String>,
    /// Number of the first row; `None` if the log has no row of the window.
    pub first: Option<i64>,
    /// Number of the last row; all between are in the file.
    pub last: Option<i64>,
    /// Notes and corrections behind those that point into them: their numbers.
    pub remarks: Vec<i64>,
    /// How many rows are in the file.
    pub rows: usize,
    /// The newest row of the log, `SEQ:HASH`.
    pub head: String,
    /// The same of the other chains of the database.
    pub other_heads: BTreeMap<String, String>,
    /// When, by the clock of that machine.
    pub exported_at: String,
    /// Who exported it.
    pub by: String,
}

/// A span of time; open where an end is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Window {
    /// The first instant.
    pub from: Option<String>,
    /// The first instant after it.
    pub to: Option<String>,
}

/// The last line of a signed export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seal {
    /// Of all bytes before this line, lower-case hex.
    sha256: String,
    /// Of [`message`] of that, lower-case hex.
    signature: String,
}

/// What is signed: so short that any tool can sign and check it, and never anything but an export.
fn message(sha256: &str) -> Vec<u8> {
    format!("{FORMAT}-{VERSION}:{sha256}").into_bytes()
}

/// The bytes of hexadecimal digits, lower case; `None` if it is anything else, or not so many bytes.
fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    if hex.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_read_as_they_are_written() {
        assert_eq!(bytes::<2>("0aff"), Some([0x0a, 0xff]));
        for wrong in ["0aff0", "0AFF", "0a", "0afg", "0áf"] {
            assert_eq!(bytes::<2>(wrong), None, "{wrong}");
        }
    }
}
