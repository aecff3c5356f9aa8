//! From the text of schedule files to the schedule, with every problem of every file.
//!
//! In: files with their bytes, and the ids of the station's zones. Out: the programmes that could be read, where each of
//! them stands, and the problems sorted by place. Pure: `folder` reads the files, and the station reads the same text
//! again years later from its database. Must never judge by today's date. Next: `checks`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use chrono::TimeDelta;

pub use super::files::{File, Special, from_stored, special, to_stored};
use super::read_days::{self, DayPlaces};
use super::read_items::read_items;
use super::table::{Reader, Spotted, Table};
use super::text::{Source, parse_span};
use super::{Ends, Programme, Schedule, StartRule, THEMES, start_rule};
use crate::airing::Priority;
use crate::plan;
use crate::problem::what::{FileFault, FormFault, ProgrammeFault, What};
use crate::problem::{Place, Problem, any_error, nearest};

/// Starts of all programmes on one day, at most: more than one each second. A timetable of a week is made in one go, so this
/// bounds its memory, and the time that the checks take.
const MOST_STARTS_A_DAY: u32 = 100_000;

pub(super) const LONGEST_WINDOW: TimeDelta = TimeDelta::hours(24);

/// What came out of the files.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The programmes that could be read.
    pub schedule: Schedule,
    /// Where they stand, in the same order.
    pub places: Vec<ProgrammePlaces>,
    /// Where the special days stand.
    pub days: DayPlaces,
    /// Every item's file that is named well, whatever else is wrong with its programme, and where it stands.
    pub files: Vec<(String, Place)>,
    /// Sorted by place.
    pub problems: Vec<Problem>,
    /// How often all programmes start on a day on which all of them do.
    starts_a_day: u32,
}

impl Reading {
    /// The schedule if no problem refuses it.
    #[must_use]
    pub fn accepted(&self) -> Option<&Schedule> {
        (!any_error(&self.problems)).then_some(&self.schedule)
    }
}

/// Where the parts of a programme stand.
#[derive(Debug, Clone)]
pub struct ProgrammePlaces {
    /// Its id.
    pub id: Place,
    /// Its start rule.
    pub cron: Place,
    /// Its window.
    pub window: Place,
    /// What each of its items airs, in order.
    pub items: Vec<Place>,
    /// Each single start that is off, in order.
    pub except_at: Vec<Place>,
}

/// What the programmes of all files may name.
struct Known<'a> {
    /// Ids; `None` if they are not known.
    zones: Option<&'a [String]>,
    /// Codes.
    themes: Vec<String>,
}

/// Reads all files together. With `zones` unknown (`None`: the settings could not be read), zones are not judged.
#[must_use]
pub fn read(files: &[File], zones: Option<&[String]>) -> Reading {
    let mut reading = Reading::default();
    let mut ids: HashMap<String, Place> = HashMap::new();
    let themes = THEMES.map(String::from).into();
    let mut known = Known { zones, themes };
    // The special ones first, for programmes are judged by them.
    let (specials, programmes): (Vec<_>, Vec<_>) = files.iter().partition(|file| special(&file.path).is_some());
    for file in specials.into_iter().chain(programmes) {
        let source = match &file.bytes {
            Ok(bytes) => Source::decode(&file.path, bytes),
            Err(fault) => Err(Box::new(Problem::error(Place::whole(&*file.path), fault.clone()))),
        };
        match (source, special(&file.path)) {
            (Ok(source), Some(Special::Days)) => {
                let (days, places, mut problems) = read_days::read_file(&source);
                (reading.schedule.days, reading.days) = (Arc::new(days), places);
                reading.problems.append(&mut problems);
            }
            (Ok(source), Some(Special::Plan)) => read_plan(&source, &mut known, &mut reading),
            (Ok(source), None) => read_file(&source, &known, &mut ids, &mut reading),
            (Err(problem), _) => reading.problems.push(*problem),
        }
    }
    reading.problems.sort();
    reading
}

