//! Occurrences as other programs read them: one object for each, as JSON or CSV.
//!
//! In: an occurrence and its rundown. Out: a line. A line is made once for a programme of files, since a year says its
//! titles 365 times; what draws or names bulletins is made each time. Next: `stencil`.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use chrono_tz::Tz;
use serde::Serialize;

use super::special_days::DayRow;
use super::stencil::Stencil;
use crate::airing::{AiringId, Priority, Reason, rfc3339, utc_seconds};
use crate::calendar::with_offset;
use crate::rundown::foresee::{Foresight, length_ms, starts_ms};
use crate::rundown::{Rundown, RundownItem};
use crate::schedule::Programme;
use crate::timetable::Occurrence;

/// Prints all occurrences as an array of objects; answers how many there were.
pub(super) fn print_json(
    out: &mut impl Write,
    zone: Tz,
    foresight: &mut Foresight,
    occurrences: impl Iterator<Item = Occurrence>,
) -> anyhow::Result<u64> {
    let line = |row: &Row| Ok(serde_json::to_string(row)?);
    let count = print_rows(out, zone, foresight, occurrences, line, ["[\n", ",\n"])?;
    out.write_all(if count == 0 { b"[]\n" } else { b"\n]\n" })?;
    Ok(count)
}

/// Prints a header and a line for each occurrence; answers how many there were.
pub(super) fn print_csv(
    out: &mut impl Write,
    zone: Tz,
    foresight: &mut Foresight,
    occurrences: impl Iterator<Item = Occurrence>,
) -> anyhow::Result<u64> {
    out.write_all(b"programme,title,scheduled_at,window_ends_at,zones,priority,items\n")?;
    let line = |row: &Row| {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let (zones, items) = (serde_json::to_string(row.zones)?, serde_json::to_string(&row.items)?);
        let (at, ends_at) = (&row.scheduled_at, &row.window_ends_at);
        csv.write_record([row.programme, row.title, at, ends_at, &zones, row.priority.as_str(), &items])?;
        Ok(String::from_utf8(csv.into_inner()?)?)
    };
    print_rows(out, zone, foresight, occurrences, line, ["", ""])
}

/// Prints a line for each occurrence, the first text of `before` ahead of the first one, the second ahead of each other
/// one. A line is made once per programme of files; what follows differs in its instants only.
fn print_rows(
    out: &mut impl Write,
    zone: Tz,
    foresight: &mut Foresight,
    occurrences: impl Iterator<Item = Occurrence>,
    line: impl Fn(&Row) -> anyhow::Result<String>,
    before: [&str; 2],
) -> anyhow::Result<u64> {
    let mut stencils: HashMap<*const Programme, Option<Stencil>> = HashMap::new();
    let (mut text, mut count) = (String::new(), 0);
    for occurrence in occurrences {
        text.clear();
        text.push_str(before[usize::from(count > 0)]);
        let instants = instants(&occurrence, zone);
        let programme = Arc::as_ptr(&occurrence.programme);
        let known = if foresight.is_open(&occurrence) { Some(&None) } else { stencils.get(&programme) };
        if let Some(Some(stencil)) = known {
            stencil.fill(&instants, &mut text);
        } else {
            let is_first = known.is_none();
            let rundown = foresight.rundown(&occurrence);
            let row = line(&Row::new(&occurrence, &rundown, foresight, &instants))?;
            if is_first {
                let times = [1, 1, rundown.items.len()];
                stencils.insert(programme, Stencil::learn(&row, &instants, &times));
            }
            text.push_str(&row);
        }
        out.write_all(text.as_bytes())?;
        count += 1;
    }
    Ok(count)
}

/// The instants of a row: its start, the end of its window, and the start as the ids of its airings have it.
fn instants(occurrence: &Occurrence, zone: Tz) -> [String; 3] {
    let shown = |at| rfc3339(&with_offset(zone, at));
    [shown(occurrence.scheduled_at), shown(occurrence.window_ends_at), utc_seconds(occurrence.scheduled_at)]
}

/// An occurrence.
#[derive(Debug, Serialize)]
struct Row<'a> {
    programme: &'a str,
    title: &'a str,
    scheduled_at: &'a str,
    window_ends_at: &'a str,
    zones: &'a [String],
    priority: Priority,
    items: Vec<RowItem<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    special_day: Option<DayRow<'a>>,
}

#[derive(Debug, Serialize)]
struct RowItem<'a> {
    item: &'a str,
    airing: &'a AiringId,
    title: &'a str,
    file: Option<&'a str>,
    themes: &'a [String],
    author: Option<&'a str>,
    genre: Option<&'a str>,
    bulletin: Option<i64>,
    /// Planned start after that of the programme.
    starts_after_ms: Option<i64>,
    planned_ms: Option<i64>,
    approved: Option<bool>,
    taken_out: Option<Reason>,
    why: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn new(occurrence: &'a Occurrence, rundown: &'a Rundown, foresight: &Foresight, instants: &'a [String; 3]) -> Self {
        let item = |(item, starts_after_ms): (&'a RundownItem, Option<i64>)| RowItem {
            item: &item.item,
            airing: &item.airing,
            title: &item.title,
            file: item.audio.file.as_deref(),
            themes: &item.themes,
            author: item.author.as_deref(),
            genre: item.genre.as_deref(),
            bulletin: item.bulletin.as_ref().map(|facts| facts.number),
            starts_after_ms,
            planned_ms: length_ms(item),
            approved: foresight.approved(item),
            taken_out: item.taken_out.as_ref().map(|out| out.reason),
            why: item.taken_out.as_ref().and_then(|out| out.why.as_deref()),
        };
        Self {
            programme: &rundown.programme,
            title: &rundown.title,
            scheduled_at: &instants[0],
            window_ends_at: &instants[1],
            zones: &rundown.zones,
            priority: rundown.priority,
            items: rundown.items.iter().zip(starts_ms(rundown)).map(item).collect(),
            special_day: DayRow::of(occurrence),
        }
    }
}
