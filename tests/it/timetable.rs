//! Schedules and a span made into the text that `loa timetable` prints, held against `golden/timetable/`.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fmt::Write;

use chrono_tz::Tz;
use loa::cli::{Format, timetable::print, when::When};
use loa::problem::Problems;
use loa::rundown::foresee::{Foresight, Known};
use loa::schedule::Schedule;
use loa::schedule::read::{File, read};

use crate::check::assert_golden;

/// Programmes written as `id | cron | window | further keys`, and the text of `days.toml`.
fn schedule_with(lines: &[&str], days: &str) -> Schedule {
    let mut text = String::new();
    for line in lines {
        let mut parts = line.split(" | ");
        let mut part = || parts.next().unwrap_or_default();
        let (id, cron, window, more) = (part(), part(), part(), part());
        writeln!(
            text,
            "[[programme]]\nid = \"{id}\"\ntitle = \"Buổi {id}\"\ncron = \"{cron}\"\nwindow = \"{window}\"\n{more}"
        )
        .unwrap();
        writeln!(text, "[[programme.item]]\nid = \"nhac\"\nfile = \"nhac.opus\"\nthemes = [\"ND1\"]\n[[programme.item]]\nfile = \"tin, \\\"bài\\\".opus\"").unwrap();
    }
    let file = |path: &str, text: String| File { path: path.into(), bytes: Ok(text.into()) };
    let files = [file("lich.toml", text), file("days.toml", days.to_owned())];
    let reading = read(&files, Some(&["thon-1".into()]));
    assert_eq!(reading.problems, [], "{}", Problems(reading.problems.clone()));
    reading.schedule
}

fn schedule(lines: &[&str]) -> Schedule {
    schedule_with(lines, "")
}

fn text(lines: &[&str], zone: Tz, from: &str, to: &str, format: Format) -> String {
    printed(&schedule(lines), zone, from, to, format)
}

fn printed(schedule: &Schedule, zone: Tz, from: &str, to: &str, format: Format) -> String {
    let (from, to): (When, When) = (from.parse().unwrap(), to.parse().unwrap());
    let mut out = Vec::new();
    let mut blind = Foresight::new(Known::default(), from.begin(zone), zone, Vec::new(), true);
    print(&mut out, schedule, zone, &mut blind, from.begin(zone)..to.end(zone), format).unwrap();
    String::from_utf8(out).unwrap()
}

fn golden(name: &str, lines: &[&str], zone: Tz, from: &str, to: &str) {
    assert_golden(&format!("timetable/{name}.txt"), &text(lines, zone, from, to, Format::Text));
}

const STATION: [&str; 3] = [
    "sang | 0 5 * * Mon-Sat | 45m | except = [\"2025-04-30\"]",
    "chieu | 0 30 17 * * Mon-Fri | 30m",
    "chu-nhat | 0 0 7 * * Sun * | 1h30m | priority = \"priority\"",
];

#[test]
fn a_plain_week() {
    golden("week", &STATION, Tz::Asia__Ho_Chi_Minh, "2025-04-28", "2025-05-04");
}

#[test]
fn a_leap_day() {
    let lines = ["ngay | 0 5 29 Feb * | 10m", "cuoi | 0 6 28-31 2 * | 10m"];
    golden("leap-day", &lines, Tz::Asia__Ho_Chi_Minh, "2023-02-26", "2024-03-02");
}

#[test]
fn the_end_of_a_year() {
    let lines = [
        "dem | 59 59 23 31 Dec * | 2m",
        "giao-thua | 0 0 0 1 1 * 2026 | 10m",
        "sang | 0 5 * * * | 10m | until = \"2025-12-31\"",
    ];
    golden("year-end", &lines, Tz::Asia__Ho_Chi_Minh, "2025-12-30", "2026-01-02");
}

/// 02:00 to 03:00 does not exist on 29 March 2026: what falls into it airs at 03:00 summer time, once.
#[test]
fn the_hour_that_is_skipped() {
    let lines = ["dem | 0 1,2,3,4 * * * | 10m", "nua | 30 2 * * * | 10m", "luc | */20 2 * * * | 5m"];
    golden("gap", &lines, Tz::Europe__Berlin, "2026-03-28", "2026-03-30");
}

/// 02:00 to 03:00 comes twice on 25 October 2026: what falls into it airs the first time, once.
#[test]
fn the_hour_that_is_repeated() {
    let lines = ["dem | 0 1,2,3,4 * * * | 10m", "nua | 30 2 * * * | 10m", "luc | */20 2 * * * | 5m"];
    golden("fold", &lines, Tz::Europe__Berlin, "2026-10-24", "2026-10-26");
}

