//! What is wrong with a file that a person wrote: a place, a typed reason, and their one rendering.
//!
//! In: a place (path, line, column) and a `What`. Out: `path:line:column: error: message`, the line with a caret under the
//! spot, and what is allowed or what to do. Every reason can be said in English and in Vietnamese. Must never read a
//! file or decide what a problem leads to. Next: `what`, then `config` and `schedule`, which find the problems.

mod bulletins;
pub mod causes;
pub mod coming;
pub mod days;
mod english;
mod evidence;
mod queueing;
mod reports;
pub mod system;
mod vietnamese;
pub mod what;
mod written;

use std::fmt;

use unicode_width::UnicodeWidthChar;

use crate::language::Language;
pub use what::What;

/// Characters of a line that are kept and shown at most: a line of garbage can be a megabyte long.
const SHOWN_CHARS: usize = 160;

/// Where in a file, or the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// As the person knows it: relative to where the program was called, if it was given so.
    pub path: String,
    /// `None` when the file as a whole is meant.
    pub spot: Option<Spot>,
}

/// A stretch of one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// In characters, at least 1; never beyond the end of the line.
    pub length: usize,
    /// The line without its end, cut around the spot if it is long.
    pub text: String,
    /// Characters that were cut off before `text`.
    pub skipped: usize,
}

impl Place {
    /// The file or folder as a whole.
    #[must_use]
    pub fn whole(path: impl Into<String>) -> Self {
        Self { path: path.into(), spot: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.spot {
            Some(spot) => write!(f, "{}:{}:{}", self.path, spot.line, spot.column),
            None => f.write_str(&self.path),
        }
    }
}

/// Whether the input can be used all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is used; a person should look.
    Warning,
}

/// One thing that is wrong. Problems sort by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where, if it is anywhere in a file.
    pub place: Option<Place>,
    /// How bad.
    pub severity: Severity,
    /// What.
    pub what: What,
}

/// A message and what to do about it, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What was found.
    pub message: String,
    /// What is allowed, or what to do.
    pub advice: Option<String>,
}

impl Said {
    fn plain(message: impl Into<String>) -> Self {
        Self { message: message.into(), advice: None }
    }

    fn with(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { message: message.into(), advice: Some(advice.into()) }
    }
}

impl Problem {
    /// A problem for which the input is refused.
    #[must_use]
    pub fn error(place: Place, what: impl Into<What>) -> Self {
        Self { place: Some(place), severity: Severity::Error, what: what.into() }
    }

    /// A problem that a person should look at.
    #[must_use]
    pub fn warning(place: Place, what: impl Into<What>) -> Self {
        Self { place: Some(place), severity: Severity::Warning, what: what.into() }
    }

    /// A problem of what was typed, which stands in no file.
    #[must_use]
    pub fn typed(severity: Severity, what: impl Into<What>) -> Self {
        Self { place: None, severity, what: what.into() }
    }

    /// The message and the advice without the place.
    #[must_use]
    pub fn say(&self, language: Language) -> Said {
        match language {
            Language::En => english::say(&self.what),
            Language::Vi => vietnamese::say(&self.what),
        }
    }

    /// The whole problem as several lines, the last one ended.
    #[must_use]
    pub fn render(&self, language: Language) -> String {
        let Said { message, advice } = self.say(language);
        let severity = language.severity(self.severity);
        let mut out = match &self.place {
            Some(place) => format!("{}: {severity}: {}\n", visible(&place.to_string()), visible(&message)),
            None => format!("{severity}: {}\n", visible(&message)),
        };
        match self.place.as_ref().and_then(|place| place.spot.as_ref()) {
            Some(spot) if !spot.text.is_empty() => out.push_str(&spot.render()),
            _ => {}
        }
        for line in advice.iter().flat_map(|advice| advice.lines()) {
            out.extend(["    ", &visible(line), "\n"]);
        }
        out
    }
}

impl Spot {
    /// A stretch of `length` characters from `column` in a line, both from 1.
    #[must_use]
    pub fn new(line: usize, column: usize, length: usize, text: &str) -> Self {
        // What is shown of a long line begins a little before the spot.
        let skipped = if column > SHOWN_CHARS { column - SHOWN_CHARS / 2 } else { 0 };
        let text = text.chars().skip(skipped).take(SHOWN_CHARS).collect();
        Self { line, column, length, text, skipped }
    }

