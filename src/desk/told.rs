//! What the desk answers a person: what was done or why not, and its words in both languages.
//!
//! In: names and figures of the moment. Out: a plain sentence that says what happened, or what was found and what to do. Pure;
//! the command line is told in English, the page in the station's language. Next: `desk/acts.rs`, which gives the answers.

use crate::airing::Reason;
use crate::language::Language;

/// An act was taken; what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It airs.
    Airs {
        /// What people call it.
        title: String,
        /// When.
        when: When,
        /// The words on a refusal that stands against this bulletin; an emergency airs all the same.
        refused: Option<String>,
    },
    /// The item on air and the rest of its programme or act are stopped.
    Stopped(String),
    /// The item on air is cut.
    Skipped(String),
}

/// When something starts that a person put on the air.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// At once.
    Now,
    /// After the item of this title, if it has one.
    After(Option<String>),
    /// As soon as there is a sound device again.
    DeviceIsBack,
}

/// An act was not taken, and nothing has changed by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The station is leaving.
    ShuttingDown,
    /// There is nothing to stop or skip.
    NothingOnAir,
    /// It has been ended already and is fading out.
    EndsAlready,
    /// What the person saw is over; this is on the air now, if anything is.
    MovedOn(Option<String>),
    /// So many acts wait already.
    TooMany(usize),
    /// No device is open; why.
    NoDevice(Option<String>),
    /// Nobody has approved it.
    NotApproved {
        /// What people call it.
        title: String,
        /// Its number, if it is a bulletin.
        number: Option<i64>,
    },
    /// The test tone sounds only where nothing else does; what is in its way.
    NotQuiet(Option<String>),
    /// A file cannot be played.
    File {
        /// Its name.
        title: String,
        /// What was found, in English.
        fault: String,
        /// The same as a word of the log.
        reason: Reason,
    },
    /// A file could not be read to its end.
    FileUnread(String),
    /// The database did not tell of this bulletin; why.
    BulletinUnread(i64, String),
    /// There is no such bulletin.
    NoBulletin(i64),
    /// This bulletin has no sound.
    NoSound(i64, String),
    /// The sound of this bulletin is lost or damaged.
    SoundLost(i64, String),
}

impl Done {
    /// The sentence for people.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match (self, language) {
            (Self::Airs { title, when, refused }, _) => airs(title, when, refused.as_deref(), language),
            (Self::Stopped(name), Language::Vi) => format!("đã dừng “{name}”"),
            (Self::Stopped(name), Language::En) => format!("stopped `{name}`"),
            (Self::Skipped(name), Language::Vi) => format!("đã bỏ qua “{name}”"),
            (Self::Skipped(name), Language::En) => format!("skipped `{name}`"),
        }
    }
}

fn airs(title: &str, when: &When, refused: Option<&str>, language: Language) -> String {
    let told = match (when, language) {
        (When::Now, Language::Vi) => format!("“{title}” phát ngay bây giờ"),
        (When::Now, Language::En) => format!("`{title}` starts now"),
        (When::After(Some(before)), Language::Vi) => format!("“{title}” sẽ phát ngay sau “{before}”"),
        (When::After(None), Language::Vi) => format!("“{title}” sẽ phát ngay sau mục đang phát"),
        (When::After(before), Language::En) => {
            format!("`{title}` starts after `{}`", before.as_deref().unwrap_or("what is on the air"))
        }
        (When::DeviceIsBack, Language::Vi) => format!("“{title}” sẽ phát ngay khi có lại thiết bị âm thanh"),
        (When::DeviceIsBack, Language::En) => format!("`{title}` airs as soon as the sound device is back"),
    };
    match (refused, language) {
        (None, _) => told,
        (Some(_), Language::Vi) => format!("{told}; lưu ý: tin bài này đã bị từ chối duyệt"),
        (Some(refused), Language::En) => format!("{told}; it was {refused}"),
    }
}