fn read_plan(source: &Source, known: &mut Known<'_>, reading: &mut Reading) {
    let found = plan::read::read(source);
    reading.problems.extend(found.problems);
    reading.schedule.plan = found.plan.map(Arc::new);
    // Of a plan without a theme that can be read, the built-in ones say more than nothing.
    if !found.theme_codes.is_empty() {
        known.themes = found.theme_codes;
    }
}

fn read_file(source: &Source, known: &Known<'_>, ids: &mut HashMap<String, Place>, reading: &mut Reading) {
    let (mut reader, mut root) = Reader::open(source);
    // What the parser makes of a broken file is guesswork, and problems of guesses mislead.
    if !reader.problems.is_empty() {
        reading.problems.append(&mut reader.problems);
        return;
    }
    let nothing_inside = root.is_empty();
    for mut table in reader.tables(&mut root, "programme") {
        let draft = read_programme(&mut reader, &mut table, known, ids, &mut reading.files);
        reader.finish(&table);
        if let Some((programme, places)) = draft {
            take(programme, places, reading);
        }
    }
    reader.finish(&root);
    reading.problems.append(&mut reader.problems);
    if nothing_inside {
        reading.problems.push(Problem::warning(source.whole(), FileFault::NoProgramme));
    }
}

/// Takes a programme over, unless it starts too often together with those before it; that is reported once.
fn take(programme: Programme, places: ProgrammePlaces, reading: &mut Reading) {
    let before = reading.starts_a_day;
    reading.starts_a_day = before.saturating_add(programme.start.starts_a_day());
    if reading.starts_a_day <= MOST_STARTS_A_DAY {
        reading.schedule.programmes.push(Arc::new(programme));
        reading.places.push(places);
    } else if before <= MOST_STARTS_A_DAY {
        let fault = ProgrammeFault::TooManyStarts(MOST_STARTS_A_DAY);
        reading.problems.push(Problem::error(places.cron, fault));
    }
}

/// A programme and its places, unless something without which it cannot air is missing.
fn read_programme<'s>(
    reader: &mut Reader<'s>,
    table: &mut Table<'s>,
    known: &Known<'_>,
    ids: &mut HashMap<String, Place>,
    files: &mut Vec<(String, Place)>,
) -> Option<(Programme, ProgrammePlaces)> {
    let id = read_programme_id(reader, table, ids);
    let title = reader.required_words(table, "title");
    let start = read_start(reader, table);
    let window = read_window(reader, table);
    let ends = reader.word(table, "ends", &["soft", "hard"]);
    let from = reader.date(table, "from");
    let mut until = reader.date(table, "until");
    let (except, starts_off) = reader.exceptions(table, "except");
    let priority = read_priority(reader, table);
    let only = reader.word(table, "only", &["special_days"]);
    let why = reader.text(table, "why");
    let zones = read_zones(reader, table, known.zones);
    let items = read_items(reader, table, &known.themes, files);
    if let (Some(from), Some(last)) = (&from, &until)
        && from.value > last.value
    {
        reader.error(last.span.clone(), ProgrammeFault::FromAfterUntil(from.value, last.value));
        // Reported once, not again as a programme that never airs.
        until = None;
    }
    let (id, start, window, (items, item_places)) = (id?, start?, window?, items?.into_iter().unzip());
    let places = ProgrammePlaces {
        id: reader.place(&id.span),
        cron: reader.place(&start.span),
        window: reader.place(&window.span),
        items: item_places,
        except_at: starts_off.iter().map(|start| reader.place(&start.span)).collect(),
    };
    let programme = Programme {
        title: title?.value,
        id: id.value,
        start: start.value,
        window: window.value,
        ends: if ends.is_some_and(|word| word.value == "hard") { Ends::Hard } else { Ends::Soft },
        from: from.map(|date| date.value),
        until: until.map(|date| date.value),
        except,
        except_at: starts_off.into_iter().map(|start| start.value).collect(),
        priority,
        zones,
        items,
        only_special_days: only.is_some(),
        why: why.map(|text| text.value),
    };
    Some((programme, places))
}

