//! What proves an obligation, by the shipped plan and figures made by hand.
//!
//! In: a plan, few figures, few activities. Out: what holds of every status.

use std::sync::Arc;

use chrono::DateTime;

use super::*;
use crate::activity::Proof;
use crate::plan::read;
use crate::report::fact::Marks;
use crate::report::figures::gather::{Given, gather};
use crate::report::figures::{Aired, BulletinLine};
use crate::report::period::{Calendar, Period, Span};
use crate::schedule::text::Source;
use crate::zones::States;

fn plan() -> Plan {
    let source = Source::decode("plan.toml", include_bytes!("../../../schedules/plan.toml")).unwrap();
    read::read(&source).plan.unwrap()
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, month, day).unwrap()
}

/// Figures of a log without rows, from a day in 2025 to the 14th of June.
fn nothing(plan: &Plan, first: NaiveDate) -> Figures {
    let window = Window { first, last: day(6, 14) };
    let given = Given {
        period: Period::new(Span::Days(window), Calendar::DEFAULT),
        plan: Some(plan),
        zones: &[],
        states: &States::default(),
        activities: &[],
        timezone: chrono_tz::Tz::Asia__Ho_Chi_Minh,
        today: window.last,
    };
    gather(given, [], &Marks::default())
}

/// The same with two airings of a theme.
fn aired(plan: &Plan, code: &str, from: NaiveDate, until: NaiveDate) -> Figures {
    let mut figures = nothing(plan, day(2, 19));
    let aired = Aired { airings: 2, aired_ms: 120_000 };
    let line = figures.themes.iter_mut().find(|line| *line.code == *code).unwrap();
    (line.aired, line.first, line.last) = (aired, Some(from), Some(until));
    figures.totals.aired.plan = aired;
    figures
}

fn approved(mut figures: Figures, first: NaiveDate) -> Figures {
    figures.totals.bulletins.approved = 1;
    figures.bulletins.push(BulletinLine {
        bulletin: Some(7),
        sha256: None,
        title: None,
        genre: None,
        author: None,
        themes: Arc::default(),
        themes_since: None,
        approval: Some("3".into()),
        approved_by: None,
        approved_at: None,
        first,
        aired: Aired { airings: 2, aired_ms: 120_000 },
        length_ms: None,
    });
    figures
}

fn activity(number: i64, code: &str, date: NaiveDate) -> Activity {
    Activity {
        number,
        revision: 1,
        date,
        until: None,
        code: code.to_owned(),
        channel: None,
        title: "Niêm yết".to_owned(),
        themes: Vec::new(),
        bulletin: None,
        place: None,
        people: None,
        procedures: None,
        who: None,
        link: None,
        files: Vec::new(),
        note: None,
        withdrawn: None,
        recorded_at: DateTime::default(),
        by: "Lan".to_owned(),
        via: "cli".to_owned(),
    }
}

fn linked(activity: Activity) -> Activity {
    Activity { link: Some("https://facebook.com/1".to_owned()), ..activity }
}

fn of<'a>(status: &'a Status, code: &str) -> &'a Obligation {
    status.obligations.iter().find(|each| each.code == code).unwrap()
}

fn proved(status: &Status) -> Vec<&str> {
    let proved = status.obligations.iter().filter(|each| each.state == State::Proved);
    proved.map(|each| each.code.as_str()).collect()
}

#[test]
fn an_empty_log_proves_nothing_of_the_plans_twenty_obligations() {
    let plan = plan();
    let status = status(&plan, &nothing(&plan, day(2, 19)), &[]);
    assert_eq!((status.done, status.planned, status.percent(), status.score_hundredths()), (0, 20, 0, 0));
    assert!(status.obligations.iter().all(|each| each.state == State::None && each.first.is_none()));
}

