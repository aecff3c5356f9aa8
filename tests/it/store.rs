//! Records through the store and back: committed, read, recovered after a power cut between any two of them.
//!
//! Each test drives the real store over real files in a temporary folder. A power cut is a copy of the folder taken
//! between two records: what is not in the copy was not durable.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod emergencies; // those that a power loss cut or kept from starting
mod faults; // locked, read-only, corrupt and foreign databases
mod full; // a disk that is full for a day
mod reading; // the log as others read it

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta};
use loa::airing::{Airing, AiringId, ClockState, Kind, Outcome, OutputKind, Priority, Reason};
use loa::clock::Clock;
use loa::desk::{Measured, Record};
use loa::library::{FileState, Verdict};
use loa::rundown::Rundown;
use loa::store::{Log, Opened, Row, Span, Store};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use tempfile::TempDir;

use crate::world::clips::MEASURES;

pub(crate) const BOOT: &str = "boot-1";

/// Nothing that is tested here takes longer than a disk does.
pub(crate) async fn soon<T>(event: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), event).await.expect("it happens within 20 s")
}

pub(crate) async fn open(folder: &Path) -> Opened {
    open_in_boot(folder, BOOT).await
}

async fn open_in_boot(folder: &Path, boot_id: &str) -> Opened {
    soon(Store::open(folder, &Clock::system(), boot_id)).await.unwrap()
}

/// Gives a record and waits until it is committed.
pub(crate) async fn commit(store: &Store, record: Record) {
    soon(store.record(record)).await.expect("it is committed");
}

pub(crate) fn instant(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

/// The `item`-th item of the morning programme, aired as planned.
pub(crate) fn aired(item: u32) -> Airing {
    let scheduled_at = instant("2025-03-03T05:00:00+07:00");
    let started_at = scheduled_at + TimeDelta::seconds(i64::from(item) * 10) + TimeDelta::microseconds(417);
    let airing = AiringId::planned("sang", scheduled_at.to_utc(), &item.to_string());
    Airing {
        station: "Đài truyền thanh xã Thanh Đa".to_owned(),
        programme: Some("sang".to_owned()),
        programme_title: Some("Chương trình buổi sáng".to_owned()),
        item: Some(item.to_string()),
        title: Some(format!("Tin bài \"{item}\", mục mới")),
        themes: vec!["ND3".to_owned(), "ND1".to_owned()],
        zones: vec!["thon1".to_owned()],
        zone_names: vec!["Cụm loa thôn 1".to_owned()],
        started_at: Some(started_at),
        ended_at: Some(started_at + TimeDelta::seconds(8)),
        start_error_us: Some(-12),
        planned_ms: Some(8000),
        aired_ms: 8000,
        outcome: Some(Outcome::Aired),
        device: Some("hw:0".to_owned()),
        level_dbfs: Some(-19),
        peak_dbfs: Some(-2),
        gain_cb: Some(35),
        trimmed_ms: Some(0),
        sha256: Some("ab".repeat(32)),
        clock: ClockState::Synchronised,
        boot_id: BOOT.to_owned(),
        ..Airing::blank(Kind::Fixed, airing, scheduled_at, OutputKind::Card)
    }
}

fn intent(item: u32) -> Record {
    Record::Intent(Box::new(Airing { started_at: None, ended_at: None, aired_ms: 0, ..aired(item) }))
}

fn progress(item: u32, aired_ms: i64) -> Record {
    let airing = aired(item);
    Record::Progress {
        airing: airing.airing,
        attempt: 1,
        started_at: airing.started_at.unwrap().to_utc(),
        start_error_us: Some(-12),
        measured: Measured {
            aired_ms,
            elapsed_ms: aired_ms + 3,
            level_dbfs: -19,
            peak_dbfs: -2,
            ..Measured::default()
        },
    }
}

pub(crate) fn row(item: u32) -> Record {
    Record::Row(Box::new(aired(item)))
}

pub(crate) async fn rows(folder: &Path) -> Vec<Row> {
    let mut pages = Log::open(folder).await.unwrap().rows(Span::default()).await.unwrap();
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        rows.extend(page);
    }
    rows
}

/// Item, outcome and milliseconds of every row; the chain is proved on the way.
async fn told(folder: &Path) -> Vec<(String, String, i64)> {
    Log::open(folder).await.unwrap().verify(None).await.unwrap();
    rows(folder)
        .await
        .into_iter()
        .map(|row| (row.item.unwrap_or_default(), row.outcome.unwrap_or_default(), row.aired_ms))
        .collect()
}

fn tell(item: u32, outcome: &str, aired_ms: i64) -> (String, String, i64) {
    (item.to_string(), outcome.to_owned(), aired_ms)
}

/// A connection of somebody else.
pub(crate) async fn stranger(folder: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(folder.join("loa.db")).foreign_keys(false).connect().await.unwrap()
}

