//! Numbers in Vietnamese words, as they are said in the north.
//!
//! In: numbers and strings of digits. Out: words: mốt, tư and lăm after tens, linh in the gap, nghìn, phẩy. Pure, and
//! never at a loss: what is too long for a number is said digit by digit. Next: `scan`.

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// Digits of a number that is said as one; a longer one has no name that a listener could follow.
const MOST_DIGITS: usize = 15;

/// A whole number: `2025` is "hai nghìn không trăm hai mươi lăm".
#[must_use]
pub fn cardinal(number: u64) -> String {
    let mut words = Vec::new();
    say(number, false, &mut words);
    if words.is_empty() { DIGITS[0].to_owned() } else { words.join(" ") }
}

/// Digits one by one: `1022` is "một không hai hai".
#[must_use]
pub fn digit_by_digit(digits: &str) -> String {
    let words: Vec<&str> = digits.chars().filter_map(|each| each.to_digit(10)).map(digit).collect();
    words.join(" ")
}

/// A number as written in a text: one leading zero is how offices write a single digit, more of them are a code.
#[must_use]
pub fn written(digits: &str) -> String {
    let bare = digits.trim_start_matches('0');
    let zeros = digits.len() - bare.len();
    match value(digits) {
        Some(number) if zeros == 0 || (zeros == 1 && digits.len() <= 2) => cardinal(number),
        _ => digit_by_digit(digits),
    }
}

/// The number of a document: `05` is "không năm".
#[must_use]
pub fn code(digits: &str) -> String {
    match value(digits) {
        Some(number) if !digits.starts_with('0') => cardinal(number),
        _ => digit_by_digit(digits),
    }
}

/// What stands behind a decimal comma: `5`, `25`, `05`.
#[must_use]
pub fn fraction(digits: &str) -> String {
    match value(digits) {
        Some(number) if !digits.starts_with('0') && digits.len() <= 3 => cardinal(number),
        _ => digit_by_digit(digits),
    }
}

/// The number that digits make, if it is not too long to be said.
#[must_use]
pub fn value(digits: &str) -> Option<u64> {
    if digits.len() > MOST_DIGITS { None } else { digits.parse().ok() }
}

/// A Roman numeral in its one right form, up to 89.
#[must_use]
pub fn roman(text: &str) -> Option<u64> {
    const TENS: [&str; 9] = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX"];
    const ONES: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    let (tens, rest) = TENS.iter().enumerate().rev().find_map(|(at, each)| Some((at, text.strip_prefix(each)?)))?;
    let ones = ONES.iter().position(|each| *each == rest)?;
    let number = tens as u64 * 10 + ones as u64;
    (number > 0).then_some(number)
}

fn digit(number: u32) -> &'static str {
    DIGITS[number as usize % 10]
}

/// Says a number behind something larger (`full`), or alone.
fn say(number: u64, full: bool, words: &mut Vec<&'static str>) {
    let billions = number / 1_000_000_000;
    if billions > 0 {
        say(billions, full, words);
        words.push("tỷ");
    }
    let rest = number % 1_000_000_000;
    for (scale, name) in [(1_000_000, Some("triệu")), (1_000, Some("nghìn")), (1, None)] {
        let group = rest / scale % 1_000;
        if group > 0 {
            let full = full || !words.is_empty();
            below_thousand(group as u32, full, words);
            words.extend(name);
        }
    }
}

fn below_thousand(number: u32, full: bool, words: &mut Vec<&'static str>) {
    let (hundreds, tens, ones) = (number / 100, number / 10 % 10, number % 10);
    let has_hundreds = hundreds > 0 || full;
    if has_hundreds {
        words.extend([digit(hundreds), "trăm"]);
    }
    match tens {
        0 if ones > 0 && has_hundreds => words.push("linh"),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([digit(tens), "mươi"]),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (2.., 4) => words.push("tư"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(digit(ones)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_in_the_north() {
        for (number, words) in [
            (0, "không"),
            (4, "bốn"),
            (10, "mười"),
            (11, "mười một"),
            (14, "mười bốn"),
            (15, "mười lăm"),
            (20, "hai mươi"),
            (21, "hai mươi mốt"),
            (24, "hai mươi tư"),
            (25, "hai mươi lăm"),
            (55, "năm mươi lăm"),
            (100, "một trăm"),
            (101, "một trăm linh một"),
            (104, "một trăm linh bốn"),
            (105, "một trăm linh năm"),
            (110, "một trăm mười"),
            (115, "một trăm mười lăm"),
            (1_000, "một nghìn"),
            (1_005, "một nghìn không trăm linh năm"),
            (1_975, "một nghìn chín trăm bảy mươi lăm"),
            (2_025, "hai nghìn không trăm hai mươi lăm"),
            (10_050, "mười nghìn không trăm năm mươi"),
            (1_250_000, "một triệu hai trăm năm mươi nghìn"),
            (1_000_005, "một triệu không trăm linh năm"),
            (3_000_000_000, "ba tỷ"),
            (2_500_000_000_000, "hai nghìn năm trăm tỷ"),
        ] {
            assert_eq!(cardinal(number), words);
        }
    }

    #[test]
    fn roman_numerals_have_one_form() {
        for number in 1..90 {
            let forms: Vec<String> = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX"]
                .iter()
                .flat_map(|tens| {
                    ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"].map(|ones| format!("{tens}{ones}"))
                })
                .filter(|form| roman(form) == Some(number))
                .collect();
            assert_eq!(forms.len(), 1, "{number}: {forms:?}");
        }
        for none in ["", "IIII", "VX", "IXX", "ABC", "XXXXX", "i", "VI."] {
            assert_eq!(roman(none), None, "{none}");
        }
    }

    #[test]
    fn codes_keep_their_zeros_and_counts_do_not() {
        assert_eq!((written("05"), code("05")), ("năm".into(), "không năm".into()));
        assert_eq!(
            (written("007"), fraction("05"), fraction("25")),
            ("không không bảy".into(), "không năm".into(), "hai mươi lăm".into())
        );
        assert_eq!(written("1234567890123456").split(' ').count(), 16);
    }
}
