//! Why a file cannot be played, said once for the screen and once for the log.
//!
//! In: errors of the file system and of the decoders. Out: a typed reason with a text, lower case, that says what was
//! found. The text names no path: who reports it knows the file. Next: `source`, which opens files.

use std::io;

use symphonia::core::errors::Error as DecodeError;

use crate::airing::Reason;
pub(super) use crate::problem::system::words;

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClipError {
    /// Nothing is there, or a link that leads nowhere.
    #[error("there is no such file")]
    Missing,
    /// A folder has that name.
    #[error("a folder, not a file")]
    IsFolder,
    /// Not audio, or audio of a kind that is not played.
    #[error("{0}")]
    Undecodable(String),
    /// Audio that holds less than it declares, or a part of which cannot be decoded.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The store's copy holds other bytes than it was given; that says nothing about the content.
    #[error("{0}")]
    Spoilt(String),
    /// The operating system does not give it to us, or cannot store it.
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

impl ClipError {
    /// The word for the airing log, when this kept an item from starting.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Missing => Reason::FileMissing,
            // The file is there, so the log must not say that it is missing.
            Self::IsFolder | Self::Unreadable(_) => Reason::Unreadable,
            Self::Undecodable(_) => Reason::Undecodable,
            Self::Damaged(_) | Self::Spoilt(_) => Reason::Damaged,
        }
    }

    /// What decoding reports; an end of file counts as damage, since callers take the regular end for themselves.
    pub(super) fn from_decoding(error: DecodeError) -> Self {
        match error {
            DecodeError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::Damaged("the file ends too early".into())
            }
            DecodeError::IoError(error) => error.into(),
            DecodeError::Unsupported(what) => Self::Undecodable(format!("not supported ({what})")),
            DecodeError::ResetRequired => Self::Damaged("a second stream follows the first; one is allowed".into()),
            DecodeError::DecodeError(what) => Self::Damaged(what.into()),
            DecodeError::SeekError(_) => Self::Damaged("it points to places outside of it".into()),
            DecodeError::LimitError(what) => Self::Damaged(format!("over a limit of the decoder ({what})")),
        }
    }
}

impl From<io::Error> for ClipError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            io::ErrorKind::IsADirectory => Self::IsFolder,
            _ => Self::Unreadable(words(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_says_missing_only_of_what_is_not_there() {
        let of = |kind: io::ErrorKind| ClipError::from(io::Error::from(kind)).reason();
        assert_eq!(of(io::ErrorKind::NotFound), Reason::FileMissing);
        assert_eq!(of(io::ErrorKind::IsADirectory), Reason::Unreadable);
        assert_eq!(of(io::ErrorKind::PermissionDenied), Reason::Unreadable);
        assert_eq!(ClipError::Damaged(String::new()).reason(), Reason::Damaged);
    }

    #[test]
    fn the_words_of_the_system_are_lower_case_and_bare() {
        let full = ClipError::from(io::Error::from_raw_os_error(libc::EACCES));
        assert_eq!(full.to_string(), "cannot be read: permission denied");
    }
}
