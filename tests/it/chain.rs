//! The log broken in each way that a person with the file in hands could break it, and found.
//!
//! Tampering is done with plain SQL after the triggers are dropped, as somebody would who knows SQLite; a verifier written
//! in another language must agree on what is whole and what is not.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use loa::airing::Airing;
use loa::desk::Record;
use loa::store::{COLUMNS, GENESIS, Head, Log, ReadError, Row, hash};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tempfile::TempDir;

use crate::store::{aired, commit, open, row, rows, soon, stranger};

/// Rows in the log that is tampered with: more than a page of the reader.
const ROWS: u32 = 1203;

const UNGUARD: &str =
    "drop trigger airing_log_no_update; drop trigger airing_log_no_delete; drop trigger airing_log_chain;";

async fn log_of(count: u32) -> (TempDir, Head) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    let answers: Vec<_> = (0..count).map(|item| store.record(row(item))).collect();
    for answer in answers {
        soon(answer).await.unwrap();
    }
    store.close().await;
    (folder, store.head())
}

async fn tamper(folder: &Path, sql: &str) {
    let mut conn = stranger(folder).await;
    conn.execute(AssertSqlSafe(format!("{UNGUARD} {sql}"))).await.unwrap();
    conn.close().await.unwrap();
}

/// What `loa log verify` says: the head, or the first bad row.
async fn verdict(folder: &Path, kept: Option<&Head>) -> Result<Head, String> {
    let verdict = Log::open(folder).await.unwrap().verify(kept.cloned()).await;
    verdict.map_err(|error| match error {
        ReadError::Broken(broken) => broken.to_string(),
        other => panic!("{other}"),
    })
}

/// What the independent verifier says.
fn python(folder: &Path) -> String {
    python_on(&folder.join("loa.db")).1
}

/// What it says of a file, and whether it is content with it.
pub(crate) fn python_on(file: &Path) -> (bool, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/verify.py");
    let output = Command::new("python3").arg(script).arg(file).output().expect("python3 is installed");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap().trim().to_owned())
}

#[tokio::test]
async fn a_whole_log_is_whole_for_any_verifier() {
    let (folder, _) = log_of(ROWS).await;
    let store = open(folder.path()).await.store;
    let title = "\"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f}\u{2028}<é𝄞Đ";
    commit(&store, Record::Row(Box::new(Airing { title: Some(title.to_owned()), ..aired(ROWS) }))).await;
    store.close().await;
    let head = store.head();
    assert_eq!(verdict(folder.path(), None).await, Ok(head.clone()));
    assert_eq!(verdict(folder.path(), Some(&head)).await, Ok(head.clone()));
    assert_eq!(python(folder.path()), format!("{} rows, head {head}", ROWS + 1));
}

#[tokio::test]
async fn an_empty_log_is_whole() {
    let (folder, head) = log_of(0).await;
    assert_eq!(head, Head::default());
    assert_eq!(verdict(folder.path(), None).await, Ok(head.clone()));
    assert_eq!(python(folder.path()), format!("0 rows, head {head}"));
    let kept = Head { seq: 1, hash: GENESIS.to_owned() };
    assert!(verdict(folder.path(), Some(&kept)).await.unwrap_err().starts_with("row 1 is broken: it was in the log"));
}

/// Each way of tampering, the row that must be named, and why; a verifier in another language finds it at the same row
/// unless only this program's own columns were touched.
#[tokio::test]
async fn tampering_is_found_at_the_first_bad_row() {
    let copy = "create temp table t as select * from airing_log where seq = 700;";
    let cases: [(&str, i64, &str, bool); 13] = [
        ("update airing_log set aired_ms = 8001 where seq = 700", 700, "`hash` does not match", true),
        ("update airing_log set author = '' where seq = 1", 1, "`hash` does not match", true),
        ("update airing_log set themes = '[\"ND4\",\"ND1\"]' where seq = 1203", 1203, "`hash` does not match", true),
        ("update airing_log set themes = '[\"ND3\", \"ND1\"]' where seq = 3", 3, "cannot be read", false),
        ("update airing_log set zones = '[\"thon1' where seq = 3", 3, "cannot be read", false),
        ("update airing_log set v = 2 where seq = 9", 9, "its `v` is 2", true),
        ("update airing_log set prev_hash = hash where seq = 5", 5, "`prev_hash` is not", true),
        ("update airing_log set scheduled_at_utc = '2020' where seq = 6", 6, "`scheduled_at_utc`", false),
        ("update airing_log set started_at_utc = null where seq = 6", 6, "`started_at_utc`", false),
        ("delete from airing_log where seq = 501", 502, "row 501 is missing", true),
        ("delete from airing_log where seq < 1000", 1000, "row 1 is missing", true),
        ("update airing_log set seq = 9000000000000 where seq = 1203", 9_000_000_000_000, "row 1203 is missing", true),
        ("update airing_log set seq = 0 where seq = 1", 0, "begins with row 1", true),
    ];
    let (original, _) = log_of(ROWS).await;
    let inserted = format!(
        "{copy} update t set seq = 1204, airing = 'x', prev_hash = (select hash from airing_log where seq = 1203);
         insert into airing_log select * from t"
    );
    let replaced = format!("{copy} update t set aired_ms = 1; replace into airing_log select * from t");
    let more = [(inserted.as_str(), 1204, "`hash` does not", true), (replaced.as_str(), 700, "`hash` does not", true)];
    for (sql, seq, why, is_seen_by_all) in cases.into_iter().chain(more) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(original.path().join("loa.db"), folder.path().join("loa.db")).unwrap();
        tamper(folder.path(), sql).await;
        let found = verdict(folder.path(), None).await.unwrap_err();
        assert!(found.starts_with(&format!("row {seq} is broken: ")) && found.contains(why), "{sql}: {found}");
        if is_seen_by_all {
            assert_eq!(python(folder.path()), format!("row {seq} is broken"), "{sql}");
        }
    }
}

