//! The real binary: loudspeakers reported broken and repaired, mistakes undone, all of it proved.
//!
//! In: acts as people type them. Out: what is printed in both languages, exit codes, what the chain says of whoever tampers.
//! Next: `activities`.

use std::fmt::Write as _;
use std::fs;

use chrono::{DateTime, Utc};
use loa::airing::ClockState;
use loa::desk::Record;
use loa::problem::what::ZoneFault;
use loa::store::{Log, Register, Signature};
use loa::zones::{States, Wish};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::bulletins::python;
use crate::check::assert_golden;
use crate::running::{Ran, Site};
use crate::store::{aired, commit, open, stranger};

const ZONES: &str = "[[zone]]\nid = \"thon-1\"\nname = \"Cụm loa thôn 1\"\nspeakers = 4\n\
                     [[zone]]\nid = \"thon-2\"\nname = \"Cụm loa thôn 2\"\n";

fn site() -> Site {
    let site = Site::new("silent");
    site.set(ZONES);
    site
}

fn zone(site: &Site, words: &[&str]) -> Ran {
    site.loa(&[&["zone"], words].concat())
}

/// What a test of words cannot know: when it runs and who runs it. What is of 2025 was typed.
pub(crate) fn masked(text: &str) -> String {
    let user = std::process::Command::new("id").arg("-un").output().unwrap().stdout;
    let mut text = text.replace(&format!(" ({})", String::from_utf8(user).unwrap().trim()), " (USER)");
    let is_digit = |word: &[u8], at: &usize| word[*at].is_ascii_digit();
    let is_time = |word: &[u8]| {
        word[2] == b'/' && word[13] == b':' && [0, 15].iter().all(|at| is_digit(word, at)) && &word[6..10] != b"2025"
    };
    while let Some(at) = text.as_bytes().windows(16).position(is_time) {
        text.replace_range(at..at + 16, "TIME");
    }
    // Columns are as wide as what was masked in them.
    let line = |line: &str| {
        let narrow: Vec<&str> = line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect();
        if line.starts_with(' ') { line.to_owned() } else { narrow.join("  ") }
    };
    text.lines().map(|each| line(each) + "\n").collect()
}

/// A story as a person would see it, in a language.
pub(crate) fn told(site: &Site, command: &str, language: &str, story: &[&[&str]]) -> String {
    let settings = fs::read_to_string(site.path("loa.toml")).unwrap();
    site.write("loa.toml", settings.replace("\"en\"", &format!("\"{language}\"")));
    let mut told = String::new();
    for words in story {
        let Ran { code, stdout, stderr } = site.loa(&[&[command], *words].concat());
        let (code, words) = (code.unwrap(), words.join(" "));
        write!(told, "$ loa {command} {words}\n{stdout}{stderr}-> {code}\n\n").unwrap();
    }
    masked(&told)
}

#[test]
fn people_read_their_own_language() {
    let story: &[&[&str]] = &[
        &["history"],
        &["broken", "thon1", "--by", "..."],
        &["broken", "thon-1", "--since", "2025-03-03", "--by", "Lan", "--why", "cháy sau mưa"],
        &["broken", "thon-1", "--by", "Lan"],
        &["repaired", "thon-2", "--by", "Lan"],
        &["repaired", "thon-1", "--on", "2025-03-01", "--by", "Lan"],
        &["repaired", "thon-1", "--on", "2999-01-01", "--by", "Lan"],
        &["repaired", "thon-1", "--on", "2025-03-05", "--by", "Lan"],
        &["broken", "thon-1", "--since", "2025-03-05", "--by", "Lan"],
        &["undo", "2", "--by", "Lan", "--why", "nhầm thôn"],
        &["undo", "2", "--by", "Lan", "--why", "nhầm thôn"],
        &["undo", "3", "--by", "Lan", "--why", "nhầm thôn"],
        &["undo", "9", "--by", "Lan", "--why", "Uû ban nh©n d©n"],
        &["undo", "9", "--by", "Lan", "--why", "nhầm thôn"],
        &["repaired", "thon-1", "--on", "2025-03-06T08:30:00+07:00", "--by", "Lan"],
        &["list"],
        &["history"],
        &["history", "thon-2"],
        &["history", "thon-3"],
    ];
    assert_golden("cli/zone-vi.txt", &told(&site(), "zone", "vi", story));
    assert_golden("cli/zone-en.txt", &told(&site(), "zone", "en", story));
}

