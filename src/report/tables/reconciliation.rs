//! Biểu 10, what was planned and what came of it, and Biểu 11, every airing that fell short, with its reason.
//!
//! In: figures. Out: two tables. Planned is aired, partly aired and not aired together; what counts of each adds up to the
//! airings of all other tables. Next: `targets`.

use super::Given;
use super::months::reason_in_words;
use super::rules::{Rule, say};
use super::shape::{figure, heading, maybe, numbered, ordinal, ordinals, plain, table, total, words};
use super::unknown::unknown;
use crate::airing::{Outcome, Reason};
use crate::report::figures::{ReasonLine, Reconciliation, Shortfall};
use crate::report::table::{Align, Cell, Column, Line, Table};

/// Biểu 10. Kế hoạch phát và thực hiện.
#[must_use]
pub fn reconciliation(given: &Given<'_>) -> Table {
    let figures = given.figures;
    let Reconciliation { planned, aired, partly, partly_counted, not_aired, reasons, extra } = &figures.reconciliation;
    let columns = vec![
        ordinals(given),
        words(given.pick("Diễn giải", "What"), 90),
        figure(given.pick("Số lượt", "Airings"), 22),
        figure(given.pick("Trong đó tính là lượt phát", "Of which count"), 26),
    ];
    let cells = |number: Cell, name: &str, airings: i64, counted: Cell| {
        vec![number, Cell::text(name), Cell::Number(airings), counted]
    };
    let mut lines = vec![plain(cells(Cell::Number(1), given.pick("Phát đủ", "Aired"), *aired, Cell::Number(*aired)))];
    let name = given.pick("Phát dở (có tiếng nhưng không hết)", "Partly aired (sounded, not to its end)");
    lines.push(plain(cells(Cell::Number(2), name, *partly, Cell::Number(*partly_counted))));
    lines.extend(of_which(given, 2, reasons.iter().filter(|line| line.sounded)));
    let name = given.pick("Không phát được", "Not aired");
    lines.push(plain(cells(Cell::Number(3), name, *not_aired, Cell::Number(0))));
    lines.extend(of_which(given, 3, reasons.iter().filter(|line| !line.sounded)));
    let name = given.pick("Tổng số lượt theo lịch (1 + 2 + 3)", "Planned (1 + 2 + 3)");
    lines.push(total(cells(Cell::Empty, name, *planned, Cell::Number(aired + partly_counted))));
    let counted = figures.extra.plan.airings + figures.extra.other.airings;
    let name = given.pick("Ngoài lịch (do người vận hành phát)", "Outside of the schedule (by the operator)");
    lines.push(plain(cells(Cell::Number(4), name, *extra, Cell::Number(counted))));
    let all = figures.totals.aired.plan.airings + figures.totals.aired.other.airings;
    let name = given.pick("Tổng cộng, theo kế hoạch và khác", "All airings, of the plan and others");
    lines.push(total(cells(Cell::Empty, name, planned + extra, Cell::Number(all))));
    let title = numbered(given, 10, given.pick("Kế hoạch phát và thực hiện", "Planned and aired"));
    let rules = [Rule::Reconciliation, Rule::Airing, Rule::CardOnly, Rule::Day, Rule::PlanAndOther];
    let mut notes = say(rules, given.language);
    notes.extend(unknown(given));
    table("reconciliation", title, columns, lines, notes)
}

/// The reasons of a line; their numbers (`3.1`) say that they are parts of it and not added.
fn of_which<'a>(given: &Given<'_>, number: u8, reasons: impl Iterator<Item = &'a ReasonLine>) -> Vec<Line> {
    let part = |(index, line): (usize, &ReasonLine)| {
        plain(vec![
            Cell::Text(format!("{number}.{}", index + 1)),
            Cell::Text(format!("– {}", in_words(given, line.outcome, line.reason))),
            Cell::Number(line.airings),
            Cell::Empty,
        ])
    };
    reasons.enumerate().map(part).collect()
}

/// `bỏ lỡ: đài không hoạt động`.
fn in_words(given: &Given<'_>, outcome: Option<Outcome>, reason: Option<Reason>) -> String {
    let reason = reason_in_words(given, reason);
    outcome.map_or_else(|| reason.to_owned(), |outcome| format!("{}: {reason}", given.language.outcome(outcome)))
}

/// Biểu 11. Danh sách lượt không phát được, phát dở.
#[must_use]
pub fn shortfalls(given: &Given<'_>) -> Table {
    let list = &given.figures.shortfalls;
    let mut lines: Vec<Line> = list.iter().enumerate().map(|(index, each)| shortfall(given, index, each)).collect();
    if lines.is_empty() {
        let none = given.pick("Không có lượt nào không phát được hoặc phát dở", "No airing fell short");
        lines.push(heading(none));
    }
    let sound = list.iter().map(|each| each.aired_ms).sum();
    let mut cells = vec![Cell::Number(list.len() as i64), Cell::Empty, Cell::Empty];
    cells.push(Cell::text(given.pick("Tổng số lượt không phát được hoặc phát dở", "Airings that fell short")));
    let counted = list.iter().filter(|each| each.counts).count() as i64;
    cells.extend([Cell::Empty, Cell::Length(sound), Cell::Empty, Cell::Number(counted), Cell::Empty]);
    lines.push(total(cells));
    let name = given.pick("Danh sách lượt không phát được, phát dở", "Airings that fell short");
    let rules = [Rule::Reconciliation, Rule::Airing, Rule::CardOnly];
    table("shortfalls", numbered(given, 11, name), columns(given), lines, say(rules, given.language))
}

fn columns(given: &Given<'_>) -> Vec<Column> {
    let at = words(given.pick("Ngày, giờ theo lịch", "Scheduled at"), 24);
    vec![
        ordinals(given),
        Column { align: Align::Centre, ..at },
        words(given.pick("Chương trình", "Programme"), 34),
        words(given.pick("Tên tin, bài, mục", "Title"), 40),
        Column { align: Align::Centre, ..words(given.pick("Nội dung", "Theme"), 13) },
        figure(given.pick("Đã phát (phút:giây)", "Aired (m:ss)"), 14),
        words(given.pick("Kết quả, lý do", "Outcome, reason"), 42),
        figure(given.pick("Tính là lượt phát", "Counts"), 13),
        figure(given.pick("Dòng nhật ký", "Row of the log"), 13),
    ]
}

fn shortfall(given: &Given<'_>, index: usize, each: &Shortfall) -> Line {
    let mut why = in_words(given, each.outcome, each.reason);
    if let Some(words) = &each.why {
        why = format!("{why} ({words})");
    }
    plain(vec![
        ordinal(index),
        Cell::Instant(each.scheduled_at.naive_local()),
        maybe(each.programme.as_deref()),
        maybe(each.title.as_deref()),
        maybe(each.theme.as_deref()),
        Cell::Length(each.aired_ms),
        Cell::Text(why),
        Cell::Number(i64::from(each.counts)),
        Cell::Text(each.seq.to_string()),
    ])
}
