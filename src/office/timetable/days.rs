//! The timetable of some days, as people look at it.
//!
//! In: settings, the folder, the present instant, the days. Out: each day with its lunar date, what is special, who is on duty
//! and every occurrence: its rundown as it stands, what came of it, what is wrong with it. Reads the database and no sound.
//! Next: `crate::web`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

use super::Folder;
use crate::airing::Outcome;
use crate::calendar::{local_date, start_of_day};
use crate::config::Config;
use crate::library::hex;
use crate::lunar::{self, LunarDate};
use crate::office::foreseen::{catch_up, foresight};
use crate::problem::Problem;
use crate::rundown::foresee::{Foresight, length_ms, starts_ms};
use crate::rundown::{Rundown, RundownItem};
use crate::schedule::checks::{self, AudioFacts, Subject};
use crate::schedule::{Duty, Programme, Schedule, SpecialDay, read, session};
use crate::store::{Log, ReadError, Row, Span};
use crate::timetable::{Occurrence, expand};

/// A day of the timetable.
#[derive(Debug, Clone)]
pub struct Day {
    /// Which.
    pub day: NaiveDate,
    /// As the moon's calendar names it.
    pub lunar: Option<LunarDate>,
    /// What is special about it.
    pub special: Option<Arc<SpecialDay>>,
    /// Who is on duty, each once.
    pub duties: Vec<Duty>,
    /// In the order of time.
    pub airings: Vec<Airing>,
}

/// A programme on one day.
#[derive(Debug, Clone)]
pub struct Airing {
    /// What is planned.
    pub occurrence: Occurrence,
    /// Whether `except` takes it out: then it is no part of the timetable.
    pub is_skipped: bool,
    /// What it airs; `None` when it is skipped.
    pub rundown: Option<Rundown>,
    /// Whether the rundown is what will air, whatever changes from now on.
    pub is_frozen: bool,
    /// Of each item, whether it is approved; `None` where nothing is to be approved.
    pub approved: Vec<Option<bool>>,
    /// Titles and starts of others of the same rank in whose time it starts, or that start in its own.
    pub clashes: Vec<(String, DateTime<Utc>)>,
    /// What came of it, by outcome.
    pub outcomes: Vec<(Outcome, usize)>,
    /// Of each item that has a row: the item, and what came of its last try.
    pub rows: Vec<Row>,
    /// Files that it names and that are not below `audio/` now, as long as it may still air; each once.
    pub missing: Vec<String>,
}

impl Airing {
    /// How long its items are together, and whether the length of every one is known.
    #[must_use]
    pub fn length_ms(&self) -> (i64, bool) {
        let items = self.rundown.iter().flat_map(|rundown| &rundown.items).filter(|item| item.taken_out.is_none());
        items.fold((0, true), |(sum, all), item| (sum + length_ms(item).unwrap_or(0), all && length_ms(item).is_some()))
    }

    /// How much longer than its window that is; 0 when it fits.
    #[must_use]
    pub fn overrun_ms(&self) -> i64 {
        let window = self.occurrence.window_ends_at - self.occurrence.scheduled_at;
        (self.length_ms().0 - window.num_milliseconds()).max(0)
    }

    /// Its items, each with its planned start in milliseconds after the programme and whether it is approved.
    pub fn items(&self) -> impl Iterator<Item = (&RundownItem, Option<i64>, Option<bool>)> {
        let starts = self.rundown.as_ref().map(starts_ms).unwrap_or_default();
        let items = self.rundown.iter().flat_map(|rundown| &rundown.items);
        items.zip(starts).zip(&self.approved).map(|((item, start), approved)| (item, start, *approved))
    }
}

/// What people look at.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// In order.
    pub days: Vec<Day>,
    /// Problems of each programme, by id.
    pub of_programmes: HashMap<String, Vec<Problem>>,
    /// Problems of no programme that could be read.
    pub others: Vec<Problem>,
    /// Whether the station airs by these files; `None` when that is not known.
    pub is_taken_over: Option<bool>,
}

