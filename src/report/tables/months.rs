//! Biểu 2, months: sessions, new bulletins, airings, minutes, and what did not air and why.
//!
//! In: figures. Out: a table with a line for each month that the period touches, with its days in the period. Next: `zones`.

use super::Given;
use super::rules::{Rule, say};
use super::shape::{aired, aired_columns, figure, numbered, ordinal, ordinals, plain, table, total, window, words};
use super::unknown::unknown;
use crate::airing::Reason;
use crate::language::Language;
use crate::report::figures::{Bulletins, MonthLine, NotAired};
use crate::report::period::Month;
use crate::report::table::{Cell, Line, Table, grouped};

/// Biểu 2. Theo tháng.
#[must_use]
pub fn months(given: &Given<'_>) -> Table {
    let mut columns = vec![
        ordinals(given),
        words(given.pick("Tháng (từ ngày - đến ngày)", "Month (first - last day)"), 42),
        figure(given.pick("Số buổi phát thanh", "Sessions"), 15),
        figure(given.pick("Số tin, bài mới", "New bulletins"), 15),
    ];
    columns.extend(aired_columns(given));
    columns.push(figure(given.pick("Lượt không phát được", "Not aired"), 16));
    columns.push(words(given.pick("Nguyên nhân", "Reasons"), 46));

    let figures = given.figures;
    let mut lines: Vec<Line> =
        figures.months.iter().enumerate().map(|(index, month)| line(given, index, month)).collect();
    let totals = &figures.totals;
    let [plan, other] = [|it: NotAired| it.plan, |it: NotAired| it.other]
        .map(|of| figures.months.iter().map(|month| of(month.not_aired)).sum::<i64>());
    let sessions = Cell::Number(totals.sessions);
    let sum = |name: &str, aired: [Cell; 2], middle: [Cell; 2], not_aired: Cell| {
        let [sessions, bulletins] = middle;
        let [airings, minutes] = aired;
        vec![Cell::Empty, Cell::text(name), sessions, bulletins, airings, minutes, not_aired, Cell::Empty]
    };
    let bulletins = Cell::Number(totals.bulletins.approved);
    let name = given.pick("Cộng theo kế hoạch", "The plan");
    lines.push(total(sum(name, aired(totals.aired.plan), [Cell::Empty, bulletins.clone()], Cell::Number(plan))));
    let name = given.pick("Lượt phát khác (nhạc hiệu, lời chào …)", "Other airings (signatures, greetings …)");
    lines.push(plain(sum(name, aired(totals.aired.other), [Cell::Empty, Cell::Empty], Cell::Number(other))));
    let mut all = totals.aired.plan;
    all += totals.aired.other;
    let name = given.pick("Tổng cộng", "All airings");
    lines.push(total(sum(name, aired(all), [sessions, bulletins], Cell::Number(plan + other))));

    let title = numbered(given, 2, given.pick("Theo tháng", "Months"));
    table("months", title, columns, lines, notes(given))
}

fn line(given: &Given<'_>, index: usize, month: &MonthLine) -> Line {
    let name = format!("{} ({})", month_name(given.language, month.month), window(given, month.window));
    let mut cells = vec![
        ordinal(index),
        Cell::Text(name),
        Cell::Number(month.sessions),
        Cell::Number(month.new_bulletins.approved),
    ];
    cells.extend(aired(month.aired.plan));
    cells.push(Cell::Number(month.not_aired.plan));
    cells.push(Cell::Text(reasons(given, &month.reasons)));
    plain(cells)
}

/// `3/2025`.
pub(super) fn month_name(language: Language, month: Month) -> String {
    match language {
        Language::Vi => format!("{}/{}", month.month, month.year),
        Language::En => format!("{}-{:02}", month.year, month.month),
    }
}

fn reasons(given: &Given<'_>, reasons: &[(Option<Reason>, i64)]) -> String {
    let told = reasons.iter().map(|(reason, count)| format!("{} ({count})", reason_in_words(given, *reason)));
    told.collect::<Vec<_>>().join("; ")
}

/// Why, in the language of the report.
pub(super) const fn reason_in_words(given: &Given<'_>, reason: Option<Reason>) -> &'static str {
    match reason {
        Some(reason) => given.language.reason(reason),
        None => given.pick("không ghi lý do", "no reason recorded"),
    }
}

fn notes(given: &Given<'_>) -> Vec<String> {
    let rules = [
        Rule::CardOnly,
        Rule::Airing,
        Rule::Day,
        Rule::Minutes,
        Rule::Sessions,
        Rule::Bulletins,
        Rule::NewBulletins,
        Rule::PlanAndOther,
    ];
    let mut notes = say(rules, given.language);
    let figures = given.figures;
    let Bulletins { unapproved, .. } = figures.totals.bulletins;
    if unapproved > 0 {
        let count = grouped(unapproved, given.language);
        notes.push(match given.language {
            Language::Vi => format!("Ngoài ra có {count} tin, bài đã phát mà chưa có phiếu duyệt."),
            Language::En => format!("Besides, {count} bulletins aired without an approval."),
        });
    }
    notes.push(
        given
            .pick(
                "Lượt không phát được của từng tháng là của các mục theo kế hoạch; của mục khác ghi ở dòng “Lượt phát khác”. \
                 Buổi phát thanh gồm cả buổi chỉ có mục khác.",
                "What did not air in a month are items of the plan; others stand in the line of other airings. Sessions are \
                 also those of other items only.",
            )
            .to_owned(),
    );
    notes.extend(unknown(given));
    notes
}
