//! Figures from logs as they lie about: of earlier versions, with late starts, with rows that nobody can read, growing meanwhile.
//!
//! In: the station of the month, and what is done to its database. Out: the same figures, or which row is wrong. Next: `sums`.

use std::path::Path;

use chrono::TimeDelta;
use loa::airing::{Airing, AiringId, Kind, Outcome, OutputKind, Reason};
use loa::config::Config;
use loa::desk::Record;
use loa::report::figures::{Absence, Split};
use loa::report::make::make;
use loa::report::period::{Calendar, Period};
use loa::store::{Head, Log, MOST_PROVED, Proved, ReadError, Span};
use sqlx::{Connection as _, Executor as _};

use super::{made, now, plan};
use crate::evidence::{local, month};
use crate::running::Site;
use crate::store::{aired, commit, open, stranger};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

async fn tell(data: &Path, sql: &'static str) {
    let mut conn = stranger(data).await;
    conn.execute(sql).await.unwrap();
    conn.close().await.unwrap();
}

/// Puts an airing of an hour at the end of the log.
fn add(site: &Site, kind: Kind, scheduled: &str, started: &str) {
    let (scheduled_at, started_at) = (local(scheduled), local(started));
    let id = AiringId::act("air", scheduled_at.to_utc(), 1);
    let airing = Airing {
        themes: vec!["ND6".to_owned()],
        started_at: Some(started_at),
        ended_at: Some(started_at + TimeDelta::hours(1)),
        planned_ms: Some(3_600_000),
        aired_ms: 3_600_000,
        outcome: Some(Outcome::Aired),
        ..Airing::blank(kind, id, scheduled_at, OutputKind::Card)
    };
    block_on(async {
        let store = open(&site.path("data")).await.store;
        commit(&store, Record::Row(Box::new(airing))).await;
        store.close().await;
    });
}

#[test]
fn a_log_of_an_earlier_version_gives_what_it_has() {
    let site = month();
    let newer = made(&site, "2025-07", Some(&plan()));
    // As a station of before zones, activities and remarks left it.
    block_on(tell(
        &site.path("data"),
        "drop table zone_act; drop table activity; drop index airing_log_remarks;
         drop table sign_in; drop table account; drop table audit;
         delete from _sqlx_migrations where version > 4;
         drop trigger airing_log_no_delete; delete from airing_log where seq > 55",
    ));
    let older = made(&site, "2025-07", Some(&plan()));
    assert_eq!((older.zone_acts.len(), older.activities.len(), older.heads.log.seq), (0, 0, 55));
    assert_eq!((older.heads.approvals, older.heads.bulletins), (newer.heads.approvals, newer.heads.bulletins));
    assert_eq!((older.heads.zones, older.heads.activities), (Head::default(), Head::default()));
    // Row 49 was taken out later, by a row that is not there.
    assert_eq!(older.figures.totals.rows, newer.figures.totals.rows + 1);
    assert_eq!((older.figures.totals.voided, older.figures.totals.corrected), (0, 0));
    assert_eq!(older.figures.zones[1].while_broken, Split::default());
}

#[test]
fn an_airing_that_starts_late_is_found_where_it_sounded() {
    let site = month();
    let airings = |period: &str| made(&site, period, Some(&plan())).figures.themes[5].aired.airings;
    // An emergency waits for its device until somebody ends it; a clock that was set forward does the same to a programme.
    add(&site, Kind::Emergency, "2025-03-01 08:00:00", "2025-07-03 08:00:00");
    add(&site, Kind::Operator, "2025-06-10 08:00:00", "2025-07-04 08:00:00");
    add(&site, Kind::Operator, "2025-07-14 23:59:59", "2025-07-15 00:00:00");
    assert_eq!((airings("2025-03"), airings("2025-06"), airings("2025-07"), airings("2025-08")), (0, 0, 2, 1));
    assert_eq!(airings("2025-07-03..2025-07-03"), 1);
    assert_eq!(airings("2025-07-04..2025-07-04"), 1);
}

#[test]
fn a_time_of_which_nothing_is_listed_is_told() {
    let site = month();
    let id = AiringId::act("off", local("2025-01-02 08:00:00").to_utc(), 1);
    let row = Airing {
        outcome: Some(Outcome::Missed),
        reason: Some(Reason::StationOff),
        ..Airing::blank(Kind::Note, id, local("2025-05-02 09:00:00"), OutputKind::Card)
    };
    block_on(async {
        let store = open(&site.path("data")).await.store;
        commit(&store, Record::Row(Box::new(row))).await;
        store.close().await;
    });
    let told = |period: &str| made(&site, period, Some(&plan())).figures.totals.absences;
    let (from, until) = (local("2025-01-02 08:00:00"), local("2025-05-02 09:00:00"));
    // The row itself lies far behind the month that it is about.
    assert_eq!(told("2025-02"), [Absence { seq: 61, from, until, reason: Some(Reason::StationOff) }]);
    assert_eq!((told("2025-05").len(), told("2025-06").len()), (1, 0));
    let printed = site.done(&["report", "--period", "2025-02", "-o", "-", "--format", "html"]);
    assert!(printed.contains("Từ 02/01/2025 08:00:00 đến 02/05/2025 09:00:00"), "{printed}");
}

