//! The real program on a clock that steps, or that begins in 1970: no slot airs twice, none goes without a row.
//!
//! In: a wall clock that a test sets (`tests/device/loaclock.c`), and a programme every two seconds on a card that keeps
//! what it played. Out: the rows by slot, and as many sounds as rows that aired. The rules themselves are tested in
//! simulated days (`day`, `stories`); here it is the system's own clock that moves. Next: `spoilt_audio`.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Command;
use std::thread;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use loa::clock::Clock;
use loa::store::Row;
use tempfile::TempDir;

use crate::clips::Signal;
use crate::faults::wait_until;
use crate::running::{Frames, Site, is_silent, outcome, programme, short};
use crate::soundcard::{SoundCard, wait_for};

/// The clock of a site's programs.
struct TestClock {
    folder: TempDir,
    file: File,
}

impl TestClock {
    /// For every program of the site from now on: the machine's own time, synchronised.
    fn of(site: &mut Site) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [plugin, set] = ["loaclock.so", "set"].map(|name| folder.path().join(name));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/device/loaclock.c");
        let built = Command::new("gcc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&plugin).arg(source).status();
        assert!(built.expect("gcc is installed").success());
        let clock = Self { file: File::create(&set).unwrap(), folder };
        clock.set(TimeDelta::zero(), true);
        let word = |name: &str, path: &std::path::Path| format!("{name}={}", path.display());
        site.through = vec!["env".into(), word("LD_PRELOAD", &plugin), word("LOA_TEST_CLOCK", &set)];
        clock
    }

    fn set(&self, ahead: TimeDelta, synchronised: bool) {
        assert!(self.folder.path().exists());
        let ahead_ns = ahead.num_nanoseconds().expect("less than 292 years");
        let numbers = [ahead_ns.to_ne_bytes(), i64::from(synchronised).to_ne_bytes()].concat();
        self.file.write_all_at(&numbers, 0).unwrap();
    }
}

fn now() -> DateTime<Utc> {
    Clock::system().now().wall
}

/// A station that airs 0.3 s every two seconds.
fn every_two_seconds(card: &SoundCard) -> (Site, TestClock) {
    let mut site = Site::on_card(card);
    let clock = TestClock::of(&mut site);
    site.set("[emergency]\ntone_ms = 0\n");
    Signal::mono(48_000, 0.3).wav(&site.path("audio/a.wav"));
    Signal::mono(48_000, 0.7).wav(&site.path("bao.wav"));
    site.write("schedules/sang.toml", programme("sang", "*/2 * * * * *", "1s", &["a.wav"]));
    (site, clock)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a filter over rows hands them over like this")]
fn is_aired(row: &&Row) -> bool {
    outcome(row) == "aired"
}

/// Waits until so many rows of the programme say that they aired.
fn wait_aired(site: &Site, count: usize) -> Vec<Row> {
    wait_for(&format!("{count} airings"), 60, || {
        let rows = site.rows();
        (rows.iter().filter(is_aired).count() >= count).then_some(rows)
    })
}

fn scheduled(row: &Row) -> DateTime<Utc> {
    row.scheduled_at.parse().unwrap()
}

/// How many sounds there were, each after silence.
fn sounds(heard: &Frames) -> usize {
    // 20 ms: no clip is silent for so long, and a station that is started for an emergency is not silent for much longer.
    let (mut silent_for, mut count) = (usize::MAX, 0);
    for frame in heard {
        if is_silent(*frame) {
            silent_for = silent_for.saturating_add(1);
        } else {
            count += usize::from(silent_for > 960);
            silent_for = 0;
        }
    }
    count
}

/// Every slot has one final row, and only the last of its rows may have aired. Gives the stories by slot.
fn assert_one_final_row_each(rows: &[Row]) -> BTreeMap<DateTime<Utc>, Vec<String>> {
    let mut slots: BTreeMap<_, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.programme.is_some()) {
        slots.entry(scheduled(row)).or_default().push(row);
    }
    for (slot, rows) in &slots {
        let story: Vec<_> = rows.iter().map(|row| short(row)).collect();
        assert!(rows.iter().enumerate().all(|(n, row)| row.attempt == n as i64 + 1), "{slot}: {story:?}");
        assert!(!rows[..rows.len() - 1].iter().any(is_aired), "{slot} aired twice: {story:?}");
    }
    slots.into_iter().map(|(slot, rows)| (slot, rows.into_iter().map(short).collect())).collect()
}

