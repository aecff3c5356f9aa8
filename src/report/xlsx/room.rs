//! How much room texts take: where words wrap, how high a line of cells must be.
//!
//! In: a text, the width of its cell. Out: lines, points. Programs differ in whether they find the height of a line by themselves
//! when they open a file, and none does where cells are joined, so that each height is written. It is an estimate, rather too
//! high: a letter too much hides nothing, a line too little does. Next: `look`.

use rust_xlsxwriter::{Worksheet, XlsxError};

/// Height of a line of text, in points: 12 points and what is between lines.
const LINE: f64 = 15.75;
/// Above and below the text.
const SPACE: f64 = 2.0;
/// Width of a small letter of the documents' type in the unit of columns, and when it is bold: 0.36 and 0.39 em of 16 pixels over 7.
const LETTER: [f64; 2] = [0.82, 0.9];
/// How much wider a capital is.
const CAPITAL: f64 = 1.35;

/// How many lines a text takes in a cell of this width.
pub(super) fn lines(text: &str, width: f64, is_bold: bool) -> u32 {
    let room = width / LETTER[usize::from(is_bold)];
    let mut lines = 0;
    for paragraph in text.lines() {
        let (mut begun, mut used) = (1, 0.0);
        for word in paragraph.split(' ') {
            let letters: f64 = word.chars().map(|c| if c.is_uppercase() { CAPITAL } else { 1.0 }).sum();
            if used > 0.0 && used + 1.0 + letters > room {
                begun += 1;
                used = 0.0;
            }
            used += letters + if used > 0.0 { 1.0 } else { 0.0 };
            // A word that is wider than the cell is broken.
            while used > room.max(1.0) {
                begun += 1;
                used -= room.max(1.0);
            }
        }
        lines += begun;
    }
    lines.max(1)
}

/// Makes a line of cells so high that this many lines of text fit.
pub(super) fn make(sheet: &mut Worksheet, row: u32, lines: impl Into<f64>) -> Result<(), XlsxError> {
    // No program has lines above 409 points.
    sheet.set_row_height(row, (lines.into() * LINE + SPACE).min(409.0))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_wrap_between_words() {
        for (text, expected) in [
            ("", 1),
            ("mười chữ số", 1),
            ("mười chữ số nữa", 2),
            ("mười\nchữ", 2),
            ("MƯỜI CHỮ SỐ", 2),
            ("nghiêngnghiêngnghiêng", 2),
            ("a nghiêngnghiêngnghiêng", 3),
        ] {
            assert_eq!(lines(text, 11.0, false), expected, "{text}");
        }
        assert_eq!(lines("mười chữ số a", 11.5, false), 1);
        assert_eq!(lines("mười chữ số a", 11.5, true), 2);
    }
}
