//! The real program on a database that is damaged before its start, or under its hands.
//!
//! In: a log with rows, and every way in which disks and people spoil files. Out: the programme airs all the same, whole;
//! the rows are in a chain that verifies, whose first one says so if a new log had to begin; the old one is kept. Next:
//! `clock_steps`.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::thread;

use loa::desk::Record;

use crate::faults::with_clips;
use crate::reload::assert_heard;
use crate::running::{Site, in_seconds};
use crate::soundcard::{SoundCard, wait_for};
use crate::store;

/// A way to spoil the database of a station.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Damage {
    /// The first hundred bytes are gone.
    Header,
    /// One page of rows in the middle.
    MiddlePage,
    /// All pages but the first.
    AllPages,
    /// It ends in its middle, as after a power cut on a cheap disk.
    Half,
    /// It has no length any more, as after a power cut on a cheaper one.
    Empty,
    /// Somebody removed it.
    Gone,
    /// A journal that is none lies beside it.
    Journal,
}

use Damage::{AllPages, Empty, Gone, Half, Header, Journal, MiddlePage};

const PAGE: u64 = 4096;

fn spoil(site: &Site, damage: Damage) {
    let path = site.path("data/loa.db");
    let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let pages = file.metadata().unwrap().len() / PAGE;
    assert!(pages > 10, "a database with something in it: {pages} pages");
    let garbage = |from: u64, count: u64| file.write_all_at(&vec![0xa5; (count * PAGE) as usize], from * PAGE);
    match damage {
        Header => file.write_all_at(&[0; 100], 0).unwrap(),
        MiddlePage => garbage(page_of_rows(&file, pages), 1).unwrap(),
        AllPages => garbage(1, pages - 1).unwrap(),
        Half => file.set_len(pages / 2 * PAGE).unwrap(),
        Empty => file.set_len(0).unwrap(),
        Gone => fs::remove_file(path).unwrap(),
        Journal => fs::write(site.path("data/loa.db-wal"), vec![0xa5; 8192]).unwrap(),
    }
}

/// The page in the middle of those that hold rows of the log, which every start reads; between them lie pages of indexes.
fn page_of_rows(file: &File, pages: u64) -> u64 {
    const LEAF_OF_A_TABLE: u8 = 13;
    let name = "Đài truyền thanh xã Thanh Đa".as_bytes();
    let mut page = vec![0; PAGE as usize];
    let mut holds_rows = |number: &u64| {
        file.read_exact_at(&mut page, number * PAGE).unwrap();
        page[0] == LEAF_OF_A_TABLE && page.windows(name.len()).any(|window| window == name)
    };
    let rows: Vec<u64> = (0..pages).filter(|number| holds_rows(number)).collect();
    rows[rows.len() / 2]
}

/// A station with a log of so many rows in a database of its own, on which nothing is open.
fn with_log(card: &SoundCard, rows: u32) -> Site {
    let site = with_clips(card, 0.4);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = store::open(&site.path("data")).await.store;
        for item in 0..rows {
            let record = Record::Row(Box::new(store::aired(item)));
            if item % 256 == 255 { store::commit(&store, record).await } else { drop(store.record(record)) }
        }
        store.close().await;
    });
    site
}

/// What became of the log: whether a new one began, and the rest of the story.
fn told(site: &Site, rows: usize) -> (bool, Vec<String>) {
    let mut story = site.story(rows);
    let is_new = story[0].starts_with("a new log begins: the database was ");
    story.drain(..usize::from(is_new));
    (is_new, story)
}

