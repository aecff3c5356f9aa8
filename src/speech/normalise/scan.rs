//! What a rule sees: the text from here on, and what was said before it.
//!
//! In: a paragraph and the words said so far. Out: small looks ahead and back, each bounded, so that a long text costs no
//! more than its length. Next: the rules, `document`, `when`, `amount`, `phone`, `web`, `word`.

use super::{Doubt, Readings};
use crate::speech::readings::ends_with_words;

/// Bytes of what was said that a rule looks back at.
const LOOK_BACK: usize = 96;

/// What was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    /// Nothing, or a pause.
    Pause,
    /// A word.
    Word,
    /// A word in capitals.
    Loud,
    /// An abbreviation, or letters.
    Letters,
    /// A number or an amount; its value where it is a bare number.
    Number(Option<u64>),
    /// A Roman numeral.
    Roman(u64),
}

/// The place in a paragraph where a rule is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here<'h> {
    /// The text from here on.
    pub(super) rest: &'h str,
    /// The character before it.
    pub(super) before: Option<char>,
    /// What is said so far in this paragraph.
    pub(super) said: &'h str,
    pub(super) last: Last,
    /// Whether the paragraph is a heading in capitals.
    pub(super) shouting: bool,
    pub(super) readings: &'h Readings,
}

/// What a rule makes of the text here.
#[derive(Debug)]
pub(super) struct Found {
    /// Bytes of the text that it stands for.
    pub(super) used: usize,
    pub(super) spoken: String,
    pub(super) last: Last,
    pub(super) doubts: Vec<Doubt>,
}

impl Found {
    pub(super) fn new(used: usize, spoken: impl Into<String>, last: Last) -> Self {
        Self { used, spoken: spoken.into(), last, doubts: Vec::new() }
    }

    pub(super) fn amount(used: usize, spoken: impl Into<String>) -> Self {
        Self::new(used, spoken, Last::Number(None))
    }

    pub(super) fn doubted(mut self, doubt: Option<Doubt>) -> Self {
        self.doubts.extend(doubt);
        self
    }
}

impl<'h> Here<'h> {
    pub(super) fn scan(&self) -> Scan<'h> {
        Scan::of(self.rest)
    }

    /// Whether what was said ends with one of these phrases, whatever its case; a colon behind it is passed over.
    pub(super) fn after(&self, phrases: &[&str]) -> bool {
        let tail = self.tail();
        phrases.iter().any(|phrase| ends_with_words(&tail, phrase))
    }

    /// The end of what was said, in lower case.
    pub(super) fn tail(&self) -> String {
        let said = self.said.trim_end_matches([' ', ':']);
        let from = said.len().saturating_sub(LOOK_BACK);
        let from = (from..=said.len()).find(|at| said.is_char_boundary(*at)).unwrap_or(said.len());
        said[from..].to_lowercase()
    }

    /// Whether one of the words stands among the last few, in the same clause.
    pub(super) fn near(&self, words: &[&str], within: usize) -> bool {
        let tail = self.tail();
        let clause = tail.rsplit(['.', ';', '?', '!']).next().unwrap_or_default();
        let last: Vec<&str> = clause.split_whitespace().rev().take(within).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        let last = last.join(" ");
        words.iter().any(|word| {
            last.match_indices(word).any(|(at, _)| {
                let starts = !last[..at].ends_with(char::is_alphanumeric);
                starts && !last[at + word.len()..].starts_with(char::is_alphanumeric)
            })
        })
    }
}

/// A look ahead, given up by dropping it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan<'t> {
    pub(super) rest: &'t str,
    whole: usize,
}

impl<'t> Scan<'t> {
    pub(super) const fn of(text: &'t str) -> Self {
        Self { rest: text, whole: text.len() }
    }

    /// Bytes passed so far.
    pub(super) fn used(&self) -> usize {
        self.whole - self.rest.len()
    }

    /// A whole run of digits of a length from `least` to `most`.
    pub(super) fn digits(&mut self, least: usize, most: usize) -> Option<&'t str> {
        let run = self.rest.bytes().take(most + 1).take_while(u8::is_ascii_digit).count();
        if !(least..=most).contains(&run) {
            return None;
        }
        let (digits, rest) = self.rest.split_at(run);
        self.rest = rest;
        Some(digits)
    }

    /// A whole number of at most two digits within a range.
    pub(super) fn small(&mut self, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let number = self.digits(1, 2)?.parse().ok()?;
        range.contains(&number).then_some(number)
    }

    /// One of a few characters.
    pub(super) fn one(&mut self, of: &[char]) -> Option<char> {
        let each = self.rest.chars().next().filter(|each| of.contains(each))?;
        self.rest = &self.rest[each.len_utf8()..];
        Some(each)
    }

    /// This text, and no letter or digit behind it.
    pub(super) fn word(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) if !rest.starts_with(char::is_alphanumeric) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// A space, if there is one.
    pub(super) fn space(&mut self) -> bool {
        self.one(&[' ']).is_some()
    }

    /// A run of letters, which may be empty; at most so many.
    pub(super) fn letters(&mut self, most: usize) -> &'t str {
        let taken: usize =
            self.rest.chars().take(most).take_while(|each| each.is_alphabetic()).map(char::len_utf8).sum();
        let (letters, rest) = self.rest.split_at(taken);
        self.rest = rest;
        letters
    }

    /// Whether neither a letter nor a digit follows.
    pub(super) fn at_end(&self) -> bool {
        !self.rest.starts_with(char::is_alphanumeric)
    }

    /// The next word in lower case, without passing it; one space before it is passed over.
    pub(super) fn next_word(&self) -> String {
        let rest = self.rest.strip_prefix(' ').unwrap_or(self.rest);
        rest.chars().take(24).take_while(|each| each.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    }
}
