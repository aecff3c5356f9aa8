//! What a person should see to, although the broadcast goes on: kind and figures, and its words in both languages.
//!
//! In: what the station's watchers found. Out: a typed alarm for `status` and programs, a sentence for people. An alarm
//! stands until its cause is gone. Must never decide anything: the broadcast does not depend on alarms. Next: `station`.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::backup::BackupAlarm;
use crate::language::Language;
use crate::problem::causes::vietnamese;

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
    /// The card that plays is muted: nobody hears what airs.
    OutputMuted {
        /// ALSA's control device, as in `amixer -D`.
        mixer: String,
        /// Its controls that are switched off.
        controls: Vec<String>,
    },
    /// The volume of the card that plays is at zero: nobody hears what airs.
    OutputVolumeZero {
        /// ALSA's control device, as in `amixer -D`.
        mixer: String,
        /// Its controls that are at zero.
        controls: Vec<String>,
    },
    /// `default` has come to mean another card than the one that the station has played on: nothing airs.
    OtherCard {
        /// The name of the card so far.
        first: String,
        /// That of the card which `default` means now.
        found: String,
        /// Where the first one is remembered.
        file: String,
    },
    /// The next programme draws from the queue and finds nothing.
    QueueEmpty {
        /// Its title.
        programme: String,
        /// Its start.
        at: DateTime<FixedOffset>,
    },
    /// Something is on the air, and our output has been silent all the while.
    NoSound {
        /// Its title.
        title: Option<String>,
    },
    /// No device is open.
    DeviceMissing {
        /// What was seen, and the driver's words.
        why: String,
    },
    /// The clock is behind the log: programmes do not air.
    ClockUntrusted {
        /// What it says, in words.
        clock: String,
        /// When the log was written to last, in words; `None` for a clock from before there was this program.
        log: Option<String>,
    },
    /// The database has taken no record for a while.
    LogWaits {
        /// What it says.
        why: String,
    },
    /// Items of the next programme will not air because nobody has approved them.
    NotApproved {
        /// Its title.
        programme: String,
        /// Its start.
        at: DateTime<FixedOffset>,
        /// Titles, each with its item.
        items: Vec<String>,
    },
    /// The page is not served: its address cannot be had.
    PageShut {
        /// `[web] listen`.
        address: String,
        /// The system's words.
        why: String,
    },
    /// The page is not served: other machines could reach it, and there is no account.
    PageWithoutAccounts {
        /// `[web] listen`.
        address: String,
    },
}

impl Alarm {
    /// Whether both are about the same thing, whatever the figures; then the one goes on where the other stood.
    #[must_use]
    pub fn is_of_kind(&self, other: &Self) -> bool {
        if let (Self::Backup(one), Self::Backup(other)) = (self, other) {
            return std::mem::discriminant(one) == std::mem::discriminant(other);
        }
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.start() == other.start()
    }

