//! The real program in a rehearsal: days of a schedule in seconds, by a clock that leaps over what is idle.
//!
//! In: a station on `silent`, programmes on several days, one of them after a weekend. Out: a row for each, at its own
//! instant, that says it is a rehearsal. Next: `running`.

use chrono::{DateTime, TimeDelta};

use crate::clips::Signal;
use crate::running::{Site, outcome, programme};
use crate::soundcard::wait_for;

#[test]
fn a_rehearsal_airs_a_week_in_seconds_each_item_at_its_own_instant() {
    let site = Site::new("silent");
    Signal::mono(48_000, 4.0).wav(&site.path("audio/a.wav"));
    site.write("schedules/sang.toml", programme("sang", "30 30 5 * * Mon-Fri", "5m", &["a.wav", "a.wav"]));
    // A Thursday.
    let station = site.spawn_with(&["--rehearse-from", "2025-02-27T12:00:00+07:00", "--speed", "30"]);
    // A machine that is busy breaks items off, which are then tried again: only first attempts are counted.
    let rows = wait_for("six items", 60, || {
        let rows: Vec<_> = site.wait_rows(1).into_iter().filter(|row| row.attempt == 1).collect();
        (rows.len() >= 6).then_some(rows)
    });
    let days: Vec<_> = rows.iter().map(|row| row.scheduled_at.as_str()).collect();
    let expected = ["2025-02-28", "2025-03-03", "2025-03-04"].map(|day| format!("{day}T05:30:30.000000+07:00"));
    assert_eq!(days[..6], [&expected[0], &expected[0], &expected[1], &expected[1], &expected[2], &expected[2]]);
    for row in &rows[..6] {
        assert_eq!((row.output.as_str(), row.clock.as_str()), ("silent", "free_running"));
        let started = row.started_at.as_ref().map(|at| DateTime::parse_from_rfc3339(at).unwrap());
        let due = DateTime::parse_from_rfc3339(&row.scheduled_at).unwrap();
        assert!(
            started.is_none_or(|at| at > due - TimeDelta::milliseconds(1) && at < due + TimeDelta::minutes(5)),
            "{row:?}"
        );
        println!("{} {} {} ms", row.airing, outcome(row), row.aired_ms);
    }
    assert_eq!(station.terminate().0, Some(0));
    let verified = site.done(&["log", "verify"]);
    assert!(verified.contains("rows, head "), "{verified}");
    let again = site.loa(&["run", "--rehearse-from", "2025-03-01"]);
    assert_eq!(again.code, Some(2), "{}", again.stderr);
}
