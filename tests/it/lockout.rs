//! The real program locked out of its database, its data folder or its schedules: it airs all the same, or says why not.
//!
//! In: stations whose database is locked, read-only or none, whose folder may not be used, whose schedules are broken. Out:
//! what they air meanwhile, and every row once they are let in again. Next: `reload`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::{DateTime, Utc};
use loa::clock::Clock;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection};

use crate::clips::Signal;
use crate::faults::with_clips;
use crate::kills::kill_after;
use crate::running::{MORTAL, Site, alike, in_seconds, programme, sounding};
use crate::soundcard::{SoundCard, wait_for};

/// Keeps every other writer out of a station's database until it is let go.
pub(crate) struct Locked {
    runtime: tokio::runtime::Runtime,
    conn: SqliteConnection,
}

impl Locked {
    pub(crate) fn new(site: &Site) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let options = SqliteConnectOptions::new().filename(site.path("data/loa.db"));
        let mut conn = runtime.block_on(options.connect()).unwrap();
        runtime.block_on(conn.execute("begin exclusive")).unwrap();
        Self { runtime, conn }
    }

    pub(crate) fn release(self) {
        self.runtime.block_on(self.conn.close()).unwrap();
    }
}

/// Makes the database by a first start.
fn with_database(site: &Site) {
    assert_eq!(site.run().terminate().0, Some(0));
}

#[test]
fn a_locked_database_delays_the_rows_and_nothing_else() {
    let card = SoundCard::new();
    let site = with_clips(&card, 3.0);
    Signal::stereo(48_000, 0.4).wav(&site.path("audio/0.wav"));
    with_database(&site);
    site.plan("sang", in_seconds(1), "5m", &["0.wav", "a.wav", "b.wav"]);
    let station = site.run();
    let locked = Locked::new(&site);
    station.prints("on air  a");
    let status = site.status();
    assert!(status["log_waiting"].as_u64() > Some(0), "{status:#}");
    assert_eq!(status["log_error"], "database is locked");
    station.says("the database takes no records, they wait: database is locked\n");
    let asked = Clock::system().now().wall;
    assert_eq!(site.done(&["stop"]), "stopped `sang`\n");
    let cut = wait_for("silence", 10, || site.status()["on_air"].is_null().then(|| Clock::system().now().wall));
    println!("silent {} ms after stop", (cut - asked).num_milliseconds());
    assert_eq!(site.rows().len(), 0);
    locked.release();
    assert_eq!(site.story(3), ["0-0/1 aired", "b-2/1 cancelled: operator", "a-1/1 cut: operator"]);
    assert_eq!(station.terminate().0, Some(0));
    let heard = card.frames();
    let wanted = site.sound("0.wav");
    assert_eq!(alike(sounding(&heard), &wanted, 0.0), wanted.len(), "the first item is whole");
}

