//! `loa timetable`: what is planned.
//!
//! In: a span of days. Out: every occurrence in it, as text, JSON or CSV, on stdout. Works week by week, so that a long
//! span needs no memory. A schedule with errors has no timetable. Next: `crate::timetable`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::special_days::{DayRow, Headings, taken_out};
use super::stencil::Stencil;
use super::when::When;
use super::{ConfigChoice, DONE, Format, WrongInput, counted, say};
use crate::airing::{AiringId, Priority, rfc3339, utc_seconds};
use crate::calendar::{local_date, with_offset};
use crate::clock::Clock;
use crate::folder;
use crate::problem::Problems;
use crate::schedule::text::span_text;
use crate::schedule::{Item, Programme, Schedule, read};
use crate::timetable::{Occurrence, expand};

/// Ten years: more is a mistake in a date.
const MOST_DAYS: i64 = 3_660;

/// List what is planned.
#[derive(Debug, clap::Args)]
pub struct TimetableArgs {
    /// First day or instant [default: today]
    #[arg(long, value_name = "D")]
    from: Option<When>,
    /// Last day, or the instant after the span
    #[arg(long, value_name = "D", conflicts_with = "days")]
    to: Option<When>,
    /// Length of the span in days [default: 7]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=MOST_DAYS))]
    days: Option<i64>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the timetable of the span.
pub fn run(choice: &ConfigChoice, args: &TimetableArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    let zone = config.station.timezone;
    let (from, to) = span(args, zone, Clock::system().now().wall)?;
    let (files, mut problems) = folder::load(&config.schedules_dir());
    let reading = read::read(&files, Some(&config.zone_ids()));
    problems.extend(reading.problems.iter().cloned());
    if crate::problem::any_error(&problems) {
        return Err(Problems(problems).into());
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    let count = print(&mut out, &reading.schedule, zone, from..to, args.format)?;
    out.flush()?;
    if count == 0 {
        let shown = |at| with_offset(zone, at).to_rfc3339();
        say(format_args!("nothing is planned from {} to {}", shown(from), shown(to)));
    }
    Ok(ExitCode::from(DONE))
}

fn span(args: &TimetableArgs, zone: Tz, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>), WrongInput> {
    let today = When::Day(local_date(zone, now));
    let first = args.from.unwrap_or(today);
    let from = first.begin(zone);
    let to = match (args.to, first) {
        (Some(to), _) => to.end(zone),
        (None, When::Instant(at)) => at + TimeDelta::days(args.days.unwrap_or(7)),
        (None, When::Day(day)) => When::Day(day + TimeDelta::days(args.days.unwrap_or(7) - 1)).end(zone),
    };
    // A day that ends where the span begins lies before it, too.
    if to < from || (to == from && matches!(args.to, Some(When::Day(_)))) {
        return Err(WrongInput("`--to` lies before `--from`".into()));
    }
    if to - from > TimeDelta::days(MOST_DAYS + 1) {
        return Err(WrongInput(format!("a span of more than {MOST_DAYS} days is not listed")));
    }
    Ok((from, to))
}

/// Prints the occurrences of a span and answers how many there were.
pub fn print(
    out: &mut impl Write,
    schedule: &Schedule,
    zone: Tz,
    span: std::ops::Range<DateTime<Utc>>,
    format: Format,
) -> anyhow::Result<u64> {
    let mut headings = Headings::new(schedule, zone, &span);
    let occurrences = week_by_week(schedule, zone, span);
    match format {
        Format::Text => print_text(out, schedule, zone, occurrences, &mut headings),
        Format::Json => print_json(out, zone, occurrences),
        Format::Csv => print_csv(out, zone, occurrences),
    }
}

/// Days expanded at a time: each stretch also looks at a day before and after it, and holds all of its occurrences.
const STRETCH: TimeDelta = TimeDelta::days(7);

fn week_by_week(
    schedule: &Schedule,
    zone: Tz,
    span: std::ops::Range<DateTime<Utc>>,
) -> impl Iterator<Item = Occurrence> {
    let starts = std::iter::successors(Some(span.start), |start| start.checked_add_signed(STRETCH));
    let starts = starts.take_while(move |start| *start < span.end);
    starts.flat_map(move |start| expand(schedule, zone, start, span.end.min(start + STRETCH)))
}

fn print_text(
    out: &mut impl Write,
    schedule: &Schedule,
    zone: Tz,
    occurrences: impl Iterator<Item = Occurrence>,
    headings: &mut Headings,
) -> anyhow::Result<u64> {
    let widest = |columns: fn(&Programme) -> usize| schedule.programmes.iter().map(|it| columns(it)).max().unwrap_or(0);
    let (ids, titles) = (widest(|programme| programme.id.len()), widest(|programme| programme.title.width()));
    let mut count = 0;
    for occurrence in occurrences {
        let Occurrence { programme, scheduled_at, .. } = &occurrence;
        headings.print_until(out, local_date(zone, *scheduled_at))?;
        // Not by a format string, which costs more than all else: the parts print themselves.
        let at = with_offset(zone, *scheduled_at);
        let (day, weekday, time, offset) = (at.date_naive(), at.weekday(), at.time(), at.offset());
        let window = span_text(programme.window.num_milliseconds());
        let pad = " ".repeat(titles - programme.title.width());
        let items = counted(programme.items.len(), "item");
        let priority = if programme.priority == Priority::Ordinary { "" } else { "  priority" };
        writeln!(
            out,
            "{day} {weekday} {time}{offset}  {window:>6}  {:<ids$}  {}{pad}  {items}{priority}{}",
            programme.id,
            programme.title,
            taken_out(&occurrence),
        )?;
        count += 1;
    }
    headings.print_until(out, NaiveDate::MAX)?;
    Ok(count)
}

fn print_json(out: &mut impl Write, zone: Tz, occurrences: impl Iterator<Item = Occurrence>) -> anyhow::Result<u64> {
    let line = |row: &Row| Ok(serde_json::to_string(row)?);
    let count = print_rows(out, zone, occurrences, line, ["[\n", ",\n"])?;
    out.write_all(if count == 0 { b"[]\n" } else { b"\n]\n" })?;
    Ok(count)
}

fn print_csv(out: &mut impl Write, zone: Tz, occurrences: impl Iterator<Item = Occurrence>) -> anyhow::Result<u64> {
    out.write_all(b"programme,title,scheduled_at,window_ends_at,zones,priority,items\n")?;
    let line = |row: &Row| {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let (zones, items) = (serde_json::to_string(row.zones)?, serde_json::to_string(&row.items)?);
        let (at, ends_at) = (&row.scheduled_at, &row.window_ends_at);
        csv.write_record([row.programme, row.title, at, ends_at, &zones, row.priority.as_str(), &items])?;
        Ok(String::from_utf8(csv.into_inner()?)?)
    };
    print_rows(out, zone, occurrences, line, ["", ""])
}

/// Prints a line for each occurrence, the first text of `before` ahead of the first one, the second ahead of each other
/// one. A line is made once per programme; what follows differs in its instants only.
fn print_rows(
    out: &mut impl Write,
    zone: Tz,
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
        match stencils.get(&Arc::as_ptr(&occurrence.programme)) {
            // The lines of special days are of no kind.
            _ if occurrence.special_day.is_some() => text.push_str(&line(&Row::new(&occurrence, &instants))?),
            Some(Some(stencil)) => stencil.fill(&instants, &mut text),
            known => {
                let row = line(&Row::new(&occurrence, &instants))?;
                if known.is_none() {
                    let times = [1, 1, occurrence.programme.items.len()];
                    stencils.insert(Arc::as_ptr(&occurrence.programme), Stencil::learn(&row, &instants, &times));
                }
                text.push_str(&row);
            }
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

/// An occurrence as other programs read it.
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
    airing: AiringId,
    title: Cow<'a, str>,
    file: Option<&'a str>,
    themes: &'a [String],
    author: Option<&'a str>,
    /// Why the special day takes it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_out: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn new(occurrence: &'a Occurrence, instants: &'a [String; 3]) -> Self {
        let programme = &*occurrence.programme;
        let item = |item: &'a Item| RowItem {
            item: &item.id,
            airing: AiringId::planned(&programme.id, occurrence.scheduled_at, &item.id),
            title: item.name(),
            file: item.file(),
            themes: &item.themes,
            author: item.author.as_deref(),
            taken_out: occurrence.taken_out(item.genre.as_deref()),
        };
        Self {
            programme: &programme.id,
            title: &programme.title,
            scheduled_at: &instants[0],
            window_ends_at: &instants[1],
            zones: &programme.zones,
            priority: programme.priority,
            items: programme.items.iter().map(item).collect(),
            special_day: DayRow::of(occurrence),
        }
    }
}