/// What a power cut at this instant would leave.
fn power_cut(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

fn rundown() -> Rundown {
    let scheduled_at = aired(0).scheduled_at.to_utc();
    Rundown {
        programme: "sang".to_owned(),
        title: "Chương trình buổi sáng".to_owned(),
        scheduled_at,
        window_ends_at: scheduled_at + TimeDelta::minutes(45),
        ends_hard: false,
        priority: Priority::Ordinary,
        zones: vec![],
        zone_names: vec![],
        items: vec![],
    }
}

#[tokio::test]
async fn a_power_cut_between_any_two_records_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path()).await;
    assert_eq!(opened.remembered.recovered, []);
    assert_eq!(opened.remembered.station_id.as_ref().map(String::len), Some(36));
    let done = Record::RundownDone { programme: "sang".to_owned(), scheduled_at: rundown().scheduled_at };
    let settled = Record::Settled(rundown().window_ends_at);
    let steps = [
        (Record::Rundown(Box::new(rundown())), vec![], 1),
        (intent(0), vec![], 1),
        (progress(0, 100), vec![tell(0, "interrupted", 100)], 1),
        (progress(0, 7600), vec![tell(0, "interrupted", 7600)], 1),
        (row(0), vec![tell(0, "aired", 8000)], 1),
        (intent(1), vec![tell(0, "aired", 8000)], 1),
        (Record::Withdraw { airing: aired(1).airing, attempt: 1 }, vec![tell(0, "aired", 8000)], 1),
        (row(1), vec![tell(0, "aired", 8000), tell(1, "aired", 8000)], 1),
        (done, vec![tell(0, "aired", 8000), tell(1, "aired", 8000)], 0),
        (settled.clone(), vec![tell(0, "aired", 8000), tell(1, "aired", 8000)], 0),
    ];
    for (record, expected, open_rundowns) in steps {
        let is_last = record == settled;
        commit(&opened.store, record).await;
        let cut = power_cut(folder.path());
        let again = open_in_boot(cut.path(), "boot-2").await;
        assert_eq!(told(cut.path()).await, expected);
        assert_eq!(again.remembered.logged.len(), expected.len());
        assert_eq!(again.remembered.open_rundowns, vec![rundown(); open_rundowns]);
        assert_eq!(again.remembered.settled_until.is_some(), is_last);
        assert_eq!(again.remembered.station_id, opened.remembered.station_id);
        again.store.close().await;
    }
}

#[tokio::test]
async fn what_was_written_off_and_sounds_after_all_survives_a_death() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    let missed = Airing {
        started_at: None,
        ended_at: None,
        aired_ms: 0,
        outcome: Some(Outcome::Missed),
        reason: Some(Reason::ClockStep),
        ..aired(0)
    };
    commit(&store, Record::Row(Box::new(missed))).await;
    commit(&store, intent(0)).await;
    commit(&store, progress(0, 2600)).await;
    store.close().await;
    open(folder.path()).await.store.close().await;
    assert_eq!(told(folder.path()).await, [tell(0, "missed", 0), tell(0, "interrupted", 2600)]);
}

#[tokio::test]
async fn an_open_attempt_is_closed_by_what_was_last_recorded() {
    for (boot, reason) in [(BOOT, Reason::Crash), ("boot-2", Reason::PowerLoss)] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).await.store;
        commit(&store, intent(0)).await;
        commit(&store, progress(0, 2600)).await;
        store.close().await;
        let remembered = open_in_boot(folder.path(), boot).await.remembered;
        let [recovered] = &remembered.recovered[..] else { panic!("{remembered:?}") };
        assert_eq!((recovered.outcome, recovered.reason), (Some(Outcome::Interrupted), Some(reason)));
        assert_eq!(recovered.started_at, aired(0).started_at);
        assert_eq!(recovered.ended_at, aired(0).started_at.map(|at| at + TimeDelta::milliseconds(2603)));
        assert_eq!((recovered.aired_ms, recovered.level_dbfs), (2600, Some(-19)));
        assert_eq!(remembered.logged.len(), 1);
        let logged = &rows(folder.path()).await[0];
        assert_eq!(logged.ended_at.as_deref(), Some("2025-03-03T05:00:02.603417+07:00"));
        // The next start finds nothing open any more.
        assert_eq!(open_in_boot(folder.path(), "boot-3").await.remembered.recovered, []);
    }
}