fn damaged_before_the_start(damage: Damage) {
    let card = SoundCard::new();
    let site = with_log(&card, 60);
    spoil(&site, damage);
    site.plan("sang", in_seconds(1), "5m", &["a.wav", "b.wav"]);
    let station = site.run();
    station.prints("aired  b");
    let newest = |story: &[String]| story.ends_with(&["a-0/1 aired".to_owned(), "b-1/1 aired".to_owned()]);
    let (is_new, story) = told(&site, 3);
    assert!(newest(&story), "{damage:?}: {story:?}");
    println!("{damage:?} before the start: a new log {is_new}, {} rows after it", story.len());
    assert_eq!(is_new, damage != Journal, "{damage:?}: {story:?}");
    let status = site.status();
    let aside = status["log_moved_aside"].as_str();
    assert_eq!(aside.is_some(), is_new && damage != Gone, "{damage:?}: {status:#}");
    if let Some(aside) = aside {
        assert!(File::open(aside).is_ok(), "`{aside}` is kept for the inspector");
    }
    assert_eq!(station.terminate().0, Some(0));
    assert_heard(&site, &card, &[site.sound("a.wav"), site.sound("b.wav")]);
}

#[test]
fn a_station_airs_on_a_database_that_was_damaged_and_begins_a_new_log_where_it_must() {
    thread::scope(|scope| {
        for damage in [Header, MiddlePage, Half, Empty, Gone, Journal] {
            scope.spawn(move || damaged_before_the_start(damage));
        }
    });
}

/// More than the station keeps of a database in memory.
const MANY: u32 = 2000;

fn damaged_while_running(damage: Damage) {
    let card = SoundCard::new();
    let site = with_log(&card, MANY);
    site.plan("sang", in_seconds(2), "5m", &["a.wav", "b.wav"]);
    let station = site.run();
    spoil(&site, damage);
    station.prints("aired  b");
    // Three rows in a new log, or two more in the old one.
    let rows_are_in = |head: u64| head == u64::from(MANY) + 2 || (3..u64::from(MANY)).contains(&head);
    let (status, head) = wait_for("every row to be committed", 30, || {
        let status = site.status();
        let head = status["log_head"].as_str()?.split(':').next()?.parse().ok()?;
        let is_well = status["log_waiting"] == 0 && status["log_error"].is_null() && rows_are_in(head);
        is_well.then_some((status, head))
    });
    let newest = ["a-0/1 aired", "b-1/1 aired"];
    let is_new = head < u64::from(MANY);
    let verified = site.loa(&["log", "verify"]);
    println!("{damage:?} while it runs: a new log {is_new}, {}{}", verified.stdout, verified.stderr);
    if verified.code == Some(0) {
        let (begins, story) = told(&site, 3);
        assert!(begins == is_new && story.ends_with(&newest.map(str::to_owned)), "{damage:?}: {story:?}");
    } else {
        // What nobody needed meanwhile was not read: the old rows are damaged, and `log` and `log verify` say so.
        assert!(!is_new && matches!(damage, MiddlePage | AllPages | Half), "{damage:?}: {}", verified.stderr);
        let is_told = !verified.stdout.contains(" rows, head ") && verified.stderr.contains("malformed");
        assert!(is_told, "{}{}", verified.stdout, verified.stderr);
    }
    assert!(is_new || !matches!(damage, Empty | Gone), "{damage:?}: what is committed to no file is lost");
    assert_eq!(status["log_moved_aside"].is_string(), is_new && damage != Gone, "{damage:?}: {status:#}");
    // Key, ready, device; damaged, brought over, and what could not be read meanwhile: each once.
    assert!(station.stderr().lines().count() <= 6, "{}", station.stderr());
    assert_eq!(station.terminate().0, Some(0));
    let station = site.run();
    if is_new {
        assert_eq!(told(&site, 3).1, newest, "{damage:?}: the new log goes on");
    }
    assert_eq!(station.terminate().0, Some(0));
    assert_heard(&site, &card, &[site.sound("a.wav"), site.sound("b.wav")]);
}

#[test]
fn a_database_that_is_damaged_under_the_station_costs_no_airing_and_no_later_row() {
    thread::scope(|scope| {
        for damage in [Header, MiddlePage, AllPages, Half, Empty, Gone] {
            scope.spawn(move || damaged_while_running(damage));
        }
    });
}
