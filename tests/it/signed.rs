//! The real binary: the station's key, rows exported with its signature, and such files checked by two programs.
//!
//! In: a log of three days, keys that others could read, files altered in every way that a person could. Out: files that are
//! whole, messages that name the first bad line, a station that airs without its key. The check runs in a folder in which no
//! station is. Next: `chain`, the same for the log itself.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, TimeDelta};
use loa::airing::{Airing, AiringId};
use loa::desk::Record;
use loa::signing::StationKey;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;

use crate::chain::python_on;
use crate::running::{Ran, Site};
use crate::store::{aired, commit, open, stranger};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A station whose log has two airings of each of three days from 3 March 2025 on, rows 1 to 6; behind them a note on row 3
/// and corrections of the rows 1 and 4, rows 7 to 9.
fn site() -> Site {
    let site = Site::new("silent");
    block_on(async {
        let store = open(&site.path("data")).await.store;
        for item in 0..6 {
            let row = aired(item);
            let scheduled_at = row.scheduled_at + TimeDelta::days(i64::from(item / 2));
            let airing = AiringId::planned("sang", scheduled_at.to_utc(), &item.to_string());
            commit(&store, Record::Row(Box::new(Airing { airing, scheduled_at, ..row }))).await;
        }
        store.close().await;
    });
    site.done(&["log", "note", "3", "nghe rõ ở \"thôn 2\"", "--by", "Lan"]);
    site.done(&["log", "correct", "1", "--void", "--why", "phát thử", "--by", "Lan"]);
    site.done(&["log", "correct", "4", "--themes", "ND4", "--why", "nhầm", "--by", "Lan"]);
    site
}

/// Exports that day; answers with the file, and what was told of it.
fn export(site: &Site, from: &str, to: &str) -> (PathBuf, Value) {
    let days =
        ["log", "export", "--signed", "-o", "x.jsonl", "--by", "Hoa", "--format", "json", "--from", from, "--to", to];
    let told: Value = serde_json::from_str(&site.done(&days)).unwrap();
    (site.path("x.jsonl"), told["export"].clone())
}

