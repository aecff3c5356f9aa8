//! The real binary: bulletins recorded, changed, decided, listed, imported, and their approvals proved.
//!
//! In: recordings and texts as people have them, broken ones too. Out: what is printed in both languages, exit codes, what
//! the database holds afterwards, what a backup takes along. Next: `backup`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use loa::airing::{Airing, Approval, ClockState};
use loa::bulletin::{Act, Decision};
use loa::desk::Record;
use loa::store::{Log, Register, RegisterError, Signature};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::check::assert_golden;
use crate::clips::Signal;
use crate::running::{Ran, Site};
use crate::store::{aired, commit, stranger};

/// A station with a recording `a.wav` and a longer one `b.wav` beside its settings.
fn site() -> Site {
    let site = Site::new("silent");
    Signal::mono(16_000, 2.0).wav(&site.path("a.wav"));
    Signal::mono(16_000, 3.0).wav(&site.path("b.wav"));
    site
}

const ADD: [&str; 7] = ["bulletin", "add", "a.wav", "--title", "Hoà giải ở cơ sở", "--theme", "ND3"];

fn add(site: &Site, more: &[&str]) -> i64 {
    let printed = site.done(&[&ADD[..], more, &["--format", "json"]].concat());
    serde_json::from_str::<Value>(&printed).unwrap()["bulletin"].as_i64().unwrap()
}

fn listed(site: &Site, more: &[&str]) -> Vec<Value> {
    let printed = site.done(&[&["bulletin", "list", "--format", "json"], more].concat());
    serde_json::from_str(&printed).unwrap()
}

fn state(site: &Site, number: &str) -> Value {
    let shown: Value = serde_json::from_str(&site.done(&["bulletin", "show", number, "--format", "json"])).unwrap();
    shown["state"].clone()
}

/// What a test of words cannot know: hashes, times, who runs it.
fn masked(site: &Site, text: &str) -> String {
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap();
    let mut text = text.replace(&format!("({})", user.trim()), "(USER)");
    for name in ["a.wav", "b.wav"] {
        fs::copy(site.path(name), site.path("audio").join(name)).unwrap();
        let sha256 = site.sha256(name);
        text = text.replace(&sha256, &format!("HASH-OF-{name}")).replace(&sha256[..12], &format!("HASH-{name}"));
    }
    let is_time = |word: &[u8]| word.len() == 16 && word[2] == b'/' && word[13] == b':' && word[0].is_ascii_digit();
    while let Some(at) = text.as_bytes().windows(16).position(is_time) {
        text.replace_range(at..at + 16, "TIME");
    }
    text
}

fn transcript(language: &str) -> String {
    let site = site();
    let settings = fs::read_to_string(site.path("loa.toml")).unwrap();
    site.write("loa.toml", settings.replace("\"en\"", &format!("\"{language}\"")));
    site.write("text.txt", "Uỷ ban nhân dân xã thông báo.\nNgày mai họp thôn.\n");
    site.write("old.txt", "Uû ban nh©n d©n");
    let binh = "Trần Văn Bình";
    let story: &[&[&str]] = &[
        &["list"],
        &[
            "add",
            "a.wav",
            "--title",
            "\u{d0}ài xã",
            "--theme",
            "nd3",
            "--theme",
            "ND1",
            "--by",
            "Lan",
            "--genre",
            "tin",
        ],
        &["add", "--title", "Thông báo", "--theme", "ND2", "--text", "text.txt", "--class", "emergency"],
        &["add", "gone.wav", "--title", "-", "--theme", "ND9", "--text", "old.txt", "--zone", "x"],
        &["add", "--title", "Không có gì"],
        &["add", "text.txt", "--title", "Không phải âm thanh", "--theme", "ND1"],
        &["approve", "1", "--by", binh],
        &["approve", "1", "--by", binh],
        &["approve", "1", "--by", binh, "--by-phone"],
        &["approve", "2", "--by", binh, "--by-phone"],
        &["change", "2", "a.wav", "--by", "Lan"],
        &["change", "2"],
        &["approve", "2", "--by", binh, "--by-phone"],
        &["list"],
        &["approve", "2", "--by", binh],
        &["refuse", "1", "--by", binh, "--why", "sai tên thôn"],
        &["withdraw", "2", "--by", "..."],
        &["withdraw", "2", "--by", binh],
        &["show", "2"],
        &["show", "7"],
    ];
    let mut told = String::new();
    for words in story {
        let Ran { code, stdout, stderr } = site.loa(&[&["bulletin"], *words].concat());
        let code = code.unwrap();
        write!(told, "$ loa bulletin {}\n{stdout}{stderr}-> {code}\n\n", words.join(" ")).unwrap();
    }
    masked(&site, &told)
}

