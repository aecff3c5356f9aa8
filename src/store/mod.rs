//! SQLite: every statement of the program, and the promise that what was recorded is not lost.
//!
//! In: records of the desk, in order. Out: a word to the sender when each is committed, what the station remembers at its
//! start, and the log for readers. The task behind [`Store`] owns the only connection that writes; the station's loop
//! never waits for the database. Must never change or reorder what it was given. Next: `start`, then `task`.

mod accounts; // who may sign in on the page
mod activities; // what was done besides the air, chained
mod anew; // a new log while the station runs
mod approvals; // what people decided of bulletins, chained
mod audit; // what people did on the page, chained
mod bulletins; // revisions written, cards read
mod chain; // what is hashed, the head, the walk that names the first bad row
mod column; // typed values from columns
mod copy; // the database as a whole: copied, proved
mod commit; // records made durable, in one transaction
mod csv; // the log as CSV, made by the database
mod evidence; // what proves one row of the log
mod emergencies; // those that a fault cut or kept from starting
mod decisions; // acts of approval, as people look them up
mod facts; // the log as figures need it
mod files; // what is known of audio
mod health; // what the database says of itself
mod heads; // the newest row of every chain
mod history; // what happened to one bulletin
mod in_force; // what a new log must know (pure)
mod log_page; // one page of the log for people
mod memory; // what the station remembers when it starts
mod modes; // whose the files of the database are
mod open; // the database file: opened, migrated, moved aside
mod outlook; // what is known of coming programmes
mod people; // accounts and sign-ins read again and again, and what the page records of people
mod proof; // rows proved before something is made of them
mod queue; // what waits
mod queue_entries; // bulletins that wait, as people change and list them
mod read; // the log for others, page by page
mod register; // bulletins, approvals and queue, opened by a command
mod remarks; // notes and corrections of rows of the log
mod recover; // attempts that were open when the machine went down (pure)
mod revisions; // revisions of bulletins, chained
mod row; // one row of the log: the list of its columns
mod salvage; // bulletins brought over from a damaged database
mod schedules; // those taken over, in their true order
mod sealed; // tables that are chained as the log is
mod shelf; // what the air knows of bulletins
mod shelf_reader; // the same, whenever it has changed
mod sign_ins; // browsers that are signed in
mod slips; // approvals with what was approved
mod spill; // the file in which records wait
mod stretch; // rows that can be proved by themselves
mod start; // what the last run left, put in order
mod task; // the owner of the connection
mod words; // words that rows repeat, kept once
mod zones; // what became of loudspeakers, chained

use std::path::{Path, PathBuf};

use tokio::sync::{mpsc, oneshot, watch};

pub use self::bulletins::{Card, Decided, Revision, Sound, State as DecisionState, Wanted, text_sha256};
pub(crate) use self::chain::hash_members;
pub use self::chain::{
    Broken, BrokenActivity, BrokenApproval, BrokenDeed, BrokenRevision, BrokenZoneAct, Fault, GENESIS, Head, canonical,
    hash,
};
pub use self::copy::{CopyError, copy, known_files, prove, settle_journal};
pub use self::csv::{write as write_csv, write_some as write_csv_of};
pub use self::decisions::ActOfApproval;
pub use self::evidence::{Attempt, Evidence, Neighbour};
pub use self::facts::{Facts, Known};
pub use self::heads::Heads;
pub use self::health::Health;
pub use self::history::{History, in_brackets};
pub use self::log_page::{Aired, Listed, LogPage, Sought, holds};
pub use self::memory::Remembered;
pub use self::open::DATABASE;
pub(crate) use self::open::{free_name, has_earlier, set_journals_aside, with_suffix};
pub use self::people::{Everyone, PeopleBook, PeopleRecord};
pub use self::proof::{MOST_PROVED, Proved};
pub use self::queue_entries::Waiting;
pub use self::read::{Log, ReadError, Rows, Span};
pub use self::register::{Register, RegisterError, Signature};
pub use self::remarks::{Changes, Described, Logged, RemarkError, Saying, Scribe};
pub use self::row::{COLUMNS, List, Row, VERSION, Value};
pub use self::shelf_reader::{Look, ShelfReader};
pub use self::start::{OpenError, SPILL};
pub use self::stretch::Stretch;

