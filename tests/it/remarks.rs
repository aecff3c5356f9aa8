//! The real binary: notes and corrections of rows, beside a running station and without one, and everything that is refused.
//!
//! In: rows that a station has written, and what a person says of them. Out: new rows in the same chain, what is printed in
//! both languages, a station that remembers nothing of what people have added. Next: `store`.

use loa::airing::{Airing, AiringId, ClockState, Kind, OutputKind};
use loa::desk::Record;
use loa::store::Row;
use serde_json::Value;
use sqlx::{Connection as _, Executor as _};

use crate::clips::Signal as Sound;
use crate::running::{Ran, Site, in_seconds};
use crate::soundcard::wait_for;
use crate::store::{aired, commit, instant, open, stranger};

const ZONES: &str =
    "[[zone]]\nid = \"thon1\"\nname = \"Cụm loa thôn Một\"\n[[zone]]\nid = \"thon2\"\nname = \"Cụm loa thôn 2\"\n";

/// A station without a plan whose log has a remark of its own and three airings, rows 1 to 4.
fn site() -> Site {
    let site = Site::new("silent");
    site.set(ZONES);
    block_on(async {
        let store = open(&site.path("data")).await.store;
        let id = AiringId::act("off", instant("2025-03-01T00:00:00+07:00").to_utc(), 1);
        let remark = Airing::blank(Kind::Note, id, instant("2025-03-01T00:00:00+07:00"), OutputKind::Card);
        commit(&store, Record::Row(Box::new(Airing { clock: ClockState::Synchronised, ..remark }))).await;
        for item in 0..3 {
            commit(&store, Record::Row(Box::new(Airing { author: Some("Lan".to_owned()), ..aired(item) }))).await;
        }
        store.close().await;
    });
    site
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn object(site: &Site, args: &[&str]) -> Value {
    serde_json::from_str(&site.done(&[args, &["--format", "json"]].concat())).unwrap()
}

/// The newest row of the log.
fn newest(site: &Site) -> Row {
    site.rows().pop().unwrap()
}

#[test]
fn a_note_is_a_row_of_its_own_that_points_at_the_airing() {
    let site = site();
    let printed = object(&site, &["log", "note", "2", "nghe rõ ở thôn 2", "--by", "Nguyễn Thị Lan"]);
    let (about, note) = (site.rows().swap_remove(1), newest(&site));
    assert_eq!((note.seq, note.kind.as_str(), note.corrects), (5, "note", Some(2)));
    assert_eq!(note.note.as_deref(), Some("nghe rõ ở thôn 2"));
    assert!(note.by.as_ref().unwrap().starts_with("Nguyễn Thị Lan ("), "{:?}", note.by);
    assert_eq!((&note.scheduled_at, &note.output, &note.item), (&about.scheduled_at, &about.output, &about.item));
    assert_eq!((&note.title, &note.programme_title), (&about.title, &about.programme_title));
    assert_eq!((note.outcome, note.aired_ms, note.started_at, note.sha256), (None, 0, None, None));
    assert!(note.airing.starts_with("note@") && note.airing.ends_with("/2"), "{}", note.airing);
    assert_eq!((&printed["note"]["seq"], &printed["note"]["hash"]), (&5.into(), &note.hash.as_str().into()));
    let told = site.done(&["log", "note", "2", "lần hai", "--by", "Lan"]);
    assert_eq!(told, "row 2 is noted by the new row 6: lần hai\n");
    let proof = site.done(&["log", "verify"]);
    assert!(proof.starts_with("6 rows, head 6:"), "{proof}");
    let table = site.done(&["log"]);
    let line = table.lines().find(|line| line.starts_with("5 ")).unwrap();
    assert!(line.contains("on row 2: nghe rõ ở thôn 2; by Nguyễn Thị Lan ("), "{table}");
}

#[test]
fn a_correction_carries_all_that_describes_the_airing_from_then_on() {
    let site = site();
    let correct = |more: &[&str]| {
        let fixed = ["log", "correct", "2", "--why", "ghi nhầm", "--by", "Lan"];
        object(&site, &[&fixed, more].concat())["correction"].clone()
    };
    let first = correct(&["--themes", "nd4,ND1", "--clear", "author", "--zones", "thon2,thon1"]);
    assert_eq!((&first["themes"], &first["author"]), (&serde_json::json!(["ND4", "ND1"]), &Value::Null));
    // A zone that the row had keeps the name of that day.
    assert_eq!(first["zone_names"], serde_json::json!(["Cụm loa thôn 2", "Cụm loa thôn 1"]));
    assert_eq!((&first["title"], &first["outcome"]), (&"Tin bài \"0\", mục mới".into(), &Value::Null));
    let note = "themes: ND3, ND1 → ND4, ND1; author: Lan → -; zones: thon1 → thon2, thon1";
    assert_eq!((&first["note"], &first["why"], &first["corrects"]), (&note.into(), &"ghi nhầm".into(), &2.into()));
    let second = correct(&["--void", "--title", "Phát thử"]);
    assert_eq!((&second["themes"], &second["title"]), (&first["themes"], &"Phát thử".into()));
    assert_eq!((&second["outcome"], &second["reason"]), (&"cancelled".into(), &"operator".into()));
    let third = correct(&["--source", "Công an xã"]);
    assert_eq!((&third["outcome"], &third["source"]), (&"cancelled".into(), &"Công an xã".into()), "it stays void");
    let fourth = correct(&["--unvoid"]);
    assert_eq!((&fourth["outcome"], &fourth["note"]), (&Value::Null, &"void: yes → no".into()));
    for measured in ["started_at", "ended_at", "planned_ms", "level_dbfs", "device", "sha256", "approval"] {
        assert_eq!(second[measured], Value::Null, "{measured}");
    }
    assert_eq!(second["aired_ms"], 0);
    assert!(site.done(&["log", "verify"]).starts_with("8 rows, head 8:"));
    assert_eq!(site.rows()[1].themes.0, ["ND3", "ND1"], "the row itself stays");
}

#[test]
fn a_bulletin_of_other_sound_is_recorded_with_a_warning() {
    let site = site();
    Sound::mono(16_000, 2.0).wav(&site.path("tin.wav"));
    site.done(&["bulletin", "add", "tin.wav", "--title", "Một cửa", "--theme", "ND3"]);
    let correct = |row: &str| site.loa(&["log", "correct", row, "--bulletin", "1", "--why", "nhầm", "--by", "Lan"]);
    let ran = correct("2");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("row 2 aired is no revision's sound of bulletin 1"), "{}", ran.stderr);
    let sound = site.done(&["bulletin", "show", "1", "--format", "json"]);
    let sound = serde_json::from_str::<Value>(&sound).unwrap()["sha256"].as_str().unwrap().to_owned();
    block_on(async {
        let mut conn = stranger(&site.path("data")).await;
        let sql = format!("drop trigger airing_log_no_update; update airing_log set sha256 = '{sound}' where seq = 3");
        conn.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        conn.close().await.unwrap();
    });
    let ran = correct("3");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let cleared = object(&site, &["log", "correct", "2", "--clear", "zones", "--why", "nhầm", "--by", "Lan"]);
    assert_eq!(cleared["correction"]["zones"], serde_json::json!([]));
}

