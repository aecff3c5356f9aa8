//! The names of the sheets: short, each only once, as spreadsheet programs allow them.
//!
//! In: the titles of tables. Out: names of at most 31 characters without what names must not hold. Must never give two sheets one
//! name, whatever its case. Pure. Next: `sheet`.

use std::collections::HashSet;

use super::{Book, cells};

/// UTF-16 units that a name may have.
const UNITS: usize = 31;

/// The names of all sheets.
pub(super) struct Names {
    pub(super) cover: String,
    pub(super) tables: Vec<String>,
    pub(super) chart: Option<String>,
    pub(super) rows: Vec<String>,
}

impl Names {
    pub(super) fn of(book: &Book<'_>, row_sheets: usize) -> Self {
        let mut taken = HashSet::new();
        let mut free = |name: &str| free_name(name, &mut taken);
        Self {
            cover: free(book.language.pick("Thông tin", "About")),
            rows: (0..row_sheets).map(|_| free(book.language.pick("Nhật ký", "Log"))).collect(),
            chart: book.chart.map(|_| free(book.language.pick("Biểu đồ", "Chart"))),
            tables: book.tables.iter().map(|table| free(short(&table.title))).collect(),
        }
    }
}

/// `1. Tổng hợp theo nội dung` of `Biểu 1. Tổng hợp theo nội dung`: on a tab the word says nothing.
fn short(title: &str) -> &str {
    let numbered = ["Biểu ", "Table "].iter().find_map(|word| title.strip_prefix(word));
    numbered.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(title)
}

fn free_name(wanted: &str, taken: &mut HashSet<String>) -> String {
    let allowed = |c: char| if "[]:*?/\\'".contains(c) { ' ' } else { c };
    let clean: String = cells::plain(wanted).chars().map(allowed).collect();
    let words: Vec<&str> = clean.split_whitespace().collect();
    let clean = if words.is_empty() { "-".to_owned() } else { words.join(" ") };
    let mut number = 1;
    loop {
        let suffix = if number == 1 { String::new() } else { format!(" {number}") };
        let name = cut_to(&clean, UNITS - suffix.len()).to_owned() + &suffix;
        if taken.insert(name.to_lowercase()) {
            return name;
        }
        number += 1;
    }
}

/// The whole words that fit; of a single long one its beginning.
fn cut_to(text: &str, units: usize) -> &str {
    let mut left = units;
    let mut is_over = |c: char| left.checked_sub(c.len_utf16()).map(|rest| left = rest).is_none();
    let Some((end, _)) = text.char_indices().find(|(_, c)| is_over(*c)) else { return text };
    let fitting = &text[..end];
    let ends_a_word = text[end..].starts_with(' ');
    let space = fitting.rfind(' ').filter(|_| !ends_a_word);
    fitting[..space.unwrap_or(end)].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(titles: &[&str]) -> Vec<String> {
        let mut taken = HashSet::from(["nhật ký".to_owned()]);
        titles.iter().map(|title| free_name(short(title), &mut taken)).collect()
    }

    #[test]
    fn names_are_short_and_each_only_once() {
        assert_eq!(
            named(&[
                "Biểu 1. Tổng hợp theo nội dung",
                "Biểu 7. Số phút phát sóng theo nội dung và tháng",
                "Biểu 7. Số phút phát sóng theo nội dung, theo kênh",
                "NHẬT KÝ",
                "a/b: [c]'?",
                "",
                "Nghiêngnghiêngnghiêngnghiêngnghiêng",
                "Biểu đồ",
            ]),
            [
                "1. Tổng hợp theo nội dung",
                "7. Số phút phát sóng theo nội",
                "7. Số phút phát sóng theo nội 2",
                "NHẬT KÝ 2",
                "a b c",
                "-",
                "Nghiêngnghiêngnghiêngnghiêngngh",
                "Biểu đồ",
            ]
        );
    }
}
