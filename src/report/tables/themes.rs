//! Biểu 1, themes: bulletins, airings, minutes and postings of each; and Biểu 7, the themes named besides the main one.
//!
//! In: figures, the plan's channels. Out: two tables. Every theme of the plan has its line, also when nothing of it aired: that
//! is said in words. Then what the plan does not know, then the total of all rows. Must never add other themes up. Pure. Next:
//! `months`.

use super::Given;
use super::rules::{Rule, say};
use super::shape::{
    aired, aired_columns, days, figure, heading, numbered, ordinal, ordinals, plain, remarks, spelled, table, total,
    under, warning, words,
};
use crate::plan::{Channel, ChannelKind};
use crate::report::figures::{Aired, Bulletins, ThemeLine, Unit};
use crate::report::table::{Cell, Column, Line, Table, date, grouped, minutes};

/// Biểu 1. Tổng hợp theo nội dung.
#[must_use]
pub fn themes(given: &Given<'_>) -> Table {
    let postings = Postings::new(given);
    let planned = || given.figures.themes.iter().filter(|theme| theme.is_planned);
    let unknown = || given.figures.themes.iter().filter(|theme| !theme.is_planned);
    let totals = &given.figures.totals;
    let mut lines: Vec<Line> = planned().enumerate().map(|(index, theme)| planned_line(given, index, theme)).collect();
    if lines.is_empty() {
        lines.push(heading(given.pick("Không có nội dung nào của kế hoạch", "No theme of a plan")));
    }
    let sum_of = |themes: &mut dyn Iterator<Item = &ThemeLine>| postings.sum(themes);
    let of_plan = sum_of(&mut planned());
    let approved = Cell::Number(totals.bulletins.approved);
    let cells = |name: &str, bulletins: Cell, sums: Aired, posted: &[i64], remark: String| {
        let mut cells = vec![Cell::Empty, Cell::text(name), bulletins];
        cells.extend(aired(sums));
        cells.extend(posted.iter().map(|&count| Cell::Number(count)));
        cells.push(if remark.is_empty() { Cell::Empty } else { Cell::Text(remark) });
        cells
    };
    let name = given.pick("Cộng theo kế hoạch", "The plan");
    let remark = unapproved(given, totals.bulletins);
    lines.push(total(cells(name, approved.clone(), totals.aired.plan, &of_plan, remark)));
    for theme in unknown() {
        let name = format!("{} {}", given.pick("Mã ngoài kế hoạch:", "Code not in the plan:"), theme.code);
        lines.push(plain(cells(&name, Cell::Empty, theme.aired, &postings.of(theme), span(given, theme))));
    }
    let name = given.pick("Không gắn nội dung (nhạc hiệu, lời chào …)", "Without a theme (signatures, greetings …)");
    let rest = postings.without_theme(given);
    lines.push(plain(cells(name, Cell::Empty, given.figures.themeless, &rest, String::new())));
    let mut all = totals.aired.plan;
    all += totals.aired.other;
    let posted: Vec<i64> = sum_of(&mut given.figures.themes.iter()).iter().zip(&rest).map(|(a, b)| a + b).collect();
    lines.push(total(cells(given.pick("Tổng cộng", "All airings"), approved, all, &posted, String::new())));
    let title = numbered(given, 1, given.pick("Tổng hợp theo nội dung", "Themes"));
    table("themes", title, columns(given, &postings), lines, notes(given, &postings))
}

fn columns(given: &Given<'_>, postings: &Postings) -> Vec<Column> {
    let mut columns = vec![
        ordinals(given),
        words(given.pick("Nội dung tuyên truyền (theo Kế hoạch)", "Theme of the plan"), 50),
        figure(given.pick("Số tin, bài", "Bulletins"), 13),
    ];
    columns.extend(aired_columns(given));
    for (_, label) in &postings.channels {
        columns.extend(under(given.pick("Số bài đăng", "Postings"), [figure(label, 15)]));
    }
    columns.push(remarks(given, 30));
    columns
}

fn planned_line(given: &Given<'_>, index: usize, theme: &ThemeLine) -> Line {
    let name = named(theme);
    let mut cells = vec![ordinal(index), Cell::Text(name), Cell::Number(theme.bulletins.approved)];
    cells.extend(aired(theme.aired));
    cells.extend(Postings::new(given).of(theme).into_iter().map(Cell::Number));
    let mut remarks = Vec::new();
    if theme.aired.airings == 0 {
        remarks.push(nothing_aired(given).to_owned());
    }
    remarks.extend([span(given, theme), unapproved(given, theme.bulletins)].into_iter().filter(|it| !it.is_empty()));
    cells.push(Cell::Text(remarks.join("; ")));
    if theme.aired.airings == 0 { warning(cells) } else { plain(cells) }
}

