//! What people should know that is no problem of a file they wrote and no alarm: kind and facts, and its words in both languages.
//!
//! In: what the start and the keeper found. Out: a sentence. The words of the operating system, of the decoder and of SQLite
//! stay as they are, in brackets. Pure; must never decide anything. Next: `keeper`, which tells most of them.

use std::path::PathBuf;

use crate::language::Language;
use crate::problem::causes::vietnamese;
use crate::signing::{Fingerprint, KeyError};

/// A piece of audio that airs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    /// A file, by its path under `audio/`.
    File(String),
    /// A bulletin, by its number.
    Bulletin(i64),
}

impl Piece {
    /// Its name for people.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match (self, language) {
            (Self::File(file), _) => format!("audio/{file}"),
            (Self::Bulletin(number), Language::Vi) => format!("tin bài số {number}"),
            (Self::Bulletin(number), Language::En) => format!("bulletin {number}"),
        }
    }
}

/// One thing that people should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The database was damaged and is kept here.
    MovedAside(PathBuf),
    /// Contents that nothing names any more could not be removed; why.
    NotSwept(String),
    /// Audio that cannot air as it is, and why.
    WillNotAir(Piece, String),
    /// Audio that cannot be read now, and why; it is tried again.
    NotChecked(Piece, String),
    /// Bulletins, approvals and the queue cannot be read now, and why; the station goes on with the last it has read.
    ShelfUnread(String),
    /// The station had no key for signing and has one now, with this fingerprint.
    KeyMade(Fingerprint),
    /// It has no key that it may use, and why; it airs all the same.
    NoKey(KeyError),
    /// Settings that have changed and are only read at the start.
    NeedsRestart(Vec<&'static str>),
}

impl Remark {
    /// The sentence for people.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let pick = |vi: String, en: String| if language == Language::Vi { vi } else { en };
        match self {
            Self::MovedAside(path) => {
                let path = path.display();
                pick(
                    format!(
                        "cơ sở dữ liệu nhật ký bị hỏng, đã được giữ lại tại `{path}`; đài bắt đầu nhật ký mới, hãy giữ tệp \
                         ấy cho người kiểm tra"
                    ),
                    format!(
                        "the database was damaged and is kept as `{path}`; a new log begins, keep that file for the \
                         inspector"
                    ),
                )
            }
            Self::NotSwept(why) => pick(
                format!("chưa dọn được các bản âm thanh không còn dùng đến ({})", vietnamese(why)),
                format!("orphans of the content store could not be swept ({why})"),
            ),
            Self::WillNotAir(piece, why) => {
                let name = piece.say(language);
                let (vi, en) = match piece {
                    Piece::File(_) => ("thay tệp khác", "the file is replaced"),
                    Piece::Bulletin(_) => ("thu lại âm thanh của tin bài", "its sound is taken in again"),
                };
                pick(
                    format!("`{name}` có lỗi ({}); mục này sẽ không phát cho đến khi {vi}", vietnamese(why)),
                    format!("`{name}` is at fault ({why}); its item will not air until {en}"),
                )
            }
            Self::NotChecked(piece, why) => {
                let name = piece.say(language);
                pick(
                    format!("chưa kiểm tra được `{name}` ({}); đài thử lại mỗi phút", vietnamese(why)),
                    format!("`{name}` could not be checked ({why}); it is checked again every minute"),
                )
            }
            Self::ShelfUnread(why) => pick(
                format!("chưa đọc được tin bài, phê duyệt và hàng chờ ({why}); đài dùng những gì đã đọc lần trước"),
                format!(
                    "bulletins, approvals and the queue cannot be read now ({why}); the station goes on with what it has \
                     read last"
                ),
            ),
            Self::KeyMade(fingerprint) => pick(
                format!("đài chưa có khoá ký, vừa tạo khoá mới có dấu vân tay {fingerprint}"),
                format!("the station had no key for signing; it has one now, with the fingerprint {fingerprint}"),
            ),
            Self::NoKey(error) => {
                let why = error.say(language);
                pick(
                    format!(
                        "đài không có khoá ký nào dùng được ({why}); đài vẫn phát, chỉ không ký được bản trích nhật ký"
                    ),
                    format!(
                        "no key for signing can be used ({why}); the station airs all the same, and exports cannot be signed"
                    ),
                )
            }
            Self::NeedsRestart(keys) => {
                let keys = keys.join("`, `");
                pick(
                    format!("`{keys}` đã thay đổi: phải khởi động lại đài mới có hiệu lực"),
                    format!("`{keys}` has changed: it needs a restart of the station"),
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_station_in_vietnamese_says_no_english_of_its_own() {
        let remark = Remark::WillNotAir(Piece::File("a.mp3".into()), "not audio".into());
        let told = [Language::Vi, Language::En].map(|language| remark.say(language));
        assert_eq!(told[0], "`audio/a.mp3` có lỗi (“not audio”); mục này sẽ không phát cho đến khi thay tệp khác");
        assert_eq!(told[1], "`audio/a.mp3` is at fault (not audio); its item will not air until the file is replaced");
        let no_key = Remark::NoKey(KeyError::Open { path: "data/station.key".into(), mode: 0o644 }).say(Language::Vi);
        assert!(no_key.contains("(quyền 0644)") && !no_key.contains("open to others"), "{no_key}");
        let restart = Remark::NeedsRestart(vec!["data_dir", "[output]"]).say(Language::Vi);
        assert_eq!(restart, "`data_dir`, `[output]` đã thay đổi: phải khởi động lại đài mới có hiệu lực");
    }
}
