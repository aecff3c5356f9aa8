//! The order in which Vietnamese readers look things up: a ă â b c d đ e ê …, tones only among what is otherwise the same.
//!
//! In: titles and names. Out: sort keys, bytes that compare as the texts sort: the rules of CLDR for `vi`, numbers by
//! value (`Thôn 2` before `Thôn 10`). Must never sort by code points, which puts Đ and Ấn behind z. Next: `slug`.

use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_locale_core::locale;

/// Sort keys of different versions do not compare: what stores them stores this beside them, and makes them anew when it
/// has changed.
pub const ORDER_VERSION: &str = "vi icu_collator 2.4";

static COLLATOR: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| {
    let mut vietnamese = CollatorPreferences::from(locale!("vi"));
    vietnamese.numeric_ordering = Some(CollationNumericOrdering::True);
    Collator::try_new(vietnamese, CollatorOptions::default()).expect("the rules of every language are compiled in")
});

/// The sort key of a title. It holds no zero byte.
#[must_use]
pub fn sort_key(text: &str) -> Vec<u8> {
    let mut key = Vec::new();
    let Ok(()) = COLLATOR.write_sort_key_to(text, &mut key);
    key
}

/// The sort key of a person's name: by the last word (tên), then the middle ones (đệm), then the family name (họ).
#[must_use]
pub fn people_sort_key(name: &str) -> Vec<u8> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let (given, before) = words.split_last().map_or(("", &[][..]), |(last, before)| (*last, before));
    let (family, middle) = before.split_first().map_or(("", &[][..]), |(first, middle)| (*first, middle));
    // The zero byte is below everything in a key, so that each part is compared by itself.
    [sort_key(given), sort_key(&middle.join(" ")), sort_key(family)].join(&0)
}

/// Sorts things by a text of theirs; equal ones keep their order.
pub fn sort_by_title<T>(things: &mut [T], title: impl Fn(&T) -> &str) {
    things.sort_by_cached_key(|each| sort_key(title(each)));
}

/// Sorts people by a name of theirs; equal ones keep their order.
pub fn sort_people<T>(people: &mut [T], name: impl Fn(&T) -> &str) {
    people.sort_by_cached_key(|each| people_sort_key(name(each)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_sorted(text: &str, sort: impl Fn(&mut [&str])) {
        let expected: Vec<&str> = text.split(", ").collect();
        let mut sorted = expected.clone();
        sorted.sort_unstable();
        sort(&mut sorted);
        assert_eq!(sorted, expected);
    }

    #[test]
    fn titles_stand_where_readers_look_for_them() {
        let sort = |titles: &mut [&str]| sort_by_title(titles, |title| title);
        assert_sorted("An, Anh, Ánh, Ấn, Bình, Dân, Đa, Đài, hoà, hòa, Uỷ, Ủy", sort);
        assert_sorted("a, ă, â, b, c, d, đ, e, ê, g, h, i, k, l, m, n, o, ô, ơ, p, q, r, s, t, u, ư, v, x, y", sort);
        assert_sorted("ma, Ma, mà, mả, mã, má, mạ, mai, măng, mâm", sort);
        assert_sorted("Bản tin 9, Bản tin 10, Bản tin 100, Thôn 2, Thôn 10", sort);
        assert_sorted("da, dân, do, đa, đình, eo", sort);
    }

    #[test]
    fn the_same_text_in_two_forms_stands_in_one_place() {
        assert_eq!(sort_key("Việt"), sort_key("Vie\u{323}\u{302}t"));
        assert!(!sort_key("Thôn 10, Đài").contains(&0));
    }

    #[test]
    fn sort_keys_are_those_of_their_version() {
        // Whoever changes these bytes changes `ORDER_VERSION` too, so that stored keys are made anew.
        let version_2_4 = [
            0x53, 0x5b, 0x04, 0x32, 0x02, 0x2b, 0x3b, 0x04, 0x10, 0x0c, 0x01, 0x45, 0x8b, 0x02, 0x42, 0x8a, 0x07, 0x01,
            0xdc, 0xc3, 0xc6, 0x09,
        ];
        assert_eq!((ORDER_VERSION, sort_key("Ủy Đài 10")), ("vi icu_collator 2.4", version_2_4.into()));
    }

    #[test]
    fn people_stand_by_their_own_name() {
        let sort = |names: &mut [&str]| sort_people(names, |name| name);
        assert_sorted(
            "An, Nguyễn Văn An, Trần Văn An, Lê Thị Ánh, Đỗ Thị Ấn, Lê Bình, Phạm An Bình, Lê Văn Bình, Nguyễn Thị Đào, Đỗ Bá Khang",
            sort,
        );
        assert_eq!(people_sort_key(" Lê  An "), people_sort_key("Lê An"));
        assert!(people_sort_key("") < people_sort_key("A"));
    }
}