/// Looks at some days from `first` on.
pub fn look(config: &Config, folder: &Folder, now: DateTime<Utc>, first: NaiveDate, days: i64) -> anyhow::Result<View> {
    let (zone, schedule) = (config.station.timezone, &folder.reading.schedule);
    let begin = start_of_day(zone, first);
    let end = start_of_day(zone, first + TimeDelta::days(days));
    let recorded = recorded(config, begin, end.min(now))?;
    let (mut foresight, _) = foresight(config, schedule, now, begin, 0)?;
    catch_up(&mut foresight, schedule, zone, now, begin);
    let mut airings = airings(schedule, &mut foresight, zone, begin..end);
    note_outcomes(&mut airings, recorded.rows);
    note_missing(&mut airings, &config.audio_dir(), now);
    let (of_programmes, others) = problems(config, folder, now);
    let mut all = Vec::new();
    let mut airings = airings.into_iter().peekable();
    for day in first.iter_days().take(usize::try_from(days).unwrap_or(0)) {
        let mut of_day = Vec::new();
        while let Some(airing) = airings.next_if(|each| local_date(zone, each.occurrence.scheduled_at) <= day) {
            of_day.push(airing);
        }
        all.push(Day {
            day,
            lunar: lunar::from_solar(day),
            special: schedule.days.on(day),
            duties: duties(schedule, day, &of_day),
            airings: of_day,
        });
    }
    let text = read::to_stored(&folder.files);
    let is_taken_over = recorded.taken.map(|taken| taken == hex(&Sha256::digest(&text)));
    Ok(View { days: all, of_programmes, others, is_taken_over })
}

/// Whoever is on duty for one of the programmes of a day, or for any that may still come.
fn duties(schedule: &Schedule, day: NaiveDate, airings: &[Airing]) -> Vec<Duty> {
    let mut found: Vec<Duty> = Vec::new();
    let ids = airings.iter().map(|each| &*each.occurrence.programme.id).chain([""]);
    for duty in ids.flat_map(|id| schedule.days.duty(day, id)) {
        if !found.contains(duty) {
            found.push(duty.clone());
        }
    }
    found
}

fn airings(
    schedule: &Schedule,
    foresight: &mut Foresight,
    zone: Tz,
    span: std::ops::Range<DateTime<Utc>>,
) -> Vec<Airing> {
    let planned = expand(schedule, zone, span.start, span.end);
    let key = |each: &Occurrence| (each.scheduled_at, each.programme.id.clone());
    let there: HashSet<_> = planned.iter().map(key).collect();
    let skipped = expand(&without_exceptions(schedule), zone, span.start, span.end);
    let skipped = skipped.into_iter().filter(|each| !there.contains(&key(each))).map(|each| (each, true));
    let mut all: Vec<_> = planned.into_iter().map(|each| (each, false)).chain(skipped).collect();
    all.sort_by_key(|(each, _)| key(each));
    let clashes: Vec<_> = all.iter().map(|each| clashes(each, &all)).collect();
    let airing = |((occurrence, is_skipped), clashes): ((Occurrence, bool), _)| {
        let rundown = (!is_skipped).then(|| foresight.rundown(&occurrence));
        let approved = rundown.iter().flat_map(|rundown| &rundown.items).map(|item| foresight.approved(item)).collect();
        let is_frozen = foresight.is_frozen(&occurrence);
        Airing {
            occurrence,
            is_skipped,
            rundown,
            is_frozen,
            approved,
            clashes,
            outcomes: Vec::new(),
            rows: Vec::new(),
            missing: Vec::new(),
        }
    };
    all.into_iter().zip(clashes).map(airing).collect()
}

fn without_exceptions(schedule: &Schedule) -> Schedule {
    let bare = |programme: &Arc<Programme>| {
        Arc::new(Programme { except: Vec::new(), except_at: Vec::new(), ..(**programme).clone() })
    };
    let excepted = schedule.programmes.iter().filter(|each| !each.except.is_empty() || !each.except_at.is_empty());
    Schedule { programmes: excepted.map(bare).collect(), days: Arc::clone(&schedule.days), plan: None }
}

fn clashes(one: &(Occurrence, bool), all: &[(Occurrence, bool)]) -> Vec<(String, DateTime<Utc>)> {
    let (mine, is_skipped) = one;
    let airs = |(each, skipped): &&(Occurrence, bool)| !skipped && !each.is_silent();
    if *is_skipped || mine.is_silent() {
        return Vec::new();
    }
    let meets = |other: &Occurrence| {
        other.programme.id != mine.programme.id
            && other.programme.priority == mine.programme.priority
            && other.scheduled_at < mine.window_ends_at
            && mine.scheduled_at < other.window_ends_at
    };
    let others = all.iter().filter(airs).filter(|(other, _)| meets(other));
    others.map(|(other, _)| (other.programme.title.clone(), other.scheduled_at)).collect()
}

