//! Words: abbreviations of the list, Roman numerals, words in capitals, letters that stand alone, foreign words.
//!
//! In: the text from a letter on. Out: how it is said. What the list does not know is spelt and doubted; what the list
//! calls ambiguous is settled by the words beside it, or doubted. Next: `pause`.

use super::Doubt;
use super::number::{cardinal, roman};
use super::scan::{Found, Here, Last};
use super::syllable::{is_syllable, is_vowel, spelt};
use crate::speech::readings::Entry;

/// Behind these a Roman numeral stands; within so many words, since "Đại hội Đảng bộ xã lần thứ XXV".
const NUMBERED: [&str; 30] = [
    "quý",
    "khóa",
    "khoá",
    "đại hội",
    "chương",
    "phần",
    "mục",
    "thế kỷ",
    "thế kỉ",
    "kỳ",
    "kì",
    "lần thứ",
    "thứ",
    "hạng",
    "cấp",
    "loại",
    "giai đoạn",
    "nhóm",
    "vùng",
    "vòng",
    "tập",
    "bậc",
    "khu vực",
    "phụ lục",
    "nhiệm kỳ",
    "đợt",
    "bảng",
    "đại hội đảng",
    "đại hội đảng toàn quốc",
    "trung ương",
];

/// Longest word that is looked at as one; more is no word.
const LONGEST: usize = 40;

/// An entry of the list.
pub(super) fn listed(here: &Here<'_>) -> Option<Found> {
    let (written, entry) = here.readings.longest(here.rest)?;
    // In a heading ĐU may be a word: only what reads as none is an abbreviation.
    if here.shouting && is_syllable(&written.to_lowercase()) {
        return None;
    }
    let used = written.trim_end_matches('#').len();
    let glued = if written.ends_with('#') { " " } else { "" };
    match entry {
        Entry::Sure(spoken) => Some(Found::new(used, format!("{spoken}{glued}"), Last::Letters)),
        Entry::Ambiguous(ambiguous) => {
            let (spoken, sure) = ambiguous.settle(&here.tail(), &here.rest[used..]);
            let others = ambiguous.others(spoken);
            let doubt = (!sure && !others.is_empty()).then(|| Doubt::Ambiguous {
                written: written.to_owned(),
                spoken: spoken.to_owned(),
                others,
            });
            Some(Found::new(used, spoken, Last::Letters).doubted(doubt))
        }
    }
}

/// An entry that holds more than letters, such as VH-XH: before its parts are taken for something else.
pub(super) fn compound(here: &Here<'_>) -> Option<Found> {
    let (written, _) = here.readings.longest(here.rest)?;
    if written.chars().all(char::is_alphanumeric) { None } else { listed(here) }
}

/// A kind of document before its number, where it is in no other list: "KL số 83".
pub(super) fn kind(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let kind = here.readings.document(scan.letters(LONGEST))?;
    let rest = scan.rest.strip_prefix(' ')?;
    let numbered = rest.starts_with("số ") || rest.starts_with(|each: char| each.is_ascii_digit());
    numbered.then(|| Found::new(scan.used(), kind, Last::Letters))
}

/// A Roman numeral: behind a word that is numbered, behind another one, or where it can be nothing else.
pub(super) fn numeral(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let letters = scan.letters(LONGEST);
    let number = roman(letters).filter(|_| scan.at_end())?;
    let behind = here.after(&NUMBERED) || matches!(here.last, Last::Roman(_));
    let continued = ["/", ",", "và", "đến", "-"].iter().any(|mark| here.said.trim_end().ends_with(mark));
    let list = continued && here.near(&["quý", "chương", "khóa", "loại", "hạng", "nhóm", "phụ lục"], 4);
    // VI and XI are words too, among others in capitals.
    let next: String = scan.rest.trim_start().chars().take_while(|each| each.is_alphabetic()).collect();
    let loud = here.last == Last::Loud || next.chars().count() >= 2 && !next.contains(char::is_lowercase);
    let plain = letters.len() >= 2 && !here.shouting && !(loud && is_syllable(&letters.to_lowercase()));
    if !(behind || list || plain) {
        return None;
    }
    let spoken = if here.after(&["thứ"]) && number == 4 {
        "tư".to_owned()
    } else if here.after(&["thứ"]) && number == 1 {
        "nhất".to_owned()
    } else {
        cardinal(number)
    };
    Some(Found::new(scan.used(), spoken, Last::Roman(number)))
}

/// Any other run of letters.
pub(super) fn word(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let run = here.rest.chars().take_while(|each| each.is_alphabetic()).count();
    let word = scan.letters(run);
    if word.is_empty() {
        return None;
    }
    let used = scan.used();
    let letters = run;
    if letters > LONGEST {
        return Some(Found::new(used, word, Last::Word).doubted(Some(Doubt::Foreign { written: short(word) })));
    }
    let lower = word.to_lowercase();
    let capitals = word.chars().filter(|each| each.is_uppercase()).count();
    if letters == 1 {
        let factor = word == "x"
            && matches!(here.last, Last::Number(_))
            && scan.rest.trim_start().starts_with(|each: char| each.is_ascii_digit());
        if factor {
            return Some(Found::new(used, "nhân", Last::Word));
        }
        let spoken = if lower.contains(is_vowel) { word.to_owned() } else { spelt(word) };
        return Some(Found::new(used, spoken, if capitals == 1 { Last::Letters } else { Last::Word }));
    }
    if is_syllable(&lower) {
        let all_caps = capitals == letters;
        let spoken = if all_caps { lower.clone() } else { word.to_owned() };
        // A short word in capitals amid small letters may be an abbreviation that happens to read as a word.
        let odd = all_caps && letters <= 3 && !here.shouting && here.last != Last::Loud && word.is_ascii();
        let doubt = odd.then(|| Doubt::Unknown { written: word.to_owned(), spoken: lower });
        return Some(Found::new(used, spoken, if all_caps { Last::Loud } else { Last::Word }).doubted(doubt));
    }
    if capitals == letters || !lower.contains(is_vowel) {
        let spoken = spelt(word);
        let doubt = Doubt::Unknown { written: word.to_owned(), spoken: spoken.clone() };
        return Some(Found::new(used, spoken, Last::Letters).doubted(Some(doubt)));
    }
    Some(Found::new(used, word, Last::Word).doubted(Some(Doubt::Foreign { written: word.to_owned() })))
}

/// The beginning of something too long to show.
fn short(word: &str) -> String {
    let shown: String = word.chars().take(LONGEST).collect();
    format!("{shown}…")
}