impl Refusal {
    /// The sentence for people.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Vi => self.vietnamese(),
            Language::En => self.english(),
        }
    }

    fn vietnamese(&self) -> String {
        match self {
            Self::ShuttingDown => "đài đang tắt, không nhận thêm lệnh".to_owned(),
            Self::NothingOnAir => "lúc này đài không phát gì".to_owned(),
            Self::EndsAlready => "mục này đang dừng rồi, không phải bấm nữa".to_owned(),
            Self::MovedOn(Some(now)) => {
                format!(
                    "chưa dừng gì: đài đã chuyển sang mục khác, đang phát “{now}”; nếu muốn dừng mục này, hãy bấm lại"
                )
            }
            Self::MovedOn(None) => "chưa dừng gì: mục ấy đã phát xong, lúc này đài không phát gì".to_owned(),
            Self::TooMany(most) => format!("đã có {most} mục chờ phát; hãy chờ, hoặc bấm Dừng để hủy bớt"),
            Self::NoDevice(why) => {
                let why = why.as_deref().map_or_else(|| "đang mở".to_owned(), |why| Language::Vi.device_lost(why));
                format!("không có thiết bị âm thanh ({why}); không phát gì: hãy kiểm tra dây và card âm thanh")
            }
            Self::NotApproved { title, .. } => format!(
                "“{title}” chưa được duyệt nên không phát: hãy nhờ người duyệt phê duyệt ở trang Duyệt; việc gấp thì dùng \
                 Khẩn cấp"
            ),
            Self::NotQuiet(Some(title)) => {
                format!("chưa thử loa được vì đang phát hoặc sắp phát “{title}”; hãy thử khi đài im")
            }
            Self::NotQuiet(None) => "chưa thử loa được vì đài đang phát hoặc sắp phát; hãy thử khi đài im".to_owned(),
            Self::File { title, reason, .. } => {
                format!("không phát được “{title}”: {}; hãy chọn tệp khác", Language::Vi.reason(*reason))
            }
            Self::FileUnread(title) => format!("không đọc được “{title}”; không phát gì, hãy thử lại"),
            Self::BulletinUnread(number, _) => format!(
                "lúc này chưa tra được tin bài số {number} vì cơ sở dữ liệu không trả lời; không phát gì: hãy chọn tệp âm \
                 thanh, cách ấy không cần cơ sở dữ liệu"
            ),
            Self::NoBulletin(number) => format!("không có tin bài số {number}; không phát gì: hãy chọn lại"),
            Self::NoSound(number, title) => {
                format!("tin bài số {number} “{title}” chưa có âm thanh; không phát gì: hãy thu âm hoặc nạp tệp trước")
            }
            Self::SoundLost(number, title) => format!(
                "âm thanh của tin bài số {number} “{title}” bị mất hoặc hỏng; không phát gì: hãy nạp lại âm thanh"
            ),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::ShuttingDown => "the station is shutting down".to_owned(),
            Self::NothingOnAir => "nothing is on the air".to_owned(),
            Self::EndsAlready => "it is ending already".to_owned(),
            Self::MovedOn(Some(now)) => format!("something else is on the air by now: `{now}`; nothing was cut"),
            Self::MovedOn(None) => "it is over already; nothing is on the air".to_owned(),
            Self::TooMany(most) => format!("{most} files wait to air already; `loa stop` cancels"),
            Self::NoDevice(why) => {
                let why = why.as_deref().unwrap_or("it is not open yet");
                format!("no sound device ({why}); nothing airs")
            }
            Self::NotApproved { title, number: Some(number) } => format!(
                "`{title}` is not approved; nothing airs: `loa bulletin approve {number} --by NAME` approves it, an emergency \
                 airs with `--emergency`"
            ),
            Self::NotApproved { title, number: None } => format!(
                "`{title}` is not approved; nothing airs: `loa bulletin add` and `loa bulletin approve` approve a file, an \
                 emergency airs with `--emergency`"
            ),
            Self::NotQuiet(Some(title)) => {
                format!("`{title}` is on the air or about to be; the test tone sounds only where nothing else does")
            }
            Self::NotQuiet(None) => "the test tone sounds only where nothing else does".to_owned(),
            Self::File { title, fault, .. } => format!("`{title}`: {fault}; nothing airs"),
            Self::FileUnread(title) => format!("`{title}` could not be read"),
            Self::BulletinUnread(number, why) => {
                format!(
                    "bulletin {number} cannot be looked up now ({why}); nothing airs: `loa air FILE` needs no database"
                )
            }
            Self::NoBulletin(number) => {
                format!("there is no bulletin {number}; nothing airs: `loa bulletin list` lists them")
            }
            Self::NoSound(number, title) => format!("bulletin {number} (`{title}`) has no sound yet; nothing airs"),
            Self::SoundLost(number, title) => {
                format!("the sound of bulletin {number} (`{title}`) is lost or damaged; nothing airs: take it in again")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_came_too_late_is_told_what_is_on_the_air_now() {
        let late = Refusal::MovedOn(Some("Dự báo thời tiết".into()));
        assert!(late.say(Language::Vi).contains("đang phát “Dự báo thời tiết”"), "{}", late.say(Language::Vi));
        assert!(late.say(Language::En).contains("`Dự báo thời tiết`; nothing was cut"));
    }

    #[test]
    fn the_page_names_no_command() {
        let title = || "Tin".to_owned();
        let all = [
            Refusal::ShuttingDown,
            Refusal::NothingOnAir,
            Refusal::EndsAlready,
            Refusal::MovedOn(None),
            Refusal::TooMany(16),
            Refusal::NoDevice(None),
            Refusal::NotApproved { title: title(), number: Some(3) },
            Refusal::NotQuiet(None),
            Refusal::File { title: title(), fault: "no such file".into(), reason: Reason::FileMissing },
            Refusal::FileUnread(title()),
            Refusal::BulletinUnread(3, "locked".into()),
            Refusal::NoBulletin(3),
            Refusal::NoSound(3, title()),
            Refusal::SoundLost(3, title()),
        ];
        for told in all.iter().map(|refusal| refusal.say(Language::Vi)) {
            assert!(!told.contains('`'), "{told}");
        }
    }
}
