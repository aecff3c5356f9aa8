//! Numbers of documents: `316/KH-UBND`, `49/2024/NĐ-CP`, `18-NQ/TW`, `47/2010/QH12`.
//!
//! In: the text from a digit on, and whether its kind ("kế hoạch số") or issuer ("của UBND") stands beside it. Out: kind,
//! number, year and issuer, each said once and no slash. Next: `when`.

use super::number::{cardinal, code};
use super::scan::{Found, Here, Last, Scan};
use super::syllable::spelt;
use super::{Doubt, Readings};
use crate::speech::readings::ends_with_words;

/// Letters of one part of a code.
const MOST_LETTERS: usize = 12;

/// Parts of a code: `TTLT-BNV-BTC` has three.
const MOST_PARTS: usize = 5;

/// What the parts of a code mean.
#[derive(Debug, Default)]
struct Code {
    kind: Option<String>,
    issuers: Vec<String>,
    doubts: Vec<Doubt>,
}

/// A number with its code.
pub(super) fn document(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let number = scan.digits(1, 6)?;
    let mut spoken = code(number);
    let separators = match scan.one(&['/', '-'])? {
        '/' => ['-', '–'],
        // As the Party writes: the number, the kind, a slash, the issuer.
        _ => ['/', '/'],
    };
    let mut with_year = scan;
    if let Some(year) = with_year.digits(4, 4).and_then(|year| year.parse().ok())
        && with_year.one(&['/']).is_some()
    {
        spoken = format!("{spoken} năm {}", cardinal(year));
        scan = with_year;
    }
    let code = parts(&mut scan, separators, here.readings)?;
    Some(composed(here, &scan, &spoken, code))
}

/// A code without a number, as on a form that is not numbered yet: `/KH-UBND`, or `KH-UBND` in running text.
pub(super) fn bare_code(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    scan.one(&['/']);
    let first = scan.rest;
    let code = parts(&mut scan, ['-', '-'], here.readings)?;
    let (Some(kind), false) = (&code.kind, code.issuers.is_empty()) else { return None };
    // A kind that is no abbreviation of ours would swallow ordinary words.
    first.contains('-').then_some(())?;
    let spoken = format!("{kind} của {}", code.issuers.join(", "));
    Some(Found { used: scan.used(), spoken, last: Last::Letters, doubts: code.doubts })
}

fn parts(scan: &mut Scan<'_>, separators: [char; 2], readings: &Readings) -> Option<Code> {
    let mut code = Code::default();
    for index in 0..MOST_PARTS {
        let mut ahead = *scan;
        if index > 0 && ahead.one(&separators).is_none() && ahead.one(&['-']).is_none() {
            break;
        }
        let part = ahead.letters(MOST_LETTERS);
        let term = ahead.digits(1, 2);
        if !ahead.at_end() || !is_code(part) {
            // `30/4-1/5` and `12/A` are no documents.
            if index == 0 {
                return None;
            }
            break;
        }
        *scan = ahead;
        // Behind an issuer without a kind stands only which of its rooms wrote it.
        if code.kind.is_some() || code.issuers.is_empty() {
            understand(part, term, index, &mut code, readings);
        }
    }
    Some(code)
}

/// Two letters and more, nearly all capitals: `UBND`, `TTr`, `TTg`.
fn is_code(part: &str) -> bool {
    let capitals = part.chars().filter(|each| each.is_uppercase()).count();
    let letters = part.chars().count();
    letters >= 2 && capitals + 1 >= letters && part.starts_with(char::is_uppercase)
}

fn understand(part: &str, term: Option<&str>, index: usize, code: &mut Code, readings: &Readings) {
    if index == 0
        && let Some(kind) = readings.document(part)
    {
        code.kind = Some(kind.to_owned());
        return;
    }
    let mut issuer = readings.issuer(part).map_or_else(|| spelt(part), str::to_owned);
    if readings.issuer(part).is_none() {
        code.doubts.push(Doubt::Unknown { written: part.to_owned(), spoken: issuer.clone() });
    }
    if let Some(term) = term.and_then(|term| term.parse().ok()) {
        issuer = format!("{issuer} khóa {}", cardinal(term));
    }
    code.issuers.push(issuer);
}

fn composed(here: &Here<'_>, scan: &Scan<'_>, number: &str, code: Code) -> Found {
    let tail = here.tail();
    let numbered = ends_with_words(&tail, "số");
    let before = tail.strip_suffix("số").unwrap_or(&tail).trim_end();
    let so = if numbered { "" } else { "số " };
    let mut spoken = match &code.kind {
        Some(kind) if ends_with_words(before, &kind.to_lowercase()) => format!("{so}{number}"),
        Some(kind) if numbered => format!("{number}, {kind}"),
        Some(kind) => format!("{kind} số {number}"),
        None => format!("{so}{number}"),
    };
    if !code.issuers.is_empty() && !issuer_follows(scan.rest) {
        spoken = format!("{spoken} của {}", code.issuers.join(", "));
    }
    Found { used: scan.used(), spoken, last: Last::Letters, doubts: code.doubts }
}

/// Whether the issuer is named behind the number, perhaps behind the date: "ngày 18/02/2025 của UBND huyện".
fn issuer_follows(rest: &str) -> bool {
    for word in rest.split(' ').filter(|word| !word.is_empty()).take(9) {
        let is_date = word.starts_with(|each: char| each.is_ascii_digit()) || ["ngày", "tháng", "năm"].contains(&word);
        if !is_date {
            return word == "của";
        }
    }
    false
}