#[tokio::test]
async fn a_cut_tail_shows_against_a_kept_head() {
    let (folder, kept) = log_of(ROWS).await;
    tamper(folder.path(), "delete from airing_log where seq > 1200").await;
    assert_eq!(verdict(folder.path(), None).await.unwrap().seq, 1200);
    let found = verdict(folder.path(), Some(&kept)).await.unwrap_err();
    assert!(found.starts_with("row 1201 is broken: it was in the log"), "{found}");
}

#[tokio::test]
async fn a_chain_made_anew_shows_against_a_kept_head() {
    let (folder, kept) = log_of(600).await;
    let mut rows: Vec<Row> = rows(folder.path()).await;
    rows[550].aired_ms = 7999;
    let mut sql = String::new();
    let mut head = rows[549].hash.clone();
    for row in &mut rows[550..] {
        row.prev_hash.clone_from(&head);
        row.hash = hash(row);
        head.clone_from(&row.hash);
        let Row { seq, prev_hash, hash, aired_ms, .. } = row;
        write!(
            sql,
            "update airing_log set aired_ms = {aired_ms}, prev_hash = '{prev_hash}', hash = '{hash}' where seq = {seq};"
        )
        .unwrap();
    }
    tamper(folder.path(), &sql).await;
    assert_eq!(verdict(folder.path(), None).await, Ok(Head { seq: 600, hash: head }));
    let found = verdict(folder.path(), Some(&kept)).await.unwrap_err();
    assert_eq!(found, "row 600 is broken: its hash is not the one that was kept: the chain was made anew");
    let older = Head { seq: 550, hash: rows[549].hash.clone() };
    assert!(verdict(folder.path(), Some(&older)).await.is_ok(), "rows before the change are as they were");
}

#[tokio::test]
async fn the_database_itself_refuses_every_change() {
    let (folder, head) = log_of(3).await;
    let columns = COLUMNS.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ");
    let insert = |verb: &str, seq: &str, airing: &str, prev_hash: &str, end: &str| {
        let values = columns.replace("\"seq\"", seq).replace("\"airing\"", airing).replace("\"prev_hash\"", prev_hash);
        format!(
            "{verb} into airing_log ({columns}, scheduled_at_utc)
             select {values}, scheduled_at_utc from airing_log where seq = 3 {end}"
        )
    };
    let refused = [
        "update airing_log set note = 'x' where seq = 2".to_owned(),
        "update or replace airing_log set seq = 1 where seq = 2".to_owned(),
        "delete from airing_log where seq = 3".to_owned(),
        insert("insert", "3", "'x'", "hash", ""),
        insert("insert", "5", "'x'", "hash", ""),
        insert("insert", "4", "'x'", "prev_hash", ""),
        insert("insert", "4", "airing", "hash", ""),
        insert("replace", "4", "airing", "hash", ""),
        insert("replace", "3", "airing", "prev_hash", ""),
        insert("insert or ignore", "2", "'x'", "hash", ""),
        insert("insert", "3", "'x'", "hash", "on conflict (seq) do update set note = 'x'"),
        insert("insert", "null", "'x'", "hash", ""),
    ];
    let mut conn = stranger(folder.path()).await;
    for sql in refused {
        let error = conn.execute(AssertSqlSafe(sql.clone())).await.expect_err(&sql).to_string();
        assert!(error.contains("the airing log is append-only"), "{sql}: {error}");
    }
    conn.execute(AssertSqlSafe(insert("insert", "4", "'x'", "hash", ""))).await.expect("the next row is taken");
    let found = verdict(folder.path(), Some(&head)).await.unwrap_err();
    assert!(found.starts_with("row 4 is broken"), "{found}");
}
