//! A title as part of a file's name on every system.
//!
//! In: a title. Out: `a-z`, `0-9` and `-`. Two titles may have one slug, so a number goes with it. Must never be an id of
//! anything. Next: `crate::problem`.

use super::key::plain_key;

/// Bytes of a slug at most, so that names of files stay readable and below every limit.
const MOST_BYTES: usize = 60;

/// Names that Windows keeps for devices, whatever stands behind a dot; `con` is a Vietnamese word.
const DEVICES: [&str; 4] = ["aux", "con", "nul", "prn"];

/// The words of a title without marks, joined by `-`, whole words up to 60 bytes. Never empty: what has no such letter is
/// `khong-ten` ("without a name").
#[must_use]
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for word in plain_key(title).split(|each: char| !each.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if slug.is_empty() {
            slug.push_str(&word[..word.len().min(MOST_BYTES)]);
        } else if slug.len() + 1 + word.len() <= MOST_BYTES {
            slug.push('-');
            slug.push_str(word);
        } else {
            break;
        }
    }
    match slug.as_str() {
        "" => "khong-ten".to_owned(),
        name if is_device(name) => slug + "-",
        _ => slug,
    }
}

fn is_device(name: &str) -> bool {
    let port = name.strip_prefix("com").or_else(|| name.strip_prefix("lpt"));
    DEVICES.contains(&name) || port.is_some_and(|number| number.len() == 1 && number.as_bytes()[0].is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn titles_become_names_of_files() {
        let cases = [
            ("Kế hoạch số 316/KH-UBND: \"Một cửa\"", "ke-hoach-so-316-kh-ubnd-mot-cua"),
            ("ĐÀI TRUYỀN THANH", "dai-truyen-thanh"),
            ("../../etc/passwd", "etc-passwd"),
            ("電台 …", "khong-ten"),
            ("", "khong-ten"),
            ("Con", "con-"),
            ("com1", "com1-"),
            ("Con gái", "con-gai"),
            ("Straße", "stra-e"),
        ];
        for (title, expected) in cases {
            assert_eq!(slug(title), expected, "{title}");
        }
        let long = "Tuyên truyền cải cách hành chính ".repeat(9);
        assert_eq!(slug(&long), "tuyen-truyen-cai-cach-hanh-chinh-tuyen-truyen-cai-cach-hanh");
        assert_eq!(slug(&"a".repeat(300)).len(), 60);
    }

    proptest! {
        #[test]
        fn a_slug_is_a_plain_name(title in any::<String>()) {
            let slug = slug(&title);
            prop_assert!((1..=61).contains(&slug.len()) && !slug.starts_with('-'));
            prop_assert!(slug.bytes().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == b'-'));
        }
    }
}
