//! Sizes, warmth and long spans in the reader's way of writing them.
//!
//! In: plain figures. Out: words. Sizes are in units of a thousand, as disks are sold and as `[disk]` counts. Next: `lights`.

use crate::language::Language;

/// `812 MB`, `31,5 GB`.
pub(super) fn megabytes(language: Language, bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    let text = if megabytes < 10.0 {
        format!("{megabytes:.1} MB")
    } else if megabytes < 10_000.0 {
        format!("{megabytes:.0} MB")
    } else {
        format!("{:.1} GB", megabytes / 1000.0)
    };
    comma(language, &text)
}

/// `48,5 °C`.
pub(super) fn degrees(language: Language, millidegrees: i64) -> String {
    comma(language, &format!("{:.1} °C", millidegrees as f64 / 1000.0))
}

/// Whole percent of a part in the whole; 100 of nothing.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100).checked_div(whole).unwrap_or(100)
}

/// `3 ngày 4 giờ`, `5 giờ 12 phút`, `12 phút`.
pub(super) fn plain_span(language: Language, seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let (day, hour, minute) = match language {
        Language::Vi => ("ngày", "giờ", "phút"),
        Language::En => ("d", "h", "min"),
    };
    match (days, hours) {
        (0, 0) => format!("{minutes} {minute}"),
        (0, _) => format!("{hours} {hour} {minutes} {minute}"),
        _ => format!("{days} {day} {hours} {hour}"),
    }
}

fn comma(language: Language, text: &str) -> String {
    if language == Language::Vi { text.replace('.', ",") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_people_read_them() {
        let vi = |bytes| megabytes(Language::Vi, bytes);
        assert_eq!(
            [vi(0), vi(1_540_000), vi(812_400_000), vi(31_540_000_000)],
            ["0,0 MB", "1,5 MB", "812 MB", "31,5 GB"]
        );
        assert_eq!(degrees(Language::En, 48_512), "48.5 °C");
        assert_eq!((percent(1, 3), percent(1, 0)), (33, 100));
        let span = |seconds| plain_span(Language::Vi, seconds);
        assert_eq!([span(59), span(3_660), span(100_000)], ["0 phút", "1 giờ 1 phút", "1 ngày 3 giờ"]);
    }
}
