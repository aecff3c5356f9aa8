//! The real binary: what was done besides the air, with files that prove it, changed, withdrawn, imported, kept, proved.
//!
//! In: acts as people type them, files of any kind, manifests. Out: what is printed in both languages, what the content store,
//! backups and a database that begins anew hold of it afterwards. Next: `backup`.

use std::fs;

use chrono::NaiveDate;
use loa::store::{Log, Register, RegisterError};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::bulletins::{python, root_page, spoil_page};
use crate::check::assert_golden;
use crate::clips::Signal;
use crate::running::Site;
use crate::soundcard::wait_for;
use crate::store::stranger;
use crate::zones::told;

/// A station with the shipped plan, a photograph and minutes beside its settings.
fn site() -> Site {
    let site = Site::new("silent");
    let plan = concat!(env!("CARGO_MANIFEST_DIR"), "/schedules/plan.toml");
    fs::copy(plan, site.path("schedules/plan.toml")).unwrap();
    site.write("anh.jpg", b"\xff\xd8\xff a photograph\0");
    site.write("bien-ban.txt", "Biên bản họp thôn");
    site
}

const ADD: [&str; 10] =
    ["activity", "add", "--date", "2025-03-10", "--code", "HT2", "--title", "Niêm yết 35 TTHC", "--by", "Lan"];

/// `ADD` with these options, which go before its own.
fn adding<'w>(more: &[&'w str]) -> Vec<&'w str> {
    let own = ADD[2..].chunks(2).filter(|option| !more.contains(&option[0])).flatten();
    ADD[..2].iter().chain(own).chain(more).copied().collect()
}

fn add(site: &Site, more: &[&str]) -> i64 {
    let printed = site.done(&[&adding(more)[..], &["--format", "json"]].concat());
    serde_json::from_str::<Value>(&printed).unwrap()["activity"].as_i64().unwrap()
}

fn listed(site: &Site, more: &[&str]) -> Vec<Value> {
    let printed = site.done(&[&["activity", "list", "--format", "json"], more].concat());
    serde_json::from_str(&printed).unwrap()
}

fn numbers(site: &Site, more: &[&str]) -> Vec<i64> {
    listed(site, more).iter().map(|line| line["activity"].as_i64().unwrap()).collect()
}

