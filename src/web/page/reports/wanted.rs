//! Which period is asked for: by a code as the commands take it, by a part of a year, or from a day to a day.
//!
//! In: the query of a request. Out: a period, or what is wrong with it; and the form in which people choose one. Without any
//! wish it is the month of today, by the calendar of the settings. Next: `counted`.

use chrono::{Datelike as _, NaiveDate};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::super::answer::Refusal;
use super::super::super::part::form;
use super::super::super::visitor::Visitor;
use crate::config::Config;
use crate::report::period::{Calendar, Period, Span, Window, YEARS};
use crate::report::table::date;

/// What a request says of the period; all of it may be missing or empty.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Wanted {
    /// As the commands write it: `2025-Q1`.
    #[serde(default, alias = "period")]
    ky: String,
    /// `reporting` or `civil`.
    #[serde(default, alias = "calendar")]
    lich: String,
    /// A year, with a part of it: `03`, `Q1`, `H1`, `9M`, `nam`.
    #[serde(default)]
    nam: String,
    #[serde(default)]
    phan: String,
    /// From a day.
    #[serde(default)]
    tu: String,
    /// To a day.
    #[serde(default)]
    den: String,
}

impl Wanted {
    /// The period; the error says which field is at fault.
    pub(super) fn period(&self, config: &Config, today: NaiveDate, visitor: &Visitor) -> Result<Period, Refusal> {
        let usual = |calendar: Calendar| Period::new(Span::Month(calendar.month_of(today)), calendar);
        Ok(self.asked(config, visitor)?.unwrap_or(usual(self.calendar(config, visitor)?)))
    }

    /// The period that is asked for, if one is.
    pub(super) fn asked(&self, config: &Config, visitor: &Visitor) -> Result<Option<Period>, Refusal> {
        let calendar = self.calendar(config, visitor)?;
        let Some(code) = self.code() else { return Ok(None) };
        if let Some((from, to)) = self.days().filter(|(from, to)| from > to) {
            let language = visitor.language();
            let (from, to) = (date(from, language), date(to, language));
            return Err(Refusal::wrong(match language {
                crate::language::Language::Vi => format!("ngày đầu {from} ở sau ngày cuối {to}: hãy chọn lại"),
                crate::language::Language::En => {
                    format!("the first day {from} is after the last day {to}: choose again")
                }
            }));
        }
        let span = code.parse().map_err(|_| {
                let (first, last) = (YEARS.start(), YEARS.end());
                let told = match visitor.language() {
                    crate::language::Language::Vi => format!(
                        "không hiểu kỳ báo cáo `{code}`: chọn tháng, quý, 6 tháng, 9 tháng, năm (từ {first} đến {last}), hoặc \
                         từ ngày đến ngày, ngày đầu không sau ngày cuối"
                    ),
                    crate::language::Language::En => format!(
                        "`{code}` is no period: choose a month, a quarter, a half, nine months, a year ({first} to {last}), or \
                         from a day to a day, the first not after the last"
                    ),
                };
                Refusal::wrong(told)
            })?;
        Ok(Some(Period::new(span, calendar)))
    }

    /// The two days, where both are given as days.
    fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        Some((self.tu.trim().parse().ok()?, self.den.trim().parse().ok()?))
    }

    /// The code of the span; none if nothing was said.
    fn code(&self) -> Option<String> {
        let (from, to) = (self.tu.trim(), self.den.trim());
        if !self.ky.trim().is_empty() {
            Some(self.ky.trim().to_owned())
        } else if !from.is_empty() || !to.is_empty() {
            // One day alone is a period of that day.
            let (from, to) = (if from.is_empty() { to } else { from }, if to.is_empty() { from } else { to });
            Some(format!("{from}..{to}"))
        } else if !self.nam.trim().is_empty() {
            let part = self.phan.trim();
            let year = self.nam.trim();
            Some(if part.is_empty() || part == "nam" { year.to_owned() } else { format!("{year}-{part}") })
        } else {
            None
        }
    }

    fn calendar(&self, config: &Config, visitor: &Visitor) -> Result<Calendar, Refusal> {
        let set = config.report.calendar;
        match (self.lich.trim(), set) {
            ("", _) | ("reporting", Calendar::Reporting(_)) => Ok(set),
            ("reporting", Calendar::Civil) => Ok(Calendar::DEFAULT),
            ("civil", _) => Ok(Calendar::Civil),
            _ => Err(Refusal::wrong(
                visitor.pick("lịch là `reporting` hoặc `civil`", "the calendar is `reporting` or `civil`"),
            )),
        }
    }
}

/// The word of a calendar in queries.
pub(super) const fn calendar_word(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::Reporting(_) => "reporting",
        Calendar::Civil => "civil",
    }
}

/// The query that asks for a period again.
pub(super) fn query(period: Period) -> String {
    query_of(period.span, period.calendar)
}

fn query_of(span: Span, calendar: Calendar) -> String {
    format!("ky={span}&lich={}", calendar_word(calendar))
}

