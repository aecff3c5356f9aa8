//! An entry of a manifest of activities, read and checked.
//!
//! In: the tables of a TOML file, the codes of the plan, today. Out: activities, where their files are, and every problem with
//! its place. Nothing is looked at but the manifest. Next: `manifest`.

use std::ops::Range;
use std::path::Path;

use chrono::{DateTime, FixedOffset, NaiveDate};

use crate::activity::Activity;
use crate::activity::checks::{self, LONGEST_LINK, MOST_PEOPLE, MOST_PROCEDURES};
use crate::activity::codes::Codes;
use crate::cli::bulletin::{LONGEST_WORDS, theme_codes};
use crate::config::Config;
use crate::office::activity::fields::blank;
use crate::office::activity::proofs::GivenFile;
use crate::problem::what::{ActivityFault, BulletinFault, ProgrammeFault};
use crate::problem::{Place, Problem, nearest};
use crate::schedule::table::{Reader, Spotted, Table};
use crate::schedule::text::Source;

/// Bulletins are counted up to this.
const MOST_NUMBER: i64 = 999_999_999;

/// An activity of a manifest.
pub(super) struct Entry {
    pub(super) activity: Activity,
    /// Its own place.
    pub(super) place: Place,
    /// Where it names its bulletin; its own place if it names none.
    pub(super) bulletin_place: Place,
    /// Its files, and where each is named.
    pub(super) files: Vec<(GivenFile, Place)>,
}

/// The entries of a manifest, and what is wrong with it. Problems of a file that is not TOML are guesses but for the first.
pub(super) fn all(
    config: &Config,
    codes: &Codes,
    source: &Source,
    folder: &Path,
    now: (NaiveDate, DateTime<FixedOffset>),
) -> (Vec<Entry>, Vec<Problem>) {
    let (mut reader, mut root) = Reader::open(source);
    if !reader.problems.is_empty() {
        return (Vec::new(), reader.problems);
    }
    let themes = theme_codes(config);
    let mut entries = Vec::new();
    let tables = reader.tables(&mut root, "activity");
    if tables.is_empty() && reader.problems.is_empty() && root.is_empty() {
        reader.error(0..0, ActivityFault::EmptyManifest);
    }
    for mut table in tables {
        let mut reading = Reading { reader: &mut reader, table: &mut table, codes, themes: &themes, folder };
        entries.push(reading.entry(now));
        reader.finish(&table);
    }
    reader.finish(&root);
    (entries, reader.problems)
}

/// One table, and what is needed to judge it.
struct Reading<'r, 's> {
    reader: &'r mut Reader<'s>,
    table: &'r mut Table<'s>,
    codes: &'r Codes,
    themes: &'r [String],
    folder: &'r Path,
}

impl Reading<'_, '_> {
    fn entry(&mut self, (today, recorded_at): (NaiveDate, DateTime<FixedOffset>)) -> Entry {
        let place = self.reader.place(&self.table.span);
        let bulletin_place = self.table.spot_of("bulletin").map_or_else(|| place.clone(), |at| self.reader.place(&at));
        let date = self.reader.required_date(self.table, "date");
        let until = self.reader.date(self.table, "until");
        let code = self.reader.required_text(self.table, "code");
        let code = code.and_then(|code| self.known(code, Codes::code));
        let title = self.title();
        let channel = self.reader.text(self.table, "channel");
        let has_channel = channel.is_some();
        let mut activity = blank(date.as_ref().map_or(today, |date| date.value), recorded_at);
        activity.until = until.as_ref().map(|until| until.value);
        activity.channel = channel.and_then(|channel| self.known(channel, Codes::channel));
        activity.themes = self.themes();
        activity.bulletin = self.reader.integer(self.table, "bulletin", 1, MOST_NUMBER);
        activity.place = self.line("place");
        activity.people = self.reader.integer(self.table, "people", 0, MOST_PEOPLE);
        activity.procedures = self.reader.integer(self.table, "procedures", 0, MOST_PROCEDURES);
        activity.who = self.line("who");
        activity.link = self.link();
        activity.note = self.line("note");
        let files = self.files();
        if let Some(date) = date
            && let Some(fault) = checks::days(activity.date, activity.until, today)
        {
            self.reader.error(until.map_or(date.span, |until| until.span), fault);
        }
        // Whatever is missing here was reported, and then nothing is recorded.
        activity.code = code.unwrap_or_default();
        if let Some(fault) = self.codes.lacks_channel(&activity.code, None).filter(|_| !has_channel) {
            self.reader.problems.push(Problem::warning(place.clone(), fault));
        }
        activity.title = title.unwrap_or_default();
        Entry { activity, place, bulletin_place, files }
    }

    fn known(
        &mut self,
        typed: Spotted<String>,
        of: fn(&Codes, &str) -> Result<String, ActivityFault>,
    ) -> Option<String> {
        of(self.codes, &typed.value).map_err(|fault| self.reader.error(typed.span, fault)).ok()
    }

    fn title(&mut self) -> Option<String> {
        let words = self.reader.required_words(self.table, "title")?;
        self.checked("title", words)
    }

    fn line(&mut self, key: &'static str) -> Option<String> {
        let words = self.reader.words(self.table, key)?;
        self.checked(key, words)
    }

    /// Words with a letter, and not too many.
    fn checked(&mut self, key: &'static str, Spotted { value, span }: Spotted<String>) -> Option<String> {
        let length = value.chars().count();
        let fault = if length > LONGEST_WORDS {
            BulletinFault::TooLong(key.to_owned(), length, LONGEST_WORDS)
        } else if value.chars().any(char::is_alphanumeric) {
            return Some(value);
        } else {
            BulletinFault::NoLetter(key.to_owned())
        };
        self.reader.error(span, fault);
        None
    }

    fn themes(&mut self) -> Vec<String> {
        let Some(list) = self.reader.texts(self.table, "themes") else { return Vec::new() };
        let mut themes = Vec::new();
        for Spotted { value, span } in list.value {
            if let Some(theme) = self.themes.iter().find(|theme| theme.eq_ignore_ascii_case(&value)) {
                themes.push(theme.clone());
            } else {
                let near = nearest(&value, self.themes.iter().map(String::as_str));
                self.reader.error(span, ProgrammeFault::UnknownTheme(value, self.themes.to_vec(), near));
            }
        }
        themes
    }

    fn link(&mut self) -> Option<String> {
        let Spotted { value, span } = self.reader.text(self.table, "link")?;
        let length = value.chars().count();
        if length > LONGEST_LINK {
            self.reader.error(span, BulletinFault::TooLong("link".to_owned(), length, LONGEST_LINK));
            return None;
        }
        if !checks::is_link(&value) {
            self.reader.error(span, ActivityFault::BadLink(value));
            return None;
        }
        Some(value)
    }

    fn files(&mut self) -> Vec<(GivenFile, Place)> {
        let Some(list) = self.reader.texts(self.table, "files") else { return Vec::new() };
        let file = |Spotted { value, span }: Spotted<String>| {
            let span: Range<usize> = span;
            (self.folder.join(value).into(), self.reader.place(&span))
        };
        list.value.into_iter().map(file).collect()
    }
}
