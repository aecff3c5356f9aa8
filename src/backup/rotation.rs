//! When the nightly copy is due, and which copies go.
//!
//! In: names of files, local times, settings. Out: whether a copy is due, what it is called, which of those in a folder have
//! had their time. Pure. Only names that this program gives are known here, so nothing else can ever go. Next: `station`.

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A copy that is older than this is an alarm.
pub const TOO_OLD: TimeDelta = TimeDelta::days(3);

/// How an instant stands in a name; UTC, so that names sort by time.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// The name of a station's copy made at that instant.
#[must_use]
pub fn name(station_id: &str, made_at: DateTime<Utc>) -> String {
    format!("loa-{}-{}.tar", short(station_id), made_at.format(STAMP))
}

/// When a copy of that station was made, by its name; `None` for every other name.
#[must_use]
pub fn made_at(station_id: &str, file: &str) -> Option<DateTime<Utc>> {
    let stamp = file.strip_prefix("loa-")?.strip_prefix(short(station_id))?.strip_prefix('-')?.strip_suffix(".tar")?;
    let at = NaiveDateTime::parse_from_str(stamp, STAMP).ok()?.and_utc();
    // What does not come back as it was is not ours.
    (name(station_id, at) == file).then_some(at)
}

/// Whether a name is that of a copy of any station.
#[must_use]
pub fn is_a_copy(file: &str) -> bool {
    file.split('-').nth(1).is_some_and(|short| made_at(short, file).is_some())
}

/// What of the station's id stands in names: several stations may share a stick.
fn short(station_id: &str) -> &str {
    let end = station_id.char_indices().nth(8).map_or(station_id.len(), |(at, _)| at);
    &station_id[..end]
}

/// When copies are to be made, seen from an instant.
#[derive(Debug, Clone, Copy)]
pub struct Night {
    /// The instant.
    pub now: DateTime<Utc>,
    /// The station's zone.
    pub zone: Tz,
    /// The local time of the copy.
    pub at: NaiveTime,
}

impl Night {
    /// Whether a copy is due: none has been made since the newest instant at which one was to be. One that bears a time
    /// to come was made under a wrong clock, and does not count.
    #[must_use]
    pub fn is_due(&self, newest: Option<DateTime<Utc>>) -> bool {
        newest.filter(|newest| *newest <= self.now).is_none_or(|newest| newest < self.newest_slot())
    }

    /// The newest instant, not after now, at which a copy was to be made.
    #[must_use]
    pub fn newest_slot(&self) -> DateTime<Utc> {
        let slots = slots(self.zone, self.at, self.now, TimeDelta::days(-1));
        slots.into_iter().rfind(|slot| *slot <= self.now).unwrap_or(self.now - TimeDelta::days(1))
    }
}

/// The next instant after `now` at which a copy is to be made.
#[must_use]
pub fn next_slot(now: DateTime<Utc>, zone: Tz, at: NaiveTime) -> DateTime<Utc> {
    let slots = slots(zone, at, now, TimeDelta::days(1));
    slots.into_iter().find(|slot| *slot > now).unwrap_or(now + TimeDelta::days(1))
}

/// The instants at which the clocks of the zone showed `at`, from a day around `now` to the next two. A day that skips
/// this time has none, a day that repeats it the first.
fn slots(zone: Tz, at: NaiveTime, now: DateTime<Utc>, towards: TimeDelta) -> Vec<DateTime<Utc>> {
    let today = now.with_timezone(&zone).date_naive();
    let mut slots: Vec<_> = (0..3)
        .filter_map(|number| today.checked_add_signed(towards * number))
        .filter_map(|day| zone.from_local_datetime(&day.and_time(at)).earliest())
        .map(|slot| slot.to_utc())
        .collect();
    slots.sort();
    slots
}

/// The copies of a folder that go, so that `keep` stay: the oldest. The one just made never does, and those that bear a
/// later time than that one, from a wrong clock, count as the oldest.
#[must_use]
pub fn superfluous(station_id: &str, files: &[String], just_made: &str, keep: usize) -> Vec<String> {
    let Some(newest) = made_at(station_id, just_made) else { return Vec::new() };
    let mut copies: Vec<_> = files
        .iter()
        .filter(|file| *file != just_made)
        .filter_map(|file| made_at(station_id, file).map(|at| (at <= newest, at, file)))
        .collect();
    copies.sort();
    let superfluous = (copies.len() + 1).saturating_sub(keep.max(1));
    copies.into_iter().take(superfluous).map(|(_, _, file)| file.clone()).collect()
}