#[test]
fn an_emergency_needs_no_database() {
    let card = SoundCard::new();
    let site = with_clips(&card, 1.5);
    site.set("[emergency]\ntone_ms = 0\n");
    with_database(&site);
    let locked = Locked::new(&site);
    let station = site.run();
    station.says("sound device open");
    let asked = Clock::system().now().wall;
    assert_eq!(site.done(&["air", "--emergency", "audio/a.wav"]), "`a.wav` starts now\n");
    station.prints("aired  a");
    locked.release();
    assert_eq!(site.story(1), ["a.wav/1 aired"]);
    let started: DateTime<Utc> = site.rows()[0].started_at.as_ref().unwrap().parse().unwrap();
    println!("it sounded {} ms after it was asked for", (started - asked).num_milliseconds());
    assert!((started - asked).num_milliseconds() < 3000, "{started} is long after {asked}");
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_station_airs_ends_and_crashes_while_its_database_is_locked_and_loses_no_row() {
    let card = SoundCard::new();
    let site = with_clips(&card, 2.5);
    with_database(&site);
    let locked = Locked::new(&site);
    site.plan("sang", in_seconds(1), "5m", &["b.wav", "a.wav"]);
    let heard = kill_after(1300, site.run(), 0, &card);
    let station = site.run();
    station.prints("on air  a");
    let (code, took_ms) = station.terminate();
    println!("ended in {took_ms} ms");
    assert_eq!(code, Some(0));
    assert!(took_ms < 2000, "ending took {took_ms} ms");
    assert_eq!(site.rows().len(), 0);
    locked.release();
    let station = site.run();
    assert_eq!(site.story(4), ["b-0/1 aired", "a-1/1 interrupted: crash", "a-1/2 cut: shutdown", "a-1/3 aired"]);
    let claimed = site.rows()[1].aired_ms;
    let held_ms = (heard.len() - site.sound("b.wav").len()) as i64 / 48;
    println!("{claimed} of {held_ms} ms in the log");
    assert!(claimed <= held_ms && held_ms - claimed <= 1050, "{claimed} of {held_ms} ms");
    assert_eq!(station.terminate().0, Some(0));
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_read_only_database_delays_the_rows_and_nothing_else() {
    let mut site = Site::new("silent");
    site.through = MORTAL.map(str::to_owned).into();
    Signal::mono(48_000, 0.3).wav(&site.path("audio/a.wav"));
    with_database(&site);
    set_mode(&site.path("data/loa.db"), 0o444);
    site.plan("sang", in_seconds(1), "5m", &["a.wav"]);
    let station = site.run();
    station.prints("aired  a");
    let status = site.status();
    println!("{}: {}", status["log_waiting"], status["log_error"]);
    assert!(status["log_waiting"].as_u64() > Some(0), "{status:#}");
    assert!(status["log_error"].as_str().is_some_and(|error| error.contains("readonly")), "{status:#}");
    // SQLite gave its two helping files the mode of the database.
    for name in ["loa.db", "loa.db-wal", "loa.db-shm"] {
        set_mode(&site.path("data").join(name), 0o644);
    }
    assert_eq!(site.story(1), ["a-0/1 aired"]);
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn what_is_not_a_database_is_moved_aside_and_the_station_airs_and_says_so() {
    let site = Site::new("silent");
    Signal::mono(48_000, 0.3).wav(&site.path("audio/a.wav"));
    with_database(&site);
    // A reader that was still open at the end leaves a journal, and SQLite would bring the database back from it.
    for journal in ["data/loa.db-wal", "data/loa.db-shm"] {
        let _ = fs::remove_file(site.path(journal));
    }
    fs::write(site.path("data/loa.db"), "đây không phải là cơ sở dữ liệu ".repeat(500)).unwrap();
    site.plan("sang", in_seconds(1), "5m", &["a.wav"]);
    let station = site.run();
    let said = station.stderr();
    assert!(said.contains("the database was damaged and is kept as `") && said.contains("loa.db.corrupt-"), "{said}");
    let story = site.story(2);
    assert!(story[0].starts_with("a new log begins: the database was corrupt"), "{story:?}");
    assert_eq!(story[1], "a-0/1 aired");
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_data_folder_that_cannot_be_used_is_named_with_the_reason() {
    let mut site = Site::new("silent");
    let refused = |site: &Site, why: &str| {
        let ran = site.loa(&["run"]);
        println!("{}", ran.stderr.trim());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{}", ran.stderr);
        assert!(ran.stderr.starts_with("loa: the data folder `") && ran.stderr.contains(why), "{}", ran.stderr);
    };
    fs::write(site.path("data"), "").unwrap();
    refused(&site, "a file, or a link that leads nowhere, stands");
    fs::remove_file(site.path("data")).unwrap();
    fs::create_dir(site.path("data")).unwrap();
    set_mode(&site.path("data"), 0o555);
    site.through = MORTAL.map(str::to_owned).into();
    refused(&site, "this user may not");
    let checked = site.loa(&["check"]).stderr;
    assert!(checked.contains("warning: this user may not write in the data folder `data`"), "{checked}");
    // Not to be allowed to look is not the same as that there is nothing.
    set_mode(&site.path("data"), 0);
    for (command, told) in [
        ("log", "loa: `data/loa.db` cannot be read as an airing log: this user may not"),
        ("status", "loa: cannot talk to the station: this user may not"),
        ("stop", "loa: cannot talk to the station: this user may not"),
    ] {
        let ran = site.loa(&[command]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.starts_with(told), "{}", ran.stderr);
    }
}

#[test]
fn a_station_starts_with_the_last_good_schedule_or_not_at_all() {
    let site = Site::new("silent");
    Signal::mono(48_000, 0.3).wav(&site.path("audio/a.wav"));
    site.write("schedules/sang.toml", programme("sang", "0 5 * * 1-5", "45", &["a.wav"]));
    let ran = site.loa(&["run"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    for problem in ["schedules/sang.toml:4:17: error: the weekday `1-5`", "schedules/sang.toml:5:10: error: "] {
        assert!(ran.stderr.contains(problem), "{}", ran.stderr);
    }
    let starts = in_seconds(3);
    site.plan("sang", starts, "5m", &["a.wav"]);
    with_database(&site);
    site.write("schedules/sang.toml", "[[programme]]\nid = 'sang\n");
    let station = site.run();
    assert!(station.stderr().contains("schedules/sang.toml:2:"), "{}", station.stderr());
    station.says("the last good schedule stays");
    let problems = site.status()["problems"].to_string();
    assert!(problems.contains("schedules/sang.toml:2:"), "status says {problems}");
    assert_eq!(site.story(1), ["a-0/1 aired"]);
    assert_eq!(station.terminate().0, Some(0));
}
