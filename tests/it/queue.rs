//! The real binary: bulletins queued, foreseen, drawn on paper, missed in the evening's check.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::process::{Command, Stdio};

use serde_json::Value;
use sqlx::Executor as _;
use tempfile::TempDir;

use crate::store::stranger;

/// Somebody who is not root.
const NOBODY: u32 = 65_534;

/// A sample station that airs every day, on a silent device.
struct Station(TempDir);

impl Station {
    fn new() -> Self {
        let station = Self(tempfile::tempdir().unwrap());
        assert_eq!(station.run(&["init"]).0, 0);
        station.edit("loa.toml", "device = \"default\"", "device = \"silent\"");
        station.edit("loa.toml", "weekdays = [\"Mon-Fri\"]", "");
        for schedule in ["schedules/buoi-sang.toml", "schedules/buoi-chieu.toml"] {
            station.edit(schedule, "Mon-Fri\"", "*\"");
        }
        station
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Exit code, stdout, stderr.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.current_dir(self.0.path()).args(args).env_remove("LOA_CONFIG").stdin(Stdio::null());
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn json(&self, args: &[&str]) -> Value {
        let (code, out, err) = self.run(&[args, &["--format", "json"]].concat());
        assert_eq!(code, 0, "{err}");
        serde_json::from_str(&out).unwrap()
    }
}

#[test]
fn a_bulletin_waits_is_foreseen_and_is_taken_out_again() {
    let station = Station::new();
    let listed = station.json(&["queue", "list"]);
    assert_eq!(
        (&listed[0]["queue"], &listed[0]["bulletin"], &listed[1]["bulletin"]),
        (&1.into(), &4.into(), &8.into())
    );
    assert!(listed[0]["next_at"].is_string(), "{listed}");

    let added = station.json(&["queue", "add", "5", "--programme", "buoi-sang", "--times", "2", "--by", "Hoà"]);
    assert_eq!(
        (&added["queue"], &added["approved"], &added["warnings"]),
        (&3.into(), &true.into(), &Value::Array(vec![]))
    );
    let airs = added["airs"].as_array().unwrap();
    assert_eq!(airs.len(), 2, "{added}");
    assert!(airs.iter().all(|each| each["programme"] == "buoi-sang"));
    assert!(added["by"].as_str().unwrap().starts_with("Hoà ("), "{added}");

    let days = ["timetable", "--days", "14"];
    let rows = station.json(&days);
    let drawn: Vec<&Value> = rows.as_array().unwrap().iter().flat_map(|row| row["items"].as_array().unwrap()).collect();
    let own: Vec<_> = drawn.iter().filter(|item| item["airing"] == airs[0]["airing"]).collect();
    assert_eq!((own.len(), &own[0]["bulletin"], &own[0]["approved"]), (1, &5.into(), &true.into()));
    assert!(own[0]["item"].as_str().unwrap().starts_with("hang-cho."));
    assert!(own[0]["starts_after_ms"].as_i64().unwrap() > 0 && own[0]["planned_ms"].as_i64().unwrap() > 30_000);

    assert_eq!(station.run(&["queue", "add", "5"]).0, 2);
    assert_eq!(station.run(&["queue", "add", "99"]).0, 2);
    assert_eq!(station.run(&["queue", "add", "6", "--until", "2020-01-01"]).0, 2);
    let (code, _, err) = station.run(&["queue", "remove", "5"]);
    assert!(code == 2 && err.contains("`loa queue remove 3`"), "{err}");
    assert_eq!(station.json(&["queue", "remove", "3"])["state"], "removed");
    assert_eq!(station.run(&["queue", "remove", "3"]).0, 2);
    assert_eq!(station.json(&["queue", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(station.json(&["queue", "list", "--all"])[2]["state"], "removed");
    let (_, csv, _) = station.run(&["queue", "list", "--all", "--format", "csv"]);
    assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).count(), 3);
}

#[test]
fn the_evening_names_what_is_not_approved_and_the_sheet_marks_it() {
    let station = Station::new();
    assert_eq!(station.run(&["check"]).0, 0);
    let changed = station.run(&["bulletin", "change", "2", "--title", "Nộp hồ sơ <tại nhà>"]);
    assert_eq!(changed.0, 0, "{}", changed.2);
    let (code, _, err) = station.run(&["check"]);
    assert!(code == 2 && err.contains("bulletin 2 (`Nộp hồ sơ <tại nhà>`) is not approved"), "{err}");

    let (code, _, err) = station.run(&["timetable", "--sheet", "-o", "mai.html"]);
    assert_eq!(code, 0, "{err}");
    let page = fs::read_to_string(station.0.path().join("mai.html")).unwrap();
    assert!(page.contains("Nộp hồ sơ &lt;tại nhà&gt;") && !page.contains("<tại nhà>"));
    assert_eq!(page.matches("CHƯA DUYỆT").count(), 1);
    assert!(page.contains("<td class=\"time\">05:30:18</td>") && !page.contains("http"), "{page}");
    assert_eq!(page.matches("<section>").count(), 1);

    station.edit("loa.toml", "language = \"vi\"", "language = \"en\"");
    let (_, page, _) = station.run(&["timetable", "--sheet", "--days", "2", "-o", "-"]);
    assert_eq!((page.matches("<section>").count(), page.matches("NOT APPROVED").count()), (2, 2));
    assert_eq!(station.run(&["timetable", "--sheet"]).0, 2);
    assert_eq!(station.run(&["bulletin", "approve", "2", "--by", "Đỗ Bá Khang"]).0, 0);
    assert_eq!(station.run(&["check"]).0, 0);
}

#[tokio::test]
async fn an_entry_of_the_queue_is_neither_changed_nor_replaced() {
    let station = Station::new();
    let mut conn = stranger(&station.0.path().join("data")).await;
    for sql in [
        "insert or replace into queue_entry (id, bulletin, times, queued_at, \"by\", via) values (1, 5, 99, '', '', '')",
        "update queue_entry set times = 99",
        "update or replace queue_entry set id = 2 where id = 1",
        "delete from queue_entry",
    ] {
        let error = conn.execute(sql).await.expect_err(sql).to_string();
        assert!(error.contains("only") && error.contains("marked as removed"), "{sql}: {error}");
    }
}

#[test]
fn what_is_made_of_a_shared_folder_is_shared() {
    let folder = tempfile::tempdir().unwrap();
    let shared = folder.path().join("loa");
    fs::create_dir(&shared).unwrap();
    if rustix::process::geteuid().is_root() {
        chown(&shared, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    fs::set_permissions(&shared, Permissions::from_mode(0o2775)).unwrap();
    let whole = fs::metadata(&shared).unwrap();
    let mut ran = Command::new("sh");
    ran.args(["-c", "umask 022; exec \"$0\" init", env!("CARGO_BIN_EXE_loa")]);
    let ran = ran.current_dir(&shared).env_remove("LOA_CONFIG").output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    for (name, mode) in [("data", 0o2770), ("data/audio", 0o2770), ("data/loa.db", 0o660)] {
        let facts = fs::metadata(shared.join(name)).unwrap();
        assert_eq!(facts.mode() & mode, mode, "{name}: {:o}", facts.mode());
        assert_eq!((facts.uid(), facts.gid()), (whole.uid(), whole.gid()), "{name}");
    }
}

#[test]
fn a_database_that_is_lost_or_damaged_is_not_an_empty_one() {
    let station = Station::new();
    let database = station.0.path().join("data/loa.db");
    let intact = fs::read(&database).unwrap();
    let asked: [&[&str]; 4] =
        [&["bulletin", "list"], &["bulletin", "show", "4"], &["queue", "list"], &["queue", "add", "5"]];
    for (how, said) in [("gone", "tệp đã mất"), ("damaged", "tệp không phải cơ sở dữ liệu")] {
        match how {
            "gone" => {
                fs::remove_file(&database).unwrap();
                // The journal of a station that was killed.
                fs::write(station.0.path().join("data/loa.db-wal"), &intact[..4096]).unwrap();
            }
            _ => fs::write(&database, "no database".repeat(500)).unwrap(),
        }
        for args in asked {
            let (code, out, err) = station.run(args);
            assert!(code == 1 && out.is_empty() && err.contains(said), "{how} {args:?}: {code} {out}{err}");
            assert!(err.contains("hãy khởi động lại đài"), "{err}");
        }
        let (code, _, err) = station.run(&["check"]);
        assert!(code == 2 && err.contains("(re)start the station"), "{how}: {code} {err}");
        let _ = fs::remove_file(station.0.path().join("data/loa.db-wal"));
    }
}

#[test]
fn a_sheet_takes_the_place_of_the_old_one_as_a_whole() {
    let station = Station::new();
    let [sheet, kept] = ["mai.html", "kept.html"].map(|name| station.0.path().join(name));
    fs::write(&sheet, "yesterday's").unwrap();
    fs::set_permissions(&sheet, Permissions::from_mode(0o640)).unwrap();
    fs::hard_link(&sheet, &kept).unwrap();
    let before = fs::read_dir(station.0.path()).unwrap().count();
    assert_eq!(station.run(&["timetable", "--sheet", "-o", "mai.html"]).0, 0);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "yesterday's");
    assert!(fs::read_to_string(&sheet).unwrap().ends_with("</html>\n"));
    assert_eq!(fs::metadata(&sheet).unwrap().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(station.0.path()).unwrap().count(), before);
}

#[test]
fn a_sound_that_is_gone_or_damaged_is_told_wherever_it_would_air() {
    let station = Station::new();
    let shown = station.json(&["bulletin", "show", "4"]);
    assert_eq!(shown["stored"], "whole");
    let copy = station.0.path().join("data/audio").join(shown["sha256"].as_str().unwrap());
    let intact = fs::read(&copy).unwrap();
    for (how, said, gone) in [("changed", "is damaged", false), ("gone", "is gone", true)] {
        fs::remove_file(&copy).unwrap();
        if !gone {
            fs::write(&copy, vec![0x55; intact.len()]).unwrap();
        }
        assert_eq!(station.json(&["bulletin", "show", "4"])["stored"], how);
        let (code, _, err) = station.run(&["check"]);
        assert!(code == 2 && err.contains("bulletin 4") && err.contains(said), "{how}: {err}");
        assert!(err.contains("`loa bulletin change 4 FILE`"), "{err}");
        // A list looks at names alone.
        assert_eq!(station.run(&["queue", "list"]).2.contains("không còn"), gone);
    }
    // The same file again brings it back, and its approval stands.
    fs::write(station.0.path().join("again.opus"), &intact).unwrap();
    assert_eq!(station.run(&["bulletin", "change", "4", "again.opus"]).0, 0);
    assert_eq!(station.json(&["bulletin", "show", "4"])["state"], "approved");
    assert_eq!(station.run(&["check"]).0, 0);
}
