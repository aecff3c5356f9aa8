//! Watches bulletins, approvals and the queue, which people change from other programs.
//!
//! In: the database, looked at every half second; which bulletins programmes name; wishes to know one bulletin now. Out: news
//! for the loop when something has changed, answers. Its own thread: a locked database or a slow disk holds up nothing here.
//! While it cannot be read the last shelf stays, and that is told once. Next: `store/shelf_reader.rs`.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::keeper::News;
use super::remark::Remark;
use crate::bulletin::{Bulletin, Shelf};
use crate::store::ShelfReader;

/// A change is on the air's side within a second; looking costs one small read.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The bulletin of that number as it is now, or why that cannot be told.
pub(super) type Found = Result<Option<Bulletin>, String>;

/// What the watcher is told.
enum Told {
    /// Programmes name these bulletins now.
    Named(Vec<i64>),
    /// Look at once, and answer with this bulletin when the loop has been told of what has changed.
    Look(Option<i64>, oneshot::Sender<Found>),
}

/// What was read before there was a loop to be told.
pub(super) struct Reading {
    reader: ShelfReader,
    named: Vec<i64>,
}

impl Reading {
    /// The first reading, with the bulletins that programmes name; what cannot be read now is read by the watcher.
    pub(super) async fn first(data_dir: &Path, named: Vec<i64>) -> (Self, Arc<Shelf>) {
        let mut reader = ShelfReader::new(data_dir);
        let look = reader.look(&named).await.ok().flatten();
        reader.rest().await;
        let unread = || Shelf { is_unread: true, ..Shelf::default() };
        (Self { reader, named }, Arc::new(look.map_or_else(unread, |look| look.shelf)))
    }
}

/// The handle over the watcher's thread, which ends soon after this is dropped.
pub(super) struct ShelfWatch {
    tell: Sender<Told>,
    /// Resolves when the thread has closed the database.
    ended: oneshot::Receiver<()>,
}

impl ShelfWatch {
    /// Goes on from what was read first.
    pub(super) fn start(first: Reading, news: UnboundedSender<News>) -> std::io::Result<Self> {
        let Reading { reader, named } = first;
        let (tell, told) = channel();
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let work = Work { reader, named, news, told, runtime, is_unread: false };
        let run = move || {
            work.run();
            // Whoever does not wait for it hears nothing.
            let _ = end.send(());
        };
        std::thread::Builder::new().name("watch-shelf".into()).spawn(run)?;
        Ok(Self { tell, ended })
    }

    /// Ends the thread and waits until it has closed the database: a journal stays with whoever closes last.
    pub(super) async fn end(self) {
        drop(self.tell);
        // A thread that has died holds nothing either.
        let _ = self.ended.await;
    }

    /// Another schedule names other bulletins.
    pub(super) fn name(&self, named: Vec<i64>) {
        // A thread that has ended looks no more.
        let _ = self.tell.send(Told::Named(named));
    }

    /// Has it look at once. The answer comes when what has changed is among the news, so that whatever the asker puts there
    /// is judged by it.
    pub(super) fn look(&self, number: Option<i64>) -> oneshot::Receiver<Found> {
        let (answer, answered) = oneshot::channel();
        let _ = self.tell.send(Told::Look(number, answer));
        answered
    }
}

/// The watcher's own state, on its thread.
struct Work {
    reader: ShelfReader,
    named: Vec<i64>,
    news: UnboundedSender<News>,
    told: Receiver<Told>,
    runtime: Runtime,
    /// That it cannot be read was told.
    is_unread: bool,
}

impl Work {
    fn run(mut self) {
        loop {
            match self.told.recv_timeout(LOOK_EVERY) {
                Err(RecvTimeoutError::Timeout) => drop(self.look()),
                Err(RecvTimeoutError::Disconnected) => {
                    self.runtime.block_on(self.reader.rest());
                    return;
                }
                Ok(Told::Named(named)) => {
                    if self.named != named {
                        self.named = named;
                        self.reader.forget();
                        drop(self.look());
                    }
                }
                Ok(Told::Look(number, answer)) => {
                    let found = self.look().and_then(|()| self.bulletin(number));
                    // Whoever asked may have given up.
                    let _ = answer.send(found);
                }
            }
        }
    }

    fn look(&mut self) -> Result<(), String> {
        match self.runtime.block_on(self.reader.look(&self.named)) {
            Ok(seen) => {
                self.is_unread = false;
                if let Some(seen) = seen {
                    // A loop that has ended hears nothing, and ends this thread too.
                    let seen = News::Shelf(Arc::new(seen.shelf), seen.tally.map(Box::new), seen.head);
                    let _ = self.news.send(seen);
                }
                Ok(())
            }
            Err(why) => {
                if !std::mem::replace(&mut self.is_unread, true) {
                    let _ = self.news.send(News::Remark(Remark::ShelfUnread(why.clone())));
                }
                Err(why)
            }
        }
    }

    fn bulletin(&mut self, number: Option<i64>) -> Found {
        number.map_or(Ok(None), |number| self.runtime.block_on(self.reader.bulletin(number)))
    }
}
