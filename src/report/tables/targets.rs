//! Biểu 12, targets: what the commune has set itself in the plan, and what was reached.
//!
//! In: the plan's targets, figures, the period. Out: a table, or none when nothing was set. A target of a month is measured over
//! the whole months in the period, one of a quarter over whole quarters, one of a year over the plan's whole year; what was
//! reached is taken from those months alone. Must never invent a target, nor say whether it is good. Pure. Next: `report::html`.

use super::Given;
use super::months::month_name;
use super::rules::{Rule, say};
use super::shape::{figure, maybe, numbered, ordinal, ordinals, plain, table, words};
use crate::plan::{Per, Target};
use crate::report::figures::Aired;
use crate::report::period::{Month, Period, Span};
use crate::report::table::{Cell, Line, Table};

/// Biểu 12. Chỉ tiêu của xã; none if the plan sets no target.
#[must_use]
pub fn targets(given: &Given<'_>) -> Option<Table> {
    let targets = &given.plan?.targets;
    if targets.is_empty() {
        return None;
    }
    let columns = vec![
        ordinals(given),
        words(given.pick("Nội dung", "Theme"), 46),
        words(given.pick("Đơn vị tính", "Unit"), 18),
        figure(given.pick("Mức đặt ra", "Set"), 14),
        words(given.pick("Cho mỗi", "For each"), 14),
        words(given.pick("Phần trọn vẹn của kỳ", "Whole ones in the period"), 34),
        figure(given.pick("Chỉ tiêu", "Target"), 14),
        figure(given.pick("Đạt", "Reached"), 14),
        words(given.pick("Ghi chú", "Remarks"), 36),
    ];
    let mut lines = Vec::<Line>::new();
    for target in targets {
        let Target { bulletins, airings, minutes, .. } = *target;
        for (unit, set) in [(Unit::Bulletins, bulletins), (Unit::Airings, airings), (Unit::Minutes, minutes)] {
            if let Some(set) = set {
                lines.push(line(given, lines.len(), target, unit, set));
            }
        }
    }
    let title = numbered(given, 12, given.pick("Chỉ tiêu của xã", "Targets of the commune"));
    let rules = [Rule::Targets, Rule::Airing, Rule::Minutes, Rule::Bulletins];
    Some(table("targets", title, columns, lines, say(rules, given.language)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bulletins,
    Airings,
    Minutes,
}

fn line(given: &Given<'_>, index: usize, target: &Target, unit: Unit, set: i64) -> Line {
    let whole = Whole::new(given, target.per);
    let measured = (whole.count > 0).then(|| reached(given, target, unit, &whole)).flatten();
    let cell = |amount: i64| if unit == Unit::Minutes { Cell::Minutes(amount * 60_000) } else { Cell::Number(amount) };
    let (vi, en) = match unit {
        Unit::Bulletins => ("tin, bài", "bulletins"),
        Unit::Airings => ("lượt phát", "airings"),
        Unit::Minutes => ("phút", "minutes"),
    };
    let (per_vi, per_en) = match target.per {
        Per::Month => ("tháng", "month"),
        Per::Quarter => ("quý", "quarter"),
        Per::Year => ("năm", "year"),
    };
    let remark =
        if whole.count == 0 {
            Some(given.pick("kỳ không trọn, không so", "no whole one in the period, not compared"))
        } else if measured.is_none() {
            Some(given.pick(
                "tin, bài chỉ so khi cả kỳ trọn vẹn",
                "bulletins are compared only if all of the period is whole",
            ))
        } else {
            None
        };
    plain(vec![
        ordinal(index),
        Cell::Text(theme_name(given, target)),
        Cell::text(given.pick(vi, en)),
        cell(set),
        Cell::text(given.pick(per_vi, per_en)),
        Cell::Text(whole.in_words(given)),
        if whole.count == 0 { Cell::Empty } else { cell(set * whole.count) },
        measured.unwrap_or(Cell::Empty),
        maybe(remark),
    ])
}

fn theme_name(given: &Given<'_>, target: &Target) -> String {
    let Some(code) = &target.theme else {
        return given.pick("Tất cả nội dung của kế hoạch", "All themes of the plan").to_owned();
    };
    let themes = given.plan.iter().flat_map(|plan| &plan.themes);
    let label = themes.into_iter().find(|theme| theme.code == *code).map(|theme| format!("{code}. {}", theme.label));
    label.unwrap_or_else(|| code.clone())
}

/// The whole months, quarters or years of the period.
struct Whole {
    /// Indices into the figures' months.
    months: Vec<usize>,
    /// How many months, quarters or years they are.
    count: i64,
    /// Whether no month of the period is left out.
    is_all: bool,
}

impl Whole {
    fn new(given: &Given<'_>, per: Per) -> Self {
        let lines = &given.figures.months;
        let is_whole = |month: Month, days| Period::new(Span::Month(month), given.period.calendar).window == days;
        let year = given.plan.map(|plan| plan.year);
        let length = match per {
            Per::Month => 1,
            Per::Quarter => 3,
            Per::Year => 12,
        };
        let mut months = Vec::new();
        let mut index = 0;
        while let Some(run) = lines.get(index..index + length) {
            let begins = (run[0].month.month as usize - 1).is_multiple_of(length);
            let of_the_plan = per != Per::Year || year == Some(i64::from(run[0].month.year));
            if begins && of_the_plan && run.iter().all(|line| is_whole(line.month, line.window)) {
                months.extend(index..index + length);
                index += length;
            } else {
                index += 1;
            }
        }
        let count = (months.len() / length) as i64;
        Self { is_all: months.len() == lines.len(), months, count }
    }

    /// `3 (1/2025 - 3/2025)`.
    fn in_words(&self, given: &Given<'_>) -> String {
        let name = |index: &usize| month_name(given.language, given.figures.months[*index].month);
        match (self.months.first(), self.months.last()) {
            (Some(first), Some(last)) if first == last => format!("{} ({})", self.count, name(first)),
            (Some(first), Some(last)) => format!("{} ({} - {})", self.count, name(first), name(last)),
            _ => "0".to_owned(),
        }
    }
}

/// What was reached in whole months; bulletins are not known month by month of a theme, so only if the period is whole.
fn reached(given: &Given<'_>, target: &Target, unit: Unit, whole: &Whole) -> Option<Cell> {
    let figures = given.figures;
    let theme = match &target.theme {
        Some(code) => Some(figures.themes.iter().find(|theme| *theme.code == **code)?),
        None => None,
    };
    if unit == Unit::Bulletins {
        let bulletins = theme.map_or(figures.totals.bulletins, |theme| theme.bulletins);
        return whole.is_all.then_some(Cell::Number(bulletins.approved));
    }
    let mut sum = Aired::default();
    for &index in &whole.months {
        sum += theme.map_or(figures.months[index].aired.plan, |theme| theme.months[index]);
    }
    Some(if unit == Unit::Airings { Cell::Number(sum.airings) } else { Cell::Minutes(sum.aired_ms) })
}