/// The last row of each airing, at its occurrence.
fn note_outcomes(airings: &mut [Airing], rows: Vec<Row>) {
    let mut last: BTreeMap<String, Row> = BTreeMap::new();
    for row in rows {
        last.insert(row.airing.clone(), row);
    }
    let mut by: HashMap<(String, DateTime<Utc>), Vec<Row>> = HashMap::new();
    for row in last.into_values() {
        let at = DateTime::parse_from_rfc3339(&row.scheduled_at).map(|at| at.to_utc());
        if let (Some(programme), Ok(at)) = (row.programme.clone(), at) {
            by.entry((programme, at)).or_default().push(row);
        }
    }
    for airing in airings {
        let key = (airing.occurrence.programme.id.clone(), airing.occurrence.scheduled_at);
        airing.rows = by.remove(&key).unwrap_or_default();
        airing.rows.sort_by_key(|row| row.seq);
        for outcome in airing.rows.iter().filter_map(|row| row.outcome.as_deref().and_then(outcome)) {
            match airing.outcomes.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, count)) => *count += 1,
                None => airing.outcomes.push((outcome, 1)),
            }
        }
    }
}

/// Notes the files that are not there; each is looked for once.
fn note_missing(airings: &mut [Airing], audio: &Path, now: DateTime<Utc>) {
    let mut is_there: HashMap<String, bool> = HashMap::new();
    for airing in airings.iter_mut().filter(|airing| airing.occurrence.window_ends_at > now) {
        let items = airing.rundown.iter().flat_map(|rundown| &rundown.items);
        let heard = items.filter(|item| item.taken_out.is_none() && item.bulletin.is_none());
        // What is settled airs from the station's own copy.
        let looked = heard.filter(|item| !airing.is_frozen || item.audio.content.is_none());
        for file in looked.filter_map(|item| item.audio.file.as_ref()) {
            let there = *is_there.entry(file.clone()).or_insert_with(|| audio.join(file).is_file());
            if !there && !airing.missing.contains(file) {
                airing.missing.push(file.clone());
            }
        }
    }
}

/// The outcome of a word of the log.
#[must_use]
pub fn outcome(word: &str) -> Option<Outcome> {
    serde_json::from_value(serde_json::Value::from(word)).ok()
}

/// What the database says.
#[derive(Default)]
struct Recorded {
    /// The hash of the schedule in force.
    taken: Option<String>,
    rows: Vec<Row>,
}

fn recorded(config: &Config, begin: DateTime<Utc>, end: DateTime<Utc>) -> anyhow::Result<Recorded> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("cannot start the runtime")?;
    let read = runtime.block_on(async {
        let mut log = Log::open(&config.data_dir).await?;
        let taken = log.schedule_in_force().await?;
        let mut all = Vec::new();
        if begin < end {
            let mut rows = log.rows(Span { from: Some(begin), to: Some(end) }).await?;
            while let Some(page) = rows.next().await? {
                all.extend(page);
            }
        }
        Ok::<_, ReadError>(Recorded { taken, rows: all })
    });
    match read {
        // A station that has never run has recorded nothing.
        Err(ReadError::Missing(_)) => Ok(Recorded::default()),
        read => Ok(read?),
    }
}

/// What `loa check` says without listening to sounds, by programme.
fn problems(config: &Config, folder: &Folder, now: DateTime<Utc>) -> (HashMap<String, Vec<Problem>>, Vec<Problem>) {
    let reading = &folder.reading;
    let audio = AudioFacts::default();
    let subject = Subject { reading, zone: Some(config.station.timezone), now, audio: &audio };
    let mut all: Vec<Problem> = folder.problems.iter().chain(&reading.problems).cloned().collect();
    all.extend(checks::run(&subject));
    all.extend(session::check(&subject, &config.session));
    all.sort();
    let (mut of_programmes, mut others) = (HashMap::<String, Vec<Problem>>::new(), Vec::new());
    for problem in all {
        match programme_at(folder, &problem) {
            Some(id) => of_programmes.entry(id.to_owned()).or_default().push(problem),
            None => others.push(problem),
        }
    }
    (of_programmes, others)
}

/// The programme that a problem stands in: the last one that begins before it.
fn programme_at<'f>(folder: &'f Folder, problem: &Problem) -> Option<&'f str> {
    let place = problem.place.as_ref()?;
    let line = place.spot.as_ref()?.line;
    let mut all = folder.reading.schedule.programmes.iter().zip(&folder.reading.places);
    let begun = all.rfind(|(_, places)| {
        places.id.path == place.path && places.id.spot.as_ref().is_some_and(|spot| spot.line <= line)
    });
    begun.map(|(programme, _)| &*programme.id)
}
