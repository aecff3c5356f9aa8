//! One line of the template to blocks.
//!
//! In: a line, the parts of the report. Out: a heading, a paragraph, a table, the chart, a list of the plan, a place that a
//! person fills in. What there is nothing of leaves nothing. Pure. Next: `value`.

use super::{Parts, appendix, documents, value};
use crate::language::Language;
use crate::report::document::{Block, Run, Style};
use crate::report::figures::ZoneLine;
use crate::report::table::{date, grouped, minutes};
use crate::report::template::{Line, Piece, Value};

pub(super) fn line(parts: &Parts<'_>, line: &Line, blocks: &mut Vec<Block>) {
    match line {
        Line::Heading(level, pieces) => {
            let text = runs(parts, pieces).into_iter().map(|run| run.text).collect();
            blocks.push(Block::Heading { level: *level, text });
        }
        Line::Paragraph(pieces) => {
            let no_rows = no_rows(parts, pieces).map(Run::plain);
            blocks.push(Block::Paragraph(no_rows.into_iter().chain(runs(parts, pieces)).collect()));
        }
        Line::ToFill(words) => blocks.push(Block::ToFill(words.clone())),
        Line::Table(id) => {
            blocks.extend(parts.tables.iter().filter(|table| table.id == *id).cloned().map(Block::Table));
        }
        Line::Chart => blocks.push(Block::Chart(parts.chart.clone())),
        Line::Documents => {
            let lists = parts.given.plan.iter().flat_map(|plan| documents::list(plan, parts.language()));
            blocks.extend(lists.map(Block::Paragraph));
        }
        Line::Assignments => blocks.extend(assignments(parts).into_iter().map(plain)),
        Line::SincePlan => blocks.extend(since_plan(parts).map(plain)),
        Line::BrokenZones => {
            let broken = parts.given.figures.zones.iter().filter(|zone| zone.broken_days > 0);
            blocks.extend(broken.map(|zone| plain(broken_zone(parts, zone))));
        }
        Line::Appendix(_) => {}
    }
}

fn plain(text: String) -> Block {
    Block::Paragraph(vec![Run::plain(text)])
}

fn runs(parts: &Parts<'_>, pieces: &[Piece]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => runs.push(Run::plain(text)),
            Piece::ToFill(words) => runs.push(Run { text: words.clone(), style: Style::ToFill }),
            Piece::Value(each) => runs.extend(value::runs(parts, *each)),
            Piece::See(which) => runs.push(Run::plain(appendix::number(parts, *which))),
        }
    }
    runs
}

/// Said before what aired and what was planned, so that nobody takes a log without rows for a schedule without programmes.
fn no_rows(parts: &Parts<'_>, pieces: &[Piece]) -> Option<&'static str> {
    let is_of_rows = |piece: &Piece| matches!(piece, Piece::Value(Value::Airings | Value::Planned));
    let is_empty = parts.given.figures.totals.first_seq.is_none();
    (is_empty && pieces.iter().any(is_of_rows)).then(|| {
        parts.pick("Nhật ký phát sóng không có dòng nào trong kỳ. ", "The airing log has no row in the period. ")
    })
}

/// `- Công chức VH-XH: …`, the plan's words for each person or body in its order.
fn assignments(parts: &Parts<'_>) -> Vec<String> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for task in parts.given.plan.iter().flat_map(|plan| &plan.tasks) {
        match found.iter_mut().find(|(who, _)| *who == task.who) {
            Some((_, texts)) => texts.push(&task.text),
            None => found.push((&task.who, vec![&task.text])),
        }
    }
    found.into_iter().map(|(who, texts)| format!("- {who}: {}", texts.join(" "))).collect()
}

/// The figures since the plan was signed, when the period begins before that and ends after it.
fn since_plan(parts: &Parts<'_>) -> Option<String> {
    let (given, language) = (parts.given, parts.language());
    let since = given.figures.since_plan.as_ref().filter(|since| since.date <= given.period.window.last)?;
    let [from, until] = [since.date, given.period.window.last].map(|day| date(day, language));
    let [bulletins, airings] = [since.bulletins.approved, since.aired.airings].map(|each| grouped(each, language));
    let minutes = minutes(since.aired.aired_ms, language);
    Some(match language {
        Language::Vi => format!(
            "Tính riêng từ ngày ban hành Kế hoạch ({from}) đến ngày {until}: {bulletins} tin, bài; {airings} lượt phát; \
             thời lượng {minutes} phút."
        ),
        Language::En => format!(
            "Since the plan was signed ({from} to {until}): {bulletins} bulletins, {airings} airings, {minutes} minutes."
        ),
    })
}

fn broken_zone(parts: &Parts<'_>, zone: &ZoneLine) -> String {
    let language = parts.language();
    let name = zone.names.last().map_or(&*zone.id, |named| &*named.name);
    let days = grouped(zone.broken_days, language);
    let still = zone.broken_since.map(|since| date(since.date_naive(), language));
    match (language, still) {
        (Language::Vi, None) => format!("- {name}: mất tín hiệu {days} ngày trong kỳ, đã khắc phục."),
        (Language::Vi, Some(since)) => {
            format!("- {name}: mất tín hiệu {days} ngày trong kỳ, từ ngày {since} đến cuối kỳ chưa khắc phục.")
        }
        (Language::En, None) => format!("- {name}: broken on {days} days of the period, repaired."),
        (Language::En, Some(since)) => {
            format!("- {name}: broken on {days} days of the period, since {since} and not repaired at its end.")
        }
    }
}
