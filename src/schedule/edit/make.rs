//! The text of something new: a programme, an item, a special day, a line of duty.
//!
//! In: keys and what they say. Out: a table of the file, its header and a line for each key, without a line break at its
//! end. Pure. Next: `form`, which knows the keys.

use super::Value;
use crate::text::slug;

/// A table: its header without brackets, and its keys in order; those without a value are left out.
#[must_use]
pub fn table(header: &str, keys: &[(&'static str, Option<Value>)]) -> String {
    let lines = keys.iter().filter_map(|(name, value)| Some(format!("{name} = {}", value.as_ref()?.written(None))));
    std::iter::once(format!("[[{header}]]")).chain(lines).collect::<Vec<_>>().join("\n")
}

/// An id made of a person's words that is none of those taken: `loi-chao`, then `loi-chao-2`.
#[must_use]
pub fn fresh_id<'a>(words: &str, taken: impl Iterator<Item = &'a str>) -> String {
    let taken: Vec<&str> = taken.collect();
    let mut id = slug(words).replace('_', "-");
    id.truncate(48);
    let id = id.trim_matches('-');
    let mut fresh = id.to_owned();
    let mut number = 2;
    while taken.contains(&&*fresh) {
        fresh = format!("{id}-{number}");
        number += 1;
    }
    fresh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_and_fresh() {
        assert_eq!(fresh_id("Lời chào đầu giờ!", [].into_iter()), "loi-chao-dau-gio");
        assert_eq!(fresh_id("Lời chào", ["loi-chao", "loi-chao-2"].into_iter()), "loi-chao-3");
        assert_eq!(fresh_id("…", [].into_iter()), "khong-ten");
    }

    #[test]
    fn a_table_has_a_line_for_each_key_that_says_something() {
        let keys = [("id", Some(Value::Text("a".into()))), ("why", None), ("bulletin", Some(Value::Number(4)))];
        assert_eq!(table("programme.item", &keys), "[[programme.item]]\nid = \"a\"\nbulletin = 4");
    }
}
