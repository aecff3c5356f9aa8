//! What is wrong with the backups, in words for people.
//!
//! In: what the nightly copy found. Out: a typed alarm, and its sentence in both languages. Pure. Next: `alarm`, which it is
//! one of.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::problem::causes::vietnamese;

/// Why there is no good backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum BackupAlarm {
    /// A folder for backups is not there, as when a stick is not plugged in.
    FolderMissing {
        /// `[backup] folder` or `also_to`.
        folder: String,
    },
    /// The second folder is on the disk of the station's data, as when a stick is not plugged in.
    SameDisk {
        /// `[backup] also_to`.
        folder: String,
    },
    /// It does not fit.
    NoRoom {
        /// Where.
        folder: String,
        /// What is free there, in megabytes of 1,000,000 bytes.
        free_mb: u64,
        /// What it takes.
        needed_mb: u64,
    },
    /// It could not be made, or did not prove to be whole.
    Failed {
        /// Where.
        folder: String,
        /// What was found.
        why: String,
    },
    /// It was made, and files of the station are not in it.
    Incomplete {
        /// The backup.
        file: String,
        /// Which files, and why.
        why: String,
    },
    /// The newest one is older than three days.
    Old {
        /// When it was made; `None` if there is none.
        newest: Option<DateTime<FixedOffset>>,
    },
}

impl BackupAlarm {
    /// The sentence for people: what was found and what to do.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Vi => self.say_vi(),
            Language::En => self.say_en(),
        }
    }

    fn say_vi(&self) -> String {
        match self {
            Self::FolderMissing { folder } => {
                format!("không có thư mục sao lưu `{folder}`: hãy cắm USB hoặc sửa mục [backup] trong loa.toml")
            }
            Self::SameDisk { folder } => format!(
                "thư mục sao lưu thứ hai `{folder}` nằm cùng ổ đĩa với dữ liệu của đài: hãy cắm USB hoặc chọn thư mục trên ổ khác"
            ),
            Self::NoRoom { folder, free_mb, needed_mb } => format!(
                "không đủ chỗ để sao lưu vào `{folder}`: còn trống {free_mb} MB, cần {needed_mb} MB; hãy xóa bớt tệp hoặc thay ổ \
                 lớn hơn"
            ),
            Self::Failed { folder, why } => {
                format!("không sao lưu được vào `{folder}`, 15 phút nữa sẽ thử lại: {}", vietnamese(why))
            }
            Self::Incomplete { file, why } => format!("bản sao lưu `{file}` còn thiếu tệp: {why}"),
            Self::Old { newest: Some(at) } => format!(
                "bản sao lưu mới nhất làm từ {}, đã quá 3 ngày: hãy xem vì sao chưa sao lưu được",
                at.format("%d/%m/%Y %H:%M")
            ),
            Self::Old { newest: None } => {
                "đã quá 3 ngày mà chưa có bản sao lưu nào: hãy xem vì sao chưa sao lưu được".to_owned()
            }
        }
    }

    fn say_en(&self) -> String {
        match self {
            Self::FolderMissing { folder } => {
                format!(
                    "the folder for backups `{folder}` is not there: plug in the stick, or mend [backup] in loa.toml"
                )
            }
            Self::SameDisk { folder } => format!(
                "the second folder for backups `{folder}` is on the disk of the station's data: plug in the stick, or name a \
                 folder on another disk"
            ),
            Self::NoRoom { folder, free_mb, needed_mb } => format!(
                "no room for a backup in `{folder}`: {free_mb} MB are free, {needed_mb} MB are needed; delete files or use a \
                 larger disk"
            ),
            Self::Failed { folder, why } => {
                format!("no backup in `{folder}`, it is tried again in 15 minutes: {why}")
            }
            Self::Incomplete { file, why } => format!("the backup `{file}` lacks files: {why}"),
            Self::Old { newest: Some(at) } => format!(
                "the newest backup is of {}, more than 3 days ago: look why there is none since",
                at.format("%Y-%m-%d %H:%M")
            ),
            Self::Old { newest: None } => {
                "there is no backup after more than 3 days: look why none could be made".to_owned()
            }
        }
    }
}
