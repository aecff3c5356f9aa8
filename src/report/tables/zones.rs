//! Biểu 3, zones: what each village's loudspeakers were fed while they worked, and on how many days they did not.
//!
//! In: figures. Out: a table whose sum is one of airings by zone and never of airings; what the station aired, each airing once,
//! stands below it as its own line. Next: `channels`.

use super::Given;
use super::rules::{Rule, say};
use super::shape::{
    aired, aired_columns, figure, heading, maybe, numbered, ordinal, ordinals, plain, remarks, spelled, table, total,
    under, warning, words,
};
use crate::report::figures::{Aired, Split, ZoneLine};
use crate::report::table::{Cell, Column, Line, Table, date};

/// Biểu 3. Theo thôn, cụm loa.
#[must_use]
pub fn zones(given: &Given<'_>) -> Table {
    let figures = given.figures;
    let mut lines: Vec<Line> = figures.zones.iter().enumerate().map(|(index, zone)| line(given, index, zone)).collect();
    if lines.is_empty() {
        lines.push(heading(given.pick("Không có cụm loa nào", "No zone")));
    }
    let none = figures.zoneless;
    if none != Split::default() {
        let name = given.pick("Không ghi cụm loa", "No zone named");
        lines.push(plain(sums(name, Cell::Empty, none, Cell::Number(0), Cell::Empty)));
    }
    let mut by_zone = none;
    let mut broken = Aired::default();
    for zone in &figures.zones {
        by_zone += zone.aired;
        broken += zone.while_broken.plan;
        broken += zone.while_broken.other;
    }
    let name = given.pick("Cộng lượt theo cụm loa", "Airings by zone");
    let speakers = figures.speakers().map_or(Cell::Empty, Cell::Number);
    lines.push(total(sums(name, speakers, by_zone, Cell::Number(broken.airings), Cell::Empty)));
    let name = given.pick("Lượt phát của đài, mỗi lượt tính một lần", "Airings of the station, each once");
    lines.push(total(sums(name, Cell::Empty, figures.totals.aired, Cell::Empty, Cell::Empty)));

    let title = numbered(given, 3, given.pick("Theo thôn, cụm loa", "Zones"));
    let rules = [Rule::Zones, Rule::Evidence, Rule::CardOnly, Rule::Airing, Rule::Minutes, Rule::PlanAndOther];
    table("zones", title, columns(given), lines, say(rules, given.language))
}

fn columns(given: &Given<'_>) -> Vec<Column> {
    let mut columns = vec![
        ordinals(given),
        words(given.pick("Thôn/cụm loa", "Zone"), 36),
        figure(given.pick("Số loa", "Loud-speakers"), 11),
        words(given.pick("Tình trạng", "State"), 22),
    ];
    columns.extend(under(given.pick("Theo kế hoạch", "The plan"), aired_columns(given)));
    columns.extend(under(given.pick("Lượt phát khác", "Other airings"), aired_columns(given)));
    columns.push(figure(given.pick("Lượt khi hỏng (không tính)", "While broken (not counted)"), 15));
    columns.push(figure(given.pick("Số ngày mất tín hiệu", "Days broken"), 14));
    columns.push(remarks(given, 26));
    columns
}

fn sums(name: &str, speakers: Cell, split: Split, broken: Cell, remark: Cell) -> Vec<Cell> {
    let mut cells = vec![Cell::Empty, Cell::text(name), speakers, Cell::Empty];
    cells.extend(aired(split.plan));
    cells.extend(aired(split.other));
    cells.extend([broken, Cell::Empty, remark]);
    cells
}

fn line(given: &Given<'_>, index: usize, zone: &ZoneLine) -> Line {
    // Of a zone that the settings do not have nobody can say that it works.
    let state = match (zone.broken_since, zone.is_set) {
        (Some(since), _) => {
            format!("{} {}", given.pick("hỏng từ", "broken since"), date(since.date_naive(), given.language))
        }
        (None, true) => given.pick("hoạt động", "working").to_owned(),
        (None, false) => given.pick("không còn trong cấu hình", "no longer in the settings").to_owned(),
    };
    let name = spelled(given, &zone.names);
    let mut cells = vec![
        ordinal(index),
        Cell::Text(if name.is_empty() { zone.id.to_string() } else { name }),
        zone.speakers.map_or(Cell::Empty, Cell::Number),
        Cell::Text(state),
    ];
    cells.extend(aired(zone.aired.plan));
    cells.extend(aired(zone.aired.other));
    cells.push(Cell::Number(zone.while_broken.plan.airings + zone.while_broken.other.airings));
    cells.push(Cell::Number(zone.broken_days));
    let nothing = zone.aired.plan.airings == 0;
    cells.push(maybe(nothing.then(|| given.pick("chưa có lượt phát theo kế hoạch", "nothing of the plan aired"))));
    if zone.broken_since.is_some() || nothing { warning(cells) } else { plain(cells) }
}
