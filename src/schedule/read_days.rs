//! From the text of `schedules/days.toml` to special days and duty, with every problem.
//!
//! In: the file's text. Out: the entries that could be read, where they stand, and the problems. Pure; the station reads the
//! same text again years later from its database. Must never judge by today's date or by the programmes of other files:
//! `day_checks` does. Next: `days`, the model.

use std::ops::Range;
use std::sync::Arc;

use chrono::{NaiveDate, WeekdaySet};

use super::days::{Airs, DayKind, Days, Duty, MOURNING_LEAVES_OUT, SpecialDay, WEEKDAYS, When, weekday, weekdays};
use super::table::{Reader, Spotted, Table};
use super::text::Source;
use crate::problem::what::{DayFault, FormFault, ProgrammeFault};
use crate::problem::{Place, Problem, nearest};

/// Its name in `schedules/`; a file of that name holds no programmes.
pub const NAME: &str = "days.toml";

/// Days of one entry at most: more is a mistake in a year.
const MOST_DAYS: i64 = 366;

/// Entries at most: a hundred years of ten special days each. Checks look at each day of each of them.
const MOST_ENTRIES: usize = 1_000;

/// Days before and around a day of the moon at most.
const MOST_AROUND: i64 = 60;

const KINDS: [DayKind; 5] =
    [DayKind::Holiday, DayKind::Substitute, DayKind::Working, DayKind::Mourning, DayKind::Memorial];

/// Where the parts of the file stand.
#[derive(Debug, Clone, Default)]
pub struct DayPlaces {
    /// Each entry's title, in the order of the entries.
    pub entries: Vec<Place>,
    /// Each programme that is named: the key, the id and where it stands.
    pub programmes: Vec<(&'static str, String, Place)>,
}

/// Reads the whole file.
pub(super) fn read_file(source: &Source) -> (Days, DayPlaces, Vec<Problem>) {
    let (mut days, mut places) = (Days::default(), DayPlaces::default());
    let (mut reader, mut root) = Reader::open(source);
    // What the parser makes of a broken file is guesswork, and problems of guesses mislead.
    if !reader.problems.is_empty() {
        return (days, places, reader.problems);
    }
    for (index, mut table) in reader.tables(&mut root, "day").into_iter().enumerate() {
        if index == MOST_ENTRIES {
            reader.error(table.span, DayFault::TooMany(MOST_ENTRIES));
            break;
        }
        let entry = read_entry(&mut reader, &mut table, &mut places);
        reader.finish(&table);
        if let Some((entry, place)) = entry {
            days.entries.push(Arc::new(entry));
            places.entries.push(place);
        }
    }
    for mut table in reader.tables(&mut root, "duty") {
        days.duties.extend(read_duty(&mut reader, &mut table, &mut places));
        reader.finish(&table);
    }
    reader.finish(&root);
    (days, places, reader.problems)
}

fn read_entry<'s>(
    reader: &mut Reader<'s>,
    table: &mut Table<'s>,
    places: &mut DayPlaces,
) -> Option<(SpecialDay, Place)> {
    let title = reader.required_text(table, "title");
    let kind = read_kind(reader, table);
    let when = read_when(reader, table);
    let as_weekday = reader.word(table, "as", &WEEKDAYS).and_then(|word| weekday(word.value));
    let airs = read_airs(reader, table, places);
    let leave_out = reader.texts(table, "leave_out").map(|texts| texts.value);
    let title = title?;
    let kind = kind?;
    let leave_out = match leave_out {
        Some(named) => named.into_iter().map(|genre| genre.value.to_lowercase()).collect(),
        None if kind == DayKind::Mourning => MOURNING_LEAVES_OUT.map(str::to_owned).into(),
        None => Vec::new(),
    };
    let place = reader.place(&title.span);
    Some((SpecialDay { title: title.value, kind, when: when?, as_weekday, airs: airs?, leave_out }, place))
}

fn read_kind<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<DayKind> {
    let word = reader.required_text(table, "kind")?;
    let known = KINDS.into_iter().find(|kind| kind.as_str() == word.value);
    if known.is_none() {
        let allowed = KINDS.map(DayKind::as_str);
        let near = nearest(&word.value, allowed);
        reader.error(word.span, FormFault::UnknownWord("kind", word.value, allowed.into(), near));
    }
    known
}

/// The days of an entry, by one of three ways of writing them.
fn read_when<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<When> {
    let written: Vec<&'static str> =
        ["date", "from", "until", "lunar"].into_iter().filter(|key| table.has(key)).collect();
    let date = reader.date(table, "date");
    let span = [reader.date(table, "from"), reader.date(table, "until")];
    let lunar = reader.text(table, "lunar");
    let before = reader.spotted_integer(table, "days_before", 0, MOST_AROUND);
    let days = reader.spotted_integer(table, "days", 1, MOST_AROUND);
    let whole = table.span.clone();
    match written[..] {
        ["lunar"] => read_lunar(reader, lunar?, before, days),
        ["date"] | ["from", "until"] => {
            for (key, number) in [("days_before", before), ("days", days)] {
                if let Some(number) = number {
                    reader.error(number.span, DayFault::WithoutLunar(key));
                }
            }
            if let Some(date) = date { Some(When::Dates(date.value, date.value)) } else { read_span(reader, span) }
        }
        ["from" | "until"] => {
            let missing = if written == ["from"] { "until" } else { "from" };
            reader.error(whole, DayFault::HalfSpan(missing));
            None
        }
        [] => {
            reader.error(whole, DayFault::NoDate);
            None
        }
        _ => {
            reader.error(whole, DayFault::TwoDates(written));
            None
        }
    }
}

