//! The real binary: accounts by commands, what they print in both languages, and the audit that they leave.
//!
//! In: acts as people type them. Out: words, exit codes, rows of the audit, what its chain says of whoever tampers. Next:
//! `web_people`.

use std::io::{Read as _, Write as _};
use std::process::Stdio;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::bulletins::{python, root_page, spoil_page};
use crate::check::assert_golden;
use crate::running::{Ran, Site};
use crate::store::stranger;
use crate::web::{PASSWORD, Visit};
use crate::zones::told;

/// Runs `loa user` with a password on stdin.
pub(crate) fn user(site: &Site, words: &[&str], password: &str) -> Ran {
    let mut child = site.program(&[&["user"], words].concat());
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Whoever is refused before reads nothing.
    let _ = child.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes());
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    Ran { code: child.wait().unwrap().code(), stdout, stderr }
}

fn add(site: &Site, login: &str, roles: &[&str]) {
    let mut words = vec!["add", login, "--name", login, "--password-stdin"];
    for role in roles {
        words.extend(["--role", role]);
    }
    let ran = user(site, &words, PASSWORD);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn people_read_their_own_language() {
    let story: &[&[&str]] = &[
        &["list"],
        &["add", "lan", "--name", "Lan", "--role", "operator"],
        &["change", "binh", "--name", "  Trần  Văn Bình ", "--role", "approver", "--role", "reporter"],
        &["change", "binh"],
        &["change", "bing", "--name", "Bình"],
        &["change", "lan", "--role", "operator"],
        &["remove", "lan"],
        &["remove", "binh"],
        &["remove", "binh"],
        &["list"],
        &["list", "--all"],
        &["list", "--format", "csv"],
    ];
    // When each was made stands behind what is compared.
    let without_instants = |text: &str| {
        text.lines().map(|line| line.split(",true,").next().unwrap().to_owned() + "\n").collect::<String>()
    };
    for language in ["vi", "en"] {
        let site = Site::new("silent");
        let nobody = told(&site, "user", language, &story[..1]);
        add(&site, "lan", &["operator", "technician"]);
        add(&site, "binh", &["approver"]);
        let told = without_instants(&(nobody + &told(&site, "user", language, &story[1..])));
        assert_golden(&format!("cli/user-{language}.txt"), &told);
    }
}

#[test]
fn a_password_that_is_guessed_first_makes_no_account() {
    let site = Site::new("silent");
    let words = ["add", "lan", "--name", "Lan", "--role", "technician", "--password-stdin"];
    for (password, told) in
        [("1234567", "at least 8"), ("12345678", "first that are guessed"), ("lan", "at least 8"), ("", "at least 8")]
    {
        let ran = user(&site, &words, password);
        assert_eq!(ran.code, Some(2), "{password}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{password}: {}", ran.stderr);
    }
    assert_eq!(site.done(&["user", "list", "--format", "json"]), "[]\n");
    let ran = user(&site, &words[..6], PASSWORD);
    assert_eq!(ran.code, Some(1), "without a terminal nobody is asked: {}", ran.stderr);
}

#[test]
fn no_command_shows_a_hash_and_the_database_holds_no_password() {
    let site = Site::new("silent");
    add(&site, "lan", &["technician"]);
    for format in ["text", "json", "csv"] {
        let listed = site.done(&["user", "list", "--all", "--format", format]);
        assert!(!listed.contains("argon2") && listed.contains("lan"), "{listed}");
    }
    let bytes = std::fs::read(site.path("data/loa.db")).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("$argon2id$v=19$m=19456,t=2,p=1$") && !holds(PASSWORD));
}

