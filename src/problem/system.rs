//! What the operating system refuses, in plain words.
//!
//! In: its error. Out: a sentence in English, lower case, that says what stands there and what to do, without Rust's words
//! and numbers. Names no path: whoever reports it does. Must never ask the system anything. Next: `what`.

use std::io;

/// Why something could not be opened, made or written.
#[must_use]
pub fn refusal(error: &io::Error) -> String {
    let known = match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            "a file, or a link that leads nowhere, stands where a folder should be; move it away or name another folder"
        }
        io::ErrorKind::IsADirectory => "a folder stands where a file should be; move it away",
        io::ErrorKind::PermissionDenied => {
            "this user may not; act as the user to whom it belongs, or give this one the right"
        }
        io::ErrorKind::NotFound => "there is no such file or folder",
        io::ErrorKind::ReadOnlyFilesystem => "the file system takes no changes: it is mounted read-only",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full; make room",
        _ => return words(error),
    };
    known.to_owned()
}

/// The operating system's words, lower case, without Rust's number behind them.
#[must_use]
pub fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_of_the_system_is_said() {
        for code in [libc::EACCES, libc::EEXIST, libc::ENOTDIR, libc::EROFS, libc::ENOSPC, libc::EIO, libc::ELOOP] {
            let said = refusal(&io::Error::from_raw_os_error(code));
            assert!(!said.contains("os error") && said.starts_with(char::is_lowercase), "{said}");
        }
    }
}
