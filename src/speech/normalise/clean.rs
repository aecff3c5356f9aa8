//! Makes one form of what a text may be made of, and cuts it into paragraphs.
//!
//! In: text of any origin. Out: NFC, plain spaces, plain digits, no characters that nobody sees; lines that a mail or a PDF
//! has broken are whole again, marks of lists are gone. Next: `paragraph`.

use unicode_normalization::UnicodeNormalization;

use super::Doubt;

/// One line of the text as it is read, and where it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paragraph {
    /// From 1.
    pub(super) line: usize,
    pub(super) text: String,
}

/// The text in one form; letters that only look Vietnamese are doubted.
pub(super) fn clean(text: &str, doubts: &mut Vec<(usize, Doubt)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut line = 1;
    for each in text.chars() {
        match each {
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{fe0f}' => {}
            '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' | '\u{85}' => out.push('\n'),
            '\n' => {
                line += 1;
                out.push('\n');
            }
            'Ð' | 'Ɖ' | 'ð' | 'ɖ' => {
                doubts.push((line, Doubt::LookAlike { written: each.to_string() }));
                out.push(if each.is_uppercase() { 'Đ' } else { 'đ' });
            }
            'º' | '˚' => out.push('°'),
            '²' | '³' | '…' => out.push(each),
            '‘' | '’' | '‛' | 'ʼ' => out.push('\''),
            '‐' | '‑' | '‒' | '−' => out.push('-'),
            '\u{ff01}'..='\u{ff5e}' | 'Ⅰ'..='ↈ' => out.extend(std::iter::once(each).nfkc()),
            _ if each.is_whitespace() || each.is_control() => out.push(' '),
            _ if each.is_numeric() && !each.is_ascii() => {
                // A half behind a whole number is a number of its own.
                if out.ends_with(|last: char| last.is_ascii_digit()) {
                    out.push(' ');
                }
                out.extend(std::iter::once(each).nfkc());
                out.push(' ');
            }
            _ => out.push(each),
        }
    }
    out.nfc().collect()
}

/// The lines that are read, each with single spaces.
pub(super) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let mut all: Vec<Paragraph> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let line = words.join(" ");
        let bare = without_bullet(&line);
        if bare.is_empty() {
            open = false;
            continue;
        }
        let goes_on = bare.len() == line.len() && bare.starts_with(char::is_lowercase) && !is_marked(bare);
        match all.last_mut() {
            Some(last) if open && goes_on => {
                last.text.push(' ');
                last.text.push_str(bare);
            }
            _ => all.push(Paragraph { line: index + 1, text: bare.to_owned() }),
        }
        open = !bare.ends_with(['.', '!', '?', ':', ';', '…']);
    }
    all
}

/// A line without the mark that makes it one of a list.
fn without_bullet(line: &str) -> &str {
    const MARKS: [char; 18] =
        ['-', '+', '*', '•', '●', '▪', '–', '—', '·', '○', '◦', '✓', '✔', '➢', '►', '#', '>', '|'];
    let bare = line.trim_start_matches(|each| each == ' ' || MARKS.contains(&each));
    let marked = line.len() > bare.len();
    // A minus before a number is one.
    let negative = line.starts_with('-') && bare.starts_with(|each: char| each.is_ascii_digit());
    if marked && !negative { bare.trim_start() } else { line }
}

/// `a)` and the like begin a paragraph, although in small letters.
fn is_marked(line: &str) -> bool {
    let mut chars = line.chars();
    chars.next().is_some_and(char::is_alphabetic) && matches!(chars.next(), Some(')' | '.' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        paragraphs(&clean(text, &mut Vec::new())).into_iter().map(|each| each.text).collect()
    }

    #[test]
    fn broken_lines_are_whole_and_lists_are_not() {
        assert_eq!(texts("Ủy ban nhân dân\nxã thông báo\n\nNội dung"), ["Ủy ban nhân dân xã thông báo", "Nội dung"]);
        assert_eq!(texts("Gồm:\n- một\n- hai\na) ba\n"), ["Gồm:", "một", "hai", "a) ba"]);
        assert_eq!(texts("-5 độ\n  •  Hai \t ba"), ["-5 độ", "Hai ba"]);
    }

    #[test]
    fn characters_have_one_form() {
        let mut doubts = Vec::new();
        let text = clean("Vie\u{323}\u{302}t\u{a0}Nam\u{200b} Ðà １２ 5½ ⅤⅠ 30º", &mut doubts);
        assert_eq!(text, "Việt Nam Đà 12 5 1\u{2044}2  VI 30°");
        assert_eq!(doubts, [(1, Doubt::LookAlike { written: "Ð".into() })]);
    }
}
