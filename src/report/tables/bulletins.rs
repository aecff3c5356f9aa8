//! Biểu 5, bulletins: every one of which an airing counts, with its approval and how often it aired.
//!
//! In: figures. Out: a table that adds up to the plan's airings: what sounded without becoming an airing of any bulletin has a
//! line of its own. Next: `activities`.

use std::sync::Arc;

use super::Given;
use super::rules::{Rule, say};
use super::shape::{aired, figure, heading, mark, maybe, numbered, ordinal, ordinals, plain, table, total, words};
use crate::language::Language;
use crate::report::figures::{Aired, BulletinLine, Bulletins};
use crate::report::table::{Cell, Column, Line, Table, date, grouped};

/// Biểu 5. Danh mục tin, bài.
#[must_use]
pub fn bulletins(given: &Given<'_>) -> Table {
    let figures = given.figures;
    let mut lines: Vec<Line> =
        figures.bulletins.iter().enumerate().map(|(index, bulletin)| line(given, index, bulletin)).collect();
    if lines.is_empty() {
        let none = given.pick("Không có tin, bài nào được phát trong kỳ", "No bulletin aired in the period");
        lines.push(heading(none));
    }
    let sum = |name: &str, sum: Aired| {
        let mut cells = vec![Cell::Empty, Cell::text(name)];
        cells.extend(vec![Cell::Empty; 5]);
        let [airings, minutes] = aired(sum);
        cells.extend([airings, Cell::Empty, minutes]);
        cells
    };
    let totals = figures.totals.aired;
    let mut rest = totals.plan;
    for bulletin in &figures.bulletins {
        rest.airings -= bulletin.aired.airings;
        rest.aired_ms -= bulletin.aired.aired_ms;
    }
    if rest != Aired::default() {
        let name = given.pick("Phát dở, chưa thành lượt của tin, bài nào", "Sound that made no airing of a bulletin");
        lines.push(plain(sum(name, rest)));
    }
    lines.push(total(sum(&plan_in_words(given), totals.plan)));
    let name = given.pick("Lượt phát khác (nhạc hiệu, lời chào …)", "Other airings (signatures, greetings …)");
    lines.push(plain(sum(name, totals.other)));
    let mut all = totals.plan;
    all += totals.other;
    lines.push(total(sum(given.pick("Tổng cộng", "All airings"), all)));
    let title = numbered(given, 5, given.pick("Danh mục tin, bài", "Bulletins"));
    let rules = [Rule::Bulletins, Rule::CardOnly, Rule::Airing, Rule::Minutes, Rule::PlanAndOther];
    table("bulletins", title, columns(given), lines, say(rules, given.language))
}

fn columns(given: &Given<'_>) -> Vec<Column> {
    vec![
        ordinals(given),
        words(given.pick("Tên tin, bài", "Title"), 50),
        words(given.pick("Thể loại", "Genre"), 15),
        words(given.pick("Tác giả", "Author"), 22),
        mark(given.pick("Nội dung (ND)", "Themes"), 13),
        words(given.pick("Số phiếu duyệt, ngày", "Approval, day"), 30),
        mark(given.pick("Ngày phát đầu", "First aired"), 18),
        figure(given.pick("Số lượt", "Airings"), 11),
        figure(given.pick("Thời lượng 1 lượt", "Length"), 15),
        figure(given.pick("Tổng thời lượng (phút)", "Minutes in all"), 16),
    ]
}

fn line(given: &Given<'_>, index: usize, bulletin: &BulletinLine) -> Line {
    let title = bulletin.title.as_deref().unwrap_or(given.pick("(không ghi tên)", "(no title)"));
    let [airings, minutes] = aired(bulletin.aired);
    plain(vec![
        ordinal(index),
        Cell::Text(
            bulletin
                .bulletin
                .map_or_else(|| title.to_owned(), |number| format!("{title} ({} {number})", given.pick("số", "No."))),
        ),
        maybe(bulletin.genre.as_deref()),
        maybe(bulletin.author.as_deref()),
        Cell::Text(themes(given, bulletin)),
        Cell::Text(approval(given, bulletin)),
        Cell::Date(bulletin.first),
        airings,
        bulletin.length_ms.map_or(Cell::Empty, Cell::Length),
        minutes,
    ])
}

/// `ND3, ND1`.
pub(super) fn codes(themes: &[Arc<str>]) -> String {
    themes.join(", ")
}

/// Those under which Biểu 1 counts it first: `ND3, ND2; sau: ND7`.
fn themes(given: &Given<'_>, bulletin: &BulletinLine) -> String {
    let first = codes(&bulletin.themes);
    let since = bulletin.themes_since.as_deref();
    since.map_or_else(|| first.clone(), |since| format!("{first}; {} {}", given.pick("sau:", "later:"), codes(since)))
}

/// `số 12, ngày 03/03/2025, Đỗ Bá Khang`.
fn approval(given: &Given<'_>, bulletin: &BulletinLine) -> String {
    let Some(number) = &bulletin.approval else {
        return given.pick("chưa có phiếu duyệt", "no approval").to_owned();
    };
    let at = bulletin.approved_at.as_deref().and_then(|at| at.get(..10)?.parse().ok());
    let on = at.map(|day| format!(", {}{}", given.pick("ngày ", ""), date(day, given.language)));
    let by = bulletin.approved_by.as_ref().map(|by| format!(", {by}"));
    format!("{} {number}{}{}", given.pick("số", "No."), on.unwrap_or_default(), by.unwrap_or_default())
}

fn plan_in_words(given: &Given<'_>) -> String {
    let Bulletins { approved, unapproved } = given.figures.totals.bulletins;
    let [approved, unapproved] = [approved, unapproved].map(|count| grouped(count, given.language));
    match given.language {
        Language::Vi => format!("Cộng theo kế hoạch: {approved} tin, bài đã duyệt, {unapproved} chưa có phiếu duyệt"),
        Language::En => format!("The plan: {approved} approved bulletins, {unapproved} without an approval"),
    }
}
