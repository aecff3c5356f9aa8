//! The store's task: takes records, commits them in order, and keeps them through everything that a database can suffer.
//!
//! In: requests from the queue. Out: each record committed once and its sender told; while the database takes none, the
//! records wait here and in the spill file, and are tried again every half second. Must never make the station's loop
//! wait: statements run on the connection's own thread, the spill file on a blocking one. Next: `read`.

use std::io;
use std::path::PathBuf;

use chrono::TimeDelta;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{mpsc, oneshot, watch};

use super::State;
use super::commit::{CommitError, commit};
use super::in_force::InForce;
use super::memory::on_air;
use super::open::{Trouble, close, code, connect, free_name, message, set_journals_aside};
use super::queue::{Queue, Work};
use super::recover;
use super::salvage::bring_over;
use super::spill::{Spill, SpillError};
use super::start::{inode, lost};
use crate::clock::{Clock, Mono};
use crate::desk::Record;

/// Records that may wait in memory. Filling 60 days of a station's off time comes to some 15,000 rows at once; a station
/// whose database is locked makes some 100 a day.
pub(super) const WAITING: usize = 32_768;
/// Records in one transaction: enough to fill off time quickly, few enough that an intent does not wait for long.
const BATCH: usize = 512;
/// Between two tries at a database that takes nothing.
const RETRY: TimeDelta = TimeDelta::milliseconds(500);

/// Between two tries at a spill file that is full of records that are all needed.
const ROOM_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// What the handle asks for.
#[derive(Debug)]
pub(super) enum Request {
    Work(Work, oneshot::Sender<()>),
    /// To be answered when the task comes to it.
    Answer(oneshot::Sender<()>),
    Close(oneshot::Sender<()>),
}

/// The owner of the database.
pub(super) struct Task {
    pub(super) path: PathBuf,
    pub(super) clock: Clock,
    pub(super) boot_id: String,
    /// As far as it is known: a database that must be made anew keeps it.
    pub(super) station_id: Option<String>,
    pub(super) inbox: mpsc::Receiver<Request>,
    pub(super) state: watch::Sender<State>,
    pub(super) conn: Option<SqliteConnection>,
    /// The file that was there when the database was last opened; `None` while there is none to be expected.
    pub(super) inode: Option<u64>,
    /// Which folder it is in, as of the start.
    pub(super) folder: Option<(u64, u64)>,
    pub(super) in_force: InForce,
    /// When a new log last began in this run.
    pub(super) anew_at: Option<Mono>,
    /// A damaged database whose bulletins the next one that is opened takes over.
    pub(super) damaged: Option<PathBuf>,
    /// The last run's open attempts could not be read yet.
    pub(super) is_recovery_due: bool,
    pub(super) queue: Queue,
    pub(super) spill_path: PathBuf,
    pub(super) spill: Option<Spill>,
    /// It holds no more; not before this is it tried whether enough has become superfluous.
    pub(super) spill_full_until: Option<Mono>,
    /// When the database is tried again; `None` while it takes what it is given.
    pub(super) retry_at: Option<Mono>,
}

impl Task {
    /// Runs until the handle closes the store or every handle is gone.
    pub(super) async fn run(mut self) {
        loop {
            // Where it is, the next start expects a database.
            if self.spill.is_none() && self.queue.is_empty() && self.inode.is_some() {
                self.open_spill().await;
                if !self.queue.is_empty() {
                    self.settle().await;
                }
            }
            let closing = tokio::select! {
                request = self.inbox.recv() => self.take_all(request),
                () = until(&self.clock, self.retry_at), if self.retry_at.is_some() => None,
            };
            if closing.is_some() && self.queue.len() > BATCH {
                // Whoever closes does not wait for many transactions.
                self.spill().await;
            }
            let is_due = self.retry_at.is_none_or(|at| self.clock.now().mono >= at);
            if is_due || closing.is_some() {
                self.settle().await;
            } else {
                self.spill().await;
            }
            self.publish();
            if let Some(closed) = closing {
                self.close().await;
                // Whoever closed may have stopped waiting.
                let _ = closed.send(());
                return;
            }
        }
    }

    /// Takes this request and all others that have come; returns the answer to a wish to close. That no handle is left
    /// is such a wish too, one without anybody to answer.
    fn take_all(&mut self, first: Option<Request>) -> Option<oneshot::Sender<()>> {
        let mut request = first;
        loop {
            match request {
                None => return Some(oneshot::channel().0),
                Some(Request::Close(closed)) => return Some(closed),
                Some(Request::Work(work, done)) => self.take(work, done),
                // Nobody may be waiting any more.
                Some(Request::Answer(answer)) => drop(answer.send(())),
            }
            request = match self.inbox.try_recv() {
                Ok(request) => Some(request),
                Err(_) => return None,
            };
        }
    }

