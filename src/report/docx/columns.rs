//! How wide the columns of a table are.
//!
//! In: a table, the size of its letters, the width of the text. Out: widths that fill it to the last twentieth of a point: the
//! shares that the table asks for, but for columns in which a word or a figure would be torn; these get what they need from
//! those with room to spare. Must never trust a share to fit the words. Pure. Next: `grid`.

use super::measure::{Weight, width};
use crate::language::Language;
use crate::report::table::{Column, Emphasis, Line, Table};

/// Room at each side of a cell's text, 1 mm.
pub(super) const SIDE: u32 = 57;
/// Fonts differ a little: so much more than measured keeps a word whole.
const SAFETY: u32 = 20;
/// No word, such as an address of the web, gets more than this part of the text's width.
const LONGEST_WORD: u32 = 5;

/// The widths of the columns, `room` twentieths of a point together, for letters of `size` points.
pub(super) fn widths(table: &Table, language: Language, size: u32, room: u32) -> Vec<u32> {
    let wanted = split(room, &table.columns.iter().map(|column| u32::from(column.width.max(1))).collect::<Vec<_>>());
    let needed: Vec<u32> = needed(table, language, size)
        .into_iter()
        .zip(&wanted)
        .map(|(needed, &wanted)| needed.min(wanted.max(room / LONGEST_WORD)))
        .collect();
    let spare: Vec<u32> = wanted.iter().zip(&needed).map(|(wanted, needed)| wanted.saturating_sub(*needed)).collect();
    let Some(rest) = room.checked_sub(needed.iter().sum()).filter(|_| needed.iter().zip(&wanted).any(|(n, w)| n > w))
    else {
        return wanted;
    };
    let more = split(rest, &spare);
    needed.iter().zip(more).map(|(needed, more)| needed + more).collect()
}

/// Splits `whole` by shares, without a remainder; with no shares at all, into nothing.
fn split(whole: u32, shares: &[u32]) -> Vec<u32> {
    let all: u64 = shares.iter().map(|&share| u64::from(share)).sum();
    let (mut passed, mut edge) = (0, 0);
    let part = |&share: &u32| {
        passed += u64::from(share);
        let next = (u64::from(whole) * passed).checked_div(all).unwrap_or(0) as u32;
        next - std::mem::replace(&mut edge, next)
    };
    shares.iter().map(part).collect()
}

/// What each column needs to keep its longest word whole.
fn needed(table: &Table, language: Language, size: u32) -> Vec<u32> {
    let head = |column: &Column| longest(&column.head, Weight::Bold, size);
    let mut needed: Vec<u32> = table.columns.iter().map(head).collect();
    // Those over all columns need room in none.
    let in_columns = |line: &&Line| !matches!(line.emphasis, Emphasis::Heading | Emphasis::Remark);
    for line in table.lines.iter().filter(in_columns) {
        let weight = if line.emphasis == Emphasis::Plain { Weight::Upright } else { Weight::Bold };
        for (needed, cell) in needed.iter_mut().zip(&line.cells) {
            *needed = longest(&cell.print(language), weight, size).max(*needed);
        }
    }
    needed.into_iter().map(|word| word + 2 * SIDE + SAFETY).collect()
}

fn longest(text: &str, weight: Weight, size: u32) -> u32 {
    text.split_whitespace()
        .flat_map(|word| if is_date(word) { vec![word] } else { word.split_inclusive('-').collect() })
        .map(|word| width(word, weight, size))
        .max()
        .unwrap_or(0)
}

/// Whether a word is a day such as `2025-06-14`, whatever stands around it.
pub(super) fn is_date(word: &str) -> bool {
    let digits = word.trim_matches(|letter: char| !letter.is_ascii_digit());
    digits.len() == 10 && digits.parse::<chrono::NaiveDate>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::{Align, Cell};

    const ROOM: u32 = 9355;

    fn table(heads: &[(&str, u16)], cells: &[&str]) -> Table {
        let column =
            |&(head, width): &(&str, u16)| Column { head: head.to_owned(), over: None, width, align: Align::Left };
        let cells = cells.iter().map(|&text| Cell::text(text)).collect();
        let lines = vec![Line { cells, emphasis: Emphasis::Plain }];
        let columns = heads.iter().map(column).collect();
        Table { id: "t", title: String::new(), columns, lines, notes: Vec::new() }
    }

    #[test]
    fn shares_fill_the_room_to_the_last_unit() {
        for shares in [vec![1, 1, 1], vec![10, 55, 7, 30, 30, 90], vec![0, 0]] {
            let heads: Vec<(&str, u16)> = shares.iter().map(|&share| ("H", share)).collect();
            let widths = widths(&table(&heads, &[]), Language::Vi, 12, ROOM);
            assert_eq!(widths.iter().sum::<u32>(), ROOM, "{shares:?}");
        }
        assert_eq!(split(100, &[1, 2, 1]), [25, 50, 25]);
    }

    #[test]
    fn a_narrow_column_gets_what_its_words_need() {
        let table = table(&[("STT", 1), ("Nội dung", 300), ("Ngày", 1)], &["1", "hòa giải", "14/06/2025"]);
        let widths = widths(&table, Language::Vi, 12, ROOM);
        assert_eq!(widths.iter().sum::<u32>(), ROOM);
        assert_eq!(widths[0], width("STT", Weight::Bold, 12) + 2 * SIDE + SAFETY);
        assert_eq!(widths[2], width("14/06/2025", Weight::Upright, 12) + 2 * SIDE + SAFETY);
    }

    #[test]
    fn what_stands_over_all_columns_needs_no_room_in_the_first() {
        let mut table = table(&[("STT", 1), ("Nội dung", 300)], &["1", "hòa giải"]);
        let before = widths(&table, Language::Vi, 12, ROOM);
        for emphasis in [Emphasis::Remark, Emphasis::Heading] {
            table.lines.push(Line { cells: vec![Cell::text("https://thanhda.hanoi.gov.vn")], emphasis });
        }
        assert_eq!(widths(&table, Language::Vi, 12, ROOM), before);
    }

    #[test]
    fn no_word_starves_the_other_columns() {
        let address = "https://".to_owned() + &"a".repeat(500);
        let narrow = widths(&table(&[("A", 1), ("B", 9)], &[&address, ""]), Language::Vi, 12, ROOM);
        assert_eq!(narrow, [ROOM / LONGEST_WORD, ROOM - ROOM / LONGEST_WORD]);
        let heads: Vec<(&str, u16)> = (0..40).map(|_| ("Nghiêng", 1)).collect();
        assert_eq!(widths(&table(&heads, &[]), Language::Vi, 12, ROOM).iter().sum::<u32>(), ROOM);
    }
}
