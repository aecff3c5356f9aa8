//! Notes and corrections: what people say of a row of the log, and what they put right about it.
//!
//! In: the number of a row, words that are clean, who acts through what. Out: a new row at the end of the chain, beside a
//! station that may be running, with what a person should hear of it. The row itself stays as it was written. Next:
//! `store::remarks`.

use crate::airing::Kind;
use crate::config::Config;
use crate::problem::nearest;
use crate::problem::what::ProgrammeFault;
use crate::station::boot_id;
use crate::store::{Logged, Register, RemarkError, Row, Saying, Scribe, Signature};

/// A row of which something is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The row, and what describes it now.
    pub logged: Logged,
    /// Sounds of all revisions of the bulletin that was asked for; `None` if there is no such bulletin, or none was asked for.
    sounds: Option<Vec<String>>,
}

/// What was added to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The new row.
    pub row: Row,
    /// A later row, by which the airing is counted: a correction of this one describes nothing that counts.
    pub counted_by: Option<i64>,
}

/// The row as it is, and the sounds of a bulletin that it may have aired. Without a database none is made.
pub async fn look(config: &Config, seq: i64, bulletin: Option<i64>) -> Result<About, RemarkError> {
    let Some(mut register) = Register::look(&config.data_dir).await? else {
        return Err(RemarkError::Unknown(seq, 0));
    };
    let found = async {
        let logged = register.logged(seq).await?;
        let Some(number) = bulletin else { return Ok(About { logged, sounds: None }) };
        if register.card(number).await?.is_none() {
            return Ok(About { logged, sounds: None });
        }
        let revisions = register.history(number).await?.revisions;
        let sounds = revisions.into_iter().filter_map(|revision| revision.sha256).collect();
        Ok(About { logged, sounds: Some(sounds) })
    };
    let found = found.await;
    register.close().await;
    found
}

impl About {
    /// Whether there is the bulletin that was asked for.
    #[must_use]
    pub const fn knows_bulletin(&self) -> bool {
        self.sounds.is_some()
    }

    /// Whether what was heard is no sound of that bulletin. Somebody may have read it out anew: a warning.
    #[must_use]
    pub fn is_other_sound(&self) -> bool {
        let aired = self.logged.row.sha256.as_ref();
        aired.zip(self.sounds.as_ref()).is_some_and(|(sound, sounds)| !sounds.contains(sound))
    }

    /// Zones that may be named: the row's with the names that they had on that day, then the station's.
    #[must_use]
    pub fn zones_known(&self, config: &Config) -> Vec<(String, String)> {
        let row = &self.logged.row;
        let then = row.zones.0.iter().cloned().zip(row.zone_names.0.iter().cloned());
        let mut known: Vec<(String, String)> = Vec::new();
        for zone in self.logged.described.zones.iter().cloned().chain(then).chain(config.zone_names()) {
            if !known.iter().any(|(id, _)| *id == zone.0) {
                known.push(zone);
            }
        }
        known
    }

    /// Zones by their ids, each once, and what is wrong with the others.
    #[must_use]
    pub fn zones<'a>(
        &self,
        config: &Config,
        ids: impl Iterator<Item = &'a str>,
    ) -> (Vec<(String, String)>, Vec<ProgrammeFault>) {
        let known = self.zones_known(config);
        let (mut zones, mut faults) = (Vec::<(String, String)>::new(), Vec::new());
        for id in ids {
            match known.iter().find(|(known, _)| known == id) {
                Some(zone) if zones.contains(zone) => {}
                Some(zone) => zones.push(zone.clone()),
                None => {
                    let near = nearest(id, known.iter().map(|(id, _)| id.as_str()));
                    faults.push(ProgrammeFault::UnknownZone(id.to_owned(), config.zone_ids(), near));
                }
            }
        }
        (zones, faults)
    }
}

/// Records it. Without a database none is made.
pub async fn add(config: &Config, seq: i64, saying: Saying, signed: &Signature) -> Result<Added, RemarkError> {
    let Some(known) = Register::look(&config.data_dir).await? else {
        return Err(RemarkError::Unknown(seq, 0));
    };
    known.close().await;
    let is_correction = matches!(saying, Saying::Correction { .. });
    let mut register = Register::open(&config.data_dir).await?;
    let scribe = Scribe { station: &config.station.name, boot_id: &boot_id(), signed };
    let added = async {
        let row = register.remark(seq, saying, scribe).await?;
        let counted_by = register.counted_by(seq).await?.filter(|by| is_correction && *by > seq);
        Ok(Added { row, counted_by })
    };
    let added = added.await;
    register.close().await;
    added
}

impl Added {
    /// Whether it is a note or a correction.
    #[must_use]
    pub fn kind(&self) -> Kind {
        if self.row.kind == Kind::Correction.as_str() { Kind::Correction } else { Kind::Note }
    }
}
