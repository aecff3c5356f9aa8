//! Addresses of sites and of mail.
//!
//! In: the text from a letter on. Out: `dichvucong.gov.vn` as "dịch vụ công chấm gốp chấm vi en", by the list's words; what
//! stands behind the site's name is left out. An address that the list does not know is doubted. Next: `word`.

use super::number::digit_by_digit;
use super::scan::{Found, Here, Last};
use super::syllable::{is_syllable, is_vowel, spelt};
use super::{Doubt, Readings};

/// Bytes of an address that are looked at.
const LONGEST: usize = 200;

/// Endings that make a name with dots an address.
const ENDINGS: [&str; 9] = ["vn", "com", "net", "org", "gov", "edu", "info", "int", "asia"];

/// An address.
pub(super) fn address(here: &Here<'_>) -> Option<Found> {
    let run: usize = here.rest.chars().take(LONGEST).take_while(|each| is_part(*each)).map(char::len_utf8).sum();
    let written = here.rest[..run].trim_end_matches(['.', ',', '/', '?', '-', '_', ':', '&', '=', '#', '+', '%']);
    let bare = ["https://", "http://"].iter().find_map(|scheme| written.strip_prefix(scheme));
    let (bare, schemed) = (bare.unwrap_or(written), bare.is_some());
    let (user, rest) = match bare.split_once('@') {
        Some((user, site)) if !user.is_empty() => (Some(user), site),
        Some(_) => return None,
        None => (None, bare),
    };
    let site = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let site_said = site.strip_prefix("www.").unwrap_or(site);
    let labels: Vec<&str> = site_said.split('.').collect();
    let ending = labels.last().copied().unwrap_or_default().to_lowercase();
    let named = labels.len() >= 2 && labels.iter().all(|label| !label.is_empty() && label.is_ascii());
    if !named || !(schemed || user.is_some() || ENDINGS.contains(&ending.as_str())) {
        return None;
    }
    let mut known = site.len() == rest.trim_end_matches('/').len();
    let mut spoken: Vec<String> = labels.iter().map(|label| part(label, here.readings, &mut known)).collect();
    let mut address = spoken.split_off(0).join(" chấm ");
    if let Some(user) = user {
        let before: Vec<String> = user.split('.').map(|name| part(name, here.readings, &mut known)).collect();
        address = format!("{} a còng {address}", before.join(" chấm "));
        known = false;
    }
    let doubt = (!known).then(|| Doubt::Address { written: written.to_owned(), spoken: address.clone() });
    Some(Found::new(written.len(), address, Last::Letters).doubted(doubt))
}

const fn is_part(each: char) -> bool {
    each.is_ascii_alphanumeric()
        || matches!(each, '.' | '-' | '_' | '@' | '/' | ':' | '?' | '=' | '&' | '%' | '#' | '+' | '~')
}

/// A name between dots: the list's word, else its letters and digits.
fn part(label: &str, readings: &Readings, known: &mut bool) -> String {
    if let Some(spoken) = readings.web(&label.to_lowercase()) {
        return spoken.to_owned();
    }
    *known = false;
    let mut words: Vec<String> = Vec::new();
    let mut rest = label;
    while let Some(first) = rest.chars().next() {
        let same = |each: char| each.is_ascii_digit() == first.is_ascii_digit() && each.is_ascii_alphanumeric();
        let run = rest.find(|each| !same(each)).unwrap_or(rest.len()).max(1);
        let (piece, behind) = rest.split_at(run);
        rest = behind;
        words.push(match first {
            '-' => "gạch ngang".to_owned(),
            '_' => "gạch dưới".to_owned(),
            _ if first.is_ascii_digit() => digit_by_digit(piece),
            _ if !first.is_ascii_alphabetic() => continue,
            _ => letters(piece, readings),
        });
    }
    words.join(" ")
}

fn letters(piece: &str, readings: &Readings) -> String {
    let lower = piece.to_lowercase();
    if let Some(spoken) = readings.web(&lower) {
        return spoken.to_owned();
    }
    let short = lower.len() <= 3 && !is_syllable(&lower);
    if short || !lower.contains(is_vowel) { spelt(&lower) } else { lower }
}