    /// The line, and carets under the stretch, both indented by four columns.
    fn render(&self) -> String {
        let shown: Vec<char> = self.text.chars().collect();
        let columns = |chars: &[char]| chars.iter().map(|&each| columns_of(each)).sum::<usize>();
        let start = self.column.saturating_sub(1 + self.skipped).min(shown.len());
        let end = (start + self.length).min(shown.len());
        let carets = columns(&shown[start..end]).max(1);
        format!("    {}\n    {}{}\n", visible(&self.text), " ".repeat(columns(&shown[..start])), "^".repeat(carets))
    }
}

/// Terminal columns of a character as `visible` shows it.
fn columns_of(each: char) -> usize {
    match each {
        '\t' => 4,
        _ if each.is_control() => 1,
        _ => each.width().unwrap_or(0),
    }
}

/// Text that cannot move the cursor: tabs as four columns, other control characters as a replacement character.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for each in text.chars() {
        match each {
            '\t' => out.push_str("    "),
            _ if each.is_control() => out.push('\u{fffd}'),
            _ => out.push(each),
        }
    }
    out
}

/// Problems for which an act was refused. Displayed, it is all of them in English, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|problem| f.write_str(&problem.render(Language::En)))
    }
}

/// Whether any of them refuses the input.
#[must_use]
pub fn any_error(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// The candidate that was probably meant, if exactly one is nearest and near enough.
#[must_use]
pub fn nearest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // A third of the letters may differ, at least one: `windw` is near `window`, `xyz` near nothing.
    let limit = (found.chars().count() / 3).max(1);
    let folded = found.to_lowercase();
    let distance = |each: &str| strsim::damerau_levenshtein(&folded, &each.to_lowercase());
    let mut near: Vec<_> = candidates.into_iter().map(|each| (distance(each), each)).collect();
    near.retain(|(distance, _)| *distance <= limit);
    near.sort_unstable();
    match near[..] {
        [(_, only)] => Some(only.to_owned()),
        [(first, nearest), (second, _), ..] if first < second => Some(nearest.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use what::FileFault;

    fn spot(text: &str, column: usize, length: usize) -> Spot {
        Spot::new(1, column, length, text)
    }

    #[test]
    fn the_caret_stands_under_decomposed_and_wide_text() {
        // e + dot below + circumflex are three characters and one column; the two ideographs are four columns.
        assert_eq!(spot("Vie\u{323}\u{302}t X", 8, 1).render(), "    Vie\u{323}\u{302}t X\n         ^\n");
        assert_eq!(spot("電台 X", 4, 1).render(), "    電台 X\n         ^\n");
        assert_eq!(spot("\tX", 2, 1).render(), "        X\n        ^\n");
    }

    #[test]
    fn a_spot_at_the_end_or_beyond_a_long_line_still_has_its_caret() {
        assert_eq!(spot("abc", 4, 1).render(), "    abc\n       ^\n");
        let long = "x".repeat(1_000_000);
        let shown = spot(&long, 500_000, 3).render();
        assert!(shown.len() < 400 && shown.ends_with("^^^\n"), "{shown}");
    }

    #[test]
    fn problems_sort_by_place_and_a_whole_file_comes_first() {
        let at = |line| Place { path: "a".into(), spot: Some(Spot { line, ..spot("", 1, 1) }) };
        let mut all: Vec<_> =
            [at(10), at(9), Place::whole("a")].map(|place| Problem::error(place, FileFault::Missing)).into();
        all.sort();
        let lines: Vec<_> = all.iter().map(|p| p.place.as_ref().unwrap().spot.as_ref().map(|s| s.line)).collect();
        assert_eq!(lines, [None, Some(9), Some(10)]);
    }

    #[test]
    fn only_a_near_word_is_suggested() {
        assert_eq!(nearest("windw", ["window", "cron"]), Some("window".into()));
        assert_eq!(nearest("nd1", ["ND2", "ND1"]), Some("ND1".into()));
        assert_eq!(nearest("volume", ["window", "cron"]), None);
        assert_eq!(nearest("ND9", ["ND1", "ND2"]), None);
    }
}
