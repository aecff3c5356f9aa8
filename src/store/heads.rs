//! The heads of all chains, for whoever prints what was made of them.
//!
//! In: a log that is open for reading. Out: the newest row of each chain, without proving it. Next: `chain`, which proves one.

use super::activities::ACTIVITIES;
use super::approvals::APPROVALS;
use super::audit::AUDIT;
use super::chain::Head;
use super::read::{Log, ReadError};
use super::revisions::REVISIONS;
use super::sealed::Sealed;
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
    /// What people did on the page, and to accounts.
    pub audit: Head,
}

impl Log {
    /// The heads as they are now.
    pub async fn heads(&mut self) -> Result<Heads, ReadError> {
        Ok(Heads {
            log: self.head().await?,
            approvals: self.head_of(&APPROVALS).await?,
            bulletins: self.head_of(&REVISIONS).await?,
            zones: self.head_of(&ZONE_ACTS).await?,
            activities: self.head_of(&ACTIVITIES).await?,
            audit: self.head_of(&AUDIT).await?,
        })
    }

    async fn head_of(&mut self, table: &Sealed) -> Result<Head, ReadError> {
        let head = match table.is_there(self.any()).await {
            Ok(true) => table.head(self.any()).await,
            Ok(false) => Ok(Head::default()),
            Err(error) => Err(error),
        };
        head.map_err(|error| self.unreadable(&error))
    }
}