/// What is said of a theme of the plan without an airing that counts.
pub(super) const fn nothing_aired(given: &Given<'_>) -> &'static str {
    given.pick("chưa phát lượt nào", "nothing aired")
}

/// `ND3. Kiểm soát TTHC`; the code alone if the plan does not know it.
pub(super) fn named(theme: &ThemeLine) -> String {
    theme.label.as_ref().map_or_else(|| theme.code.to_string(), |label| format!("{}. {label}", theme.code))
}

/// From the first to the last day on which it aired.
fn span(given: &Given<'_>, theme: &ThemeLine) -> String {
    theme.first.zip(theme.last).map(|(first, last)| days(given, first, last)).unwrap_or_default()
}

fn unapproved(given: &Given<'_>, bulletins: Bulletins) -> String {
    match bulletins.unapproved {
        0 => String::new(),
        count => format!(
            "{} {count} {}",
            given.pick("ngoài ra", "besides"),
            given.pick("tin, bài chưa có phiếu duyệt", "without an approval")
        ),
    }
}

fn notes(given: &Given<'_>, postings: &Postings) -> Vec<String> {
    let rules = [
        Rule::Evidence,
        Rule::CardOnly,
        Rule::Airing,
        Rule::Day,
        Rule::Minutes,
        Rule::MainTheme,
        Rule::PlanAndOther,
        Rule::Bulletins,
        Rule::NewBulletins,
    ];
    let mut notes = say(rules, given.language);
    if !postings.channels.is_empty() {
        notes.push(Rule::Postings.say(given.language).to_owned());
    }
    notes.extend(since_plan(given));
    notes.extend(uncounted(given));
    if given.figures.totals.stations.len() > 1 {
        let name = given.pick("Tên đài trong nhật ký của kỳ", "Names of the station in the log of the period");
        notes.push(format!("{name}: {}.", spelled(given, &given.figures.totals.stations)));
    }
    notes
}

fn since_plan(given: &Given<'_>) -> Option<String> {
    let since = given.figures.since_plan.as_ref()?;
    let day = date(since.date, given.language);
    let [airings, bulletins] =
        [since.aired.airings, since.bulletins.approved].map(|count| grouped(count, given.language));
    let length = minutes(since.aired.aired_ms, given.language);
    Some(match given.language {
        crate::language::Language::Vi => format!(
            "Kế hoạch ban hành ngày {day}; từ ngày đó đến hết kỳ: {bulletins} tin, bài, {airings} lượt phát theo kế hoạch, \
             {length} phút."
        ),
        crate::language::Language::En => format!(
            "The plan was signed on {day}; from then to the end of the period: {bulletins} bulletins, {airings} airings of \
             the plan, {length} minutes."
        ),
    })
}

/// What was left out, as far as there is any.
fn uncounted(given: &Given<'_>) -> Option<String> {
    let totals = &given.figures.totals;
    let told: Vec<String> = [
        (totals.rehearsals, "dòng phát thử không tính", "row(s) of rehearsals, not counted"),
        (totals.voided, "dòng bị hủy bằng đính chính, không tính", "row(s) voided by a correction, not counted"),
        (totals.corrected, "dòng có đính chính đang có hiệu lực", "row(s) with a correction in force"),
    ]
    .iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, vi, en)| format!("{} {}", grouped(*count, given.language), given.pick(vi, en)))
    .collect();
    let name = given.pick("Trong nhật ký của kỳ còn có", "The log of the period also has");
    (!told.is_empty()).then(|| format!("{name}: {}.", told.join("; ")))
}

/// The plan's channels that are not heard.
struct Postings {
    /// Code and label, in the order of the plan.
    channels: Vec<(String, String)>,
}

impl Postings {
    fn new(given: &Given<'_>) -> Self {
        let channels = given.plan.iter().flat_map(|plan| &plan.forms).flat_map(|form| &form.channels);
        let silent = channels.filter(|channel| channel.kind != ChannelKind::Audio);
        let named = |channel: &Channel| (channel.code.clone(), channel.label.clone());
        Self { channels: silent.map(named).collect() }
    }

    /// Postings of a theme, channel by channel.
    fn of(&self, theme: &ThemeLine) -> Vec<i64> {
        let count = |code: &str| theme.postings.iter().find(|(each, _)| &**each == code).map_or(0, |(_, count)| *count);
        self.channels.iter().map(|(code, _)| count(code)).collect()
    }

    fn sum(&self, themes: &mut dyn Iterator<Item = &ThemeLine>) -> Vec<i64> {
        themes.fold(vec![0; self.channels.len()], |sums, theme| {
            sums.iter().zip(self.of(theme)).map(|(sum, count)| sum + count).collect()
        })
    }

    /// What the channels count and no theme does.
    fn without_theme(&self, given: &Given<'_>) -> Vec<i64> {
        let of_themes = self.sum(&mut given.figures.themes.iter());
        let lines = &given.figures.channels;
        let counted = |code: &str| {
            lines.iter().find(|line| line.unit == Unit::Postings && &*line.code == code).map_or(0, |line| line.this)
        };
        self.channels.iter().zip(of_themes).map(|((code, _), of_themes)| (counted(code) - of_themes).max(0)).collect()
    }
}

/// Biểu 7. Nội dung kèm theo.
#[must_use]
pub fn other_themes(given: &Given<'_>) -> Table {
    let mut columns = vec![ordinals(given), words(given.pick("Nội dung kèm theo", "Other theme"), 80)];
    columns.extend(aired_columns(given));
    let mut lines: Vec<Line> = given
        .figures
        .other_themes
        .iter()
        .enumerate()
        .map(|(index, theme)| {
            let name = match &theme.label {
                Some(label) => format!("{}. {label}", theme.code),
                None => theme.code.to_string(),
            };
            let mut cells = vec![ordinal(index), Cell::Text(name)];
            cells.extend(aired(theme.aired));
            plain(cells)
        })
        .collect();
    if lines.is_empty() {
        let none = given.pick("Không có lượt phát nào mang nội dung kèm theo", "No airing carries another theme");
        lines.push(heading(none));
    }
    let title = numbered(given, 7, given.pick("Nội dung kèm theo", "Other themes"));
    let notes = say([Rule::OtherThemes, Rule::CardOnly, Rule::Airing], given.language);
    table("other_themes", title, columns, lines, notes)
}