fn shown(site: &Site, number: i64) -> Value {
    let printed = site.done(&["activity", "show", &number.to_string(), "--format", "json"]);
    serde_json::from_str(&printed).unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn people_read_their_own_language() {
    let long = format!("https://a.vn/{}", "x".repeat(2000));
    let words = |line: &'static str| line.split('|').collect::<Vec<_>>();
    let notices = words(
        "--procedures|35|--place|Bộ phận tiếp nhận và trả kết quả|--who|Trần Văn Bình|--theme|nd3|--file|anh.jpg|--file|\
         bien-ban.txt",
    );
    let wrong = words(
        "add|--date|2999-01-01|--until|2025-01-01|--code|HT9|--title|...|--channel|DAI|--bulletin|99|--theme|ND12|--link|\
         ftp://a.vn|--place|Héi tr\u{AD}êng|--file|gone.jpg|--file|rong.pdf|--file|audio|--by|!",
    );
    let post = ["add", "--date", "2025-03-11", "--code", "ht1", "--title", "Đăng bài", "--by", "Lan"];
    let notice = [&ADD[1..], &notices].concat();
    let linked = [&post[..], &["--channel", "fb", "--link", "https://www.facebook.com/xa/1"]].concat();
    let too_long = [&post[..], &["--channel", "FBB", "--link", &long]].concat();
    let story: &[&[&str]] = &[
        &["list"],
        &notice,
        &ADD[1..],
        &linked,
        &post,
        &wrong,
        &too_long,
        &["change", "1", "--remove-file", "bien-ban.txt", "--clear", "place", "--until", "2025-03-12", "--by", "Lan"],
        &["change", "1", "--remove-file", "bien-ban.txt", "--by", "Lan"],
        &["change", "1", "--by", "Lan"],
        &["withdraw", "2", "--why", "ghi trùng", "--by", "Lan"],
        &["withdraw", "2", "--why", "ghi trùng", "--by", "Lan"],
        &["change", "2", "--title", "X", "--by", "Lan"],
        &["change", "9", "--title", "X", "--by", "Lan"],
        &["list"],
        &["list", "--all"],
        &["show", "1"],
        &["show", "2"],
    ];
    for language in ["vi", "en"] {
        let site = site();
        site.write("rong.pdf", "");
        let told = told(&site, "activity", language, story).replace(&long, "LONG-LINK");
        assert_golden(&format!("cli/activity-{language}.txt"), &told);
    }
}

#[test]
fn a_manifest_tells_all_its_problems_and_then_nothing_is_recorded() {
    let site = site();
    site.write("rong.pdf", "");
    let manifest = "[[activity]]\ndate = 2999-03-01\ncode = \"HT7\"\nchanel = \"FB\"\nchannel = \"LOA\"\ntitle = \"\"\n\
        themes = [\"ND33\"]\nbulletin = 77\nlink = \"facebook.com/x\"\npeople = -3\nfiles = [\"gone.jpg\", \"rong.pdf\"]\n\
        [[activity]]\ncode = \"HT2\"\nuntil = \"2025-01-01\"\ndate = \"2025-02-01\"\ntitle = \"Đài\"\nfiles = [\"anh.jpg\"]\n\
        [[activity]]\ncode = \"HT1\"\ndate = \"2025-02-30\"\ntitle = \"…\"\n";
    site.write("bang-ke.toml", manifest);
    let ran = site.loa(&["activity", "import", "bang-ke.toml", "--by", "Lan"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert_golden("cli/activity-manifest.txt", &ran.stderr);
    assert!(listed(&site, &[]).is_empty() && !site.path("data/audio").exists(), "nothing of it was kept");
    site.write("rong.toml", "");
    let ran = site.loa(&["activity", "import", "rong.toml", "--by", "Lan"]);
    assert!(ran.stderr.contains("begins with a line `[[activity]]`"), "{}", ran.stderr);
}

#[test]
fn the_manifest_of_the_readme_is_recorded_once_however_often_it_is_imported() {
    let site = site();
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let at = readme.find("```toml\n[[activity]]").expect("README.md has a manifest of activities");
    let manifest = readme[at..].split("```").nth(1).unwrap().strip_prefix("toml\n").unwrap();
    Signal::mono(16_000, 2.0).wav(&site.path("a.wav"));
    site.done(&["bulletin", "add", "a.wav", "--title", "Một cửa", "--theme", "ND3"]);
    for name in ["anh-niem-yet.jpg", "bien-ban.pdf"] {
        site.write(name, name);
    }
    let entries = manifest.matches("[[activity]]").count();
    // The first one once more at the end.
    let (first, rest) = manifest.split_at(manifest[1..].find("[[activity]]").map_or(manifest.len(), |at| at + 1));
    site.write("bang-ke.toml", format!("{first}{rest}\n{first}"));
    for time in 0..2 {
        let printed = site.done(&["activity", "import", "bang-ke.toml", "--by", "Lan", "--format", "json"]);
        let became: Vec<Value> = serde_json::from_str(&printed).unwrap();
        let new = became.iter().filter(|each| each["recorded"] == true).count();
        assert_eq!((became.len(), new), (entries + 1, if time == 0 { entries } else { 0 }), "{printed}");
        assert_eq!(became[entries]["activity"], became[0]["activity"]);
    }
    assert_eq!(listed(&site, &[]).len(), entries);
}

#[test]
fn a_list_holds_what_touches_its_days() {
    let site = site();
    add(&site, &[]);
    add(&site, &["--until", "2025-03-20", "--title", "Chiến dịch"]);
    add(&site, &["--code", "TN1.2", "--title", "Pano", "--date", "2025-02-01"]);
    site.done(&["activity", "withdraw", "1", "--why", "trùng", "--by", "Lan"]);
    assert_eq!(numbers(&site, &[]), [3, 2], "by day, without what was withdrawn");
    assert_eq!(numbers(&site, &["--all"]), [3, 1, 2]);
    assert_eq!(numbers(&site, &["--from", "2025-03-20", "--to", "2025-03-31"]), [2]);
    assert_eq!(numbers(&site, &["--from", "2025-03-21"]), [0_i64; 0]);
    assert_eq!(numbers(&site, &["--code", "tn1.2"]), [3]);
    let day = |day| NaiveDate::from_ymd_opt(2025, 3, day).unwrap();
    let within = runtime().block_on(async {
        Log::open(&site.path("data")).await.unwrap().activities_within(day(1), day(10)).await.unwrap()
    });
    assert_eq!(within.iter().map(|activity| activity.number).collect::<Vec<_>>(), [2]);
}

#[test]
fn without_a_plan_any_plain_code_goes_and_a_broken_plan_records_nothing() {
    let site = site();
    fs::remove_file(site.path("schedules/plan.toml")).unwrap();
    add(&site, &["--code", "A.1", "--channel", "X-1"]);
    let ran = site.loa(&adding(&["--code", "A 1"]));
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    site.write("schedules/plan.toml", "[plan]\n");
    let ran = site.loa(&ADD);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("plan.toml:1:1: error:"), "{}", ran.stderr);
}

#[test]
fn proofs_of_every_revision_outlive_every_start() {
    let site = site();
    add(&site, &["--file", "anh.jpg", "--file", "bien-ban.txt"]);
    site.done(&["activity", "change", "1", "--remove-file", "anh.jpg", "--by", "Lan"]);
    site.done(&["activity", "withdraw", "1", "--why", "trùng", "--by", "Lan"]);
    let contents = || fs::read_dir(site.path("data/audio")).unwrap().count();
    fs::write(site.path("data/audio").join("0".repeat(64)), "an orphan").unwrap();
    let station = site.run();
    wait_for("the sweep", 30, || (contents() == 2).then_some(()));
    let beside = add(&site, &["--file", "anh.jpg"]);
    assert_eq!((beside, contents()), (2, 2), "recorded beside the running station, the same bytes once");
    assert_eq!(station.terminate().0, Some(0));
    assert_eq!(shown(&site, 2)["files"][0]["stored"], "whole");
    assert_eq!(shown(&site, 1)["revisions"][0]["files"][0]["name"], "anh.jpg");
}

#[test]
fn a_file_is_removed_by_its_hash_where_two_have_its_name() {
    let site = site();
    fs::create_dir(site.path("khac")).unwrap();
    site.write("khac/anh.jpg", "another picture");
    add(&site, &["--file", "anh.jpg", "--file", "khac/anh.jpg"]);
    let remove = |typed: &str| site.loa(&["activity", "change", "1", "--remove-file", typed, "--by", "Lan"]);
    let ran = remove("anh.jpg");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let files = shown(&site, 1)["files"].as_array().unwrap().clone();
    assert_eq!(files.len(), 2);
    let hash = files[1]["sha256"].as_str().unwrap();
    assert!(ran.stderr.contains("fits 2 files") && ran.stderr.contains(&hash[..12]), "{}", ran.stderr);
    assert_eq!(remove(&hash[..12]).code, Some(0));
    assert_eq!(shown(&site, 1)["files"].as_array().unwrap(), &files[..1]);
    assert!(site.done(&["activity", "show", "1"]).contains(&format!("        anh.jpg  SHA-256 {hash}")));
    assert_eq!(remove("anh.jpg").code, Some(0), "one is left");
}

#[test]
fn what_proves_an_activity_comes_back_from_a_backup_under_whatever_name_it_lay_there() {
    let site = site();
    Signal::mono(16_000, 2.0).wav(&site.path("audio/tin.wav"));
    site.done(&["bulletin", "add", "audio/tin.wav", "--title", "Một cửa", "--theme", "ND3"]);
    add(&site, &["--file", "anh.jpg", "--file", "audio/tin.wav"]);
    add(&site, &["--file", "bien-ban.txt", "--title", "Họp"]);
    // One whose copy has rotten on the disk.
    let rotten = shown(&site, 2)["files"][0]["sha256"].as_str().unwrap().to_owned();
    let copy = site.path("data/audio").join(&rotten);
    fs::remove_file(&copy).unwrap();
    fs::write(&copy, "Biên bản họp THÔN").unwrap();
    site.done(&["backup", "dai.tar"]);
    let archive = site.path("dai.tar");
    let ran = site.loa(&["restore", archive.to_str().unwrap(), "moi"]);
    assert!(ran.stderr.contains(&format!("data/audio/{rotten}")) || ran.stdout.contains(&rotten), "{ran:?}");
    let restored = |words: &[&str]| site.done(&[&["--config", "moi/loa.toml"], words].concat());
    let stored = |printed: &str| {
        let shown: Value = serde_json::from_str(printed).unwrap();
        let files = shown["files"].as_array().unwrap();
        files.iter().map(|file| file["stored"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(stored(&restored(&["activity", "show", "1", "--format", "json"])), ["whole", "whole"]);
    assert_eq!(stored(&restored(&["activity", "show", "2", "--format", "json"])), ["gone"]);
    assert!(restored(&["bulletin", "show", "1"]).contains("as recorded"));
    restored(&["log", "verify"]);
}

#[test]
fn a_station_of_an_earlier_version_has_none_until_one_is_recorded() {
    let site = site();
    Signal::mono(16_000, 2.0).wav(&site.path("audio/tin.wav"));
    site.done(&["bulletin", "add", "audio/tin.wav", "--title", "Một cửa", "--theme", "ND3"]);
    runtime().block_on(async {
        let mut conn = stranger(&site.path("data")).await;
        let undone = "drop table activity; drop table zone_act; drop index airing_log_remarks; \
                      drop table sign_in; drop table account; drop table audit; \
                      delete from _sqlx_migrations where version >= 5";
        conn.execute(undone).await.unwrap();
        conn.close().await.unwrap();
    });
    assert!(listed(&site, &[]).is_empty() && site.done(&["zone", "history", "--format", "json"]) == "[]\n");
    let proof = site.done(&["log", "verify"]);
    assert!(proof.contains("1 bulletin revisions") && proof.contains("0 activity revisions"), "{proof}");
    site.done(&["backup", "dai.tar"]);
    let archive = site.path("dai.tar");
    site.done(&["restore", archive.to_str().unwrap(), "moi"]);
    let shown = site.done(&["--config", "moi/loa.toml", "bulletin", "show", "1"]);
    assert!(shown.contains("as recorded"), "{shown}");
    assert_eq!(add(&site, &[]), 1);
}

#[test]
fn activities_and_zones_outlive_a_damaged_database() {
    let site = site();
    site.set("[[zone]]\nid = \"thon-1\"\nname = \"Thôn 1\"\n");
    let entry = |number| {
        let note = "Uỷ ban nhân dân xã. ".repeat(20);
        format!("[[activity]]\ndate = \"2025-03-01\"\ncode = \"HT2\"\ntitle = \"Việc {number}\"\nnote = \"{note}\"\n")
    };
    site.write("bang-ke.toml", (1..=30).map(entry).collect::<String>());
    site.done(&["activity", "import", "bang-ke.toml", "--by", "Lan"]);
    site.done(&["activity", "change", "7", "--file", "anh.jpg", "--by", "Lan"]);
    site.done(&["zone", "broken", "thon-1", "--since", "2025-03-03", "--by", "Lan"]);
    assert_eq!(site.run().terminate().0, Some(0));
    let before = (listed(&site, &["--all"]), site.done(&["zone", "history", "--format", "json"]));
    let proof = site.done(&["log", "verify"]);
    let heads: Vec<_> = proof.lines().map(|line| line.rsplit(' ').next().unwrap()).collect();
    spoil_page(&site, root_page(&site, "airing_log"));
    let station = site.run();
    station.says(
        "0 entries of the queue, 1 acts on zones, 30 activities, 0 accounts and 0 rows of the audit were brought over",
    );
    assert_eq!(station.terminate().0, Some(0));
    assert_eq!((listed(&site, &["--all"]), site.done(&["zone", "history", "--format", "json"])), before);
    site.done(&["log", "verify", "--zones-head", heads[3], "--activities-head", heads[4]]);
    assert_eq!(add(&site, &[]), 31, "numbers go on");
}

#[test]
fn what_damage_took_of_the_activities_is_left_out_and_the_rest_is_whole() {
    let site = site();
    let entry = |number| {
        let note = "Uỷ ban nhân dân xã. ".repeat(20);
        format!("[[activity]]\ndate = \"2025-03-01\"\ncode = \"HT2\"\ntitle = \"Việc {number}.\"\nnote = \"{note}\"\n")
    };
    site.write("bang-ke.toml", (1..=40).map(entry).collect::<String>());
    site.done(&["activity", "import", "bang-ke.toml", "--by", "Lan"]);
    for number in 1..=40 {
        site.done(&["activity", "change", &number.to_string(), "--place", "Nhà văn hoá", "--by", "Lan"]);
    }
    assert_eq!(site.run().terminate().0, Some(0));
    // The first revision of one was altered: neither it nor what follows from it can be vouched for.
    runtime().block_on(async {
        let mut conn = stranger(&site.path("data")).await;
        let altered =
            "drop trigger activity_no_update; update activity set title = 'X' where number = 5 and revision = 1";
        conn.execute(altered).await.unwrap();
        conn.close().await.unwrap();
    });
    let (log, root) = (root_page(&site, "airing_log"), root_page(&site, "activity"));
    let bytes = fs::read(site.path("data/loa.db")).unwrap();
    let page = (20..=40).find_map(|number| {
        let row = format!("2025-03-01HT2Việc {number}.[]");
        let at = bytes.windows(row.len()).position(|found| found == row.as_bytes())?;
        Some(at as u64 / 4096 + 1).filter(|page| *page != root)
    });
    spoil_page(&site, log);
    spoil_page(&site, page.unwrap());
    let station = site.run();
    station.says("were brought over; the others could not be read");
    assert_eq!(station.terminate().0, Some(0));
    let left = numbers(&site, &[]);
    assert!((19..39).contains(&left.len()) && left.contains(&4) && !left.contains(&5), "{left:?}");
    site.done(&["log", "verify"]);
}

#[test]
fn whatever_is_done_to_activities_shows() {
    let site = site();
    add(&site, &["--file", "anh.jpg", "--people", "12", "--link", "https://a.vn/?q=%22"]);
    add(&site, &["--title", "Trần \"Bình\" nói"]);
    site.done(&["activity", "change", "1", "--clear", "people", "--by", "Lan"]);
    let proof = site.done(&["log", "verify"]);
    let head = proof.lines().find_map(|line| line.strip_prefix("3 activity revisions, head ")).unwrap().to_owned();
    let verify = ["log", "verify", "--activities-head", &head];
    assert_eq!(site.done(&verify), proof);
    assert_eq!(python(&site.path("data")), proof.trim().split_once('\n').unwrap().1);
    let guards = "drop trigger activity_no_update; drop trigger activity_no_delete;";
    let altered = "of the activities is broken: its `hash` does not match";
    for (sql, told) in [
        ("update activity set people = 1200 where seq = 1", altered),
        ("update activity set files = '[]' where seq = 1", altered),
        ("update activity set date = '2025-04-01' where seq = 2", altered),
        ("update activity set withdrawn = 'x' where seq = 3", altered),
        ("delete from activity where seq = 2", "row 3 of the activities is broken: row 2 is missing before it"),
        ("delete from activity where seq = 3", "row 3 of the activities is broken: it was in the log when the head"),
        ("drop table activity", "row 1 of the activities is broken: row 1 is missing before it"),
    ] {
        let before = fs::read(site.path("data/loa.db")).unwrap();
        runtime().block_on(async {
            let mut conn = stranger(&site.path("data")).await;
            conn.execute(AssertSqlSafe(format!("{guards} {sql}"))).await.unwrap();
            conn.execute("pragma wal_checkpoint(truncate)").await.unwrap();
            conn.close().await.unwrap();
        });
        let ran = site.loa(&verify);
        assert_eq!(ran.code, Some(1), "{sql}");
        assert!(ran.stderr.contains(told), "{sql}: {}", ran.stderr);
        fs::write(site.path("data/loa.db"), before).unwrap();
    }
}

#[tokio::test]
async fn whoever_changed_what_another_has_changed_meanwhile_is_told() {
    let site = site();
    add(&site, &[]);
    let mut register = Register::open(&site.path("data")).await.unwrap();
    let activity = register.activity_revisions(1).await.unwrap().pop().unwrap();
    let at = activity.recorded_at;
    let clock = loa::airing::ClockState::Synchronised;
    let signed = loa::store::Signature { by: "Lan".to_owned(), via: "cli".to_owned(), at, clock };
    assert_eq!(register.revise_activity(&activity, &signed).await, Ok(2));
    assert_eq!(register.revise_activity(&activity, &signed).await, Err(RegisterError::OutdatedActivity(1)));
    register.close().await;
}
