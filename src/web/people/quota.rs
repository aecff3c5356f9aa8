//! How many rows of the audit people who are not signed in may cause: a bound on what a guesser can fill.
//!
//! In: refused deeds of nobody. Out: those that are recorded one by one; the others are counted, and told in one row when the
//! hour is over. Pure. Next: `keeper`.

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Mono;
use crate::people::Deed;

/// Rows in an hour.
const MOST: u32 = 60;
/// That hour.
const SPAN: TimeDelta = TimeDelta::hours(1);

/// What nobody did in this hour.
#[derive(Debug, Default)]
pub(super) struct Quota {
    since: Option<Mono>,
    taken: u32,
    /// How many more there were, and the newest of them.
    more: Option<(u32, Box<Deed>)>,
}

impl Quota {
    /// The deed, if it is recorded by itself; before it what was only counted, if its hour is over.
    pub(super) fn take(&mut self, deed: Deed, now: Mono) -> Vec<Deed> {
        let mut rows = self.due(now, deed.at.to_utc());
        if self.since.is_none() {
            self.since = Some(now);
        }
        if self.taken < MOST {
            self.taken += 1;
            rows.push(deed);
        } else {
            let before = self.more.as_ref().map_or(0, |(count, _)| *count);
            self.more = Some((before.saturating_add(1), Box::new(deed)));
        }
        rows
    }

    /// What was only counted, once its hour is over.
    pub(super) fn due(&mut self, now: Mono, at: DateTime<Utc>) -> Vec<Deed> {
        if self.since.is_none_or(|since| now.since(since) < SPAN) {
            return Vec::new();
        }
        let more = std::mem::take(self).more;
        let row = more.map(|(count, newest)| {
            let told =
                format!("và {count} lần khác không được ghi riêng / and {count} more that have no row of their own");
            let at = at.with_timezone(newest.at.offset());
            Deed { at, subject: None, told: Some(told), ..*newest }
        });
        row.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airing::ClockState;
    use crate::people::{Ending, Via};

    fn deed() -> Deed {
        Deed {
            at: DateTime::parse_from_rfc3339("2026-11-24T07:00:00+07:00").unwrap(),
            clock: ClockState::Synchronised,
            login: None,
            name: "-".into(),
            from_address: Some("10.0.0.9".into()),
            act: "sign-in".into(),
            subject: None,
            why: None,
            ending: Ending::Refused,
            told: Some("sai".into()),
            via: Via::Web,
        }
    }

    #[test]
    fn a_guesser_fills_no_audit_and_is_counted_all_the_same() {
        let mut quota = Quota::default();
        let rows: usize = (0..5000).map(|second| quota.take(deed(), Mono(second * 100_000)).len()).sum();
        assert_eq!(rows, MOST as usize);
        let hour = Mono(3_600_000_000);
        let [told] = &quota.due(hour, deed().at.to_utc())[..] else { panic!("one row for all others") };
        assert!(told.told.as_ref().unwrap().contains("4940"), "{told:?}");
        assert!(quota.due(hour, deed().at.to_utc()).is_empty());
        assert_eq!(quota.take(deed(), hour).len(), 1, "a new hour");
    }
}
