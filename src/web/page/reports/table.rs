//! Tables of a report on a page: the same cells as in every file of it.
//!
//! In: a table. Out: markup in a box that scrolls where the screen is narrow; what is to be seen to is bold, shaded and said in
//! words. A long table ends with how many lines are left out. Must never change a cell. Next: `figures`.

use maud::{Markup, html};

use crate::language::Language;
use crate::report::html::grid;
use crate::report::table::{Emphasis, Table};

/// Lines of one table on the screen: a phone shows more of them badly, and nobody reads them there.
const MOST_LINES: usize = 150;

/// A table with its title and its notes.
pub(super) fn section(table: &Table, language: Language) -> Markup {
    html! {
        section .report-table id=(table.id) {
            h2 id={ (table.id) "-ten" } { (table.title) }
            (lines(table, language))
            @if !table.notes.is_empty() {
                ul .soft { @for note in &table.notes { li { (note) } } }
            }
        }
    }
}

/// A table under a fold.
pub(super) fn folded(table: &Table, language: Language) -> Markup {
    html! {
        details .fold id=(table.id) {
            summary id={ (table.id) "-ten" } { (table.title) }
            (lines(table, language))
            @if !table.notes.is_empty() {
                ul .soft { @for note in &table.notes { li { (note) } } }
            }
        }
    }
}

fn lines(table: &Table, language: Language) -> Markup {
    // A total is the last line; it stays in sight.
    let (shown, rest) = table.lines.split_at(table.lines.len().min(MOST_LINES));
    let total = rest.last().filter(|line| line.emphasis == Emphasis::Total);
    let hidden = rest.len() - usize::from(total.is_some());
    html! {
        // A box that scrolls is reached by keys too.
        div .scroll tabindex="0" role="region" aria-labelledby={ (table.id) "-ten" } {
            table .figures aria-labelledby={ (table.id) "-ten" } {
                thead { (grid::heads(&table.columns)) }
                tbody { @for each in shown.iter().chain(total) { (grid::line(&table.columns, each, language)) } }
            }
        }
        @if hidden > 0 {
            p .notice { (hidden) " " (language.pick(
                "dòng nữa không hiện ở đây: tải tệp Excel để xem đủ, hoặc chọn kỳ ngắn hơn.",
                "more lines are not shown here: the Excel file has them all, or choose a shorter period.",
            )) }
        }
    }
}
