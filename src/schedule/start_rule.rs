//! When a programme starts: a cron expression, checked field by field.
//!
//! In: the text as the person wrote it. Out: a `StartRule`, or the fault and the stretch of the text that it is about.
//! The `cron` crate reads the fields; weekdays by number are refused here, since crons disagree on what they mean, and so
//! is what the crate would read otherwise than a person does. Pure. Next: `read`.

use std::ops::Range;
use std::str::FromStr;

use chrono::DateTime;

use super::StartRule;
use crate::problem::what::{CronField, StartFault};

const FIELDS: [CronField; 7] = [
    CronField::Second,
    CronField::Minute,
    CronField::Hour,
    CronField::Day,
    CronField::Month,
    CronField::Weekday,
    CronField::Year,
];

/// Longest text of one field; a list of all minutes has 169 characters.
const FIELD_CHARS: usize = 200;

/// Reads a start rule of 5 (minute first), 6 (second first) or 7 fields (year last); on failure, each fault and its
/// stretch of `text` in bytes.
pub fn parse(text: &str) -> Result<StartRule, Vec<(StartFault, Range<usize>)>> {
    let fields = split(text);
    let first = match fields.len() {
        5 => 1,
        6 | 7 => 0,
        count => return Err(vec![(StartFault::FieldCount(count), 0..text.len())]),
    };
    let faults: Vec<_> = fields
        .iter()
        .zip(&FIELDS[first..])
        .filter_map(|((written, span), &field)| check(field, written).map(|fault| (fault, span.clone())))
        .collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut words: Vec<&str> = fields.iter().map(|(written, _)| *written).collect();
    if first == 1 {
        words.insert(0, "0");
    }
    let whole = 0..text.len();
    // Each field was read alone, so together they can only fail for a reason that no field has.
    let Ok(cron) = cron::Schedule::from_str(&words.join(" ")) else {
        return Err(vec![(StartFault::FieldCount(fields.len()), whole)]);
    };
    if cron.after(&DateTime::UNIX_EPOCH).next().is_none() {
        return Err(vec![(StartFault::Never, whole)]);
    }
    Ok(StartRule { text: text.to_owned(), cron: Box::new(cron) })
}

/// The words of a text with their spans.
fn split(text: &str) -> Vec<(&str, Range<usize>)> {
    text.split_whitespace()
        .map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            (word, start..start + word.len())
        })
        .collect()
}

fn check(field: CronField, written: &str) -> Option<StartFault> {
    if field == CronField::Weekday && written.bytes().any(|each| each.is_ascii_digit()) {
        return Some(StartFault::WeekdayNumber(written.to_owned()));
    }
    // The crate skips spaces between tokens, so that `*5` among six fields would pass for two of seven. Among seven, what
    // is not exactly one field is too much.
    let alone = FIELDS.map(|each| if each == field { written } else { "*" }).join(" ");
    let fits = written.len() <= FIELD_CHARS && cron::Schedule::from_str(&alone).is_ok();
    (!fits).then(|| StartFault::Field(field, written.to_owned()))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn faults(text: &str) -> String {
        let faults = parse(text).unwrap_err();
        faults.iter().map(|(fault, span)| format!("{fault:?} {span:?}")).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn five_six_and_seven_fields_are_read() {
        let after = chrono::Utc.with_ymd_and_hms(2025, 3, 1, 0, 0, 0).unwrap();
        for text in ["0 5 * * Mon-Sat", "0 0 5 * * Mon-Sat", "0 0 5 * * Mon-Sat 2025", " 0  5 * *\tMON-sat "] {
            let rule = parse(text).unwrap();
            assert_eq!(rule.cron.after(&after).next().unwrap().to_rfc3339(), "2025-03-01T05:00:00+00:00", "{text}");
        }
    }

    #[test]
    fn weekdays_by_number_are_refused_in_every_form() {
        for day in ["1", "0", "1-5", "Mon,3", "Mon-5", "*/2", "Mon/2", "7"] {
            let text = format!("0 5 * * {day}");
            assert_eq!(faults(&text), format!("WeekdayNumber({day:?}) 8..{}", 8 + day.len()));
        }
    }

    #[test]
    fn a_bad_field_is_named_with_its_place() {
        assert_eq!(faults("0 61 5 * * *"), "Field(Minute, \"61\") 2..4");
        assert_eq!(faults("0 5 * Foo Mo"), "Field(Month, \"Foo\") 6..9; Field(Weekday, \"Mo\") 10..12");
        assert_eq!(faults("0 0 */0 * * *"), "Field(Hour, \"*/0\") 4..7");
        assert_eq!(faults("0 0 99999999999 * * *"), "Field(Hour, \"99999999999\") 4..15");
        assert_eq!(faults("0 0 0-4294967295 * * *"), "Field(Hour, \"0-4294967295\") 4..16");
        assert_eq!(faults("0 0 5 * * Sat-Mon"), "Field(Weekday, \"Sat-Mon\") 10..17");
        assert_eq!(faults("0 0 5 * * * 1969"), "Field(Year, \"1969\") 12..16");
    }

    #[test]
    fn two_values_written_as_one_are_not_two_fields() {
        assert_eq!(faults("0 0 *5 * * *"), "Field(Hour, \"*5\") 4..6");
        assert_eq!(faults("0 5 * * MonTue"), "Field(Weekday, \"MonTue\") 8..14");
    }

    #[test]
    fn what_never_comes_is_refused() {
        assert_eq!(faults("0 0 5 30 Feb *"), "Never 0..14");
        assert_eq!(faults("0 0 5 29 2 * 2025"), "Never 0..17");
        assert!(parse("0 0 5 29 Feb *").is_ok());
    }

    #[test]
    fn other_counts_of_fields_are_refused() {
        for (text, count) in [("", 0), ("@daily", 1), ("5 * * *", 4), ("0 0 5 * * * * *", 8)] {
            assert_eq!(faults(text), format!("FieldCount({count}) 0..{}", text.len()));
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9*?/,\\- A-Za-zđ]{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn no_text_of_cron_signs_panics(fields in proptest::collection::vec("[0-9*?/,\\-]{1,6}", 5..8)) {
            let _ = parse(&fields.join(" "));
        }
    }
}