#[test]
fn people_read_their_own_language() {
    assert_golden("cli/bulletin-vi.txt", &transcript("vi"));
    assert_golden("cli/bulletin-en.txt", &transcript("en"));
}

#[test]
fn a_change_needs_a_new_approval_and_the_same_again_is_none() {
    let site = site();
    add(&site, &[]);
    site.done(&["bulletin", "approve", "1", "--by", "Bình"]);
    assert_eq!(state(&site, "1"), "approved");
    site.done(&["bulletin", "change", "1", "a.wav", "--title", "Hoà giải ở cơ sở"]);
    assert_eq!(state(&site, "1"), "approved", "the same bytes and words are no change");
    for change in [["--title", "Hoà giải"], ["--valid-until", "2030-01-01"]] {
        site.done(&[&["bulletin", "change", "1"], &change[..]].concat());
        assert_eq!(state(&site, "1"), "waiting");
        site.done(&["bulletin", "approve", "1", "--by", "Bình"]);
        assert_eq!(state(&site, "1"), "approved");
    }
    site.done(&["bulletin", "change", "1", "b.wav"]);
    assert_eq!(state(&site, "1"), "waiting");
    assert_eq!(listed(&site, &[])[0]["revision"], 4);
}

#[test]
fn whoever_wrote_it_does_not_approve_it_where_the_settings_say_so() {
    let site = site();
    site.set("[approval]\nrequired = true\nauthor_may_approve = false\n");
    add(&site, &["--author", "Nguyễn Thị Hoà", "--by", "Lê Lan"]);
    for own in ["nguyễn thị  hòa", "LÊ LAN", "nguyen thi hoa"] {
        let ran = site.loa(&["bulletin", "approve", "1", "--by", own]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("author_may_approve"), "{}", ran.stderr);
    }
    // A colleague who takes the author out and mends the title has not made the sound.
    site.done(&["bulletin", "change", "1", "--title", "Tin khác", "--clear", "author", "--by", "Vũ Nam"]);
    for own in ["Nguyễn Thị Hoà", "Lê Lan", "Vũ Nam"] {
        assert_eq!(site.loa(&["bulletin", "approve", "1", "--by", own]).code, Some(1), "{own}");
    }
    site.done(&["bulletin", "approve", "1", "--by", "Trần Bình"]);
}

