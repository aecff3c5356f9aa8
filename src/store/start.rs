//! The store at the start of the station: what the last run left is put in order before anything airs.
//!
//! In: the data folder. Out: the store's task and what the station remembers. The last run's spilled records come first,
//! then its open attempts are closed; a corrupt database is moved aside. A database that takes nothing now does not stop
//! the station: what can be read is read, what is to be written waits. Next: `task`.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{mpsc, watch};

use super::anew::folder_of;
use super::commit::{CommitError, commit};
use super::in_force::InForce;
use super::memory::{Memory, Remembered, recall};
use super::open::{BUSY_TIMEOUT, DATABASE, Salvage, Trouble, close, connect, missing_is_damage, move_aside};
use super::queue::{Queue, Work};
use super::salvage::bring_over;
use super::spill::Spill;
use super::task::{Request, Task, WAITING, records};
use super::{State, read, recover};
use crate::airing::{Airing, AiringId, ClockState, Kind, OutputKind};
use crate::clock::{Clock, Moment};
use crate::desk::Record;

/// Name of the spill file inside the data folder.
pub const SPILL: &str = "spill.bin";

/// What the first row of a log is called that takes the place of a lost one.
pub(super) const NEW_CHAIN: &str = "new-chain";

/// Why there is no store at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder is not there and cannot be made.
    #[error("cannot create the data folder `{}`: {error}", .path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A newer version of the program has written this database; this one would not know what it means.
    #[error("`{}` cannot be used: {why}; install that version again, or start with another data folder", .path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
}

/// The store in order, as far as it can be now.
struct Ready {
    conn: Option<SqliteConnection>,
    memory: Memory,
    /// Whether the last run's open attempts are known.
    is_read: bool,
    /// What could not be committed yet.
    queue: Queue,
    /// Why not.
    trouble: Option<String>,
}

/// Opens the store of a data folder; see [`super::Store::open`].
pub(super) async fn start(
    data_dir: &Path,
    clock: &Clock,
    boot_id: &str,
) -> Result<(Task, mpsc::Sender<Request>, watch::Sender<State>, Remembered), OpenError> {
    crate::folder::make_shared(data_dir).map_err(|error| OpenError::Folder { path: data_dir.to_owned(), error })?;
    let (path, spill_path) = (data_dir.join(DATABASE), data_dir.join(SPILL));
    // An empty one is what a disk had no room for that was full at the first start.
    let has_run = spill_path.metadata().is_ok_and(|facts| facts.len() > 0);
    let (spill, spilled) = existing_spill(&spill_path);
    let ready = put_in_order(&path, has_run && spill.is_some(), &spilled, boot_id, clock.now()).await?;

    let is_settled = ready.conn.is_some() && ready.queue.is_empty() && spilled.is_empty();
    let state = State { head: ready.memory.head, trouble: ready.trouble, ..State::default() };
    let state = watch::Sender::new(state);
    let (sender, inbox) = mpsc::channel(WAITING);
    let mut task = Task {
        inode: inode(&path),
        folder: folder_of(&path),
        in_force: InForce::remembered(&ready.memory.remembered),
        anew_at: None,
        damaged: None,
        path,
        clock: clock.clone(),
        boot_id: boot_id.to_owned(),
        station_id: ready.memory.remembered.station_id.clone(),
        inbox,
        state: state.clone(),
        conn: ready.conn,
        is_recovery_due: !ready.is_read,
        queue: ready.queue,
        spill_path,
        spill,
        spill_full_until: None,
        retry_at: None,
    };
    if !is_settled {
        task.settle().await;
    }
    Ok((task, sender, state, ready.memory.remembered))
}

/// The spill file if there is one; the first start allocates it when the station is up.
fn existing_spill(path: &Path) -> (Option<Spill>, Vec<Record>) {
    if !path.exists() {
        return (None, Vec::new());
    }
    match Spill::open(path) {
        Ok((spill, found)) => (Some(spill), records(&found)),
        Err(error) => {
            tracing::error!("`{}`: {error}", path.display());
            (None, Vec::new())
        }
    }
}

/// `has_run` tells that the station has had a database: the spill file is made once there is one.
async fn put_in_order(
    path: &Path,
    has_run: bool,
    spilled: &[Record],
    boot_id: &str,
    now: Moment,
) -> Result<Ready, OpenError> {
    let mut aside = None;
    loop {
        let tried = match (lost(path).filter(|_| has_run), &aside) {
            (Some(why), None) => Err(Trouble::Corrupt(why.to_owned())),
            (_, aside) => attempt(path, spilled, aside.as_ref(), boot_id, now).await,
        };
        let why = match tried {
            Ok(ready) => return Ok(ready),
            Err(Trouble::Newer(why)) => return Err(OpenError::Newer { path: path.to_owned(), why }),
            Err(Trouble::NotNow(why)) => return Ok(without_database(spilled, now, why)),
            Err(Trouble::Corrupt(why)) => why,
        };
        // Twice means that it is not the file.
        if aside.is_some() {
            return Ok(without_database(spilled, now, why));
        }
        match move_aside(path, now.wall).await {
            Ok(salvage) => {
                tell_of(path, &salvage, &why);
                aside = Some(salvage);
            }
            Err(error) => {
                return Ok(without_database(spilled, now, format!("{why}, and it cannot be moved aside: {error}")));
            }
        }
    }
}

/// A database that is not what the last run left, though `SQLite` would take it for a new one, and would throw away the
/// journal beside it.
pub(super) fn lost(path: &Path) -> Option<&'static str> {
    match std::fs::metadata(path) {
        Ok(facts) if facts.len() == 0 => Some("it is empty"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("it is gone"),
        _ => None,
    }
}

