//! Long work of the page of the system, and what came of it: copies, the proof of the log, the check of all files.
//!
//! In: an act of a technician. Out: work on a thread of its own, and its outcome for whoever looks afterwards. One of a kind at
//! a time; outcomes are kept until the next. Next: `facts`.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, FixedOffset};

use super::facts::Verified;
use crate::backup::block_on;
use crate::calendar::with_offset;
use crate::clock::Clock;
use crate::config::Config;
use crate::office::check::{Sound, everything};
use crate::office::copies::Copier;
use crate::problem::Problem;
use crate::store::Log;

/// What is under way and what came of it; part of the site.
#[derive(Default)]
pub(in crate::web) struct Chores {
    pub(super) copier: Copier,
    verified: Mutex<Option<Verified>>,
    checked: Mutex<Option<Checked>>,
    /// Whose turn it is: a check decodes for minutes, and the threads of the page are few.
    checking: tokio::sync::Mutex<()>,
}

/// The check that somebody asked for last.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) at: DateTime<FixedOffset>,
    pub(super) programmes: usize,
    pub(super) problems: Vec<Problem>,
}

impl Chores {
    pub(super) fn verified(&self) -> Option<Verified> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn checked(&self) -> Option<Checked> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Proves the whole log; blocks for as long as it is long.
    pub(super) fn verify(&self, config: &Config, clock: &Clock) -> Verified {
        let proved = block_on(async { Log::open(&config.data_dir).await?.verify(None).await });
        let at = with_offset(config.station.timezone, clock.now().wall);
        let verified = match proved {
            Ok(head) => Verified { at, rows: head.seq, fault: None },
            Err(error) => Verified { at, rows: 0, fault: Some(error.to_string()) },
        };
        *self.verified.lock().unwrap_or_else(PoisonError::into_inner) = Some(verified.clone());
        verified
    }

    /// Waits until nobody checks any more; `true` if somebody did, who has made an outcome.
    pub(super) async fn turn_to_check(&self) -> (tokio::sync::MutexGuard<'_, ()>, bool) {
        match self.checking.try_lock() {
            Ok(turn) => (turn, false),
            Err(_) => (self.checking.lock().await, true),
        }
    }

    /// Does what `loa check` does; blocks for as long as there is audio to decode.
    pub(super) fn check(&self, config: &Config, path: &Path, clock: &Clock) -> Checked {
        let (schedule, problems) = everything(path, clock, Sound::Played);
        let at = with_offset(config.station.timezone, clock.now().wall);
        let checked = Checked { at, programmes: schedule.programmes.len(), problems };
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(checked.clone());
        checked
    }
}
