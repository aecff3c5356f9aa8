//! Why the station's key is not used, or none was made: kind and facts, and their words in both languages.
//!
//! In: what was found. Out: a sentence that says what to do; the operating system's words stay as they are, in brackets.
//! Pure; must never print anything of the key itself. Next: `key`.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use crate::language::Language;

/// Why the key is not used, or none was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyError {
    /// Others than its owner can read or write it.
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file is not what this program wrote.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: Damage,
    },
    /// It is another user's.
    Closed(PathBuf),
    /// There is none in this folder, and this user must not make it: the station could not read it.
    NotOurs(PathBuf),
    /// The operating system refuses.
    System {
        /// A new one was to be made; else one was to be read.
        is_made: bool,
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// What is wrong with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// A folder or a pipe has its name.
    NoFile,
    /// It is not UTF-8.
    NoText,
    /// Its first line is not that of a key.
    FirstLine,
    /// One of the others is missing or damaged.
    Line,
    /// Secret and public key are not of each other.
    Halves,
}

impl Damage {
    fn say(self, language: Language) -> &'static str {
        let (vi, en) = match self {
            Self::NoFile => ("đó không phải là tệp", "it is no file"),
            Self::NoText => ("nội dung không phải là văn bản", "it is no text"),
            Self::FirstLine => ("dòng đầu không phải của tệp khoá", "its first line is another one"),
            Self::Line => ("có dòng bị thiếu hoặc hỏng", "a line of it is missing or damaged"),
            Self::Halves => ("khoá bí mật và khoá công khai không khớp nhau", "its two halves do not fit"),
        };
        language.pick(vi, en)
    }
}

impl KeyError {
    /// The sentence for people.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let pick = |vi: String, en: String| if language == Language::Vi { vi } else { en };
        match self {
            Self::Open { path, mode } => {
                let path = path.display();
                pick(
                    format!(
                        "người khác cũng mở được tệp khoá ký `{path}` (quyền {mode:04o}), mà ai đọc được là ký được thay đài: \
                         hãy chạy `chmod 600 {path}`; nếu có thể đã bị sao chép, báo cho những nơi giữ dấu vân tay của khoá"
                    ),
                    format!(
                        "the station's key `{path}` is open to others (mode {mode:04o}), and whoever reads it can sign in the \
                         name of the station: `chmod 600 {path}`; if somebody may have copied it, tell those who know its \
                         fingerprint"
                    ),
                )
            }
            Self::Damaged { path, why } => {
                let (path, why) = (path.display(), why.say(language));
                // Restoring the whole station would cost the rows that the backup has not.
                let take = format!("(umask 077; tar -xOf BACKUP data/station.key > {path})");
                pick(
                    format!(
                        "`{path}` không phải là khoá ký nguyên vẹn: {why}; chuyển tệp ấy đi nơi khác rồi lấy lại khoá từ bản \
                         sao lưu bằng tài khoản chạy đài: `{take}`; không có bản sao lưu thì đài tạo khoá mới, với dấu vân tay khác"
                    ),
                    format!(
                        "`{path}` is no whole key of a station: {why}; move it away and take the key out of a backup, as the \
                         user that runs the station: `{take}`; without a backup a new one is made, which has another fingerprint"
                    ),
                )
            }
            Self::Closed(path) => {
                let path = path.display();
                pick(
                    format!("tệp khoá ký `{path}` là của người dùng khác, chỉ người ấy và root ký được (`sudo`)"),
                    format!(
                        "the station's key `{path}` belongs to another user, and only that user and root can sign: do this as \
                         one of them (`sudo`)"
                    ),
                )
            }
            Self::NotOurs(folder) => {
                let folder = folder.display();
                pick(
                    format!(
                        "`{folder}` chưa có khoá ký, và khoá phải thuộc về tài khoản chạy đài: hãy khởi động đài một lần, hoặc \
                         xuất bằng tài khoản ấy hay root"
                    ),
                    format!(
                        "there is no key in `{folder}` yet, and it must belong to who runs the station: start the station \
                         once, or export as that user or as root"
                    ),
                )
            }
            Self::System { is_made, path, why } => {
                let path = path.display();
                let (vi, en) = if *is_made { ("tạo", "make") } else { ("đọc", "read") };
                pick(
                    format!("không {vi} được khoá ký `{path}` ({why})"),
                    format!("cannot {en} the station's key `{path}`: {why}"),
                )
            }
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

impl Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_key_is_told_in_both_languages_with_what_to_do() {
        let error = KeyError::Damaged { path: "data/station.key".into(), why: Damage::Halves };
        let told = [Language::Vi, Language::En].map(|language| error.say(language));
        assert!(
            told.iter().all(|text| text.contains("tar -xOf BACKUP data/station.key > data/station.key")),
            "{told:?}"
        );
        assert!(told[0].contains("không khớp nhau") && !told[0].contains("the "), "{}", told[0]);
        assert_eq!(error.to_string(), told[1]);
    }
}
