//! What a person should see to, although the broadcast goes on: kind and figures, and its words in both languages.
//!
//! In: what the station's watchers found. Out: a typed alarm for `status` and programs, a sentence for people. An alarm
//! stands until its cause is gone. Must never decide anything: the broadcast does not depend on alarms. Next: `station`.

use serde::{Deserialize, Serialize};

use crate::backup::BackupAlarm;
use crate::language::Language;

/// One thing that a person should see to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum Alarm {
    /// The data folder's disk is nearly full.
    DiskLow {
        /// What is free, in megabytes of 1,000,000 bytes.
        free_mb: u64,
        /// `[disk] warn_free_mb`.
        warn_free_mb: u32,
    },
    /// How much is free on the data folder's disk cannot be told.
    DiskUnknown {
        /// The operating system's words.
        why: String,
    },
    /// There is no good backup.
    Backup(BackupAlarm),
}

impl Alarm {
    /// Whether both are about the same thing, whatever the figures; then the one goes on where the other stood.
    #[must_use]
    pub fn is_of_kind(&self, other: &Self) -> bool {
        if let (Self::Backup(one), Self::Backup(other)) = (self, other) {
            return std::mem::discriminant(one) == std::mem::discriminant(other);
        }
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// The sentence for people: what was found and what to do.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match (self, language) {
            (Self::DiskLow { free_mb, warn_free_mb }, Language::Vi) => format!(
                "ổ đĩa chứa dữ liệu chỉ còn trống {free_mb} MB (mức báo động {warn_free_mb} MB): hãy xóa bớt tệp không \
                 cần đến hoặc thay ổ lớn hơn; đài vẫn phát"
            ),
            (Self::DiskLow { free_mb, warn_free_mb }, Language::En) => format!(
                "the disk of the data folder has only {free_mb} MB free (alarm below {warn_free_mb} MB): delete files \
                 that nobody needs or use a larger disk; the broadcast goes on"
            ),
            (Self::DiskUnknown { why }, Language::Vi) => {
                format!("không xem được dung lượng trống của ổ đĩa chứa dữ liệu: {why}; hãy kiểm tra ổ đĩa")
            }
            (Self::DiskUnknown { why }, Language::En) => {
                format!("cannot tell how much is free on the disk of the data folder: {why}; look at the disk")
            }
            (Self::Backup(backup), language) => backup.say(language),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_read_the_kind_and_the_figures() {
        let json = serde_json::to_value(Alarm::DiskLow { free_mb: 12, warn_free_mb: 200 }).unwrap();
        assert_eq!(json, serde_json::json!({"alarm": "disk_low", "free_mb": 12, "warn_free_mb": 200}));
        let missing = Alarm::Backup(BackupAlarm::FolderMissing { folder: "/usb".to_owned() });
        let json = serde_json::to_value(&missing).unwrap();
        assert_eq!(json, serde_json::json!({"alarm": "backup", "fault": "folder_missing", "folder": "/usb"}));
        assert_eq!(serde_json::from_value::<Alarm>(json).unwrap(), missing);
        assert!(!missing.is_of_kind(&Alarm::Backup(BackupAlarm::Old { newest: None })));
    }
}
