//! Vietnamese text as it is written to Vietnamese text as it is read aloud.
//!
//! In: a bulletin's text and the station's list of readings. Out: plain words and pauses that any engine reads right, what was
//! changed, and what a person should look at. No digit, no abbreviation and no sign is left in it. Must never fail: what
//! no rule knows is left out or spelt, and doubted. Pure. Next: `clean`, then `paragraph`.

mod amount;
mod clean;
mod document;
mod doubt;
pub mod number;
mod paragraph;
mod pause;
mod phone;
mod scan;
mod syllable;
mod web;
mod when;
mod word;

use std::collections::HashSet;

use serde::Serialize;

use super::readings::Readings;
pub use doubt::Doubt;

/// A text made ready to be read aloud.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Normalised {
    /// Letters, spaces, line ends, hyphens inside words and the marks `. , ; : ? !`.
    pub text: String,
    /// What was changed, in the order of the text; pauses and capitals are not listed.
    pub changes: Vec<Change>,
    /// What a person should look at, each thing once, where it first stands.
    pub doubts: Vec<Doubted>,
}

/// Something that is read otherwise than it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The line of the text in which its paragraph begins, from 1.
    pub line: usize,
    /// As written.
    pub from: String,
    /// As read; empty when it is passed over.
    pub to: String,
}

/// A doubt and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubted {
    /// The line of the text in which its paragraph begins, from 1.
    pub line: usize,
    /// What it is.
    #[serde(flatten)]
    pub doubt: Doubt,
}

/// Makes a text ready to be read aloud.
#[must_use]
pub fn normalise(text: &str, readings: &Readings) -> Normalised {
    let mut doubts = Vec::new();
    let clean = clean::clean(text, &mut doubts);
    let mut lines: Vec<String> = Vec::new();
    let mut changes = Vec::new();
    for paragraph in clean::paragraphs(&clean) {
        let speech = paragraph::Speech::of(&paragraph.text, paragraph.line, readings);
        changes.extend(speech.changes);
        doubts.extend(speech.doubts);
        if !speech.said.is_empty() {
            lines.push(speech.said);
        }
    }
    let mut seen = HashSet::new();
    doubts.retain(|(_, doubt)| seen.insert(doubt.clone()));
    // Those of the letters came before all others.
    doubts.sort_by_key(|(line, _)| *line);
    let doubts = doubts.into_iter().map(|(line, doubt)| Doubted { line, doubt }).collect();
    Normalised { text: lines.join("\n"), changes, doubts }
}
