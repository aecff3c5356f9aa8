//! Biểu 4, channels: this period, the one before and the year so far, each channel in its own unit.
//!
//! In: figures. Out: a table whose lines are not added up, for their units differ; what the station aired in all stands below.
//! Next: `bulletins`.

use super::Given;
use super::rules::{Rule, say};
use super::shape::{figure, maybe, numbered, ordinal, ordinals, plain, remarks, table, total, window, words};
use crate::language::Language;
use crate::report::figures::{Aired, ChannelLine, Unit};
use crate::report::table::{Cell, Line, Table};

/// Biểu 4. Theo kênh.
#[must_use]
pub fn channels(given: &Given<'_>) -> Table {
    let columns = vec![
        ordinals(given),
        words(given.pick("Kênh", "Channel"), 44),
        words(given.pick("Đơn vị tính", "Unit"), 22),
        figure(given.pick("Kỳ này", "This period"), 14),
        figure(given.pick("Kỳ trước", "Previous period"), 14),
        figure(given.pick("Lũy kế năm", "Year so far"), 14),
        figure(given.pick("Tăng, giảm", "Change"), 13),
        figure(given.pick("Thời lượng kỳ này (phút)", "Minutes, this period"), 18),
        remarks(given, 22),
    ];
    let figures = given.figures;
    let mut lines: Vec<Line> =
        figures.channels.iter().enumerate().map(|(index, channel)| line(given, index, channel)).collect();
    let airings = given.pick("lượt phát", "airings");
    let sum = |name: &str, sum: Aired| {
        let mut cells = vec![Cell::Empty, Cell::text(name), Cell::text(airings), Cell::Number(sum.airings)];
        cells.extend([Cell::Empty, Cell::Empty, Cell::Empty, Cell::Minutes(sum.aired_ms), Cell::Empty]);
        cells
    };
    let totals = figures.totals.aired;
    let name = given.pick("Lượt phát theo kế hoạch", "Airings of the plan");
    lines.push(total(sum(name, totals.plan)));
    let name = given.pick("Lượt phát khác (nhạc hiệu, lời chào …)", "Other airings (signatures, greetings …)");
    lines.push(plain(sum(name, totals.other)));
    let mut all = totals.plan;
    all += totals.other;
    lines.push(total(sum(given.pick("Tổng số lượt phát của đài", "All airings of the station"), all)));
    let title = numbered(given, 4, given.pick("Theo kênh", "Channels"));
    table("channels", title, columns, lines, notes(given))
}

fn line(given: &Given<'_>, index: usize, channel: &ChannelLine) -> Line {
    let (vi, en) = match channel.unit {
        Unit::Airings => ("lượt phát", "airings"),
        Unit::ZoneAirings => ("lượt theo cụm loa", "airings by zone"),
        Unit::Postings => ("bài đăng", "postings"),
        Unit::Activities => ("hoạt động", "activities"),
    };
    let nothing = channel.this == 0;
    // Without a plan there is no channel that gives its name.
    let is_nameless = given.plan.is_none() && channel.unit == Unit::Airings;
    let label = if is_nameless { given.pick("Đài truyền thanh", "The station") } else { &channel.label };
    plain(vec![
        ordinal(index),
        Cell::text(label),
        Cell::text(given.pick(vi, en)),
        Cell::Number(channel.this),
        Cell::Number(channel.previous),
        Cell::Number(channel.year),
        Cell::Number(channel.this - channel.previous),
        channel.aired_ms.map_or(Cell::Empty, Cell::Minutes),
        maybe(nothing.then(|| given.pick("trong kỳ chưa có", "none in the period"))),
    ])
}

fn notes(given: &Given<'_>) -> Vec<String> {
    let rules = [
        Rule::Channels,
        Rule::Zones,
        Rule::Postings,
        Rule::Activities,
        Rule::Evidence,
        Rule::CardOnly,
        Rule::Airing,
        Rule::PlanAndOther,
    ];
    let mut notes = say(rules, given.language);
    let previous = window(given, given.period.previous().window);
    let year = window(given, given.period.year_so_far());
    notes.insert(
        0,
        match given.language {
            Language::Vi => format!("Kỳ trước: {previous}. Lũy kế năm: {year}."),
            Language::En => format!("Previous period: {previous}. Year so far: {year}."),
        },
    );
    notes
}
