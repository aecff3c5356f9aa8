//! A table of figures: its title, heads of one or two levels, lines, notes.
//!
//! In: `Table`. Out: markup of a real table, in a box of its own that scrolls where the screen is narrow. What is to be seen to is
//! bold, shaded and said in words, never by colour alone. Must never change a cell: it prints what the cell prints. Next:
//! `chart`.

use maud::{Markup, html};

use crate::language::Language;
use crate::report::table::{Align, Cell, Column, Emphasis, Line, Table};

/// Tables with more columns are set smaller on paper.
const MANY_COLUMNS: usize = 8;

/// The whole of it.
pub(super) fn table(table: &Table, language: Language) -> Markup {
    let many = table.columns.len() > MANY_COLUMNS;
    let all: u32 = table.columns.iter().map(|column| u32::from(column.width.max(1))).sum();
    html! {
        div.figures.many[many] id=(table.id) {
            @if !table.title.is_empty() { h4.title id=(format!("{}-title", table.id)) { (table.title) } }
            // A box that scrolls is reached by keys too.
            div.box tabindex="0" role="region" aria-labelledby=[named(table)] {
                // So many letters that no column gets narrower than its figures.
                table aria-labelledby=[named(table)] style=(format!("--columns: {}", table.columns.len())) {
                    colgroup {
                        @for column in &table.columns {
                            col style=(format!("width: {}%", percent(column.width, all)));
                        }
                    }
                    thead { (heads(&table.columns)) }
                    tbody { @for each in &table.lines { (line(&table.columns, each, language)) } }
                }
            }
            @if !table.notes.is_empty() {
                ul.notes { @for note in &table.notes { li { (note) } } }
            }
        }
    }
}

fn named(table: &Table) -> Option<String> {
    (!table.title.is_empty()).then(|| format!("{}-title", table.id))
}

/// With one decimal, rounded down, so that all of them are never more than the whole.
fn percent(width: u16, all: u32) -> String {
    let tenths = u32::from(width.max(1)) * 1000 / all;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The rows of its heads.
pub(crate) fn heads(columns: &[Column]) -> Markup {
    let two_levels = columns.iter().any(|column| column.over.is_some());
    let mut above = Vec::new();
    let mut at = 0;
    while at < columns.len() {
        let column = &columns[at];
        let same = |other: &&Column| column.over.is_some() && other.over == column.over;
        let span = columns[at..].iter().take_while(same).count().max(1);
        above.push((column, span));
        at += span;
    }
    html! {
        tr {
            @for (column, span) in above {
                @if let Some(over) = &column.over {
                    th scope="colgroup" colspan=(span) { (over) }
                } @else {
                    th scope="col" rowspan=[two_levels.then_some(2)] { (column.head) }
                }
            }
        }
        @if two_levels {
            tr { @for column in columns.iter().filter(|column| column.over.is_some()) { th scope="col" { (column.head) } } }
        }
    }
}

/// One line; classes say what it is.
pub(crate) fn line(columns: &[Column], line: &Line, language: Language) -> Markup {
    let class = match line.emphasis {
        Emphasis::Plain => None,
        Emphasis::Heading => Some("heading"),
        Emphasis::Total => Some("total"),
        Emphasis::Remark => Some("remark"),
        Emphasis::Warning => Some("warning"),
    };
    html! {
        tr class=[class] {
            @if line.emphasis == Emphasis::Heading {
                th scope="colgroup" colspan=(columns.len()) {
                    @if let Some(cell) = line.cells.first() { (cell.print(language)) }
                }
            } @else if line.emphasis == Emphasis::Remark {
                td colspan=(columns.len()) {
                    @if let Some(cell) = line.cells.first() { (cell.print(language)) }
                }
            } @else {
                @for (column, cell) in columns.iter().zip(&line.cells) {
                    td class=[place(column.align, cell)] { (cell.print(language)) }
                }
            }
        }
    }
}

const fn place(align: Align, cell: &Cell) -> Option<&'static str> {
    match (align, cell) {
        // A text in a column of figures stays one.
        (Align::Right, _) => Some("figure"),
        (Align::Centre, Cell::Text(_) | Cell::Empty) => Some("centre"),
        (Align::Centre, _) => Some("centre set"),
        (Align::Left, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(head: &str, over: Option<&str>) -> Column {
        Column { head: head.to_owned(), over: over.map(str::to_owned), width: 1, align: Align::Right }
    }

    #[test]
    fn neighbours_under_one_head_are_spanned_by_it() {
        let columns = [column("a", None), column("b", Some("B")), column("c", Some("B")), column("d", Some("D"))];
        let text = heads(&columns).into_string();
        assert_eq!(text.matches("rowspan=\"2\"").count(), 1, "{text}");
        assert!(text.contains("colspan=\"2\">B</th>") && text.contains("colspan=\"1\">D</th>"), "{text}");
        assert_eq!(text.matches("<th").count(), 3 + 3);
        assert!(!heads(&columns[..1]).into_string().contains("rowspan"));
    }

    #[test]
    fn a_heading_goes_over_all_columns() {
        let columns = [column("a", None), column("b", None)];
        let heading = Line { cells: vec![Cell::text("Không có")], emphasis: Emphasis::Heading };
        let text = line(&columns, &heading, Language::Vi).into_string();
        assert_eq!(text, "<tr class=\"heading\"><th scope=\"colgroup\" colspan=\"2\">Không có</th></tr>");
    }
}
