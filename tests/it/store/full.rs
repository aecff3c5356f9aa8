//! The store on a disk that is full, for a day of a station that airs an item every minute around the clock.
//!
//! In: a small disk, everything that such a station records. Out: every row in the chain afterwards, in order, also over a
//! death of the program and a power cut while the disk is full.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use loa::airing::{Airing, AiringId, Kind};
use loa::desk::{Measured, Record};
use loa::rundown::{Audio, Content, Rundown, RundownItem};
use loa::store::{Log, State, Store};

use super::{aired, commit, open, open_in_boot, power_cut, row, rows, rundown, soon};
use crate::backup::Tmpfs;

/// Items of an hour.
const ITEMS: i64 = 60;

/// When the programme of an hour starts.
fn hour(number: i64) -> DateTime<Utc> {
    aired(0).scheduled_at.to_utc() + TimeDelta::hours(number)
}

/// One item of a station with many zones and long titles.
fn item(of_hour: i64, number: i64) -> Airing {
    let zones: Vec<_> = (1..=12).map(|zone| format!("thon-{zone}")).collect();
    let scheduled_at = hour(of_hour).with_timezone(aired(0).scheduled_at.offset());
    let started_at = scheduled_at + TimeDelta::seconds(60 * number);
    Airing {
        airing: AiringId::planned("ca-ngay", hour(of_hour), &number.to_string()),
        title: Some(format!(
            "Tin bài số {number}: hướng dẫn người dân nộp hồ sơ trực tuyến tại bộ phận một cửa của xã"
        )),
        author: Some("Nguyễn Thị Minh Khai".to_owned()),
        zone_names: zones.iter().map(|zone| format!("Cụm loa {zone}")).collect(),
        zones,
        scheduled_at,
        started_at: Some(started_at),
        ended_at: Some(started_at + TimeDelta::seconds(58)),
        ..aired(0)
    }
}

/// All that an hour leaves.
fn records(of_hour: i64) -> Vec<Record> {
    let frozen = |number| {
        let Airing { airing, title, themes, author, .. } = item(of_hour, number);
        let content = Content { sha256: "ab".repeat(32).into(), duration_ms: Some(58_000) };
        let audio = Audio { file: Some(format!("tin/{number}.mp3")), content: Some(content) };
        RundownItem {
            airing,
            item: number.to_string(),
            kind: Kind::Fixed,
            title: title.unwrap(),
            themes,
            author,
            genre: None,
            bulletin: None,
            taken_out: None,
            audio,
        }
    };
    let scheduled_at = hour(of_hour);
    let frozen = Rundown { scheduled_at, items: (0..ITEMS).map(frozen).collect(), ..rundown() };
    let mut records = vec![Record::Rundown(Box::new(frozen))];
    for number in 0..ITEMS {
        let row = item(of_hour, number);
        let (airing, started_at) = (row.airing.clone(), row.started_at.unwrap().to_utc());
        records.push(Record::Intent(Box::new(Airing { started_at: None, ended_at: None, aired_ms: 0, ..row.clone() })));
        records.extend((0..116).map(|half| Record::Progress {
            airing: airing.clone(),
            attempt: 1,
            started_at,
            start_error_us: None,
            measured: Measured { aired_ms: half * 500, elapsed_ms: half * 500, ..Measured::default() },
        }));
        records.push(Record::Row(Box::new(row)));
        if number % 10 == 0 {
            records.push(Record::Settled(started_at));
        }
    }
    records.push(Record::RundownDone { programme: "sang".to_owned(), scheduled_at });
    records
}