#[test]
fn airings_prove_their_theme_and_what_the_plan_lets_the_log_prove() {
    let plan = plan();
    let figures = aired(&plan, "ND3", day(3, 3), day(5, 5));
    assert_eq!(proved(&status(&plan, &figures, &[])), ["ND3", "HT1", "TN4.1"], "no bulletin was approved");
    let status = status(&plan, &approved(figures, day(3, 10)), &[]);
    assert_eq!(proved(&status), ["ND3", "HT1", "TN4.1", "TN4.2"]);
    let form = of(&status, "HT1");
    assert_eq!((form.airings, form.aired_ms, form.first, form.last), (2, 120_000, Some(day(3, 3)), Some(day(5, 5))));
    let task = of(&status, "TN4.2");
    assert_eq!((task.airings, task.bulletins, task.first), (0, 1, Some(day(3, 10))));
}

#[test]
fn an_activity_without_link_or_file_is_recorded_and_no_proof() {
    let plan = plan();
    let figures = nothing(&plan, day(2, 19));
    let bare = activity(1, "HT2", day(3, 1));
    let recorded = status(&plan, &figures, std::slice::from_ref(&bare));
    assert_eq!((of(&recorded, "HT2").state, recorded.done), (State::Recorded, 0));
    let file = Proof { name: "a.jpg".to_owned(), sha256: "ab".repeat(32), bytes: 1 };
    let filed = Activity { files: vec![file], until: Some(day(3, 9)), ..activity(2, "HT2", day(3, 2)) };
    let status = status(&plan, &figures, &[filed, bare]);
    let form = of(&status, "HT2");
    assert_eq!(
        (form.state, &form.proved_activities[..], &form.other_activities[..]),
        (State::Proved, &[2][..], &[1][..])
    );
    assert_eq!((form.first, form.last), (Some(day(3, 1)), Some(day(3, 9))));
}

#[test]
fn an_activity_counts_for_its_task_its_form_by_channel_and_its_themes() {
    let plan = plan();
    let posted = Activity {
        channel: Some("FB".to_owned()),
        themes: vec!["ND1".to_owned(), "ND5".to_owned()],
        ..linked(activity(1, "TN6.1", day(4, 1)))
    };
    let status = status(&plan, &nothing(&plan, day(2, 19)), &[posted]);
    assert_eq!(proved(&status), ["ND1", "ND5", "HT1", "TN6.1"]);
}

#[test]
fn what_was_withdrawn_or_lies_outside_of_the_window_is_not_there() {
    let plan = plan();
    let withdrawn = Activity { withdrawn: Some("nhập nhầm".to_owned()), ..linked(activity(1, "HT2", day(3, 1))) };
    let late = linked(activity(2, "HT2", day(6, 15)));
    let before_plan = linked(activity(3, "HT2", day(2, 18)));
    let status = status(&plan, &nothing(&plan, day(1, 1)), &[withdrawn, late, before_plan]);
    assert_eq!(of(&status, "HT2").state, State::None);
}

#[test]
fn what_aired_before_the_plan_was_signed_proves_nothing_of_it() {
    let plan = plan();
    let figures = approved(aired(&plan, "ND3", day(2, 1), day(2, 18)), day(2, 1));
    let before = status(&plan, &figures, &[]);
    assert_eq!((before.done, of(&before, "ND3").state), (0, State::Recorded));
    let figures = approved(aired(&plan, "ND3", day(2, 1), day(2, 19)), day(2, 1));
    assert_eq!(status(&plan, &figures, &[]).done, 4);
}

#[test]
fn shares_are_rounded_down_and_the_score_ends_below_nine_tenths() {
    let plan = plan();
    let figures = nothing(&plan, day(2, 19));
    let at = |done, planned| {
        let status = Status { done, planned, ..status(&plan, &figures, &[]) };
        (status.percent(), status.score_hundredths())
    };
    assert_eq!([at(999, 1000), at(20, 20), at(19, 20), at(18, 20)], [(99, 99), (100, 100), (95, 95), (90, 90)]);
    assert_eq!([at(17, 20), at(899, 1000), at(0, 20)], [(85, 0), (89, 0), (0, 0)]);
}
