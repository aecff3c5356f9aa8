//! What searching compares: keys that are the same however a word is typed.
//!
//! In: text of any form, what a person types into a search included. Out: keys, the same for the same text in every version
//! of this program as far as they consist of Vietnamese: they are stored beside the text. A key of a key is itself. Must
//! never be shown. Next: `order`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::clean::composed;
use super::look_alike;
use super::syllable;

/// The key of text with its marks. In this order: clean as `clean_line` makes it, but control characters are spaces; lower
/// case; the tone of every syllable where new spelling puts it (`hòa` is `hoà`, `qúy` is `quý`); one space between words.
#[must_use]
pub fn key(text: &str) -> String {
    let spaced: String = text.chars().map(|each| if each.is_control() { ' ' } else { each }).collect();
    let meant = look_alike::replace(&composed(&spaced), &mut Vec::new());
    let lower: String = meant.to_lowercase().nfc().collect();
    let mut key = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        let part = |each: char| !each.is_alphabetic() && !is_combining_mark(each);
        for stretch in word.split_inclusive(part) {
            let letters = stretch.trim_end_matches(part);
            match Some(letters).filter(|it| !it.is_ascii()).and_then(syllable::canonical) {
                Some(spelt) => key.push_str(&spelt),
                None => key.push_str(letters),
            }
            key.push_str(&stretch[letters.len()..]);
        }
    }
    key
}

/// The key of text typed without marks: `key` with every mark left out and `đ` as `d`.
#[must_use]
pub fn plain_key(text: &str) -> String {
    let bare: String = key(text).nfd().filter(|&each| !is_combining_mark(each)).nfc().collect();
    // A foreign letter may have been kept for its mark alone. What consisted of marks is gone, and its space with it.
    let meant = look_alike::replace(&bare, &mut Vec::new()).replace(['đ', 'Đ'], "d");
    meant.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether two names may be one person's: the same with their marks, or the same without them if one was typed without any.
/// `Lê Hoa` and `Lê Hòa` are two people, `le hoa` may be either.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    let (marked, plain) = ([key(one), key(other)], [plain_key(one), plain_key(other)]);
    marked[0] == marked[1] || (plain[0] == plain[1] && (marked[0] == plain[0] || marked[1] == plain[1]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_key_for_each_way_to_write_it() {
        let same = [
            ["hòa bình", "HOÀ  BÌNH"],
            ["Ủy ban", "uỷ\u{a0}ban"],
            ["Thúy", "thuý"],
            ["quý I", "qúy i"],
            ["Khỏe", "khoẻ"],
            ["già", "gìa"],
            ["\u{d0}ài", "đài"],
            ["hòa-giải, ủy.", "hoà-giải, uỷ."],
            ["một\ncửa\t", " Một cửa"],
            ["tiếng", "tie\u{302}\u{301}ng"],
            ["nh\u{430}n", "nhan"],
        ];
        for [one, other] in same {
            assert_eq!(key(one), key(other), "{one}");
        }
        let different = [["hòa", "hóa"], ["dân", "đân"], ["cua", "của"], ["ma", "mà"], ["o", "ơ"]];
        for [one, other] in different {
            assert_ne!(key(one), key(other), "{one}");
        }
    }

    #[test]
    fn a_name_without_marks_may_be_any_that_is_typed_with_them() {
        let same = [
            ["Lê Thị Hòa", "LÊ THỊ  HOÀ"],
            ["Lê Thị Hoa", "le thi hoa"],
            ["Đinh Lan", "Dinh Lan"],
            ["Lan", "lan"],
            ["Hòa", "hoa"],
        ];
        for [one, other] in same {
            assert!(same_name(one, other) && same_name(other, one), "{one}, {other}");
        }
        let two = [["Lê Thị Hoa", "Lê Thị Hòa"], ["Lê Thị Hoa", "le thi hoan"], ["Đinh Lan", "Định Lan"]];
        for [one, other] in two {
            assert!(!same_name(one, other) && !same_name(other, one), "{one}, {other}");
        }
    }

    #[test]
    fn keys_are_as_they_were() {
        // Stored keys must stay what they are: a change here needs a migration that makes them anew.
        let cases = [
            ("Ủy ban Nhân dân xã Thanh Đa", "uỷ ban nhân dân xã thanh đa", "uy ban nhan dan xa thanh da"),
            ("Kế hoạch số 316/KH-UBND", "kế hoạch số 316/kh-ubnd", "ke hoach so 316/kh-ubnd"),
            ("Một cửa; HÒA GIẢI ở thôn 3", "một cửa; hoà giải ở thôn 3", "mot cua; hoa giai o thon 3"),
            ("ĐƯỜNG LÀNG", "đường làng", "duong lang"),
            ("Müller, Straße, Đắk Lắk", "müller, straße, đắk lắk", "muller, straße, dak lak"),
            ("電台 \u{301}", "電台 \u{301}", "電台"),
            // Kept as they are for a mark that the plain key leaves out.
            ("\u{1ff8}a", "\u{1f78}a", "oa"),
            ("\u{bca}ð", "\u{bca}ð", "d"),
            ("", "", ""),
        ];
        for (text, marked, plain) in cases {
            assert_eq!((key(text).as_str(), plain_key(text).as_str()), (marked, plain));
        }
    }

    proptest! {
        #[test]
        fn keys_do_not_know_how_text_is_composed(text in "[a-zđăâêôơưÀ-ỹ\u{300}-\u{323} \n]{0,30}|\\PC{0,20}") {
            let (composed, apart): (String, String) = (text.nfc().collect(), text.nfd().collect());
            prop_assert_eq!(key(&composed), key(&apart));
            prop_assert_eq!(plain_key(&composed), plain_key(&apart));
        }

        #[test]
        fn a_key_of_a_key_is_itself(text in "\\PC{0,20}|[aeiouydđnghtc\u{301}\u{300}\u{302}ỦúÐ -]{0,20}") {
            let once = key(&text);
            prop_assert_eq!(key(&once), once.clone());
            let plain = plain_key(&text);
            prop_assert_eq!(plain_key(&once), plain.clone());
            prop_assert_eq!(plain_key(&plain), plain);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = plain_key(&text);
        }
    }
}