/// Gives the store all of it, and waits until the last of it is in the spill file.
async fn live(folder: &Path, store: &Store, hours: std::ops::Range<i64>) {
    for number in hours {
        let last = Record::Settled(hour(number) + TimeDelta::microseconds(3_599_999_999));
        for record in records(number).into_iter().chain([last.clone()]) {
            drop(store.record(record));
            // As in life, the store has time to look at each.
            tokio::task::yield_now().await;
        }
        let last = serde_json::to_string(&last).unwrap();
        let is_there = || {
            let found = Command::new("grep").args(["-qaF", &last, "spill.bin"]).current_dir(folder).status();
            found.unwrap().success()
        };
        soon(async {
            while !is_there() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        let state = store.state();
        assert_eq!((state.spill_trouble, state.lost), (None, 0), "hour {number}");
        assert!(state.trouble.is_some());
    }
}

async fn all_in_order(folder: &Path, hours: i64) {
    Log::open(folder).await.unwrap().verify(None).await.unwrap();
    let found: Vec<_> = rows(folder).await.into_iter().skip(1).map(|row| (row.airing, row.aired_ms)).collect();
    let wanted = (0..hours).flat_map(|hour| (0..ITEMS).map(move |number| item(hour, number)));
    let wanted: Vec<_> = wanted.map(|row| (row.airing.to_string(), row.aired_ms)).collect();
    let differs = found.iter().zip(&wanted).position(|(found, wanted)| found != wanted);
    assert_eq!((found.len(), differs), (wanted.len(), None));
}

/// A station that has been up, on a disk that is now full.
async fn full() -> Option<(Tmpfs, std::path::PathBuf, Store)> {
    let disk = Tmpfs::new(40_000)?;
    let store = open(disk.path()).await.store;
    commit(&store, row(0)).await;
    let spill = disk.path().join("spill.bin");
    soon(async {
        while spill.metadata().map_or(0, |facts| facts.len()) < 16 << 20 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let ballast = disk.fill();
    Some((disk, ballast, store))
}

#[tokio::test]
async fn a_day_of_a_busy_station_fits_and_is_in_the_chain_afterwards() {
    let Some((disk, ballast, store)) = full().await else { return };
    live(disk.path(), &store, 0..24).await;
    let spilled = std::fs::metadata(disk.path().join("spill.bin")).unwrap().len();
    println!("{} records wait in a spill file of {spilled} bytes", store.state().waiting);
    let cut = power_cut_without(disk.path(), &ballast);
    open_in_boot(cut.path(), "boot-2").await.store.close().await;
    all_in_order(cut.path(), 24).await;

    std::fs::remove_file(&ballast).unwrap();
    let mut watch = store.watch();
    soon(watch.wait_for(|state| state.waiting == 0 && state.trouble.is_none())).await.unwrap();
    soon(store.close()).await;
    all_in_order(disk.path(), 24).await;
}

#[test]
fn the_program_dies_twice_on_the_full_disk_and_loses_nothing() {
    // The end of a runtime ends the store's task where it stands, as a kill does.
    let life = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = life();
    let Some((disk, ballast, store)) = first.block_on(full()) else { return };
    first.block_on(live(disk.path(), &store, 0..2));
    drop((store, first));
    for from in [2, 4] {
        let next = life();
        let opened = next.block_on(open(disk.path()));
        assert_eq!(opened.remembered.logged.len() as i64, 1 + from * ITEMS);
        assert!(opened.store.state().trouble.is_some());
        next.block_on(live(disk.path(), &opened.store, from..from + 2));
        drop((opened, next));
    }
    std::fs::remove_file(&ballast).unwrap();
    life().block_on(async {
        open(disk.path()).await.store.close().await;
        all_in_order(disk.path(), 6).await;
    });
}

#[tokio::test]
async fn a_disk_that_is_full_from_the_first_start_has_no_room_for_the_file_and_says_so() {
    let Some(disk) = Tmpfs::new(2_000) else { return };
    let ballast = disk.fill();
    let store = open(disk.path()).await.store;
    let answer = store.record(row(0));
    let mut watch = store.watch();
    let both = |state: &State| state.trouble.is_some() && state.spill_trouble.is_some() && state.waiting == 1;
    let state = soon(watch.wait_for(both)).await.unwrap().clone();
    assert_eq!(state.lost, 0);
    std::fs::remove_file(ballast).unwrap();
    soon(answer).await.expect("it waited in memory");
    store.close().await;
    assert_eq!(rows(disk.path()).await.len(), 1);
}

fn power_cut_without(folder: &Path, ballast: &Path) -> tempfile::TempDir {
    let cut = power_cut(folder);
    std::fs::remove_file(cut.path().join(ballast.file_name().unwrap())).unwrap();
    cut
}
