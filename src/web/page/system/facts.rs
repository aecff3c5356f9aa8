//! What the page of the system shows, gathered: the station's word, the machine, the disk, the database.
//!
//! In: the site. Out: facts as of one instant. Files are read on a thread for what may take time: a dead disk must not hold up
//! other people's pages. Next: `lights`.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use super::check::counts;
use crate::alarm::Alarm;
use crate::backup::block_on;
use crate::control::Status;
use crate::machine::{self, Disk, Machine};
use crate::store::{DATABASE, Health, Log};
use crate::web::site::Site;

/// Everything that the lights are lit by.
pub(super) struct Facts {
    /// `None` if the station does not answer.
    pub(super) status: Option<Arc<Status>>,
    pub(super) machine: Machine,
    pub(super) disk: Option<Disk>,
    pub(super) health: Result<Health, String>,
    /// What the journal of the database holds, bytes.
    pub(super) journal_bytes: u64,
    pub(super) verified: Option<Verified>,
    /// Errors and warnings of the check that somebody asked for last.
    pub(super) checked: Option<(usize, usize)>,
    pub(super) data_dir: String,
    pub(super) warn_free_mb: u32,
    pub(super) timezone: String,
}

/// The proof of the log that somebody asked for last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verified {
    pub(super) at: DateTime<FixedOffset>,
    /// Rows that were proved.
    pub(super) rows: i64,
    /// The first row that is not as it was written, in the words of `loa log verify`.
    pub(super) fault: Option<String>,
}

impl Facts {
    pub(super) async fn gather(site: &Arc<Site>) -> Self {
        let config = site.config();
        let data_dir = config.data_dir.clone();
        let looked = tokio::task::spawn_blocking(move || look(&data_dir));
        let (status, looked) = tokio::join!(site.status(), looked);
        let unknown = || (machine::look(), None, Err("?".to_owned()), 0);
        let (machine, disk, health, journal_bytes) = looked.unwrap_or_else(|_| unknown());
        Self {
            status,
            machine,
            disk,
            health,
            journal_bytes,
            verified: site.system.verified(),
            checked: site.system.checked().as_ref().map(counts),
            data_dir: std::path::absolute(&config.data_dir).unwrap_or(config.data_dir.clone()).display().to_string(),
            warn_free_mb: config.disk.warn_free_mb,
            timezone: config.station.timezone.name().to_owned(),
        }
    }

    /// What stands, as the station tells it.
    pub(super) fn alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.status.iter().flat_map(|status| &status.alarms)
    }
}

type Looked = (Machine, Option<Disk>, Result<Health, String>, u64);

fn look(data_dir: &Path) -> Looked {
    let health = block_on(async { Log::open(data_dir).await?.health().await });
    let journal = fs::metadata(data_dir.join(format!("{DATABASE}-wal"))).map_or(0, |facts| facts.len());
    (machine::look(), machine::disk(data_dir), health.map_err(|error| error.to_string()), journal)
}
