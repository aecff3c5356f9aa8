//! ALSA's own words, caught instead of printed.
//!
//! In: work that opens or lists devices. Out: its result and the first line that libasound had to say, which is often the
//! only place where the cause is named. Left alone, libasound prints dozens of lines to stderr for one missing card. Must
//! not be used in the device callback: what is caught grows until the work ends. Next: `card`, `devices`.

use alsa::Output;
use rodio::cpal;

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
    let mut chars = text.chars();
    let lower = chars.next().map(|first| first.to_lowercase().chain(chars).collect::<String>()).unwrap_or_default();
    match alsa {
        Some(words) => format!("{lower} ({words})"),
        None => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_said_in_lower_case_with_alsas_own_line_behind_it() {
        let error = cpal::Error::with_message(cpal::ErrorKind::Other, "Connection refused.");
        assert_eq!(say(&error, None), "connection refused");
        assert_eq!(say(&error, Some("parse_card: no `0`".into())), "connection refused (parse_card: no `0`)");
    }

    #[test]
    fn a_device_that_is_not_there_is_named_by_alsa_without_a_line_on_stderr() {
        let (opened, words) = quietly(|| alsa::PCM::new("loa-no-such-card", alsa::Direction::Playback, true));
        assert!(opened.is_err());
        assert!(words.is_some_and(|line| line.contains("loa-no-such-card")));
    }
}
