//! Biểu 6, activities besides the air: what people entered, by form and task of the plan, with what proves it.
//!
//! In: activities of any time, the plan. Out: a table of those with a day in the window that were not withdrawn, under the
//! heading of their form or task. Their numbers are never mixed with airings. Next: `matrix`.

use super::Given;
use super::rules::{Rule, say};
use super::shape::{
    days, figure, heading, mark, maybe, numbered, ordinal, ordinals, plain, table, total, under, words,
};
use crate::activity::Activity;
use crate::report::table::{Cell, Column, Line, Table};

/// Biểu 6. Hoạt động khác.
#[must_use]
pub fn activities(given: &Given<'_>) -> Table {
    let (shown, order) = (given.activities_shown(), codes(given));
    let mut lines = Vec::new();
    let mut before = None;
    for (index, activity) in shown.iter().enumerate() {
        if before != Some(&activity.code) {
            let label = order.iter().find(|(code, _)| *code == activity.code).map(|(_, label)| *label);
            lines.push(heading(match label {
                Some(label) => format!("{}. {label}", activity.code),
                None => activity.code.clone(),
            }));
            before = Some(&activity.code);
        }
        lines.push(line(given, index, activity));
    }
    if shown.is_empty() {
        lines
            .push(heading(given.pick("Không có hoạt động nào được ghi trong kỳ", "No activity entered in the period")));
    }
    let sum = |of: fn(&Activity) -> Option<i64>| Cell::Number(shown.iter().filter_map(|activity| of(activity)).sum());
    let name = given.pick("Tổng số hoạt động", "Activities in all");
    lines.push(total(vec![
        Cell::Number(shown.len() as i64),
        Cell::Empty,
        Cell::text(name),
        Cell::Empty,
        sum(|activity| activity.people),
        sum(|activity| activity.procedures),
        Cell::Empty,
        Cell::Text(proved(given, &shown)),
    ]));
    let title = numbered(given, 6, given.pick("Hoạt động khác", "Activities besides the air"));
    table("activities", title, columns(given), lines, say([Rule::Activities, Rule::Postings], given.language))
}

fn columns(given: &Given<'_>) -> Vec<Column> {
    let mut columns = vec![
        ordinals(given),
        mark(given.pick("Ngày", "Day"), 20),
        words(given.pick("Hoạt động", "Activity"), 52),
        words(given.pick("Địa điểm", "Place"), 28),
    ];
    let people = figure(given.pick("Người dự", "People"), 12);
    let procedures = figure(given.pick("TTHC", "Procedures"), 12);
    columns.extend(under(given.pick("Số người dự/số TTHC", "People / procedures"), [people, procedures]));
    columns.push(words(given.pick("Người phụ trách", "In charge"), 24));
    columns.push(words(given.pick("Minh chứng", "Proof"), 36));
    columns
}

impl<'a> Given<'a> {
    /// Activities with a day in the window that nobody took back, by form and task in the order of the plan, then by day.
    #[must_use]
    pub fn activities_shown(&self) -> Vec<&'a Activity> {
        let window = self.period.window;
        let counts = |activity: &&Activity| !activity.is_withdrawn() && activity.touches(window.first, window.last);
        let mut shown: Vec<&Activity> = self.activities.iter().filter(counts).collect();
        let order = codes(self);
        let place = |code: &str| order.iter().position(|(each, _)| *each == code).unwrap_or(order.len());
        let key = |activity: &Activity| (place(&activity.code), activity.code.clone(), activity.date, activity.number);
        shown.sort_by_cached_key(|activity| key(activity));
        shown
    }
}

/// Forms, then tasks, as the plan has them.
fn codes<'a>(given: &Given<'a>) -> Vec<(&'a str, &'a str)> {
    let Some(plan) = given.plan else { return Vec::new() };
    let forms = plan.forms.iter().map(|form| (form.code.as_str(), form.label.as_str()));
    forms.chain(plan.tasks.iter().map(|task| (task.code.as_str(), task.text.as_str()))).collect()
}

fn line(given: &Given<'_>, index: usize, activity: &Activity) -> Line {
    let mut title = activity.title.clone();
    if let Some(channel) = &activity.channel {
        let channels = given.plan.iter().flat_map(|plan| &plan.forms).flat_map(|form| &form.channels);
        let label = channels.into_iter().find(|each| each.code == *channel).map_or(channel, |each| &each.label);
        title = format!("{label}: {title}");
    }
    if !activity.themes.is_empty() {
        title = format!("{title} ({})", activity.themes.join(", "));
    }
    plain(vec![
        ordinal(index),
        Cell::Text(days(given, activity.date, activity.last_day())),
        Cell::Text(title),
        maybe(activity.place.as_deref()),
        activity.people.map_or(Cell::Empty, Cell::Number),
        activity.procedures.map_or(Cell::Empty, Cell::Number),
        maybe(activity.who.as_deref()),
        Cell::Text(proof(given, activity)),
    ])
}

fn proof(given: &Given<'_>, activity: &Activity) -> String {
    if !activity.has_proof() {
        return given.pick("chưa có minh chứng", "no proof").to_owned();
    }
    let files = activity.files.iter().map(|file| file.name.as_str());
    activity.link.as_deref().into_iter().chain(files).collect::<Vec<_>>().join("; ")
}

fn proved(given: &Given<'_>, shown: &[&Activity]) -> String {
    let proved = shown.iter().filter(|activity| activity.has_proof()).count();
    format!("{proved}/{} {}", shown.len(), given.pick("có minh chứng", "with proof"))
}
