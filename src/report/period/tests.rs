//! Periods: their days by both calendars, what is refused, what comes before.
//!
//! In: what a person types. Out: windows that tile the time. Must never ask for today. Next: `fact`.

use super::*;

fn days(text: &str, calendar: Calendar) -> String {
    let Window { first, last } = Period::new(text.parse().unwrap(), calendar).window;
    format!("{first}..{last}")
}

#[test]
fn reporting_months_close_on_the_14th() {
    for (text, window) in [
        ("2025-03", "2025-02-15..2025-03-14"),
        ("2025-01", "2024-12-15..2025-01-14"),
        ("2025-Q1", "2024-12-15..2025-03-14"),
        ("2025-Q3", "2025-06-15..2025-09-14"),
        ("2025-H1", "2024-12-15..2025-06-14"),
        ("2025-H2", "2025-06-15..2025-12-14"),
        ("2025-9M", "2024-12-15..2025-09-14"),
        ("2025", "2024-12-15..2025-12-14"),
        ("2025-02-19..2025-06-14", "2025-02-19..2025-06-14"),
    ] {
        assert_eq!(days(text, Calendar::DEFAULT), window, "{text}");
    }
}

#[test]
fn civil_months_are_those_of_the_wall() {
    for (text, window) in [
        ("2024-02", "2024-02-01..2024-02-29"),
        ("2025-Q4", "2025-10-01..2025-12-31"),
        ("2025-9M", "2025-01-01..2025-09-30"),
        ("2025", "2025-01-01..2025-12-31"),
    ] {
        assert_eq!(days(text, Calendar::Civil), window, "{text}");
    }
}

#[test]
fn what_is_no_period_is_refused() {
    let bad = [
        "",
        "25",
        "2025-3",
        "2025-13",
        "2025-00",
        "2025-Q5",
        "2025-h1",
        "2025-9m",
        "1969",
        "2025-03-01",
        "2025-03..",
        "2025-03-02..2025-03-01",
        "3000",
        "9999-12",
        "2025-01-01..9999-12-31",
        "1969-12-31..1970-01-01",
        "2000-01-01..2050-01-01",
        "+025",
        "02025",
        "2025-",
    ];
    for text in bad {
        assert!(text.parse::<Span>().is_err(), "{text}");
    }
}

#[test]
fn a_period_is_written_as_it_was_typed() {
    for text in ["2025-03", "2025-Q1", "2025-H2", "2025-9M", "2025", "2025-02-19..2025-06-14", "1970-01-01..2019-12-31"]
    {
        assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
    }
}

#[test]
fn a_month_is_called_as_its_readers_call_it() {
    let month = Period::new("2025-07".parse().unwrap(), Calendar::DEFAULT);
    assert_eq!([Language::Vi, Language::En].map(|language| month.name(language)), ["tháng 7 năm 2025", "July 2025"]);
}

#[test]
fn the_months_of_a_period_are_all_of_its_days() {
    let calendars = [Calendar::DEFAULT, Calendar::Reporting(1), Calendar::Reporting(28), Calendar::Civil];
    for calendar in calendars {
        for text in ["2025-03", "2025-H1", "2025", "2024-02-29..2024-02-29", "2024-12-31..2026-01-01"] {
            let period = Period::new(text.parse().unwrap(), calendar);
            let months = period.months();
            assert_eq!(months[0].1.first, period.window.first);
            assert_eq!(months.last().unwrap().1.last, period.window.last);
            for pair in months.windows(2) {
                assert_eq!(pair[0].1.last + Days::new(1), pair[1].1.first, "{text}");
            }
            for (month, window) in months {
                assert_eq!([window.first, window.last].map(|day| calendar.month_of(day)), [month; 2]);
            }
        }
    }
}

#[test]
fn the_period_before_ends_where_this_one_begins() {
    for text in ["2025-01", "2025-Q1", "2025-Q3", "2025-H1", "2025-H2", "2025", "2025-02-19..2025-06-14"] {
        let period = Period::new(text.parse().unwrap(), Calendar::DEFAULT);
        assert_eq!(period.previous().window.last + Days::new(1), period.window.first, "{text}");
    }
    let nine = Period::new(Span::NineMonths(2025), Calendar::DEFAULT);
    assert_eq!(nine.previous().span, Span::NineMonths(2024));
}

#[test]
fn the_year_so_far_begins_with_its_first_month() {
    let so_far = |text: &str| Period::new(text.parse().unwrap(), Calendar::DEFAULT).year_so_far().first.to_string();
    assert_eq!(so_far("2025-Q3"), "2024-12-15");
    assert_eq!(so_far("2025-12-20..2025-12-25"), "2025-12-15");
}