    /// The programme that it is about: the next one is another matter.
    fn start(&self) -> Option<(&str, &DateTime<FixedOffset>)> {
        match self {
            Self::QueueEmpty { programme, at } | Self::NotApproved { programme, at, .. } => Some((programme, at)),
            _ => None,
        }
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
                format!(
                    "không xem được dung lượng trống của ổ đĩa chứa dữ liệu: {}; hãy kiểm tra ổ đĩa",
                    vietnamese(why)
                )
            }
            (Self::DiskUnknown { why }, Language::En) => {
                format!("cannot tell how much is free on the disk of the data folder: {why}; look at the disk")
            }
            (Self::Backup(backup), language) => backup.say(language),
            (Self::OutputMuted { mixer, controls }, language) => muted(mixer, controls, language),
            (Self::OutputVolumeZero { mixer, controls }, language) => volume_zero(mixer, controls, language),
            (Self::OtherCard { first, found, file }, language) => other_card(first, found, file, language),
            (Self::NoSound { title }, language) => no_sound(title.as_deref(), language),
            (Self::DeviceMissing { why }, language) => device_missing(why, language),
            (Self::ClockUntrusted { clock, log }, language) => language.clock_advice(clock, log.as_deref()),
            (Self::LogWaits { why }, language) => log_waits(why, language),
            (Self::QueueEmpty { programme, at }, language) => queue_empty(programme, at, language),
            (Self::NotApproved { programme, at, items }, language) => not_approved(programme, at, items, language),
            (Self::PageShut { address, why }, Language::Vi) => format!(
                "không mở được trang điều hành ở {address}, sẽ thử lại: {}; hãy sửa `[web] listen` trong loa.toml rồi khởi động \
                 lại đài nếu cần; đài vẫn phát",
                vietnamese(why)
            ),
            (Self::PageShut { address, why }, Language::En) => format!(
                "the page cannot be served at {address}, trying again: {why}; change `[web] listen` in loa.toml and restart \
                 the station if need be; the broadcast goes on"
            ),
            (Self::PageWithoutAccounts { address }, Language::Vi) => format!(
                "chưa mở trang điều hành ở {address}: máy khác vào được mà chưa có tài khoản nào; hãy tạo bằng `loa user add \
                 TÊN --name HỌ_TÊN --role technician --role operator`, trang sẽ mở trong 10 giây; đài vẫn phát"
            ),
            (Self::PageWithoutAccounts { address }, Language::En) => format!(
                "the page is not served at {address}: other machines could reach it and there is no account; make one with `loa \
                 user add LOGIN --name NAME --role technician --role operator`, and it opens within 10 s; the broadcast goes on"
            ),
        }
    }
}

fn muted(mixer: &str, controls: &[String], language: Language) -> String {
    let (names, help) = (quoted(controls), amixer(mixer, controls, "unmute"));
    match language {
        Language::Vi => format!(
            "card âm thanh đang bị tắt tiếng ({names}): ngoài loa không nghe thấy gì, dù đài vẫn phát và vẫn ghi nhật ký; \
             hãy bật lại bằng lệnh `{help}`, hoặc chạy `alsamixer -D {mixer}`, chọn đúng cột rồi bấm phím M"
        ),
        Language::En => format!(
            "the sound card is muted ({names}): nothing is heard, although the station airs and logs; switch it on with \
             `{help}`, or run `alsamixer -D {mixer}`, choose the column and press M"
        ),
    }
}

fn volume_zero(mixer: &str, controls: &[String], language: Language) -> String {
    let (names, help) = (quoted(controls), amixer(mixer, controls, "80%"));
    match language {
        Language::Vi => format!(
            "âm lượng của card âm thanh đang ở mức 0 ({names}): ngoài loa không nghe thấy gì, dù đài vẫn phát và vẫn ghi \
             nhật ký; hãy tăng bằng lệnh `{help}`, hoặc chạy `alsamixer -D {mixer}`, chọn đúng cột rồi bấm phím mũi tên lên"
        ),
        Language::En => format!(
            "the volume of the sound card is at zero ({names}): nothing is heard, although the station airs and logs; \
             raise it with `{help}`, or run `alsamixer -D {mixer}`, choose the column and press the arrow up"
        ),
    }
}

fn other_card(first: &str, found: &str, file: &str, language: Language) -> String {
    match language {
        Language::Vi => format!(
            "đài KHÔNG phát vì `default` nay là card `{found}`, trước đây là `{first}`: hãy cắm lại card `{first}`; hoặc \
             ghi đúng mã card vào `[output] device` (xem bằng lệnh `loa devices`) rồi khởi động lại đài; hoặc xóa tệp \
             `{file}` nếu card mới là đúng"
        ),
        Language::En => format!(
            "nothing airs, since `default` means the card `{found}` now and meant `{first}` before: plug in `{first}`; or \
             write the right id as `[output] device` (`loa devices` lists them) and restart the station; or delete \
             `{file}` if the new card is right"
        ),
    }
}

