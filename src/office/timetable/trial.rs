//! What an edit would change: occurrences that come, go and move, and what `loa check` would say of the folder then.
//!
//! In: settings, the folder, an edit, the present instant. Out: a [`Trial`]. An edit that brings an error is refused; what was
//! wrong before stays and refuses nothing. Lengths of sounds that were heard once are remembered as long as their files do
//! not change. Writes nothing. Next: `write`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Edit, Folder};
use crate::calendar::{local_date, start_of_day};
use crate::config::Config;
use crate::language::Language;
use crate::office::check::{audio_fact, examine_with};
use crate::problem::what::AudioFault;
use crate::problem::{Problem, Severity};
use crate::schedule::checks::AudioFact;
use crate::schedule::{Schedule, read};
use crate::timetable::{Occurrence, expand};

/// How far ahead differences are shown.
pub const DAYS_AHEAD: i64 = 60;

/// Files whose sound is remembered; more than any station names.
const MOST_HEARD: usize = 20_000;

/// What an edit would change.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Problems that were not there before, errors first.
    pub problems: Vec<Problem>,
    /// What comes, goes and moves in the next 60 days, in the order of time.
    pub differences: Vec<Difference>,
}

impl Trial {
    /// Whether it may not be written.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// A difference of the timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// When it airs now, or would air.
    pub at: DateTime<Utc>,
    /// The programme's title.
    pub title: String,
    /// What changes.
    pub how: How,
}

/// How a programme's airing changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// It comes at this instant of the same day instead.
    Moved(DateTime<Utc>),
    /// It stays, and does not air because of this day.
    Silenced(String),
    /// It stays, and airs again.
    Aired,
    /// It stays; window, items or the like change.
    Changed(Items),
}

/// Items of an occurrence by what people call them; both empty where only something else changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    /// They air no longer.
    pub gone: Vec<String>,
    /// They air now.
    pub new: Vec<String>,
}

/// Tries an edit out.
#[must_use]
pub fn try_out(config: &Config, folder: &Folder, edit: &Edit, now: DateTime<Utc>) -> Trial {
    let files = folder.with(edit);
    let after = read::read(&files, Some(&config.zone_ids()));
    let root = config.path.clone();
    let stood = problems_of(&root, now, folder.files.clone(), &folder.problems);
    let found = problems_of(&root, now, files, &folder.problems);
    let differences = if after.accepted().is_some() {
        differences(&folder.reading.schedule, &after.schedule, config.station.timezone, now)
    } else {
        Vec::new()
    };
    Trial { problems: new_problems(&stood, found), differences }
}

fn problems_of(root: &Path, now: DateTime<Utc>, files: Vec<read::File>, of_folder: &[Problem]) -> Vec<Problem> {
    let of_folder = of_folder.to_vec();
    examine_with(root, now, |_| (files, of_folder), &heard).1
}

/// Problems that were not there before, wherever in their file they stand now.
fn new_problems(stood: &[Problem], found: Vec<Problem>) -> Vec<Problem> {
    let mut known: HashMap<String, usize> = HashMap::new();
    for problem in stood {
        *known.entry(key(problem)).or_default() += 1;
    }
    let is_new = |problem: &Problem| match known.get_mut(&key(problem)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    let mut new: Vec<Problem> = found.into_iter().filter(is_new).collect();
    new.sort_by_key(|problem| problem.severity != Severity::Error);
    new
}

/// The words of a problem without lines and columns: an edit above it moves it.
fn key(problem: &Problem) -> String {
    let words = problem.render(Language::En);
    let mut key = String::with_capacity(words.len());
    let mut letters = words.chars().peekable();
    while let Some(letter) = letters.next() {
        key.push(letter);
        if letter == ':' {
            while letters.next_if(char::is_ascii_digit).is_some() {}
        }
    }
    key
}

/// A file's full decode, or what it found when the file was last heard as it is now.
fn heard(path: &Path) -> Result<AudioFact, AudioFault> {
    type Heard = HashMap<PathBuf, (SystemTime, u64, Result<AudioFact, AudioFault>)>;
    static HEARD: LazyLock<Mutex<Heard>> = LazyLock::new(Mutex::default);
    let facts = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file);
    let Some((time, len)) = facts.and_then(|facts| Some((facts.modified().ok()?, facts.len()))) else {
        return audio_fact(path);
    };
    let known = HEARD.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    if let Some((_, _, fact)) = known.filter(|(then, size, _)| (*then, *size) == (time, len)) {
        return fact;
    }
    let fact = audio_fact(path);
    let mut all = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MOST_HEARD {
        all.clear();
    }
    all.insert(path.to_owned(), (time, len, fact.clone()));
    fact
}