#[test]
fn a_day_is_broken_as_a_whole_and_today_ends_now() {
    let site = site();
    let act = |words: &[&str]| {
        let ran = zone(&site, &[words, &["--by", "Lan", "--format", "json"]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        serde_json::from_str::<Value>(&ran.stdout).unwrap()
    };
    let broken = act(&["broken", "thon-1", "--since", "2025-03-03"]);
    assert_eq!((&broken["zone_act"], &broken["at"]), (&1.into(), &"2025-03-03T00:00:00.000000+07:00".into()));
    assert_eq!(act(&["repaired", "thon-1", "--on", "2025-03-05"])["at"], "2025-03-06T00:00:00.000000+07:00");
    let at = |act: &Value| DateTime::parse_from_rfc3339(act["at"].as_str().unwrap()).unwrap().to_utc();
    let broken = act(&["broken", "thon-1"]);
    let today = broken["at"].as_str().unwrap()[..10].to_owned();
    let repaired = act(&["repaired", "thon-1", "--on", &today]);
    assert!(at(&repaired) >= at(&broken) && repaired["at"] == repaired["recorded_at"], "{repaired}");
    let lines: Vec<Value> = serde_json::from_str(&site.done(&["zone", "list", "--format", "json"])).unwrap();
    let facts = ["state", "since", "speakers"].map(|key| lines[0][key].clone());
    assert_eq!(facts, [Value::from("working"), Value::Null, Value::from(4)]);
    assert!(lines[0]["broken_days_this_month"].as_i64().unwrap() >= 1, "{lines:?}");
    assert_eq!(site.done(&["zone", "list", "--format", "csv"]).lines().count(), 3);
    assert_eq!(site.done(&["zone", "history", "--format", "csv"]).lines().count(), 5);
}

#[test]
fn a_clock_behind_the_log_is_not_asked_when_now_is() {
    let site = site();
    let day = |text| DateTime::parse_from_rfc3339(text).unwrap();
    let (shown, newest) = (day("2024-01-01T07:00:00+07:00"), day("2025-03-01T05:00:00+07:00"));
    let signed = Signature { by: "Lan".into(), via: "cli".into(), at: shown, clock: ClockState::FreeRunning };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let store = open(&site.path("data")).await.store;
        commit(&store, Record::Row(Box::new(aired(0)))).await;
        store.close().await;
        let mut conn = stranger(&site.path("data")).await;
        let sql = "drop trigger airing_log_no_update; update airing_log set ended_at = null, \
                   recorded_at = '2025-03-01T05:00:00.000000+07:00'";
        conn.execute(sql).await.unwrap();
        let mut register = Register::open(&site.path("data")).await.unwrap();
        let mut broken =
            async |at| register.record_zone(Wish::Broken("thon-1".into(), at), None, &signed).await.unwrap();
        assert_eq!(broken(shown).await, Err(ZoneFault::ClockBehind(shown, newest)));
        assert_eq!(broken(day("2025-03-03T00:00:00+07:00")).await.unwrap().seq, 1);
        let clock: String = sqlx::query_scalar("select clock from zone_act").fetch_one(&mut conn).await.unwrap();
        assert_eq!(clock, "untrusted");
        conn.close().await.unwrap();
    });
}

