//! The store with a database that is locked, read-only, corrupt, of another version, or that cannot be at all.
//!
//! The station must come up with every one of them, and what it records meanwhile must be in the log afterwards.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use chrono::DateTime;
use loa::clock::Clock;
use loa::desk::Record;
use loa::store::{Log, OpenError, Opened, Store};
use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;

use super::{
    BOOT, aired, commit, intent, open, open_in_boot, power_cut, progress, row, rows, rundown, soon, stranger, tell,
    told,
};

#[tokio::test]
async fn records_wait_while_the_database_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    commit(&store, row(0)).await;
    let mut lock = stranger(folder.path()).await;
    lock.execute("begin exclusive").await.unwrap();
    let mut answers = Vec::new();
    for item in 1..20 {
        answers.push(store.record(intent(item)));
        answers.push(store.record(progress(item, 500)));
        answers.push(store.record(row(item)));
    }
    let mut watch = store.watch();
    let state = soon(watch.wait_for(|state| state.trouble.is_some() && state.waiting == 19)).await.unwrap().clone();
    assert!(state.trouble.unwrap().contains("locked"));
    assert_eq!(state.spill_trouble, None);
    assert!(answers.iter_mut().all(|answer| answer.try_recv().is_err()));

    // Power is cut while it is locked: the next start has everything from the spill file.
    let cut = power_cut(folder.path());
    let again = open_in_boot(cut.path(), "boot-2").await;
    assert_eq!(again.remembered.logged.len(), 20);
    assert_eq!(told(cut.path()).await, (0..20).map(|item| tell(item, "aired", 8000)).collect::<Vec<_>>());

    lock.execute("rollback").await.unwrap();
    for answer in answers {
        soon(answer).await.expect("committed once the lock is gone");
    }
    assert_eq!(store.head().seq, 20);
    store.close().await;
    assert_eq!(told(folder.path()).await, (0..20).map(|item| tell(item, "aired", 8000)).collect::<Vec<_>>());
    assert_eq!(open(folder.path()).await.remembered.logged.len(), 20);
}

#[tokio::test]
async fn the_station_starts_while_the_database_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    commit(&store, intent(0)).await;
    commit(&store, progress(0, 1500)).await;
    store.close().await;
    let mut lock = stranger(folder.path()).await;
    lock.execute("pragma locking_mode = exclusive; begin exclusive; create table taken (x)").await.unwrap();
    let opened = open_in_boot(folder.path(), "boot-2").await;
    assert!(opened.store.state().trouble.unwrap().contains("locked"));
    let answer = opened.store.record(row(1));
    lock.execute("rollback").await.unwrap();
    lock.close().await.unwrap();
    soon(answer).await.unwrap();
    opened.store.close().await;
    assert_eq!(told(folder.path()).await, [tell(0, "interrupted", 1500), tell(1, "aired", 8000)]);
}

#[tokio::test]
async fn closing_keeps_what_cannot_be_committed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    commit(&store, row(0)).await;
    let mut lock = stranger(folder.path()).await;
    lock.execute("begin exclusive").await.unwrap();
    let answer = store.record(row(1));
    soon(store.close()).await;
    assert!(answer.await.is_err());
    lock.execute("rollback").await.unwrap();
    lock.close().await.unwrap();
    assert_eq!(open(folder.path()).await.remembered.logged.len(), 2);
    assert_eq!(told(folder.path()).await, [tell(0, "aired", 8000), tell(1, "aired", 8000)]);
}

#[tokio::test]
async fn a_corrupt_database_is_moved_aside_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("loa.db");
    fs::write(&database, "this is not a database, and longer than a header of one would be ".repeat(40)).unwrap();
    let opened = open(folder.path()).await;
    let aside = opened.remembered.moved_aside.expect("it was moved");
    assert!(fs::read_to_string(&aside).unwrap().starts_with("this is not"));
    commit(&opened.store, row(0)).await;
    opened.store.close().await;
    let rows = rows(folder.path()).await;
    assert_eq!((rows[0].kind.as_str(), rows[0].aired_ms, rows.len()), ("note", 0, 2));
    let note = rows[0].note.as_deref().unwrap();
    assert!(note.contains(aside.file_name().unwrap().to_str().unwrap()) && note.contains("no row"), "{note}");
    Log::open(folder.path()).await.unwrap().verify(None).await.unwrap();
}

