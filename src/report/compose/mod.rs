//! A report as a document: the head, the body that the template sets out, the signature, the appendices.
//!
//! In: template, figures, tables, issuer, and number and date if the registry has given them. Out: a document in the layout of
//! Nghị định 30/2020/NĐ-CP, whatever its format. Number and date stay blank unless they are given. Must never write a
//! judgement or a figure of its own: those of the sentences are those of the tables. Pure. Next: `head`, `body`, `docx`.

mod appendix; // pages behind the signature
mod body; // lines of the template to blocks
mod documents; // what the plan rests on, in words
mod head; // above the body, and the signature
#[cfg(test)]
mod tests;
mod value; // what a name between braces stands for

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::document::{Block, Chart, Document, Paper, Section};
use super::issuer::Issuer;
use super::rows_used::RowsUsed;
use super::status::Status;
use super::table::{Cell, Emphasis, Table};
use super::tables::Given;
use super::template::{Line, Template};
use crate::language::Language;

pub use head::{about, number_text};

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// What was counted of which period, the plan, the activities, the language.
    pub given: Given<'a>,
    /// The body.
    pub template: &'a Template,
    /// Who issues it.
    pub issuer: &'a Issuer,
    /// The station's name on the last day, for a period without rows.
    pub station: &'a str,
    /// What it is about, with `{period}` and `{commune}`; the usual words if there is none.
    pub title: Option<&'a str>,
    /// Its number, as typed.
    pub number: Option<&'a str>,
    /// Its date.
    pub date: Option<NaiveDate>,
    /// The tables, in order.
    pub tables: &'a [Table],
    /// Minutes per theme and month.
    pub chart: &'a Chart,
    /// Airings of the period.
    pub extract: &'a Table,
    /// How far the plan is carried out, if there is a plan.
    pub status: Option<&'a Status>,
    /// From what, when and by what it was made.
    pub made: &'a Made,
}

/// From what, when and by what a report was made; stands on every page of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// When.
    pub at: DateTime<FixedOffset>,
    /// `loa 0.1.0`.
    pub program: String,
    /// Head of the log when it was read, `seq:hash`; none without a row.
    pub head: Option<String>,
    /// The rows that the figures rest on; none for a period without a row.
    pub used: Option<RowsUsed>,
}

impl Parts<'_> {
    const fn language(&self) -> Language {
        self.given.language
    }

    fn pick(&self, vi: &'static str, en: &'static str) -> &'static str {
        self.language().pick(vi, en)
    }
}

/// The whole report.
#[must_use]
pub fn report(parts: &Parts<'_>) -> Document {
    let mut blocks = head::head(parts);
    for line in parts.template.lines.iter().filter(|line| !matches!(line, Line::Appendix(_))) {
        body::line(parts, line, &mut blocks);
    }
    blocks.push(head::signature(parts));
    let footer = footer(parts);
    let body = section(Paper::Portrait, blocks, &footer);
    let appendices = appendix::all(parts).into_iter().map(|(paper, blocks)| section(paper, blocks, &footer));
    Document {
        language: parts.language(),
        title: about(parts).join(" "),
        author: head::issuer(parts),
        sections: std::iter::once(body).chain(appendices).collect(),
    }
}

/// The same for paper that is filed: all text is black (phụ lục I, II.2). What stands out on a screen is said in words too.
#[must_use]
pub fn in_black(mut document: Document) -> Document {
    for block in document.sections.iter_mut().flat_map(|section| &mut section.blocks) {
        let Block::Table(table) = block else { continue };
        for line in table.lines.iter_mut().filter(|line| line.emphasis == Emphasis::Warning) {
            line.emphasis = Emphasis::Plain;
        }
    }
    document
}

/// Each section counts its pages for itself, and shows no number on the first (phụ lục I, II.7).
fn section(paper: Paper, blocks: Vec<Block>, footer: &str) -> Section {
    Section { paper, numbers_first_page: false, footer: Some(footer.to_owned()), blocks }
}

/// Window, rows, head, program and instant.
#[must_use]
pub fn footer(parts: &Parts<'_>) -> String {
    let Made { at, program, head, used } = parts.made;
    let at = format!("{} {}", Cell::Instant(at.naive_local()).print(parts.language()), at.format("%:z"));
    let rows = match used {
        Some(used) => format!("{} {}", parts.pick("dòng nhật ký", "rows"), used.words(parts.language())),
        None => parts.pick("không có dòng nhật ký nào trong kỳ", "no row of the log in the period").to_owned(),
    };
    let head = head.as_ref().map_or_else(
        || parts.pick("nhật ký trống", "the log is empty").to_owned(),
        |head| format!("{} {head}", parts.pick("dòng cuối của nhật ký", "head of the log")),
    );
    let window = value::window(parts);
    match parts.language() {
        Language::Vi => format!("Số liệu {window}; {rows}; {head}; {program} lập lúc {at}"),
        Language::En => format!("Figures {window}; {rows}; {head}; made by {program} at {at}"),
    }
}
