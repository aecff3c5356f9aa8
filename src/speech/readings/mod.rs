//! The station's list of readings: how abbreviations, kinds of documents, units and addresses are said.
//!
//! In: `reading.toml` of the station's folder, or the list inside the program. Out: look-ups, the longest entry first, whole
//! tokens, capitals told from small letters. Pure. Next: `read`, then `normalise`.

mod read;

use std::collections::HashMap;

use crate::problem::Problem;

/// Its name in the station's folder.
pub const FILE: &str = "reading.toml";

/// The list that a station without one of its own reads by; `loa init` writes it.
const SHIPPED: &[u8] = include_bytes!("../../../reading.toml");

/// In a case: any number.
const NUMBER: &str = "<số>";

/// In a case: a word that begins with a capital, as names do.
const NAME: &str = "<Tên>";

/// How things are said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readings {
    /// Whether the first ten days of a month are "mùng một" to "mùng mười".
    pub mung: bool,
    abbreviations: Entries<Entry>,
    documents: HashMap<String, String>,
    issuers: HashMap<String, String>,
    units: Entries<String>,
    web: HashMap<String, String>,
}

/// An abbreviation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// One reading.
    Sure(String),
    /// Several, by what stands beside it.
    Ambiguous(Ambiguous),
}

/// An abbreviation of several meanings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ambiguous {
    /// The reading where no case fits.
    spoken: String,
    cases: Vec<Case>,
}

/// A meaning and what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    spoken: String,
    /// Words of which one stands before it, as said; none: any.
    before: Vec<String>,
    /// Words of which one stands behind it, as written, `<số>` or `<Tên>`; none: any.
    after: Vec<String>,
}

/// Entries by their first character, longer ones first.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entries<T>(HashMap<char, Vec<(String, T)>>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Entries<T> {
    fn insert(&mut self, written: String, value: T) {
        let Some(first) = written.chars().next() else { return };
        let same = self.0.entry(first).or_default();
        let at = same.partition_point(|(other, _)| other.len() >= written.len());
        same.insert(at, (written, value));
    }

    fn get(&self, written: &str) -> Option<&T> {
        let same = self.0.get(&written.chars().next()?)?;
        same.iter().find(|(other, _)| other == written).map(|(_, value)| value)
    }

    /// The longest entry with which a text begins, as a whole token.
    fn longest(&self, text: &str) -> Option<(&str, &T)> {
        let same = self.0.get(&text.chars().next()?)?;
        same.iter().find(|(written, _)| begins(text, written)).map(|(written, value)| (written.as_str(), value))
    }
}

fn begins(text: &str, written: &str) -> bool {
    // `QL#` is QL with digits right behind it.
    if let Some(glued) = written.strip_suffix('#') {
        return text.strip_prefix(glued).is_some_and(|rest| rest.starts_with(|each: char| each.is_ascii_digit()));
    }
    let open = written.ends_with(char::is_alphanumeric);
    text.strip_prefix(written).is_some_and(|rest| !(open && rest.starts_with(char::is_alphanumeric)))
}

impl Readings {
    /// The list inside the program.
    ///
    /// # Panics
    /// Never: a test reads that list.
    #[must_use]
    pub fn shipped() -> Self {
        Self::parse(FILE, SHIPPED).expect("a test reads the shipped list")
    }

    /// Reads a list; `path` is for the places of problems.
    pub fn parse(path: &str, bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        read::readings(path, bytes)
    }

    /// The longest abbreviation with which a text begins.
    pub(crate) fn longest(&self, text: &str) -> Option<(&str, &Entry)> {
        self.abbreviations.longest(text)
    }

    /// The kind of document that a code names: KH is kế hoạch.
    pub(crate) fn document(&self, code: &str) -> Option<&str> {
        self.documents.get(code).map(String::as_str)
    }

    /// Who issues a document, by its code or by a sure abbreviation.
    pub(crate) fn issuer(&self, code: &str) -> Option<&str> {
        self.issuers.get(code).map(String::as_str).or_else(|| match self.abbreviations.get(code)? {
            Entry::Sure(spoken) => Some(spoken.as_str()),
            Entry::Ambiguous(_) => None,
        })
    }

    /// The longest unit with which a text begins.
    pub(crate) fn unit(&self, text: &str) -> Option<(&str, &str)> {
        self.units.longest(text).map(|(symbol, spoken)| (symbol, spoken.as_str()))
    }

    /// A part of an address, in small letters.
    pub(crate) fn web(&self, part: &str) -> Option<&str> {
        self.web.get(part).map(String::as_str)
    }
}

impl Ambiguous {
    /// The reading behind what was said (in small letters) and before what is written, and whether what stands beside it makes it sure.
    pub(crate) fn settle(&self, said: &str, behind: &str) -> (&str, bool) {
        match self.cases.iter().find(|case| case.fits(said, behind)) {
            Some(case) => (&case.spoken, true),
            None => (&self.spoken, false),
        }
    }

    /// The other readings.
    pub(crate) fn others(&self, spoken: &str) -> Vec<String> {
        let mut others: Vec<String> = Vec::new();
        for other in std::iter::once(&self.spoken).chain(self.cases.iter().map(|case| &case.spoken)) {
            if other != spoken && !others.contains(other) {
                others.push(other.clone());
            }
        }
        others
    }
}

impl Case {
    fn fits(&self, said: &str, behind: &str) -> bool {
        let before =
            self.before.is_empty() || self.before.iter().any(|words| ends_with_words(said, &words.to_lowercase()));
        before && (self.after.is_empty() || self.after.iter().any(|pattern| follows(pattern, behind)))
    }
}

/// Whether text ends with whole words.
pub(crate) fn ends_with_words(text: &str, words: &str) -> bool {
    text.strip_suffix(words).is_some_and(|before| !before.ends_with(char::is_alphanumeric))
}

fn follows(pattern: &str, behind: &str) -> bool {
    let behind = behind.trim_start_matches(' ');
    let mut chars = behind.chars();
    match pattern {
        NUMBER => chars.next().is_some_and(|each| each.is_ascii_digit()),
        NAME => {
            chars.next().is_some_and(char::is_uppercase)
                && chars.next().is_none_or(|each| each.is_lowercase() || !each.is_alphabetic())
        }
        words => {
            behind.get(..words.len()).is_some_and(|start| start.to_lowercase() == words.to_lowercase())
                && !(words.ends_with(char::is_alphanumeric) && behind[words.len()..].starts_with(char::is_alphanumeric))
        }
    }
}