/// What comes, goes and moves from now on.
fn differences(before: &Schedule, after: &Schedule, zone: Tz, now: DateTime<Utc>) -> Vec<Difference> {
    let end = start_of_day(zone, local_date(zone, now) + TimeDelta::days(DAYS_AHEAD));
    let all = |schedule| {
        let occurrences = expand(schedule, zone, now, end).into_iter();
        occurrences.map(|each| ((each.scheduled_at, each.programme.id.clone()), each)).collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (all(before), all(after));
    let mut found: Vec<Difference> = old.iter().filter_map(|(key, each)| stays(each, new.get(key)?)).collect();
    let gone = old.iter().filter(|(key, _)| !new.contains_key(*key)).map(|(_, each)| each);
    let mut come: Vec<&Occurrence> =
        new.iter().filter(|(key, _)| !old.contains_key(*key)).map(|(_, each)| each).collect();
    for each in gone {
        let day = |occurrence: &Occurrence| -> (NaiveDate, String) {
            (local_date(zone, occurrence.scheduled_at), occurrence.programme.id.clone())
        };
        let moved = come.iter().position(|other| day(other) == day(each));
        let how = moved.map_or(How::Removed, |at| How::Moved(come.remove(at).scheduled_at));
        found.push(difference(each, how));
    }
    found.extend(come.into_iter().map(|each| difference(each, How::Added)));
    found.sort_by(|a, b| (a.at, &a.title).cmp(&(b.at, &b.title)));
    found
}

fn stays(before: &Occurrence, after: &Occurrence) -> Option<Difference> {
    let how = match (before.is_silent(), after.is_silent()) {
        (false, true) => How::Silenced(after.special_day.as_ref().map(|day| day.title.clone()).unwrap_or_default()),
        (true, false) => How::Aired,
        _ if aired(before) != aired(after) => {
            let (was, is) = (heard_items(before), heard_items(after));
            How::Changed(Items { gone: without(&was, &is), new: without(&is, &was) })
        }
        _ => return None,
    };
    Some(difference(after, how))
}

/// What of an occurrence is heard.
fn aired(occurrence: &Occurrence) -> impl PartialEq {
    let programme = &occurrence.programme;
    let items: Vec<_> = programme
        .items
        .iter()
        .map(|item| (item.clone(), occurrence.taken_out(item.genre.as_deref()).is_some()))
        .collect();
    (programme.title.clone(), programme.window, programme.ends, programme.priority, programme.zones.clone(), items)
}

/// What the items are called that air.
fn heard_items(occurrence: &Occurrence) -> Vec<String> {
    let items = occurrence.programme.items.iter();
    let heard = items.filter(|item| occurrence.taken_out(item.genre.as_deref()).is_none());
    heard.map(|item| item.name().into_owned()).collect()
}

/// Those of `all` that are not among `others`, counted: of two of a name one may be left.
fn without(all: &[String], others: &[String]) -> Vec<String> {
    let mut others: Vec<&String> = others.iter().collect();
    let left = all.iter().filter(|name| match others.iter().position(|other| other == name) {
        Some(at) => {
            others.swap_remove(at);
            false
        }
        None => true,
    });
    left.cloned().collect()
}

fn difference(occurrence: &Occurrence, how: How) -> Difference {
    Difference { at: occurrence.scheduled_at, title: occurrence.programme.title.clone(), how }
}