    fn take(&mut self, work: Work, done: oneshot::Sender<()>) {
        if self.queue.len() < WAITING {
            if let Work::Record(record) = &work {
                self.in_force.note(record);
            }
            self.queue.push(work, vec![done]);
            return;
        }
        tracing::error!("{WAITING} records wait for the database: lost {work:?}");
        self.state.send_modify(|state| state.lost += 1);
    }

    /// Commits all that waits, or notes why it cannot be and keeps it safe.
    pub(super) async fn settle(&mut self) {
        if let Err(why) = self.commit_all().await {
            if self.retry_at.is_none() {
                tracing::error!("the database takes no records, they wait: {why}");
            }
            self.retry_at = Some(self.clock.now().mono.plus(RETRY));
            self.state.send_modify(|state| state.trouble = Some(why));
            self.spill().await;
            return;
        }
        if self.retry_at.take().is_some() {
            tracing::info!("the database takes records again, all that waited are committed");
        }
        self.state.send_modify(|state| state.trouble = None);
        self.spill_full_until = None;
        if self.spill.as_ref().is_some_and(|spill| !spill.is_empty()) {
            match self.with_spill(|spill| spill.replace(&[])).await {
                Ok(()) => self.state.send_modify(|state| state.spill_trouble = None),
                // What is committed would be committed again at the next start, which changes nothing.
                Err(error) => self.report_spill(&error.to_string()),
            }
        }
    }

    async fn commit_all(&mut self) -> Result<(), String> {
        // A database that took nothing is tried with one record: to make ready hundreds twice a second would cost.
        let mut most = if self.retry_at.is_some() { 1 } else { BATCH };
        let mut is_new = false;
        loop {
            if let Some(conn) = self.conn.take_if(|_| inode(&self.path) != self.inode || lost(&self.path).is_some()) {
                // What is committed through this connection, nobody would ever see.
                let gone = lost(&self.path);
                close(conn).await;
                if let Some(why) = gone {
                    is_new = true;
                    self.begin_anew(why).await?;
                } else {
                    // Left behind since the file had been moved; SQLite would write it into the one that is there now.
                    let aside = free_name(&self.path, "replaced", self.clock.now().wall);
                    set_journals_aside(&self.path, &aside).map_err(|error| error.to_string())?;
                }
            }
            let was_open = self.conn.is_some();
            let trouble = match self.commit_some(most).await {
                Ok(true) => {
                    most = BATCH;
                    continue;
                }
                Ok(false) => return Ok(()),
                Err(trouble) => trouble,
            };
            match trouble {
                // Read afresh before it is believed: what the connection kept in memory may be what is wrong.
                Trouble::Corrupt(_) if was_open => {}
                // Twice means that it is not the file.
                Trouble::Corrupt(why) if !is_new => {
                    is_new = true;
                    self.begin_anew(&why).await?;
                }
                other => return Err(other.to_string()),
            }
        }
    }