#[test]
fn what_cannot_be_said_is_refused_and_told_why() {
    let site = site();
    site.done(&["log", "note", "2", "nghe rõ", "--by", "Lan"]);
    let correct = |more: &[&str]| {
        let fixed = ["log", "correct", "2", "--why", "nhầm", "--by", "Lan"];
        site.loa(&[&fixed, more].concat())
    };
    let note = |seq: &str, text: &str, by: &str| site.loa(&["log", "note", seq, text, "--by", by]);
    let cases: [(Ran, &str); 15] = [
        (note("9", "x", "Lan"), "there is no row 9 in the log; its newest is row 5"),
        (note("0", "x", "Lan"), "there is no row 0 in the log; its newest is row 5"),
        (note("5", "x", "Lan"), "row 5 is itself a note or correction, of row 2; write about that one"),
        (note("1", "x", "Lan"), "row 1 is a remark of the station and no airing"),
        (note("2", " ", "Lan"), "`TEXT` holds no letter"),
        (note("2", "x", ""), "`--by` holds no letter"),
        (note("2", "a\nb", "Lan"), "`TEXT`"),
        (correct(&[]), "this correction changes nothing of row 2; name what is to be put right"),
        (correct(&["--themes", "ND3,ND1", "--author", "Lan"]), "this correction changes nothing of row 2"),
        (correct(&["--themes", "ND11"]), "`ND11`"),
        (correct(&["--zones", "thon3"]), "`thon3`"),
        (correct(&["--zones", " "]), "write `--clear zones`"),
        (correct(&["--genre", "tin", "--clear", "genre"]), "`--genre` and `--clear genre` contradict each other"),
        (correct(&["--bulletin", "7"]), "there is no bulletin 7"),
        (site.loa(&["log", "correct", "2", "--title", "T", "--why", "", "--by", "Lan"]), "`--why`"),
    ];
    for (ran, told) in cases {
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{told}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
    assert_eq!(site.rows().len(), 5, "nothing was recorded");
    let without = Site::new("silent");
    let ran = without.loa(&["log", "note", "1", "x", "--by", "Lan"]);
    assert_eq!(ran.code, Some(2));
    assert!(!without.path("data").exists(), "no database is made for that");
    let vi = std::fs::read_to_string(site.path("loa.toml")).unwrap().replace("\"en\"", "\"vi\"");
    site.write("loa.toml", vi);
    let ran = site.loa(&["log", "note", "5", "x", "--by", "Lan"]);
    assert_eq!(ran.stderr, "loa: dòng 5 là ghi chú hoặc đính chính của dòng 2; hãy ghi cho dòng 2\n");
}

#[test]
fn a_running_station_goes_on_with_the_chain_that_people_have_continued() {
    let site = Site::new("silent");
    Sound::mono(48_000, 0.5).wav(&site.path("audio/a.wav"));
    let starts = in_seconds(3);
    site.plan("sang", starts, "1m", &["a.wav"]);
    let running = site.run();
    let row = site.wait_rows(1).swap_remove(0);
    site.done(&["log", "note", "1", "nghe rõ", "--by", "Lan"]);
    let correction = object(&site, &["log", "correct", "1", "--void", "--why", "phát thử", "--by", "Lan"]);
    let head = format!("2:{}", site.rows()[1].hash);
    assert_ne!(head, format!("1:{}", row.hash));
    let head = format!("3:{}", correction["correction"]["hash"].as_str().unwrap());
    wait_for("the station to see the new head", 30, || (site.status()["log_head"] == *head).then_some(()));
    site.plan("trua", in_seconds(3), "1m", &["a.wav"]);
    let logged = site.wait_rows(4);
    assert_eq!((logged[3].programme.as_deref(), &logged[3].prev_hash), (Some("trua"), &logged[2].hash));
    assert!(site.done(&["log", "verify"]).starts_with("4 rows, head 4:"));
    assert_eq!(running.terminate().0, Some(0));
}

#[test]
fn a_station_remembers_nothing_of_what_people_have_added() {
    let site = site();
    let before = block_on(async {
        let opened = open(&site.path("data")).await;
        opened.store.close().await;
        opened.remembered
    });
    site.done(&["log", "note", "2", "nghe rõ", "--by", "Lan"]);
    site.done(&["log", "correct", "3", "--void", "--why", "phát thử", "--by", "Lan"]);
    let after = block_on(async {
        let opened = open(&site.path("data")).await;
        opened.store.close().await;
        assert_eq!(opened.store.head().seq, 6);
        opened.remembered
    });
    assert_eq!(before, after);
    assert!(before.newest_row_at.is_some() && before.logged.len() == 3, "{before:?}");
}

#[test]
fn a_remark_by_a_clock_behind_the_log_says_so_and_is_no_measure_of_time() {
    let site = site();
    block_on(async {
        // As if the clock that wrote the newest row had been years ahead.
        let mut conn = stranger(&site.path("data")).await;
        let sql = "drop trigger airing_log_no_update;
                   update airing_log set recorded_at = '2031-01-01T00:00:00.000000+07:00' where seq = 4";
        conn.execute(sql).await.unwrap();
        conn.close().await.unwrap();
    });
    site.done(&["log", "note", "2", "nghe rõ", "--by", "Lan"]);
    let note = newest(&site);
    // A machine whose kernel vouches for its clock is believed.
    assert!(["untrusted", "synchronised"].contains(&note.clock.as_str()), "{}", note.clock);
    let opened = block_on(open(&site.path("data")));
    assert_eq!(opened.remembered.newest_row_at.unwrap().to_rfc3339(), "2030-12-31T17:00:00+00:00");
}
