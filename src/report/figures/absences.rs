//! Times of which the log does not list what was due: the station was off, or its clock jumped, for longer than it tells item by
//! item.
//!
//! In: the station's own rows about such times. Out: those that touch the days of a period. What was planned in them stands in no
//! other figure, so that a report must name them. Pure. Next: `channels`.

use chrono::{DateTime, FixedOffset};

use super::settle::day_of;
use super::{Absence, Outcome};
use crate::airing::Kind;
use crate::report::fact::Fact;
use crate::report::period::Window;

/// What such a row is called, before the instant at which the time began.
const BEGINS: &str = "off@";

/// The absences of a period, in order of time.
pub(super) fn of(rows: &[Fact], window: Window) -> Vec<Absence> {
    let touches = |absence: &Absence| day_of(&absence.from) <= window.last && day_of(&absence.until) >= window.first;
    let mut absences: Vec<_> = rows.iter().filter_map(absence).filter(touches).collect();
    absences.sort_by_key(|absence| (absence.from, absence.seq));
    absences
}

/// The row was written when the time ended; when it began stands in its id.
fn absence(row: &Fact) -> Option<Absence> {
    let from = row.airing.strip_prefix(BEGINS)?.split('/').next()?;
    let from = DateTime::<FixedOffset>::parse_from_rfc3339(from).ok()?.with_timezone(row.scheduled_at.offset());
    let is_it = row.kind == Kind::Note && row.outcome == Some(Outcome::Missed);
    is_it.then_some(Absence { seq: row.seq, from, until: row.scheduled_at, reason: row.reason })
}

#[cfg(test)]
mod tests {
    use super::super::settle::tests::{at, fact};
    use super::*;
    use crate::airing::Reason;

    fn days(first: &str, last: &str) -> Window {
        Window { first: first.parse().unwrap(), last: last.parse().unwrap() }
    }

    #[test]
    fn an_absence_is_told_in_every_period_that_it_touches() {
        let row = Fact {
            kind: Kind::Note,
            outcome: Some(Outcome::Missed),
            reason: Some(Reason::StationOff),
            scheduled_at: at("2025-07-03T08:00:00"),
            ..fact(7, "off@2025-03-31T17:00:00.000000Z/1", 1)
        };
        let absences = of(std::slice::from_ref(&row), days("2025-04-01", "2025-04-30"));
        let (seq, reason) = (7, Some(Reason::StationOff));
        assert_eq!(absences, [Absence { seq, from: at("2025-04-01T00:00:00"), until: row.scheduled_at, reason }]);
        assert_eq!(of(std::slice::from_ref(&row), days("2025-07-03", "2025-07-31")).len(), 1);
        assert_eq!(of(std::slice::from_ref(&row), days("2025-07-04", "2025-07-31")), []);
        assert_eq!(of(&[Fact { outcome: None, ..row }], days("2025-04-01", "2025-04-30")), []);
    }
}
