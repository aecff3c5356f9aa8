//! ALSA's own words, caught instead of printed.
//!
//! In: work that opens or lists devices. Out: its result and the first line that libasound had to say, which is often the
//! only place where the cause is named. Left alone, libasound prints dozens of lines to stderr for one missing card. Must
//! not be used in the device callback: what is caught grows until the work ends. Next: `card`, `devices`.

use alsa::Output;
use rodio::cpal::{self, ErrorKind};

/// Runs `work` with libasound's messages of this thread caught; gives the first of them.
pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> (T, Option<String>) {
    let caught = Output::local_error_handler();
    let result = work();
    let first = caught.ok().and_then(|words| {
        words.borrow().buffer_string(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            text.lines().next().map(|line| line.trim_end_matches('\0').trim().to_owned())
        })
    });
    (result, first.filter(|line| !line.is_empty()))
}

/// An error as the program says it: lower case, no full stop, libasound's first line behind it.
pub(super) fn say(error: &cpal::Error, alsa: Option<String>) -> String {
    let text = error.to_string();
    let text = text.trim_end_matches('.');
    let text = if error.message().is_none() { words(error.kind()).unwrap_or(text) } else { text };
    let mut chars = text.chars();
    let text = match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(), // a name such as ALSA
    };
    match alsa {
        Some(words) => format!("{text} ({words})"),
        None => text,
    }
}

/// Short words for what cpal says in sentences.
fn words(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::DeviceNotAvailable => Some("the device is not there"),
        ErrorKind::DeviceBusy => Some("the device is busy: another program holds it"),
        ErrorKind::PermissionDenied => Some("permission denied: the user may have to be in the group `audio`"),
        ErrorKind::UnsupportedConfig => Some("the device does not take this format"),
        ErrorKind::UnsupportedOperation => Some("the device does not play"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_said_in_lower_case_with_alsas_own_line_behind_it() {
        let error = cpal::Error::with_message(ErrorKind::Other, "Connection refused.");
        assert_eq!(say(&error, None), "connection refused");
        let named = cpal::Error::with_message(ErrorKind::Other, "ALSA failed");
        assert_eq!(say(&named, None), "ALSA failed");
        assert_eq!(say(&error, Some("parse_card: no `0`".into())), "connection refused (parse_card: no `0`)");
    }

    #[test]
    fn a_device_that_is_not_there_is_named_by_alsa_without_a_line_on_stderr() {
        let (opened, words) = quietly(|| alsa::PCM::new("loa-no-such-card", alsa::Direction::Playback, true));
        assert!(opened.is_err());
        assert!(words.is_some_and(|line| line.contains("loa-no-such-card")));
    }
}
