//! One paragraph from its first character to its last.
//!
//! In: a cleaned paragraph and the list of readings. Out: what is said, with what was changed and what is doubtful. At each
//! place the rules are tried in order, and the first that knows the text wins. Next: the rules, beginning with `document`.

use super::number::{cardinal, written};
use super::pause::{Effect, sign};
use super::scan::{Found, Here, Last};
use super::syllable::{is_syllable, spelt};
use super::{Change, Doubt, Readings, amount, document, number, phone, web, when, word};

type Rule = fn(&Here<'_>) -> Option<Found>;

/// From a digit on, at the beginning of a token. A telephone number may look like anything else; a share may be a day.
const FROM_DIGIT: &[Rule] = &[
    document::document,
    phone::phone,
    when::time,
    amount::ratio,
    when::date,
    when::ordinal,
    when::month,
    amount::colon,
    amount::amount,
];

/// From a letter on, at the beginning of a token.
const FROM_LETTER: &[Rule] = &[
    web::address,
    when::short_name,
    word::numeral,
    word::compound,
    document::bare_code,
    word::listed,
    word::kind,
    amount::lone_unit,
    word::word,
];

/// The speech of one paragraph, as it grows.
#[derive(Debug)]
pub(super) struct Speech {
    pub(super) said: String,
    pub(super) changes: Vec<Change>,
    pub(super) doubts: Vec<(usize, Doubt)>,
    last: Last,
    line: usize,
}

impl Speech {
    /// Reads a paragraph that began in a line.
    pub(super) fn of(text: &str, line: usize, readings: &Readings) -> Self {
        let mut speech = Self { said: String::new(), changes: Vec::new(), doubts: Vec::new(), last: Last::Pause, line };
        let mut at = speech.numbering(text);
        let shouting = is_shouting(text);
        let mut before = None;
        while let Some(each) = text[at..].chars().next() {
            let here = Here { rest: &text[at..], before, said: &speech.said, last: speech.last, shouting, readings };
            let found = rules(&here, each).iter().find_map(|rule| rule(&here));
            let used = if let Some(found) = found {
                speech.take(&text[at..], found)
            } else {
                let (effect, used) = sign(&here, each);
                speech.perform(effect, &text[at..at + used]);
                used
            };
            before = text[at..at + used].chars().next_back();
            at += used;
        }
        // A mark that leads on to the next line stays.
        if !speech.said.ends_with([':', ';']) {
            speech.stop('.');
        }
        speech
    }

    /// `I.`, `1.2.`, `a)` at the beginning: said, with a pause. Answers how many bytes it was.
    fn numbering(&mut self, text: &str) -> usize {
        let Some((mark, spoken)) = heading(text) else { return 0 };
        self.changes.push(Change { line: self.line, from: text[..mark].to_owned(), to: spoken.clone() });
        self.say(&spoken, true);
        self.stop(',');
        mark
    }

    fn take(&mut self, rest: &str, found: Found) -> usize {
        let from = &rest[..found.used];
        // Small letters for capitals are the same word.
        let changed = from != found.spoken && from.to_lowercase() != found.spoken;
        self.say(&found.spoken, from != found.spoken);
        if changed {
            self.changes.push(Change {
                line: self.line,
                from: from.to_owned(),
                to: found.spoken.trim_end().to_owned(),
            });
        }
        let line = self.line;
        self.doubts.extend(found.doubts.into_iter().map(|doubt| (line, doubt)));
        self.last = found.last;
        found.used
    }

    fn perform(&mut self, effect: Effect, from: &str) {
        match effect {
            Effect::Pause(mark) => self.stop(mark),
            Effect::Hyphen => self.said.push('-'),
            Effect::Silent => {}
            Effect::Say(word) => {
                self.say(word, false);
                self.changes.push(Change { line: self.line, from: from.to_owned(), to: word.to_owned() });
                self.last = Last::Word;
            }
            Effect::AndSoOn => {
                self.stop(',');
                self.say("vân vân", false);
                self.changes.push(Change { line: self.line, from: from.to_owned(), to: "vân vân".to_owned() });
                self.last = Last::Word;
            }
            Effect::Repeated => {
                self.changes.push(Change { line: self.line, from: from.to_owned(), to: String::new() });
            }
            Effect::Lost(doubt) => self.doubts.extend(doubt.map(|doubt| (self.line, doubt))),
        }
    }

    /// Adds words; what took the place of something else begins a sentence in a capital.
    fn say(&mut self, words: &str, changed: bool) {
        let starts = self.said.is_empty() || self.said.ends_with(['.', '?', '!']);
        if !self.said.is_empty() && !self.said.ends_with('-') {
            self.said.push(' ');
        }
        let mut chars = words.trim().chars();
        if let Some(first) = chars.next().filter(|_| starts && changed) {
            self.said.extend(first.to_uppercase());
            self.said.push_str(chars.as_str());
        } else {
            self.said.push_str(words.trim());
        }
    }

    /// Adds a pause, or makes the one that stands there longer.
    fn stop(&mut self, mark: char) {
        self.last = Last::Pause;
        let length = |mark: char| match mark {
            ',' => 1,
            ';' | ':' => 2,
            '.' => 3,
            '?' | '!' => 4,
            _ => 0,
        };
        let Some(end) = self.said.chars().next_back() else { return };
        if length(end) >= length(mark) {
            return;
        }
        if length(end) > 0 || end == '-' {
            self.said.pop();
        }
        self.said.push(mark);
    }
}

fn rules(here: &Here<'_>, each: char) -> &'static [Rule] {
    let starts = !here.before.is_some_and(char::is_alphanumeric);
    let digit_next = here.rest[each.len_utf8()..].starts_with(|next: char| next.is_ascii_digit());
    match each {
        '0'..='9' if starts => FROM_DIGIT,
        '0'..='9' => &[amount::amount],
        '$' | '€' if digit_next => &[amount::amount],
        '(' | '+' if digit_next => &[phone::phone],
        '/' if matches!(here.last, Last::Number(None)) => &[amount::each],
        '/' => &[document::bare_code],
        _ if each.is_alphabetic() && starts => FROM_LETTER,
        _ if each.is_alphabetic() => &[word::word],
        _ => &[],
    }
}

/// Whether all words are in capitals, as in a heading.
fn is_shouting(text: &str) -> bool {
    let words = || text.split(|each: char| !each.is_alphabetic()).filter(|word| word.chars().nth(1).is_some());
    let capital = |word: &&str| !word.contains(char::is_lowercase);
    let readable = |word: &&str| is_syllable(&word.to_lowercase());
    words().all(|word| capital(&word)) && words().filter(readable).take(2).count() == 2
}

/// The number of a heading or of a list's line, and its words.
fn heading(text: &str) -> Option<(usize, String)> {
    let opened = usize::from(text.starts_with('('));
    let body = &text[opened..];
    let length: usize =
        body.chars().take(12).take_while(|each| each.is_alphanumeric() || *each == '.').map(char::len_utf8).sum();
    let label = body[..length].trim_end_matches('.');
    let mark = &body[label.len()..];
    let closed = match opened {
        0 => mark.starts_with([')', '.']) || mark.starts_with("/ "),
        _ => mark.starts_with(')'),
    };
    let used = opened + label.len() + usize::from(closed);
    let rest = &text[used..];
    let spaced = rest.starts_with(' ');
    let titled = rest.trim_start().starts_with(char::is_uppercase);
    let parts: Vec<&str> = label.split('.').collect();
    let numbers =
        parts.iter().all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|each| each.is_ascii_digit()));
    let spoken = if numbers {
        // `1.5 triệu` is an amount, `1.1 Mục tiêu` a heading.
        (closed && (spaced || titled) || parts.len() > 1 && spaced && titled)
            .then(|| parts.iter().map(|part| written(part)).collect::<Vec<_>>().join(" chấm "))?
    } else if let Some(number) = number::roman(label) {
        (closed && (spaced || titled)).then(|| cardinal(number))?
    } else {
        let mut letters = label.chars();
        let (letter, None) = (letters.next()?, letters.next()) else { return None };
        let marked = mark.starts_with(')') || mark.starts_with(['.', '/']) && letter.is_lowercase();
        (letter.is_alphabetic() && closed && marked && spaced).then(|| spelt(label))?
    };
    Some((used, spoken))
}
