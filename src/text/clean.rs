//! Text as it is stored and compared: composed, without what nobody sees, its look-alike letters put right.
//!
//! In: text that a person typed, pasted or exported. Out: `Cleaned` with a remark for each kind of change, or `Refused`.
//! Applied again it changes nothing. Must never touch spelling. Next: `look_alike`.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::legacy::{Encoding, legacy};
use super::look_alike;

/// Clean text, and what was changed to make it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// NFC; may be empty.
    pub text: String,
    /// In the order of `Remark`'s variants, each once.
    pub remarks: Vec<Remark>,
}

/// What was changed in a text and may be worth a look. Spaces of other widths, trimmed ends and line ends are no remark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// Letters and their marks came apart, as from macOS and some PDF files, and were composed.
    Composed,
    /// So many characters that nobody sees were left out.
    Invisible(usize),
    /// So many letters or digits of ornamental or full-width alphabets became plain ones.
    Styled(usize),
    /// A letter that only looks right, and the one that was put in its place.
    LookAlike(char, char),
}

/// Why text is not taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refused {
    /// Text in a legacy encoding: which, the first word that shows it, and what that word is in Unicode.
    Legacy(Encoding, String, String),
    /// A control character, and its line from 1.
    Control(char, usize),
}

/// One line of text: a title, a name.
pub fn clean_line(text: &str) -> Result<Cleaned, Refused> {
    clean(text, false)
}

/// Text of several lines, which stay lines: the ends of line of every system and of word processors become `\n`, tabs
/// become spaces, blank lines at the ends go.
pub fn clean_text(text: &str) -> Result<Cleaned, Refused> {
    clean(&with_plain_lines(text), true)
}

fn clean(text: &str, many_lines: bool) -> Result<Cleaned, Refused> {
    // First, for what is a soft hyphen elsewhere is a letter in TCVN3.
    if let Some(found) = legacy(text) {
        return Err(Refused::Legacy(found.encoding, found.word, found.meant));
    }
    let mut line = 1;
    for each in text.chars() {
        if each == '\n' && many_lines {
            line += 1;
        } else if each.is_control() {
            return Err(Refused::Control(each, line));
        }
    }
    let mut remarks = Vec::new();
    let seen: String = text.chars().filter(|&each| !invisible(each)).map(plain_space).collect();
    // What is a mark of a letter before is none before the invisible character between them goes: judged after it went.
    if !is_nfc(&seen) {
        remarks.push(Remark::Composed);
    }
    let dropped = text.chars().filter(|&each| invisible(each)).count();
    if dropped > 0 {
        remarks.push(Remark::Invisible(dropped));
    }
    let text = look_alike::replace(&seen, &mut remarks);
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    Ok(Cleaned { text: lines.join("\n").trim().to_owned(), remarks })
}

/// The least that any text gets, names of files too: NFC, without characters that nobody sees, plain spaces, none at the
/// ends. Look-alike letters stay, for a file is found by exactly its name.
#[must_use]
pub fn composed(text: &str) -> String {
    let spaced: String = text.chars().filter(|&each| !invisible(each)).map(plain_space).nfc().collect();
    spaced.trim().to_owned()
}

/// Zero-width characters, byte order marks, soft hyphens, marks of writing direction, variation selectors.
const fn invisible(each: char) -> bool {
    matches!(
        each,
        '\u{ad}'
            | '\u{34f}'
            | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

/// Spaces of every width as the plain one.
const fn plain_space(each: char) -> char {
    match each {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        _ => each,
    }
}

/// Ends of lines as `\n`: of Windows and old Macs, a line or page broken by hand in a word processor, Unicode's own.
fn with_plain_lines(text: &str) -> String {
    let breaks = |each| matches!(each, '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let plain = |each| match each {
        '\t' => ' ',
        each if breaks(each) => '\n',
        each => each,
    };
    text.replace("\r\n", "\n").chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(text: &str) -> (String, Vec<Remark>) {
        let cleaned = clean_line(text).unwrap();
        (cleaned.text, cleaned.remarks)
    }

    #[test]
    fn marks_that_came_apart_are_composed() {
        let whole = "Đài truyền thanh xã Thanh Đa: cải cách hành chính, một cửa, người, ưỡn";
        assert_eq!(line(whole), (whole.into(), vec![]));
        let apart: String = whole.nfd().collect();
        assert_ne!(apart, whole);
        assert_eq!(line(&apart), (whole.into(), vec![Remark::Composed]));
        // Half apart, as Windows keyboards for Vietnamese leave it, and marks in the other order.
        assert_eq!(line("tiê\u{301}ng Viẹ\u{302}t"), ("tiếng Việt".into(), vec![Remark::Composed]));
    }

    #[test]
    fn what_nobody_sees_goes_and_every_space_is_plain() {
        let pasted = "\u{feff}Thông\u{a0}báo\u{200b} số\u{202f}5\u{3000}\u{202e} ";
        assert_eq!(line(pasted), ("Thông báo số 5".into(), vec![Remark::Invisible(3)]));
        // A letter and its mark with nothing visible between them are one letter.
        assert_eq!(line("a\u{200b}\u{301}"), ("á".into(), vec![Remark::Composed, Remark::Invisible(1)]));
        assert_eq!(line(" \u{a0} \u{200b}").0, "");
        assert_eq!(composed("\u{feff} \u{d0}a\u{300}i\u{a0}"), "\u{d0}ài", "a file is found by its name");
    }

    #[test]
    fn lines_stay_lines() {
        let text = "\r\nKính thưa  bà con,\r\n\r\n\tMột\u{a0}cửa. \rHai\u{b}Ba\u{2028}Bốn\u{c}\n\n";
        let cleaned = clean_text(text).unwrap();
        assert_eq!(cleaned.text, "Kính thưa  bà con,\n\n Một cửa.\nHai\nBa\nBốn");
        assert_eq!(cleaned.remarks, []);
    }

    #[test]
    fn control_characters_are_named_with_their_line() {
        assert_eq!(clean_line("Hai\ndòng"), Err(Refused::Control('\n', 1)));
        assert_eq!(clean_line("a\tb"), Err(Refused::Control('\t', 1)));
        assert_eq!(clean_text("một\r\nhai\u{7}"), Err(Refused::Control('\u{7}', 2)));
        assert_eq!(clean_text("\0"), Err(Refused::Control('\0', 1)));
    }

    #[test]
    fn legacy_text_is_refused_with_what_it_means() {
        let refused = clean_line("Tr\u{ad}\u{ea}ng häc").unwrap_err();
        assert_eq!(refused, Refused::Legacy(Encoding::Tcvn3, "Tr\u{ad}\u{ea}ng".into(), "Trường".into()));
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in "\\PC{0,20}|[ÐðaаeêоHΝxđ\u{300}-\u{323}\u{200b}\u{a0}\u{ad} \r\n\t𝐓ｈ]{0,20}") {
            for clean in [clean_line, clean_text] {
                if let Ok(once) = clean(&text) {
                    prop_assert!(is_nfc(&once.text), "{:?}", once.text);
                    prop_assert_eq!(clean(&once.text), Ok(Cleaned { text: once.text.clone(), remarks: vec![] }));
                }
            }
            let once = composed(&text);
            prop_assert_eq!(composed(&once), once);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = (clean_line(&text), clean_text(&text), composed(&text));
        }
    }
}