#[test]
fn whatever_is_done_to_the_audit_shows() {
    let site = Site::new("silent");
    add(&site, "lan", &["technician"]);
    add(&site, "binh", &["approver"]);
    site.done(&["user", "remove", "binh"]);
    let proof = site.done(&["log", "verify"]);
    let head = proof.lines().find_map(|line| line.strip_prefix("3 acts in the audit, head ")).unwrap().to_owned();
    assert_eq!(site.done(&["log", "verify", "--audit-head", &head]), proof);
    assert_eq!(python(&site.path("data")), proof.trim().split_once('\n').unwrap().1);
    let guards = "drop trigger audit_no_update; drop trigger audit_no_delete; drop trigger audit_chain;";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tamper = |sql: &str| {
        runtime.block_on(async {
            let mut conn = stranger(&site.path("data")).await;
            let done = conn.execute(AssertSqlSafe(sql.to_owned())).await.map(drop).map_err(|error| error.to_string());
            conn.close().await.unwrap();
            done
        })
    };
    for sql in ["update audit set name = 'x'", "delete from audit", "delete from account"] {
        assert!(tamper(sql).unwrap_err().contains(if sql.contains("account") {
            "never deleted"
        } else {
            "append-only"
        }));
    }
    for (sql, told) in [
        ("update audit set name = 'binh' where seq = 2", "row 2 of the audit is broken: its `hash`"),
        ("update audit set name = name || '' where seq = 9", ""),
        ("delete from audit where seq = 1", "row 2 of the audit is broken: row 1 is missing"),
    ] {
        let copy = std::fs::read(site.path("data/loa.db")).unwrap();
        tamper(&format!("{guards} {sql}")).unwrap();
        let ran = site.loa(&["log", "verify"]);
        assert_eq!(ran.code, Some(i32::from(!told.is_empty())), "{sql}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{sql}: {}", ran.stderr);
        std::fs::write(site.path("data/loa.db"), copy).unwrap();
    }
    let ran = {
        tamper(&format!("{guards} delete from audit where seq = 3")).unwrap();
        site.loa(&["log", "verify", "--audit-head", &head])
    };
    assert!(ran.code == Some(1) && ran.stderr.contains("row 3 of the audit"), "{}", ran.stderr);
}

#[test]
fn a_backup_brings_accounts_and_audit_back() {
    let site = Site::new("silent");
    add(&site, "lan", &["technician"]);
    let (accounts, proof) = (site.done(&["user", "list", "--format", "json"]), site.done(&["log", "verify"]));
    site.done(&["backup", "dai.tar"]);
    site.done(&["restore", site.path("dai.tar").to_str().unwrap(), "moi"]);
    let there = |words: &[&str]| site.done(&[&["--config", "moi/loa.toml"], words].concat());
    assert_eq!(there(&["user", "list", "--format", "json"]), accounts);
    assert_eq!(there(&["log", "verify"]).lines().last().map(str::to_owned), proof.lines().last().map(str::to_owned));
    let lines: Vec<Value> = serde_json::from_str(&accounts).unwrap();
    assert_eq!((&lines[0]["login"], &lines[0]["roles"]), (&"lan".into(), &serde_json::json!(["technician"])));
}

#[test]
fn accounts_and_audit_outlive_a_damaged_database() {
    let site = Site::new("silent").with_page();
    for number in 0..40 {
        add(&site, &format!("nguoi{number}"), &["technician"]);
    }
    let (accounts, proof) = (site.done(&["user", "list", "--format", "json"]), site.done(&["log", "verify"]));
    let running = site.run();
    let visit = Visit::of(&running).enter("nguoi7");
    assert_eq!(running.terminate().0, Some(0));
    spoil_page(&site, root_page(&site, "airing_log"));
    let running = site.run();
    running.says("40 accounts and 41 rows of the audit were brought over");
    let again = Visit { address: Visit::of(&running).address, ..visit };
    assert_eq!(again.get("/api/me").json()["login"], "nguoi7", "whoever was signed in still is");
    assert_eq!(running.terminate().0, Some(0));
    assert_eq!(site.done(&["user", "list", "--format", "json"]), accounts);
    let head = proof.lines().find_map(|line| line.strip_prefix("40 acts in the audit, head ")).unwrap();
    site.done(&["log", "verify", "--audit-head", head]);
}
