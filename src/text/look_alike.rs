//! Letters that look right on the screen and are others: an Icelandic Ð, a Cyrillic а, bold letters from a phone.
//!
//! In: text without invisible characters. Out: the text in NFC with the letters that were meant, and a remark for each.
//! Only where it is sure: a whole word of another script stays, and so does a word with a letter that has no double.
//! Such letters break searching and are read aloud wrongly. Next: `legacy`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Remark;

/// Letters of other scripts and the Latin ones that they look like.
const DOUBLES: [(&str, &str); 2] = [
    // Cyrillic.
    ("АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁ", "ABESIJKMHOPCTYXaesijopcyxhd"),
    // Greek; the small letters are told from Latin ones at a glance, but for one.
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo"),
];

/// The text with the letters that were meant.
pub(super) fn replace(text: &str, remarks: &mut Vec<Remark>) -> String {
    let mut styled = 0;
    let mut plain = String::with_capacity(text.len());
    for each in text.chars() {
        let meant = unstyled(each);
        styled += usize::from(meant.is_some());
        plain.push(meant.unwrap_or(each));
    }
    if styled > 0 {
        remarks.push(Remark::Styled(styled));
    }
    let mut out = String::with_capacity(plain.len());
    let plain: String = plain.nfc().collect();
    // A mark belongs to its letter, also where the two do not compose.
    for word in plain.split_inclusive(|each: char| !each.is_alphabetic() && !is_combining_mark(each)) {
        push_word(&mut out, word, remarks);
    }
    // A letter that was replaced may now compose with the mark behind it.
    out.nfc().collect()
}

/// A word and at most one character behind it.
fn push_word(out: &mut String, word: &str, remarks: &mut Vec<Remark>) {
    let foreign = |each: char| each.is_alphabetic() && !is_latin(each);
    let any_foreign = word.chars().any(foreign);
    let has_latin = any_foreign && word.chars().any(|each| each.is_alphabetic() && is_latin(each));
    let mixed = has_latin && word.chars().filter(|&each| foreign(each)).all(|each| double(each).is_some());
    for (index, each) in word.chars().enumerate() {
        let meant = match each {
            '\u{d0}' | '\u{189}' => Some('Đ'),
            // Vietnamese has it only where a syllable begins, Icelandic inside.
            '\u{f0}' | '\u{256}' if index == 0 => Some('đ'),
            _ if mixed => double(each),
            _ => None,
        };
        if let Some(meant) = meant {
            let remark = Remark::LookAlike(each, meant);
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
        out.push(meant.unwrap_or(each));
    }
}

fn double(each: char) -> Option<char> {
    let in_table = |(from, to): &(&str, &str)| from.chars().zip(to.chars()).find(|(from, _)| *from == each);
    DOUBLES.iter().find_map(in_table).map(|(_, to)| to)
}

const fn is_latin(each: char) -> bool {
    matches!(each, '\0'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}')
}

/// The plain letter or digit of a mathematical alphabet, as phones offer for headlines, or of a full-width one.
fn unstyled(each: char) -> Option<char> {
    if !matches!(each, '\u{1d400}'..='\u{1d7ff}' | '\u{ff01}'..='\u{ff5e}') {
        return None;
    }
    std::iter::once(each).nfkc().next().filter(char::is_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str) -> (String, Vec<Remark>) {
        let mut remarks = Vec::new();
        let text = replace(text, &mut remarks);
        (text, remarks)
    }

    #[test]
    fn every_double_has_its_letter() {
        for (from, to) in DOUBLES {
            assert_eq!(from.chars().count(), to.chars().count());
            assert!(from.chars().all(|each| !is_latin(each)) && to.is_ascii());
        }
    }

    #[test]
    fn the_d_with_a_stroke_is_the_vietnamese_one() {
        let eth = Remark::LookAlike('\u{d0}', 'Đ');
        let d_with_tail = Remark::LookAlike('\u{189}', 'Đ');
        let found = replaced("\u{d0}ài xã, N\u{d0}-CP, \u{d0}ÀI, \u{189}a, \u{f0}ường");
        assert_eq!(found.0, "Đài xã, NĐ-CP, ĐÀI, Đa, đường");
        assert_eq!(found.1, [eth, d_with_tail, Remark::LookAlike('\u{f0}', 'đ')]);
    }

    #[test]
    fn letters_of_other_scripts_inside_a_word_are_latin() {
        assert_eq!(replaced("nh\u{430}n d\u{e2}n").0, "nhan dân");
        assert_eq!(
            replaced("ỦY BAN \u{41d}ÀNH CHÍ\u{39d}H"),
            ("ỦY BAN HÀNH CHÍNH".into(), vec![Remark::LookAlike('\u{41d}', 'H'), Remark::LookAlike('\u{39d}', 'N'),])
        );
        // The mark stands behind the letter that was replaced, and composes with it.
        assert_eq!(replaced("h\u{43e}\u{300}a").0, "hòa");
    }

    #[test]
    fn what_may_be_meant_stays() {
        for text in
            ["Guðmundur", "ТАСС", "СССР và Việt Nam", "kΩ, Δx, µm, π", "Ωa", "ω", "Müller, ß, Łódź", "電台", "5 × 3"]
        {
            assert_eq!(replaced(text), (text.into(), vec![]), "{text}");
        }
    }

    #[test]
    fn bold_letters_of_a_phone_are_letters() {
        let bold = "𝐓𝐇Ô𝐍𝐆 𝐁Á𝐎 𝟓 ｈｏ𝗮\u{300}";
        assert_eq!(replaced(bold), ("THÔNG BÁO 5 hoà".into(), vec![Remark::Styled(10)]));
        assert_eq!(replaced("𝛑"), ("𝛑".into(), vec![]), "a Greek one has no plain Latin letter");
    }
}
