//! The real store beside the log in memory: it is given the same records, dies the same deaths, and must remember the same.
//!
//! In: records, the world's clocks. Out: what it remembers at each start, and its rows at the end, with the chain verified.
//! Its folder lies in memory where the machine has such a place, so that a flush costs nothing (`synchronous` off).

use std::path::Path;

use loa::airing::{Airing, rfc3339};
use loa::clock::{Clock, Moment};
use loa::desk::{History, Record};
use loa::store::{DATABASE, Log, Remembered, Row, Span, Store};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// A folder of the machine that lies in memory.
const IN_MEMORY: &str = "/dev/shm";

/// The real store in a folder, with the runtime that its task lives in.
pub(crate) struct RealStore {
    folder: tempfile::TempDir,
    clock: Clock,
    open: Option<(Runtime, Store)>,
    /// Answers of records that are not committed yet.
    waiting: Vec<oneshot::Receiver<()>>,
    /// A stranger who holds the database.
    stranger: Option<(Runtime, SqliteConnection)>,
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

impl RealStore {
    /// A store in a new folder; opened at power on.
    pub(crate) fn new(now: Moment) -> Self {
        let in_memory = Path::new(IN_MEMORY);
        let place = if in_memory.is_dir() { in_memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("loa-").tempdir_in(place).unwrap();
        Self { folder, clock: Clock::led(now), open: None, waiting: Vec::new(), stranger: None }
    }

    /// Opens it and answers what it remembers.
    pub(crate) fn open(&mut self, boot_id: &str, now: Moment) -> Remembered {
        self.clock.set(now);
        let runtime = runtime();
        let opened = runtime.block_on(Store::open(self.folder.path(), &self.clock, boot_id)).unwrap();
        self.open = Some((runtime, opened.store));
        opened.remembered
    }

    /// Gives it records. Nothing is durable before `settle`.
    pub(crate) fn give_all(&mut self, records: Vec<Record>) {
        let Some((runtime, store)) = &self.open else { return };
        let _guard = runtime.enter();
        self.waiting.extend(records.into_iter().map(|record| store.record(record)));
    }

    /// Waits until everything is durable. While a stranger holds the database nothing can be, and its spill file is
    /// written when the store is closed.
    pub(crate) fn settle(&mut self, now: Moment) {
        self.clock.set(now);
        if self.stranger.is_none()
            && let Some((runtime, _)) = &self.open
        {
            for committed in self.waiting.drain(..) {
                runtime.block_on(committed).expect("the store takes every record");
            }
        }
    }

    /// The process dies with everything durable that it was given.
    pub(crate) fn die(&mut self, now: Moment) {
        self.settle(now);
        // Dropped with its runtime and without a word, as a process dies.
        if let Some((runtime, store)) = self.open.take()
            && self.stranger.is_some()
        {
            runtime.block_on(store.close());
        }
        self.waiting.clear();
    }

    /// Somebody else holds the database, or lets go of it.
    pub(crate) fn lock(&mut self, locked: bool) {
        if !locked {
            self.stranger = None;
        } else if self.stranger.is_none() {
            let runtime = runtime();
            let options = SqliteConnectOptions::new().filename(self.folder.path().join(DATABASE));
            let conn = runtime.block_on(async {
                let mut conn = options.disable_statement_logging().connect().await.unwrap();
                conn.execute("begin immediate").await.unwrap();
                conn
            });
            self.stranger = Some((runtime, conn));
        }
    }

    /// The rows that are in the log; the chain holds.
    pub(crate) fn rows(&self) -> Vec<Row> {
        runtime().block_on(async {
            Log::open(self.folder.path()).await.unwrap().verify(None).await.unwrap();
            let mut pages = Log::open(self.folder.path()).await.unwrap().rows(Span::default()).await.unwrap();
            let mut rows = Vec::new();
            while let Some(page) = pages.next().await.unwrap() {
                rows.extend(page);
            }
            rows
        })
    }
}

impl Drop for RealStore {
    fn drop(&mut self) {
        if let Some((runtime, conn)) = self.stranger.take() {
            drop(runtime.block_on(conn.close()));
        }
    }
}

/// What the store remembers must be what the log in memory does.
pub(crate) fn assert_same(remembered: &Remembered, history: &History) {
    let emergencies = |open: &[(Airing, _)]| -> Vec<_> {
        open.iter().map(|(row, alive)| (row.airing.clone(), row.attempt, row.started_at, *alive)).collect()
    };
    assert_eq!(emergencies(&remembered.open_emergencies), emergencies(&history.open_emergencies), "emergencies");
    assert_eq!(remembered.settled_until, history.settled_until, "settled");
    let at: Vec<_> = remembered.schedules.iter().map(|(at, _)| *at).collect();
    assert_eq!(at, history.schedules.iter().map(|(at, _)| *at).collect::<Vec<_>>(), "schedules");
    assert_eq!(remembered.open_rundowns, history.open_rundowns, "rundowns");
    assert_eq!(remembered.done_rundowns, history.done_rundowns, "rundowns that are done");
    assert_eq!(remembered.logged, history.logged, "logged");
    // No entries of a queue are in its database.
    assert_eq!(remembered.tally.last_aired, history.tally.last_aired, "tally");
    assert_eq!(remembered.newest_row_at, history.newest_row_at, "newest row");
    assert_eq!(remembered.newest_is_synchronised, history.newest_is_synchronised);
}

/// The rows of the store are those of the log in memory, in the same order, numbered without a gap.
pub(crate) fn assert_rows(stored: &[Row], rows: &[Airing]) {
    let text = |at: &Option<chrono::DateTime<chrono::FixedOffset>>| at.as_ref().map(rfc3339);
    for (index, (stored, row)) in stored.iter().zip(rows).enumerate() {
        assert_eq!(stored.seq, index as i64 + 1);
        assert_eq!(
            (&stored.airing[..], stored.attempt, stored.outcome.as_deref(), stored.reason.as_deref()),
            (
                row.airing.as_str(),
                i64::from(row.attempt),
                row.outcome.map(loa::airing::Outcome::as_str),
                row.reason.map(loa::airing::Reason::as_str)
            )
        );
        assert_eq!((stored.aired_ms, &stored.started_at), (row.aired_ms, &text(&row.started_at)), "{}", row.airing);
        assert_eq!((&stored.clock[..], &stored.boot_id), (row.clock.as_str(), &row.boot_id), "{}", row.airing);
    }
    assert_eq!(stored.len(), rows.len());
}