fn read_span(reader: &mut Reader<'_>, span: [Option<Spotted<NaiveDate>>; 2]) -> Option<When> {
    let [from, until] = span;
    let (from, until) = (from?.value, until?);
    let days = (until.value - from).num_days() + 1;
    if days < 1 {
        reader.error(until.span, ProgrammeFault::FromAfterUntil(from, until.value));
        return None;
    }
    if days > MOST_DAYS {
        reader.error(until.span, DayFault::TooLong(days, MOST_DAYS));
        return None;
    }
    Some(When::Dates(from, until.value))
}

fn read_lunar(
    reader: &mut Reader<'_>,
    text: Spotted<String>,
    before: Option<Spotted<u32>>,
    days: Option<Spotted<u32>>,
) -> Option<When> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|each| each.is_ascii_digit()));
    let parts = text.value.split_once('/').and_then(|(day, month)| Some((number(day)?, number(month)?)));
    let Some((day, month)) = parts.filter(|(day, month)| (1..=30).contains(day) && (1..=12).contains(month)) else {
        reader.error(text.span, DayFault::BadLunar(text.value));
        return None;
    };
    let days_before = before.map_or(0, |number| number.value);
    // Without a length the entry ends with the feast itself.
    let days = days.map_or(days_before + 1, |number| number.value);
    Some(When::Lunar { month, day, days_before, days })
}

/// What airs on these days; `None` when it cannot be told.
fn read_airs<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, places: &mut DayPlaces) -> Option<Airs> {
    let both = table.has("air") && table.has("silent");
    let whole_day = table.has_text("silent").then(|| reader.word(table, "silent", &["all"]));
    let air = read_programmes(reader, table, "air", places);
    let silent = if whole_day.is_none() { read_programmes(reader, table, "silent", places) } else { Named::Absent };
    if both {
        reader.error(table.span.clone(), DayFault::AirAndSilent);
        return None;
    }
    match (air, silent, whole_day) {
        (Named::Wrong, ..) | (_, Named::Wrong, _) | (.., Some(None)) => None,
        (.., Some(Some(_))) => Some(Airs::Nothing),
        (Named::These(ids), ..) => Some(Airs::Only(ids)),
        (_, Named::These(ids), _) => Some(Airs::Without(ids)),
        (Named::Absent, Named::Absent, None) => Some(Airs::Planned),
    }
}

/// A list of programmes.
enum Named {
    /// The key is not there.
    Absent,
    /// It is there and cannot be read.
    Wrong,
    /// By id, at least one.
    These(Vec<String>),
}

fn read_programmes<'s>(
    reader: &mut Reader<'s>,
    table: &mut Table<'s>,
    key: &'static str,
    places: &mut DayPlaces,
) -> Named {
    let is_there = table.has(key);
    let Some(list) = reader.texts(table, key) else { return if is_there { Named::Wrong } else { Named::Absent } };
    if list.value.is_empty() {
        reader.error(list.span, DayFault::EmptyList(key));
        return Named::Wrong;
    }
    let mut ids = Vec::new();
    for id in list.value {
        places.programmes.push((key, id.value.clone(), reader.place(&id.span)));
        ids.push(id.value);
    }
    Named::These(ids)
}

fn read_duty<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, places: &mut DayPlaces) -> Option<Duty> {
    let who = reader.required_text(table, "who");
    let phone = reader.text(table, "phone").map(|text| text.value);
    let weekdays = read_weekdays(reader, table);
    let from = reader.date(table, "from").map(|date| date.value);
    let until = reader.date(table, "until");
    if let (Some(from), Some(until)) = (from, &until)
        && from > until.value
    {
        reader.error(until.span.clone(), ProgrammeFault::FromAfterUntil(from, until.value));
    }
    let programmes = match read_programmes(reader, table, "programmes", places) {
        Named::These(ids) => ids,
        Named::Absent | Named::Wrong => Vec::new(),
    };
    let weekdays = weekdays.map_or_else(|| super::days::weekdays("Mon-Sun").unwrap_or_default(), |found| found.value);
    Some(Duty { who: who?.value, phone, weekdays, from, until: until.map(|date| date.value), programmes })
}

/// A list of weekdays and ranges of them; what is none is reported and left out.
pub fn read_weekdays<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<Spotted<WeekdaySet>> {
    let list = reader.texts(table, "weekdays")?;
    let span: Range<usize> = list.span;
    if list.value.is_empty() {
        reader.error(span, DayFault::EmptyList("weekdays"));
        return None;
    }
    let mut set = WeekdaySet::EMPTY;
    for text in list.value {
        match weekdays(&text.value) {
            Some(days) => set = set.union(days),
            None => reader.error(text.span, DayFault::BadWeekday(text.value)),
        }
    }
    Some(Spotted { value: set, span })
}
