//! What a database must know besides its rows: kept here, so that one that begins anew while the station runs knows it too.
//!
//! In: records as they come, and what was remembered at the start. Out: those that still hold: the newest schedule, rundowns
//! that are not done, attempts that are open with their newest progress. Pure. Next: `anew`.

use sha2::{Digest as _, Sha256};

use super::memory::Remembered;
use crate::airing::AiringId;
use crate::desk::Record;
use crate::library::hex;

/// The records that hold, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct InForce(Vec<Record>);

impl InForce {
    /// What holds at the start.
    pub(super) fn remembered(remembered: &Remembered) -> Self {
        let schedule = remembered.schedules.last().map(|(taken_at, text)| {
            let sha256 = hex(&Sha256::digest(text));
            Record::Schedule { taken_at: *taken_at, sha256, text: text.clone() }
        });
        let rundowns = remembered.open_rundowns.iter().map(|rundown| Record::Rundown(Box::new(rundown.clone())));
        Self(schedule.into_iter().chain(rundowns).collect())
    }

    /// Takes note of a record, in place of what it ends.
    pub(super) fn note(&mut self, record: &Record) {
        match record {
            Record::Schedule { .. } => self.0.retain(|known| !matches!(known, Record::Schedule { .. })),
            Record::Rundown(rundown) => self.forget_rundown(&rundown.programme, rundown.scheduled_at),
            Record::RundownDone { programme, scheduled_at } => {
                return self.forget_rundown(programme, *scheduled_at);
            }
            Record::Intent(facts) => self.forget_attempts(&facts.airing, facts.attempt),
            Record::Withdraw { airing, attempt } => return self.forget_attempts(airing, *attempt),
            Record::Progress { airing, .. } => {
                let is_older = |known: &Record| matches!(known, Record::Progress { airing: of, .. } if of == airing);
                self.0.retain(|known| !is_older(known));
            }
            Record::Row(row) => return self.forget_attempts(&row.airing, row.attempt),
            Record::Settled(_) => return,
        }
        self.0.push(record.clone());
    }

    /// All of them.
    pub(super) fn records(&self) -> &[Record] {
        &self.0
    }

    fn forget_rundown(&mut self, programme: &str, at: chrono::DateTime<chrono::Utc>) {
        let is_it =
            |known: &Record| matches!(known, Record::Rundown(of) if of.programme == programme && of.scheduled_at == at);
        self.0.retain(|known| !is_it(known));
    }

    /// As in the database, an attempt ends those before it.
    fn forget_attempts(&mut self, id: &AiringId, number: u32) {
        self.0.retain(|known| match known {
            Record::Intent(facts) => facts.airing != *id || facts.attempt > number,
            Record::Progress { airing, attempt, .. } => airing != id || *attempt > number,
            _ => true,
        });
    }
}
