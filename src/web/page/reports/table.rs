//! Tables of a report on a page: the same cells as in every file of it.
//!
//! In: a table. Out: markup in a box that scrolls where the screen is narrow; what is to be seen to is bold, shaded and said in
//! words. Must never change a cell. Next: `figures`.

use maud::{Markup, html};

use crate::language::Language;
use crate::report::html::grid;
use crate::report::table::Table;

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
    html! {
        // A box that scrolls is reached by keys too.
        div .scroll tabindex="0" role="region" aria-labelledby={ (table.id) "-ten" } {
            table .figures aria-labelledby={ (table.id) "-ten" } {
                thead { (grid::heads(&table.columns)) }
                tbody { @for each in &table.lines { (grid::line(&table.columns, each, language)) } }
            }
        }
    }
}