/// Which file is there; an empty one is none yet, as on a disk that was full at the first start.
pub(super) fn inode(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().filter(|facts| facts.is_file() && facts.len() > 0).map(|facts| facts.ino())
}

/// Says that a log has come to its end.
pub(super) fn tell_of(path: &Path, aside: &Salvage, why: &str) {
    let path = path.display();
    if let Some(moved_to) = &aside.moved_to {
        tracing::error!("`{path}` is corrupt ({why}): moved to `{}`, a new log begins", moved_to.display());
    } else {
        tracing::error!("`{path}` is missing, though this station has run before: a new log begins");
    }
}

/// One try: read, bring up to date with what was spilled, close what was open, and commit all that.
async fn attempt(
    path: &Path,
    spilled: &[Record],
    aside: Option<&Salvage>,
    boot_id: &str,
    now: Moment,
) -> Result<Ready, Trouble> {
    let mut ready = look(path, aside, now.wall).await?;
    ready.keep(spilled, now.wall);
    let recovery = recover::plan(std::mem::take(&mut ready.memory.on_air), boot_id, now.wall);
    ready.memory.recovered(&recovery);
    let rows = recovery.interrupted.into_iter().map(|airing| Record::Row(Box::new(airing)));
    let withdrawn = recovery.withdrawn.into_iter().map(|(airing, attempt)| Record::Withdraw { airing, attempt });
    rows.chain(withdrawn).for_each(|record| ready.queue.push(Work::Record(record), Vec::new()));
    if let Some(aside) = aside {
        ready.memory.remembered.moved_aside.clone_from(&aside.moved_to);
        ready.queue.push_front(Work::Record(Record::Row(Box::new(new_chain(aside, boot_id, now)))));
    }
    let waiting = ready.queue.len();
    if let Some(conn) = ready.conn.as_mut().filter(|_| waiting > 0) {
        match commit(conn, ready.queue.front(waiting), now.wall).await {
            Ok(head) => {
                ready.memory.head = head;
                ready.queue.committed(waiting);
            }
            Err(CommitError::Database(error)) => {
                // Closed in any case: after some errors, such as that of a full disk, it is in no state to go on with.
                ready.close().await;
                match Trouble::from(error) {
                    Trouble::NotNow(why) => ready.trouble = Some(why),
                    corrupt => return Err(corrupt),
                }
            }
            // The task tries again and deals with the one that is refused.
            Err(CommitError::Refused { .. }) => {}
        }
    }
    Ok(ready)
}

/// Opens and reads the database; one that cannot be written now is read all the same.
async fn look(path: &Path, aside: Option<&Salvage>, now: DateTime<Utc>) -> Result<Ready, Trouble> {
    let station_id = aside.and_then(|aside| aside.station_id.as_deref());
    let mut conn = match connect(path, station_id).await {
        Ok(conn) => conn,
        Err(Trouble::NotNow(why)) => {
            let memory = match read::connect(path, BUSY_TIMEOUT).await {
                Ok(mut conn) => recall(&mut conn, now).await.ok(),
                Err(_) => None,
            };
            return Ok(Ready::new(None, memory, Some(why)));
        }
        Err(other) => return Err(other),
    };
    if let Some(damaged) = aside.and_then(|aside| aside.moved_to.as_deref()) {
        bring_over(damaged, &mut conn).await;
    }
    match recall(&mut conn, now).await {
        Ok(memory) => Ok(Ready::new(Some(conn), Some(memory), None)),
        Err(error) => {
            close(conn).await;
            Err(missing_is_damage(error))
        }
    }
}

fn without_database(spilled: &[Record], now: Moment, why: String) -> Ready {
    let mut ready = Ready::new(None, None, Some(why));
    ready.keep(spilled, now.wall);
    ready
}

impl Ready {
    fn new(conn: Option<SqliteConnection>, memory: Option<Memory>, trouble: Option<String>) -> Self {
        let is_read = memory.is_some();
        Self { conn, memory: memory.unwrap_or_default(), is_read, queue: Queue::default(), trouble }
    }

    /// Takes over the records that the last run could not commit.
    fn keep(&mut self, spilled: &[Record], now: DateTime<Utc>) {
        for record in spilled {
            self.memory.apply(record, now);
            self.queue.push(Work::Record(record.clone()), Vec::new());
        }
        self.queue.mark_spilled();
    }

    async fn close(&mut self) {
        if let Some(conn) = self.conn.take() {
            close(conn).await;
        }
    }
}

/// The first row of a chain that begins because the one before it cannot be read any more. A note: nothing aired, and its
/// output is the one that never counts. Station and zone are those of the old log, as far as it could be read.
pub(super) fn new_chain(aside: &Salvage, boot_id: &str, now: Moment) -> Airing {
    let old = match (&aside.moved_to, &aside.head) {
        (None, _) => "the database was missing, though this station has run before".to_owned(),
        (Some(moved_to), head) => {
            let file = moved_to.file_name().unwrap_or_default().to_string_lossy();
            let newest = head.as_ref().map_or_else(
                || "no row of it could be read".to_owned(),
                |head| format!("its newest readable row was {head}"),
            );
            format!("the database was corrupt and was moved to {file}; {newest}")
        }
    };
    let airing = AiringId::act(NEW_CHAIN, now.wall, 1);
    let scheduled_at = DateTime::<Utc>::fixed_offset(&now.wall);
    Airing {
        station: aside.station.clone().unwrap_or_default(),
        clock: if now.synchronised { ClockState::Synchronised } else { ClockState::FreeRunning },
        boot_id: boot_id.to_owned(),
        note: Some(format!("a new log begins: {old}")),
        ..Airing::blank(Kind::Note, airing, scheduled_at, OutputKind::Silent)
    }
}
