//! What waits to be committed, in order, and what of it has become superfluous.
//!
//! In: records as they come. Out: the same, but only the newest progress of an attempt, of an attempt that has ended only
//! its row, and only the newest settled instant. Those who wait for something superfluous are answered with what replaced it. Pure. Next: `commit`.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use crate::airing::AiringId;
use crate::desk::Record;
use crate::library::{FileState, Verdict};

/// How far back something superfluous is looked for: the records of one attempt stand close together.
const LOOK_BACK: usize = 64;

/// One thing to commit.
#[derive(Debug)]
pub(super) enum Work {
    Record(Record),
    Files(Vec<FileState>),
    Verdict(Verdict),
}

/// One thing that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) work: Work,
    /// Answered when it is committed.
    pub(super) done: Vec<oneshot::Sender<()>>,
    /// Whether it is in the spill file.
    pub(super) is_spilled: bool,
}

impl Waiting {
    fn record(&self) -> Option<&Record> {
        match &self.work {
            Work::Record(record) => Some(record),
            Work::Files(_) | Work::Verdict(_) => None,
        }
    }
}

/// All that waits. Its bound is the caller's to keep: what has come must not be turned away by order of arrival.
#[derive(Debug, Default)]
pub(super) struct Queue(VecDeque<Waiting>);

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes one more, in place of what it makes superfluous.
    pub(super) fn push(&mut self, work: Work, mut done: Vec<oneshot::Sender<()>>) {
        match &work {
            Work::Record(Record::Progress { airing, attempt, .. }) => {
                let (airing, attempt) = (airing.clone(), *attempt);
                let older = |waiting: &Waiting| is_progress_of(&waiting.work, &airing, attempt);
                if let Some(at) = self.look_back(older) {
                    let waiting = &mut self.0[at];
                    (waiting.work, waiting.is_spilled) = (work, false);
                    waiting.done.append(&mut done);
                    return;
                }
            }
            Work::Record(Record::Row(row)) => {
                let (airing, attempt) = (row.airing.clone(), row.attempt);
                let open = |waiting: &Waiting| is_open_of(&waiting.work, &airing, attempt);
                self.drop_older(open, &mut done);
            }
            Work::Record(Record::Settled(_)) => {
                let older = |waiting: &Waiting| matches!(waiting.work, Work::Record(Record::Settled(_)));
                self.drop_older(older, &mut done);
            }
            _ => {}
        }
        self.0.push_back(Waiting { work, done, is_spilled: false });
    }

    /// Puts something before all others: the recovery of a run comes before the records of the next.
    pub(super) fn push_front(&mut self, work: Work) {
        self.0.push_front(Waiting { work, done: Vec::new(), is_spilled: false });
    }

    /// Takes out what something new makes superfluous; who waits for that is answered with the new.
    fn drop_older(&mut self, is_superfluous: impl Fn(&Waiting) -> bool, done: &mut Vec<oneshot::Sender<()>>) {
        while let Some(mut superfluous) = self.look_back(&is_superfluous).and_then(|at| self.0.remove(at)) {
            done.append(&mut superfluous.done);
        }
    }

    fn look_back(&self, matches: impl Fn(&Waiting) -> bool) -> Option<usize> {
        let from = self.0.len().saturating_sub(LOOK_BACK);
        (from..self.0.len()).rev().find(|&at| matches(&self.0[at]))
    }

    /// The oldest ones.
    pub(super) fn front(&self, count: usize) -> impl Iterator<Item = &Work> {
        self.0.iter().take(count).map(|waiting| &waiting.work)
    }

    /// Every record that is not in the spill file yet; caches are not worth a place in it.
    pub(super) fn unspilled(&self) -> impl Iterator<Item = &Record> {
        self.0.iter().filter(|waiting| !waiting.is_spilled).filter_map(Waiting::record)
    }

    /// All records are in the spill file now.
    pub(super) fn mark_spilled(&mut self) {
        self.mark_oldest_spilled(usize::MAX);
    }

    /// The oldest records are in the spill file now, and no others.
    pub(super) fn mark_oldest_spilled(&mut self, count: usize) {
        let mut left = count;
        for waiting in &mut self.0 {
            waiting.is_spilled = left > 0;
            left = left.saturating_sub(usize::from(waiting.record().is_some()));
        }
    }

    /// Every record.
    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.0.iter().filter_map(Waiting::record)
    }

    /// The oldest ones are committed: tells those who wait.
    pub(super) fn committed(&mut self, count: usize) {
        for waiting in self.0.drain(..count.min(self.0.len())) {
            for done in waiting.done {
                // Whoever asked may have stopped waiting.
                let _ = done.send(());
            }
        }
    }

    /// Takes out the one that the database refuses; those who wait for it learn it by the closed channel.
    pub(super) fn refuse(&mut self, index: usize) -> Option<Work> {
        self.0.remove(index).map(|waiting| waiting.work)
    }
}

fn is_progress_of(work: &Work, id: &AiringId, number: u32) -> bool {
    matches!(work, Work::Record(Record::Progress { airing, attempt, .. }) if airing == id && *attempt == number)
}

fn is_open_of(work: &Work, id: &AiringId, number: u32) -> bool {
    let is_intent =
        matches!(work, Work::Record(Record::Intent(facts)) if facts.airing == *id && facts.attempt == number);
    is_intent || is_progress_of(work, id, number)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::desk::Measured;

    fn progress(attempt: u32, aired_ms: i64) -> Work {
        Work::Record(Record::Progress {
            airing: AiringId::from_log("a@x/1"),
            attempt,
            started_at: DateTime::UNIX_EPOCH,
            start_error_us: None,
            measured: Measured { aired_ms, ..Measured::default() },
        })
    }

    fn aired_ms(queue: &Queue) -> Vec<i64> {
        let of = |record: &Record| match record {
            Record::Progress { measured, .. } => measured.aired_ms,
            _ => -1,
        };
        queue.records().map(of).collect()
    }

    #[test]
    fn only_the_newest_progress_of_an_attempt_waits() {
        let mut queue = Queue::default();
        let (done, mut answer) = oneshot::channel();
        queue.push(progress(1, 500), vec![done]);
        queue.push(Work::Record(Record::Settled(DateTime::UNIX_EPOCH)), vec![]);
        queue.push(progress(2, 100), vec![]);
        queue.push(progress(1, 1000), vec![]);
        assert_eq!(aired_ms(&queue), [1000, -1, 100]);
        queue.push(Work::Record(Record::Settled(DateTime::UNIX_EPOCH)), vec![]);
        assert_eq!(aired_ms(&queue), [1000, 100, -1]);
        queue.committed(1);
        assert_eq!(answer.try_recv(), Ok(()));
    }

    #[test]
    fn what_was_replaced_is_to_be_spilled_again() {
        let mut queue = Queue::default();
        queue.push(progress(1, 500), vec![]);
        queue.mark_spilled();
        assert_eq!(queue.unspilled().count(), 0);
        queue.push(progress(1, 1000), vec![]);
        assert_eq!(queue.unspilled().count(), 1);
    }
}
