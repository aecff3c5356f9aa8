//! A new log while the station runs: the database was damaged or taken away, and rows do not wait for a restart.
//!
//! In: why the database is given up. Out: the old one moved aside, and before all that waits a note on it and what the new
//! one must know. Must never begin chain after chain, nor one in the empty folder that a disk leaves behind when it goes.
//! Next: `read`.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use chrono::TimeDelta;

use super::open::move_aside;
use super::queue::Work;
use super::start::{new_chain, tell_of};
use super::task::Task;
use crate::desk::Record;

/// A disk that damages whatever is written to it must not be given a new log twice a second.
const ANEW_EVERY: TimeDelta = TimeDelta::hours(1);

/// Which folder is at the place of a database's: its device and number; `None` if none is.
pub(super) fn folder_of(path: &Path) -> Option<(u64, u64)> {
    let facts = path.parent()?.metadata().ok()?;
    Some((facts.dev(), facts.ino()))
}

impl Task {
    /// Refuses the folder if it is another one than that of the start, whose lock is held: its disk may have gone.
    pub(super) fn is_in_place(&self) -> Result<(), String> {
        if folder_of(&self.path) == self.folder {
            return Ok(());
        }
        Err("the data folder is no longer the one in which the station was started".to_owned())
    }

    /// The database was damaged while the station ran: moved aside as at a start, so that the rows do not wait for one.
    pub(super) async fn begin_anew(&mut self, why: &str) -> Result<(), String> {
        self.is_in_place()?;
        let now = self.clock.now();
        if self.anew_at.is_some_and(|at| now.mono.since(at) < ANEW_EVERY) {
            return Err(format!("{why}, and a new log has begun within the last hour already"));
        }
        let aside = move_aside(&self.path, now.wall);
        let aside = aside.await.map_err(|error| format!("{why}, and it cannot be moved aside: {error}"))?;
        self.anew_at = Some(now.mono);
        tell_of(&self.path, &aside, why);
        let holds = self.in_force.records().iter().rev().cloned();
        let note = Record::Row(Box::new(new_chain(&aside, &self.boot_id, now)));
        holds.chain([note]).for_each(|record| self.queue.push_front(Work::Record(record)));
        (self.is_recovery_due, self.inode) = (false, None);
        self.station_id = self.station_id.take().or(aside.station_id);
        self.damaged.clone_from(&aside.moved_to);
        self.state.send_modify(|state| state.moved_aside = aside.moved_to);
        Ok(())
    }
}
