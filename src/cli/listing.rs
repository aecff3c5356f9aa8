//! A listing in each of its forms: a table that lines up, an array of objects, a header line and one line per object.
//!
//! In: cells for people, or anything that serialises as an object. Out: text on a writer. Must never let a cell move the cursor
//! or a list break a line of CSV. Next: `bulletin`, `zone`, `activity`, which fill it.

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

/// Lines of equal columns, each two spaces from the next; the first line is the head.
pub(super) fn text<const N: usize>(out: &mut impl Write, lines: &[[String; N]]) -> io::Result<()> {
    let lines: Vec<[String; N]> = lines.iter().map(|line| line.clone().map(|cell| one_line(&cell))).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    for line in &lines {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

/// Nothing that a cell holds may move the cursor, or turn what stands around it the other way.
pub(super) fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control() || turns(c), " ")
}

/// A mark of Unicode that changes the direction in which text is shown.
const fn turns(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// An array, an object a line.
pub(super) fn json<T: Serialize>(out: &mut impl Write, rows: &[T]) -> anyhow::Result<()> {
    let mut before = "[";
    for row in rows {
        writeln!(out, "{before}")?;
        serde_json::to_writer(&mut *out, row)?;
        before = ",";
    }
    writeln!(out, "{}", if rows.is_empty() { "[]" } else { "\n]" })?;
    Ok(())
}

/// A header line even if there is nothing, in the order of `columns`, which are keys of the objects; lists inside are JSON, null
/// is empty.
pub(super) fn csv<T: Serialize>(out: &mut impl Write, columns: &[&str], rows: &[T]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(columns)?;
    for row in rows {
        let row = serde_json::to_value(row)?;
        let cell = |name: &&str| match &row[*name] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        csv.write_record(columns.iter().map(cell))?;
    }
    csv.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        name: &'static str,
        list: Vec<i64>,
        none: Option<i64>,
    }

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_line_up_and_nothing_moves_the_cursor() {
        let lines = [["CỘT", "B"], ["ậ\u{1b}[2J", "x"], ["aaaaaaa", ""]].map(|line| line.map(str::to_owned));
        assert_eq!(written(|out| text(out, &lines).unwrap()), "CỘT      B\nậ [2J    x\naaaaaaa\n");
    }

    #[test]
    fn nothing_turns_a_line_around() {
        assert_eq!(one_line("a\u{202e}b\u{2066}c\u{2069}\u{200f}d\u{061c}e"), "a b c  d e");
    }

    #[test]
    fn each_form_keeps_lists_and_nulls() {
        let rows = [Row { name: "a,b", list: vec![1, 2], none: None }];
        let csv = written(|out| csv(out, &["name", "list", "none"], &rows).unwrap());
        assert_eq!(csv, "name,list,none\n\"a,b\",\"[1,2]\",\n");
        assert_eq!(written(|out| json(out, &rows).unwrap()), "[\n{\"name\":\"a,b\",\"list\":[1,2],\"none\":null}\n]\n");
        assert_eq!(written(|out| json::<Row>(out, &[]).unwrap()), "[]\n");
    }
}