#[test]
fn only_the_revision_that_was_looked_at_is_approved() {
    let site = site();
    add(&site, &[]);
    site.done(&["bulletin", "change", "1", "b.wav"]);
    for wrong in ["1", "3"] {
        let ran = site.loa(&["bulletin", "approve", "1", "--by", "Bình", "--revision", wrong]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
        assert!(ran.stderr.contains("is in revision 2 now") && ran.stderr.contains("--revision 2"), "{}", ran.stderr);
        assert_eq!(state(&site, "1"), "waiting");
    }
    site.done(&["bulletin", "approve", "1", "--by", "Bình", "--revision", "2"]);
    assert_eq!(state(&site, "1"), "approved");
}

#[tokio::test]
async fn what_was_recorded_anew_meanwhile_is_not_decided() {
    let site = site();
    add(&site, &[]);
    let mut register = Register::open(&site.path("data")).await.unwrap();
    let looked_at = register.card(1).await.unwrap().unwrap();
    site.done(&["bulletin", "change", "1", "b.wav"]);
    let decision = Decision { act: Act::Approve, by: "Bình".into(), by_phone: false, why: None };
    let at = "2025-03-03T05:00:00+07:00".parse().unwrap();
    let signed = Signature { by: "Bình".into(), via: "cli".into(), at, clock: ClockState::Synchronised };
    assert_eq!(register.decide(&looked_at, &decision, &signed).await, Err(RegisterError::Outdated(1)));
    assert_eq!(state(&site, "1"), "waiting");
}

#[test]
fn searches_fold_case_and_tones_and_marks_only_where_none_are_typed() {
    let site = site();
    for title in ["HÒA GIẢI ở cơ sở", "Hoa nở", "Đường làng"] {
        site.done(&["bulletin", "add", "a.wav", "--title", title, "--theme", "ND1"]);
    }
    let found = |words: &str| -> Vec<i64> {
        listed(&site, &["--search", words]).iter().map(|line| line["bulletin"].as_i64().unwrap()).collect()
    };
    assert_eq!(found("hoa"), [2, 1]);
    assert_eq!(found("hoà giải"), [1]);
    assert_eq!(found("hóa"), [] as [i64; 0]);
    assert_eq!(found("duong"), [3]);
    assert_eq!(found("lang đường"), [3]);
    let titles = |more: &[&str]| -> Vec<String> {
        listed(&site, more).iter().map(|line| line["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(titles(&["--sort", "title"]), ["Đường làng", "HÒA GIẢI ở cơ sở", "Hoa nở"]);
    assert_eq!(titles(&["--limit", "1"]), ["Đường làng"]);
    assert!(titles(&["--theme", "nd2"]).is_empty());
}

const MANIFEST: &str = "[[bulletin]]\ntitle = \"Tin một\"\nthemes = [\"ND1\", \"ND2\"]\nfile = \"../a.wav\"\n\
     [[bulletin]]\ntitle = \"Tin hai\"\nthemes = [\"ND2\"]\ntext = \"hai.txt\"\nclass = \"priority\"\n";

#[test]
fn a_manifest_is_recorded_once_however_often_it_is_imported() {
    let site = site();
    fs::create_dir(site.path("office")).unwrap();
    site.write("office/tin.toml", MANIFEST);
    site.write("office/hai.txt", "Thông báo.");
    let import = ["bulletin", "import", "office/tin.toml", "--format", "json"];
    for is_new in [true, false] {
        let numbers: Vec<Value> = serde_json::from_str(&site.done(&import)).unwrap();
        let numbers: Vec<_> = numbers.iter().map(|each| (each["bulletin"].clone(), each["recorded"].clone())).collect();
        assert_eq!(numbers, [(1.into(), is_new.into()), (2.into(), is_new.into())]);
    }
    let lines = listed(&site, &[]);
    assert_eq!((lines.len(), &lines[0]["class"], &lines[1]["themes"][1]), (2, &"priority".into(), &"ND2".into()));
}

#[test]
fn a_manifest_tells_all_its_problems_and_then_nothing_is_recorded() {
    let site = site();
    site.write("tin.toml", "[[bulletin]]\ntitle = \"Một\"\nthemes = [\"ND1\"]\nfile = \"a.wav\"\n\
        [[bulletin]]\ntitel = \"Hai\"\nthemes = [\"ND12\"]\n\
        [[bulletin]]\ntitle = \"Ba\"\nthemes = []\nfile = \"gone.wav\"\nvalid_from = \"2025-02-01\"\nvalid_until = \"2025-01-01\"\n");
    let ran = site.loa(&["bulletin", "import", "tin.toml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert_golden("cli/bulletin-manifest.txt", &ran.stderr);
    assert!(listed(&site, &[]).is_empty());
    assert!(!site.path("data/audio").exists(), "no sound of it was taken in");
}

#[test]
fn what_several_people_do_at_once_is_one_chain() {
    let site = site();
    for _ in 0..2 {
        add(&site, &[]);
    }
    std::thread::scope(|scope| {
        for person in 0..6 {
            let site = site.folder();
            scope.spawn(move || {
                let act = |words: &[&str]| {
                    let ran = Command::new(env!("CARGO_BIN_EXE_loa")).current_dir(site).args(words).output().unwrap();
                    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
                };
                act(&ADD);
                act(&[
                    "bulletin",
                    if person % 2 == 0 { "approve" } else { "withdraw" },
                    "1",
                    "--by",
                    "Bình",
                    "--why",
                    "x",
                ][..]);
            });
        }
    });
    let mut numbers: Vec<_> = listed(&site, &[]).iter().map(|line| line["bulletin"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    let proof = site.done(&["log", "verify"]);
    assert!(proof.lines().nth(1).unwrap().contains(" approvals, head "), "{proof}");
    assert!(proof.lines().nth(2).unwrap().starts_with("8 bulletin revisions, head 8:"), "{proof}");
    assert_eq!(python(&site.path("data")), proof.trim().split_once('\n').unwrap().1);
}

/// What a verifier says that was written from the description alone.
pub(crate) fn python(data: &Path) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify_approvals.py");
    let output = Command::new("python3").arg(script).arg(data.join("loa.db")).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn whatever_is_done_to_approvals_shows() {
    let site = site();
    add(&site, &[]);
    site.write("text.txt", "Thông báo.");
    site.done(&["bulletin", "change", "1", "--text", "text.txt"]);
    for act in [["approve", "giấy 1"], ["withdraw", "giấy 2"], ["approve", "giấy 3"]] {
        site.done(&["bulletin", act[0], "1", "--by", "Trần \"Bình\"", "--why", act[1]]);
    }
    site.done(&["bulletin", "add", "--title", "Chưa ai duyệt", "--theme", "ND1", "--text", "text.txt"]);
    let proof = site.done(&["log", "verify"]);
    let heads: Vec<_> = proof.lines().map(|line| line.rsplit(' ').next().unwrap()).collect();
    assert!(heads[1].starts_with("3:") && heads[2].starts_with("3:"), "{proof}");
    let verify = ["log", "verify", "--head", heads[0], "--approvals-head", heads[1], "--bulletins-head", heads[2]];
    assert_eq!(site.done(&verify), proof);
    assert_eq!(python(&site.path("data")), proof.trim().split_once('\n').unwrap().1);
    let guards = "drop trigger approval_no_update; drop trigger approval_no_delete; drop trigger approval_chain; \
                  drop trigger bulletin_no_update; drop trigger bulletin_no_delete; drop trigger bulletin_chain; \
                  pragma foreign_keys = off;";
    let altered = "row 2 of the bulletins is broken: its `hash` does not match";
    let undecided = "row 3 of the bulletins is broken: its `hash` does not match";
    for (sql, told) in [
        ("update approval set \"by\" = 'Lan' where seq = 2", "approval 2 is broken: its `hash` does not match"),
        ("delete from approval where seq = 2", "approval 3 is broken: row 2 is missing"),
        ("delete from approval where seq = 3", "approval 3 is broken: it was in the log when the head was kept"),
        ("update bulletin set text = 'khác' where revision = 2", altered),
        ("update bulletin set sha256 = 'ab' where revision = 2", altered),
        ("update bulletin set title = 'khác' where revision = 2", altered),
        ("update bulletin set themes = '[\"ND8\"]' where revision = 2", altered),
        ("update bulletin set author = 'Kẻ gian' where revision = 2", altered),
        ("update bulletin set class = 'emergency' where revision = 2", altered),
        ("update bulletin set valid_until = '2099-12-31' where revision = 2", altered),
        ("update bulletin set title = 'khác' where number = 2", undecided),
        (
            "delete from bulletin where revision = 1 and number = 1",
            "row 2 of the bulletins is broken: row 1 is missing",
        ),
        ("delete from bulletin where number = 2", "row 3 of the bulletins is broken: it was in the log when the head"),
        ("drop table bulletin", "row 1 of the bulletins is broken: row 1 is missing before it"),
    ] {
        let copy = tempfile::tempdir().unwrap();
        fs::copy(site.path("loa.toml"), copy.path().join("loa.toml")).unwrap();
        fs::create_dir(copy.path().join("data")).unwrap();
        fs::copy(site.path("data/loa.db"), copy.path().join("data/loa.db")).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut conn = stranger(&copy.path().join("data")).await;
            conn.execute(AssertSqlSafe(format!("{guards} {sql}"))).await.unwrap();
            conn.close().await.unwrap();
        });
        let ran = Command::new(env!("CARGO_BIN_EXE_loa")).current_dir(copy.path()).args(verify).output().unwrap();
        let stderr = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(1), "{sql}");
        assert!(stderr.contains(told), "{sql}: {stderr}");
    }
}

#[tokio::test]
async fn a_row_of_the_log_that_names_another_approval_shows() {
    let site = site();
    add(&site, &[]);
    site.done(&["bulletin", "approve", "1", "--by", "Trần Văn Bình"]);
    let data = site.path("data");
    let card = Register::open(&data).await.unwrap().card(1).await.unwrap().unwrap();
    let (decided, sound) = (card.decided.unwrap(), card.sound.unwrap().content.sha256.to_string());
    let named = Approval { seq: 1, by: decided.by.into(), at: decided.at.unwrap(), by_phone: false };
    let store = crate::store::open(&data).await.store;
    let rows = [
        (Some(named.clone()), &*sound),
        (None, "ab"),
        (Some(Approval { by: "Kẻ gian".into(), ..named.clone() }), &*sound),
    ];
    let mut verdicts = Vec::new();
    for (item, (approval, sha256)) in (0..).zip(rows) {
        let row = Airing { approval, sha256: Some(sha256.to_owned()), ..aired(item) };
        commit(&store, Record::Row(Box::new(row))).await;
        let verdict = Log::open(&data).await.unwrap().verify_approvals(None).await;
        verdicts.push(verdict.map(|head| head.seq).map_err(|error| error.to_string()));
    }
    store.close().await;
    let told = "row 3 is broken: the `by` of its approval is not what the approvals say".to_owned();
    assert_eq!(verdicts, [Ok(1), Ok(1), Err(told)]);
}

#[test]
fn the_sound_of_a_bulletin_outlives_every_start_and_goes_into_backups() {
    let site = site();
    add(&site, &[]);
    site.done(&["bulletin", "change", "1", "b.wav"]);
    let contents = || fs::read_dir(site.path("data/audio")).unwrap().count();
    fs::write(site.path("data/audio/unfinished-1-1"), "half a copy").unwrap();
    fs::write(site.path("data/audio").join("0".repeat(64)), "an orphan").unwrap();
    let station = site.run();
    crate::soundcard::wait_for("the sweep", 30, || (contents() == 2).then_some(()));
    let beside = add(&site, &[]);
    assert_eq!((beside, contents()), (2, 2), "recorded beside the running station, the same sound once");
    site.done(&["backup", "dai.tar"]);
    assert_eq!(station.terminate().0, Some(0));
    let tar = Command::new("tar").arg("-tf").arg(site.path("dai.tar")).output().unwrap();
    let members = String::from_utf8(tar.stdout).unwrap();
    let sounds = members.lines().filter(|name| name.starts_with("data/audio/")).count();
    assert_eq!(sounds, 2, "{members}");
}

/// Bulletins with texts that fill some pages, approved, in a database on which nothing is open.
fn with_bulletins(count: usize) -> Site {
    let site = site();
    site.write("text.txt", "Uỷ ban nhân dân xã thông báo. ".repeat(100));
    let entry = |number| {
        format!("[[bulletin]]\ntitle = \"Tin {number}\"\nthemes = [\"ND1\"]\nfile = \"a.wav\"\ntext = \"text.txt\"\n")
    };
    site.write("tin.toml", (1..=count).map(entry).collect::<String>());
    site.done(&["bulletin", "import", "tin.toml"]);
    for number in 1..=count.min(12) {
        site.done(&["bulletin", "approve", &number.to_string(), "--by", "Bình"]);
    }
    // One start, so that the next one knows that there has been a database.
    let station = site.run();
    assert_eq!(station.terminate().0, Some(0));
    site
}

/// The page at which a table begins, once the database is one file.
pub(crate) fn root_page(site: &Site, table: &str) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let root: i64 = runtime.block_on(async {
        let mut conn = stranger(&site.path("data")).await;
        conn.execute("pragma wal_checkpoint(truncate)").await.unwrap();
        let root = sqlx::query_scalar("select rootpage from sqlite_schema where name = ?").bind(table);
        let root = root.fetch_one(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        root
    });
    root.cast_unsigned()
}

/// Overwrites a page, as a bad sector would.
pub(crate) fn spoil_page(site: &Site, page: u64) {
    let file = fs::OpenOptions::new().write(true).open(site.path("data/loa.db")).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[0xa5; 4096], (page - 1) * 4096).unwrap();
}

#[test]
fn bulletins_and_approvals_outlive_a_damaged_database() {
    let site = with_bulletins(30);
    let before = listed(&site, &[]);
    let proof = site.done(&["log", "verify"]);
    let heads: Vec<_> = proof.lines().map(|line| line.rsplit(' ').next().unwrap()).collect();
    spoil_page(&site, root_page(&site, "airing_log"));
    let station = site.run();
    station.says(
        "30 bulletins, 12 acts of approval, 0 entries of the queue, 0 acts on zones, 0 activities, 0 accounts and 0 rows of \
         the audit were brought over",
    );
    assert_eq!(station.terminate().0, Some(0));
    assert_eq!(listed(&site, &[]), before);
    site.done(&["log", "verify", "--approvals-head", heads[1], "--bulletins-head", heads[2]]);
    assert_eq!(add(&site, &[]), 31, "numbers go on");
    let kept = fs::read_dir(site.path("data")).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_str().unwrap().starts_with("loa.db.corrupt-") && name.to_str().unwrap().ends_with('Z')
    });
    assert_eq!(kept.count(), 1, "the damaged one is kept");
}

#[test]
fn what_damage_took_is_left_out_and_the_rest_is_whole() {
    let site = with_bulletins(30);
    let (log, root) = (root_page(&site, "airing_log"), root_page(&site, "bulletin"));
    let bytes = fs::read(site.path("data/loa.db")).unwrap();
    // As it stands in a row of the table: title, themes, class, zones, text. Not one of the few that stand in the root.
    let (number, page) = (13..=30)
        .find_map(|number| {
            let row = format!("Tin {number}[\"ND1\"]ordinary[]Uỷ");
            let at = bytes.windows(row.len()).position(|found| found == row.as_bytes())?;
            let page = at as u64 / 4096 + 1;
            (page != root).then_some((number, page))
        })
        .unwrap();
    spoil_page(&site, log);
    spoil_page(&site, page);
    let station = site.run();
    station.says("were brought over; the others could not be read");
    assert_eq!(station.terminate().0, Some(0));
    let left = listed(&site, &[]);
    assert!((15..30).contains(&left.len()), "{}", left.len());
    assert!(left.iter().all(|line| line["bulletin"] != number), "{number}");
    site.done(&["log", "verify"]);
}

#[test]
fn a_command_makes_no_database_where_one_was_lost() {
    let site = with_bulletins(1);
    fs::remove_file(site.path("data/loa.db")).unwrap();
    fs::write(site.path("data/spill.bin"), [0; 64]).unwrap();
    let ran = site.loa(&ADD);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("start the station first"), "{}", ran.stderr);
    assert!(!site.path("data/loa.db").exists());
}

#[test]
fn what_a_manifest_lists_twice_is_recorded_once() {
    let site = site();
    let entry = "[[bulletin]]\ntitle = \"Họp thôn\"\nthemes = [\"ND3\"]\nfile = \"a.wav\"\n";
    let other = entry.replace("a.wav", "b.wav");
    site.write("many.toml", format!("{entry}{other}{entry}"));
    for (time, new) in [[true, true, false], [false, false, false]].into_iter().enumerate() {
        let printed = site.done(&["bulletin", "import", "many.toml", "--format", "json"]);
        let became: Vec<Value> = serde_json::from_str(&printed).unwrap();
        let told: Vec<_> = became.iter().map(|each| (each["bulletin"].as_i64().unwrap(), &each["recorded"])).collect();
        let recorded = new.map(Value::from);
        assert_eq!(told, [(1, &recorded[0]), (2, &recorded[1]), (1, &recorded[2])], "time {time}");
    }
    assert_eq!(listed(&site, &[]).len(), 2);
}

#[test]
fn a_bulletin_whose_last_day_is_over_is_taken_with_a_warning() {
    let site = site();
    let ran = site.loa(&[&ADD[..], &["--valid-until", "2020-12-01"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: the last day 2020-12-01 is over"), "{}", ran.stderr);
    let shown = site.done(&["bulletin", "show", "1"]);
    assert!(shown.contains("16000 Hz, mono\n"), "{shown}");
}