#[tokio::test]
async fn the_head_of_a_damaged_database_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path()).await;
    commit(&opened.store, row(0)).await;
    opened.store.close().await;
    let head = opened.store.head();
    let mut conn = stranger(folder.path()).await;
    conn.execute("drop table on_air").await.unwrap();
    conn.close().await.unwrap();
    let again = open(folder.path()).await;
    assert!(again.remembered.moved_aside.is_some());
    assert_eq!(rows(folder.path()).await[0].station_id, opened.remembered.station_id.unwrap());
    let rows = rows(folder.path()).await;
    assert!(rows[0].note.as_deref().unwrap().contains(&head.to_string()), "{:?}", rows[0].note);
    assert_eq!(rows[0].station, aired(0).station);
}

/// A page in the middle of the file, written over as a failing disk would.
#[tokio::test]
async fn a_database_with_a_destroyed_page_does_not_stop_the_station() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path()).await;
    for item in 0..40 {
        commit(&opened.store, row(item)).await;
    }
    opened.store.close().await;
    let database = folder.path().join("loa.db");
    let whole = fs::read(&database).unwrap();
    for page in 0..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0xa5);
        fs::write(&database, &bytes).unwrap();
        let store = open(folder.path()).await.store;
        soon(store.record(row(99))).await.expect("it is committed, if need be in a new log");
        store.close().await;
        drop(store);
        fs::remove_dir_all(folder.path()).unwrap();
        fs::create_dir(folder.path()).unwrap();
    }
}

/// How what each migration after the first has made is undone, the newest first.
const UNDONE: [(i64, &[&str]); 6] = [
    (7, &["drop table sign_in", "drop table account", "drop table audit"]),
    (6, &["drop index airing_log_remarks"]),
    (5, &["drop table zone_act", "drop table activity"]),
    (4, &["alter table content_verdict drop column measures"]),
    (
        3,
        &[
            "drop index airing_log_bulletin",
            "drop table approval",
            "drop table queue_entry",
            "drop table drawn",
            "drop table bulletin",
            "drop table shelf",
        ],
    ),
    (
        2,
        &[
            "drop table station",
            "drop table on_air",
            "drop table rundown",
            "drop table schedule_taken",
            "drop table file_state",
            "drop table content_verdict",
        ],
    ),
];

#[tokio::test]
async fn a_log_of_an_earlier_migration_is_brought_forward() {
    for oldest in [6, 5, 4, 3, 2, 1] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).await.store;
        commit(&store, row(0)).await;
        commit(&store, Record::Rundown(Box::new(rundown()))).await;
        let head = store.head();
        store.close().await;
        // Back to what the older program had made, its tables filled.
        let mut conn = stranger(folder.path()).await;
        for undo in UNDONE.iter().filter(|(version, _)| *version > oldest).flat_map(|(_, undone)| *undone) {
            conn.execute(*undo).await.unwrap();
        }
        let forget = format!("delete from _sqlx_migrations where version > {oldest}");
        conn.execute(sqlx::AssertSqlSafe(forget)).await.unwrap();
        conn.close().await.unwrap();
        let Opened { store, remembered } = open(folder.path()).await;
        assert_eq!(store.head(), head);
        assert_eq!(remembered.open_rundowns.len(), usize::from(oldest > 1), "of migration {oldest}");
        commit(&store, row(1)).await;
        store.close().await;
        assert_eq!(told(folder.path()).await, [tell(0, "aired", 8000), tell(1, "aired", 8000)]);
    }
}