/// `tháng 3 năm 2025: từ 15/02/2025 đến 14/03/2025 (tháng chốt ngày 14)`.
pub(super) fn said(period: Period, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    let Window { first, last } = period.window;
    let days = (last - first).num_days() + 1;
    let reckoned = match period.calendar {
        Calendar::Reporting(day) => format!("{} {day}", visitor.pick("tháng báo cáo chốt ngày", "months close on day")),
        Calendar::Civil => visitor.pick("tháng theo lịch", "calendar months").to_owned(),
    };
    html! {
        p .period {
            strong { (super::sentence(&period.name(language))) } ": "
            (visitor.pick("từ", "from")) " " (date(first, language)) " " (visitor.pick("đến hết", "to")) " "
            (date(last, language)) ", " (days) " " (visitor.pick("ngày", "days")) " (" (reckoned) ")."
        }
    }
}

/// Buttons and forms with which a period is chosen for the page at `path`.
pub(super) fn chooser(period: Period, path: &str, today: NaiveDate, visitor: &Visitor) -> Markup {
    let calendar = period.calendar;
    let month = calendar.month_of(today);
    let this = Period::new(Span::Month(month), calendar);
    let (year, quarter) = (month.year, (month.month - 1) / 3 + 1);
    let quick = [
        (Span::Month(month), visitor.pick("Tháng này", "This month")),
        (this.previous().span, visitor.pick("Tháng trước", "Last month")),
        (Span::Quarter(year, quarter), visitor.pick("Quý này", "This quarter")),
        (Span::Half(year, 1), visitor.pick("6 tháng đầu năm", "First half")),
        (Span::NineMonths(year), visitor.pick("9 tháng", "Nine months")),
        (Span::Year(year), visitor.pick("Cả năm", "The year")),
        (Span::Year(year - 1), visitor.pick("Năm trước", "Last year")),
    ];
    html! {
        section .card.no-print aria-label=(visitor.pick("Chọn kỳ báo cáo", "Choose a period")) {
            nav .subtabs aria-label=(visitor.pick("Kỳ hay dùng", "Usual periods")) {
                @for (span, name) in quick {
                    a href={ (path) "?" (query_of(span, calendar)) } aria-current=[(span == period.span).then_some("page")] { (name) }
                }
            }
            (of_year(period, path, visitor))
            (of_days(period, path, visitor))
        }
    }
}

fn of_year(period: Period, path: &str, visitor: &Visitor) -> Markup {
    let mut parts: Vec<(String, String)> =
        (1..=12).map(|month| (format!("{month:02}"), format!("{} {month}", visitor.pick("Tháng", "Month")))).collect();
    let quarters = ["I", "II", "III", "IV"].iter().zip(1..);
    parts.extend(quarters.map(|(roman, n)| (format!("Q{n}"), format!("{} {roman}", visitor.pick("Quý", "Quarter")))));
    let rest = [
        ("H1", "6 tháng đầu năm", "First half"),
        ("H2", "6 tháng cuối năm", "Second half"),
        ("9M", "9 tháng", "Nine months"),
        ("nam", "Cả năm", "Whole year"),
    ];
    parts.extend(rest.map(|(word, vi, en)| (word.to_owned(), visitor.pick(vi, en).to_owned())));
    let code = period.span.to_string();
    let (year, chosen) = match period.span {
        Span::Days(Window { last, .. }) => (period.calendar.month_of(last).year, "nam".to_owned()),
        Span::Year(year) => (year, "nam".to_owned()),
        _ => (code[..4].parse().unwrap_or_else(|_| period.window.last.year()), code[5..].to_owned()),
    };
    html! {
        form .filters method="get" action=(path) {
            (form::choice("phan", visitor.pick("Kỳ", "Period"), &parts, &chosen, None))
            div .field {
                label for="nam" { (visitor.pick("Năm", "Year")) }
                input type="number" id="nam" name="nam" min=(YEARS.start()) max=(YEARS.end()) value=(year) required;
            }
            (calendar_choice(period.calendar, "lich", visitor))
            button { (visitor.pick("Xem", "Show")) }
        }
    }
}

fn of_days(period: Period, path: &str, visitor: &Visitor) -> Markup {
    let Window { first, last } = period.window;
    let field = |name: &str, label: &str, day: NaiveDate| {
        html! {
            div .field {
                label for=(name) { (label) }
                input type="date" id=(name) name=(name) value=(day) required;
            }
        }
    };
    html! {
        form .filters method="get" action=(path) {
            (field("tu", visitor.pick("Từ ngày", "From"), first))
            (field("den", visitor.pick("Đến hết ngày", "To"), last))
            (calendar_choice(period.calendar, "lich-ngay", visitor))
            button { (visitor.pick("Xem", "Show")) }
        }
    }
}

/// By which calendar months are reckoned; two forms of one page need two ids.
fn calendar_choice(calendar: Calendar, id: &str, visitor: &Visitor) -> Markup {
    let closing = match calendar {
        Calendar::Reporting(day) => day,
        Calendar::Civil => 14,
    };
    let options = [
        ("reporting", format!("{} {closing}", visitor.pick("Tháng báo cáo, chốt ngày", "Reporting, closes on day"))),
        ("civil", visitor.pick("Tháng theo lịch", "Calendar months").to_owned()),
    ];
    html! {
        div .field {
            label for=(id) { (visitor.pick("Cách tính tháng", "Months")) }
            select id=(id) name="lich" {
                @for (word, name) in options {
                    option value=(word) selected[word == calendar_word(calendar)] { (name) }
                }
            }
        }
    }
}
