//! What `except` of a programme may name: whole days, and single starts of days that have several.
//!
//! In: the list of a programme's table. Out: days and local starts, each start with its place; a problem at its place for
//! what is neither. Pure. Next: `read`, which calls this.

use chrono::{NaiveDate, NaiveDateTime};
use toml::de::DeValue;

use super::table::{Reader, Spotted, Table, parse_date};
use crate::problem::what::{FormFault, Type};

impl<'s> Reader<'s> {
    /// Days off and single starts that are off; what is neither is reported and left out.
    pub(super) fn exceptions(
        &mut self,
        table: &mut Table<'s>,
        key: &'static str,
    ) -> (Vec<NaiveDate>, Vec<Spotted<NaiveDateTime>>) {
        let (mut days, mut starts) = (Vec::new(), Vec::new());
        let list = match table.take(key) {
            None => return (days, starts),
            Some((DeValue::Array(list), _)) => list,
            Some((other, span)) => return self.wrong_type(key, Type::List, &other, span).unwrap_or_default(),
        };
        for each in list {
            let span = each.span();
            let written = match each.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Datetime(date) => date.to_string(),
                other => {
                    self.wrong_type::<()>(key, Type::Date, other, span);
                    continue;
                }
            };
            match (parse_date(&written), parse_start(&written)) {
                (Some(day), _) => days.push(day),
                (None, Some(value)) => starts.push(Spotted { value, span }),
                (None, None) => self.error(span, FormFault::BadException(key, written)),
            }
        }
        (days, starts)
    }
}

/// A local start as `2025-03-01T17:00` or `2025-03-01T17:00:30`, and in no other form.
#[must_use]
pub fn parse_start(text: &str) -> Option<NaiveDateTime> {
    let plain = text.bytes().all(|each| each.is_ascii_digit() || matches!(each, b'-' | b':' | b'T'));
    let form = match text.len() {
        16 => "%Y-%m-%dT%H:%M",
        19 => "%Y-%m-%dT%H:%M:%S",
        _ => return None,
    };
    plain.then(|| NaiveDateTime::parse_from_str(text, form).ok()).flatten()
}

/// A local start as the file writes it; seconds only where there are any.
#[must_use]
pub fn start_text(start: NaiveDateTime) -> String {
    let whole_minute = start.format("%S").to_string() == "00";
    start.format(if whole_minute { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_read_as_it_is_written_and_in_no_other_form() {
        for text in ["2025-04-30T17:00", "2025-04-30T17:00:30"] {
            assert_eq!(parse_start(text).map(start_text).as_deref(), Some(text));
        }
        assert_eq!(parse_start("2025-04-30T17:00:00").map(start_text).as_deref(), Some("2025-04-30T17:00"));
        for bad in [
            "",
            "2025-04-30",
            "2025-04-30 17:00",
            "2025-04-30T17",
            "2025-04-30T25:00",
            "2025-04-30T17:00Z",
            "+025-04-30T17:00",
        ] {
            assert_eq!(parse_start(bad), None, "{bad}");
        }
    }
}