/// Checks a file where no station is.
fn check(file: &Path, more: &[&str]) -> Ran {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
    command.current_dir(nowhere.path()).env_remove("LOA_CONFIG").args(["log", "verify"]).arg(file).args(more);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn a_signed_export_holds_the_rows_of_its_window_and_what_was_said_of_them() {
    let site = site();
    let (file, told) = export(&site, "2025-03-04", "2025-03-04");
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = lines[1..lines.len() - 1].iter().map(|row| row["seq"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [3, 4, 7, 9], "what was said of a row of another day stays out");
    let header = &lines[0];
    assert_eq!((&header["first"], &header["last"], &header["rows"]), (&3.into(), &4.into(), &4.into()));
    assert_eq!(header["window"]["from"], "2025-03-04T00:00:00.000000+07:00");
    assert_eq!(header["window"]["to"], "2025-03-05T00:00:00.000000+07:00");
    let newest = site.rows().pop().unwrap();
    assert_eq!(header["head"], format!("9:{}", newest.hash));
    assert_eq!(header["other_heads"]["approvals"], format!("0:{}", "0".repeat(64)));
    assert!(header["by"].as_str().unwrap().starts_with("Hoa (") && header["program"] == "loa 0.1.0");
    // Each row is the object of `loa log --format json`, to the byte.
    let all = site.done(&["log", "--format", "json"]);
    for line in text.lines().skip(1).take(4) {
        assert!(all.contains(line), "{line}");
    }
    let proof = check(&file, &[]);
    assert_eq!((proof.code, proof.stderr.as_str()), (Some(0), ""));
    assert!(
        proof.stdout.starts_with("4 rows: rows 3 to 4, and 2 notes and corrections behind them\n"),
        "{}",
        proof.stdout
    );
    let key = told["key_fingerprint"].as_str().unwrap();
    let (is_whole, python) = python_on(&file);
    assert!(is_whole && python.contains(&format!("signed by the key {key}, head of the log 9:")), "{python}");
    assert_eq!(check(&file, &["--key", key, "--head", header["head"].as_str().unwrap()]).code, Some(0));
    let again = fs::read_to_string(export(&site, "2025-03-04", "2025-03-04").0).unwrap();
    assert_eq!(text.lines().skip(1).take(4).collect::<Vec<_>>(), again.lines().skip(1).take(4).collect::<Vec<_>>());
    assert_eq!(
        fs::read_dir(site.folder())
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with("x.jsonl") })
            .count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn a_window_in_which_nothing_was_scheduled_gives_an_honest_file() {
    let site = site();
    let (file, told) = export(&site, "2024-01-01", "2024-12-31");
    assert_eq!((&told["rows"], &told["first"]), (&0.into(), &Value::Null));
    let proof = check(&file, &[]);
    assert!(
        proof.stdout.starts_with("0 rows: this log has no row of the window\n"),
        "{}{}",
        proof.stdout,
        proof.stderr
    );
    assert!(python_on(&file).0);
}

/// The lines of a whole file, one of them put to the test.
fn altered(lines: &[&str], line: usize, from: &str, to: &str) -> Vec<String> {
    let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    assert!(lines[line].contains(from), "{from}: {}", lines[line]);
    lines[line] = lines[line].replacen(from, to, 1);
    lines
}

#[test]
fn every_change_of_a_signed_export_is_named_by_its_first_bad_line() {
    let site = site();
    let whole = fs::read_to_string(export(&site, "2025-03-03", "2025-03-04").0).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(lines.len(), 9, "a header, rows 1 to 4, 7 to 9, a signature");
    let keep = |wanted: &[usize]| wanted.iter().map(|at| lines[*at].to_owned()).collect::<Vec<_>>();
    let other = self::site();
    let foreign = fs::read_to_string(export(&other, "2025-03-03", "2025-03-04").0).unwrap();
    let foreign: Vec<&str> = foreign.lines().collect();
    let mut exchanged = keep(&[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    exchanged[3] = foreign[3].to_owned();
    let mut other_signature = keep(&[0, 1, 2, 3, 4, 5, 6, 7]);
    other_signature.push(foreign[8].to_owned());
    let mut other_key = altered(&lines, 0, &key_of(lines[0]), &key_of(foreign[0]));
    other_key[8] = lines[8].to_owned();
    let digit = if lines[8].contains("\"signature\":\"0") {
        ("signature\":\"0", "signature\":\"1")
    } else {
        ("signature\":\"", "signature\":\"0")
    };
    let cases: Vec<(Vec<String>, u64, &str)> = vec![
        (altered(&lines, 3, "\"aired_ms\":8000", "\"aired_ms\":8001"), 4, "row 3 was altered"),
        (altered(&lines, 6, "\"why\":\"phát thử\"", "\"why\":\"\""), 7, "row 8 was altered"),
        (altered(&lines, 2, "\"seq\":2", "\"seq\":3"), 3, "row 3 stands where row 2 belongs"),
        (keep(&[0, 1, 3, 4, 5, 6, 7, 8]), 3, "row 3 stands where row 2 belongs"),
        (keep(&[0, 2, 3, 4, 5, 6, 7, 8]), 2, "row 2 stands where row 1 belongs"),
        (keep(&[0, 1, 2, 4, 3, 5, 6, 7, 8]), 4, "row 4 stands where row 3 belongs"),
        (keep(&[0, 1, 2, 3, 4, 6, 7, 8]), 6, "row 8 stands where row 7 belongs"),
        (keep(&[0, 1, 2, 3, 4, 5, 6, 8]), 8, "1 rows of the header are missing before it"),
        (keep(&[0, 1, 2, 3, 4, 5, 6, 7, 7, 8]), 9, "row 9 is one more than the header says"),
        (keep(&[0, 1, 2, 3, 4, 5, 6, 7]), 9, "has no signature: it was cut off"),
        (keep(&[0, 1, 2, 3]), 5, "has no signature: it was cut off"),
        (keep(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 8]), 10, "something follows the signature"),
        (keep(&[1, 2, 3, 4, 5, 6, 7, 8]), 1, "this is no header of a signed export"),
        (exchanged, 4, "row 3 is of another station than the header"),
        (altered(&lines, 0, "\"last\":4", "\"last\":5"), 1, "the header's `rows` is not as this program writes it"),
        (altered(&lines, 0, "[7,8,9]", "[7,9,8]"), 1, "the header's `remarks`"),
        (altered(&lines, 0, "\"version\":1", "\"version\":2"), 1, "the file is of form 2"),
        (
            altered(&lines, 0, "2025-03-03T00", "2025-03-03T06"),
            2,
            "row 1, an end of the rows, is not scheduled in the window",
        ),
        (altered(&lines, 0, "\"head\":\"9:", "\"head\":\"9:0"), 1, "the header's `head`"),
        (altered(&lines, 0, "2025-03-03T00", "2025-03-02T00"), 9, "these are not those that were signed"),
        (altered(&lines, 0, "\"by\":\"Hoa", "\"by\":\"Hue"), 9, "the lines above are not those that were signed"),
        (other_signature, 9, "the lines above are not those that were signed"),
        (other_key, 9, "the lines above are not those that were signed"),
        (altered(&lines, 8, digit.0, digit.1), 9, "the signature is not of the key in the header"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (lines, line, why) in cases {
        let why = why.trim_start_matches("these are ");
        let file = folder.path().join("y.jsonl");
        fs::write(&file, lines.join("\n") + "\n").unwrap();
        let ran = check(&file, &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{why}");
        assert!(
            ran.stderr.contains(&format!("proves nothing: line {line}: ")) && ran.stderr.contains(why),
            "{why}: {}",
            ran.stderr
        );
        assert!(!python_on(&file).0, "{why}");
    }
}

/// The lines signed anew by the station's own key, as whoever has it could.
fn signed_anew(site: &Site, lines: &[String]) -> String {
    let body = lines.join("\n") + "\n";
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let sha256 = hex(&Sha256::digest(&body));
    let key = StationKey::read(&site.path("data")).unwrap().unwrap();
    let signature = hex(&key.sign(format!("loa-signed-log-1:{sha256}").as_bytes()));
    format!("{body}{{\"sha256\":\"{sha256}\",\"signature\":\"{signature}\"}}\n")
}

#[test]
fn a_line_that_could_be_read_in_two_ways_or_says_more_proves_nothing() {
    let site = site();
    let whole = fs::read_to_string(export(&site, "2025-03-03", "2025-03-04").0).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let (body, seal) = (lines[..8].join("\n"), lines[8]);
    let more = seal.replacen('{', "{\"confirmed_by\":\"UBND\",", 1);
    let twice = altered(&lines[..8], 3, "\"aired_ms\":8000", "\"aired_ms\":9000,\"aired_ms\":8000");
    let header = altered(&lines[..8], 0, "{\"format\"", "{ \"format\"");
    let added = altered(&lines[..8], 0, "\"version\":1,", "\"version\":1,\"total\":1000,");
    let same: Vec<String> = lines[..8].iter().map(|line| (*line).to_owned()).collect();
    assert_eq!(signed_anew(&site, &same), whole);
    for (text, line) in [
        (format!("{body}\n{more}\n"), 9),
        (format!("{body}\n {seal}\n"), 9),
        (format!("{body}\n{seal} \n"), 9),
        (format!("{body}\n{seal}"), 9),
        (signed_anew(&site, &twice), 4),
        (signed_anew(&site, &header), 1),
        (signed_anew(&site, &added), 1),
    ] {
        let file = site.path("y.jsonl");
        fs::write(&file, &text).unwrap();
        let ran = check(&file, &[]);
        let told = format!("proves nothing: line {line}: it is not written as this program writes it");
        assert!(ran.code == Some(1) && ran.stderr.contains(&told), "{text}: {}{}", ran.stdout, ran.stderr);
        // What a header says more is the signer's, and as signed as the rest.
        assert_eq!(python_on(&file).0, text.contains("\"total\""), "{text}");
    }
}

#[test]
fn a_listed_log_that_was_altered_and_a_file_that_is_no_log_are_refused_by_any_verifier() {
    let site = site();
    let all = site.done(&["log", "--format", "json"]);
    let file = site.path("log.json");
    fs::write(&file, &all).unwrap();
    assert!(python_on(&file).0);
    let bent = all.replacen("\n{\"v\":1,\"seq\":2,", "\n {\"v\":1,\"seq\":2,", 1);
    for text in [&bent, &bent.replace("\"aired_ms\":8000", "\"aired_ms\":9000"), "no log\n", "", "{}\n", "[\n{}\n]\n"] {
        fs::write(&file, text).unwrap();
        let (is_whole, said) = python_on(&file);
        assert!(!is_whole && !said.contains("Traceback"), "{text}: {said}");
    }
}

#[test]
fn the_export_of_a_period_has_every_row_that_its_report_counts() {
    let site = site();
    block_on(async {
        let store = open(&site.path("data")).await.store;
        let row = aired(7);
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        let scheduled_at = at("2025-03-14T23:59:50+07:00");
        let (started_at, ended_at) = (Some(at("2025-03-15T00:00:02+07:00")), Some(at("2025-03-15T00:00:10+07:00")));
        let airing = AiringId::planned("toi", scheduled_at.to_utc(), "1");
        commit(&store, Record::Row(Box::new(Airing { airing, scheduled_at, started_at, ended_at, ..row }))).await;
        store.close().await;
    });
    let told = site.done(&["log", "export", "--signed", "-o", "p.jsonl", "--period", "2025-04"]);
    assert!(told.starts_with("`p.jsonl`: 1 row: rows 10 to 10\nperiod: 2025-04: 2025-03-15..2025-04-14\n"), "{told}");
    let proof = check(&site.path("p.jsonl"), &[]);
    assert!(proof.code == Some(0) && proof.stdout.contains("is the signer's word"), "{}{}", proof.stdout, proof.stderr);
    assert!(python_on(&site.path("p.jsonl")).0);
}

#[test]
fn a_station_restored_over_another_one_signs_by_its_own_key() {
    let site = site();
    let known = export(&site, "2025-03-03", "2025-03-05").1["key_fingerprint"].as_str().unwrap().to_owned();
    let key = fs::read(site.path("data/station.key")).unwrap();
    let backups = TempDir::new().unwrap();
    let backup = backups.path().join("dai.tar");
    site.done(&["backup", backup.to_str().unwrap()]);
    // A new machine has made a key of its own by the time of the restoration.
    fs::remove_dir_all(site.path("data")).unwrap();
    fs::create_dir(site.path("data")).unwrap();
    let other = StationKey::make(&site.path("data")).unwrap().public().fingerprint();
    let told = site.done(&["restore", backup.to_str().unwrap()]);
    assert_eq!(fs::read(site.path("data/station.key")).unwrap(), key);
    assert!(told.contains(&format!("(fingerprint {other})")), "{told}");
    assert!(told.replace(' ', "").contains(&format!("thekeywiththefingerprint{known}")), "{told}");
    let kept: Vec<_> = fs::read_dir(site.path("data"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_str().unwrap().starts_with("station.key.replaced-"))
        .collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].metadata().unwrap().mode() & 0o7777, 0o600);
    // What the message of a damaged key says to do.
    fs::remove_file(site.path("data/station.key")).unwrap();
    let take = format!("umask 077; tar -xOf {} data/station.key > data/station.key", backup.display());
    assert!(Command::new("sh").current_dir(site.folder()).args(["-c", &take]).status().unwrap().success());
    assert_eq!(export(&site, "2025-03-03", "2025-03-05").1["key_fingerprint"], known.as_str());
}

/// The public key of a header.
fn key_of(header: &str) -> String {
    let header: Value = serde_json::from_str(header).unwrap();
    header["public_key"].as_str().unwrap().to_owned()
}

#[test]
fn a_file_signed_anew_by_another_key_shows_against_what_is_known_from_elsewhere() {
    let site = site();
    let (file, first) = export(&site, "2025-03-03", "2025-03-05");
    let kept = first["head"].as_str().unwrap().to_owned();
    fs::remove_file(site.path("data/station.key")).unwrap();
    let (_, second) = export(&site, "2025-03-03", "2025-03-05");
    assert_ne!(first["key_fingerprint"], second["key_fingerprint"]);
    let ran = check(&file, &["--key", first["key_fingerprint"].as_str().unwrap()]);
    assert!(ran.code == Some(1) && ran.stderr.contains("line 1: signed by the key "), "{}", ran.stderr);
    assert_eq!(check(&file, &["--head", &kept]).code, Some(0));
    for (head, told) in [
        (format!("9:{}", "a".repeat(64)), "row 9 is not the one of the head that was kept"),
        (format!("2:{}", "a".repeat(64)), "line 3: row 2 is not the one of the head that was kept"),
        (format!("12:{}", "a".repeat(64)), "row 12 of the head that was kept is not in this file"),
    ] {
        let ran = check(&file, &["--head", &head]);
        assert!(ran.code == Some(1) && ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
}

#[test]
fn an_export_replaces_an_earlier_one_and_nothing_else() {
    let site = site();
    fs::write(site.path("x.jsonl"), "thu").unwrap();
    let args = ["log", "export", "--signed", "-o", "x.jsonl"];
    let ran = site.loa(&args);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("`x.jsonl` is there already and is no signed export"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(site.path("x.jsonl")).unwrap(), "thu");
    fs::remove_file(site.path("x.jsonl")).unwrap();
    let first = site.done(&args);
    assert!(first.starts_with("`x.jsonl`: 9 rows: rows 1 to 6, and 3 notes and corrections behind them\n"), "{first}");
    site.done(&["log", "note", "6", "nghe rõ", "--by", "Lan"]);
    assert!(site.done(&args).starts_with("`x.jsonl`: 10 rows"));
    for wrong in [
        &["log", "export", "-o", "y.jsonl"][..],
        &["log", "export", "--signed", "-o", "-"],
        &["log", "export", "--signed"],
    ] {
        assert_eq!(site.loa(wrong).code, Some(2), "{wrong:?}");
    }
    let ran = site.loa(&["log", "export", "--signed", "-o", "gone/y.jsonl"]);
    assert!(
        ran.code == Some(1) && ran.stderr.contains("cannot write `gone/y.jsonl`: there is no folder `gone`"),
        "{}",
        ran.stderr
    );
    let ran = check(&site.path("data"), &[]);
    assert!(ran.code == Some(2) && ran.stderr.contains("is a folder; name the file"), "{}", ran.stderr);
}

#[test]
fn a_log_that_was_altered_is_not_signed() {
    let site = site();
    block_on(async {
        let mut conn = stranger(&site.path("data")).await;
        let sql = "drop trigger airing_log_no_update; update airing_log set aired_ms = 1 where seq = 4";
        conn.execute(sql).await.unwrap();
        conn.close().await.unwrap();
    });
    let ran = site.loa(&["log", "export", "--signed", "-o", "x.jsonl"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("row 4 is broken: its `hash` does not match its content"), "{}", ran.stderr);
    assert!(!site.path("x.jsonl").exists());
}

#[test]
fn a_station_has_its_key_from_its_first_start_and_airs_without_one() {
    let site = Site::new("silent");
    let mode = || site.path("data/station.key").metadata().unwrap().mode() & 0o7777;
    let running = site.run();
    running.says("the station had no key for signing; it has one now, with the fingerprint ");
    assert_eq!(mode(), 0o600);
    let fingerprint = site.status()["key_fingerprint"].as_str().unwrap().to_owned();
    assert!(running.stderr().replace(' ', "").contains(&fingerprint));
    assert!(site.done(&["status"]).replace(' ', "").contains(&format!("fingerprintofthekey:{fingerprint}")));
    running.terminate();
    let running = site.run();
    assert!(!running.stderr().contains("key"), "{}", running.stderr());
    assert_eq!(site.status()["key_fingerprint"], fingerprint.as_str());
    running.terminate();
    fs::set_permissions(site.path("data/station.key"), Permissions::from_mode(0o644)).unwrap();
    let running = site.run();
    running.says("is open to others (mode 0644)");
    assert_eq!(site.status()["key_fingerprint"], Value::Null);
    let ran = site.loa(&["log", "export", "--signed", "-o", "x.jsonl"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("chmod 600 data/station.key"), "{}", ran.stderr);
    assert_eq!(mode(), 0o644, "it is for a person to decide");
    running.terminate();
}

#[test]
fn only_who_has_the_key_can_sign_and_nobody_makes_one_that_the_station_cannot_read() {
    let mut site = site();
    site.through = ["setpriv", "--reuid=65534", "--clear-groups", "--"].map(str::to_owned).to_vec();
    for (folder, mode) in [("", 0o777), ("data", 0o777), ("data/loa.db", 0o666)] {
        fs::set_permissions(site.path(folder), Permissions::from_mode(mode)).unwrap();
    }
    let args = ["log", "export", "--signed", "-o", "x.jsonl"];
    for told in ["there is no key in `data` yet", "the station's key `data/station.key` belongs to another user"] {
        let ran = site.loa(&args);
        assert!(ran.code == Some(1) && ran.stderr.contains(told), "{told}: {}", ran.stderr);
        assert!(!site.path("x.jsonl").exists());
        StationKey::make(&site.path("data")).unwrap();
    }
}

#[test]
fn a_restored_station_keeps_its_key_to_itself() {
    let site = site();
    let told = export(&site, "2025-03-03", "2025-03-05").1;
    let backups = TempDir::new().unwrap();
    let backup = backups.path().join("dai.tar");
    site.done(&["backup", backup.to_str().unwrap()]);
    assert_eq!(backup.metadata().unwrap().mode() & 0o7777, 0o600, "a backup holds the key");
    fs::remove_dir_all(site.path("data")).unwrap();
    site.done(&["restore", backup.to_str().unwrap()]);
    assert_eq!(site.path("data/station.key").metadata().unwrap().mode() & 0o7777, 0o600);
    assert_eq!(export(&site, "2025-03-03", "2025-03-05").1["key_fingerprint"], told["key_fingerprint"]);
    let station = backups.path().join("new");
    let made = Command::new(env!("CARGO_BIN_EXE_loa")).arg("init").arg(&station).output().unwrap();
    let made = String::from_utf8(made.stderr).unwrap();
    assert!(made.contains("its key for signing has the fingerprint "), "{made}");
    assert_eq!(station.join("data/station.key").metadata().unwrap().mode() & 0o7777, 0o600);
}
