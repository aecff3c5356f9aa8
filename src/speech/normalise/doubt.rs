//! What a person should look at before a text is spoken, and its words in both languages.
//!
//! In: what the rules were not sure of. Out: a typed doubt for programs, a sentence for people. A doubt never keeps the
//! text from being spoken: the operator decides. Next: `clean`.

use serde::Serialize;

use crate::language::Language;

/// One thing in a text that may be read otherwise than it is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "doubt", rename_all = "snake_case")]
pub enum Doubt {
    /// An abbreviation that the list does not have: it is spelt, or read as a word.
    Unknown {
        /// As in the text.
        written: String,
        /// As it is said.
        spoken: String,
    },
    /// An abbreviation of several meanings, and nothing beside it tells which.
    Ambiguous {
        /// As in the text.
        written: String,
        /// As it is said.
        spoken: String,
        /// What else it may mean.
        others: Vec<String>,
    },
    /// A share such as `1/2` that may be a day.
    DayOrShare {
        /// As in the text.
        written: String,
        /// As it is said.
        spoken: String,
    },
    /// A day that no calendar has.
    NoSuchDay {
        /// As in the text.
        written: String,
    },
    /// A word that is no Vietnamese syllable: foreign, a name, or misspelt.
    Foreign {
        /// As in the text.
        written: String,
    },
    /// An address of a site or of mail that the list does not have, or not all of it.
    Address {
        /// As in the text.
        written: String,
        /// As it is said.
        spoken: String,
    },
    /// A letter that looks Vietnamese and is another one; it was replaced.
    LookAlike {
        /// As in the text.
        written: String,
    },
    /// A character that cannot be said and was left out.
    Dropped {
        /// As in the text.
        written: String,
    },
    /// Dots that stand for something to be filled in.
    Blank,
}

impl Doubt {
    /// The doubt as a sentence.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Vi => self.vietnamese(),
            Language::En => self.english(),
        }
    }

    fn vietnamese(&self) -> String {
        match self {
            Self::Unknown { written, spoken } => {
                format!(
                    "`{written}` không có trong danh sách cách đọc, sẽ đọc là \"{spoken}\"; hãy thêm vào reading.toml hoặc viết đủ chữ"
                )
            }
            Self::Ambiguous { written, spoken, others } => {
                format!(
                    "`{written}` đọc là \"{spoken}\", nhưng cũng có thể là {}; nếu sai hãy viết đủ chữ",
                    quoted(others)
                )
            }
            Self::DayOrShare { written, spoken } => {
                format!("`{written}` đọc là \"{spoken}\"; nếu là ngày hãy viết \"ngày {written}\"")
            }
            Self::NoSuchDay { written } => format!("không có ngày `{written}`; hãy kiểm tra lại"),
            Self::Foreign { written } => {
                format!(
                    "`{written}` không phải là âm tiết tiếng Việt; hãy nghe kỹ, sửa lỗi gõ hoặc thêm cách đọc vào reading.toml"
                )
            }
            Self::Address { written, spoken } => format!("địa chỉ `{written}` đọc là \"{spoken}\"; hãy nghe kỹ"),
            Self::LookAlike { written } => format!("chữ `{written}` chỉ giống chữ tiếng Việt, đã thay bằng chữ đúng"),
            Self::Dropped { written } => format!("không đọc được ký tự `{written}`, đã bỏ qua"),
            Self::Blank => "chỗ chấm chưa điền nội dung, khi đọc sẽ bỏ qua".to_owned(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Unknown { written, spoken } => {
                format!(
                    "`{written}` is not in the list of readings and is read as \"{spoken}\"; add it to reading.toml or write it out"
                )
            }
            Self::Ambiguous { written, spoken, others } => {
                format!(
                    "`{written}` is read as \"{spoken}\" and may also be {}; if that is wrong, write it out",
                    quoted(others)
                )
            }
            Self::DayOrShare { written, spoken } => {
                format!("`{written}` is read as \"{spoken}\"; if it is a day, write \"ngày {written}\"")
            }
            Self::NoSuchDay { written } => format!("there is no day `{written}`; look at it again"),
            Self::Foreign { written } => {
                format!(
                    "`{written}` is no Vietnamese syllable; listen to it, mend it or add its reading to reading.toml"
                )
            }
            Self::Address { written, spoken } => {
                format!("the address `{written}` is read as \"{spoken}\"; listen to it")
            }
            Self::LookAlike { written } => format!("the letter `{written}` only looks Vietnamese and was replaced"),
            Self::Dropped { written } => format!("the character `{written}` cannot be said and was left out"),
            Self::Blank => "dots that nobody filled in are passed over".to_owned(),
        }
    }
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
