//! Biểu 8, themes and months: when each theme of the plan aired, and which had nothing.
//!
//! In: figures. Out: a table with two lines for each theme, airings and minutes, a column for each month and one for all. More
//! than 13 months are put together by year, or the paper would not hold them. Next: `chart`.

use super::Given;
use super::months::month_name;
use super::rules::{Rule, say};
use super::shape::{figure, heading, mark, numbered, plain, table, total, warning, words};
use super::themes::{named, nothing_aired};
use crate::report::figures::{Aired, ThemeLine};
use crate::report::table::{Cell, Emphasis, Line, Table};

/// Months side by side at most: those that a year's days can touch.
const MOST_MONTHS: usize = 13;

/// Names of the columns of time, and which months each takes in, by index.
pub(super) fn columns_of_time(given: &Given<'_>) -> Vec<(String, Vec<usize>)> {
    let months = &given.figures.months;
    let by_year = months.len() > MOST_MONTHS;
    let mut columns = Vec::<(String, Vec<usize>)>::new();
    for (index, line) in months.iter().enumerate() {
        let name = if by_year { line.month.year.to_string() } else { month_name(given.language, line.month) };
        match columns.last_mut() {
            Some((last, indices)) if *last == name => indices.push(index),
            _ => columns.push((name, vec![index])),
        }
    }
    columns
}

/// The figures of months in columns of time.
pub(super) fn in_columns(months: &[Aired], columns: &[(String, Vec<usize>)]) -> Vec<Aired> {
    let sum = |indices: &Vec<usize>| {
        let mut sum = Aired::default();
        indices.iter().filter_map(|&index| months.get(index)).for_each(|&month| sum += month);
        sum
    };
    columns.iter().map(|(_, indices)| sum(indices)).collect()
}

/// Biểu 8. Nội dung theo tháng.
#[must_use]
pub fn matrix(given: &Given<'_>) -> Table {
    let time = columns_of_time(given);
    let mut columns = vec![
        mark(given.pick("Mã", "Code"), 12),
        words(given.pick("Nội dung tuyên truyền", "Theme"), 46),
        words(given.pick("Đơn vị tính", "Unit"), 17),
    ];
    columns.extend(time.iter().map(|(name, _)| figure(name, 14)));
    columns.push(figure(given.pick("Cộng", "Sum"), 15));
    columns.push(words(given.pick("Ghi chú", "Remarks"), 20));

    let figures = given.figures;
    let mut rows = Rows { given, lines: Vec::new(), time: &time };
    let (planned, unknown): (Vec<&ThemeLine>, Vec<&ThemeLine>) =
        figures.themes.iter().partition(|theme| theme.is_planned);
    for theme in &planned {
        rows.theme(theme);
    }
    if planned.is_empty() {
        rows.lines.push(heading(given.pick("Không có nội dung nào của kế hoạch", "No theme of a plan")));
    }
    let of_plan: Vec<Aired> = figures.months.iter().map(|month| month.aired.plan).collect();
    rows.put("", given.pick("Cộng theo kế hoạch", "The plan"), &of_plan, Emphasis::Total);
    for theme in &unknown {
        let name = given.pick("Mã ngoài kế hoạch", "Code not in the plan");
        rows.put(&theme.code, name, &theme.months, Emphasis::Plain);
    }
    let name = given.pick("Không gắn nội dung (nhạc hiệu, lời chào …)", "Without a theme (signatures, greetings …)");
    rows.put("", name, &themeless(given, &unknown), Emphasis::Plain);
    let all = |index: usize| {
        let mut all = figures.months[index].aired.plan;
        all += figures.months[index].aired.other;
        all
    };
    let all: Vec<Aired> = (0..figures.months.len()).map(all).collect();
    rows.put("", given.pick("Tổng cộng", "All airings"), &all, Emphasis::Total);

    let title = numbered(given, 8, given.pick("Nội dung theo tháng", "Themes and months"));
    let rules = [Rule::CardOnly, Rule::Airing, Rule::Day, Rule::Minutes, Rule::MainTheme, Rule::PlanAndOther];
    let lines = rows.lines;
    table("matrix", title, columns, lines, say(rules, given.language))
}

/// Month by month, what aired without any theme: all that is no theme's.
fn themeless(given: &Given<'_>, unknown: &[&ThemeLine]) -> Vec<Aired> {
    let rest = |(index, mut rest): (usize, Aired)| {
        for theme in unknown {
            let known = theme.months.get(index).copied().unwrap_or_default();
            rest.airings -= known.airings;
            rest.aired_ms -= known.aired_ms;
        }
        rest
    };
    given.figures.months.iter().map(|month| month.aired.other).enumerate().map(rest).collect()
}

struct Rows<'a> {
    given: &'a Given<'a>,
    lines: Vec<Line>,
    time: &'a [(String, Vec<usize>)],
}

impl Rows<'_> {
    fn theme(&mut self, theme: &ThemeLine) {
        let emphasis = if theme.aired.airings == 0 { Emphasis::Warning } else { Emphasis::Plain };
        let label = theme.label.clone().unwrap_or_else(|| named(theme));
        self.put(&theme.code, &label, &theme.months, emphasis);
    }

    /// Two lines: airings, minutes.
    fn put(&mut self, code: &str, name: &str, months: &[Aired], emphasis: Emphasis) {
        let given = self.given;
        let columns = in_columns(months, self.time);
        let mut sum = Aired::default();
        for &column in &columns {
            sum += column;
        }
        let remark = if emphasis == Emphasis::Warning { Cell::text(nothing_aired(given)) } else { Cell::Empty };
        let cell = |is_count: bool, aired: Aired| {
            if is_count { Cell::Number(aired.airings) } else { Cell::Minutes(aired.aired_ms) }
        };
        for is_count in [true, false] {
            let unit = if is_count { given.pick("lượt phát", "airings") } else { given.pick("phút", "minutes") };
            let code = if code.is_empty() { Cell::Empty } else { Cell::text(code) };
            let mut cells = vec![code, Cell::text(name), Cell::text(unit)];
            cells.extend(columns.iter().map(|&column| cell(is_count, column)));
            cells.extend([cell(is_count, sum), remark.clone()]);
            self.lines.push(match emphasis {
                Emphasis::Total => total(cells),
                Emphasis::Warning => warning(cells),
                Emphasis::Plain | Emphasis::Heading | Emphasis::Remark => plain(cells),
            });
        }
    }
}