#[test]
fn a_zone_that_left_the_settings_while_broken_can_be_repaired() {
    let site = site();
    site.done(&["zone", "broken", "thon-2", "--since", "2025-03-03", "--by", "Lan"]);
    let settings = fs::read_to_string(site.path("loa.toml")).unwrap();
    site.write("loa.toml", settings.replace("thon-2", "thon-9"));
    let states = || {
        let lines: Vec<Value> = serde_json::from_str(&site.done(&["zone", "list", "--format", "json"])).unwrap();
        lines.iter().map(|line| format!("{} {}", line["zone"], line["state"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(states(), ["thon-1 working", "thon-9 working", "thon-2 broken"]);
    let repaired = ["repaired", "thon-2", "--on", "2025-06-30", "--by", "Lan"];
    assert_eq!(zone(&site, &repaired).code, Some(0));
    assert_eq!(states(), ["thon-1 working", "thon-9 working"]);
    assert_eq!(zone(&site, &repaired).code, Some(2), "it is none of the station's any more");
}

#[test]
fn check_warns_of_what_is_broken_now() {
    let site = site();
    zone(&site, &["broken", "thon-2", "--since", "2025-03-03", "--by", "Lan"]);
    let ran = site.loa(&["check"]);
    assert_eq!(ran.stderr.matches("is broken since").count(), 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("loa.toml: warning: the zone `thon-2` (Cụm loa thôn 2) is broken since 2025-03-03 00:00")
    );
    zone(&site, &["repaired", "thon-2", "--by", "Lan"]);
    assert!(!site.loa(&["check"]).stderr.contains("is broken since"));
}

#[test]
fn a_station_that_never_ran_has_zones_that_work_and_none_is_made_by_looking() {
    let site = site();
    assert!(site.done(&["zone", "list"]).contains("working"));
    assert!(!site.path("data").exists());
}

#[test]
fn whatever_is_done_to_acts_shows() {
    let site = site();
    for day in ["2025-03-03", "2025-03-05"] {
        site.done(&["zone", "broken", "thon-1", "--since", day, "--by", "Trần \"Bình\""]);
        site.done(&["zone", "repaired", "thon-1", "--on", day, "--by", "Lan"]);
    }
    site.done(&["zone", "undo", "4", "--by", "Lan", "--why", "chưa sửa"]);
    let proof = site.done(&["log", "verify"]);
    let head = proof.lines().find_map(|line| line.strip_prefix("5 acts on zones, head ")).unwrap().to_owned();
    let verify = ["log", "verify", "--zones-head", &head];
    assert_eq!(site.done(&verify), proof);
    assert_eq!(python(&site.path("data")), proof.trim().split_once('\n').unwrap().1);
    let guards = "drop trigger zone_act_no_update; drop trigger zone_act_no_delete; drop trigger zone_act_chain; \
                  pragma foreign_keys = off;";
    for (sql, told) in [
        (
            "update zone_act set at = '2025-03-05T00:00:00.000000+07:00' where seq = 2",
            "act 2 on the zones is broken: its `hash`",
        ),
        ("update zone_act set zone = 'thon-2' where seq = 1", "act 1 on the zones is broken: its `hash`"),
        ("delete from zone_act where seq = 3", "act 4 on the zones is broken: row 3 is missing"),
        (
            "delete from zone_act where seq = 5",
            "act 5 on the zones is broken: it was in the log when the head was kept",
        ),
        ("drop table zone_act", "act 1 on the zones is broken: row 1 is missing before it"),
    ] {
        let before = fs::read(site.path("data/loa.db")).unwrap();
        tampered(&site, &format!("{guards} {sql}"));
        let ran = site.loa(&verify);
        assert_eq!(ran.code, Some(1), "{sql}");
        assert!(ran.stderr.contains(told), "{sql}: {}", ran.stderr);
        fs::write(site.path("data/loa.db"), before).unwrap();
    }
}

/// What somebody does to the database with another program; everything is in the one file afterwards.
fn tampered(site: &Site, sql: &str) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        let mut conn = stranger(&site.path("data")).await;
        conn.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
        conn.execute("pragma wal_checkpoint(truncate)").await.unwrap();
        conn.close().await.unwrap();
    });
}

#[test]
fn the_database_itself_refuses_to_change_an_act() {
    let site = site();
    site.done(&["zone", "broken", "thon-1", "--since", "2025-03-03", "--by", "Lan"]);
    let refused = |sql: &'static str| {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let mut conn = stranger(&site.path("data")).await;
            conn.execute(sql).await.unwrap_err().to_string()
        })
    };
    assert!(refused("update zone_act set why = 'x'").contains("a mistake is undone by a new act"));
    assert!(refused("delete from zone_act").contains("no row may be removed"));
    let again = "insert or replace into zone_act select * from zone_act";
    assert!(refused(again).contains("seq must be the last one plus 1"));
}

#[test]
fn a_reader_of_the_log_learns_when_a_zone_was_broken() {
    let site = site();
    site.done(&["zone", "broken", "thon-1", "--since", "2025-03-03", "--by", "Lan"]);
    site.done(&["zone", "repaired", "thon-1", "--on", "2025-03-05", "--by", "Lan"]);
    let acts = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async { Log::open(&site.path("data")).await.unwrap().zone_acts().await.unwrap() });
    let states = States::new(&acts);
    let is_broken = |at: &str| states.is_broken("thon-1", at.parse::<DateTime<Utc>>().unwrap());
    assert!(!is_broken("2025-03-02T16:59:59Z") && is_broken("2025-03-02T17:00:00Z"));
    assert!(is_broken("2025-03-05T16:59:59Z") && !is_broken("2025-03-05T17:00:00Z"));
}
