//! The answer to `status`: what the desk, the playout, the store and the watchers know at this moment.
//!
//! In: the station. Out: plain values for the socket, the page and service managers. It asks nobody and waits for nothing.
//! Next: `control`, which names every field.

use super::Station;
use crate::control::Status;

impl Station {
    pub(super) fn status(&self) -> Status {
        let store = self.records.store().state();
        let faults = self
            .faults
            .iter()
            .map(|(piece, reason)| format!("{}: {}", piece.say(self.language), self.language.reason(*reason)));
        Status {
            desk: self.desk.snapshot(self.clock.now()),
            next_programme: self.lookout.outlook.clone(),
            today: self.lookout.today.clone(),
            level_dbfs: self.playout.levels().map(|levels| levels.rms_dbfs),
            device_errors: self.playout.device_errors(),
            log_waiting: (store.waiting + self.records.waiting()) as u64,
            log_lost: store.lost,
            log_error: store.trouble,
            spill_error: store.spill_trouble,
            log_moved_aside: store
                .moved_aside
                .or_else(|| self.moved_aside.clone())
                .map(|path| std::path::absolute(&path).unwrap_or(path)),
            log_head: store.head.to_string(),
            key_fingerprint: self.fingerprint.as_ref().map(|known| known.as_str().to_owned()),
            backup: self.backup.clone(),
            alarms: self.alarms.iter().flat_map(|(_, alarms)| alarms.clone()).collect(),
            real_time: self.playout.vitals().real_time.map(|word| self.language.real_time(word)),
            problems: self.problems.iter().cloned().chain(faults).collect(),
        }
    }
}
