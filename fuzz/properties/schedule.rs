//! What holds for any bytes as files of `schedules/`, the third one the special days: problems that lie in the files and can
//! be said; a timetable that is sorted, inside its span and the sum of its parts; and the same schedule out of the text that
//! the log keeps.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use loa::bulletin::{Shelf, Tally};
use loa::problem::what::AudioFault;
use loa::rundown::{Drawing, Making, freeze};
use loa::schedule::Schedule;
use loa::schedule::checks::{self, AudioFact, AudioFacts, Subject};
use loa::schedule::read::{File, from_stored, read, to_stored};
use loa::timetable::expand;

use super::problems;

/// Stands between two files in the bytes.
const BETWEEN_FILES: u8 = 0x1e;

/// 2011 is the year in which Samoa left out a day; Berlin's clocks move in the days looked at.
const NOW: (i64, [Tz; 2]) = (1_301_000_000, [Tz::Europe__Berlin, Tz::Pacific__Apia]);

/// Panics where it does not hold.
pub(crate) fn holds(bytes: &[u8]) {
    let names = ["a.toml", "b.toml", "days.toml", "plan.toml"];
    let parts: Vec<(&str, &[u8])> =
        names.into_iter().zip(bytes.splitn(names.len(), |byte| *byte == BETWEEN_FILES)).collect();
    let file = |(path, bytes): &(&str, &[u8])| File { path: (*path).to_owned(), bytes: Ok(bytes.to_vec()) };
    let files: Vec<File> = parts.iter().map(file).collect();
    let zones = ["thon-1", "thon-2", "thon-3"].map(String::from);

    let mut reading = read(&files, Some(&zones));
    let accepted = reading.accepted().is_some();
    let now = DateTime::from_timestamp(NOW.0, 0).expect("an instant of 2011");
    for zone in NOW.1 {
        let subject = Subject { reading: &reading, zone: Some(zone), now, audio: &facts() };
        problems::hold(&checks::run(&subject), &parts);
        timetable_holds(&reading.schedule, zone, now);
    }
    problems::hold(&std::mem::take(&mut reading.problems), &parts);

    let stored = to_stored(&files);
    let again = from_stored(&stored).expect("what was stored is read");
    assert_eq!(to_stored(&again), stored);
    if accepted {
        assert_eq!(read(&again, Some(&zones)).schedule, reading.schedule);
    }
    // A database that lost its bytes.
    let _ = from_stored(&String::from_utf8_lossy(bytes)).map(|files| read(&files, None));
}

/// Two files that are known; nothing is said about others.
fn facts() -> AudioFacts {
    let long = Ok(AudioFact { duration_ms: Some(i64::MAX / 4) });
    let files = [("long.opus", long), ("gone.opus", Err(AudioFault::Missing))];
    AudioFacts {
        files: HashMap::from(files.map(|(name, fact)| (name.to_owned(), fact))),
        names: vec!["long.opus".into(), "goon.opus".into()],
    }
}

fn timetable_holds(schedule: &Schedule, zone: Tz, now: DateTime<Utc>) {
    let (middle, end) = (now + TimeDelta::hours(13), now + TimeDelta::days(3));
    let whole = expand(schedule, zone, now, end);
    let key = |at: usize| (whole[at].scheduled_at, &whole[at].programme.id);
    assert!((1..whole.len()).all(|at| key(at - 1) < key(at)), "sorted, and no occurrence twice");
    assert!(whole.iter().all(|each| (now..end).contains(&each.scheduled_at)), "inside the span");
    assert!(whole.iter().all(|each| each.window_ends_at > each.scheduled_at), "windows are open for a while");
    let parts = [expand(schedule, zone, now, middle), expand(schedule, zone, middle, end)].concat();
    assert!(whole == parts, "the sum of its parts");
    for occurrence in whole.iter().take(20) {
        let (shelf, tally, library) = (Shelf::default(), Tally::default(), HashMap::new());
        let drawing =
            Drawing { shelf: &shelf, tally: &tally, pending: &[], unfit: &HashSet::new(), approval_required: true };
        let rundown = freeze(occurrence, Making { timezone: zone, zones: &[], library: &library, drawing });
        assert!(!rundown.items.is_empty());
    }
}