fn read_programme_id<'s>(
    reader: &mut Reader<'s>,
    table: &mut Table<'s>,
    ids: &mut HashMap<String, Place>,
) -> Option<Spotted<String>> {
    let id = reader.required_text(table, "id").and_then(|id| checked_id(reader, id))?;
    let place = reader.place(&id.span);
    if let Some(first) = ids.get(&id.value) {
        reader.error(id.span, ProgrammeFault::DuplicateProgramme(id.value, Box::new(first.clone())));
        return None;
    }
    ids.insert(id.value.clone(), place);
    Some(id)
}

/// The id if it is one: ids stand in file names, addresses and the log, so they are plain.
pub fn checked_id(reader: &mut Reader<'_>, id: Spotted<String>) -> Option<Spotted<String>> {
    let plain = |each: u8| each.is_ascii_lowercase() || each.is_ascii_digit() || matches!(each, b'-' | b'_');
    if id.value.len() <= 64 && id.value.bytes().all(plain) {
        return Some(id);
    }
    reader.error(id.span, FormFault::BadId(id.value));
    None
}

fn read_start<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<Spotted<StartRule>> {
    let text = reader.required_text(table, "cron")?;
    match start_rule::parse(&text.value) {
        Ok(value) => Some(Spotted { value, span: text.span }),
        Err(faults) => {
            for (fault, stretch) in faults {
                let span = inner_span(reader.raw(&text.span), &text, stretch);
                reader.error(span, fault);
            }
            None
        }
    }
}

/// Where a stretch of a text stands in the file; all of the value when the file writes it with escapes.
fn inner_span(raw: &str, text: &Spotted<String>, stretch: Range<usize>) -> Range<usize> {
    match raw.find(&text.value) {
        Some(offset) if !stretch.is_empty() => {
            let start = text.span.start + offset;
            start + stretch.start..start + stretch.end
        }
        _ => text.span.clone(),
    }
}

fn read_window<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<Spotted<TimeDelta>> {
    let text = reader.required_text(table, "window")?;
    let fault = match parse_span(&text.value) {
        Some(span) if (TimeDelta::seconds(1)..=LONGEST_WINDOW).contains(&span) => {
            return Some(Spotted { value: span, span: text.span });
        }
        Some(_) => ProgrammeFault::WindowRange(text.value),
        None => ProgrammeFault::BadWindow(text.value),
    };
    reader.error(text.span, fault);
    None
}

fn read_priority<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Priority {
    const ALLOWED: [&str; 2] = ["ordinary", "priority"];
    let Some(word) = reader.text(table, "priority") else { return Priority::Ordinary };
    let fault: What = match word.value.as_str() {
        "ordinary" => return Priority::Ordinary,
        "priority" => return Priority::Priority,
        "emergency" => ProgrammeFault::EmergencyPriority.into(),
        other => FormFault::UnknownWord("priority", other.into(), ALLOWED.to_vec(), nearest(other, ALLOWED)).into(),
    };
    reader.error(word.span, fault);
    Priority::Ordinary
}

/// The zones that the file names, else all of them.
fn read_zones<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, known: Option<&[String]>) -> Vec<String> {
    let named = reader.texts(table, "zones");
    let Some(named) = named else { return known.unwrap_or_default().to_vec() };
    if let Some(known) = known {
        let mut all_known = true;
        for zone in &named.value {
            if !known.contains(&zone.value) {
                all_known = false;
                let near = nearest(&zone.value, known.iter().map(String::as_str));
                let fault = ProgrammeFault::UnknownZone(zone.value.clone(), known.to_vec(), near);
                reader.error(zone.span.clone(), fault);
            }
        }
        let is_there = |id: &&String| named.value.iter().any(|zone| zone.value == **id);
        let missing: Vec<String> = known.iter().filter(|id| !is_there(id)).cloned().collect();
        // A misspelt zone is also a missing one; it is reported once.
        if all_known && !missing.is_empty() {
            reader.error(named.span, ProgrammeFault::FewerZones(missing));
        }
    }
    named.value.into_iter().map(|zone| zone.value).collect()
}
