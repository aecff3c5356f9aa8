//! The proof of all chains, made while the page is looked at: one at a time, with its progress and what it found.
//!
//! In: who asks for it. Out: how far it is; which chains are whole, and the first bad row of those that are not. Kept in memory
//! until the next one: what it proves is how the log was then. Next: `page::log`.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, FixedOffset};

use crate::backup::block_on;
use crate::config::Config;
use crate::store::{
    Broken, BrokenActivity, BrokenApproval, BrokenDeed, BrokenRevision, BrokenZoneAct, Head, Log, ReadError,
};

/// The last proof, or the one that is being made.
#[derive(Default)]
pub(super) struct Proof(Mutex<Option<State>>);

/// How a proof stands.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// Who asked for it.
    pub(super) by: String,
    /// When.
    pub(super) at: DateTime<FixedOffset>,
    /// Rows of the log that were proved.
    pub(super) done: i64,
    /// Rows of the log.
    pub(super) rows: i64,
    /// What was found; nothing as long as it is being made.
    pub(super) found: Vec<(Chain, Found)>,
}

/// A chain of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chain {
    Log,
    Approvals,
    Bulletins,
    Zones,
    Activities,
    Audit,
}

/// What was found of a chain.
#[derive(Debug, Clone)]
pub(super) enum Found {
    /// It is whole up to here.
    Whole(Head),
    /// This is the first bad row.
    Broken(Broken),
    /// It cannot be read.
    Unreadable(String),
}

impl State {
    /// Whether it is over.
    pub(super) fn is_over(&self) -> bool {
        !self.found.is_empty()
    }
}

impl Proof {
    /// How the last one stands.
    pub(super) fn look(&self) -> Option<State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a new one may begin now; then it has begun.
    pub(super) fn claim(&self, by: String, at: DateTime<FixedOffset>) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = state.as_ref().is_none_or(State::is_over);
        if is_free {
            *state = Some(State { by, at, done: 0, rows: 0, found: Vec::new() });
        }
        is_free
    }

    /// Proves everything; blocks until it is over.
    pub(super) fn make(&self, config: &Config) {
        let found = block_on(self.walk(config)).unwrap_or_else(|error| vec![(Chain::Log, found(Err(error)))]);
        self.tell(|state| state.found = found);
    }

    /// Ends one that came to no end by itself, so that the next may begin.
    pub(super) fn give_up(&self) {
        let why = Found::Unreadable("the proof broke off".to_owned());
        self.tell(|state| state.found = vec![(Chain::Log, why)]);
    }

    async fn walk(&self, config: &Config) -> Result<Vec<(Chain, Found)>, ReadError> {
        let mut log = Log::open(&config.data_dir).await?;
        let rows = log.heads().await?.log.seq;
        self.tell(|state| state.rows = rows);
        // Whichever of them is broken, the others are still proved.
        let rest = [
            (Chain::Approvals, found(log.verify_approvals(None).await)),
            (Chain::Bulletins, found(log.verify_bulletins(None).await)),
            (Chain::Zones, found(log.verify_zones(None).await)),
            (Chain::Activities, found(log.verify_activities(None).await)),
            (Chain::Audit, found(log.verify_audit(None).await)),
        ];
        let own = log.verify_telling(None, |done| self.tell(|state| state.done = done)).await;
        Ok([(Chain::Log, found(own))].into_iter().chain(rest).collect())
    }

    fn tell(&self, change: impl FnOnce(&mut State)) {
        if let Some(state) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            change(state);
        }
    }
}

fn found(proved: Result<Head, ReadError>) -> Found {
    match proved {
        Ok(head) => Found::Whole(head),
        Err(
            ReadError::Broken(broken)
            | ReadError::BrokenApproval(BrokenApproval(broken))
            | ReadError::BrokenRevision(BrokenRevision(broken))
            | ReadError::BrokenZoneAct(BrokenZoneAct(broken))
            | ReadError::BrokenActivity(BrokenActivity(broken))
            | ReadError::BrokenDeed(BrokenDeed(broken)),
        ) => Found::Broken(broken),
        Err(error) => Found::Unreadable(error.to_string()),
    }
}