fn no_sound(title: Option<&str>, language: Language) -> String {
    let title = title.unwrap_or("?");
    match language {
        Language::Vi => format!(
            "đang phát `{title}` nhưng tín hiệu ra im lặng: hãy nghe lại âm thanh của mục này; nếu tệp không có tiếng thì bỏ              qua mục (`loa skip`)"
        ),
        Language::En => format!(
            "`{title}` is on the air, and the output is silent: listen to its sound; if it is empty, skip it (`loa skip`)"
        ),
    }
}

fn device_missing(why: &str, language: Language) -> String {
    let why = language.device_lost(why);
    match language {
        Language::Vi => format!(
            "không có thiết bị âm thanh nên đài KHÔNG phát được ({why}): hãy kiểm tra dây, card âm thanh và nguồn điện của nó; \
             đài tự thử lại liên tục và phát tiếp ngay khi có thiết bị"
        ),
        Language::En => format!(
            "no sound device, so nothing airs ({why}): look at the cable, the sound card and its power; the station tries again \
             all the time and goes on as soon as it is back"
        ),
    }
}

fn log_waits(why: &str, language: Language) -> String {
    match language {
        Language::Vi => format!(
            "nhật ký chưa ghi được vào cơ sở dữ liệu ({why}): đài vẫn phát và giữ bản ghi lại để ghi sau; hãy kiểm tra ổ đĩa,              đừng tắt máy"
        ),
        Language::En => format!(
            "the database takes no records ({why}): the broadcast goes on and the records wait; look at the disk, and leave              the machine on"
        ),
    }
}

fn queue_empty(programme: &str, at: &DateTime<FixedOffset>, language: Language) -> String {
    match language {
        Language::Vi => format!(
            "hàng chờ không có tin bài nào phát được cho chương trình `{programme}` lúc {}: hãy phê duyệt và xếp tin bài vào \
             hàng chờ (`loa queue add N`) chậm nhất một phút trước giờ phát",
            at.format(VIETNAMESE_TIME)
        ),
        Language::En => format!(
            "the queue has no bulletin that `{programme}` at {} could air: approve bulletins and queue them (`loa queue add \
             N`), a minute before it at the latest",
            at.format(ENGLISH_TIME)
        ),
    }
}

fn not_approved(programme: &str, at: &DateTime<FixedOffset>, items: &[String], language: Language) -> String {
    let names = quoted(items);
    match language {
        Language::Vi => format!(
            "chương trình `{programme}` lúc {} sẽ bỏ qua nội dung chưa được phê duyệt: {names}; hãy phê duyệt (`loa bulletin \
             approve N --by TÊN`) trước giờ phát",
            at.format(VIETNAMESE_TIME)
        ),
        Language::En => format!(
            "`{programme}` at {} will leave out what nobody has approved: {names}; approve it (`loa bulletin approve N --by \
             NAME`) before then",
            at.format(ENGLISH_TIME)
        ),
    }
}

/// How people write an instant.
const VIETNAMESE_TIME: &str = "%H:%M ngày %d/%m/%Y";
const ENGLISH_TIME: &str = "%Y-%m-%d %H:%M";

fn quoted(controls: &[String]) -> String {
    controls.iter().map(|control| format!("`{control}`")).collect::<Vec<_>>().join(", ")
}

/// One command per control.
fn amixer(mixer: &str, controls: &[String], act: &str) -> String {
    let each = controls.iter().map(|control| format!("amixer -D {mixer} sset '{control}' {act}"));
    each.collect::<Vec<_>>().join("; ")
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

    #[test]
    fn people_read_the_command_that_helps() {
        let muted = Alarm::OutputMuted { mixer: "hw:PCH".into(), controls: vec!["PCM".into(), "Line Out".into()] };
        for language in [Language::Vi, Language::En] {
            let told = muted.say(language);
            assert!(told.contains("(`PCM`, `Line Out`)"), "{told}");
            assert!(
                told.contains("`amixer -D hw:PCH sset 'PCM' unmute; amixer -D hw:PCH sset 'Line Out' unmute`"),
                "{told}"
            );
        }
    }
}