#[tokio::test]
async fn a_row_is_read_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    let title = "a \"quoted\", line\r\nbreak\ttab \u{1} end \u{7f} 𝄞 Đ\u{323}";
    let airing = Airing { title: Some(title.to_owned()), start_error_us: Some(i64::MIN), ..aired(0) };
    commit(&store, Record::Row(Box::new(airing))).await;
    store.close().await;
    let row = &rows(folder.path()).await[0];
    assert_eq!(row.title.as_deref(), Some(title));
    assert_eq!((row.v, row.seq, row.start_error_us, row.gain_cb), (1, 1, Some(i64::MIN), Some(35)));
    assert_eq!(row.scheduled_at, "2025-03-03T05:00:00.000000+07:00");
    assert_eq!(row.themes.0, ["ND3", "ND1"]);
    assert!(row.recorded_at.ends_with("+07:00"));
    let (instants, list): (String, String) =
        sqlx::query_as("select started_at || ' ' || started_at_utc, zone_names from airing_log")
            .fetch_one(&mut stranger(folder.path()).await)
            .await
            .unwrap();
    assert_eq!(instants, "2025-03-03T05:00:00.000417+07:00 2025-03-02T22:00:00.000417Z");
    assert_eq!(list, r#"["Cụm loa thôn 1"]"#);
}

#[tokio::test]
async fn a_row_that_comes_twice_is_logged_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    commit(&store, row(0)).await;
    commit(&store, row(0)).await;
    // A station that could not read its log counts from 1 again; what really aired then is another attempt.
    let again = Airing { started_at: Some(instant("2025-03-03T05:10:00+07:00")), ..aired(0) };
    commit(&store, Record::Row(Box::new(again))).await;
    store.close().await;
    let attempts: Vec<_> = rows(folder.path()).await.iter().map(|row| row.attempt).collect();
    assert_eq!(attempts, [1, 2]);
}

#[tokio::test]
async fn a_wrong_clock_does_not_upset_the_order_of_schedules() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    let at = |year: i32| instant(&format!("{year}-03-03T05:00:00Z")).to_utc();
    for (year, text) in [(2025, "a"), (2099, "b"), (2026, "c"), (1970, "d")] {
        let (taken_at, sha256) = (at(year), text.repeat(64));
        commit(&store, Record::Schedule { taken_at, sha256, text: text.to_owned() }).await;
    }
    store.close().await;
    // With nothing settled the newest is enough: the one that was taken over last.
    let opened = open(folder.path()).await;
    assert_eq!(opened.remembered.schedules, [(at(2026), "d".to_owned())]);
    commit(&opened.store, Record::Settled(at(2025))).await;
    opened.store.close().await;
    let opened = open(folder.path()).await;
    let remembered = opened.remembered;
    assert_eq!(remembered.settled_until, Some(at(2025)));
    let told = [(2025, "a"), (2026, "b"), (2026, "c"), (2026, "d")].map(|(year, text)| (at(year), text.to_owned()));
    assert_eq!(remembered.schedules, told);
    // A clock that ran ahead is set right: what is settled goes back with it.
    commit(&opened.store, Record::Settled(at(2024))).await;
    opened.store.close().await;
    assert_eq!(open(folder.path()).await.remembered.settled_until, Some(at(2024)));
}

#[tokio::test]
async fn schedules_since_the_settled_instant_are_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    let at = |hour: u32| instant(&format!("2025-03-03T{hour:02}:00:00Z")).to_utc();
    for (hour, text) in [(1, "a"), (2, "b"), (3, "b"), (4, "c")] {
        let (taken_at, sha256) = (at(hour), text.repeat(64));
        commit(&store, Record::Schedule { taken_at, sha256, text: text.to_owned() }).await;
    }
    commit(&store, Record::Settled(at(3))).await;
    store.remember_files(vec![FileState {
        path: "nhac/hieu.ogg".to_owned(),
        size: 1,
        mtime_ns: 2,
        ctime_ns: 3,
        inode: u64::MAX - 3,
        sha256: "f".repeat(64).into(),
        duration_ms: None,
    }]);
    store.remember_verdict(Verdict { sha256: "e".repeat(64).into(), verdict: Err(Reason::Damaged) });
    // What could not be read may be read tomorrow: this is not kept.
    store.remember_verdict(Verdict { sha256: "d".repeat(64).into(), verdict: Err(Reason::Unreadable) });
    store.remember_verdict(Verdict { sha256: "f".repeat(64).into(), verdict: Ok(MEASURES) });
    store.close().await;
    let remembered = open(folder.path()).await.remembered;
    assert_eq!(remembered.schedules, [(at(2), "b".to_owned()), (at(4), "c".to_owned())]);
    assert_eq!(remembered.files[0].inode, u64::MAX - 3);
    assert_eq!(remembered.verdicts.iter().filter(|verdict| verdict.verdict == Ok(MEASURES)).count(), 1);
    assert_eq!(remembered.verdicts.len(), 2);
    // One of an earlier version has no measures, and those of a later one may be other ones: both are decoded anew.
    for measures in ["null", "'{\"duration_ms\":5000}'"] {
        let sql = format!("update content_verdict set measures = {measures} where fault is null");
        stranger(folder.path()).await.execute(AssertSqlSafe(sql)).await.unwrap();
        let verdicts = open(folder.path()).await.remembered.verdicts;
        assert_eq!(verdicts.iter().map(|each| each.verdict).collect::<Vec<_>>(), [Err(Reason::Damaged)], "{measures}");
    }
}
