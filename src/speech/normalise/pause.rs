//! Everything that is neither a letter nor a digit: pauses, ranges, signs that are words.
//!
//! In: the text from such a character on. Out: what it does to the speech, a pause of some length, a word, or nothing.
//! Brackets and dashes are pauses; quotes are nothing; an abbreviation in brackets behind its own words is not said twice.
//! Next: `paragraph`.

use super::Doubt;
use super::number::value;
use super::scan::{Here, Last, Scan};
use super::word::listed;
use crate::speech::readings::ends_with_words;

/// Dots in a row that are a blank to be filled in.
const BLANK_DOTS: usize = 5;

/// Bytes inside brackets that may be an abbreviation.
const LONGEST_ASIDE: usize = 60;

/// Before the goals of a match.
const SCORES: [&str; 6] = ["tỷ số", "tỉ số", "thắng", "thua", "hòa", "hoà"];

/// Behind a slash: for each of these.
const EACH: [&str; 16] = [
    "khóm", "gốc", "cây", "tuần", "tháng", "ngày", "năm", "giờ", "buổi", "lần", "người", "hộ", "quý", "vụ", "sào",
    "thôn",
];

/// What a character does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// A pause, by its mark.
    Pause(char),
    /// Words, and no pause.
    Say(&'static str),
    /// "vân vân".
    AndSoOn,
    /// A hyphen inside a word.
    Hyphen,
    /// Nothing: it is only seen.
    Silent,
    /// What was said before it already, in brackets.
    Repeated,
    /// Something that cannot be said.
    Lost(Option<Doubt>),
}

/// What the character here does, and how many bytes it stands for.
pub(super) fn sign(here: &Here<'_>, each: char) -> (Effect, usize) {
    let one = each.len_utf8();
    let effect = match each {
        '.' | '…' => return dots(here),
        ',' | ';' | ':' | '?' | '!' => Effect::Pause(each),
        '(' | '[' | '{' => return aside(here),
        ')' | ']' | '}' | '|' | '→' | '•' | '·' => Effect::Pause(','),
        '"' | '\'' | '“' | '”' | '„' | '«' | '»' | '`' | '*' | '_' | '#' | '^' | '\\' | '´' => Effect::Silent,
        '-' | '–' | '—' => dash(here, one),
        '+' if matches!(here.last, Last::Number(_))
            && !here.rest[1..].trim_start().starts_with(|next: char| next.is_ascii_digit()) =>
        {
            Effect::Say("trở lên")
        }
        '/' | '\u{2044}' => slash(here, one),
        _ => word_for(each).map_or_else(
            || Effect::Lost((!each.is_whitespace()).then(|| Doubt::Dropped { written: each.to_string() })),
            Effect::Say,
        ),
    };
    (effect, one)
}

const fn word_for(each: char) -> Option<&'static str> {
    Some(match each {
        '&' => "và",
        '+' => "cộng",
        '=' => "bằng",
        '<' => "dưới",
        '>' => "trên",
        '≥' => "lớn hơn hoặc bằng",
        '≤' => "nhỏ hơn hoặc bằng",
        '±' => "cộng trừ",
        '×' => "nhân",
        '÷' => "chia",
        '%' => "phần trăm",
        '‰' => "phần nghìn",
        '°' => "độ",
        '~' | '≈' => "khoảng",
        '@' => "a còng",
        '²' => "bình phương",
        '³' => "lập phương",
        '₫' => "đồng",
        '$' => "đô la",
        '€' => "ơ-rô",
        '§' => "mục",
        _ => return None,
    })
}

