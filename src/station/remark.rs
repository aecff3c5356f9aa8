//! What people should know that is no problem of a file they wrote and no alarm: kind and facts, and its words in both languages.
//!
//! In: what the start and the keeper found. Out: a sentence. The words of the operating system, of the decoder and of SQLite
//! stay as they are, in brackets. Pure; must never decide anything. Next: `keeper`, which tells most of them.

use std::path::PathBuf;

use crate::language::Language;

/// One thing that people should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The database was damaged and is kept here.
    MovedAside(PathBuf),
    /// Contents that nothing names any more could not be removed; why.
    NotSwept(String),
    /// Audio that cannot air as it is, by its path under `audio/`, and why.
    WillNotAir(String, String),
    /// Audio that cannot be read now, and why; it is tried again.
    NotChecked(String, String),
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
                format!("chưa dọn được các bản âm thanh không còn dùng đến ({why})"),
                format!("orphans of the content store could not be swept ({why})"),
            ),
            Self::WillNotAir(file, why) => pick(
                format!("`audio/{file}` có lỗi ({why}); mục này sẽ không phát cho đến khi thay tệp khác"),
                format!("`audio/{file}` is at fault ({why}); its item will not air until the file is replaced"),
            ),
            Self::NotChecked(file, why) => pick(
                format!("chưa kiểm tra được `audio/{file}` ({why}); đài thử lại mỗi phút"),
                format!("`audio/{file}` could not be checked ({why}); it is checked again every minute"),
            ),
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
        let remark = Remark::WillNotAir("a.mp3".into(), "not audio".into());
        let told = [Language::Vi, Language::En].map(|language| remark.say(language));
        assert_eq!(told[0], "`audio/a.mp3` có lỗi (not audio); mục này sẽ không phát cho đến khi thay tệp khác");
        assert_eq!(told[1], "`audio/a.mp3` is at fault (not audio); its item will not air until the file is replaced");
        let restart = Remark::NeedsRestart(vec!["data_dir", "[output]"]).say(Language::Vi);
        assert_eq!(restart, "`data_dir`, `[output]` đã thay đổi: phải khởi động lại đài mới có hiệu lực");
    }
}