/// The timetable lists what is planned, overlapping or not: which one goes first is the desk's business.
#[test]
fn what_overlaps_is_listed_by_instant_then_by_id() {
    let lines = ["b | 0 5 * * * | 45m", "a | 0 5 * * * | 45m", "c | 30 5 * * * | 5m | priority = \"priority\""];
    golden("overlap", &lines, Tz::Asia__Ho_Chi_Minh, "2025-03-01", "2025-03-02");
}

#[test]
fn other_programs_read_json_and_csv() {
    let zone = Tz::Asia__Ho_Chi_Minh;
    let json = text(&STATION, zone, "2025-03-01", "2025-03-03T05:00:00+07:00", Format::Json);
    assert_golden("timetable/week.json", &json);
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert_eq!(rows[0]["window_ends_at"], "2025-03-01T05:45:00.000000+07:00");
    assert_eq!(rows[0]["items"][1]["airing"], "sang@2025-02-28T22:00:00Z/1");

    let csv = text(&STATION, zone, "2025-03-01", "2025-03-02", Format::Csv);
    assert_golden("timetable/week.csv", &csv);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    let items: serde_json::Value = serde_json::from_str(&rows[0][6]).unwrap();
    assert_eq!(items[1]["file"], "tin, \"bài\".opus");

    assert_eq!(text(&STATION, zone, "2025-03-01T06:00:00+07:00", "2025-03-01", Format::Json), "[]\n");
}

/// The station with a programme for special days, its items with genres.
fn special(days: &str, from: &str, to: &str, format: Format) -> String {
    let lines = [
        STATION[0],
        STATION[1],
        STATION[2],
        "tet | 0 8 * * * | 1h | only = \"special_days\"\n[[programme.item]]\nid = \"chuc\"\nfile = \"chuc.opus\"\ngenre = \"Nhạc\"",
    ];
    printed(&schedule_with(&lines, days), Tz::Asia__Ho_Chi_Minh, from, to, format)
}

/// Tết 2026 is on 17 February: its programme airs from the eve on, the others come to rows that say why they do not.
#[test]
fn a_week_of_tet() {
    let days = "[[day]]\ntitle = \"Tết Nguyên đán\"\nkind = \"holiday\"\nlunar = \"1/1\"\ndays_before = 1\ndays = 4\nair = [\"tet\"]\n\
                [[day]]\ntitle = \"Nghỉ Tết\"\nkind = \"holiday\"\nfrom = \"2026-02-14\"\nuntil = \"2026-02-22\"\n";
    assert_golden("timetable/tet.txt", &special(days, "2026-02-13", "2026-02-21", Format::Text));
    // Each year on another day, without anybody writing it down.
    let next = special(days, "2027-02-05", "2027-02-05", Format::Text);
    assert!(next.contains("2027-02-05 Fri 08:00:00+07:00") && next.matches("  silent").count() == 2, "{next}");
}

/// Monday 31 August 2026 is off for Saturday 22: the Saturday airs as a Monday, the Monday is silent.
#[test]
fn a_swapped_saturday() {
    let days = "[[day]]\ntitle = \"Làm bù cho thứ Hai\"\nkind = \"working\"\ndate = \"2026-08-22\"\nas = \"Mon\"\n\
                [[day]]\ntitle = \"Nghỉ hoán đổi\"\nkind = \"substitute\"\ndate = \"2026-08-31\"\nsilent = \"all\"\n";
    assert_golden("timetable/swapped.txt", &special(days, "2026-08-21", "2026-08-31", Format::Text));
}

#[test]
fn days_of_mourning() {
    let days = "[[day]]\ntitle = \"Quốc tang\"\nkind = \"mourning\"\nfrom = \"2025-05-24\"\nuntil = \"2025-05-26\"\n\
                air = [\"sang\", \"tet\", \"chu-nhat\"]\n";
    assert_golden("timetable/mourning.txt", &special(days, "2025-05-23", "2025-05-27", Format::Text));
    let json = special(days, "2025-05-26", "2025-05-27", Format::Json);
    assert_golden("timetable/mourning.json", &json);
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    let rows = rows.as_array().unwrap();
    // Nothing of an ordinary day says anything of special ones.
    let plain = rows.iter().filter(|row| row.get("special_day").is_none());
    assert_eq!(
        plain.filter(|row| row["items"].as_array().unwrap().iter().all(|item| item["taken_out"].is_null())).count(),
        2
    );
    let csv = special(days, "2025-05-26", "2025-05-27", Format::Csv);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert!(reader.records().all(|row| row.unwrap().len() == 7));
}
