//! The heads of all chains, for whoever prints what was made of them.
//!
//! In: a log that is open for reading. Out: the newest row of each chain, without proving it. Next: `chain`, which proves one.

use super::activities::ACTIVITIES;
use super::approvals::APPROVALS;
use super::chain::Head;
use super::read::{Log, ReadError};
use super::revisions::REVISIONS;
use super::zones::ZONE_ACTS;

/// The newest row of every chain of a database; of one that an earlier version made, those that it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heads {
    /// The airing log.
    pub log: Head,
    /// What was decided of bulletins.
    pub approvals: Head,
    /// Revisions of bulletins.
    pub bulletins: Head,
    /// What became of loudspeakers.
    pub zones: Head,
    /// What was done besides the air.
    pub activities: Head,
}

impl Log {
    /// The heads as they are now.
    pub async fn heads(&mut self) -> Result<Heads, ReadError> {
        let log = self.head().await?;
        let mut heads = Vec::new();
        for table in [&APPROVALS, &REVISIONS, &ZONE_ACTS, &ACTIVITIES] {
            let head = match table.is_there(self.any()).await {
                Ok(true) => table.head(self.any()).await,
                Ok(false) => Ok(Head::default()),
                Err(error) => Err(error),
            };
            heads.push(head.map_err(|error| self.unreadable(&error))?);
        }
        let [approvals, bulletins, zones, activities] = heads.try_into().expect("four tables have four heads");
        Ok(Heads { log, approvals, bulletins, zones, activities })
    }
}
