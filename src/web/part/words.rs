//! Dates, times, lengths, numbers and outcomes as people read them.
//!
//! In: values and a language. Out: words: `Thứ Ba, 24/11/2026`, `17:05:03`, `4 phút 05 giây`, `1.234,5`. Times are in the offset
//! that they carry. Must never round a length up to more than it was. Next: `super::super::page`.

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate};
use maud::{Markup, html};

use crate::airing::{Outcome, Reason};
use crate::language::Language;

/// `24/11/2026`, `24 Nov 2026`.
pub(in crate::web) fn date(language: Language, day: NaiveDate) -> String {
    let form = if language == Language::Vi { "%d/%m/%Y" } else { "%-d %b %Y" };
    day.format(form).to_string()
}

/// `Thứ Ba, 24/11/2026`.
pub(in crate::web) fn day(language: Language, day: NaiveDate) -> String {
    const VI: [&str; 7] = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"];
    match language {
        Language::Vi => format!("{}, {}", VI[day.weekday().num_days_from_monday() as usize], date(language, day)),
        Language::En => day.format("%A, %-d %b %Y").to_string(),
    }
}

/// `17:05:03`.
pub(in crate::web) fn time(at: DateTime<FixedOffset>) -> String {
    at.format("%H:%M:%S").to_string()
}

/// `17:05`, with the seconds only where there are some.
pub(in crate::web) fn clock(at: DateTime<FixedOffset>) -> String {
    let form = if at.format("%S").to_string() == "00" { "%H:%M" } else { "%H:%M:%S" };
    at.format(form).to_string()
}

/// `17:05:03 24/11/2026`.
pub(in crate::web) fn instant(language: Language, at: DateTime<FixedOffset>) -> String {
    format!("{} {}", time(at), date(language, at.date_naive()))
}

/// `4 phút 05 giây`, `45 giây`, `1 giờ 02 phút`; milliseconds beyond whole seconds are left out.
pub(in crate::web) fn length(language: Language, ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let (hour, minute, second) = language_units(language);
    match (h, m) {
        (0, 0) => format!("{s} {second}"),
        (0, _) if s == 0 => format!("{m} {minute}"),
        (0, _) => format!("{m} {minute} {s:02} {second}"),
        _ if m == 0 && s == 0 => format!("{h} {hour}"),
        _ => format!("{h} {hour} {m:02} {minute}"),
    }
}

const fn language_units(language: Language) -> (&'static str, &'static str, &'static str) {
    match language {
        Language::Vi => ("giờ", "phút", "giây"),
        Language::En => ("h", "min", "s"),
    }
}

/// A whole number in groups of three: `1.234.567`, `1,234,567`.
pub(in crate::web) fn number(language: Language, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let group = if language == Language::Vi { '.' } else { ',' };
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// How an airing ended, as a chip: a word and a sign, never a colour alone.
pub(in crate::web) fn outcome(language: Language, outcome: Outcome, reason: Option<Reason>) -> Markup {
    let (class, sign) = match outcome {
        Outcome::Aired => ("good", "✓"),
        Outcome::Cut | Outcome::Interrupted => ("warn", "!"),
        Outcome::Failed | Outcome::Missed => ("bad", "✕"),
        Outcome::Cancelled => ("off", "–"),
    };
    html! {
        span class={ "chip " (class) } {
            span aria-hidden="true" { (sign) " " } (language.outcome(outcome))
            @if let Some(reason) = reason { ": " (language.reason(reason)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_numbers_are_written_as_people_do() {
        let vi = |ms| length(Language::Vi, ms);
        assert_eq!([vi(0), vi(45_999), vi(245_000), vi(240_000)], ["0 giây", "45 giây", "4 phút 05 giây", "4 phút"]);
        assert_eq!([vi(3_720_000), vi(7_200_000)], ["1 giờ 02 phút", "2 giờ"]);
        let number = |n| number(Language::Vi, n);
        assert_eq!([number(0), number(999), number(1_000), number(-1_234_567)], ["0", "999", "1.000", "-1.234.567"]);
    }

    #[test]
    fn days_have_their_names() {
        let tuesday = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        assert_eq!(day(Language::Vi, tuesday), "Thứ Ba, 24/11/2026");
        assert_eq!(day(Language::En, tuesday), "Tuesday, 24 Nov 2026");
    }
}