#[tokio::test]
async fn a_newer_database_and_a_folder_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).await.store.close().await;
    let mut conn = stranger(folder.path()).await;
    conn.execute(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'of tomorrow', 1, x'00', 0)",
    )
    .await
    .unwrap();
    conn.close().await.unwrap();
    let newer = Store::open(folder.path(), &Clock::system(), BOOT).await.unwrap_err();
    assert!(matches!(newer, OpenError::Newer { .. }), "{newer}");
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Store::open(&file.join("data"), &Clock::system(), BOOT).await.unwrap_err();
    assert!(matches!(error, OpenError::Folder { .. }), "{error}");
}

/// What the child of the next test is to look at.
const READ_ONLY: &str = "LOA_TEST_READ_ONLY";

/// Permissions do not bind root, so the test that needs them runs as a child without rights.
fn without_rights(folder: &Path, test: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;

    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = home.path().join("it");
    let this = std::env::current_exe().unwrap();
    fs::hard_link(&this, &program).or_else(|_| fs::copy(&this, &program).map(drop)).unwrap();
    let mut child = std::process::Command::new(program);
    child.args(["--exact", &format!("store::faults::{test}")]).env(READ_ONLY, folder).current_dir("/");
    if rustix::process::geteuid().is_root() {
        child.uid(65534).gid(65534);
    }
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// What `without_rights` runs in a process of its own, as a user without rights; by itself it has nothing to look at.
#[tokio::test]
async fn a_child_without_rights() {
    let Some(folder) = std::env::var_os(READ_ONLY).map(std::path::PathBuf::from) else { return };
    assert_eq!(told(&folder).await, [tell(0, "aired", 8000)]);
    let opened = open_in_boot(&folder, "boot-2").await;
    assert_eq!(opened.remembered.logged.len(), 1);
    let _answer = opened.store.record(row(1));
    let mut watch = opened.store.watch();
    let state = soon(watch.wait_for(|state| state.waiting == 1 && state.trouble.is_some())).await.unwrap().clone();
    assert!(state.trouble.as_ref().is_some_and(|why| why.contains("readonly") || why.contains("open")), "{state:?}");
    soon(opened.store.close()).await;
}

/// A folder with one row in its log, made read-only: the database alone, or the folder and all that is in it.
async fn read_only(is_folder_too: bool) -> TempDir {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    commit(&store, row(0)).await;
    store.close().await;
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&folder.path().join("spill.bin"), if is_folder_too { 0o444 } else { 0o666 });
    mode(&folder.path().join("loa.db"), 0o444);
    mode(folder.path(), if is_folder_too { 0o555 } else { 0o777 });
    folder
}

#[tokio::test]
async fn a_read_only_database_is_read_and_its_records_wait() {
    let folder = read_only(false).await;
    without_rights(folder.path(), "a_child_without_rights");
    // With rights again, what waited in the spill file is committed.
    open(folder.path()).await.store.close().await;
    if rustix::process::geteuid().is_root() {
        assert_eq!(told(folder.path()).await, [tell(0, "aired", 8000), tell(1, "aired", 8000)]);
    }
}

#[tokio::test]
async fn a_read_only_folder_is_read() {
    without_rights(read_only(true).await.path(), "a_child_without_rights");
}

/// What a reader of the folder's group leaves behind that may not write the database: files that the station may not.
#[tokio::test]
async fn journals_that_a_reader_made_do_not_stop_the_station() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    commit(&store, row(0)).await;
    store.close().await;
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for name in ["loa.db-wal", "loa.db-shm"] {
        fs::write(folder.path().join(name), "").unwrap();
        mode(&folder.path().join(name), 0o444);
    }
    for name in ["spill.bin", "loa.db"] {
        mode(&folder.path().join(name), 0o666);
    }
    mode(folder.path(), 0o777);
    without_rights(folder.path(), "a_child_beside_foreign_journals");
    assert_eq!(told(folder.path()).await, [tell(0, "aired", 8000), tell(1, "aired", 8000)]);
}

/// What the test before runs in a process of its own.
#[tokio::test]
async fn a_child_beside_foreign_journals() {
    let Some(folder) = std::env::var_os(READ_ONLY).map(std::path::PathBuf::from) else { return };
    let opened = open_in_boot(&folder, "boot-2").await;
    commit(&opened.store, row(1)).await;
    soon(opened.store.close()).await;
}

