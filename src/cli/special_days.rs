//! What is special about a day, as `loa timetable` shows it.
//!
//! In: the entries that govern the days of a span, and occurrences. Out: a line for each such day before the occurrences of
//! that day, a few words behind an occurrence of which something does not air, and the keys of JSON. Next: `timetable`.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::calendar::local_date;
use crate::schedule::days::{Airs, WEEKDAYS};
use crate::schedule::{Schedule, SpecialDay};
use crate::timetable::Occurrence;

/// The special days of a span that have not been shown yet, the last one first.
pub(super) struct Headings(Vec<(NaiveDate, Arc<SpecialDay>)>);

impl Headings {
    pub(super) fn new(schedule: &Schedule, zone: Tz, span: &Range<DateTime<Utc>>) -> Self {
        let (first, last) = (local_date(zone, span.start), local_date(zone, span.end - TimeDelta::microseconds(1)));
        let governed = schedule.days.govern(first..=last);
        let mut left: Vec<_> = governed.iter().map(|(day, entry)| (day, Arc::clone(entry))).collect();
        left.reverse();
        Self(left)
    }

    /// Shows those up to a day.
    pub(super) fn print_until(&mut self, out: &mut impl Write, last: NaiveDate) -> io::Result<()> {
        while self.0.last().is_some_and(|(day, _)| *day <= last) {
            let Some((day, entry)) = self.0.pop() else { break };
            let (title, kind) = (&entry.title, entry.kind.as_str());
            writeln!(out, "{day} {} -- {title} ({kind}){}", day.weekday(), changes(&entry))?;
        }
        Ok(())
    }
}

/// What an entry changes, in words; nothing for a note.
fn changes(entry: &SpecialDay) -> String {
    let weekday = entry.as_weekday.map(|day| format!("as {}", WEEKDAYS[day.num_days_from_monday() as usize]));
    let airs = match &entry.airs {
        Airs::Planned => None,
        Airs::Only(ids) => Some(format!("only {}", ids.join(", "))),
        Airs::Without(ids) => Some(format!("silent {}", ids.join(", "))),
        Airs::Nothing => Some("silent".to_owned()),
    };
    let genres = (!entry.leave_out.is_empty()).then(|| format!("without {}", entry.leave_out.join(", ")));
    let all: Vec<String> = [weekday, airs, genres].into_iter().flatten().collect();
    if all.is_empty() { String::new() } else { format!(": {}", all.join("; ")) }
}

/// What of an occurrence does not air, in words behind its line; nothing on most days.
pub(super) fn taken_out(occurrence: &Occurrence) -> String {
    if occurrence.is_silent() {
        return "  silent".to_owned();
    }
    let items = occurrence.programme.items.iter().filter(|item| occurrence.taken_out(item.genre.as_deref()).is_some());
    let ids: Vec<&str> = items.map(|item| &*item.id).collect();
    if ids.is_empty() { String::new() } else { format!("  without {}", ids.join(", ")) }
}

/// The entry of a special day, as other programs read it.
#[derive(Debug, Serialize)]
pub(super) struct DayRow<'a> {
    title: &'a str,
    kind: &'static str,
}

impl<'a> DayRow<'a> {
    pub(super) fn of(occurrence: &'a Occurrence) -> Option<Self> {
        let entry = occurrence.special_day.as_ref()?;
        Some(Self { title: &entry.title, kind: entry.kind.as_str() })
    }
}
