//! Why a text was not spoken, in both languages.
//!
//! In: what the engine's process did, or did not. Out: a typed error; displayed it is English, as the command line is. Each
//! says which program, what it did, and what to do. Next: `scratch`.

use crate::language::Language;

/// Why there is no sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpeechError {
    /// The text has nothing that can be said.
    NothingToSay,
    /// There is no such program on this machine.
    NoProgram(String),
    /// The program did not start: it, the operating system's words.
    CannotStart(String, String),
    /// The program was ended since it took longer than this many seconds.
    TimedOut(String, u64),
    /// The program failed: it, how it ended, what it wrote to its error output.
    Failed(String, Exit, String),
    /// The program ended well and wrote no file, or an empty one; what it wrote to its error output.
    NoSound(String, String),
    /// What the program wrote is no WAV file: it, why not.
    NotWav(String, String),
    /// The program was ended since it wrote more than this many megabytes.
    TooMuch(String, u64),
    /// A file of ours could not be written or read: its path, the operating system's words.
    Files(String, String),
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl SpeechError {
    /// The error as a sentence.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Vi => self.vietnamese(),
            Language::En => self.english(),
        }
    }

    fn vietnamese(&self) -> String {
        match self {
            Self::NothingToSay => "văn bản không có chữ nào đọc được".to_owned(),
            Self::NoProgram(program) => format!(
                "máy này không có chương trình đọc `{program}`; hãy cài (trên Debian: `sudo apt install espeak-ng`) hoặc \
                 sửa `[speech] command` trong loa.toml"
            ),
            Self::CannotStart(program, why) => format!("không chạy được chương trình đọc `{program}`: {why}"),
            Self::TimedOut(program, limit_s) => format!(
                "chương trình đọc `{program}` chạy quá {limit_s} giây nên đã bị dừng; hãy chia ngắn văn bản hoặc tăng \
                 `[speech] limit_s`"
            ),
            Self::Failed(program, exit, words) => {
                let how = match exit {
                    Exit::Code(code) => format!("thoát với mã {code}"),
                    Exit::Signal(signal) => format!("bị dừng bởi tín hiệu {signal}"),
                };
                format!("chương trình đọc `{program}` bị lỗi, {how}{}", quoted(words))
            }
            Self::NoSound(program, words) => {
                format!("chương trình đọc `{program}` không ghi ra âm thanh nào{}", quoted(words))
            }
            Self::NotWav(program, why) => {
                format!("tệp mà chương trình đọc `{program}` ghi ra không phải là WAV: {why}")
            }
            Self::TooMuch(program, most_mb) => {
                format!("chương trình đọc `{program}` ghi ra quá {most_mb} MB nên đã bị dừng")
            }
            Self::Files(path, why) => format!("không ghi hoặc đọc được `{path}`: {why}"),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::NothingToSay => "the text has nothing that can be said".to_owned(),
            Self::NoProgram(program) => format!(
                "the program that speaks, `{program}`, is not on this machine; install it (on Debian: `sudo apt install \
                 espeak-ng`) or change `[speech] command` in loa.toml"
            ),
            Self::CannotStart(program, why) => {
                format!("the program that speaks, `{program}`, cannot be started: {why}")
            }
            Self::TimedOut(program, limit_s) => format!(
                "the program that speaks, `{program}`, took longer than {limit_s} s and was ended; shorten the text or raise \
                 `[speech] limit_s`"
            ),
            Self::Failed(program, exit, words) => {
                let how = match exit {
                    Exit::Code(code) => format!("exit code {code}"),
                    Exit::Signal(signal) => format!("signal {signal}"),
                };
                format!("the program that speaks, `{program}`, failed, {how}{}", quoted(words))
            }
            Self::NoSound(program, words) => {
                format!("the program that speaks, `{program}`, wrote no sound{}", quoted(words))
            }
            Self::NotWav(program, why) => {
                format!("what the program that speaks, `{program}`, wrote is no WAV file: {why}")
            }
            Self::TooMuch(program, most_mb) => {
                format!("the program that speaks, `{program}`, wrote more than {most_mb} MB and was ended")
            }
            Self::Files(path, why) => format!("`{path}` cannot be written or read: {why}"),
        }
    }
}

/// A program's own words behind ours.
fn quoted(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(": {words}") }
}

impl std::fmt::Display for SpeechError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.english())
    }
}

impl std::error::Error for SpeechError {}
