//! Biểu 9, programmes: how many sessions each had, what aired in them, what came of what was planned.
//!
//! In: figures. Out: a table of programmes, then what people put on the air outside of them, then all airings. Next:
//! `reconciliation`.

use super::Given;
use super::rules::{Rule, say};
use super::shape::{
    aired, aired_columns, figure, heading, numbered, ordinal, ordinals, plain, spelled, table, total, under, words,
};
use crate::report::figures::{ProgrammeLine, Split};
use crate::report::table::{Cell, Column, Line, Table};

/// Biểu 9. Theo chương trình.
#[must_use]
pub fn programmes(given: &Given<'_>) -> Table {
    let figures = given.figures;
    let mut lines: Vec<Line> =
        figures.programmes.iter().enumerate().map(|(index, programme)| line(given, index, programme)).collect();
    if lines.is_empty() {
        lines.push(heading(given.pick("Không có chương trình nào trong nhật ký của kỳ", "No programme in the log")));
    }
    let name = given.pick("Ngoài lịch (do người vận hành phát)", "Outside of the schedule (by the operator)");
    lines.push(plain(sums(name, [Cell::Empty, Cell::Empty], figures.extra, Cell::Empty)));
    let sum = |of: fn(&ProgrammeLine) -> i64| Cell::Number(figures.programmes.iter().map(of).sum());
    let sessions = [sum(|each| each.occurrences), sum(|each| each.sessions)];
    let not_aired = sum(|each| each.reconciliation.not_aired);
    lines.push(total(sums(given.pick("Tổng cộng", "All airings"), sessions, figures.totals.aired, not_aired)));
    let title = numbered(given, 9, given.pick("Theo chương trình", "Programmes"));
    let rules = [
        Rule::Sessions,
        Rule::ProgrammeBulletins,
        Rule::CardOnly,
        Rule::Airing,
        Rule::Minutes,
        Rule::Bulletins,
        Rule::PlanAndOther,
    ];
    table("programmes", title, columns(given), lines, say(rules, given.language))
}

fn columns(given: &Given<'_>) -> Vec<Column> {
    let mut columns = vec![ordinals(given), words(given.pick("Chương trình", "Programme"), 46)];
    let sessions = [figure(given.pick("Theo lịch", "Scheduled"), 12), figure(given.pick("Có phát", "Aired"), 12)];
    columns.extend(under(given.pick("Số buổi", "Sessions"), sessions));
    columns.push(figure(given.pick("Số tin, bài", "Bulletins"), 12));
    columns.extend(under(given.pick("Theo kế hoạch", "The plan"), aired_columns(given)));
    columns.extend(under(given.pick("Lượt phát khác", "Other airings"), aired_columns(given)));
    columns.push(figure(given.pick("Lượt không phát được", "Not aired"), 15));
    columns
}

fn sums(name: &str, sessions: [Cell; 2], split: Split, not_aired: Cell) -> Vec<Cell> {
    let mut cells = vec![Cell::Empty, Cell::text(name)];
    cells.extend(sessions);
    cells.push(Cell::Empty);
    cells.extend(aired(split.plan));
    cells.extend(aired(split.other));
    cells.push(not_aired);
    cells
}

fn line(given: &Given<'_>, index: usize, programme: &ProgrammeLine) -> Line {
    let title = spelled(given, &programme.titles);
    let mut cells = vec![
        ordinal(index),
        Cell::Text(if title.is_empty() { programme.id.to_string() } else { title }),
        Cell::Number(programme.occurrences),
        Cell::Number(programme.sessions),
        Cell::Number(programme.bulletins.approved),
    ];
    cells.extend(aired(programme.aired.plan));
    cells.extend(aired(programme.aired.other));
    cells.push(Cell::Number(programme.reconciliation.not_aired));
    plain(cells)
}