    /// Commits at most so many records; answers whether there were any.
    async fn commit_some(&mut self, most: usize) -> Result<bool, Trouble> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.connect().await?,
        };
        let count = self.queue.len().min(most);
        if count == 0 {
            self.conn = Some(conn);
            return Ok(false);
        }
        let now = self.clock.now().wall;
        match commit(&mut conn, self.queue.front(count), now).await {
            Ok(head) => {
                let waiting = self.queue.len() - count;
                self.state.send_modify(|state| (state.head, state.waiting) = (head, waiting));
                self.queue.committed(count);
                self.conn = Some(conn);
            }
            Err(CommitError::Refused { index, error }) => {
                let refused = self.queue.refuse(index);
                tracing::error!("the database refuses a record: {}; lost: {refused:?}", message(&error));
                self.state.send_modify(|state| state.lost += 1);
                self.conn = Some(conn);
            }
            Err(CommitError::Database(error)) => {
                self.keep_or_close(conn, &error).await;
                return Err(error.into());
            }
        }
        Ok(true)
    }

    /// A connection that met a lock is as good as before; any other may have been opened as read-only, or on a file that
    /// is no longer there.
    async fn keep_or_close(&mut self, conn: SqliteConnection, error: &sqlx::Error) {
        const BUSY: i32 = 5;
        const LOCKED: i32 = 6;
        if matches!(code(error), Some(BUSY | LOCKED)) {
            self.conn = Some(conn);
        } else {
            close(conn).await;
        }
    }

    /// Opens the database again; the first time that it can be read, the last run's open attempts are closed too.
    async fn connect(&mut self) -> Result<SqliteConnection, Trouble> {
        self.is_in_place().map_err(Trouble::NotNow)?;
        if let Some(why) = lost(&self.path).filter(|_| self.inode.is_some()) {
            return Err(Trouble::Corrupt(why.to_owned()));
        }
        let mut conn = connect(&self.path, self.station_id.as_deref()).await?;
        self.inode = inode(&self.path);
        if let Some(damaged) = self.damaged.take() {
            bring_over(&damaged, &mut conn).await;
        }
        if self.is_recovery_due {
            let open = on_air(&mut conn).await?;
            let recovery = recover::plan(open, &self.boot_id, self.clock.now().wall);
            let withdrawn =
                recovery.withdrawn.into_iter().map(|(airing, attempt)| Record::Withdraw { airing, attempt });
            let rows = recovery.interrupted.into_iter().map(|airing| Record::Row(Box::new(airing)));
            rows.chain(withdrawn).for_each(|record| self.queue.push_front(Work::Record(record)));
            self.is_recovery_due = false;
        }
        Ok(conn)
    }

    /// Writes what waits and is not in the spill file yet into it.
    async fn spill(&mut self) {
        // Without anything to keep there is no file: it tells the next start that there has been a database.
        if self.spill.is_none() && self.queue.unspilled().next().is_some() {
            self.open_spill().await;
        }
        if self.spill.is_none() {
            // Told already, and opened again at the next try.
            return;
        }
        let now = self.clock.now().mono;
        if self.spill_full_until.is_some_and(|until| now < until) {
            return;
        }
        let fresh: Vec<_> = self.queue.unspilled().cloned().collect();
        if fresh.is_empty() {
            return;
        }
        match self.with_spill(move |spill| spill.append(&bytes(&fresh))).await {
            Ok(()) => self.queue.mark_spilled(),
            Err(SpillError::Full) => self.make_room_in_spill(now).await,
            Err(error) => self.report_spill(&error.to_string()),
        }
    }

    /// Writes the file anew without what has become superfluous. If all of it does not fit, the oldest records are kept;
    /// a power cut would lose those that wait in memory alone, but nothing else does.
    async fn make_room_in_spill(&mut self, now: Mono) {
        let all: Vec<_> = self.queue.records().cloned().collect();
        let count = all.len();
        let kept = self.with_spill(move |spill| Ok(spill.replace_fitting(&bytes(&all))?)).await;
        match kept {
            Ok(kept) => {
                self.queue.mark_oldest_spilled(kept);
                if kept < count {
                    self.spill_full_until = Some(now.plus(ROOM_AGAIN));
                    self.report_spill("the spill file is full, the newest records are in memory only");
                }
            }
            Err(error) => self.report_spill(&error.to_string()),
        }
    }

    /// Opens the spill file, allocating it the first time; records found in it only now are committed before all others.
    async fn open_spill(&mut self) {
        let path = self.spill_path.clone();
        let opened = tokio::task::spawn_blocking(move || Spill::open(&path)).await;
        match opened.map_err(io::Error::other).flatten() {
            Ok((spill, found)) => {
                self.spill = Some(spill);
                self.state.send_modify(|state| state.spill_trouble = None);
                for record in records(&found).into_iter().rev() {
                    self.queue.push_front(Work::Record(record));
                }
            }
            Err(error) => self.report_spill(&error.to_string()),
        }
    }

    /// Does something to the spill file on a thread that may block.
    async fn with_spill<T, F>(&mut self, work: F) -> Result<T, SpillError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Spill) -> Result<T, SpillError> + Send + 'static,
    {
        let Some(mut spill) = self.spill.take() else {
            return Err(io::Error::other("it is not open").into());
        };
        let worked = tokio::task::spawn_blocking(move || {
            let result = work(&mut spill);
            (spill, result)
        });
        let (spill, result) = worked.await.map_err(io::Error::other)?;
        self.spill = Some(spill);
        result
    }

    /// Once per trouble, not once per try.
    fn report_spill(&mut self, why: &str) {
        self.state.send_if_modified(|state| {
            let is_new = state.spill_trouble.as_deref() != Some(why);
            if is_new {
                tracing::error!("`{}`: {why}; a power cut would lose what waits", self.spill_path.display());
                state.spill_trouble = Some(why.to_owned());
            }
            is_new
        });
    }

    fn publish(&mut self) {
        let waiting = self.queue.len();
        self.state.send_if_modified(|state| std::mem::replace(&mut state.waiting, waiting) != waiting);
    }

    async fn close(&mut self) {
        if let Some(conn) = self.conn.take() {
            close(conn).await;
        }
        if !self.queue.is_empty() {
            tracing::error!("{} records wait in `{}` for the next start", self.queue.len(), self.spill_path.display());
        }
    }
}

/// Records as the spill file keeps them.
fn bytes(records: &[Record]) -> Vec<Vec<u8>> {
    records.iter().map(|record| serde_json::to_vec(record).expect("a record is always JSON")).collect()
}

/// What was found in the spill file; what cannot be read is reported and passed over.
pub(super) fn records(found: &[Vec<u8>]) -> Vec<Record> {
    let read = |bytes: &Vec<u8>| {
        serde_json::from_slice(bytes)
            .inspect_err(|error| tracing::error!("a record in the spill file cannot be read: {error}"))
            .ok()
    };
    found.iter().filter_map(read).collect()
}

async fn until(clock: &Clock, at: Option<Mono>) {
    if let Some(at) = at {
        clock.wait_until(at).await;
    }
}
