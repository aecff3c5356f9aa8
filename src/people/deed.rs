//! What somebody did on the page, or to an account: one row of the audit.
//!
//! In: who, from where, what, and how it ended. Out: a record, every text of it within bounds; and what a reader of the audit
//! asks for. Pure. Next: `store`, which chains it.

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};

use crate::airing::ClockState;
use crate::language::Language;

/// The most characters of a text in a row.
const LONGEST_TEXT: usize = 500;

/// Through what somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Via {
    /// The page.
    Web,
    /// A command.
    Cli,
}

impl Via {
    /// Its word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Cli => "cli",
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// It was done.
    Done,
    /// It was not allowed, or what was typed was wrong.
    Refused,
    /// It should have been done and could not be.
    Failed,
}

impl Ending {
    /// Every ending.
    pub const ALL: [Self; 3] = [Self::Done, Self::Refused, Self::Failed];

    /// Its word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// The ending of such a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.as_str() == word)
    }

    /// Its word for people.
    #[must_use]
    pub const fn say(self, language: Language) -> &'static str {
        let (vi, en) = match self {
            Self::Done => ("đã làm", "done"),
            Self::Refused => ("bị từ chối", "refused"),
            Self::Failed => ("không làm được", "failed"),
        };
        language.pick(vi, en)
    }
}

/// A row of the audit, but its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// When, in the station's offset.
    pub at: DateTime<FixedOffset>,
    /// How far the clock could be believed.
    pub clock: ClockState,
    /// Whose account; none on the command line and where nobody was signed in.
    pub login: Option<String>,
    /// The name of the account; on the command line the operating system's user.
    pub name: String,
    /// The address of the browser.
    pub from_address: Option<String>,
    /// What was asked for.
    pub act: String,
    /// Of what: a number, a login, a file.
    pub subject: Option<String>,
    /// The reason that was given.
    pub why: Option<String>,
    /// How it ended.
    pub ending: Ending,
    /// What was answered.
    pub told: Option<String>,
    /// Through what.
    pub via: Via,
}

impl Deed {
    /// The same with every text cut to what a row takes.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        let texts = [&mut self.login, &mut self.from_address, &mut self.subject, &mut self.why, &mut self.told];
        for text in texts.into_iter().flatten().chain([&mut self.name, &mut self.act]) {
            if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT) {
                text.truncate(end);
                text.push('…');
            }
        }
        self
    }
}

/// A row of the audit as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its number.
    pub seq: i64,
    /// What it says.
    pub deed: Deed,
}

/// Which rows of the audit, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Of this account.
    pub login: Option<String>,
    /// Of this act.
    pub act: Option<String>,
    /// Not before this instant.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub to: Option<DateTime<Utc>>,
    /// Only rows older than this number.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_a_text_of_any_length() {
        let deed = Deed {
            at: DateTime::parse_from_rfc3339("2026-11-24T07:00:00+07:00").unwrap(),
            clock: ClockState::Synchronised,
            login: None,
            name: "lan".into(),
            from_address: None,
            act: "air".into(),
            subject: None,
            why: Some("bão ".repeat(1000)),
            ending: Ending::Done,
            told: Some("đã phát".into()),
            via: Via::Web,
        };
        let bounded = deed.clone().bounded();
        assert_eq!(bounded.why.as_ref().unwrap().chars().count(), LONGEST_TEXT + 1);
        assert_eq!((bounded.told, bounded.name), (deed.told, deed.name));
        assert_eq!(Ending::ALL.map(|each| Ending::from_word(each.as_str())), Ending::ALL.map(Some));
    }
}
