//! Records on their way to the store, in order, in portions that the store can swallow.
//!
//! In: whatever the desk records, which after weeks of off time is tens of thousands of rows at once. Out: the same, never
//! more than a portion ahead of what is committed, so that none finds the store's queue full and the loop never stands
//! still meanwhile. A store that commits nothing is not waited for: it keeps records in its spill file. Next: `store`.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::desk::Record;
use crate::store::Store;

/// Records handed over between two words of the store; half of what it commits at once.
const PORTION: usize = 256;

/// The records that the store does not have yet.
pub(super) struct Records {
    store: Store,
    waiting: VecDeque<Record>,
    /// Handed over since the loop last turned, or since the last portion.
    handed: usize,
    /// Answered when the last portion is committed; until then records wait.
    portion: Option<oneshot::Receiver<()>>,
}

impl Records {
    pub(super) fn new(store: Store) -> Self {
        Self { store, waiting: VecDeque::new(), handed: 0, portion: None }
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Records that the store has not been given.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// A new turn of the loop: the store had its chance to run.
    pub(super) fn turn(&mut self) {
        if self.portion.is_none() {
            self.handed = 0;
        }
    }

    /// Takes a record; answers with the word on its commit if the store has it, with nothing while others are before it.
    pub(super) fn give(&mut self, record: Record) -> Option<oneshot::Receiver<()>> {
        if self.portion.is_some() {
            self.waiting.push_back(record);
            return None;
        }
        let committed = self.store.record(record);
        self.handed += 1;
        if self.handed < PORTION {
            return Some(committed);
        }
        self.portion = Some(committed);
        None
    }

    /// Whether a portion is on its way.
    pub(super) fn is_busy(&self) -> bool {
        self.portion.is_some()
    }

    /// Waits until the last portion is committed, or for `patience`.
    pub(super) async fn committed(&mut self, patience: Duration) {
        if let Some(portion) = &mut self.portion {
            // A store that fails to commit says so in its own state.
            let _ = tokio::time::timeout(patience, portion).await;
        }
    }

    /// Hands over the next portion.
    pub(super) fn go_on(&mut self) {
        (self.portion, self.handed) = (None, 0);
        while self.portion.is_none()
            && let Some(record) = self.waiting.pop_front()
        {
            drop(self.give(record));
        }
    }

    /// Hands over all that waits, at the end of the station.
    pub(super) fn into_store(mut self) -> Store {
        for record in self.waiting.drain(..) {
            drop(self.store.record(record));
        }
        self.store
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::clock::Clock;

    const MANY: i64 = 40_000;

    fn settled(second: i64) -> Record {
        Record::Settled(DateTime::from_timestamp(second, 0).unwrap())
    }

    #[tokio::test]
    async fn more_records_at_once_than_the_store_can_hold_all_arrive_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let mut records = Records::new(Store::open(folder.path(), &clock, "boot").await.unwrap().store);
        for second in 1..=MANY {
            drop(records.give(settled(second)));
        }
        assert!(records.waiting() > 39_000, "the store gets no more than it can swallow");
        while records.is_busy() {
            records.committed(Duration::from_secs(20)).await;
            records.go_on();
        }
        records.turn();
        assert!(records.give(settled(MANY + 1)).unwrap().await.is_ok(), "what comes singly is given at once");
        assert_eq!((records.waiting(), records.store().state().lost), (0, 0));
        records.into_store().close().await;
        let remembered = Store::open(folder.path(), &clock, "boot").await.unwrap().remembered;
        assert_eq!(remembered.settled_until.unwrap().timestamp(), MANY + 1);
    }
}