/// A clock that steps by so many seconds in mid-programme, and is set to before the first slot later on.
fn stepped(seconds: i64) {
    let card = SoundCard::new();
    let (site, clock) = every_two_seconds(&card);
    let station = site.run();
    let before = wait_aired(&site, 2);
    let ahead = TimeDelta::seconds(seconds);
    clock.set(ahead, true);
    let stepped_at = now() + ahead;
    let after = wait_aired(&site, 4);
    let (slots_before, slots_after): (Vec<_>, Vec<_>) =
        after.iter().filter(is_aired).map(scheduled).partition(|slot| before.iter().any(|row| scheduled(row) == *slot));
    assert!(
        slots_before.len() >= 2 && slots_after.iter().all(|slot| *slot > stepped_at - TimeDelta::seconds(2)),
        "{slots_after:?}"
    );
    let jumped: Vec<_> = after.iter().filter(|row| row.reason.as_deref() == Some("clock_step")).collect();
    // Every second second that was passed over, but for those whose window was still open at either end.
    let passed_over = seconds.max(0) / 2;
    assert!((jumped.len() as i64 - passed_over).abs() <= 1, "{} of {passed_over}", jumped.len());
    let told = jumped.iter().map(|row| row.recorded_at.parse::<DateTime<Utc>>().unwrap() - stepped_at).max();
    println!(
        "{seconds:+} s: {} slots jumped over, told after {:?} ms",
        jumped.len(),
        told.map(|told| told.num_milliseconds())
    );

    // Set to just before its first slot: what aired does not air again, and what did not, does.
    let first = scheduled(before.iter().find(is_aired).unwrap());
    clock.set(first - TimeDelta::milliseconds(1500) - now(), true);
    let rows = wait_aired(&site, after.iter().filter(is_aired).count() + 2);
    assert_eq!(station.terminate().0, Some(0));
    let slots = assert_one_final_row_each(&rows);
    let again = rows.iter().filter(|row| row.attempt > 1).map(short);
    println!(
        "{} slots, {} sounds, second attempts: {:?}",
        slots.len(),
        sounds(&card.frames()),
        again.collect::<Vec<_>>()
    );
    let aired = site.rows().iter().filter(|row| is_aired(row) || outcome(row) == "cut").count();
    assert_eq!(sounds(&card.frames()), aired, "each sound has its row");
    site.done(&["log", "verify"]);
}

#[test]
fn a_clock_that_steps_loses_no_slot_and_airs_none_twice() {
    thread::scope(|scope| {
        for seconds in [90, -90, 3600, -3600] {
            scope.spawn(move || stepped(seconds));
        }
    });
}

#[test]
fn a_clock_that_begins_in_1970_airs_emergencies_only_until_it_is_right_or_trusted() {
    let card = SoundCard::new();
    let (site, clock) = every_two_seconds(&card);
    let station = site.run();
    wait_aired(&site, 1);
    assert_eq!(station.terminate().0, Some(0));
    let (rows_before, sounds_before) = (site.rows().len(), sounds(&card.frames()));

    // Without a battery the clock begins in 1970, and nobody has set it right.
    clock.set(DateTime::UNIX_EPOCH + TimeDelta::seconds(20) - now(), false);
    let station = site.run();
    station.says("sound device open");
    let status = site.status();
    assert_eq!(status["clock"], "untrusted");
    assert!(
        status["at"].as_str().unwrap().starts_with("1970-01-01") && status["clock_behind"].is_string(),
        "{status:#}"
    );
    let text = site.done(&["status"]);
    assert!(text.contains("NOT TO BE TRUSTED") && text.contains("--trust-clock"), "{text}");
    let ran = site.loa(&["air", "--emergency", "bao.wav"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "`bao.wav` starts now\n"));
    station.prints("aired  bao.wav");
    wait_until(now().trunc_subsecs(0) + TimeDelta::seconds(5));
    assert_eq!(sounds(&card.frames()), sounds_before + 1, "two slots have passed in silence");
    // The network sets it right.
    let set_right = now();
    clock.set(TimeDelta::zero(), true);
    let rows = wait_for("airings in the right time", 60, || {
        let rows = site.rows();
        let in_time = rows.iter().filter(|row| is_aired(row) && scheduled(row) > set_right);
        (in_time.count() >= 2).then_some(rows)
    });
    assert_eq!(station.terminate().0, Some(0));
    let untrusted: Vec<_> =
        rows.iter().filter(|row| row.reason.as_deref() == Some("clock_untrusted")).map(short).collect();
    println!("{untrusted:?}");
    assert!((2..=5).contains(&untrusted.len()), "{untrusted:?}");
    let slots = assert_one_final_row_each(&rows);
    let instants: Vec<_> = slots.keys().collect();
    assert!(
        instants.windows(2).all(|pair| *pair[1] - *pair[0] == TimeDelta::seconds(2)),
        "a slot has no row: {slots:#?}"
    );
    assert!(
        rows[rows_before..].iter().any(|row| row.kind == "emergency" && is_aired(&row) && row.clock == "untrusted")
    );

    // In 1970 again, but a person says that it is right: it is used, and the log says by whose word.
    clock.set(DateTime::UNIX_EPOCH + TimeDelta::seconds(200) - now(), false);
    let count = site.rows().len();
    let station = site.spawn_with(&["--trust-clock"]);
    station.says("ready\n");
    wait_for("an airing", 60, || site.rows()[count..].iter().any(|row| is_aired(&row)).then_some(()));
    assert_eq!(station.terminate().0, Some(0));
    let rows = site.rows();
    let note = rows[count..].iter().find(|row| row.kind == "note").and_then(|row| row.note.clone());
    assert!(note.as_ref().is_some_and(|note| note.contains("--trust-clock")), "{note:?}");
    let aired = rows[count..].iter().find(is_aired).unwrap();
    assert_eq!((aired.clock.as_str(), &aired.scheduled_at[..10]), ("free_running", "1970-01-01"));
    site.done(&["log", "verify"]);
}