/// What copies that were broken off, by the program's end or a power cut, have left in a folder.
#[must_use]
pub fn broken_off(station_id: &str, files: &[String]) -> Vec<String> {
    let is_ours = |file: &&String| {
        file.split_once(".part").is_some_and(|(name, rest)| {
            ["", ".db", ".db-journal", ".db-wal", ".db-shm"].contains(&rest) && made_at(station_id, name).is_some()
        })
    };
    files.iter().filter(is_ours).cloned().collect()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Ho_Chi_Minh;

    use super::*;

    const ID: &str = "0b51b4a4-7b3a-4c0e-8f5a-3f1c0a5b9d11";

    fn utc(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn half_past_two() -> NaiveTime {
        NaiveTime::from_hms_opt(2, 30, 0).unwrap()
    }

    fn copies(days: &[&str]) -> Vec<String> {
        days.iter().map(|day| name(ID, utc(&format!("{day}T19:30:00Z")))).collect()
    }

    #[test]
    fn a_name_tells_when_and_of_which_station() {
        let at = utc("2026-11-22T19:30:00Z");
        assert_eq!(name(ID, at), "loa-0b51b4a4-20261122T193000Z.tar");
        assert_eq!(made_at(ID, &name(ID, at)), Some(at));
        let foreign = name("ffffffff-7b3a", at);
        assert!(is_a_copy(&foreign) && !is_a_copy("loa-anh.tar") && !is_a_copy("dai.tar"));
        for other in [
            foreign.as_str(),
            "loa-0b51b4a4-20261122T193000Z.tar.part",
            "loa-0b51b4a4-.tar",
            "loa-0b51b4a4-2026.tar",
            "loa-0b51b4a4-20261122T193000Z (2).tar",
            "bao-cao.tar",
            "",
        ] {
            assert_eq!(made_at(ID, other), None, "{other}");
        }
    }

    #[test]
    fn a_copy_is_due_once_a_night_and_after_a_night_off() {
        let due = |now: &str, newest: Option<&str>| {
            Night { now: utc(now), zone: Ho_Chi_Minh, at: half_past_two() }.is_due(newest.map(utc))
        };
        assert!(due("2026-11-22T03:00:00Z", None), "there is none at all");
        // 02:30 in Viet Nam is 19:30 UTC of the day before.
        assert!(!due("2026-11-22T19:29:59Z", Some("2026-11-21T19:30:05Z")));
        assert!(due("2026-11-22T19:30:00Z", Some("2026-11-21T19:30:05Z")));
        assert!(!due("2026-11-22T19:40:00Z", Some("2026-11-22T19:30:00Z")));
        assert!(due("2026-11-22T22:00:00Z", Some("2026-11-21T19:30:05Z")), "the station was off at half past two");
        assert!(due("2026-11-22T22:00:00Z", Some("2099-01-01T00:00:00Z")), "made under a clock that ran ahead");
    }

    #[test]
    fn the_next_copy_is_at_the_hour_of_today_or_tomorrow() {
        let next = |now: &str| next_slot(utc(now), Ho_Chi_Minh, half_past_two());
        assert_eq!(next("2026-11-22T19:29:59Z"), utc("2026-11-22T19:30:00Z"));
        assert_eq!(next("2026-11-22T19:30:00Z"), utc("2026-11-23T19:30:00Z"));
        // Berlin skips half past two on the last Sunday in March.
        let berlin = next_slot(utc("2026-03-29T00:00:00Z"), chrono_tz::Europe::Berlin, half_past_two());
        assert_eq!(berlin, utc("2026-03-30T00:30:00Z"));
    }

    #[test]
    fn what_was_broken_off_is_known_by_its_name() {
        let [whole] = copies(&["2026-11-20"]).try_into().unwrap();
        let left = |ending: &str| format!("{whole}{ending}");
        let files = [
            whole.clone(),
            left(".part"),
            left(".part.db"),
            left(".part.db-journal"),
            left(".partial"),
            "x.part".into(),
        ];
        assert_eq!(broken_off(ID, &files), files[1..4]);
    }

    #[test]
    fn the_oldest_go_and_the_one_just_made_never_does() {
        let files = copies(&["2026-11-20", "2026-11-18", "2026-11-21", "2026-11-19"]);
        let just = &files[2];
        assert_eq!(superfluous(ID, &files, just, 2), copies(&["2026-11-18", "2026-11-19"]));
        assert_eq!(superfluous(ID, &files, just, 4), Vec::<String>::new());
        for keep in [0, 1] {
            assert_eq!(superfluous(ID, &files, just, keep).len(), 3);
            assert!(!superfluous(ID, &files, just, keep).contains(just));
        }
    }

    #[test]
    fn what_a_wrong_clock_has_made_goes_first_and_what_others_have_made_never() {
        let mut files = copies(&["2026-11-20", "2099-01-01", "2026-11-21"]);
        files.extend(["anh-cuoi.tar".to_owned(), name("ffffffff", utc("2001-01-01T00:00:00Z"))]);
        assert_eq!(superfluous(ID, &files, &files[2].clone(), 2), copies(&["2099-01-01"]));
        // A clock that fell back to 1970 makes copies that are the newest all the same.
        let files = copies(&["2026-11-20", "2026-11-21", "1970-01-01"]);
        assert!(!superfluous(ID, &files, &files[2].clone(), 1).contains(&files[2]));
        assert!(superfluous(ID, &files, "not-a-copy.tar", 1).is_empty());
    }
}
