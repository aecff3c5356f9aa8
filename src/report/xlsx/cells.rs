//! What stands in a cell: texts that fit into it, instants and lengths as the numbers that spreadsheet programs count in.
//!
//! In: texts, days, milliseconds. Out: the same as cells hold them. Days are counted from 30 December 1899, which is true from
//! March 1900 on; earlier ones have no number that all programs read alike. Must never cut a text without telling. Pure.
//! Next: `rows`, `sheet`.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// UTF-16 units that a cell holds.
const MAX_UNITS: usize = 32_767;
/// What a text that was cut ends with.
pub(super) const CUT: &str = " […]";
/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;

/// A text as far as a cell takes it; owned if it was cut.
pub(super) fn fit(text: &str) -> Cow<'_, str> {
    // A text has never more units than bytes.
    if text.len() <= MAX_UNITS || text.encode_utf16().count() <= MAX_UNITS {
        return text.into();
    }
    let mut room = MAX_UNITS - CUT.chars().count();
    let fits = |c: &char| {
        let units = c.len_utf16();
        room.checked_sub(units).map(|left| room = left).is_some()
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push_str(CUT);
    cut.into()
}

/// The number of a local instant, to the millisecond; none if it lies outside of March 1900 to 9999.
pub(super) fn serial(at: NaiveDateTime) -> Option<f64> {
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_hms_opt(0, 0, 0)?;
    let micros = (at - zero).num_microseconds()?;
    let ms = (micros + 500).div_euclid(1000);
    let days = ms as f64 / DAY_MS;
    (61.0..2_958_466.0).contains(&days).then_some(days)
}

/// The number of an instant as the log writes it, in the local time in which it was written.
pub(super) fn serial_of(text: &str) -> Option<f64> {
    serial(DateTime::parse_from_rfc3339(text).ok()?.naive_local())
}

/// The number of a length, rounded down to the second as it is printed everywhere. Programs that cut off what is less than a
/// second must not find a whole one short by the last bit of its number: a microsecond is added.
pub(super) fn length(ms: i64) -> f64 {
    ((ms / 1000 * 1000) as f64 + 0.001) / DAY_MS
}

/// Minutes, not rounded.
pub(super) fn minutes(ms: i64) -> f64 {
    ms as f64 / 60_000.0
}

/// A text for where no control character may stand: names, footers, properties.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_cell_holds_is_cut() {
        let most = "đ".repeat(MAX_UNITS);
        assert!(matches!(fit(&most), Cow::Borrowed(text) if text == most));
        let cut = fit(&format!("{most}!")).into_owned();
        assert!(cut.encode_utf16().count() == MAX_UNITS && cut.ends_with("đ […]"));
        // A letter of two units is never split.
        let cut = fit(&"😀".repeat(MAX_UNITS)).into_owned();
        assert!((MAX_UNITS - 1..=MAX_UNITS).contains(&cut.encode_utf16().count()) && cut.ends_with("😀 […]"));
    }

    #[test]
    fn instants_are_days_since_1899() {
        assert_eq!(serial_of("2025-03-03T12:00:00.000000+07:00"), Some(45719.5));
        assert_eq!(serial_of("2025-03-03T04:59:59.999988+07:00"), serial_of("2025-03-03T05:00:00.000000+07:00"));
        assert_eq!(serial_of("1900-03-01T00:00:00.000000Z"), Some(61.0));
        assert_eq!(serial_of("1900-02-28T00:00:00.000000Z"), None);
        assert_eq!(serial_of("hôm qua"), None);
    }

    #[test]
    fn lengths_are_days_of_whole_seconds() {
        assert!((length(43_200_999) - 0.5).abs() < 1e-10 && length(1000) * 86_400.0 > 1.0);
        assert!((minutes(93_000) - 1.55).abs() < 1e-12);
    }
}
