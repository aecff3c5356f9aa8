//! What holds for any bytes as a text to be read aloud: it comes out as letters and pauses. And for any bytes as `reading.toml`:
//! a list by which a text can be read, or problems that lie in the file and can be said.

use std::sync::LazyLock;

use loa::language::Language;
use loa::speech::{Readings, normalise};

use super::problems;

static SHIPPED: LazyLock<Readings> = LazyLock::new(Readings::shipped);

/// What a list of anybody's is tried on.
const TEXT: &str = "Ngày 2/9, UBND xã và TT y tế mở trang thanhda.gov.vn; KH-UBND, 5 km, QL32.";

/// Panics where it does not hold.
pub(crate) fn holds(bytes: &[u8]) {
    reads(&String::from_utf8_lossy(bytes), &SHIPPED);
    match Readings::parse("reading.toml", bytes) {
        Ok(list) => reads(TEXT, &list),
        Err(found) => {
            assert!(!found.is_empty(), "refused without a problem");
            problems::hold(&found, &[("reading.toml", bytes)]);
        }
    }
}

fn reads(text: &str, list: &Readings) {
    let found = normalise(text, list);
    let odd = found.text.chars().find(|each| !(each.is_alphabetic() || " \n-.,;:?!".contains(*each)));
    assert_eq!(odd, None, "{:?}", found.text);
    let lines = text.lines().count() + 1;
    for each in &found.doubts {
        assert!((1..=lines).contains(&each.line), "line {} of {lines}", each.line);
        assert!([Language::Vi, Language::En].iter().all(|language| !each.doubt.say(*language).is_empty()));
    }
    assert!(found.changes.iter().all(|each| (1..=lines).contains(&each.line)));
}