#[tokio::test]
async fn a_new_log_knows_what_still_holds_and_no_third_begins_in_the_hour() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path()).await;
    let (taken_at, text) = (rundown().scheduled_at, "schedule".to_owned());
    commit(&opened.store, Record::Schedule { taken_at, sha256: "a".repeat(64), text: text.clone() }).await;
    commit(&opened.store, Record::Rundown(Box::new(rundown()))).await;
    commit(&opened.store, row(1)).await;
    commit(&opened.store, intent(0)).await;
    commit(&opened.store, progress(0, 1500)).await;
    let database = folder.path().join("loa.db");
    fs::remove_file(&database).unwrap();
    commit(&opened.store, row(2)).await;

    let cut = power_cut(folder.path());
    let again = open_in_boot(cut.path(), "boot-2").await;
    assert_eq!(again.remembered.open_rundowns, [rundown()]);
    assert_eq!(again.remembered.schedules.last().map(|(_, text)| text), Some(&text));
    let recovered: Vec<_> = again.remembered.recovered.iter().map(|row| (row.item.clone(), row.aired_ms)).collect();
    assert_eq!(recovered, [(aired(0).item, 1500)]);

    fs::remove_file(&database).unwrap();
    let answer = opened.store.record(row(3));
    let mut watch = opened.store.watch();
    let state = soon(watch.wait_for(|state| state.trouble.is_some())).await.unwrap().clone();
    assert!(state.trouble.unwrap().contains("within the last hour"));
    assert!(!database.exists());
    soon(opened.store.close()).await;
    drop(answer);
}

#[tokio::test]
async fn no_log_begins_in_the_empty_folder_that_a_disk_leaves_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (data, away) = (folder.path().join("data"), folder.path().join("away"));
    let store = open(&data).await.store;
    commit(&store, row(0)).await;
    fs::rename(&data, &away).unwrap();
    fs::create_dir(&data).unwrap();
    let answer = store.record(row(1));
    let mut watch = store.watch();
    soon(watch.wait_for(|state| state.trouble.is_some())).await.unwrap();
    assert!(!data.join("loa.db").exists());
    fs::remove_dir(&data).unwrap();
    fs::rename(&away, &data).unwrap();
    soon(answer).await.unwrap();
    store.close().await;
    assert_eq!(told(&data).await, [tell(0, "aired", 8000), tell(1, "aired", 8000)]);
}

#[tokio::test]
async fn a_database_that_was_never_made_is_not_called_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (database, spill) = (folder.path().join("loa.db"), folder.path().join("spill.bin"));
    fs::create_dir(&database).unwrap();
    let store = open(folder.path()).await.store;
    soon(store.answers()).await.unwrap();
    soon(store.close()).await;
    assert!(!spill.exists());
    fs::remove_dir(&database).unwrap();
    // What a first start on a full disk leaves.
    fs::write(&spill, "").unwrap();
    let opened = open(folder.path()).await;
    commit(&opened.store, row(0)).await;
    opened.store.close().await;
    assert_eq!(told(folder.path()).await, [tell(0, "aired", 8000)]);
}

/// A journal that is left when the file was moved belongs to the old one.
#[tokio::test]
async fn another_database_in_the_place_of_the_open_one_does_not_get_its_journal() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let theirs = open(other.path()).await.store;
    commit(&theirs, row(7)).await;
    theirs.close().await;
    let store = open(folder.path()).await.store;
    commit(&store, row(0)).await;
    commit(&store, row(1)).await;
    fs::rename(other.path().join("loa.db"), folder.path().join("loa.db")).unwrap();
    commit(&store, row(2)).await;
    store.close().await;
    assert_eq!(told(folder.path()).await, [tell(7, "aired", 8000), tell(2, "aired", 8000)]);
}

#[tokio::test]
async fn what_finds_the_queue_full_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    // Nothing is awaited meanwhile, so the store's task cannot take any of them.
    for _ in 0..32_768 + 7 {
        drop(store.record(Record::Settled(DateTime::UNIX_EPOCH)));
    }
    assert_eq!(store.state().lost, 7);
}