/// One dot, three of them, or a blank.
fn dots(here: &Here<'_>) -> (Effect, usize) {
    let run: usize = here.rest.chars().take_while(|each| matches!(each, '.' | '…')).map(char::len_utf8).sum();
    let count: usize = here.rest[..run].chars().map(|each| if each == '…' { 3 } else { 1 }).sum();
    if count == 1 {
        return (Effect::Pause('.'), 1);
    }
    if count >= BLANK_DOTS && !(count == 6 && here.rest.starts_with('…')) {
        return (Effect::Lost(Some(Doubt::Blank)), run);
    }
    let behind = here.rest[run..].trim_start_matches([' ', ')', '"', '”']);
    let ends =
        behind.is_empty() || behind.starts_with(char::is_uppercase) || here.rest[run..].starts_with([')', ';', ',']);
    let tail = here.tail();
    let clause = tail.rsplit(['.', ';', ':', '?', '!']).next().unwrap_or_default();
    let said = ends_with_words(here.said.trim_end_matches(['.', ',', ' ']), "vân vân");
    let effect = match () {
        () if said => Effect::Pause('.'),
        () if ends && clause.contains(',') => Effect::AndSoOn,
        () if ends => Effect::Pause('.'),
        () => Effect::Pause(','),
    };
    (effect, run)
}

/// `(CCHC)` behind "cải cách hành chính" is for the eye only.
fn aside(here: &Here<'_>) -> (Effect, usize) {
    let pause = (Effect::Pause(','), 1);
    let end = (0..=LONGEST_ASIDE.min(here.rest.len())).rev().find(|at| here.rest.is_char_boundary(*at)).unwrap_or(0);
    let Some(close) = here.rest[..end].find([')', ']']) else { return pause };
    let inner = here.rest[1..close].trim();
    let within = Here { rest: inner, before: None, ..*here };
    let repeated = listed(&within)
        .is_some_and(|found| found.used == inner.len() && ends_with_words(&here.tail(), &found.spoken.to_lowercase()));
    if repeated { (Effect::Repeated, close + 1) } else { pause }
}

/// A range, a minus, a hyphen, or a pause.
fn dash(here: &Here<'_>, one: usize) -> Effect {
    let behind = &here.rest[one..];
    let next = behind.trim_start_matches(' ');
    let digit = next.starts_with(|each: char| each.is_ascii_digit());
    let glued = here.before.is_some_and(char::is_alphanumeric) && behind.starts_with(char::is_alphanumeric);
    match here.last {
        Last::Number(from) if digit => {
            let mut scan = Scan::of(next);
            let to =
                scan.digits(1, 7).and_then(value).filter(|_| !scan.rest.starts_with(['/', 'h', ':', '.', ',', '-']));
            if from.zip(to).is_some_and(|(from, to)| from >= to) || here.near(&SCORES, 4) {
                Effect::Pause(',')
            } else {
                Effect::Say("đến")
            }
        }
        Last::Number(_) if next.starts_with("thứ ") || next.starts_with('T') && is_day(next) => Effect::Say("đến"),
        Last::Roman(_) if next.starts_with(['I', 'V', 'X']) => Effect::Say("đến"),
        _ if digit && behind.len() == next.len() && !here.before.is_some_and(char::is_alphanumeric) => {
            Effect::Say("âm")
        }
        Last::Word | Last::Loud if glued && !digit => Effect::Hyphen,
        _ if glued && digit => Effect::Silent,
        _ => Effect::Pause(','),
    }
}

fn is_day(next: &str) -> bool {
    next[1..].starts_with(|each: char| each.is_ascii_digit())
}

/// A year behind a quarter, or one thing or another.
fn slash(here: &Here<'_>, one: usize) -> Effect {
    let mut scan = Scan::of(&here.rest[one..]);
    let year = scan.digits(4, 4).and_then(value).filter(|year| (1900..2200).contains(year) && scan.at_end());
    let digit = here.rest[one..].starts_with(|each: char| each.is_ascii_digit());
    let each = EACH.contains(&scan.next_word().as_str()) && !here.after(&EACH);
    match (here.last, year) {
        (Last::Number(Some(1900..)), Some(_)) => Effect::Say("đến"),
        (Last::Number(_) | Last::Roman(_), Some(_)) => Effect::Say("năm"),
        (Last::Number(_) | Last::Word, None) if digit => Effect::Say("trên"),
        (Last::Word, None) if each && here.rest[one..].starts_with(char::is_lowercase) => Effect::Say("một"),
        _ => Effect::Pause(','),
    }
}