use self::queue::Work;
use self::task::Request;
use crate::clock::Clock;
use crate::desk::Record;
use crate::library::{FileState, Verdict};

/// The store, open: a handle that can be cloned. When the last one is dropped, what waits is committed or spilled, but
/// only [`Store::close`] tells when that is done.
#[derive(Debug, Clone)]
pub struct Store {
    sender: mpsc::Sender<Request>,
    state: watch::Sender<State>,
}

/// What [`Store::open`] gives.
#[derive(Debug)]
pub struct Opened {
    /// The handle.
    pub store: Store,
    /// What the station remembers.
    pub remembered: Remembered,
}

/// How the store is, for `status`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The newest row that was committed.
    pub head: Head,
    /// Records that wait to be committed.
    pub waiting: usize,
    /// Records that were lost: refused by the database, or more than 32,768 waited.
    pub lost: u64,
    /// Why the database takes nothing now; it is tried again every half second.
    pub trouble: Option<String>,
    /// Why what waits is not safe from a power cut.
    pub spill_trouble: Option<String>,
    /// Where a database has gone that was damaged while the station ran.
    pub moved_aside: Option<PathBuf>,
}

impl Store {
    /// Opens the store of a data folder and puts in order what the last run left. A database that is locked, read-only
    /// or full opens too: what can be read is remembered, and records wait. Must be called inside the station's runtime,
    /// in which the store's task runs from then on; the data folder's lock is the caller's.
    pub async fn open(data_dir: &Path, clock: &Clock, boot_id: &str) -> Result<Opened, OpenError> {
        let (task, sender, state, remembered) = start::start(data_dir, clock, boot_id).await?;
        tokio::spawn(task.run());
        Ok(Opened { store: Self { sender, state }, remembered })
    }

    /// Has this made durable after everything before it. Never blocks; the receiver is answered when it is committed,
    /// and fails if it never can be. While the database takes nothing the record is in the spill file, and the answer
    /// takes as long as that lasts: wait for it at most 200 ms.
    #[expect(clippy::must_use_candidate, reason = "most records are given without waiting")]
    pub fn record(&self, record: Record) -> oneshot::Receiver<()> {
        self.ask(Work::Record(record))
    }

    /// Answered when the store's task comes to it: a task that hangs never does, one that waits for a locked database
    /// soon does.
    #[must_use]
    pub fn answers(&self) -> oneshot::Receiver<()> {
        let (answer, answered) = oneshot::channel();
        // A full queue answers nothing, and its receiver says so at once.
        let _ = self.sender.try_send(Request::Answer(answer));
        answered
    }

    /// Keeps what lies behind these files; a cache, so nobody waits.
    pub fn remember_files(&self, files: Vec<FileState>) {
        self.ask(Work::Files(files));
    }

    /// Keeps what the full decode said; a cache, so nobody waits.
    pub fn remember_verdict(&self, verdict: Verdict) {
        self.ask(Work::Verdict(verdict));
    }

    /// The newest row that was committed.
    #[must_use]
    pub fn head(&self) -> Head {
        self.state.borrow().head.clone()
    }

    /// Somebody else has continued the log: what was committed here last is not the newest row any more.
    pub fn continued(&self, head: Head) {
        self.state.send_if_modified(|state| {
            let is_newer = head.seq > state.head.seq;
            if is_newer {
                state.head = head;
            }
            is_newer
        });
    }

    /// How the store is now.
    #[must_use]
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// How the store is, for those who wait for a change.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Commits or spills everything that was recorded and closes the database; records that come later are lost.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.sender.send(Request::Close(done)).await.is_ok() {
            // The task may have gone while the wish was under way; it is closed then.
            let _ = closed.await;
        }
    }

    fn ask(&self, work: Work) -> oneshot::Receiver<()> {
        let (done, answer) = oneshot::channel();
        if let Err(error) = self.sender.try_send(Request::Work(work, done)) {
            tracing::error!("the store takes no more records ({error}): one is lost");
            self.state.send_modify(|state| state.lost += 1);
        }
        answer
    }
}