#[test]
fn what_comes_after_the_first_look_is_not_in_it() {
    let site = month();
    block_on(async {
        let mut log = Log::open(&site.path("data")).await.unwrap();
        let heads = log.heads().await.unwrap();
        let store = open(&site.path("data")).await.store;
        for item in 0..3 {
            commit(&store, Record::Row(Box::new(aired(item)))).await;
        }
        store.close().await;
        let mut facts = log.facts(Span::default(), heads.log.seq).await.unwrap();
        let mut seqs = Vec::new();
        while let Some(page) = facts.next().await.unwrap() {
            seqs.extend(page.iter().map(|fact| fact.seq));
        }
        assert_eq!(seqs, (1..=60).collect::<Vec<_>>());
    });
}

#[test]
fn a_row_that_cannot_be_read_is_named() {
    let cases = [
        ("update airing_log set outcome = 'played' where seq = 20", "`played` is none of its words"),
        ("update airing_log set started_at = 'noon' where seq = 20", "`noon` is no instant"),
        ("update airing_log set themes = 'ND1' where seq = 20", "`ND1` is no list"),
    ];
    for (sql, told) in cases {
        let site = month();
        block_on(tell(&site.path("data"), "drop trigger airing_log_no_update"));
        block_on(tell(&site.path("data"), sql));
        let facts = async {
            let mut facts = Log::open(&site.path("data")).await?.facts(Span::default(), 60).await?;
            while facts.next().await?.is_some() {}
            Ok(())
        };
        let Err(ReadError::Broken(broken)) = block_on(facts) else { panic!("{sql}") };
        assert_eq!(broken.seq, 20);
        assert!(broken.to_string().contains(told), "{broken}");
    }
}

/// What the station of the month is refused for, after somebody changed its rows.
fn refused(sql: &'static str) -> ReadError {
    let site = month();
    block_on(tell(&site.path("data"), "drop trigger airing_log_no_update; drop trigger airing_log_no_delete"));
    block_on(tell(&site.path("data"), sql));
    let config = Config::load(&site.path("loa.toml")).unwrap();
    let period = Period::new("2025-07".parse().unwrap(), Calendar::DEFAULT);
    block_on(make(&config, None, period, now())).unwrap_err()
}

#[test]
fn nothing_is_made_of_an_altered_log() {
    for (sql, seq) in [
        ("update airing_log set aired_ms = 999000 where seq = 8", 8),
        ("update airing_log set scheduled_at_utc = '1999-01-01T00:00:00.000000Z' where seq = 14", 14),
        ("update airing_log set scheduled_at_utc = '1999-01-01T00:00:00.000000Z' where seq = 60", 60),
        ("delete from airing_log where seq = 30", 31),
    ] {
        let error = refused(sql);
        assert!(matches!(&error, ReadError::Broken(broken) if broken.seq == seq), "{sql}: {error}");
    }
    assert_eq!(made(&month(), "2025-07", None).proved, Proved::Rows { first: 1, last: 60 });
}

#[test]
fn a_long_log_is_proved_where_it_is_read() {
    let site = month();
    block_on(tell(
        &site.path("data"),
        "drop trigger airing_log_no_update; update airing_log set aired_ms = 1 where seq = 60",
    ));
    let last = MOST_PROVED + 1;
    let prove = async |from: &str, to: &str| {
        let span = Span { from: Some(local(from).to_utc()), to: Some(local(to).to_utc()) };
        Log::open(&site.path("data")).await.unwrap().prove(span, last).await
    };
    block_on(async {
        let proved = prove("2025-06-15 00:00:00", "2025-06-20 00:00:00").await.unwrap();
        assert!(matches!(proved, Proved::Rows { first, last } if first > 1 && last < 60), "{proved:?}");
        assert!(prove("2000-01-01 00:00:00", "2100-01-01 00:00:00").await.is_err());
        assert_eq!(prove("2000-01-01 00:00:00", "2000-01-02 00:00:00").await.unwrap(), Proved::Nothing);
    });
}

#[test]
fn a_person_is_told_and_gets_no_file_of_an_altered_log() {
    let site = month();
    block_on(tell(
        &site.path("data"),
        "drop trigger airing_log_no_update; update airing_log set aired_ms = 999000 where seq = 8",
    ));
    for args in [
        &["report", "--period", "2025-07", "-o", "out.json"][..],
        &["report", "--period", "2025-07", "--bundle", "out.zip"],
        &["logbook", "--month", "2025-07", "-o", "out.html"],
        &["plan", "status", "--period", "2025-07"],
    ] {
        let ran = site.loa(args);
        assert_eq!(ran.code, Some(1), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("row 8 is broken") && ran.stderr.contains("loa log verify"), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    let mut left = std::fs::read_dir(site.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.all(|name| !name.to_string_lossy().contains("out.")));
}

#[test]
fn a_correction_that_describes_nothing_counted_is_told_and_not_counted() {
    let site = month();
    let before = made(&site, "2025-07", None).figures.totals.corrected;
    let correct = |seq: &str| site.loa(&["log", "correct", seq, "--title", "A", "--why", "b", "--by", "c"]);
    let first = correct("9");
    assert!(first.code == Some(0) && first.stderr.contains("được tính theo dòng 11"), "{}", first.stderr);
    assert_eq!(made(&site, "2025-07", None).figures.totals.corrected, before);
    let last = correct("11");
    assert!(last.code == Some(0) && !last.stderr.contains("được tính theo"), "{}", last.stderr);
    assert_eq!(made(&site, "2025-07", None).figures.totals.corrected, before + 1);
}
